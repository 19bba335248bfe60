/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_make: one part after the other, each of them going on past what an earlier one found, so that the user sees all findings at once.
 */
#include "common/plan.h"

#include "common/plan_parts.h"
#include "common/port.h"

enum err plan_no_memory(struct plan_work *w)
{
	findings_add(w->in->findings, FINDING_NO_MEMORY, "the plan does not fit the boot arena: raise CONFIG_BOOT_ARENA_KIB (now %d)",
		     CONFIG_BOOT_ARENA_KIB);
	return ERR_NO_MEMORY;
}

/* The lowest SPI from that one on that no passed-through device of the VM uses. */
static uint32_t free_intid(const struct plan_vm *vm, uint32_t intid)
{
	for (uint32_t i = 0; i < vm->nr_irqs; i++) /* sorted */
		if (vm->irqs[i].intid == intid)
			intid++;
	return intid;
}

#define GUEST_FIRST_INTID 33 /* SPI 1, as QEMU's virt has its UART */

static void plan_interrupts(struct plan_vm *vm)
{
	uint32_t highest = vm->nr_irqs ? vm->irqs[vm->nr_irqs - 1].intid : GUEST_FIRST_INTID - 1;
	uint32_t next = GUEST_FIRST_INTID;

	if (vm->config->console)
		next = (vm->frames.uart_intid = free_intid(vm, next)) + 1;
	if (vm->config->watchdog)
		next = (vm->frames.watchdog_intid = free_intid(vm, next)) + 1;
	highest = (uint32_t)u64_max(highest, next - 1);
	/* GICD_TYPER.ITLinesNumber counts in 32s (IHI 0069). */
	vm->nr_intids = (uint32_t)align_up(highest + 1, 32);
}

static enum err plan_vm_resources(struct plan_work *w, struct plan_vm *vm)
{
	enum err e = plan_cpus(w, vm);

	if (e)
		return e;
	plan_gic(w, vm);
	if (vm->config->restart.critical && w->in->host->psci != HOST_PSCI_SMC)
		findings_add(w->in->findings, FINDING_UNSUPPORTED, "%s: critical: nothing can reset the board: its DTB has no PSCI firmware that is called by SMC",
			     vm->config->path);
	if (vm->config->watchdog && !w->in->host->timer.hyp)
		findings_add(w->in->findings, FINDING_UNSUPPORTED, "%s: watchdog: the board's DTB gives no interrupt of the hypervisor's timer, which it needs",
			     vm->config->path);
	/* What a device's registers are rounded to; with "auto" they are looked at in 4 KiB pages first, and plan_stage2.c decides by the result. */
	vm->stage2.granule_shift = plan_min_align(vm) == KIB(64) ? 16 : 12;
	e = passthrough_resolve(w->in, vm, w->owner);
	if (e == ERR_NO_MEMORY)
		return plan_no_memory(w);
	plan_interrupts(vm);
	plan_pool_count_dtb(w, vm);
	return OK;
}

static struct plan *plan_new(struct plan_work *w)
{
	const struct plan_input *in = w->in;
	struct plan *plan = ARENA_NEW(in->arena, struct plan);

	if (!plan)
		return NULL;
	*plan = (struct plan){
		.host = in->host, .system = in->system, .hypervisor = in->hypervisor, .system_file = in->system_file, .host_dtb = in->host_dtb,
		.vms = ARENA_ARRAY(in->arena, struct plan_vm, in->system->nr_vms),
		.nr_vms = in->system->nr_vms,
		.cpus = ARENA_ARRAY(in->arena, struct plan_cpu, in->host->nr_cpus),
	};
	w->vms = ARENA_ARRAY(in->arena, struct plan_vm_work, in->system->nr_vms);
	w->owner = ARENA_ARRAY(in->arena, uint32_t, in->host->nr_nodes);
	if (!plan->vms || !plan->cpus || !w->vms || !w->owner)
		return NULL;
	for (uint32_t i = 0; i < in->host->nr_cpus; i++)
		plan->cpus[i].vm = PLAN_NO_VM;
	for (uint32_t i = 0; i < in->host->nr_nodes; i++)
		w->owner[i] = PLAN_NO_VM;
	for (uint32_t i = 0; i < plan->nr_vms; i++) {
		plan->vms[i].config = &in->system->vms[i];
		plan->vms[i].id = i;
	}
	return plan;
}

static enum err plan_all(struct plan_work *w)
{
	struct plan *plan = w->plan;
	enum err e = OK;

	for (uint32_t i = 0; i < plan->nr_vms && !e; i++)
		if (!plan->vms[i].config->devices_rest)
			e = plan_vm_resources(w, &plan->vms[i]);
	/* The rest is what the others leave. */
	for (uint32_t i = 0; i < plan->nr_vms && !e; i++)
		if (plan->vms[i].config->devices_rest)
			e = plan_vm_resources(w, &plan->vms[i]);
	plan_schedules(w);
	if (!e)
		e = plan_memory_prepare(w);
	if (!e)
		e = plan_memory_place(w);
	for (uint32_t i = 0; i < plan->nr_vms && !e; i++)
		e = plan_images_place(w, i);
	return e;
}

/* What parse lets through only with a finding of its own; a caller without parse (a test) still gets no plan of it. */
static void check_limits(struct plan_work *w)
{
	const struct host *host = w->in->host;
	struct findings *f = w->in->findings;

	if (w->in->system->nr_vms > CONFIG_MAX_VMS)
		findings_add(f, FINDING_NO_MEMORY, "/vms: %u VMs are more than this hypervisor was built for (%d, CONFIG_MAX_VMS)",
			     w->in->system->nr_vms, CONFIG_MAX_VMS);
	if (!w->in->system->nr_vms && !findings_has(f, FINDING_NO_VMS))
		findings_add(f, FINDING_NO_VMS, "/vms: there is no VM: add a node for each");
	if (!host->gic.version && !findings_has(f, FINDING_DTB_UNSUPPORTED))
		findings_add(f, FINDING_DTB_UNSUPPORTED, "the board's DTB has no GICv2 or GICv3");
}

struct plan *plan_make(const struct plan_input *in)
{
	struct plan_work w = { .in = in };

	check_limits(&w);
	if (in->system->nr_vms > CONFIG_MAX_VMS)
		return NULL;
	w.plan = plan_new(&w);
	if (!w.plan) {
		(void)plan_no_memory(&w);
		return NULL;
	}
	if (plan_all(&w) || plan_found(&w))
		return NULL;
	return w.plan;
}

enum err plan_ram_pa(const struct plan_vm *vm, uint64_t ipa, uint64_t size, pa_t *pa)
{
	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		const struct plan_region *r = &vm->regions[i];

		if (r->kind == PLAN_REGION_RAM && range_within(ipa, size, r->ipa.v, r->size)) {
			*pa = pa_add(r->pa, ipa - r->ipa.v);
			return OK;
		}
	}
	return ERR_NOT_FOUND;
}
