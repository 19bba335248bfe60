/* SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead plan --json`. docs/plan-json.md is its reference; what is there does not change its meaning, new members may appear. */
#include <inttypes.h>
#include <stdlib.h>

#include "common/stage2.h"
#include "passthrough/passthrough.h"
#include "tools/bulkhead.h"

#define FORMAT_VERSION 1

struct json {
	FILE *out;
	unsigned depth;
	bool first; /* nothing was written yet at this depth */
};

static void put_member(struct json *j, const char *name)
{
	fprintf(j->out, "%s\n%*s", j->first ? "" : ",", (int)j->depth * 2, "");
	if (name)
		fprintf(j->out, "\"%s\": ", name);
	j->first = false;
}

static void begin(struct json *j, const char *name, char bracket)
{
	if (j->depth)
		put_member(j, name);
	putc(bracket, j->out);
	j->depth++;
	j->first = true;
}

static void end(struct json *j, char bracket)
{
	j->depth--;
	if (!j->first)
		fprintf(j->out, "\n%*s", (int)j->depth * 2, "");
	putc(bracket, j->out);
	j->first = false;
}

static void put_string(struct json *j, const char *name, const char *s)
{
	put_member(j, name);
	if (s) {
		putc('"', j->out);
		put_json_text(j->out, s);
		putc('"', j->out);
	} else {
		fputs("null", j->out);
	}
}

static void put_number(struct json *j, const char *name, uint64_t v)
{
	put_member(j, name);
	fprintf(j->out, "%" PRIu64, v);
}

/* Addresses are strings: JSON's numbers are exact only up to 2^53 in most programs. */
static void put_address(struct json *j, const char *name, uint64_t v)
{
	put_member(j, name);
	fprintf(j->out, "\"0x%" PRIx64 "\"", v);
}

static void put_bool(struct json *j, const char *name, bool v)
{
	put_member(j, name);
	fputs(v ? "true" : "false", j->out);
}

static void put_range(struct json *j, const char *name, struct mem_range r)
{
	if (!r.size)
		return;
	begin(j, name, '{');
	put_address(j, "base", r.base);
	put_address(j, "size", r.size);
	end(j, '}');
}

static void put_board(struct json *j, const struct host *h)
{
	begin(j, "board", '{');
	put_string(j, "model", h->model);
	put_number(j, "gicVersion", h->gic.version);
	begin(j, "cpus", '[');
	for (uint32_t i = 0; i < h->nr_cpus; i++) {
		begin(j, NULL, '{');
		put_address(j, "mpidr", h->cpus[i].mpidr);
		put_string(j, "node", h->cpus[i].path);
		end(j, '}');
	}
	end(j, ']');
	begin(j, "memory", '[');
	for (uint32_t i = 0; i < h->nr_ram; i++)
		put_range(j, NULL, h->ram[i]);
	end(j, ']');
	begin(j, "reserved", '[');
	for (uint32_t i = 0; i < h->nr_reserved; i++) {
		begin(j, NULL, '{');
		put_address(j, "base", h->reserved[i].range.base);
		put_address(j, "size", h->reserved[i].range.size);
		put_string(j, "node", h->reserved[i].path);
		end(j, '}');
	}
	end(j, ']');
	end(j, '}');
}

static void put_hypervisor(struct json *j, const struct plan *plan)
{
	const struct host *h = plan->host;

	begin(j, "hypervisor", '{');
	put_range(j, "image", plan->hypervisor);
	put_range(j, "pool", plan->pool);
	put_range(j, "stolenTime", plan->pv_time);
	put_range(j, "systemFile", plan->system_file);
	put_range(j, "boardDtb", plan->host_dtb);
	begin(j, "nodes", '[');
	for (uint32_t i = 1; i < h->nr_nodes; i++) {
		const char *use = owned_by_hypervisor(h, i);

		if (!use || !h->nodes[i].enabled || !h->nodes[i].nr_regs)
			continue;
		begin(j, NULL, '{');
		put_string(j, "node", h->nodes[i].path);
		put_string(j, "use", use);
		end(j, '}');
	}
	end(j, ']');
	end(j, '}');
}

static void put_vcpus(struct json *j, const struct plan *plan, const struct plan_vm *vm)
{
	begin(j, "vcpus", '[');
	for (uint32_t i = 0; i < vm->nr_vcpus; i++) {
		begin(j, NULL, '{');
		put_number(j, "cpu", vm->vcpu_cpu[i]);
		put_string(j, "node", plan->host->cpus[vm->vcpu_cpu[i]].path);
		end(j, '}');
	}
	end(j, ']');
}

static void put_windows(struct json *j, const struct plan *plan, const struct schedule_config *s)
{
	struct window_config *w = sorted_windows(s);

	put_number(j, "frame", s->frame);
	begin(j, "windows", '[');
	for (uint32_t i = 0; i < s->nr_windows; i++) {
		begin(j, NULL, '{');
		put_string(j, "vm", plan->vms[w[i].vm].config->name);
		put_number(j, "start", w[i].start);
		put_number(j, "length", w[i].length);
		put_bool(j, "lend", w[i].lend);
		end(j, '}');
	}
	end(j, ']');
	free(w);
}

static void put_shared_cpu(struct json *j, const struct plan *plan, uint32_t cpu)
{
	struct cpu_share *shares = malloc((plan->nr_vms + 1) * sizeof(*shares));
	const struct schedule_config *s = plan->cpus[cpu].schedule;
	uint32_t nr;

	if (!shares)
		abort();
	nr = cpu_shares(plan, cpu, shares);
	begin(j, NULL, '{');
	put_number(j, "cpu", cpu);
	put_string(j, "schedule", s ? s->name : NULL);
	put_string(j, "policy", cpu_is_cyclic(plan, cpu) ? "cyclic" : "round-robin");
	put_number(j, "slice", cpu_slice(plan, cpu));
	if (cpu_is_cyclic(plan, cpu))
		put_windows(j, plan, s);
	begin(j, "sharers", '[');
	for (uint32_t i = 0; i < nr; i++) {
		begin(j, NULL, '{');
		put_string(j, "vm", plan->vms[shares[i].vm].config->name);
		put_number(j, "vcpus", shares[i].nr_vcpus);
		put_number(j, "turn", shares[i].turn);
		put_number(j, "permille", shares[i].permille);
		put_number(j, "longestWait", shares[i].wait);
		put_number(j, "longestVcpuWait", shares[i].vcpu_wait);
		end(j, '}');
	}
	end(j, ']');
	end(j, '}');
	free(shares);
}

static void put_shared_cpus(struct json *j, const struct plan *plan)
{
	begin(j, "sharedCpus", '[');
	for (uint32_t i = 0; i < plan->host->nr_cpus; i++)
		if (plan_cpu_is_shared(&plan->cpus[i]))
			put_shared_cpu(j, plan, i);
	end(j, ']');
}

static void put_regions(struct json *j, const struct plan *plan, const struct plan_vm *vm)
{
	static const char *const kinds[] = { [PLAN_REGION_RAM] = "ram", [PLAN_REGION_DEVICE] = "device", [PLAN_REGION_PV_TIME] = "stolenTime" };

	begin(j, "regions", '[');
	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		const struct plan_region *r = &vm->regions[i];

		begin(j, NULL, '{');
		put_string(j, "kind", kinds[r->kind]);
		put_address(j, "guest", r->ipa.v);
		put_address(j, "physical", r->pa.v);
		put_address(j, "size", r->size);
		if (r->kind == PLAN_REGION_DEVICE)
			put_string(j, "node", plan->host->nodes[r->node].path);
		end(j, '}');
	}
	end(j, ']');
}

static void put_interrupts(struct json *j, const struct plan *plan, const struct plan_vm *vm)
{
	begin(j, "interrupts", '[');
	for (uint32_t i = 0; i < vm->nr_irqs; i++) {
		begin(j, NULL, '{');
		put_number(j, "intid", vm->irqs[i].intid);
		put_bool(j, "edge", vm->irqs[i].edge);
		put_string(j, "node", plan->host->nodes[vm->irqs[i].node].path);
		end(j, '}');
	}
	end(j, ']');
}

static void put_grants(struct json *j, const struct plan *plan, const struct plan_vm *vm)
{
	static const char *const kinds[] = { [PLAN_GRANT_OWN] = "own", [PLAN_GRANT_COPY] = "copy", [PLAN_GRANT_MEDIATE] = "mediate", [PLAN_GRANT_OMIT] = "omit" };

	begin(j, "grants", '[');
	for (uint32_t i = 0; i < vm->nr_grants; i++) {
		begin(j, NULL, '{');
		put_string(j, "node", plan->host->nodes[vm->grants[i].node].path);
		put_string(j, "kind", kinds[vm->grants[i].kind]);
		put_string(j, "reason", vm->grants[i].reason);
		end(j, '}');
	}
	end(j, ']');
}

static void put_firmware(struct json *j, const struct plan *plan, const struct plan_vm *vm)
{
	static const char *const objects[] = { [FIRMWARE_CLOCK] = "clock", [FIRMWARE_RESET] = "reset", [FIRMWARE_POWER] = "power", [FIRMWARE_SCMI] = "scmi" };

	begin(j, "firmware", '[');
	for (uint32_t i = 0; i < vm->nr_firmware; i++) {
		begin(j, NULL, '{');
		put_string(j, "object", objects[vm->firmware[i].object]);
		put_number(j, "id", vm->firmware[i].id);
		put_bool(j, "shared", vm->firmware[i].shared);
		put_string(j, "node", plan->host->nodes[vm->firmware[i].node].path);
		end(j, '}');
	}
	end(j, ']');
}

static void put_load(struct json *j, const char *name, const struct plan *plan, const struct plan_load *l)
{
	if (l->image == SYSTEM_NO_IMAGE)
		return;
	begin(j, name, '{');
	put_string(j, "image", plan->system->images[l->image].name);
	put_address(j, "guest", l->ipa.v);
	put_address(j, "physical", l->pa.v);
	put_address(j, "size", l->size);
	put_address(j, "memorySize", l->mem_size);
	end(j, '}');
}

static void put_gic(struct json *j, const struct plan_vm *vm)
{
	static const char *const interfaces[] = { [PLAN_GIC_V3] = "registers", [PLAN_GIC_V2_GICV] = "gicv", [PLAN_GIC_V2_SOFTWARE] = "software" };

	put_number(j, "gicVersion", vm->gic_version);
	put_string(j, "gicInterface", interfaces[vm->gic]);
	put_string(j, "gicReason", vm->gic_reason);
}

static void put_stage2(struct json *j, const char *name, const struct plan_stage2 *s2)
{
	begin(j, name, '{');
	put_number(j, "granule", UINT64_C(1) << s2->granule_shift);
	if (s2->granule_reason)
		put_string(j, "reason", s2->granule_reason);
	put_number(j, "addressBits", s2->ipa_bits);
	put_number(j, "levels", stage2_levels(s2));
	put_number(j, "rootPages", s2->root_pages);
	put_number(j, "tablePages", s2->table_pages);
	put_number(j, "walkLoads", stage2_walk_loads(s2, STAGE2_GUEST_LEVELS));
	end(j, '}');
}

static void put_vm(struct json *j, const struct plan *plan, const struct plan_vm *vm)
{
	begin(j, NULL, '{');
	put_string(j, "name", vm->config->name);
	put_vcpus(j, plan, vm);
	put_gic(j, vm);
	put_stage2(j, "stage2", &vm->stage2);
	if (vm->stage2_other.table_pages)
		put_stage2(j, "stage2Other", &vm->stage2_other);
	put_regions(j, plan, vm);
	put_interrupts(j, plan, vm);
	put_grants(j, plan, vm);
	put_firmware(j, plan, vm);
	begin(j, "emulated", '{');
	put_range(j, "gicd", vm->frames.gicd);
	put_range(j, "gicr", vm->frames.gicr);
	if (vm->gic == PLAN_GIC_V2_SOFTWARE)
		put_range(j, "gicc", vm->frames.gicc);
	put_range(j, "watchdogControl", vm->frames.watchdog[0]);
	put_range(j, "watchdogRefresh", vm->frames.watchdog[1]);
	if (vm->frames.watchdog[0].size)
		put_number(j, "watchdogIntid", vm->frames.watchdog_intid);
	put_range(j, "uart", vm->frames.uart);
	if (vm->frames.uart.size)
		put_number(j, "uartIntid", vm->frames.uart_intid);
	end(j, '}');
	put_load(j, "kernel", plan, &vm->kernel);
	put_load(j, "ramdisk", plan, &vm->ramdisk);
	put_address(j, "entry", vm->entry.v);
	put_address(j, "deviceTree", vm->dtb.v);
	put_bool(j, "dmaWithoutIommu", vm->config->dma_without_iommu);
	end(j, '}');
}

void print_plan_json(FILE *out, const struct plan *plan)
{
	struct json j = { .out = out, .first = true };

	begin(&j, NULL, '{');
	put_number(&j, "format", FORMAT_VERSION);
	put_board(&j, plan->host);
	put_hypervisor(&j, plan);
	put_shared_cpus(&j, plan);
	begin(&j, "vms", '[');
	for (uint32_t i = 0; i < plan->nr_vms; i++)
		put_vm(&j, plan, &plan->vms[i]);
	end(&j, ']');
	end(&j, '}');
	putc('\n', out);
}
