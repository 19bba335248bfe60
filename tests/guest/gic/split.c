/* SPDX-License-Identifier: Apache-2.0 */
/* gic-split: EOImode 1, where EOIR drops the running priority and DIR deactivates (IHI 0048 3.2.1, IHI 0069 4.1). */
#include "tests/guest/gic/bench.h"

#define FIRST SPI_FREE
#define SECOND (SPI_FREE + 1)

static volatile bool was_active, was_idle;

static bool drop_then_deactivate(uint32_t intid, uint32_t acknowledged)
{
	gic_end(acknowledged);
	was_idle = gic_read(GIC_RPR) == 0xff;
	was_active = gic_read_bit(GICD_ISACTIVER, intid);
	gic_write(GIC_DIR, acknowledged);
	was_active = was_active && !gic_read_bit(GICD_ISACTIVER, intid);
	return false;
}

static bool drop_only(uint32_t intid, uint32_t acknowledged)
{
	(void)intid;
	gic_end(acknowledged);
	return false;
}

static void check_cycle(uint32_t intid, const char *what)
{
	bench_clear();
	bench_handle = drop_then_deactivate;
	for (uint32_t i = 1; i <= 3; i++) {
		was_active = was_idle = false;
		if (intid < 16)
			gic_send_sgi(cpu_mpidr[cpu_index()], intid);
		else
			spi_pend(intid);
		bench_came(cpu_index(), intid, i);
	}
	tap_result(was_idle, "EOIR drops the running priority (%s)", what);
	tap_result(was_active, "and only DIR deactivates (%s)", what);
	tap_result(bench_count(intid) == 3, "so it comes again (%s)", what);
}

static void test_active_does_not_come(void)
{
	bench_clear();
	bench_handle = drop_only;
	spi_pend(FIRST);
	bench_came(cpu_index(), FIRST, 1);
	spi_pend(FIRST);
	spi_pend(SECOND);
	tap_result(bench_came(cpu_index(), SECOND, 1), "another of the same priority comes after the drop");
	bench_settle();
	tap_result(bench_count(FIRST) == 1 && gic_read_bit(GICD_ISPENDR, FIRST) && gic_read_bit(GICD_ISACTIVER, FIRST),
		   "what is active stays pending and does not come");
	/* The other order than that in which they were dropped. */
	gic_write(GIC_DIR, FIRST);
	tap_result(bench_came(cpu_index(), FIRST, 2), "until it is deactivated");
	gic_write(GIC_DIR, FIRST);
	tap_result(!gic_read_bit(GICD_ISACTIVER, FIRST) && gic_read_bit(GICD_ISACTIVER, SECOND), "deactivation is of the one that is named");
	gic_write(GIC_DIR, SECOND);
	tap_result(!gic_read_bit(GICD_ISACTIVER, SECOND), "and is in any order");
}

/* The first is dropped and lets the second in, which deactivates the first under itself, and pends it again. */
static volatile uint32_t inside;

static bool nested(uint32_t intid, uint32_t acknowledged)
{
	if (intid == FIRST) {
		gic_end(acknowledged);
		if (logs[cpu_index()].count[FIRST] == 1) {
			spi_pend(SECOND);
			irq_enable();
			bench_came(cpu_index(), SECOND, 1);
			irq_disable();
		} else {
			gic_write(GIC_DIR, acknowledged);
		}
		return false;
	}
	spi_pend(FIRST);
	gic_write(GIC_DIR, FIRST);
	inside = gic_read_bit(GICD_ISACTIVER, FIRST);
	irq_enable();
	bench_settle();
	irq_disable();
	/* This one has not dropped its priority, which is not lower. */
	inside += logs[cpu_index()].count[FIRST];
	gic_end(acknowledged);
	gic_write(GIC_DIR, acknowledged);
	return false;
}

static void test_nested(void)
{
	bench_clear();
	inside = 9;
	bench_handle = nested;
	spi_pend(FIRST);
	tap_result(bench_came(cpu_index(), FIRST, 2) && inside == 1, "DIR of the one below, which comes again when the upper one drops (%u)", inside);
	tap_result(!gic_read_bit(GICD_ISACTIVER, FIRST) && !gic_read_bit(GICD_ISACTIVER, SECOND), "both are inactive in the end");
}

/* EOIR for the inner one first, DIR for the outer one first, neither dropped before both are active. */
static bool stacked(uint32_t intid, uint32_t acknowledged)
{
	if (intid == FIRST) {
		spi_pend(SECOND);
		irq_enable();
		bench_came(cpu_index(), SECOND, 1);
		irq_disable();
		inside = gic_read(GIC_RPR);
		gic_end(acknowledged);
		gic_write(GIC_DIR, FIRST);
		gic_write(GIC_DIR, SECOND);
		return false;
	}
	gic_end(acknowledged);
	return false;
}

static void test_stacked(void)
{
	bench_clear();
	gic_set_priority(SECOND, 0x40);
	bench_handle = stacked;
	spi_pend(FIRST);
	tap_result(bench_came(cpu_index(), SECOND, 1) && inside == GIC_PRIORITY, "the drop of a nested one goes back to the outer's priority (%02x)", inside);
	tap_result(!gic_read_bit(GICD_ISACTIVER, FIRST) && !gic_read_bit(GICD_ISACTIVER, SECOND), "then DIR of the outer and of the inner");
	gic_set_priority(SECOND, GIC_PRIORITY);
}

static void set_split_here(void)
{
	gic_set_split(true);
}

static void deactivate_first(void)
{
	gic_write(GIC_DIR, FIRST);
}

/* IHI 0069: an SPI may be deactivated by another PE than that which acknowledged it. */
static void test_other_cpu(void)
{
	const char *name = "another CPU deactivates an SPI";

	if (gic_version() == 2 || nr_cpus < 2) {
		tap_skip(name, nr_cpus < 2 ? "one CPU" : "a GICv3's");
		return;
	}
	run_on(1, set_split_here);
	bench_clear();
	bench_handle = drop_only;
	spi_pend(FIRST);
	bench_came(cpu_index(), FIRST, 1);
	run_on(1, deactivate_first);
	tap_result(!gic_read_bit(GICD_ISACTIVER, FIRST), "%s", name);
	spi_pend(FIRST);
	tap_result(bench_came(cpu_index(), FIRST, 2), "and it comes again");
	deactivate_first();
	run_on(1, gic_tidy);
}

static void test_clear_active(void)
{
	bench_clear();
	bench_handle = drop_only;
	spi_pend(FIRST);
	bench_came(cpu_index(), FIRST, 1);
	spi_pend(FIRST);
	gic_write_bit(GICD_ICACTIVER, FIRST);
	tap_result(bench_came(cpu_index(), FIRST, 2), "ICACTIVER deactivates what has been dropped");
	gic_write_bit(GICD_ICACTIVER, FIRST);
}

static void run(void)
{
	if (spis_free() < 2) {
		tap_skip("gic-split", "no free SPIs");
		return;
	}
	spi_ready(FIRST, cpu_index(), GIC_PRIORITY);
	spi_ready(SECOND, cpu_index(), GIC_PRIORITY);
	gic_set_split(true);
	check_cycle(FIRST, "SPI");
	check_cycle(3, "SGI");
	test_active_does_not_come();
	test_nested();
	test_stacked();
	test_other_cpu();
	gic_set_split(true);
	spi_ready(FIRST, cpu_index(), GIC_PRIORITY);
	test_clear_active();
	gic_tidy();
	expect_quiet("gic-split");
}

const struct gic_test test_split = { "gic-split", run };
