/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules of shared CPUs: whether they can be kept, and whether everyone who lives there gets his turn. */
#include "common/plan_parts.h"

#define FOUND(w, ...) findings_add((w)->in->findings, FINDING_SCHEDULE_BAD, __VA_ARGS__)

/* ---- Numbers ---- */

static void check_slice(struct plan_work *w, const struct schedule_config *s)
{
	if (s->slice < SYSTEM_MIN_SLICE)
		FOUND(w, "%s: slice: %u us are too short: below %u us the CPU does little but change from one vCPU to the next", s->path, s->slice, SYSTEM_MIN_SLICE);
	if (s->slice > SYSTEM_MAX_SLICE)
		FOUND(w, "%s: slice: %u us are too long: others wait for their turn, %u us at most", s->path, s->slice, SYSTEM_MAX_SLICE);
}

static void check_window(struct plan_work *w, const struct schedule_config *s, uint32_t n)
{
	const struct window_config *a = &s->windows[n];

	if (!a->length)
		FOUND(w, "%s: windows: the one that starts at %u us has no length", s->path, a->start);
	else if (a->length < SYSTEM_MIN_WINDOW)
		FOUND(w, "%s: windows: the one that starts at %u us is too short (%u us): below %u us much of it goes into changing to its VM", s->path, a->start,
		      a->length, SYSTEM_MIN_WINDOW);
	if ((uint64_t)a->start + a->length > s->frame)
		FOUND(w, "%s: windows: the one that starts at %u us ends at %lu us, beyond the frame of %u us", s->path, a->start,
		      (unsigned long)a->start + a->length, s->frame);
	for (uint32_t i = 0; i < n; i++)
		if (ranges_overlap(a->start, a->length, s->windows[i].start, s->windows[i].length))
			FOUND(w, "%s: windows: those that start at %u us and at %u us overlap", s->path, s->windows[i].start, a->start);
	if (a->vm != SYSTEM_NO_VM && a->vm >= w->plan->nr_vms)
		FOUND(w, "%s: windows: the one that starts at %u us is for VM %u, which there is not", s->path, a->start, a->vm);
}

static void check_frame(struct plan_work *w, const struct schedule_config *s)
{
	if (s->frame < SYSTEM_MIN_WINDOW || s->frame > SYSTEM_MAX_FRAME)
		FOUND(w, "%s: frame: %u us are not within %u us, the shortest window, and %u us, the longest wait that is planned", s->path, s->frame,
		      SYSTEM_MIN_WINDOW, SYSTEM_MAX_FRAME);
	if (!s->nr_windows || s->nr_windows > SYSTEM_MAX_WINDOWS)
		FOUND(w, "%s: windows: %u are not within 1 and %u", s->path, s->nr_windows, SYSTEM_MAX_WINDOWS);
	for (uint32_t i = 0; i < s->nr_windows; i++)
		check_window(w, s, i);
}

/* ---- Who lives there ---- */

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

static void check_sharers(struct plan_work *w, const struct schedule_config *s, uint32_t cpu)
{
	for (uint32_t v = 0; v < w->plan->nr_vms; v++) {
		const struct plan_vm *vm = &w->plan->vms[v];
		bool lives = lives_on(vm, cpu);

		if (s->policy == SCHED_ROUND_ROBIN && lives && (uint64_t)s->slice * vm->config->weight > SYSTEM_MAX_SLICE && s->slice <= SYSTEM_MAX_SLICE)
			FOUND(w, "%s: slice: a turn of %s, whose weight is %u, would be %lu us long: others wait for theirs, %u us at most", s->path, vm->config->path,
			      vm->config->weight, (unsigned long)s->slice * vm->config->weight, SYSTEM_MAX_SLICE);
		if (s->policy != SCHED_CYCLIC || lives == has_window(s, v) || has_window(s, SYSTEM_NO_VM))
			continue;
		if (lives)
			FOUND(w, "%s: windows: %s has a vCPU on CPU %u and no window, so it would never run: add one", s->path, vm->config->path, cpu);
		else
			FOUND(w, "%s: windows: %s has a window and no vCPU on CPU %u: remove the window, or the CPU from the schedule", s->path, vm->config->path, cpu);
	}
}

static void take_cpu(struct plan_work *w, const struct schedule_config *s, uint32_t n)
{
	struct plan_cpu *cpu;

	if (n >= w->in->host->nr_cpus) {
		findings_add(w->in->findings, FINDING_CPU_MISSING, "%s: cpus: there is no CPU %u: the board has %u, counted from 0", s->path, n, w->in->host->nr_cpus);
		return;
	}
	cpu = &w->plan->cpus[n];
	if (cpu->schedule) {
		findings_add(w->in->findings, FINDING_CPU_TAKEN, "%s: cpus: CPU %u is in %s already: name each CPU once", s->path, n, cpu->schedule->path);
		return;
	}
	cpu->schedule = s;
	if (!cpu->nr_vcpus)
		FOUND(w, "%s: cpus: no VM has a vCPU on CPU %u: remove it", s->path, n);
	else if (cpu->nr_vcpus == 1 && s->policy == SCHED_ROUND_ROBIN)
		FOUND(w, "%s: cpus: CPU %u has a single vCPU, of %s, which has it for itself: remove it", s->path, n, w->plan->vms[cpu->vm].config->path);
	check_sharers(w, s, n);
}

void plan_schedules(struct plan_work *w)
{
	const struct system *system = w->in->system;

	for (uint32_t i = 0; i < system->nr_schedules; i++) {
		const struct schedule_config *s = &system->schedules[i];

		check_slice(w, s);
		/* What is not there parse tells of, once. */
		if (s->policy == SCHED_CYCLIC && ((s->frame && s->nr_windows) || !plan_found(w)))
			check_frame(w, s);
		for (uint32_t k = 0; k < s->nr_cpus; k++)
			take_cpu(w, s, s->cpus[k]);
	}
}
