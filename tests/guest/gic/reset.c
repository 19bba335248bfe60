/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gic-reset: a VM that stops with interrupts active and pending starts again with none, and gets them again. It knows by the RTC's time that it
 * has been here before: nothing resets that. Natively, a reset ends QEMU.
 */
#include "tests/guest/gic/bench.h"

#include "tests/guest/gic/rtc.h"
#include "tests/guest/kit/psci.h"

#define SECOND_RUN 1000u /* 1970 */
#define SPI SPI_FREE

static uint32_t rtc;

static bool leave_active(uint32_t intid, uint32_t acknowledged)
{
	(void)intid;
	(void)acknowledged;
	return false;
}

/* Acknowledges them one on top of the other, ends none, and leaves two pending. */
static void leave(void)
{
	bench_clear();
	bench_handle = leave_active;
	irq_disable();
	gic_enable(timer_interrupts.virtual, false);
	gic_set_priority(timer_interrupts.virtual, 0x80);
	sysreg_write(cntv_cval_el0, counter_read());
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	bench_settle();
	bench_take(false);
	gic_enable(rtc, false);
	gic_set_priority(rtc, 0x60);
	rtc_raise();
	bench_settle();
	bench_take(false);
	gic_set_priority(3, 0x40);
	gic_send_sgi(cpu_mpidr[cpu_index()], 3);
	bench_take(false);
	spi_ready(SPI, 0, 0x20);
	spi_pend(SPI);
	bench_take(false);
	gic_send_sgi(cpu_mpidr[cpu_index()], 4);
	spi_ready(SPI + 1, 0, 0x20);
	spi_pend(SPI + 1);
	print("# left active: %u; resets\n", logs[cpu_index()].n);
	rtc_set_time(SECOND_RUN);
	psci_system_reset();
}

static bool serve(uint32_t intid, uint32_t acknowledged)
{
	(void)acknowledged;
	if (intid == rtc)
		rtc_lower();
	if (intid == timer_interrupts.virtual)
		sysreg_write(cntv_ctl_el0, 0);
	isb();
	return true;
}

static void check(void)
{
	bool left = false;

	for (uint32_t i = 0; i < gic_lines(); i++)
		left |= gic_read_bit(GICD_ISACTIVER, i) || gic_read_bit(GICD_ISPENDR, i);
	tap_result(!left, "nothing is active or pending after the restart");
	tap_result(gic_read(GIC_RPR) == 0xff, "the running priority is idle");
	bench_clear();
	bench_handle = serve;
	gic_enable(rtc, false);
	gic_enable(timer_interrupts.virtual, false);
	spi_ready(SPI, 0, GIC_PRIORITY);
	for (uint32_t i = 1; i <= 3; i++) {
		rtc_raise();
		bench_came(0, rtc, i);
		sysreg_write(cntv_cval_el0, counter_read());
		sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
		bench_came(0, timer_interrupts.virtual, i);
		spi_pend(SPI);
		bench_came(0, SPI, i);
		gic_send_sgi(cpu_mpidr[cpu_index()], 3);
		bench_came(0, 3, i);
	}
	bench_settle();
	tap_result(bench_count(rtc) == 3, "the device's interrupt comes again (%u)", bench_count(rtc));
	tap_result(bench_count(timer_interrupts.virtual) == 3, "the timer's comes again (%u)", bench_count(timer_interrupts.virtual));
	tap_result(bench_count(SPI) == 3 && bench_count(3) == 3, "SPIs and SGIs come again");
}

static void run(void)
{
	if (!rtc_find(&rtc)) {
		tap_skip("gic-reset", "there is no PL031");
		return;
	}
	if (rtc_time() - SECOND_RUN < 600)
		check();
	else
		leave();
}

const struct gic_test test_reset = { "gic-reset", run };
