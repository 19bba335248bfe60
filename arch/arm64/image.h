/* SPDX-License-Identifier: Apache-2.0 */
/* The borders of the image's parts, from the linker script. Those of what is mapped are multiples of 4 KiB apart. */
#ifndef ARCH_ARM64_IMAGE_H
#define ARCH_ARM64_IMAGE_H

extern char _start[], _text_end[];
/* Resident parts that only some boards or systems need. */
extern char _gicv2_text[], _gicv2_text_end[], _gicv3_text[], _gicv3_text_end[], _gicv2_guest_text[], _gicv2_guest_text_end[];
extern char _firmware_text[], _firmware_text_end[], _defended_text[], _defended_text_end[], _watchdog_text[], _watchdog_text_end[];
extern char _shared_text[], _shared_text_end[];
extern char _boot_text[], _boot_text_end[];
extern char _rodata[], _rodata_end[];
extern char _boot_rodata[], _boot_rodata_end[];
extern char _relro[], _relro_end[]; /* the end of the first and the beginning of the second: what start.S relocates of them */
extern char _boot_data[], _boot_data_end[];
extern char _data[], _data_end[], _bss[], _bss_end[], _writable_end[];
extern char _boot_bss[], _boot_bss_end[], _end[];
extern char _mmu_off_stack[]; /* so far down does the boot CPU's stack reach at most before its MMU is on */
extern char _boot_stack_end[], _boot_arena[], _boot_arena_end[]; /* in .boot.bss, not zeroed */

#endif
