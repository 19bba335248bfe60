/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random sets of maps, against a model that is just the list of what was mapped: every leaf is what the list says, as
 * large as it may be, nothing is missing, and pgtable_count() told how many tables it would take.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arm64/pgtable.h"

#define MEMORY_SIZE MIB(16)
#define MAX_MAPS    24
#define ROUNDS      40
#define CONTIGUOUS  BIT(52)

struct model {
	struct pgtable_map_request maps[MAX_MAPS];
	unsigned count;
};

static uint8_t *memory;
static struct arena arena;
static uint64_t seed;

static int group_setup(void **state)
{
	(void)state;
	memory = aligned_alloc(MIB(1), MEMORY_SIZE);
	return memory ? 0 : -1;
}

static int group_teardown(void **state)
{
	(void)state;
	free(memory);
	return 0;
}

/* xorshift64: the same sequence everywhere. */
static uint64_t any(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

/* What the walk of a leaf told. */
struct found {
	uint64_t ia, pa, size;
	bool contiguous;
};

struct sum {
	const struct pgtable *t;
	const struct model *m;
	uint64_t bytes;
	unsigned tables;
};

static const struct pgtable_map_request *model_find(const struct model *m, uint64_t ia)
{
	for (unsigned i = 0; i < m->count; i++)
		if (ia >= m->maps[i].ia && ia - m->maps[i].ia < m->maps[i].size)
			return &m->maps[i];
	return NULL;
}

/* Whether one leaf (or run) of that size around ia was possible. */
static bool could_be(const struct pgtable_map_request *r, uint64_t ia, uint64_t size)
{
	return range_within(align_down(ia, size), size, r->ia, r->size) && (r->ia - r->pa) % size == 0;
}

static void check_leaf(const struct sum *s, const struct found *f)
{
	static const uint64_t leaf_sizes[2][3] = { { KIB(4), MIB(2), GIB(1) }, { KIB(64), MIB(512), 0 } };
	const uint64_t *sizes = leaf_sizes[s->t->granule_shift == 16];
	const struct pgtable_map_request *r = model_find(s->m, f->ia);

	assert_non_null(r);
	assert_int_equal(f->pa, r->pa + (f->ia - r->ia));
	assert_true(range_within(f->ia, f->size, r->ia, r->size));
	assert_true(f->ia % f->size == 0 && f->pa % f->size == 0);
	for (unsigned i = 0; i <= 3 - s->t->start_level; i++) /* none larger than what one root entry stands for */
		if (i < 3 && sizes[i] > f->size)
			assert_false(could_be(r, f->ia, sizes[i]));
	assert_int_equal(f->contiguous, could_be(r, f->ia, f->size * (s->t->granule_shift == 12 ? 16 : 32)));
}

static void walk(struct sum *s, const uint64_t *table, unsigned level, uint64_t entries, uint64_t ia)
{
	unsigned bits = s->t->granule_shift - 3;
	uint64_t span = UINT64_C(1) << (s->t->granule_shift + (3 - level) * bits);

	for (uint64_t i = 0; i < entries; i++, ia += span) {
		uint64_t d = table[i];

		if (!d)
			continue;
		assert_true(d & 1);
		if (level < 3 && d & 2) {
			s->tables++;
			walk(s, (const uint64_t *)(uintptr_t)(d & GENMASK(47, 12)), level + 1, UINT64_C(1) << bits, ia);
			continue;
		}
		assert_int_equal(d >> 1 & 1, level == 3);

		struct found f = { ia, d & GENMASK(47, 12), span, d & CONTIGUOUS };

		s->bytes += span;
		check_leaf(s, &f);
	}
}

static void check(const struct pgtable *t, const struct model *m)
{
	struct sum s = { .t = t, .m = m, .tables = t->root_pages };
	uint64_t want = 0;

	for (unsigned i = 0; i < m->count; i++)
		want += m->maps[i].size;
	walk(&s, t->root, t->start_level, (uint64_t)t->root_pages << (t->granule_shift - 3), 0);
	assert_int_equal(s.bytes, want);
	assert_int_equal(s.tables, t->table_pages);
}

/*
 * Sizes of all magnitudes, places mostly in a few crowded corners, physical addresses often congruent so that blocks
 * can be.
 */
static struct pgtable_map_request random_request(unsigned granule_shift, unsigned ia_bits)
{
	static const unsigned magnitudes[] = { 16, 17, 21, 22, 25, 29, 30, 31, 34 };
	uint64_t granule = BIT(granule_shift), space = BIT(ia_bits);
	struct pgtable_map_request r;

	r.size = (1 + any(BIT(magnitudes[any(ARRAY_SIZE(magnitudes))]) >> granule_shift)) * granule;
	if (any(3) == 0)
		r.size = align_up(r.size, BIT(magnitudes[any(ARRAY_SIZE(magnitudes))]));
	r.ia = any(space >> granule_shift) * granule;
	if (any(2))
		r.ia = align_down(r.ia, BIT(29)) % BIT(34) + any(64) * granule;
	if (any(2))
		r.ia = align_down(r.ia, BIT(magnitudes[any(6)]));
	r.pa = any(BIT(48 - granule_shift)) * granule;
	if (any(4))
		r.pa = align_down(r.pa, BIT(34)) + r.ia % BIT(34);
	else if (any(2))
		r.pa = align_down(r.pa, BIT(21)) + r.ia % BIT(21);
	return r;
}

static bool acceptable(const struct model *m, const struct pgtable_map_request *r, unsigned ia_bits)
{
	if (!range_within(r->ia, r->size, 0, BIT(ia_bits)) || !range_within(r->pa, r->size, 0, BIT(48)) || r->size > GIB(20))
		return false;
	for (unsigned i = 0; i < m->count; i++)
		if (ranges_overlap(r->ia, r->size, m->maps[i].ia, m->maps[i].size))
			return false;
	return true;
}

static void round_of(enum pgtable_stage stage, unsigned granule_shift, unsigned ia_bits)
{
	struct model m = { .count = 0 };
	struct pgtable t;
	unsigned target = 1 + (unsigned)any(MAX_MAPS), pages;

	for (unsigned tries = 0; m.count < target && tries < 500; tries++) {
		struct pgtable_map_request r = random_request(granule_shift, ia_bits);

		if (!acceptable(&m, &r, ia_bits))
			continue;
		m.maps[m.count] = r;
		assert_int_equal(pgtable_count(stage, granule_shift, ia_bits, m.maps, m.count + 1, &pages), OK);
		if ((uint64_t)pages << granule_shift > MEMORY_SIZE / 4)
			continue; /* would be a test of the machine's memory */
		m.count++;
	}
	assert_int_equal(pgtable_count(stage, granule_shift, ia_bits, m.maps, m.count, &pages), OK);

	arena_init(&arena, memory, MEMORY_SIZE);
	assert_int_equal(pgtable_init(&t, stage, granule_shift, ia_bits, &arena), OK);
	for (unsigned i = 0; i < m.count; i++)
		assert_int_equal(pgtable_map(&t, m.maps[i].ia, m.maps[i].pa, m.maps[i].size, PGTABLE_NORMAL_RX), OK);
	assert_int_equal(t.table_pages, pages);
	check(&t, &m);

	/* Each is there now; then they go, one by one, and the others stay. */
	for (unsigned i = 0; i < m.count; i++)
		assert_int_equal(pgtable_map(&t, m.maps[i].ia, 0, BIT(granule_shift), PGTABLE_NORMAL_RX), ERR_EXISTS);
	while (m.count) {
		struct pgtable_map_request gone = m.maps[--m.count];

		assert_int_equal(pgtable_unmap(&t, gone.ia, gone.size), OK);
		if (m.count % 8 == 0)
			check(&t, &m);
	}
}

static void test_random_4k(void **state)
{
	(void)state;
	seed = 0x9e3779b97f4a7c15;
	for (unsigned i = 0; i < ROUNDS; i++)
		round_of(PGTABLE_STAGE2, 12, 32 + (unsigned)any(17));
}

static void test_random_64k(void **state)
{
	(void)state;
	seed = 0xd1b54a32d192ed03;
	for (unsigned i = 0; i < ROUNDS; i++)
		round_of(PGTABLE_STAGE2, 16, 32 + (unsigned)any(17));
}

static void test_random_el2(void **state)
{
	(void)state;
	seed = 0x8cb92ba72f3d8dd7;
	for (unsigned i = 0; i < ROUNDS; i++)
		round_of(PGTABLE_STAGE1_EL2, any(4) ? 12 : 16, 32 + (unsigned)any(17));
}

static void test_count_of_nothing_and_of_clashes(void **state)
{
	static const struct pgtable_map_request clash[] = { { 0, 0, MIB(4) }, { MIB(8), 0, MIB(1) }, { MIB(4) - KIB(4), 0, KIB(8) } };
	unsigned pages = 0;

	(void)state;
	assert_int_equal(pgtable_count(PGTABLE_STAGE2, 12, 42, NULL, 0, &pages), OK);
	assert_int_equal(pages, 8);
	assert_int_equal(pgtable_count(PGTABLE_STAGE2, 12, 49, NULL, 0, &pages), ERR_RANGE);
	assert_int_equal(pgtable_count(PGTABLE_STAGE2, 12, 42, clash, 2, &pages), OK);
	assert_int_equal(pages, 8 + 2);
	assert_int_equal(pgtable_count(PGTABLE_STAGE2, 12, 42, clash, 3, &pages), ERR_EXISTS);
}

/* Where the top level cannot have leaves, a whole table's worth needs that table. */
static void test_count_below_the_top(void **state)
{
	static const struct pgtable_map_request huge[] = { { GIB(512), 0, GIB(1024) }, { GIB(4096), GIB(8192), GIB(4096) } };
	unsigned pages = 0;

	(void)state;
	assert_int_equal(pgtable_count(PGTABLE_STAGE2, 12, 48, &huge[0], 1, &pages), OK);
	assert_int_equal(pages, 1 + 2);
	assert_int_equal(pgtable_count(PGTABLE_STAGE2, 16, 48, &huge[1], 1, &pages), OK);
	assert_int_equal(pages, 1 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_4k),
		cmocka_unit_test(test_random_64k),
		cmocka_unit_test(test_random_el2),
		cmocka_unit_test(test_count_of_nothing_and_of_clashes),
		cmocka_unit_test(test_count_below_the_top),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
