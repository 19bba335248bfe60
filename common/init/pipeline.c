/* SPDX-License-Identifier: Apache-2.0 */
#include "common/init/pipeline.h"

static uint32_t find_boot_cpu(const struct host *host, uint64_t mpidr, struct findings *findings)
{
	if (mpidr == PIPELINE_FIRST_CPU)
		return 0;
	for (uint32_t i = 0; i < host->nr_cpus; i++)
		if (host->cpus[i].mpidr == mpidr)
			return i;
	findings_add(findings, FINDING_DTB_BAD, "/cpus: the board's DTB has no node for the CPU that boots (reg 0x%lx): is it this board's?", mpidr);
	return 0;
}

static const struct system *parse_system(const struct pipeline_input *in)
{
	if (in->fit)
		return dt_parse_system(in->fit, in->fit_size, in->host, in->arena, in->findings, in->sha256, in->progress, in->progress_ctx);
	findings_add(in->findings, FINDING_FIT_MISSING,
		     "there is no system file: load system.itb as the initrd (U-Boot: booti $kernel $itb:$size $fdt, QEMU: -initrd system.itb)");
	return NULL;
}

static void write_guests(const struct pipeline_input *in, struct plan *plan)
{
	for (uint32_t i = 0; i < plan->nr_vms; i++) {
		struct plan_vm *vm = &plan->vms[i];
		unsigned before = in->findings->count;
		enum err e = dt_write_guest(plan, vm, in->arena, in->findings);

		if (e && in->findings->count == before)
			findings_add(in->findings, FINDING_NO_MEMORY, "%s: its device tree cannot be written: %s", vm->config->path, err_text(e));
		else if (!e && vm->dtb_size > vm->dtb_max)
			findings_add(in->findings, FINDING_NO_MEMORY, "%s: its device tree has %u bytes, and %u were planned for it: pass fewer devices through",
				     vm->config->path, vm->dtb_size, vm->dtb_max);
	}
}

struct plan *pipeline_plan(const struct pipeline_input *in)
{
	const struct system *system = parse_system(in);
	struct plan_input plan_in;
	struct plan *plan;

	if (!in->host || !system)
		return NULL;
	plan_in = (struct plan_input){
		.host = in->host,
		.system = system,
		.boot_cpu = find_boot_cpu(in->host, in->boot_mpidr, in->findings),
		.pa_bits = in->pa_bits,
		.granule64_ok = in->granule64_ok,
		.hypervisor = in->hypervisor,
		.system_file = in->system_file,
		.host_dtb = in->host_dtb,
		.arena = in->arena,
		.findings = in->findings,
	};
	plan = plan_make(&plan_in);
	if (plan)
		write_guests(in, plan);
	return in->findings->count ? NULL : plan;
}
