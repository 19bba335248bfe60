/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated UART of a VM: an Arm PrimeCell UART PL011, r1p5 (DDI 0183), with 32-byte FIFOs. What the guest sends
 * goes to the console (console.h), what is typed comes from there. Pure.
 *
 * Sending takes no time, until the console asks the VM to wait: then its transmit FIFO is full, and the transmit
 * interrupt comes when the console takes more. A guest that looks at either loses nothing.
 *
 * Lock: each has its own, taken inside; in it the console lock is taken.
 */
#ifndef COMMON_VPL011_H
#define COMMON_VPL011_H

#include "arch/arm64/spinlock.h"
#include "common/console_mux.h"
#include "common/lib/arena.h"
#include "common/lib/err.h"
#include "common/vline.h"

struct vm;

#define VPL011_SIZE 0x1000  /* bytes of its frame */
#define VPL011_QUEUE 256    /* typed bytes that wait behind the FIFO's 32; a power of two */

struct vpl011 {
	struct spinlock lock;
	struct vm *vm;
	uint32_t intid;
	struct vline line;
	bool waiting;  /* the console takes no more for now */
	bool overrun;  /* a typed byte was lost; the next read says so */
	uint32_t head, tail; /* of queue, free-running */
	uint32_t ris;  /* raw interrupt status */
	uint32_t rsr;
	uint32_t regs[11]; /* the plain read-write registers: see vpl011.c */
	uint8_t queue[VPL011_QUEUE];
	struct console_source text; /* console.c's */
};

/*
 * Boot only. Gives the VM its UART in vm->console, at that guest address with that SPI (already known to be free).
 * ERR_NO_MEMORY.
 */
enum err vpl011_create(struct vm *vm, uint64_t ipa, uint32_t intid, struct arena *pool) MUST_CHECK;

/* As after reset: the VM restarts. What was typed and not read is forgotten. */
void vpl011_reset(struct vpl011 *u);

/* A byte was typed. Any CPU, no vGIC or console lock held. */
void vpl011_receive(struct vpl011 *u, uint8_t c);

/* The console takes more after it had said that it would not. Likewise. */
void vpl011_resume(struct vpl011 *u);

#endif
