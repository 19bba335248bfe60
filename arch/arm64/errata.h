/* SPDX-License-Identifier: Apache-2.0 */
/* CPU errata that concern a hypervisor, by MIDR_EL1, and what guests could do to EL2 through branch prediction. Pure; boot only. */
#ifndef ARCH_ARM64_ERRATA_H
#define ARCH_ARM64_ERRATA_H

#include <stdbool.h>
#include <stdint.h>

#include "common/lib/util.h"

enum erratum_fate {
	ERRATUM_DONE,     /* worked around */
	ERRATUM_REFUSED,  /* a VM that could meet it is not started on such a CPU */
};

/* What is to be done on a CPU that has it, where that is not done on all CPUs. */
#define ERRATA_IAR BIT(0)    /* Cavium 23154, 38545: an acknowledged INTID may be stale */
#define ERRATA_ICC BIT(1)    /* Cavium 30115: no guest may use the GICv3's CPU interface */
#define ERRATA_STAGE1 BIT(2) /* 834220: a stage-2 fault may hide a stage-1 fault */
#define ERRATA_ICACHE BIT(3) /* Cavium 27456: instruction cache lines of a vCPU that is not loaded may be damaged */

#define ERRATUM_ALL 0xff

struct erratum {
	const char *id;         /* the vendor's */
	uint32_t model;         /* implementer, part */
	uint8_t last;           /* the last revision that has it: variant, revision; ERRATUM_ALL: they all do */
	enum erratum_fate fate;
	uint32_t todo;          /* ERRATA_* */
};

/* The next erratum that such a CPU has behind `after` (NULL: the first); NULL when there are no more. Revision r0p0 has what any revision has. */
const struct erratum *errata_next(uint32_t midr, const struct erratum *after);

/* ERRATA_* of all that the CPU has. */
uint32_t errata_todo(uint32_t midr);

/* What vectors.S does at each exit before anything else, so that no indirect branch of EL2 goes where a guest has trained it to go. */
enum branch_defence {
	BRANCH_SAFE,    /* nothing: such a CPU predicts no branch from what other contexts did */
	BRANCH_SMC,     /* a call to firmware */
	BRANCH_LOOP,    /* so many branches that the history is EL2's own */
	BRANCH_CLEAR,   /* CLRBHB */
	BRANCH_EXPOSED, /* nothing, for want of anything that would help */
};

struct branch_facts {
	uint32_t midr;
	uint64_t pfr0, isar2, mmfr1;        /* ID_AA64PFR0_EL1, ID_AA64ISAR2_EL1, ID_AA64MMFR1_EL1 */
	int32_t workaround_1, workaround_3; /* SMCCC_ARCH_FEATURES of each on this CPU: 0 needed, 1 not needed, negative: not there */
};

/* value: the function ID of the call, or the number of branches. */
enum branch_defence errata_defend_branches(const struct branch_facts *facts, uint32_t *value);

#endif
