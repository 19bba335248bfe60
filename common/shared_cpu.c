/* SPDX-License-Identifier: Apache-2.0 */
#include "common/shared_cpu.h"

#include "arch/arm64/barrier.h"
#include "common/alarm.h"
#include "common/port.h"
#include "common/vwatchdog.h"

/* Requests that are about what the vCPU does, and not about which one runs. */
#define REQ_OWN (~(uint32_t)VCPU_REQ_SCHED)

/*
 * So long after the beginning of a cyclic schedule's window a vCPU is entered: the same whatever the VM before it was doing then, be it
 * in the middle of an exit, and whether registers had to be switched or not.
 */
#define WINDOW_ENTRY_US 10

static uint64_t ns_per_tick; /* 32 bits of fraction */
static uint64_t window_entry; /* ticks */

void shared_cpu_init(uint64_t frequency)
{
	window_entry = frequency * WINDOW_ENTRY_US / 1000000;
	ns_per_tick = ((UINT64_C(1000000000) << 32) + frequency / 2) / frequency;
}

/* ---- Waking ---- */

static struct vcpu *loaded_on(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->vcpu, __ATOMIC_RELAXED);
}

static void push_woken(struct shared_cpu *s, struct shared_vcpu *v)
{
	struct shared_vcpu *first = __atomic_load_n(&s->woken, __ATOMIC_RELAXED);

	do
		v->next_woken = first;
	while (!__atomic_compare_exchange_n(&s->woken, &first, v, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

void shared_cpu_kick(struct vcpu *vcpu)
{
	struct cpu *cpu = vcpu->cpu;
	struct vcpu *loaded;

	/* Between what the vCPU is asked for and the look whether it is loaded; pairs with the barrier in switch_to. */
	dmb(ish);
	if (loaded_on(cpu) != vcpu) {
		/* Who set it before tells the CPU. */
		if (__atomic_exchange_n(&vcpu->shared->woken, 1, __ATOMIC_ACQ_REL))
			return;
		push_woken(cpu->shared, vcpu->shared);
		dmb(ish);
		loaded = loaded_on(cpu);
		if (loaded)
			__atomic_fetch_or(&loaded->requests, VCPU_REQ_SCHED, __ATOMIC_RELEASE);
	}
	/* This CPU too: an exit does not look for requests unless it is an interrupt. */
	gic_kick(cpu);
}

static void take_woken(struct shared_cpu *s, uint64_t now)
{
	struct shared_vcpu *v, *next;

	if (!__atomic_load_n(&s->woken, __ATOMIC_RELAXED))
		return;
	for (v = __atomic_exchange_n(&s->woken, NULL, __ATOMIC_ACQUIRE); v; v = next) {
		next = v->next_woken;
		/* Acquire: who finds it set, and leaves the rest to us, wrote its request before. */
		(void)__atomic_exchange_n(&v->woken, 0, __ATOMIC_ACQ_REL);
		sched_wake(&s->sched, &v->sched, now);
	}
}

/* ---- Time ---- */

static void program(struct shared_cpu *s, uint64_t at)
{
	if (at == s->programmed)
		return;
	s->programmed = at;
	alarm_set(at);
}

void shared_cpu_set_alarm(struct vcpu *vcpu, uint64_t at)
{
	struct shared_cpu *s = vcpu->cpu->shared;

	timer_set(&s->timers, &vcpu->shared->alarm.timer, at);
	if (at < s->programmed)
		program(s, at);
}

void shared_cpu_alarm(struct cpu *cpu)
{
	program(cpu->shared, TIMER_NEVER);
	if (cpu->vcpu)
		__atomic_fetch_or(&cpu->vcpu->requests, VCPU_REQ_SCHED, __ATOMIC_RELAXED);
}

static void take_timers(struct shared_cpu *s, uint64_t now)
{
	struct timer *t;

	while ((t = timer_queue_take(&s->timers, now))) {
		struct shared_timer *timer = container_of(t, struct shared_timer, timer);

		if (timer->alarm)
			alarm_run(timer->owner->vcpu->vm);
		else
			sched_wake(&s->sched, &timer->owner->sched, now);
	}
}

/* A single store: the guest may read at any time. */
static void tell_stolen(const struct shared_vcpu *v)
{
	if (v->stolen)
		__atomic_store_n(v->stolen, (uint64_t)(((unsigned __int128)v->sched.waited * ns_per_tick) >> 32), __ATOMIC_RELAXED);
}

static uint64_t milliseconds(uint64_t ticks)
{
	return (uint64_t)(((unsigned __int128)ticks * ns_per_tick) >> 32) / 1000000;
}

void shared_cpu_times(const struct vcpu *vcpu, struct shared_times *t)
{
	const struct sched_vcpu *v = &vcpu->shared->sched;
	bool runs = __atomic_load_n(&vcpu->cpu->shared->sched.current, __ATOMIC_RELAXED) == v;
	uint64_t now = alarm_now(), since = __atomic_load_n(&v->since, __ATOMIC_RELAXED), span = now > since ? now - since : 0;

	t->run = milliseconds(__atomic_load_n(&v->run, __ATOMIC_RELAXED) + (runs ? span : 0));
	t->stolen = milliseconds(__atomic_load_n(&v->waited, __ATOMIC_RELAXED) + (!runs && v->runnable ? span : 0));
	t->wakes = __atomic_load_n(&v->wakes, __ATOMIC_RELAXED);
}

/* ---- Switching ---- */

static void unload(struct cpu *cpu)
{
	struct vcpu *old = cpu->vcpu;

	if (!old)
		return;
	/* The timers are off before the virtual GIC looks what is pending. */
	arch_context_save(&old->shared->context);
	vgic_unload_vcpu(old);
	if (!old->shared->sched.runnable)
		timer_set(&cpu->shared->timers, &old->shared->wake.timer, arch_context_deadline(&old->shared->context, vgic_enabled_timers(old)));
}

/* Where the loaded one was, now is this one (NULL: none). The registers follow. */
static void set_loaded(struct cpu *cpu, struct vcpu *vcpu, uint64_t now)
{
	struct vcpu *old = cpu->vcpu;

	__atomic_store_n(&cpu->vcpu, vcpu, __ATOMIC_RELAXED);
	dmb(ish); /* pairs with the barriers in shared_cpu_kick */
	if (old && (__atomic_load_n(&old->requests, __ATOMIC_RELAXED) & REQ_OWN || __atomic_load_n(&old->sgis, __ATOMIC_RELAXED)))
		sched_wake(&cpu->shared->sched, &old->shared->sched, now);
}

static void switch_to(struct cpu *cpu, struct vcpu *vcpu, uint64_t now)
{
	struct shared_vcpu *own = vcpu->shared;
	bool stale = (own->vm->last && own->vm->last != vcpu) || cpu->errata & ERRATA_ICACHE;

	unload(cpu);
	set_loaded(cpu, vcpu, now);
	own->vm->last = vcpu;
	if (own->wake.timer.index != TIMER_NOT_QUEUED)
		timer_set(&cpu->shared->timers, &own->wake.timer, TIMER_NEVER);
	/* Loading takes in what it is about. */
	if (__atomic_load_n(&vcpu->requests, __ATOMIC_RELAXED) & VCPU_REQ_VGIC)
		(void)__atomic_fetch_and(&vcpu->requests, ~(uint32_t)VCPU_REQ_VGIC, __ATOMIC_ACQUIRE);
	arch_context_load(&own->context, &vcpu->arch, &vcpu->vm->arch, stale);
	vgic_load_vcpu(vcpu);
	tell_stolen(own);
}

/* ---- On and off ---- */

/* The loaded vCPU goes off. The last of its VM's does what comes then, here. */
static void go_off(struct vcpu *vcpu)
{
	struct cpu *cpu = vcpu->cpu;
	uint64_t now = alarm_now();

	arch_context_save(&vcpu->shared->context);
	vgic_stop_vcpu(vcpu);
	sched_block(&cpu->shared->sched, &vcpu->shared->sched, now);
	/* Before it can be turned on again: from then on it is woken as one that is not loaded. */
	set_loaded(cpu, NULL, now);
	vcpu_turn_off(vcpu);
}

/* An orderly start, after another vCPU: as if it had been here before, with all registers zero. */
static void start(struct cpu *cpu, struct vcpu *vcpu, uint64_t now)
{
	unload(cpu);
	set_loaded(cpu, vcpu, now);
	vcpu->shared->vm->last = vcpu;
	arch_context_reset(&vcpu->shared->context);
	arch_context_load(&vcpu->shared->context, &vcpu->arch, &vcpu->vm->arch, false);
	vcpu_start(vcpu);
	tell_stolen(vcpu->shared);
}

/* What others asked of a vCPU that is off. true: it is on now. */
static bool try_start(struct cpu *cpu, struct vcpu *vcpu, uint64_t now)
{
	(void)vcpu_take_requests(vcpu);
	/* Acquire: pairs with CPU_ON's release, as in vcpu_wait. */
	if (__atomic_load_n(&vcpu->power, __ATOMIC_ACQUIRE) == VCPU_ON_PENDING) {
		if (__atomic_load_n(&vcpu->vm->state, __ATOMIC_ACQUIRE) == VM_RUNNING) {
			start(cpu, vcpu, now);
			return true;
		}
		vcpu_turn_off(vcpu); /* turned on by a sibling while the VM was being stopped */
	}
	sched_block(&cpu->shared->sched, &vcpu->shared->sched, alarm_now());
	return false;
}

/* The scheduler chose it. true: it can be entered. */
static bool take_over(struct cpu *cpu, struct vcpu *vcpu, uint64_t now)
{
	if (__atomic_load_n(&vcpu->power, __ATOMIC_RELAXED) != VCPU_ON)
		return try_start(cpu, vcpu, now);
	if (cpu->vcpu != vcpu)
		switch_to(cpu, vcpu, now);
	if (__atomic_load_n(&vcpu->requests, __ATOMIC_RELAXED) && vcpu_take_requests(vcpu)) {
		go_off(vcpu);
		return false;
	}
	return true;
}

/* ---- The loop ---- */

/* Until something is pending for this CPU. What comes for the loaded vCPU, or is asked of it, wakes it. */
static void idle(struct cpu *cpu)
{
	struct vcpu *v = cpu->vcpu;

	lock_check_none();
	dsb(sy); /* what was written before sleeping may be what another CPU waits for */
	wfi();
	gic_handle_irqs(v);
	/* Whether something is pending is asked after that anyway. */
	if (v && __atomic_load_n(&v->requests, __ATOMIC_RELAXED) & VCPU_REQ_VGIC)
		(void)__atomic_fetch_and(&v->requests, ~(uint32_t)VCPU_REQ_VGIC, __ATOMIC_ACQUIRE);
	if (v && (vgic_vcpu_has_pending(v) || __atomic_load_n(&v->requests, __ATOMIC_RELAXED) & REQ_OWN))
		sched_wake(&cpu->shared->sched, &v->shared->sched, alarm_now());
}

/* Not earlier may a vCPU be entered in the window that the scheduler is in. Round-robin is one window that began long ago. */
static uint64_t entry_time(const struct sched *s)
{
	return s->frame_start + (s->window ? s->windows[s->window - 1].end : 0) + window_entry;
}

struct vcpu *shared_cpu_next(struct cpu *cpu)
{
	struct shared_cpu *s = cpu->shared;

	for (;;) {
		uint64_t now = alarm_now(), until;
		struct sched_vcpu *v;

		take_woken(s, now);
		take_timers(s, now);
		v = sched_pick(&s->sched, now, &until);
		if (v && !take_over(cpu, shared_of(v)->vcpu, now))
			continue;
		if (v && now < entry_time(&s->sched)) {
			/* Asleep, for the end of a sleep does not depend on when it began, to the instruction. */
			program(s, entry_time(&s->sched));
			idle(cpu);
			continue;
		}
		program(s, u64_min(until, timer_queue_next(&s->timers)));
		/* Who woke somebody meanwhile may have told the vCPU that was loaded before. */
		if (__atomic_load_n(&s->woken, __ATOMIC_RELAXED))
			continue;
		if (v)
			return cpu->vcpu;
		idle(cpu);
	}
}

struct vcpu *shared_cpu_wait(struct vcpu *vcpu)
{
	if (vgic_vcpu_has_pending(vcpu))
		return vcpu;
	sched_block(&vcpu->cpu->shared->sched, &vcpu->shared->sched, alarm_now());
	return shared_cpu_next(vcpu->cpu);
}

struct vcpu *shared_cpu_yield(struct vcpu *vcpu)
{
	sched_yield_current(&vcpu->cpu->shared->sched, alarm_now());
	return shared_cpu_next(vcpu->cpu);
}

void shared_cpu_off(struct vcpu *vcpu)
{
	struct cpu *cpu = vcpu->cpu;

	go_off(vcpu);
	vcpu_enter(shared_cpu_next(cpu));
}

void shared_cpu_run(struct cpu *cpu)
{
	arch_context_init_cpu();
	cpu->shared->programmed = TIMER_NEVER;
	vcpu_enter(shared_cpu_next(cpu));
}
