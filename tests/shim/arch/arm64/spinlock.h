/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's stand-in for arch/arm64/spinlock.h: host tests have one thread, so a lock is only checked for being used in pairs and in the
 * order of their ranks. It traps where EL2 would hang, or could.
 */
#ifndef ARCH_ARM64_SPINLOCK_H
#define ARCH_ARM64_SPINLOCK_H

#include <stdint.h>

#include "arch/arm64/lock_rank.h"

struct spinlock {
	uint16_t owner; /* the ticket being served */
	uint16_t next;  /* the ticket the next comer draws; equal to owner when free */
	uint8_t rank;   /* 0: a test's own, without an order */
};

/* Bit n: the lock of rank n is held. One for all of a test's sources. */
__attribute__((weak)) uint32_t spin_held;

static inline void spin_lock(struct spinlock *l)
{
	if (l->owner != l->next)
		__builtin_trap();
	if (l->rank && spin_held >> l->rank)
		__builtin_trap();
	spin_held |= 1u << l->rank & ~1u;
	l->next++;
}

static inline void spin_unlock(struct spinlock *l)
{
	if (l->owner == l->next)
		__builtin_trap();
	spin_held &= ~(1u << l->rank);
	l->owner++;
}

/* What other CPUs do while this one waits; NULL: nothing. */
__attribute__((weak)) void (*spin_others)(void);

static inline void spin_pause(void)
{
	if (spin_others)
		spin_others();
}

#endif
