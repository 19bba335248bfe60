/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One vCPU among others on a CPU, by words of its command line. `after` and `run` are in ms: so long it waits, spinning, and measures.
 *   share=N        it spins, and gets N per cent of the CPU; what it did not get is what the hypervisor says it was stolen (Arm DEN 0057)
 *   latency=N      it sleeps, and wakes at most N us late
 *   hog, wfi       it spins, or idles, for ever and says nothing
 */
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/exception.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/psci.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/timer.h"

#define PV_TIME_FEATURES 0xc5000020u
#define PV_TIME_ST 0xc5000021u
#define SMCCC_ARCH_FEATURES 0x80000001u
#define GAP_US 20u

/* DEN 0057, "Stolen time": little-endian, 64 bytes. */
struct stolen_time {
	uint32_t revision, attributes;
	uint64_t stolen; /* ns */
	uint8_t padding[48];
};

static const volatile struct stolen_time *stolen_time;

static bool find_stolen_time(void)
{
	int64_t address;

	if (psci_call(SMCCC_ARCH_FEATURES, PV_TIME_FEATURES, 0, 0) != 0 || psci_call(PV_TIME_FEATURES, PV_TIME_ST, 0, 0) != 0)
		return false;
	address = psci_call(PV_TIME_ST, 0, 0, 0);
	if (address <= 0 || (address & 63) != 0)
		return false;
	stolen_time = (const volatile struct stolen_time *)address;
	return true;
}

/* Spins. Returns how much of that time, in ticks, was spent elsewhere. */
static uint64_t gaps_until(uint64_t end)
{
	const uint64_t gap = counter_from_us(GAP_US);
	uint64_t last = counter_read(), sum = 0;

	while (last < end) {
		uint64_t now = counter_read();

		if (now - last > gap)
			sum += now - last;
		last = now;
	}
	return sum;
}

static void measure_share(uint32_t share, uint64_t run)
{
	uint64_t stolen_before = stolen_time ? stolen_time->stolen : 0, begin = counter_read(), away = gaps_until(begin + run), total = counter_read() - begin;
	uint64_t stolen = stolen_time ? stolen_time->stolen - stolen_before : 0, measured = counter_to_ns(away);
	unsigned per_mille = (unsigned)((total - away) * 1000 / total), difference = (unsigned)((stolen > measured ? stolen - measured : measured - stolen) / 1000);

	tap_result(per_mille + 20 >= share * 10 && per_mille <= share * 10 + 20, "its share is %u%% (%u per mille of %lu ms)", share, per_mille, counter_to_ns(total) / 1000000);
	if (share == 100 && !stolen_time) {
		tap_skip("stolen time", "nobody else has the CPU");
		return;
	}
	tap_result(stolen_time && stolen_time->revision == 0 && stolen_time->attributes == 0, "there is a stolen-time structure");
	/* The hypervisor's own time is in one and not in the other: half a per cent. */
	tap_result(difference <= counter_to_ns(total) / 200000, "stolen time: %lu us, measured: %lu us", stolen / 1000, measured / 1000);
}

static volatile uint64_t late;
static volatile bool ticked;

static void tick(uint32_t intid)
{
	(void)intid;
	late = counter_read() - sysreg_read(cntv_cval_el0);
	sysreg_write(cntv_ctl_el0, 0);
	isb();
	ticked = true;
}

static uint64_t sleep_and_wake(uint64_t at)
{
	irq_disable();
	ticked = false;
	sysreg_write(cntv_cval_el0, at);
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	isb();
	while (!ticked) {
		wfi();
		irq_enable();
		isb();
		irq_disable();
	}
	irq_enable();
	return late;
}

static void measure_latency(uint32_t limit, uint64_t run)
{
	uint64_t end = counter_read() + run, worst = 0, best = ~0ul, sum = 0;
	unsigned n = 0;

	irq_set_handler(timer_interrupts.virtual, tick);
	gic_enable(timer_interrupts.virtual, false);
	while (counter_read() < end) {
		uint64_t l = sleep_and_wake(counter_read() + counter_from_us(3000 + n * 137 % 5000));

		worst = l > worst ? l : worst;
		best = l < best ? l : best;
		sum += l;
		n++;
	}
	tap_result(counter_to_ns(worst) <= (uint64_t)limit * 1000, "wakes at most %u us late (%u times: %lu to %lu, on average %lu ns)", limit, n, counter_to_ns(best),
		   counter_to_ns(worst), counter_to_ns(sum) / n);
}

void guest_main(void)
{
	uint32_t share = bootargs_number("share", 0), latency = bootargs_number("latency", 0);

	irq_enable();
	if (bootargs_have("hog"))
		for (;;)
			;
	while (bootargs_have("wfi"))
		wfi();
	find_stolen_time();
	delay_us(bootargs_number("after", 100) * 1000);
	if (share)
		measure_share(share, counter_from_us(bootargs_number("run", 1000) * 1000));
	if (latency)
		measure_latency(latency, counter_from_us(bootargs_number("run", 1000) * 1000));
	tap_done();
}
