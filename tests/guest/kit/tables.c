/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guest/kit/tables.h"

#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/sysreg.h"

#define ADDRESS_BITS 48
#define POOL_SIZE 0x80000ul /* eight tables of 64 KiB */

static uint64_t pool[POOL_SIZE / sizeof(uint64_t)] __attribute__((section(".bss.pages"), aligned(0x10000)));
static uint64_t pool_used;

/* TCR_EL1 of the upper half: T1SZ, write-back write-allocate walks, inner shareable. */
#define TCR_T1SZ ((64ul - ADDRESS_BITS) << 16)
#define TCR_EPD1 (1ul << 23)
#define TCR_WALKS1 (1ul << 24 | 1ul << 26 | 3ul << 28)
#define TCR_UPPER (0x3ful << 16 | 3ul << 22 | 0xfful << 24)
#define TCR_HA_HD (3ul << 39)
#define TCR_IPS (7ul << 32)

/* Zeroed memory, aligned to the size of a page. */
static uint64_t *take_table(unsigned shift)
{
	uint64_t size = 1ul << shift, *table = &pool[pool_used / sizeof(uint64_t)];

	if (pool_used + size > POOL_SIZE)
		return NULL;
	pool_used += size;
	memset(table, 0, size);
	return table;
}

bool tables_supported(unsigned shift)
{
	uint64_t mmfr0 = sysreg_read(id_aa64mmfr0_el1);

	/* TGran4 and TGran64: 0xf is "no"; TGran16: 0 is. */
	switch (shift) {
	case 12: return (mmfr0 >> 28 & 0xf) != 0xf;
	case 14: return (mmfr0 >> 20 & 0xf) != 0;
	default: return (mmfr0 >> 24 & 0xf) != 0xf;
	}
}

static unsigned level_shift(const struct tables *t, unsigned level)
{
	return t->shift + (TABLES_LAST_LEVEL - level) * (t->shift - 3);
}

uint64_t tables_span(const struct tables *t, unsigned level)
{
	return 1ul << level_shift(t, level);
}

bool tables_has_leaves(const struct tables *t, unsigned level)
{
	return level == TABLES_LAST_LEVEL || level == 2 || (level == 1 && t->shift == 12);
}

void tables_init(struct tables *t, unsigned shift)
{
	pool_used = 0;
	t->shift = shift;
	t->start_level = TABLES_LAST_LEVEL;
	while (level_shift(t, t->start_level) + shift - 3 < ADDRESS_BITS)
		t->start_level--;
	t->root = take_table(shift);
}

void tables_enable(const struct tables *t, uint64_t extra)
{
	static const uint64_t granules[] = { [12] = 2, [14] = 1, [16] = 3 }; /* TG1 */
	uint64_t tcr = sysreg_read(tcr_el1) & ~(TCR_UPPER | TCR_HA_HD | (extra & TCR_IPS ? TCR_IPS : 0));

	/* Nothing is walked while the registers change. */
	sysreg_write(tcr_el1, tcr | TCR_EPD1);
	isb();
	sysreg_write(mair_el1, sysreg_read(mair_el1) | 0x44ul << 16); /* Attr2: normal, not cached */
	sysreg_write(ttbr1_el1, (uint64_t)t->root);
	dsb(ish); /* the tables, before they are walked */
	isb();
	sysreg_write(tcr_el1, tcr | TCR_T1SZ | TCR_WALKS1 | granules[t->shift] << 30 | extra);
	isb();
	__asm__ volatile("tlbi vmalle1is" : : : "memory");
	dsb(ish);
	isb();
}

uint64_t *tables_entry(const struct tables *t, uint64_t address, unsigned level)
{
	uint64_t *table = t->root;

	for (unsigned l = t->start_level;; l++) {
		uint64_t offset = address & ((1ul << ADDRESS_BITS) - 1);
		uint64_t *entry = &table[offset >> level_shift(t, l) & ((1ul << (t->shift - 3)) - 1)];

		if (l == level)
			return entry;
		if (*entry == 0) {
			table = take_table(t->shift);
			if (table == NULL)
				return NULL;
			tables_set(entry, (uint64_t)table | DESC_TABLE, address);
		}
		table = (uint64_t *)(*entry & DESC_ADDRESS);
	}
}

static void write_entry(uint64_t *entry, uint64_t desc)
{
	*(volatile uint64_t *)entry = desc;
}

void tables_set(uint64_t *entry, uint64_t desc, uint64_t address)
{
	write_entry(entry, 0);
	dsb(ishst);
	__asm__ volatile("tlbi vaae1is, %0" : : "r"(address >> 12 & ((1ul << 44) - 1)) : "memory");
	dsb(ish);
	write_entry(entry, desc);
	dsb(ishst);
	isb();
}
