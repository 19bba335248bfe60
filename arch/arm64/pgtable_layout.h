/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of VMSAv8-64 translation tables that building and counting share (Arm ARM DDI 0487, D8.2). Not for users of
 * pgtable.h.
 */
#ifndef ARCH_ARM64_PGTABLE_LAYOUT_H
#define ARCH_ARM64_PGTABLE_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/lib/util.h"

#define PGTABLE_LAST_LEVEL 3
#define PGTABLE_OA_BITS 48 /* output addresses beyond have bits 51:48 elsewhere in descriptors (FEAT_LPA); ours do not need them */

/* An 8-byte descriptor for each entry of a granule-sized table: a level resolves granule_shift - 3 address bits. */
static inline unsigned pgtable_level_shift(unsigned granule_shift, unsigned level)
{
	return granule_shift + (PGTABLE_LAST_LEVEL - level) * (granule_shift - 3);
}

/* Bytes that one descriptor of that level stands for. */
static inline uint64_t pgtable_level_size(unsigned granule_shift, unsigned level)
{
	return BIT(pgtable_level_shift(granule_shift, level));
}

/* 4 KiB: 1 GiB, 2 MiB and 4 KiB leaves; 64 KiB: 512 MiB and 64 KiB (4 TiB at level 1 needs FEAT_LPA). */
static inline bool pgtable_level_has_leaves(unsigned granule_shift, unsigned level)
{
	return level >= (granule_shift == 12 ? 1u : 2u);
}

static inline bool pgtable_request_valid(unsigned granule_shift, unsigned ia_bits, uint64_t ia, uint64_t pa, uint64_t size)
{
	return size && is_aligned(ia | pa | size, BIT(granule_shift)) && range_within(ia, size, 0, BIT(ia_bits)) &&
	       range_within(pa, size, 0, BIT(PGTABLE_OA_BITS));
}

#endif
