/* SPDX-License-Identifier: Apache-2.0 */
/* The host's stand-in for arch/arm64/lock_check.h: spinlock.h, beside this, checks the order by itself. */
#ifndef ARCH_ARM64_LOCK_CHECK_H
#define ARCH_ARM64_LOCK_CHECK_H

#include "arch/arm64/spinlock.h"

static inline void lock_check_none(void)
{
	if (spin_held)
		__builtin_trap();
}

#endif
