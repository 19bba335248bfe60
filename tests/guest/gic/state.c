/* SPDX-License-Identifier: Apache-2.0 */
/* gic-state: what software may change about an interrupt while it is pending, active, both, or waits on a CPU that does not take it. */
#include "tests/guest/gic/bench.h"

#define ONE SPI_FREE
#define TWO (SPI_FREE + 1)
#define SGI 2u

static unsigned here, there;

/* IHI 0048 4.3.12, IHI 0069 12.9.22. QEMU's GICv2 leaves a pending one where it was; the command line says that it is that one. */
static bool retargets_pending(void)
{
	if (!bootargs_have("qemu-gicv2"))
		return true;
	tap_skip("a pending SPI that is retargeted", "QEMU's GICv2 does not move it");
	return false;
}

static void again(void)
{
	bench_clear();
	spi_ready(ONE, here, GIC_PRIORITY);
	spi_ready(TWO, here, GIC_PRIORITY);
}

static bool comes_not(uint32_t intid, uint32_t n)
{
	bench_settle();
	return bench_count(intid) == n;
}

/* ---- pending on this CPU ---- */

static void test_pending(void)
{
	again();
	irq_disable();
	spi_pend(ONE);
	tap_result(gic_read_bit(GICD_ISPENDR, ONE) && gic_read_bit(GICD_ICPENDR, ONE) && !gic_read_bit(GICD_ISACTIVER, ONE), "pending reads as pending");
	gic_disable(ONE);
	tap_result(gic_read_bit(GICD_ISPENDR, ONE), "disabling leaves it pending");
	irq_enable();
	tap_result(comes_not(ONE, 0), "a pending one that was disabled does not come");
	gic_write_bit(GICD_ISENABLER, ONE);
	tap_result(bench_came(here, ONE, 1), "and comes when it is enabled");
	irq_disable();
	spi_pend(ONE);
	spi_pend(ONE);
	gic_write_bit(GICD_ICPENDR, ONE);
	irq_enable();
	tap_result(comes_not(ONE, 1), "a pending one that was cleared does not come");
	gic_disable(ONE);
	spi_pend(ONE);
	tap_result(gic_read_bit(GICD_ISPENDR, ONE) && comes_not(ONE, 1), "pended while disabled");
	gic_write_bit(GICD_ISENABLER, ONE);
	tap_result(bench_came(here, ONE, 2), "it comes when it is enabled");
}

static void test_priority_pending(void)
{
	again();
	gic_write(GIC_PMR, 0x80);
	spi_pend(ONE);
	tap_result(comes_not(ONE, 0), "masked by PMR");
	gic_set_priority(ONE, 0x40);
	tap_result(bench_came(here, ONE, 1), "it comes when its priority rises above PMR");
	irq_disable();
	spi_pend(ONE);
	gic_set_priority(ONE, 0xc0);
	irq_enable();
	tap_result(comes_not(ONE, 1), "and does not when it falls below");
	gic_write(GIC_PMR, 0xff);
	tap_result(bench_came(here, ONE, 2), "until PMR does as well");
}

static void disable_interface(bool off)
{
	if (gic_version() == 2) {
		mmio_write32(gic_cpu_interface() + GICC_CTLR, off ? 0 : 1);
		dsb(sy);
	} else {
		icc_write(ICC_IGRPEN1_EL1, !off);
		isb();
	}
}

static void test_enables(void)
{
	uint32_t ctlr = mmio_read32(gic_distributor() + GICD_CTLR);

	again();
	mmio_write32(gic_distributor() + GICD_CTLR, ctlr & ~(gic_version() == 2 ? GICD_CTLR_GROUP0 : GICD_CTLR_GROUP1));
	gic_sync();
	spi_pend(ONE);
	gic_send_sgi(cpu_mpidr[here], SGI);
	tap_result(comes_not(ONE, 0) && bench_count(SGI) == 0, "nothing comes while the distributor is disabled");
	mmio_write32(gic_distributor() + GICD_CTLR, ctlr);
	gic_sync();
	tap_result(bench_came(here, ONE, 1) && bench_came(here, SGI, 1), "and all when it is enabled");
	disable_interface(true);
	spi_pend(ONE);
	gic_send_sgi(cpu_mpidr[here], SGI);
	tap_result(comes_not(ONE, 1) && bench_count(SGI) == 1, "nothing comes while the CPU interface is disabled");
	disable_interface(false);
	tap_result(bench_came(here, ONE, 2) && bench_came(here, SGI, 2), "and all when it is enabled");
}

/* ---- active on this CPU ---- */

static void (*volatile inside)(uint32_t intid);
static volatile bool seen;

static bool once_inside(uint32_t intid, uint32_t acknowledged)
{
	(void)acknowledged;
	if (bench_count(intid) == 1)
		inside(intid);
	return true;
}

static void act(void (*what)(uint32_t intid))
{
	again();
	seen = false;
	inside = what;
	bench_handle = once_inside;
	spi_pend(ONE);
	bench_came(here, ONE, 1);
}

static void look(uint32_t intid)
{
	seen = gic_read_bit(GICD_ISACTIVER, intid) && gic_read_bit(GICD_ICACTIVER, intid) && !gic_read_bit(GICD_ISPENDR, intid);
}

static void pend_active(uint32_t intid)
{
	spi_pend(intid);
	seen = gic_read_bit(GICD_ISPENDR, intid) && gic_read_bit(GICD_ISACTIVER, intid);
}

static void pend_and_clear(uint32_t intid)
{
	pend_active(intid);
	gic_write_bit(GICD_ICPENDR, intid);
	seen = seen && !gic_read_bit(GICD_ISPENDR, intid) && gic_read_bit(GICD_ISACTIVER, intid);
}

static void disable_active(uint32_t intid)
{
	gic_disable(intid);
	seen = gic_read_bit(GICD_ISACTIVER, intid);
}

static void pend_and_disable(uint32_t intid)
{
	pend_active(intid);
	gic_disable(intid);
	seen = seen && gic_read_bit(GICD_ISPENDR, intid) && gic_read_bit(GICD_ISACTIVER, intid);
}

static void deactivate(uint32_t intid)
{
	gic_write_bit(GICD_ICACTIVER, intid);
	seen = !gic_read_bit(GICD_ISACTIVER, intid) && gic_read(GIC_RPR) == GIC_PRIORITY;
}

static void reprioritise(uint32_t intid)
{
	gic_set_priority(intid, 0x20);
	seen = gic_read(GIC_RPR) == GIC_PRIORITY;
}

static void pend_and_retarget(uint32_t intid)
{
	pend_active(intid);
	gic_route(intid, there);
}

static void test_active(void)
{
	act(look);
	tap_result(seen && !gic_read_bit(GICD_ISACTIVER, ONE), "active reads as active until it ends");
	act(pend_active);
	tap_result(seen && bench_came(here, ONE, 2), "ISPENDR of an active one: it comes again");
	act(pend_and_clear);
	tap_result(seen && comes_not(ONE, 1), "ICPENDR of an active and pending one: it does not");
	act(disable_active);
	tap_result(seen && !gic_read_bit(GICD_ISACTIVER, ONE), "an active one that is disabled ends as ever");
	spi_pend(ONE);
	tap_result(comes_not(ONE, 1), "and does not come");
	gic_write_bit(GICD_ISENABLER, ONE);
	tap_result(bench_came(here, ONE, 2), "before it is enabled");
	act(pend_and_disable);
	tap_result(seen && comes_not(ONE, 1), "an active and pending one that is disabled does not come");
	gic_write_bit(GICD_ISENABLER, ONE);
	tap_result(bench_came(here, ONE, 2), "before it is enabled");
	act(deactivate);
	tap_result(seen && gic_read(GIC_RPR) == 0xff, "ICACTIVER deactivates, EOIR still drops the priority");
	spi_pend(ONE);
	tap_result(bench_came(here, ONE, 2), "and it comes again");
	act(reprioritise);
	tap_result(seen && gic_read(GIC_RPR) == 0xff, "a new priority does not change that of the active one");
	tap_result(!gic_read_bit(GICD_ISACTIVER, ONE), "which ends as ever");
	gic_write_bit(GICD_ICACTIVER, ONE);
	if (there != here && retargets_pending()) {
		act(pend_and_retarget);
		tap_result(seen && bench_came(there, ONE, 1) && logs[here].count[ONE] == 1, "an active and pending one that is retargeted comes there");
	}
}

static void test_set_active(void)
{
	again();
	gic_write_bit(GICD_ISACTIVER, ONE);
	tap_result(gic_read_bit(GICD_ISACTIVER, ONE), "ISACTIVER makes it active");
	spi_pend(ONE);
	tap_result(gic_read_bit(GICD_ISPENDR, ONE) && comes_not(ONE, 0), "and then it does not come");
	gic_write_bit(GICD_ICACTIVER, ONE);
	tap_result(bench_came(here, ONE, 1), "before it is deactivated");
	tap_result(gic_read(GIC_RPR) == 0xff, "the running priority has nothing to do with it");
}

/* ---- pending on another CPU, which does not take it ---- */

static void mask_by_irq(void)
{
	irq_disable();
}

static void unmask_by_irq(void)
{
	irq_enable();
}

static void mask_by_pmr(void)
{
	gic_write(GIC_PMR, 0);
}

static void unmask_by_pmr(void)
{
	gic_write(GIC_PMR, 0xff);
}

/* Leaves ONE pending there. */
static void park(void (*mask)(void))
{
	again();
	run_on(there, mask);
	gic_route(ONE, there);
	spi_pend(ONE);
	bench_settle();
}

static void test_parked(const char *how, void (*mask)(void), void (*unmask)(void))
{
	park(mask);
	tap_result(gic_read_bit(GICD_ISPENDR, ONE) && bench_count(ONE) == 0, "pending on a CPU masked by %s", how);
	run_on(there, unmask);
	tap_result(bench_came(there, ONE, 1), "comes when it is not (%s)", how);

	park(mask);
	gic_write_bit(GICD_ICPENDR, ONE);
	run_on(there, unmask);
	tap_result(comes_not(ONE, 0), "cleared from another CPU, does not (%s)", how);

	park(mask);
	gic_disable(ONE);
	run_on(there, unmask);
	tap_result(comes_not(ONE, 0) && gic_read_bit(GICD_ISPENDR, ONE), "disabled from another CPU, does not (%s)", how);
	gic_write_bit(GICD_ISENABLER, ONE);
	tap_result(bench_came(there, ONE, 1), "and comes there when enabled (%s)", how);

	if (retargets_pending()) {
		park(mask);
		gic_route(ONE, here);
		tap_result(bench_came(here, ONE, 1), "retargeted, comes at the other (%s)", how);
		run_on(there, unmask);
		tap_result(comes_not(ONE, 1), "and not at the first (%s)", how);
	}

	park(mask);
	gic_route(TWO, there);
	spi_pend(TWO);
	gic_set_priority(ONE, 0xc0);
	gic_set_priority(TWO, 0x40);
	run_on(there, unmask);
	tap_result(bench_came(there, ONE, 1) && bench_came(there, TWO, 1) && logs[there].taken[0].intid == TWO, "priorities changed from another CPU (%s)", how);

	park(mask);
	gic_write_bit(GICD_ISACTIVER, ONE);
	run_on(there, unmask);
	tap_result(comes_not(ONE, 0), "made active from another CPU, does not come (%s)", how);
	gic_write_bit(GICD_ICACTIVER, ONE);
	tap_result(bench_came(there, ONE, 1), "and comes when deactivated (%s)", how);
}

/* ---- active on another CPU ---- */

static volatile bool held, release, released;

static bool is_held(void)
{
	return held;
}

static bool is_released(void)
{
	return released;
}

static void let_go(void)
{
	release = true;
	bench_wait(is_released);
}

static bool hold(uint32_t intid, uint32_t acknowledged)
{
	(void)acknowledged;
	if (intid == ONE && cpu_index() == there && logs[there].count[ONE] == 1) {
		held = true;
		while (!release)
			yield();
		released = true;
	}
	return true;
}

static void start_holding(void)
{
	again();
	held = release = released = false;
	bench_handle = hold;
	gic_route(ONE, there);
	spi_pend(ONE);
	bench_wait(is_held);
}

static void test_held(void)
{
	start_holding();
	tap_result(gic_read_bit(GICD_ISACTIVER, ONE) && !gic_read_bit(GICD_ISPENDR, ONE), "active on another CPU reads as active");
	spi_pend(ONE);
	tap_result(gic_read_bit(GICD_ISACTIVER, ONE) && gic_read_bit(GICD_ISPENDR, ONE), "pended from here it is both");
	let_go();
	tap_result(bench_came(there, ONE, 2), "and comes again there");

	if (retargets_pending()) {
		start_holding();
		spi_pend(ONE);
		gic_route(ONE, here);
		tap_result(comes_not(ONE, 1), "retargeted while active there and pending, it waits for its end");
		let_go();
		tap_result(bench_came(here, ONE, 1), "and then comes here");
	}

	start_holding();
	spi_pend(ONE);
	gic_write_bit(GICD_ICPENDR, ONE);
	let_go();
	tap_result(comes_not(ONE, 1), "cleared from here, it does not come again");

	start_holding();
	gic_write_bit(GICD_ICACTIVER, ONE);
	tap_result(!gic_read_bit(GICD_ISACTIVER, ONE), "ICACTIVER from here deactivates it there");
	gic_route(ONE, here);
	spi_pend(ONE);
	tap_result(bench_came(here, ONE, 1), "so that it can come here");
	let_go();
	bench_settle();
	run_on(there, gic_tidy);
	tap_result(bench_count(ONE) == 2, "while the other end has no further effect");
}

/* A GICv3's redistributors are open to all CPUs. */
static void test_redistributor(void)
{
	uint64_t sgi = gic_redistributor(there) + GICR_SGI;

	again();
	run_on(there, mask_by_irq);
	mmio_write32(sgi + GICD_ISPENDR, 1u << SGI);
	tap_result(mmio_read32(sgi + GICD_ISPENDR) >> SGI & 1, "pended by another CPU's redistributor");
	mmio_write32(sgi + GICD_ICPENDR, 1u << SGI);
	run_on(there, unmask_by_irq);
	tap_result(comes_not(SGI, 0), "and cleared by it");
	mmio_write32(sgi + GICD_ICENABLER, 1u << SGI);
	mmio_write32(sgi + GICD_ISPENDR, 1u << SGI);
	tap_result(comes_not(SGI, 0), "pended while disabled by it");
	mmio_write32(sgi + GICD_ISENABLER, 1u << SGI);
	tap_result(bench_came(there, SGI, 1), "comes there when enabled by it");
}

static void run(void)
{
	if (spis_free() < 2) {
		tap_skip("gic-state", "no free SPIs");
		return;
	}
	here = cpu_index();
	there = nr_cpus - 1;
	test_pending();
	test_priority_pending();
	test_enables();
	test_active();
	test_set_active();
	if (there != here) {
		test_parked("PSTATE.I", mask_by_irq, unmask_by_irq);
		test_parked("PMR", mask_by_pmr, unmask_by_pmr);
		test_held();
		if (gic_version() >= 3)
			test_redistributor();
	}
	gic_tidy();
	expect_quiet("gic-state");
}

const struct gic_test test_state = { "gic-state", run };
