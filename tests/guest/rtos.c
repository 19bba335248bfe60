/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The demo's real-time guest: a 1 ms tick from the virtual timer, set by absolute deadlines, whose lateness is measured in the handler.
 * Once a second it reports; single keys on the console ask for more.
 */
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/exception.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/pl011.h"
#include "tests/guest/kit/psci.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/timer.h"

#define TICKS_PER_SECOND 1000
#define KEYS 16

/* Lateness in counter ticks. */
struct jitter {
	uint64_t min, max, sum, count;
};

/* Written by the timer handler; the main loop reads a second's figures when `seconds` has changed. */
static struct jitter current, last, total;
static volatile uint64_t ticks, missed, seconds;
static uint64_t deadline, period, started;

/* Filled by the receive handler, emptied by the main loop. */
static volatile char keys[KEYS];
static volatile unsigned keys_in, keys_out;

static void jitter_add(struct jitter *jitter, uint64_t late)
{
	if (jitter->count == 0 || late < jitter->min)
		jitter->min = late;
	if (late > jitter->max)
		jitter->max = late;
	jitter->sum += late;
	jitter->count++;
}

static void handle_tick(uint32_t intid)
{
	uint64_t now = counter_read();

	(void)intid;
	jitter_add(&current, now - deadline);
	jitter_add(&total, now - deadline);
	for (deadline += period; deadline <= now; deadline += period)
		missed++;
	sysreg_write(cntv_cval_el0, deadline);
	/* The timer's line has fallen before the interrupt is ended. */
	isb();
	if (++ticks % TICKS_PER_SECOND == 0) {
		last = current;
		current = (struct jitter){ 0 };
		seconds++;
	}
}

static void handle_key(uint32_t intid)
{
	int c;

	(void)intid;
	while ((c = pl011_get()) >= 0) {
		if (keys_in - keys_out < KEYS) {
			keys[keys_in % KEYS] = (char)c;
			keys_in++;
		}
	}
}

static void print_jitter(const struct jitter *jitter)
{
	print("jitter min/avg/max %lu/%lu/%lu ns", counter_to_ns(jitter->min), counter_to_ns(jitter->count ? jitter->sum / jitter->count : 0),
	      counter_to_ns(jitter->max));
}

static void print_statistics(void)
{
	struct jitter snapshot;

	irq_disable();
	snapshot = total;
	irq_enable();
	print("statistics: %lu ticks in %lu ms, %lu missed, %u unexpected interrupts, ", ticks, counter_to_ns(counter_read() - started) / 1000000,
	      missed, irq_unexpected);
	print_jitter(&snapshot);
	print("\n");
}

static void print_help(void)
{
	print("keys: s statistics, o system off, r system reset, c crash (a store to nowhere), h help\n");
}

static void crash(void)
{
	print("storing to %lx, where nothing is\n", ADDRESS_NOWHERE);
	mmio_write32(ADDRESS_NOWHERE, 0xdead);
	dsb(sy);
	print("the store went through\n");
}

static void system_off(void)
{
	print("system off\n");
	psci_system_off();
}

static void system_reset(void)
{
	print("system reset\n");
	psci_system_reset();
}

static void handle_keys(void)
{
	static const struct {
		char key;
		void (*run)(void);
	} commands[] = {
		{ 's', print_statistics }, { 'o', system_off }, { 'r', system_reset }, { 'c', crash }, { 'h', print_help }, { '?', print_help },
	};

	while (keys_out != keys_in) {
		char c = keys[keys_out % KEYS];
		unsigned i = 0;

		keys_out++;
		while (i < ARRAY_SIZE(commands) && commands[i].key != c)
			i++;
		if (i < ARRAY_SIZE(commands))
			commands[i].run();
		else if (c != '\r' && c != '\n')
			print_help();
	}
}

static void print_banner(void)
{
	print("rtos on CPU %08lx, EL%u, GICv%u, counter %lu kHz, 1 of %u CPUs used\n", sysreg_read(midr_el1),
	      (unsigned)(sysreg_read(CurrentEL) >> 2), gic_version(), counter_frequency() / 1000, nr_cpus);
	print_help();
}

void guest_main(void)
{
	uint64_t reported = 0;

	print_banner();
	irq_set_handler(timer_interrupts.virtual, handle_tick);
	irq_set_handler(pl011_intid(), handle_key);
	gic_enable(timer_interrupts.virtual, false);
	gic_enable(pl011_intid(), false);
	pl011_enable_receive();

	period = counter_frequency() / TICKS_PER_SECOND;
	started = counter_read();
	deadline = started + period;
	sysreg_write(cntv_cval_el0, deadline);
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	isb();

	for (;;) {
		/* With interrupts masked nothing can come between looking and WFI, which wakes all the same. */
		irq_disable();
		if (keys_out == keys_in && seconds == reported)
			wfi();
		irq_enable();
		isb();
		handle_keys();
		if (seconds != reported) {
			reported = seconds;
			print("tick %lu: ", reported * TICKS_PER_SECOND);
			print_jitter(&last);
			print("\n");
		}
	}
}
