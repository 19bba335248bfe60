/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The planner against random systems on random boards: whatever it accepts has the properties that plan_fixture_check() states, its tables
 * are as many as it counted, and whatever it refuses has a finding. The input is read as a string of small numbers.
 */
#include "common/stage2.h"
#include "tests/unit/plan_fixture.h"

struct input {
	const uint8_t *data;
	size_t size;
};

/* A number below n; 0 when the input is used up. */
static uint32_t pick(struct input *in, uint32_t n)
{
	uint32_t value = 0;

	for (uint32_t range = 1; range < n && in->size; range <<= 8) {
		value = value << 8 | *in->data++;
		in->size--;
		if (range >= 1u << 24)
			break;
	}
	return n ? value % n : 0;
}

static uint64_t pick_size(struct input *in)
{
	static const uint64_t units[] = { KIB(4), KIB(64), MIB(2), MIB(32), MIB(512), GIB(1) };

	return units[pick(in, ARRAY_SIZE(units))] * (pick(in, 32) + 1);
}

/* An address near where things are; now and then odd or far out. */
static uint64_t pick_address(struct input *in)
{
	static const uint64_t bases[] = { 0, 0x08000000, 0x09000000, 0x0a000000, 0x40000000, 0x48000000, 0x60000000, GIB(4), BIT(40), BIT(48) - GIB(1),
					  UINT64_MAX - GIB(1) };
	static const uint64_t units[] = { KIB(4), KIB(64), MIB(2), MIB(32), 0x200, 4 };

	return bases[pick(in, ARRAY_SIZE(bases))] + units[pick(in, ARRAY_SIZE(units))] * pick(in, 256);
}

static void vary_board(struct input *in, struct fixture *f)
{
	static const uint64_t sizes[] = { 0, 0x1000, 0x2000, 0x10000, 0x20000 };

	f->ram[0] = (struct mem_range){ pick(in, 2) ? 0x40000000 : 0, pick_size(in) };
	f->ram[1] = (struct mem_range){ GIB(64), pick_size(in) };
	f->host.nr_ram = pick(in, 3);
	f->regs[N_MEMORY] = f->ram[0];
	for (unsigned i = 0; i < 2; i++)
		f->reserved[i] = (struct host_reserved){ { pick_address(in), pick_size(in) }, "/reserved", false };
	f->host.nr_reserved = pick(in, 3);
	f->host.nr_cpus = pick(in, 5);
	f->host.gic.version = pick(in, 8) ? 3 : 2;
	f->host.gic.vcpu = (struct mem_range){ pick(in, 8) ? 0x08040000 : pick_address(in), sizes[pick(in, ARRAY_SIZE(sizes))] };
	f->in.granule64_ok = pick(in, 4);
	if (pick(in, 2))
		f->in.hypervisor = (struct mem_range){ f->ram[0].base + MIB(2), MIB(2) };
	if (pick(in, 2))
		f->in.system_file = (struct mem_range){ pick_address(in), pick_size(in) };
}

static void vary_nodes(struct input *in, struct fixture *f)
{
	for (uint32_t n = pick(in, 6); n > 0; n--) {
		uint32_t i = N_CLOCK + pick(in, NR_NODES - N_CLOCK);

		f->regs[i] = (struct mem_range){ pick_address(in), pick(in, 2) ? 0x1000 : pick_size(in) };
		f->nodes[i].regs = &f->regs[i];
		f->nodes[i].nr_regs = pick(in, 2);
		f->irqs[i].intid = pick(in, 1100);
		f->nodes[i].irqs = &f->irqs[i];
		f->nodes[i].nr_irqs = pick(in, 2);
		f->nodes[i].enabled = pick(in, 4);
		f->nodes[i].dma = pick(in, 2);
		if (pick(in, 3) == 0)
			fixture_ref(f, (enum fixture_node)i, (enum fixture_node)pick(in, NR_NODES), (enum host_ref_kind)pick(in, REF_OTHER + 1), "refs");
	}
}

static void vary_memory(struct input *in, struct memory_config *m)
{
	*m = (struct memory_config){ .size = pick_size(in), .has_ipa = pick(in, 3) == 2, .has_pa = pick(in, 4) == 3 };
	if (m->has_ipa)
		m->ipa = pick_address(in);
	if (m->has_pa)
		m->pa = pick_address(in);
}

static void vary_vm(struct input *in, struct fixture *f, unsigned v)
{
	static const uint32_t granules[] = { 0, 0, 4096, 65536, 16384 };
	struct vm_config *c = &f->vms[v];

	c->nr_cpus = pick(in, 4);
	for (uint32_t i = 0; i < c->nr_cpus; i++)
		f->vm_cpus[v][i] = pick(in, 6);
	c->nr_vcpus = pick(in, 4) ? c->nr_cpus : c->nr_cpus + pick(in, pick(in, 4) ? 8 : 200);
	c->nr_memory = pick(in, 4);
	for (uint32_t i = 0; i < c->nr_memory; i++)
		vary_memory(in, &f->ranges[v][i]);
	c->memory_identity = pick(in, 3) == 2;
	c->dma_without_iommu = pick(in, 2);
	c->kernel = pick(in, 6) < 5 ? pick(in, 4) : SYSTEM_NO_IMAGE;
	c->ramdisk = pick(in, 2) ? pick(in, 4) : SYSTEM_NO_IMAGE;
	c->fdt_fragment = SYSTEM_NO_IMAGE; /* what is in one is not the planner's to read */
	c->devices_rest = v == 0 && pick(in, 4) == 3;
	c->has_fdt_address = pick(in, 4) == 3;
	c->fdt_address = c->has_fdt_address ? pick_address(in) : 0;
	c->gic_version = pick(in, 8) ? 0 : pick(in, 5);
	c->stage2_granule = granules[pick(in, ARRAY_SIZE(granules))];
	c->console = pick(in, 2);
	for (uint32_t n = pick(in, 5); n > 0; n--)
		fixture_pass(f, v, f->nodes[pick(in, NR_NODES)].path);
}

/* Schedules and weights, mostly such as can be kept. */
static void vary_schedules(struct input *in, struct fixture *f, struct schedule_config *schedules, struct window_config *windows, uint32_t *cpus)
{
	for (unsigned v = 0; v < f->system.nr_vms; v++)
		f->vms[v].weight = pick(in, 8) ? 1 + pick(in, 3) : pick(in, 200);
	f->system.schedules = schedules;
	f->system.nr_schedules = pick(in, 3);
	for (uint32_t i = 0; i < f->system.nr_schedules; i++) {
		struct schedule_config *s = &schedules[i];
		uint32_t at = 0;

		*s = (struct schedule_config){ .name = "s", .path = "/schedules/s", .cpus = cpus + 2 * i, .nr_cpus = pick(in, 3), .policy = (enum sched_policy)pick(in, 2),
					       .slice = pick(in, 4) ? SYSTEM_SLICE : pick(in, 1u << 24), .windows = windows + 4 * i, .nr_windows = pick(in, 5) };
		for (uint32_t k = 0; k < s->nr_cpus; k++)
			s->cpus[k] = pick(in, 5);
		for (uint32_t k = 0; k < s->nr_windows; k++) {
			at = pick(in, 8) ? at + pick(in, 3) * 100 : pick(in, UINT32_MAX);
			s->windows[k] = (struct window_config){ .vm = pick(in, 4), .start = at, .length = pick(in, 1000) };
			at += s->windows[k].length;
		}
		s->frame = pick(in, 8) ? at : pick(in, UINT32_MAX);
	}
}

static void vary_images(struct input *in, struct fixture *f)
{
	for (unsigned i = 0; i < 4; i++) {
		struct system_image *image = &f->images[i];

		if (pick(in, 2))
			continue;
		image->kind = (enum image_kind)pick(in, 4);
		image->size = pick_size(in) - pick(in, 4096);
		image->has_load = pick(in, 2);
		image->load = pick_address(in);
		image->has_entry = pick(in, 2);
		image->entry = pick_address(in);
		image->arm64_size = pick(in, 4) ? pick_size(in) : pick_address(in);
		image->arm64_offset = pick(in, 4) ? 0 : pick_address(in);
	}
}

/* Tables of a hundred thousand pages would only cost time. */
#define MAX_TABLE_BYTES MIB(16)

static void build(const struct plan_vm *vm)
{
	size_t granule = (size_t)1 << vm->stage2.granule_shift, root = vm->stage2.root_pages * granule;
	size_t size = vm->stage2.table_pages * granule;
	struct arena pool;
	struct pgtable t;

	if (size > MAX_TABLE_BYTES)
		return;

	uint8_t *memory = aligned_alloc(root, align_up(size, root));

	arena_init(&pool, memory, size);
	PLAN_MUST(stage2_build(vm, &pool, &t) == OK && t.table_pages == vm->stage2.table_pages);
	free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct fixture *f = fixture_new();
	struct schedule_config schedules[2];
	struct window_config windows[8];
	uint32_t cpus[4];
	struct plan *plan;
	uint8_t what = (uint8_t)pick(&in, 16);

	f->system.nr_vms = 1 + pick(&in, 3);
	if (what & 1)
		vary_board(&in, f);
	if (what & 2)
		vary_nodes(&in, f);
	if (what & 4)
		vary_images(&in, f);
	for (unsigned v = 0; v < f->system.nr_vms; v++)
		if (what & 8 || pick(&in, 2))
			vary_vm(&in, f, v);
	if (pick(&in, 2))
		vary_schedules(&in, f, schedules, windows, cpus);
	plan = plan_make(&f->in);
	PLAN_MUST((plan == NULL) == (f->findings.count != 0));
	if (plan) {
		plan_fixture_check(plan);
		for (uint32_t v = 0; v < plan->nr_vms; v++)
			build(&plan->vms[v]);
	}
	free(f);
	return 0;
}
