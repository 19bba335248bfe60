/* SPDX-License-Identifier: Apache-2.0 */
/* Guest addresses: where a VM sees its memory and the register frames that EL2 emulates. Devices are always where they are on the board. */
#include "common/lib/format.h"
#include "common/plan_parts.h"

/*
 * The defaults are where QEMU's virt machine has the same things, so that guests built for it find them. A frame whose place is taken by
 * a device moves to the next gap, and is kept 64 KiB-aligned so that it cannot share a frame with something mapped in that granule.
 */
#define GUEST_RAM  UINT64_C(0x40000000)
#define GUEST_GICD UINT64_C(0x08000000)
#define GUEST_GICC UINT64_C(0x08010000)
#define GUEST_GICR UINT64_C(0x080a0000)
#define GUEST_UART UINT64_C(0x09000000)
#define GUEST_PV_TIME UINT64_C(0x090a0000)
#define GUEST_WATCHDOG UINT64_C(0x090c0000) /* (QEMU has its own elsewhere) */

#define GICD_SIZE     KIB(64)
#define GICD_V2_SIZE  KIB(4)  /* IHI 0048 */
#define GICR_SIZE     KIB(128) /* RD_base and SGI_base (IHI 0069) */
#define UART_SIZE     KIB(4)
#define WATCHDOG_SIZE KIB(4) /* each of two frames */
#define PV_TIME_ROOM  KIB(64) /* a page of the larger granule */
#define FRAME_ALIGN   KIB(64)

_Static_assert(CONFIG_MAX_VCPUS * PLAN_PV_TIME_SIZE <= PV_TIME_ROOM, "the stolen-time structures of a VM fit their guest addresses");

static void report_overlap(struct plan_work *w, const struct vm_config *config, uint64_t ipa, uint64_t size, const char *other)
{
	char text[SIZE_TEXT_LEN];

	findings_add(w->in->findings, FINDING_MEMORY_GUEST_OVERLAP,
		     "%s: memory: %s at guest address 0x%lx lie over %s: choose another memory-address", config->path, format_size(text, size), ipa, other);
}

void plan_guest_check(struct plan_work *w, uint32_t vm)
{
	struct plan_vm_work *vw = &w->vms[vm];
	const struct vm_config *config = w->plan->vms[vm].config;

	for (uint32_t i = 0; i < vw->nr_memory; i++) {
		struct plan_memory *m = &vw->memory[i];

		if (m->bad || !m->has_ipa)
			continue;
		for (uint32_t j = 0; j < i; j++) {
			if (vw->memory[j].has_ipa && !vw->memory[j].bad && ranges_overlap(m->ipa, m->size, vw->memory[j].ipa, vw->memory[j].size)) {
				report_overlap(w, config, m->ipa, m->size, "another range of this VM's memory");
				m->bad = true;
			}
		}
		for (uint32_t j = 0; j < vw->nr_devices && !m->bad; j++) {
			if (ranges_overlap(m->ipa, m->size, vw->devices[j].ipa.v, vw->devices[j].size)) {
				report_overlap(w, config, m->ipa, m->size, w->in->host->nodes[vw->devices[j].node].path);
				m->bad = true;
			}
		}
	}
}

static enum err space_init(struct plan_work *w, struct plan_vm_work *vw)
{
	enum err e = OK;

	vw->space.nr = 0;
	e = range_set_add(&vw->space, 0, RANGE_LIMIT);
	for (uint32_t i = 0; i < vw->nr_devices && !e; i++)
		e = range_set_remove(&vw->space, vw->devices[i].ipa.v, vw->devices[i].size);
	for (uint32_t i = 0; i < vw->nr_memory && !e; i++)
		if (vw->memory[i].has_ipa && !vw->memory[i].bad)
			e = range_set_remove(&vw->space, vw->memory[i].ipa, vw->memory[i].size);
	return e ? plan_no_memory(w) : OK;
}

/* Takes the first gap from `what->from` on. A guest has 2^52 addresses and a board fewer, so there is one unless the file is absurd. */
static enum err space_take(struct plan_work *w, const struct vm_config *config, struct range_set *space, const struct range_search *what, uint64_t *base)
{
	char text[SIZE_TEXT_LEN];

	if (!range_set_find(space, what, base)) {
		findings_add(w->in->findings, FINDING_MEMORY_GUEST_OVERLAP, "%s: memory: no gap of %s is left between guest addresses 0x%lx and 0x%lx",
			     config->path, format_size(text, what->size), what->from, what->to);
		return ERR_RANGE;
	}
	return range_set_remove(space, *base, what->size) ? plan_no_memory(w) : OK;
}

static enum err place_frame(struct plan_work *w, uint32_t vm, uint64_t wanted, uint64_t size, struct mem_range *frame)
{
	struct range_search what = { .from = wanted, .to = RANGE_LIMIT, .size = size, .align = FRAME_ALIGN };
	enum err e;

	*frame = (struct mem_range){ 0, size };
	e = space_take(w, w->plan->vms[vm].config, &w->vms[vm].space, &what, &frame->base);
	return e == ERR_NO_MEMORY ? e : OK;
}

/* Guest address and board address are congruent modulo 2 MiB where they can be, or no block larger than a page could map them. */
static enum err place_memory(struct plan_work *w, uint32_t vm, struct plan_memory *m)
{
	struct range_search what = { .from = GUEST_RAM, .to = RANGE_LIMIT, .size = m->size };
	enum err e;

	what.align = m->size >= MIB(2) ? MIB(2) : m->size >= KIB(64) ? KIB(64) : PLAN_PAGE;
	if (m->has_pa)
		what.offset = m->pa & (what.align - 1);
	else if (m->size >= GIB(1))
		what.align = GIB(1);
	e = space_take(w, w->plan->vms[vm].config, &w->vms[vm].space, &what, &m->ipa);
	m->has_ipa = e == OK;
	m->bad = e != OK;
	return e == ERR_NO_MEMORY ? e : OK;
}

enum err plan_guest_layout(struct plan_work *w, uint32_t n)
{
	struct plan_vm_work *vw = &w->vms[n];
	struct plan_vm *vm = &w->plan->vms[n];
	bool v2 = vm->gic != PLAN_GIC_V3;
	enum err e = space_init(w, vw);

	/* The redistributors come last: for more than 123 vCPUs they reach into the UART's place. */
	if (!e)
		e = place_frame(w, n, GUEST_GICD, v2 ? GICD_V2_SIZE : GICD_SIZE, &vm->frames.gicd);
	if (!e && v2)
		e = place_frame(w, n, GUEST_GICC, PLAN_GICC_SIZE, &vm->frames.gicc);
	if (!e && vm->config->console)
		e = place_frame(w, n, GUEST_UART, UART_SIZE, &vm->frames.uart);
	for (unsigned i = 0; i < ARRAY_SIZE(vm->frames.watchdog) && vm->config->watchdog && !e; i++)
		e = place_frame(w, n, GUEST_WATCHDOG, WATCHDOG_SIZE, &vm->frames.watchdog[i]);
	vm->pv_time.size = 0;
	if (!e && plan_shares_cpu(w->plan, vm)) {
		e = place_frame(w, n, GUEST_PV_TIME, PV_TIME_ROOM, &vm->pv_time);
		vm->pv_time.size = (uint64_t)vm->nr_vcpus * PLAN_PV_TIME_SIZE;
	}
	if (!e && !v2)
		e = place_frame(w, n, GUEST_GICR, GICR_SIZE * vm->nr_vcpus, &vm->frames.gicr);
	for (uint32_t i = 0; i < vw->nr_memory && !e; i++)
		if (!vw->memory[i].has_ipa && !vw->memory[i].bad)
			e = place_memory(w, n, &vw->memory[i]);
	return e;
}
