/* SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead plan`: a plan as text. */
#include <inttypes.h>

#include "common/stage2.h"
#include "tools/bulkhead.h"

struct printer {
	FILE *out;
	const struct plan *plan;
	const char *bold, *plain;
};

static void print_range(const struct printer *p, const char *label, const struct mem_range *r)
{
	LINE(p->out, label, "0x%010" PRIx64 "  %s", r->base, size_of(r->size));
}

static void print_cpus(const struct printer *p, const struct plan_vm *vm)
{
	for (uint32_t i = 0; i < vm->nr_vcpus; i++)
		LINE(p->out, i ? "" : "CPUs", "vCPU %" PRIu32 " on CPU %" PRIu32 " (%s)", i, vm->vcpu_cpu[i], p->plan->host->cpus[vm->vcpu_cpu[i]].path);
}

static void print_memory(const struct printer *p, const struct plan_vm *vm)
{
	const char *label = "memory";

	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		const struct plan_region *r = &vm->regions[i];

		if (r->kind != PLAN_REGION_RAM)
			continue;
		LINE(p->out, label, "0x%010" PRIx64 " -> 0x%010" PRIx64 "  %s", r->ipa.v, r->pa.v, size_of(r->size));
		label = "";
	}
}

static void print_grant(const struct printer *p, const struct plan_vm *vm, const struct plan_grant *g, const char *label)
{
	const struct host_node *n = &p->plan->host->nodes[g->node];

	static const char *const kinds[] = { [PLAN_GRANT_OWN] = "", [PLAN_GRANT_COPY] = "copied: ", [PLAN_GRANT_MEDIATE] = "mediated: ",
					      [PLAN_GRANT_OMIT] = "left out: " };

	LINE(p->out, label, "%s (%s%s)", n->path, kinds[g->kind], g->reason);
	if (g->kind != PLAN_GRANT_OWN)
		return;
	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		const struct plan_region *r = &vm->regions[i];

		if (r->kind == PLAN_REGION_DEVICE && r->node == g->node)
			LINE(p->out, "", "  registers 0x%010" PRIx64 "  %s", r->pa.v, size_of(r->size));
	}
	for (uint32_t i = 0; i < vm->nr_irqs; i++)
		if (vm->irqs[i].node == g->node)
			LINE(p->out, "", "  interrupt %" PRIu32 " (SPI %" PRIu32 ", %s)", vm->irqs[i].intid, vm->irqs[i].intid - 32, vm->irqs[i].edge ? "edge" : "level");
}

static void print_load(const struct printer *p, const char *label, const struct plan_load *load)
{
	const struct system_image *image;

	if (load->image == SYSTEM_NO_IMAGE)
		return;
	image = &p->plan->system->images[load->image];
	LINE(p->out, label, "0x%010" PRIx64 "  %s: %s of file, %s of memory", load->ipa.v, image->name, size_of(load->size), size_of(load->mem_size));
}

static void print_geometry(const struct printer *p, const char *label, const struct plan_stage2 *s2)
{
	LINE(p->out, "", "%s%u levels from level %u, %u table pages (%s), root of %u; a TLB miss loads at most %u descriptors", label, stage2_levels(s2),
	     s2->start_level, s2->table_pages, size_of((uint64_t)s2->table_pages << s2->granule_shift), s2->root_pages,
	     stage2_walk_loads(s2, STAGE2_GUEST_LEVELS));
}

static void print_stage2(const struct printer *p, const struct plan_vm *vm)
{
	const struct plan_stage2 *s2 = &vm->stage2, *other = &vm->stage2_other;
	char label[32];

	LINE(p->out, "stage 2", "%s granule: %s", size_of(UINT64_C(1) << s2->granule_shift), s2->granule_reason);
	snprintf(label, sizeof(label), "%u address bits, ", s2->ipa_bits);
	print_geometry(p, label, s2);
	snprintf(label, sizeof(label), "in %u KiB: ", 1u << (other->granule_shift - 10));
	if (other->table_pages)
		print_geometry(p, label, other);
}

static void print_frames(const struct printer *p, const struct plan_vm *vm)
{
	const struct plan_frames *f = &vm->frames;

	LINE(p->out, "GIC", "%s: %s", plan_gic_text(vm->gic), vm->gic_reason);
	if (vm->gic == PLAN_GIC_V3)
		LINE(p->out, "", "distributor 0x%010" PRIx64 ", redistributors 0x%010" PRIx64 "  %s, %" PRIu32 " INTIDs", f->gicd.base, f->gicr.base,
		     size_of(f->gicr.size), vm->nr_intids);
	else
		LINE(p->out, "", "distributor 0x%010" PRIx64 ", CPU interface 0x%010" PRIx64 "  %s, %" PRIu32 " INTIDs", f->gicd.base, f->gicc.base,
		     size_of(f->gicc.size), vm->nr_intids);
	if (f->watchdog[0].size)
		LINE(p->out, "watchdog", "0x%010" PRIx64 " (refresh: 0x%010" PRIx64 ")  SBSA, interrupt %" PRIu32 " (SPI %" PRIu32 ")", f->watchdog[0].base,
		     f->watchdog[1].base, f->watchdog_intid, f->watchdog_intid - 32);
	if (vm->pv_time.size)
		LINE(p->out, "stolen time", "0x%010" PRIx64 "  %s, read-only", vm->pv_time.base, size_of(vm->pv_time.size));
	if (f->uart.size)
		LINE(p->out, "console", "0x%010" PRIx64 "  PL011, interrupt %" PRIu32 " (SPI %" PRIu32 ")", f->uart.base, f->uart_intid, f->uart_intid - 32);
}

static void print_restart(const struct printer *p, const struct plan_vm *vm)
{
	static const char *const when[] = { [RESTART_NEVER] = "never", [RESTART_ON_CRASH] = "after a crash or a reset", [RESTART_ALWAYS] = "always" };
	const struct restart_config *r = &vm->config->restart;

	if (vm->unstoppable != HOST_NO_NODE)
		LINE(p->out, "restart", "never: %s reaches memory by DMA, and only a reset of the board is known to stop it", p->plan->host->nodes[vm->unstoppable].path);
	else if (r->when != RESTART_NEVER && r->max)
		LINE(p->out, "restart", "%s, %u times within %u s", when[r->when], r->max, r->seconds);
	else
		LINE(p->out, "restart", "%s", when[r->when]);
}

static void print_vm(const struct printer *p, const struct plan_vm *vm)
{
	fprintf(p->out, "\n%sVM %s%s\n", p->bold, vm->config->name, p->plain);
	print_cpus(p, vm);
	print_memory(p, vm);
	print_stage2(p, vm);
	print_frames(p, vm);
	print_restart(p, vm);
	for (uint32_t i = 0; i < vm->nr_grants; i++)
		print_grant(p, vm, &vm->grants[i], i ? "" : "devices");
	for (uint32_t i = 0; i < vm->nr_firmware; i++)
		LINE(p->out, i ? "" : "firmware", "%s (%s)", firmware_text(&vm->firmware[i]), p->plan->host->nodes[vm->firmware[i].node].path);
	print_load(p, "kernel", &vm->kernel);
	LINE(p->out, "entry", "0x%010" PRIx64, vm->entry.v);
	print_load(p, "ramdisk", &vm->ramdisk);
	LINE(p->out, "device tree", "0x%010" PRIx64 "  %" PRIu32 " bytes, room for %s", vm->dtb.v, vm->dtb_size, size_of(vm->dtb_room));
}

static void print_board(const struct printer *p)
{
	const struct host *host = p->plan->host;
	const char *label = "RAM";

	fprintf(p->out, "%sBoard %s%s\n", p->bold, host->model && *host->model ? host->model : "without a name", p->plain);
	LINE(p->out, "CPUs", "%" PRIu32 ", GICv%u", host->nr_cpus, host->gic.version);
	for (uint32_t i = 0; i < host->nr_ram; i++, label = "")
		print_range(p, label, &host->ram[i]);
	for (uint32_t i = 0; i < host->nr_reserved; i++)
		LINE(p->out, i ? "" : "reserved", "0x%010" PRIx64 "  %s  %s", host->reserved[i].range.base, size_of(host->reserved[i].range.size),
		     host->reserved[i].path);
	for (uint32_t i = 0; i < host->nr_cpus; i++)
		if (p->plan->cpus[i].vm == PLAN_NO_VM)
			LINE(p->out, "no VM's", "CPU %" PRIu32 " (%s)", i, host->cpus[i].path);
}

void print_plan(FILE *out, const struct plan *plan, bool colour)
{
	struct printer p = { out, plan, colour ? "\033[1m" : "", colour ? "\033[0m" : "" };

	print_board(&p);
	fprintf(out, "\n%sHypervisor%s\n", p.bold, p.plain);
	print_range(&p, "image", &plan->hypervisor);
	print_range(&p, "pool", &plan->pool);
	print_range(&p, "system file", &plan->system_file);
	print_range(&p, "board's DTB", &plan->host_dtb);
	print_shared_cpus(out, plan, p.bold, p.plain);
	for (uint32_t i = 0; i < plan->nr_vms; i++)
		print_vm(&p, &plan->vms[i]);
	fprintf(out, "\nProven: no two VMs reach the same byte or interrupt, and none reaches the hypervisor.\n");
	for (uint32_t i = 0; i < plan->host->nr_cpus; i++)
		if (plan_cpu_is_shared(&plan->cpus[i]))
			fprintf(out, "CPU %" PRIu32 " is shared by %s, as the system file says.\n", i, sharer_names(plan, i));
}
