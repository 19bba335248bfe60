/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions EL2 makes a guest take to its EL1 (Arm ARM DDI 0487, D1.3 "Exceptions" and AArch64.TakeException). Pure. */
#ifndef ARCH_ARM64_INJECT_H
#define ARCH_ARM64_INJECT_H

#include <stdbool.h>
#include <stdint.h>

/* What taking an exception depends on, and what it changes. */
struct inject_state {
	uint64_t pc, pstate;        /* of the guest: ELR_EL2, SPSR_EL2 */
	uint64_t vbar, sctlr;       /* VBAR_EL1, SCTLR_EL1 */
	uint64_t esr, far, elr, spsr; /* result: for the registers of EL1 of those names; far as it was unless an abort */
};

/* Undefined Instruction: EC 0. il: the trapped instruction was 32 bits wide. */
void inject_undefined(struct inject_state *s, bool il);

/* Fault status codes (ESR_EL1.DFSC, IFSC): synchronous external abort, not on a walk of stage 1, or on that, plus the level. */
#define FSC_EXTERNAL 0x10u
#define FSC_EXTERNAL_WALK 0x14u

/* Abort of a load, store (data) or instruction fetch at that virtual address, with that fault status code. */
void inject_abort(struct inject_state *s, bool data, bool write, unsigned fsc, uint64_t far);

#endif
