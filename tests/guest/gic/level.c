/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gic-level: a level-sensitive interrupt, of the console's PL011 (DDI 0183): its transmit interrupt stays asserted once something was sent, and IMSC
 * is the switch between it and the line.
 */
#include "tests/guest/gic/bench.h"

#include "tests/guest/kit/pl011.h"

#define PL011_IMSC 0x38
#define PL011_RIS 0x3c
#define INT_TX 0x20u
#define TIMES 5u

static uint32_t intid;

static void line(bool high)
{
	mmio_write32(pl011_base() + PL011_IMSC, high ? INT_TX : 0);
	/* Read back: the line has changed before anything else is done. */
	(void)mmio_read32(pl011_base() + PL011_IMSC);
	dsb(sy);
}

/* Asserted through the first four, lowered in the fifth. */
static bool lower_late(uint32_t which, uint32_t acknowledged)
{
	(void)acknowledged;
	if (which == intid && logs[cpu_index()].count[intid] >= TIMES)
		line(false);
	return true;
}

static void again(bool edge)
{
	line(false);
	gic_disable(intid);
	gic_write_bit(GICD_ICPENDR, intid);
	bench_clear();
	gic_enable(intid, edge);
}

static void test_asserted(void)
{
	again(false);
	bench_handle = lower_late;
	line(true);
	bench_came(cpu_index(), intid, TIMES);
	bench_settle();
	tap_result(bench_count(intid) == TIMES, "comes again as long as it is asserted (%u of %u)", bench_count(intid), TIMES);
	tap_result(!gic_read_bit(GICD_ISPENDR, intid), "and is not pending when it is not");
}

static void test_pending_follows(void)
{
	again(false);
	irq_disable();
	line(true);
	tap_result(gic_read_bit(GICD_ISPENDR, intid), "pending while asserted");
	gic_write_bit(GICD_ICPENDR, intid);
	tap_result(gic_read_bit(GICD_ISPENDR, intid), "ICPENDR changes nothing about that");
	line(false);
	tap_result(!gic_read_bit(GICD_ISPENDR, intid), "not pending when deasserted");
	irq_enable();
	bench_settle();
	tap_result(bench_count(intid) == 0, "deasserted before the acknowledge, it does not come (%u)", bench_count(intid));
}

static volatile bool both, still;

static bool look(uint32_t which, uint32_t acknowledged)
{
	(void)acknowledged;
	both = gic_read_bit(GICD_ISPENDR, which) && gic_read_bit(GICD_ISACTIVER, which);
	line(false);
	still = gic_read_bit(GICD_ISPENDR, which) || !gic_read_bit(GICD_ISACTIVER, which);
	return true;
}

static void test_active_and_pending(void)
{
	again(false);
	both = still = false;
	bench_handle = look;
	line(true);
	bench_came(cpu_index(), intid, 1);
	tap_result(both, "active and pending in its handler while asserted");
	tap_result(!still, "active alone when deasserted");
	bench_settle();
	tap_result(bench_count(intid) == 1, "deasserted in the handler, it does not come again (%u)", bench_count(intid));
}

static void test_latch(void)
{
	again(false);
	spi_pend(intid);
	bench_came(cpu_index(), intid, 1);
	bench_settle();
	tap_result(bench_count(intid) == 1 && !gic_read_bit(GICD_ISPENDR, intid), "ISPENDR without the line makes it come once (%u)", bench_count(intid));
	irq_disable();
	spi_pend(intid);
	line(true);
	line(false);
	tap_result(gic_read_bit(GICD_ISPENDR, intid), "what ISPENDR latched stays when the line falls");
	gic_write_bit(GICD_ICPENDR, intid);
	tap_result(!gic_read_bit(GICD_ISPENDR, intid), "until ICPENDR");
	irq_enable();
	bench_settle();
	tap_result(bench_count(intid) == 1, "and does not come (%u)", bench_count(intid));
}

static void test_disabled(void)
{
	again(false);
	gic_disable(intid);
	bench_handle = lower_late;
	line(true);
	bench_settle();
	tap_result(bench_count(intid) == 0 && gic_read_bit(GICD_ISPENDR, intid), "asserted while disabled: pending, but does not come");
	gic_write_bit(GICD_ISENABLER, intid);
	bench_came(cpu_index(), intid, TIMES);
	bench_settle();
	tap_result(bench_count(intid) == TIMES, "enabled, it comes until it is deasserted (%u of %u)", bench_count(intid), TIMES);
}

/* Between two CPUs, asserted all the time. */
static void test_moves(void)
{
	unsigned other = nr_cpus - 1;

	again(false);
	bench_handle = lower_late;
	gic_route(intid, other);
	gic_write(GIC_PMR, 0);
	line(true);
	bench_came(other, intid, TIMES);
	gic_write(GIC_PMR, 0xff);
	bench_settle();
	tap_result(logs[other].count[intid] == TIMES && bench_count(intid) == TIMES, "routed to cpu %u it comes there, until it is deasserted (%u)", other,
		   logs[other].count[intid]);
	gic_route(intid, cpu_index());
}

/* Edge-triggered, the line that stays high is one event. */
static void test_edge(void)
{
	again(true);
	line(true);
	bench_came(cpu_index(), intid, 1);
	bench_settle();
	tap_result(bench_count(intid) == 1, "edge-triggered, it comes once while asserted (%u)", bench_count(intid));
	line(false);
	bench_settle();
	line(true);
	bench_came(cpu_index(), intid, 2);
	irq_disable();
	line(false);
	line(true);
	line(false);
	tap_result(gic_read_bit(GICD_ISPENDR, intid), "and stays pending when the line falls");
	gic_write_bit(GICD_ICPENDR, intid);
	tap_result(!gic_read_bit(GICD_ISPENDR, intid), "until ICPENDR");
	irq_enable();
	bench_settle();
	tap_result(bench_count(intid) == 2, "each rising edge is one interrupt (%u)", bench_count(intid));
}

static void run(void)
{
	intid = pl011_intid();
	print("#\n");
	if (!(mmio_read32(pl011_base() + PL011_RIS) & INT_TX)) {
		tap_skip("gic-level", "this PL011 does not ask for more to send");
		return;
	}
	test_asserted();
	test_pending_follows();
	test_active_and_pending();
	test_latch();
	test_disabled();
	if (nr_cpus > 1)
		test_moves();
	test_edge();
	line(false);
	gic_tidy();
	gic_set_edge(intid, false);
	expect_quiet("gic-level");
}

const struct gic_test test_level = { "gic-level", run };
