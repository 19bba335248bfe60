/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first instructions of every CPU. The boot CPU comes as a Linux Image does (64-byte header; x0 = DTB, MMU off, image cleaned to the
 * point of coherency); the others by PSCI CPU_ON (x0 = their struct cpu) or a spin table. Nothing is assumed of any EL2 register.
 */
#include "arch/arm64/offsets.h"

#define SCTLR_EL2_OFF 0x30c50830 /* RES1 bits only: MMU, caches and alignment check off */
#define HCR_RW_HI 0x8000         /* HCR_EL2.RW, bits 31:16 */
#define PE_HEADERS 0x1000        /* a page, of which the headers are the beginning; the rest is code like any other */
#define PE_ALIGN 0x1000
#define PE_FILE_ALIGN 0x200

	.macro mov_q reg, val
	movz	\reg, #((\val) >> 48 & 0xffff), lsl #48
	movk	\reg, #((\val) >> 32 & 0xffff), lsl #32
	movk	\reg, #((\val) >> 16 & 0xffff), lsl #16
	movk	\reg, #((\val) & 0xffff)
	.endm

	/* Address of a symbol of this image, wherever it was loaded. */
	.macro adr_l reg, sym
	adrp	\reg, \sym
	add	\reg, \reg, :lo12:\sym
	.endm

	/*
	 * Clean and invalidate [\from, \to) to the point of coherency, by the smallest data line of all caches (CTR_EL0.DminLine).
	 * Four lines at a time: that it goes on behind \to does no harm. Clobbers \from, \tmp, \line.
	 */
	.macro clean_inval from, to, line, tmp
	mrs	\tmp, ctr_el0
	ubfx	\tmp, \tmp, #16, #4
	mov	\line, #4
	lsl	\line, \line, \tmp
	sub	\tmp, \line, #1
	bic	\from, \from, \tmp
1:	.rept	4
	dc	civac, \from
	add	\from, \from, \line
	.endr
	cmp	\from, \to
	b.lo	1b
	dsb	sy
	.endm

	.section .head.text, "ax"
	.global _start
_start:
	add	x13, x18, #0x16    /* of no use but to be "MZ": UEFI takes the image for the program it is, too */
	b	boot_entry
	.quad	0                  /* text_offset: any 2 MiB-aligned address will do */
	.quad	_end - _start      /* image_size, bss included */
	.quad	0xa                /* little-endian, 4 KiB pages, anywhere in memory */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	pe_header - _start

	/* PE32+ (Microsoft, "PE Format"), of which UEFI looks at little: what is to be loaded where, and that it begins at efi_entry. */
pe_header:
	.ascii	"PE\0\0"
	.short	0xaa64             /* ARM64 */
	.short	2                  /* sections */
	.long	0, 0, 0
	.short	pe_sections - pe_optional
	.short	0x206              /* executable, no line numbers, no symbols */
pe_optional:
	.short	0x20b              /* PE32+ */
	.short	0
	.long	_rodata - _start - PE_HEADERS /* size of code */
	.long	_data_memory_size  /* size of data */
	.long	0
	.long	efi_entry - _start
	.long	PE_HEADERS         /* base of code */
	.quad	0                  /* where it would like to be: anywhere */
	.long	PE_ALIGN, PE_FILE_ALIGN
	.long	0, 0, 0, 0
	.long	_end - _start
	.long	PE_HEADERS
	.long	0
	.short	10                 /* an EFI application */
	.short	0x100              /* nothing is both written and executed */
	.quad	0, 0, 0, 0
	.long	0, 0
pe_sections:
	.ascii	".text\0\0\0"
	.long	_rodata - _start - PE_HEADERS, PE_HEADERS, _rodata - _start - PE_HEADERS, PE_HEADERS
	.long	0, 0, 0
	.long	0x60000020         /* code, executed, read */
	.ascii	".data\0\0\0"
	.long	_data_memory_size, _rodata - _start, _data_file_size, _rodata - _start
	.long	0, 0, 0
	.long	0xc0000040         /* data, read, written */

	.section .boot.text.entry, "ax"
	.global boot_entry
boot_entry:
	mov	x19, x0
	msr	daifset, #0xf
	mrs	x20, CurrentEL
	lsr	x20, x20, #2
	cmp	x20, #2
	b.ne	1f
	/* The MMU is off by the boot protocol; the rest of SCTLR_EL2 is whatever the loader had. */
	mov_q	x0, SCTLR_EL2_OFF
	msr	sctlr_el2, x0
	movz	x0, #HCR_RW_HI, lsl #16
	msr	hcr_el2, x0
	isb
1:
	/*
	 * What follows is written with the MMU off, past the caches. A line that an earlier owner of the memory left dirty would be written back
	 * over it later: so none may be left. (Of the file's bytes the boot protocol says that the loader has cleaned them.)
	 */
	adr_l	x0, _bss
	adr_l	x1, _bss_end
	clean_inval x0, x1, x2, x3
	adr_l	x0, _mmu_off_stack
	adr_l	x1, _boot_stack_end
	clean_inval x0, x1, x2, x3

	bl	relocate

	adr_l	x0, _bss
	adr_l	x1, _bss_end
2:	.rept	8 /* 128 bytes, of which the linker script makes it whole ones */
	stp	xzr, xzr, [x0], #16
	.endr
	cmp	x0, x1
	b.lo	2b

	/* The stack protector's canary: not secret from someone who reads the counter, but different at every boot. */
	mrs	x0, cntpct_el0
	mov_q	x1, 0x9e3779b97f4a7c15
	mul	x0, x0, x1
	bic	x0, x0, #0xff      /* a zero byte stops string overruns */
	adr_l	x1, __stack_chk_guard
	str	x0, [x1]

	adr_l	x0, _boot_stack_end
	mov	sp, x0
	cmp	x20, #2
	b.ne	3f
	adr_l	x0, vectors
	msr	vbar_el2, x0
	adr_l	x0, boot_cpu
	msr	tpidr_el2, x0
	isb
3:	mov	x0, x19
	mov	x1, x20
	mov	x29, xzr
	mov	x30, xzr
	bl	boot_main
4:	wfi
	b	4b

	/*
	 * The image is linked at 0 and holds R_AARCH64_RELATIVE (1027) entries only, which the link checks. Done again, it changes nothing. Clobbers x0 to x6,
	 * and needs no stack.
	 */
	.global relocate
relocate:
	adr_l	x0, _rela
	adr_l	x1, _rela_end
	adr_l	x2, _start
	/* An entry is 24 bytes: where, what kind, what to add. One by itself if their number is odd, the others in pairs. */
	sub	x3, x1, x0
	tbz	x3, #3, 3f
	ldr	x3, [x0]
	ldr	x4, [x0, #16]
	add	x0, x0, #24
	b	2f
1:	ldp	x3, x4, [x0]
	ldp	x4, x5, [x0, #16]
	ldr	x6, [x0, #40]
	add	x0, x0, #48
	add	x6, x6, x2
	str	x6, [x5, x2]
2:	add	x4, x4, x2
	str	x4, [x3, x2]
3:	cmp	x0, x1
	b.lo	1b
	ret

	/*
	 * cpu_enable_mmu(): loads el2_regs and turns the MMU and caches on. The code runs from the identity map before and after. Called
	 * with the MMU off, so el2_regs is read from memory: it must be at the point of coherency (mmu_init cleans it).
	 */
	.text
	.global cpu_enable_mmu
cpu_enable_mmu:
	adr_l	x0, el2_regs
	ldp	x1, x2, [x0, #EL2_REGS_MAIR]
	ldp	x3, x4, [x0, #EL2_REGS_TTBR]
	msr	mair_el2, x1
	msr	tcr_el2, x2
	msr	ttbr0_el2, x3
	isb
	/* Nothing that firmware or an earlier EL2 left in this CPU's TLBs or instruction cache may be used. */
	tlbi	alle2
	ic	iallu
	dsb	nsh
	isb
	msr	sctlr_el2, x4
	isb
	ret

	/* From a spin table, which passes nothing on: the CPU whose turn it is stands in spin_cpu, at the point of coherency. */
	.global spin_entry
spin_entry:
	adr_l	x0, spin_cpu
	ldr	x0, [x0]

	.global secondary_entry
secondary_entry:
	mov	x19, x0
	msr	daifset, #0xf
	mov_q	x0, SCTLR_EL2_OFF
	msr	sctlr_el2, x0
	movz	x0, #HCR_RW_HI, lsl #16
	msr	hcr_el2, x0
	adr_l	x0, vectors
	msr	vbar_el2, x0
	msr	tpidr_el2, x19
	isb
	bl	cpu_enable_mmu
	ldr	x0, [x19, #CPU_STACK_TOP]
	mov	sp, x0
	mov	x0, x19
	mov	x29, xzr
	mov	x30, xzr
	bl	secondary_main

	.global cpu_switch_stack
cpu_switch_stack:
	mov	sp, x0
	mov	x0, x2
	mov	x29, xzr
	mov	x30, xzr
	blr	x1

	.global cpu_park
cpu_park:
	msr	daifset, #0xf
1:	wfi
	b	1b
