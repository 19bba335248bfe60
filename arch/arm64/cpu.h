/* SPDX-License-Identifier: Apache-2.0 */
/* What assembly needs of a physical CPU, and the steps from one state of a CPU to the next. */
#ifndef ARCH_ARM64_CPU_H
#define ARCH_ARM64_CPU_H

#include <stdint.h>

#include "arch/arm64/lock_rank.h"
#include "arch/arm64/offsets.h"
#include "arch/arm64/sysreg.h"
#include "common/lib/err.h"

struct arch_vcpu;

/* First member of struct cpu, which TPIDR_EL2 points to. */
struct arch_cpu {
	uint64_t stack_top;   /* EL2 stack, 16-byte aligned; an unmapped page lies below it */
	uint64_t fault_x[32]; /* registers at a fault of EL2's own: x0..x30, SP */
	uint8_t fault_stack[CPU_FAULT_STACK_SIZE]; /* faults are handled here: the stack may be what is broken */
	uint32_t locks_held; /* lock_check.h */
	uint32_t defence, stage1_first; /* what vectors_defended does: offsets.h */
	const struct arch_vcpu *clean; /* the loaded vCPU, when its registers are those after a reset; else NULL: vcpu.c */
#ifdef CONFIG_DEBUG_LOCKS
	struct lock_hold {
		uint64_t since, longest; /* counter ticks */
	} lock_holds[LOCK_RANKS];
#endif
} __attribute__((aligned(16)));

struct cpu;
struct vcpu;

/* This CPU; valid from start.S on. */
static inline struct cpu *this_cpu(void)
{
	return (struct cpu *)read_sysreg(tpidr_el2);
}

/* Exception vectors: of all CPUs at first, and of those that have work to do at each exit before anything else (a part of the image of its own). */
extern const char vectors[], vectors_defended[];

/* Entry of the other CPUs for PSCI CPU_ON: MMU off, x0 = the physical address of their struct cpu. */
extern const char secondary_entry[];

/* Entry for a spin table: MMU off; the struct cpu is what spin_cpu points to. */
extern const char spin_entry[];
extern struct cpu *spin_cpu;

/*
 * Boot only. Starts a CPU that waits at its release address (Linux, Documentation/arm64/booting.rst): the next one only when this one is up.
 * ERR_EXISTS, ERR_NO_MEMORY: that address cannot be mapped.
 */
enum err spin_table_start(uint64_t release_addr, struct cpu *cpu) MUST_CHECK;

/* Leaves the present stack for the one that ends at stack_top and calls fn(arg) there. */
NORETURN void cpu_switch_stack(uint64_t stack_top, void (*fn)(void *arg), void *arg);

/* Enters a vCPU that is loaded and whose x[] hold what it starts with. The EL2 stack is empty afterwards. */
NORETURN void vcpu_enter(struct vcpu *vcpu);

/* Zeroes all of FP and SIMD, FPCR and FPSR. */
void cpu_zero_fp(void);

/* Waits for interrupts for ever. */
NORETURN void cpu_park(void);

#endif
