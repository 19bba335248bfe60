/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduler, case by case: who runs, and when it wants to be asked again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/lib/util.h"
#include "common/sched.h"

#define NEVER UINT64_MAX

static struct sched s;
static struct sched_vm a, b, c;
static struct sched_vcpu a1, a2, b1, b2, c1;

static void start(const struct sched_window *windows, uint32_t nr_windows, uint64_t begin)
{
	a = (struct sched_vm){ .slice = 10 };
	b = (struct sched_vm){ .slice = 20 };
	c = (struct sched_vm){ .slice = 10 };
	a1 = a2 = (struct sched_vcpu){ .vm = &a };
	b1 = b2 = (struct sched_vcpu){ .vm = &b };
	c1 = (struct sched_vcpu){ .vm = &c };
	sched_init(&s, windows, nr_windows, begin);
}

static void wake(struct sched_vcpu *v, uint64_t now)
{
	sched_wake(&s, v, now);
}

static void block(struct sched_vcpu *v, uint64_t now)
{
	sched_block(&s, v, now);
}

static void expect(uint64_t now, const struct sched_vcpu *v, uint64_t until)
{
	uint64_t got;

	assert_ptr_equal(sched_pick(&s, now, &got), v);
	assert_ptr_equal(s.current, v);
	assert_true(got == until);
}

/* Turns alternate between VMs, and in a VM between its vCPUs; a VM's turn is as long as its slice. */
static void test_turns(void **state)
{
	(void)state;
	start(NULL, 0, 0);
	wake(&a1, 0);
	wake(&a2, 0);
	wake(&b1, 0);
	expect(0, &a1, 10);
	expect(9, &a1, 10);
	expect(10, &b1, 30);
	expect(30, &a2, 40);
	expect(40, &b1, 60);
	expect(61, &a1, 71); /* a late tick moves what follows */
}

static void test_idle_and_wake(void **state)
{
	(void)state;
	start(NULL, 0, 5);
	expect(5, NULL, NEVER);
	wake(&b1, 7);
	expect(8, &b1, NEVER);
	block(&b1, 9);
	assert_null(s.current);
	expect(9, NULL, NEVER);
	wake(&a1, 11);
	wake(&a1, 11);
	expect(11, &a1, NEVER);
	assert_true(a1.wakes == 1 && b1.wakes == 1);
}

/* Nobody waits: no tick. A wake gives the turn an end; it is over if it has lasted long enough. */
static void test_lone(void **state)
{
	(void)state;
	start(NULL, 0, 0);
	wake(&a1, 0);
	expect(0, &a1, NEVER);
	wake(&b1, 4);
	expect(4, &a1, 10);
	block(&b1, 5);
	expect(5, &a1, NEVER);
	wake(&b1, 300);
	expect(300, &b1, 320);
	expect(320, &a1, 330);
	/* One's own vCPUs count, too. */
	block(&b1, 321);
	expect(321, &a1, NEVER);
	wake(&a2, 322);
	expect(322, &a1, 330);
	expect(330, &a2, 340);
}

/* The rest of a turn goes to the VM's next vCPU, and to the next VM when there is none. */
static void test_block(void **state)
{
	(void)state;
	start(NULL, 0, 0);
	wake(&a1, 0);
	wake(&a2, 0);
	wake(&b1, 0);
	expect(0, &a1, 10);
	block(&a1, 3);
	expect(3, &a2, 10);
	block(&a2, 4);
	expect(4, &b1, NEVER);
	wake(&a2, 5);
	expect(5, &b1, 24);
	/* Those that wait can block; the queue is what is left. */
	wake(&c1, 6);
	wake(&a1, 6);
	block(&a2, 7);
	expect(7, &b1, 24);
	block(&a1, 8);
	block(&a1, 8);
	expect(24, &c1, 34);
	expect(34, &b1, 54);
}

/* A block and a wake before the next question are as if it had not blocked, but for the order. */
static void test_block_and_wake(void **state)
{
	(void)state;
	start(NULL, 0, 0);
	wake(&a1, 0);
	wake(&b1, 0);
	expect(0, &a1, 10);
	block(&a1, 2);
	wake(&a1, 2);
	expect(2, &a1, 10);
	block(&a1, 3);
	wake(&a2, 3);
	expect(3, &a2, 10);
	assert_true(a1.run == 3 && a1.waited == 0);
}

static void test_yield(void **state)
{
	(void)state;
	start(NULL, 0, 0);
	wake(&a1, 0);
	wake(&b1, 0);
	expect(0, &a1, 10);
	sched_yield_current(&s, 2); /* to nobody of its own */
	expect(2, &a1, 10);
	wake(&a2, 3);
	sched_yield_current(&s, 4);
	expect(4, &a2, 10);
	sched_yield_current(&s, 5);
	expect(5, &a1, 10);
	expect(10, &b1, 30);
	expect(30, &a2, 40);
}

static const struct sched_window two[] = { { 60, &a, false }, { 100, &b, false } };
static const struct sched_window lent[] = { { 60, &a, true }, { 100, &b, false }, { 150, NULL, false }, { 200, NULL, true } };

/* Each in its window, whatever the others do; the next window in which something can run is when to ask. */
static void test_windows(void **state)
{
	(void)state;
	start(two, ARRAY_SIZE(two), 1000);
	expect(1000, NULL, NEVER);
	wake(&b1, 1010);
	expect(1010, NULL, 1060);
	wake(&a1, 1020);
	expect(1020, &a1, 1060); /* an idle part of one's own window */
	expect(1060, &b1, 1100);
	block(&b1, 1070);
	expect(1070, NULL, 1100);
	expect(1100, &a1, 1160);
	expect(1160, NULL, 1200);
	block(&a1, 1165);
	expect(1165, NULL, NEVER);
	/* More than a frame later. */
	wake(&b2, 5433);
	expect(5433, NULL, 5460);
	expect(1000000, NULL, 1000060);
	expect(1000161, &b2, 1000200);
}

/* A VM's vCPUs take turns in its window; the one whose turn the window ends goes behind the others. */
static void test_turns_in_a_window(void **state)
{
	(void)state;
	start(two, ARRAY_SIZE(two), 0);
	wake(&b1, 0);
	wake(&b2, 0);
	expect(60, &b1, 80);
	expect(80, &b2, 100);
	expect(160, &b1, 180);
	block(&b1, 170);
	expect(170, &b2, 200); /* alone now */
	wake(&b1, 175);
	expect(175, &b2, 190); /* a turn of its own */
	expect(192, &b1, 200);
	expect(260, &b2, 280);
}

/* What a VM does not use of its window others have by turns, until it wants it back or the window ends. */
static void test_lent(void **state)
{
	(void)state;
	start(lent, ARRAY_SIZE(lent), 0);
	wake(&b1, 0);
	wake(&c1, 0);
	expect(0, &b1, 20);
	expect(20, &c1, 30);
	wake(&a1, 25);
	expect(25, &a1, 60); /* at once */
	block(&a1, 30);
	expect(30, &b1, 50);
	expect(50, &c1, 60);
	expect(60, &b1, 100);
	expect(100, NULL, 150);
	wake(&a1, 110);
	expect(110, NULL, 150);
	expect(150, &c1, 160);
	expect(160, &b1, 180);
	expect(180, &a1, 190);
	expect(190, &c1, 200);
	expect(200, &a1, 260);
	block(&c1, 210);
	block(&b1, 210);
	expect(260, NULL, 350); /* not in b's window */
	expect(350, &a1, 400);
}

/* Every tick is somebody's: ran, waited (outside one's window, too), or idle. */
static void test_accounting(void **state)
{
	(void)state;
	start(two, ARRAY_SIZE(two), 0);
	wake(&a1, 0);
	wake(&b1, 10);
	expect(5, &a1, 60);
	assert_true(sched_run_time(&s, &a1, 8) == 3 && sched_waited(&s, &a1, 8) == 5);
	assert_true(sched_run_time(&s, &b1, 30) == 0 && sched_waited(&s, &b1, 30) == 20);
	expect(60, &b1, 100);
	block(&b1, 75);
	expect(75, NULL, 100);
	assert_true(a1.run == 55 && b1.run == 15 && b1.waited == 50);
	assert_true(sched_run_time(&s, &b1, 99) == 15 && sched_waited(&s, &b1, 99) == 50);
	assert_true(sched_run_time(&s, &a1, 99) == 55 && sched_waited(&s, &a1, 99) == 5 + 39);
	block(&a1, 99);
	assert_true(sched_waited(&s, &a1, 200) == 44);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_idle_and_wake),
		cmocka_unit_test(test_lone),
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_block_and_wake),
		cmocka_unit_test(test_yield),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_turns_in_a_window),
		cmocka_unit_test(test_lent),
		cmocka_unit_test(test_accounting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
