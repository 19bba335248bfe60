/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/unit/prove_system.h"

/* ---- tables (Arm ARM DDI 0487, D8.2 and D8.3) ---- */

#define POOL_SIZE  (4u << 20)
#define ARENA_SIZE (64u << 10)

unsigned tree_shift(const struct tree *t, unsigned level)
{
	return t->granule_shift + (3 - level) * (t->granule_shift - 3);
}

unsigned tree_root_entries(const struct tree *t)
{
	return 1u << (t->ia_bits - tree_shift(t, t->start_level));
}

static uint64_t *new_table(struct tree *t, size_t bytes)
{
	size_t page = (size_t)1 << t->granule_shift, align = bytes > page ? bytes : page;
	struct table_pool *p = t->pool;
	size_t at = ((uintptr_t)p->memory + p->used + align - 1) / align * align - (uintptr_t)p->memory;

	assert(at + align <= p->size);
	p->used = at + align;
	t->pages += (unsigned)(align / page);
	return (uint64_t *)(p->memory + at);
}

void tree_init(struct tree *t, struct table_pool *pool, unsigned granule_shift, unsigned ia_bits, unsigned start_level)
{
	*t = (struct tree){.granule_shift = granule_shift, .ia_bits = ia_bits, .start_level = start_level, .pool = pool};
	t->root = new_table(t, tree_root_entries(t) * sizeof(uint64_t));
}

uint64_t *tree_entry(struct tree *t, unsigned level, uint64_t ia)
{
	unsigned entries = tree_root_entries(t);
	uint64_t *table = t->root;

	for (unsigned l = t->start_level;; l++) {
		uint64_t *e = &table[(ia >> tree_shift(t, l)) % entries];

		if (l == level)
			return e;
		if (!*e)
			*e = (uintptr_t)new_table(t, (size_t)1 << t->granule_shift) | 3;
		assert((*e & 3) == 3);
		table = (uint64_t *)(uintptr_t)(*e & 0xfffffffff000 & -(UINT64_C(1) << t->granule_shift));
		entries = 1u << (t->granule_shift - 3);
	}
}

void tree_map(struct tree *t, unsigned level, uint64_t ia, uint64_t pa, unsigned count, uint64_t bits)
{
	uint64_t size = UINT64_C(1) << tree_shift(t, level);

	for (unsigned i = 0; i < count; i++)
		*tree_entry(t, level, ia + i * size) = (pa + i * size) | bits | S2_AF | (level == 3 ? 3 : 1);
}

uint64_t tree_vtcr(const struct tree *t, unsigned ps)
{
	uint64_t tg0 = t->granule_shift == 16, sl0 = (tg0 ? 3 : 2) - t->start_level;

	return UINT64_C(1) << 31 | (uint64_t)ps << 16 | tg0 << 14 | UINT64_C(3) << 12 | UINT64_C(1) << 10 | UINT64_C(1) << 8 | sl0 << 6 | (64 - t->ia_bits);
}

/* ---- the system ---- */

void sys_add_ref(struct sys *s, uint32_t node, uint32_t provider, uint32_t id)
{
	uint32_t n = s->nodes[node].nr_refs++;

	s->ref_args[node][n] = id;
	s->refs[node][n] = (struct host_ref){.node = provider, .nr_args = 1, .args = &s->ref_args[node][n], .property = "clocks"};
}

void sys_add_right(struct sys *s, unsigned vm, enum firmware_object object, uint32_t id, bool shared)
{
	uint32_t n = s->vm[vm].nr_firmware++;

	s->firmware[vm][n] = (struct plan_firmware){.object = object, .id = id, .shared = shared};
	s->rights[vm][n] = (struct firmware_right){.object = object, .id = id, .shared = shared};
	s->vm[vm].firmware = s->firmware[vm];
	s->built[vm].firmware = (struct firmware_rights){s->rights[vm], n + 1};
}

static void make_host(struct sys *s)
{
	struct host *h = &s->host;
	static const char *const paths[NR_NODES] = {"/", "/intc@8000000", "/uart@9000000", "/rtc@9010000", "/nic@a000000", "/dma@a010000", "/clocks", "/resets",
							"/iommu@b000000"};

	s->ram[0] = (struct mem_range){0x40000000, 0x140000000}; /* to 0x180000000 */
	s->ram[1] = (struct mem_range){0x200000000, 0x40000000};
	s->reserved[0] = (struct host_reserved){{0x50000000, 0x10000}, "/reserved-memory/tee", true};
	s->reserved[1] = (struct host_reserved){{0x48000000, 0x1000}, "/memreserve/", false};
	s->regs[NODE_GIC] = (struct mem_range){0x8000000, 0x10000};
	s->regs[NODE_UART] = (struct mem_range){0x9000000, 0x1000};
	s->regs[NODE_RTC] = (struct mem_range){0x9010000, 0x1000};
	s->regs[NODE_NIC] = (struct mem_range){0xa000000, 0x200};
	s->regs[NODE_DMA] = (struct mem_range){0xa010000, 0x1000};
	s->regs[NODE_IOMMU] = (struct mem_range){0xb000000, 0x1000};
	for (uint32_t i = 0; i < NR_NODES; i++)
		s->nodes[i] = (struct host_node){.path = paths[i], .regs = &s->regs[i],
						  .refs = s->refs[i], .streams = &s->streams[i],
						  .nr_regs = i != NODE_ROOT && i != NODE_CLOCKS && i != NODE_RESETS, .enabled = true};
	s->nodes[NODE_CLOCKS].compatible = "xlnx,zynqmp-clk";
	s->nodes[NODE_CLOCKS].compatible_len = sizeof("xlnx,zynqmp-clk");
	s->nodes[NODE_RESETS].compatible = "xlnx,zynqmp-reset";
	s->nodes[NODE_RESETS].compatible_len = sizeof("xlnx,zynqmp-reset");
	sys_add_ref(s, NODE_RTC, NODE_CLOCKS, 5);
	sys_add_ref(s, NODE_RTC, NODE_CLOCKS, 31);
	sys_add_ref(s, NODE_RTC, NODE_RESETS, 7);
	sys_add_ref(s, NODE_NIC, NODE_CLOCKS, 6);
	sys_add_ref(s, NODE_NIC, NODE_CLOCKS, 31);
	s->streams[NODE_RTC] = (struct host_stream){.iommu = NODE_IOMMU, .id = 0x10, .count = 1};
	s->streams[NODE_NIC] = (struct host_stream){.iommu = NODE_IOMMU, .id = 0x20, .count = 0x10};
	s->nodes[NODE_RTC].nr_streams = s->nodes[NODE_NIC].nr_streams = 1;
	*h = (struct host){.cpus = s->cpus, .nr_cpus = 6, .ram = s->ram, .nr_ram = 2, .reserved = s->reserved, .nr_reserved = 2,
			   .nodes = s->nodes, .nr_nodes = NR_NODES};
	h->gic = (struct host_gic){.version = 3, .node = NODE_GIC, .maint_intid = 25, .dist = {0x8000000, 0x10000}, .cpu = {0x8010000, 0x10000},
				   .hyp = {0x8030000, 0x10000}, .vcpu = {0x8040000, 0x10000}, .redist = {{0x80a0000, 0x100000}}, .nr_redist = 1};
	h->timer = (struct host_timer){.phys = 30, .virt = 27, .hyp = 58}; /* a timer on an SPI, as some boards have it */
	h->console = (struct host_console){.present = true, .node = NODE_UART, .regs = s->regs[NODE_UART], .intid = 33};
}

static void make_vm(struct sys *s, unsigned i, const char *name, uint32_t first_cpu, uint32_t nr_cpus)
{
	struct vm_config *c = &s->config[i];
	struct plan_vm *v = &s->vm[i];

	for (uint32_t k = 0; k < nr_cpus; k++) {
		s->config_cpus[i][k] = s->vcpu_cpu[i][k] = first_cpu + k;
		s->plan_cpus[first_cpu + k] = (struct plan_cpu){.nr_vcpus = 1, .vm = i};
	}
	*c = (struct vm_config){.name = name, .cpus = s->config_cpus[i], .nr_cpus = nr_cpus, .nr_vcpus = nr_cpus, .memory = s->memory[i]};
	*v = (struct plan_vm){.config = c, .id = i, .vcpu_cpu = s->vcpu_cpu[i], .nr_vcpus = nr_cpus, .gic_version = 3, .nr_intids = 128,
			      .regions = s->regions[i], .irqs = s->irqs[i], .grants = s->grants[i],
			      .frames = {.gicd = {0x7000000, 0x10000}, .gicr = {0x7100000, 0x40000}, .uart = {0x7200000, 0x1000}, .uart_intid = 34}};
	s->built[i].intids = s->intids[i];
}

static void add_region(struct sys *s, unsigned i, enum plan_region_kind kind, uint64_t ipa, uint64_t pa, uint64_t size, uint32_t node)
{
	struct plan_vm *v = &s->vm[i];

	v->regions[v->nr_regions++] = (struct plan_region){kind, ipa_make(ipa), pa_make(pa), size, node};
	if (kind == PLAN_REGION_RAM)
		s->memory[i][s->config[i].nr_memory++].size = size;
	else if (node != NODE_GIC)
		v->grants[v->nr_grants++] = (struct plan_grant){node, PLAN_GRANT_OWN, "passthrough"};
}

static void add_irq(struct sys *s, unsigned i, uint32_t intid, uint32_t node)
{
	struct plan_vm *v = &s->vm[i];

	v->irqs[v->nr_irqs++] = (struct plan_irq){.intid = intid, .node = node};
	s->intids[i][s->built[i].nr_intids++] = intid;
}

static void finish_vm(struct sys *s, unsigned i)
{
	const struct tree *t = &s->tree[i];
	unsigned entries = 1u << (t->granule_shift - 3), root = tree_root_entries(t);

	s->vm[i].stage2 = (struct plan_stage2){.granule_shift = t->granule_shift, .ipa_bits = t->ia_bits, .start_level = t->start_level,
					       .root_pages = root > entries ? root / entries : 1, .table_pages = t->pages};
	s->built[i].vttbr = (uint64_t)(i + 1) << 48 | (uintptr_t)t->root;
	s->built[i].vtcr = tree_vtcr(t, 4);
	s->built[i].tables = (struct mem_range){(uintptr_t)s->pool.memory, s->pool.size};
}

static void make_linux(struct sys *s)
{
	struct tree *t = &s->tree[LINUX];

	make_vm(s, LINUX, "linux", 0, 2);
	add_region(s, LINUX, PLAN_REGION_DEVICE, 0x9010000, 0x9010000, 0x1000, NODE_RTC);
	add_region(s, LINUX, PLAN_REGION_RAM, 0x40000000, 0x80000000, (66u << 20) + (140u << 10), 0);
	add_irq(s, LINUX, 36, NODE_RTC);
	add_irq(s, LINUX, 40, NODE_RTC);
	sys_add_right(s, LINUX, FIRMWARE_CLOCK, 5, false);
	sys_add_right(s, LINUX, FIRMWARE_CLOCK, 31, true);
	sys_add_right(s, LINUX, FIRMWARE_RESET, 1007, false);
	tree_init(t, &s->pool, 12, 32, 1);
	tree_map(t, 2, 0x40000000, 0x80000000, 32, S2_RAM | S2_CONTIGUOUS);
	tree_map(t, 2, 0x44000000, 0x84000000, 1, S2_RAM);
	tree_map(t, 3, 0x44200000, 0x84200000, 32, S2_RAM | S2_CONTIGUOUS);
	tree_map(t, 3, 0x44220000, 0x84220000, 3, S2_RAM);
	tree_map(t, 3, 0x9010000, 0x9010000, 1, S2_DEVICE);
	finish_vm(s, LINUX);
}

void sys_give_gicv(struct sys *s, unsigned vm, uint64_t ipa)
{
	s->vm[vm].gic_version = 2;
	s->vm[vm].gic = PLAN_GIC_V2_GICV;
	s->vm[vm].frames.gicr = (struct mem_range){0};
	s->vm[vm].frames.gicc = (struct mem_range){ipa, 0x2000};
}

static void make_rtos(struct sys *s)
{
	struct tree *t = &s->tree[RTOS];

	make_vm(s, RTOS, "rtos", 2, 1);
	sys_give_gicv(s, RTOS, 0x8010000);
	add_region(s, RTOS, PLAN_REGION_DEVICE, 0x8010000, 0x8040000, 0x1000, NODE_GIC);
	add_region(s, RTOS, PLAN_REGION_RAM, 0x40000000, 0x100000000, 1u << 30, 0);
	add_region(s, RTOS, PLAN_REGION_RAM, 0x8000000000, 0x140000000, 2u << 20, 0);
	tree_init(t, &s->pool, 12, 40, 1);
	tree_map(t, 3, 0x8010000, 0x8040000, 1, S2_DEVICE);
	tree_map(t, 1, 0x40000000, 0x100000000, 1, S2_RAM);
	tree_map(t, 2, 0x8000000000, 0x140000000, 1, S2_RAM);
	finish_vm(s, RTOS);
}

static void make_big(struct sys *s)
{
	struct tree *t = &s->tree[BIG];

	make_vm(s, BIG, "big", 3, 2);
	add_region(s, BIG, PLAN_REGION_RAM, 0x40000000, 0x200000000, (514u << 20) + (64u << 10), 0);
	add_region(s, BIG, PLAN_REGION_DEVICE, 0x40000000000, 0xa000000, 0x10000, NODE_NIC);
	add_irq(s, BIG, 50, NODE_NIC);
	sys_add_right(s, BIG, FIRMWARE_CLOCK, 6, false);
	sys_add_right(s, BIG, FIRMWARE_CLOCK, 31, true);
	tree_init(t, &s->pool, 16, 43, 2);
	tree_map(t, 2, 0x40000000, 0x200000000, 1, S2_RAM);
	tree_map(t, 3, 0x60000000, 0x220000000, 32, S2_RAM | S2_CONTIGUOUS);
	tree_map(t, 3, 0x60200000, 0x220200000, 1, S2_RAM);
	tree_map(t, 3, 0x40000000000, 0xa000000, 1, S2_DEVICE);
	finish_vm(s, BIG);
}

struct sys *sys_new(void)
{
	struct sys *s = calloc(1, sizeof(*s));

	assert(s);
	s->pool.size = POOL_SIZE;
	/* Zero without being touched: most tests use little of it. */
	s->pool.memory = mmap(NULL, POOL_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert(s->pool.memory != MAP_FAILED);
	arena_init(&s->arena, malloc(ARENA_SIZE), ARENA_SIZE);
	for (unsigned i = 0; i < 6; i++)
		s->plan_cpus[i].vm = PLAN_NO_VM;
	make_host(s);
	s->system.vms = s->config;
	s->system.nr_vms = NR_VMS;
	s->plan = (struct plan){.host = &s->host, .system = &s->system, .hypervisor = {0x41000000, 0x80000}, .system_file = {0x49000000, 0x123456},
				.host_dtb = {0x4a000000, 0x3456}, .pool = {0x42000000, 0x80000}, .vms = s->vm, .nr_vms = NR_VMS, .cpus = s->plan_cpus};
	make_linux(s);
	make_rtos(s);
	make_big(s);
	return s;
}

static void give_pv_time(struct sys *s, unsigned i, uint64_t ipa, uint64_t pa)
{
	struct plan_vm *v = &s->vm[i];

	v->pv_time = (struct mem_range){ipa, v->nr_vcpus * 64};
	v->regions[v->nr_regions++] = (struct plan_region){PLAN_REGION_PV_TIME, ipa_make(ipa), pa_make(pa), 0x1000, HOST_NO_NODE};
	tree_map(&s->tree[i], 3, ipa, pa, 1, S2_PV_TIME);
	v->stage2.table_pages = s->tree[i].pages;
}

void sys_share_cpu(struct sys *s)
{
	s->vcpu_cpu[RTOS][0] = s->config_cpus[RTOS][0] = 1;
	s->plan_cpus[1].nr_vcpus = 2;
	s->plan_cpus[2] = (struct plan_cpu){.vm = PLAN_NO_VM};
	s->plan.pv_time = (struct mem_range){SHARED_PA, 0x2000};
	give_pv_time(s, LINUX, SHARED_LINUX_IPA, SHARED_PA);
	give_pv_time(s, RTOS, SHARED_RTOS_IPA, SHARED_PA + 0x1000);
}

void sys_free(struct sys *s)
{
	munmap(s->pool.memory, POOL_SIZE);
	free(s->arena.base);
	free(s);
}

enum err sys_prove(struct sys *s)
{
	arena_init(&s->arena, s->arena.base, s->arena.size);
	findings_init(&s->findings, &s->arena);
	return prove_separation(&s->plan, s->built, &s->arena, &s->findings);
}

bool sys_found(const struct sys *s, const char *word, const char *other)
{
	for (const struct finding *f = s->findings.first; f; f = f->next)
		if (f->code == FINDING_PROOF_FAILED && strstr(f->text, word) && strstr(f->text, other))
			return true;
	return false;
}

void sys_print_findings(const struct sys *s)
{
	for (const struct finding *f = s->findings.first; f; f = f->next)
		fprintf(stderr, "    %s\n", f->text);
}

uint64_t *sys_entry(struct sys *s, unsigned vm, unsigned level, uint64_t ipa)
{
	return tree_entry(&s->tree[vm], level, ipa);
}
