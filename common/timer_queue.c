/* SPDX-License-Identifier: Apache-2.0 */
#include "common/timer_queue.h"

#include <stdbool.h>
#include <stddef.h>

void timer_queue_init(struct timer_queue *q, struct timer **heap)
{
	*q = (struct timer_queue){ .heap = heap };
}

void timer_init(struct timer *t)
{
	t->index = TIMER_NOT_QUEUED;
}

static void put(struct timer_queue *q, uint32_t i, struct timer *t)
{
	q->heap[i] = t;
	t->index = i;
}

/* t belongs where the hole i is, or above or below it. */
static void place(struct timer_queue *q, uint32_t i, struct timer *t)
{
	uint32_t child;

	for (; i && t->at < q->heap[(i - 1) / 2]->at; i = (i - 1) / 2)
		put(q, i, q->heap[(i - 1) / 2]);
	while ((child = 2 * i + 1) < q->nr) {
		if (child + 1 < q->nr && q->heap[child + 1]->at < q->heap[child]->at)
			child++;
		if (t->at <= q->heap[child]->at)
			break;
		put(q, i, q->heap[child]);
		i = child;
	}
	put(q, i, t);
}

static void remove(struct timer_queue *q, struct timer *t)
{
	struct timer *last = q->heap[--q->nr];

	if (last != t)
		place(q, t->index, last);
	t->index = TIMER_NOT_QUEUED;
}

void timer_set(struct timer_queue *q, struct timer *t, uint64_t at)
{
	bool queued = t->index != TIMER_NOT_QUEUED;

	if (at == TIMER_NEVER) {
		if (queued)
			remove(q, t);
		return;
	}
	t->at = at;
	place(q, queued ? t->index : q->nr++, t);
}

uint64_t timer_queue_next(const struct timer_queue *q)
{
	return q->nr ? q->heap[0]->at : TIMER_NEVER;
}

struct timer *timer_queue_take(struct timer_queue *q, uint64_t now)
{
	struct timer *t;

	if (timer_queue_next(q) > now || !q->nr)
		return NULL;
	t = q->heap[0];
	remove(q, t);
	return t;
}
