/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof against the real table builder, each written without the other: what the builder makes of a random plan is accepted, and a
 * bit changed in it is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "arch/arm64/pgtable.h"
#include "common/prove.h"

#define TABLES_SIZE MIB(8)
#define MAX_REGIONS 10

struct world {
	uint8_t *tables;
	uint8_t room[65536];
	struct arena pool, arena;
	struct findings findings;
	struct host host;
	struct mem_range ram;
	struct host_node device;
	struct mem_range device_regs;
	struct system system;
	struct plan plan;
	struct plan_vm vm;
	struct plan_region regions[MAX_REGIONS];
	struct plan_grant grant;
	struct vm_config config;
	struct memory_config memory;
	uint32_t cpu;
	struct plan_cpu host_cpu;
	struct prove_vm built;
};

static uint64_t random_below(uint64_t n)
{
	return n ? ((uint64_t)random() << 31 ^ (uint64_t)random()) % n : 0;
}

static void init(struct world *w)
{
	w->ram = (struct mem_range){0, BIT(44)};
	w->device_regs = (struct mem_range){BIT(44), BIT(40)};
	w->device = (struct host_node){.path = "/device", .regs = &w->device_regs, .nr_regs = 1};
	w->host = (struct host){.nr_cpus = 1, .ram = &w->ram, .nr_ram = 1, .nodes = &w->device, .nr_nodes = 1};
	w->grant = (struct plan_grant){0, PLAN_GRANT_OWN, ""};
	w->config = (struct vm_config){.name = "vm", .cpus = &w->cpu, .nr_cpus = 1, .nr_vcpus = 1, .memory = &w->memory, .nr_memory = 1,
					.fdt_fragment = SYSTEM_NO_IMAGE};
	w->vm = (struct plan_vm){.config = &w->config, .vcpu_cpu = &w->cpu, .nr_vcpus = 1, .gic_version = 3, .nr_intids = 32, .regions = w->regions,
				 .grants = &w->grant, .nr_grants = 1};
	w->host_cpu.nr_vcpus = 1;
	w->plan = (struct plan){.host = &w->host, .system = &w->system, .vms = &w->vm, .nr_vms = 1, .cpus = &w->host_cpu};
	w->memory.size = 0;
	arena_init(&w->pool, w->tables, TABLES_SIZE);
}

/* Regions one after the other in both spaces, with gaps; addresses agree in a random number of low bits, so that blocks of all sizes come up. */
static void make_regions(struct world *w, unsigned granule_shift, unsigned ia_bits)
{
	uint64_t ipa = 0, pa = 0, page = BIT(granule_shift);

	for (uint32_t i = 0; i < MAX_REGIONS; i++) {
		uint64_t alike = BIT(granule_shift + random_below(20)), size = align_up(1 + random_below(3 * alike), page);
		bool device = random() % 4 == 0;
		uint64_t at;

		ipa += random() % 3 ? random_below(64) * page : 0;
		at = align_up(pa, alike) + (ipa & (alike - 1)) + (device ? BIT(44) : 0);
		if (ipa + size > BIT(ia_bits) || at + size > BIT(44) + (device ? BIT(40) : 0) || (size >> granule_shift) > 40000)
			break;
		w->regions[w->vm.nr_regions++] = (struct plan_region){device ? PLAN_REGION_DEVICE : PLAN_REGION_RAM, ipa_make(ipa), pa_make(at), size, 0};
		w->memory.size += device ? 0 : size;
		ipa += size;
		pa = align_up(pa, alike) + (ipa & (alike - 1)) + 3 * alike + size;
	}
}

static void build(struct world *w, unsigned granule_shift, unsigned ia_bits)
{
	struct pgtable t;

	assert_int_equal(pgtable_init(&t, PGTABLE_STAGE2, granule_shift, ia_bits, &w->pool), OK);
	for (uint32_t i = 0; i < w->vm.nr_regions; i++) {
		const struct plan_region *r = &w->regions[i];
		assert_int_equal(pgtable_map(&t, r->ipa.v, r->pa.v, r->size, r->kind == PLAN_REGION_RAM ? PGTABLE_NORMAL_RWX : PGTABLE_DEVICE_RW), OK);
	}
	w->vm.stage2 = (struct plan_stage2){.granule_shift = granule_shift, .ipa_bits = ia_bits, .start_level = t.start_level,
					    .root_pages = t.root_pages, .table_pages = t.table_pages};
	w->built = (struct prove_vm){.vttbr = BIT(48) | (uintptr_t)t.root, .vtcr = pgtable_vtcr(&t, 6),
				     .tables = {(uintptr_t)w->tables, TABLES_SIZE}};
}

static enum err prove(struct world *w)
{
	arena_init(&w->arena, w->room, sizeof(w->room));
	findings_init(&w->findings, &w->arena);
	return prove_separation(&w->plan, &w->built, &w->arena, &w->findings);
}

static void damage(struct world *w)
{
	uint64_t *words = (uint64_t *)w->tables;
	size_t nr = w->pool.used / 8, at;

	do
		at = random_below(nr);
	while (!words[at]);
	unsigned bit = (unsigned)random_below(64);
	words[at] ^= BIT(bit);
	assert_int_equal(prove(w), ERR_DENIED);
	words[at] ^= BIT(bit);
}

static void accepts_what_the_builder_makes(void **state)
{
	struct world *w = *state;
	unsigned regions = 0;

	srandom(6);
	for (unsigned granule_shift = 12; granule_shift <= 16; granule_shift += 4)
		for (unsigned ia_bits = 32; ia_bits <= (granule_shift == 16 ? 52u : 48u); ia_bits++)
			for (unsigned round = 0; round < 12; round++) {
				init(w);
				make_regions(w, granule_shift, ia_bits);
				build(w, granule_shift, ia_bits);
				regions += w->vm.nr_regions;
				if (prove(w) != OK) {
					fprintf(stderr, "granule 2^%u, %u bits: %s\n", granule_shift, ia_bits, w->findings.first->text);
					fail();
				}
				for (unsigned i = 0; w->vm.nr_regions && i < 6; i++)
					damage(w);
			}
	assert_true(regions > 1000);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		return -1;
	w->tables = aligned_alloc(MIB(1), TABLES_SIZE);
	*state = w;
	return w->tables ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;

	free(w->tables);
	free(w);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(accepts_what_the_builder_makes, setup, teardown)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
