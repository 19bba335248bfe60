/* SPDX-License-Identifier: Apache-2.0 */
/* gic-sgi: software-generated interrupts: every one, to every CPU, by every way to name targets. */
#include "tests/guest/gic/bench.h"

#define SGIS 16u
#define FILTER_OTHERS 1u
#define FILTER_SELF 2u
#define SGI1R_OTHERS (1ull << 40)

/* Tests that go through all pairs of CPUs would take long with many. */
#define FEW 8u

static uint32_t sgi;
static unsigned target;

static void send_all(void)
{
	for (uint32_t i = 0; i < SGIS; i++)
		gic_send_sgi(cpu_mpidr[target], i);
}

static void mask(void)
{
	irq_disable();
}

static void unmask(void)
{
	irq_enable();
}

/* One word to SGIR, or one to ICC_SGI1R_EL1. */
static void send_raw(uint64_t value)
{
	dsb(ishst);
	if (gic_version() == 2)
		mmio_write32(gic_distributor() + GICD_SGIR, (uint32_t)value);
	else
		icc_write(ICC_SGI1R_EL1, value);
	isb();
}

static uint64_t sgi1r(uint64_t mpidr, uint16_t list, uint32_t intid)
{
	return (mpidr >> 32 & 0xff) << 48 | (mpidr >> 4 & 0xf) << 44 | (mpidr >> 16 & 0xff) << 32 | (uint64_t)intid << 24 |
	       (mpidr >> 8 & 0xff) << 16 | list;
}

/* Whether all CPUs' counts are what wanted says. */
static bool (*wanted)(unsigned cpu);

static bool counts_right(void)
{
	for (unsigned i = 0; i < nr_cpus; i++)
		if (logs[i].count[sgi] != wanted(i))
			return false;
	return true;
}

static bool reaches(bool (*who)(unsigned cpu))
{
	wanted = who;
	if (!bench_wait(counts_right))
		return false;
	bench_settle();
	return counts_right();
}

static bool is_self(unsigned cpu)
{
	return cpu == cpu_index();
}

static bool is_other(unsigned cpu)
{
	return cpu != cpu_index();
}

static bool is_nobody(unsigned cpu)
{
	(void)cpu;
	return false;
}

static bool is_odd(unsigned cpu)
{
	return cpu % 2 == 1;
}

static bool all_came_once(unsigned cpu)
{
	bool all = true;

	for (uint32_t i = 0; i < SGIS; i++)
		all = bench_came(cpu, i, 1) && all;
	return all;
}

static void test_every(void)
{
	unsigned senders = nr_cpus < FEW ? nr_cpus : 2;

	for (unsigned sender = 0; sender < senders; sender++) {
		bool all = true;

		for (target = 0; target < nr_cpus; target++) {
			bench_clear();
			run_on(sender, send_all);
			all = all_came_once(target) && all;
			for (uint32_t i = 0; i < SGIS; i++)
				all = bench_count(i) == 1 && all;
		}
		tap_result(all, "all SGIs from cpu %u to each of %u CPUs, itself included", sender, nr_cpus);
	}
}

static void test_filters(void)
{
	bool all;

	sgi = 5;
	bench_clear();
	send_raw(gic_version() == 2 ? FILTER_OTHERS << 24 | sgi : SGI1R_OTHERS | (uint64_t)sgi << 24);
	tap_result(reaches(is_other), "to all but self reaches all but self");
	bench_clear();
	/* The list does not count then. */
	send_raw(gic_version() == 2 ? FILTER_OTHERS << 24 | 0xff0000 | sgi : SGI1R_OTHERS | sgi1r(cpu_mpidr[0], 0xffff, sgi));
	tap_result(reaches(is_other), "and so it does with a target list");
	bench_clear();
	if (gic_version() == 2)
		send_raw(FILTER_SELF << 24 | 0xff0000 | sgi);
	else
		send_raw(sgi1r(cpu_mpidr[cpu_index()], (uint16_t)(1u << (cpu_mpidr[cpu_index()] & 0xf)), sgi));
	tap_result(reaches(is_self), "to self only");
	bench_clear();
	for (unsigned i = 0; i < nr_cpus && gic_version() == 2; i++)
		if (is_odd(i))
			send_raw((uint64_t)gic_cpu_mask(i) << 16 | sgi);
	all = gic_version() == 2;
	for (unsigned i = 0; i < nr_cpus && !all; i += 16) {
		uint16_t list = 0;

		for (unsigned k = i; k < i + 16 && k < nr_cpus; k++)
			if (is_odd(k))
				list |= (uint16_t)(1u << (cpu_mpidr[k] & 0xf));
		send_raw(sgi1r(cpu_mpidr[i], list, sgi));
	}
	tap_result(reaches(is_odd), "a list reaches those in it");
	bench_clear();
	send_raw(gic_version() == 2 ? sgi : sgi1r(cpu_mpidr[0], 0, sgi));
	tap_result(reaches(is_nobody), "an empty list reaches nobody");
}

static void test_absent_targets(void)
{
	bench_clear();
	sgi = 6;
	if (gic_version() == 2) {
		uint32_t present = 0;

		for (unsigned i = 0; i < nr_cpus; i++)
			present |= gic_cpu_mask(i);
		send_raw((~present & 0xff) << 16 | sgi);
	} else {
		uint64_t last = cpu_mpidr[nr_cpus - 1];

		send_raw(sgi1r(last + 0x100, 0xffff, sgi));
		send_raw(sgi1r(last + 0x10000, 0xffff, sgi));
		send_raw(sgi1r(1ull << 32, 0xffff, sgi));
		/* A range selector is RES0 where there is none (IHI 0069, GICD_TYPER.RSS). */
		if (mmio_read32(gic_distributor() + GICD_TYPER) & GICD_TYPER_RSS) {
			send_raw(sgi1r(cpu_mpidr[0] | 0x10, 0xffff, sgi));
			send_raw(sgi1r(cpu_mpidr[0] | 0xf0, 0xffff, sgi));
		}
		if ((nr_cpus & 15) != 0)
			send_raw(sgi1r(last, (uint16_t)~((1u << ((last & 15) + 1)) - 1), sgi));
	}
	tap_result(reaches(is_nobody), "CPUs that are not there take nothing");
}

static void test_coalesce(void)
{
	bench_clear();
	irq_disable();
	for (unsigned i = 0; i < 3; i++)
		gic_send_sgi(cpu_mpidr[cpu_index()], 3);
	irq_enable();
	bench_came(cpu_index(), 3, 1);
	bench_settle();
	tap_result(bench_count(3) == 1, "three times the same from one CPU while pending is one (%u)", bench_count(3));
	bench_clear();
}

static bool send_again(uint32_t intid, uint32_t acknowledged)
{
	(void)acknowledged;
	if (logs[cpu_index()].count[intid] < 5)
		gic_send_sgi(cpu_mpidr[cpu_index()], intid);
	return true;
}

static void test_while_active(void)
{
	bench_clear();
	bench_handle = send_again;
	gic_send_sgi(cpu_mpidr[cpu_index()], 4);
	tap_result(bench_came(cpu_index(), 4, 5), "an SGI sent while the same is active comes after it (%u of 5)", bench_count(4));
	bench_clear();
}

static void send_nine(void)
{
	gic_send_sgi(cpu_mpidr[0], 9);
}

/* All CPUs' SGI 9 at the boot CPU, which has IRQs masked. */
static void gather(void)
{
	bench_clear();
	irq_disable();
	run_on_all(send_nine);
}

static uint8_t sources_of(uint32_t intid)
{
	return mmio_read8(gic_distributor() + GICD_SPENDSGIR + intid);
}

static void test_sources(void)
{
	uint8_t all = 0, seen = 0;

	for (unsigned i = 0; i < nr_cpus; i++)
		all |= gic_cpu_mask(i);
	gather();
	tap_result(sources_of(9) == all, "SPENDSGIR has every source (%02x)", sources_of(9));
	tap_result(mmio_read8(gic_distributor() + GICD_CPENDSGIR + 9) == all, "and CPENDSGIR reads the same");
	tap_result(gic_read_bit(GICD_ISPENDR, 9), "and the SGI is pending");
	irq_enable();
	tap_result(bench_came(0, 9, nr_cpus), "the same SGI of %u CPUs comes from each (%u)", nr_cpus, logs[0].count[9]);
	for (unsigned i = 0; i < logs[0].n && i < LOG_MAX; i++)
		seen |= (uint8_t)(1u << logs[0].taken[i].source);
	tap_result(seen == all, "IAR names each source once (%02x)", seen);
	tap_result(sources_of(9) == 0, "and none is pending then");

	gather();
	mmio_write8(gic_distributor() + GICD_CPENDSGIR + 9, gic_cpu_mask(0));
	tap_result(sources_of(9) == (all & ~gic_cpu_mask(0)), "CPENDSGIR takes one source away (%02x)", sources_of(9));
	irq_enable();
	bench_settle();
	tap_result(bench_came(0, 9, nr_cpus - 1), "which does not come (%u)", logs[0].count[9]);

	bench_clear();
	irq_disable();
	mmio_write8(gic_distributor() + GICD_SPENDSGIR + 9, gic_cpu_mask(nr_cpus - 1));
	mmio_write8(gic_distributor() + GICD_SPENDSGIR + 10, gic_cpu_mask(0));
	tap_result(sources_of(9) == gic_cpu_mask(nr_cpus - 1) && sources_of(10) == gic_cpu_mask(0), "SPENDSGIR makes one pending");
	mmio_write32(gic_distributor() + GICD_ICPENDR, 0xffff);
	mmio_write32(gic_distributor() + GICD_ISPENDR, 0x100);
	tap_result(sources_of(9) == gic_cpu_mask(nr_cpus - 1) && sources_of(8) == 0, "ISPENDR and ICPENDR leave SGIs alone");
	irq_enable();
	tap_result(bench_came(0, 9, 1) && bench_came(0, 10, 1), "and it comes");
	tap_result(logs[0].n == 2 && logs[0].taken[0].source + logs[0].taken[1].source ==
		   (unsigned)__builtin_ctz(gic_cpu_mask(nr_cpus - 1)) + (unsigned)__builtin_ctz(gic_cpu_mask(0)), "from that source");
}

static void test_one_pending(void)
{
	gather();
	tap_result(gic_read_bit(GICD_ISPENDR, 9), "an SGI is pending while masked");
	gic_write_bit(GICD_ICPENDR, 9);
	tap_result(!gic_read_bit(GICD_ISPENDR, 9), "ICPENDR takes it away");
	irq_enable();
	bench_settle();
	tap_result(bench_count(9) == 0, "and it does not come (%u)", bench_count(9));
	gather();
	irq_enable();
	bench_came(0, 9, 1);
	bench_settle();
	tap_result(bench_count(9) == 1, "the same SGI of %u CPUs comes once (%u)", nr_cpus, bench_count(9));
	bench_clear();
	gic_write_bit(GICD_ISPENDR, 11);
	tap_result(bench_came(0, 11, 1), "ISPENDR makes an SGI pending");
}

static void send_burst(void)
{
	for (uint32_t i = 0; i < 200; i++) {
		unsigned to = (cpu_index() + 1) % nr_cpus;
		uint32_t before = logs[to].count[8];

		gic_send_sgi(cpu_mpidr[to], 8);
		while (logs[to].count[8] == before)
			yield();
	}
}

static void test_ring(void)
{
	bool all = true;

	bench_clear();
	for (unsigned i = 1; i < nr_cpus; i++)
		post_on(i, send_burst);
	send_burst();
	for (unsigned i = 1; i < nr_cpus; i++)
		all = wait_on(i) && all;
	for (unsigned i = 0; i < nr_cpus; i++)
		all = logs[i].count[8] == 200 && all;
	tap_result(all, "200 SGIs from each to the next, all at once: %u of %u", bench_count(8), 200 * nr_cpus);
}

static void test_masked_target(void)
{
	unsigned other = nr_cpus - 1;

	bench_clear();
	run_on(other, mask);
	gic_send_sgi(cpu_mpidr[other], 7);
	bench_settle();
	tap_result(bench_count(7) == 0, "a CPU with IRQs masked does not take an SGI");
	run_on(other, unmask);
	tap_result(bench_came(other, 7, 1), "and takes it when they are not");
}

static void run(void)
{
	test_every();
	test_filters();
	test_absent_targets();
	test_coalesce();
	test_while_active();
	if (gic_version() == 2)
		test_sources();
	else
		test_one_pending();
	test_masked_target();
	test_ring();
	run_on_all(gic_tidy);
	expect_quiet("gic-sgi");
}

const struct gic_test test_sgi = { "gic-sgi", run };
