/* SPDX-License-Identifier: Apache-2.0 */
/* From a planned VM to its stage-2 tables: the same code on EL2 and in the host command. Pure; boot only. */
#ifndef COMMON_STAGE2_H
#define COMMON_STAGE2_H

#include "arch/arm64/pgtable.h"
#include "common/plan.h"

/* Levels that a stage-2 walk passes at most: to a page. */
static inline unsigned stage2_levels(const struct plan_stage2 *s2)
{
	return 4 - s2->start_level;
}

#define STAGE2_GUEST_LEVELS 4 /* the deepest stage 1 without FEAT_LPA2: 48 bits in 4 KiB or 16 KiB pages */

/*
 * Descriptors that one TLB miss loads at worst, under a stage 1 of that many levels: stage 2 translates the address of each of its
 * descriptors, and of what they lead to (DDI 0487, D8.2 "Translation process").
 */
static inline unsigned stage2_walk_loads(const struct plan_stage2 *s2, unsigned guest_levels)
{
	return guest_levels + (guest_levels + 1) * stage2_levels(s2);
}

/* Builds the VM's tables in memory from the pool. ERR_NO_MEMORY, or what pgtable_map says of a plan that is not one. */
enum err stage2_build(const struct plan_vm *vm, struct arena *pool, struct pgtable *out) MUST_CHECK;

#endif
