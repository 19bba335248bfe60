/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image, position-independent, linked at 0. Sections are laid out by how they are mapped, each kind on pages of its own, so that
 * nothing is both writable and executable; .boot.* is what only boot needs, unmapped once VMs run.
 */
#define PAGE 4096

/* Objects, by the paths they have below the build directory. */
#define GICV2 */gic/gicv2*.o
#define GICV3 */gic/gicv3*.o
#define GICV2_FACE */gic/vgic_mmio_v2*.o
#define GICV2_INTERFACE */gic/vgic_swif*.o
#define GICV2_STATE */gic/vgic_v2*.o
#define FIRMWARE */common/firmware_calls*.o
#define FORWARD */arch/arm64/smccc_forward*.o
#define STAGE1 */arch/arm64/stage1*.o
#define WATCHDOG */common/vwatchdog*.o
#define SHARED_CPU */common/shared_cpu*.o
#define SCHED */common/sched*.o
#define TIMER_QUEUE */common/timer_queue*.o
#define CONTEXT */arch/arm64/context*.o
#define VGIC_SWITCH */gic/vgic_switch*.o

ENTRY(_start)

PHDRS
{
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
}

SECTIONS
{
	. = 0;
	.text : ALIGN(PAGE) {
		KEEP(*(.head.text))
		/* Some of what has room before the vectors, which begin on a 2 KiB boundary. UEFI takes the page for headers: what efi.c needs is not in it. */
		*/common/vpsci.c.o(.text .text.*)
		*(.text.hot .text.hot.*)
		*(EXCLUDE_FILE(GICV2 GICV3 GICV2_FACE GICV2_INTERFACE GICV2_STATE FIRMWARE FORWARD STAGE1 WATCHDOG SHARED_CPU SCHED TIMER_QUEUE CONTEXT VGIC_SWITCH) .text EXCLUDE_FILE(GICV2 GICV3 GICV2_FACE GICV2_INTERFACE GICV2_STATE FIRMWARE FORWARD STAGE1 WATCHDOG SHARED_CPU SCHED TIMER_QUEUE CONTEXT VGIC_SWITCH) .text.*)
		. = ALIGN(PAGE);
	} :text
	_text_end = .;

	/* Resident parts of which no board or system needs all: boot unmaps what this one does not. */
	.text.gicv2 : ALIGN(PAGE) {
		_gicv2_text = .;
		GICV2(.text .text.*)
		. = ALIGN(PAGE);
		_gicv2_text_end = .;
	} :text
	.text.gicv3 : ALIGN(PAGE) {
		_gicv3_text = .;
		GICV3(.text .text.*)
		. = ALIGN(PAGE);
		_gicv3_text_end = .;
	} :text
	.text.gicv2_guest : ALIGN(PAGE) {
		_gicv2_guest_text = .;
		GICV2_FACE(.text .text.*)
		GICV2_INTERFACE(.text .text.*)
		GICV2_STATE(.text .text.*)
		. = ALIGN(PAGE);
		_gicv2_guest_text_end = .;
	} :text
	.text.firmware : ALIGN(PAGE) {
		_firmware_text = .;
		FIRMWARE(.text .text.*)
		FORWARD(.text .text.*)
		. = ALIGN(PAGE);
		_firmware_text_end = .;
	} :text
	.text.defended : ALIGN(PAGE) {
		_defended_text = .;
		*(.vectors.defended)
		STAGE1(.text .text.*)
		. = ALIGN(PAGE);
		_defended_text_end = .;
	} :text
	.text.watchdog : ALIGN(PAGE) {
		_watchdog_text = .;
		WATCHDOG(.text .text.*)
		. = ALIGN(PAGE);
		_watchdog_text_end = .;
	} :text
	.text.shared : ALIGN(PAGE) {
		_shared_text = .;
		SHARED_CPU(.text .text.*)
		SCHED(.text .text.*)
		TIMER_QUEUE(.text .text.*)
		CONTEXT(.text .text.*)
		VGIC_SWITCH(.text .text.*)
		. = ALIGN(PAGE);
		_shared_text_end = .;
	} :text

	_boot_text = .;
	.boot.text : ALIGN(PAGE) {
		*(.boot.text .boot.text.*)
		. = ALIGN(PAGE);
	} :text
	_boot_text_end = .;

	/* Pointers in constants are relocated before the MMU makes this read-only: from _relro to _relro_end. */
	_rodata = .;
	.rodata : ALIGN(PAGE) {
		*(.rodata .rodata.*)
		. = ALIGN(64);
		_relro = .;
		*(.data.rel.ro .data.rel.ro.*)
		*(.got .got.plt)
		. = ALIGN(PAGE);
	} :rodata
	_rodata_end = .;

	_boot_rodata = .;
	.boot.rodata : ALIGN(PAGE) {
		*(.boot.data.rel.ro .boot.data.rel.ro.*)
		_relro_end = .;
		*(.boot.rodata .boot.rodata.*)
	} :rodata
	.rela.dyn : ALIGN(8) {
		_rela = .;
		*(.rela .rela.* .rela.dyn)
		_rela_end = .;
	} :rodata
	.dynamic : { *(.dynamic) } :rodata
	.dynsym : { *(.dynsym) } :rodata
	.dynstr : { *(.dynstr) } :rodata
	.hash : { *(.hash .gnu.hash) } :rodata
	. = ALIGN(PAGE);
	_boot_rodata_end = .;

	_boot_data = .;
	.boot.data : ALIGN(PAGE) {
		*(.boot.data .boot.data.*)
		. = ALIGN(PAGE);
	} :data
	_boot_data_end = .;

	_data = .;
	.data : ALIGN(PAGE) {
		*(.data .data.*)
		. = ALIGN(16);
	} :data
	_data_end = .;

	/* What start.S zeroes lies together, from here to _bss_end. */
	.bss (NOLOAD) : ALIGN(128) {
		_bss = .;
		*(.bss .bss.[!.]* COMMON)
		. = ALIGN(PAGE);
	} :data
	_writable_end = .;

	_boot_bss = .;
	.boot.bss (NOLOAD) : ALIGN(PAGE) {
		*(.boot.bss .boot.bss.*)
		. = ALIGN(128);
		_bss_end = .;
		/* Not zeroed at start: who uses it does that as he goes. */
		. += CONFIG_BOOT_STACK_SIZE;
		_mmu_off_stack = . - PAGE;
		_boot_stack_end = .;
		_boot_arena = .;
		. += CONFIG_BOOT_ARENA_KIB * 1024;
		_boot_arena_end = .;
		. = ALIGN(PAGE);
	} :data
	_boot_bss_end = .;

	/* Written before they are read: not zeroed at start. Boot maps one page after the other as they are needed, and those alone stay. */
	.tables (NOLOAD) : ALIGN(PAGE) {
		*(.bss..tables)
	} :data
	_end = .;

	/* For the PE header. */
	_data_file_size = ABSOLUTE(_data_end - _rodata);
	_data_memory_size = ABSOLUTE(_end - _rodata);

	/DISCARD/ : { *(.comment) *(.note .note.*) *(.eh_frame*) *(.interp) *(.ARM.attributes) *(.boot.comment) *(.boot.note*) *(.boot.eh_frame*) }
}

ASSERT(_end - _start <= 0x400000, "the image outgrew the 4 MiB that boards set aside for it")
