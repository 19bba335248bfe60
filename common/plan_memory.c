/* SPDX-License-Identifier: Apache-2.0 */
/* The board's RAM: what the system file puts at fixed places is checked, the rest is placed in what nobody has. */
#include "common/lib/format.h"
#include "common/plan_parts.h"

/* ---- Fixed places ---- */

/* Alignment and size of one range, as the file has them. */
static bool check_range(struct plan_work *w, const struct plan_vm *vm, struct plan_memory *m)
{
	uint64_t align = plan_min_align(vm);
	char text[SIZE_TEXT_LEN];

	if (!m->size || !is_aligned(m->size | (m->fixed_ipa ? m->ipa : 0) | (m->fixed_pa ? m->pa : 0), align)) {
		findings_add(w->in->findings, FINDING_PROPERTY_BAD, "%s: memory: address and size of each range must be multiples of %s%s",
			     vm->config->path, format_size(text, align), align == KIB(64) ? ", as stage2-granule is" : "");
		return false;
	}
	if ((m->fixed_ipa && !range_within(m->ipa, m->size, 0, RANGE_LIMIT)) || m->size > RANGE_LIMIT) {
		findings_add(w->in->findings, FINDING_PROPERTY_BAD, "%s: memory: 0x%lx bytes at guest address 0x%lx end beyond the 52-bit address space",
			     vm->config->path, m->size, m->ipa);
		return false;
	}
	if (vm->config->memory_identity && m->fixed_ipa && m->fixed_pa && m->ipa != m->pa) {
		findings_add(w->in->findings, FINDING_PROPERTY_BAD,
			     "%s: memory-identity: memory-address 0x%lx and memory-physical 0x%lx differ: give only one of them, or the same", vm->config->path,
			     m->ipa, m->pa);
		return false;
	}
	return true;
}

/* With memory-identity one address, given, tells the other. */
static void read_range(const struct vm_config *config, const struct memory_config *c, struct plan_memory *m)
{
	*m = (struct plan_memory){ .size = c->size, .ipa = c->ipa, .pa = c->pa, .fixed_ipa = c->has_ipa, .fixed_pa = c->has_pa };
	if (config->memory_identity && m->fixed_ipa != m->fixed_pa) {
		m->ipa = m->pa = m->fixed_ipa ? m->ipa : m->pa;
		m->fixed_ipa = m->fixed_pa = true;
	}
	m->has_ipa = m->fixed_ipa;
	m->has_pa = m->fixed_pa;
}

static bool report_overlap(struct plan_work *w, const struct vm_config *config, const struct plan_memory *m, const char *what,
			   const struct mem_range *other)
{
	char text[SIZE_TEXT_LEN];

	if (!ranges_overlap(m->pa, m->size, other->base, other->size))
		return false;
	findings_add(w->in->findings, FINDING_MEMORY_OVERLAP,
		     "%s: memory: %s at board address 0x%lx overlap %s at 0x%lx (0x%lx bytes): choose another memory-physical, or leave it out",
		     config->path, format_size(text, m->size), m->pa, what, other->base, other->size);
	return true;
}

static bool overlaps_taken(struct plan_work *w, const struct vm_config *config, const struct plan_memory *m)
{
	const struct plan *plan = w->plan;
	const struct host *host = w->in->host;
	bool found = report_overlap(w, config, m, "the hypervisor", &plan->hypervisor);

	found |= report_overlap(w, config, m, "the system file", &plan->system_file);
	found |= report_overlap(w, config, m, "the board's DTB", &plan->host_dtb);
	found |= report_overlap(w, config, m, "the interrupt controller", &host->gic.dist);
	found |= report_overlap(w, config, m, "the interrupt controller", &host->gic.cpu);
	found |= report_overlap(w, config, m, "the interrupt controller", &host->gic.hyp);
	found |= report_overlap(w, config, m, "the interrupt controller", &host->gic.vcpu);
	for (unsigned i = 0; i < host->gic.nr_redist; i++)
		found |= report_overlap(w, config, m, "the interrupt controller", &host->gic.redist[i]);
	for (uint32_t i = 0; i < host->nr_reserved; i++)
		found |= report_overlap(w, config, m, host->reserved[i].path, &host->reserved[i].range);
	return found;
}

/* Against every fixed range before it, of all VMs. */
static bool overlaps_fixed(struct plan_work *w, uint32_t vm, const struct plan_memory *m)
{
	const struct vm_config *config = w->plan->vms[vm].config;
	bool found = false;

	for (uint32_t v = 0; v <= vm; v++) {
		for (uint32_t i = 0; i < w->vms[v].nr_memory; i++) {
			const struct plan_memory *other = &w->vms[v].memory[i];

			if (other == m)
				break;
			if (other->fixed_pa && !other->bad)
				found |= report_overlap(w, config, m, v == vm ? "another range of it" : w->plan->vms[v].config->path,
							&(struct mem_range){ other->pa, other->size });
		}
	}
	return found;
}

static bool on_board(struct plan_work *w, const struct vm_config *config, const struct plan_memory *m)
{
	const struct host *host = w->in->host;
	char text[SIZE_TEXT_LEN];

	for (uint32_t i = 0; i < host->nr_ram; i++) {
		if (!range_within(m->pa, m->size, host->ram[i].base, host->ram[i].size))
			continue;
		if (range_within(m->pa, m->size, 0, PLAN_BOARD_LIMIT))
			return true;
		findings_add(w->in->findings, FINDING_UNSUPPORTED,
			     "%s: memory: %s at board address 0x%lx end beyond 48 address bits, and the hypervisor uses no memory there: choose a lower memory-physical",
			     config->path, format_size(text, m->size), m->pa);
		return false;
	}
	if (host->nr_ram)
		findings_add(w->in->findings, FINDING_MEMORY_MISSING,
			     "%s: memory: the board has no RAM for %s at 0x%lx: its %s begins at 0x%lx with 0x%lx bytes", config->path,
			     format_size(text, m->size), m->pa, host->nr_ram > 1 ? "first memory" : "memory", host->ram[0].base, host->ram[0].size);
	else
		findings_add(w->in->findings, FINDING_MEMORY_MISSING, "%s: memory: the board's DTB tells of no RAM at all", config->path);
	return false;
}

static enum err check_fixed(struct plan_work *w, uint32_t vm, struct plan_memory *m)
{
	const struct vm_config *config = w->plan->vms[vm].config;

	m->bad = !check_range(w, &w->plan->vms[vm], m);
	if (m->bad || !m->fixed_pa)
		return OK;
	/* One after the other without a shortcut, so that all are told. */
	m->bad |= !on_board(w, config, m);
	m->bad |= overlaps_taken(w, config, m);
	m->bad |= overlaps_fixed(w, vm, m);
	if (m->bad)
		return OK;
	return range_set_remove(&w->ram, m->pa, m->size) ? plan_no_memory(w) : OK;
}

/* ---- What the board has ---- */

static enum err ram_remove(struct plan_work *w, const struct mem_range *r)
{
	if (!r->size || r->base >= RANGE_LIMIT)
		return OK;

	uint64_t base = align_down(r->base, PLAN_PAGE);
	uint64_t end = align_up(r->base + u64_min(r->size, RANGE_LIMIT - r->base), PLAN_PAGE);

	return range_set_remove(&w->ram, base, end - base);
}

static enum err ram_init(struct plan_work *w, uint32_t nr_ranges)
{
	const struct host *host = w->in->host;
	const struct host_gic *gic = &host->gic;
	const struct mem_range taken[] = { w->plan->hypervisor, w->plan->system_file, w->plan->host_dtb, gic->dist, gic->cpu, gic->hyp, gic->vcpu };
	uint32_t max = host->nr_ram + host->nr_reserved + (uint32_t)ARRAY_SIZE(taken) + gic->nr_redist + nr_ranges + 1;
	enum err e = range_set_init(&w->ram, w->in->arena, max);

	if (!e)
		e = range_set_init(&w->trial, w->in->arena, max);
	for (uint32_t i = 0; i < host->nr_ram && !e; i++) {
		uint64_t base = u64_min(host->ram[i].base, PLAN_BOARD_LIMIT);
		uint64_t end = align_down(base + u64_min(host->ram[i].size, PLAN_BOARD_LIMIT - base), PLAN_PAGE);

		base = align_up(base, PLAN_PAGE);
		if (base < end)
			e = range_set_add(&w->ram, base, end - base);
	}
	for (uint32_t i = 0; i < host->nr_reserved && !e; i++)
		e = ram_remove(w, &host->reserved[i].range);
	/* The interrupt controller, too: a DTB may say that RAM is there as well, and GICV is mapped into VMs. */
	for (unsigned i = 0; i < ARRAY_SIZE(taken) && !e; i++)
		e = ram_remove(w, &taken[i]);
	for (unsigned i = 0; i < gic->nr_redist && !e; i++)
		e = ram_remove(w, &gic->redist[i]);
	return e == ERR_NO_MEMORY ? plan_no_memory(w) : OK;
}

/* The devices that passthrough_resolve left in vm->regions get company: one region for each range of memory. */
static enum err vm_init(struct plan_work *w, uint32_t n)
{
	struct plan_vm *vm = &w->plan->vms[n];
	struct plan_vm_work *vw = &w->vms[n];

	vw->nr_devices = vm->nr_regions;
	vw->devices = vm->regions;
	vw->nr_memory = vm->config->nr_memory;
	vw->memory = ARENA_ARRAY(w->in->arena, struct plan_memory, vw->nr_memory);
	vm->regions = ARENA_ARRAY(w->in->arena, struct plan_region, (size_t)vw->nr_devices + vw->nr_memory + 2); /* 2: GICV, stolen time */
	vm->nr_regions = 0;
	/* Each device, range and frame taken out of the space can leave one more gap. */
	if (!vw->memory || !vm->regions || range_set_init(&vw->space, w->in->arena, vw->nr_devices + vw->nr_memory + PLAN_MAX_FRAMES + 1))
		return plan_no_memory(w);
	for (uint32_t i = 0; i < vw->nr_memory; i++)
		read_range(vm->config, &vm->config->memory[i], &vw->memory[i]);
	if (vw->nr_memory > PLAN_MAX_RAM)
		findings_add(w->in->findings, FINDING_UNSUPPORTED, "%s: memory: %u ranges are more than a VM can have (%d)", vm->config->path, vw->nr_memory,
			     PLAN_MAX_RAM);
	if (!vw->nr_memory && !plan_found(w))
		findings_add(w->in->findings, FINDING_PROPERTY_MISSING, "%s: memory: the VM has none: add memory = <size>", vm->config->path);
	return OK;
}

enum err plan_memory_prepare(struct plan_work *w)
{
	struct plan *plan = w->plan;
	uint32_t nr_ranges = 0;
	enum err e = OK;

	for (uint32_t v = 0; v < plan->nr_vms && !e; v++) {
		nr_ranges += plan->vms[v].config->nr_memory;
		e = vm_init(w, v);
	}
	if (!e)
		e = ram_init(w, nr_ranges);
	for (uint32_t v = 0; v < plan->nr_vms && !e; v++) {
		for (uint32_t i = 0; i < w->vms[v].nr_memory && !e; i++)
			e = check_fixed(w, v, &w->vms[v].memory[i]);
		plan_guest_check(w, v);
		if (!e && !plan->vms[v].config->memory_identity)
			e = plan_guest_layout(w, v);
	}
	return e;
}

/* ---- The rest ---- */

/*
 * The block and contiguous-run sizes of both granules (Arm ARM DDI 0487, D8.3, D8.7): IPA and PA congruent modulo these allow large mappings.
 * 16 GiB is a run of 1 GiB blocks, and one of 512 MiB blocks.
 */
static const uint64_t alignments[] = { GIB(16), GIB(1), MIB(512), MIB(32), MIB(2), KIB(64), KIB(4) };

static enum err place_range(struct plan_work *w, const struct plan_vm *vm, struct plan_memory *m, unsigned first, bool *placed)
{
	*placed = false;
	for (unsigned i = first; i < ARRAY_SIZE(alignments) && !*placed; i++) {
		uint64_t align = alignments[i];
		struct range_search what = { .to = RANGE_LIMIT, .size = m->size, .align = align };

		if (align > m->size && align > plan_min_align(vm))
			continue;
		if (align < plan_min_align(vm))
			break;
		if (m->has_ipa)
			what.offset = m->ipa & (align - 1);
		*placed = range_set_find(&w->trial, &what, &m->pa);
	}
	if (!*placed)
		return OK;
	m->has_pa = true;
	if (vm->config->memory_identity)
		m->ipa = m->pa;
	m->has_ipa = true;
	return range_set_remove(&w->trial, m->pa, m->size) ? plan_no_memory(w) : OK;
}

static void report_exhausted(struct plan_work *w, const struct plan_vm *vm, struct plan_memory *m)
{
	char wanted[SIZE_TEXT_LEN], left[SIZE_TEXT_LEN], largest[SIZE_TEXT_LEN];
	uint64_t unit = m->size < MIB(1) ? KIB(4) : MIB(1); /* what is said to be left is rounded down to what a reader can use */

	m->bad = true;
	findings_add(w->in->findings, FINDING_MEMORY_EXHAUSTED,
		     "%s: memory: %s are wanted, but of the board's RAM %s are left, at most %s in one piece: reduce memory, here or in another VM",
		     vm->config->path, format_size(wanted, m->size), format_size(left, align_down(range_set_total(&w->trial), unit)),
		     format_size(largest, align_down(range_set_largest(&w->trial), unit)));
}

/* The largest range without a place, of the memory-identity VMs or of the others: large ones first leave fewer holes. */
static struct plan_memory *next_range(struct plan_work *w, bool identity, uint32_t *vm)
{
	struct plan_memory *largest = NULL;

	for (uint32_t v = 0; v < w->plan->nr_vms; v++) {
		if (w->plan->vms[v].config->memory_identity != identity)
			continue;
		for (uint32_t i = 0; i < w->vms[v].nr_memory; i++) {
			struct plan_memory *m = &w->vms[v].memory[i];

			if (m->bad || m->has_pa || (largest && largest->size >= m->size))
				continue;
			largest = m;
			*vm = v;
		}
	}
	return largest;
}

/* ERR_RANGE: something found no place, and if `last`, that is a finding. */
static enum err place_ranges(struct plan_work *w, bool identity, unsigned first, bool last)
{
	struct plan_memory *m;
	uint32_t vm = 0;
	enum err e = OK;

	while ((m = next_range(w, identity, &vm)) != NULL) {
		bool placed;

		if (place_range(w, &w->plan->vms[vm], m, first, &placed))
			return ERR_NO_MEMORY;
		if (placed)
			continue;
		if (!last)
			return ERR_RANGE;
		report_exhausted(w, &w->plan->vms[vm], m);
		e = ERR_RANGE;
	}
	return e;
}

static void add_region(struct plan_vm *vm, const struct plan_region *r)
{
	uint32_t at = vm->nr_regions++;

	for (; at > 0 && vm->regions[at - 1].ipa.v > r->ipa.v; at--)
		vm->regions[at] = vm->regions[at - 1];
	vm->regions[at] = *r;
}

/* Banked by CPU: every VM may have it. */
static void fill_gicv(struct plan_work *w, struct plan_vm *vm)
{
	const struct host_gic *gic = &w->in->host->gic;
	pa_t window;

	if (vm->gic == PLAN_GIC_V2_GICV && plan_gicv_window(gic, &window))
		add_region(vm, &(struct plan_region){ PLAN_REGION_DEVICE, ipa_make(vm->frames.gicc.base), window, PLAN_PAGE, gic->node });
}

static void fill_regions(struct plan_work *w, uint32_t n)
{
	struct plan_vm_work *vw = &w->vms[n];
	struct plan_vm *vm = &w->plan->vms[n];

	vm->nr_regions = 0;
	for (uint32_t i = 0; i < vw->nr_devices; i++)
		add_region(vm, &vw->devices[i]);
	for (uint32_t i = 0; i < vw->nr_memory; i++) {
		const struct plan_memory *m = &vw->memory[i];

		if (!m->bad && m->has_pa)
			add_region(vm, &(struct plan_region){ PLAN_REGION_RAM, ipa_make(m->ipa), pa_make(m->pa), m->size, HOST_NO_NODE });
	}
	fill_gicv(w, vm);
	/* Its size follows from the granule (plan_stage2.c), its place on the board from the pool's. */
	if (vm->pv_time.size)
		add_region(vm, &(struct plan_region){ PLAN_REGION_PV_TIME, ipa_make(vm->pv_time.base), pa_make(0), 0, HOST_NO_NODE });
}

static enum err place_pool(struct plan_work *w, bool last)
{
	struct plan *plan = w->plan;
	char wanted[SIZE_TEXT_LEN], largest[SIZE_TEXT_LEN];

	plan->pool.size = plan_pool_size(plan);
	if (plan_pool_find(plan, &w->trial, plan->pool.size, &plan->pool.base)) {
		plan_pool_place_pv_time(plan);
		return OK;
	}
	if (last)
		findings_add(w->in->findings, FINDING_MEMORY_EXHAUSTED,
			     "the hypervisor itself needs %s for stacks and translation tables, and the VMs leave %s in one piece: reduce the memory of a VM",
			     format_size(wanted, plan->pool.size), format_size(largest, range_set_largest(&w->trial)));
	return ERR_RANGE;
}

/* Before an attempt: what an earlier one placed has no place again. */
static void forget_places(struct plan_work *w)
{
	range_set_copy(&w->trial, &w->ram);
	for (uint32_t v = 0; v < w->plan->nr_vms; v++) {
		for (uint32_t i = 0; i < w->vms[v].nr_memory; i++) {
			struct plan_memory *m = &w->vms[v].memory[i];

			m->has_pa = m->fixed_pa;
			if (w->plan->vms[v].config->memory_identity)
				m->has_ipa = m->fixed_ipa;
		}
	}
}

/*
 * One attempt, with nothing aligned to more than alignments[first]. Memory-identity VMs come first: their guest addresses follow from
 * their places, and low addresses are those that most bus masters reach.
 */
static enum err place_all(struct plan_work *w, unsigned first, bool last)
{
	struct plan *plan = w->plan;
	enum err e, others;

	forget_places(w);
	e = place_ranges(w, true, first, last);
	if (e && !last)
		return e;
	others = place_ranges(w, false, first, last);
	e = e ? e : others;
	if (e && !last)
		return e;
	for (uint32_t v = 0; v < plan->nr_vms && e != ERR_NO_MEMORY; v++) {
		enum err here = plan->vms[v].config->memory_identity ? plan_guest_layout(w, v) : OK;

		fill_regions(w, v);
		if (!here)
			here = plan_stage2_choose(w, &plan->vms[v]);
		e = here ? here : e;
	}
	return e ? e : place_pool(w, last);
}

enum err plan_memory_place(struct plan_work *w)
{
	unsigned before = w->in->findings->count;
	enum err e = ERR_RANGE;

	/* What fits only when placed tightly is placed tightly: with smaller blocks and more tables rather than not at all. */
	for (unsigned first = 0; first < ARRAY_SIZE(alignments) && e == ERR_RANGE && w->in->findings->count == before; first++)
		e = place_all(w, first, first == ARRAY_SIZE(alignments) - 1);
	return e == ERR_NO_MEMORY ? e : OK;
}
