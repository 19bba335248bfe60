/* SPDX-License-Identifier: Apache-2.0 */
/* The timer queue against a plain table of times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/lib/util.h"
#include "common/timer_queue.h"

#define MAX 256 /* two timers for each of 128 vCPUs */

static struct timer timers[MAX], *heap[MAX];
static uint64_t due[MAX]; /* what the queue should know */
static struct timer_queue q;

static void start(unsigned nr)
{
	timer_queue_init(&q, heap);
	for (unsigned i = 0; i < nr; i++) {
		timer_init(&timers[i]);
		due[i] = TIMER_NEVER;
	}
}

static void set(unsigned i, uint64_t at)
{
	timer_set(&q, &timers[i], at);
	due[i] = at;
}

/* The first is right, each knows its place, and the heap is one. */
static void check(unsigned nr)
{
	uint64_t first = TIMER_NEVER;
	unsigned queued = 0;

	for (unsigned i = 0; i < nr; i++) {
		first = u64_min(first, due[i]);
		if (due[i] == TIMER_NEVER) {
			assert_int_equal(timers[i].index, TIMER_NOT_QUEUED);
			continue;
		}
		queued++;
		assert_true(timers[i].at == due[i]);
		assert_true(timers[i].index < q.nr);
		assert_ptr_equal(heap[timers[i].index], &timers[i]);
		assert_true(heap[(timers[i].index - (timers[i].index > 0)) / 2]->at <= due[i]);
	}
	assert_int_equal(q.nr, queued);
	assert_true(timer_queue_next(&q) == first);
}

static void take_due(unsigned nr, uint64_t now)
{
	uint64_t last = 0;
	struct timer *t;

	while ((t = timer_queue_take(&q, now))) {
		assert_true(due[t - timers] == t->at && t->at <= now && t->at >= last);
		last = t->at;
		due[t - timers] = TIMER_NEVER;
		check(nr);
	}
	for (unsigned i = 0; i < nr; i++)
		assert_true(due[i] == TIMER_NEVER || due[i] > now);
}

static void test_empty(void **state)
{
	(void)state;
	start(1);
	check(1);
	assert_null(timer_queue_take(&q, 0));
	assert_null(timer_queue_take(&q, UINT64_MAX));
	set(0, TIMER_NEVER);
	check(1);
}

static void test_one(void **state)
{
	(void)state;
	start(1);
	set(0, 10);
	assert_null(timer_queue_take(&q, 9));
	check(1);
	set(0, 20); /* later, and no more at 10 */
	assert_null(timer_queue_take(&q, 19));
	set(0, 5);
	assert_ptr_equal(timer_queue_take(&q, 5), &timers[0]);
	assert_null(timer_queue_take(&q, UINT64_MAX));
	set(0, 0);
	check(1);
	set(0, TIMER_NEVER);
	check(1);
	set(0, TIMER_NEVER - 1);
	assert_null(timer_queue_take(&q, TIMER_NEVER - 2));
	assert_ptr_equal(timer_queue_take(&q, TIMER_NEVER), &timers[0]);
}

/* Every sequence of 6 changes of 3 timers to one of 3 times or none: the shape of a small heap does not matter. */
static void test_all_sequences(void **state)
{
	const unsigned choices = 3 * 4, depth = 6;
	unsigned sequences = 1;

	(void)state;
	for (unsigned i = 0; i < depth; i++)
		sequences *= choices;
	for (unsigned n = 0; n < sequences; n++) {
		start(3);
		for (unsigned i = 0, left = n; i < depth; i++, left /= choices) {
			unsigned at = left % choices / 3;

			set(left % 3, at == 3 ? TIMER_NEVER : at);
			check(3);
		}
		take_due(3, n % 3);
		check(3);
	}
}

static void test_random(void **state)
{
	uint64_t seed = 1, now = 0;

	(void)state;
	start(MAX);
	for (unsigned step = 0; step < 40000; step++) {
		unsigned i;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		i = seed >> 56;
		if ((seed >> 40 & 15) == 0) {
			now += seed >> 33 & 63;
			take_due(MAX, now);
		} else {
			set(i, (seed >> 40 & 15) == 1 ? TIMER_NEVER : now + (seed >> 44 & 255));
		}
		check(MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_all_sequences),
		cmocka_unit_test(test_random),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
