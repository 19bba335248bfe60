/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CPU that vCPUs share: which one runs is sched.h's to say; here it is made so. CPUs that one vCPU has alone have none of this.
 *
 * cpu->vcpu is the vCPU that is loaded: the machine's registers, list registers and timers are its own. It stays loaded while it waits and
 * nobody else has anything to do, so that going on costs nothing: then its timers and interrupts arrive as if it ran.
 *
 * Who wakes a vCPU writes what it is woken for, and kicks. Of the loaded one, the SGI does it; another one is put on the list `woken`, and the loaded one
 * is asked to ask the scheduler. Whether it is loaded may change at that moment: both sides write first what they have to say, and look
 * then what the other wrote, with a barrier in between (shared_cpu_kick; switch_to, after which the loop looks again).
 *
 * All but shared_cpu_kick: on that CPU.
 */
#ifndef COMMON_SHARED_CPU_H
#define COMMON_SHARED_CPU_H

#include "arch/arm64/context.h"
#include "common/sched.h"
#include "common/timer_queue.h"
#include "common/vm.h"

struct shared_vcpu;

struct shared_timer {
	struct timer timer;
	struct shared_vcpu *owner;
	bool alarm; /* of the VM's watchdog; else the vCPU's own timers */
};

/* The vCPUs of one VM on one CPU. */
struct shared_vm {
	struct sched_vm sched;
	struct vcpu *last; /* the one that ran last here; NULL: none */
};

struct shared_vcpu {
	struct sched_vcpu sched;
	struct vcpu *vcpu;
	struct shared_vm *vm;
	struct shared_timer wake;  /* queued while it waits and is not loaded */
	struct shared_timer alarm; /* of vCPU 0 */
	struct shared_vcpu *next_woken;
	uint32_t woken;     /* atomic: it is on the list, or about to be */
	uint64_t *stolen;   /* nanoseconds, as the guest reads it (Arm DEN 0057, 3.2.2); NULL: nowhere */
	struct arch_context context; /* valid while it is on and not loaded */
};

struct shared_cpu {
	struct sched sched;
	struct timer_queue timers;
	struct shared_vcpu *woken; /* atomic: vCPUs that were kicked, the last one first */
	uint64_t programmed;       /* what EL2's timer is set to */
};

#define PV_TIME_STOLEN 8 /* where in a vCPU's stolen-time structure the time is (DEN 0057, 3.2.2) */

/* Boot. How long a tick of the counter is: frequency in Hz, not 0. */
void shared_cpu_init(uint64_t frequency);

/* This CPU begins to run its vCPUs. */
NORETURN void shared_cpu_run(struct cpu *cpu);

/* The vCPU that is to be entered now, loaded; until there is one, the CPU sleeps. */
struct vcpu *shared_cpu_next(struct cpu *cpu);

/* The loaded vCPU has nothing to do until an interrupt comes (WFI). What it returns is entered. */
struct vcpu *shared_cpu_wait(struct vcpu *vcpu);

/* The loaded vCPU spins (WFE): siblings go first. */
struct vcpu *shared_cpu_yield(struct vcpu *vcpu);

/* The loaded vCPU goes off. */
NORETURN void shared_cpu_off(struct vcpu *vcpu);

/* EL2's timer fired. */
void shared_cpu_alarm(struct cpu *cpu);

/* The watchdog of the VM of which this is vCPU 0 wants to be called at that time, TIMER_NEVER: not at all. */
void shared_cpu_set_alarm(struct vcpu *vcpu, uint64_t at);

static inline struct shared_vcpu *shared_of(struct sched_vcpu *v)
{
	return container_of(v, struct shared_vcpu, sched);
}

#endif
