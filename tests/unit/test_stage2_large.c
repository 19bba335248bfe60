/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMs of up to 512 GiB on a board with as much: the plan's count of tables is exact, the blocks are the largest, the proof accepts what is built, and
 * the walker finds every address where the plan has it. Nothing but the tables is ever in memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/prove.h"
#include "common/stage2.h"
#include "tests/unit/plan_fixture.h"
#include "tests/unit/walker.h"

#define TIB(n) GIB(1024 * (uint64_t)(n))

struct range {
	uint64_t size, ipa, pa; /* 0: the planner chooses */
};

static struct fixture *large_board(const struct range *ranges, unsigned nr, unsigned granule)
{
	struct fixture *f = fixture_new();

	f->ram[1] = (struct mem_range){ TIB(1), TIB(2) };
	f->host.nr_ram = 2;
	f->vms[VM_LINUX].stage2_granule = granule;
	f->vms[VM_LINUX].nr_memory = nr;
	for (unsigned i = 0; i < nr; i++)
		f->ranges[VM_LINUX][i] = (struct memory_config){ .size = ranges[i].size, .ipa = ranges[i].ipa, .has_ipa = ranges[i].ipa != 0,
								 .pa = ranges[i].pa, .has_pa = ranges[i].pa != 0 };
	return f;
}

/* The tables of one VM, in memory of their own size. */
struct built {
	void *memory;
	struct prove_vm proof;
	struct walk_regs regs;
};

static struct built build(const struct plan_vm *vm)
{
	size_t root = (size_t)vm->stage2.root_pages << vm->stage2.granule_shift;
	size_t size = align_up((uint64_t)vm->stage2.table_pages << vm->stage2.granule_shift, root);
	struct built b = { .memory = aligned_alloc(root, size) };
	struct arena pool;
	struct pgtable t;

	assert_non_null(b.memory);
	arena_init(&pool, b.memory, size);
	assert_int_equal(stage2_build(vm, &pool, &t), OK);
	assert_int_equal(t.table_pages, vm->stage2.table_pages);
	b.proof = (struct prove_vm){ .vttbr = (uint64_t)(vm->id + 1) << 48 | pa_of(t.root).v, .vtcr = pgtable_vtcr(&t, 5), .tables = { pa_of(b.memory).v, size } };
	b.regs = (struct walk_regs){ .table = pa_of(t.root).v, .control = b.proof.vtcr, .readable = pa_of(b.memory).v, .readable_size = size };
	return b;
}

static void check_address(const struct built *b, const struct plan_vm *vm, uint64_t ipa)
{
	struct walk w = walk_stage2(&b->regs, ipa);

	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		const struct plan_region *r = &vm->regions[i];

		if (ipa < r->ipa.v || ipa - r->ipa.v >= r->size)
			continue;
		assert_int_equal(w.fault, WALK_OK);
		assert_int_equal(w.pa, r->pa.v + (ipa - r->ipa.v));
		return;
	}
	assert_int_equal(w.fault, WALK_TRANSLATION);
}

static void check_addresses(const struct built *b, const struct plan_vm *vm)
{
	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		const struct plan_region *r = &vm->regions[i];

		for (uint64_t at = 0; at < r->size; at += r->size / 4096 + 1)
			check_address(b, vm, r->ipa.v + at);
		check_address(b, vm, r->ipa.v - 1);
		check_address(b, vm, r->ipa.v + r->size - 1);
		check_address(b, vm, r->ipa.v + r->size);
	}
	for (unsigned i = 0; i < 4096; i++)
		check_address(b, vm, ((uint64_t)random() << 31 ^ (uint64_t)random()) & (BIT(vm->stage2.ipa_bits) - 1));
}

/* Plans, builds, proves and walks; returns the Linux VM's plan, in the fixture. */
static const struct plan_vm *check_system(struct fixture *f)
{
	struct plan *p = plan_make(&f->in);
	struct built built[2];
	struct prove_vm proofs[2];

	if (!p)
		fail_msg("%s", f->findings.first->text);
	plan_fixture_check(p);
	for (uint32_t v = 0; v < 2; v++) {
		built[v] = build(&p->vms[v]);
		proofs[v] = built[v].proof;
		check_addresses(&built[v], &p->vms[v]);
	}
	if (prove_separation(p, proofs, &f->arena, &f->findings))
		fail_msg("%s", f->findings.first ? f->findings.first->text : "no memory");
	for (uint32_t v = 0; v < 2; v++)
		free(built[v].memory);
	return &p->vms[VM_LINUX];
}

static void test_one_range(void **state)
{
	static const struct range half_a_tib[] = { { .size = GIB(512) } };
	struct fixture *f = large_board(half_a_tib, 1, 4096);
	const struct plan_vm *vm = check_system(f);

	(void)state;
	/* From 1 GiB on: 40 bits, one level of 1 GiB blocks in two tables side by side. All but the ends are runs of 16. */
	assert_int_equal(vm->stage2.ipa_bits, 40);
	assert_int_equal(vm->stage2.start_level, 1);
	assert_int_equal(vm->stage2.table_pages, 2);
	assert_int_equal((vm->regions[0].ipa.v - vm->regions[0].pa.v) % GIB(16), 0);
	assert_int_equal(stage2_walk_loads(&vm->stage2, 4), 19);
	free(f);

	f = large_board(half_a_tib, 1, 65536);
	vm = check_system(f);
	assert_int_equal(vm->stage2.start_level, 2);
	assert_int_equal(vm->stage2.table_pages, 1); /* 512 MiB blocks */
	assert_int_equal(stage2_walk_loads(&vm->stage2, 4), 14);
	free(f);
}

/* Far apart, in spaces of each size up to 48 bits. */
static void test_sparse(void **state)
{
	(void)state;
	srandom(7);
	for (unsigned granule = 4096; granule <= 65536; granule *= 16) {
		for (unsigned bits = 40; bits <= 48; bits++) {
			const struct range ranges[] = {
				{ .size = GIB(256), .ipa = GIB(1) },
				{ .size = GIB(3) + MIB(2), .ipa = BIT(bits - 1) + MIB(2) },
				{ .size = GIB(64) + KIB(64), .ipa = BIT(bits) - GIB(64) - KIB(64) },
			};
			struct fixture *f = large_board(ranges, 3, granule);
			const struct plan_vm *vm = check_system(f);

			assert_int_equal(vm->stage2.ipa_bits, bits);
			free(f);
		}
	}
}

/* The two addresses differ in a low bit: nothing larger than 64 KiB, and a table for every 2 or 512 MiB. */
static void test_incongruent(void **state)
{
	static const struct range ranges[] = { { .size = GIB(4), .ipa = GIB(1), .pa = TIB(1) + KIB(64) } };
	struct fixture *f = large_board(ranges, 1, 4096);

	(void)state;
	assert_int_equal(check_system(f)->stage2.table_pages, 8 + 2048);
	free(f);
	f = large_board(ranges, 1, 65536);
	assert_int_equal(check_system(f)->stage2.table_pages, 1 + 8);
	free(f);
}

/* Several VMs share what one could have alone. */
static void test_all_of_it(void **state)
{
	static const struct range ranges[] = { { .size = TIB(1) }, { .size = GIB(512) } };
	struct fixture *f = large_board(ranges, 2, 4096);

	(void)state;
	f->ranges[VM_RTOS][0].size = GIB(256);
	check_system(f);
	free(f);
}

/* What one TLB miss costs at worst: (guest's levels + 1) * (stage 2's + 1) - 1. */
static void test_walk_loads(void **state)
{
	static const struct {
		unsigned start_level, guest, loads;
	} known[] = { { 0, 4, 24 }, { 1, 4, 19 }, { 2, 4, 14 }, { 2, 3, 11 }, { 3, 4, 9 }, { 0, 3, 19 }, { 2, 2, 8 } };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
		assert_int_equal(stage2_walk_loads(&(struct plan_stage2){ .start_level = known[i].start_level }, known[i].guest), known[i].loads);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_range), cmocka_unit_test(test_sparse), cmocka_unit_test(test_incongruent), cmocka_unit_test(test_all_of_it),
		cmocka_unit_test(test_walk_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
