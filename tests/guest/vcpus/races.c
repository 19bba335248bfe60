/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPUs go off while several others try to start them: each is started by exactly one, as often as it went off (DEN 0022, CPU_ON, AFFINITY_INFO). QEMU's own
 * PSCI holds that only if it emulates all CPUs in one thread.
 */
#include "tests/guest/vcpus/vcpus.h"

#define ROUNDS 8u
#define RACERS 3u /* the first ones, the boot CPU among them or not */

static volatile uint32_t successes[CPU_MAX], nonsense;
static uint32_t boots_before[CPU_MAX];

static unsigned nr_racers(void)
{
	return nr_cpus > RACERS ? RACERS : nr_cpus - 1;
}

static void go_off(void)
{
	/* What is posted next is for its next life. */
	post(cpu_index(), NULL);
	irq_disable();
	psci_cpu_off();
	__atomic_fetch_add(&nonsense, 1, __ATOMIC_RELAXED);
}

static void start_again(unsigned cpu)
{
	for (;;) {
		int64_t info = psci_call(PSCI_AFFINITY_INFO, cpu_mpidr[cpu], 0, 0);
		int64_t result = cpu_start(cpu, serve);

		if (info < 0 || info > 2 || (result != PSCI_SUCCESS && result != PSCI_ALREADY_ON && result != PSCI_ON_PENDING))
			__atomic_fetch_add(&nonsense, 1, __ATOMIC_RELAXED);
		if (result == PSCI_SUCCESS)
			__atomic_fetch_add(&successes[cpu], 1, __ATOMIC_RELAXED);
		if (result == PSCI_SUCCESS || boots[cpu] != boots_before[cpu])
			return;
		yield();
	}
}

static void race(void)
{
	/* Not in the same order. */
	for (unsigned i = nr_racers(); i < nr_cpus; i++)
		start_again(cpu_index() & 1 ? i : nr_cpus - 1 - (i - nr_racers()));
}

static bool round_is_over(void)
{
	for (unsigned i = 0; i < nr_racers(); i++)
		if (!is_idle(i))
			return false;
	for (unsigned i = nr_racers(); i < nr_cpus; i++)
		if (boots[i] != boots_before[i] + 1)
			return false;
	return true;
}

void test_races(void)
{
	unsigned wrong = 0, round;
	bool came = true;

	if (nr_cpus < 2) {
		tap_skip("CPU_ON races", "one CPU");
		return;
	}
	for (round = 0; round < ROUNDS && came; round++) {
		for (unsigned i = 0; i < nr_cpus; i++) {
			boots_before[i] = boots[i];
			successes[i] = 0;
		}
		dsb(ish);
		for (unsigned i = nr_racers(); i < nr_cpus; i++)
			post(i, go_off);
		for (unsigned i = 0; i < nr_racers(); i++)
			if (i != cpu_index())
				post(i, race);
		race();
		came = sleep_until(round_is_over);
		for (unsigned i = nr_racers(); i < nr_cpus; i++)
			wrong += successes[i] != 1;
	}
	tap_result(came && wrong == 0, "%u times %u CPUs went off and were started by one of %u (%u were not)", round, nr_cpus - nr_racers(), nr_racers(), wrong);
	tap_result(nonsense == 0, "PSCI answers as it may (%u times not)", nonsense);
}
