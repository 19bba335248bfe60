/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/errata.h"

#include "arch/arm64/smccc.h"

#define MODEL(implementer, part) ((implementer) << 12 | (part))
#define ARM(part) MODEL(0x41u, part)
#define CAVIUM(part) MODEL(0x43u, part)
#define REV(r, p) ((r) << 4 | (p))

/*
 * Software Developers Errata Notices of the cores; Linux' Documentation/arm64/silicon-errata.rst has the same identifiers.
 *
 * 835769, 843419: instruction sequences; the compiler and the linker avoid them (tools/build/el2.mk), tests/check-build looks for them.
 * 832075: device loads among exclusives to normal memory can hang the core; EL2's device loads are load-acquires (io.h), a guest has its kernel's
 * workaround for its own.
 * 834220: a load may report a stage-2 translation fault where stage 1 forbids it; stage 1 is asked first (stage1.c).
 * Speculative AT (1530923, 1319537, 1319367, 1165522): an AT instruction may be speculated while one VM's registers replace another's, and what it
 * finds is cached. No walk can begin in the meantime (context.c); where a vCPU starts, VTTBR_EL2 changes before any EL1 register does, and what is
 * cached for its VMID by then is invalidated when they have changed (arch_vcpu_reset).
 * Cavium 23154, 38545: ICC_IAR1_EL1 read too early or of an interrupt that has gone (gicv3_cpu.c).
 * Cavium 27456: TLB maintenance by other CPUs may damage instruction cache lines of another context than the current; the instruction cache is invalidated
 * when another vCPU becomes the current one (arch_vcpu_reset; shared_cpu.c).
 * Cavium 30115: a guest's use of ICC_* registers may disable interrupts of EL2: only VMs without that interface, gic-version = <2>.
 */
static const struct erratum errata[] = {
	{ "835769", ARM(0xd03), REV(0, 4), ERRATUM_DONE, 0 },
	{ "843419", ARM(0xd03), REV(0, 4), ERRATUM_DONE, 0 },
	{ "1530923", ARM(0xd05), ERRATUM_ALL, ERRATUM_DONE, 0 },
	{ "832075", ARM(0xd07), REV(1, 2), ERRATUM_DONE, 0 },
	{ "834220", ARM(0xd07), REV(1, 2), ERRATUM_DONE, ERRATA_STAGE1 },
	{ "1319537", ARM(0xd07), ERRATUM_ALL, ERRATUM_DONE, 0 },
	{ "1319367", ARM(0xd08), ERRATUM_ALL, ERRATUM_DONE, 0 },
	{ "1165522", ARM(0xd0b), REV(2, 0), ERRATUM_DONE, 0 },
	/* ThunderX: CN88xx, CN81xx, CN83xx. OCTEON TX2: CN98xx, CN96xx, CN95xx, CNF95xxN, CNF95xxMM, CNF95xxO. */
	{ "Cavium 23154", CAVIUM(0x0a1), REV(0, 1), ERRATUM_DONE, ERRATA_IAR },
	{ "Cavium 38545", CAVIUM(0x0a1), ERRATUM_ALL, ERRATUM_DONE, ERRATA_IAR },
	{ "Cavium 38545", CAVIUM(0x0a2), ERRATUM_ALL, ERRATUM_DONE, ERRATA_IAR },
	{ "Cavium 38545", CAVIUM(0x0a3), ERRATUM_ALL, ERRATUM_DONE, ERRATA_IAR },
	{ "Cavium 38545", CAVIUM(0x0b1), ERRATUM_ALL, ERRATUM_DONE, ERRATA_IAR },
	{ "Cavium 38545", CAVIUM(0x0b2), ERRATUM_ALL, ERRATUM_DONE, ERRATA_IAR },
	{ "Cavium 38545", CAVIUM(0x0b3), ERRATUM_ALL, ERRATUM_DONE, ERRATA_IAR },
	{ "Cavium 38545", CAVIUM(0x0b4), ERRATUM_ALL, ERRATUM_DONE, ERRATA_IAR },
	{ "Cavium 38545", CAVIUM(0x0b5), ERRATUM_ALL, ERRATUM_DONE, ERRATA_IAR },
	{ "Cavium 38545", CAVIUM(0x0b6), ERRATUM_ALL, ERRATUM_DONE, ERRATA_IAR },
	{ "Cavium 27456", CAVIUM(0x0a1), REV(1, 1), ERRATUM_DONE, ERRATA_ICACHE },
	{ "Cavium 27456", CAVIUM(0x0a2), REV(0, 0), ERRATUM_DONE, ERRATA_ICACHE },
	{ "Cavium 30115", CAVIUM(0x0a1), REV(1, 2), ERRATUM_REFUSED, ERRATA_ICC },
	{ "Cavium 30115", CAVIUM(0x0a2), REV(0, 2), ERRATUM_REFUSED, ERRATA_ICC },
	{ "Cavium 30115", CAVIUM(0x0a3), REV(0, 0), ERRATUM_REFUSED, ERRATA_ICC },
};

static uint32_t model_of(uint32_t midr)
{
	return MODEL((uint32_t)FIELD(midr, 31, 24), (uint32_t)FIELD(midr, 15, 4));
}

static bool has(uint32_t midr, const struct erratum *e)
{
	return model_of(midr) == e->model && REV(FIELD(midr, 23, 20), FIELD(midr, 3, 0)) <= e->last;
}

const struct erratum *errata_next(uint32_t midr, const struct erratum *after)
{
	for (const struct erratum *e = after ? after + 1 : errata; e < errata + ARRAY_SIZE(errata); e++)
		if (has(midr, e))
			return e;
	return NULL;
}

uint32_t errata_todo(uint32_t midr)
{
	uint32_t todo = 0;

	for (const struct erratum *e = errata_next(midr, NULL); e; e = errata_next(midr, e))
		todo |= e->todo;
	return todo;
}

/* ---- Branch prediction ---- */

/*
 * Cores by how many branches replace what a guest left in the history (Arm, "Spectre-BHB", CVE-2022-23960); 0: cores that predict no
 * indirect branch from history and none from another context's.
 */
static const struct {
	uint32_t model;
	uint8_t branches;
} histories[] = {
	{ ARM(0xd03), 0 },   /* Cortex-A53 */
	{ ARM(0xd04), 0 },   /* Cortex-A35 */
	{ ARM(0xd05), 0 },   /* Cortex-A55 */
	{ ARM(0xd46), 0 },   /* Cortex-A510 */
	{ ARM(0xd80), 0 },   /* Cortex-A520 */
	{ ARM(0xd07), 8 },   /* Cortex-A57 */
	{ ARM(0xd08), 8 },   /* Cortex-A72 */
	{ MODEL(0xc0u, 0xac3), 11 }, /* Ampere-1 */
	{ ARM(0xd0b), 24 },  /* Cortex-A76 */
	{ ARM(0xd0c), 24 },  /* Neoverse-N1 */
	{ ARM(0xd0d), 24 },  /* Cortex-A77 */
	{ ARM(0xd0e), 24 },  /* Cortex-A76AE */
	{ ARM(0xd40), 32 },  /* Neoverse-V1 */
	{ ARM(0xd41), 32 },  /* Cortex-A78 */
	{ ARM(0xd42), 32 },  /* Cortex-A78AE */
	{ ARM(0xd44), 32 },  /* Cortex-X1 */
	{ ARM(0xd47), 32 },  /* Cortex-A710 */
	{ ARM(0xd48), 32 },  /* Cortex-X2 */
	{ ARM(0xd49), 32 },  /* Neoverse-N2 */
	{ ARM(0xd4b), 32 },  /* Cortex-A78C */
	{ ARM(0xd4c), 32 },  /* Cortex-X1C */
	{ ARM(0xd4d), 38 },  /* Cortex-A715 */
	{ ARM(0xd81), 38 },  /* Cortex-A720 */
	{ ARM(0xd4e), 132 }, /* Cortex-X3 */
	{ ARM(0xd4f), 132 }, /* Neoverse-V2 */
};

#define HISTORY_UNKNOWN (-1)

static int history_of(uint32_t midr)
{
	for (unsigned i = 0; i < ARRAY_SIZE(histories); i++)
		if (histories[i].model == model_of(midr))
			return histories[i].branches;
	return HISTORY_UNKNOWN;
}

/*
 * ID_AA64PFR0_EL1.CSV2: 0, another context's branches may be followed (Spectre-v2), which only firmware can undo, and its call then clears the history
 * too; 1 and 2, they are not but for the history (Spectre-BHB); 3, nor is that. ID_AA64MMFR1_EL1.ECBHB: history ends at an exception to a
 * higher level. ID_AA64ISAR2_EL1.CLRBHB: an instruction ends it. What the firmware says of this CPU goes before what is known of its kind.
 */
enum branch_defence errata_defend_branches(const struct branch_facts *f, uint32_t *value)
{
	uint64_t csv2 = FIELD(f->pfr0, 59, 56);
	int history = history_of(f->midr);

	*value = f->workaround_3 == 0 ? SMCCC_ARCH_WORKAROUND_3 : f->workaround_1 == 0 ? SMCCC_ARCH_WORKAROUND_1 : 0;
	if (*value)
		return BRANCH_SMC;
	if (history == 0 || csv2 >= 3)
		return BRANCH_SAFE;
	if (csv2 == 0 && f->workaround_1 < 0)
		return BRANCH_EXPOSED;
	if (f->workaround_3 > 0 || FIELD(f->mmfr1, 63, 60))
		return BRANCH_SAFE;
	if (FIELD(f->isar2, 31, 28))
		return BRANCH_CLEAR;
	*value = history > 0 ? (uint32_t)history : 0;
	return *value ? BRANCH_LOOP : BRANCH_EXPOSED;
}
