/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's CPUs: what each would be told to take, and what its interface's registers say (IHI 0048, 3.3 and 4.4; without the Security
 * Extensions). A hardware interface is that of vgic_machine.h: both groups on, nothing masked.
 */
#ifndef TESTS_UNIT_VGIC_MODEL_CPU_H
#define TESTS_UNIT_VGIC_MODEL_CPU_H

#include "tests/unit/vgic_machine.h"

#define MODEL_INTIDS 72

struct model_irq {
	bool enabled, latch, line, active, edge, hw, group, sgi_v2;
	unsigned prio, target;
	uint8_t sources; /* sgi_v2: from whom it is pending */
	uint8_t targets; /* GICv2 */
};

struct model_cpu {
	unsigned ctlr, pmr, bpr, abpr;
	bool active[32];      /* group priorities / 8 */
	unsigned stack[64];   /* what was taken and not ended: IDs as IAR gave them */
	unsigned depth;
	unsigned dropped[64]; /* ended, not yet deactivated (EOImode 1) */
	unsigned nr_dropped;
};

static struct model_irq model_spi[MODEL_INTIDS], model_private[M_CPUS][32];
static struct model_cpu model_cpus[M_CPUS];
static bool model_split; /* EOImode 1 */

static struct model_irq *model_irq(unsigned cpu, unsigned intid)
{
	return intid < 32 ? &model_private[cpu][intid] : &model_spi[intid];
}

static bool model_pending(const struct model_irq *i)
{
	return i->sgi_v2 ? i->sources : i->latch || (i->line && !i->edge);
}

static bool model_software(void)
{
	return m_gic == PLAN_GIC_V2_SOFTWARE;
}

static bool model_busy(unsigned c)
{
	return model_cpus[c].depth || model_cpus[c].nr_dropped;
}

static void model_cpu_reset(unsigned c)
{
	mc[c].split = model_split;
	model_cpus[c] = (struct model_cpu){.ctlr = model_split ? 0x207 : 7, .pmr = 0xf8, .bpr = 2, .abpr = 3};
	if (!model_software())
		return;
	gicc_write(c, GICC_PMR, 0xf8);
	gicc_write(c, GICC_CTLR, model_cpus[c].ctlr);
}

/* ---- Which is next ---- */

static bool model_offered(unsigned c, unsigned intid)
{
	const struct model_irq *i = model_irq(c, intid);

	return i->enabled && model_pending(i) && !i->active && (intid < 32 || i->target == c) &&
	       (!model_software() || model_cpus[c].ctlr >> i->group & 1);
}

static unsigned model_best(unsigned c)
{
	unsigned best = 0x100;

	for (unsigned i = 0; i < MODEL_INTIDS; i++)
		if (model_offered(c, i) && model_irq(c, i)->prio < best)
			best = model_irq(c, i)->prio;
	return best;
}

static unsigned model_running(unsigned c)
{
	if (!model_software())
		return m_running(c);
	for (unsigned p = 0; p < 32; p++)
		if (model_cpus[c].active[p])
			return 8 * p;
	return 0xff;
}

/* Bits of a group-1 priority below ABPR are subpriority, of a group-0 one up to and with BPR, which may be for both. */
static unsigned model_group_priority(unsigned c, const struct model_irq *i)
{
	const struct model_cpu *m = &model_cpus[c];
	unsigned sub = i->group && !(m->ctlr & GICC_CTLR_CBPR) ? m->abpr : m->bpr + 1;

	return i->prio >> sub << sub;
}

static bool model_sufficient(unsigned c, const struct model_irq *i)
{
	if (!model_software())
		return i->prio < m_running(c);
	return i->prio < model_cpus[c].pmr && model_group_priority(c, i) < model_running(c);
}

/* Whether `id` is a right answer to a read of (A)IAR or (A)HPPIR if that interrupt is the chosen one of the most urgent. */
static bool model_answers(unsigned c, unsigned intid, bool alias, unsigned id)
{
	const struct model_irq *i = model_irq(c, intid);

	if (i->group != alias && (!i->group || !(model_cpus[c].ctlr & GICC_CTLR_ACKCTL)))
		return id == (alias ? 1023u : 1022u);
	if ((id & 0x3ff) != intid)
		return false;
	return i->sgi_v2 ? i->sources >> (id >> 10 & 7) & 1 : id >> 10 == 0;
}

/* hppi: whatever runs or is masked. */
static void model_check_answer(unsigned c, bool alias, bool hppi, unsigned id)
{
	unsigned best = model_best(c);
	bool right = best == 0x100 && id == 1023;

	for (unsigned i = 0; i < MODEL_INTIDS; i++) {
		if (!model_offered(c, i) || model_irq(c, i)->prio != best)
			continue;
		right |= hppi || model_sufficient(c, model_irq(c, i)) ? model_answers(c, i, alias, id) : id == 1023;
	}
	assert_true(right);
}

static void model_check_lines(unsigned c)
{
	unsigned best = model_best(c);
	bool right = best == 0x100 && !mc[c].irq && !mc[c].fiq;

	for (unsigned i = 0; i < MODEL_INTIDS; i++) {
		const struct model_irq *irq = model_irq(c, i);
		bool up, fiq;

		if (!model_offered(c, i) || irq->prio != best)
			continue;
		up = model_sufficient(c, irq);
		fiq = !irq->group && model_cpus[c].ctlr & GICC_CTLR_FIQEN;
		right |= mc[c].irq == (up && !fiq) && mc[c].fiq == (up && fiq);
	}
	assert_true(right);
}

static void model_check_cpu(unsigned c)
{
	if (model_software()) {
		model_check_lines(c);
		model_check_answer(c, false, true, gicc_read(c, GICC_HPPIR));
		model_check_answer(c, true, true, gicc_read(c, GICC_AHPPIR));
		assert_int_equal(gicc_read(c, GICC_RPR), model_running(c));
	} else {
		int n = m_best(c);
		unsigned best = model_best(c);

		assert_int_equal(n < 0 ? 0x100 : mc[c].lr[n] >> LR_PRIORITY_SHIFT & 0xff, best < m_running(c) ? best : 0x100);
		if (n >= 0)
			assert_true(model_offered(c, LR_VINTID(mc[c].lr[n])));
	}
}

/* ---- What a guest does ---- */

static void model_take(unsigned c, unsigned v)
{
	struct model_cpu *m = &model_cpus[c];
	bool alias = model_software() && v & 1;
	unsigned best = model_best(c), running = model_running(c), id;
	struct model_irq *i;

	if (m->depth == ARRAY_SIZE(m->stack) || m->nr_dropped == ARRAY_SIZE(m->dropped))
		return;
	id = model_software() ? gicc_read(c, alias ? GICC_AIAR : GICC_IAR) : m_ack(c);
	if (model_software())
		model_check_answer(c, alias, false, id);
	else if (id == 1023)
		assert_true(best >= running);
	if ((id & 0x3ff) >= 1020)
		return;
	i = model_irq(c, id & 0x3ff);
	/* Before anything of it changes: it was the most urgent. */
	assert_true(model_offered(c, id & 0x3ff) && i->prio == best);
	i->latch = false;
	if (i->sgi_v2) {
		assert_true(i->sources >> (id >> 10) & 1);
		i->sources &= (uint8_t)~(1u << (id >> 10));
	} else {
		assert_int_equal(id >> 10, 0);
	}
	i->active = true;
	m->active[model_group_priority(c, i) / 8] = true;
	m->stack[m->depth++] = id;
}

static void model_deactivate(unsigned c, unsigned intid)
{
	struct model_irq *i = model_irq(c, intid);

	/* Mostly a handler has quietened its device. */
	if (intid % 3 && i->hw && !i->edge)
		i->line = m_irq(c, intid)->line = false;
	i->active = false;
}

static void model_end(unsigned c, unsigned v)
{
	struct model_cpu *m = &model_cpus[c];
	unsigned id;

	if (model_split && m->nr_dropped && (v & 1 || !m->depth)) {
		unsigned n = v / 2 % m->nr_dropped;

		id = m->dropped[n];
		m->dropped[n] = m->dropped[--m->nr_dropped];
		/* An SGI of somebody else's is another interrupt. */
		if ((id & 0x3ff) < 16 && m_gic != PLAN_GIC_V3)
			m_dir(c, id ^ 1 << 10);
		model_deactivate(c, id & 0x3ff);
		/* A GICv3's SPI by any CPU. */
		m_dir(m_gic == PLAN_GIC_V3 && id >= 32 ? v / 2 % mvm.nr_vcpus : c, id);
		return;
	}
	if (!m->depth)
		return;
	id = m->stack[--m->depth];
	if (model_split)
		m->dropped[m->nr_dropped++] = id;
	else
		model_deactivate(c, id & 0x3ff);
	if (!model_software()) {
		m_eoi(c, id);
		return;
	}
	m->active[model_running(c) / 8] = false;
	/* Ends nothing. */
	gicc_write(c, GICC_EOIR, 1022 + (v & 1));
	gicc_write(c, v & 2 ? GICC_AEOIR : GICC_EOIR, id);
}

static void model_cpu_write(unsigned c, unsigned what, unsigned v)
{
	struct model_cpu *m = &model_cpus[c];

	if (!model_software())
		return;
	switch (what % 4) {
	case 0:
		m->pmr = v & 1 ? 0xf8 : v & 0xf8;
		gicc_write(c, GICC_PMR, v & 1 ? 0xff : v);
		break;
	case 1:
		m->bpr = (v & 7) < 2 ? 2 : v & 7;
		gicc_write(c, GICC_BPR, v & 7);
		break;
	case 2:
		m->abpr = (v & 7) < 3 ? 3 : v & 7;
		gicc_write(c, GICC_ABPR, v & 7);
		break;
	case 3:
		m->ctlr = (v & 0x40 ? 7 : v & 0x1f) | (model_split ? GICC_CTLR_EOIMODE : 0);
		gicc_write(c, GICC_CTLR, m->ctlr);
		break;
	}
}

#endif
