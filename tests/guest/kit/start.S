/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry by the arm64 Linux boot protocol (Documentation/arch/arm64/booting.rst): DTB in x0, MMU off, EL2 or EL1. Everything the kit
 * does happens at EL1; from EL2 it steps down by itself, so that one binary runs with and without a hypervisor.
 */

#define SCTLR_EL1_OFF	0x30d00800	/* RES1 bits of Armv8.0; MMU and caches off, little endian */
#define SPSR_EL1H	0x3c5		/* EL1h, DAIF masked */
#define STACK_SHIFT	14		/* CPU_STACK of cpu.h */

	.section .head, "ax"
	.global image_start
image_start:
	b	entry			/* code0: also the entry of the raw image */
	.word	0			/* code1 */
	.quad	0			/* text_offset */
	.quad	image_end - . + 16	/* image_size, with bss and stacks: what the loader keeps free (image_start is 16 before) */
	.quad	0xa			/* flags: little endian, 4 KiB pages, anywhere in memory */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.word	0

/* Invalidates the data cache from \from to \to (both lost): what was written with the MMU off must not be hidden by older lines. */
	.macro	invalidate from, to, line, tmp
	mrs	\tmp, ctr_el0		/* DminLine: log2 of words */
	ubfx	\tmp, \tmp, #16, #4
	mov	\line, #4
	lsl	\line, \line, \tmp
	sub	\tmp, \line, #1
	bic	\from, \from, \tmp
1:	dc	ivac, \from
	add	\from, \from, \line
	cmp	\from, \to
	b.lo	1b
	dsb	sy
	.endm

	.macro	address reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
	.endm

	.text
entry:
	mrs	x21, cntvct_el0		/* for cpu_entry_counter */
	mov	x20, x0
	bl	enter_el1

	address	x0, bss_start
	address	x1, stacks
	add	x1, x1, #(1 << STACK_SHIFT)
	mov	sp, x1
	invalidate x0, x1, x2, x3

	address	x0, bss_start
	address	x1, bss_end
2:	cmp	x0, x1
	b.hs	3f
	stp	xzr, xzr, [x0], #16
	b	2b

	/* R_AARCH64_RELATIVE only (guest.lds asserts nothing else): the image was linked at 0. */
3:	address	x0, rela_start
	address	x1, rela_end
	address	x2, image_start
4:	cmp	x0, x1
	b.hs	5f
	ldr	x3, [x0]
	ldr	x4, [x0, #16]
	add	x4, x4, x2
	str	x4, [x3, x2]
	add	x0, x0, #24
	b	4b

5:	mov	x0, x20
	bl	mmu_build		/* returns 0 when the DTB is unusable: then there is nothing to talk through either */
	cbz	w0, park

	address	x0, image_start
	address	x1, stacks
	add	x1, x1, #(1 << STACK_SHIFT)
	invalidate x0, x1, x2, x3
	bl	mmu_enable
	mov	x0, x21
	bl	kit_main
park:	wfi
	b	park

/* PSCI CPU_ON comes here with the CPU's index in x0. Nothing is read from memory before the MMU is on. */
	.global	secondary_entry
secondary_entry:
	mrs	x21, cntvct_el0		/* for cpu_entry_counter */
	mov	x20, x0
	bl	enter_el1
	address	x1, stacks
	add	x2, x20, #1
	lsl	x2, x2, #STACK_SHIFT
	add	sp, x1, x2
	bl	mmu_enable
	mov	x0, x20
	mov	x1, x21
	bl	cpu_secondary
	b	park

/* Uses x0 to x2 only. Returns at EL1 with the MMU off. */
enter_el1:
	mrs	x0, CurrentEL
	cmp	x0, #(2 << 2)
	b.ne	2f
	mov	x0, #(1 << 31)		/* HCR_EL2.RW: EL1 is AArch64 */
	orr	x1, x0, #(3 << 40)	/* APK, API: the keys of pointer authentication are its own */
	mrs	x2, id_aa64isar1_el1
	tst	x2, #0xff0
	csel	x0, x0, x1, eq
	msr	hcr_el2, x0
	mov	x0, #3			/* CNTHCTL_EL2: EL1 may use the physical counter and timer */
	msr	cnthctl_el2, x0
	msr	cntvoff_el2, xzr
	mov	x0, #0x33ff		/* CPTR_EL2: RES1, no traps */
	msr	cptr_el2, x0
	msr	hstr_el2, xzr
	mrs	x0, midr_el1
	msr	vpidr_el2, x0
	mrs	x0, mpidr_el1
	msr	vmpidr_el2, x0
	msr	vttbr_el2, xzr
	mrs	x0, id_aa64pfr0_el1
	tst	x0, #(0xf << 24)	/* GIC system registers there? */
	b.eq	1f
	mrs	x0, S3_4_C12_C9_5	/* ICC_SRE_EL2: SRE, and EL1 may use it */
	mov	x1, #0x9
	orr	x0, x0, x1
	msr	S3_4_C12_C9_5, x0
	isb
	msr	S3_4_C12_C11_0, xzr	/* ICH_HCR_EL2 */
1:	ldr	w0, =SCTLR_EL1_OFF
	msr	sctlr_el1, x0
	mov	x0, #SPSR_EL1H
	msr	spsr_el2, x0
	msr	elr_el2, x30
	eret
2:	ldr	w0, =SCTLR_EL1_OFF
	msr	sctlr_el1, x0
	msr	spsel, #1
	msr	daifset, #0xf
	isb
	ret

/* TTBR0 = tables, 48-bit addresses, 4 KiB pages. Uses x0 to x2 only. */
mmu_enable:
	address	x0, vectors
	msr	vbar_el1, x0
	address	x0, mmu_root
	msr	ttbr0_el1, x0
	ldr	x0, =0x04ff		/* MAIR: 0 normal write-back, 1 device nGnRE */
	msr	mair_el1, x0
	ldr	x0, =0x80803510		/* TCR: T0SZ 16, inner and outer WB WA, inner shareable, 4 KiB, EPD1 */
	mrs	x1, id_aa64mmfr0_el1
	and	x1, x1, #0xf
	mov	x2, #5			/* IPS: what the CPU has, at most 48 bits */
	cmp	x1, x2
	csel	x1, x1, x2, lo
	orr	x0, x0, x1, lsl #32
	msr	tcr_el1, x0
	tlbi	vmalle1
	ic	iallu
	dsb	nsh			/* both done before translation starts */
	isb
	mrs	x0, sctlr_el1
	mov	x1, #0x1005		/* M, C, I */
	orr	x0, x0, x1
	msr	sctlr_el1, x0
	isb
	ret

/* Exceptions: everything is saved in a struct frame (exception.h), one handler each for the four kinds. */
	.macro	vector kind
	.balign	0x80
	sub	sp, sp, #288
	stp	x0, x1, [sp]
	mov	x0, #\kind
	b	exception_save
	.endm

	.balign	0x800
	.global	vectors
vectors:
	.irp	kind, 4, 5, 6, 7	/* from EL1 with SP_EL0: never used, fatal */
	vector	\kind
	.endr
	.irp	kind, 0, 1, 2, 3	/* from EL1: synchronous, IRQ, FIQ, SError */
	vector	\kind
	.endr
	.irp	kind, 8, 9, 10, 11, 12, 13, 14, 15	/* from EL0: never used, fatal */
	vector	\kind
	.endr

exception_save:
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	mrs	x1, elr_el1
	stp	x30, x1, [sp, #240]
	mrs	x1, spsr_el1
	add	x2, sp, #288
	stp	x1, x2, [sp, #256]
	mrs	x1, cntvct_el0
	str	x1, [sp, #272]
	mov	x1, sp
	bl	exception_handle
	ldr	x0, [sp, #248]
	msr	elr_el1, x0
	ldr	x0, [sp, #256]
	msr	spsr_el1, x0
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x19, [sp, #144]
	ldp	x20, x21, [sp, #160]
	ldp	x22, x23, [sp, #176]
	ldp	x24, x25, [sp, #192]
	ldp	x26, x27, [sp, #208]
	ldp	x28, x29, [sp, #224]
	ldr	x30, [sp, #240]
	ldp	x0, x1, [sp], #288
	eret
