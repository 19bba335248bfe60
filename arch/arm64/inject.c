/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/inject.h"

#include "arch/arm64/esr.h"
#include "common/lib/util.h"

#define PSTATE_M_MASK 0x1fu
#define PSTATE_AARCH32 BIT(4)
#define PSTATE_EL0T 0u
#define PSTATE_EL1T 4u
#define PSTATE_EL1H 5u
#define PSTATE_DAIF GENMASK(9, 6)
#define PSTATE_SSBS BIT(12)
#define PSTATE_PAN BIT(22)
#define PSTATE_DIT BIT(24)
#define PSTATE_NZCV GENMASK(31, 28)
#define SPSR_AARCH32_DIT BIT(21)
#define SCTLR_SPAN BIT(23)
#define SCTLR_DSSBS BIT(44)

#define ESR_IL BIT(25)

/* Offset in the guest's vector table of a synchronous exception (D1.3.1). */
static uint64_t vector_offset(uint64_t pstate)
{
	switch (pstate & PSTATE_M_MASK) {
	case PSTATE_EL1T:
		return 0x000;
	case PSTATE_EL1H:
		return 0x200;
	case PSTATE_EL0T:
		return 0x400;
	default:
		return 0x600; /* AArch32 EL0 */
	}
}

/*
 * PSTATE on taking an exception to EL1: DAIF masked, NZCV and DIT kept, PAN kept or set as SCTLR_EL1.SPAN says, SSBS from SCTLR_EL1.DSSBS,
 * everything else (IL, SS, UAO, BTYPE, TCO) clear. SPAN is RES1 and DSSBS RES0 where the feature is absent, so no feature is asked for.
 */
static uint64_t exception_pstate(uint64_t old, uint64_t sctlr)
{
	uint64_t p = PSTATE_EL1H | PSTATE_DAIF | (old & (PSTATE_NZCV | PSTATE_PAN));

	if (old & (old & PSTATE_AARCH32 ? SPSR_AARCH32_DIT : PSTATE_DIT))
		p |= PSTATE_DIT;
	if (!(sctlr & SCTLR_SPAN))
		p |= PSTATE_PAN;
	if (sctlr & SCTLR_DSSBS)
		p |= PSTATE_SSBS;
	return p;
}

static void take(struct inject_state *s, uint64_t esr)
{
	s->esr = esr;
	s->elr = s->pc;
	s->spsr = s->pstate;
	s->pc = s->vbar + vector_offset(s->pstate);
	s->pstate = exception_pstate(s->pstate, s->sctlr);
}

void inject_undefined(struct inject_state *s, bool il)
{
	take(s, (uint64_t)EC_UNKNOWN << 26 | (il ? ESR_IL : 0));
}

void inject_abort(struct inject_state *s, bool data, bool write, unsigned fsc, uint64_t far)
{
	uint64_t mode = s->pstate & PSTATE_M_MASK;
	bool same_el = mode == PSTATE_EL1T || mode == PSTATE_EL1H;
	uint64_t ec = data ? (same_el ? EC_DABT_SAME : EC_DABT_LOWER) : (same_el ? EC_IABT_SAME : EC_IABT_LOWER);

	/* IL is 1 for every instruction abort, and for a data abort without a valid ISS (D24.2.37, ESR_EL1). */
	s->far = far;
	take(s, ec << 26 | ESR_IL | (data && write ? BIT(6) : 0) | fsc);
}
