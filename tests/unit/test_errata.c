/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arm64/errata.h"

static void expect(uint32_t midr, const char *ids)
{
	char text[200] = "";

	for (const struct erratum *e = errata_next(midr, NULL); e; e = errata_next(midr, e)) {
		strcat(text, e->id);
		strcat(text, e->open ? "! " : " ");
	}
	assert_string_equal(text, ids);
}

static void cores(void **state)
{
	(void)state;
	expect(0x410fd034, "835769 843419 ");                      /* Cortex-A53 r0p4 */
	expect(0x410fd040, "");                                    /* Cortex-A35 */
	expect(0x412fd050, "1530923! ");                           /* Cortex-A55 r2p0 */
	expect(0x411fd072, "832075! 834220! 1319537! ");           /* Cortex-A57 r1p2 */
	expect(0x411fd073, "1319537! ");                           /* r1p3 */
	expect(0x410fd083, "1319367! ");                           /* Cortex-A72 r0p3 */
	expect(0x412fd0b0, "1165522! ");                           /* Cortex-A76 r2p0 */
	expect(0x413fd0b0, "");                                    /* r3p0 */
	expect(0x430f0a10, "Cavium 23154! Cavium 27456! Cavium 30115! "); /* ThunderX r0p0 */
	expect(0x431f0a12, "Cavium 23154! Cavium 30115! ");        /* r1p2 */
	expect(0x431f0af1, "");                                    /* ThunderX2 */
	expect(0x000f0510, "");                                    /* QEMU's max */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
