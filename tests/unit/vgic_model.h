/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GIC by the book: each interrupt is enabled or not, pending, active; the CPU takes the most urgent one. It knows nothing of list
 * registers, folding or kicks. model_run() does what a string of bytes says to both it and the virtual GIC, and compares what guests see.
 */
#ifndef TESTS_UNIT_VGIC_MODEL_H
#define TESTS_UNIT_VGIC_MODEL_H

#include "tests/unit/vgic_machine.h"

#define MODEL_INTIDS 72

struct model_irq {
	bool enabled, latch, line, active, edge, hw;
	unsigned prio, target;
};

static struct model_irq model_spi[MODEL_INTIDS], model_private[M_CPUS][32];
static unsigned model_stack[M_CPUS][64];

static const struct plan_irq model_irqs[] = {{.intid = 33, .edge = false}, {.intid = 35, .edge = true}, {.intid = 64, .edge = true}, {.intid = 66, .edge = false}};

static struct model_irq *model_irq(unsigned cpu, unsigned intid)
{
	return intid < 32 ? &model_private[cpu][intid] : &model_spi[intid];
}

static bool model_pending(const struct model_irq *i)
{
	return i->latch || (i->line && !i->edge);
}

/* Whether that vCPU would take it now. */
static bool model_takes(unsigned cpu, unsigned intid)
{
	const struct model_irq *i = model_irq(cpu, intid);

	return i->enabled && model_pending(i) && !i->active && (intid < 32 || i->target == cpu) && i->prio < m_running(cpu);
}

static unsigned model_best(unsigned cpu)
{
	unsigned best = 0x100;

	for (unsigned i = 0; i < MODEL_INTIDS; i++)
		if (model_takes(cpu, i) && model_irq(cpu, i)->prio < best)
			best = model_irq(cpu, i)->prio;
	return best;
}

static void model_check_best(void)
{
	for (unsigned c = 0; c < mvm.nr_vcpus; c++) {
		int n = m_best(c);

		assert_int_equal(n < 0 ? 0x100 : mc[c].lr[n] >> LR_PRIORITY_SHIFT & 0xff, model_best(c));
		if (n >= 0)
			assert_true(model_takes(c, LR_VINTID(mc[c].lr[n])));
	}
}

static void model_check_registers(unsigned by)
{
	m_prompt = true;
	for (unsigned word = 1; word <= 2; word++) {
		uint32_t enabled = gicd_read(by, GICD_ISENABLER + 4 * word), pending = gicd_read(by, GICD_ISPENDR + 4 * word),
			 active = gicd_read(by, GICD_ISACTIVER + 4 * word);

		for (unsigned b = 0; b < 32 && word * 32 + b < MODEL_INTIDS; b++) {
			const struct model_irq *i = &model_spi[word * 32 + b];

			assert_int_equal(enabled >> b & 1, i->enabled);
			assert_int_equal(pending >> b & 1, model_pending(i));
			assert_int_equal(active >> b & 1, i->active);
		}
	}
	for (unsigned c = 0; c < mvm.nr_vcpus; c++) {
		uint32_t pending = gicr_read(by, c, SGI + GICD_ISPENDR), active = gicr_read(by, c, SGI + GICD_ISACTIVER);

		for (unsigned b = 0; b < 32; b++) {
			assert_int_equal(pending >> b & 1, model_pending(&model_private[c][b]));
			assert_int_equal(active >> b & 1, model_private[c][b].active);
		}
	}
	m_settle();
	m_prompt = false;
	for (unsigned c = 0; c < mvm.nr_vcpus; c++)
		assert_false(mvcpu[c].vgic->recalled || mvcpu[c].vgic->resync);
	assert_int_equal(mvm.vgic->recalls, 0);
}

static void model_private_reset(unsigned c)
{
	for (unsigned i = 0; i < 32; i++)
		model_private[c][i] = (struct model_irq){.edge = i < 16, .prio = 0xa0, .hw = i == 27, .enabled = i < 16 || i == 27};
	for (unsigned i = 0; i < 32; i += 4)
		gicr_write(c, c, SGI + GICD_IPRIORITYR + i, 0xa0a0a0a0);
	gicr_write(c, c, SGI + GICD_IGROUPR, ~0u);
	gicr_write(c, c, SGI + GICD_ISENABLER, 1u << 27 | 0xffff);
}

static void model_start(unsigned vcpus, unsigned lrs)
{
	m_nr_lrs = lrs;
	m_start(vcpus, 96, model_irqs, ARRAY_SIZE(model_irqs));
	memset(model_spi, 0, sizeof(model_spi));
	gicd_write(0, GICD_CTLR, 3);
	for (unsigned c = 0; c < vcpus; c++)
		model_private_reset(c);
	for (unsigned i = 0; i < ARRAY_SIZE(model_irqs); i++) {
		model_spi[model_irqs[i].intid].hw = true;
		model_spi[model_irqs[i].intid].edge = model_irqs[i].edge;
	}
	/* Half of the others are edge-triggered. */
	gicd_write(0, GICD_ICFGR + 8, 0x88888888);
	gicd_write(0, GICD_ICFGR + 12, 0x88888888);
	gicd_write(0, GICD_ICFGR + 16, 0x88888888);
	for (unsigned i = 32; i < MODEL_INTIDS; i++)
		if (!model_spi[i].hw)
			model_spi[i].edge = i & 1;
	m_settle();
}

static void model_bit(unsigned by, unsigned of, unsigned intid, unsigned reg)
{
	if (intid < 32)
		gicr_write(by, of, SGI + reg, 1u << intid);
	else
		gicd_write(by, reg + intid / 32 * 4, 1u << intid % 32);
}

static void model_stop(unsigned c)
{
	if (mc[c].depth)
		return;
	for (unsigned i = 0; i < 32; i++)
		if (model_private[c][i].active)
			return;
	mc[c].ppi[27].line = false;
	m_now = c;
	vgic_stop_vcpu(&mvcpu[c]);
	m_settle();
	m_run_vcpu(c);
	model_private_reset(c);
}

static void model_take(unsigned c)
{
	unsigned best = model_best(c), intid = m_ack(c);

	if (intid == GIC_NONE) {
		assert_int_equal(best, 0x100);
		return;
	}
	/* m_running has changed already; the comparison before it is model_check_best's. */
	assert_int_equal(model_irq(c, intid)->prio, best);
	model_irq(c, intid)->latch = false;
	model_irq(c, intid)->active = true;
	model_stack[c][mc[c].depth - 1] = intid;
}

static void model_end(unsigned c)
{
	unsigned intid;

	if (!mc[c].depth)
		return;
	intid = model_stack[c][mc[c].depth - 1];
	/* Mostly a handler has quietened its device. */
	if (intid % 3) {
		struct model_irq *i = model_irq(c, intid);

		if (i->hw && !i->edge)
			i->line = m_irq(c, intid)->line = false;
	}
	m_eoi(c, intid);
	model_irq(c, intid)->active = false;
}

/* A device's or timer's signal. */
static void model_signal(unsigned c, unsigned intid, bool level)
{
	struct model_irq *i = model_irq(c, intid);

	if (intid < 32 && intid != 27)
		return;
	if (!i->hw) {
		if (level && !i->line && i->edge)
			i->latch = true;
		i->line = level;
		m_now = c;
		vgic_set_spi_level(&mvm, intid, level);
	} else if (i->edge) {
		/*
		 * A second edge before the first was taken: a GIC alone makes one interrupt of them, one that forwards makes two, because the
		 * first is active physically while it is pending virtually.
		 */
		if (i->latch)
			return;
		i->latch = true;
		m_irq(c, intid)->pend = true;
	} else if (level) {
		i->line = m_irq(c, intid)->line = true;
	}
}

static void model_sgi(unsigned c, unsigned sgi, unsigned list)
{
	for (unsigned i = 0; i < mvm.nr_vcpus; i++)
		if (list >> i & 1)
			model_private[i][sgi].latch = true;
	m_now = c;
	vgic_write_sgir(&mvcpu[c], 0, sgi << 24 | (list & ((1u << mvm.nr_vcpus) - 1)));
}

/* Pending bits of forwarded level interrupts are the device's: a guest's write to them is a latch in the physical GIC, which has one of its own. */
static bool model_latches(const struct model_irq *i)
{
	return !i->hw || i->edge;
}

/* Four bytes a step: what, which vCPU and whose interrupt, which interrupt, a value. */
static void model_step(const uint8_t *d)
{
	unsigned c = (d[1] & 0xf) % mvm.nr_vcpus, of = (d[1] >> 4) % mvm.nr_vcpus, intid = d[2] % MODEL_INTIDS, v = d[3];
	struct model_irq *i;

	if (intid < 32)
		intid = intid < 28 ? intid % 4 : 27;
	i = model_irq(of, intid);
	switch (d[0] % 16) {
	case 0: case 1:
		i->enabled = true;
		model_bit(c, of, intid, GICD_ISENABLER);
		break;
	case 2:
		i->enabled = false;
		model_bit(c, of, intid, GICD_ICENABLER);
		break;
	case 3:
		if (model_latches(i) && !(i->hw && i->latch)) {
			i->latch = true;
			model_bit(c, of, intid, GICD_ISPENDR);
		}
		break;
	case 4:
		if (model_latches(i)) {
			i->latch = false;
			model_bit(c, of, intid, GICD_ICPENDR);
		}
		break;
	case 5:
		/* Of an active one it changes the running priority on some implementations: not done. */
		if (!i->active) {
			i->prio = v & 0xf8;
			m_access(c, intid < 32 ? M_GICR + of * 0x20000 + SGI + GICD_IPRIORITYR + intid : M_GICD + GICD_IPRIORITYR + intid, 1, true, v);
		}
		break;
	case 6:
		if (intid >= 32) {
			i->target = of;
			m_target(c, intid, of);
		}
		break;
	case 7: case 8:
		model_signal(of, intid, v & 1);
		break;
	case 9:
		model_sgi(c, intid % 4, v);
		break;
	case 10: case 11:
		model_take(c);
		break;
	case 12: case 13:
		model_end(c);
		break;
	case 14:
		if (intid >= 32)
			gicd_write(c, GICD_IGROUPR + intid / 32 * 4, v * 0x01010101u);
		else
			gicr_write(c, of, SGI + GICD_IGROUPR, v * 0x01010101u);
		break;
	case 15:
		if (v & 0x80)
			model_check_registers(c);
		else if (!(v & 0x70))
			model_stop(c);
		break;
	}
	m_settle();
	model_check_best();
}

static void model_run(const uint8_t *data, size_t size)
{
	if (size < 2)
		return;
	model_start(1 + data[0] % 3, 1 + data[1] % 4);
	for (size_t at = 2; at + 4 <= size; at += 4)
		model_step(data + at);
	for (unsigned c = 0; c < mvm.nr_vcpus; c++)
		model_check_registers(c);
}

#endif
