/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof's own reading of VTTBR_EL2, VTCR_EL2 and stage-2 descriptors (Arm ARM DDI 0487, D8 "The AArch64 Virtual Memory System
 * Architecture"). It accepts one encoding of each thing only: every bit that need not be set must be clear, also those that hardware
 * ignores, so that a damaged entry cannot hide in them.
 */
#include "common/prove_internal.h"

#define DESC_VALID      BIT(0)
#define DESC_TABLE      BIT(1) /* levels 0 to 2: a table; level 3: a page, and 0 is reserved */
#define DESC_AF         BIT(10)
#define DESC_CONTIGUOUS BIT(52)

#define LAST_LEVEL 3

#define VTCR_RES1  BIT(31)
#define VTCR_WALKS (UINT64_C(3) << 12 | UINT64_C(1) << 10 | UINT64_C(1) << 8) /* inner shareable, write-back write-allocate */
#define VTCR_VS    BIT(19)
#define VTCR_VARIABLE (GENMASK(5, 0) | GENMASK(7, 6) | GENMASK(15, 14) | GENMASK(18, 16) | VTCR_VS) /* T0SZ SL0 TG0 PS VS */

_Static_assert(CONFIG_MAX_VMS <= 255, "a VMID is the VM's number plus one, and may have 8 bits only");

/* Input address bits one table of a granule resolves. */
static unsigned stride(const struct prove_geometry *g)
{
	return g->granule_shift - 3;
}

/* log2 of what one entry of that level spans. */
static unsigned level_shift(const struct prove_geometry *g, unsigned level)
{
	return g->granule_shift + (LAST_LEVEL - level) * stride(g);
}

/* TG0, SL0, T0SZ and PS, each by itself and together (the conditions of AArch64.S2InconsistentSL, S2InvalidSL and S2MinTxSZ). */
static bool decode_geometry(struct prove_walk *w, uint64_t vtcr)
{
	static const uint8_t pa_bits[] = {32, 36, 40, 42, 44, 48, 52};
	struct prove_geometry *g = &w->geometry;
	unsigned tg0 = FIELD(vtcr, 15, 14), sl0 = FIELD(vtcr, 7, 6), ps = FIELD(vtcr, 18, 16);
	unsigned before = w->faults;

	if (tg0 > 1) {
		PROVE_FAULT(w, "VTCR_EL2.TG0 is %u, neither the 4 KiB nor the 64 KiB granule", tg0);
		return false;
	}
	/* 52 bits in 4 KiB pages have descriptors of another kind (FEAT_LPA2). */
	if (ps >= ARRAY_SIZE(pa_bits) || (pa_bits[ps] == 52 && !tg0)) {
		PROVE_FAULT(w, "VTCR_EL2.PS is %u, no output size that this granule has", ps);
		return false;
	}
	g->granule_shift = tg0 ? 16 : 12;
	g->pa_bits = pa_bits[ps];
	g->ipa_bits = 64 - (unsigned)FIELD(vtcr, 5, 0);
	g->start_level = (tg0 ? 3 : 2) - sl0;
	if (sl0 > 2) {
		PROVE_FAULT(w, "VTCR_EL2.SL0 is %u, which is no start level", sl0);
		return false;
	}

	unsigned below = level_shift(g, g->start_level); /* bits the root does not resolve */
	if (g->ipa_bits <= below || g->ipa_bits > below + stride(g) + 4) {
		PROVE_FAULT(w, "VTCR_EL2.T0SZ (%u bits) does not fit SL0 (start level %u)", g->ipa_bits, g->start_level);
		return false;
	}
	g->root_entries = 1u << (g->ipa_bits - below);
	if (g->ipa_bits > g->pa_bits)
		PROVE_FAULT(w, "VTCR_EL2.T0SZ: %u bits of guest address are more than PS has (%u)", g->ipa_bits, g->pa_bits);
	if (g->start_level == (tg0 ? 1 : 0) && g->pa_bits < 44)
		PROVE_FAULT(w, "VTCR_EL2.SL0: start level %u needs 44 bits of physical address, PS has %u", g->start_level,
			    g->pa_bits);
	return w->faults == before;
}

static void compare_geometry(struct prove_walk *w)
{
	const struct prove_geometry *g = &w->geometry;
	const struct plan_stage2 *p = &w->vm->stage2;
	unsigned root_pages = (g->root_entries - 1) / (1u << stride(g)) + 1;

	if (g->granule_shift != p->granule_shift)
		PROVE_FAULT(w, "VTCR_EL2.TG0 is the %u KiB granule, the plan's is %u KiB", 1u << (g->granule_shift - 10),
			    p->granule_shift >= 10 && p->granule_shift < 32 ? 1u << (p->granule_shift - 10) : 0);
	if (g->ipa_bits != p->ipa_bits)
		PROVE_FAULT(w, "VTCR_EL2.T0SZ gives %u bits of guest address, the plan %u", g->ipa_bits, p->ipa_bits);
	if (g->start_level != p->start_level)
		PROVE_FAULT(w, "VTCR_EL2.SL0 starts at level %u, the plan at level %u", g->start_level, p->start_level);
	if (root_pages != p->root_pages)
		PROVE_FAULT(w, "VTCR_EL2 makes the root %u tables, the plan %u", root_pages, p->root_pages);
}

/* The root is aligned to its own size; 64 bytes at least, which is what tables of fewer than eight entries may need. */
static uint64_t root_bytes(const struct prove_geometry *g)
{
	return u64_max(64, (uint64_t)g->root_entries * 8);
}

bool prove_decode_registers(struct prove_walk *w, uint64_t vttbr, uint64_t vtcr)
{
	if ((vtcr & ~VTCR_VARIABLE) != (VTCR_RES1 | VTCR_WALKS))
		PROVE_FAULT(w, "VTCR_EL2 is 0x%llx: its walk attributes or reserved bits are wrong", (ull)vtcr);
	/* A number for each VM: with the same, two would use each other's TLB entries. 8 bits, whatever VS says. */
	if (FIELD(vttbr, 63, 48) != w->vm->id + 1)
		PROVE_FAULT(w, "VTTBR_EL2 is 0x%llx: the VMID is not %u", (ull)vttbr, w->vm->id + 1);
	if (!decode_geometry(w, vtcr))
		return false;
	compare_geometry(w);
	if (vttbr & (root_bytes(&w->geometry) - 1)) {
		PROVE_FAULT(w, "VTTBR_EL2 is 0x%llx: not aligned to the root's size, or CnP is set", (ull)vttbr);
		return false;
	}
	return true;
}

/* Decides whether the table at `pa` may be read, and notes it. */
static const uint64_t *take_table(struct prove_walk *w, uint64_t pa, uint64_t size, uint64_t ipa, unsigned level)
{
	uint64_t page = BIT(w->geometry.granule_shift);
	uint64_t pages = (size + page - 1) >> w->geometry.granule_shift;

	if (!range_within(pa, size, w->table_memory.base, w->table_memory.size)) {
		PROVE_FAULT(w, "table of level %u for guest 0x%llx is at 0x%llx, outside the memory of tables", level,
			    (ull)ipa, (ull)pa);
		return NULL;
	}
	if (w->tables_are_physical && pa + size - 1 >= BIT(w->geometry.pa_bits)) {
		PROVE_FAULT(w, "table of level %u for guest 0x%llx is at 0x%llx, beyond the %u bits of VTCR_EL2.PS", level,
			    (ull)ipa, (ull)pa, w->geometry.pa_bits);
		return NULL;
	}
	/* The count also ends the walk of a tree that leads back into itself. */
	if (pages > w->table_pages_left || !extent_add(w->tables, EXTENT_VM, w->name, pa, size, ipa)) {
		PROVE_FAULT(w, "table of level %u for guest 0x%llx: more tables than the plan counted (%u)", level,
			    (ull)ipa, w->vm->stage2.table_pages);
		return NULL;
	}
	w->table_pages_left -= (uint32_t)pages;
	return (const uint64_t *)(uintptr_t)pa;
}

static const uint64_t *enter_table(struct prove_walk *w, uint64_t desc, uint64_t ipa, unsigned level)
{
	uint64_t address = GENMASK(47, w->geometry.granule_shift);

	if (desc & ~(address | DESC_TABLE | DESC_VALID))
		PROVE_FAULT(w, "table entry of level %u for guest 0x%llx is 0x%llx: bits are set that must be clear", level,
			    (ull)ipa, (ull)desc);
	return take_table(w, desc & address, BIT(w->geometry.granule_shift), ipa, level + 1);
}

/* Whether an entry that is neither empty nor a table maps something. */
static bool check_leaf(struct prove_walk *w, uint64_t desc, uint64_t ipa, unsigned level)
{
	const char *what = NULL;
	bool maps = false;

	if (!(desc & DESC_VALID))
		what = "an invalid entry must be zero";
	else if (level == LAST_LEVEL && !(desc & DESC_TABLE))
		what = "a reserved encoding, which maps nothing";
	else if (level < LAST_LEVEL && level_shift(&w->geometry, level) > 30)
		what = "a block at a level that has none";
	else
		maps = true;

	uint64_t address = GENMASK(47, level_shift(&w->geometry, level));
	if (maps && (desc & ~(address | DESC_ATTRS | DESC_AF | DESC_CONTIGUOUS | DESC_TABLE | DESC_VALID)))
		what = "bits are set that must be clear";
	else if (maps && !(desc & DESC_AF))
		what = "its access flag is clear";
	if (what)
		PROVE_FAULT(w, "entry of level %u for guest 0x%llx is 0x%llx: %s", level, (ull)ipa, (ull)desc, what);
	return maps;
}

/*
 * The Contiguous bit (DDI 0487, D8) promises that a whole aligned group of entries, 16 at 4 KiB and 32 at 64 KiB, maps one aligned,
 * uniform range; hardware may take one entry's word for all of them. Entries first to end - 1 are alike, and those beside them are not.
 */
static void check_contiguous(struct prove_walk *w, const struct prove_run *run, unsigned first, unsigned end, unsigned level)
{
	unsigned group = w->geometry.granule_shift == 12 ? 16 : 32;

	if (first % group || end % group || !is_aligned(run->pa, (uint64_t)group << level_shift(&w->geometry, level)))
		PROVE_FAULT(w,
			    "the contiguous bit is set on %u entries of level %u for guest 0x%llx, physical 0x%llx, which are no "
			    "aligned groups of %u",
			    end - first, level, (ull)run->ipa, (ull)run->pa, group);
}

static void flush_run(struct prove_walk *w)
{
	if (w->pending.size)
		prove_take_run(w, &w->pending);
	w->pending.size = 0;
}

static void add_run(struct prove_walk *w, const struct prove_run *run)
{
	struct prove_run *p = &w->pending;

	if (p->size && p->ipa + p->size == run->ipa && p->pa + p->size == run->pa && p->attrs == run->attrs) {
		p->size += run->size;
		return;
	}
	flush_run(w);
	*p = *run;
}

struct table_cursor {
	const uint64_t *table;
	unsigned next, entries;
	uint64_t ipa; /* that entry 0 translates */
};

/* The first entry after `first` that is not its predecessor plus `step`, or `end`. Runs are long: four at a time. */
static unsigned end_of_run(const uint64_t *table, unsigned first, unsigned end, uint64_t step)
{
	const uint64_t *t = table + first + 1, *stop = table + end;
	uint64_t expected = table[first] + step;

	for (; stop - t >= 4; t += 4, expected += 4 * step)
		if ((t[0] ^ expected) | (t[1] ^ (expected + step)) | (t[2] ^ (expected + 2 * step)) |
		    (t[3] ^ (expected + 3 * step)))
			break;
	for (; t < stop && *t == expected; t++)
		expected += step;
	return (unsigned)(t - table);
}

/* Takes the leaf at c->next with all that continue it: the next descriptor of a run is this one plus the block's size. */
static void take_leaves(struct prove_walk *w, struct table_cursor *c, unsigned level)
{
	unsigned shift = level_shift(&w->geometry, level), first = c->next, end;
	uint64_t desc = c->table[first];
	struct prove_run run = {.ipa = c->ipa + ((uint64_t)first << shift), .pa = desc & GENMASK(47, shift), .attrs = desc & DESC_ATTRS};

	c->next = first + 1;
	if (!check_leaf(w, desc, run.ipa, level))
		return;
	c->next = end = end_of_run(c->table, first, c->entries, BIT(shift));
	run.size = (uint64_t)(end - first) << shift;
	if (desc & DESC_CONTIGUOUS)
		check_contiguous(w, &run, first, end, level);
	if (range_within(run.pa, run.size, 0, BIT(w->geometry.pa_bits)))
		add_run(w, &run);
	else
		PROVE_FAULT(w, "guest 0x%llx is mapped to 0x%llx, beyond the %u bits of VTCR_EL2.PS", (ull)run.ipa, (ull)run.pa,
			    w->geometry.pa_bits);
}

/* The first entry from `i` on that is not zero, or `end`. Most of every tree is empty: 64 at a time. */
static unsigned skip_empty(const uint64_t *table, unsigned i, unsigned end)
{
	const uint64_t *t = table + i, *stop = table + end;

	for (; stop - t >= 64; t += 64) {
		uint64_t any = 0;

#pragma GCC unroll 64
		for (unsigned k = 0; k < 64; k++)
			any |= t[k];
		if (any)
			break;
	}
	while (t < stop && !*t)
		t++;
	return (unsigned)(t - table);
}

void prove_walk_tables(struct prove_walk *w, uint64_t vttbr)
{
	unsigned start = w->geometry.start_level, level = start;
	struct table_cursor cursors[LAST_LEVEL + 1];
	const uint64_t *root = take_table(w, vttbr & GENMASK(47, 0), root_bytes(&w->geometry), 0, start);

	if (!root)
		return;
	cursors[level] = (struct table_cursor){.table = root, .entries = w->geometry.root_entries};
	for (;;) {
		struct table_cursor *c = &cursors[level];

		c->next = skip_empty(c->table, c->next, c->entries);
		if (c->next == c->entries) {
			if (level-- == start)
				break;
			continue;
		}

		uint64_t desc = c->table[c->next];
		if (level == LAST_LEVEL || (desc & (DESC_TABLE | DESC_VALID)) != (DESC_TABLE | DESC_VALID)) {
			take_leaves(w, c, level);
			continue;
		}

		uint64_t ipa = c->ipa + ((uint64_t)c->next++ << level_shift(&w->geometry, level));
		const uint64_t *table = enter_table(w, desc, ipa, level);
		if (table)
			cursors[++level] = (struct table_cursor){.table = table, .entries = 1u << stride(&w->geometry), .ipa = ipa};
	}
	flush_run(w);
}
