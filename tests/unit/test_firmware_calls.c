/* SPDX-License-Identifier: Apache-2.0 */
/* Which calls of a VM reach firmware, by the functions and IDs that they name (EEMI: Xilinx UG1200; SCMI: DEN 0056). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arm64/smccc.h"
#include "common/firmware_calls.h"
#include "common/port.h"
#include "common/vm.h"

#define EEMI UINT64_C(0xc2000000)
#define SCMI UINT64_C(0x82000010)

static uint64_t asked[4];
static unsigned asks;
static uint64_t answer = 0x1000;

void smccc_forward(uint64_t x[4])
{
	memcpy(asked, x, sizeof(asked));
	asks++;
	for (unsigned i = 0; i < 4; i++)
		x[i] = answer + i;
}

/* For vpsci.c, whose other calls are not tested here. */
uint64_t smccc_smc(uint64_t fn, uint64_t a1, uint64_t a2, uint64_t a3)
{
	(void)fn, (void)a1, (void)a2, (void)a3;
	return 0;
}

void shared_cpu_kick(struct vcpu *vcpu)
{
	(void)vcpu;
}

void gic_kick(const struct cpu *cpu)
{
	(void)cpu;
}

bool vm_is_ram(const struct vm *v, uint64_t ipa, uint64_t size)
{
	(void)v, (void)ipa, (void)size;
	return false;
}

/* Clock 5, reset 1007 and node 9 alone, clock 31 and node 47 with others. */
static const struct firmware_right eemi[] = {
	{ 5, FIRMWARE_CLOCK, 0 }, { 31, FIRMWARE_CLOCK, 1 }, { 1007, FIRMWARE_RESET, 0 }, { 9, FIRMWARE_POWER, 0 }, { 47, FIRMWARE_POWER, 1 },
};
static const struct firmware_right scmi[] = { { SCMI, FIRMWARE_SCMI, 0 } };
static const struct firmware_right both[] = { { 5, FIRMWARE_CLOCK, 0 }, { SCMI, FIRMWARE_SCMI, 0 } };

static struct firmware_rights rights = { eemi, ARRAY_SIZE(eemi) };

static uint64_t x[4];

static enum vpsci_action last;

static bool call(uint64_t fn, uint64_t a1, uint64_t a2)
{
	unsigned before = asks;
	enum vpsci_action action;

	memcpy(x, (uint64_t[]){ fn, a1, a2, 0xdead }, sizeof(x));
	action = last = firmware_call(&rights, x);
	if (action == VPSCI_RESUME) {
		assert_int_equal(asks, before + 1);
		for (unsigned i = 0; i < 4; i++)
			assert_int_equal(x[i], 0x1000 + i);
		return true;
	}
	assert_int_equal(asks, before);
	return false;
}

static void refused(uint64_t fn, uint64_t a1, enum vpsci_action action)
{
	assert_false(call(fn, a1, 0));
	assert_int_equal(last, action);
	assert_int_equal(x[0], fn); /* for the log */
}

/*
 * Every function with the ID of each kind: c clock, r reset, n node; capital letters: it reaches firmware also for what others need. "*":
 * whatever the ID, ".": never.
 */
static const char due[] = ".*.**........Nnnnr*.....*.....*.*.?*Cc*c*c*c*....*.*...........*";

static void test_functions(void **state)
{
	(void)state;
	static const struct { uint32_t id; char kind; bool shared; } ids[] = {
		{ 5, 'c', false }, { 31, 'c', true }, { 1007, 'r', false }, { 9, 'n', false }, { 47, 'n', true }, { 6, '-', false }, { 0, '-', false },
	};

	rights = (struct firmware_rights){ eemi, ARRAY_SIZE(eemi) };
	for (unsigned fn = 0; fn < 256; fn++)
		for (unsigned i = 0; i < ARRAY_SIZE(ids); i++) {
			char d = fn < sizeof(due) - 1 ? due[fn] : '.';
			bool may = d == '*' || d == ids[i].kind - 32 || (d == ids[i].kind && !ids[i].shared);

			if (d == '?')
				continue;
			if (may != call(EEMI + fn, ids[i].id, 0))
				fail_msg("function %u of %u %s firmware", fn, ids[i].id, may ? "does not reach" : "reaches");
			if (!may)
				assert_int_equal(last, VPSCI_DENIED);
		}
}

static void test_ioctl(void **state)
{
	(void)state;
	rights = (struct firmware_rights){ eemi, ARRAY_SIZE(eemi) };
	for (uint64_t function = 0; function < 64; function++) {
		assert_int_equal(call(EEMI + 34, function << 32 | 9, 1), function == 6 || function == 7);
		assert_false(call(EEMI + 34, function << 32 | 47, 1));
		assert_false(call(EEMI + 34, function << 32 | 5, 1));
	}
}

static void test_arguments(void **state)
{
	(void)state;
	rights = (struct firmware_rights){ eemi, ARRAY_SIZE(eemi) };
	/* The upper half of w0 is no part of the function (DEN 0028); the second argument is none of the ID. */
	assert_true(call(UINT64_C(0xdead) << 32 | (EEMI + 39), UINT64_C(0xffff0000) << 32 | 5, 77));
	assert_int_equal(asked[0], EEMI + 39);
	assert_int_equal(asked[1], UINT64_C(0xffff0000) << 32 | 5);
	assert_int_equal(asked[2], 77);
	refused(EEMI + 39, UINT64_C(5) << 32, VPSCI_DENIED);
}

static void test_other_calls(void **state)
{
	(void)state;
	static const uint32_t general[] = { 0xa03, 0xff00, 0xff01, 0xff03 };

	rights = (struct firmware_rights){ eemi, ARRAY_SIZE(eemi) };
	for (unsigned i = 0; i < ARRAY_SIZE(general); i++)
		assert_true(call(EEMI + general[i], 0, 0));
	/* The 32-bit form, other modules of the service, other services. */
	refused(UINT64_C(0x82000024), 5, VPSCI_UNKNOWN);
	refused(EEMI + 0x124, 5, VPSCI_DENIED);
	refused(EEMI + 0xff02, 5, VPSCI_DENIED);
	refused(UINT64_C(0xc3000001), 0, VPSCI_UNKNOWN);
	refused(SCMI, 0, VPSCI_UNKNOWN);
	assert_string_equal(firmware_call_name(EEMI + 37), "CLOCK_DISABLE");
	assert_string_equal(firmware_call_name(EEMI + 45), "EEMI");
	assert_string_equal(firmware_call_name(EEMI + 0xffff), "EEMI");
}

static void test_channel(void **state)
{
	(void)state;
	rights = (struct firmware_rights){ scmi, 1 };
	assert_true(call(SCMI, 0x1234, 0x5678));
	assert_int_equal(asked[1] | asked[2], 0);
	refused(SCMI + 1, 0, VPSCI_UNKNOWN);
	refused(EEMI + 1, 0, VPSCI_UNKNOWN);
	rights = (struct firmware_rights){ both, 2 };
	assert_true(call(SCMI, 0, 0));
	assert_true(call(EEMI + 37, 5, 0));
	refused(EEMI + 37, 6, VPSCI_DENIED);
}

static void test_table(void **state)
{
	(void)state;
	struct plan_firmware plan[] = { { FIRMWARE_POWER, true, 47, 0 }, { FIRMWARE_CLOCK, false, 9, 0 }, { FIRMWARE_SCMI, false, 1, 0 }, { FIRMWARE_CLOCK, true, 3, 0 } };
	struct plan_vm vm = { .firmware = plan, .nr_firmware = 4 };
	struct firmware_right table[4];

	firmware_rights_fill(&vm, table);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(table[i].id, ((uint32_t[]){ 3, 9, 47, 1 })[i]);
	assert_true(table[0].shared && !table[1].shared && table[2].shared);
}

/* Every ID of a large table is found, and none beside it. */
static void test_search(void **state)
{
	(void)state;
	static struct firmware_right many[300];

	for (uint32_t nr = 1; nr <= ARRAY_SIZE(many); nr++) {
		for (uint32_t i = 0; i < nr; i++)
			many[i] = (struct firmware_right){ 2 * i + 1, FIRMWARE_CLOCK, 0 };
		rights = (struct firmware_rights){ many, nr };
		for (uint32_t id = 0; id < 2 * nr + 2; id++)
			assert_int_equal(call(EEMI + 37, id, 0), id % 2 && id < 2 * nr);
	}
}

static void test_names(void **state)
{
	(void)state;
	static const struct { uint32_t fn; const char *name; } names[] = {
		{ 0x84000050, "TRNG" }, { 0xc4000053, "TRNG" }, { 0x84000084, "FF-A" }, { 0xc4000020, "SDEI" }, { 0x84000005, "PSCI" },
		{ 0x80000004, "of the Arm architecture" }, { 0xc2000001, "of the SoC's vendor" }, { 0x83000000, "of the board's vendor" },
		{ 0xb2000000, "of a trusted OS" }, { 0xbf00ff01, "of a trusted OS" }, { 0xb0000000, "of a trusted application" }, { 0, "no fast call" },
		{ 0x7fffffff, "no fast call" }, { 0xffffffff, "of a trusted OS" }, { 0xc5000020, "of hypervisors" }, { 0x86000000, "of another hypervisor" },
		{ 0x84000130, "PCI configuration" }, { 0x84001000, "of the secure world" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		assert_string_equal(vpsci_service_name(names[i].fn), names[i].name);
}

/* Before another life: the one reset that is the VM's alone is held and let go, by what firmware is asked last. */
static void test_reset(void **state)
{
	static const struct firmware_right some[] = { { 31, FIRMWARE_CLOCK, 0 }, { 1007, FIRMWARE_RESET, 0 }, { 1009, FIRMWARE_RESET, 1 } };
	const struct firmware_rights mine = { some, ARRAY_SIZE(some) };

	(void)state;
	asks = 0;
	assert_false(firmware_reset(&mine)); /* 0x1000 is no success: it is not even let go */
	assert_int_equal(asks, 1);
	assert_int_equal(asked[0], EEMI + 17);
	assert_int_equal(asked[1], UINT64_C(1) << 32 | 1007);
	answer = 0;
	asks = 0;
	assert_true(firmware_reset(&mine));
	assert_int_equal(asks, 2);
	assert_int_equal(asked[1], 1007);
	answer = 0x1000;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions), cmocka_unit_test(test_ioctl), cmocka_unit_test(test_arguments), cmocka_unit_test(test_other_calls),
		cmocka_unit_test(test_channel), cmocka_unit_test(test_reset), cmocka_unit_test(test_table), cmocka_unit_test(test_search), cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
