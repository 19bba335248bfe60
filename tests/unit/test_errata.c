/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arm64/errata.h"

/* '!': a VM may be refused; else worked around. */
static void expect(uint32_t midr, const char *ids, uint32_t todo)
{
	static const char *const fates[] = { [ERRATUM_DONE] = " ", [ERRATUM_REFUSED] = "! " };
	char text[200] = "";

	for (const struct erratum *e = errata_next(midr, NULL); e; e = errata_next(midr, e)) {
		strcat(text, e->id);
		strcat(text, fates[e->fate]);
	}
	assert_string_equal(text, ids);
	assert_int_equal(errata_todo(midr), todo);
}

static void cores(void **state)
{
	(void)state;
	expect(0x410fd034, "835769 843419 ", 0);                             /* Cortex-A53 r0p4 */
	expect(0x410fd040, "", 0);                                           /* Cortex-A35 */
	expect(0x412fd050, "1530923 ", 0);                                  /* Cortex-A55 r2p0 */
	expect(0x411fd072, "832075 834220 1319537 ", ERRATA_STAGE1);        /* Cortex-A57 r1p2 */
	expect(0x411fd073, "1319537 ", 0);                                  /* r1p3 */
	expect(0x410fd083, "1319367 ", 0);                                  /* Cortex-A72 r0p3 */
	expect(0x412fd0b0, "1165522 ", 0);                                  /* Cortex-A76 r2p0 */
	expect(0x413fd0b0, "", 0);                                           /* r3p0 */
	expect(0x430f0a10, "Cavium 23154 Cavium 38545 Cavium 27456 Cavium 30115! ", ERRATA_IAR | ERRATA_ICC | ERRATA_ICACHE); /* ThunderX r0p0 */
	expect(0x431f0a11, "Cavium 38545 Cavium 27456 Cavium 30115! ", ERRATA_IAR | ERRATA_ICC | ERRATA_ICACHE); /* r1p1 */
	expect(0x431f0a12, "Cavium 38545 Cavium 30115! ", ERRATA_IAR | ERRATA_ICC); /* r1p2 */
	expect(0x431f0a13, "Cavium 38545 ", ERRATA_IAR);                     /* r1p3 */
	expect(0x430f0a20, "Cavium 38545 Cavium 27456 Cavium 30115! ", ERRATA_IAR | ERRATA_ICC | ERRATA_ICACHE); /* CN81xx r0p0 */
	expect(0x430f0a22, "Cavium 38545 Cavium 30115! ", ERRATA_IAR | ERRATA_ICC);
	expect(0x430f0a23, "Cavium 38545 ", ERRATA_IAR);
	expect(0x430f0a30, "Cavium 38545 Cavium 30115! ", ERRATA_IAR | ERRATA_ICC); /* CN83xx r0p0 */
	expect(0x430f0b10, "Cavium 38545 ", ERRATA_IAR);                     /* OCTEON TX2 CN98xx */
	expect(0x431f0af1, "", 0);                                           /* ThunderX2 */
	expect(0x000f0510, "", 0);                                           /* QEMU's max */
}

#define CSV2(n) ((uint64_t)(n) << 56)
#define CLRBHB ((uint64_t)1 << 28)
#define ECBHB ((uint64_t)1 << 60)

static void expect_branches(struct branch_facts facts, enum branch_defence defence, uint32_t value)
{
	uint32_t v = 77;

	assert_int_equal(errata_defend_branches(&facts, &v), defence);
	assert_int_equal(v, value);
}

static void branches(void **state)
{
	(void)state;
	/* Cortex-A53: whatever its ID registers do not know yet. */
	expect_branches((struct branch_facts){ 0x410fd034, 0, 0, 0, -1, -1 }, BRANCH_SAFE, 0);
	/* A72 r0p3, A57: only firmware can help; the newer call does both. */
	expect_branches((struct branch_facts){ 0x410fd083, 0, 0, 0, -1, -1 }, BRANCH_EXPOSED, 0);
	expect_branches((struct branch_facts){ 0x410fd083, 0, 0, 0, 0, -1 }, BRANCH_SMC, 0x80008000);
	expect_branches((struct branch_facts){ 0x410fd083, 0, 0, 0, 0, 0 }, BRANCH_SMC, 0x80003fff);
	expect_branches((struct branch_facts){ 0x411fd070, 0, 0, 0, -1, 0 }, BRANCH_SMC, 0x80003fff);
	/* A big.LITTLE board's firmware says of the other core that it needs nothing. */
	expect_branches((struct branch_facts){ 0x410fd034, 0, 0, 0, 1, 1 }, BRANCH_SAFE, 0);
	/* A72 r1p0 tells by CSV2 or firmware that only the history is left. */
	expect_branches((struct branch_facts){ 0x411fd080, CSV2(1), 0, 0, -1, -1 }, BRANCH_LOOP, 8);
	expect_branches((struct branch_facts){ 0x411fd080, 0, 0, 0, 1, -1 }, BRANCH_LOOP, 8);
	expect_branches((struct branch_facts){ 0x411fd080, CSV2(1), 0, 0, 1, 1 }, BRANCH_SAFE, 0);
	/* Neoverse-N1, -V2; a later one has the instruction, the latest nothing to clear. */
	expect_branches((struct branch_facts){ 0x413fd0c1, CSV2(1), 0, 0, 1, -1 }, BRANCH_LOOP, 24);
	expect_branches((struct branch_facts){ 0x410fd4f0, CSV2(2), 0, 0, -1, -1 }, BRANCH_LOOP, 132);
	expect_branches((struct branch_facts){ 0x410fd4f0, CSV2(2), CLRBHB, 0, -1, -1 }, BRANCH_CLEAR, 0);
	expect_branches((struct branch_facts){ 0x410fd4f0, CSV2(2), CLRBHB, ECBHB, -1, -1 }, BRANCH_SAFE, 0);
	/* Unknown cores by their ID registers; QEMU's max has CSV2 = 3. */
	expect_branches((struct branch_facts){ 0x000f0510, CSV2(3), 0, 0, -1, -1 }, BRANCH_SAFE, 0);
	expect_branches((struct branch_facts){ 0x000f0510, CSV2(1), 0, 0, -1, -1 }, BRANCH_EXPOSED, 0);
	expect_branches((struct branch_facts){ 0x000f0510, CSV2(1), 0, ECBHB, -1, -1 }, BRANCH_SAFE, 0);
	expect_branches((struct branch_facts){ 0x430f0a10, 0, 0, 0, -1, -1 }, BRANCH_EXPOSED, 0); /* ThunderX */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cores),
		cmocka_unit_test(branches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
