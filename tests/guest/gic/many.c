/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gic-many: more interrupts pending and active at a time than any hypervisor has list registers (16 at most): 16 SGIs, the PPIs that no device
 * has, 20 SPIs.
 */
#include "tests/guest/gic/bench.h"

#define ALL_MAX 48u
#define LEVELS 15u
#define PPI_FIRST 20u
#define PPI_LAST 22u /* the boards the kit runs on have nothing there; where there is no PPI either (QEMU: on a GICv2), it cannot be made pending */

static uint32_t all[ALL_MAX];
static unsigned nr_all;

static void add(uint32_t intid)
{
	all[nr_all++] = intid;
}

static void collect(void)
{
	nr_all = 0;
	for (uint32_t i = 0; i < 16; i++)
		add(i);
	for (uint32_t i = PPI_FIRST; i <= PPI_LAST; i++) {
		gic_set_edge(i, true);
		gic_write_bit(GICD_ISPENDR, i);
		if (gic_read_bit(GICD_ISPENDR, i))
			add(i);
		gic_write_bit(GICD_ICPENDR, i);
		gic_write_bit(GICD_ISENABLER, i);
	}
	for (uint32_t i = 0; i < spis_free(); i++) {
		spi_ready(SPI_FREE + i, cpu_index(), GIC_PRIORITY);
		add(SPI_FREE + i);
	}
}

static void pend(uint32_t intid)
{
	if (intid < 16)
		gic_send_sgi(cpu_mpidr[cpu_index()], intid);
	else
		spi_pend(intid);
}

/* 0x10 to 0xf0, neighbours in the list far apart. */
static uint8_t priority_of(unsigned n)
{
	return (uint8_t)(0x10 + n * 7 % LEVELS * 0x10);
}

static bool came_times(uint32_t times)
{
	bool right = true;

	for (unsigned i = 0; i < nr_all; i++)
		right = bench_came(cpu_index(), all[i], times) && right;
	return right && logs[cpu_index()].n == nr_all * times;
}

static bool taken_in_order(void)
{
	const struct cpu_log *log = &logs[cpu_index()];

	for (unsigned i = 1; i < log->n && i < LOG_MAX; i++)
		if (log->taken[i].running < log->taken[i - 1].running)
			return false;
	return true;
}

static void test_pending(void)
{
	unsigned pending = 0;

	bench_clear();
	irq_disable();
	for (unsigned i = 0; i < nr_all; i++) {
		gic_set_priority(all[i], priority_of(i));
		pend(all[i]);
	}
	for (unsigned i = 0; i < nr_all; i++)
		pending += gic_read_bit(GICD_ISPENDR, all[i]);
	tap_result(pending == nr_all, "%u interrupts are pending at a time (%u)", nr_all, pending);
	irq_enable();
	tap_result(came_times(1), "and come once each (%u)", logs[cpu_index()].n);
	tap_result(taken_in_order(), "the more urgent first");
}

/* The other way round in time: each new one is less urgent, then more urgent, than those before. */
static void test_directions(void)
{
	for (unsigned up = 0; up < 2; up++) {
		bench_clear();
		irq_disable();
		for (unsigned i = 0; i < nr_all; i++) {
			unsigned level = i * LEVELS / nr_all;

			gic_set_priority(all[i], (uint8_t)(0x10 + (up ? LEVELS - 1 - level : level) * 0x10));
			pend(all[i]);
		}
		irq_enable();
		tap_result(came_times(1) && taken_in_order(), "each %s urgent than the one before", up ? "more" : "less");
	}
}

/* Pending ones are told apart from what the CPU interface has only by what is read: all of them are cleared again. */
static void test_cleared(void)
{
	bool left = false;

	bench_clear();
	irq_disable();
	for (unsigned i = 0; i < nr_all; i++)
		pend(all[i]);
	for (unsigned i = 0; i < nr_all; i++) {
		if (all[i] < 16 && gic_version() == 2)
			mmio_write8(gic_distributor() + GICD_CPENDSGIR + all[i], 0xff);
		else
			gic_write_bit(GICD_ICPENDR, all[i]);
	}
	for (unsigned i = 0; i < nr_all; i++)
		left |= gic_read_bit(GICD_ISPENDR, all[i]);
	irq_enable();
	bench_settle();
	tap_result(!left && logs[cpu_index()].n == 0, "none comes of %u that were cleared (%u)", nr_all, logs[cpu_index()].n);
}

static bool drop_only(uint32_t intid, uint32_t acknowledged)
{
	(void)intid;
	gic_end(acknowledged);
	return false;
}

static void test_active(void)
{
	unsigned active = 0, again = 0;

	bench_clear();
	for (unsigned i = 0; i < nr_all; i++)
		gic_set_priority(all[i], priority_of(i));
	gic_set_split(true);
	bench_handle = drop_only;
	irq_disable();
	for (unsigned i = 0; i < nr_all; i++)
		pend(all[i]);
	irq_enable();
	tap_result(came_times(1), "%u come and are left active", nr_all);
	for (unsigned i = 0; i < nr_all; i++)
		active += gic_read_bit(GICD_ISACTIVER, all[i]);
	tap_result(active == nr_all, "%u are active at a time (%u)", nr_all, active);
	for (unsigned i = 0; i < nr_all; i += 2, again++)
		pend(all[i]);
	bench_settle();
	tap_result(logs[cpu_index()].n == nr_all, "none comes again before it is deactivated");
	/* Not in the order in which they came. */
	for (unsigned i = 0; i < nr_all; i++) {
		unsigned n = nr_all % 5 != 0 ? i * 5 % nr_all : i;

		gic_write(GIC_DIR, all[n]);
		if (n % 2 == 0 && bench_came(cpu_index(), all[n], 2))
			gic_write(GIC_DIR, all[n]);
	}
	bench_settle();
	tap_result(logs[cpu_index()].n == nr_all + again, "those that were pended come once more, then deactivated (%u of %u)",
		   logs[cpu_index()].n, nr_all + again);
	active = 0;
	for (unsigned i = 0; i < nr_all; i++)
		active += gic_read_bit(GICD_ISACTIVER, all[i]);
	tap_result(active == 0, "none is active in the end (%u)", active);
	gic_set_split(false);
}

static volatile unsigned depth, deepest;

/* all[n] for n < LEVELS have rising urgency here. */
static bool nest(uint32_t intid, uint32_t acknowledged)
{
	unsigned n = 0;

	(void)acknowledged;
	while (all[n] != intid)
		n++;
	if (++depth > deepest)
		deepest = depth;
	if (n + 1 < LEVELS) {
		pend(all[n + 1]);
		irq_enable();
		bench_came(cpu_index(), all[n + 1], 1);
		irq_disable();
	}
	depth--;
	return true;
}

static void test_nested(void)
{
	bench_clear();
	depth = deepest = 0;
	for (unsigned i = 0; i < LEVELS; i++)
		gic_set_priority(all[i], (uint8_t)(0xf0 - i * 0x10));
	bench_handle = nest;
	pend(all[0]);
	bench_came(cpu_index(), all[LEVELS - 1], 1);
	bench_came(cpu_index(), all[0], 1);
	tap_result(deepest == LEVELS && depth == 0, "%u nested, and all end (%u)", LEVELS, deepest);
	bench_clear();
	irq_disable();
	for (unsigned i = 0; i < nr_all; i++)
		pend(all[i]);
	irq_enable();
	tap_result(came_times(1), "then all come again");
}

static void run(void)
{
	if (spis_free() < 20) {
		tap_skip("gic-many", "too few free SPIs");
		return;
	}
	collect();
	test_pending();
	test_directions();
	test_cleared();
	test_active();
	test_nested();
	gic_tidy();
	expect_quiet("gic-many");
}

const struct gic_test test_many = { "gic-many", run };
