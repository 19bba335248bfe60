/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What guests read from the ID registers: op0 = 3, op1 = 0, CRn = 0, CRm = 1 .. 7 (Arm ARM DDI 0487, D24.2 "ID_*_EL1").
 * Pure.
 */
#ifndef ARCH_ARM64_IDREGS_H
#define ARCH_ARM64_IDREGS_H

#include <stdint.h>

#include "arch/arm64/esr.h"

/*
 * The value for a guest of a CPU on which that register (SYSREG() of esr.h) reads as host_value. An allow-list: a field
 * that is not in it reads as zero, and so does every register outside.
 */
uint64_t idreg_guest_value(uint32_t sysreg, uint64_t host_value);

/* That value for a guest whose GIC has no system registers: ID_AA64PFR0_EL1.GIC is 0. (ID_PFR1_EL1.GIC is for all.) */
static inline uint64_t idreg_without_gic(uint32_t sysreg, uint64_t value)
{
	return sysreg == SYSREG(3, 0, 0, 4, 0) ? value & ~(UINT64_C(0xf) << 24) : value;
}

#endif
