/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof: no node of the board and no stream ID has two VMs, and what a VM may ask firmware for is what its own nodes refer to. It
 * reads struct host itself and knows nothing of how the planner came to its result.
 */
#include "common/prove_internal.h"

struct devices {
	const struct plan *plan;
	const struct prove_vm *vms;
	struct findings *findings;
};

#define FAIL(d, ...) findings_add((d)->findings, FINDING_PROOF_FAILED, __VA_ARGS__)

static const char *name_of(const struct devices *d, uint32_t vm)
{
	return d->plan->vms[vm].config->name;
}

static bool has_as(const struct plan_vm *vm, uint32_t node, enum plan_grant_kind kind)
{
	for (uint32_t i = 0; i < vm->nr_grants; i++)
		if (vm->grants[i].node == node && vm->grants[i].kind == kind)
			return true;
	return false;
}

/* ---- Nodes ---- */

static void check_nodes(const struct devices *d)
{
	const struct host *host = d->plan->host;

	for (uint32_t n = 0; n < host->nr_nodes; n++) {
		uint32_t owner = PLAN_NO_VM;

		for (uint32_t v = 0; v < d->plan->nr_vms; v++) {
			if (!has_as(&d->plan->vms[v], n, PLAN_GRANT_OWN))
				continue;
			if (owner != PLAN_NO_VM)
				FAIL(d, "VM %s and VM %s both operate %s", name_of(d, owner), name_of(d, v), host->nodes[n].path);
			owner = v;
		}
	}
}

/* ---- Stream IDs ---- */

/* Whether a stream ID matches both: an entry is a run of IDs, or all those that agree with one but for the bits of a mask. */
static bool streams_meet(const struct host_stream *a, const struct host_stream *b)
{
	uint64_t from = a->id > b->id ? a->id : b->id;

	if (a->iommu != b->iommu)
		return false;
	if (a->count == 1 && b->count == 1)
		return ((a->id ^ b->id) & ~(a->mask | b->mask)) == 0;
	if (!a->mask && !b->mask)
		return from < (uint64_t)a->id + a->count && from < (uint64_t)b->id + b->count;

	const struct host_stream *run = a->count > 1 ? a : b, *one = run == a ? b : a;

	for (uint32_t i = 0; i < run->count; i++)
		if ((((run->id + i) ^ one->id) & ~one->mask) == 0)
			return true;
	return false;
}

static void check_node_streams(const struct devices *d, uint32_t a, uint32_t node_a, uint32_t b, uint32_t node_b)
{
	const struct host_node *x = &d->plan->host->nodes[node_a], *y = &d->plan->host->nodes[node_b];

	for (uint32_t i = 0; i < x->nr_streams; i++)
		for (uint32_t j = 0; j < y->nr_streams; j++)
			if (streams_meet(&x->streams[i], &y->streams[j]))
				FAIL(d, "VM %s (%s) and VM %s (%s) both have stream ID 0x%x of %s", name_of(d, a), x->path, name_of(d, b), y->path,
				     y->streams[j].id, d->plan->host->nodes[y->streams[j].iommu].path);
}

static void check_streams(const struct devices *d)
{
	const struct plan *plan = d->plan;

	for (uint32_t a = 0; a < plan->nr_vms; a++)
		for (uint32_t b = a + 1; b < plan->nr_vms; b++)
			for (uint32_t i = 0; i < plan->vms[a].nr_grants; i++)
				for (uint32_t j = 0; j < plan->vms[b].nr_grants; j++)
					if (plan->vms[a].grants[i].kind == PLAN_GRANT_OWN && plan->vms[b].grants[j].kind == PLAN_GRANT_OWN)
						check_node_streams(d, a, plan->vms[a].grants[i].node, b, plan->vms[b].grants[j].node);
}

/* ---- Firmware ---- */

/* How calls number what a reference to such a node names (bindings xlnx,zynqmp-firmware and its parts; dt-bindings/reset, power, clock). */
static const struct numbering { const char *compatible; enum firmware_object object; uint32_t first; } numberings[] = {
	{"xlnx,zynqmp-clk", FIRMWARE_CLOCK, 0}, {"xlnx,versal-clk", FIRMWARE_CLOCK, 0},
	{"xlnx,zynqmp-reset", FIRMWARE_RESET, 1000}, {"xlnx,versal-reset", FIRMWARE_RESET, 0},
	{"xlnx,zynqmp-firmware", FIRMWARE_POWER, 0}, {"xlnx,versal-firmware", FIRMWARE_POWER, 0},
};

static bool ref_names(const struct host *host, const struct host_ref *ref, const struct firmware_right *r)
{
	for (unsigned i = 0; i < ARRAY_SIZE(numberings); i++)
		if (numberings[i].object == r->object && ref->nr_args && host_node_is_compatible(&host->nodes[ref->node], numberings[i].compatible))
			return numberings[i].first + ref->args[0] == r->id;
	return false;
}

static bool node_needs(const struct host *host, uint32_t node, const struct firmware_right *r)
{
	const struct host_node *n = &host->nodes[node];

	if (r->object == FIRMWARE_SCMI)
		return n->smc_id == r->id && host_node_is_compatible(n, "arm,scmi-smc");
	for (uint32_t i = 0; i < n->nr_refs; i++)
		if (ref_names(host, &n->refs[i], r))
			return true;
	return false;
}

static const char *const object_names[] = {"clock", "reset", "node", "SCMI channel"};

static void check_right(const struct devices *d, uint32_t vm, const struct firmware_right *r)
{
	const struct host *host = d->plan->host;
	const struct plan_vm *v = &d->plan->vms[vm];
	bool needed = false;

	if (r->object >= ARRAY_SIZE(object_names) || r->shared > 1) {
		FAIL(d, "VM %s: a right to firmware's object %u is none that there is", name_of(d, vm), r->object);
		return;
	}
	for (uint32_t n = 0; n < host->nr_nodes; n++) {
		bool own = has_as(v, n, PLAN_GRANT_OWN);

		if (!host->nodes[n].enabled || !node_needs(host, n, r))
			continue;
		needed = needed || own || has_as(v, n, PLAN_GRANT_COPY);
		if (!own && !r->shared)
			FAIL(d, "VM %s may turn off firmware's %s %u, which %s needs too", name_of(d, vm), object_names[r->object], r->id,
			     host->nodes[n].path);
	}
	if (!needed)
		FAIL(d, "VM %s may ask firmware for %s %u, which no node of it needs", name_of(d, vm), object_names[r->object], r->id);
}

static bool is_planned(const struct plan_vm *vm, const struct firmware_right *r)
{
	for (uint32_t i = 0; i < vm->nr_firmware; i++)
		if ((uint32_t)vm->firmware[i].object == r->object && vm->firmware[i].id == r->id && vm->firmware[i].shared == r->shared)
			return true;
	return false;
}

static void check_firmware(const struct devices *d, uint32_t vm)
{
	const struct plan_vm *v = &d->plan->vms[vm];
	const struct firmware_rights *t = &d->vms[vm].firmware;

	if (t->nr != v->nr_firmware)
		FAIL(d, "VM %s: %u rights to ask firmware, the plan grants %u", name_of(d, vm), t->nr, v->nr_firmware);
	for (uint32_t i = 0; i < t->nr; i++) {
		/* Calls search by halves. */
		if (i && firmware_right_key(&t->right[i - 1]) >= firmware_right_key(&t->right[i]))
			FAIL(d, "VM %s: rights to ask firmware are out of order at %u", name_of(d, vm), i);
		if (!is_planned(v, &t->right[i]))
			FAIL(d, "VM %s may ask firmware for object %u, number %u, which the plan does not grant", name_of(d, vm),
			     t->right[i].object, t->right[i].id);
		check_right(d, vm, &t->right[i]);
	}
}

void prove_devices(const struct plan *plan, const struct prove_vm *vms, struct findings *findings)
{
	struct devices d = {plan, vms, findings};

	check_nodes(&d);
	check_streams(&d);
	for (uint32_t i = 0; i < plan->nr_vms; i++)
		check_firmware(&d, i);
}
