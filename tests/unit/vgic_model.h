/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GIC by the book: each interrupt is enabled or not, pending, active; the CPU takes the most urgent one. It knows nothing of list
 * registers, folding or kicks. model_run() does what a string of bytes says to both it and the virtual GIC, and compares what guests see: of
 * a GICv3, of a GICv2 whose CPU interface is hardware, and of one whose CPU interface is software, registers and all (vgic_model_cpu.h).
 */
#ifndef TESTS_UNIT_VGIC_MODEL_H
#define TESTS_UNIT_VGIC_MODEL_H

#include "tests/unit/vgic_model_cpu.h"

static const struct plan_irq model_irqs[] = {{.intid = 33, .edge = false}, {.intid = 35, .edge = true}, {.intid = 64, .edge = true}, {.intid = 66, .edge = false}};

/* Of several targets the virtual GIC chooses: one that is asked for and on, if there is one. */
static void model_learn_targets(void)
{
	uint32_t on = 0;

	for (unsigned c = 0; c < mvm.nr_vcpus; c++)
		on |= mvcpu[c].vgic->on ? 1u << c : 0;
	for (unsigned i = 32; i < MODEL_INTIDS && m_gic != PLAN_GIC_V3 && mvm.nr_vcpus > 1; i++) {
		struct model_irq *irq = &model_spi[i];

		irq->target = mvm.vgic->spi[i / 32 - 1].target[i % 32];
		if (!irq->targets)
			assert_int_equal(irq->target, VGIC_NO_VCPU);
		else
			assert_true((irq->targets & on ? irq->targets & on : irq->targets) >> irq->target & 1);
	}
}

static void model_check_private(unsigned by, unsigned c)
{
	uint32_t pending = m_private_read(by, c, GICD_ISPENDR), active = m_private_read(by, c, GICD_ISACTIVER);

	for (unsigned b = 0; b < 32; b++) {
		/* The timer of a vCPU that is not loaded is off, and so is its line. */
		if (!model_private[c][b].line || !mvcpu[c].vgic->on || mvcpu[c].vgic->loaded)
			assert_int_equal(pending >> b & 1, model_pending(&model_private[c][b]));
		assert_int_equal(active >> b & 1, model_private[c][b].active);
	}
	for (unsigned sgi = 0; sgi < 4 && m_gic != PLAN_GIC_V3; sgi++)
		assert_int_equal(m_access(c, M_GICD + (sgi & 1 ? GICD_CPENDSGIR : GICD_SPENDSGIR) + sgi, 1, false, 0), model_private[c][sgi].sources);
}

static void model_check_registers(unsigned by)
{
	m_prompt = true;
	for (unsigned word = 1; word <= 2; word++) {
		uint32_t enabled = gicd_read(by, GICD_ISENABLER + 4 * word), pending = gicd_read(by, GICD_ISPENDR + 4 * word),
			 active = gicd_read(by, GICD_ISACTIVER + 4 * word), group = gicd_read(by, GICD_IGROUPR + 4 * word);

		for (unsigned b = 0; b < 32 && word * 32 + b < MODEL_INTIDS; b++) {
			const struct model_irq *i = &model_spi[word * 32 + b];

			assert_int_equal(enabled >> b & 1, i->enabled);
			assert_int_equal(pending >> b & 1, model_pending(i));
			assert_int_equal(active >> b & 1, i->active);
			assert_int_equal(group >> b & 1, i->group);
			if (m_gic != PLAN_GIC_V3)
				assert_int_equal(m_access(by, M_GICD + GICD_ITARGETSR + word * 32 + b, 1, false, 0), i->targets);
		}
	}
	for (unsigned c = 0; c < mvm.nr_vcpus; c++)
		model_check_private(by, c);
	m_settle();
	m_prompt = false;
	for (unsigned c = 0; c < mvm.nr_vcpus; c++)
		assert_false(mvcpu[c].vgic->recalled || mvcpu[c].vgic->resync);
	assert_int_equal(mvm.vgic->recalls, 0);
}

static void model_private_reset(unsigned c)
{
	for (unsigned i = 0; i < 32; i++)
		model_private[c][i] = (struct model_irq){.edge = i < 16, .prio = 0xa0, .hw = i == 27, .enabled = i < 16 || i == 27, .group = true,
							 .sgi_v2 = i < 16 && m_gic != PLAN_GIC_V3};
	for (unsigned i = 0; i < 32; i += 4)
		m_private_write(c, c, GICD_IPRIORITYR + i, 0xa0a0a0a0);
	m_private_write(c, c, GICD_IGROUPR, ~0u);
	m_private_write(c, c, GICD_ISENABLER, 1u << 27 | 0xffff);
	model_cpu_reset(c);
}

static void model_start(unsigned vcpus, unsigned lrs, enum plan_gic gic, bool split)
{
	m_nr_lrs = lrs;
	m_gic = gic;
	model_split = split;
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
	model_learn_targets();
}

static void model_bit(unsigned by, unsigned of, unsigned intid, unsigned reg)
{
	if (intid < 32)
		m_private_write(by, of, reg, 1u << intid);
	else
		gicd_write(by, reg + intid / 32 * 4, 1u << intid % 32);
}

static void model_stop(unsigned c)
{
	if (model_busy(c))
		return;
	for (unsigned i = 0; i < 32; i++)
		if (model_private[c][i].active)
			return;
	mc[c].ppi[27].line = false;
	m_now = c;
	vgic_stop_vcpu(&mvcpu[c]);
	m_settle();
	model_learn_targets();
	m_run_vcpu(c);
	model_private_reset(c);
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

static void model_sgi(unsigned c, unsigned sgi, unsigned filter, unsigned list)
{
	unsigned all = (1u << mvm.nr_vcpus) - 1, targets = list & all;

	m_now = c;
	if (m_gic == PLAN_GIC_V3) {
		vgic_write_sgi1r(&mvcpu[c], sgi << 24 | targets);
	} else {
		gicd_write(c, GICD_SGIR, filter << 24 | (list & 0xff) << 16 | sgi);
		targets = filter == 0 ? targets : filter == 1 ? all & ~(1u << c) : filter == 2 ? 1u << c : 0;
	}
	for (unsigned i = 0; i < mvm.nr_vcpus; i++) {
		if (!(targets >> i & 1))
			continue;
		model_private[i][sgi].latch = true;
		model_private[i][sgi].sources |= (uint8_t)(1u << c);
	}
}

/* Pending bits of forwarded level interrupts are the device's: a guest's write to them is a latch in the physical GIC, which has one of its own. */
static bool model_latches(const struct model_irq *i)
{
	return !i->hw || i->edge;
}

static void model_latch(unsigned c, unsigned of, unsigned intid, bool set, unsigned v)
{
	struct model_irq *i = model_irq(of, intid);

	if (i->sgi_v2) {
		unsigned sources = v & ((1u << mvm.nr_vcpus) - 1);

		/* The way a GICv3 has it does nothing. */
		model_bit(of, of, intid, set ? GICD_ISPENDR : GICD_ICPENDR);
		m_access(of, M_GICD + (set ? GICD_SPENDSGIR : GICD_CPENDSGIR) + intid, 1, true, v);
		i->sources = (uint8_t)(set ? i->sources | sources : i->sources & ~sources);
	} else if (model_latches(i) && !(set && i->hw && i->latch)) {
		i->latch = set;
		model_bit(c, of, intid, set ? GICD_ISPENDR : GICD_ICPENDR);
	}
}

static void model_target(unsigned c, unsigned of, unsigned intid, unsigned v)
{
	if (intid < 32)
		return;
	if (m_gic == PLAN_GIC_V3) {
		model_spi[intid].target = of;
		m_target(c, intid, of);
	} else {
		model_spi[intid].targets = mvm.nr_vcpus == 1 ? 0 : (uint8_t)(v & ((1u << mvm.nr_vcpus) - 1));
		m_access(c, M_GICD + GICD_ITARGETSR + intid, 1, true, v);
	}
}

static void model_groups(unsigned c, unsigned of, unsigned intid, uint32_t v)
{
	for (unsigned b = 0; b < 32; b++)
		if (intid < 32 || intid / 32 * 32 + b < MODEL_INTIDS)
			model_irq(of, intid / 32 * 32 + b)->group = v >> b & 1;
	if (intid >= 32)
		gicd_write(c, GICD_IGROUPR + intid / 32 * 4, v);
	else
		m_private_write(c, of, GICD_IGROUPR, v);
}

/* Other vCPUs have these vCPUs' CPUs for a while: all that are on, but for `stay`, which act. */
static void model_unload(uint32_t stay)
{
	for (m_now = 0; m_now < mvm.nr_vcpus; m_now++) {
		if (stay >> m_now & 1 || !mvcpu[m_now].vgic->loaded)
			continue;
		vgic_unload_vcpu(&mvcpu[m_now]);
		for (unsigned i = 16; i < 32; i++)
			assert_false(mc[m_now].ppi[i].active);
	}
	m_settle();
}

static void model_load(void)
{
	for (m_now = 0; m_now < mvm.nr_vcpus; m_now++)
		if (mvcpu[m_now].vgic->on && !mvcpu[m_now].vgic->loaded)
			vgic_load_vcpu(&mvcpu[m_now]);
	m_settle();
}

/* Four bytes a step: what, which vCPU and whose interrupt, which interrupt, a value. */
static void model_step(const uint8_t *d)
{
	unsigned c = (d[1] & 0xf) % mvm.nr_vcpus, of = (d[1] >> 4) % mvm.nr_vcpus, intid = d[2] % MODEL_INTIDS, v = d[3];
	struct model_irq *i;

	if (intid < 32)
		intid = intid < 28 ? intid % 4 : 27;
	i = model_irq(of, intid);
	/* Of a GICv2, what is private is its own vCPU's to access; of a GICv3, an end may be anyone's. */
	if (d[0] / 20 & 1 && d[0] % 20 != 12 && d[0] % 20 != 13 && d[0] % 20 != 17)
		model_unload(1u << c | (m_gic == PLAN_GIC_V3 ? 0 : 1u << of));
	switch (d[0] % 20) {
	case 0: case 1:
		i->enabled = true;
		model_bit(c, of, intid, GICD_ISENABLER);
		break;
	case 2:
		i->enabled = false;
		model_bit(c, of, intid, GICD_ICENABLER);
		break;
	case 3: case 4:
		model_latch(c, of, intid, d[0] % 20 == 3, v);
		break;
	case 5:
		/* What is active has preempted with another one then; its end is that one's. */
		i->prio = v & 0xf8;
		if (intid < 32 && m_gic == PLAN_GIC_V3)
			m_access(c, M_GICR + of * 0x20000 + SGI + GICD_IPRIORITYR + intid, 1, true, v);
		else
			m_access(of, M_GICD + GICD_IPRIORITYR + intid, 1, true, v);
		break;
	case 6:
		model_target(c, of, intid, v);
		break;
	case 7: case 8:
		model_signal(of, intid, v & 1);
		break;
	case 9:
		model_sgi(c, intid % 4, d[2] >> 6, v);
		break;
	case 10: case 11: case 16:
		model_take(c, v);
		break;
	case 12: case 13: case 17:
		model_end(c, v);
		break;
	case 14:
		model_groups(c, of, intid, v * 0x01010101u);
		break;
	case 15:
		if (v & 0x80)
			model_check_registers(c);
		else if (!(v & 0x70))
			model_stop(c);
		break;
	case 18: case 19:
		model_cpu_write(c, d[2], v);
		break;
	}
	m_settle();
	if (d[0] / 20 & 2) {
		model_unload(0);
		m_settle();
	}
	model_load();
	model_learn_targets();
	for (unsigned n = 0; n < mvm.nr_vcpus; n++)
		model_check_cpu(n);
}

static void model_run(const uint8_t *data, size_t size)
{
	if (size < 2)
		return;
	model_start(1 + data[0] % 3, 1 + data[1] % 4, (enum plan_gic)(data[1] / 4 % 3), data[0] / 3 & 1);
	for (size_t at = 2; at + 4 <= size; at += 4)
		model_step(data + at);
	for (unsigned c = 0; c < mvm.nr_vcpus; c++)
		model_check_registers(c);
}

#endif
