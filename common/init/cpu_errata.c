/* SPDX-License-Identifier: Apache-2.0 */
/* What became of the CPUs' errata and of what firmware left undone, in words, and the VMs that cannot do with one. */
#include "common/alarm.h"
#include "common/init/apply.h"
#include "common/lib/format.h"
#include "common/log.h"

/* Whether one before it is of the same kind, in all that is told. */
static bool is_told(uint32_t cpu)
{
	for (uint32_t i = 0; i < cpu; i++)
		if (cpus[i].midr == cpus[cpu].midr && cpus[i].branches == cpus[cpu].branches && cpus[i].arch.defence == cpus[cpu].arch.defence)
			return true;
	return false;
}

static bool list_errata(uint32_t midr, enum erratum_fate fate, char *list, size_t size)
{
	size_t n = 0;

	for (const struct erratum *e = errata_next(midr, NULL); e; e = errata_next(midr, e))
		if (e->fate == fate && n < size)
			n += format_text(list + n, size - n, "%s%s", n ? ", " : "", e->id);
	return n;
}

static void tell_errata(const struct cpu *cpu)
{
	char list[80];

	if (list_errata(cpu->midr, ERRATUM_DONE, list, sizeof(list)))
		log_info("CPU %u and its like (MIDR 0x%x): errata worked around: %s", cpu->id, cpu->midr, list);
	if (list_errata(cpu->midr, ERRATUM_REFUSED, list, sizeof(list)))
		log_warn("CPU %u and its like (MIDR 0x%x): errata that VMs must not meet: %s", cpu->id, cpu->midr, list);
}

static void tell_branches(const struct cpu *cpu)
{
	switch (cpu->branches) {
	case BRANCH_SAFE:
		break;
	case BRANCH_SMC:
		log_info("CPU %u and its like: at each exit firmware clears branch prediction (call 0x%x)", cpu->id, cpu->arch.defence);
		break;
	case BRANCH_LOOP:
		log_info("CPU %u and its like: at each exit %u branches replace branch history", cpu->id, cpu->arch.defence);
		break;
	case BRANCH_CLEAR:
		log_info("CPU %u and its like: at each exit CLRBHB clears branch history", cpu->id);
		break;
	case BRANCH_EXPOSED:
		log_warn("CPU %u and its like (MIDR 0x%x): VMs can influence the hypervisor's branch prediction: newer firmware would help "
			 "(SMCCC_ARCH_WORKAROUND_1, _3)", cpu->id, cpu->midr);
		break;
	}
}

/* Firmware's. Guests that read the register have it as it is; Linux takes the device tree's frequency where that has one. */
static void tell_frequency(const struct cpu *cpu)
{
	if (cpu->frequency != alarm_frequency)
		log_warn("CPU %u: firmware left CNTFRQ_EL0 at %u Hz; the timer's frequency is %u Hz", cpu->id, cpu->frequency, alarm_frequency);
}

static const struct cpu *find_cpu(uint32_t id)
{
	const struct cpu *cpu = cpus;

	while (cpu->id != id)
		cpu++;
	return cpu;
}

static enum err check_vm(const struct plan *plan, const struct plan_vm *vm)
{
	enum err e = OK;

	if (vm->gic == PLAN_GIC_V2_SOFTWARE)
		return OK;
	for (uint32_t i = 0; i < vm->nr_vcpus; i++) {
		const struct cpu *cpu = find_cpu(vm->vcpu_cpu[i]);

		if (!(cpu->errata & ERRATA_ICC))
			continue;
		log_error("%s: on CPU %u (%s) a GICv3 guest could disable the hypervisor's interrupts (Cavium erratum 30115): set gic-version = <2>",
			  vm->config->path, cpu->id, plan->host->cpus[cpu->id].path);
		e = ERR_UNSUPPORTED;
	}
	return e;
}

enum err apply_errata(const struct plan *plan)
{
	enum err e = OK;

	for (uint32_t i = 0; i < nr_cpus; i++) {
		if (!is_told(i)) {
			tell_errata(&cpus[i]);
			tell_branches(&cpus[i]);
		}
		tell_frequency(&cpus[i]);
	}
	for (uint32_t i = 0; i < plan->nr_vms; i++)
		if (check_vm(plan, &plan->vms[i]))
			e = ERR_UNSUPPORTED;
	return e;
}
