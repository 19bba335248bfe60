/* SPDX-License-Identifier: Apache-2.0 */
/* What each vCPU has for itself: SGIs from every other one, timers, registers. */
#include "tests/guest/vcpus/vcpus.h"

#define SGI_MAIL 1u /* to 6: by the sender, so that not all of them are one */
#define SGI_MAILS 6u
#define SGI_BACK 7u

/* ---- SGIs ---- */

static volatile uint8_t mail[CPU_MAX][CPU_MAX]; /* to, from */
static volatile uint32_t received[CPU_MAX], answered[CPU_MAX];

static void take_mail(uint32_t intid)
{
	unsigned self = cpu_index();

	for (unsigned from = intid - SGI_MAIL; from < nr_cpus; from += SGI_MAILS) {
		if (!mail[self][from])
			continue;
		mail[self][from] = 0;
		received[self]++;
		gic_send_sgi(cpu_mpidr[from], SGI_BACK);
	}
}

static void take_answer(uint32_t intid)
{
	(void)intid;
	answered[cpu_index()]++;
}

static void send_mail(unsigned to)
{
	unsigned self = cpu_index();

	mail[to][self] = 1;
	dsb(ish);
	gic_send_sgi(cpu_mpidr[to], SGI_MAIL + self % SGI_MAILS);
}

static void mail_all(void)
{
	for (unsigned i = 0; i < nr_cpus; i++)
		if (i != cpu_index())
			send_mail(i);
}

/* One after the other, with its answer. */
static void mail_each(void)
{
	unsigned self = cpu_index();

	for (unsigned i = 0; i < nr_cpus; i++) {
		if (i == self)
			continue;
		answered[self] = 0;
		send_mail(i);
		for (;;) {
			irq_disable();
			if (answered[self])
				break;
			wfi();
			irq_enable();
			isb();
		}
		irq_enable();
	}
}

static bool all_received(void)
{
	for (unsigned i = 0; i < nr_cpus; i++)
		if (received[i] < nr_cpus - 1)
			return false;
	return true;
}

static void forget_mail(void)
{
	for (unsigned i = 0; i < nr_cpus; i++)
		received[i] = 0;
	dsb(ish);
}

static unsigned mails(void)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < nr_cpus; i++)
		sum += received[i];
	return sum;
}

void test_sgis(void)
{
	bool came;

	for (uint32_t i = 0; i < SGI_MAILS; i++)
		irq_set_handler(SGI_MAIL + i, take_mail);
	irq_set_handler(SGI_BACK, take_answer);
	forget_mail();
	came = on_all(mail_all) && sleep_until(all_received);
	tap_result(came && mails() == nr_cpus * (nr_cpus - 1), "an SGI from each CPU to every other, all at once (%u of %u)", mails(), nr_cpus * (nr_cpus - 1));
	forget_mail();
	came = on_all(mail_each) && sleep_until(all_received);
	tap_result(came && mails() == nr_cpus * (nr_cpus - 1), "and one after the other, answered (%u of %u)", mails(), nr_cpus * (nr_cpus - 1));
}

/* ---- timers ---- */

#define TICKS 10u

static volatile uint32_t ticks[CPU_MAX][2], early[CPU_MAX];
static uint64_t latest[CPU_MAX];

static void count_tick(unsigned which, uint64_t cval)
{
	unsigned self = cpu_index();
	uint64_t now = counter_read();

	if (now < cval)
		early[self]++;
	else if (now - cval > latest[self])
		latest[self] = now - cval;
	ticks[self][which]++;
}

static void tick_virtual(uint32_t intid)
{
	(void)intid;
	count_tick(0, sysreg_read(cntv_cval_el0));
	sysreg_write(cntv_ctl_el0, 0);
	isb();
}

static void tick_physical(uint32_t intid)
{
	(void)intid;
	count_tick(1, sysreg_read(cntp_cval_el0));
	sysreg_write(cntp_ctl_el0, 0);
	isb();
}

/* Both at a time, in periods of its own. */
static void run_timers(void)
{
	unsigned self = cpu_index();

	for (unsigned n = 1; n <= TICKS; n++) {
		uint64_t now = counter_read();

		irq_disable();
		sysreg_write(cntp_cval_el0, now + counter_from_us(300 + 7 * self));
		sysreg_write(cntp_ctl_el0, TIMER_ENABLE);
		alarm_set(now + counter_from_us(1000 - 5 * self));
		while (ticks[self][0] < n || ticks[self][1] < n) {
			wfi();
			irq_enable();
			isb();
			irq_disable();
		}
		irq_enable();
	}
}

void test_timers(void)
{
	unsigned wrong = 0, sooner = 0;
	uint64_t late = 0;
	bool came;

	irq_set_handler(timer_interrupts.virtual, tick_virtual);
	irq_set_handler(timer_interrupts.physical, tick_physical);
	for (unsigned i = 0; i < nr_cpus; i++)
		if (i != cpu_index())
			post(i, run_timers);
	run_timers();
	/* A spurious tick more would be counted, too. */
	delay_us(2000);
	for (unsigned i = 0; i < nr_cpus; i++)
		while (!is_idle(i))
			yield();
	came = true;
	for (unsigned i = 0; i < nr_cpus; i++) {
		wrong += ticks[i][0] != TICKS || ticks[i][1] != TICKS;
		sooner += early[i];
		late = latest[i] > late ? latest[i] : late;
	}
	tap_result(came && wrong == 0, "%u ticks of both timers of each CPU (%u CPUs had others)", TICKS, wrong);
	tap_result(sooner == 0, "none early (%u)", sooner);
	print("# timers: the latest %lu us late\n", counter_to_ns(late) / 1000);
}

/* ---- registers ---- */

#define ROUNDS 12u
#define ROUND_US 2500u

static const char *volatile lost[CPU_MAX];

static void hold_registers(void)
{
	unsigned self = cpu_index();

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t until = counter_read() + counter_from_us(ROUND_US + 10 * self);
		const char *name = registers_hold(0x9e3779b97f4a7c15ul * (self + 1) + round, until, (round + self) % 4 == 0);

		if (name != NULL)
			lost[self] = name;
	}
}

void test_registers(void)
{
	unsigned losers = 0, loser = 0;
	bool came = on_all(hold_registers);

	for (unsigned i = 0; i < nr_cpus; i++)
		if (lost[i] != NULL) {
			losers++;
			loser = i;
		}
	tap_result(came, "every CPU ends holding its registers");
	tap_result(losers == 0, "general, FP, SIMD and %u system registers hold what each CPU put there: %u lost%s%s", registers_tested(), losers,
		   losers ? ", e.g. " : "", losers ? lost[loser] : "");
}
