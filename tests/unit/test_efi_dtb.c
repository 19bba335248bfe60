/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a board's DTB where UEFI starts the hypervisor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "arch/arm64/port.h"
#include "tests/unit/dts.h"

static uint8_t to[16384];
static void *compiled;

static int forget(void **state)
{
	(void)state;
	free(compiled);
	compiled = NULL;
	return 0;
}

static const void *board(const char *source)
{
	size_t size;

	free(compiled);
	compiled = dts_compile(source, &size);
	return compiled;
}

static const uint64_t memory[] = { 0x40000000, 0x2000000, 0x48000000, 0x1000, 0x8000000000, 0x80000000 };
#define INITRD .initrd = 0x4a000000, .initrd_size = 0x1234

static const void *property(const char *path, const char *name, int len)
{
	int node = fdt_path_offset(to, path), found;
	const void *p = node < 0 ? NULL : fdt_getprop(to, node, name, &found);

	return p && found == len ? p : NULL;
}

static uint64_t number(const char *path, const char *name)
{
	const fdt32_t *p = property(path, name, 8);

	assert_non_null(p);
	return (uint64_t)fdt32_to_cpu(p[0]) << 32 | fdt32_to_cpu(p[1]);
}

static unsigned count_memory(void)
{
	unsigned n = 0;

	for (int node = fdt_node_offset_by_prop_value(to, -1, "device_type", "memory", 7); node >= 0;
	     node = fdt_node_offset_by_prop_value(to, node, "device_type", "memory", 7))
		n++;
	return n;
}

#define BOARD(cells, chosen)                                                                                                   \
	"/ { #address-cells = <" cells ">; #size-cells = <" cells ">;\n"                                                        \
	"memory@0 { device_type = \"memory\"; reg = <0 0>; }; cpus { }; memory@80000000 { device_type = \"memory\"; reg = <0 0>; };\n" chosen "};"

static void all_of_it(void **state)
{
	const void *from = board(BOARD("2", "chosen { stdout-path = \"serial0\"; bootargs = \"old\"; };"));

	(void)state;
	assert_int_equal(dt_make_boot(to, sizeof(to), from, &(struct boot_facts){ INITRD, .bootargs = "debug", .memory = memory, .nr_memory = 3 }), OK);
	assert_int_equal(number("/chosen", "linux,initrd-start"), 0x4a000000);
	assert_int_equal(number("/chosen", "linux,initrd-end"), 0x4a001234);
	assert_string_equal(property("/chosen", "bootargs", 6), "debug");
	assert_string_equal(property("/chosen", "stdout-path", 8), "serial0");
	assert_int_equal(count_memory(), 1);
	const fdt32_t *reg = property("/memory", "reg", 3 * 16);

	assert_non_null(reg);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal((uint64_t)fdt32_to_cpu(reg[2 * i]) << 32 | fdt32_to_cpu(reg[2 * i + 1]), memory[i]);
}

/* The tree's own words stay where there are no others. */
static void little_of_it(void **state)
{
	const void *from = board(BOARD("1", ""));

	(void)state;
	assert_int_equal(dt_make_boot(to, sizeof(to), from, &(struct boot_facts){ .memory = memory, .nr_memory = 2 }), OK);
	assert_null(property("/chosen", "linux,initrd-start", 8));
	assert_null(property("/chosen", "bootargs", 6));
	const fdt32_t *reg = property("/memory", "reg", 16);

	assert_non_null(reg);
	assert_int_equal(fdt32_to_cpu(reg[2]), 0x48000000);
	from = board(BOARD("2", "chosen { bootargs = \"old\"; };"));
	assert_int_equal(dt_make_boot(to, sizeof(to), from, &(struct boot_facts){ 0 }), OK);
	assert_string_equal(property("/chosen", "bootargs", 4), "old");
	assert_int_equal(count_memory(), 2);
}

static void what_cannot_be(void **state)
{
	const void *from = board(BOARD("2", ""));
	static const uint32_t none[10];

	(void)state;
	assert_int_equal(dt_make_boot(to, sizeof(to), none, &(struct boot_facts){ INITRD }), ERR_INVALID);
	assert_int_equal(dt_make_boot(to, fdt_totalsize(from) + 16, from, &(struct boot_facts){ INITRD }), ERR_NO_MEMORY);
	from = board(BOARD("3", ""));
	assert_int_equal(dt_make_boot(to, sizeof(to), from, &(struct boot_facts){ .memory = memory, .nr_memory = 1 }), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(all_of_it, forget),
		cmocka_unit_test_teardown(little_of_it, forget),
		cmocka_unit_test_teardown(what_cannot_be, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
