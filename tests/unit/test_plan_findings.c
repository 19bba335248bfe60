/* SPDX-License-Identifier: Apache-2.0 */
/* Systems that do not fit: each mistake gives its finding, which names the VM and what it is about, and no plan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plan_fixture.h"

/* Plans, and expects exactly one finding, with that code and all of these words in its text. Frees the fixture. */
static void expect_one(struct fixture *f, enum finding_code code, const char *word1, const char *word2)
{
	assert_null(plan_make(&f->in));
	for (const struct finding *i = f->findings.first; i && (f->findings.count != 1 || i->code != code); i = i->next)
		print_message("%s: %s\n", findings_code_name(i->code), i->text);
	assert_int_equal(f->findings.count, 1);
	assert_string_equal(findings_code_name(f->findings.first->code), findings_code_name(code));
	if (!strstr(f->findings.first->text, word1) || !strstr(f->findings.first->text, word2))
		fail_msg("'%s' lacks '%s' or '%s'", f->findings.first->text, word1, word2);
	free(f);
}

static void test_cpu(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->vm_cpus[VM_RTOS][0] = 7;
	expect_one(f, FINDING_CPU_MISSING, "/vms/rtos: cpus: there is no CPU 7", "has 4, counted from 0");

	f = fixture_new();
	f->vm_cpus[VM_LINUX][1] = 0;
	expect_one(f, FINDING_CPU_TAKEN, "/vms/linux: cpus: CPU 0", "twice");

	f = fixture_new();
	f->vms[VM_RTOS].nr_cpus = f->vms[VM_RTOS].nr_vcpus = 0;
	expect_one(f, FINDING_PROPERTY_MISSING, "/vms/rtos: cpus", "");

	f = fixture_new();
	f->vms[VM_LINUX].nr_vcpus = 1;
	expect_one(f, FINDING_UNSUPPORTED, "/vms/linux: vcpus: 1 vCPUs leave some of its 2 cpus without one", "name 1 cpus");

	f = fixture_new();
	f->vms[VM_RTOS].nr_vcpus = CONFIG_MAX_VCPUS + 1;
	expect_one(f, FINDING_UNSUPPORTED, "/vms/rtos: vcpus", "CONFIG_MAX_VCPUS");
}

static void test_cpu_start(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->cpus[2].start = CPU_START_NONE;
	expect_one(f, FINDING_UNSUPPORTED, "/vms/rtos: cpus: CPU 2 (/cpus/cpu@2)", "enable-method");

	/* Only the boot CPU needs none. */
	f = fixture_new();
	f->host.psci = HOST_PSCI_HVC;
	f->in.boot_cpu = 2;
	f->vms[VM_LINUX].nr_cpus = f->vms[VM_LINUX].nr_vcpus = 1;
	expect_one(f, FINDING_UNSUPPORTED, "/vms/linux: cpus: CPU 0", "PSCI");

	f = fixture_new();
	f->cpus[0].start = CPU_START_NONE;
	assert_non_null(plan_make(&f->in));
	free(f);
}

static void test_life(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->vms[VM_RTOS].watchdog = true;
	f->host.timer.hyp = 0;
	expect_one(f, FINDING_UNSUPPORTED, "/vms/rtos: watchdog", "hypervisor's timer");

	f = fixture_new();
	f->vms[VM_RTOS].restart.critical = true;
	f->host.psci = HOST_PSCI_NONE;
	for (uint32_t i = 0; i < f->host.nr_cpus; i++)
		f->cpus[i].start = CPU_START_SPIN_TABLE;
	expect_one(f, FINDING_UNSUPPORTED, "/vms/rtos: critical", "nothing can reset the board");
}

static void test_gic(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->vms[VM_RTOS].gic_version = 4;
	expect_one(f, FINDING_PROPERTY_BAD, "/vms/rtos: gic-version", "neither 2 nor 3");

	/* A GICv2 without a whole virtual CPU interface. */
	for (unsigned i = 0; i < 3; i++) {
		static const struct mem_range bad[] = { { 0, 0 }, { 0x08040000, 0x1000 }, { 0x08040800, 0x2000 } };

		f = fixture_new();
		f->system.nr_vms = 1;
		f->host.gic.version = 2;
		f->host.gic.vcpu = bad[i];
		expect_one(f, FINDING_DTB_UNSUPPORTED, "/vms/linux: the board's DTB gives the GIC's virtual CPU interface", "two whole pages");
	}

	f = fixture_new();
	f->host.gic.vcpu = (struct mem_range){ 0x08040000, 0x10000 };
	f->vms[VM_RTOS].gic_version = 2;
	f->vms[VM_RTOS].stage2_granule = 65536;
	expect_one(f, FINDING_UNSUPPORTED, "/vms/rtos: stage2-granule", "<4096>");

	/* A GICv2 has eight CPUs, in hardware or in software. */
	for (unsigned i = 0; i < 2; i++) {
		static const uint32_t nine[9] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };

		f = fixture_new();
		fixture_cpus(f, 9);
		f->system.nr_vms = 1;
		f->host.gic.vcpu.size = i ? 0x20000 : 0;
		f->vms[VM_LINUX].gic_version = 2;
		f->vms[VM_LINUX].cpus = (uint32_t *)nine;
		f->vms[VM_LINUX].nr_cpus = f->vms[VM_LINUX].nr_vcpus = 9;
		expect_one(f, FINDING_UNSUPPORTED, "/vms/linux: vcpus: 9 are more than the 8 that a GICv2 can have", "remove gic-version");
	}

	f = fixture_new();
	f->system.nr_vms = 1;
	f->host.gic.version = 2;
	f->vms[VM_LINUX].gic_version = 3;
	expect_one(f, FINDING_UNSUPPORTED, "/vms/linux: gic-version", "remove");

	f = fixture_new();
	f->host.gic.version = 0;
	expect_one(f, FINDING_DTB_UNSUPPORTED, "GIC", "DTB");
}

static void test_no_vms(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->system.nr_vms = 0;
	expect_one(f, FINDING_NO_VMS, "/vms", "");

	f = fixture_new();
	f->system.nr_vms = CONFIG_MAX_VMS + 1;
	expect_one(f, FINDING_NO_MEMORY, "CONFIG_MAX_VMS", "");
}

static struct fixture *rtos_at(uint64_t pa)
{
	struct fixture *f = fixture_new();

	f->ranges[VM_RTOS][0].has_pa = true;
	f->ranges[VM_RTOS][0].pa = pa;
	return f;
}

static void test_memory_missing(void **state)
{
	(void)state;
	expect_one(rtos_at(0x90000000), FINDING_MEMORY_MISSING, "/vms/rtos: memory: the board has no RAM for 32 MiB at 0x90000000", "0x40000000");
	expect_one(rtos_at(0x80000000 - MIB(31)), FINDING_MEMORY_MISSING, "/vms/rtos", "0x7e100000"); /* its end sticks out */
	expect_one(rtos_at(0xffffffffffe00000), FINDING_MEMORY_MISSING, "/vms/rtos", "");
}

static void test_memory_overlap(void **state)
{
	(void)state;
	struct fixture *f;

	expect_one(rtos_at(0x40300000), FINDING_MEMORY_OVERLAP, "/vms/rtos", "the hypervisor");
	expect_one(rtos_at(0x48000000 - MIB(31)), FINDING_MEMORY_OVERLAP, "/vms/rtos", "the system file");
	f = rtos_at(0x4a8ff000);
	expect_one(f, FINDING_MEMORY_OVERLAP, "/vms/rtos", "the board's DTB");
	f = rtos_at(0x70000000); /* a DTB that is wrong */
	f->host.gic.vcpu = (struct mem_range){ 0x71000000, 0x2000 };
	expect_one(f, FINDING_MEMORY_OVERLAP, "/vms/rtos", "the interrupt controller");

	f = rtos_at(0x70000000);
	f->reserved[0] = (struct host_reserved){ { 0x71fff000, 0x1000 }, "/reserved-memory/fw@71fff000", true };
	f->host.nr_reserved = 1;
	expect_one(f, FINDING_MEMORY_OVERLAP, "/vms/rtos", "/reserved-memory/fw@71fff000");

	f = rtos_at(0x70000000);
	f->ranges[VM_LINUX][0] = (struct memory_config){ .size = MIB(64), .has_pa = true, .pa = 0x71f00000 };
	expect_one(f, FINDING_MEMORY_OVERLAP, "/vms/rtos", "/vms/linux");

	f = rtos_at(0x70000000);
	f->vms[VM_RTOS].nr_memory = 2;
	f->ranges[VM_RTOS][1] = (struct memory_config){ .size = MIB(2), .has_pa = true, .pa = 0x71e00000 };
	expect_one(f, FINDING_MEMORY_OVERLAP, "/vms/rtos", "another range");
}

static void test_reserved_memory_is_left_alone(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	struct plan *p;

	f->reserved[0] = (struct host_reserved){ { 0x70000800, 0x100 }, "/memreserve/", false };
	f->reserved[1] = (struct host_reserved){ { 0x42000000, MIB(16) }, "/reserved-memory/x", false };
	f->host.nr_reserved = 2;
	f->ranges[VM_LINUX][0].size = MIB(512);
	p = plan_make(&f->in);
	assert_non_null(p);
	plan_fixture_check(p);
	free(f);
}

static void test_memory_exhausted(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->ranges[VM_LINUX][0].size = GIB(2);
	expect_one(f, FINDING_MEMORY_EXHAUSTED, "/vms/linux: memory: 2 GiB are wanted", "left");

	/* All that is left goes to VMs, and the hypervisor's pool has no place. */
	f = fixture_new();
	f->system.nr_vms = 1;
	f->ram[0].size = MIB(256);
	f->in.hypervisor.base = 0x40000000;
	f->in.system_file = (struct mem_range){ 0x40200000, MIB(4) };
	f->in.host_dtb = (struct mem_range){ 0x40600000, MIB(1) };
	f->ranges[VM_LINUX][0].size = MIB(249);
	expect_one(f, FINDING_MEMORY_EXHAUSTED, "the hypervisor itself needs", "reduce");
}

static void test_memory_guest_overlap(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->vms[VM_RTOS].nr_memory = 2;
	f->ranges[VM_RTOS][0].has_ipa = true;
	f->ranges[VM_RTOS][0].ipa = 0x40000000;
	f->ranges[VM_RTOS][1] = (struct memory_config){ .size = MIB(2), .has_ipa = true, .ipa = 0x41e00000 };
	expect_one(f, FINDING_MEMORY_GUEST_OVERLAP, "/vms/rtos: memory: 2 MiB at guest address 0x41e00000", "another range");

	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/pl031@9010000");
	f->vms[VM_RTOS].nr_memory = 2;
	f->ranges[VM_RTOS][1] = (struct memory_config){ .size = MIB(2), .has_ipa = true, .ipa = 0x09000000 };
	expect_one(f, FINDING_MEMORY_GUEST_OVERLAP, "/vms/rtos", "/pl031@9010000");
}

static void test_memory_property_bad(void **state)
{
	(void)state;
	struct fixture *f = rtos_at(0x70000800);

	expect_one(f, FINDING_PROPERTY_BAD, "/vms/rtos: memory", "4 KiB");

	f = fixture_new();
	f->vms[VM_RTOS].stage2_granule = 65536;
	f->ranges[VM_RTOS][0].size = KIB(1028);
	expect_one(f, FINDING_PROPERTY_BAD, "/vms/rtos: memory", "64 KiB, as stage2-granule is");

	f = fixture_new();
	f->ranges[VM_RTOS][0].has_ipa = true;
	f->ranges[VM_RTOS][0].ipa = BIT(52) - MIB(16);
	expect_one(f, FINDING_PROPERTY_BAD, "/vms/rtos: memory", "52-bit");

	f = rtos_at(0x70000000);
	f->vms[VM_RTOS].memory_identity = true;
	f->ranges[VM_RTOS][0].has_ipa = true;
	f->ranges[VM_RTOS][0].ipa = 0x40000000;
	expect_one(f, FINDING_PROPERTY_BAD, "/vms/rtos: memory-identity", "differ");

	f = fixture_new();
	f->vms[VM_RTOS].nr_memory = 0;
	expect_one(f, FINDING_PROPERTY_MISSING, "/vms/rtos: memory", "");
}

static void test_granule(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->vms[VM_RTOS].stage2_granule = 65536;
	f->in.granule64_ok = false;
	expect_one(f, FINDING_UNSUPPORTED, "/vms/rtos: stage2-granule", "<4096>");

	f = fixture_new();
	f->vms[VM_RTOS].stage2_granule = 16384;
	expect_one(f, FINDING_PROPERTY_BAD, "/vms/rtos: stage2-granule: 16384", "");

	/* Another device in the frame, although nobody uses it. */
	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/pl061@9030000");
	f->vms[VM_RTOS].stage2_granule = 65536;
	f->regs[N_SECURE].base = 0x09038000;
	expect_one(f, FINDING_DEVICE_PAGE_SHARED, "/vms/rtos: stage2-granule: the 64 KiB frames of /pl061@9030000 at 0x9030000", "hold /pl011@9040000 too");
}

static struct fixture *rtos_beyond_48(unsigned pa_bits, uint32_t granule)
{
	struct fixture *f = fixture_new();

	f->in.pa_bits = pa_bits;
	f->vms[VM_RTOS].stage2_granule = granule;
	f->ranges[VM_RTOS][0].has_ipa = true;
	f->ranges[VM_RTOS][0].ipa = f->images[IMG_RTOS].load = f->images[IMG_RTOS].entry = BIT(48);
	return f;
}

static void test_address_size(void **state)
{
	(void)state;
	struct memory_config many[PLAN_MAX_RAM + 1] = { 0 };
	struct fixture *f = fixture_new();

	for (unsigned i = 0; i <= PLAN_MAX_RAM; i++)
		many[i].size = MIB(1);

	/* Memory of 52-bit boards. */
	f->ram[1] = (struct mem_range){ BIT(50), GIB(1) };
	f->host.nr_ram = 2;
	f->ranges[VM_RTOS][0].has_pa = true;
	f->ranges[VM_RTOS][0].pa = BIT(50);
	expect_one(f, FINDING_UNSUPPORTED, "/vms/rtos: memory", "48 address bits");

	f = fixture_new();
	f->vms[VM_RTOS].nr_memory = PLAN_MAX_RAM + 1;
	f->vms[VM_RTOS].memory = many;
	expect_one(f, FINDING_UNSUPPORTED, "/vms/rtos: memory: 65 ranges", "(64)");

	f = fixture_new();

	f->in.pa_bits = 40;
	f->ranges[VM_RTOS][0].has_ipa = true;
	f->ranges[VM_RTOS][0].ipa = BIT(40) - MIB(16);
	f->images[IMG_RTOS].load = f->images[IMG_RTOS].entry = BIT(40) - MIB(16);
	expect_one(f, FINDING_UNSUPPORTED, "/vms/rtos: memory: its guest addresses have up to 41 bits", "(40)");

	/* More than 48 bits are for 64 KiB pages and CPUs of 52 bits. */
	expect_one(rtos_beyond_48(48, 0), FINDING_UNSUPPORTED, "/vms/rtos: memory: its guest addresses have up to 49 bits", "(48)");
	expect_one(rtos_beyond_48(52, 4096), FINDING_UNSUPPORTED, "/vms/rtos: memory: no stage-2 translation of 49 address bits in the 4 KiB granule", "");
	f = rtos_beyond_48(52, 0);
	assert_non_null(plan_make(&f->in));
	free(f);
}

static void test_kernel(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->vms[VM_RTOS].kernel = SYSTEM_NO_IMAGE;
	expect_one(f, FINDING_KERNEL_MISSING, "/vms/rtos: kernel", "");

	f = fixture_new();
	f->vms[VM_RTOS].kernel = IMG_ROOTFS;
	expect_one(f, FINDING_KERNEL_NOT_IMAGE, "/vms/rtos: kernel", "'rootfs'");

	f = fixture_new();
	f->vms[VM_RTOS].kernel = IMG_ODD;
	expect_one(f, FINDING_IMAGE_PLACE, "/vms/rtos: kernel", "no load address");
}

static void test_image_too_large(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->ranges[VM_LINUX][0].size = MIB(32);
	expect_one(f, FINDING_IMAGE_TOO_LARGE, "/vms/linux: kernel: it needs 34 MiB", "32 MiB");

	f = fixture_new();
	f->ranges[VM_LINUX][0].size = MIB(35);
	expect_one(f, FINDING_IMAGE_TOO_LARGE, "/vms/linux: ramdisk", "35 MiB");

	f = fixture_new();
	f->images[IMG_RTOS].size = MIB(33);
	expect_one(f, FINDING_IMAGE_TOO_LARGE, "/vms/rtos: kernel: it needs 33 MiB from 0x40000000", "32 MiB");

	/* The image fits to the byte and leaves nothing for the DTB. */
	f = fixture_new();
	f->images[IMG_RTOS].size = MIB(32);
	expect_one(f, FINDING_IMAGE_TOO_LARGE, "/vms/rtos: device tree", "64 KiB");
}

static void test_image_place(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->images[IMG_RTOS].load = 0x80000000;
	expect_one(f, FINDING_IMAGE_PLACE, "/vms/rtos: kernel: its address 0x80000000", "0x40000000");

	f = fixture_new();
	f->images[IMG_RTOS].entry = 0x50000000;
	expect_one(f, FINDING_IMAGE_PLACE, "/vms/rtos: kernel", "entry = <0x50000000>");

	f = fixture_new();
	f->images[IMG_RTOS].entry = 0x40000002;
	expect_one(f, FINDING_IMAGE_PLACE, "/vms/rtos: kernel", "multiple of 4");

	f = fixture_new();
	f->images[IMG_LINUX].has_load = true;
	f->images[IMG_LINUX].load = 0x40100000;
	expect_one(f, FINDING_IMAGE_PLACE, "/vms/linux: kernel", "2 MiB");

	f = fixture_new();
	f->images[IMG_LINUX].has_load = f->images[IMG_LINUX].has_entry = true;
	f->images[IMG_LINUX].load = 0x40200000;
	f->images[IMG_LINUX].entry = 0x40200040;
	expect_one(f, FINDING_IMAGE_PLACE, "/vms/linux: kernel", "remove entry");

	f = fixture_new();
	f->images[IMG_LINUX].has_load = f->images[IMG_ROOTFS].has_load = true;
	f->images[IMG_LINUX].load = 0x40000000;
	f->images[IMG_ROOTFS].load = 0x42000000;
	expect_one(f, FINDING_IMAGE_PLACE, "/vms/linux: ramdisk", "overlap its kernel at 0x40000000");

	f = fixture_new();
	f->vms[VM_RTOS].has_fdt_address = true;
	f->vms[VM_RTOS].fdt_address = 0x40010000;
	expect_one(f, FINDING_IMAGE_PLACE, "/vms/rtos: fdt-address", "kernel");

	f = fixture_new();
	f->vms[VM_RTOS].has_fdt_address = true;
	f->vms[VM_RTOS].fdt_address = 0x40100004;
	expect_one(f, FINDING_IMAGE_PLACE, "/vms/rtos: fdt-address", "multiple of 8");
}

static void test_arena_too_small(void **state)
{
	(void)state;
	/* At every size, either a plan or a finding, and never anything else. */
	for (size_t size = 1024; size < 24 << 10; size += 256) {
		struct fixture *f = fixture_new();
		struct plan *p;

		fixture_pass(f, VM_LINUX, "/pl031@9010000");
		f->arena.size = size;
		p = plan_make(&f->in);
		assert_true(p ? f->findings.count == 0 : findings_has(&f->findings, FINDING_NO_MEMORY) || f->findings.dropped);
		if (p)
			plan_fixture_check(p);
		free(f);
	}
}

static void test_all_at_once(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	static const enum finding_code expected[] = { FINDING_CPU_MISSING, FINDING_CPU_TAKEN, FINDING_UNSUPPORTED, FINDING_PROPERTY_BAD, FINDING_DEVICE_MISSING, FINDING_DEVICE_OWNED,
						      FINDING_MEMORY_MISSING, FINDING_MEMORY_EXHAUSTED, FINDING_IMAGE_TOO_LARGE, FINDING_IMAGE_PLACE };

	f->system.nr_vms = 3;
	f->vm_cpus[VM_LINUX][1] = 9;
	f->vms[VM_THIRD].nr_cpus = 2;
	f->vm_cpus[VM_THIRD][1] = f->vm_cpus[VM_THIRD][0];
	f->vms[VM_THIRD].gic_version = 4;
	f->vms[VM_THIRD].nr_vcpus = 1;
	fixture_pass(f, VM_LINUX, "/pl031@9010001");
	fixture_pass(f, VM_RTOS, "/intc@8000000");
	f->ranges[VM_LINUX][0].size = GIB(4);
	f->images[IMG_LINUX].arm64_size = GIB(5);
	f->ranges[VM_RTOS][0].has_pa = true;
	f->images[IMG_RTOS].entry = 8;
	assert_null(plan_make(&f->in));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		if (!findings_has(&f->findings, expected[i]))
			fail_msg("no %s", findings_code_name(expected[i]));
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpu), cmocka_unit_test(test_cpu_start), cmocka_unit_test(test_life),
		cmocka_unit_test(test_gic), cmocka_unit_test(test_no_vms),
		cmocka_unit_test(test_memory_missing), cmocka_unit_test(test_memory_overlap), cmocka_unit_test(test_reserved_memory_is_left_alone),
		cmocka_unit_test(test_memory_exhausted), cmocka_unit_test(test_memory_guest_overlap), cmocka_unit_test(test_memory_property_bad),
		cmocka_unit_test(test_granule), cmocka_unit_test(test_address_size), cmocka_unit_test(test_kernel), cmocka_unit_test(test_image_too_large), cmocka_unit_test(test_image_place),
		cmocka_unit_test(test_arena_too_small), cmocka_unit_test(test_all_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
