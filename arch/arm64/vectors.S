/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception vectors of EL2, and the way into and out of a guest.
 *
 * While a guest runs, SP_EL2 points to its struct vcpu: an exit finds the vCPU without a load. The handlers in C preserve x19 to x29
 * (AAPCS64), so hypercalls and interrupts save only x0 to x18 and x30; other exits save all, because an emulated instruction may name
 * any register. ELR_EL2 and SPSR_EL2 stay where they are. A handler returns the vCPU to enter; when it is another one, x19 to x29 are
 * switched on the way out, for C could not have seen them.
 */
#include "arch/arm64/offsets.h"

#define X(n) [sp, #(VCPU_X + 8 * (n))]
#define EC_HVC64 0x16

	.macro save_caller
	stp	x0, x1, X(0)
	stp	x2, x3, X(2)
	stp	x4, x5, X(4)
	stp	x6, x7, X(6)
	stp	x8, x9, X(8)
	stp	x10, x11, X(10)
	stp	x12, x13, X(12)
	stp	x14, x15, X(14)
	stp	x16, x17, X(16)
	str	x18, X(18)
	str	x30, X(30)
	.endm

	.macro save_callee base
	stp	x19, x20, [\base, #(VCPU_X + 8 * 19)]
	stp	x21, x22, [\base, #(VCPU_X + 8 * 21)]
	stp	x23, x24, [\base, #(VCPU_X + 8 * 23)]
	stp	x25, x26, [\base, #(VCPU_X + 8 * 25)]
	stp	x27, x28, [\base, #(VCPU_X + 8 * 27)]
	str	x29, [\base, #(VCPU_X + 8 * 29)]
	.endm

	.macro load_callee base
	ldp	x19, x20, [\base, #(VCPU_X + 8 * 19)]
	ldp	x21, x22, [\base, #(VCPU_X + 8 * 21)]
	ldp	x23, x24, [\base, #(VCPU_X + 8 * 23)]
	ldp	x25, x26, [\base, #(VCPU_X + 8 * 25)]
	ldp	x27, x28, [\base, #(VCPU_X + 8 * 27)]
	ldr	x29, [\base, #(VCPU_X + 8 * 29)]
	.endm

	/* x0 = the vCPU, SP = the CPU's own stack with the vCPU remembered on top of it. */
	.macro to_el2_stack
	mov	x0, sp
	ldr	x1, [x0, #VCPU_EL2_STACK]
	mov	sp, x1
	str	x0, [sp, #-16]!
	.endm

	/* x0 = the vCPU to enter, the one that left is on the stack. Exception return synchronises context, so no isb. */
	.macro leave_by handler
	bl	\handler
	ldr	x1, [sp]
	mov	sp, x0
	cmp	x0, x1
	b.ne	guest_switch
	b	guest_return
	.endm

	.macro vector_guest label
	.balign	0x80
	b	\label
	.endm

	.macro vector_el2 kind
	.balign	0x80
	msr	sp_el0, x0         /* the guest's; whatever runs here next is not this guest */
	mov	x0, #\kind
	b	el2_fault_entry
	.endm

	.section .text.hot, "ax"
	.balign	0x800
	.global	vectors
vectors:
	vector_el2 0               /* current EL, SP_EL0: never used by EL2 */
	vector_el2 1
	vector_el2 2
	vector_el2 3
	vector_el2 0               /* current EL, SP_EL2 */
	vector_el2 1
	vector_el2 2
	vector_el2 3
	vector_guest guest_sync    /* lower EL, AArch64 */
	vector_guest guest_irq
	vector_guest guest_irq     /* FIQ: group 0 belongs to the secure world; what arrives is acknowledged like an IRQ */
	vector_guest guest_serror
	vector_guest guest_sync    /* lower EL, AArch32: EL0 of a guest */
	vector_guest guest_irq
	vector_guest guest_irq
	vector_guest guest_serror
	.balign	0x80

guest_sync:
	save_caller
	mrs	x2, esr_el2
	lsr	x3, x2, #26
	cmp	x3, #EC_HVC64
	b.ne	guest_sync_any
	to_el2_stack
	leave_by exit_hvc

guest_irq:
	save_caller
	to_el2_stack
	leave_by exit_irq

guest_sync_any:
	save_callee sp
	to_el2_stack
	mov	x1, x2
	bl	exit_sync
	/* Saved before the handler, which may have written any of them (an emulated load): loaded again even for the same vCPU. */
	mov	sp, x0
	load_callee sp
	b	guest_return

guest_serror:
	save_caller
	save_callee sp
	to_el2_stack
	leave_by exit_serror

	/* void vcpu_enter(struct vcpu *vcpu) */
	.global	vcpu_enter
vcpu_enter:
	mov	sp, x0
	load_callee sp
	b	guest_return

guest_switch:
	save_callee x1
	load_callee sp
guest_return:
	ldp	x2, x3, X(2)
	ldp	x4, x5, X(4)
	ldp	x6, x7, X(6)
	ldp	x8, x9, X(8)
	ldp	x10, x11, X(10)
	ldp	x12, x13, X(12)
	ldp	x14, x15, X(14)
	ldp	x16, x17, X(16)
	ldr	x18, X(18)
	ldr	x30, X(30)
	ldp	x0, x1, X(0)
	eret
	/* No straight-line speculation past the return. */
	dsb	nsh
	isb

	.text
	/* x0 = kind, the interrupted x0 in SP_EL0. Registers go to struct cpu, the stack is the emergency one. */
el2_fault_entry:
	msr	spsel, #1
	mrs	x30, tpidr_el2     /* x30 is lost: ELR_EL2 and the stack tell where we were */
	stp	x1, x2, [x30, #(CPU_FAULT_X + 8)]
	stp	x3, x4, [x30, #(CPU_FAULT_X + 24)]
	stp	x5, x6, [x30, #(CPU_FAULT_X + 40)]
	stp	x7, x8, [x30, #(CPU_FAULT_X + 56)]
	stp	x9, x10, [x30, #(CPU_FAULT_X + 72)]
	stp	x11, x12, [x30, #(CPU_FAULT_X + 88)]
	stp	x13, x14, [x30, #(CPU_FAULT_X + 104)]
	stp	x15, x16, [x30, #(CPU_FAULT_X + 120)]
	stp	x17, x18, [x30, #(CPU_FAULT_X + 136)]
	stp	x19, x20, [x30, #(CPU_FAULT_X + 152)]
	stp	x21, x22, [x30, #(CPU_FAULT_X + 168)]
	stp	x23, x24, [x30, #(CPU_FAULT_X + 184)]
	stp	x25, x26, [x30, #(CPU_FAULT_X + 200)]
	stp	x27, x28, [x30, #(CPU_FAULT_X + 216)]
	stp	x29, xzr, [x30, #(CPU_FAULT_X + 232)]
	mrs	x3, sp_el0
	str	x3, [x30, #CPU_FAULT_X]
	mov	x2, sp
	str	x2, [x30, #(CPU_FAULT_X + 248)]
	add	x1, x30, #CPU_FAULT_X
	add	x3, x30, #CPU_FAULT_STACK_END
	mov	sp, x3
	mov	x29, xzr
	mov	x30, xzr
	bl	el2_fault
1:	wfi
	b	1b

	/* void cpu_zero_fp(void) */
	.global	cpu_zero_fp
	.arch_extension fp
	.arch_extension simd
cpu_zero_fp:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	movi	v\n\().2d, #0
	.endr
	msr	fpcr, xzr
	msr	fpsr, xzr
	ret
