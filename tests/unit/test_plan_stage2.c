/* SPDX-License-Identifier: Apache-2.0 */
/* The tables built from a plan have the size that the plan counted, and its arithmetic on sets of ranges is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/prove.h"
#include "common/ranges.h"
#include "common/stage2.h"
#include "tests/unit/plan_fixture.h"

static void build_all(const struct plan *p)
{
	for (uint32_t v = 0; v < p->nr_vms; v++) {
		const struct plan_vm *vm = &p->vms[v];
		size_t granule = (size_t)1 << vm->stage2.granule_shift;
		size_t size = (vm->stage2.table_pages + vm->stage2.root_pages) * granule;
		uint8_t *memory = aligned_alloc(granule, size);
		struct arena pool;
		struct pgtable t;

		arena_init(&pool, memory, size);
		assert_int_equal(stage2_build(vm, &pool, &t), OK);
		assert_int_equal(t.table_pages, vm->stage2.table_pages);
		assert_int_equal(t.start_level, vm->stage2.start_level);
		assert_int_equal(t.root_pages, vm->stage2.root_pages);
		assert_int_equal(t.ia_bits, vm->stage2.ipa_bits);

		/* With less than was counted there is an error, and no more. */
		arena_init(&pool, memory, (vm->stage2.table_pages - 1) * granule);
		assert_int_equal(stage2_build(vm, &pool, &t), ERR_NO_MEMORY);
		free(memory);
	}
}

static void test_build(void **state)
{
	(void)state;
	static const uint64_t sizes[] = { KIB(4), KIB(512), MIB(2), MIB(34), MIB(100), MIB(64) + KIB(68) };

	for (unsigned granule = 0; granule < 2; granule++) {
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			struct fixture *f = fixture_new();
			struct plan *p;

			f->vms[VM_RTOS].stage2_granule = granule ? 4096 : 0;
			f->ranges[VM_RTOS][0].size = MIB(2);
			f->ranges[VM_RTOS][1].size = sizes[i];
			f->vms[VM_RTOS].nr_memory = 2;
			fixture_pass(f, VM_LINUX, "/pl031@9010000");
			fixture_pass(f, VM_RTOS, "/big@a100000");
			p = plan_make(&f->in);
			assert_non_null(p);
			plan_fixture_check(p);
			build_all(p);
			free(f);
		}
	}
}

/* The prover, which knows nothing of how they were made, finds in the tables what the plan grants and no more. */
static void test_proven(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	struct prove_vm proofs[2] = { 0 };
	uint32_t intids[2][2];
	void *memory[2];
	struct plan *p;

	fixture_pass(f, VM_LINUX, "/pl031@9010000");
	fixture_pass(f, VM_RTOS, "/big@a100000");
	p = plan_make(&f->in);
	assert_non_null(p);
	for (uint32_t v = 0; v < 2; v++) {
		const struct plan_vm *vm = &p->vms[v];
		size_t root = (size_t)vm->stage2.root_pages << vm->stage2.granule_shift, size = align_up((uint64_t)vm->stage2.table_pages << vm->stage2.granule_shift, root);
		struct arena pool;
		struct pgtable t;

		memory[v] = aligned_alloc(root, size);
		arena_init(&pool, memory[v], size);
		assert_int_equal(stage2_build(vm, &pool, &t), OK);
		assert_int_equal(vm->nr_irqs, 1);
		intids[v][0] = vm->irqs[0].intid;
		proofs[v] = (struct prove_vm){ (uint64_t)(v + 1) << 48 | pa_of(t.root).v, pgtable_vtcr(&t, 5), { pa_of(memory[v]).v, size }, intids[v], 1, { 0 } };
	}
	if (prove_separation(p, proofs, &f->arena, &f->findings))
		fail_msg("%s", f->findings.first ? f->findings.first->text : "no memory");
	for (uint32_t v = 0; v < 2; v++)
		free(memory[v]);
	free(f);
}

static struct range_set set_of(struct mem_range *memory, uint32_t max)
{
	struct range_set s = { memory, 0, max };

	assert_int_equal(range_set_add(&s, 0x1000, 0x1000), OK);
	assert_int_equal(range_set_add(&s, 0x4000, 0x4000), OK);
	return s;
}

static void test_ranges_add(void **state)
{
	(void)state;
	struct mem_range memory[3];
	struct range_set s = set_of(memory, 3);

	assert_int_equal(range_set_add(&s, 0x1fff, 1), ERR_EXISTS);
	assert_int_equal(range_set_add(&s, 0x3000, 0x1001), ERR_EXISTS);
	assert_int_equal(range_set_add(&s, 0, RANGE_LIMIT), ERR_EXISTS);
	assert_int_equal(range_set_add(&s, RANGE_LIMIT, 1), ERR_RANGE);
	assert_int_equal(range_set_add(&s, 1, UINT64_MAX), ERR_RANGE);
	assert_int_equal(range_set_add(&s, 0x2000, 0), OK);
	assert_int_equal(s.nr, 2);
	assert_int_equal(range_set_add(&s, 0x2000, 0x2000), OK);
	assert_int_equal(s.nr, 3); /* touching ones are kept apart */
	assert_false(range_set_has(&s, 0x1800, 0x1000));
	assert_true(range_set_has(&s, 0x2000, 0x2000));
	assert_int_equal(range_set_add(&s, 0x9000, 1), ERR_NO_MEMORY);
	assert_int_equal(range_set_total(&s), 0x7000);
	assert_int_equal(range_set_largest(&s), 0x4000);
}

static void test_ranges_remove(void **state)
{
	(void)state;
	struct mem_range memory[3];
	struct range_set s = set_of(memory, 3);

	assert_int_equal(range_set_remove(&s, 0x5000, 0x1000), OK); /* a hole */
	assert_int_equal(s.nr, 3);
	assert_int_equal(s.r[1].base, 0x4000);
	assert_int_equal(s.r[1].size, 0x1000);
	assert_int_equal(s.r[2].base, 0x6000);
	assert_int_equal(s.r[2].size, 0x2000);
	assert_int_equal(range_set_remove(&s, 0x6800, 0x800), ERR_NO_MEMORY);
	assert_int_equal(range_set_total(&s), 0x4000);
	assert_int_equal(range_set_remove(&s, 0x1800, 0x2900), OK); /* an end, and a beginning */
	assert_int_equal(s.r[0].size, 0x800);
	assert_int_equal(s.r[1].base, 0x4100);
	assert_int_equal(range_set_remove(&s, 0x4000, UINT64_MAX), OK); /* the rest */
	assert_int_equal(s.nr, 1);
	assert_int_equal(range_set_remove(&s, RANGE_LIMIT, 1), OK);
	assert_int_equal(range_set_remove(&s, 0x1200, 0), OK);
	assert_int_equal(range_set_total(&s), 0x800);
}

static void test_ranges_find(void **state)
{
	(void)state;
	struct mem_range memory[3];
	struct range_set s = set_of(memory, 3);
	uint64_t at;
	struct range_search what = { .to = RANGE_LIMIT, .size = 0x1000, .align = 0x1000 };

	assert_true(range_set_find(&s, &what, &at));
	assert_int_equal(at, 0x1000);
	what.from = 0x1001;
	assert_true(range_set_find(&s, &what, &at));
	assert_int_equal(at, 0x4000);
	what.align = 0x2000;
	what.offset = 0x1000;
	assert_true(range_set_find(&s, &what, &at));
	assert_int_equal(at, 0x5000);
	what.to = 0x5000;
	assert_false(range_set_find(&s, &what, &at));
	what = (struct range_search){ .to = RANGE_LIMIT, .size = 0x4001, .align = 1 };
	assert_false(range_set_find(&s, &what, &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build), cmocka_unit_test(test_proven), cmocka_unit_test(test_ranges_add), cmocka_unit_test(test_ranges_remove), cmocka_unit_test(test_ranges_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
