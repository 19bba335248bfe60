/* SPDX-License-Identifier: Apache-2.0 */
#include "common/sched.h"

#include "common/lib/util.h"

/* Round-robin is lent time without end. */
static const struct sched_window everlasting = { .end = UINT64_MAX, .lend = true };

static void push(struct sched_queue *q, struct sched_link *l)
{
	l->next = NULL;
	l->prev = q->last;
	*(q->last ? &q->last->next : &q->first) = l;
	q->last = l;
}

static void take(struct sched_queue *q, struct sched_link *l)
{
	*(l->prev ? &l->prev->next : &q->first) = l->next;
	*(l->next ? &l->next->prev : &q->last) = l->prev;
}

static bool waits(const struct sched_vm *vm)
{
	return vm && vm->waiting.first;
}

/* Ticks since v began to do what it does. */
static uint64_t lap(struct sched_vcpu *v, uint64_t now)
{
	uint64_t ticks = now - v->since;

	v->since = now;
	return ticks;
}

static void add_waiting(struct sched *s, struct sched_vcpu *v)
{
	if (!waits(v->vm) && v->vm != s->turn)
		push(&s->waiting, &v->vm->link);
	push(&v->vm->waiting, &v->link);
}

static void remove_waiting(struct sched *s, struct sched_vcpu *v)
{
	take(&v->vm->waiting, &v->link);
	if (!waits(v->vm) && v->vm != s->turn)
		take(&s->waiting, &v->vm->link);
}

static void stop_current(struct sched *s, uint64_t now)
{
	s->current->run += lap(s->current, now);
	s->current = NULL;
}

void sched_init(struct sched *s, const struct sched_window *windows, uint32_t nr_windows, uint64_t start)
{
	*s = (struct sched){
		.windows = windows ? windows : &everlasting,
		.nr_windows = windows ? nr_windows : 1,
		.frame_start = windows ? start : 0,
	};
}

void sched_wake(struct sched *s, struct sched_vcpu *v, uint64_t now)
{
	if (v->runnable)
		return;
	v->runnable = true;
	v->since = now;
	v->wakes++;
	add_waiting(s, v);
}

void sched_block(struct sched *s, struct sched_vcpu *v, uint64_t now)
{
	if (!v->runnable)
		return;
	v->runnable = false;
	if (v == s->current) {
		stop_current(s, now);
	} else {
		v->waited += lap(v, now);
		remove_waiting(s, v);
	}
}

void sched_yield_current(struct sched *s, uint64_t now)
{
	struct sched_vcpu *v = s->current;

	if (!v)
		return;
	stop_current(s, now);
	add_waiting(s, v);
}

/* To the window of this time. Whether that is another one. */
static bool advance(struct sched *s, uint64_t now)
{
	const uint64_t frame = s->windows[s->nr_windows - 1].end;
	bool another = false;

	if (now - s->frame_start >= frame) {
		s->frame_start += frame;
		/* A division is slow, and rarely needed: the CPU slept for more than a frame. */
		if (now - s->frame_start >= frame)
			s->frame_start += (now - s->frame_start) / frame * frame;
		s->window = 0;
		another = true;
	}
	for (; now - s->frame_start >= s->windows[s->window].end; s->window++)
		another = true;
	return another;
}

static void end_turn(struct sched *s, uint64_t now)
{
	struct sched_vm *vm = s->turn;

	sched_yield_current(s, now);
	s->turn = NULL;
	if (waits(vm))
		push(&s->waiting, &vm->link);
}

/* Whose turn is it, in this window? s->turn was nobody's or has nothing to run. */
static struct sched_vm *next_turn(struct sched *s, const struct sched_window *w)
{
	struct sched_vm *vm = NULL;

	if (waits(w->vm))
		vm = w->vm;
	else if (w->lend && s->waiting.first)
		vm = container_of(s->waiting.first, struct sched_vm, link);
	if (vm)
		take(&s->waiting, &vm->link);
	return vm;
}

static void start_next(struct sched *s, const struct sched_window *w, uint64_t now)
{
	bool fresh = !waits(s->turn);
	struct sched_vcpu *v;

	if (fresh)
		s->turn = next_turn(s, w);
	if (!s->turn)
		return;
	v = container_of(s->turn->waiting.first, struct sched_vcpu, link);
	take(&s->turn->waiting, &v->link);
	v->waited += lap(v, now);
	s->current = v;
	/* In a VM's own window turns are its vCPUs'. */
	if (fresh || s->turn == w->vm)
		s->turn_end = now + s->turn->slice;
}

/* The beginning of the next window in which one of those that wait may run. */
static uint64_t next_chance(const struct sched *s)
{
	uint64_t frame = s->frame_start, begin;
	uint32_t i = s->window;

	if (!s->waiting.first)
		return UINT64_MAX;
	do {
		begin = frame + s->windows[i].end;
		if (++i == s->nr_windows) {
			i = 0;
			frame = begin;
		}
		if (s->windows[i].lend || waits(s->windows[i].vm))
			return begin;
	} while (i != s->window);
	return UINT64_MAX;
}

struct sched_vcpu *sched_pick(struct sched *s, uint64_t now, uint64_t *until)
{
	bool another = advance(s, now);
	const struct sched_window *w = &s->windows[s->window];
	bool claimed = s->turn != w->vm && waits(w->vm);

	if (another || claimed || now >= s->turn_end)
		end_turn(s, now);
	if (!s->current)
		start_next(s, w, now);
	if (!s->current) {
		*until = next_chance(s);
		return NULL;
	}
	*until = s->frame_start + w->end;
	if (waits(s->turn) || (s->turn != w->vm && s->waiting.first))
		*until = u64_min(*until, s->turn_end);
	return s->current;
}

uint64_t sched_run_time(const struct sched *s, const struct sched_vcpu *v, uint64_t now)
{
	return v->run + (v == s->current ? now - v->since : 0);
}

uint64_t sched_waited(const struct sched *s, const struct sched_vcpu *v, uint64_t now)
{
	return v->waited + (v->runnable && v != s->current ? now - v->since : 0);
}
