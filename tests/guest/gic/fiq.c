/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gic-fiq: both interrupt groups. Group 0 is signalled as FIQ: on a GICv3 always (IHI 0069 4.6), on a GICv2 if GICC_CTLR.FIQEn says so (IHI 0048
 * 2.3.2). Only where there is one security state, or this is the secure one. QEMU's GICv2 has no aliased registers for group 1, in GICV neither:
 * the command line says so (no-aiar), and AckCtl is then all that is tested.
 */
#include "tests/guest/gic/bench.h"

#include "tests/guest/kit/exception.h"

#define ZERO SPI_FREE      /* group 0 */
#define ONE (SPI_FREE + 1) /* group 1 */

static volatile uint32_t taken[2][2]; /* by fiq, by which */

static bool no_aliases;

static uint32_t acknowledge(bool group1)
{
	uint32_t value;

	if (gic_version() == 2)
		value = mmio_read32(gic_cpu_interface() + (group1 ? GICC_AIAR : GICC_IAR));
	else
		value = (uint32_t)(group1 ? icc_read(ICC_IAR1_EL1) : icc_read(ICC_IAR0_EL1));
	dsb(sy);
	return value;
}

static void end(bool group1, uint32_t value)
{
	dsb(sy);
	if (gic_version() == 2)
		mmio_write32(gic_cpu_interface() + (group1 ? GICC_AEOIR : GICC_EOIR), value);
	else if (group1)
		icc_write(ICC_EOIR1_EL1, value);
	else
		icc_write(ICC_EOIR0_EL1, value);
	isb();
}

/* An FIQ is of group 0 here, an IRQ of group 1. */
static void take(bool fiq)
{
	uint32_t value = acknowledge(!fiq), intid = gic_intid(value);

	if (intid >= INTID_SPECIAL)
		return;
	if (intid == ZERO || intid == ONE)
		taken[fiq][intid - ZERO]++;
	logs[cpu_index()].count[intid]++;
	end(!fiq, value);
}

static void forget(void)
{
	bench_clear();
	for (unsigned i = 0; i < 4; i++)
		taken[i / 2][i % 2] = 0;
}

static uint32_t old_ctlr;

static void enable_groups(bool group0, bool group1)
{
	mmio_write32(gic_distributor() + GICD_CTLR, (old_ctlr & ~3u) | (group0 ? GICD_CTLR_GROUP0 : 0) | (group1 ? GICD_CTLR_GROUP1 : 0));
	gic_sync();
}

static void enable_interface(bool group0, bool group1)
{
	if (gic_version() == 2) {
		mmio_write32(gic_cpu_interface() + GICC_CTLR, GICC_CTLR_FIQ | (group0 ? GICC_CTLR_GROUP0 : 0) | (group1 ? GICC_CTLR_GROUP1 : 0));
		dsb(sy);
	} else {
		icc_write(ICC_IGRPEN0_EL1, group0);
		icc_write(ICC_IGRPEN1_EL1, group1);
		isb();
	}
}

static void set_group(uint32_t intid, bool group1)
{
	uint64_t word = gic_frame(intid) + GICD_IGROUPR + intid / 32 * 4;
	uint32_t bit = 1u << intid % 32;

	mmio_write32(word, (mmio_read32(word) & ~bit) | (group1 ? bit : 0));
}

static bool groups_settable(void)
{
	bool settable;

	set_group(ZERO, false);
	settable = !gic_read_bit(GICD_IGROUPR, ZERO);
	set_group(ZERO, true);
	settable = settable && gic_read_bit(GICD_IGROUPR, ZERO);
	set_group(ZERO, false);
	return settable;
}

static void test_both(void)
{
	forget();
	enable_groups(true, true);
	enable_interface(true, true);
	spi_pend(ZERO);
	tap_result(bench_came(0, ZERO, 1) && taken[true][0] == 1, "group 0 comes as FIQ");
	spi_pend(ONE);
	tap_result(bench_came(0, ONE, 1) && taken[false][1] == 1, "group 1 comes as IRQ");
	irq_disable();
	spi_pend(ONE);
	spi_pend(ZERO);
	tap_result(bench_count(ONE) == 1, "IRQs do not come while they are masked");
	gic_set_priority(ZERO, GIC_PRIORITY - 0x40);
	tap_result(bench_came(0, ZERO, 2), "and FIQs do");
	gic_set_priority(ZERO, GIC_PRIORITY);
	irq_enable();
	tap_result(bench_came(0, ONE, 2), "the IRQ comes when they are not");
	fiq_disable();
	spi_pend(ZERO);
	spi_pend(ONE);
	tap_result(bench_came(0, ONE, 3) && bench_count(ZERO) == 2, "IRQs come while FIQs are masked");
	fiq_enable();
	tap_result(bench_came(0, ZERO, 3), "and the FIQ when it is not");
	tap_result(taken[true][1] == 0 && taken[false][0] == 0, "none came as the other");
}

/* Each register acknowledges its own group only. */
static void test_acknowledge(void)
{
	forget();
	irq_disable();
	fiq_disable();
	spi_pend(ZERO);
	tap_result(acknowledge(true) >= INTID_SPECIAL, "group 1's register does not acknowledge group 0");
	irq_enable();
	fiq_enable();
	bench_came(0, ZERO, 1);
	irq_disable();
	fiq_disable();
	spi_pend(ONE);
	tap_result(acknowledge(false) >= INTID_SPECIAL, "group 0's register does not acknowledge group 1");
	irq_enable();
	fiq_enable();
	tap_result(bench_came(0, ZERO, 1) && bench_came(0, ONE, 1), "and both come after that");
}

static void test_enables(void)
{
	forget();
	enable_groups(false, true);
	spi_pend(ZERO);
	spi_pend(ONE);
	tap_result(bench_came(0, ONE, 1) && bench_count(ZERO) == 0, "group 0 disabled in the distributor");
	enable_groups(true, true);
	tap_result(bench_came(0, ZERO, 1), "and enabled");
	enable_groups(true, false);
	spi_pend(ZERO);
	spi_pend(ONE);
	tap_result(bench_came(0, ZERO, 2) && bench_count(ONE) == 1, "group 1 disabled in the distributor");
	enable_groups(true, true);
	tap_result(bench_came(0, ONE, 2), "and enabled");
	/* One at a time: whether one of a group that is disabled there hides a less urgent one is the implementation's choice. */
	enable_interface(false, true);
	spi_pend(ONE);
	tap_result(bench_came(0, ONE, 3), "group 0 disabled in the CPU interface: group 1 comes");
	spi_pend(ZERO);
	bench_settle();
	tap_result(bench_count(ZERO) == 2, "and group 0 does not");
	enable_interface(true, false);
	tap_result(bench_came(0, ZERO, 3), "group 1 disabled there: group 0 comes");
	spi_pend(ONE);
	bench_settle();
	tap_result(bench_count(ONE) == 3, "and group 1 does not");
	enable_interface(true, true);
	tap_result(bench_came(0, ONE, 4), "and does when both are enabled");
}

static void test_change(void)
{
	forget();
	irq_disable();
	fiq_disable();
	spi_pend(ZERO);
	spi_pend(ONE);
	set_group(ZERO, true);
	set_group(ONE, false);
	irq_enable();
	fiq_enable();
	tap_result(bench_came(0, ZERO, 1) && bench_came(0, ONE, 1) && taken[false][0] == 1 && taken[true][1] == 1, "groups changed while pending");
	set_group(ZERO, false);
	set_group(ONE, true);
}

/* GICv2 only: AckCtl lets IAR acknowledge both; FIQEn clear signals both as IRQs. */
static void take_all(bool fiq)
{
	uint32_t value = mmio_read32(gic_cpu_interface() + GICC_IAR), intid = gic_intid(value);

	dsb(sy);
	if (intid >= INTID_SPECIAL)
		return;
	if (intid == ZERO || intid == ONE)
		taken[fiq][intid - ZERO]++;
	logs[cpu_index()].count[intid]++;
	mmio_write32(gic_cpu_interface() + GICC_EOIR, value);
	dsb(sy);
}

static void test_ackctl(void)
{
	if (gic_version() != 2) {
		tap_skip("AckCtl", "a GICv2's");
		return;
	}
	forget();
	irq_disable();
	mmio_write32(gic_cpu_interface() + GICC_CTLR, GICC_CTLR_GROUP0 | GICC_CTLR_GROUP1);
	spi_pend(ONE);
	bench_settle();
	tap_result((mmio_read32(gic_cpu_interface() + GICC_IAR) & 0x3ff) == 1022, "without AckCtl IAR gives 1022 for group 1");
	tap_result((mmio_read32(gic_cpu_interface() + GICC_HPPIR) & 0x3ff) == 1022, "and so does HPPIR");
	if (!no_aliases)
		tap_result((mmio_read32(gic_cpu_interface() + GICC_AHPPIR) & 0x3ff) == ONE, "which AHPPIR names");
	irq_take_over(take_all);
	mmio_write32(gic_cpu_interface() + GICC_CTLR, GICC_CTLR_GROUP0 | GICC_CTLR_GROUP1 | GICC_CTLR_ACK);
	spi_pend(ZERO);
	irq_enable();
	tap_result(bench_came(0, ONE, 1) && bench_came(0, ZERO, 1), "with AckCtl IAR acknowledges both");
	tap_result(taken[false][0] == 1 && taken[false][1] == 1, "and without FIQEn both are IRQs");
	mmio_write32(gic_cpu_interface() + GICC_CTLR, GICC_CTLR_GROUP0 | GICC_CTLR_GROUP1 | GICC_CTLR_ACK | GICC_CTLR_FIQ);
	spi_pend(ZERO);
	tap_result(bench_came(0, ZERO, 2) && taken[true][0] == 1, "with FIQEn group 0 is an FIQ");
	spi_pend(ONE);
	tap_result(bench_came(0, ONE, 2) && taken[false][1] == 2, "and group 1 an IRQ");
	irq_take_over(take);
}

static void run(void)
{
	if (spis_free() < 2) {
		tap_skip("gic-fiq", "no free SPIs");
		return;
	}
	old_ctlr = mmio_read32(gic_distributor() + GICD_CTLR);
	if (!groups_settable()) {
		tap_skip("gic-fiq", gic_version() >= 3 && !(old_ctlr & GICD_CTLR_DS) ? "two security states, and this is the non-secure one" :
			 "groups cannot be set");
		set_group(ZERO, gic_version() != 2);
		return;
	}
	spi_ready(ZERO, 0, GIC_PRIORITY);
	/* More urgent, since only the most urgent one of both groups is signalled. */
	spi_ready(ONE, 0, GIC_PRIORITY - 0x20);
	set_group(ZERO, false);
	set_group(ONE, true);
	no_aliases = gic_version() == 2 && bootargs_have("no-aiar");
	irq_take_over(take);
	fiq_enable();
	if (!no_aliases) {
		test_both();
		test_acknowledge();
		test_enables();
		test_change();
	} else {
		tap_skip("both groups", "QEMU's GICv2 has no AIAR");
		enable_groups(true, true);
	}
	test_ackctl();
	fiq_disable();
	irq_disable();
	set_group(ZERO, gic_version() != 2);
	set_group(ONE, gic_version() != 2);
	mmio_write32(gic_distributor() + GICD_CTLR, old_ctlr);
	gic_sync();
	if (gic_version() >= 3)
		enable_interface(false, true);
	gic_tidy();
	irq_take_over(bench_take);
	irq_enable();
	expect_quiet("gic-fiq");
}

const struct gic_test test_fiq = { "gic-fiq", run };
