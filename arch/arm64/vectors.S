/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception vectors of EL2, and the way into and out of a guest.
 *
 * While a guest runs, SP_EL2 points to its struct vcpu: an exit finds the vCPU without a load. The other way round, the topmost word of the
 * CPU's EL2 stack is the vCPU that is entered.
 *
 * C at EL2 is compiled to preserve x8 to x15 and x19 to x29 and not to know x18 (el2_abi in tools/build/el2.mk), so an exit saves only x0 to x7,
 * x16, x17 and x30; ELR_EL2 and SPSR_EL2 stay where they are. That suffices for what is most frequent, after which the same vCPU goes on.
 * A handler that must know or change other registers, or that ends in another vCPU, says so, before it does anything: then all are
 * saved, the handler for the rest is called, and all are loaded of the vCPU that it returns.
 */
#include "arch/arm64/offsets.h"

#define X(n) [sp, #(VCPU_X + 8 * (n))]

	.macro save_caller
	stp	x0, x1, X(0)
	stp	x2, x3, X(2)
	stp	x4, x5, X(4)
	stp	x6, x7, X(6)
	stp	x16, x17, X(16)
	str	x30, X(30)
	.endm

	.macro save_callee base
	stp	x8, x9, [\base, #(VCPU_X + 8 * 8)]
	stp	x10, x11, [\base, #(VCPU_X + 8 * 10)]
	stp	x12, x13, [\base, #(VCPU_X + 8 * 12)]
	stp	x14, x15, [\base, #(VCPU_X + 8 * 14)]
	stp	x18, x19, [\base, #(VCPU_X + 8 * 18)]
	stp	x20, x21, [\base, #(VCPU_X + 8 * 20)]
	stp	x22, x23, [\base, #(VCPU_X + 8 * 22)]
	stp	x24, x25, [\base, #(VCPU_X + 8 * 24)]
	stp	x26, x27, [\base, #(VCPU_X + 8 * 26)]
	stp	x28, x29, [\base, #(VCPU_X + 8 * 28)]
	.endm

	/* SP = the vCPU. */
	.macro load_callee
	ldp	x8, x9, X(8)
	ldp	x10, x11, X(10)
	ldp	x12, x13, X(12)
	ldp	x14, x15, X(14)
	ldp	x18, x19, X(18)
	ldp	x20, x21, X(20)
	ldp	x22, x23, X(22)
	ldp	x24, x25, X(24)
	ldp	x26, x27, X(26)
	ldp	x28, x29, X(28)
	.endm

	/* x0 = the vCPU, SP = the CPU's own stack. */
	.macro to_el2_stack
	mov	x0, sp
	ldr	x2, [x0, #VCPU_EL2_STACK]
	mov	sp, x2
	.endm

	/* Exception return synchronises context, so no isb. */
	.macro return_to_guest
	ldp	x2, x3, X(2)
	ldp	x4, x5, X(4)
	ldp	x6, x7, X(6)
	ldp	x16, x17, X(16)
	ldr	x30, X(30)
	ldp	x0, x1, X(0)
	eret
	/* No straight-line speculation past the return. */
	dsb	nsh
	isb
	.endm

	/* The same vCPU goes on. */
	.macro resume
	ldr	x0, [sp]
	mov	sp, x0
	return_to_guest
	.endm

	/*
	 * The same vCPU, which is x0, goes on behind an instruction that was emulated, in AArch64. A completed instruction leaves BTYPE 0 and ends the
	 * software step (D2.11): with SS clear the step exception comes before the next one.
	 */
	.macro step_and_resume
	mrs	x1, elr_el2
	mrs	x2, spsr_el2
	add	x1, x1, #4
	and	x2, x2, #~SPSR_SS_BIT
	and	x2, x2, #~SPSR_BTYPE_BITS
	msr	elr_el2, x1
	msr	spsr_el2, x2
	mov	sp, x0
	return_to_guest
	.endm

	/* x0 = the vCPU, then all of whose registers are in memory. */
	.macro save_rest
	ldr	x0, [sp]
	save_callee x0
	.endm

	.macro vector_guest label
	.balign	0x80
	b	\label
	.endm

	/*
	 * The same on a CPU that must first see to its branch prediction: no indirect branch may come before the end of it. Only x0 to x3 change in the
	 * calls (SMCCC 1.1).
	 */
	.macro vector_defended label
	.balign	0x80
	stp	x0, x1, X(0)
	mrs	x0, tpidr_el2
	ldr	w0, [x0, #CPU_DEFENCE]
	tbz	w0, #CPU_DEFENCE_SMC, 1f
	stp	x2, x3, X(2)
	smc	#0
	ldp	x2, x3, X(2)
	b	4f
1:	tbnz	w0, #CPU_DEFENCE_CLEAR, 3f
	cbz	w0, 4f
2:	b	. + 4
	subs	w0, w0, #1
	b.ne	2b
	dsb	nsh
	isb
	b	4f
3:	hint	#22                /* CLRBHB */
	isb
4:	ldp	x0, x1, X(0)
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
	vector_guest guest_sync32  /* lower EL, AArch32: EL0 of a guest */
	vector_guest guest_irq
	vector_guest guest_irq
	vector_guest guest_serror
	.balign	0x80

	.section .vectors.defended, "ax"
	.balign	0x800
	.global	vectors_defended
vectors_defended:
	.irp	kind, 0, 1, 2, 3, 0, 1, 2, 3
	vector_el2 \kind
	.endr
	.rept	2
	vector_defended guest_sync_defended
	vector_defended guest_irq
	vector_defended guest_irq
	vector_defended guest_serror
	.endr
	.balign	0x80

	/* Stage 1 first, on some CPUs: stage1.c. */
guest_sync_defended:
	stp	x0, x1, X(0)
	mrs	x0, tpidr_el2
	ldr	w0, [x0, #CPU_STAGE1_FIRST]
	mrs	x1, esr_el2
	lsr	w1, w1, #26
	cmp	w1, #ESR_EC_DABT_LOWER
	ccmp	w0, #0, #4, eq     /* Z clear: both */
	mrs	x1, spsr_el2
	b.ne	1f
	tbnz	x1, #4, 2f         /* AArch32 */
	ldp	x0, x1, X(0)
	b	guest_sync
2:	ldp	x0, x1, X(0)
	b	guest_sync32
1:	ldp	x0, x1, X(0)
	save_caller
	to_el2_stack
	save_rest
	mrs	x1, esr_el2
	bl	exit_sync_stage1
	b	vcpu_enter

	.section .text.hot, "ax"
guest_sync:
	save_caller
	mrs	x1, esr_el2
	to_el2_stack
	lsr	w2, w1, #26
	cmp	w2, #ESR_EC_DABT_LOWER
	b.eq	guest_access
	cmp	w2, #ESR_EC_HVC64
	b.ne	guest_sysreg
	bl	exit_hvc
	cbnz	w0, guest_call
	resume

guest_access:
	bl	exit_access
	cbz	x0, guest_sync_rest
	step_and_resume

guest_sysreg:
	cmp	w2, #ESR_EC_SYSREG
	b.ne	guest_sync_rest
	bl	exit_sysreg
	cbz	x0, guest_sync_rest
	step_and_resume

	/* No hurry, and no fast way: they know AArch64 only. */
guest_sync32:
	save_caller
	to_el2_stack
	b	guest_sync_rest

guest_irq:
	save_caller
	to_el2_stack
	ldr	x16, [x0, #VCPU_HANDLE_IRQS]
	ldr	x1, [x0, #VCPU_EXITS_IRQ]
	add	x1, x1, #1
	str	x1, [x0, #VCPU_EXITS_IRQ]
	blr	x16
	ldr	x1, [x0, #VCPU_REQUESTS]
	cbnz	x1, guest_requests
	mov	sp, x0
	return_to_guest

	/* Most often it is an SGI from another vCPU, and no request. */
guest_requests:
	cbnz	w1, 1f
	bl	exit_sgis
	mov	sp, x0
	return_to_guest
1:	bl	exit_requests
	cbz	x0, guest_requests_rest
	mov	sp, x0
	return_to_guest

	/* w0 = what exit_hvc returned. */
guest_call:
	mov	w1, w0
	save_rest
	bl	exit_call
	b	vcpu_enter

guest_sync_rest:
	save_rest
	mrs	x1, esr_el2
	bl	exit_sync_rest
	b	vcpu_enter

guest_requests_rest:
	save_rest
	bl	exit_requests_rest
	b	vcpu_enter

guest_serror:
	save_caller
	to_el2_stack
	save_rest
	bl	exit_serror

	/* void vcpu_enter(struct vcpu *vcpu) */
	.global	vcpu_enter
vcpu_enter:
	ldr	x1, [x0, #VCPU_EL2_STACK]
	str	x0, [x1]
	mov	sp, x0
	load_callee
	return_to_guest

	.text
	/* x0 = kind, the interrupted x0 in SP_EL0. Registers go to struct cpu, the stack is the emergency one. */
el2_fault_entry:
	msr	spsel, #1
	msr	tpidr_el0, x30     /* the guest's, too */
	mrs	x30, tpidr_el2
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
	mrs	x3, tpidr_el0
	stp	x29, x3, [x30, #(CPU_FAULT_X + 232)]
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
	/* It was confined to this CPU's VM: on, from an empty stack. */
	mrs	x0, tpidr_el2
	ldr	x1, [x0, #CPU_STACK_TOP]
	mov	sp, x1
	mov	x30, xzr
	b	el2_fault_leave

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

	/* void cpu_save_fp(struct arch_context *c) */
	.global	cpu_save_fp
cpu_save_fp:
	stp	q0, q1, [x0, #(CONTEXT_V + 16 * 0)]
	stp	q2, q3, [x0, #(CONTEXT_V + 16 * 2)]
	stp	q4, q5, [x0, #(CONTEXT_V + 16 * 4)]
	stp	q6, q7, [x0, #(CONTEXT_V + 16 * 6)]
	stp	q8, q9, [x0, #(CONTEXT_V + 16 * 8)]
	stp	q10, q11, [x0, #(CONTEXT_V + 16 * 10)]
	stp	q12, q13, [x0, #(CONTEXT_V + 16 * 12)]
	stp	q14, q15, [x0, #(CONTEXT_V + 16 * 14)]
	stp	q16, q17, [x0, #(CONTEXT_V + 16 * 16)]
	stp	q18, q19, [x0, #(CONTEXT_V + 16 * 18)]
	stp	q20, q21, [x0, #(CONTEXT_V + 16 * 20)]
	stp	q22, q23, [x0, #(CONTEXT_V + 16 * 22)]
	stp	q24, q25, [x0, #(CONTEXT_V + 16 * 24)]
	stp	q26, q27, [x0, #(CONTEXT_V + 16 * 26)]
	stp	q28, q29, [x0, #(CONTEXT_V + 16 * 28)]
	stp	q30, q31, [x0, #(CONTEXT_V + 16 * 30)]
	mrs	x1, fpsr
	mrs	x2, fpcr
	add	x0, x0, #CONTEXT_FPSR
	stp	x1, x2, [x0]
	ret

	/* void cpu_load_fp(const struct arch_context *c) */
	.global	cpu_load_fp
cpu_load_fp:
	ldp	q0, q1, [x0, #(CONTEXT_V + 16 * 0)]
	ldp	q2, q3, [x0, #(CONTEXT_V + 16 * 2)]
	ldp	q4, q5, [x0, #(CONTEXT_V + 16 * 4)]
	ldp	q6, q7, [x0, #(CONTEXT_V + 16 * 6)]
	ldp	q8, q9, [x0, #(CONTEXT_V + 16 * 8)]
	ldp	q10, q11, [x0, #(CONTEXT_V + 16 * 10)]
	ldp	q12, q13, [x0, #(CONTEXT_V + 16 * 12)]
	ldp	q14, q15, [x0, #(CONTEXT_V + 16 * 14)]
	ldp	q16, q17, [x0, #(CONTEXT_V + 16 * 16)]
	ldp	q18, q19, [x0, #(CONTEXT_V + 16 * 18)]
	ldp	q20, q21, [x0, #(CONTEXT_V + 16 * 20)]
	ldp	q22, q23, [x0, #(CONTEXT_V + 16 * 22)]
	ldp	q24, q25, [x0, #(CONTEXT_V + 16 * 24)]
	ldp	q26, q27, [x0, #(CONTEXT_V + 16 * 26)]
	ldp	q28, q29, [x0, #(CONTEXT_V + 16 * 28)]
	ldp	q30, q31, [x0, #(CONTEXT_V + 16 * 30)]
	add	x0, x0, #CONTEXT_FPSR
	ldp	x1, x2, [x0]
	msr	fpsr, x1
	msr	fpcr, x2
	ret
