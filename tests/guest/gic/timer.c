/* SPDX-License-Identifier: Apache-2.0 */
/* gic-timer: the virtual and the physical timer of all CPUs at once. Each compare value set is one interrupt: none is lost, none doubled. */
#include "tests/guest/gic/bench.h"

#define TICKS 500u
#define PERIOD_US 150u
#define VIRTUAL 0u
#define PHYSICAL 1u

struct ticks {
	volatile uint32_t due[2], early, doubled;
};
static struct ticks ticks[CPU_MAX];

static uint32_t timer_control(unsigned which)
{
	isb();
	return (uint32_t)(which == VIRTUAL ? sysreg_read(cntv_ctl_el0) : sysreg_read(cntp_ctl_el0));
}

static void timer_set(unsigned which, uint32_t control)
{
	if (which == VIRTUAL)
		sysreg_write(cntv_ctl_el0, control);
	else
		sysreg_write(cntp_ctl_el0, control);
	isb();
}

static void timer_next(unsigned which)
{
	uint64_t period = counter_from_us(PERIOD_US);

	if (which == VIRTUAL)
		sysreg_write(cntv_cval_el0, counter_read() + period);
	else
		sysreg_write(cntp_cval_el0, sysreg_read(cntpct_el0) + period);
	isb();
}

static bool tick(uint32_t intid, uint32_t acknowledged)
{
	unsigned which = intid == timer_interrupts.virtual ? VIRTUAL : PHYSICAL;
	struct ticks *here = &ticks[cpu_index()];

	(void)acknowledged;
	if (intid != timer_interrupts.virtual && intid != timer_interrupts.physical)
		return true;
	if (!(timer_control(which) & TIMER_STATUS)) {
		here->early++;
		return true;
	}
	if (here->due[which] == 0)
		here->doubled++;
	else if (--here->due[which] > 0)
		timer_next(which);
	if (here->due[which] == 0)
		timer_set(which, 0);
	return true;
}


static void start_ticking(void)
{
	struct ticks *here = &ticks[cpu_index()];

	here->early = here->doubled = 0;
	here->due[VIRTUAL] = here->due[PHYSICAL] = TICKS;
	gic_enable(timer_interrupts.virtual, false);
	gic_enable(timer_interrupts.physical, false);
	timer_next(VIRTUAL);
	timer_next(PHYSICAL);
	timer_set(VIRTUAL, TIMER_ENABLE);
	timer_set(PHYSICAL, TIMER_ENABLE);
}

static void stop_ticking(void)
{
	timer_set(VIRTUAL, 0);
	timer_set(PHYSICAL, 0);
	gic_disable(timer_interrupts.virtual);
	gic_disable(timer_interrupts.physical);
}

static bool all_done(void)
{
	bool done = true;

	for (unsigned i = 0; i < nr_cpus; i++)
		done = done && ticks[i].due[VIRTUAL] == 0 && ticks[i].due[PHYSICAL] == 0;
	return done;
}

static void test_all(void)
{
	uint32_t early = 0, doubled = 0, right = 0, sum = 0;

	bench_clear();
	bench_handle = tick;
	run_on_all(start_ticking);
	for (unsigned i = 0; i < 4 && !all_done(); i++)
		bench_wait(all_done);
	delay_us(4 * PERIOD_US);
	for (unsigned i = 0; i < nr_cpus; i++) {
		early += ticks[i].early;
		doubled += ticks[i].doubled;
		sum += logs[i].count[timer_interrupts.virtual] + logs[i].count[timer_interrupts.physical];
		right += logs[i].count[timer_interrupts.virtual] == TICKS && logs[i].count[timer_interrupts.physical] == TICKS;
	}
	run_on_all(stop_ticking);
	tap_result(all_done(), "%u ticks of the virtual and of the physical timer on each of %u CPUs", TICKS, nr_cpus);
	tap_result(early == 0 && doubled == 0, "none before its time, none twice (%u, %u)", early, doubled);
	tap_result(right == nr_cpus, "none too much (%u of %u)", sum, 2 * TICKS * nr_cpus);
}

/* Ends a shot at once: a level that is gone when the handler returns. */
static bool shot(uint32_t intid, uint32_t acknowledged)
{
	(void)acknowledged;
	timer_set(intid == timer_interrupts.virtual ? VIRTUAL : PHYSICAL, 0);
	return true;
}

static unsigned watched;

static bool has_status(void)
{
	return timer_control(watched) & TIMER_STATUS;
}

static bool is_pending(void)
{
	return gic_read_bit(GICD_ISPENDR, watched == VIRTUAL ? timer_interrupts.virtual : timer_interrupts.physical);
}

static void test_one(unsigned which, const char *name)
{
	uint32_t intid = which == VIRTUAL ? timer_interrupts.virtual : timer_interrupts.physical;
	uint32_t cpu = cpu_index();

	watched = which;
	bench_clear();
	bench_handle = shot;
	gic_enable(intid, false);
	timer_next(which);
	timer_set(which, TIMER_ENABLE | TIMER_MASK);
	bench_wait(has_status);
	bench_settle();
	tap_result(has_status() && bench_count(intid) == 0, "%s timer: masked, it has its status and does not come", name);
	timer_set(which, TIMER_ENABLE);
	tap_result(bench_came(cpu, intid, 1), "%s timer: unmasked, it does", name);
	gic_disable(intid);
	timer_next(which);
	timer_set(which, TIMER_ENABLE);
	bench_wait(is_pending);
	bench_settle();
	tap_result(bench_count(intid) == 1 && is_pending(), "%s timer: disabled in the GIC, it is pending and does not come", name);
	timer_set(which, 0);
	tap_result(!gic_read_bit(GICD_ISPENDR, intid), "%s timer: stopped, it is not pending any more", name);
	gic_write_bit(GICD_ISENABLER, intid);
	delay_us(PERIOD_US);
	tap_result(bench_count(intid) == 1, "%s timer: and enabled does not come", name);
	irq_disable();
	timer_next(which);
	timer_set(which, TIMER_ENABLE);
	bench_wait(is_pending);
	timer_set(which, 0);
	irq_enable();
	delay_us(PERIOD_US);
	/* As with a device: what a hypervisor has forwarded, it does not see fall. */
	tap_result(bench_count(intid) <= 2, "%s timer: stopped while PSTATE.I masks it, it comes once at most", name);
	gic_disable(intid);
}

static void run(void)
{
	test_all();
	test_one(VIRTUAL, "virtual");
	test_one(PHYSICAL, "physical");
	run_on_all(gic_tidy);
	expect_quiet("gic-timer");
}

const struct gic_test test_timer = { "gic-timer", run };
