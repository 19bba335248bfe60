/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The architectural state of a vCPU. While a vCPU runs, what is not in x[] lives in the machine's registers; ELR_EL2 and SPSR_EL2
 * are not saved on exits, so handlers read and write them in place, through the functions below that say "loaded".
 */
#ifndef ARCH_ARM64_VCPU_H
#define ARCH_ARM64_VCPU_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/arm64/sysreg.h"

struct arch_vcpu {
	uint64_t x[32];     /* offset 0: vectors.S; x[30] is the guest's LR, x[31] always 0: as an Rt it is XZR */
	uint64_t el2_stack; /* offset 256: SP for the exit handler, this CPU's EL2 stack below the word that names the vCPU */
	uint64_t hcr;       /* HCR_EL2 as the guest runs with it, its virtual lines included */
	uint64_t vmpidr;    /* VMPIDR_EL2 */
};

struct arch_vm {
	uint64_t vttbr; /* VMID and root of the stage-2 tables */
	uint64_t vtcr;
};

/* Register n as an instruction's Rt names it: 31 is XZR. */
static inline uint64_t vcpu_get_reg(const struct arch_vcpu *v, unsigned n)
{
	return v->x[n];
}

static inline void vcpu_set_reg(struct arch_vcpu *v, unsigned n, uint64_t value)
{
	v->x[n] = value;
	v->x[31] = 0;
}

/* MPIDR_EL1.Aff1:Aff0 of vCPU n: 16 to a cluster, so that every one can be in a GICv3 target list. */
static inline uint64_t vcpu_affinity(unsigned n)
{
	return (uint64_t)(n / 16) << 8 | n % 16;
}

/* The inverse; a number that may be beyond the VM's vCPUs. Aff2 and Aff3 must be zero. */
static inline unsigned vcpu_from_affinity(uint64_t aff)
{
	return (unsigned)((aff >> 8 & 0xff) * 16 + (aff & 0xff));
}

/* Boot: the fixed part of vCPU `id`, whose CPU's EL2 stack ends at stack_top. shares: it has not that CPU alone. */
void arch_vcpu_init(struct arch_vcpu *v, unsigned id, uint64_t stack_top, bool shares);

/* On its CPU: makes this vCPU and VM the loaded ones: the EL2 registers that hold for a whole residence. */
void arch_vcpu_load(const struct arch_vcpu *v, const struct arch_vm *vm);

/* On its CPU, loaded: the state after a reset (Arm ARM D1.9, and the arm64 boot protocol), entering at pc with x0. Nothing of a former life remains, TLB entries included. */
void arch_vcpu_reset(struct arch_vcpu *v, uint64_t pc, uint64_t x0);

/*
 * On its CPU, loaded, for the last time in this life: its timers no longer fire, and its registers are forgotten, so that the next life begins soon if no
 * other vCPU is loaded before.
 */
void arch_vcpu_quiesce(struct arch_vcpu *v);

/* The loaded vCPU's program counter. */
uint64_t vcpu_pc(void);

/* Steps the loaded vCPU over the instruction that trapped, emulated now: as if it had completed, for single-stepping guests too. il: it was 32 bits wide. */
void vcpu_skip_instruction(bool il);

/* Whether the loaded vCPU was in AArch32 state when it exited. */
bool vcpu_is_aarch32(void);

/* Makes the loaded vCPU take that exception at its EL1 (inject.h). */
void vcpu_inject_undefined(bool il);
void vcpu_inject_abort(bool data, bool write, unsigned fsc, uint64_t far);

/* Virtual IRQ and FIQ of the loaded vCPU, as levels, for a guest whose CPU interface is software. */
void vcpu_set_virtual_lines(struct arch_vcpu *v, bool irq, bool fiq);

/* A virtual SError, pending until the guest unmasks it. */
void vcpu_inject_serror(struct arch_vcpu *v);

#endif
