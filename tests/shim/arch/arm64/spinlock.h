/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's stand-in for arch/arm64/spinlock.h: host tests have one thread, so a lock is only checked for being used in pairs. It traps
 * where EL2 would hang.
 */
#ifndef ARCH_ARM64_SPINLOCK_H
#define ARCH_ARM64_SPINLOCK_H

#include <stdint.h>

struct spinlock {
	uint16_t owner; /* the ticket being served */
	uint16_t next;  /* the ticket the next comer draws; equal to owner when free */
};

static inline void spin_lock(struct spinlock *l)
{
	if (l->owner != l->next)
		__builtin_trap();
	l->next++;
}

static inline void spin_unlock(struct spinlock *l)
{
	if (l->owner == l->next)
		__builtin_trap();
	l->owner++;
}

#endif
