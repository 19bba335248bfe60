/* SPDX-License-Identifier: Apache-2.0 */
/* A CPU interface in software, register by register, against IHI 0048, 3 and 4.4 (a virtual one: no Security Extensions, 5 priority bits). */
#include "tests/unit/vgic_machine.h"

static const struct plan_irq irqs[] = {{.intid = 34, .edge = false}, {.intid = 40, .edge = true}};

#define CTLR_BOTH (GICC_CTLR_GRP0 | GICC_CTLR_GRP1)
#define ROUTINE 0x80 /* priority of what prepare() makes pending */

static unsigned read_reg(unsigned offset)
{
	return gicc_read(0, offset);
}

static void write_reg(unsigned offset, unsigned v)
{
	gicc_write(0, offset, v);
}

/* All in group 1, enabled, for vCPU 0. */
static void start(unsigned lrs)
{
	m_gic = PLAN_GIC_V2_SOFTWARE;
	m_nr_lrs = lrs;
	m_start(2, 96, irqs, ARRAY_SIZE(irqs));
	m_guest_init();
	gicd_write(0, GICD_ICFGR + 12, ~0u);
	gicd_write(0, GICD_ISENABLER + 4, ~0u);
	write_reg(GICC_PMR, 0xf8);
	write_reg(GICC_CTLR, CTLR_BOTH | GICC_CTLR_ACKCTL);
}

static void raise_at(unsigned intid, unsigned priority)
{
	m_priority(0, intid, priority);
	gicd_write(0, GICD_ISPENDR + 4, 1u << intid % 32);
}

static void set_group(unsigned intid, bool group1)
{
	uint32_t v = gicd_read(0, GICD_IGROUPR + 4);

	gicd_write(0, GICD_IGROUPR + 4, group1 ? v | 1u << intid % 32 : v & ~(1u << intid % 32));
}

static void lines(bool irq, bool fiq)
{
	assert_int_equal(mc[0].irq, irq);
	assert_int_equal(mc[0].fiq, fiq);
}

static void after_reset(void **state)
{
	(void)state;
	m_gic = PLAN_GIC_V2_SOFTWARE;
	m_nr_lrs = 4;
	m_start(1, 64, NULL, 0);
	assert_int_equal(read_reg(GICC_CTLR) | read_reg(GICC_PMR) | read_reg(GICC_APR) | read_reg(GICC_NSAPR), 0);
	assert_int_equal(read_reg(GICC_BPR), 2);
	assert_int_equal(read_reg(GICC_ABPR), 3);
	assert_int_equal(read_reg(GICC_RPR), 0xff);
	assert_int_equal(read_reg(GICC_IAR), 1023);
	assert_int_equal(read_reg(GICC_AIAR), 1023);
	assert_int_equal(read_reg(GICC_HPPIR), 1023);
	assert_int_equal(read_reg(GICC_AHPPIR), 1023);
	/* As Linux tells a GICv2. */
	assert_int_equal(read_reg(GICC_IIDR) & 0xff0fff, 0x02043b);
	assert_int_equal(read_reg(GICC_EOIR) | read_reg(GICC_AEOIR) | read_reg(GICC_DIR), 0);
	lines(false, false);
	assert_int_equal(m_logs, 0);
}

static void fields(void **state)
{
	static const struct { unsigned offset, bits, least; } regs[] = {
		{GICC_CTLR, 0x21f, 0}, {GICC_PMR, 0xf8, 0}, {GICC_BPR, 7, 2}, {GICC_ABPR, 7, 3}, {GICC_APR, ~0u, 0}, {GICC_APR + 4, 0, 0}, {GICC_NSAPR, 0, 0},
	};

	(void)state;
	start(4);
	for (unsigned i = 0; i < ARRAY_SIZE(regs); i++) {
		write_reg(regs[i].offset, ~0u);
		assert_int_equal(read_reg(regs[i].offset), regs[i].bits);
		write_reg(regs[i].offset, 0);
		assert_int_equal(read_reg(regs[i].offset), regs[i].least);
		/* The other vCPU has its own. */
		assert_int_not_equal(gicc_read(1, GICC_PMR), 0);
	}
	write_reg(GICC_IIDR, 0);
	write_reg(GICC_RPR, 0);
	write_reg(GICC_HPPIR, 0);
	write_reg(GICC_IAR, 0);
	assert_int_equal(read_reg(GICC_RPR), 0xff);
	assert_int_equal(m_logs, 0);
}

static void unknown(void **state)
{
	static const struct { unsigned offset, size; } bad[] = {{GICC_CTLR, 1}, {GICC_IAR, 2}, {GICC_IAR, 8}, {0x40, 4}, {0xf4, 4}, {0x1004, 4}, {0x1ffc, 4}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		start(4);
		raise_at(50, ROUTINE);
		m_logs = 0;
		m_access(0, M_GICC + bad[i].offset, bad[i].size, true, ~0ull);
		assert_int_equal(m_access(0, M_GICC + bad[i].offset, bad[i].size, false, ~0ull), 0);
		assert_int_equal(m_logs, 1);
		assert_int_equal(read_reg(GICC_CTLR), 7);
		assert_int_equal(read_reg(GICC_IAR), 50);
	}
}

static void take_and_end(void **state)
{
	(void)state;
	start(4);
	lines(false, false);
	raise_at(50, ROUTINE);
	lines(true, false);
	assert_int_equal(read_reg(GICC_HPPIR), 50);
	lines(true, false);
	assert_int_equal(read_reg(GICC_IAR), 50);
	lines(false, false);
	assert_int_equal(read_reg(GICC_RPR), ROUTINE);
	assert_int_equal(read_reg(GICC_APR), 1u << ROUTINE / 8);
	assert_int_equal(read_reg(GICC_HPPIR), 1023);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 1u << 50 % 32);
	assert_int_equal(read_reg(GICC_IAR), 1023);
	write_reg(GICC_EOIR, 1023);
	write_reg(GICC_EOIR, 1022);
	assert_int_equal(read_reg(GICC_RPR), ROUTINE);
	write_reg(GICC_EOIR, 50);
	assert_int_equal(read_reg(GICC_RPR), 0xff);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 0);
	/* Ended once more: nothing. */
	write_reg(GICC_EOIR, 50);
	assert_int_equal(read_reg(GICC_RPR), 0xff);
	lines(false, false);
}

static void masked(void **state)
{
	(void)state;
	start(4);
	raise_at(50, ROUTINE);
	write_reg(GICC_PMR, ROUTINE);
	lines(false, false);
	assert_int_equal(read_reg(GICC_IAR), 1023);
	/* HPPIR asks for no sufficient priority. */
	assert_int_equal(read_reg(GICC_HPPIR), 50);
	write_reg(GICC_PMR, ROUTINE + 8);
	lines(true, false);
	write_reg(GICC_PMR, 0);
	lines(false, false);
	write_reg(GICC_PMR, 0xf8);
	/* The lowest priority is that of PMR's highest value: never signalled. */
	gicd_write(0, GICD_ICPENDR + 4, ~0u);
	raise_at(51, 0xf8);
	lines(false, false);
	m_priority(0, 51, 0xf0);
	lines(true, false);
}

/* The group priority decides who preempts; all eight of BPR and ABPR. */
static void preemption(void **state)
{
	(void)state;
	for (unsigned bpr = 0; bpr < 8; bpr++) {
		for (unsigned group = 0; group < 2; group++) {
			for (unsigned shared = 0; shared < 2; shared++) {
				/* Bits of subpriority: of a priority's low bits, BPR names the highest. */
				unsigned least = group && !shared ? 3 : 2, value = bpr < least ? least : bpr, sub = group && !shared ? value - 1 : value;
				unsigned running = 0x80, mask = 0xff << (sub + 1) & 0xff;

				for (unsigned p = 0x40; p < 0x90; p += 8) {
					start(4);
					write_reg(GICC_CTLR, CTLR_BOTH | GICC_CTLR_ACKCTL | (shared ? GICC_CTLR_CBPR : 0));
					write_reg(group && !shared ? GICC_ABPR : GICC_BPR, bpr);
					set_group(50, group);
					set_group(51, group);
					raise_at(50, running);
					assert_int_equal(read_reg(GICC_IAR), 50);
					assert_int_equal(read_reg(GICC_RPR), running & mask);
					raise_at(51, p);
					lines((p & mask) < (running & mask), false);
					assert_int_equal(read_reg(GICC_IAR), (p & mask) < (running & mask) ? 51 : 1023);
				}
			}
		}
	}
}

/* Nested: the running priority is that of the innermost; each end takes off one. */
static void nested(void **state)
{
	(void)state;
	start(16);
	for (unsigned i = 0; i < 10; i++) {
		raise_at(50 + i, 0xf0 - 8 * i);
		assert_int_equal(read_reg(GICC_IAR), 50 + i);
		assert_int_equal(read_reg(GICC_RPR), 0xf0 - 8 * i);
	}
	for (unsigned i = 10; i-- > 0;) {
		assert_int_equal(read_reg(GICC_RPR), 0xf0 - 8 * i);
		write_reg(GICC_EOIR, 50 + i);
	}
	assert_int_equal(read_reg(GICC_APR), 0);
}

/* More active and more pending than list registers. */
static void overflow(void **state)
{
	(void)state;
	for (unsigned lrs = 1; lrs <= 4; lrs++) {
		start(lrs);
		for (unsigned i = 0; i < 10; i++)
			raise_at(41 + i, 0x90 - 8 * i);
		for (unsigned i = 10; i-- > 0;) {
			assert_int_equal(read_reg(GICC_HPPIR), 41 + i);
			assert_int_equal(read_reg(GICC_IAR), 41 + i);
			write_reg(GICC_EOIR, 41 + i);
		}
		assert_int_equal(read_reg(GICC_IAR), 1023);
		for (unsigned i = 0; i < 10; i++) {
			raise_at(41 + i, 0x90 - 8 * i);
			assert_int_equal(read_reg(GICC_IAR), 41 + i);
		}
		assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 0x3ff << 9);
		for (unsigned i = 10; i-- > 0;) {
			write_reg(GICC_EOIR, 41 + i);
			assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), ((1u << i) - 1) << 9);
		}
		assert_int_equal(mvcpu[0].vgic->v2->swif.ended, 0);
		assert_int_equal(mvcpu[0].vgic->v2->swif.maint, 0);
	}
}

/* ---- Groups ---- */

/* With AckCtl = 0 the group-1 half answers by the aliases, and group 0 never does (IHI 0048, 3.5). */
static void groups(void **state)
{
	(void)state;
	for (unsigned ackctl = 0; ackctl < 2; ackctl++) {
		start(4);
		write_reg(GICC_CTLR, CTLR_BOTH | (ackctl ? GICC_CTLR_ACKCTL : 0));
		raise_at(50, ROUTINE);
		assert_int_equal(read_reg(GICC_HPPIR), ackctl ? 50 : 1022);
		assert_int_equal(read_reg(GICC_AHPPIR), 50);
		if (!ackctl) {
			assert_int_equal(read_reg(GICC_IAR), 1022);
			lines(true, false);
		}
		assert_int_equal(read_reg(ackctl ? GICC_IAR : GICC_AIAR), 50);
		write_reg(ackctl ? GICC_EOIR : GICC_AEOIR, 50);
		assert_int_equal(read_reg(GICC_RPR), 0xff);

		set_group(50, false);
		raise_at(50, ROUTINE);
		assert_int_equal(read_reg(GICC_AHPPIR), 1023);
		assert_int_equal(read_reg(GICC_AIAR), 1023);
		assert_int_equal(read_reg(GICC_HPPIR), 50);
		assert_int_equal(read_reg(GICC_IAR), 50);
		write_reg(GICC_EOIR, 50);
		assert_int_equal(read_reg(GICC_RPR), 0xff);
		/* Not signalled: 1023, not 1022. */
		set_group(50, true);
		write_reg(GICC_PMR, 0);
		raise_at(50, ROUTINE);
		assert_int_equal(read_reg(GICC_IAR), 1023);
	}
}

static void group_enables(void **state)
{
	(void)state;
	for (unsigned lrs = 1; lrs < 4; lrs++) {
		start(lrs);
		set_group(50, false);
		raise_at(50, 0x40);
		raise_at(51, 0x50);
		write_reg(GICC_CTLR, GICC_CTLR_GRP1 | GICC_CTLR_ACKCTL);
		assert_int_equal(read_reg(GICC_HPPIR), 51);
		write_reg(GICC_CTLR, GICC_CTLR_GRP0 | GICC_CTLR_ACKCTL);
		assert_int_equal(read_reg(GICC_HPPIR), 50);
		lines(true, false);
		write_reg(GICC_CTLR, GICC_CTLR_ACKCTL);
		lines(false, false);
		assert_int_equal(read_reg(GICC_IAR), 1023);
		write_reg(GICC_CTLR, CTLR_BOTH | GICC_CTLR_ACKCTL);
		assert_int_equal(read_reg(GICC_IAR), 50);
		/* The distributor's enables are a matter of its own. */
		gicd_write(0, GICD_CTLR, 1);
		write_reg(GICC_EOIR, 50);
		assert_int_equal(read_reg(GICC_IAR), 1023);
		gicd_write(0, GICD_CTLR, 2);
		assert_int_equal(read_reg(GICC_IAR), 51);
	}
}

/* Group 0 as FIQ: one line at a time, that of the most urgent. */
static void fiq(void **state)
{
	(void)state;
	start(4);
	write_reg(GICC_CTLR, CTLR_BOTH | GICC_CTLR_FIQEN | GICC_CTLR_ACKCTL);
	set_group(50, false);
	raise_at(50, 0x40);
	lines(false, true);
	raise_at(51, 0x30);
	lines(true, false);
	assert_int_equal(read_reg(GICC_IAR), 51);
	lines(false, false);
	write_reg(GICC_EOIR, 51);
	lines(false, true);
	write_reg(GICC_CTLR, CTLR_BOTH | GICC_CTLR_ACKCTL);
	lines(true, false);
}

/* ---- Ends ---- */

static void split(void **state)
{
	(void)state;
	start(4);
	/* With EOImode 0 DIR does nothing. */
	raise_at(50, ROUTINE);
	assert_int_equal(read_reg(GICC_IAR), 50);
	write_reg(GICC_DIR, 50);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 1u << 18);
	write_reg(GICC_EOIR, 50);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 0);

	write_reg(GICC_CTLR, CTLR_BOTH | GICC_CTLR_ACKCTL | GICC_CTLR_EOIMODE);
	raise_at(50, ROUTINE);
	assert_int_equal(read_reg(GICC_IAR), 50);
	write_reg(GICC_EOIR, 50);
	assert_int_equal(read_reg(GICC_RPR), 0xff);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 1u << 18);
	/* Active, it does not come again; another does. */
	raise_at(50, ROUTINE);
	raise_at(51, ROUTINE + 8);
	assert_int_equal(read_reg(GICC_IAR), 51);
	write_reg(GICC_DIR, 1023);
	write_reg(GICC_DIR, 50);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 1u << 19);
	lines(true, false);
	write_reg(GICC_EOIR, 51);
	write_reg(GICC_DIR, 51);
	assert_int_equal(read_reg(GICC_IAR), 50);
}

/* Split, and more active than list registers: deactivated by name, in any order. */
static void split_overflow(void **state)
{
	(void)state;
	for (unsigned lrs = 1; lrs <= 4; lrs++) {
		uint32_t active = 0;

		start(lrs);
		write_reg(GICC_CTLR, CTLR_BOTH | GICC_CTLR_ACKCTL | GICC_CTLR_EOIMODE);
		for (unsigned i = 0; i < 10; i++) {
			raise_at(41 + i, ROUTINE);
			assert_int_equal(read_reg(GICC_IAR), 41 + i);
			write_reg(GICC_EOIR, 41 + i);
			active |= 1u << (9 + i);
		}
		for (unsigned i = 0; i < 10; i++) {
			unsigned n = i * 7 % 10;

			assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), active);
			write_reg(GICC_DIR, 41 + n);
			active &= ~(1u << (9 + n));
		}
		assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 0);
	}
}

/* An SGI is ended by its INTID and its source, listed or not. */
static void sgi_source(void **state)
{
	(void)state;
	for (unsigned lrs = 1; lrs <= 4; lrs++) {
		start(lrs);
		write_reg(GICC_CTLR, CTLR_BOTH | GICC_CTLR_ACKCTL | GICC_CTLR_EOIMODE);
		gicd_write(1, GICD_SGIR, 1 << 16 | 5);
		m_settle();
		assert_int_equal(read_reg(GICC_HPPIR), 1 << 10 | 5);
		assert_int_equal(read_reg(GICC_IAR), 1 << 10 | 5);
		write_reg(GICC_EOIR, 1 << 10 | 5);
		/* With one list register this one throws the SGI out of it. */
		raise_at(50, 0x40);
		assert_int_equal(read_reg(GICC_IAR), 50);
		raise_at(51, 0x30);
		write_reg(GICC_DIR, 5);
		assert_int_equal(gicd_read(0, GICD_ISACTIVER), 0x20);
		write_reg(GICC_DIR, 2 << 10 | 5);
		assert_int_equal(gicd_read(0, GICD_ISACTIVER), 0x20);
		write_reg(GICC_DIR, 1 << 10 | 5);
		assert_int_equal(gicd_read(0, GICD_ISACTIVER), 0);
		/* Bits 12:10 mean nothing for others. */
		write_reg(GICC_DIR, 3 << 10 | 50);
		assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 0);
	}
}

/* What a guest acknowledged just now is known when it asks the distributor next. */
static void sources_after_ack(void **state)
{
	(void)state;
	start(4);
	gicd_write(1, GICD_SGIR, 1 << 16 | 5);
	m_settle();
	assert_int_equal(gicd_read(0, GICD_SPENDSGIR + 4), 0x200);
	assert_int_equal(read_reg(GICC_IAR), 1 << 10 | 5);
	assert_int_equal(gicd_read(0, GICD_SPENDSGIR + 4), 0);
}

/* ---- Forwarded interrupts ---- */

static void forwarded(void **state)
{
	(void)state;
	start(4);
	/* A level that is still up when it is ended comes again. */
	spi[34].line = true;
	m_settle();
	assert_true(spi[34].active);
	assert_int_equal(read_reg(GICC_IAR), 34);
	write_reg(GICC_EOIR, 34);
	assert_false(spi[34].active);
	m_settle();
	assert_int_equal(read_reg(GICC_IAR), 34);
	spi[34].line = false;
	write_reg(GICC_EOIR, 34);
	m_settle();
	lines(false, false);
	/* The timer's. */
	mc[0].ppi[27].line = true;
	m_settle();
	assert_int_equal(read_reg(GICC_IAR), 27);
	mc[0].ppi[27].line = false;
	write_reg(GICC_EOIR, 27);
	assert_false(mc[0].ppi[27].active);
	/* The physical one is held until the guest deactivates. */
	write_reg(GICC_CTLR, CTLR_BOTH | GICC_CTLR_ACKCTL | GICC_CTLR_EOIMODE);
	spi[40].pend = true;
	m_settle();
	assert_int_equal(read_reg(GICC_IAR), 40);
	write_reg(GICC_EOIR, 40);
	assert_true(spi[40].active);
	write_reg(GICC_DIR, 40);
	assert_false(spi[40].active);
}

/* The line of an emulated device that is still up when its interrupt is ended. */
static void level_again(void **state)
{
	(void)state;
	start(4);
	gicd_write(0, GICD_ICFGR + 12, 0);
	m_now = 0;
	vgic_set_spi_level(&mvm, 50, true);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(read_reg(GICC_IAR), 50);
		lines(false, false);
		write_reg(GICC_EOIR, 50);
		lines(true, false);
	}
	vgic_set_spi_level(&mvm, 50, false);
	lines(false, false);
	assert_int_equal(read_reg(GICC_IAR), 1023);
}

/* ---- Changes while it is in a list register ---- */

static void changes(void **state)
{
	(void)state;
	start(4);
	raise_at(50, ROUTINE);
	gicd_write(0, GICD_ICENABLER + 4, 1u << 18);
	lines(false, false);
	gicd_write(1, GICD_ISENABLER + 4, 1u << 18);
	m_settle();
	lines(true, false);
	gicd_write(1, GICD_ICPENDR + 4, 1u << 18);
	m_settle();
	lines(false, false);
	raise_at(50, ROUTINE);
	m_target(1, 50, 2);
	m_settle();
	lines(false, false);
	assert_true(mc[1].irq);
	assert_int_equal(gicc_read(1, GICC_IAR), 50);
	m_target(0, 50, 1);
	m_settle();
	m_prompt = true;
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 1u << 18);
	gicc_write(1, GICC_EOIR, 50);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 0);
}

/* A vCPU that goes off has no line up, and nothing of it is left when it comes again. */
static void off_and_on(void **state)
{
	(void)state;
	start(4);
	raise_at(50, ROUTINE);
	raise_at(51, 0x40);
	assert_int_equal(read_reg(GICC_IAR), 51);
	raise_at(52, 0x30);
	lines(true, false);
	m_now = 0;
	assert_true(vgic_vcpu_has_pending(&mvcpu[0]));
	vgic_stop_vcpu(&mvcpu[0]);
	lines(false, false);
	assert_false(vgic_vcpu_has_pending(&mvcpu[0]));
	m_settle();
	lines(false, false);
	m_run_vcpu(0);
	assert_int_equal(read_reg(GICC_APR) | read_reg(GICC_CTLR) | read_reg(GICC_PMR), 0);
	assert_true(vgic_vcpu_has_pending(&mvcpu[0]));
	lines(false, false);
}

/* The timer's interrupt goes into a list register with nothing but its image: whatever says otherwise takes that away. */
static void direct_timer(void **state)
{
	(void)state;
	start(4);
	assert_int_equal(mvcpu[0].vgic->direct[27], 0); /* not for the machine's list registers */
	assert_int_equal(LR_VINTID(mvcpu[0].vgic->v2->direct[27]), 27);
	assert_true(vgic_swif_forward(&mvcpu[0], 27));
	lines(true, false);
	/* The list registers are in use; or something waits; or it is none of these. */
	assert_false(vgic_swif_forward(&mvcpu[0], 30));
	mc[0].ppi[27].active = true;
	m_eoi(0, m_ack(0));
	assert_false(mc[0].ppi[27].active);
	assert_false(vgic_swif_forward(&mvcpu[0], 3));
	assert_false(vgic_swif_forward(&mvcpu[0], 34));
	gicd_write(0, GICD_ICENABLER, 1u << 27);
	assert_false(vgic_swif_forward(&mvcpu[0], 27));
	/* Of a group that the CPU interface has off it is listed, and waits. */
	gicd_write(0, GICD_ISENABLER, 1u << 27);
	write_reg(GICC_CTLR, GICC_CTLR_GRP0);
	assert_true(vgic_swif_forward(&mvcpu[0], 27));
	lines(false, false);
	write_reg(GICC_CTLR, GICC_CTLR_GRP0 | GICC_CTLR_GRP1 | GICC_CTLR_ACKCTL);
	lines(true, false);
}

/* What is pending, or is another one, is not ended. */
static void wrong_ends(void **state)
{
	(void)state;
	start(4);
	gicd_write(0, GICD_ISENABLER + 4, 1u << 18);
	gicd_write(0, GICD_ISPENDR + 4, 1u << 18);
	m_settle();
	write_reg(GICC_EOIR, 50);
	lines(true, false);
	assert_int_equal(m_ack(0), 50);
	lines(false, false);
	write_reg(GICC_EOIR, 51);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 1u << 18);
	write_reg(GICC_EOIR, 50);
	assert_int_equal(gicd_read(0, GICD_ISACTIVER + 4), 0);
	/* Nothing is there at all. */
	write_reg(GICC_EOIR, 50);
	assert_int_equal(read_reg(GICC_IAR), GIC_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_ends), cmocka_unit_test(direct_timer), cmocka_unit_test(after_reset), cmocka_unit_test(fields), cmocka_unit_test(unknown), cmocka_unit_test(take_and_end),
		cmocka_unit_test(masked), cmocka_unit_test(preemption), cmocka_unit_test(nested), cmocka_unit_test(overflow),
		cmocka_unit_test(groups), cmocka_unit_test(group_enables), cmocka_unit_test(fiq), cmocka_unit_test(split),
		cmocka_unit_test(split_overflow), cmocka_unit_test(sgi_source), cmocka_unit_test(sources_after_ack), cmocka_unit_test(forwarded),
		cmocka_unit_test(level_again), cmocka_unit_test(changes), cmocka_unit_test(off_and_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
