/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof: CPUs. A CPU may have vCPUs of several VMs, if the configuration of each names it: then their time is divided, and what is wrong with
 * that would show here; memory, interrupts and devices stay apart all the same.
 */
#include "common/prove_internal.h"

/* The one schedule that names the CPU. */
static const struct schedule_config *find_schedule(const struct plan *plan, uint32_t cpu)
{
	for (uint32_t i = 0; i < plan->system->nr_schedules; i++)
		for (uint32_t k = 0; k < plan->system->schedules[i].nr_cpus; k++)
			if (plan->system->schedules[i].cpus[k] == cpu)
				return &plan->system->schedules[i];
	return NULL;
}

struct plan_cpu *prove_count_cpus(const struct plan *plan, struct arena *arena)
{
	struct plan_cpu *real = ARENA_ARRAY(arena, struct plan_cpu, plan->host->nr_cpus);

	for (uint32_t cpu = 0; real && cpu < plan->host->nr_cpus; cpu++)
		real[cpu] = (struct plan_cpu){.vm = PLAN_NO_VM, .schedule = find_schedule(plan, cpu)};
	for (uint32_t i = 0; real && i < plan->nr_vms; i++) {
		for (uint32_t v = 0; v < plan->vms[i].nr_vcpus; v++) {
			uint32_t cpu = plan->vms[i].vcpu_cpu[v];

			if (cpu >= plan->host->nr_cpus)
				continue;
			if (real[cpu].vm == PLAN_NO_VM)
				real[cpu].vm = i;
			real[cpu].nr_vcpus++;
		}
	}
	return real;
}

static bool is_shared(const struct plan_cpu *c)
{
	return c->nr_vcpus > 1 || (c->nr_vcpus && c->schedule);
}

bool prove_shares_cpu(const struct plan *plan, const struct plan_vm *vm, const struct plan_cpu *real)
{
	for (uint32_t i = 0; i < vm->nr_vcpus; i++)
		if (vm->vcpu_cpu[i] < plan->host->nr_cpus && is_shared(&real[vm->vcpu_cpu[i]]))
			return true;
	return false;
}

static bool config_has_cpu(const struct vm_config *config, uint32_t cpu)
{
	for (uint32_t i = 0; i < config->nr_cpus; i++)
		if (config->cpus[i] == cpu)
			return true;
	return false;
}

void prove_vm_cpus(struct prove_walk *w)
{
	const struct plan_vm *vm = w->vm;
	const struct vm_config *config = vm->config;

	if (vm->nr_vcpus != config->nr_vcpus)
		PROVE_FAULT(w, "the plan has %u vCPUs, its configuration %u", vm->nr_vcpus, config->nr_vcpus);
	for (uint32_t i = 0; i < vm->nr_vcpus; i++) {
		uint32_t cpu = vm->vcpu_cpu[i];

		if (cpu >= w->plan->host->nr_cpus)
			PROVE_FAULT(w, "vCPU %u is on CPU %u, which the board has not got", i, cpu);
		else if (!config_has_cpu(config, cpu))
			PROVE_FAULT(w, "vCPU %u is on CPU %u, which its cpus property does not name", i, cpu);
		else if (config->cpus[i % config->nr_cpus] != cpu)
			PROVE_FAULT(w, "vCPU %u is on CPU %u, and CPU %u is its turn", i, cpu, config->cpus[i % config->nr_cpus]);
	}
}

static bool lives_on(const struct plan_vm *vm, uint32_t cpu)
{
	for (uint32_t i = 0; i < vm->nr_vcpus; i++)
		if (vm->vcpu_cpu[i] == cpu)
			return true;
	return false;
}

static bool has_window(const struct schedule_config *s, uint32_t vm)
{
	for (uint32_t i = 0; i < s->nr_windows; i++)
		if (s->windows[i].vm == vm)
			return true;
	return false;
}

/* Time is like memory: windows lie in the frame, no two at the same time, and those have some who live there, and they alone. */
static void prove_windows(const struct plan *plan, const struct schedule_config *s, uint32_t cpu, struct findings *findings)
{
	for (uint32_t i = 0; i < s->nr_windows; i++) {
		const struct window_config *a = &s->windows[i];

		if (!a->length || !range_within(a->start, a->length, 0, s->frame))
			findings_add(findings, FINDING_PROOF_FAILED, "CPU %u: the window at %u us is not one of the frame of %u us", cpu, a->start, s->frame);
		for (uint32_t k = 0; k < i; k++)
			if (ranges_overlap(a->start, a->length, s->windows[k].start, s->windows[k].length))
				findings_add(findings, FINDING_PROOF_FAILED, "CPU %u: the windows at %u us and %u us overlap", cpu, s->windows[k].start, a->start);
		if (a->vm >= plan->nr_vms || !lives_on(&plan->vms[a->vm], cpu))
			findings_add(findings, FINDING_PROOF_FAILED, "CPU %u: the window at %u us is for a VM without a vCPU there", cpu, a->start);
	}
	for (uint32_t i = 0; i < plan->nr_vms; i++)
		if (lives_on(&plan->vms[i], cpu) && !has_window(s, i))
			findings_add(findings, FINDING_PROOF_FAILED, "CPU %u: VM %s has a vCPU and no window there", cpu, plan->vms[i].config->name);
}

void prove_cpus(const struct plan *plan, const struct plan_cpu *real, struct findings *findings)
{
	for (uint32_t cpu = 0; cpu < plan->host->nr_cpus; cpu++) {
		const struct plan_cpu *said = &plan->cpus[cpu], *is = &real[cpu];

		/* What the plan takes for dedicated runs without a scheduler. */
		if (said->nr_vcpus != is->nr_vcpus)
			findings_add(findings, FINDING_PROOF_FAILED, "CPU %u: the plan says that %u vCPUs live there, and %u do", cpu, said->nr_vcpus, is->nr_vcpus);
		if (said->vm != is->vm)
			findings_add(findings, FINDING_PROOF_FAILED, "CPU %u: the plan says that its first VM is %u, which is %u (%u: none)", cpu, said->vm, is->vm,
				     PLAN_NO_VM);
		if (said->schedule != is->schedule)
			findings_add(findings, FINDING_PROOF_FAILED, "CPU %u: the plan has it under %s%s, the configuration under %s%s", cpu,
				     said->schedule ? "schedule " : "no schedule", said->schedule ? said->schedule->name : "",
				     is->schedule ? "schedule " : "no schedule", is->schedule ? is->schedule->name : "");
		if (is->schedule && is->schedule->policy == SCHED_CYCLIC)
			prove_windows(plan, is->schedule, cpu, findings);
	}
}
