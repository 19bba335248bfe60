/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An identity map in 4 KiB granule: the first 512 GiB as device memory, then what the DTB's memory nodes name as normal memory over it.
 * Runs with the MMU off, once: entries are never changed while live.
 */
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/kit.h"

#define TABLES 16
#define ENTRIES 512

/* Stage 1 descriptors of the VMSAv8-64 (Arm ARM DDI 0487). */
#define DESC_TABLE 0x3ul
#define DESC_BLOCK 0x1ul
#define DESC_PAGE 0x3ul
#define DESC_ADDRESS 0x0000fffffffff000ul
#define ATTR_NORMAL 0x700ul                    /* AttrIndx 0, inner shareable, AF */
#define ATTR_DEVICE (0x404ul | 3ul << 53)     /* AttrIndx 1, AF, never executed */

uint64_t mmu_root[ENTRIES] __attribute__((section(".bss.pages"), aligned(4096)));
static uint64_t pool[TABLES][ENTRIES] __attribute__((section(".bss.pages"), aligned(4096)));
static unsigned pool_used;

struct memory_range memory[MEMORY_MAX];
unsigned nr_memory;

static unsigned level_shift(unsigned level)
{
	return 39 - 9 * level;
}

/* Entry of one level becomes a table that says the same. NULL: the pool is used up. */
static uint64_t *split(uint64_t *entry, unsigned level)
{
	uint64_t *table;

	if (*entry != 0 && (*entry & 3) == DESC_TABLE)
		return (uint64_t *)(*entry & DESC_ADDRESS);
	if (pool_used == TABLES)
		return NULL;
	table = pool[pool_used++];
	for (unsigned i = 0; *entry != 0 && i < ENTRIES; i++)
		table[i] = (*entry | (level + 1 == 3 ? DESC_PAGE : DESC_BLOCK)) + ((uint64_t)i << level_shift(level + 1));
	*entry = (uint64_t)table | DESC_TABLE;
	return table;
}

static bool map(uint64_t start, uint64_t end, uint64_t attributes)
{
	while (start < end) {
		uint64_t *table = mmu_root;

		for (unsigned level = 0;; level++) {
			uint64_t span = 1ul << level_shift(level);
			uint64_t *entry = &table[start / span % ENTRIES];

			if (level > 0 && start % span == 0 && end - start >= span) {
				*entry = start | attributes | (level == 3 ? DESC_PAGE : DESC_BLOCK);
				start += span;
				break;
			}
			table = split(entry, level);
			if (table == NULL)
				return false;
		}
	}
	return true;
}

static bool add_memory(const struct fdt_node *node)
{
	uint64_t start, size;

	for (unsigned i = 0; fdt_reg(node, i, &start, &size); i++) {
		if (size == 0)
			continue;
		if (nr_memory == MEMORY_MAX)
			return false;
		memory[nr_memory].start = start;
		memory[nr_memory++].size = size;
		if (!map((start + 4095) & ~4095ul, (start + size) & ~4095ul, ATTR_NORMAL))
			return false;
	}
	return true;
}

bool mmu_build(const void *dtb)
{
	struct fdt_node node;

	if (!fdt_init(dtb) || !map(0, 512ul << 30, ATTR_DEVICE))
		return false;
	fdt_walk(&node);
	while (fdt_next(&node))
		if (string_equal(fdt_string(&node, "device_type"), "memory") && !add_memory(&node))
			return false;
	return nr_memory > 0;
}
