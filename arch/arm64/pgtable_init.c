/* SPDX-License-Identifier: Apache-2.0 */
/* A new table's shape, and the registers that say it to the CPU. Boot only. */
#include "arch/arm64/pgtable.h"
#include "arch/arm64/pgtable_layout.h"

/* Address bits that one table of that level and those below it resolve, page offset included. */
static unsigned table_bits(unsigned granule_shift, unsigned level)
{
	return pgtable_level_shift(granule_shift, level) + granule_shift - 3;
}

/*
 * Fewest levels mean the highest number to start at whose table, or at stage 2 up to 16 of them side by side, resolves
 * all address bits above the level's own. Level 3 (64 KiB, up to 33 bits) is left out: its root would be 512 KiB or
 * 1 MiB and could hold no blocks.
 */
enum err pgtable_geometry(enum pgtable_stage stage, unsigned granule_shift, unsigned ia_bits, unsigned *start_level,
			  unsigned *root_pages)
{
	unsigned max_concatenated_bits = stage == PGTABLE_STAGE2 ? 4 : 0;
	unsigned max_bits = stage == PGTABLE_STAGE2 && granule_shift == 16 ? 52 : 48;

	if ((granule_shift != 12 && granule_shift != 16) || ia_bits < 32 || ia_bits > max_bits)
		return ERR_RANGE;

	unsigned level = 2;

	while (ia_bits > table_bits(granule_shift, level) + max_concatenated_bits)
		level--;
	*start_level = level;
	*root_pages = 1;
	if (ia_bits > table_bits(granule_shift, level))
		*root_pages <<= ia_bits - table_bits(granule_shift, level);
	return OK;
}

enum err pgtable_init(struct pgtable *t, enum pgtable_stage stage, unsigned granule_shift, unsigned ia_bits,
		      struct arena *arena)
{
	*t = (struct pgtable){ .stage = stage, .granule_shift = granule_shift, .ia_bits = ia_bits, .arena = arena };

	enum err e = pgtable_geometry(stage, granule_shift, ia_bits, &t->start_level, &t->root_pages);
	if (e)
		return e;

	/* Concatenated tables must be aligned to their total size (D8.2). */
	size_t size = (size_t)t->root_pages << granule_shift;

	t->root = arena_alloc(arena, size, size);
	t->table_pages = t->root_pages;
	return t->root ? OK : ERR_NO_MEMORY;
}

/* Fields that TCR_EL2 (E2H = 0) and VTCR_EL2 have in the same places. */
#define TCR_IRGN0_WBWA (UINT64_C(1) << 8)
#define TCR_ORGN0_WBWA (UINT64_C(1) << 10)
#define TCR_SH0_INNER  (UINT64_C(3) << 12)
#define TCR_TG0_64K    (UINT64_C(1) << 14) /* 0: 4 KiB */
#define TCR_PS_SHIFT   16
#define TCR_PS_48_BITS 5
#define TCR_PS_52_BITS 6
#define TCR_EL2_RES1   (BIT(31) | BIT(23))
#define VTCR_EL2_RES1  BIT(31)
#define VTCR_SL0_SHIFT 6

/*
 * An output size of 52 bits lets input addresses be as wide (D8.2, AArch64.S2InconsistentSL and the limits of T0SZ). Bits 51:48 of an output address are
 * then bits 15:12 of a descriptor, and bits 5:2 of VTTBR_EL2: zero, as all of ours are below 2^48.
 */
static uint64_t tcr_common(const struct pgtable *t, unsigned pa_range)
{
	return (64 - t->ia_bits) | TCR_IRGN0_WBWA | TCR_ORGN0_WBWA | TCR_SH0_INNER | (t->granule_shift == 16 ? TCR_TG0_64K : 0) |
	       u64_min(pa_range, t->ia_bits > 48 ? TCR_PS_52_BITS : TCR_PS_48_BITS) << TCR_PS_SHIFT;
}

uint64_t pgtable_vtcr(const struct pgtable *t, unsigned pa_range)
{
	/*
	 * SL0 counts up from the level that each granule's smallest tables start at (D24.2 "VTCR_EL2"). VS = 0: 8-bit
	 * VMIDs.
	 */
	uint64_t sl0 = (t->granule_shift == 12 ? 2 : 3) - t->start_level;

	return tcr_common(t, pa_range) | VTCR_EL2_RES1 | sl0 << VTCR_SL0_SHIFT;
}

uint64_t pgtable_tcr_el2(const struct pgtable *t, unsigned pa_range)
{
	return tcr_common(t, pa_range) | TCR_EL2_RES1;
}

uint64_t pgtable_mair(void)
{
	/* Attr0: Normal, write-back, read- and write-allocate, non-transient, inner and outer. Attr1: Device-nGnRE. */
	return UINT64_C(0xff) | UINT64_C(0x04) << 8;
}
