/* SPDX-License-Identifier: Apache-2.0 */
/* What arch/arm64 needs from the layers above it, bound by the linker: the handlers that vectors.S and start.S branch to. */
#ifndef ARCH_ARM64_PORT_H
#define ARCH_ARM64_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/lib/err.h"
#include "common/lib/util.h"

struct vcpu;
struct cpu;

/*
 * Exits from a guest: `vcpu` is the one that ran. All run on this CPU's EL2 stack with interrupts masked.
 *
 * The first ones are the fast ways: of the guest's registers only x0..x7, x16, x17 and x30 are in vcpu->x, and the same vCPU goes on. Where
 * they do not suffice they say so, and exit_..._rest is called for the same exit.
 */
struct vcpu *exit_access(struct vcpu *vcpu, uint64_t esr); /* a data abort. The instruction was emulated and is to be stepped over: vcpu; NULL: nothing was done */
struct vcpu *exit_sysreg(struct vcpu *vcpu, uint64_t esr); /* a system register access. The same */
int exit_hvc(struct vcpu *vcpu);                           /* HVC from AArch64. 0, or what exit_call is to go on with */
struct vcpu *exit_sgis(struct vcpu *vcpu);                 /* without requests, SGIs have been sent to it. vcpu */
struct vcpu *exit_requests(struct vcpu *vcpu);             /* vcpu; NULL: there are other ones left */
/* An interrupt goes to vcpu->handle_irqs (common/vm.h), which returns vcpu; one of the two above follows, when other CPUs asked for something. */

/* All registers are in vcpu->x. The vCPU they return, loaded by then, is entered next: the same one, or another one of this CPU. */
struct vcpu *exit_sync_rest(struct vcpu *vcpu, uint64_t esr);
struct vcpu *exit_sync_stage1(struct vcpu *vcpu, uint64_t esr); /* stage1.c: a data abort on CPUs with erratum 834220 */
struct vcpu *exit_call(struct vcpu *vcpu, int action);
struct vcpu *exit_requests_rest(struct vcpu *vcpu);
struct vcpu *exit_serror(struct vcpu *vcpu);

/* An exception taken from EL2 itself: a defect of the hypervisor. On a stack of its own. `kind`: 0 synchronous, 1 IRQ, 2 FIQ, 3 SError; `sp` at the fault. */
void el2_fault(unsigned kind, const uint64_t *x, uint64_t sp);

/* What follows if it returns: on the CPU's own stack, empty again. */
NORETURN void el2_fault_leave(struct cpu *cpu);

/* The boot CPU arrives here once: on its boot stack, relocated, bss zeroed, MMU off. `el` is the exception level it was started at (2, or 1 or 3 to be refused). */
NORETURN void boot_main(uint64_t dtb, unsigned el);

/*
 * What a boot loader that hands over no device tree of its own making knows (efi.c), and a copy of the board's DTB at `to`, of `room` bytes, that says it in
 * /chosen and as memory. Memory is pairs of address and size; initrd_size 0, bootargs NULL: none. ERR_INVALID: the DTB is damaged; ERR_NO_MEMORY.
 */
struct boot_facts {
	uint64_t initrd, initrd_size;
	const char *bootargs;
	const uint64_t *memory;
	uint32_t nr_memory;
};
enum err dt_make_boot(void *to, size_t room, const void *from, const struct boot_facts *facts) MUST_CHECK;

/* Every other CPU arrives here once: on its own stack, MMU on. */
NORETURN void secondary_main(struct cpu *cpu);

/* Called by stack-protected functions when their frame was overwritten. */
NORETURN void __stack_chk_fail(void);

#endif
