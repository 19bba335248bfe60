/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uint64_t hold(uint64_t seed, uint64_t until, bool wait): keeps a pattern made of the seed in x4 to x30, v0 to v31, FPCR and FPSR until CNTVCT_EL0
 * has that value, spinning or in WFI, and returns the bits in which any of them has changed. FP and SIMD must be enabled.
 */
	.arch	armv8-a

#define FPCR_MASK	0x07c00000	/* AHP, DN, FZ, RMode */
#define FPSR_MASK	0x0800009f	/* QC and the cumulative exceptions */

	.text
	.global	hold
hold:
	sub	sp, sp, #176
	stp	x19, x20, [sp]
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]

	mov	w4, #FPCR_MASK
	and	x3, x0, x4
	msr	fpcr, x3
	ldr	w4, =FPSR_MASK
	and	x3, x0, x4
	msr	fpsr, x3
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	add	x3, x0, #(\n * 16)
	fmov	d\n, x3
	add	x3, x0, #(\n * 16 + 8)
	mov	v\n\().d[1], x3
	.endr
	.irp	n, 4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	add	x\n, x0, #(1024 + \n)
	.endr

1:	cbz	x2, 2f
	wfi
2:	isb
	mrs	x3, cntvct_el0
	cmp	x3, x1
	b.lo	1b

	mov	x3, #0
	.irp	n, 4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	add	x1, x0, #(1024 + \n)
	eor	x1, x1, x\n
	orr	x3, x3, x1
	.endr
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmov	x1, d\n
	add	x2, x0, #(\n * 16)
	eor	x1, x1, x2
	orr	x3, x3, x1
	mov	x1, v\n\().d[1]
	add	x2, x0, #(\n * 16 + 8)
	eor	x1, x1, x2
	orr	x3, x3, x1
	.endr
	mov	w4, #FPCR_MASK
	and	x4, x4, x0
	mrs	x1, fpcr
	eor	x1, x1, x4
	orr	x3, x3, x1
	ldr	w4, =FPSR_MASK
	and	x4, x4, x0
	mrs	x1, fpsr
	eor	x1, x1, x4
	orr	x0, x3, x1
	msr	fpcr, xzr

	ldp	x19, x20, [sp]
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	ldp	d8, d9, [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	add	sp, sp, #176
	ret
