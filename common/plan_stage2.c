/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's stage 2: granule, size of its address space, levels, and how many table pages that takes. */
#include "arch/arm64/pgtable.h"
#include "common/lib/format.h"
#include "common/lib/string.h"
#include "common/plan_parts.h"

static const char *keep_text(struct plan_work *w, const char *text)
{
	return arena_strndup(w->in->arena, text, strlen(text));
}

/* A region that does not fill whole 64 KiB frames, and what else lies in those it would take. */
struct oddity {
	const struct plan_region *region; /* NULL: there is none */
	const char *neighbour;            /* a node's path, or what it is; NULL: nothing that the board's DTB tells of */
	bool fixed;                       /* it cannot be widened to whole frames */
};

static bool has_regs_in(const struct host_node *n, uint64_t base, uint64_t size)
{
	for (uint32_t i = 0; i < n->nr_regs; i++)
		if (ranges_overlap(base, size, n->regs[i].base, n->regs[i].size))
			return true;
	return false;
}

/* A bus above the VM's devices, or another description of one of them. */
static bool is_around_own(const struct plan_work *w, const struct plan_vm *vm, const struct host_node *n)
{
	for (uint32_t i = 0; i < w->in->host->nr_nodes; i++) {
		const struct host_node *own = &w->in->host->nodes[i];

		for (uint32_t j = 0; j < own->nr_regs && w->owner[i] == vm->id; j++)
			if (has_regs_in(n, own->regs[j].base, own->regs[j].size))
				return true;
	}
	return false;
}

/*
 * What else lies in the 64 KiB frames around registers: RAM, or registers of a node that is not the VM's. A disabled one counts: it is there all
 * the same, and nobody said that this VM may operate it.
 */
static const char *find_neighbour(const struct plan_work *w, const struct plan_vm *vm, const struct plan_region *r)
{
	const struct host *host = w->in->host;
	uint64_t base = align_down(r->pa.v, KIB(64)), size = align_up(r->pa.v + r->size, KIB(64)) - base;

	for (uint32_t i = 0; i < host->nr_nodes; i++)
		if (w->owner[i] != vm->id && has_regs_in(&host->nodes[i], base, size) && !is_around_own(w, vm, &host->nodes[i]))
			return host->nodes[i].path;
	for (uint32_t i = 0; i < host->nr_ram; i++)
		if (ranges_overlap(base, size, host->ram[i].base, host->ram[i].size))
			return "the board's RAM";
	return NULL;
}

/* The first region that makes 64 KiB impossible, or else the first that only wider mappings would allow. */
static struct oddity find_oddity(const struct plan_work *w, const struct plan_vm *vm)
{
	struct oddity first = { NULL, NULL, false };

	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		struct oddity o = { &vm->regions[i], NULL, true };

		if (is_aligned(o.region->ipa.v | o.region->pa.v | o.region->size, KIB(64)) || o.region->kind == PLAN_REGION_PV_TIME)
			continue;
		/* RAM is as large as the file says, and GICV is two pages of 4 KiB wherever it lies (plan_gic.c). */
		if (o.region->kind == PLAN_REGION_RAM || o.region->node == w->in->host->gic.node)
			return o;
		o.neighbour = find_neighbour(w, vm, o.region);
		o.fixed = o.neighbour || !w->in->granule64_ok;
		if (o.fixed)
			return o;
		if (!first.region)
			first = o;
	}
	return first;
}

static const char *odd_text(struct plan_work *w, const struct oddity *o)
{
	const struct plan_region *r = o->region;
	char text[320], size[SIZE_TEXT_LEN];

	format_size(size, r->size);
	if (r->kind == PLAN_REGION_RAM)
		format_text(text, sizeof(text), "memory at guest address 0x%lx, board address 0x%lx (%s) does not fill whole 64 KiB frames", r->ipa.v, r->pa.v,
			    size);
	else if (o->neighbour)
		format_text(text, sizeof(text), "%s at 0x%lx (%s) shares its 64 KiB frames with %s", w->in->host->nodes[r->node].path, r->pa.v, size,
			    o->neighbour);
	else
		format_text(text, sizeof(text), "%s at 0x%lx (%s) does not fill whole 64 KiB frames%s", w->in->host->nodes[r->node].path, r->pa.v, size,
			    o->fixed ? "" : "; stage2-granule = <65536> would map them whole");
	return keep_text(w, text);
}

/*
 * "auto" takes 64 KiB only when every region begins and ends on such a frame, so that nothing but what was granted lies in a mapped
 * frame. Emulated frames and regions are disjoint, so none can lie in a frame that an aligned region fills.
 */
static enum err choose_auto(struct plan_work *w, struct plan_vm *vm)
{
	struct oddity odd = find_oddity(w, vm);

	vm->stage2.granule_shift = odd.region || !w->in->granule64_ok ? 12 : 16;
	if (odd.region)
		vm->stage2.granule_reason = odd_text(w, &odd);
	else
		vm->stage2.granule_reason = w->in->granule64_ok ? "all memory and registers of the VM fill whole 64 KiB frames"
								: "a CPU of the board has no 64 KiB granule at stage 2";
	return vm->stage2.granule_reason ? OK : plan_no_memory(w);
}

/* Neighbours that are in use were found when the registers were widened (passthrough/resources.c); the others are found here. */
static enum err check_forced64(struct plan_work *w, const struct plan_vm *vm)
{
	enum err e = OK;

	if (!w->in->granule64_ok) {
		findings_add(w->in->findings, FINDING_UNSUPPORTED,
			     "%s: stage2-granule: a CPU of the board has no 64 KiB granule at stage 2: use <4096> or leave it out", vm->config->path);
		return ERR_UNSUPPORTED;
	}
	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		const struct plan_region *r = &vm->regions[i];
		const char *neighbour = r->kind == PLAN_REGION_DEVICE ? find_neighbour(w, vm, r) : NULL;

		if (!neighbour || r->node == w->in->host->gic.node) /* GICV: plan_gic.c has told */
			continue;
		findings_add(w->in->findings, FINDING_DEVICE_PAGE_SHARED,
			     "%s: stage2-granule: the 64 KiB frames of %s at 0x%lx hold %s too: use <4096> or leave it out", vm->config->path,
			     w->in->host->nodes[r->node].path, r->pa.v, neighbour);
		e = ERR_UNSUPPORTED;
	}
	return e;
}

static enum err choose_granule(struct plan_work *w, struct plan_vm *vm)
{
	switch (vm->config->stage2_granule) {
	case 0:
		return choose_auto(w, vm);
	case KIB(4):
		vm->stage2.granule_shift = 12;
		vm->stage2.granule_reason = "stage2-granule = <4096>";
		return OK;
	case KIB(64):
		vm->stage2.granule_shift = 16;
		vm->stage2.granule_reason = "stage2-granule = <65536>";
		return check_forced64(w, vm);
	default:
		findings_add(w->in->findings, FINDING_PROPERTY_BAD, "%s: stage2-granule: %u is neither 4096 nor 65536", vm->config->path,
			     vm->config->stage2_granule);
		return ERR_UNSUPPORTED;
	}
}

/* 32 bits at least: a guest expects an access to a hole below 4 GiB to fault as any other hole does. */
static unsigned ipa_bits(const struct plan_vm *vm)
{
	const struct plan_frames *f = &vm->frames;
	const struct mem_range *frames[] = { &f->gicd, &f->gicr, &f->gicc, &f->uart, &f->watchdog[0], &f->watchdog[1] };
	uint64_t end = 0;
	unsigned bits = 32;

	for (unsigned i = 0; i < ARRAY_SIZE(frames); i++)
		end = u64_max(end, frames[i]->base + frames[i]->size);
	if (vm->nr_regions)
		end = u64_max(end, vm->regions[vm->nr_regions - 1].ipa.v + vm->regions[vm->nr_regions - 1].size);
	while (end > BIT(bits)) /* end is at most RANGE_LIMIT */
		bits++;
	return bits;
}

static uint64_t pv_time_size(const struct plan_vm *vm, const struct plan_stage2 *s2)
{
	return align_up(vm->pv_time.size, BIT(s2->granule_shift));
}

/* The regions as maps. Registers are widened to frames of that size, and those in one frame are one map. */
static unsigned make_maps(const struct plan_vm *vm, uint64_t frame, const struct plan_stage2 *s2, struct pgtable_map_request *maps)
{
	bool before_is_device = false;
	unsigned nr = 0;

	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		const struct plan_region *r = &vm->regions[i];
		bool is_device = r->kind == PLAN_REGION_DEVICE;
		uint64_t wider = is_device ? frame : 1, size = r->kind == PLAN_REGION_PV_TIME ? pv_time_size(vm, s2) : r->size;
		uint64_t ia = align_down(r->ipa.v, wider), end = align_up(r->ipa.v + size, wider);

		if (nr && is_device && before_is_device && ia < maps[nr - 1].ia + maps[nr - 1].size)
			maps[nr - 1].size = u64_max(end, maps[nr - 1].ia + maps[nr - 1].size) - maps[nr - 1].ia;
		else
			maps[nr++] = (struct pgtable_map_request){ ia, align_down(r->pa.v, wider), end - ia };
		before_is_device = is_device;
	}
	return nr;
}

/* Fills in what follows from the granule. frame: what registers are widened to; 1: not at all. */
static enum err measure(struct plan_work *w, const struct plan_vm *vm, uint64_t frame, struct plan_stage2 *s2)
{
	struct pgtable_map_request *maps = ARENA_ARRAY(w->in->arena, struct pgtable_map_request, vm->nr_regions);
	enum err e;

	if (!maps)
		return ERR_NO_MEMORY;
	s2->ipa_bits = ipa_bits(vm);
	e = pgtable_geometry(PGTABLE_STAGE2, s2->granule_shift, s2->ipa_bits, &s2->start_level, &s2->root_pages);
	/* Overlapping or misaligned regions cannot be counted; a finding told of them. */
	if (!e && !plan_found(w))
		e = pgtable_count(PGTABLE_STAGE2, s2->granule_shift, s2->ipa_bits, maps, make_maps(vm, frame, s2, maps), &s2->table_pages);
	return e;
}

/* For comparison only: the granule that was not chosen. */
static enum err measure_other(struct plan_work *w, struct plan_vm *vm)
{
	struct oddity odd = find_oddity(w, vm);
	enum err e;

	vm->stage2_other = (struct plan_stage2){ .granule_shift = vm->stage2.granule_shift == 12 ? 16 : 12 };
	if (vm->stage2_other.granule_shift == 16 && (odd.fixed || !w->in->granule64_ok))
		return OK;
	e = measure(w, vm, BIT(vm->stage2_other.granule_shift), &vm->stage2_other);
	if (e && e != ERR_NO_MEMORY)
		vm->stage2_other.table_pages = 0;
	return e == ERR_NO_MEMORY ? e : OK;
}

enum err plan_stage2_choose(struct plan_work *w, struct plan_vm *vm)
{
	struct plan_stage2 *s2 = &vm->stage2;
	enum err e = choose_granule(w, vm);

	if (e)
		return e;
	for (uint32_t i = 0; i < vm->nr_regions; i++)
		if (vm->regions[i].kind == PLAN_REGION_PV_TIME)
			vm->regions[i].size = pv_time_size(vm, s2);
	e = measure(w, vm, 1, s2);
	if (!e)
		e = measure_other(w, vm);
	if (e == ERR_NO_MEMORY)
		return plan_no_memory(w);
	if (e && !plan_found(w))
		findings_add(w->in->findings, FINDING_UNSUPPORTED, "%s: memory: no stage-2 translation of %u address bits in the %u KiB granule can map it: %s",
			     vm->config->path, s2->ipa_bits, 1u << (s2->granule_shift - 10), err_text(e));
	if (e)
		return ERR_UNSUPPORTED;
	if (w->in->pa_bits && s2->ipa_bits > w->in->pa_bits) {
		findings_add(w->in->findings, FINDING_UNSUPPORTED,
			     "%s: memory: its guest addresses have up to %u bits, and stage 2 translates no more than the CPU's physical addresses have (%u): choose a lower memory-address",
			     vm->config->path, s2->ipa_bits, w->in->pa_bits);
		return ERR_UNSUPPORTED;
	}
	return OK;
}
