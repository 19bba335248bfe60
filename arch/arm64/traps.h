/* SPDX-License-Identifier: Apache-2.0 */
/* The EL2 registers that decide what traps, and what becomes of each trapped system register. Deny by default: what is not in the table is undefined for the guest. */
#ifndef ARCH_ARM64_TRAPS_H
#define ARCH_ARM64_TRAPS_H

#include <stdint.h>

#include "arch/arm64/esr.h"

enum sysreg_action {
	SYSREG_UNDEFINED, /* not in the table */
	SYSREG_ID,        /* read: the CPU's filtered ID register */
	SYSREG_READ,      /* read: rule->value; write: ignored */
	SYSREG_REVIDR,    /* read: as the core has it, errata depend on it */
	SYSREG_SGI,       /* write: ICC_SGI1R (value 0), ICC_ASGI1R (1), ICC_SGI0R (2) */
	SYSREG_DIR,       /* write: ICC_DIR */
};

#define SYSREG_ICC_SGI1R SYSREG(3, 0, 12, 11, 5)

struct sysreg_rule {
	uint32_t reg; /* SYSREG() of esr.h */
	enum sysreg_action action;
	uint64_t value;
};

/* The rule for that register; never NULL. Pure. */
const struct sysreg_rule *sysreg_find_rule(uint32_t reg);

/* Each CPU: the trap controls that are the same for all guests (CPTR_EL2, MDCR_EL2, CNTHCTL_EL2, ...). */
void traps_init_cpu(void);

/* ID registers op0=3, op1=0, CRn=0, CRm=1..7, op2=0..7, as guests of one CPU see them; index (CRm - 1) * 8 + op2. */
#define IDREGS_COUNT 56
/* The index of that register among them; one that is not among them has an index of IDREGS_COUNT or above. */
static inline uint32_t sysreg_id_index(uint32_t reg)
{
	return reg - SYSREG(3, 0, 0, 1, 0);
}
void idregs_read_host(uint64_t values[IDREGS_COUNT]);

#endif
