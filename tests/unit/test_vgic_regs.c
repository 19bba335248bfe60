/* SPDX-License-Identifier: Apache-2.0 */
/* The register faces: what Linux and other guests find in GICD and GICR. */
#include "tests/unit/vgic_machine.h"

static const struct plan_irq irqs[] = {{.intid = 34, .edge = false}, {.intid = 40, .edge = true}};

static void start(void)
{
	m_start(3, 96, irqs, ARRAY_SIZE(irqs));
}

static void identification(void **state)
{
	uint64_t typer;

	(void)state;
	start();
	assert_int_equal(gicd_read(0, GICD_CTLR), 0x50);
	gicd_write(0, GICD_CTLR, ~0u);
	m_settle();
	assert_int_equal(gicd_read(0, GICD_CTLR), 0x53);
	typer = gicd_read(0, GICD_TYPER);
	assert_int_equal(typer & 0x1f, 2);
	assert_int_equal(typer >> 19 & 0x1f, 9);
	assert_int_equal(typer & (1 << 10 | 1 << 16 | 1 << 17 | 1 << 18 | 1 << 24), 0);
	assert_int_equal(typer >> 25 & 1, 1);
	assert_int_equal(gicd_read(0, GIC_PIDR2), 0x3b);
	assert_int_equal(gicr_read(0, 1, GIC_PIDR2), 0x3b);
	assert_int_equal(gicr_read(0, 1, SGI + GIC_PIDR2), 0x3b);
	assert_int_equal(gicd_read(0, GICD_IIDR) & 0xfff, 0x43b);
	assert_int_equal(m_access(0, M_GICR + 0x20000 + GICR_TYPER, 8, false, 0), 1ull << 32 | 1 << 8);
	assert_int_equal(m_access(0, M_GICR + 0x40000 + GICR_TYPER, 8, false, 0), 2ull << 32 | 2 << 8 | 1 << 4);
	assert_int_equal(gicr_read(0, 2, GICR_TYPER), 2 << 8 | 1 << 4);
	assert_int_equal(gicr_read(0, 2, GICR_TYPER + 4), 2);
	assert_int_equal(gicr_read(0, 0, GICR_WAKER), 6);
	gicr_write(0, 0, GICR_WAKER, 0);
	assert_int_equal(gicr_read(0, 0, GICR_WAKER), 0);
	assert_int_equal(gicr_read(0, 1, GICR_WAKER), 6);
	assert_int_equal(m_logs, 0);
}

static void bits_set_and_clear(void **state)
{
	(void)state;
	start();
	gicd_write(0, GICD_ISENABLER + 4, 0x0000ff00);
	gicd_write(1, GICD_ISENABLER + 4, 0x00000f0f);
	assert_int_equal(gicd_read(0, GICD_ISENABLER + 4), 0xff0f);
	assert_int_equal(gicd_read(2, GICD_ICENABLER + 4), 0xff0f);
	gicd_write(0, GICD_ICENABLER + 4, 0xf000);
	assert_int_equal(gicd_read(0, GICD_ISENABLER + 4), 0x0f0f);
	assert_int_equal(gicd_read(0, GICD_ISENABLER + 8), 0);
	gicd_write(0, GICD_IGROUPR + 8, 0x1234);
	assert_int_equal(gicd_read(0, GICD_IGROUPR + 8), 0x1234);
	gicd_write(0, GICD_ISPENDR + 8, 0xf0);
	gicd_write(0, GICD_ICPENDR + 8, 0x30);
	assert_int_equal(gicd_read(0, GICD_ISPENDR + 8), 0xc0);
	assert_int_equal(gicd_read(0, GICD_ICPENDR + 8), 0xc0);
	gicd_write(0, GICD_ISACTIVER + 8, 0x7);
	gicd_write(0, GICD_ICACTIVER + 8, 0x2);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 8), 5);
	assert_int_equal(m_logs, 0);
}

/* With affinity routing the GICD has no INTIDs 0-31, and none beyond what TYPER says; neither is an error. */
static void outside(void **state)
{
	(void)state;
	start();
	gicd_write(0, GICD_ISENABLER, ~0u);
	assert_int_equal(gicd_read(0, GICD_ISENABLER), 0);
	assert_int_equal(gicr_read(0, 0, SGI + GICD_ISENABLER), 0);
	gicd_write(0, GICD_ISENABLER + 12, ~0u);
	assert_int_equal(gicd_read(0, GICD_ISENABLER + 12), 0);
	gicr_write(0, 0, SGI + GICD_ISENABLER + 4, ~0u);
	assert_int_equal(gicr_read(0, 0, SGI + GICD_ISENABLER + 4), 0);
	assert_int_equal(gicd_read(0, GICD_ISENABLER + 4), 0);
	gicd_write(0, GICD_IGRPMODR + 4, ~0u);
	assert_int_equal(gicd_read(0, GICD_IGRPMODR + 4), 0);
	gicd_write(0, GICD_ITARGETSR + 32, ~0u);
	assert_int_equal(gicd_read(0, GICD_ITARGETSR + 32), 0);
	assert_int_equal(m_logs, 0);
	/* What does not exist is logged, once. */
	gicd_write(0, 0x1000, ~0u);
	assert_int_equal(gicd_read(0, 0x5ffc), 0);
	assert_int_equal(m_access(0, M_GICD + GICD_ISENABLER + 4, 1, false, 0), 0);
	m_access(0, M_GICD + GICD_ISENABLER + 4, 1, true, 0xff);
	m_access(0, M_GICD + GICD_ISENABLER + 4, 8, true, ~0ull);
	assert_int_equal(gicd_read(0, GICD_ISENABLER + 4), 0);
	assert_int_equal(gicr_read(0, 0, SGI + 0x2000), 0);
	assert_int_equal(m_logs, 1);
}

static void last_word(void **state)
{
	(void)state;
	m_start(1, 1024, NULL, 0);
	gicd_write(0, GICD_ISENABLER + 4 * 31, ~0u);
	assert_int_equal(gicd_read(0, GICD_ISENABLER + 4 * 31), 0x0fffffff);
	gicd_write(0, GICD_IPRIORITYR + 1020, ~0u);
	assert_int_equal(gicd_read(0, GICD_IPRIORITYR + 1020), 0);
	gicd_write(0, GICD_IPRIORITYR + 1016, ~0u);
	assert_int_equal(gicd_read(0, GICD_IPRIORITYR + 1016), 0xf8f8f8f8);
	assert_int_equal(gicd_read(0, GICD_TYPER) & 0x1f, 31);
}

static void priorities(void **state)
{
	(void)state;
	start();
	gicd_write(0, GICD_IPRIORITYR + 36, 0xff807f00);
	assert_int_equal(gicd_read(0, GICD_IPRIORITYR + 36), 0xf8807800);
	m_access(0, M_GICD + GICD_IPRIORITYR + 37, 1, true, 0x1f);
	assert_int_equal(gicd_read(0, GICD_IPRIORITYR + 36), 0xf8801800);
	assert_int_equal(m_access(0, M_GICD + GICD_IPRIORITYR + 39, 1, false, 0), 0xf8);
	gicr_write(1, 1, SGI + GICD_IPRIORITYR + 24, 0x01020408);
	assert_int_equal(gicr_read(0, 1, SGI + GICD_IPRIORITYR + 24), 0x00000008);
	assert_int_equal(gicr_read(0, 0, SGI + GICD_IPRIORITYR + 24), 0);
}

static void config(void **state)
{
	(void)state;
	start();
	assert_int_equal(gicr_read(0, 0, SGI + GICD_ICFGR), 0xaaaaaaaa);
	gicr_write(0, 0, SGI + GICD_ICFGR, 0);
	assert_int_equal(gicr_read(0, 0, SGI + GICD_ICFGR), 0xaaaaaaaa);
	/* Forwarded: 34 level, 40 edge, whatever the guest says. Others as it says; the lower bit is reserved. */
	assert_int_equal(gicd_read(0, GICD_ICFGR + 8), 2u << 16);
	gicd_write(0, GICD_ICFGR + 8, 0x000000ff);
	assert_int_equal(gicd_read(0, GICD_ICFGR + 8), 2u << 16 | (0xaa & ~(2u << 4)));
	gicd_write(0, GICD_ICFGR + 12, 0xffffffff);
	assert_int_equal(gicd_read(0, GICD_ICFGR + 12), 0xaaaaaaaa);
	/* The timers are level. */
	gicr_write(0, 0, SGI + GICD_ICFGR + 4, ~0u);
	assert_int_equal(gicr_read(0, 0, SGI + GICD_ICFGR + 4) >> 22 & 3, 0);
	assert_int_equal(gicr_read(0, 0, SGI + GICD_ICFGR + 4) & 3, 2);
}

static void routers(void **state)
{
	(void)state;
	m_start(20, 96, irqs, ARRAY_SIZE(irqs));
	m_target(0, 34, 0x102);
	assert_int_equal(m_access(0, M_GICD + GICD_IROUTER + 8 * 34, 8, false, 0), 0x102);
	assert_int_equal(spi[34].cpu, 18);
	m_access(0, M_GICD + GICD_IROUTER + 8 * 34, 4, true, 3);
	assert_int_equal(spi[34].cpu, 3);
	assert_int_equal(m_access(0, M_GICD + GICD_IROUTER + 8 * 34 + 4, 4, false, 0), 0);
	m_access(0, M_GICD + GICD_IROUTER + 8 * 34 + 4, 4, true, 1);
	assert_int_equal(m_access(0, M_GICD + GICD_IROUTER + 8 * 34, 4, false, 0), 3);
	/* Nobody's: stays pending for whoever comes. IRM is not implemented. */
	m_target(0, 34, 0x10000);
	m_target(0, 35, 0x104);
	assert_int_equal(mvm.vgic->spi[0].target[2], VGIC_NO_VCPU);
	assert_int_equal(mvm.vgic->spi[0].target[3], VGIC_NO_VCPU);
	m_target(0, 36, 1ull << 31 | 2);
	assert_int_equal(m_access(0, M_GICD + GICD_IROUTER + 8 * 36, 8, false, 0), 2);
	m_access(0, M_GICD + GICD_IROUTER + 8 * 31, 8, true, 5);
	assert_int_equal(m_access(0, M_GICD + GICD_IROUTER + 8 * 31, 8, false, 0), 0);
	assert_int_equal(m_logs, 0);
}

/* The physical enable follows the virtual one; other VMs' and nobody's interrupts are out of reach. */
static void physical_enable(void **state)
{
	(void)state;
	start();
	gicd_write(0, GICD_ISENABLER + 4, ~0u);
	for (unsigned i = 32; i < M_INTIDS; i++)
		assert_int_equal(spi[i].enabled, i == 34 || i == 40);
	gicd_write(0, GICD_ICENABLER + 4, 1u << 2);
	assert_false(spi[34].enabled);
	assert_true(spi[40].enabled);
	gicr_write(1, 1, SGI + GICD_ISENABLER, ~0u);
	for (unsigned i = 0; i < 32; i++) {
		assert_int_equal(mc[1].ppi[i].enabled, i == 27 || i == 30);
		assert_false(mc[0].ppi[i].enabled);
	}
	gicr_write(1, 1, SGI + GICD_ICENABLER, 1u << 27);
	assert_false(mc[1].ppi[27].enabled);
	assert_true(mc[1].ppi[30].enabled);
	/* Of a vCPU that is off: not at all. */
	m_now = 1;
	vgic_stop_vcpu(&mvcpu[1]);
	assert_false(mc[1].ppi[30].enabled);
	gicr_write(0, 1, SGI + GICD_ISENABLER, ~0u);
	assert_false(mc[1].ppi[30].enabled);
}

/* Four priorities at once, of interrupts that are in a list register, or wait for one. */
static void priorities_of_pending(void **state)
{
	(void)state;
	start();
	m_guest_init();
	gicd_write(0, GICD_ISENABLER + 8, 0x1f);
	gicd_write(0, GICD_ISPENDR + 8, 1);
	m_settle();
	gicd_write(0, GICD_IPRIORITYR + 64, 0x60606060);
	m_settle();
	assert_int_equal(mc[0].lr[0], LR_PENDING | LR_GROUP1 | 0x60ull << LR_PRIORITY_SHIFT | 64);
	gicd_write(0, GICD_ISPENDR + 8, 0x1f);
	m_settle();
	gicd_write(0, GICD_IPRIORITYR + 68, 0x20202020);
	m_settle();
	assert_int_equal(m_ack(0), 68);
}

/* What has a short way takes it: these figures are the point of having them. What is said of an unaligned access is not its business. */
static void quick_ways(void **state)
{
	const uint64_t unaligned = UINT64_C(0x93820047); /* a 32-bit store of x2 */

	(void)state;
	start();
	m_long_ways = 0;
	assert_int_equal(gicd_read(0, GICD_TYPER) & 0x1f, 2);
	assert_int_equal(m_access(0, M_GICR + 0x40000 + GICR_TYPER, 8, false, 0), 2ull << 32 | 2 << 8 | 1 << 4);
	gicd_write(0, GICD_ISENABLER + 4, 0xff);
	gicd_write(0, GICD_ICENABLER + 4, 0x0f);
	gicd_write(0, GICD_IPRIORITYR + 64, 0x80402010);
	assert_int_equal(m_long_ways, 0);
	assert_int_equal(gicd_read(0, GICD_ISENABLER + 4), 0xf0);
	assert_int_equal(gicd_read(0, GICD_IPRIORITYR + 64), 0x80402010);
	m_long_ways = 0;
	for (unsigned by = 1; by < 4; by++) {
		assert_null(mvm.mmio[0].quick(&mvcpu[0], unaligned, GICD_ISENABLER + 4 + by));
		assert_null(mvm.mmio[0].quick(&mvcpu[0], unaligned, GICD_ICENABLER + 4 + by));
		assert_null(mvm.mmio[0].quick(&mvcpu[0], unaligned, GICD_IPRIORITYR + 64 + by));
		assert_null(mvm.mmio[0].quick(&mvcpu[0], unaligned ^ 0x40, GICD_TYPER + by));
		assert_null(mvm.mmio[1].quick(&mvcpu[0], unaligned ^ 0x400040, GICR_TYPER + by));
	}
	assert_int_equal(m_long_ways, 15);
	assert_true(m_unlocked());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identification), cmocka_unit_test(bits_set_and_clear), cmocka_unit_test(outside), cmocka_unit_test(last_word),
		cmocka_unit_test(priorities), cmocka_unit_test(config), cmocka_unit_test(routers), cmocka_unit_test(physical_enable),
		cmocka_unit_test(priorities_of_pending), cmocka_unit_test(quick_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
