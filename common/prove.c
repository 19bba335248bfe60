/* SPDX-License-Identifier: Apache-2.0 */
/* The proof, as a whole (prove.h): each VM by itself, then all of them against each other and against EL2. */
#include "common/prove_internal.h"

struct proof {
	const struct plan *plan;
	const struct prove_vm *vms;
	struct findings *findings;
	struct plan_cpu *cpus; /* what they really are (prove_cpus.c) */
	struct mem_range private_pool; /* without the pages that guests read */
	struct extent_list memory, tables, intids;
};

#define PROVE_FAIL(p, ...) findings_add((p)->findings, FINDING_PROOF_FAILED, __VA_ARGS__)

static const char *vm_name(const struct plan *plan, uint32_t vm)
{
	return plan->vms[vm].config->name;
}

/* ---- what two have ---- */

/* Reserved memory is known by the path of its node; nothing else that is not a VM's has a name beginning so. */
static bool is_path(const char *owner)
{
	return owner[0] == '/';
}

static bool is_vms(const struct extent *e)
{
	return e->class == EXTENT_VM || e->class == EXTENT_GICV_WINDOW || e->class == EXTENT_PV_TIME;
}

static void report_memory(struct findings *f, const struct extent *a, const struct extent *b)
{
	const struct extent *vm = is_vms(a) ? a : b, *other = vm == a ? b : a;
	uint64_t shared = b->base, ipa = vm->ipa + (shared - vm->base);

	if (!is_vms(other))
		findings_add(f, FINDING_PROOF_FAILED, "VM %s reaches physical 0x%llx (guest 0x%llx), which belongs to %s%s",
			     vm->owner, (ull)shared, (ull)ipa, is_path(other->owner) ? "reserved memory " : "", other->owner);
	else if (a->owner == b->owner)
		findings_add(f, FINDING_PROOF_FAILED, "VM %s reaches physical 0x%llx twice (guest 0x%llx and 0x%llx)",
			     vm->owner, (ull)shared, (ull)ipa, (ull)other->ipa);
	else
		findings_add(f, FINDING_PROOF_FAILED, "VM %s and VM %s both reach physical 0x%llx (guest 0x%llx and 0x%llx)",
			     vm->owner, other->owner, (ull)shared, (ull)ipa, (ull)other->ipa);
}

static void report_table(struct findings *f, const struct extent *a, const struct extent *b)
{
	findings_add(f, FINDING_PROOF_FAILED,
		     "VM %s and VM %s: the translation table at 0x%llx is used twice (for guest 0x%llx and 0x%llx)", a->owner,
		     b->owner, (ull)b->base, (ull)a->ipa, (ull)b->ipa);
}

static void report_intid(struct findings *f, const struct extent *a, const struct extent *b)
{
	const struct extent *vm = a->class == EXTENT_VM ? a : b, *other = vm == a ? b : a;

	if (other->class == EXTENT_EL2)
		findings_add(f, FINDING_PROOF_FAILED, "VM %s is routed interrupt %llu, which belongs to %s", vm->owner,
			     (ull)vm->base, other->owner);
	else
		findings_add(f, FINDING_PROOF_FAILED, "VM %s and VM %s are both routed interrupt %llu", vm->owner,
			     other->owner, (ull)vm->base);
}

/* ---- what is nobody's ---- */

/* prepare_lists counted these; what does not fit must not be forgotten in silence. */
static void add_forbidden(struct proof *p, struct extent_list *l, enum extent_class class, const char *owner, struct mem_range range)
{
	if (!extent_add(l, class, owner, range.base, range.size, 0))
		PROVE_FAIL(p, "0x%llx of %s: too much to compare with the VMs", (ull)range.base, owner);
}

/* Stolen-time pages are the pool's end and nothing before it, or the whole pool is forbidden. */
static struct mem_range private_pool(const struct plan *plan, struct findings *f)
{
	struct mem_range pool = plan->pool, pages = plan->pv_time;

	if (!pages.size)
		return pool;
	if (range_within(pages.base, pages.size, pool.base, pool.size) && pages.base + pages.size == pool.base + pool.size)
		return (struct mem_range){pool.base, pages.base - pool.base};
	findings_add(f, FINDING_PROOF_FAILED, "0x%llx, %llu bytes: the stolen-time pages are not the last of the hypervisor's pool", (ull)pages.base,
		     (ull)pages.size);
	return pool;
}

#define FORBIDDEN_MEMORY (10 + HOST_MAX_REDIST_REGIONS)
static void add_forbidden_memory(struct proof *p)
{
	const struct plan *plan = p->plan;
	const struct host *host = plan->host;
	const struct host_gic *gic = &host->gic;
	const struct { const char *owner; struct mem_range range; } fixed[] = {
		{"the hypervisor", plan->hypervisor}, {"the hypervisor's pool", p->private_pool}, {"the board's DTB", plan->host_dtb},
		{"the system file", plan->system_file}, {"the GIC's distributor", gic->dist}, {"the GIC's CPU interface", gic->cpu},
		{"the GIC's hypervisor interface", gic->hyp},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(fixed); i++)
		add_forbidden(p, &p->memory, EXTENT_EL2, fixed[i].owner, fixed[i].range);
	for (unsigned i = 0; i < gic->nr_redist && i < HOST_MAX_REDIST_REGIONS; i++)
		add_forbidden(p, &p->memory, EXTENT_EL2, "the GIC's redistributors", gic->redist[i]);
	add_forbidden(p, &p->memory, EXTENT_PV_FRAME, "the hypervisor's stolen-time pages", plan->pv_time);
	add_forbidden(p, &p->memory, EXTENT_GICV_FRAME, "the GIC's virtual CPU interface", gic->vcpu);
	if (host->console.present)
		add_forbidden(p, &p->memory, EXTENT_EL2, "the hypervisor's console UART", host->console.regs);
	for (uint32_t i = 0; i < host->nr_reserved; i++)
		add_forbidden(p, &p->memory, EXTENT_EL2, host->reserved[i].path, host->reserved[i].range);
}

#define FORBIDDEN_INTIDS 5
static void add_forbidden_intids(struct proof *p)
{
	const struct host *host = p->plan->host;
	const struct { const char *owner; uint32_t intid; } own[FORBIDDEN_INTIDS] = {
		{"the hypervisor's console UART", host->console.present ? host->console.intid : 0},
		{"the GIC (maintenance)", host->gic.maint_intid}, {"the physical timer", host->timer.phys},
		{"the virtual timer", host->timer.virt}, {"the hypervisor's timer", host->timer.hyp},
	};

	for (unsigned i = 0; i < FORBIDDEN_INTIDS; i++)
		add_forbidden(p, &p->intids, EXTENT_EL2, own[i].owner,
			      (struct mem_range){.base = own[i].intid, .size = own[i].intid != 0});
}

/* ---- each VM by itself ---- */

#define FIRST_SPI 32
#define LAST_SPI  1019

static bool plan_has_irq(const struct plan_vm *vm, uint32_t intid)
{
	for (uint32_t i = 0; i < vm->nr_irqs; i++)
		if (vm->irqs[i].intid == intid)
			return true;
	return false;
}

static bool is_routed(const struct prove_vm *built, uint32_t intid)
{
	for (uint32_t i = 0; i < built->nr_intids; i++)
		if (built->intids[i] == intid)
			return true;
	return false;
}

static void check_vm_intids(struct proof *p, struct prove_walk *w, const struct prove_vm *built)
{
	const struct plan_vm *vm = w->vm;
	bool same = built->nr_intids == vm->nr_irqs;

	for (uint32_t i = 0; i < built->nr_intids; i++) {
		uint32_t intid = built->intids[i];

		same = same && vm->irqs[i].intid == intid;
		if (intid < FIRST_SPI || intid > LAST_SPI || intid >= vm->nr_intids)
			PROVE_FAULT(w, "is routed interrupt %u, which is no SPI of its virtual GIC (%u INTIDs)", intid,
				    vm->nr_intids);
		if (!extent_add(&p->intids, EXTENT_VM, w->name, intid, 1, 0))
			PROVE_FAULT(w, "interrupt %u: too many to compare with other VMs", intid);
	}
	if (same)
		return;
	for (uint32_t i = 0; i < built->nr_intids; i++)
		if (!plan_has_irq(vm, built->intids[i]))
			PROVE_FAULT(w, "is routed interrupt %u, which the plan does not grant", built->intids[i]);
	for (uint32_t i = 0; i < vm->nr_irqs; i++)
		if (!is_routed(built, vm->irqs[i].intid))
			PROVE_FAULT(w, "interrupt %u: the plan grants it, but it is not routed", vm->irqs[i].intid);
}

static void check_vm(struct proof *p, uint32_t i)
{
	const struct prove_vm *built = &p->vms[i];
	const struct plan_vm *vm = &p->plan->vms[i];
	struct mem_range tables = built->tables.size ? built->tables : p->private_pool;
	struct prove_walk w = {
		.plan = p->plan, .vm = vm, .name = vm_name(p->plan, i), .findings = p->findings,
		.table_memory = tables, .tables_are_physical = range_within(tables.base, tables.size, p->private_pool.base, p->private_pool.size),
		.table_pages_left = vm->stage2.table_pages, .tables = &p->tables, .memory = &p->memory,
		.shares_cpu = prove_shares_cpu(p->plan, vm, p->cpus),
	};

	if (vm->id != i)
		PROVE_FAULT(&w, "is VM %u of the plan, but says it is %u", i, vm->id);
	prove_check_regions(&w);
	if (prove_decode_registers(&w, built->vttbr, built->vtcr)) {
		prove_walk_tables(&w, built->vttbr);
		prove_end_runs(&w);
	}
	check_vm_intids(p, &w, built);
	prove_vm_cpus(&w);
	if (w.faults > PROVE_MAX_FAULTS)
		PROVE_FAIL(p, "VM %s: %u more faults", w.name, w.faults - PROVE_MAX_FAULTS);
}

/* ---- all of them ---- */

#define PS_48_BITS 5

/* PS and VS are the machine's, so they are one for all; but 52 bits are for those that need them (prove_decode.c), and 48 for the others. */
static uint64_t machine_fields(uint64_t vtcr)
{
	return (vtcr & BIT(19)) | u64_min(FIELD(vtcr, 18, 16), PS_48_BITS);
}

static void check_registers_together(struct proof *p)
{
	for (uint32_t i = 1; i < p->plan->nr_vms; i++)
		if (machine_fields(p->vms[i].vtcr) != machine_fields(p->vms[0].vtcr))
			PROVE_FAIL(p, "VM %s and VM %s: VTCR_EL2.PS or VS differ (0x%llx, 0x%llx)", vm_name(p->plan, 0),
				   vm_name(p->plan, i), (ull)p->vms[0].vtcr, (ull)p->vms[i].vtcr);
}

/* A correct VM reaches one piece a region; a fault may make a few more, and is found without them too. */
#define SPARE_PIECES 16

static enum err prepare_lists(struct proof *p, struct arena *arena)
{
	uint64_t pieces = FORBIDDEN_MEMORY + (uint64_t)p->plan->host->nr_reserved, tables = 0, intids = FORBIDDEN_INTIDS;

	for (uint32_t i = 0; i < p->plan->nr_vms; i++) {
		pieces += (uint64_t)p->plan->vms[i].nr_regions + SPARE_PIECES;
		tables += p->plan->vms[i].stage2.table_pages;
		intids += p->vms[i].nr_intids;
	}
	if (extent_list_init(&p->memory, pieces, arena) || extent_list_init(&p->tables, tables, arena) ||
	    extent_list_init(&p->intids, intids, arena) || !(p->cpus = prove_count_cpus(p->plan, arena))) {
		PROVE_FAIL(p, "the boot arena is too small for the proof");
		return ERR_NO_MEMORY;
	}
	return OK;
}

enum err prove_separation(const struct plan *plan, const struct prove_vm *vms, struct arena *arena, struct findings *findings)
{
	struct proof p = {.plan = plan, .vms = vms, .findings = findings};
	unsigned before = findings->count;

	if (prepare_lists(&p, arena))
		return ERR_NO_MEMORY;
	p.private_pool = private_pool(plan, findings);
	add_forbidden_memory(&p);
	add_forbidden_intids(&p);
	for (uint32_t i = 0; i < plan->nr_vms; i++)
		check_vm(&p, i);
	check_registers_together(&p);
	prove_cpus(plan, p.cpus, findings);
	prove_devices(plan, vms, findings);
	extent_find_conflicts(&p.memory, findings, report_memory);
	extent_find_conflicts(&p.tables, findings, report_table);
	extent_find_conflicts(&p.intids, findings, report_intid);
	return findings->count == before ? OK : ERR_DENIED;
}
