/* SPDX-License-Identifier: Apache-2.0 */
/* What a CPU must do at which time: a binary heap, the earliest first. Pure; used by its own CPU only, without a lock. */
#ifndef COMMON_TIMER_QUEUE_H
#define COMMON_TIMER_QUEUE_H

#include <stdint.h>

#define TIMER_NEVER UINT64_MAX
#define TIMER_NOT_QUEUED UINT32_MAX

struct timer {
	uint64_t at;    /* counter ticks; valid while queued */
	uint32_t index; /* in the queue, or TIMER_NOT_QUEUED */
};

struct timer_queue {
	struct timer **heap;
	uint32_t nr;
};

/* heap has room for every timer of this CPU. */
void timer_queue_init(struct timer_queue *q, struct timer **heap);
void timer_init(struct timer *t);

/* t is due at that time and no other; TIMER_NEVER: not at all. */
void timer_set(struct timer_queue *q, struct timer *t, uint64_t at);

/* When the first one is due, or TIMER_NEVER. */
uint64_t timer_queue_next(const struct timer_queue *q);

/* Takes one that is due at `now` or earlier from the queue; NULL: none is. */
struct timer *timer_queue_take(struct timer_queue *q, uint64_t now);

#endif
