/* SPDX-License-Identifier: Apache-2.0 */
/* Syndromes encoded by hand from the Arm ARM (DDI 0487, D24.2.40): each field alone, then whole ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arm64/esr.h"

static void test_top_fields(void **state)
{
	(void)state;
	assert_int_equal(esr_ec(0xfc000000), 0x3f);
	assert_int_equal(esr_ec(0xffffffff03ffffff), 0); /* ISS2 above is not part of it */
	assert_int_equal(esr_ec(0x93c08007), EC_DABT_LOWER);
	assert_int_equal(esr_ec(0x5a000000), EC_HVC64);
	assert_true(esr_il(0x02000000));
	assert_false(esr_il(~UINT64_C(0x02000000)));
	assert_int_equal(esr_iss(0xffffffffffffffff), 0x1ffffff);
	assert_int_equal(esr_iss(0xfffffffffe000000), 0);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(esr_ec_name(EC_DABT_LOWER), "data abort");
	assert_string_equal(esr_ec_name(EC_HVC64), "HVC");
	assert_string_equal(esr_ec_name(EC_UNKNOWN), "unknown reason");
	assert_string_equal(esr_ec_name(EC_BRK64), "BRK");
	assert_string_equal(esr_ec_name(0x3f), "unassigned exception class");
	assert_string_equal(esr_ec_name(64), "unassigned exception class");
	for (unsigned ec = 0; ec < 64; ec++)
		assert_non_null(esr_ec_name(ec));
}

static void assert_dabt(uint64_t iss, struct esr_dabt want)
{
	/* Field by field: a struct may have padding. EC, IL and ISS2 must not matter. */
	for (unsigned i = 0; i < 2; i++) {
		struct esr_dabt d = esr_dabt(iss | (i ? ~UINT64_C(0x1ffffff) : 0));

		assert_int_equal(d.isv, want.isv);
		assert_int_equal(d.size, want.size);
		assert_int_equal(d.sign_extend, want.sign_extend);
		assert_int_equal(d.rt, want.rt);
		assert_int_equal(d.sf, want.sf);
		assert_int_equal(d.acq_rel, want.acq_rel);
		assert_int_equal(d.write, want.write);
		assert_int_equal(d.cache_op, want.cache_op);
		assert_int_equal(d.s1ptw, want.s1ptw);
		assert_int_equal(d.fnv, want.fnv);
		assert_int_equal(d.ea, want.ea);
		assert_int_equal(d.dfsc, want.dfsc);
	}
}

static void test_dabt_fields(void **state)
{
	(void)state;
	assert_dabt(0, (struct esr_dabt){ .size = 1 });
	assert_dabt(1 << 24, (struct esr_dabt){ .size = 1, .isv = true });
	assert_dabt(1 << 22, (struct esr_dabt){ .size = 2 });
	assert_dabt(2 << 22, (struct esr_dabt){ .size = 4 });
	assert_dabt(3 << 22, (struct esr_dabt){ .size = 8 });
	assert_dabt(1 << 21, (struct esr_dabt){ .size = 1, .sign_extend = true });
	assert_dabt(31 << 16, (struct esr_dabt){ .size = 1, .rt = 31 });
	assert_dabt(1 << 16, (struct esr_dabt){ .size = 1, .rt = 1 });
	assert_dabt(1 << 15, (struct esr_dabt){ .size = 1, .sf = true });
	assert_dabt(1 << 14, (struct esr_dabt){ .size = 1, .acq_rel = true });
	assert_dabt(0xf << 10 & ~(1 << 10), (struct esr_dabt){ .size = 1 }); /* VNCR, SET: not ours */
	assert_dabt(1 << 10, (struct esr_dabt){ .size = 1, .fnv = true });
	assert_dabt(1 << 9, (struct esr_dabt){ .size = 1, .ea = true });
	assert_dabt(1 << 8, (struct esr_dabt){ .size = 1, .cache_op = true });
	assert_dabt(1 << 7, (struct esr_dabt){ .size = 1, .s1ptw = true });
	assert_dabt(1 << 6, (struct esr_dabt){ .size = 1, .write = true });
	assert_dabt(0x3f, (struct esr_dabt){ .size = 1, .dfsc = 0x3f });
}

/* A whole one: ldrsh w5 at a stage-2 translation fault of level 3. */
static void test_dabt_whole(void **state)
{
	(void)state;
	assert_int_equal(esr_ec(0x93650007), EC_DABT_LOWER);
	assert_dabt(0x1650007, (struct esr_dabt){ .isv = true, .size = 2, .sign_extend = true, .rt = 5, .dfsc = 7 });
}

static void test_faults(void **state)
{
	static const struct { uint8_t first, last; enum esr_fault fault; } faults[] = {
		{ 0x00, 0x03, FAULT_ADDRESS_SIZE }, { 0x04, 0x07, FAULT_TRANSLATION }, { 0x08, 0x0b, FAULT_ACCESS_FLAG },
		{ 0x0c, 0x0f, FAULT_PERMISSION }, { 0x10, 0x10, FAULT_EXTERNAL }, { 0x11, 0x12, FAULT_OTHER }, /* tag check */
		{ 0x13, 0x18, FAULT_EXTERNAL }, { 0x19, 0x1a, FAULT_OTHER }, { 0x1b, 0x1f, FAULT_EXTERNAL },
		{ 0x20, 0x20, FAULT_OTHER }, { 0x21, 0x21, FAULT_ALIGNMENT }, { 0x22, 0x28, FAULT_OTHER }, /* granule protection */
		{ 0x29, 0x29, FAULT_ADDRESS_SIZE }, { 0x2a, 0x2a, FAULT_OTHER }, { 0x2b, 0x2b, FAULT_TRANSLATION },
		{ 0x2c, 0xff, FAULT_OTHER }, /* TLB conflict and the rest */
	};
	unsigned seen = 0;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(faults); i++)
		for (unsigned fsc = faults[i].first; fsc <= faults[i].last; fsc++, seen++)
			assert_int_equal(esr_fault((uint8_t)fsc), faults[i].fault);
	assert_int_equal(seen, 256);
}

static void test_sysreg(void **state)
{
	struct esr_sysreg s;

	(void)state;
	/* mrs x3, ID_AA64PFR0_EL1 (3, 0, 0, 4, 0) */
	s = esr_sysreg(0x62300069);
	assert_int_equal(s.reg, SYSREG(3, 0, 0, 4, 0));
	assert_int_equal(s.rt, 3);
	assert_true(s.read);
	/* msr ICC_SGI1R_EL1 (3, 0, 12, 11, 5), xzr */
	s = esr_sysreg(0x623a33f6);
	assert_int_equal(s.reg, SYSREG(3, 0, 12, 11, 5));
	assert_int_equal(s.rt, 31);
	assert_false(s.read);
}

static void test_sysreg_fields(void **state)
{
	(void)state;
	assert_int_equal(esr_sysreg(3 << 20).reg, SYSREG(3, 0, 0, 0, 0));
	assert_int_equal(esr_sysreg(7 << 17).reg, SYSREG(0, 0, 0, 0, 7));
	assert_int_equal(esr_sysreg(7 << 14).reg, SYSREG(0, 7, 0, 0, 0));
	assert_int_equal(esr_sysreg(15 << 10).reg, SYSREG(0, 0, 15, 0, 0));
	assert_int_equal(esr_sysreg(15 << 1).reg, SYSREG(0, 0, 0, 15, 0));
	assert_int_equal(esr_sysreg(31 << 5).reg, 0);
	assert_int_equal(esr_sysreg(31 << 5).rt, 31);
	assert_int_equal(esr_sysreg(~UINT64_C(0x3fffff)).reg, 0);
	assert_int_equal(SYSREG(3, 7, 15, 15, 7), 0xffff);
}

static void test_load_value(void **state)
{
	static const struct { uint8_t size; bool sign_extend, sf; uint64_t raw, want; } loads[] = {
		{ 1, false, false, 0x1122334455667788, 0x88 },
		{ 1, false, true, 0x1122334455667788, 0x88 },
		{ 1, true, false, 0x1122334455667788, 0xffffff88 },
		{ 1, true, true, 0x1122334455667788, 0xffffffffffffff88 },
		{ 1, true, true, 0xffffffffffffff7f, 0x7f },
		{ 2, false, false, 0x112233445566f788, 0xf788 },
		{ 2, true, false, 0x112233445566f788, 0xfffff788 },
		{ 2, true, true, 0x112233445566f788, 0xfffffffffffff788 },
		{ 2, true, true, 0xffffffffffff7788, 0x7788 },
		{ 4, false, false, 0x11223344f5667788, 0xf5667788 },
		{ 4, false, true, 0x11223344f5667788, 0xf5667788 },
		{ 4, true, true, 0x11223344f5667788, 0xfffffffff5667788 },
		{ 4, true, true, 0xffffffff75667788, 0x75667788 },
		{ 8, false, true, 0x1122334455667788, 0x1122334455667788 },
		{ 8, true, true, 0x8000000000000001, 0x8000000000000001 },
		{ 8, false, false, 0x1122334455667788, 0x55667788 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(loads); i++) {
		struct esr_dabt d = { .isv = true, .size = loads[i].size, .sign_extend = loads[i].sign_extend, .sf = loads[i].sf };

		assert_int_equal(esr_load_value(&d, loads[i].raw), loads[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_top_fields),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_dabt_fields),
		cmocka_unit_test(test_dabt_whole),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_sysreg),
		cmocka_unit_test(test_sysreg_fields),
		cmocka_unit_test(test_load_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
