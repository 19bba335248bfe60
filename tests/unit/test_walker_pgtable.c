/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table builder against the walker: random sets of maps in every geometry, translated address by address and compared with a plain
 * list of intervals. The walker stands for the MMU; it knows nothing of the builder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "arch/arm64/pgtable.h"
#include "common/lib/util.h"
#include "tests/unit/walker.h"

#define MEMORY_SIZE MIB(24)
#define MAX_MAPS    12
#define PA_LIMIT    BIT(48)

struct interval {
	uint64_t ia, pa, size;
	enum pgtable_attr attr;
};

struct world {
	uint8_t *memory;
	struct arena arena;
	struct pgtable table;
	struct walk_regs regs;
	struct interval maps[MAX_MAPS];
	unsigned nr;
	bool fresh; /* nothing was unmapped: unmapping leaves empty tables, where smaller blocks must do later */
};

static unsigned max_bits(enum pgtable_stage stage, unsigned granule_shift)
{
	return stage == PGTABLE_STAGE2 && granule_shift == 16 ? 52 : 48;
}

static uint64_t random64(void)
{
	return (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^ (uint64_t)random();
}

static uint64_t random_below(uint64_t n)
{
	return n ? random64() % n : 0;
}

static const struct interval *model_find(const struct world *w, uint64_t ia)
{
	for (unsigned i = 0; i < w->nr; i++)
		if (ia >= w->maps[i].ia && ia - w->maps[i].ia < w->maps[i].size)
			return &w->maps[i];
	return NULL;
}

static bool model_overlaps(const struct world *w, uint64_t ia, uint64_t size)
{
	for (unsigned i = 0; i < w->nr; i++)
		if (ranges_overlap(ia, size, w->maps[i].ia, w->maps[i].size))
			return true;
	return false;
}

static struct walk translate(const struct world *w, uint64_t ia)
{
	return w->table.stage == PGTABLE_STAGE2 ? walk_stage2(&w->regs, ia) : walk_stage1_el2(&w->regs, ia);
}

/* ---- what a leaf must be ---- */

static unsigned level_shift(const struct world *w, int level)
{
	return w->table.granule_shift + (unsigned)(3 - level) * (w->table.granule_shift - 3);
}

/* Whether the aligned range of 2^shift bytes around ia lies in the map and its output is aligned too. */
static bool fits(const struct interval *m, uint64_t ia, unsigned shift)
{
	uint64_t size = BIT(shift), base = align_down(ia, size);

	return range_within(base, size, m->ia, m->size) && is_aligned(m->ia - m->pa, size);
}

static int largest_level(const struct world *w, const struct interval *m, uint64_t ia)
{
	int first = w->table.granule_shift == 12 ? 1 : 2;

	for (int level = first > (int)w->table.start_level ? first : (int)w->table.start_level; level < 3; level++)
		if (fits(m, ia, level_shift(w, level)))
			return level;
	return 3;
}

static void check_attributes(const struct world *w, const struct interval *m, const struct walk *t)
{
	bool stage2 = w->table.stage == PGTABLE_STAGE2, device = m->attr == PGTABLE_DEVICE_RW;
	bool write = m->attr == PGTABLE_NORMAL_RWX || m->attr == PGTABLE_NORMAL_RW || device;
	bool execute = m->attr == PGTABLE_NORMAL_RWX || m->attr == PGTABLE_NORMAL_RX;

	/* Stage 2 MemAttr: 0b1111 normal write-back, 0b0001 Device-nGnRE. MAIR: 0xff and 0x04. */
	assert_int_equal(t->memory, device ? (stage2 ? 1 : 0x04) : (stage2 ? 0xf : 0xff));
	if (!device)
		assert_int_equal(t->shareability, 3);
	assert_true(t->read);
	assert_int_equal(t->write, write);
	assert_int_equal(t->execute, execute);
	assert_int_equal(t->execute_any, execute);
}

/* All entries of the group say the same, and the bit is there only, and in fresh tables everywhere, where a whole group fits. */
static void check_contiguous(const struct world *w, const struct interval *m, uint64_t ia, const struct walk *t)
{
	unsigned group = w->table.granule_shift == 12 ? 16 : 32, shift = level_shift(w, t->level);
	const uint64_t *e = (const uint64_t *)(uintptr_t)align_down(t->entry, (uint64_t)group * 8);
	unsigned group_shift = shift + (group == 16 ? 4 : 5);

	if (t->contiguous ? !fits(m, ia, group_shift) : w->fresh && fits(m, ia, group_shift))
		fail_msg("granule 2^%u, %u bits, level %d: 0x%llx in 0x%llx -> 0x%llx, 0x%llx bytes: contiguous bit %d", w->table.granule_shift,
			 w->table.ia_bits, t->level, (unsigned long long)ia, (unsigned long long)m->ia, (unsigned long long)m->pa,
			 (unsigned long long)m->size, t->contiguous);
	for (unsigned i = 1; t->contiguous && i < group; i++)
		assert_int_equal(e[i], e[0] + ((uint64_t)i << shift));
}

static void check_address(const struct world *w, uint64_t ia)
{
	const struct interval *m = model_find(w, ia);
	struct walk t = translate(w, ia);

	if (!m) {
		assert_int_equal(t.fault, WALK_TRANSLATION);
		return;
	}
	if (t.fault != WALK_OK || t.pa != m->pa + (ia - m->ia))
		fail_msg("granule 2^%u, %u bits: 0x%llx gives fault %d level %d pa 0x%llx, not 0x%llx", w->table.granule_shift, w->table.ia_bits,
			 (unsigned long long)ia, t.fault, t.level, (unsigned long long)t.pa, (unsigned long long)(m->pa + (ia - m->ia)));
	assert_true(w->fresh ? t.level == largest_level(w, m, ia) : t.level >= largest_level(w, m, ia));
	check_attributes(w, m, &t);
	check_contiguous(w, m, ia, &t);
}

/* The edges of every map and beside them, block borders inside, and random addresses. */
static void check_world(const struct world *w)
{
	for (unsigned i = 0; i < w->nr; i++) {
		const struct interval *m = &w->maps[i];

		check_address(w, m->ia);
		check_address(w, m->ia + m->size - 1);
		check_address(w, m->ia + m->size);
		if (m->ia)
			check_address(w, m->ia - 1);
		for (unsigned k = 0; k < 40; k++) {
			uint64_t ia = m->ia + random_below(m->size), edge = align_down(ia, BIT(12 + random_below(20)));

			check_address(w, ia);
			check_address(w, edge);
			if (edge)
				check_address(w, edge - 1);
		}
	}
	for (unsigned k = 0; k < 60; k++) {
		check_address(w, random_below(BIT(w->table.ia_bits)));
		check_address(w, align_down(random_below(BIT(52)), BIT(12)));
	}
	check_address(w, 0);
	check_address(w, BIT(w->table.ia_bits) - 1);
	check_address(w, BIT(w->table.ia_bits));
	check_address(w, UINT64_MAX);
}

/* ---- worlds ---- */

static void expect_geometry(const struct world *w, enum pgtable_stage stage, unsigned granule_shift, unsigned ia_bits)
{
	unsigned stride = granule_shift - 3, extra = stage == PGTABLE_STAGE2 ? 4 : 0, level = 2;

	while (ia_bits > granule_shift + (3 - level) * stride + stride + extra)
		level--;
	unsigned root_bits = ia_bits - (granule_shift + (3 - level) * stride);
	assert_int_equal(w->table.start_level, level);
	assert_int_equal(w->table.root_pages, root_bits > stride ? 1u << (root_bits - stride) : 1);
}

static void world_init(struct world *w, enum pgtable_stage stage, unsigned granule_shift, unsigned ia_bits)
{
	arena_init(&w->arena, w->memory, MEMORY_SIZE);
	w->nr = 0;
	w->fresh = true;
	assert_int_equal(pgtable_init(&w->table, stage, granule_shift, ia_bits, &w->arena), OK);
	expect_geometry(w, stage, granule_shift, ia_bits);
	w->regs = (struct walk_regs){
		.table = (uintptr_t)w->table.root,
		.control = stage == PGTABLE_STAGE2 ? pgtable_vtcr(&w->table, 6) : pgtable_tcr_el2(&w->table, 5),
		.mair = pgtable_mair(), .readable = (uintptr_t)w->memory, .readable_size = MEMORY_SIZE,
	};
}

static enum pgtable_attr random_attr(enum pgtable_stage stage)
{
	return (enum pgtable_attr)(stage == PGTABLE_STAGE2 ? random() % 5 : 1 + random() % 4);
}

/* Sizes from a page to half the space, whose two addresses agree in a random number of low bits. */
static struct interval random_interval(const struct world *w)
{
	unsigned g = w->table.granule_shift, alike = g + (unsigned)random_below(w->table.ia_bits - g);
	uint64_t page = BIT(g), size, ia;

	/* Unlike addresses need pages: those maps stay small. */
	size = BIT(g + random_below(alike - g + 1)) + (random() % 2 ? random_below(64) * page : 0);
	size = align_up(u64_min(size + (random() % 2 ? random_below(size) : 0), BIT(w->table.ia_bits - 1)), page);
	if (random() % 2 && w->nr) {
		/* Right behind an earlier one. */
		const struct interval *m = &w->maps[random_below(w->nr)];
		ia = m->ia + m->size;
	} else {
		ia = align_down(random_below(BIT(w->table.ia_bits)), random() % 2 ? page : BIT(alike));
	}

	uint64_t pa = (align_down(random_below(PA_LIMIT), BIT(alike)) + (ia & (BIT(alike) - 1))) % PA_LIMIT;
	return (struct interval){.ia = ia, .pa = align_down(pa, page), .size = size, .attr = random_attr(w->table.stage)};
}

static void world_add(struct world *w)
{
	struct interval m = random_interval(w);
	enum err expected = OK, got = pgtable_map(&w->table, m.ia, m.pa, m.size, m.attr);

	if (!range_within(m.ia, m.size, 0, BIT(w->table.ia_bits)) || !range_within(m.pa, m.size, 0, PA_LIMIT))
		expected = ERR_RANGE;
	else if (model_overlaps(w, m.ia, m.size))
		expected = ERR_EXISTS;
	assert_int_equal(got, expected);
	if (got == OK)
		w->maps[w->nr++] = m;
}

static void check_count(const struct world *w)
{
	struct pgtable_map_request requests[MAX_MAPS];
	unsigned pages;

	for (unsigned i = 0; i < w->nr; i++)
		requests[i] = (struct pgtable_map_request){w->maps[i].ia, w->maps[i].pa, w->maps[i].size};
	assert_int_equal(pgtable_count(w->table.stage, w->table.granule_shift, w->table.ia_bits, requests, w->nr, &pages), OK);
	assert_int_equal(pages, w->table.table_pages);
}

static void world_remove(struct world *w)
{
	unsigned i = (unsigned)random_below(w->nr);

	assert_int_equal(pgtable_unmap(&w->table, w->maps[i].ia, w->maps[i].size), OK);
	w->maps[i] = w->maps[--w->nr];
	w->fresh = false;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		return -1;
	w->memory = aligned_alloc(MIB(1), MEMORY_SIZE);
	*state = w;
	return w->memory ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;

	free(w->memory);
	free(w);
	return 0;
}

static void random_maps(struct world *w, enum pgtable_stage stage)
{
	for (unsigned granule_shift = 12; granule_shift <= 16; granule_shift += 4)
		for (unsigned ia_bits = 32; ia_bits <= max_bits(stage, granule_shift); ia_bits++)
			for (unsigned round = 0; round < 12; round++) {
				world_init(w, stage, granule_shift, ia_bits);
				for (unsigned tries = 0; tries < 16 && w->nr < MAX_MAPS; tries++)
					world_add(w);
				check_count(w);
				check_world(w);
				while (w->nr > 2)
					world_remove(w);
				check_world(w);
				world_add(w);
				check_world(w);
			}
}

static void stage2_translates_random_maps(void **state)
{
	srandom(3);
	random_maps(*state, PGTABLE_STAGE2);
}

static void stage1_translates_random_maps(void **state)
{
	srandom(4);
	random_maps(*state, PGTABLE_STAGE1_EL2);
}

/* ---- every page of a small space ---- */

static void every_page(struct world *w, enum pgtable_stage stage, unsigned granule_shift, uint64_t from, uint64_t to)
{
	for (unsigned round = 0; round < 2; round++) {
		world_init(w, stage, granule_shift, 32);
		for (unsigned tries = 0; tries < 40 && w->nr < MAX_MAPS; tries++)
			world_add(w);
		for (uint64_t ia = from; ia < to; ia += BIT(granule_shift))
			check_address(w, ia);
	}
}

static void translates_every_page_of_32_bits(void **state)
{
	srandom(5);
	for (unsigned stage = PGTABLE_STAGE1_EL2; stage <= PGTABLE_STAGE2; stage++) {
		every_page(*state, (enum pgtable_stage)stage, 16, 0, BIT(32) + MIB(1));
		every_page(*state, (enum pgtable_stage)stage, 12, GIB(1) - MIB(16), GIB(1) + MIB(256));
	}
}

/* ---- registers ---- */

static void registers_say_what_was_asked(void **state)
{
	struct world *w = *state;

	for (unsigned granule_shift = 12; granule_shift <= 16; granule_shift += 4)
		for (unsigned ia_bits = 32; ia_bits <= max_bits(PGTABLE_STAGE2, granule_shift); ia_bits++)
			for (unsigned pa_range = 0; pa_range <= (ia_bits > 48 ? 6u : 5u); pa_range++) {
				world_init(w, PGTABLE_STAGE2, granule_shift, ia_bits);
				uint64_t v = pgtable_vtcr(&w->table, pa_range);
				/* RES1, SH0 inner shareable, ORGN0 and IRGN0 write-back write-allocate; HA, HD and all above bit 31 clear. */
				uint64_t sl0 = (granule_shift == 16 ? 3 : 2) - w->table.start_level, tg0 = granule_shift == 16;
				assert_int_equal(v & ~BIT(19), BIT(31) | (uint64_t)pa_range << 16 | tg0 << 14 | 3u << 12 | 5u << 8 | sl0 << 6 | (64 - ia_bits));

				if (ia_bits > max_bits(PGTABLE_STAGE1_EL2, granule_shift))
					continue;
				world_init(w, PGTABLE_STAGE1_EL2, granule_shift, ia_bits);
				v = pgtable_tcr_el2(&w->table, pa_range);
				assert_int_equal(v, BIT(31) | BIT(23) | (uint64_t)pa_range << 16 | tg0 << 14 | 3u << 12 | 5u << 8 | (64 - ia_bits));
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(stage2_translates_random_maps, setup, teardown),
		cmocka_unit_test_setup_teardown(stage1_translates_random_maps, setup, teardown),
		cmocka_unit_test_setup_teardown(translates_every_page_of_32_bits, setup, teardown),
		cmocka_unit_test_setup_teardown(registers_say_what_was_asked, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
