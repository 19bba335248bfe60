/* SPDX-License-Identifier: Apache-2.0 */
/* The proof over the real planner and the real builder: what they make of systems that fit is proven, and one thing moved is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/prove.h"
#include "common/stage2.h"
#include "tests/unit/plan_fixture.h"

#define TABLES_SIZE MIB(1)
#define MAX_VMS     3

struct built {
	uint8_t *tables;
	struct arena pool;
	struct prove_vm vms[MAX_VMS];
	uint32_t intids[MAX_VMS][8];
};

static struct plan *must_plan(struct fixture *f)
{
	struct plan *p = plan_make(&f->in);

	for (const struct finding *i = f->findings.first; i; i = i->next)
		print_message("%s: %s\n", findings_code_name(i->code), i->text);
	assert_non_null(p);
	return p;
}

/* As EL2 does it. */
static void build(struct built *b, const struct plan *p)
{
	b->tables = aligned_alloc(TABLES_SIZE, TABLES_SIZE);
	assert_non_null(b->tables);
	arena_init(&b->pool, b->tables, TABLES_SIZE);
	for (uint32_t i = 0; i < p->nr_vms; i++) {
		const struct plan_vm *vm = &p->vms[i];
		struct pgtable t;

		assert_int_equal(stage2_build(vm, &b->pool, &t), OK);
		assert_true(vm->nr_irqs <= ARRAY_SIZE(b->intids[i]));
		for (uint32_t k = 0; k < vm->nr_irqs; k++)
			b->intids[i][k] = vm->irqs[k].intid;
		b->vms[i] = (struct prove_vm){.vttbr = (uint64_t)(i + 1) << 48 | (uintptr_t)t.root, .vtcr = pgtable_vtcr(&t, 4),
					      .tables = {(uintptr_t)b->tables, TABLES_SIZE}, .intids = b->intids[i], .nr_intids = vm->nr_irqs};
	}
}

static enum err prove(struct fixture *f, const struct plan *p, const struct built *b)
{
	enum err e;

	findings_init(&f->findings, &f->arena);
	e = prove_separation(p, b->vms, &f->arena, &f->findings);
	assert_int_equal(e != OK, f->findings.count != 0);
	return e;
}

/* Plans, builds and proves; then each VM's first region is moved by a page in the plan, and must no longer be what the tables say. */
static void prove_fixture(struct fixture *f)
{
	struct plan *p = must_plan(f);
	struct built b;

	build(&b, p);
	if (prove(f, p, &b) != OK)
		fail_msg("%s", f->findings.first->text);
	for (uint32_t i = 0; i < p->nr_vms; i++) {
		p->vms[i].regions[0].pa.v += BIT(p->vms[i].stage2.granule_shift);
		assert_int_equal(prove(f, p, &b), ERR_DENIED);
		p->vms[i].regions[0].pa.v -= BIT(p->vms[i].stage2.granule_shift);
	}
	assert_int_equal(prove(f, p, &b), OK);
	free(b.tables);
	free(f);
}

static void two_vms(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	fixture_pass(f, VM_LINUX, "/pl031@9010000");
	prove_fixture(f);
}

static void three_vms_with_devices(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->system.nr_vms = 3;
	fixture_pass(f, VM_LINUX, "/pl031@9010000");
	fixture_pass(f, VM_LINUX, "/pl061@9030000");
	fixture_pass(f, VM_THIRD, "/big@a100000");
	prove_fixture(f);
}

static void granules(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->vms[VM_LINUX].stage2_granule = 65536;
	f->vms[VM_RTOS].stage2_granule = 4096;
	fixture_pass(f, VM_LINUX, "/big@a100000");
	fixture_pass(f, VM_RTOS, "/pl031@9010000");
	prove_fixture(f);
}

static void identity_and_fixed_addresses(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->vms[VM_LINUX].memory_identity = true;
	f->vms[VM_RTOS].nr_memory = 2;
	f->ranges[VM_RTOS][1] = (struct memory_config){.size = KIB(512), .has_ipa = true, .ipa = 0x04000000};
	f->reserved[0] = (struct host_reserved){{0x60000000, 0x10000}, "/reserved-memory/x", true};
	f->host.nr_reserved = 1;
	f->vms[VM_LINUX].memory[0].size = MIB(256);
	prove_fixture(f);
}

/* Three VMs on two CPUs, in both granules, one with more vCPUs than CPUs and than a page has room for. */
static void shared_cpus(void **state)
{
	(void)state;

	for (unsigned round = 0; round < 4; round++) {
		struct fixture *f = fixture_new();

		f->system.nr_vms = 3;
		f->vms[VM_LINUX].nr_vcpus = 100;
		f->vm_cpus[VM_RTOS][0] = 0;
		f->vm_cpus[VM_THIRD][0] = round & 1 ? 1 : 3;
		f->vms[VM_LINUX].stage2_granule = round & 2 ? 65536 : 4096;
		f->vms[VM_RTOS].stage2_granule = round & 2 ? 4096 : 65536;
		prove_fixture(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_vms),
		cmocka_unit_test(three_vms_with_devices),
		cmocka_unit_test(granules),
		cmocka_unit_test(identity_and_fixed_addresses),
		cmocka_unit_test(shared_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
