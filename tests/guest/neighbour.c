/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the same so many times ("ticks=N"), each time after a timer interrupt: calls, emulated registers, SGIs. What it executes and what EL2 executes for it, between the two
 * marks, does not depend on anything but itself: tests/bench/neighbour counts it, while another VM does its worst.
 */
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/exception.h"
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/psci.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/timer.h"

#define PERIOD_US 500
#define SGI 3
#define GICD_ISENABLER 0x100

static volatile unsigned ticks, sgis;

void neighbour_begin(void);
void neighbour_end(void);

__attribute__((noinline)) void neighbour_begin(void)
{
	__asm__ volatile("" : : : "memory");
}

__attribute__((noinline)) void neighbour_end(void)
{
	__asm__ volatile("" : : : "memory");
}

static void handle_tick(uint32_t intid)
{
	(void)intid;
	sysreg_write(cntv_ctl_el0, 0);
	isb();
	ticks++;
}

static void handle_sgi(uint32_t intid)
{
	(void)intid;
	sgis++;
}

static unsigned parse_ticks(void)
{
	struct fdt_node chosen;
	const char *text = fdt_find_path(&chosen, "/chosen") ? fdt_string(&chosen, "bootargs") : NULL;
	unsigned n = 0;

	for (; text && *text; text++)
		n = *text >= '0' && *text <= '9' ? n * 10 + (unsigned)(*text - '0') : 0;
	return n;
}

static void live(unsigned n, uint64_t deadline)
{
	for (unsigned i = 0; i < n; i++) {
		irq_disable();
		sysreg_write(cntv_cval_el0, deadline + i * counter_from_us(PERIOD_US));
		sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
		isb();
		while (ticks == i) {
			wfi();
			irq_enable();
			isb();
			irq_disable();
		}
		irq_enable();
		(void)smccc_hvc(PSCI_VERSION, 0, 0, 0);
		(void)gic_read_bit(GICD_ISENABLER, timer_interrupts.virtual);
		(void)sysreg_read(id_aa64pfr0_el1);
		gic_send_sgi(cpu_mpidr[0], SGI);
		isb();
	}
}

void guest_main(void)
{
	unsigned n = parse_ticks();
	uint64_t first;

	irq_set_handler(timer_interrupts.virtual, handle_tick);
	irq_set_handler(SGI, handle_sgi);
	gic_enable(timer_interrupts.virtual, false);
	print("neighbour: %u ticks\n", n);
	/* By then the others are at it, and all that was printed is gone. */
	delay_us(1500);
	first = counter_read() + counter_from_us(PERIOD_US);
	neighbour_begin();
	live(n, first);
	neighbour_end();
	print("neighbour: %u ticks, %u SGIs\n", ticks, sgis);
	print("bench done %u\n", irq_unexpected + (ticks != n) + (sgis != n));
	for (;;)
		wfi();
}
