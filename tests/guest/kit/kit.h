/* SPDX-License-Identifier: Apache-2.0 */
/* The guest kit: what every program uses. A program defines guest_main, which is called on the boot CPU with the MMU and the console on. */
#ifndef KIT_KIT_H
#define KIT_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

void guest_main(void);

size_t string_length(const char *s);
bool string_equal(const char *a, const char *b);

/* %s %c %d %u %x with an optional l, %%, and a zero-padded width. Whole lines do not mix between CPUs. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- results in the Test Anything Protocol ---- */

/* "ok N - name" or "not ok N - name"; returns pass. */
bool tap_result(bool pass, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tap_skip(const char *name, const char *reason);
/* "1..N", a summary, and PSCI SYSTEM_OFF. */
void tap_done(void) __attribute__((noreturn));

/* ---- the kernel command line ---- */

/* Whether it has this word. */
bool bootargs_have(const char *word);
/* The decimal number behind "name=". */
uint32_t bootargs_number(const char *name, uint32_t otherwise);

/* ---- memory ---- */

#define MEMORY_MAX 8
struct memory_range {
	uint64_t start, size;
};
extern struct memory_range memory[MEMORY_MAX];
extern unsigned nr_memory;

/* Where nothing is: below the planned end of the identity map, above any memory and device of the boards the kit runs on. */
#define ADDRESS_NOWHERE 0x7fff000000ul

extern char image_start[];

/* ---- for start.S and the compiler ---- */

struct frame;
bool mmu_build(const void *dtb);
void kit_main(uint64_t entry_counter);
void cpu_secondary(unsigned slot, uint64_t entry_counter);
void exception_handle(unsigned kind, struct frame *frame);
void *memset(void *to, int value, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);

#endif
