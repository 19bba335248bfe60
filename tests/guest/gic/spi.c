/* SPDX-License-Identifier: Apache-2.0 */
/* gic-spi: where a shared interrupt goes, and one of a device of the board (the PL031). */
#include "tests/guest/gic/bench.h"

#include "tests/guest/gic/rtc.h"

#define SPI SPI_FREE
#define TIMES 300u

static void test_each(void)
{
	bool right = true;

	bench_clear();
	for (unsigned i = 0; i < nr_cpus; i++) {
		gic_route(SPI, i);
		for (uint32_t n = 1; n <= 3; n++) {
			spi_pend(SPI);
			right = bench_came(i, SPI, n) && right;
		}
	}
	tap_result(right && bench_count(SPI) == 3 * nr_cpus, "an SPI goes to each of %u CPUs it is routed to, and to no other (%u)", nr_cpus, bench_count(SPI));
}

/* Several SPIs to several CPUs, all at once. */
static void test_spread(void)
{
	bool right = true;

	bench_clear();
	for (unsigned i = 0; i < 16; i++)
		spi_ready(SPI + i, i % nr_cpus, GIC_PRIORITY);
	for (unsigned i = 0; i < 16; i++)
		spi_pend(SPI + i);
	for (unsigned i = 0; i < 16; i++)
		right = bench_came(i % nr_cpus, SPI + i, 1) && right;
	tap_result(right, "16 SPIs spread over %u CPUs", nr_cpus);
	for (unsigned i = 1; i < 16; i++)
		gic_disable(SPI + i);
}

static void move_about(void)
{
	uint32_t seed = 0x2545f491;

	for (unsigned i = 0; i < 2000; i++)
		gic_route(SPI, random_next(&seed) % nr_cpus);
	gic_route(SPI, 0);
}

static uint32_t pends;

static void fire(void)
{
	uint32_t mark;

	for (pends = 0; pends < TIMES; pends++) {
		mark = bench_count(SPI);
		spi_pend(SPI);
		if (!bench_came_anywhere(SPI, mark + 1))
			break;
	}
}

static void test_moving(void)
{
	if (nr_cpus < 2) {
		tap_skip("retargeted while it fires", "one CPU");
		return;
	}
	if (bootargs_have("qemu-gicv2")) {
		tap_skip("retargeted while it fires", "QEMU's GICv2 does not move a pending SPI");
		return;
	}
	bench_clear();
	post_on(nr_cpus - 1, move_about);
	fire();
	wait_on(nr_cpus - 1);
	bench_settle();
	tap_result(pends == TIMES && bench_count(SPI) == TIMES, "retargeted while it fires, each comes once (%u of %u)", bench_count(SPI), pends);
	gic_route(SPI, 0);
}

/* To whichever CPU wants it: exactly one takes it. */
static void test_any(void)
{
	uint8_t all = 0;

	if (bootargs_have("qemu-gicv2")) {
		tap_skip("1 of N", "QEMU's GICv2 gives it to each");
		return;
	}
	if (gic_version() >= 3 && (mmio_read32(gic_distributor() + GICD_TYPER) & GICD_TYPER_NO1N)) {
		tap_skip("1 of N", "GICD_TYPER.No1N");
		return;
	}
	bench_clear();
	for (unsigned i = 0; i < nr_cpus && gic_version() == 2; i++)
		all |= gic_cpu_mask(i);
	if (gic_version() == 2)
		mmio_write8(gic_distributor() + GICD_ITARGETSR + SPI, all);
	else
		mmio_write64(gic_distributor() + GICD_IROUTER + SPI * 8, IROUTER_IRM);
	fire();
	bench_settle();
	tap_result(pends == TIMES && bench_count(SPI) == TIMES, "1 of N: each is taken by one of %u CPUs (%u of %u)", nr_cpus, bench_count(SPI), pends);
	gic_route(SPI, 0);
}

/* ---- a device of the board ---- */

static uint32_t rtc;

static bool answer(uint32_t intid, uint32_t acknowledged)
{
	(void)acknowledged;
	if (intid == rtc && bench_count(rtc) % 3 == 0)
		rtc_lower();
	return true;
}

static void test_device(void)
{
	bool right = true;

	if (!rtc_find(&rtc)) {
		tap_skip("a device of the board", "there is no PL031");
		return;
	}
	bench_clear();
	bench_handle = answer;
	gic_enable(rtc, false);
	/* Not served in the first two handlers. */
	for (unsigned i = 0; i < nr_cpus; i++) {
		gic_route(rtc, i);
		rtc_raise();
		right = bench_came(i, rtc, 3) && right;
		bench_settle();
	}
	tap_result(right && bench_count(rtc) == 3 * nr_cpus, "the RTC's alarm on each of %u CPUs, a level: three times each (%u)", nr_cpus, bench_count(rtc));
	bench_clear();
	gic_route(rtc, 0);
	irq_disable();
	rtc_raise();
	bench_settle();
	tap_result(gic_read_bit(GICD_ISPENDR, rtc), "it is pending while masked");
	rtc_lower();
	bench_settle();
	irq_enable();
	bench_settle();
	/* A hypervisor that has forwarded it does not see the line fall: the handler then finds nothing to do, as drivers must expect. */
	tap_result(bench_count(rtc) <= 1, "deasserted before the acknowledge, it comes once at most (%u)", bench_count(rtc));
	gic_disable(rtc);
	bench_clear();
	rtc_raise();
	bench_settle();
	tap_result(bench_count(rtc) == 0, "it does not come while it is disabled");
	rtc_lower();
	bench_handle = answer;
	gic_write_bit(GICD_ISENABLER, rtc);
	rtc_raise();
	tap_result(bench_came(0, rtc, 3), "and comes again when it is enabled");
	gic_disable(rtc);
}

static void run(void)
{
	if (spis_free() < 16) {
		tap_skip("gic-spi", "too few free SPIs");
		return;
	}
	spi_ready(SPI, 0, GIC_PRIORITY);
	test_each();
	test_spread();
	test_moving();
	test_any();
	test_device();
	gic_tidy();
	expect_quiet("gic-spi");
}

const struct gic_test test_spi = { "gic-spi", run };
