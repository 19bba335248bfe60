/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of the lock order in a build with CONFIG_DEBUG_LOCKS; what is wrong is a fault of EL2's own, which says where. Every lock has a rank
 * (enum lock_rank); a CPU takes only locks of higher rank than those it holds. How long each was held at most is measured, too, for the monitor's `locks`.
 */
#ifndef ARCH_ARM64_LOCK_CHECK_H
#define ARCH_ARM64_LOCK_CHECK_H

#include "arch/arm64/cpu.h"

#ifdef CONFIG_DEBUG_LOCKS

/* Bit n: this CPU holds the lock of rank n. */
static inline uint32_t *locks_held(void)
{
	return &((struct arch_cpu *)this_cpu())->locks_held;
}

static inline void lock_check_take(unsigned rank)
{
	if (!rank || *locks_held() >> rank)
		__builtin_trap();
	*locks_held() |= 1u << rank;
}

static inline void lock_check_taken(unsigned rank)
{
	((struct arch_cpu *)this_cpu())->lock_holds[rank].since = read_sysreg(cntpct_el0);
}

static inline void lock_check_release(unsigned rank)
{
	struct lock_hold *hold = &((struct arch_cpu *)this_cpu())->lock_holds[rank];
	uint64_t held = read_sysreg(cntpct_el0) - hold->since;

	if (held > hold->longest)
		hold->longest = held;
	if (!(*locks_held() >> rank & 1))
		__builtin_trap();
	*locks_held() &= ~(1u << rank);
}

/* Here no lock may be held: another CPU is kicked or waited for. */
static inline void lock_check_none(void)
{
	if (*locks_held())
		__builtin_trap();
}

#else

static inline void lock_check_take(unsigned rank)
{
	(void)rank;
}

static inline void lock_check_taken(unsigned rank)
{
	(void)rank;
}

static inline void lock_check_release(unsigned rank)
{
	(void)rank;
}

static inline void lock_check_none(void)
{
}

#endif

#endif
