/* SPDX-License-Identifier: Apache-2.0 */
/* gic-hotplug: CPUs that go off and come on again while interrupts are for them. */
#include "tests/guest/gic/bench.h"

#include "tests/guest/kit/psci.h"

#define SPI SPI_FREE
#define ROUNDS 10u

static unsigned victim;

static bool is_off(void)
{
	return psci_call(PSCI_AFFINITY_INFO, cpu_mpidr[victim], 0, 0) == 1;
}

static void leave(void)
{
	irq_disable();
	/* So that what serves the mail does not find this again. */
	post_on(cpu_index(), NULL);
	psci_cpu_off();
}

static bool turn_off(void)
{
	post_on(victim, leave);
	return bench_wait(is_off);
}

static void test_pending(void)
{
	bench_clear();
	if (!tap_result(turn_off(), "cpu %u goes off", victim))
		return;
	gic_route(SPI, victim);
	spi_pend(SPI);
	bench_settle();
	tap_result(bench_count(SPI) == 0 && gic_read_bit(GICD_ISPENDR, SPI), "an SPI for it stays pending");
	tap_result(start_cpu(victim), "it comes on again");
	tap_result(bench_came(victim, SPI, 1), "and takes the SPI");
	gic_send_sgi(cpu_mpidr[victim], 4);
	tap_result(bench_came(victim, 4, 1), "and an SGI");
}

/* Whether it is kept while the CPU is off is the redistributor's power's business: at most once, and others work. */
static void test_sgi_off(void)
{
	uint32_t before;

	bench_clear();
	turn_off();
	gic_send_sgi(cpu_mpidr[victim], 5);
	bench_settle();
	tap_result(bench_count(5) == 0, "an SGI to a CPU that is off is not taken");
	start_cpu(victim);
	bench_settle();
	before = bench_count(5);
	tap_result(before <= 1, "and once at most when it is on (%u)", before);
	gic_send_sgi(cpu_mpidr[victim], 5);
	tap_result(bench_came(victim, 5, before + 1), "it takes the next");
}

static void test_retarget(void)
{
	if (bootargs_have("qemu-gicv2")) {
		tap_skip("an SPI that waits for a CPU that is off is retargeted", "QEMU's GICv2 does not move a pending SPI");
		return;
	}
	bench_clear();
	turn_off();
	gic_route(SPI, victim);
	spi_pend(SPI);
	bench_settle();
	gic_route(SPI, 0);
	tap_result(bench_came(0, SPI, 1), "an SPI that waits for a CPU that is off is retargeted and comes");
	start_cpu(victim);
	bench_settle();
	tap_result(bench_count(SPI) == 1, "and not there as well");
}

static void test_rounds(void)
{
	bool right = true;

	bench_clear();
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		right = turn_off() && right;
		gic_route(SPI, victim);
		spi_pend(SPI);
		right = start_cpu(victim) && bench_came(victim, SPI, i) && right;
	}
	tap_result(right && bench_count(SPI) == ROUNDS, "%u times off and on, an SPI in each (%u)", ROUNDS, bench_count(SPI));
}

static void run(void)
{
	if (nr_cpus < 2 || spis_free() < 1) {
		tap_skip("gic-hotplug", "one CPU");
		return;
	}
	victim = nr_cpus - 1;
	spi_ready(SPI, 0, GIC_PRIORITY);
	test_pending();
	test_sgi_off();
	test_retarget();
	test_rounds();
	run_on_all(gic_tidy);
	expect_quiet("gic-hotplug");
}

const struct gic_test test_hotplug = { "gic-hotplug", run };
