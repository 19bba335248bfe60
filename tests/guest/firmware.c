/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls reach firmware (tests/firmware) from a VM that has a device which firmware operates. The clock, reset and power domain are those
 * in its DTB; tests/firmware/board.dtso has another device, which is another VM's, and clock 31 for both. The first one's device has a clock of
 * SCMI as well (Arm DEN 0056), so that VM has the channel and nobody else.
 */
#include "tests/guest/kit/exception.h"
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

#define SMCCC_ARCH_FEATURES 0x80000001ul
#define WORKAROUND_1 0x80008000ul
#define WORKAROUND_2 0x80007ffful
#define WORKAROUND_3 0x80003ffful

struct answer {
	uint64_t x0, x1, x2, x3;
};

static struct answer call(uint64_t fn, uint64_t a1, uint64_t a2)
{
	register uint64_t x0 __asm__("x0") = fn;
	register uint64_t x1 __asm__("x1") = a1;
	register uint64_t x2 __asm__("x2") = a2;
	register uint64_t x3 __asm__("x3");

	__asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "=r"(x3)::"x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
			 "memory");
	return (struct answer){ x0, x1, x2, x3 };
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

/* ---- SCMI ---- */

#define SCMI_CALL 0x82000010ul
#define SCMI_MEMORY 0xbff00080ul

enum { BASE = 0x10, CLOCK = 0x14 };
enum { VERSION = 0, ATTRIBUTES = 1, BASE_VENDOR = 3, BASE_PROTOCOLS = 6, CLOCK_ATTRIBUTES = 3, CLOCK_RATE_SET = 5, CLOCK_RATE_GET = 6, CLOCK_CONFIG_SET = 7 };
enum { SCMI_SUCCESS = 0, SCMI_NOT_FOUND = -4, SCMI_LOST = -127 };

/* The channel's memory: DEN 0056, "shared memory based transports". */
static volatile struct {
	uint32_t reserved, status; /* bit 0: free */
	uint32_t implementation[2], flags, length, header, payload[25];
} *channel;

/* Its status, and the answer's words in channel->payload from 1 on. */
static int32_t message(uint32_t protocol, uint32_t id, const uint32_t *words, unsigned nr)
{
	static uint32_t token;

	if (!(channel->status & 1))
		return SCMI_LOST;
	token = (token + 1) & 0x3ff;
	channel->status = 0;
	channel->flags = 0;
	channel->length = 4 + 4 * nr;
	channel->header = token << 18 | protocol << 10 | id;
	for (unsigned i = 0; i < nr; i++)
		channel->payload[i] = words[i];
	__asm__ volatile("dsb sy" ::: "memory"); /* all of it before the call */
	if (call(SCMI_CALL, 0, 0).x0 != 0 || !(channel->status & 1) || channel->header != (token << 18 | protocol << 10 | id))
		return SCMI_LOST;
	return (int32_t)channel->payload[0];
}

static void answers(const char *name, uint32_t protocol, uint32_t id, uint32_t argument, uint32_t length, uint32_t word)
{
	int32_t status = message(protocol, id, &argument, 1);

	tap_result(status == SCMI_SUCCESS && channel->length == 8 + length && (length == 0 || channel->payload[1] == word),
		   "%s: status %d, %u bytes, %x", name, status, channel->length, channel->payload[1]);
}

static void test_own_channel(const struct fdt_node *node)
{
	const uint32_t rate[] = { 0, 1, 24000000, 5 }, nobody[] = { 9 }, on[] = { 1, 1 };
	struct fdt_node memory_node;
	uint64_t address = 0, size = 0;

	fdt_walk(&memory_node);
	if (!fdt_next_compatible(&memory_node, "arm,scmi-shmem") || !fdt_reg(&memory_node, 0, &address, &size))
		print("Bail out! no memory for messages\n");
	channel = (void *)address;
	tap_result(fdt_u32(node, "arm,smc-id", 0) == SCMI_CALL && address == SCMI_MEMORY && size == 0x80, "the channel is in the device tree");
	answers("the base protocol's version", BASE, VERSION, 0, 4, 0x20000);
	answers("the vendor's name", BASE, BASE_VENDOR, 0, 16, 0x6b6c7562); /* "bulk" */
	answers("the protocols", BASE, BASE_PROTOCOLS, 0, 8, 1);
	answers("the clocks", CLOCK, ATTRIBUTES, 0, 4, 2);
	answers("clock 1, off,", CLOCK, CLOCK_ATTRIBUTES, 1, 20, 0);
	tap_result(message(CLOCK, CLOCK_CONFIG_SET, on, 2) == SCMI_SUCCESS, "clock 1 goes on");
	answers("clock 1, on,", CLOCK, CLOCK_ATTRIBUTES, 1, 20, 1);
	tap_result(message(CLOCK, CLOCK_RATE_SET, rate, 4) == SCMI_SUCCESS, "its rate is set");
	answers("its rate", CLOCK, CLOCK_RATE_GET, 1, 8, 24000000);
	tap_result(channel->payload[2] == 5, "its upper half is the fourth argument");
	tap_result(message(CLOCK, CLOCK_RATE_GET, nobody, 1) == SCMI_NOT_FOUND, "there is no clock 9");
}

/* Neither its bell nor its memory. */
static void test_others_channel(void)
{
	struct fault fault;

	not_offered("another VM's SCMI channel", SCMI_CALL);
	not_offered("another VM's SCMI channel, asked again,", SCMI_CALL);
	fault_expect();
	(void)*(volatile uint32_t *)SCMI_MEMORY;
	fault = fault_taken();
	tap_result(fault.taken, "another VM's messages are not to be seen");
}

static int32_t feature(uint64_t fn)
{
	return (int32_t)call(SMCCC_ARCH_FEATURES, fn, 0).x0;
}

static uint64_t workarounds_so_far(void)
{
	return call(EEMI + GET_API_VERSION, 0, 0).x3;
}

/* Registers are kept at exits of a kind that change none, whatever firmware does to them in between. */
static bool registers_survive(void)
{
	register uint64_t x0 __asm__("x0");
	register uint64_t x1 __asm__("x1") = 0x1001;
	register uint64_t x2 __asm__("x2") = 0x1002;
	register uint64_t x3 __asm__("x3") = 0x1003;

	__asm__ volatile("mrs x0, id_aa64isar0_el1" : "=r"(x0), "+r"(x1), "+r"(x2), "+r"(x3));
	return x1 == 0x1001 && x2 == 0x1002 && x3 == 0x1003;
}

#define EXITS 10

/* Where firmware's workaround is needed the hypervisor calls it at each exit, else never. */
static void test_workarounds(void)
{
	bool needed = feature(WORKAROUND_1) == 0 || feature(WORKAROUND_3) == 0, kept = true;
	uint64_t before = workarounds_so_far(), calls;

	for (unsigned i = 0; i < EXITS; i++)
		kept = kept && registers_survive();
	calls = workarounds_so_far() - before;
	tap_result(kept, "registers are kept at exits");
	tap_result(needed ? calls > EXITS : calls == 0, "branch prediction is cleared %s (%lu calls of firmware)", needed ? "at each exit" : "never", calls);
	tap_result(feature(WORKAROUND_2) < 0, "nothing is left to do about bypassed stores (%d)", feature(WORKAROUND_2));
	tap_result((int32_t)call(WORKAROUND_1, 0, 0).x0 == (feature(WORKAROUND_1) < 0 ? PSCI_NOT_SUPPORTED : 0), "the first workaround can be called if it is there");
	tap_result((int32_t)call(WORKAROUND_3, 0, 0).x0 == (feature(WORKAROUND_3) < 0 ? PSCI_NOT_SUPPORTED : 0), "the third workaround can be called if it is there");
	not_offered("a way to let stores be bypassed", WORKAROUND_2);
}

void guest_main(void)
{
	struct fdt_node device, scmi;
	bool first = fdt_find_path(&device, "/pl061@9030000");
	uint32_t size;

	if (!first && !fdt_find_path(&device, "/pl031@9010000"))
		print("Bail out! no device\n");
	tap_result(id_in(&device, "clocks") == (first ? 5 : 6), "the device has its clock");
	tap_result(!fdt_property(&device, "pinctrl-0", &size), "its pins stay as they are");
	/* Before all others: what is refused is told of so many calls only. */
	fdt_walk(&scmi);
	if (tap_result(fdt_next_compatible(&scmi, "arm,scmi-smc") == first, "SCMI is %sin the device tree", first ? "" : "not ") && first)
		test_own_channel(&scmi);
	else
		test_others_channel();
	/* Two VMs call at a time: the count only grows. */
	uint64_t before = call(EEMI + GET_API_VERSION, 0, 0).x1 >> 32;

	test_clocks(first ? 5 : 6, first ? 6 : 5);
	test_rest(first ? 1007 : 1008, first ? 46 : 47);
	test_workarounds();
	tap_result(call(EEMI + GET_API_VERSION, 0, 0).x1 >> 32 > before, "firmware has counted");
	tap_done();
}
