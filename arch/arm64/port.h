/* SPDX-License-Identifier: Apache-2.0 */
/* What arch/arm64 needs from the layers above it, bound by the linker: the handlers that vectors.S and start.S branch to. */
#ifndef ARCH_ARM64_PORT_H
#define ARCH_ARM64_PORT_H

#include <stdint.h>

#include "common/lib/util.h"

struct vcpu;
struct cpu;

/*
 * Exits from a guest: `vcpu` is the one that ran, its x0..x18 and x30 saved, and x19..x29 where not said otherwise. Run on this CPU's EL2 stack with interrupts masked. What they
 * return is entered next: the same vCPU, or another one of this CPU, loaded by then.
 */
struct vcpu *exit_hvc(struct vcpu *vcpu);                /* HVC from AArch64; x19..x29 are not saved and must not be needed */
struct vcpu *exit_sync(struct vcpu *vcpu, uint64_t esr); /* every other synchronous exception */
struct vcpu *exit_irq(struct vcpu *vcpu);                /* x19..x29 not saved either */
struct vcpu *exit_serror(struct vcpu *vcpu);

/* An exception taken from EL2 itself: a defect of the hypervisor. `kind`: 0 synchronous, 1 IRQ, 2 FIQ, 3 SError; `sp` at the fault. */
NORETURN void el2_fault(unsigned kind, const uint64_t *x, uint64_t sp);

/* The boot CPU arrives here once: on its boot stack, relocated, bss zeroed, MMU off. `el` is the exception level it was started at (2, or 1 or 3 to be refused). */
NORETURN void boot_main(uint64_t dtb, unsigned el);

/* Every other CPU arrives here once: on its own stack, MMU on. */
NORETURN void secondary_main(struct cpu *cpu);

/* Called by stack-protected functions when their frame was overwritten. */
NORETURN void __stack_chk_fail(void);

#endif
