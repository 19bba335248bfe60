/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules of shared CPUs: those that can be kept, and each mistake with its finding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/prove.h"
#include "tests/unit/plan_fixture.h"

static struct schedule_config schedules[2];
static struct window_config windows[4];
static uint32_t schedule_cpus[2][3];

/* linux on CPUs 0 and 1, rtos on CPU 1 too; CPU 1 in windows of 6 and 4 ms. */
static struct fixture *cyclic(void)
{
	struct fixture *f = fixture_new();

	f->vm_cpus[VM_RTOS][0] = 1;
	windows[0] = (struct window_config){ .vm = VM_LINUX, .start = 0, .length = 6000, .lend = true };
	windows[1] = (struct window_config){ .vm = VM_RTOS, .start = 6000, .length = 4000 };
	schedule_cpus[0][0] = 1;
	schedules[0] = (struct schedule_config){ .name = "main", .path = "/schedules/main", .cpus = schedule_cpus[0], .nr_cpus = 1, .policy = SCHED_CYCLIC,
						 .slice = SYSTEM_SLICE, .frame = 10000, .windows = windows, .nr_windows = 2 };
	f->system.schedules = schedules;
	f->system.nr_schedules = 1;
	return f;
}

static struct fixture *round_robin(void)
{
	struct fixture *f = cyclic();

	schedules[0].policy = SCHED_ROUND_ROBIN;
	schedules[0].nr_windows = 0;
	return f;
}

static struct plan *must_plan(struct fixture *f)
{
	struct plan *p = plan_make(&f->in);

	for (const struct finding *i = f->findings.first; i; i = i->next)
		print_message("%s: %s\n", findings_code_name(i->code), i->text);
	assert_non_null(p);
	plan_fixture_check(p);
	return p;
}

static void expect_one(struct fixture *f, enum finding_code code, const char *word1, const char *word2)
{
	assert_null(plan_make(&f->in));
	for (const struct finding *i = f->findings.first; i && (f->findings.count != 1 || i->code != code); i = i->next)
		print_message("%s: %s\n", findings_code_name(i->code), i->text);
	assert_int_equal(f->findings.count, 1);
	assert_string_equal(findings_code_name(f->findings.first->code), findings_code_name(code));
	if (!strstr(f->findings.first->text, word1) || !strstr(f->findings.first->text, word2))
		fail_msg("'%s' lacks '%s' or '%s'", f->findings.first->text, word1, word2);
	free(f);
}

static void test_good(void **state)
{
	(void)state;
	struct fixture *f = cyclic();
	struct plan *p = must_plan(f);

	assert_ptr_equal(p->cpus[1].schedule, &schedules[0]);
	assert_null(p->cpus[0].schedule);
	assert_true(plan_cpu_is_shared(&p->cpus[1]) && !plan_cpu_is_shared(&p->cpus[0]));
	free(f);

	f = round_robin();
	p = must_plan(f);
	assert_ptr_equal(p->cpus[1].schedule, &schedules[0]);
	free(f);

	/* Gaps, any order, several windows of a VM, to the end of the frame. */
	f = cyclic();
	windows[0].start = 9000;
	windows[0].length = 1000;
	windows[1].length = 3000;
	windows[2] = (struct window_config){ .vm = VM_LINUX, .start = 100, .length = 50 };
	schedules[0].nr_windows = 3;
	must_plan(f);
	free(f);

	/* Windows make a CPU with one vCPU a shared one. */
	f = cyclic();
	schedule_cpus[0][0] = 0;
	schedules[0].nr_windows = 1;
	p = must_plan(f);
	assert_int_equal(p->cpus[0].nr_vcpus, 1);
	assert_true(plan_cpu_is_shared(&p->cpus[0]) && p->vms[VM_LINUX].pv_time.size);
	free(f);
}

static void test_windows(void **state)
{
	(void)state;
	struct fixture *f = cyclic();

	windows[1].start = 5999;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: windows: those that start at 0 us and at 5999 us overlap", "");
	f = cyclic();
	windows[1].length = 4001;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: windows: the one that starts at 6000 us ends at 10001 us", "10000 us");
	f = cyclic();
	windows[1].start = UINT32_MAX;
	windows[1].length = UINT32_MAX;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: windows: the one that starts at 4294967295 us ends at 8589934590 us", "");
	f = cyclic();
	windows[1].length = 0;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: windows: the one that starts at 6000 us has no length", "");
	f = cyclic();
	windows[1].length = SYSTEM_MIN_WINDOW - 1;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: windows: the one that starts at 6000 us is too short (49 us)", "below 50 us");
	f = cyclic();
	windows[2] = (struct window_config){ .vm = 7, .start = 10000 - 50, .length = 50 };
	windows[1].length = 100;
	schedules[0].nr_windows = 3;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: windows: the one that starts at 9950 us is for VM 7", "");

	/* One without the other. */
	f = cyclic();
	schedules[0].nr_windows = 1;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: windows: /vms/rtos has a vCPU on CPU 1 and no window", "never run");
	f = cyclic();
	f->vm_cpus[VM_RTOS][0] = 2;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: windows: /vms/rtos has a window and no vCPU on CPU 1", "remove");
	f = cyclic();
	schedules[0].nr_windows = 0;
	f->vm_cpus[VM_RTOS][0] = 2;
	f->vms[VM_LINUX].nr_cpus = f->vms[VM_LINUX].nr_vcpus = 1;
	schedule_cpus[0][0] = 3;
	assert_null(plan_make(&f->in));
	assert_true(findings_has(&f->findings, FINDING_SCHEDULE_BAD));
	free(f);
}

static void test_numbers(void **state)
{
	(void)state;
	struct fixture *f = cyclic();

	schedules[0].frame = 0;
	assert_null(plan_make(&f->in));
	assert_non_null(strstr(f->findings.first->text, "/schedules/main: frame: 0 us are not within 50 us"));
	free(f);
	f = cyclic();
	schedules[0].frame = SYSTEM_MAX_FRAME + 1;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: frame: 10000001 us", "longest wait");
	f = cyclic();
	schedules[0].slice = SYSTEM_MIN_SLICE - 1;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: slice: 99 us are too short", "100 us");
	f = round_robin();
	schedules[0].slice = SYSTEM_MAX_SLICE + 1;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: slice: 1000001 us are too long", "1000000 us");
	f = round_robin();
	f->vms[VM_RTOS].weight = 100;
	must_plan(f);
	free(f);
	f = round_robin();
	f->vms[VM_RTOS].weight = 100;
	schedules[0].slice = SYSTEM_SLICE + 1;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: slice: a turn of /vms/rtos, whose weight is 100, would be 1000100 us", "");
	for (unsigned i = 0; i < 2; i++) {
		f = round_robin();
		f->vms[VM_RTOS].weight = i ? 101 : 0;
		assert_null(plan_make(&f->in));
		assert_non_null(strstr(f->findings.first->text, "/vms/rtos: weight: "));
		free(f);
	}
}

static void test_cpus(void **state)
{
	(void)state;
	struct fixture *f = round_robin();

	schedule_cpus[0][1] = 4;
	schedules[0].nr_cpus = 2;
	expect_one(f, FINDING_CPU_MISSING, "/schedules/main: cpus: there is no CPU 4", "has 4");
	f = round_robin();
	schedule_cpus[0][1] = 1;
	schedules[0].nr_cpus = 2;
	expect_one(f, FINDING_CPU_TAKEN, "/schedules/main: cpus: CPU 1 is in /schedules/main already", "");
	f = round_robin();
	schedules[1] = schedules[0];
	schedules[1].path = "/schedules/other";
	f->system.nr_schedules = 2;
	expect_one(f, FINDING_CPU_TAKEN, "/schedules/other: cpus: CPU 1 is in /schedules/main already", "");
	f = round_robin();
	schedule_cpus[0][1] = 3;
	schedules[0].nr_cpus = 2;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: cpus: no VM has a vCPU on CPU 3", "");
	f = round_robin();
	schedule_cpus[0][1] = 0;
	schedules[0].nr_cpus = 2;
	expect_one(f, FINDING_SCHEDULE_BAD, "/schedules/main: cpus: CPU 0 has a single vCPU, of /vms/linux", "for itself");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good), cmocka_unit_test(test_windows), cmocka_unit_test(test_numbers), cmocka_unit_test(test_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
