/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/traps.h"
#include "common/lib/util.h"

/* Sorted by encoding, for the search. ID registers are found by range before. */
static const struct sysreg_rule rules[] = {
	/* MDRAR_EL1: address of the debug ROM table: none (MDCR_EL2.TDRA) */
	{SYSREG(2, 0, 1, 0, 0), SYSREG_READ, 0},
	/* OSLAR_EL1, OSLSR_EL1: the OS lock is implemented and never locked; it guards only external debug (MDCR_EL2.TDOSA) */
	{SYSREG(2, 0, 1, 0, 4), SYSREG_READ, 0},
	{SYSREG(2, 0, 1, 1, 4), SYSREG_READ, BIT(3)},
	/* OSDLR_EL1: no double lock; DBGPRCR_EL1: no power request */
	{SYSREG(2, 0, 1, 3, 4), SYSREG_READ, 0},
	{SYSREG(2, 0, 1, 4, 4), SYSREG_READ, 0},
	/* REVIDR_EL1 */
	{SYSREG(3, 0, 0, 0, 6), SYSREG_REVIDR, 0},
	/* ACTLR_EL1: the core's auxiliary controls are not the guest's (HCR_EL2.TACR) */
	{SYSREG(3, 0, 1, 0, 1), SYSREG_READ, 0},
	/* ICC_DIR_EL1: trapped while deactivations must be seen (ICH_HCR_EL2.TDIR) */
	{SYSREG(3, 0, 12, 11, 1), SYSREG_DIR, 0},
	/* ICC_SGI1R_EL1, ICC_ASGI1R_EL1, ICC_SGI0R_EL1 (HCR_EL2.IMO, FMO) */
	{SYSREG_ICC_SGI1R, SYSREG_SGI, 0},
	{SYSREG(3, 0, 12, 11, 6), SYSREG_SGI, 1},
	{SYSREG(3, 0, 12, 11, 7), SYSREG_SGI, 2},
	/* AIDR_EL1: nothing implementation-defined to identify */
	{SYSREG(3, 1, 0, 0, 7), SYSREG_READ, 0},
};

static const struct sysreg_rule id_rule = {.action = SYSREG_ID};
static const struct sysreg_rule undefined_rule = {.action = SYSREG_UNDEFINED};

const struct sysreg_rule *sysreg_find_rule(uint32_t reg)
{
	unsigned low = 0, high = ARRAY_SIZE(rules);

	if (sysreg_id_index(reg) < IDREGS_COUNT)
		return &id_rule;
	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (rules[mid].reg == reg)
			return &rules[mid];
		if (rules[mid].reg < reg)
			low = mid + 1;
		else
			high = mid;
	}
	return &undefined_rule;
}
