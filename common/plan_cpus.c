/* SPDX-License-Identifier: Apache-2.0 */
/* Which CPU each vCPU lives on. */
#include "common/plan_parts.h"

static void check_cpu_start(struct plan_work *w, const struct vm_config *config, uint32_t n)
{
	const struct host *host = w->in->host;
	const struct host_cpu *cpu = &host->cpus[n];

	if (n == w->in->boot_cpu)
		return;
	if (cpu->start == CPU_START_NONE)
		findings_add(w->in->findings, FINDING_UNSUPPORTED,
			     "%s: cpus: CPU %u (%s) has no enable-method, so nothing can start it: use another CPU", config->path, n, cpu->path);
	else if (cpu->start == CPU_START_PSCI && host->psci != HOST_PSCI_SMC)
		findings_add(w->in->findings, FINDING_UNSUPPORTED,
			     "%s: cpus: CPU %u (%s) can be started only by PSCI, and the board's DTB has none with method \"smc\" (QEMU: -M virt,virtualization=on)",
			     config->path, n, cpu->path);
}

static bool is_named_before(const struct vm_config *config, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (config->cpus[j] == config->cpus[i])
			return true;
	return false;
}

/* The file's list; false: there is something wrong with it. */
static bool check_cpus(struct plan_work *w, const struct vm_config *config)
{
	const struct host *host = w->in->host;
	bool good = true;

	for (uint32_t i = 0; i < config->nr_cpus; i++) {
		uint32_t n = config->cpus[i];

		if (n >= host->nr_cpus)
			findings_add(w->in->findings, FINDING_CPU_MISSING, "%s: cpus: there is no CPU %u: the board has %u, counted from 0", config->path, n,
				     host->nr_cpus);
		else if (is_named_before(config, i))
			findings_add(w->in->findings, FINDING_CPU_TAKEN, "%s: cpus: CPU %u is named twice: name each CPU once", config->path, n);
		else {
			check_cpu_start(w, config, n);
			continue;
		}
		good = false;
	}
	return good;
}

enum err plan_cpus(struct plan_work *w, struct plan_vm *vm)
{
	const struct vm_config *config = vm->config;
	bool good = check_cpus(w, config);

	if (config->nr_vcpus > CONFIG_MAX_VCPUS) {
		findings_add(w->in->findings, FINDING_UNSUPPORTED, "%s: vcpus: %u are more than a VM can have (%d, CONFIG_MAX_VCPUS)", config->path,
			     config->nr_vcpus, CONFIG_MAX_VCPUS);
		return OK;
	}
	if (config->weight < 1 || config->weight > SYSTEM_MAX_WEIGHT)
		findings_add(w->in->findings, FINDING_PROPERTY_BAD, "%s: weight: %u is not within 1 and %u", config->path, config->weight, SYSTEM_MAX_WEIGHT);
	if (!config->nr_cpus && !plan_found(w)) /* parse tells of it */
		findings_add(w->in->findings, FINDING_PROPERTY_MISSING, "%s: cpus: the VM has none: add cpus = <number>", config->path);
	if (config->nr_vcpus < config->nr_cpus)
		findings_add(w->in->findings, FINDING_UNSUPPORTED, "%s: vcpus: %u vCPUs leave some of its %u cpus without one: name %u cpus, or leave vcpus out",
			     config->path, config->nr_vcpus, config->nr_cpus, config->nr_vcpus);
	if (!good || !config->nr_cpus)
		return OK;
	vm->vcpu_cpu = ARENA_ARRAY(w->in->arena, uint32_t, config->nr_vcpus);
	if (!vm->vcpu_cpu)
		return plan_no_memory(w);
	for (; vm->nr_vcpus < config->nr_vcpus; vm->nr_vcpus++) {
		uint32_t n = config->cpus[vm->nr_vcpus % config->nr_cpus];

		vm->vcpu_cpu[vm->nr_vcpus] = n;
		if (w->plan->cpus[n].vm == PLAN_NO_VM)
			w->plan->cpus[n].vm = vm->id;
		w->plan->cpus[n].nr_vcpus++;
	}
	return OK;
}

bool plan_shares_cpu(const struct plan *plan, const struct plan_vm *vm)
{
	for (uint32_t i = 0; i < vm->nr_vcpus; i++)
		if (plan_cpu_is_shared(&plan->cpus[vm->vcpu_cpu[i]]))
			return true;
	return false;
}
