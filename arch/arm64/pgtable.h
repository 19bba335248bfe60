/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMSAv8-64 translation tables, stage 1 (EL2) and stage 2, in the 4 KiB and 64 KiB granules (Arm ARM DDI 0487, D8). Pure: tables are
 * plain memory whose addresses are their physical addresses (EL2's map is the identity; host tests use the host's own pointers).
 *
 * Tables are built before they are enabled and a live entry is never replaced by another valid one, so break-before-make is never
 * needed; whoever adds to or removes from a live table does the barriers and TLB maintenance.
 */
#ifndef ARCH_ARM64_PGTABLE_H
#define ARCH_ARM64_PGTABLE_H

#include "common/lib/addr.h"
#include "common/lib/arena.h"
#include "common/lib/err.h"

enum pgtable_stage { PGTABLE_STAGE1_EL2, PGTABLE_STAGE2 };

/* What a leaf maps as. The builder turns it into lower and upper attributes of the table's stage. */
enum pgtable_attr {
	PGTABLE_NORMAL_RWX,  /* guest RAM (write-back, inner shareable); stage 2 only: EL2 keeps W^X */
	PGTABLE_NORMAL_RO,   /* read-only, never executable */
	PGTABLE_NORMAL_RW,   /* never executable */
	PGTABLE_NORMAL_RX,   /* read-only, executable */
	PGTABLE_DEVICE_RW,   /* Device-nGnRE, never executable */
};

struct pgtable {
	enum pgtable_stage stage;
	unsigned granule_shift; /* 12 or 16 */
	unsigned ia_bits;       /* input address size, 32 .. 48; stage 2 in 64 KiB pages 52 */
	unsigned start_level;
	unsigned root_pages;    /* concatenated tables at the start level; 1 at stage 1 */
	uint64_t *root;         /* aligned to its own size */
	struct arena *arena;    /* tables come from here */
	unsigned table_pages;   /* allocated so far, the root included */
};

/*
 * Boot only. The geometry with the fewest levels for an input address size (stage 2: with concatenation, DDI 0487 D8.2), starting at level 2 at the
 * most, so that there can be blocks. ERR_RANGE if there is none. A stage 2 must not be wider than the CPUs' physical addresses
 * (PARange): level 0 (4 KiB) or 1 (64 KiB) as a start needs 44 bits of them. More than 48 bits are for 64 KiB pages at stage 2 (FEAT_LPA).
 */
enum err pgtable_geometry(enum pgtable_stage stage, unsigned granule_shift, unsigned ia_bits, unsigned *start_level, unsigned *root_pages) MUST_CHECK;

/* Boot only. Allocates the root. ERR_NO_MEMORY, ERR_RANGE. */
enum err pgtable_init(struct pgtable *t, enum pgtable_stage stage, unsigned granule_shift, unsigned ia_bits, struct arena *arena) MUST_CHECK;

/*
 * Maps [ia, ia+size) to [pa, pa+size), by the largest blocks that alignment allows, with the contiguous bit on every aligned run.
 * All three multiples of the granule. ERR_RANGE (beyond ia_bits or a 48-bit pa, misaligned, empty), ERR_EXISTS (something is mapped there
 * already: nothing is changed), ERR_NO_MEMORY (part may be mapped), ERR_UNSUPPORTED (PGTABLE_NORMAL_RWX at stage 1).
 */
enum err pgtable_map(struct pgtable *t, uint64_t ia, uint64_t pa, uint64_t size, enum pgtable_attr attr) MUST_CHECK;

/*
 * Removes whole leaves. [ia, ia+size) must begin and end on boundaries of the pgtable_map calls that made it. ERR_RANGE when a larger
 * leaf, or a contiguous run, straddles an end; ERR_NOT_FOUND when some of it is not mapped; both change nothing. Table pages stay.
 */
enum err pgtable_unmap(struct pgtable *t, uint64_t ia, uint64_t size) MUST_CHECK;

/*
 * Boot only. How many table pages, the root included, this set of maps needs in an empty table: an exact count, made without building.
 * ERR_RANGE and ERR_EXISTS (two of them overlap) as pgtable_map would say.
 */
struct pgtable_map_request { uint64_t ia, pa, size; };
enum err pgtable_count(enum pgtable_stage stage, unsigned granule_shift, unsigned ia_bits, const struct pgtable_map_request *maps, unsigned nr_maps, unsigned *table_pages) MUST_CHECK;

/* Boot only, as those below: VTCR_EL2 (without HA, HD) and the PS field's value for a stage-2 table; pa_range: ID_AA64MMFR0_EL1.PARange, the smallest of all CPUs. */
uint64_t pgtable_vtcr(const struct pgtable *t, unsigned pa_range);

/* TCR_EL2 for a stage-1 table. */
uint64_t pgtable_tcr_el2(const struct pgtable *t, unsigned pa_range);

/* MAIR_EL2 that the stage-1 attributes index. */
uint64_t pgtable_mair(void);

#endif
