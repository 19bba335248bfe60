/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which vCPU a shared physical CPU runs, and until when. Pure: it decides, vcpu_switch (common/shared_cpu.c) does it. One struct sched per shared CPU, used by
 * that CPU only, without a lock; CPUs with a single vCPU have none. All times are counter ticks (CNTPCT_EL0). Every operation costs the same whatever
 * the number of vCPUs and VMs; sched_pick passes the windows that ended since the last time, and looks through those of a frame when it leaves the CPU idle.
 *
 * Round-robin: VMs with runnable vCPUs take turns of their slice; in each turn one of the VM's vCPUs runs, the next one in the next turn. A VM whose vCPU
 * blocks or yields goes on with its next runnable one for the rest of its turn; when it has none, the next VM's turn begins. What wakes waits behind
 * those that wait and does not cut a turn short. A turn that nobody waits for has no end; it is over when somebody wakes and it has lasted for its slice.
 *
 * Cyclic: the frame is cut into windows, each with the time when it ends and the VM that it is for; frames follow each other without gaps from
 * the start on, the same on all CPUs. Within its window a VM's vCPUs take turns of the slice. Time that a VM leaves in its window is idle, or, when the
 * window is lent, goes to the other VMs by round-robin until the owner has a runnable vCPU again or the window ends. A turn ends with its window.
 */
#ifndef COMMON_SCHED_H
#define COMMON_SCHED_H

#include <stdbool.h>
#include <stdint.h>

struct sched_vm;

/* First come, first served. All zeros is an empty one. */
struct sched_link {
	struct sched_link *next, *prev;
};

struct sched_queue {
	struct sched_link *first, *last;
};

/* A vCPU on this CPU. */
struct sched_vcpu {
	struct sched_vm *vm;      /* constant */
	struct sched_link link;   /* in its VM's queue */
	bool runnable;            /* it runs or waits in the queue; else it is blocked */
	uint64_t since;           /* when it began to run, or to wait while runnable */
	uint64_t run, waited;     /* in all: ticks it ran; ticks it was runnable and did not run (its stolen time) */
	uint64_t wakes;           /* how often sched_wake made it runnable */
};

/* The vCPUs of one VM on this CPU. */
struct sched_vm {
	struct sched_queue waiting; /* runnable and not running, in the order of their turns */
	struct sched_link link;     /* in the CPU's queue: while vCPUs wait and it is not the VM's turn */
	uint64_t slice;             /* constant, > 0 */
};

/* Windows of a frame, one after the other; gaps are windows of no VM. */
struct sched_window {
	uint64_t end;        /* since the beginning of the frame; the last one's is the frame's length */
	struct sched_vm *vm; /* NULL: a gap */
	bool lend;           /* what its VM does not use (of a gap: all of it) others may */
};

struct sched {
	const struct sched_window *windows; /* round-robin: one that never ends, is nobody's and is lent */
	uint32_t nr_windows;
	uint32_t window;              /* the one we are in */
	uint64_t frame_start;         /* of the frame we are in */
	struct sched_queue waiting;   /* VMs that wait for their turn */
	struct sched_vm *turn;        /* whose turn it is; NULL: nobody's */
	struct sched_vcpu *current;   /* NULL: idle */
	uint64_t turn_end;            /* of the VM's turn, or in its own window of the current vCPU's */
};

/* start: when the first frame begins, not later than the first `now`. windows: NULL for round-robin; they must outlive s. */
void sched_init(struct sched *s, const struct sched_window *windows, uint32_t nr_windows, uint64_t start);

/* v may run. Nothing happens if it may already. Ask sched_pick afterwards: an idle CPU has something to run now. */
void sched_wake(struct sched *s, struct sched_vcpu *v, uint64_t now);

/* v, the current one (s->current is NULL then) or a waiting one, may not run until sched_wake. Nothing happens if it is blocked. Ask sched_pick afterwards. */
void sched_block(struct sched *s, struct sched_vcpu *v, uint64_t now);

/* The current one lets the other runnable vCPUs of its VM go first (s->current is NULL then). Ask sched_pick afterwards. */
void sched_yield_current(struct sched *s, uint64_t now);

/*
 * Which vCPU runs from now on: s->current afterwards, NULL: the CPU idles. *until: when to ask again at the latest, UINT64_MAX: not before something
 * wakes or blocks. now never goes back.
 */
struct sched_vcpu *sched_pick(struct sched *s, uint64_t now, uint64_t *until);

/* What v->run and v->waited would be now. */
uint64_t sched_run_time(const struct sched *s, const struct sched_vcpu *v, uint64_t now);
uint64_t sched_waited(const struct sched *s, const struct sched_vcpu *v, uint64_t now);

#endif
