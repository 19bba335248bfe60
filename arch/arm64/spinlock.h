/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ticket lock: fair, and bounded by the number of CPUs. EL2 runs with interrupts masked, so a holder is never preempted.
 * Host tests see tests/shim/arch/arm64/spinlock.h in its place.
 */
#ifndef ARCH_ARM64_SPINLOCK_H
#define ARCH_ARM64_SPINLOCK_H

#include <stdint.h>

#include "arch/arm64/lock_check.h"
#include "arch/arm64/lock_rank.h"

struct spinlock {
	union {
		struct {
			uint16_t owner; /* the ticket being served */
			uint16_t next;  /* the ticket the next comer draws */
		};
		uint32_t both;
	};
	uint8_t rank; /* enum lock_rank; set before it is used */
};

#define SPIN_DRAW (UINT32_C(1) << 16) /* in `both`: the next comer's ticket */

/* Until the ticket is served. */
static inline void spin_wait(struct spinlock *l, uint32_t ticket)
{
	uint32_t seen;

	/* The load-acquire is an exclusive one, so that the holder's store to `owner` clears the monitor and thereby wakes the WFE (Arm ARM DDI 0487, D1.6). */
	__asm__ volatile(
		"	sevl\n"
		"1:	wfe\n"
		"	ldaxrh	%w0, %1\n"
		"	cmp	%w0, %w2\n"
		"	b.ne	1b\n"
		: "=&r"(seen) : "Q"(l->owner), "r"(ticket) : "memory", "cc");
}

static inline void spin_lock(struct spinlock *l)
{
	uint32_t seen;

	lock_check_take(l->rank);
	seen = __atomic_fetch_add(&l->both, SPIN_DRAW, __ATOMIC_ACQUIRE);
	if (__builtin_expect((uint16_t)seen != seen >> 16, 0))
		spin_wait(l, seen >> 16);
	lock_check_taken(l->rank);
}

/* Pairs with the load-acquire in spin_lock. */
static inline void spin_unlock(struct spinlock *l)
{
	lock_check_release(l->rank);
	__atomic_store_n(&l->owner, (uint16_t)(l->owner + 1), __ATOMIC_RELEASE);
}

/* In each turn of a loop that waits for another CPU: gives way to it where both share a core (SMT), or an emulator runs them in turns. */
static inline void spin_pause(void)
{
	__asm__ volatile("yield" ::: "memory");
}

#endif
