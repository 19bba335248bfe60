/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage-1 tables of any granule for the upper half of the address space (TTBR1_EL1), beside the 4 KiB map that the kit itself runs on
 * (mmu.c). One set of tables at a time, on one CPU.
 */
#ifndef KIT_TABLES_H
#define KIT_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#define TABLES_BASE 0xffff000000000000ul /* where the upper half begins: 48 bits */
#define TABLES_LAST_LEVEL 3

/* Descriptors (Arm ARM DDI 0487, D8.3). A leaf has DESC_PAGE at the last level and DESC_BLOCK above. */
#define DESC_BLOCK 0x1ul
#define DESC_TABLE 0x3ul
#define DESC_PAGE 0x3ul
#define DESC_ADDRESS 0x0000fffffffff000ul
#define DESC_NORMAL (0ul << 2 | 3ul << 8) /* AttrIndx 0, write-back; inner shareable */
#define DESC_DEVICE (1ul << 2)            /* AttrIndx 1, nGnRE */
#define DESC_UNCACHED (2ul << 2 | 3ul << 8) /* AttrIndx 2, once tables_enable() was called */
#define DESC_EL0 (1ul << 6)
#define DESC_READ_ONLY (1ul << 7)
#define DESC_AF (1ul << 10)
#define DESC_DBM (1ul << 51)
#define DESC_CONTIGUOUS (1ul << 52)
#define DESC_PXN (1ul << 53)
#define DESC_UXN (1ul << 54)

struct tables {
	unsigned shift; /* log2 of the page size: 12, 14, 16 */
	unsigned start_level;
	uint64_t *root;
};

/* Whether the CPU has that granule at stage 1. */
bool tables_supported(unsigned shift);

/* Empty tables of that granule; what was there before is forgotten. */
void tables_init(struct tables *t, unsigned shift);

/* Makes them TTBR1_EL1's. extra: further bits of TCR_EL1 (HA, HD, another IPS). */
void tables_enable(const struct tables *t, uint64_t extra);

/* Bytes that one entry of that level spans. */
uint64_t tables_span(const struct tables *t, unsigned level);

/* Whether entries of that level may be leaves, without FEAT_LPA2. */
bool tables_has_leaves(const struct tables *t, unsigned level);

/* The entry of that level for the address; tables above it are made. NULL: there is no memory for them. */
uint64_t *tables_entry(const struct tables *t, uint64_t address, unsigned level);

/* Sets an entry, with break-before-make: the address is not mapped, in no TLB, and then maps what desc says. */
void tables_set(uint64_t *entry, uint64_t desc, uint64_t address);

#endif
