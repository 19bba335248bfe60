/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A feature is shown when a guest can use it without EL2 doing anything: instructions, and registers whose every bit is
 * the guest's own. It is hidden (by not being here: zero means "not implemented" in all of these fields) when
 *  - it has state that is not switched or reset between vCPUs, or can leave the VM: SVE, SME, MTE, PMU, SPE, trace,
 *    AMU, MPAM, RAS;
 *  - a control that is zero, and that only EL2 could change, makes it undefined: HCRX_EL2 (MOPS, LS64, NMI, GCS, TCR2,
 *    SCTLR2, ...), HFGRTR_EL2 (S1PIE, S1POE, THE), HCR_EL2.EnSCXT (CSV2 of 2 and more);
 *  - it belongs to EL2 or EL3, which guests do not have.
 */
#include "arch/arm64/idregs.h"

#include "arch/arm64/esr.h"
#include "common/lib/util.h"

struct cap {
	uint8_t lsb;
	uint8_t max; /* zero, as in unused entries: hides the field */
};

struct id_rule {
	uint64_t as_host;   /* these bits are the host's */
	uint64_t fixed;     /* these are set */
	struct cap caps[3]; /* these fields are the host's, but at most so much */
};

#define CRM_OP2(crm, op2) (((crm) - 1) * 8 + (op2))
#define ALL_32            UINT64_C(0xffffffff)
#define F(lsb)            (UINT64_C(0xf) << (lsb))

static const struct id_rule rules[CRM_OP2(7, 7) + 1] = {
	/*
	 * AArch32, which guests have at EL0 where the cores do: instructions as they are, system features without those
	 * hidden above.
	 */
	[CRM_OP2(1, 0)] = {.as_host = ALL_32 & ~F(20) & ~F(28)},         /* ID_PFR0_EL1: no AMU, RAS */
	[CRM_OP2(1, 1)] = {.as_host = F(0) | F(8) | F(16)},              /* ID_PFR1_EL1: ProgMod, MProgMod, GenTimer */
	[CRM_OP2(1, 2)] = {.as_host = F(0)},                             /* ID_DFR0_EL1: CopDbg; no PMU, no trace */
	[CRM_OP2(1, 4)] = {.as_host = ALL_32},                           /* ID_MMFR0_EL1 */
	[CRM_OP2(1, 5)] = {.as_host = ALL_32},                           /* ID_MMFR1_EL1 */
	[CRM_OP2(1, 6)] = {.as_host = ALL_32},                           /* ID_MMFR2_EL1 */
	[CRM_OP2(1, 7)] = {.as_host = ALL_32},                           /* ID_MMFR3_EL1 */
	[CRM_OP2(2, 0)] = {.as_host = ALL_32},                           /* ID_ISAR0_EL1 */
	[CRM_OP2(2, 1)] = {.as_host = ALL_32},                           /* ID_ISAR1_EL1 */
	[CRM_OP2(2, 2)] = {.as_host = ALL_32},                           /* ID_ISAR2_EL1 */
	[CRM_OP2(2, 3)] = {.as_host = ALL_32},                           /* ID_ISAR3_EL1 */
	[CRM_OP2(2, 4)] = {.as_host = ALL_32},                           /* ID_ISAR4_EL1 */
	[CRM_OP2(2, 5)] = {.as_host = ALL_32},                           /* ID_ISAR5_EL1 */
	[CRM_OP2(2, 6)] = {.as_host = ALL_32 & ~F(8) & ~F(28)},          /* ID_MMFR4_EL1: no XNX, EVT (EL2's) */
	[CRM_OP2(2, 7)] = {.as_host = ALL_32},                           /* ID_ISAR6_EL1 */
	[CRM_OP2(3, 0)] = {.as_host = ALL_32},                           /* MVFR0_EL1 */
	[CRM_OP2(3, 1)] = {.as_host = ALL_32},                           /* MVFR1_EL1 */
	[CRM_OP2(3, 2)] = {.as_host = ALL_32},                           /* MVFR2_EL1 */
	[CRM_OP2(3, 4)] = {.as_host = F(0) | F(4)},                      /* ID_PFR2_EL1: CSV3, SSBS; no RAS_frac */
	[CRM_OP2(3, 6)] = {.as_host = F(0) | F(4)},                      /* ID_MMFR5_EL1: ETS, nTLBPA */

	[CRM_OP2(4, 0)] = { /* ID_AA64PFR0_EL1 */
		.as_host = F(0)            /* EL0: AArch32 programs run where the cores can */
			 | F(16) | F(20)   /* FP, AdvSIMD: the guest's registers, which EL2 does not touch */
			 | F(48) | F(60),  /* DIT, CSV3 */
		.caps = { { 4, 1 },        /* EL1: HCR_EL2.RW says AArch64 */
			  { 24, 1 },       /* GIC: the system registers of version 3, nothing of 4.1 */
			  { 56, 1 } },     /* CSV2: from 2 on it promises SCXTNUM_ELx */
	},
	[CRM_OP2(4, 1)] = { /* ID_AA64PFR1_EL1 */
		.as_host = F(0) | F(4),    /* BT, SSBS: bits of PSTATE and of the guest's own tables */
		.caps = { { 32, 1 } },     /* CSV2_frac: 2 promises SCXTNUM_ELx */
	},
	[CRM_OP2(5, 0)] = { /* ID_AA64DFR0_EL1 */
		.as_host = F(0),           /* DebugVer */
		.fixed = F(36),            /* DoubleLock: not implemented; OSDLR_EL1 is trapped and read as zero */
		.caps = { { 12, 1 },       /* BRPs: two breakpoints, the fewest there can be; CTX_CMPs is zero likewise: one of them */
			  { 20, 1 } },     /* WRPs: two watchpoints */
	},
	[CRM_OP2(6, 0)] = {.as_host = ~(F(0) | F(24))}, /* ID_AA64ISAR0_EL1: all instructions but TME, which HCR_EL2.TME denies */
	[CRM_OP2(6, 1)] = {.as_host = ~(F(56) | F(60))}, /* ID_AA64ISAR1_EL1: all, pointer authentication too, but XS and LS64 */
	[CRM_OP2(6, 2)] = { /* ID_AA64ISAR2_EL1 */
		.as_host = F(0) | F(4)     /* WFxT, RPRES */
			 | F(8) | F(12)    /* GPA3, APA3: the keys are the guest's own */
			 | F(20) | F(24)   /* BC, PAC_frac */
			 | F(28)           /* CLRBHB: guests need it against branch history injection */
			 | F(48) | F(52),  /* RPRFM, CSSC */
	},
	[CRM_OP2(7, 0)] = { /* ID_AA64MMFR0_EL1 */
		.as_host = F(4)            /* ASIDBits */
			 | F(8) | F(16)    /* BigEnd, BigEndEL0 */
			 | F(20) | F(24) | F(28) /* TGran16, TGran64, TGran4: stage 1 is the guest's; for stage 2, zero refers to these */
			 | F(44),          /* ExS */
		.caps = { { 0, 6 },        /* PARange: stage 2 translates 52 bits at the most */
			  { 60, 1 } },     /* ECV: the self-synchronising counters; CNTPOFF_EL2 is EL2's */
	},
	[CRM_OP2(7, 1)] = { /* ID_AA64MMFR1_EL1 */
		.as_host = F(12) | F(20)   /* HPDS, PAN */
			 | F(24)           /* SpecSEI */
			 | F(32) | F(36)   /* TWED, ETS */
			 | F(44) | F(48)   /* AFP, nTLBPA */
			 | F(52) | F(56)   /* TIDCP1, CMOW */
			 | F(60),          /* ECBHB */
		.caps = { { 0, 2 } },      /* HAFDBS: from 3 on it is controlled by TCR2_EL1 or HDBSS registers */
	},
	[CRM_OP2(7, 2)] = { /* ID_AA64MMFR2_EL1 */
		.as_host = F(0) | F(4) | F(8)   /* CnP, UAO, LSM */
			 | F(16) | F(20)        /* VARange, CCIDX */
			 | F(28) | F(32) | F(36) /* ST, AT, IDS */
			 | F(48) | F(52)        /* TTL, BBM */
			 | F(60),               /* E0PD */
	},
};

uint64_t idreg_guest_value(uint32_t sysreg, uint64_t host_value)
{
	if (sysreg < SYSREG(3, 0, 0, 1, 0) || sysreg > SYSREG(3, 0, 0, 7, 7))
		return 0;

	const struct id_rule *rule = &rules[sysreg - SYSREG(3, 0, 0, 1, 0)];
	uint64_t value = (host_value & rule->as_host) | rule->fixed;

	for (const struct cap *cap = rule->caps; cap < rule->caps + ARRAY_SIZE(rule->caps) && cap->max; cap++)
		value |= u64_min(host_value >> cap->lsb & 0xf, cap->max) << cap->lsb;
	return value;
}
