/* SPDX-License-Identifier: Apache-2.0 */
/* A GICv2 guest's distributor: its registers, SGIs with sources, SPIs with several targets; with either kind of CPU interface. */
#include "tests/unit/vgic_machine.h"

static const struct plan_irq irqs[] = {{.intid = 34, .edge = false}, {.intid = 40, .edge = true}};

static void start(enum plan_gic gic, unsigned vcpus, unsigned lrs)
{
	m_gic = gic;
	m_nr_lrs = lrs;
	m_start(vcpus, 96, irqs, ARRAY_SIZE(irqs));
}

static uint8_t byte(unsigned cpu, unsigned offset)
{
	return (uint8_t)m_access(cpu, M_GICD + offset, 1, false, ~0ull);
}

static void write_byte(unsigned cpu, unsigned offset, unsigned v)
{
	m_access(cpu, M_GICD + offset, 1, true, v);
}

static unsigned source(unsigned id)
{
	return id >> 10;
}

/* ---- Registers ---- */

static void identification(void **state)
{
	(void)state;
	start(PLAN_GIC_V2_SOFTWARE, 3, 4);
	assert_int_equal(gicd_read(0, GICD_CTLR), 0);
	gicd_write(0, GICD_CTLR, ~0u);
	assert_int_equal(gicd_read(1, GICD_CTLR), 3);
	assert_int_equal(gicd_read(0, GICD_TYPER), 2 | 2 << 5);
	assert_int_equal(gicd_read(0, GICD_IIDR) & 0xfff, 0x43b);
	assert_int_equal(gicd_read(0, GICD_V2_PIDR2), 0x2b);
	assert_int_equal(gicd_read(0, 0xfd0) | gicd_read(0, 0xffc), 0);
	gicd_write(0, GICD_TYPER, 0);
	gicd_write(0, GICD_IIDR, 0);
	assert_int_equal(gicd_read(0, GICD_TYPER), 2 | 2 << 5);
	assert_int_equal(gicd_read(0, GICD_SGIR), 0);
	assert_int_equal(m_logs, 0);
	/* A uniprocessor. */
	start(PLAN_GIC_V2_SOFTWARE, 1, 4);
	assert_int_equal(gicd_read(0, GICD_TYPER), 2);
}

/* Unknown offsets and wrong widths read as zero, do nothing and are logged once for the VM. */
static void unknown(void **state)
{
	static const struct { unsigned offset, size; } bad[] = {
		{GICD_CTLR, 1}, {GICD_CTLR, 2}, {GICD_CTLR, 8}, {0x40, 4}, {GICD_ISENABLER, 1}, {GICD_IPRIORITYR + 32, 2}, {GICD_ITARGETSR + 32, 8},
		{GICD_ICFGR, 1}, {GICD_SGIR, 1}, {GICD_SGIR + 4, 4}, {GICD_CPENDSGIR, 2}, {GICD_SPENDSGIR + 0x10, 4}, {0x1000, 4},
		{GICD_IROUTER + 8 * 40, 8}, {GIC_PIDR2, 4},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		start(PLAN_GIC_V2_SOFTWARE, 2, 4);
		m_guest_init();
		m_logs = 0;
		m_access(0, M_GICD + bad[i].offset, bad[i].size, true, ~0ull);
		assert_int_equal(m_access(0, M_GICD + bad[i].offset, bad[i].size, false, ~0ull), 0);
		assert_int_equal(m_logs, 1);
		assert_int_equal(gicd_read(0, GICD_CTLR), 3);
		assert_int_equal(gicd_read(0, GICD_IPRIORITYR + 32), 0xa0a0a0a0);
		assert_int_equal(gicd_read(0, GICD_ITARGETSR + 32), 0x01010101);
		for (unsigned c = 0; c < 2; c++)
			assert_int_equal(m_ack(c), GIC_NONE);
	}
}

/* Each vCPU has INTIDs 0-31 of its own at the same place; the others are everybody's, as far as there are any. */
static void banked(void **state)
{
	static const unsigned bits[] = {GICD_IGROUPR, GICD_ISENABLER, GICD_ISACTIVER};

	(void)state;
	start(PLAN_GIC_V2_SOFTWARE, 3, 4);
	for (unsigned i = 0; i < ARRAY_SIZE(bits); i++) {
		gicd_write(1, bits[i], 0x80f00001);
		assert_int_equal(gicd_read(0, bits[i]), 0);
		assert_int_equal(gicd_read(1, bits[i]), 0x80f00001);
		assert_int_equal(gicd_read(2, bits[i]), 0);
		gicd_write(1, bits[i] + 8, 0x10);
		assert_int_equal(gicd_read(2, bits[i] + 8), 0x10);
		gicd_write(1, bits[i] + 12, ~0u);
		assert_int_equal(gicd_read(1, bits[i] + 12), 0);
	}
	gicd_write(1, GICD_ICENABLER, 0x80000000);
	gicd_write(1, GICD_ICACTIVER, 1);
	assert_int_equal(gicd_read(1, GICD_ICENABLER), 0x00f00001);
	assert_int_equal(gicd_read(1, GICD_ICACTIVER), 0x80f00000);
	gicd_write(2, GICD_IPRIORITYR + 4, 0x1f273f47);
	write_byte(2, GICD_IPRIORITYR + 6, 0x88);
	assert_int_equal(gicd_read(2, GICD_IPRIORITYR + 4), 0x18883840);
	assert_int_equal(byte(2, GICD_IPRIORITYR + 7), 0x18);
	assert_int_equal(gicd_read(0, GICD_IPRIORITYR + 4), 0);
	gicd_write(0, GICD_ICFGR, 0);
	gicd_write(0, GICD_ICFGR + 4, ~0u);
	gicd_write(0, GICD_ICFGR + 8, ~0u);
	assert_int_equal(gicd_read(0, GICD_ICFGR), 0xaaaaaaaa);
	assert_int_equal(gicd_read(0, GICD_ICFGR + 4) & 0xaa, 0xaa);
	assert_int_equal(gicd_read(1, GICD_ICFGR + 4) & 0xaa, 0);
	assert_int_equal(gicd_read(1, GICD_ICFGR + 8), 0xaaaaaa8a); /* 34 is a level */
	assert_int_equal(m_logs, 0);
}

/* Pending PPIs and SPIs by ISPENDR and ICPENDR, SGIs not. */
static void pending_bits(void **state)
{
	(void)state;
	start(PLAN_GIC_V2_SOFTWARE, 2, 4);
	gicd_write(1, GICD_ISPENDR, 0x00ff00ff);
	gicd_write(1, GICD_ISPENDR + 8, 0xf0);
	assert_int_equal(gicd_read(1, GICD_ISPENDR), 0x00ff0000);
	assert_int_equal(gicd_read(0, GICD_ISPENDR), 0);
	gicd_write(1, GICD_ICPENDR, 0x000f0000);
	gicd_write(0, GICD_ICPENDR + 8, 0x30);
	assert_int_equal(gicd_read(1, GICD_ICPENDR), 0x00f00000);
	assert_int_equal(gicd_read(1, GICD_ICPENDR + 8), 0xc0);
	write_byte(1, GICD_SPENDSGIR + 3, 1);
	gicd_write(1, GICD_ICPENDR, ~0u);
	assert_int_equal(gicd_read(1, GICD_ISPENDR), 8);
	assert_int_equal(byte(1, GICD_SPENDSGIR + 3), 1);
}

static void targets(void **state)
{
	(void)state;
	start(PLAN_GIC_V2_SOFTWARE, 3, 4);
	for (unsigned c = 0; c < 3; c++) {
		assert_int_equal(gicd_read(c, GICD_ITARGETSR), 0x01010101u << c);
		gicd_write(c, GICD_ITARGETSR + 28, 0);
		assert_int_equal(gicd_read(c, GICD_ITARGETSR + 28), 0x01010101u << c);
		assert_int_equal(byte(c, GICD_ITARGETSR + 9), 1u << c);
	}
	assert_int_equal(gicd_read(0, GICD_ITARGETSR + 32), 0);
	/* vCPUs that are not there are no targets. */
	gicd_write(0, GICD_ITARGETSR + 36, 0xff0c0502);
	assert_int_equal(gicd_read(1, GICD_ITARGETSR + 36), 0x07040502);
	write_byte(2, GICD_ITARGETSR + 37, 2);
	assert_int_equal(byte(0, GICD_ITARGETSR + 37), 2);
	assert_int_equal(gicd_read(1, GICD_ITARGETSR + 36), 0x07040202);
	start(PLAN_GIC_V2_SOFTWARE, 1, 4);
	gicd_write(0, GICD_ITARGETSR + 36, ~0u);
	assert_int_equal(gicd_read(0, GICD_ITARGETSR) | gicd_read(0, GICD_ITARGETSR + 36), 0);
	assert_int_equal(m_logs, 0);
}

/* ---- SGIs ---- */

static void sgir(unsigned cpu, unsigned filter, unsigned list, unsigned sgi)
{
	gicd_write(cpu, GICD_SGIR, filter << 24 | list << 16 | sgi);
}

static unsigned pending_on(unsigned sgi)
{
	unsigned on = 0;

	m_settle();
	for (unsigned c = 0; c < mvm.nr_vcpus; c++)
		on |= (gicd_read(c, GICD_ISPENDR) >> sgi & 1) << c;
	return on;
}

static void sgi_filters(void **state)
{
	(void)state;
	start(PLAN_GIC_V2_SOFTWARE, 4, 4);
	sgir(1, 0, 0xfd, 1);
	assert_int_equal(pending_on(1), 0xd);
	sgir(1, 1, 0xff, 2);
	assert_int_equal(pending_on(2), 0xd);
	sgir(1, 2, 0xff, 3);
	assert_int_equal(pending_on(3), 2);
	sgir(1, 3, 0xff, 4);
	assert_int_equal(pending_on(4), 0);
	/* NSATT says nothing: both groups. */
	gicd_write(2, GICD_IGROUPR, 0x20);
	gicd_write(1, GICD_SGIR, 0xc8005);
	assert_int_equal(pending_on(5), 0xc);
	/* No list, no kick. */
	m_kicks = 0;
	sgir(1, 0, 0, 6);
	assert_int_equal(pending_on(6), 0);
	assert_int_equal(m_kicks, 0);
}

/* From three vCPUs, one of them twice: three interrupts, each with its source, one after the other. */
static void sgi_sources(void **state)
{
	const enum plan_gic *gic = *state;
	unsigned seen = 0, id;

	start(*gic, 3, 2);
	m_guest_init();
	for (unsigned c = 0; c < 3; c++)
		sgir(c, 0, 1, 5);
	m_settle();
	sgir(2, 0, 1, 5);
	m_settle();
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(byte(0, GICD_SPENDSGIR + 5), 7 & ~seen);
		id = m_ack(0);
		assert_int_equal(id & 0x3ff, 5);
		assert_false(seen >> source(id) & 1);
		seen |= 1u << source(id);
		assert_int_equal(byte(0, GICD_CPENDSGIR + 5), 7 & ~seen);
		/* Active: the next source waits for its end. */
		m_settle();
		assert_int_equal(m_ack(0), GIC_NONE);
		m_eoi(0, id);
		m_settle();
	}
	assert_int_equal(seen, 7);
	assert_int_equal(m_ack(0), GIC_NONE);
	assert_int_equal(gicd_read(0, GICD_ISPENDR) | gicd_read(0, GICD_ISACTIVER), 0);
}

/* The same one again, from where it came, while it is active. */
static void sgi_again(void **state)
{
	const enum plan_gic *gic = *state;

	start(*gic, 2, 2);
	m_guest_init();
	for (unsigned i = 0; i < 3; i++) {
		sgir(1, 0, 1, 9);
		m_settle();
		if (i)
			m_eoi(0, 1 << 10 | 9);
		m_settle();
		assert_int_equal(m_ack(0), 1 << 10 | 9);
	}
	m_eoi(0, 1 << 10 | 9);
	m_settle();
	assert_int_equal(m_ack(0), GIC_NONE);
}

static void sgi_clear(void **state)
{
	const enum plan_gic *gic = *state;
	unsigned id;

	start(*gic, 4, 2);
	m_guest_init();
	/* On its way from another CPU. */
	sgir(1, 0, 1, 2);
	write_byte(0, GICD_CPENDSGIR + 2, 2);
	m_settle();
	assert_int_equal(m_ack(0), GIC_NONE);
	/* In a list register, and waiting for it: one source goes, the others stay. */
	for (unsigned gone = 0; gone < 4; gone++) {
		gicd_write(0, GICD_SPENDSGIR, 0x000f0000);
		m_settle();
		gicd_write(0, GICD_CPENDSGIR, 0x10000u << gone);
		m_settle();
		assert_int_equal(gicd_read(0, GICD_SPENDSGIR), 0x000f0000 & ~(0x10000u << gone));
		for (unsigned i = 0; i < 3; i++) {
			id = m_ack(0);
			assert_int_equal(id & 0x3ff, 2);
			assert_int_not_equal(source(id), gone);
			m_eoi(0, id);
			m_settle();
		}
		assert_int_equal(m_ack(0), GIC_NONE);
	}
	/* Two at a time, while a third is active, which it does not touch. */
	gicd_write(0, GICD_SPENDSGIR, 0x000d0000);
	m_settle();
	id = m_ack(0);
	gicd_write(0, GICD_CPENDSGIR, 0x000f0000);
	assert_int_equal(gicd_read(0, GICD_SPENDSGIR), 0);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER), 4);
	m_eoi(0, id);
	m_settle();
	assert_int_equal(m_ack(0), GIC_NONE);
	/* Sources that do not exist, and the SGI's neighbours. */
	gicd_write(0, GICD_SPENDSGIR, 0xf0f000f0);
	assert_int_equal(gicd_read(0, GICD_SPENDSGIR), 0);
}

/* Disabled, it waits with all its sources; enabled again it comes. */
static void sgi_disabled(void **state)
{
	const enum plan_gic *gic = *state;

	start(*gic, 2, 1);
	m_guest_init();
	sgir(0, 0, 1, 7);
	sgir(1, 0, 1, 7);
	m_settle();
	gicd_write(0, GICD_ICENABLER, 0x80);
	m_settle();
	assert_int_equal(m_ack(0), GIC_NONE);
	assert_int_equal(byte(0, GICD_SPENDSGIR + 7), 3);
	gicd_write(0, GICD_ISENABLER, 0x80);
	for (unsigned i = 0; i < 2; i++) {
		unsigned id;

		m_settle();
		id = m_ack(0);
		assert_int_equal(id & 0x3ff, 7);
		m_eoi(0, id);
	}
	m_settle();
	assert_int_equal(m_ack(0), GIC_NONE);
}

/* ---- Targets ---- */

static void line(unsigned intid, bool level)
{
	vgic_set_spi_level(&mvm, intid, level);
	m_settle();
}

static void turn_off(unsigned c)
{
	m_now = c;
	vgic_stop_vcpu(&mvcpu[c]);
	m_settle();
}

static void turn_on(unsigned c)
{
	m_run_vcpu(c);
	m_settle();
	m_guest_init();
}

static unsigned takers(unsigned intid)
{
	unsigned who = 0;

	for (unsigned c = 0; c < mvm.nr_vcpus; c++) {
		unsigned id = mvcpu[c].vgic->loaded ? m_ack(c) : GIC_NONE;

		if (id == GIC_NONE)
			continue;
		assert_int_equal(id, intid);
		who |= 1u << c;
	}
	return who;
}

/* Of several targets one takes it; none, and it is pending only. */
static void one_of_many(void **state)
{
	const enum plan_gic *gic = *state;
	unsigned who;

	start(*gic, 3, 4);
	m_guest_init();
	m_enable(0, 50);
	write_byte(0, GICD_ITARGETSR + 50, 0);
	line(50, true);
	assert_int_equal(takers(50), 0);
	assert_int_equal(gicd_read(1, GICD_ISPENDR + 4) >> 18 & 1, 1);
	write_byte(0, GICD_ITARGETSR + 50, 6);
	m_settle();
	who = takers(50);
	assert_true(who == 2 || who == 4);
	line(50, false);
	m_eoi(who >> 1, 50);
	m_settle();
	assert_int_equal(takers(50), 0);
}

/* It goes where its guest's CPUs are on, physically too, and comes back to one that is alone asked for. */
static void follows_power(void **state)
{
	const enum plan_gic *gic = *state;

	start(*gic, 3, 4);
	m_guest_init();
	m_enable(0, 40);
	write_byte(0, GICD_ITARGETSR + 40, 6);
	m_settle();
	assert_int_equal(spi[40].cpu, 1);
	/* Listed on vCPU 1 when that goes. */
	spi[40].pend = true;
	m_settle();
	turn_off(1);
	assert_int_equal(spi[40].cpu, 2);
	assert_int_equal(takers(40), 4);
	m_eoi(2, 40);
	m_settle();
	assert_false(spi[40].active);
	turn_off(2);
	spi[40].pend = true;
	m_settle();
	assert_int_equal(takers(40), 0);
	/* Both are off, and the one that comes takes it, whichever that is. */
	m_run_vcpu(2);
	if (*gic == PLAN_GIC_V2_SOFTWARE) {
		gicc_write(2, GICC_PMR, 0xf0);
		gicc_write(2, GICC_CTLR, 7);
	}
	m_settle();
	assert_int_equal(spi[40].cpu, 2);
	assert_int_equal(takers(40), 4);
	m_eoi(2, 40);
	assert_int_equal(byte(0, GICD_ITARGETSR + 40), 6);
	/* A target stays as long as it is on. */
	turn_on(1);
	write_byte(0, GICD_ITARGETSR + 40, 7);
	m_settle();
	assert_int_equal(spi[40].cpu, 0);
}

/* Restarted, nobody is a target, and private state is fresh. */
static void restart(void **state)
{
	const enum plan_gic *gic = *state;

	start(*gic, 2, 4);
	m_guest_init();
	m_enable(0, 50);
	gicd_write(0, GICD_SPENDSGIR, 3);
	line(50, true);
	sgir(1, 0, 1, 3);
	turn_off(0);
	turn_off(1);
	vgic_stop_vm(&mvm);
	line(50, false);
	for (unsigned c = 0; c < 2; c++)
		m_run_vcpu(c);
	m_settle();
	assert_int_equal(gicd_read(0, GICD_CTLR), 0);
	assert_int_equal(gicd_read(0, GICD_ITARGETSR + 48), 0);
	assert_int_equal(gicd_read(0, GICD_SPENDSGIR), 0);
	assert_int_equal(gicd_read(0, GICD_ISPENDR) | gicd_read(0, GICD_ISENABLER), 0);
	m_guest_init();
	assert_int_equal(takers(0), 0);
}

/* What may go into the machine's list register unseen: where that is the guest's own. */
static void direct(void **state)
{
	(void)state;
	for (enum plan_gic gic = PLAN_GIC_V3; gic <= PLAN_GIC_V2_SOFTWARE; gic++) {
		const uint64_t *d;

		start(gic, 1, 4);
		m_guest_init();
		d = mvcpu[0].vgic->direct;
		assert_int_equal(d[3] != 0, gic == PLAN_GIC_V3); /* of a GICv2 it lacks the source */
		assert_int_equal(d[27] != 0, gic != PLAN_GIC_V2_SOFTWARE);
		assert_int_equal(mc[0].withheld, gic == PLAN_GIC_V2_SOFTWARE);
		assert_int_equal(mvm.gic_v2, gic != PLAN_GIC_V3);
	}
}

/* Two vCPUs send the same SGI before the third one looks: it takes both. */
static void sgi_two_sources(void **state)
{
	(void)state;
	for (enum plan_gic gic = PLAN_GIC_V3 + 1; gic <= PLAN_GIC_V2_SOFTWARE; gic++) {
		unsigned first, second;

		start(gic, 3, 4);
		m_guest_init();
		gicd_write(1, GICD_SGIR, 1 << 16 | 5);
		gicd_write(2, GICD_SGIR, 1 << 16 | 5);
		m_settle();
		first = m_ack(0);
		m_eoi(0, first);
		m_settle();
		second = m_ack(0);
		m_eoi(0, second);
		m_settle();
		assert_int_equal(first | second, 5 | 3 << 10);
		assert_int_equal(m_ack(0), GIC_NONE);
		/* One sends two. */
		gicd_write(1, GICD_SGIR, 1 << 16 | 6);
		gicd_write(1, GICD_SGIR, 1 << 16 | 7);
		m_settle();
		assert_int_equal(gicd_read(0, GICD_ISPENDR) & 0xffff, 3 << 6);
	}
}

static void too_many(void **state)
{
	struct plan_vm plan = {.nr_vcpus = 9, .gic = PLAN_GIC_V2_SOFTWARE, .nr_intids = 64};
	struct arena pool;

	(void)state;
	start(PLAN_GIC_V2_SOFTWARE, 8, 4);
	mvm.nr_vcpus = 9;
	arena_init(&pool, m_pool, sizeof(m_pool));
	assert_int_equal(vgic_init_vm(&mvm, &plan, &pool), ERR_RANGE);
}

int main(void)
{
	static enum plan_gic gicv = PLAN_GIC_V2_GICV, software = PLAN_GIC_V2_SOFTWARE;
#define WITH(f, gic) {#f ", " #gic, f, NULL, NULL, &gic}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identification), cmocka_unit_test(unknown), cmocka_unit_test(banked), cmocka_unit_test(pending_bits),
		cmocka_unit_test(targets), cmocka_unit_test(sgi_filters), cmocka_unit_test(direct), cmocka_unit_test(sgi_two_sources), cmocka_unit_test(too_many),
		WITH(sgi_sources, gicv), WITH(sgi_sources, software), WITH(sgi_again, gicv), WITH(sgi_again, software),
		WITH(sgi_clear, gicv), WITH(sgi_clear, software), WITH(sgi_disabled, gicv), WITH(sgi_disabled, software),
		WITH(one_of_many, gicv), WITH(one_of_many, software), WITH(follows_power, gicv), WITH(follows_power, software),
		WITH(restart, gicv), WITH(restart, software),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
