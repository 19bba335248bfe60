/* SPDX-License-Identifier: Apache-2.0 */
/* The image as an EFI application: the way in, to the firmware, and out to where a boot loader would have gone. MMU and caches are on, addresses are physical ones. */

	.text
	/* x0 = handle, x1 = system table. It returns when nothing can be started, with the status. */
	.global	efi_entry
efi_entry:
	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	stp	x0, x1, [sp, #16]
	bl	relocate
	ldp	x0, x1, [sp, #16]
	bl	efi_main
	ldp	x29, x30, [sp], #32
	ret

	/* uint64_t efi_call(fn, x0, x1, x2, x3, x4): our C keeps x8 to x15 (el2_abi in tools/build/el2.mk), firmware's does not. */
	.global	efi_call
efi_call:
	stp	x29, x30, [sp, #-80]!
	mov	x29, sp
	stp	x8, x9, [sp, #16]
	stp	x10, x11, [sp, #32]
	stp	x12, x13, [sp, #48]
	stp	x14, x15, [sp, #64]
	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	blr	x8
	ldp	x8, x9, [sp, #16]
	ldp	x10, x11, [sp, #32]
	ldp	x12, x13, [sp, #48]
	ldp	x14, x15, [sp, #64]
	ldp	x29, x30, [sp], #80
	ret

	/* void efi_leave(dtb): as the arm64 boot protocol has it. The image and the DTB are at the point of coherency. */
	.global	efi_leave
efi_leave:
	msr	daifset, #0xf
	mov	x3, #0x1005        /* SCTLR_ELx.M, C, I */
	mrs	x1, CurrentEL
	cmp	x1, #(2 << 2)
	b.ne	1f
	mrs	x2, sctlr_el2
	bic	x2, x2, x3
	msr	sctlr_el2, x2
	isb
	tlbi	alle2
	b	2f
1:	mrs	x2, sctlr_el1
	bic	x2, x2, x3
	msr	sctlr_el1, x2
	isb
	tlbi	vmalle1
2:	ic	iallu
	dsb	nsh
	isb
	b	boot_entry
