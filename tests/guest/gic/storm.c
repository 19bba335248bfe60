/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gic-storm: all CPUs do everything at once, at random but the same in each run, and count what must come. Each SPI has an owner, who alone makes it
 * pending and changes it, and does the former only when the last has come; each CPU has an SGI that it sends to any, likewise. So each time
 * something is made pending, exactly one interrupt is due, unless it is taken back in time.
 */
#include "tests/guest/gic/bench.h"

#include "tests/guest/kit/exception.h"

#define OPERATIONS 100000u
#define OPERATIONS_SHORT 10000u /* `short` on the command line: for an emulator that emulates a hypervisor */
#define CPUS_MAX 8u
#define FOREVER 20000u /* looks at an interrupt that a handler is to end */
#define SGI_FIRST 8u
#define SOURCES (20u + CPUS_MAX)

/* SPIs first, then the CPUs' SGIs. */
static volatile uint32_t due[SOURCES]; /* changed by the owner only */
static uint32_t came[SOURCES];         /* by handlers */
static unsigned nr_spis, nr_workers, operations;
static uint32_t retargetable, cancelled[CPUS_MAX], strays;
static bool split[CPUS_MAX], stuck[SOURCES];

static uint32_t came_of(unsigned source)
{
	return __atomic_load_n(&came[source], __ATOMIC_ACQUIRE);
}

static void take(bool fiq)
{
	uint32_t acknowledged = gic_acknowledge(), intid = gic_intid(acknowledged);
	unsigned source = intid >= SPI_FREE ? intid - SPI_FREE : 20 + intid - SGI_FIRST;

	(void)fiq;
	if (intid >= INTID_SPECIAL)
		return;
	if (source < SOURCES)
		__atomic_fetch_add(&came[source], 1, __ATOMIC_RELEASE);
	else
		__atomic_fetch_add(&strays, 1, __ATOMIC_RELAXED);
	/* Some let others in. */
	if (source % 3 == 0) {
		irq_enable();
		isb();
		irq_disable();
	}
	gic_end(acknowledged);
	if (split[cpu_index()])
		gic_write(GIC_DIR, acknowledged);
}

/* Disabled and cleared: it has come, is active and about to be counted, or will not come. */
static void take_back(unsigned source)
{
	uint32_t intid = SPI_FREE + source;

	gic_disable(intid);
	gic_write_bit(GICD_ICPENDR, intid);
	for (unsigned i = 0; gic_read_bit(GICD_ISACTIVER, intid); i++) {
		if (i == FOREVER) {
			stuck[source] = true;
			return;
		}
		yield();
	}
	if (came_of(source) != due[source]) {
		due[source]--;
		cancelled[cpu_index()]++;
	}
	gic_write_bit(GICD_ISENABLER, intid);
}

static void touch_spi(unsigned source, uint32_t random)
{
	uint32_t intid = SPI_FREE + source;

	if (stuck[source])
		return;
	if (came_of(source) == due[source]) {
		due[source]++;
		spi_pend(intid);
		return;
	}
	switch (random % 8) {
	case 0:
		gic_set_priority(intid, (uint8_t)(random >> 8 & 0xf0));
		break;
	case 1:
		gic_disable(intid);
		gic_write_bit(GICD_ISENABLER, intid);
		break;
	case 2:
		take_back(source);
		break;
	case 3:
		if (retargetable)
			gic_route(intid, (random >> 8) % nr_workers);
		break;
	case 4:
		/* No change to anything. */
		(void)gic_read_bit(GICD_ISPENDR, intid);
		(void)gic_read_bit(GICD_ISACTIVER, intid);
		break;
	default:
		yield();
		break;
	}
}

static void send(unsigned source, uint32_t random)
{
	if (came_of(source) != due[source]) {
		yield();
		return;
	}
	due[source]++;
	gic_send_sgi(cpu_mpidr[random % nr_workers], SGI_FIRST + source - 20);
}

static void operate(uint32_t random)
{
	unsigned cpu = cpu_index(), own = (nr_spis - cpu + nr_workers - 1) / nr_workers;

	switch (random % 16) {
	case 0:
		gic_write(GIC_PMR, random >> 8 & 0xf0);
		break;
	case 1:
		gic_write(GIC_PMR, 0xff);
		break;
	case 2:
		irq_disable();
		break;
	case 3:
	case 4:
		irq_enable();
		break;
	case 5:
	case 6:
	case 7:
		send(20 + cpu, random >> 4);
		break;
	default:
		touch_spi(cpu + (random >> 4) % own * nr_workers, random >> 12);
		break;
	}
}

static void work(void)
{
	uint32_t seed = 0x9e3779b9u * (cpu_index() + 1);

	split[cpu_index()] = cpu_index() % 2;
	gic_set_split(split[cpu_index()]);
	for (unsigned i = 0; i < operations / nr_workers; i++)
		operate(random_next(&seed));
	gic_write(GIC_PMR, 0xff);
	irq_enable();
}

static bool all_came(void)
{
	for (unsigned i = 0; i < SOURCES; i++)
		if (came_of(i) != due[i])
			return false;
	return true;
}

static void run(void)
{
	uint32_t sum = 0, back = 0, nr_stuck = 0;
	bool ended = true;

	nr_spis = spis_free();
	nr_workers = nr_cpus < CPUS_MAX ? nr_cpus : CPUS_MAX;
	if (nr_spis < nr_workers) {
		tap_skip("gic-storm", "too few free SPIs");
		return;
	}
	operations = bootargs_have("short") ? OPERATIONS_SHORT : OPERATIONS;
	retargetable = !bootargs_have("qemu-gicv2");
	for (unsigned i = 0; i < nr_spis; i++)
		spi_ready(SPI_FREE + i, i % nr_workers, GIC_PRIORITY);
	irq_take_over(take);
	for (unsigned i = 1; i < nr_workers; i++)
		post_on(i, work);
	work();
	for (unsigned i = 1; i < nr_workers; i++)
		ended = wait_on(i) && ended;
	tap_result(ended, "%u operations on %u CPUs", operations, nr_workers);
	bench_wait(all_came);
	bench_settle();
	for (unsigned i = 0; i < SOURCES; i++) {
		sum += came_of(i);
		nr_stuck += stuck[i];
		if (came_of(i) != due[i])
			print("# %s %u came %u times, not %u\n", i < 20 ? "SPI" : "SGI", i < 20 ? SPI_FREE + i : SGI_FIRST + i - 20, came_of(i), due[i]);
	}
	for (unsigned i = 0; i < nr_workers; i++)
		back += cancelled[i];
	tap_result(all_came() && sum > 0, "each interrupt that was due came once: %u, and %u taken back", sum, back);
	tap_result(strays == 0, "and no other (%u)", strays);
	tap_result(nr_stuck == 0, "none stays active for ever (%u)", nr_stuck);
	irq_take_over(bench_take);
	run_on_all(gic_tidy);
	expect_quiet("gic-storm");
}

const struct gic_test test_storm = { "gic-storm", run };
