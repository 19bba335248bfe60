/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which vCPU a shared physical CPU runs, and until when. Pure: it decides, vcpu_switch (common/shared_cpu.c) does it. One struct sched per shared CPU, used by
 * that CPU only, without a lock; CPUs with a single vCPU have none. All times are counter ticks (CNTPCT_EL0). Every operation but sched_pick after
 * a long sleep costs the same whatever the number of vCPUs and VMs.
 *
 * Round-robin: VMs with runnable vCPUs take turns of their slice; in each turn one of the VM's vCPUs runs, the next one in the next turn. A VM whose vCPU
 * blocks or yields goes on with its next runnable one for the rest of its turn; when it has none, the next VM's turn begins.
 *
 * Cyclic: the frame is cut into windows, each with the time when it ends and the VM that it is for; frames follow each other without gaps from
 * sched_start on, the same on all CPUs. Within its window a VM's vCPUs take turns of the slice. Time that a VM leaves in its window is idle, or, when the
 * window is lent, goes to the other VMs by round-robin until the owner has a runnable vCPU again or the window ends.
 */
#ifndef COMMON_SCHED_H
#define COMMON_SCHED_H

#include <stdbool.h>
#include <stdint.h>

struct sched_vm;

/* A vCPU on this CPU. */
struct sched_vcpu {
	struct sched_vm *vm;      /* constant */
	struct sched_vcpu *next;  /* in its VM's queue */
	bool runnable;            /* it runs or waits in the queue; else it is blocked */
	uint64_t since;           /* when it began to run, or to wait while runnable */
	uint64_t run, waited;     /* in all: ticks it ran; ticks it was runnable and did not run (its stolen time) */
	uint64_t wakes;           /* how often sched_wake made it runnable */
};

/* The vCPUs of one VM on this CPU. */
struct sched_vm {
	struct sched_vcpu *first, *last; /* runnable and not running, in the order of their turns */
	struct sched_vm *next;           /* in the CPU's queue */
	bool queued;
	uint64_t slice;                  /* constant, > 0 */
};

/* Windows of a frame, one after the other; gaps are windows of no VM. */
struct sched_window {
	uint64_t end;        /* since the beginning of the frame; the last one's is the frame's length */
	struct sched_vm *vm; /* NULL: a gap */
	bool lend;           /* what its VM does not use (of a gap: all of it) others may */
};

struct sched {
	const struct sched_window *windows; /* NULL: round-robin */
	uint32_t nr_windows;
	uint32_t window;              /* the one we are in */
	uint64_t frame_start;         /* of the frame we are in */
	struct sched_vm *first, *last; /* VMs that wait for their turn */
	struct sched_vcpu *current;   /* NULL: idle */
	uint64_t turn_end;            /* of the current VM's turn, or in a window of the current vCPU's */
};

/* start: when the first frame begins. windows: NULL for round-robin; they must outlive s. */
void sched_init(struct sched *s, const struct sched_window *windows, uint32_t nr_windows, uint64_t start);

/* v may run. Nothing happens if it may already. Ask sched_pick afterwards: an idle CPU has something to run now. */
void sched_wake(struct sched *s, struct sched_vcpu *v, uint64_t now);

/* v, the current one or a waiting one, may not run until sched_wake. Nothing happens if it is blocked. Ask sched_pick afterwards. */
void sched_block(struct sched *s, struct sched_vcpu *v, uint64_t now);

/* The current one lets the other runnable vCPUs of its VM go first. Ask sched_pick afterwards. */
void sched_yield(struct sched *s, uint64_t now);

/*
 * Which vCPU runs from now on: s->current afterwards, NULL: the CPU idles. *until: when to ask again at the latest, UINT64_MAX: not before something
 * wakes or blocks. now never goes back.
 */
struct sched_vcpu *sched_pick(struct sched *s, uint64_t now, uint64_t *until);

/* What v->run and v->waited would be now. */
uint64_t sched_run_time(const struct sched *s, const struct sched_vcpu *v, uint64_t now);
uint64_t sched_waited(const struct sched *s, const struct sched_vcpu *v, uint64_t now);

#endif
