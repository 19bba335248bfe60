/* SPDX-License-Identifier: Apache-2.0 */
/* Injected exceptions, checked against AArch64.TakeException of the Arm ARM (DDI 0487) for each state the guest may be in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arch/arm64/esr.h"
#include "arch/arm64/inject.h"
#include "arch/arm64/traps.h"

#define SPAN (UINT64_C(1) << 23)
#define DSSBS (UINT64_C(1) << 44)

static void test_undefined_from_each_state(void **state)
{
	static const struct { uint64_t pstate, offset; } cases[] = {
		{0x3c5, 0x200}, {0x3c4, 0x000}, {0x3c0, 0x400}, {0x1d0, 0x600}, {0x60000005, 0x200},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inject_state s = {.pc = 0x1234, .pstate = cases[i].pstate, .vbar = 0xffff000000010000, .sctlr = SPAN, .far = 77};

		inject_undefined(&s, true);
		assert_int_equal(s.pc, 0xffff000000010000 + cases[i].offset);
		assert_int_equal(s.elr, 0x1234);
		assert_int_equal(s.spsr, cases[i].pstate);
		assert_int_equal(s.esr, 0x02000000);
		assert_int_equal(s.far, 77);
		assert_int_equal(s.pstate, 0x3c5 | (cases[i].pstate & 0xf0000000));
	}
}

static void test_pstate_follows_sctlr(void **state)
{
	struct inject_state s = {.pstate = 5};

	(void)state;
	inject_undefined(&s, false);
	assert_int_equal(s.esr, 0);
	assert_int_equal(s.pstate, 0x3c5 | 1u << 22); /* SPAN clear: PAN set */

	s = (struct inject_state){.pstate = 5 | 1u << 22 | 1u << 24 | 1u << 21 | 1u << 20 | 3u << 10, .sctlr = SPAN | DSSBS};
	inject_undefined(&s, true);
	assert_int_equal(s.pstate, 0x3c5 | 1u << 22 | 1u << 24 | 1u << 12); /* PAN, DIT kept; SS, IL, BTYPE gone; SSBS set */

	s = (struct inject_state){.pstate = 0x10 | 1u << 21, .sctlr = SPAN};
	inject_undefined(&s, true);
	assert_int_equal(s.pstate, 0x3c5 | 1u << 24); /* AArch32 keeps DIT in bit 21 */
}

static void test_external_aborts(void **state)
{
	struct inject_state s = {.pc = 8, .pstate = 5, .sctlr = SPAN};

	(void)state;
	inject_abort(&s, true, true, FSC_EXTERNAL, 0xdead000);
	assert_int_equal(s.esr, 0x25u << 26 | 1u << 25 | 1u << 6 | 0x10);
	assert_int_equal(s.far, 0xdead000);
	s = (struct inject_state){.pstate = 0, .sctlr = SPAN};
	inject_abort(&s, true, false, FSC_EXTERNAL_WALK + 2, 4);
	assert_int_equal(s.esr, 0x24u << 26 | 1u << 25 | 0x16);
	s = (struct inject_state){.pstate = 0x1d0, .sctlr = SPAN};
	inject_abort(&s, false, true, FSC_EXTERNAL, 4);
	assert_int_equal(s.esr, 0x20u << 26 | 1u << 25 | 0x10); /* a fetch never writes */
	s = (struct inject_state){.pstate = 4, .sctlr = SPAN};
	inject_abort(&s, false, false, FSC_EXTERNAL, 4);
	assert_int_equal(s.esr, 0x21u << 26 | 1u << 25 | 0x10);
	s = (struct inject_state){.pstate = 0, .sctlr = SPAN};
	inject_abort(&s, true, false, 0xf, 0xdead000);
	assert_int_equal(s.esr, 0x24u << 26 | 1u << 25 | 0xf);
	assert_int_equal(s.far, 0xdead000);
}

static void test_sysreg_rules(void **state)
{
	(void)state;
	for (unsigned crm = 1; crm <= 7; crm++)
		for (unsigned op2 = 0; op2 < 8; op2++)
			assert_int_equal(sysreg_find_rule(SYSREG(3, 0, 0, crm, op2))->action, SYSREG_ID);
	assert_int_equal(sysreg_find_rule(SYSREG(3, 0, 0, 0, 6))->action, SYSREG_REVIDR);
	assert_int_equal(sysreg_find_rule(SYSREG(3, 0, 12, 11, 1))->action, SYSREG_DIR);
	assert_int_equal(sysreg_find_rule(SYSREG(3, 0, 12, 11, 5))->action, SYSREG_SGI);
	assert_int_equal(sysreg_find_rule(SYSREG(3, 0, 12, 11, 5))->value, 0);
	assert_int_equal(sysreg_find_rule(SYSREG(3, 0, 12, 11, 6))->value, 1);
	assert_int_equal(sysreg_find_rule(SYSREG(3, 0, 12, 11, 7))->value, 2);
	assert_int_equal(sysreg_find_rule(SYSREG(2, 0, 1, 1, 4))->value, 8);
	assert_int_equal(sysreg_find_rule(SYSREG(3, 1, 0, 0, 7))->action, SYSREG_READ);
}

/* Deny by default: of all 65,536 encodings only the listed ones do anything, and each is found (the search needs the table sorted). */
static void test_everything_else_is_undefined(void **state)
{
	unsigned allowed = 0;

	(void)state;
	for (uint32_t reg = 0; reg < 1u << 16; reg++) {
		const struct sysreg_rule *r = sysreg_find_rule(reg);

		if (r->action == SYSREG_UNDEFINED)
			continue;
		if (r->action != SYSREG_ID)
			assert_int_equal(r->reg, reg);
		allowed++;
	}
	assert_int_equal(allowed, 56 + 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undefined_from_each_state), cmocka_unit_test(test_pstate_follows_sctlr),
		cmocka_unit_test(test_external_aborts),		  cmocka_unit_test(test_sysreg_rules),
		cmocka_unit_test(test_everything_else_is_undefined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
