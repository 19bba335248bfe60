/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns and windows by the book: no queues but the order in which things began to wait, no frames but divisions of the time. model_*() do
 * something to it and to the scheduler, and compare; model_tick() also holds the scheduler to what users are promised, whatever it decides.
 */
#ifndef TESTS_UNIT_SCHED_MODEL_H
#define TESTS_UNIT_SCHED_MODEL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef M_FUZZ /* a fuzzer: what is wrong stops the program */
#define assert_true(c) ((c) ? (void)0 : __builtin_trap())
#else
#include <cmocka.h>
#endif

#include "common/lib/util.h"
#include "common/sched.h"

#define NEVER UINT64_MAX
#ifndef MODEL_VCPUS
#define MODEL_VCPUS 128
#define MODEL_VMS 16
#define MODEL_WINDOWS 32
#endif
#define NOBODY UINT32_MAX

/* What does not change. */
static struct {
	uint32_t nr_vcpus, nr_vms, nr_windows; /* no windows: round-robin */
	uint32_t vm_of[MODEL_VCPUS], vcpus_of[MODEL_VMS];
	uint64_t slice[MODEL_VMS];
	struct sched_window windows[MODEL_WINDOWS];
	uint64_t frame, start;
	bool punctual; /* sched_pick is asked when it wanted to be: the promises of waiting hold to the tick */
} setup;

/* The scheduler under test, and what it said last. */
static struct {
	struct sched s;
	struct sched_vm vms[MODEL_VMS];
	struct sched_vcpu vcpus[MODEL_VCPUS];
	uint64_t now, until;
	bool asked; /* since something changed */
} real;

/* The model. */
static struct {
	bool runnable[MODEL_VCPUS];
	uint32_t nr_runnable[MODEL_VMS], all_runnable;
	uint64_t order[MODEL_VCPUS], vm_order[MODEL_VMS], orders; /* when it began to wait for its turn */
	uint32_t current, turn;
	uint64_t turn_end, window; /* the window's number since the start of all time */
	/* Sums, and what there is of promises: ticks a vCPU has waited (in windows of its VM), lead of one VM over another. */
	uint64_t run[MODEL_VCPUS], waited[MODEL_VCPUS], blocked[MODEL_VCPUS], idle, wakes[MODEL_VCPUS];
	uint64_t patience[MODEL_VCPUS];
	int64_t lead[3][3]; /* ticks i ran times j's slice less the reverse, while both could: the first VMs only */
} model;

/* Which window a time is in, counted through all frames. */
static uint64_t model_window(uint64_t t)
{
	uint64_t frames, rest;
	uint32_t i = 0;

	if (!setup.nr_windows)
		return 0;
	frames = (t - setup.start) / setup.frame;
	rest = (t - setup.start) % setup.frame;
	while (rest >= setup.windows[i].end)
		i++;
	return frames * setup.nr_windows + i;
}

static uint64_t model_window_end(uint64_t w)
{
	return setup.nr_windows ? setup.start + w / setup.nr_windows * setup.frame + setup.windows[w % setup.nr_windows].end : NEVER;
}

static uint32_t model_owner(uint64_t w)
{
	const struct sched_vm *vm = setup.nr_windows ? setup.windows[w % setup.nr_windows].vm : NULL;

	return vm ? (uint32_t)(vm - real.vms) : NOBODY;
}

static bool model_is_lent(uint64_t w)
{
	return !setup.nr_windows || setup.windows[w % setup.nr_windows].lend;
}

static uint32_t model_runnable(uint32_t vm)
{
	return vm == NOBODY ? model.all_runnable : model.nr_runnable[vm];
}

static void model_count(uint32_t v, bool runnable)
{
	model.all_runnable += (uint32_t)runnable - model.runnable[v];
	model.nr_runnable[setup.vm_of[v]] += (uint32_t)runnable - model.runnable[v];
	model.runnable[v] = runnable;
}

/* May a VM's vCPUs run in that window, as things are? */
static bool model_may(uint32_t vm, uint64_t w)
{
	uint32_t owner = model_owner(w);

	if (!model_runnable(vm))
		return false;
	return vm == owner || (model_is_lent(w) && (owner == NOBODY || !model_runnable(owner)));
}

static uint32_t model_earliest_vcpu(uint32_t vm)
{
	uint32_t best = NOBODY;

	for (uint32_t v = 0; v < setup.nr_vcpus; v++)
		if (model.runnable[v] && setup.vm_of[v] == vm && (best == NOBODY || model.order[v] < model.order[best]))
			best = v;
	return best;
}

static uint32_t model_earliest_vm(uint64_t w)
{
	uint32_t best = NOBODY;

	for (uint32_t vm = 0; vm < setup.nr_vms; vm++)
		if (model_may(vm, w) && (best == NOBODY || model.vm_order[vm] < model.vm_order[best]))
			best = vm;
	return best;
}

/* Whoever ran goes behind all others. */
static void model_end_turn(void)
{
	if (model.current != NOBODY)
		model.order[model.current] = ++model.orders;
	if (model.turn != NOBODY)
		model.vm_order[model.turn] = ++model.orders;
	model.current = model.turn = NOBODY;
}

static void model_choose(uint64_t now)
{
	uint64_t w = model_window(now);
	bool fresh = false;

	if (w != model.window || now >= model.turn_end || model.turn == NOBODY || !model_may(model.turn, w)) {
		model_end_turn();
		model.turn = model_earliest_vm(w);
		fresh = true;
	}
	model.window = w;
	if (model.turn == NOBODY || model.current != NOBODY)
		return;
	model.current = model_earliest_vcpu(model.turn);
	if (fresh || model.turn == model_owner(w))
		model.turn_end = now + setup.slice[model.turn];
}

static uint64_t model_until(uint64_t now)
{
	uint64_t w = model_window(now);
	bool others;

	if (model.current == NOBODY) {
		/* Beginnings of windows, for two frames. */
		for (uint64_t i = 0; i < 2 * setup.nr_windows; i++)
			for (uint32_t vm = 0; vm < setup.nr_vms; vm++)
				if (model_may(vm, w + 1 + i))
					return model_window_end(w + i);
		return NEVER;
	}
	others = model_runnable(model_owner(w) == model.turn ? model.turn : NOBODY) > 1;
	return others ? u64_min(model.turn_end, model_window_end(w)) : model_window_end(w);
}

/* What holds whoever is right. */
static void model_check_choice(void)
{
	uint64_t w = model_window(real.now);
	bool anybody = false;

	for (uint32_t vm = 0; vm < setup.nr_vms; vm++)
		anybody |= model_may(vm, w);
	assert_true(anybody == (real.s.current != NULL));
	if (real.s.current)
		assert_true(real.s.current->runnable && model_may(setup.vm_of[real.s.current - real.vcpus], w));
	assert_true(real.until > real.now);
}

static void model_pick(void)
{
	struct sched_vcpu *v = sched_pick(&real.s, real.now, &real.until);

	model_choose(real.now);
	assert_true(v == real.s.current);
	model_check_choice();
	assert_true(model.current == (v ? (uint32_t)(v - real.vcpus) : NOBODY));
	assert_true(real.until == model_until(real.now));
	real.asked = true;
	if (model.current != NOBODY)
		model.patience[model.current] = 0;
}

static void model_wake(uint32_t v)
{
	sched_wake(&real.s, &real.vcpus[v], real.now);
	real.asked = false;
	if (model.runnable[v])
		return;
	if (!model_runnable(setup.vm_of[v]))
		model.vm_order[setup.vm_of[v]] = ++model.orders;
	model.order[v] = ++model.orders;
	model_count(v, true);
	model.wakes[v]++;
	model.patience[v] = 0;
}

static void model_block(uint32_t v)
{
	sched_block(&real.s, &real.vcpus[v], real.now);
	real.asked = false;
	model_count(v, false);
	if (model.current == v)
		model.current = NOBODY;
	for (uint32_t i = 0, vm = setup.vm_of[v]; i < 3 && vm < 3 && !model_runnable(vm); i++)
		model.lead[i][vm] = model.lead[vm][i] = 0;
}

static void model_yield(void)
{
	sched_yield_current(&real.s, real.now);
	real.asked = false;
	if (model.current != NOBODY)
		model.order[model.current] = ++model.orders;
	model.current = NOBODY;
}

/* How long may a vCPU wait? Round-robin: for each turn of its VM's other vCPUs and its own one all other VMs' turns. In windows, of their time: for the former. */
static uint64_t model_patience(uint32_t v)
{
	uint32_t vm = setup.vm_of[v];
	uint64_t others = 0;

	for (uint32_t i = 0; i < setup.nr_vms && !setup.nr_windows; i++)
		others += i == vm ? 0 : setup.slice[i];
	return setup.vcpus_of[vm] * others + (setup.vcpus_of[vm] - 1) * setup.slice[vm];
}

static void model_check_lead(uint64_t ticks)
{
	uint32_t ran = model.current == NOBODY ? NOBODY : setup.vm_of[model.current];

	for (uint32_t i = 0; i < setup.nr_vms && i < 3; i++)
		for (uint32_t j = 0; j < i; j++) {
			int64_t *lead = &model.lead[i][j];

			if (!model_runnable(i) || !model_runnable(j))
				continue;
			*lead += ran == i ? (int64_t)(ticks * setup.slice[j]) : ran == j ? -(int64_t)(ticks * setup.slice[i]) : 0;
			assert_true(!setup.punctual || (uint64_t)(*lead < 0 ? -*lead : *lead) <= setup.slice[i] * setup.slice[j]);
		}
}

static void model_check_vcpu(uint32_t v, uint64_t ticks)
{
	const struct sched_vcpu *r = &real.vcpus[v];

	if (v == model.current) {
		model.run[v] += ticks;
	} else if (model.runnable[v]) {
		model.waited[v] += ticks;
		model.patience[v] += !setup.nr_windows || model_owner(model_window(real.now - ticks)) == setup.vm_of[v] ? ticks : 0;
		assert_true(!setup.punctual || model.patience[v] <= model_patience(v));
	} else {
		model.blocked[v] += ticks;
	}
	assert_true(r->runnable == model.runnable[v] && r->wakes == model.wakes[v]);
	assert_true(sched_run_time(&real.s, r, real.now) == model.run[v] && sched_waited(&real.s, r, real.now) == model.waited[v]);
	assert_true(model.run[v] + model.waited[v] + model.blocked[v] == real.now - setup.start);
}

/* Time passes, and the CPU does what was decided. Punctual: not beyond what the scheduler said. */
static void model_tick(uint64_t ticks)
{
	uint64_t run = 0;

	if (!real.asked)
		model_pick();
	real.now += ticks;
	if (!setup.nr_windows)
		model_check_lead(ticks);
	for (uint32_t v = 0; v < setup.nr_vcpus; v++) {
		model_check_vcpu(v, ticks);
		run += sched_run_time(&real.s, &real.vcpus[v], real.now);
	}
	model.idle += model.current == NOBODY ? ticks : 0;
	assert_true(run + model.idle == real.now - setup.start);
}

/* After setup has vm_of, slice, windows and the counts: all vCPUs blocked. */
static void model_start(uint64_t start)
{
	memset(&real, 0, sizeof(real));
	memset(&model, 0, sizeof(model));
	memset(setup.vcpus_of, 0, sizeof(setup.vcpus_of));
	setup.start = real.now = start;
	setup.frame = setup.nr_windows ? setup.windows[setup.nr_windows - 1].end : 0;
	model.current = model.turn = NOBODY;
	for (uint32_t i = 0; i < setup.nr_vms; i++)
		real.vms[i].slice = setup.slice[i];
	for (uint32_t i = 0; i < setup.nr_vcpus; i++) {
		real.vcpus[i].vm = &real.vms[setup.vm_of[i]];
		setup.vcpus_of[setup.vm_of[i]]++;
	}
	sched_init(&real.s, setup.nr_windows ? setup.windows : NULL, setup.nr_windows, start);
	model_pick();
}

#endif
