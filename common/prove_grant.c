/* SPDX-License-Identifier: Apache-2.0 */
/* The proof: whether a VM reaches what its plan grants, no more and no less, and whether the plan may grant it. */
#include "common/lib/format.h"
#include "common/prove_internal.h"

#define NORMAL_WB       (UINT64_C(0xf) << 2)
#define DEVICE_nGnRE    (UINT64_C(1) << 2)
#define READ_WRITE      (UINT64_C(3) << 6)
#define READ_ONLY       (UINT64_C(1) << 6)
#define INNER_SHAREABLE (UINT64_C(3) << 8)
#define OUTER_SHAREABLE (UINT64_C(2) << 8) /* what device memory is, whatever SH says (D8.5) */
#define EXECUTE_NEVER   (UINT64_C(2) << 53) /* with FEAT_XNX neither at EL1 nor at EL0; without it bit 54 is XN and 53 RES0 */

/* The one encoding of each kind of region. */
static const uint64_t region_attrs[] = {
	[PLAN_REGION_RAM] = NORMAL_WB | READ_WRITE | INNER_SHAREABLE,
	[PLAN_REGION_PV_TIME] = NORMAL_WB | READ_ONLY | INNER_SHAREABLE | EXECUTE_NEVER,
	[PLAN_REGION_DEVICE] = DEVICE_nGnRE | READ_WRITE | OUTER_SHAREABLE | EXECUTE_NEVER,
};

#define ATTRS_TEXT_LEN 96

/* Stage-2 attributes in words (DDI 0487, D8.4 "Memory access control", D8.5 "Memory region attributes"). */
static const char *attrs_text(char *buf, uint64_t attrs)
{
	static const char *const device[] = {"device nGnRnE", "device nGnRE", "device nGRE", "device GRE"};
	static const char *const access[] = {"no access", "read-only", "write-only", "read-write"};
	static const char *const share[] = {"non-shareable", "reserved shareability", "outer shareable", "inner shareable"};
	static const char *const execute[] = {"executable", "executable at EL0 only", "never executable", "executable at EL1 only"};
	unsigned type = FIELD(attrs, 5, 2);
	const char *memory = "normal not write-back";

	if (type < 4)
		memory = device[type];
	else if (type == 0xf)
		memory = "normal write-back";
	else if (!(type & 3))
		memory = "reserved memory type";

	format_text(buf, ATTRS_TEXT_LEN, "%s, %s, %s, %s", memory, access[FIELD(attrs, 7, 6)], execute[FIELD(attrs, 54, 53)],
		    share[FIELD(attrs, 9, 8)]);
	return buf;
}

#define GICV_PAGE 0x1000 /* without GICV_DIR, which EL2 emulates */

/* The frame's first page, where the guest has its CPU interface: else it is like any other region that nobody was given. */
bool prove_is_gicv_window(const struct prove_walk *w, const struct plan_region *r)
{
	const struct host_gic *gic = &w->plan->host->gic;
	const struct mem_range *gicc = &w->vm->frames.gicc;

	return r->kind == PLAN_REGION_DEVICE && r->node == gic->node && w->vm->gic_version == 2 && w->vm->gic == PLAN_GIC_V2_GICV &&
	       r->ipa.v == gicc->base && r->size == GICV_PAGE && r->pa.v == gic->vcpu.base && r->size <= gic->vcpu.size;
}

#define STOLEN_TIME_BYTES 64 /* of one vCPU (DEN 0057) */

/*
 * Whole pages of what the plan has set aside for them, no more than its vCPUs need. No other VM has the same ones:
 * extent_find_conflicts sees to it.
 */
bool prove_is_pv_time(const struct prove_walk *w, const struct plan_region *r)
{
	const struct mem_range *guest = &w->vm->pv_time, *board = &w->plan->pv_time;
	unsigned shift = w->vm->stage2.granule_shift;
	uint64_t page = shift == 16 ? 0x10000 : 0x1000;

	return r->kind == PLAN_REGION_PV_TIME && r->ipa.v == guest->base && guest->size == (uint64_t)w->vm->nr_vcpus * STOLEN_TIME_BYTES &&
	       r->size == align_up(guest->size, page) && is_aligned(r->pa.v, page) && range_within(r->pa.v, r->size, board->base, board->size);
}

/* What the VM really reaches goes into the search for shared memory, granted or not. */
static void note_piece(struct prove_walk *w, const struct plan_region *r, uint64_t ipa, uint64_t pa, uint64_t size)
{
	enum extent_class class = r && prove_is_gicv_window(w, r) ? EXTENT_GICV_WINDOW : r && prove_is_pv_time(w, r) ? EXTENT_PV_TIME : EXTENT_VM;

	if (!extent_add(w->memory, class, w->name, pa, size, ipa))
		PROVE_FAULT(w, "guest 0x%llx, physical 0x%llx: too many pieces to compare with other VMs", (ull)ipa,
			    (ull)pa);
}

static void report_missing(struct prove_walk *w, const struct plan_region *r, uint64_t offset, uint64_t size)
{
	PROVE_FAULT(w, "guest 0x%llx, %llu bytes: the plan grants it, the tables do not reach it",
		    (ull)(r->ipa.v + offset), (ull)size);
}

static void next_region(struct prove_walk *w)
{
	w->region++;
	w->region_done = 0;
}

/* [ipa, ipa+size) is both reached and granted. */
static void compare_piece(struct prove_walk *w, const struct plan_region *r, const struct prove_run *run, uint64_t pa)
{
	char is[ATTRS_TEXT_LEN], should[ATTRS_TEXT_LEN];
	uint64_t expected = region_attrs[r->kind < ARRAY_SIZE(region_attrs) ? r->kind : PLAN_REGION_DEVICE];

	if (run->pa != pa)
		PROVE_FAULT(w, "guest 0x%llx reaches physical 0x%llx, the plan grants 0x%llx", (ull)run->ipa,
			    (ull)run->pa, (ull)pa);
	if (run->attrs != expected)
		PROVE_FAULT(w, "guest 0x%llx, physical 0x%llx is %s; the plan grants %s", (ull)run->ipa,
			    (ull)run->pa, attrs_text(is, run->attrs), attrs_text(should, expected));
	note_piece(w, r, run->ipa, run->pa, run->size);
}

/* Cuts a run at the borders of regions. */
void prove_take_run(struct prove_walk *w, const struct prove_run *run)
{
	struct prove_run rest = *run;

	while (rest.size) {
		const struct plan_region *r = w->region < w->vm->nr_regions ? &w->vm->regions[w->region] : NULL;
		uint64_t due = r ? r->ipa.v + w->region_done : UINT64_MAX, left = r ? r->size - w->region_done : 0;

		if (r && due < rest.ipa) {
			uint64_t missing = u64_min(left, rest.ipa - due);
			report_missing(w, r, w->region_done, missing);
			w->region_done += missing;
			if (missing == left)
				next_region(w);
			continue;
		}

		struct prove_run piece = rest;
		if (due > rest.ipa) {
			piece.size = u64_min(rest.size, due - rest.ipa);
			PROVE_FAULT(w, "guest 0x%llx reaches physical 0x%llx, %llu bytes, which the plan does not grant",
				    (ull)piece.ipa, (ull)piece.pa, (ull)piece.size);
			note_piece(w, NULL, piece.ipa, piece.pa, piece.size);
		} else {
			piece.size = u64_min(rest.size, left);
			compare_piece(w, r, &piece, r->pa.v + w->region_done);
			w->region_done += piece.size;
			if (piece.size == left)
				next_region(w);
		}
		rest.ipa += piece.size;
		rest.pa += piece.size;
		rest.size -= piece.size;
	}
}

void prove_end_runs(struct prove_walk *w)
{
	for (; w->region < w->vm->nr_regions; next_region(w)) {
		const struct plan_region *r = &w->vm->regions[w->region];
		report_missing(w, r, w->region_done, r->size - w->region_done);
	}
}

static bool owns_node(const struct prove_walk *w, uint32_t node)
{
	for (uint32_t i = 0; i < w->vm->nr_grants; i++)
		if (w->vm->grants[i].node == node && w->vm->grants[i].kind == PLAN_GRANT_OWN)
			return true;
	return false;
}

static bool has_regs_in(const struct host_node *node, const struct plan_region *r)
{
	for (uint32_t i = 0; i < node->nr_regs; i++)
		if (ranges_overlap(r->pa.v, r->size, node->regs[i].base, node->regs[i].size))
			return true;
	return false;
}

static void check_ram_source(struct prove_walk *w, const struct plan_region *r)
{
	const struct host *host = w->plan->host;

	for (uint32_t i = 0; i < host->nr_ram; i++)
		if (range_within(r->pa.v, r->size, host->ram[i].base, host->ram[i].size))
			return;
	PROVE_FAULT(w, "the plan grants 0x%llx, %llu bytes, as RAM, which the board has not got there", (ull)r->pa.v, (ull)r->size);
}

/* A bus that software does not operate (Devicetree Specification v0.4, 4.5): a "reg" of it spans what lies on it. */
static bool is_plain_bus(const struct host_node *node)
{
	return host_node_is_compatible(node, "simple-bus") || host_node_is_compatible(node, "simple-pm-bus");
}

/* Registers are those of a node the VM has for itself, and so is all else that lies in the same pages. */
static void check_device_source(struct prove_walk *w, const struct plan_region *r)
{
	const struct host *host = w->plan->host;

	bool gicv = prove_is_gicv_window(w, r);

	if (!gicv && (r->node >= host->nr_nodes || !owns_node(w, r->node)))
		PROVE_FAULT(w, "the plan grants registers at 0x%llx of a device the VM does not own: %s", (ull)r->pa.v,
			    r->node < host->nr_nodes ? host->nodes[r->node].path : "no node of the board");
	else if (!gicv && !has_regs_in(&host->nodes[r->node], r))
		PROVE_FAULT(w, "the plan grants 0x%llx as registers of %s, which has none there", (ull)r->pa.v,
			    host->nodes[r->node].path);
	for (uint32_t i = 0; i < host->nr_nodes; i++)
		if (host->nodes[i].enabled && i != r->node && !is_plain_bus(&host->nodes[i]) && has_regs_in(&host->nodes[i], r) && !owns_node(w, i))
			PROVE_FAULT(w, "the pages it is granted at 0x%llx hold registers of %s, which it does not own", (ull)r->pa.v,
				    host->nodes[i].path);
}

/* A register frame that EL2 emulates works by not being mapped; GICV works by being mapped in one. */
static void check_region_frames(struct prove_walk *w, const struct plan_region *r)
{
	const struct plan_frames *f = &w->vm->frames;
	const struct mem_range *frames[] = {&f->gicd, &f->gicr, &f->uart, &f->watchdog[0], &f->watchdog[1], &f->gicc};
	unsigned nr = ARRAY_SIZE(frames) - (prove_is_gicv_window(w, r) ? 1 : 0);

	for (unsigned i = 0; i < nr; i++)
		if (ranges_overlap(r->ipa.v, r->size, frames[i]->base, frames[i]->size))
			PROVE_FAULT(w, "guest 0x%llx is mapped, and lies in a register frame at 0x%llx that is emulated",
				    (ull)u64_max(r->ipa.v, frames[i]->base), (ull)frames[i]->base);
}

void prove_check_regions(struct prove_walk *w)
{
	const struct plan_vm *vm = w->vm;
	uint64_t end = 0, ram = 0, asked = 0;
	unsigned pv_time = 0;

	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		const struct plan_region *r = &vm->regions[i];

		if (!r->size || r->ipa.v < end || r->ipa.v + r->size < r->ipa.v)
			PROVE_FAULT(w, "the plan's regions are out of order at guest 0x%llx", (ull)r->ipa.v);
		end = r->ipa.v + r->size;
		ram += r->kind == PLAN_REGION_RAM ? r->size : 0;
		pv_time += r->kind == PLAN_REGION_PV_TIME;
		if (r->kind == PLAN_REGION_RAM)
			check_ram_source(w, r);
		else if (r->kind != PLAN_REGION_PV_TIME)
			check_device_source(w, r);
		else if (!prove_is_pv_time(w, r))
			PROVE_FAULT(w, "the plan grants 0x%llx, %llu bytes at guest 0x%llx, as its stolen-time pages, which they are not", (ull)r->pa.v, (ull)r->size,
				    (ull)r->ipa.v);
		check_region_frames(w, r);
	}
	if (pv_time != w->shares_cpu)
		PROVE_FAULT(w, "%u ranges of stolen-time pages, and its vCPUs %s", pv_time, w->shares_cpu ? "share CPUs: one is due" : "share no CPU");
	for (uint32_t i = 0; i < vm->config->nr_memory; i++)
		asked += vm->config->memory[i].size;
	if (ram != asked)
		PROVE_FAULT(w, "the plan grants %llu bytes of RAM, its memory property says %llu", (ull)ram, (ull)asked);
}
