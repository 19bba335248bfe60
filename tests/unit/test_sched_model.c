/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every state that a small shared CPU can reach, by whatever order of wakes, blocks, yields and questions: the scheduler does what the model does, and
 * keeps its promises. Two states are one when nothing that is still to come can tell them apart: times count from now, orders are ranks.
 */
#define MODEL_VCPUS 4
#define MODEL_VMS 3
#define MODEL_WINDOWS 4
#include "tests/unit/sched_model.h"

#include <stdlib.h>

#define MAX_STATES (1u << 19)

struct state {
	__typeof__(real) real;
	__typeof__(model) model;
};

static struct state *states;
static uint32_t nr_states;
static uint64_t *seen; /* keys' hashes, in a table of twice MAX_STATES */

/* 0: over; far is far. */
static uint64_t from_now(uint64_t at)
{
	return at == NEVER ? NEVER : at > real.now ? at - real.now : 0;
}

static void add(uint64_t *hash, uint64_t value)
{
	*hash = (*hash ^ value) * 0x9e3779b97f4a7c15u;
	*hash ^= *hash >> 29;
}

static uint64_t rank(const uint64_t *orders, uint32_t nr, uint32_t of)
{
	uint64_t r = 0;

	for (uint32_t i = 0; i < nr; i++)
		r += orders[i] < orders[of];
	return r;
}

/* The queues, each ended by a number that is nobody's; backwards they must be the same. */
static void add_queue(uint64_t *hash, const struct sched_queue *q, size_t offset, const void *base, size_t size)
{
	const struct sched_link *prev = NULL;

	for (const struct sched_link *l = q->first; l; prev = l, l = l->next) {
		assert_true(l->prev == prev);
		add(hash, (size_t)((const char *)l - offset - (const char *)base) / size);
	}
	assert_true(q->last == prev);
	add(hash, NOBODY);
}

static uint64_t key(void)
{
	const struct sched *s = &real.s;
	uint64_t hash = 1, behind = real.now - s->frame_start;

	add_queue(&hash, &s->waiting, offsetof(struct sched_vm, link), real.vms, sizeof(real.vms[0]));
	for (uint32_t i = 0; i < setup.nr_vms; i++)
		add_queue(&hash, &real.vms[i].waiting, offsetof(struct sched_vcpu, link), real.vcpus, sizeof(real.vcpus[0]));
	add(&hash, s->turn ? (uint64_t)(s->turn - real.vms) : NOBODY);
	add(&hash, s->current ? (uint64_t)(s->current - real.vcpus) : NOBODY);
	add(&hash, s->turn ? from_now(s->turn_end) : 0);
	/* A CPU that slept: that it was for several frames, and where in one it is. */
	add(&hash, setup.nr_windows ? behind >= 3 * setup.frame ? 2 * setup.frame + behind % setup.frame : behind : 0);
	add(&hash, s->window);
	add(&hash, from_now(real.until));
	add(&hash, real.asked);
	for (uint32_t i = 0; i < setup.nr_vcpus; i++) {
		add(&hash, model.runnable[i] ? 1 + rank(model.order, setup.nr_vcpus, i) : 0);
		add(&hash, setup.punctual && model.runnable[i] ? model.patience[i] : 0);
	}
	for (uint32_t i = 0; i < setup.nr_vms; i++) {
		add(&hash, model_runnable(i) ? rank(model.vm_order, setup.nr_vms, i) : 0);
		for (uint32_t j = 0; j < i; j++)
			add(&hash, setup.punctual ? (uint64_t)model.lead[i][j] : 0);
	}
	add(&hash, model.current);
	add(&hash, model.turn);
	add(&hash, model.turn == NOBODY ? 0 : from_now(model.turn_end));
	add(&hash, model_window(real.now) - model.window > 16 ? 16 : model_window(real.now) - model.window);
	return hash ? hash : 1;
}

/* Kept, unless there is one like it. */
static void keep(void)
{
	uint64_t hash = key();
	uint32_t i = hash % (2 * MAX_STATES);

	for (; seen[i]; i = (i + 1) % (2 * MAX_STATES))
		if (seen[i] == hash)
			return;
	seen[i] = hash;
	assert_true(nr_states < MAX_STATES);
	states[nr_states++] = (struct state){real, model};
}

static void tick(uint64_t ticks)
{
	model_tick(ticks);
	if (real.now >= real.until)
		model_pick();
}

/* Something happens. false: it cannot, now. */
static bool happen(uint32_t what)
{
	uint32_t v = what % MODEL_VCPUS;

	switch (what / MODEL_VCPUS) {
	case 0: /* one wakes or blocks, and the scheduler is asked */
	case 1: /* or something else happens first */
		if (v >= setup.nr_vcpus)
			return false;
		if (model.runnable[v])
			model_block(v);
		else
			model_wake(v);
		if (what / MODEL_VCPUS == 0)
			model_pick();
		return true;
	case 2:
		switch (v) {
		case 0:
			model_yield();
			model_pick();
			return true;
		case 1:
			model_pick();
			return true;
		case 2:
			tick(1);
			return true;
		default:
			/* So late that whole frames passed. */
			if (!setup.punctual)
				tick(setup.frame ? 3 * setup.frame + 1 : 3);
			return !setup.punctual;
		}
	default:
		return false;
	}
}

static void explore(const char *name)
{
	nr_states = 0;
	memset(seen, 0, 2 * MAX_STATES * sizeof(seen[0]));
	model_start(1000);
	keep();
	for (uint32_t i = 0; i < nr_states; i++)
		for (uint32_t what = 0; what < 3 * MODEL_VCPUS; what++) {
			real = states[i].real;
			model = states[i].model;
			if (happen(what))
				keep();
		}
	print_message("%s: %u states\n", name, nr_states);
	assert_true(nr_states > 100);
}

static void set_up(uint32_t nr_vms, const uint32_t *vcpus, const uint64_t *slices)
{
	memset(&setup, 0, sizeof(setup));
	setup.nr_vms = nr_vms;
	for (uint32_t i = 0; i < nr_vms; i++) {
		setup.slice[i] = slices[i];
		for (uint32_t n = 0; n < vcpus[i]; n++)
			setup.vm_of[setup.nr_vcpus++] = i;
	}
}

static void window(uint64_t length, int vm, bool lend)
{
	uint64_t begin = setup.nr_windows ? setup.windows[setup.nr_windows - 1].end : 0;

	setup.windows[setup.nr_windows++] = (struct sched_window){begin + length, vm < 0 ? NULL : &real.vms[vm], lend};
}

/* Punctual and not. */
static void explore_both(const char *name)
{
	for (int punctual = 1; punctual >= 0; punctual--) {
		setup.punctual = punctual;
		explore(name);
	}
}

static const uint32_t one_one[] = {1, 1}, two_one[] = {2, 1}, two_two[] = {2, 2}, each_one[] = {1, 1, 1}, three_one[] = {3, 1}, two_one_one[] = {2, 1, 1};
static const uint64_t equal[] = {2, 2, 2}, unequal[] = {3, 2, 1};

static void test_round_robin(void **state)
{
	(void)state;
	set_up(2, one_one, equal);
	explore_both("1 + 1 vCPUs, equal weights");
	set_up(2, one_one, unequal);
	explore_both("1 + 1 vCPUs, weights 3 : 2");
	set_up(2, two_two, unequal);
	explore_both("2 + 2 vCPUs");
	set_up(3, each_one, unequal);
	explore_both("1 + 1 + 1 vCPUs");
	set_up(2, three_one, equal);
	explore_both("3 + 1 vCPUs");
	set_up(3, two_one_one, equal);
	explore_both("2 + 1 + 1 vCPUs");
}

static void test_cyclic(void **state)
{
	(void)state;
	set_up(2, two_one, equal);
	window(3, 0, false);
	window(2, 1, false);
	explore_both("two windows");
	set_up(2, two_two, equal);
	window(3, 0, true);
	window(1, -1, false);
	window(3, 1, false);
	explore_both("a lent window and a gap");
	set_up(2, two_two, unequal);
	window(4, 0, true);
	window(3, 1, true);
	explore_both("both windows lent");
	set_up(3, two_one_one, equal);
	window(2, 0, true);
	window(2, 1, false);
	window(3, -1, true);
	explore_both("a VM without windows, in lent time");
	set_up(2, two_one, equal);
	window(2, 0, false);
	window(2, 0, true);
	window(2, 1, false);
	window(1, 0, false);
	explore_both("windows of one VM side by side");
	set_up(2, two_one, equal);
	window(5, 0, false);
	explore_both("one window; the other VM has none");
}

static int allocate(void **state)
{
	(void)state;
	states = malloc(MAX_STATES * sizeof(states[0]));
	seen = malloc(2 * MAX_STATES * sizeof(seen[0]));
	return states && seen ? 0 : -1;
}

static int release(void **state)
{
	(void)state;
	free(states);
	free(seen);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_robin),
		cmocka_unit_test(test_cyclic),
	};
	return cmocka_run_group_tests(tests, allocate, release);
}
