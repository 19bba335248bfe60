/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page-table builder, bit by bit: values here are encoded by hand from the Arm ARM (DDI 0487, D8.2, D8.3, D24.2).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arm64/pgtable.h"

#define MEMORY_SIZE MIB(4)
#define XN          BIT(54)
#define CONTIGUOUS  BIT(52)

static uint8_t *memory;
static struct arena arena;

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

static int setup(void **state)
{
	(void)state;
	memset(memory, 0xee, MEMORY_SIZE); /* so that a table which is not zeroed shows */
	arena_init(&arena, memory, MEMORY_SIZE);
	return 0;
}

static struct pgtable new_table(enum pgtable_stage stage, unsigned granule_shift, unsigned ia_bits)
{
	struct pgtable t;

	assert_int_equal(pgtable_init(&t, stage, granule_shift, ia_bits, &arena), OK);
	return t;
}

/* The table that a descriptor points to, which must be a table descriptor with nothing else set. */
static uint64_t *below(uint64_t desc)
{
	assert_int_equal(desc & ~GENMASK(47, 12), 3);
	return (uint64_t *)(uintptr_t)(desc & GENMASK(47, 12));
}

static void assert_all_zero(const uint64_t *table, unsigned first, unsigned end)
{
	for (unsigned i = first; i < end; i++)
		assert_int_equal(table[i], 0);
}

struct geometry { enum pgtable_stage stage; unsigned granule_shift, first_bits, last_bits, level, tables; };

/* D8.2: the tables of start levels for each granule. */
static const struct geometry geometries[] = {
	{ PGTABLE_STAGE2, 12, 32, 32, 2, 4 },  { PGTABLE_STAGE2, 12, 33, 33, 2, 8 },  { PGTABLE_STAGE2, 12, 34, 34, 2, 16 },
	{ PGTABLE_STAGE2, 12, 35, 39, 1, 1 },  { PGTABLE_STAGE2, 12, 40, 40, 1, 2 },  { PGTABLE_STAGE2, 12, 41, 41, 1, 4 },
	{ PGTABLE_STAGE2, 12, 42, 42, 1, 8 },  { PGTABLE_STAGE2, 12, 43, 43, 1, 16 }, { PGTABLE_STAGE2, 12, 44, 48, 0, 1 },
	{ PGTABLE_STAGE2, 16, 32, 42, 2, 1 },  { PGTABLE_STAGE2, 16, 43, 43, 2, 2 },  { PGTABLE_STAGE2, 16, 44, 44, 2, 4 },
	{ PGTABLE_STAGE2, 16, 45, 45, 2, 8 },  { PGTABLE_STAGE2, 16, 46, 46, 2, 16 }, { PGTABLE_STAGE2, 16, 47, 52, 1, 1 },
	{ PGTABLE_STAGE1_EL2, 12, 32, 39, 1, 1 }, { PGTABLE_STAGE1_EL2, 12, 40, 48, 0, 1 },
	{ PGTABLE_STAGE1_EL2, 16, 32, 42, 2, 1 }, { PGTABLE_STAGE1_EL2, 16, 43, 48, 1, 1 },
};

static void test_geometry(void **state)
{
	unsigned seen = 0;

	(void)state;
	for (const struct geometry *g = geometries; g < geometries + ARRAY_SIZE(geometries); g++) {
		for (unsigned bits = g->first_bits; bits <= g->last_bits; bits++, seen++) {
			unsigned level = 99, tables = 99;

			assert_int_equal(pgtable_geometry(g->stage, g->granule_shift, bits, &level, &tables), OK);
			assert_int_equal(level, g->level);
			assert_int_equal(tables, g->tables);
		}
	}
	assert_int_equal(seen, 4 * (48 - 32 + 1) + 4);
}

static void test_geometry_range(void **state)
{
	unsigned level, tables;

	(void)state;
	assert_int_equal(pgtable_geometry(PGTABLE_STAGE2, 12, 31, &level, &tables), ERR_RANGE);
	assert_int_equal(pgtable_geometry(PGTABLE_STAGE2, 12, 49, &level, &tables), ERR_RANGE);
	assert_int_equal(pgtable_geometry(PGTABLE_STAGE2, 14, 40, &level, &tables), ERR_RANGE);
	assert_int_equal(pgtable_geometry(PGTABLE_STAGE1_EL2, 0, 40, &level, &tables), ERR_RANGE);
}

static void test_init(void **state)
{
	struct pgtable t;

	(void)state;
	assert_non_null(arena_alloc(&arena, 1, 1)); /* so that the root's alignment is not given */
	t = new_table(PGTABLE_STAGE2, 16, 46);
	assert_int_equal(t.table_pages, 16);
	assert_true(is_aligned((uintptr_t)t.root, MIB(1)));
	assert_all_zero(t.root, 0, MIB(1) / 8);
	assert_int_equal(pgtable_init(&t, PGTABLE_STAGE2, 12, 60, &arena), ERR_RANGE);
	arena.size = arena.used + KIB(4);
	assert_int_equal(pgtable_init(&t, PGTABLE_STAGE2, 12, 40, &arena), ERR_NO_MEMORY);
}

struct leaf { enum pgtable_stage stage; enum pgtable_attr attr; uint64_t page; };

static const struct leaf leaves[] = {
	/* MemAttr[5:2] S2AP[7:6] SH[9:8] AF[10] */
	{ PGTABLE_STAGE2, PGTABLE_NORMAL_RWX, 0x7ff },
	{ PGTABLE_STAGE2, PGTABLE_NORMAL_RO, 0x77f | XN },
	{ PGTABLE_STAGE2, PGTABLE_NORMAL_RW, 0x7ff | XN },
	{ PGTABLE_STAGE2, PGTABLE_NORMAL_RX, 0x77f },
	{ PGTABLE_STAGE2, PGTABLE_DEVICE_RW, 0x6c7 | XN },
	/* AttrIndx[4:2] AP[7:6] SH[9:8] AF[10] */
	{ PGTABLE_STAGE1_EL2, PGTABLE_NORMAL_RO, 0x7c3 | XN },
	{ PGTABLE_STAGE1_EL2, PGTABLE_NORMAL_RW, 0x743 | XN },
	{ PGTABLE_STAGE1_EL2, PGTABLE_NORMAL_RX, 0x7c3 },
	{ PGTABLE_STAGE1_EL2, PGTABLE_DEVICE_RW, 0x647 | XN },
};

static void test_leaf_attributes(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(leaves); i++) {
		setup(state);
		struct pgtable t = new_table(leaves[i].stage, 12, 39);

		assert_int_equal(pgtable_map(&t, 0x1000, 0xabcdef012000, 0x1000, leaves[i].attr), OK);
		assert_int_equal(below(below(t.root[0])[0])[1], 0xabcdef012000 | leaves[i].page);
		assert_int_equal(pgtable_map(&t, GIB(2), GIB(1), GIB(1), leaves[i].attr), OK);
		assert_int_equal(t.root[2], GIB(1) | (leaves[i].page & ~BIT(1))); /* a block */
	}
}

static void test_el2_has_no_writable_code(void **state)
{
	struct pgtable t = new_table(PGTABLE_STAGE1_EL2, 12, 39);

	(void)state;
	assert_int_equal(pgtable_map(&t, 0, 0, 0x1000, PGTABLE_NORMAL_RWX), ERR_UNSUPPORTED);
	assert_int_equal(t.table_pages, 1);
}

/* One request that needs every size: pages, a run of pages, blocks, a run of blocks, 1 GiB. */
static void test_4k_sizes(void **state)
{
	struct pgtable t = new_table(PGTABLE_STAGE2, 12, 40);
	uint64_t start = GIB(1) - MIB(34) - KIB(68), pa = GIB(8) + start;

	(void)state;
	assert_int_equal(pgtable_map(&t, start, pa, GIB(2) - start + KIB(4), PGTABLE_NORMAL_RWX), OK);

	uint64_t *l2 = below(t.root[0]), *l3 = below(l2[494]);

	assert_all_zero(l2, 0, 494);
	assert_all_zero(l3, 0, 495);
	assert_int_equal(l3[495], pa | 0x7ff);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(l3[496 + i], CONTIGUOUS | (pa + KIB(4) * (1 + i)) | 0x7ff);
	assert_int_equal(l2[495], (GIB(9) - MIB(34)) | 0x7fd);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(l2[496 + i], CONTIGUOUS | (GIB(9) - MIB(32) + MIB(2) * i) | 0x7fd);
	assert_int_equal(t.root[1], GIB(9) | 0x7fd);

	uint64_t *tail = below(below(t.root[2])[0]);

	assert_int_equal(tail[0], GIB(10) | 0x7ff);
	assert_all_zero(tail, 1, 512);
	assert_all_zero(t.root, 3, 1024);
	assert_int_equal(t.table_pages, 2 + 4);
}

static void test_64k_sizes(void **state)
{
	struct pgtable t = new_table(PGTABLE_STAGE2, 16, 42);
	uint64_t start = GIB(16) - MIB(512) - MIB(2) - KIB(64);

	(void)state;
	assert_int_equal(pgtable_map(&t, start, start, GIB(32) - start, PGTABLE_NORMAL_RWX), OK);

	uint64_t *l3 = below(t.root[30]);

	assert_all_zero(l3, 0, 8159);
	assert_int_equal(l3[8159], start | 0x7ff);
	for (unsigned i = 0; i < 32; i++) {
		assert_int_equal(l3[8160 + i], CONTIGUOUS | (GIB(16) - MIB(514) + KIB(64) * i) | 0x7ff);
		assert_int_equal(t.root[32 + i], CONTIGUOUS | (GIB(16) + MIB(512) * i) | 0x7fd);
	}
	assert_int_equal(t.root[31], (GIB(16) - MIB(512)) | 0x7fd);
	assert_int_equal(t.table_pages, 2);
}

/* Runs are of 32 there, not of 16. */
static void test_64k_half_run(void **state)
{
	struct pgtable t = new_table(PGTABLE_STAGE2, 16, 42);

	(void)state;
	assert_int_equal(pgtable_map(&t, MIB(1), MIB(1), MIB(1), PGTABLE_NORMAL_RWX), OK);
	for (unsigned i = 16; i < 32; i++)
		assert_int_equal(below(t.root[0])[i], KIB(64) * i | 0x7ff);
}

/* No 4 TiB blocks: they need FEAT_LPA. No 512 GiB blocks: they need FEAT_LPA2. */
static void test_top_level_has_no_blocks(void **state)
{
	struct pgtable t = new_table(PGTABLE_STAGE2, 16, 48);

	(void)state;
	assert_int_equal(pgtable_map(&t, GIB(4096), 0, GIB(4096), PGTABLE_NORMAL_RWX), OK);
	assert_int_equal(below(t.root[1])[8191], CONTIGUOUS | (GIB(4096) - MIB(512)) | 0x7fd);
	t = new_table(PGTABLE_STAGE2, 12, 48);
	assert_int_equal(pgtable_map(&t, GIB(512), 0, GIB(512), PGTABLE_NORMAL_RWX), OK);
	assert_int_equal(below(t.root[1])[511], CONTIGUOUS | GIB(511) | 0x7fd);
}

/* Which of ia, pa and size forbids the contiguous bit or the block. */
static void test_alignment_decides(void **state)
{
	struct pgtable t = new_table(PGTABLE_STAGE2, 12, 34);

	(void)state;
	assert_int_equal(pgtable_map(&t, 0, KIB(4), KIB(64), PGTABLE_NORMAL_RWX), OK);            /* pa */
	assert_int_equal(pgtable_map(&t, KIB(68), KIB(68), KIB(60), PGTABLE_NORMAL_RWX), OK);     /* 15 pages */
	assert_int_equal(pgtable_map(&t, KIB(132), KIB(128), KIB(64), PGTABLE_NORMAL_RWX), OK);   /* ia */
	assert_int_equal(pgtable_map(&t, KIB(256), KIB(320), KIB(64), PGTABLE_NORMAL_RWX), OK);   /* all well */
	for (unsigned i = 0; i < 64; i++)
		assert_false(below(t.root[0])[i] & CONTIGUOUS);
	assert_true(below(t.root[0])[64] & CONTIGUOUS);
	assert_int_equal(pgtable_map(&t, MIB(2), MIB(3), MIB(2), PGTABLE_NORMAL_RWX), OK);
	assert_int_equal(below(t.root[1])[511], CONTIGUOUS | (MIB(5) - KIB(4)) | 0x7ff);
	assert_int_equal(pgtable_map(&t, MIB(4), 0, MIB(2) - KIB(4), PGTABLE_NORMAL_RWX), OK);
	assert_int_equal(below(t.root[2])[0], CONTIGUOUS | 0x7ff);
	assert_int_equal(below(t.root[2])[496], (MIB(2) - KIB(64)) | 0x7ff);
}

/* Two requests that make up a run stay two. */
static void test_runs_do_not_span_requests(void **state)
{
	struct pgtable t = new_table(PGTABLE_STAGE2, 12, 34);

	(void)state;
	assert_int_equal(pgtable_map(&t, 0, 0, KIB(32), PGTABLE_NORMAL_RWX), OK);
	assert_int_equal(pgtable_map(&t, KIB(32), KIB(32), KIB(32), PGTABLE_NORMAL_RWX), OK);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(below(t.root[0])[i], KIB(4) * i | 0x7ff);
}

static void test_range(void **state)
{
	static const struct pgtable_map_request bad[] = {
		{ 0, 0, 0 }, { 0x800, 0, 0x1000 }, { 0, 0x800, 0x1000 }, { 0, 0, 0x1800 }, /* empty, misaligned */
		{ BIT(40), 0, 0x1000 }, { BIT(40) - 0x1000, 0, 0x2000 }, { 0, 0, BIT(40) + 0x1000 }, { BIT(63), 0, 0x1000 },
		{ 0, BIT(48), 0x1000 }, { 0, BIT(48) - 0x1000, 0x2000 },
		{ -UINT64_C(0x1000), 0, 0x2000 }, { 0, -UINT64_C(0x1000), 0x2000 },
	};
	struct pgtable t = new_table(PGTABLE_STAGE2, 12, 40);
	unsigned pages;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(pgtable_map(&t, bad[i].ia, bad[i].pa, bad[i].size, PGTABLE_NORMAL_RWX), ERR_RANGE);
		assert_int_equal(pgtable_count(PGTABLE_STAGE2, 12, 40, &bad[i], 1, &pages), ERR_RANGE);
		if (bad[i].pa == 0)
			assert_int_equal(pgtable_unmap(&t, bad[i].ia, bad[i].size), ERR_RANGE);
	}
	assert_int_equal(t.table_pages, 2);
	assert_int_equal(pgtable_map(&t, BIT(40) - 0x1000, BIT(48) - 0x1000, 0x1000, PGTABLE_NORMAL_RWX), OK);
	assert_int_equal(pgtable_unmap(&t, BIT(40) - 0x1000, 0x1000), OK);
	t = new_table(PGTABLE_STAGE2, 16, 40);
	assert_int_equal(pgtable_map(&t, 0x1000, 0, 0x10000, PGTABLE_NORMAL_RWX), ERR_RANGE);
	assert_int_equal(pgtable_map(&t, 0, 0, 0x1000, PGTABLE_NORMAL_RWX), ERR_RANGE);
}

/* Whatever of a request is there already, at its beginning, end or middle, in a page or in a block: nothing changes. */
static void test_exists_changes_nothing(void **state)
{
	static const struct pgtable_map_request clashes[] = {
		{ 0, 0, MIB(2) + KIB(4) }, { MIB(2), 0, KIB(4) }, { MIB(4) - KIB(4), 0, MIB(1) }, { 0, 0, GIB(1) }, /* a block */
		{ MIB(8), 0, KIB(8) }, { MIB(8) + KIB(4), 0, KIB(4) }, { MIB(8) + KIB(4), 0, MIB(4) },              /* a page */
		{ MIB(6), 0, MIB(4) },
	};
	struct pgtable t = new_table(PGTABLE_STAGE2, 12, 40);
	uint8_t *before = malloc(MEMORY_SIZE);

	(void)state;
	assert_int_equal(pgtable_map(&t, MIB(2), 0, MIB(2), PGTABLE_NORMAL_RWX), OK);
	assert_int_equal(pgtable_map(&t, MIB(8) + KIB(4), 0, KIB(4), PGTABLE_NORMAL_RWX), OK);
	memcpy(before, memory, MEMORY_SIZE);
	for (unsigned i = 0; i < ARRAY_SIZE(clashes); i++) {
		assert_int_equal(pgtable_map(&t, clashes[i].ia, clashes[i].pa, clashes[i].size, PGTABLE_NORMAL_RWX), ERR_EXISTS);
		assert_memory_equal(before, memory, MEMORY_SIZE);
	}
	free(before);
	assert_int_equal(pgtable_map(&t, MIB(4), 0, MIB(4) + KIB(4), PGTABLE_NORMAL_RWX), OK); /* just fits between */
}

static void test_no_memory(void **state)
{
	struct pgtable t = new_table(PGTABLE_STAGE2, 12, 40);

	(void)state;
	arena.size = arena.used + KIB(4);
	assert_int_equal(pgtable_map(&t, 0, 0, KIB(4), PGTABLE_NORMAL_RWX), ERR_NO_MEMORY);
	assert_int_equal(t.table_pages, 3);
	assert_int_equal(pgtable_map(&t, MIB(2), 0, MIB(2), PGTABLE_NORMAL_RWX), OK); /* needs only what is there */
}

static void test_unmap(void **state)
{
	struct pgtable t = new_table(PGTABLE_STAGE2, 12, 34);

	(void)state;
	assert_int_equal(pgtable_map(&t, MIB(2), MIB(2), MIB(2) + KIB(68), PGTABLE_NORMAL_RWX), OK);
	/* A hole before, a hole behind, half a block, half a run: refused, and nothing is gone. */
	assert_int_equal(pgtable_unmap(&t, MIB(2) - KIB(4), MIB(2) + KIB(72)), ERR_NOT_FOUND);
	assert_int_equal(pgtable_unmap(&t, MIB(2), MIB(2) + KIB(72)), ERR_NOT_FOUND);
	assert_int_equal(pgtable_unmap(&t, MIB(2), MIB(1)), ERR_RANGE);
	assert_int_equal(pgtable_unmap(&t, MIB(3), MIB(1)), ERR_RANGE);
	assert_int_equal(pgtable_unmap(&t, MIB(2), MIB(2) + KIB(4)), ERR_RANGE);
	assert_int_equal(pgtable_unmap(&t, MIB(4) + KIB(4), KIB(64)), ERR_RANGE);
	assert_int_equal(t.root[1], MIB(2) | 0x7fd);
	assert_int_equal(below(t.root[2])[0], CONTIGUOUS | MIB(4) | 0x7ff);

	assert_int_equal(pgtable_unmap(&t, MIB(2), MIB(2) + KIB(68)), OK);
	assert_int_equal(t.root[1], 0);
	assert_all_zero(below(t.root[2]), 0, 512);
	assert_int_equal(t.table_pages, 17); /* table pages stay */
	assert_int_equal(pgtable_unmap(&t, MIB(2), MIB(2)), ERR_NOT_FOUND);
}

/*
 * An empty table that an unmap left is not replaced by a block, which would need break-before-make; nor is its
 * neighbourhood a run.
 */
static void test_map_into_empty_table(void **state)
{
	struct pgtable t = new_table(PGTABLE_STAGE2, 12, 34);
	uint64_t table;

	(void)state;
	assert_int_equal(pgtable_map(&t, MIB(2), 0, KIB(4), PGTABLE_NORMAL_RWX), OK);
	table = t.root[1];
	assert_int_equal(pgtable_unmap(&t, MIB(2), KIB(4)), OK);
	assert_int_equal(pgtable_map(&t, 0, 0, MIB(64), PGTABLE_NORMAL_RWX), OK);
	assert_int_equal(t.root[0], 0x7fd);
	assert_int_equal(t.root[1], table);
	assert_int_equal(below(table)[511], CONTIGUOUS | (MIB(4) - KIB(4)) | 0x7ff);
	assert_int_equal(t.root[2], MIB(4) | 0x7fd);
	assert_int_equal(t.root[16], CONTIGUOUS | MIB(32) | 0x7fd);
	assert_int_equal(t.table_pages, 17);
}

static uint64_t vtcr(unsigned granule_shift, unsigned ia_bits, unsigned pa_range)
{
	arena_init(&arena, memory, MEMORY_SIZE);
	struct pgtable t = new_table(PGTABLE_STAGE2, granule_shift, ia_bits);

	return pgtable_vtcr(&t, pa_range);
}

static uint64_t tcr(unsigned granule_shift, unsigned ia_bits, unsigned pa_range)
{
	arena_init(&arena, memory, MEMORY_SIZE);
	struct pgtable t = new_table(PGTABLE_STAGE1_EL2, granule_shift, ia_bits);

	return pgtable_tcr_el2(&t, pa_range);
}

static void test_registers(void **state)
{
	(void)state;
	assert_int_equal(vtcr(12, 34, 0), 0x8000351e); /* SL0 0: level 2 */
	assert_int_equal(vtcr(12, 40, 2), 0x80023558); /* SL0 1: level 1 */
	assert_int_equal(vtcr(12, 48, 5), 0x80053590); /* SL0 2: level 0 */
	assert_int_equal(vtcr(16, 42, 3), 0x80037556); /* SL0 1: level 2 */
	assert_int_equal(vtcr(16, 48, 5), 0x80057590); /* SL0 2: level 1 */
	assert_int_equal(vtcr(12, 40, 6), 0x80053558); /* the CPU has 52 bits: 48 suffice */
	assert_int_equal(vtcr(16, 49, 6), 0x8006758f);
	assert_int_equal(vtcr(16, 52, 6), 0x8006758c);
	assert_int_equal(vtcr(16, 52, 5), 0x8005758c); /* which the proof refuses */
	assert_int_equal(tcr(12, 39, 2), 0x80823519);
	assert_int_equal(tcr(16, 48, 6), 0x80857510);
	assert_int_equal(pgtable_mair(), 0x04ff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_geometry, setup),
		cmocka_unit_test_setup(test_geometry_range, setup),
		cmocka_unit_test_setup(test_init, setup),
		cmocka_unit_test_setup(test_leaf_attributes, setup),
		cmocka_unit_test_setup(test_el2_has_no_writable_code, setup),
		cmocka_unit_test_setup(test_4k_sizes, setup),
		cmocka_unit_test_setup(test_64k_sizes, setup),
		cmocka_unit_test_setup(test_64k_half_run, setup),
		cmocka_unit_test_setup(test_top_level_has_no_blocks, setup),
		cmocka_unit_test_setup(test_alignment_decides, setup),
		cmocka_unit_test_setup(test_runs_do_not_span_requests, setup),
		cmocka_unit_test_setup(test_range, setup),
		cmocka_unit_test_setup(test_exists_changes_nothing, setup),
		cmocka_unit_test_setup(test_no_memory, setup),
		cmocka_unit_test_setup(test_unmap, setup),
		cmocka_unit_test_setup(test_map_into_empty_table, setup),
		cmocka_unit_test_setup(test_registers, setup),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
