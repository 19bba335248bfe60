/* SPDX-License-Identifier: Apache-2.0 */
/* dt_parse_system: a good file, then every mistake a user can make, each with its finding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dt/dt.h"
#include "dt/system_build.h"
#include "tests/unit/dts.h"

/* 128 bytes: an arm64 Image header (text_offset 0x80000, image_size 0x12000, flags 0xa) and zeroes. */
#define IMAGE_BYTES(flags, magic) \
	"data = [00000000 00000000 0000080000000000 0020010000000000 " flags " 0000000000000000 0000000000000000 0000000000000000 " magic " 00000000" \
	" 0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000];"
#define IMAGE_DATA IMAGE_BYTES("0a00000000000000", "41524d64")
#define IMAGE_HASH "hash-1 { algo = \"sha256\"; value = [9cd95058817ada5427ee2680539e562e7d8f47402a2f2716e8c46c12b1c8924d]; };"
/* "bytes of a raw binary\0" and "a ramdisk\0" */
#define RAW_DATA "data = \"bytes of a raw binary\";"
#define RAW_HASH "hash-1 { algo = \"sha256\"; value = [be8f154b426eeea0a6e15c5fcf3eac6aae81bac6e55c46495dc8df077befddb1]; };"
#define RD_DATA "data = \"a ramdisk\";"
#define RD_HASH "hash { algo = \"crc32\"; value = <1>; }; hash-2 { algo = \"sha256\"; value = [f0b5912c2a9bcb486f7180e0cd3cf7f3394cb21f9965edb90c237ee09ac20323]; };"

#define LABELS "os = \"linux\"; arch = \"arm64\"; compression = \"none\";"
/* Where a test needs dtc to overlook an error, labels are not resolved: this phandle is. */
#define KERNEL "kernel: linux-kernel { phandle = <0x77>; type = \"kernel\"; " LABELS IMAGE_DATA IMAGE_HASH " };\n"
#define RAW "raw: rtos { type = \"standalone\"; arch = \"arm64\"; load = <0x40200000>; " RAW_DATA RAW_HASH " };\n"
#define RAMDISK "rd: rootfs { type = \"ramdisk\"; " LABELS RD_DATA RD_HASH " };\n"
#define FIT(images, vms) "/ { description = \"A system\"; #address-cells = <1>; images { " images " }; vms { " vms " }; };"
#define SYSTEM(vms) FIT(KERNEL RAW RAMDISK, vms)
#define VM(properties) SYSTEM("linux { cpus = <0 1>; memory = <0 0x20000000>; kernel = <&kernel>; " properties " };")
/* A good VM, with another image besides its kernel. */
#define IMAGE(properties) FIT(KERNEL "odd { " properties " };", "linux { cpus = <0>; memory = <0 0x20000000>; kernel = <&kernel>; };")

static _Alignas(64) uint8_t memory[256 << 10];
static struct arena arena;
static struct findings findings;
static void *fit;
static size_t fit_size;
static char progress_log[200];
static const struct host *board; /* may be NULL */

static void note_progress(void *ctx, const char *image, size_t size)
{
	size_t n = strlen(progress_log);

	snprintf(progress_log + n, sizeof(progress_log) - n, "%s%s:%zu ", (const char *)ctx, image, size);
}

static struct system *parse_bytes(const void *p, size_t size)
{
	arena_init(&arena, memory, sizeof(memory));
	findings_init(&findings, &arena);
	progress_log[0] = '\0';
	return dt_parse_system(p, size, board, &arena, &findings, NULL, note_progress, ">");
}

static struct system *parse(const char *source)
{
	free(fit);
	fit = dts_compile(source, &fit_size);
	return parse_bytes(fit, fit_size);
}

static bool found(enum finding_code code, const char *word)
{
	for (const struct finding *f = findings.first; f; f = f->next)
		if (f->code == code && strstr(f->text, word))
			return true;
	return false;
}

/* That the source has exactly this one problem. */
static void assert_finding(const char *source, enum finding_code code, const char *word)
{
	(void)!parse(source);
	if (findings.count != 1 || !found(code, word)) {
		for (const struct finding *f = findings.first; f; f = f->next)
			print_error("finding: [%s] %s\n", findings_code_name(f->code), f->text);
		fail_msg("expected only [%s] ...%s...", findings_code_name(code), word);
	}
}

/* ---- Good files ---- */

static void the_short_form(void **state)
{
	struct system *s = parse(SYSTEM("linux { cpus = <0 1>; memory = <0x1 0x20000000>; kernel = <&kernel>; ramdisk = <&rd>; bootargs = \"quiet\"; };\n"
					"rtos { cpus = <2>; memory = <0 0x2000000>; kernel = <&raw>; };"));
	const struct vm_config *linux_vm = &s->vms[0], *rtos = &s->vms[1];

	(void)state;
	assert_int_equal(findings.count, 0);
	assert_string_equal(s->description, "A system");
	assert_ptr_equal(s->fit, fit);
	assert_int_equal(s->nr_images, 3);
	assert_int_equal(s->nr_vms, 2);
	assert_string_equal(linux_vm->name, "linux");
	assert_string_equal(linux_vm->path, "/vms/linux");
	assert_int_equal(linux_vm->nr_cpus, 2);
	assert_int_equal(linux_vm->cpus[1], 1);
	assert_int_equal(linux_vm->nr_vcpus, 2);
	assert_int_equal(linux_vm->nr_memory, 1);
	assert_int_equal(linux_vm->memory[0].size, 0x120000000);
	assert_false(linux_vm->memory[0].has_ipa || linux_vm->memory[0].has_pa || linux_vm->memory_identity);
	assert_string_equal(s->images[linux_vm->kernel].name, "linux-kernel");
	assert_string_equal(s->images[linux_vm->ramdisk].name, "rootfs");
	assert_string_equal(linux_vm->bootargs, "quiet");
	assert_true(linux_vm->console);
	assert_int_equal(linux_vm->gic_version + linux_vm->stage2_granule + linux_vm->nr_passthrough, 0);
	assert_false(linux_vm->has_fdt_address || linux_vm->dma_without_iommu);
	assert_int_equal(rtos->ramdisk, SYSTEM_NO_IMAGE);
	assert_string_equal(rtos->bootargs, "");
	assert_string_equal(progress_log, ">linux-kernel:128 >rtos:22 >rootfs:10 ");
}

static void images_as_they_are(void **state)
{
	struct system *s = parse(VM(""));
	const struct system_image *kernel = &s->images[0], *raw = &s->images[1], *rd = &s->images[2];

	(void)state;
	assert_int_equal(kernel->kind, IMAGE_ARM64);
	assert_int_equal(kernel->size, 128);
	assert_int_equal(kernel->arm64_size, 0x12000);
	assert_int_equal(kernel->arm64_offset, 0x80000);
	assert_false(kernel->has_load || kernel->has_entry);
	assert_int_equal(raw->kind, IMAGE_RAW);
	assert_int_equal(raw->load, 0x40200000);
	assert_int_equal(raw->entry, 0x40200000);
	assert_true(raw->has_load && raw->has_entry);
	assert_string_equal(raw->data, "bytes of a raw binary");
	assert_int_equal(rd->kind, IMAGE_RAMDISK);
	assert_int_equal(rd->size, 10);
}

static void every_property(void **state)
{
	struct system *s = parse(SYSTEM(
		"a_b-9 { console = \"none\"; stage2-granule = <65536>; gic-version = <2>; dma-without-iommu; passthrough = \"/pl031@9010000\", \"serial1\";\n"
		"  fdt-address = <0x1 0x8>; bootargs = \"x\"; kernel = <&raw>; memory-identity; memory-physical = <0 0x5000>, <0x2 0>; memory-address = <0 0x1000>, <0x1 0>;\n"
		"  memory = <0 0x1000>, <0 0x2000>; vcpus = <5>; cpus = <3>; };\n"
		"b { cpus = <0>; memory = <0 0x1000>; kernel = <&raw>; stage2-granule = \"auto\"; console = \"pl011\"; };"));
	const struct vm_config *vm = &s->vms[0];

	(void)state;
	assert_int_equal(findings.count, 0);
	assert_int_equal(vm->nr_cpus, 1);
	assert_int_equal(vm->cpus[0], 3);
	assert_int_equal(vm->nr_vcpus, 5);
	assert_int_equal(vm->nr_memory, 2);
	assert_true(vm->memory[1].has_ipa && vm->memory[1].has_pa && vm->memory_identity);
	assert_int_equal(vm->memory[0].ipa, 0x1000);
	assert_int_equal(vm->memory[1].ipa, 0x100000000);
	assert_int_equal(vm->memory[0].pa, 0x5000);
	assert_int_equal(vm->memory[1].pa, 0x200000000);
	assert_true(vm->has_fdt_address);
	assert_int_equal(vm->fdt_address, 0x100000008);
	assert_int_equal(vm->nr_passthrough, 2);
	assert_string_equal(vm->passthrough[0], "/pl031@9010000");
	assert_string_equal(vm->passthrough[1], "serial1");
	assert_true(vm->dma_without_iommu);
	assert_int_equal(vm->gic_version, 2);
	assert_int_equal(vm->stage2_granule, 65536);
	assert_false(vm->console);
	assert_int_equal(s->vms[1].stage2_granule, 0);
	assert_true(s->vms[1].console);
}

/* As mkimage -E makes it. */
static void external_data(void **state)
{
	struct system *s;
	size_t base;
	uint8_t *whole;

	(void)state;
	free(fit);
	fit = dts_compile(FIT("raw: rtos { type = \"firmware\"; arch = \"arm64\"; load = <0 0x1000>; entry = <0 0x1004>; data-size = <22>; data-offset = <8>; " RAW_HASH " };\n"
			      "at: rootfs { type = \"ramdisk\"; data-size = <10>; data-position = <0x2000>; " RD_HASH " };",
			      "a { cpus = <0>; memory = <0 0x100000>; kernel = <&raw>; ramdisk = <&at>; };"), &fit_size);
	base = (fit_size + 3) / 4 * 4;
	whole = calloc(1, 0x2000 + 10);
	assert_true(base + 30 < 0x2000);
	memcpy(whole, fit, fit_size);
	memcpy(whole + base + 8, "bytes of a raw binary", 22);
	memcpy(whole + 0x2000, "a ramdisk", 10);

	s = parse_bytes(whole, 0x2000 + 10);
	assert_int_equal(findings.count, 0);
	assert_ptr_equal(s->images[0].data, whole + base + 8);
	assert_int_equal(s->images[0].entry, 0x1004);
	assert_ptr_equal(s->images[1].data, whole + 0x2000);
	assert_int_equal(s->fit_size, 0x2000 + 10);

	assert_non_null(parse_bytes(whole, 0x2000 + 9));
	assert_true(found(FINDING_FIT_BAD, "/images/rootfs: its data lies behind the end"));
	assert_int_equal(findings.count, 1);
	assert_non_null(parse_bytes(whole, base + 8));
	assert_int_equal(findings.count, 2);
	free(whole);
}

/* A kernel too short for its header, as the file's last bytes. */
static void short_kernel_at_the_end(void **state)
{
	(void)state;
	free(fit);
	fit = dts_compile(FIT("k: k { type = \"kernel\"; " LABELS "data-size = <22>; data-offset = <0>; " RAW_HASH " };",
			      "a { cpus = <0>; memory = <0 0x100000>; kernel = <&k>; };"), &fit_size);
	size_t base = (fit_size + 3) / 4 * 4;
	uint8_t *whole = calloc(1, base + 22);

	memcpy(whole, fit, fit_size);
	memcpy(whole + base, "bytes of a raw binary", 22);
	assert_non_null(parse_bytes(whole, base + 22));
	assert_true(found(FINDING_KERNEL_NOT_IMAGE, "/images/k"));
	assert_int_equal(findings.count, 1);
	free(whole);
}

/* ---- Images ---- */

static void hashes(void **state)
{
	struct system *s;

	(void)state;
	assert_finding(IMAGE("type = \"ramdisk\"; " RD_DATA RAW_HASH), FINDING_HASH_WRONG, "/images/odd");
	assert_finding(IMAGE("type = \"ramdisk\"; " RD_DATA), FINDING_HASH_MISSING, "/images/odd");
	assert_finding(IMAGE("type = \"ramdisk\"; " RD_DATA "hash-1 { algo = \"crc32\"; value = <0>; };"), FINDING_HASH_MISSING, "/images/odd");
	assert_finding(IMAGE("type = \"ramdisk\"; " RD_DATA "hash-1 { algo = \"sha256\"; value = <0>; };"), FINDING_IMAGE_BAD, "no proper value");
	/* Every byte counts. */
	s = parse(VM(""));
	assert_int_equal(findings.count, 0);
	((uint8_t *)(uintptr_t)s->images[0].data)[127] ^= 0x80;
	assert_non_null(parse_bytes(fit, fit_size));
	assert_true(found(FINDING_HASH_WRONG, "/images/linux-kernel"));
	assert_int_equal(findings.count, 1);
}

static void image_mistakes(void **state)
{
	(void)state;
	assert_finding(IMAGE("type = \"kernel_noload\"; " LABELS RD_DATA RD_HASH), FINDING_IMAGE_BAD, "kernel_noload");
	assert_finding(IMAGE(LABELS RD_DATA RD_HASH), FINDING_IMAGE_BAD, "type");
	assert_finding(IMAGE("type = \"ramdisk\"; " LABELS), FINDING_IMAGE_BAD, "no data");
	assert_finding(IMAGE("type = \"ramdisk\"; data; " LABELS), FINDING_IMAGE_BAD, "no data");
	assert_finding(IMAGE("type = \"ramdisk\"; compression = \"gzip\"; " RD_DATA RD_HASH), FINDING_IMAGE_BAD, "unpacked by the guest");
	assert_finding(IMAGE("type = \"ramdisk\"; arch = \"x86\"; " RD_DATA RD_HASH), FINDING_IMAGE_BAD, "arch \"x86\"");
	assert_finding(IMAGE("type = \"kernel\"; arch = \"arm64\"; compression = \"gzip\"; " IMAGE_DATA IMAGE_HASH), FINDING_IMAGE_BAD, "not decompressed");
	assert_finding(IMAGE("type = \"kernel\"; os = \"netbsd\"; arch = \"arm64\"; " IMAGE_DATA IMAGE_HASH), FINDING_IMAGE_BAD, "netbsd");
	assert_finding(IMAGE("type = \"kernel\"; os = \"linux\"; " IMAGE_DATA IMAGE_HASH), FINDING_IMAGE_BAD, "arch");
	assert_finding(IMAGE("type = \"standalone\"; arch = \"arm64\"; " RAW_DATA RAW_HASH), FINDING_IMAGE_BAD, "needs load");
	assert_finding(IMAGE("type = \"standalone\"; arch = \"arm64\"; load = <0 0x1000>; entry = <0 0x1016>; " RAW_DATA RAW_HASH), FINDING_IMAGE_BAD,
		       "entry 0x1016");
	assert_finding(IMAGE("type = \"standalone\"; arch = \"arm64\"; load = <0 0x1000>; entry = <0 0xfff>; " RAW_DATA RAW_HASH), FINDING_IMAGE_BAD, "entry 0xfff");
	assert_finding(IMAGE("type = \"ramdisk\"; load = <1 2 3>; " RD_DATA RD_HASH), FINDING_IMAGE_BAD, "load must be a number");
}

static void kernels_that_are_none(void **state)
{
#define ODD_KERNEL(data, hash) IMAGE("type = \"kernel\"; " LABELS data "hash-1 { algo = \"sha256\"; value = [" hash "]; };")
	(void)state;
	assert_finding(ODD_KERNEL(RAW_DATA, "be8f154b426eeea0a6e15c5fcf3eac6aae81bac6e55c46495dc8df077befddb1"), FINDING_KERNEL_NOT_IMAGE, "/images/odd: it is no arm64 Image");
	assert_finding(ODD_KERNEL("data = [1f8b0800];", "fd72d30440b0bae1b1c6db6c8ad807f238ef3ca613aa7e8d5329e1e8ddf7da72"), FINDING_KERNEL_NOT_IMAGE, "gzip");
	assert_finding(ODD_KERNEL("data = [7f454c46];", "3bdbb4fe8397cd2b842430b39ccff01a8663c751945ef5e9a09e267fb8b1d359"), FINDING_KERNEL_NOT_IMAGE, "ELF");
	assert_finding(ODD_KERNEL("data = [4d5a0000 7a696d67];", "a2a4b81c983b0be196954d795e47ba09877b12cfb1c1f00f4b3b70fc3023d07b"), FINDING_KERNEL_NOT_IMAGE, "compressed EFI");
	assert_finding(ODD_KERNEL(IMAGE_BYTES("0a00000000000000", "41524d65"), "9647ac56a3f14a745c59451c5f16c4d39a41e528147f11601ebc4f08b011b57f"), FINDING_KERNEL_NOT_IMAGE, "raw binary");
	assert_finding(ODD_KERNEL(IMAGE_BYTES("0b00000000000000", "41524d64"), "e540b2a28b585caf56fd5a4e6e8820e4c32264e8f8998b661a2c6843a90ad7ad"), FINDING_UNSUPPORTED, "big-endian");
}

/* ---- VMs ---- */

static void unknown_properties(void **state)
{
	(void)state;
	assert_finding(VM("memroy-identity;"), FINDING_PROPERTY_UNKNOWN, "/vms/linux: there is no property \"memroy-identity\"; did you mean the property \"memory-identity\"");
	assert_finding(VM("pass-through = \"x\";"), FINDING_PROPERTY_UNKNOWN, "\"passthrough\"");
	assert_finding(VM("cmdline = \"x\";"), FINDING_PROPERTY_UNKNOWN, "cmdline");
	assert_finding(VM("memory@0 { reg = <0 1>; };"), FINDING_PROPERTY_UNKNOWN, "no node \"memory@0\"");
	/* dtc adds this one where a label is used. */
	assert_non_null(parse(VM("phandle = <0x50>;")));
	assert_int_equal(findings.count, 0);
}

static void nearest_names(void **state)
{
	static const char *const names[] = { "cpus", "vcpus", "memory", "kernel" };

	(void)state;
	assert_string_equal(nearest_name("cpu", names, 4), "cpus");
	assert_string_equal(nearest_name("vcpu", names, 4), "vcpus");
	assert_string_equal(nearest_name("emory", names, 4), "memory");
	assert_string_equal(nearest_name("kermel", names, 4), "kernel");
	assert_string_equal(nearest_name("memory", names, 4), "memory");
	assert_non_null(nearest_name("a-very-long-name-that-does-not-end-before-the-fortieth-character", names, 4));
}

static void names_of_vms(void **state)
{
#define NAMED(name) SYSTEM(name " { cpus = <0>; memory = <0 0x1000>; kernel = <&kernel>; };")
	(void)state;
	assert_finding(NAMED("Linux"), FINDING_VM_NAME_BAD, "/vms/Linux");
	assert_finding(NAMED("linux@0"), FINDING_VM_NAME_BAD, "/vms/linux@0");
	assert_finding(NAMED("1linux"), FINDING_VM_NAME_BAD, "/vms/1linux");
	assert_finding(NAMED("linux.1"), FINDING_VM_NAME_BAD, "/vms/linux.1");
	assert_finding(NAMED("a123456789012345"), FINDING_VM_NAME_BAD, "a123456789012345");
	assert_finding(SYSTEM("a { cpus = <0>; memory = <0 0x1000>; kernel = <0x77>; }; a { cpus = <1>; memory = <0 0x1000>; kernel = <0x77>; };"),
		       FINDING_VM_NAME_DUPLICATE, "/vms/a");
	assert_non_null(parse(NAMED("a12345678901234")));
	assert_int_equal(findings.count, 0);
}

static void what_is_missing(void **state)
{
	(void)state;
	assert_finding(SYSTEM("a { memory = <0 0x1000>; kernel = <&kernel>; };"), FINDING_PROPERTY_MISSING, "/vms/a: it has no cpus");
	assert_finding(SYSTEM("a { cpus = <0>; kernel = <&kernel>; };"), FINDING_PROPERTY_MISSING, "/vms/a: it has no memory");
	assert_finding(SYSTEM("a { cpus = <0>; memory = <0 0x1000>; };"), FINDING_KERNEL_MISSING, "/vms/a: it has no kernel");
	assert_finding(SYSTEM(""), FINDING_NO_VMS, "empty");
	assert_finding("/ { images { " KERNEL " }; };", FINDING_NO_VMS, "no node /vms");
}

static void no_images(void **state)
{
	(void)state;
	assert_non_null(parse("/ { vms { a { cpus = <0>; memory = <0 0x1000>; kernel = <1>; }; }; };"));
	assert_true(found(FINDING_FIT_BAD, "no node /images") && found(FINDING_KERNEL_MISSING, "/vms/a"));
	assert_finding("/ { images {}; vms { a { cpus = <0>; memory = <0 0x1000>; kernel = <1>; }; }; };", FINDING_KERNEL_MISSING, "/vms/a: kernel");
}

static void references_to_images(void **state)
{
	(void)state;
	assert_finding(SYSTEM("a { cpus = <0>; memory = <0 0x1000>; kernel = <0x99>; };"), FINDING_KERNEL_MISSING, "/vms/a: kernel: it must refer");
	assert_finding(SYSTEM("a { cpus = <0>; memory = <0 0x1000>; kernel = \"linux-kernel\"; };"), FINDING_KERNEL_MISSING, "kernel = <&my_image>");
	assert_finding(SYSTEM("a { cpus = <0>; memory = <0 0x1000>; kernel = <&rd>; };"), FINDING_KERNEL_MISSING, "\"rootfs\" is no kernel");
	assert_finding(VM("ramdisk = <&raw>;"), FINDING_PROPERTY_BAD, "\"rtos\" is no ramdisk");
	/* 0 is no phandle, and no image's without one. */
	assert_finding(FIT(KERNEL "odd { type = \"ramdisk\"; " RD_DATA RD_HASH " };", "linux { cpus = <0>; memory = <0 0x1000>; kernel = <&kernel>; ramdisk = <0>; };"),
		       FINDING_PROPERTY_BAD, "/vms/linux: ramdisk");
}

static void values_that_are_wrong(void **state)
{
#define WITH(cpus, memory, rest) SYSTEM("a { cpus = " cpus "; memory = " memory "; kernel = <&kernel>; " rest " };")
	(void)state;
	assert_finding(WITH("\"cluster0\"", "<0 0x1000>", ""), FINDING_PROPERTY_BAD, "/vms/a: cpus: \"cluster0\" names CPUs, and there is no board");
	assert_finding(WITH("[00 00 01]", "<0 0x1000>", ""), FINDING_PROPERTY_BAD, "/vms/a: cpus: 1 to");
	assert_finding(SYSTEM("a { cpus; memory = <0 0x1000>; kernel = <&kernel>; };"), FINDING_PROPERTY_BAD, "/vms/a: cpus");
	assert_finding(WITH("<0>", "<0x20000000>", ""), FINDING_PROPERTY_BAD, "two cells");
	assert_finding(WITH("<0>", "<0 0>", ""), FINDING_PROPERTY_BAD, "size 0x0");
	assert_finding(WITH("<0>", "<0 0x1800>", ""), FINDING_PROPERTY_BAD, "size 0x1800");
	assert_finding(VM("vcpus = <0>;"), FINDING_PROPERTY_BAD, "0 is not within 1 to 128");
	assert_finding(VM("vcpus = <129>;"), FINDING_PROPERTY_BAD, "129");
	assert_finding(VM("vcpus = \"many\";"), FINDING_PROPERTY_BAD, "vcpus = <2>");
	assert_finding(VM("memory-address = <0 0x1000>, <0 0x2000>;"), FINDING_PROPERTY_BAD, "2 addresses for 1 ranges");
	assert_finding(VM("memory-address = <0 0x1001>;"), FINDING_PROPERTY_BAD, "0x1001");
	assert_finding(VM("memory-physical = <0x1000>;"), FINDING_PROPERTY_BAD, "memory-physical: two cells");
	assert_finding(VM("memory-identity = <1>;"), FINDING_PROPERTY_BAD, "takes no value");
	assert_finding(VM("dma-without-iommu = \"yes\";"), FINDING_PROPERTY_BAD, "takes no value");
	assert_finding(VM("bootargs = \"a\", \"b\";"), FINDING_PROPERTY_BAD, "one string");
	assert_finding(VM("bootargs = <1>;"), FINDING_PROPERTY_BAD, "one string");
	assert_finding(VM("fdt-address = <0x1000>;"), FINDING_PROPERTY_BAD, "fdt-address");
	assert_finding(VM("fdt-address = <0 0x1004>;"), FINDING_PROPERTY_BAD, "multiple of 8");
	assert_finding(VM("passthrough = <1>;"), FINDING_PROPERTY_BAD, "passthrough");
	assert_finding(VM("passthrough = \"/a\", \"\";"), FINDING_PROPERTY_BAD, "empty");
	assert_finding(VM("gic-version = <4>;"), FINDING_PROPERTY_BAD, "4 is neither 2 nor 3");
	assert_finding(VM("stage2-granule = <16384>;"), FINDING_PROPERTY_BAD, "<4096>, <65536> or \"auto\"");
	assert_finding(VM("stage2-granule = \"big\";"), FINDING_PROPERTY_BAD, "stage2-granule");
	assert_finding(VM("console = \"hvc\";"), FINDING_PROPERTY_BAD, "\"hvc\" is neither");
	assert_finding(VM("console = <1>;"), FINDING_PROPERTY_BAD, "console: one string");
}

/* The first mistake does not hide the others. */
static void all_at_once(void **state)
{
	(void)state;
	assert_non_null(parse(FIT("raw: rtos { type = \"standalone\"; arch = \"arm64\"; " RAW_DATA RD_HASH " };",
				  "A { cpus = <0>; kernel = <&raw>; colour = <1>; }; b { memory = <0 1>; }; b {};")));
	assert_true(found(FINDING_HASH_WRONG, "rtos") && found(FINDING_IMAGE_BAD, "rtos") && found(FINDING_VM_NAME_BAD, "/vms/A"));
	assert_true(found(FINDING_PROPERTY_UNKNOWN, "colour") && found(FINDING_PROPERTY_MISSING, "/vms/A: it has no memory"));
	assert_true(found(FINDING_PROPERTY_BAD, "/vms/b: memory") && found(FINDING_KERNEL_MISSING, "/vms/b") && found(FINDING_VM_NAME_DUPLICATE, "/vms/b"));
}

static void too_many_vms(void **state)
{
	static char source[16384];
	size_t n = (size_t)sprintf(source, "/ { images { %s }; vms { ", KERNEL);

	(void)state;
	for (int i = 0; i <= CONFIG_MAX_VMS; i++)
		n += (size_t)sprintf(source + n, "vm%d { cpus = <%d>; memory = <0 0x1000>; kernel = <&kernel>; };", i, i);
	strcpy(source + n, "}; };");
	assert_finding(source, FINDING_NO_MEMORY, "17 VMs");
	assert_int_equal(parse_bytes(fit, fit_size)->nr_vms, CONFIG_MAX_VMS);
}

static void two_sections_of_one_name(void **state)
{
	(void)state;
	assert_finding("/ { images { " KERNEL " }; vms { a { cpus = <0>; memory = <0 0x1000>; kernel = <0x77>; }; }; vms {}; };", FINDING_FIT_BAD, "two nodes /vms");
}

/* ---- Damage ---- */

static void missing_and_cut_off(void **state)
{
	(void)state;
	assert_null(parse_bytes(NULL, 0));
	assert_true(found(FINDING_FIT_MISSING, "initrd"));
	assert_non_null(parse(VM("passthrough = \"/a\";")));
	assert_int_equal(findings.count, 0);
	for (size_t size = 1; size < fit_size; size++) {
		uint8_t *cut = malloc(size);

		memcpy(cut, fit, size);
		assert_null(parse_bytes(cut, size));
		assert_int_equal(findings.count, 1);
		assert_int_equal(findings.first->code, FINDING_FIT_BAD);
		free(cut);
	}
}

/* Nothing crashes, and a flipped bit in an image's bytes never goes unnoticed. */
static void bits_flipped(void **state)
{
	struct system *s = parse(VM("ramdisk = <&rd>; passthrough = \"/a\";"));
	const uint8_t *from = s->images[0].data, *to = from + s->images[0].size;

	(void)state;
	for (size_t bit = 0; bit < fit_size * 8; bit++) {
		uint8_t *b = (uint8_t *)fit + bit / 8;

		*b ^= (uint8_t)(1u << bit % 8);
		s = parse_bytes(fit, fit_size);
		assert_true(s || findings.count);
		if (b >= from && b < to)
			assert_true(found(FINDING_HASH_WRONG, "linux-kernel"));
		*b ^= (uint8_t)(1u << bit % 8);
	}
}

static void too_little_memory(void **state)
{
	struct system *s = NULL;
	size_t size = 0;

	(void)state;
	assert_non_null(parse(VM("ramdisk = <&rd>; passthrough = \"/a\", \"/b\";")));
	for (; !s; size += 8) {
		arena_init(&arena, memory, size);
		findings_init(&findings, &arena);
		s = dt_parse_system(fit, fit_size, NULL, &arena, &findings, NULL, NULL, NULL);
		assert_int_equal(findings.count, s ? 0 : 1);
		assert_true(size < 10000);
	}
	assert_true(size > 300);
}

static int release(void **state)
{
	(void)state;
	free(fit);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_short_form),
		cmocka_unit_test(images_as_they_are),
		cmocka_unit_test(every_property),
		cmocka_unit_test(external_data),
		cmocka_unit_test(short_kernel_at_the_end),
		cmocka_unit_test(hashes),
		cmocka_unit_test(image_mistakes),
		cmocka_unit_test(kernels_that_are_none),
		cmocka_unit_test(unknown_properties),
		cmocka_unit_test(nearest_names),
		cmocka_unit_test(names_of_vms),
		cmocka_unit_test(what_is_missing),
		cmocka_unit_test(no_images),
		cmocka_unit_test(references_to_images),
		cmocka_unit_test(values_that_are_wrong),
		cmocka_unit_test(all_at_once),
		cmocka_unit_test(too_many_vms),
		cmocka_unit_test(two_sections_of_one_name),
		cmocka_unit_test(missing_and_cut_off),
		cmocka_unit_test(bits_flipped),
		cmocka_unit_test(too_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
