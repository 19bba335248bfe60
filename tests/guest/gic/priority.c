/* SPDX-License-Identifier: Apache-2.0 */
/* gic-priority: masking by PMR, preemption by group priority, order, and what the CPU interface says of it. On one CPU, with SPIs. */
#include "tests/guest/gic/bench.h"

#define LEVELS 8u

static unsigned step;
static uint32_t first; /* INTID of the first of the SPIs */

/* Eight interrupts, the n-th at priority 0x80 - n * 0x10: each is more urgent than the one before. */
static uint8_t rising(unsigned n)
{
	return (uint8_t)(0x80 - n * 0x10);
}

static void prepare(uint8_t (*priority)(unsigned n))
{
	bench_clear();
	for (unsigned i = 0; i < LEVELS; i++)
		spi_ready(first + i, cpu_index(), priority(i));
}

static void test_pmr(void)
{
	const uint8_t priority = 0x80;
	uint32_t pmr;

	bench_clear();
	spi_ready(first, cpu_index(), priority);
	gic_write(GIC_PMR, priority);
	spi_pend(first);
	bench_settle();
	tap_result(bench_count(first) == 0, "an interrupt at PMR's priority is masked");
	tap_result(gic_intid(gic_acknowledge()) == 1023, "and the acknowledge register says that there is none");
	gic_write(GIC_PMR, priority + step);
	pmr = gic_read(GIC_PMR);
	tap_result(bench_came(cpu_index(), first, 1), "and comes when PMR is one step lower (%02x)", pmr);
	tap_result(pmr == priority + step, "PMR has as many bits as the priorities, at least (%02x)", pmr);
	gic_write(GIC_PMR, 0);
	gic_set_priority(first, 0);
	spi_pend(first);
	bench_settle();
	tap_result(bench_count(first) == 1, "PMR 0 masks priority 0");
	gic_write(GIC_PMR, 0xff);
	tap_result(bench_came(cpu_index(), first, 2), "and 0xff does not");
}

/* Idle priority: the lowest is masked by any PMR but one that is lower (IHI 0048 4.4.2). */
static void test_lowest(void)
{
	uint8_t lowest = (uint8_t)(0x100 - step);

	bench_clear();
	spi_ready(first, cpu_index(), lowest);
	gic_write(GIC_PMR, lowest);
	spi_pend(first);
	bench_settle();
	tap_result(bench_count(first) == 0, "PMR at the lowest priority masks it (%02x)", lowest);
	gic_write_bit(GICD_ICPENDR, first);
	gic_write(GIC_PMR, 0xff);
}

static void test_order(void)
{
	bool in_order = true;

	prepare(rising);
	irq_disable();
	for (unsigned i = 0; i < LEVELS; i++)
		spi_pend(first + i);
	tap_result(gic_intid(gic_read(GIC_HPPIR)) == first + LEVELS - 1, "HPPIR is the most urgent (%u)", gic_intid(gic_read(GIC_HPPIR)));
	tap_result(gic_read(GIC_RPR) == 0xff, "the running priority is idle with nothing active");
	irq_enable();
	for (unsigned i = 0; i < LEVELS; i++)
		in_order = bench_came(cpu_index(), first + i, 1) && in_order;
	for (unsigned i = 0; i < LEVELS; i++)
		in_order = logs[cpu_index()].taken[i].intid == first + LEVELS - 1 - i && in_order;
	tap_result(in_order && logs[cpu_index()].n == LEVELS, "%u pending at %u priorities come in order", LEVELS, LEVELS);
	tap_result(gic_intid(gic_read(GIC_HPPIR)) == 1023, "HPPIR is 1023 with nothing pending");
}

/* ---- nesting ---- */

static volatile unsigned depth, deepest;
static volatile bool order_broken, running_wrong;

/* Lets the next one in, which is more urgent; on the way out all are active. */
static bool nest(uint32_t intid, uint32_t acknowledged)
{
	unsigned n = intid - first;

	(void)acknowledged;
	depth++;
	if (depth > deepest)
		deepest = depth;
	running_wrong |= gic_read(GIC_RPR) != rising(n);
	if (n + 1 < LEVELS) {
		uint32_t before = logs[cpu_index()].count[intid + 1];

		spi_pend(intid + 1);
		irq_enable();
		order_broken |= !bench_came(cpu_index(), intid + 1, before + 1);
		irq_disable();
		running_wrong |= gic_read(GIC_RPR) != rising(n);
	} else {
		for (unsigned i = 0; i < LEVELS; i++)
			order_broken |= !gic_read_bit(GICD_ISACTIVER, first + i);
	}
	depth--;
	return true;
}

static void test_nesting(void)
{
	prepare(rising);
	depth = deepest = 0;
	order_broken = running_wrong = false;
	bench_handle = nest;
	spi_pend(first);
	bench_came(cpu_index(), first + LEVELS - 1, 1);
	tap_result(deepest == LEVELS && !order_broken, "%u levels of preemption, all active at the top (%u)", LEVELS, deepest);
	tap_result(!running_wrong, "the running priority goes up and down with them");
	tap_result(gic_read(GIC_RPR) == 0xff, "and is idle in the end");
}

/* While the lowest of them is active, all others are pended: only the most urgent is to come in between at once, and so on. */
static bool pend_all(uint32_t intid, uint32_t acknowledged)
{
	(void)acknowledged;
	if (intid == first) {
		for (unsigned i = 1; i < LEVELS; i++)
			spi_pend(first + i);
		irq_enable();
		for (unsigned i = 1; i < LEVELS; i++)
			order_broken |= !bench_came(cpu_index(), first + i, 1);
		irq_disable();
	}
	return true;
}

static void test_preempted_order(void)
{
	bool in_order = true;

	prepare(rising);
	order_broken = false;
	bench_handle = pend_all;
	spi_pend(first);
	bench_came(cpu_index(), first + LEVELS - 1, 1);
	/* The last ones may be taken while the first of them are still being made pending, each of which is more urgent. */
	for (unsigned i = 1; i < logs[cpu_index()].n && i < LOG_MAX; i++)
		in_order = logs[cpu_index()].taken[i].running < rising(0) && in_order;
	tap_result(in_order && !order_broken && logs[cpu_index()].n == LEVELS, "%u preempt one", LEVELS - 1);
}

/* A handler that waits with interrupts enabled: nothing of the same or a lower group priority gets in. */
static volatile uint32_t intruder;
static uint32_t pended_inside;

static bool let_in(uint32_t intid, uint32_t acknowledged)
{
	(void)acknowledged;
	if (intid == first) {
		spi_pend(pended_inside);
		irq_enable();
		bench_settle();
		irq_disable();
		intruder = logs[cpu_index()].count[pended_inside];
	}
	return true;
}

static bool preempts(uint8_t active, uint8_t pending, uint32_t bpr)
{
	bench_clear();
	gic_write(GIC_BPR, bpr);
	spi_ready(first, cpu_index(), active);
	spi_ready(first + 1, cpu_index(), pending);
	pended_inside = first + 1;
	intruder = 0;
	bench_handle = let_in;
	spi_pend(first);
	if (!bench_came(cpu_index(), first, 1) || !bench_came(cpu_index(), first + 1, 1))
		tap_result(false, "both came");
	gic_write(GIC_BPR, 0);
	return intruder != 0;
}

static void test_groups(void)
{
	uint32_t bpr;
	bool right = true;

	tap_result(!preempts(0x80, 0x80, 0), "the same priority does not preempt");
	tap_result(!preempts(0x80, 0x90, 0), "nor does a lower one");
	tap_result(preempts(0x80, 0x80 - step, 0), "one step more urgent does");
	for (bpr = 4; bpr <= 7; bpr++) {
		unsigned shift = group_shift(bpr);

		gic_write(GIC_BPR, bpr);
		if (gic_read(GIC_BPR) != bpr)
			right = false;
		if (preempts(0xf0, 0xe0, bpr) != (0xf0 >> shift > 0xe0 >> shift) || preempts(0xf0, 0x40, bpr) != (0xf0 >> shift > 0x40 >> shift) ||
		    preempts(0x80, 0x70, bpr) != (0x80 >> shift > 0x70 >> shift))
			right = false;
	}
	tap_result(right, "BPR 4 to 7: only a more urgent group priority preempts");
	gic_write(GIC_BPR, 0);
	bpr = gic_read(GIC_BPR);
	tap_result(1u << group_shift(bpr) <= step * 2 && bpr <= 4, "BPR 0 is the smallest there is (%u)", bpr);
}

/* Within one group the more urgent still comes first, though neither preempts. */
static void test_subpriority(void)
{
	uint32_t bpr = gic_version() == 2 ? 6 : 7;

	bench_clear();
	gic_write(GIC_BPR, bpr);
	spi_ready(first, cpu_index(), 0x70);
	spi_ready(first + 1, cpu_index(), 0x10);
	spi_ready(first + 2, cpu_index(), 0x40);
	irq_disable();
	for (unsigned i = 0; i < 3; i++)
		spi_pend(first + i);
	irq_enable();
	for (unsigned i = 0; i < 3; i++)
		bench_came(cpu_index(), first + i, 1);
	tap_result(logs[cpu_index()].n == 3 && logs[cpu_index()].taken[0].intid == first + 1 && logs[cpu_index()].taken[1].intid == first + 2,
		   "subpriorities decide who is first");
	gic_write(GIC_BPR, 0);
}

/* A more urgent one that becomes pending later overtakes as many as there can be. */
static void test_overtake(void)
{
	bench_clear();
	irq_disable();
	for (unsigned i = 0; i < LEVELS; i++) {
		spi_ready(first + i, cpu_index(), 0xc0);
		spi_pend(first + i);
	}
	gic_set_priority(first + LEVELS - 1, 0x20);
	tap_result(gic_intid(gic_read(GIC_HPPIR)) == first + LEVELS - 1, "a priority changed while pending shows in HPPIR");
	irq_enable();
	for (unsigned i = 0; i < LEVELS; i++)
		bench_came(cpu_index(), first + i, 1);
	tap_result(logs[cpu_index()].n == LEVELS && logs[cpu_index()].taken[0].intid == first + LEVELS - 1, "and it comes first");
}

static void run(void)
{
	if (spis_free() < LEVELS) {
		tap_skip("gic-priority", "too few free SPIs");
		return;
	}
	first = SPI_FREE;
	step = priority_step();
	test_pmr();
	test_lowest();
	test_order();
	test_nesting();
	test_preempted_order();
	test_groups();
	test_subpriority();
	test_overtake();
	gic_tidy();
	expect_quiet("gic-priority");
}

const struct gic_test test_priority = { "gic-priority", run };
