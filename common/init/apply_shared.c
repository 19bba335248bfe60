/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs that vCPUs share: what they schedule, and how. */
#include "common/alarm.h"
#include "common/init/apply.h"

#include "arch/arm64/sysreg.h"
#include "common/shared_cpu.h"

_Static_assert(sizeof(struct shared_cpu) <= PLAN_BYTES_PER_SHARED_CPU, "plan.h: PLAN_BYTES_PER_SHARED_CPU");
_Static_assert(sizeof(struct sched_window) <= PLAN_BYTES_PER_WINDOW, "plan.h: PLAN_BYTES_PER_WINDOW");
_Static_assert(sizeof(struct shared_vm) <= PLAN_BYTES_PER_SHARER, "plan.h: PLAN_BYTES_PER_SHARER");
_Static_assert(sizeof(struct shared_vcpu) + 2 * sizeof(struct timer *) <= PLAN_BYTES_PER_SHARED_VCPU, "plan.h: PLAN_BYTES_PER_SHARED_VCPU");

static uint64_t ticks(uint64_t microseconds)
{
	/* At most 2^32 us, at 2^31 Hz. */
	return microseconds * alarm_frequency / 1000000;
}

static uint32_t slice_of(const struct schedule_config *schedule)
{
	return schedule ? schedule->slice : SYSTEM_SLICE;
}

enum err apply_shared_cpu(struct cpu *cpu, const struct plan_cpu *plan, struct arena *pool)
{
	/* For each vCPU its own timers and, of the first, the VM's watchdog. */
	struct timer **heap = ARENA_ARRAY(pool, struct timer *, 2 * plan->nr_vcpus);

	cpu->shared = ARENA_NEW(pool, struct shared_cpu);
	if (!heap || !cpu->shared)
		return ERR_NO_MEMORY;
	timer_queue_init(&cpu->shared->timers, heap);
	sched_init(&cpu->shared->sched, NULL, 0, 0);
	return OK;
}

/* The VM's share of that CPU: made with the first of its vCPUs there. */
static struct shared_vm *find_sharer(const struct vm *vm, const struct cpu *cpu)
{
	for (uint32_t i = 0; i < vm->nr_vcpus; i++)
		if (vm->vcpus[i].cpu == cpu && vm->vcpus[i].shared)
			return vm->vcpus[i].shared->vm;
	return NULL;
}

static struct shared_vm *make_sharer(const struct plan_cpu *cpu, const struct vm_config *config, struct arena *pool)
{
	struct shared_vm *s = ARENA_NEW(pool, struct shared_vm);
	bool cyclic = cpu->schedule && cpu->schedule->policy == SCHED_CYCLIC;

	/* In its own window turns are its vCPUs', whatever its weight. */
	if (s)
		s->sched.slice = ticks((uint64_t)slice_of(cpu->schedule) * (cyclic ? 1 : config->weight));
	return s;
}

enum err apply_shared_vcpu(struct vcpu *vcpu, const struct plan *plan, const struct plan_vm *pv, struct arena *pool)
{
	struct shared_vm *sharer = find_sharer(vcpu->vm, vcpu->cpu);
	struct shared_vcpu *s;

	if (!sharer)
		sharer = make_sharer(&plan->cpus[vcpu->cpu->id], pv->config, pool);
	s = ARENA_NEW(pool, struct shared_vcpu);
	if (!sharer || !s)
		return ERR_NO_MEMORY;
	s->vcpu = vcpu;
	s->vm = sharer;
	s->sched.vm = &sharer->sched;
	s->wake.owner = s->alarm.owner = s;
	s->alarm.alarm = true;
	timer_init(&s->wake.timer);
	timer_init(&s->alarm.timer);
	vcpu->shared = s;
	return OK;
}

void apply_pv_time(struct vm *vm, const struct plan_vm *pv)
{
	if (!pv->pv_time.size)
		return;
	vm->pv_time = pv->pv_time.base;
	for (uint32_t i = 0; i < pv->nr_regions; i++) {
		const struct plan_region *r = &pv->regions[i];

		if (r->kind != PLAN_REGION_PV_TIME)
			continue;
		for (uint32_t n = 0; n < vm->nr_vcpus; n++)
			if (vm->vcpus[n].shared)
				vm->vcpus[n].shared->stolen = pa_ptr(pa_make(r->pa.v + (uint64_t)n * PLAN_PV_TIME_SIZE + PV_TIME_STOLEN));
	}
}

/* The configuration's windows, in the order of their time, and what is between them and after the last one. */
static uint32_t make_windows(const struct schedule_config *schedule, const struct cpu *cpu, struct sched_window *windows)
{
	uint32_t n = 0;
	uint64_t at = 0;

	while (at < schedule->frame) {
		const struct window_config *next = NULL;

		for (uint32_t i = 0; i < schedule->nr_windows; i++) {
			const struct window_config *w = &schedule->windows[i];

			if (w->start >= at && (!next || w->start < next->start))
				next = w;
		}
		if (!next || next->start > at) {
			at = next ? next->start : schedule->frame;
			windows[n++] = (struct sched_window){.end = ticks(at)};
		}
		if (next) {
			struct shared_vm *sharer = find_sharer(&vms[next->vm], cpu);

			at = (uint64_t)next->start + next->length;
			windows[n++] = (struct sched_window){.end = ticks(at), .vm = sharer ? &sharer->sched : NULL, .lend = next->lend};
		}
	}
	return n;
}

enum err apply_schedules(const struct plan *plan, struct arena *pool)
{
	/* One beginning for all, so that the windows of one schedule coincide on its CPUs. */
	uint64_t epoch = read_sysreg(cntpct_el0);

	shared_cpu_init(alarm_frequency);
	for (uint32_t i = 0; i < nr_cpus; i++) {
		const struct schedule_config *schedule = plan->cpus[cpus[i].id].schedule;
		struct sched_window *windows;

		if (!cpus[i].shared || !schedule || schedule->policy != SCHED_CYCLIC)
			continue;
		/* Each may have a gap before it, and the last one one behind it. */
		windows = ARENA_ARRAY(pool, struct sched_window, 2 * schedule->nr_windows + 1);
		if (!windows)
			return ERR_NO_MEMORY;
		sched_init(&cpus[i].shared->sched, windows, make_windows(schedule, &cpus[i], windows), epoch);
	}
	return OK;
}
