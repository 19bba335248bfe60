/* SPDX-License-Identifier: Apache-2.0 */
/* EL3 of the test firmware. Every CPU starts here, as on a board whose firmware has a pen for the secondary ones. MMU and caches stay off. */

#define RAM		0x0e000000	/* secure */
#define STACKS		(RAM + 0x10000)
#define STACK_SHIFT	12

	.section .head, "ax"
	.global	_start
_start:
	ldr	x0, =0x30c50830		/* SCTLR_EL3: RES1; MMU, caches and alignment checks off */
	msr	sctlr_el3, x0
	adr	x0, vectors
	msr	vbar_el3, x0
	mrs	x0, mpidr_el1		/* sixteen CPUs to an Aff1 */
	ubfx	x1, x0, #8, #8
	and	x0, x0, #0xff
	add	x0, x0, x1, lsl #4
	.global	restart
restart:				/* CPU number in x0 */
	ldr	x1, =STACKS
	add	x2, x0, #1
	lsl	x2, x2, #STACK_SHIFT
	add	sp, x1, x2
	bl	firmware_main		/* where to go on; x1: what to find in x0 there */
	msr	elr_el3, x0
	mov	x0, x1
	mov	x1, #0x3c9		/* EL2h, DAIF masked */
	msr	spsr_el3, x1
	isb
	eret

	.align	11
vectors:
	.rept	8			/* from EL3 itself: a defect */
	b	.
	.align	7
	.endr
	/* From below, AArch64, synchronous. */
	sub	sp, sp, #256
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x30, [sp, #144]
	mov	x0, sp
	b	smc
	.align	7
	.rept	7
	b	.
	.align	7
	.endr

smc:	bl	firmware_smc		/* AAPCS64 keeps the other registers */
	ldp	x0, x1, [sp]
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x30, [sp, #144]
	add	sp, sp, #256
	eret
