/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls reach firmware (tests/firmware) from a VM that has a device which firmware operates. The clock, reset and power domain are those
 * in its DTB; tests/firmware/board.dtso has another device, which is another VM's, and clock 31 for both.
 */
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/psci.h"

#define EEMI 0xc2000000ul
#define NO_ACCESS 2002
#define BUS_CLOCK 31

enum {
	GET_API_VERSION = 1, FORCE_POWERDOWN = 8, SYSTEM_SHUTDOWN = 12, REQUEST_NODE = 13, RELEASE_NODE = 14, SET_REQUIREMENT = 15, RESET_ASSERT = 17,
	RESET_GET_STATUS = 18, MMIO_WRITE = 19, MMIO_READ = 20, FPGA_LOAD = 22, GET_CHIPID = 24, PINCTRL_SET_FUNCTION = 31, IOCTL = 34, QUERY_DATA = 35,
	CLOCK_ENABLE = 36, CLOCK_DISABLE = 37, CLOCK_GETSTATE = 38, CLOCK_SETDIVIDER = 39, CLOCK_SETRATE = 41, CLOCK_SETPARENT = 43, FEATURE_CHECK = 63,
};

struct answer {
	uint64_t x0, x1, x2;
};

static struct answer call(uint64_t fn, uint64_t a1, uint64_t a2)
{
	register uint64_t x0 __asm__("x0") = fn;
	register uint64_t x1 __asm__("x1") = a1;
	register uint64_t x2 __asm__("x2") = a2;

	__asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2)::"x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
			 "memory");
	return (struct answer){ x0, x1, x2 };
}

static void allowed(const char *name, unsigned fn, uint32_t id, uint32_t arg)
{
	struct answer a = call(EEMI + fn, (uint64_t)arg << 32 | id, 0x77);

	tap_result(a.x0 == (uint64_t)fn << 32 && (uint32_t)a.x1 == id && a.x2 == 0x77, "%s of %u reaches firmware (%lx, %lx)", name, id, a.x0, a.x1);
}

static void denied(const char *name, unsigned fn, uint32_t id, uint32_t arg)
{
	struct answer a = call(EEMI + fn, (uint64_t)arg << 32 | id, 0x77);

	tap_result(a.x0 == NO_ACCESS, "%s of %u does not (%lx)", name, id, a.x0);
}

static void not_offered(const char *name, uint64_t fn)
{
	struct answer a = call(fn, 0, 0);

	tap_result((int32_t)a.x0 == PSCI_NOT_SUPPORTED, "%s is not there (%lx)", name, a.x0);
}

/* The cell behind the phandle. */
static uint32_t id_in(const struct fdt_node *device, const char *property)
{
	uint32_t size;
	const uint32_t *cells = fdt_property(device, property, &size);

	return cells && size >= 8 ? __builtin_bswap32(cells[1]) : 0;
}

static void test_clocks(uint32_t own, uint32_t other)
{
	allowed("CLOCK_ENABLE", CLOCK_ENABLE, own, 0);
	allowed("CLOCK_SETDIVIDER", CLOCK_SETDIVIDER, own, 4);
	allowed("CLOCK_SETRATE", CLOCK_SETRATE, own, 4);
	allowed("CLOCK_SETPARENT", CLOCK_SETPARENT, own, 1);
	allowed("CLOCK_DISABLE", CLOCK_DISABLE, own, 0);
	allowed("CLOCK_ENABLE of a shared clock,", CLOCK_ENABLE, BUS_CLOCK, 0);
	denied("CLOCK_DISABLE of a shared clock,", CLOCK_DISABLE, BUS_CLOCK, 0);
	denied("CLOCK_SETDIVIDER of a shared clock,", CLOCK_SETDIVIDER, BUS_CLOCK, 4);
	denied("CLOCK_SETRATE of a shared clock,", CLOCK_SETRATE, BUS_CLOCK, 4);
	denied("CLOCK_SETPARENT of a shared clock,", CLOCK_SETPARENT, BUS_CLOCK, 1);
	denied("CLOCK_ENABLE of another VM's clock,", CLOCK_ENABLE, other, 0);
	denied("CLOCK_DISABLE of another VM's clock,", CLOCK_DISABLE, other, 0);
	denied("CLOCK_ENABLE of nobody's clock,", CLOCK_ENABLE, 0, 0);
	allowed("CLOCK_GETSTATE of another VM's clock,", CLOCK_GETSTATE, other, 0);
}

static void test_rest(uint32_t reset, uint32_t node)
{
	uint32_t other_reset = 1007 + 1008 - reset, other_node = 46 + 47 - node;

	allowed("RESET_ASSERT", RESET_ASSERT, reset, 1);
	denied("RESET_ASSERT of another VM's reset,", RESET_ASSERT, other_reset, 1);
	denied("RESET_ASSERT of a number that the device tree has,", RESET_ASSERT, reset - 1000, 1);
	allowed("RESET_GET_STATUS of another VM's reset,", RESET_GET_STATUS, other_reset, 0);
	allowed("REQUEST_NODE", REQUEST_NODE, node, 1);
	allowed("SET_REQUIREMENT", SET_REQUIREMENT, node, 1);
	allowed("RELEASE_NODE", RELEASE_NODE, node, 0);
	allowed("IOCTL SET_SD_TAPDELAY", IOCTL, node, 7);
	denied("IOCTL SET_PLL_FRAC_MODE", IOCTL, node, 8);
	denied("REQUEST_NODE of another VM's power domain,", REQUEST_NODE, other_node, 1);
	denied("RELEASE_NODE of another VM's power domain,", RELEASE_NODE, other_node, 0);
	denied("FORCE_POWERDOWN", FORCE_POWERDOWN, node, 0);
	denied("SYSTEM_SHUTDOWN", SYSTEM_SHUTDOWN, 0, 0);
	denied("MMIO_WRITE", MMIO_WRITE, 0xff5e0000, UINT32_MAX);
	denied("MMIO_READ", MMIO_READ, 0xff5e0000, 0);
	denied("FPGA_LOAD", FPGA_LOAD, 0, 0);
	denied("PINCTRL_SET_FUNCTION", PINCTRL_SET_FUNCTION, 1, 1);
	allowed("GET_CHIPID", GET_CHIPID, 0, 0);
	allowed("QUERY_DATA", QUERY_DATA, 3, 0);
	allowed("FEATURE_CHECK", FEATURE_CHECK, 36, 0);
	not_offered("the 32-bit form", 0x82000024);
	not_offered("a service of the board's vendor", 0xc3000001);
	not_offered("a trusted OS", 0xb2000000);
}

void guest_main(void)
{
	struct fdt_node device;
	bool first = fdt_find_path(&device, "/pl061@9030000");
	uint32_t size;

	if (!first && !fdt_find_path(&device, "/pl031@9010000"))
		print("Bail out! no device\n");
	tap_result(id_in(&device, "clocks") == (first ? 5 : 6), "the device has its clock");
	tap_result(!fdt_property(&device, "pinctrl-0", &size), "its pins stay as they are");
	/* Two VMs call at a time: the count only grows. */
	uint64_t before = call(EEMI + GET_API_VERSION, 0, 0).x1 >> 32;

	test_clocks(first ? 5 : 6, first ? 6 : 5);
	test_rest(first ? 1007 : 1008, first ? 46 : 47);
	tap_result(call(EEMI + GET_API_VERSION, 0, 0).x1 >> 32 > before, "firmware has counted");
	tap_done();
}
