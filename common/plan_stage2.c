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

/*
 * "auto" takes 64 KiB only when every region begins and ends on such a frame, so that nothing but what was granted lies in a mapped
 * frame. Emulated frames and regions are disjoint, so none can lie in a frame that an aligned region fills.
 */
static const struct plan_region *odd_region(const struct plan_vm *vm)
{
	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		const struct plan_region *r = &vm->regions[i];

		if (!is_aligned(r->ipa.v | r->pa.v | r->size, KIB(64)))
			return r;
	}
	return NULL;
}

static enum err choose_auto(struct plan_work *w, struct plan_vm *vm)
{
	const struct plan_region *odd = odd_region(vm);
	char text[160], size[SIZE_TEXT_LEN];

	vm->stage2.granule_shift = odd || !w->in->granule64_ok ? 12 : 16;
	if (!odd && w->in->granule64_ok) {
		vm->stage2.granule_reason = "all memory and registers of the VM fill whole 64 KiB frames";
	} else if (!odd) {
		vm->stage2.granule_reason = "a CPU of the board has no 64 KiB granule at stage 2";
	} else {
		if (odd->kind == PLAN_REGION_DEVICE)
			format_text(text, sizeof(text), "%s at 0x%lx (%s) does not fill whole 64 KiB frames", w->in->host->nodes[odd->node].path,
				    odd->pa.v, format_size(size, odd->size));
		else
			format_text(text, sizeof(text), "memory at guest address 0x%lx, board address 0x%lx (%s) does not fill whole 64 KiB frames",
				    odd->ipa.v, odd->pa.v, format_size(size, odd->size));
		vm->stage2.granule_reason = keep_text(w, text);
	}
	return vm->stage2.granule_reason ? OK : plan_no_memory(w);
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
		if (w->in->granule64_ok)
			return OK;
		findings_add(w->in->findings, FINDING_UNSUPPORTED,
			     "%s: stage2-granule: a CPU of the board has no 64 KiB granule at stage 2: use <4096> or leave it out", vm->config->path);
		return ERR_UNSUPPORTED;
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
	while (end > BIT(bits)) /* end is at most 2^48 */
		bits++;
	return bits;
}

static enum err count_tables(struct plan_work *w, struct plan_vm *vm)
{
	struct plan_stage2 *s2 = &vm->stage2;
	struct pgtable_map_request *maps = ARENA_ARRAY(w->in->arena, struct pgtable_map_request, vm->nr_regions);

	if (!maps)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < vm->nr_regions; i++)
		maps[i] = (struct pgtable_map_request){ vm->regions[i].ipa.v, vm->regions[i].pa.v, vm->regions[i].size };
	return pgtable_count(PGTABLE_STAGE2, s2->granule_shift, s2->ipa_bits, maps, vm->nr_regions, &s2->table_pages);
}

enum err plan_stage2_choose(struct plan_work *w, struct plan_vm *vm)
{
	struct plan_stage2 *s2 = &vm->stage2;
	enum err e = choose_granule(w, vm);

	if (e)
		return e;
	s2->ipa_bits = ipa_bits(vm);
	e = pgtable_geometry(PGTABLE_STAGE2, s2->granule_shift, s2->ipa_bits, &s2->start_level, &s2->root_pages);
	/* Overlapping or misaligned regions cannot be counted; a finding told of them. */
	if (!e && !plan_found(w))
		e = count_tables(w, vm);
	if (e == ERR_NO_MEMORY)
		return plan_no_memory(w);
	if (e && !plan_found(w))
		findings_add(w->in->findings, FINDING_UNSUPPORTED, "%s: memory: no stage-2 translation of %u address bits in the %u KiB granule can map it: %s",
			     vm->config->path, s2->ipa_bits, 1u << (s2->granule_shift - 10), err_text(e));
	return e ? ERR_UNSUPPORTED : OK;
}
