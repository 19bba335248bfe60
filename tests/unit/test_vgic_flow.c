/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts on their way: SGIs, levels and edges, list registers and more than they hold, changes while an interrupt is under way. */
#include "tests/unit/vgic_machine.h"

static const struct plan_irq irqs[] = {{.intid = 34, .edge = false}, {.intid = 35, .edge = false}, {.intid = 40, .edge = true}};

static void start(unsigned vcpus, unsigned lrs)
{
	m_nr_lrs = lrs;
	m_start(vcpus, 128, irqs, ARRAY_SIZE(irqs));
	m_guest_init();
	m_kicks = 0;
}

static void sgir(unsigned cpu, uint64_t v)
{
	m_now = cpu;
	vgic_write_sgi1r(&mvcpu[cpu], v);
	m_settle();
}

static void line(unsigned cpu, unsigned intid, bool level)
{
	m_now = cpu;
	vgic_set_spi_level(&mvm, intid, level);
	m_settle();
}

/* Takes and ends what there is; the number of interrupts. */
static unsigned drain(unsigned cpu)
{
	unsigned n = 0, intid;

	while (m_settle(), (intid = m_ack(cpu)) != GIC_NONE) {
		m_eoi(cpu, intid);
		assert_true(++n < 1000);
	}
	return n;
}

static void expect(unsigned cpu, unsigned intid)
{
	m_settle();
	assert_int_equal(m_ack(cpu), intid);
	m_eoi(cpu, intid);
	m_settle();
}

static void expect_none(unsigned cpu)
{
	m_settle();
	assert_int_equal(m_ack(cpu), GIC_NONE);
}

/* ---- SGIs ---- */

static void sgi_self(void **state)
{
	(void)state;
	start(2, 4);
	m_syncs = 0;
	sgir(0, 3ull << 24 | 1);
	assert_int_equal(m_kicks, 0);
	assert_int_equal(m_syncs, 0); /* straight into a list register */
	expect(0, 3);
	expect_none(0);
	expect_none(1);
}

static void sgi_other(void **state)
{
	(void)state;
	start(2, 4);
	m_syncs = 0;
	sgir(0, 5ull << 24 | 2);
	assert_int_equal(m_kicks, 1);
	assert_int_equal(m_syncs, 0);
	expect(1, 5);
	expect_none(1);
	expect_none(0);
}

static void sgi_routing(void **state)
{
	(void)state;
	start(20, 4);
	/* Target list and Aff1. */
	sgir(0, 1ull << 24 | 1ull << 16 | 0x000a);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(drain(i), i == 17 || i == 19);
	/* All but self. */
	sgir(7, 1ull << 40 | 2ull << 24);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(drain(i), i != 7);
	/* With IRM the list does not count. */
	sgir(7, 1ull << 40 | 2ull << 24 | 0x80);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(drain(i), i != 7);
	/* No such vCPU: range selector, Aff1, Aff2, Aff3, beyond the last. */
	sgir(0, 1ull << 44 | 0xffff);
	sgir(0, 2ull << 16 | 0xffff);
	sgir(0, 1ull << 32 | 0xffff);
	sgir(0, 1ull << 48 | 0xffff);
	sgir(0, 1ull << 16 | 0xfff0);
	sgir(0, 1ull << 16 | 0x0010);
	sgir(0, 0xffull << 16 | 0x8000);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(drain(i), 0);
	for (unsigned i = 20; i < M_CPUS; i++)
		assert_int_equal(mvcpu[i].sgis, 0);
	/* Taken back before the receiver looks: it finds none. */
	m_now = 0;
	vgic_write_sgi1r(&mvcpu[0], 2);
	gicr_write(0, 1, SGI + GICD_ICPENDR, 1);
	m_now = 1;
	assert_ptr_equal(exit_sgis(&mvcpu[1]), &mvcpu[1]);
	assert_int_equal(drain(1), 0);
}

static void sgi_groups(void **state)
{
	(void)state;
	start(2, 4);
	m_now = 0;
	/* Group 1 SGIs are made by SGI1R only, group 0 ones by all three. */
	vgic_write_sgir(&mvcpu[0], 1, 2);
	vgic_write_sgir(&mvcpu[0], 2, 2);
	assert_int_equal(drain(1), 0);
	gicd_write(0, GICD_CTLR, 3);
	gicr_write(1, 1, SGI + GICD_IGROUPR, ~1u);
	for (unsigned which = 0; which < 3; which++) {
		m_now = 0;
		vgic_write_sgir(&mvcpu[0], which, 2);
		m_settle();
		assert_false(mc[1].lr[0] & LR_GROUP1);
		assert_int_equal(drain(1), 1);
	}
}

static void sgi_merge(void **state)
{
	(void)state;
	start(2, 4);
	/* Sent twice before it is taken: once. */
	m_now = 0;
	vgic_write_sgi1r(&mvcpu[0], 3 | 1 << 24);
	vgic_write_sgi1r(&mvcpu[0], 3 | 1 << 24);
	assert_int_equal(m_kicks, 1);
	assert_int_equal(drain(0), 1);
	assert_int_equal(drain(1), 1);
	/* Sent while it is active: again after its end. */
	sgir(0, 1 | 1 << 24);
	assert_int_equal(m_ack(0), 1);
	sgir(0, 1 | 1 << 24);
	expect_none(0);
	m_eoi(0, 1);
	expect(0, 1);
	expect_none(0);
	/* While disabled: kept. */
	gicr_write(1, 1, SGI + GICD_ICENABLER, 1 << 4);
	sgir(0, 2 | 4 << 24);
	expect_none(1);
	assert_int_equal(gicr_read(1, 1, SGI + GICD_ISPENDR), 1 << 4);
	gicr_write(1, 1, SGI + GICD_ISENABLER, 1 << 4);
	expect(1, 4);
}

static void sgi_two_at_once(void **state)
{
	(void)state;
	start(3, 4);
	m_now = 0;
	vgic_write_sgi1r(&mvcpu[0], 4 | 1 << 24);
	m_now = 1;
	vgic_write_sgi1r(&mvcpu[1], 4 | 2 << 24);
	assert_int_equal(m_kicks, 1);
	assert_int_equal(drain(2), 2);
}

/* ---- Forwarded interrupts ---- */

static void timer(void **state)
{
	(void)state;
	start(2, 4);
	assert_int_equal(mvcpu[0].vgic->direct[27] >> 61, 3);
	assert_int_equal(mvcpu[0].vgic->direct[27] >> 32 & 0x1fff, 27);
	mc[1].ppi[27].line = true;
	m_settle();
	assert_int_equal(m_ack(1), 27);
	assert_true(mc[1].ppi[27].active);
	m_eoi(1, 27);
	assert_false(mc[1].ppi[27].active);
	expect(1, 27); /* the line is still high */
	mc[1].ppi[27].line = false;
	drain(1);
	expect_none(1);
	/* Disabled: masked physically, and no list register image. */
	gicr_write(1, 1, SGI + GICD_ICENABLER, 1u << 27);
	assert_int_equal(mvcpu[1].vgic->direct[27], 0);
	mc[1].ppi[27].line = true;
	expect_none(1);
	gicr_write(1, 1, SGI + GICD_ISENABLER, 1u << 27);
	expect(1, 27);
}

static void spi_forward(void **state)
{
	(void)state;
	start(2, 4);
	m_target(0, 34, 1);
	m_enable(0, 34);
	spi[34].line = true;
	m_syncs = 0;
	m_settle();
	assert_int_equal(m_syncs, 0);
	assert_int_equal(m_ack(1), 34);
	m_prompt = true;
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 4);
	spi[34].line = false;
	m_eoi(1, 34);
	assert_false(spi[34].active);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 0);
	m_prompt = false;
	/* Edge, one more while it is active. */
	m_enable(0, 40);
	spi[40].pend = true;
	m_settle();
	assert_int_equal(m_ack(0), 40);
	spi[40].pend = true;
	m_settle();
	assert_int_equal(gicd_read(0, GICD_ISPENDR + 4), 1 << 8);
	m_eoi(0, 40);
	expect(0, 40);
	expect_none(0);
	/* Set pending by the guest: it comes by the physical GIC. */
	gicd_write(1, GICD_ISPENDR + 4, 1 << 8);
	expect(0, 40);
	expect_none(0);
}

/* The list register of a finished SPI is reused by something else, and the SPI fires again: it is under way once, whatever is remembered. */
static void spi_stale_slot(void **state)
{
	(void)state;
	start(2, 2);
	m_enable(0, 34);
	m_enable(0, 35);
	for (unsigned i = 0; i < 20; i++) {
		spi[34].line = true;
		m_settle();
		assert_int_equal(m_ack(0), 34);
		spi[34].line = false;
		m_eoi(0, 34);
		if (i & 1)
			sgir(0, 1 | 1 << 24);
		if (i & 2) {
			spi[35].line = true;
			m_settle();
		}
		spi[34].line = true;
		m_settle();
		if (i & 4)
			m_target(0, 34, i >> 3 & 1);
		spi[34].line = spi[35].line = false;
		assert_int_equal(drain(0) + drain(1), 1 + (i & 1) + (i >> 1 & 1));
		m_target(0, 34, 0);
		assert_int_equal(drain(0) + drain(1), 0);
	}
}

/* ---- Emulated lines ---- */

static void level_line(void **state)
{
	(void)state;
	start(2, 4);
	m_enable(0, 50);
	line(0, 50, true);
	assert_int_equal(m_ack(0), 50);
	m_eoi(0, 50);
	m_settle();
	/* Still high: pending again. */
	assert_int_equal(m_ack(0), 50);
	/* Dropped in the handler: over, and without a maintenance interrupt. */
	line(0, 50, false);
	assert_int_equal(gicd_read(0, GICD_ISPENDR + 4), 0);
	m_eoi(0, 50);
	assert_false(m_maintenance(0));
	expect_none(0);
	/* Dropped while pending: gone. */
	line(0, 50, true);
	line(0, 50, false);
	expect_none(0);
	/* Dropped and raised in the handler. */
	line(0, 50, true);
	assert_int_equal(m_ack(0), 50);
	line(0, 50, false);
	line(0, 50, true);
	m_eoi(0, 50);
	expect(0, 50);
	line(0, 50, false);
	expect_none(0);
}

static void level_remote(void **state)
{
	(void)state;
	start(2, 4);
	m_target(0, 50, 1);
	m_enable(0, 50);
	line(0, 50, true);
	assert_int_equal(m_kicks, 1);
	assert_int_equal(m_ack(1), 50);
	line(0, 50, false);
	m_eoi(1, 50);
	expect_none(1);
	line(0, 50, true);
	line(0, 50, false);
	expect_none(1);
	line(0, 50, true);
	expect(1, 50);
	line(0, 50, false);
	drain(1);
	expect_none(1);
}

/* ISPENDR on a level interrupt is a latch: it goes with the acknowledge, or with ICPENDR, whatever the line does. */
static void level_latch(void **state)
{
	(void)state;
	start(1, 4);
	m_enable(0, 50);
	gicd_write(0, GICD_ISPENDR + 4, 1 << 18);
	line(0, 50, true);
	line(0, 50, false);
	expect(0, 50);
	expect_none(0);
	gicd_write(0, GICD_ISPENDR + 4, 1 << 18);
	gicd_write(0, GICD_ICPENDR + 4, 1 << 18);
	expect_none(0);
	line(0, 50, true);
	gicd_write(0, GICD_ICPENDR + 4, 1 << 18);
	assert_int_equal(gicd_read(0, GICD_ISPENDR + 4), 1 << 18);
	expect(0, 50);
	line(0, 50, false);
	drain(0);
}

static void edge_line(void **state)
{
	(void)state;
	start(1, 4);
	gicd_write(0, GICD_ICFGR + 12, 2 << 4);
	m_enable(0, 50);
	line(0, 50, true);
	expect(0, 50);
	expect_none(0);
	line(0, 50, false);
	line(0, 50, true);
	assert_int_equal(m_ack(0), 50);
	line(0, 50, false);
	line(0, 50, true);
	m_eoi(0, 50);
	expect(0, 50);
	line(0, 50, false);
	line(0, 50, true);
	line(0, 50, false);
	expect(0, 50);
	expect_none(0);
}

/* ---- Changes on the way ---- */

static void disable_listed(void **state)
{
	(void)state;
	for (unsigned from = 0; from < 2; from++) {
		start(2, 4);
		gicd_write(0, GICD_ICFGR + 12, 2 << 4);
		m_enable(0, 50);
		m_enable(0, 40);
		line(0, 50, true);
		spi[40].pend = true;
		m_settle();
		m_disable(from, 50);
		m_disable(from, 40);
		/* Until the other CPU has folded, the guest is told to wait. */
		assert_int_equal(gicd_read(from, GICD_CTLR) >> 31, from);
		assert_int_equal(gicr_read(from, 0, GICR_CTLR) >> 3 & 1, from);
		expect_none(0);
		assert_int_equal(gicd_read(from, GICD_CTLR) >> 31, 0);
		assert_int_equal(gicd_read(from, GICD_ISPENDR + 4), 1 << 18 | 1 << 8);
		m_enable(from, 50);
		m_enable(from, 40);
		assert_int_equal(drain(0), 2);
		assert_false(spi[40].active);
	}
}

/* Pending in memory, and active in the physical GIC on that account. */
static void held_back(unsigned intid)
{
	m_enable(0, intid);
	spi[intid].pend = true;
	m_settle();
	m_disable(0, intid);
	assert_true(spi[intid].active);
	assert_int_equal(gicd_read(0, GICD_ISPENDR + 4) >> intid % 32 & 1, 1);
}

static void clear_held_back(void **state)
{
	(void)state;
	start(2, 4);
	held_back(40);
	gicd_write(0, GICD_ICPENDR + 4, 1 << 8);
	assert_false(spi[40].active);
	m_enable(0, 40);
	expect_none(0);
	/* Pending and active at once: the physical GIC keeps one of the two. */
	held_back(40);
	gicd_write(0, GICD_ISACTIVER + 4, 1 << 8);
	m_enable(0, 40);
	expect_none(0);
	mc[0].running[mc[0].depth++] = 0xa0;
	m_eoi(0, 40);
	expect(0, 40);
	expect_none(0);
	/* Active for nobody. */
	m_target(0, 40, 9);
	gicd_write(0, GICD_ISACTIVER + 4, 1 << 8);
	assert_true(spi[40].active);
	gicd_write(0, GICD_ICACTIVER + 4, 1 << 8);
	assert_false(spi[40].active);
	/* Sent, not arrived. */
	m_now = 0;
	vgic_write_sgi1r(&mvcpu[0], 2 | 3 << 24);
	gicr_write(0, 1, SGI + GICD_ICPENDR, 1 << 3);
	expect_none(1);
}

static void disable_active(void **state)
{
	(void)state;
	start(1, 4);
	m_enable(0, 40);
	spi[40].pend = true;
	m_settle();
	assert_int_equal(m_ack(0), 40);
	m_disable(0, 40);
	m_settle();
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 1 << 8);
	m_eoi(0, 40);
	assert_false(spi[40].active);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 0);
}

static void clear_pending_listed(void **state)
{
	(void)state;
	for (unsigned from = 0; from < 2; from++) {
		start(2, 4);
		gicd_write(0, GICD_ICFGR + 12, 2 << 4);
		m_enable(0, 50);
		m_enable(0, 40);
		line(0, 50, true);
		spi[40].pend = true;
		m_settle();
		sgir(0, 1 | 6 << 24);
		gicd_write(from, GICD_ICPENDR + 4, 1 << 18 | 1 << 8);
		gicr_write(from, 0, SGI + GICD_ICPENDR, 1 << 6);
		expect_none(0);
		assert_false(spi[40].active); /* or it would never fire again */
		spi[40].pend = true;
		expect(0, 40);
		sgir(0, 1 | 6 << 24);
		expect(0, 6);
		expect_none(0);
	}
}

static void clear_active_listed(void **state)
{
	(void)state;
	for (unsigned from = 0; from < 2; from++) {
		start(2, 4);
		m_enable(0, 40);
		spi[40].pend = true;
		m_settle();
		assert_int_equal(m_ack(0), 40);
		gicd_write(from, GICD_ICACTIVER + 4, 1 << 8);
		m_settle();
		assert_int_equal(gicd_read(from, GICD_ISACTIVER + 4), 0);
		assert_false(spi[40].active);
		mc[0].depth = 0;
		spi[40].pend = true;
		expect(0, 40);
	}
}

static void set_active(void **state)
{
	(void)state;
	start(2, 4);
	m_enable(0, 50);
	gicd_write(1, GICD_ISACTIVER + 4, 1 << 18);
	line(0, 50, true);
	expect_none(0);
	gicd_write(1, GICD_ICACTIVER + 4, 1 << 18);
	expect(0, 50);
	/* Ended by the CPU it is active on. */
	gicd_write(1, GICD_ISACTIVER + 4, 1 << 18);
	m_settle();
	expect_none(0);
	mc[0].running[mc[0].depth++] = 0xa0;
	m_eoi(0, 50);
	expect(0, 50);
	line(0, 50, false);
	drain(0);
	/* A forwarded one takes the physical one along. */
	m_enable(0, 40);
	gicd_write(0, GICD_ISACTIVER + 4, 1 << 8);
	assert_true(spi[40].active);
	spi[40].pend = true;
	expect_none(0);
	gicd_write(0, GICD_ICACTIVER + 4, 1 << 8);
	expect(0, 40);
}

static void retarget(void **state)
{
	(void)state;
	for (unsigned from = 0; from < 3; from++) {
		start(3, 4);
		m_enable(0, 34);
		m_enable(0, 50);
		/* Pending in vCPU 0's list registers. */
		line(0, 50, true);
		spi[34].line = true;
		m_settle();
		m_target(from, 34, 1);
		m_target(from, 50, 1);
		expect_none(0);
		assert_int_equal(m_ack(1), 34);
		/* Active on vCPU 1: stays until it is ended, and comes next on vCPU 2. */
		m_target(from, 34, 2);
		m_settle();
		assert_int_equal(gicd_read(from, GICD_ISACTIVER + 4), 1 << 2);
		m_eoi(1, 34);
		expect(1, 50);
		line(from, 50, false);
		drain(1);
		m_settle();
		assert_int_equal(m_ack(2), 34);
		spi[34].line = false;
		m_eoi(2, 34);
		assert_int_equal(drain(0) + drain(1) + drain(2), 0);
		/* To nobody, and back. */
		m_target(from, 50, 9);
		line(from, 50, true);
		assert_int_equal(m_best(0) + m_best(1) + m_best(2), -3);
		m_target(from, 50, 2);
		expect(2, 50);
	}
}

static void group_change(void **state)
{
	(void)state;
	start(1, 4);
	m_enable(0, 50);
	line(0, 50, true);
	gicd_write(0, GICD_IGROUPR + 4, 0);
	/* Group 0 is disabled in GICD_CTLR. */
	expect_none(0);
	gicd_write(0, GICD_CTLR, 3);
	m_settle();
	assert_false(mc[0].lr[0] & LR_GROUP1);
	gicd_write(0, GICD_CTLR, 0);
	sgir(0, 1);
	expect_none(0);
	gicd_write(0, GICD_CTLR, 3);
	m_settle();
	assert_true(m_best(0) >= 0);
	line(0, 50, false);
	expect(0, 0);
	expect_none(0);
}

static void on_and_off(void **state)
{
	(void)state;
	start(2, 4);
	m_target(0, 50, 1);
	m_target(0, 40, 1);
	m_enable(0, 50);
	m_enable(0, 40);
	mc[1].ppi[27].line = true;
	spi[40].pend = true;
	m_settle();
	m_now = 1;
	assert_true(vgic_vcpu_has_pending(&mvcpu[1]));
	vgic_stop_vcpu(&mvcpu[1]);
	assert_false(mc[1].ppi[27].active);
	assert_false(vgic_vcpu_has_pending(&mvcpu[1]));
	mc[1].ppi[27].line = false;
	line(0, 50, true);
	sgir(0, 2 | 1 << 24);
	assert_int_equal(gicd_read(0, GICD_CTLR) >> 31, 0);
	/* Nothing waits for a vCPU that is off, and nothing that is done to its registers meanwhile lasts. */
	assert_int_equal(gicr_read(0, 1, SGI + GICD_ISACTIVER), 0);
	gicr_write(0, 1, SGI + GICD_ISENABLER, 0xf0);
	m_run_vcpu(1);
	expect(1, 40);
	expect(1, 50);
	line(0, 50, false);
	drain(1);
	/* SGIs and PPIs are as after reset; what was sent meanwhile is pending. */
	assert_int_equal(gicr_read(1, 1, SGI + GICD_ISENABLER), 0);
	assert_int_equal(gicr_read(1, 1, SGI + GICD_ISPENDR), 2);
	assert_int_equal(mvcpu[1].vgic->direct[27], 0);
	m_now = 1;
	vgic_stop_vcpu(&mvcpu[1]);
	gicr_write(0, 1, GICR_WAKER, 0);
	m_run_vcpu(1);
	assert_int_equal(gicr_read(1, 1, GICR_WAKER), 6);
	/* Standby: an SGI wakes. */
	gicr_write(1, 1, SGI + GICD_ISENABLER, 1);
	gicr_write(1, 1, SGI + GICD_IGROUPR, ~0u);
	m_now = 0;
	vgic_write_sgi1r(&mvcpu[0], 2);
	m_now = 1;
	assert_true(vgic_vcpu_has_pending(&mvcpu[1]));
}

static void stop_vm(void **state)
{
	(void)state;
	start(2, 4);
	m_target(0, 34, 1);
	m_enable(0, 34);
	m_enable(0, 40);
	spi[34].line = true;
	spi[40].pend = true;
	m_settle();
	assert_int_equal(m_ack(1), 34);
	for (unsigned i = 0; i < 2; i++) {
		m_now = i;
		vgic_stop_vcpu(&mvcpu[i]);
	}
	vgic_stop_vm(&mvm);
	for (unsigned i = 32; i < M_INTIDS; i++)
		assert_false(spi[i].enabled || spi[i].active || spi[i].pend);
	assert_int_equal(spi[34].cpu, 0);
	/* The next life works, and knows nothing. */
	m_run_vcpu(0);
	assert_int_equal(gicd_read(0, GICD_CTLR), 0x50);
	assert_int_equal(gicd_read(0, GICD_ISENABLER + 4), 0);
	assert_int_equal(gicd_read(0, GICD_ICFGR + 8), 2u << 16);
	m_run_vcpu(1);
	m_guest_init();
	expect_none(0);
	m_enable(0, 34);
	expect(0, 34);
}

/* ---- More than list registers ---- */

static void overflow_order(void **state)
{
	static const unsigned prio[] = {0x80, 0x20, 0xf0, 0x40, 0x60, 0x10, 0xd0, 0x30, 0xa0, 0x50, 0x08, 0xe0};
	unsigned last = 0;

	(void)state;
	start(1, 4);
	for (unsigned i = 0; i < ARRAY_SIZE(prio); i++) {
		m_priority(0, 50 + i, prio[i]);
		gicd_write(0, GICD_ICFGR + (50 + i) / 16 * 4, ~0u);
		m_enable(0, 50 + i);
		line(0, 50 + i, true);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(prio); i++) {
		unsigned intid;

		m_settle();
		intid = m_ack(0);
		assert_in_range(intid, 50, 61);
		assert_true(prio[intid - 50] > last);
		last = prio[intid - 50];
		m_eoi(0, intid);
	}
	expect_none(0);
	assert_int_equal(mc[0].maint, 0);
}

/* Pending again while active, ended while others wait: it must not come before them. */
static void overflow_again(void **state)
{
	(void)state;
	start(1, 2);
	for (unsigned i = 50; i < 53; i++) {
		gicd_write(0, GICD_ICFGR + 12, ~0u);
		m_priority(0, i, 0x20);
		m_enable(0, i);
	}
	sgir(0, 1 | 2 << 24);
	assert_int_equal(m_ack(0), 2);
	sgir(0, 1 | 2 << 24);
	for (unsigned i = 50; i < 53; i++)
		line(0, i, true);
	m_eoi(0, 2);
	for (unsigned i = 50; i < 53; i++)
		expect(0, i);
	expect(0, 2);
	expect_none(0);
}

static void overflow_levels(void **state)
{
	(void)state;
	start(1, 4);
	for (unsigned i = 60; i < 90; i++) {
		m_enable(0, i);
		line(0, i, true);
	}
	for (unsigned i = 60; i < 90; i++) {
		m_settle();
		assert_int_equal(m_ack(0), i);
		line(0, i, false);
		m_eoi(0, i);
	}
	expect_none(0);
}

/* A list register becomes free while others wait: a timer must not overtake them. */
static void overflow_timer(void **state)
{
	(void)state;
	start(1, 4);
	for (unsigned i = 0; i < 6; i++) {
		m_priority(0, 60 + i, 0x40);
		m_enable(0, 60 + i);
		gicd_write(0, GICD_ISPENDR + 4, BIT(28 + i));
		gicd_write(0, GICD_ISPENDR + 8, BIT(28 + i) >> 32);
	}
	m_settle();
	expect(0, 60);
	mc[0].ppi[27].line = true;
	for (unsigned i = 1; i < 6; i++)
		expect(0, 60 + i);
	expect(0, 27);
}

static void evict(void **state)
{
	(void)state;
	start(1, 4);
	for (unsigned i = 0; i < 5; i++) {
		m_enable(0, 60 + i);
		m_priority(0, 60 + i, i == 4 ? 0x20 : 0x80);
		line(0, 60 + i, true);
	}
	m_settle();
	assert_int_equal(m_ack(0), 64);
	line(0, 64, false);
	m_eoi(0, 64);
	for (unsigned i = 0; i < 4; i++) {
		m_settle();
		assert_int_equal(m_ack(0), 60 + i);
		line(0, 60 + i, false);
		m_eoi(0, 60 + i);
	}
	expect_none(0);
	/* Raised above all others while it is the one that waits. */
	for (unsigned i = 0; i < 5; i++)
		line(0, 60 + i, true);
	for (unsigned i = 0; i < 5; i++)
		m_priority(0, 60 + i, i == 3 ? 0x08 : 0x80);
	expect(0, 63);
}

static uint64_t active_from_60(unsigned cpu)
{
	return gicd_read(cpu, GICD_ISACTIVER + 4) >> 28 | (uint64_t)gicd_read(cpu, GICD_ISACTIVER + 8) << 4;
}

/* Nested deeper than there are list registers: those that were preempted wait in memory and are ended there. */
static void nested(void **state)
{
	(void)state;
	start(1, 4);
	for (unsigned i = 0; i < 10; i++) {
		unsigned intid = 60 + i;

		m_priority(0, intid, 0xf0 - 0x10 * i);
		gicd_write(0, GICD_ICFGR + intid / 16 * 4, ~0u);
		m_enable(0, intid);
		line(0, intid, true);
		m_settle();
		assert_int_equal(m_ack(0), intid);
		m_settle();
	}
	for (unsigned i = 10; i-- > 0;) {
		assert_int_equal(active_from_60(0), (1u << (i + 1)) - 1);
		m_eoi(0, 60 + i);
		m_settle();
	}
	expect_none(0);
	assert_int_equal(mc[0].maint, 0);
}

/* EOImode 1: the priority is dropped and the interrupt stays active, with a list register or without, until DIR, in any order. */
static void nested_dir(void **state)
{
	(void)state;
	start(1, 4);
	mc[0].split = true;
	for (unsigned i = 0; i < 10; i++) {
		m_priority(0, 60 + i, 0xf0 - 0x10 * i);
		gicd_write(0, GICD_ICFGR + (60 + i) / 16 * 4, ~0u);
		m_enable(0, 60 + i);
		line(0, 60 + i, true);
		assert_int_equal(m_ack(0), 60 + i);
		m_settle();
		if (i >= 5)
			m_eoi(0, 60 + i);
	}
	/* More urgent ones have taken the list registers of the first, which are dropped now. */
	for (unsigned i = 5; i-- > 0;) {
		m_settle();
		m_eoi(0, 60 + i);
	}
	m_settle();
	assert_int_equal(active_from_60(0), 0x3ff);
	for (unsigned i = 0; i < 10; i++)
		gicd_write(0, GICD_ISPENDR + (60 + i) / 32 * 4, 1u << (60 + i) % 32);
	expect_none(0);
	for (unsigned i = 0, left = 0x3ff; i < 10; i++) {
		unsigned n = (i * 7 + 2) % 10;

		gicd_write(0, GICD_ICPENDR + (60 + n) / 32 * 4, 1u << (60 + n) % 32);
		m_dir(0, 60 + n);
		m_settle();
		left &= ~(1u << n);
		assert_int_equal(active_from_60(0), left);
	}
	expect_none(0);
	assert_int_equal(mc[0].maint, 0);
}

/* EOImode 1: an SPI is deactivated by another vCPU than that which has it in a list register, forwarded or not; with EOImode 0 by none. */
static void dir_elsewhere(void **state)
{
	static const unsigned intids[] = {50, 40};

	(void)state;
	start(2, 4);
	for (unsigned i = 0; i < 2; i++) {
		unsigned intid = intids[i];
		uint32_t bit = 1u << (intid - 32);

		gicd_write(0, GICD_ICFGR + intid / 16 * 4, ~0u);
		m_enable(0, intid);
		gicd_write(0, GICD_ISPENDR + 4, bit);
		m_settle();
		assert_int_equal(m_ack(0), intid);
		mc[0].split = true;
		m_eoi(0, intid);
		mc[1].split = false;
		m_dir(1, intid);
		m_settle();
		assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), bit);
		mc[1].split = true;
		m_dir(1, intid);
		m_settle();
		assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 0);
		assert_false(spi[intid].active);
		gicd_write(0, GICD_ISPENDR + 4, bit);
		m_settle();
		assert_int_equal(m_ack(0), intid);
		m_eoi(0, intid);
		m_dir(0, intid);
		assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 0);
	}
}

/* A group that the CPU interface has disabled holds no list register while another one waits. */
static void group_hogs(void **state)
{
	(void)state;
	start(1, 4);
	gicd_write(0, GICD_CTLR, 3);
	mc[0].groups = 2;
	for (unsigned i = 0; i < 6; i++) {
		m_priority(0, 64 + i, 0x10);
		m_enable(0, 64 + i);
		line(0, 64 + i, true);
	}
	gicd_write(0, GICD_IGROUPR + 8, 0);
	m_settle();
	sgir(0, 1 | 3 << 24);
	expect(0, 3);
	expect_none(0);
	mc[0].groups = 3;
	for (unsigned i = 0; i < 6; i++) {
		m_settle();
		assert_int_equal(m_ack(0), 64 + i);
		line(0, 64 + i, false);
		m_eoi(0, 64 + i);
	}
	expect_none(0);
}

/* Reads of what another CPU's list registers hold: that CPU is asked, and a CPU that never answers does not stop us. */
static void read_remote(void **state)
{
	(void)state;
	start(2, 4);
	m_enable(0, 50);
	line(0, 50, true);
	assert_int_equal(m_ack(0), 50);
	assert_int_equal(gicd_read(1, GICD_ISPENDR + 4), 1 << 18);
	assert_true(mc[0].kicked);
	m_settle();
	assert_int_equal(gicd_read(1, GICD_ISACTIVER + 4), 1 << 18);
	m_settle();
	m_prompt = true;
	line(0, 50, false);
	m_eoi(0, 50);
	assert_int_equal(gicd_read(1, GICD_ISACTIVER + 4), 0);
	sgir(1, 1 | 2 << 24);
	assert_int_equal(gicr_read(1, 0, SGI + GICD_ISPENDR), 1 << 2);
	assert_int_equal(m_ack(0), 2);
	assert_int_equal(gicr_read(1, 0, SGI + GICD_ISPENDR), 0);
	assert_int_equal(gicr_read(1, 0, SGI + GICD_ISACTIVER), 1 << 2);
}

static void answer(void)
{
	if (mc[0].kicked)
		m_sync(0);
}

/* Where CPUs run in turns, who waits for another one must give way to it: also a guest that polls RWP. */
static void read_remote_in_turns(void **state)
{
	(void)state;
	start(2, 4);
	m_enable(0, 50);
	line(0, 50, true);
	assert_int_equal(m_ack(0), 50);
	spin_others = answer;
	assert_int_equal(gicd_read(1, GICD_ISACTIVER + 4), 1 << 18);
	m_disable(1, 50);
	assert_true(mc[0].kicked);
	assert_true(gicd_read(1, GICD_CTLR) & GICD_CTLR_RWP);
	assert_false(gicd_read(1, GICD_CTLR) & GICD_CTLR_RWP);
	spin_others = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sgi_self), cmocka_unit_test(sgi_other), cmocka_unit_test(sgi_routing), cmocka_unit_test(sgi_groups),
		cmocka_unit_test(sgi_merge), cmocka_unit_test(sgi_two_at_once), cmocka_unit_test(timer), cmocka_unit_test(spi_forward),
		cmocka_unit_test(spi_stale_slot), cmocka_unit_test(level_line), cmocka_unit_test(level_remote), cmocka_unit_test(level_latch),
		cmocka_unit_test(edge_line), cmocka_unit_test(disable_listed), cmocka_unit_test(disable_active), cmocka_unit_test(clear_held_back), cmocka_unit_test(overflow_again), cmocka_unit_test(clear_pending_listed),
		cmocka_unit_test(clear_active_listed), cmocka_unit_test(set_active), cmocka_unit_test(retarget), cmocka_unit_test(group_change),
		cmocka_unit_test(on_and_off), cmocka_unit_test(stop_vm), cmocka_unit_test(overflow_order), cmocka_unit_test(overflow_levels),
		cmocka_unit_test(overflow_timer), cmocka_unit_test(evict), cmocka_unit_test(nested), cmocka_unit_test(nested_dir), cmocka_unit_test(dir_elsewhere),
		cmocka_unit_test(group_hogs), cmocka_unit_test(read_remote), cmocka_unit_test(read_remote_in_turns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
