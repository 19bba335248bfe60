/* SPDX-License-Identifier: Apache-2.0 */
/* The proof: correct systems pass, every single damaged bit is found, and damage of any size ends in findings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/prove_internal.h"
#include "tests/unit/prove_system.h"

static void expect_ok(struct sys *s)
{
	enum err e = sys_prove(s);

	if (e != OK)
		sys_print_findings(s);
	assert_int_equal(e, OK);
	assert_int_equal(s->findings.count, 0);
}

static void passes_a_correct_system(void **state)
{
	(void)state;
	struct sys *s = sys_new();

	expect_ok(s);
	/* In any order of routes. */
	s->intids[LINUX][0] = 40;
	s->intids[LINUX][1] = 36;
	expect_ok(s);
	sys_free(s);
}

/* Two VMs on one CPU, and what shows them their stolen time; also with tables in the pool, and in windows. */
static void passes_with_a_shared_cpu(void **state)
{
	(void)state;
	struct sys *s = sys_new();

	sys_share_cpu(s);
	expect_ok(s);
	assert_true(range_within(s->regions[LINUX][2].pa.v, 0x1000, s->plan.pool.base, s->plan.pool.size));
	sys_free(s);
}

/* As on the board: tables are in the pool, and PS is checked against their addresses. */
static void passes_with_tables_in_the_pool(void **state)
{
	(void)state;
	struct sys *s = sys_new();

	s->plan.pool = s->built[0].tables;
	for (unsigned i = 0; i < NR_VMS; i++) {
		s->built[i].tables.size = 0;
		s->built[i].vtcr = tree_vtcr(&s->tree[i], 5);
	}
	expect_ok(s);
	sys_free(s);
}

/* Several VMs may have the GICv2 virtual CPU interface: it is another one on each CPU. */
static void passes_with_gicv_in_two_vms(void **state)
{
	(void)state;
	struct sys *s = sys_new();
	struct plan_vm *v = &s->vm[LINUX];

	sys_give_gicv(s, LINUX, 0x50000000);
	v->regions[v->nr_regions++] = (struct plan_region){PLAN_REGION_DEVICE, ipa_make(0x50000000), pa_make(0x8040000), 0x1000, NODE_GIC};
	tree_map(&s->tree[LINUX], 3, 0x50000000, 0x8040000, 1, S2_DEVICE);
	v->stage2.table_pages = s->tree[LINUX].pages;
	expect_ok(s);
	sys_free(s);
}

/* A page may hold several devices if the VM owns them all; one that is disabled is nobody's. */
static void passes_with_devices_that_share_a_page(void **state)
{
	(void)state;
	struct sys *s = sys_new();

	s->regs[NODE_DMA] = (struct mem_range){0x9010800, 0x100};
	s->grants[LINUX][s->vm[LINUX].nr_grants++] = (struct plan_grant){NODE_DMA, PLAN_GRANT_OWN, "passthrough"};
	expect_ok(s);
	s->vm[LINUX].nr_grants--;
	assert_int_equal(sys_prove(s), ERR_DENIED);
	s->nodes[NODE_DMA].enabled = false;
	expect_ok(s);
	sys_free(s);
}

/* ---- every geometry there is ---- */

/* Rebuilds rtos with this geometry: eight pages across the border of two last-level tables, and one at the end of its space. */
static void rebuild_rtos(struct sys *s, unsigned granule_shift, unsigned ia_bits, unsigned start_level)
{
	struct tree *t = &s->tree[RTOS];
	struct plan_vm *v = &s->vm[RTOS];
	uint64_t page = BIT(granule_shift), top = BIT(ia_bits) - page, border = BIT(2 * granule_shift - 3) - 4 * page;

	tree_init(t, &s->pool, granule_shift, ia_bits, start_level);
	tree_map(t, 3, border, 0x100000000, 8, S2_RAM);
	tree_map(t, 3, top, 0x140000000, 1, S2_RAM);
	v->nr_regions = 2;
	v->regions[0] = (struct plan_region){PLAN_REGION_RAM, ipa_make(border), pa_make(0x100000000), 8 * page, 0};
	v->regions[1] = (struct plan_region){PLAN_REGION_RAM, ipa_make(top), pa_make(0x140000000), page, 0};
	s->memory[RTOS][0].size = 8 * page;
	s->memory[RTOS][1].size = page;
	v->stage2.table_pages = t->pages;
	s->built[RTOS].vttbr = (RTOS + UINT64_C(1)) << 48 | (uintptr_t)t->root;
}

/* The plan wants what the registers say, and both may be wrong. big, which needs 43 bits of physical address, is left out. */
static void set_geometry(struct sys *s, unsigned granule_shift, unsigned ia_bits, unsigned start_level, unsigned sl0, unsigned ps)
{
	unsigned stride = granule_shift - 3, below = granule_shift + (3 - start_level) * stride;

	s->vm[RTOS].stage2.granule_shift = granule_shift;
	s->vm[RTOS].stage2.ipa_bits = ia_bits;
	s->vm[RTOS].stage2.start_level = start_level;
	s->vm[RTOS].stage2.root_pages = ia_bits > below + stride ? 1u << ((ia_bits - below - stride) & 15) : 1;
	s->built[RTOS].vtcr = tree_vtcr(&(struct tree){.granule_shift = granule_shift, .ia_bits = ia_bits, .start_level = 0}, ps);
	s->built[RTOS].vtcr = (s->built[RTOS].vtcr & ~GENMASK(7, 6)) | sl0 << 6;
	s->built[LINUX].vtcr = tree_vtcr(&s->tree[LINUX], ps > 5 ? 5 : ps); /* in 4 KiB pages */
	s->plan.nr_vms = 2;
	s->plan_cpus[3] = s->plan_cpus[4] = (struct plan_cpu){.vm = PLAN_NO_VM};
}

/*
 * The input sizes that each start level allows, as in the tables of VTCR_EL2.SL0 and T0SZ: 4 KiB: level 2 22 to 34 bits, level 1 31 to 43,
 * level 0 40 to 48; 64 KiB: level 3 17 to 33, level 2 30 to 46, level 1 43 to 52.
 */
static bool geometry_exists(unsigned granule_shift, unsigned ia_bits, unsigned sl0)
{
	static const struct { unsigned min, max; } sizes[2][4] = {
		{{22, 34}, {31, 43}, {40, 48}, {1, 0}},
		{{17, 33}, {30, 46}, {43, 52}, {1, 0}},
	};

	return ia_bits >= sizes[granule_shift == 16][sl0].min && ia_bits <= sizes[granule_shift == 16][sl0].max;
}

static const unsigned pa_bits[] = {32, 36, 40, 42, 44, 48, 52};

static void accepts_exactly_the_geometries_that_exist(void **state)
{
	(void)state;
	unsigned accepted = 0;

	for (unsigned granule_shift = 12; granule_shift <= 16; granule_shift += 4)
		for (unsigned ia_bits = 1; ia_bits <= 63; ia_bits++)
			for (unsigned sl0 = 0; sl0 <= 3; sl0++)
				for (unsigned ps = 1; ps <= 7; ps++) {
					unsigned start_level = (granule_shift == 16 ? 3 : 2) - sl0;
					bool exists = (ps <= 5 || (ps == 6 && granule_shift == 16)) && geometry_exists(granule_shift, ia_bits, sl0) &&
						      ia_bits <= pa_bits[ps] && (sl0 < 2 || pa_bits[ps] >= 44);
					/* The tree has eight pages: more than 28 bits with 64 KiB pages, or 21 with 4 KiB. */
					if (exists && ia_bits <= 2 * granule_shift - 3)
						continue;

					struct sys *s = sys_new();
					if (exists)
						rebuild_rtos(s, granule_shift, ia_bits, start_level);
					set_geometry(s, granule_shift, ia_bits, start_level & 3, sl0, ps);
					if (exists) {
						expect_ok(s);
						accepted++;
					} else if (sys_prove(s) == OK || !sys_found(s, "VM rtos: VTCR_EL2.", "")) {
						fail_msg("granule 2^%u, %u bits, SL0 %u, PS %u went unnoticed", granule_shift, ia_bits, sl0, ps);
					}
					sys_free(s);
				}
	assert_true(accepted > 150);
}

/* ---- every bit ---- */

static void flip(struct sys *s, uint64_t *word, unsigned bit, const char *what)
{
	*word ^= BIT(bit);
	if (sys_prove(s) == OK)
		fail_msg("bit %u of %s at %p, 0x%llx, went unnoticed", bit, what, (void *)word, (unsigned long long)*word);
	*word ^= BIT(bit);
}

/* Of every entry that is not zero all 64 bits; of some empty ones every seventh. Returns the number of valid entries. */
static unsigned flip_table(struct sys *s, const struct tree *t, uint64_t *table, unsigned entries, unsigned level)
{
	unsigned valid = 0;

	for (unsigned i = 0; i < entries; i++) {
		if (table[i] || i % 61 == 60 || i == entries - 1)
			for (unsigned bit = 0; bit < 64; bit += table[i] ? 1 : 7)
				flip(s, &table[i], bit, "a descriptor");
		valid += table[i] & 1;
		if (level < 3 && (table[i] & 3) == 3)
			valid += flip_table(s, t, (uint64_t *)(uintptr_t)(table[i] & GENMASK(47, 12)), 1u << (t->granule_shift - 3), level + 1);
	}
	return valid;
}

static void finds_every_flipped_descriptor_bit(void **state)
{
	(void)state;
	struct sys *s = sys_new();
	unsigned valid = 0;

	for (unsigned i = 0; i < NR_VMS; i++)
		valid += flip_table(s, &s->tree[i], s->tree[i].root, tree_root_entries(&s->tree[i]), s->tree[i].start_level);
	/* Leaves and tables below the root: 69 and 4; 3 and 3; 35 and 2. */
	assert_int_equal(valid, 73 + 6 + 37);
	expect_ok(s);
	sys_free(s);
}

static void finds_every_flipped_register_bit(void **state)
{
	(void)state;
	struct sys *s = sys_new();

	for (unsigned i = 0; i < NR_VMS; i++)
		for (unsigned bit = 0; bit < 64; bit++) {
			flip(s, &s->built[i].vtcr, bit, "VTCR_EL2");
			flip(s, &s->built[i].vttbr, bit, "VTTBR_EL2");
		}
	expect_ok(s);
	sys_free(s);
}

/* ---- damage without end ---- */

static void ends_on_random_tables(void **state)
{
	(void)state;
	srandom(1);
	for (unsigned round = 0; round < 200; round++) {
		struct sys *s = sys_new();
		uint64_t *words = (uint64_t *)s->pool.memory;
		size_t nr = s->pool.used / 8;

		/* Random words, then words that are tables somewhere in the pool. */
		for (unsigned i = 0; i < 3000; i++) {
			uint64_t r = (uint64_t)random() << 33 ^ (uint64_t)random() << 11 ^ (uint64_t)random();
			size_t at = (size_t)random() % nr;
			words[at] = round & 1 ? r : (((uintptr_t)s->pool.memory + r % s->pool.used) & ~0xfffull) | 3;
		}
		s->vm[LINUX].stage2.table_pages += round * 4;
		assert_int_equal(sys_prove(s), ERR_DENIED);
		assert_true(s->findings.count > 0);
		sys_free(s);
	}
}

static void says_when_the_arena_is_too_small(void **state)
{
	(void)state;
	struct sys *s = sys_new();

	for (size_t size = 0; size < 4096; size += 128) {
		arena_init(&s->arena, s->arena.base, size);
		findings_init(&s->findings, &s->arena);
		assert_int_equal(prove_separation(&s->plan, s->built, &s->arena, &s->findings), ERR_NO_MEMORY);
		assert_int_equal(s->findings.count, 1);
	}
	s->vm[LINUX].stage2.table_pages = UINT32_MAX;
	arena_init(&s->arena, s->arena.base, 65536);
	findings_init(&s->findings, &s->arena);
	assert_int_equal(prove_separation(&s->plan, s->built, &s->arena, &s->findings), ERR_NO_MEMORY);
	sys_free(s);
}

/* ---- the search for shared things, against trying every pair ---- */

static unsigned reports;

static void count_report(struct findings *f, const struct extent *a, const struct extent *b)
{
	(void)f;
	assert_true(a->base <= b->base);
	assert_true(ranges_overlap(a->base, a->size, b->base, b->size));
	reports++;
}

static bool is_reached(const struct extent *e)
{
	return e->class == EXTENT_VM || e->class == EXTENT_GICV_WINDOW || e->class == EXTENT_PV_TIME;
}

static bool may_meet(const struct extent *a, const struct extent *b)
{
	static const enum extent_class friends[][2] = {
		{EXTENT_GICV_WINDOW, EXTENT_GICV_WINDOW}, {EXTENT_GICV_WINDOW, EXTENT_GICV_FRAME}, {EXTENT_PV_TIME, EXTENT_PV_FRAME},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(friends); i++)
		if ((a->class == friends[i][0] && b->class == friends[i][1]) || (a->class == friends[i][1] && b->class == friends[i][0]))
			return true;
	return !is_reached(a) && !is_reached(b);
}

static void finds_a_conflict_exactly_if_there_is_one(void **state)
{
	(void)state;
	struct extent room[24];
	unsigned with = 0, without = 0;

	srandom(2);
	for (unsigned round = 0; round < 40000; round++) {
		struct extent_list l = {.e = room, .max = ARRAY_SIZE(room)};
		unsigned n = (unsigned)random() % (ARRAY_SIZE(room) + 1);
		bool conflict = false;

		for (unsigned i = 0; i < n; i++) {
			uint64_t base = (uint64_t)random() % 500 + (round % 3 ? 0 : UINT64_MAX - 501);
			assert_true(extent_add(&l, (enum extent_class)(random() % EXTENT_CLASSES), "x", base, (uint64_t)random() % 11, 0));
		}
		for (unsigned i = 0; i < l.nr; i++)
			for (unsigned k = 0; k < i; k++)
				conflict = conflict || (!may_meet(&room[i], &room[k]) &&
							ranges_overlap(room[i].base, room[i].size, room[k].base, room[k].size));
		reports = 0;
		extent_find_conflicts(&l, NULL, count_report);
		for (unsigned i = 1; i < l.nr; i++)
			assert_true(room[i - 1].base <= room[i].base);
		assert_int_equal(reports > 0, conflict);
		with += conflict;
		without += !conflict;
	}
	assert_true(with > 1000 && without > 1000);
}

static void a_full_list_says_so(void **state)
{
	(void)state;
	struct extent room[2];
	struct extent_list l = {.e = room, .max = 2};

	assert_true(extent_add(&l, EXTENT_VM, "a", 0, 1, 0));
	assert_true(extent_add(&l, EXTENT_VM, "a", 1, 0, 0));
	assert_true(extent_add(&l, EXTENT_VM, "a", 1, 1, 0));
	assert_false(extent_add(&l, EXTENT_VM, "a", 2, 1, 0));
	assert_int_equal(l.nr, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_a_correct_system),
		cmocka_unit_test(passes_with_a_shared_cpu),
		cmocka_unit_test(passes_with_tables_in_the_pool),
		cmocka_unit_test(passes_with_gicv_in_two_vms),
		cmocka_unit_test(passes_with_devices_that_share_a_page),
		cmocka_unit_test(accepts_exactly_the_geometries_that_exist),
		cmocka_unit_test(finds_every_flipped_descriptor_bit),
		cmocka_unit_test(finds_every_flipped_register_bit),
		cmocka_unit_test(ends_on_random_tables),
		cmocka_unit_test(says_when_the_arena_is_too_small),
		cmocka_unit_test(finds_a_conflict_exactly_if_there_is_one),
		cmocka_unit_test(a_full_list_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
