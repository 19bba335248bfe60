/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine for tests of the virtual GIC: CPUs with list registers and a guest that acknowledges and ends interrupts by them, a physical
 * distributor that forwards, and kicks that arrive when the test says so. Written from IHI 0069 and IHI 0048, not from gic/. m_gic says
 * which GIC the guest has; one with a CPU interface in software acknowledges and ends by GICC's registers.
 */
#ifndef TESTS_UNIT_VGIC_MACHINE_H
#define TESTS_UNIT_VGIC_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef M_FUZZ /* a fuzzer: what is wrong stops the program */
#define assert_true(c) ((c) ? (void)0 : __builtin_trap())
#define assert_false(c) assert_true(!(c))
#define assert_int_equal(a, b) assert_true((uint64_t)(a) == (uint64_t)(b))
#define assert_ptr_not_equal(a, b) assert_true((a) != (b))
#define fail() __builtin_trap()
#else
#include <cmocka.h>
#endif

#include "arch/arm64/port.h"
#include "common/log.h"
#include "gic/gic_hw.h"
#include "gic/vgic_v2.h"

#define M_CPUS 32
#define M_INTIDS 128
#define M_GICD 0x8000000
#define M_GICR 0x80a0000
#define M_GICC 0x8010000

struct m_phys {
	bool enabled, pend, line, active, edge;
	unsigned cpu;
};

struct m_cpu {
	struct cpu cpu;
	uint64_t lr[VGIC_MAX_LRS];
	uint32_t eisr;
	unsigned eoi_count;
	uint64_t maint;
	bool on;
	unsigned groups;          /* the guest's group enables */
	bool split;               /* the guest's EOImode, of a GICv3 */
	unsigned running[256];    /* stack of active priorities */
	unsigned depth;
	bool kicked;
	bool irq, fiq;            /* lines of a CPU interface in software */
	bool withheld;            /* ICC_* and ICH_* of the machine are off */
	struct m_phys ppi[32];
};

static struct m_cpu mc[M_CPUS];
static struct m_phys spi[M_INTIDS];
static struct vm mvm;
static struct vcpu mvcpu[M_CPUS];
static enum plan_gic m_gic;
static bool m_prompt; /* kicks are answered at once, not by m_settle */
static unsigned m_nr_lrs = 4, m_now, m_kicks, m_logs, m_syncs, m_long_ways;
static uint8_t m_priority_mask = 0xf8;
static uint8_t m_pool[256 * 1024];

const struct gic_hw *gic_hw;
uint32_t gic_forwarded_ppis = 1u << 27 | 1u << 30;
uint8_t gic_spi_owner[GIC_SPECIAL];
uint32_t gic_timer_ppis[2] = {1u << 27, 1u << 30};

void log_line(enum log_level level, const char *fmt, ...)
{
	(void)level, (void)fmt;
	m_logs++;
}

struct vcpu *gic_this_vcpu(void)
{
	return &mvcpu[m_now];
}

void gic_kick(const struct cpu *cpu)
{
	gic_hw->kick(cpu);
}

/* No vCPU has this (struct vcpu.shared). */
void shared_cpu_kick(struct vcpu *vcpu)
{
	(void)vcpu;
	fail();
}

void vm_add_mmio(struct vm *vm, uint64_t ipa, uint64_t size, mmio_handler *handler, void *device)
{
	vm_add_quick_mmio(vm, ipa, size, mmio_emulate, handler, device);
}

void vm_add_quick_mmio(struct vm *vm, uint64_t ipa, uint64_t size, mmio_quick *quick, mmio_handler *handler, void *device)
{
	vm->mmio[vm->nr_mmio++] = (struct mmio_region){ipa, size, quick, handler, device};
}

/* m_access asks the handler. */
struct vcpu *mmio_emulate(struct vcpu *vcpu, uint64_t esr, uint64_t offset)
{
	(void)vcpu, (void)esr, (void)offset;
	m_long_ways++;
	return NULL;
}

/* ---- The seam ---- */

static bool m_unlocked(void)
{
	return mvm.vgic->lock.owner == mvm.vgic->lock.next;
}

static void m_sync(unsigned cpu);

/* The list registers of that CPU, wherever they are. */
static uint64_t *m_lrs(unsigned cpu)
{
	return m_gic == PLAN_GIC_V2_SOFTWARE ? mvcpu[cpu].vgic->v2->swif.lr : mc[cpu].lr;
}

static void m_kick(const struct cpu *cpu)
{
	/* No IPI is sent with a lock held, and none to oneself. */
	assert_true(m_unlocked());
	assert_true(cpu != &mc[m_now].cpu || !mvcpu[m_now].vgic->loaded);
	mc[cpu->id].kicked = true;
	m_kicks++;
	if (m_prompt)
		m_sync(cpu->id);
}

void gicv3_find_kick(struct vcpu *vcpu)
{
	(void)vcpu;
}

struct vcpu *gicv3_kick_other(struct vcpu *vcpu, struct vcpu *other)
{
	assert_true(m_gic == PLAN_GIC_V3);
	m_kick(other->cpu);
	return vcpu;
}

static unsigned m_get_nr_lrs(void)
{
	return m_nr_lrs;
}

static uint8_t m_get_priority_mask(void)
{
	return m_priority_mask;
}

static uint32_t m_free(void)
{
	uint32_t f = 0;

	for (unsigned n = 0; n < m_nr_lrs; n++)
		if (!(mc[m_now].lr[n] & LR_STATE) && !(mc[m_now].eisr >> n & 1))
			f |= 1u << n;
	return f;
}

/* What must hold of list registers at all times. */
static void m_check_lrs(unsigned cpu)
{
	for (unsigned n = 0; n < m_nr_lrs; n++) {
		uint64_t a = m_lrs(cpu)[n];

		if (!(a & LR_STATE))
			continue;
		assert_false(a & LR_HW && a & LR_EOI);
		assert_false(a & LR_HW && (a & LR_STATE) == LR_STATE);
		assert_int_equal(a >> LR_PRIORITY_SHIFT & 0xff & ~m_priority_mask, 0);
		for (unsigned c = 0; c < mvm.nr_vcpus; c++)
			for (unsigned k = 0; k < m_nr_lrs; k++)
				if ((c != cpu || k != n) && m_lrs(c)[k] & LR_STATE && LR_VINTID(m_lrs(c)[k]) == LR_VINTID(a))
					assert_true(c != cpu && LR_VINTID(a) < 32); /* one INTID, one list register */
	}
}

static uint32_t m_free_lrs(struct vcpu *vcpu)
{
	assert_true(vcpu == &mvcpu[m_now]);
	return m_free();
}

static void m_put(struct vcpu *vcpu, unsigned n, uint64_t lr)
{
	assert_true(vcpu == &mvcpu[m_now]);
	assert_true(m_free() >> n & 1);
	/* Past everything that waits in memory: only when nothing does. */
	assert_int_equal(mvcpu[m_now].vgic->summary, 0);
	mc[m_now].lr[n] = lr;
	m_check_lrs(m_now);
}

static bool m_put_first(struct vcpu *vcpu, uint64_t lr)
{
	if (m_free() != (1u << m_nr_lrs) - 1)
		return false;
	m_put(vcpu, 0, lr);
	return true;
}

struct vcpu *gicv3_put_sgi(struct vcpu *vcpu, uint64_t lr, uint32_t all)
{
	assert_int_equal(all, (1u << m_nr_lrs) - 1);
	assert_true(m_gic == PLAN_GIC_V3);
	return m_put_first(vcpu, lr) ? vcpu : vgic_list_later(vcpu, lr);
}

static void m_read_lrs(struct vcpu *vcpu, struct vgic_lrs *l)
{
	assert_true(vcpu == &mvcpu[m_now]);
	l->used = ~m_free() & ((1u << m_nr_lrs) - 1);
	for (unsigned n = 0; n < m_nr_lrs; n++)
		l->lr[n] = l->used >> n & 1 ? mc[m_now].lr[n] : 0xdead;
	l->eoi_count = mc[m_now].eoi_count;
	l->split = mc[m_now].split;
	l->groups = mc[m_now].groups;
	m_syncs++;
}

static void m_write_lrs(struct vcpu *vcpu, const struct vgic_lrs *l, uint64_t old_maint)
{
	assert_true(vcpu == &mvcpu[m_now]);
	assert_int_equal(old_maint, mc[m_now].maint);
	for (unsigned n = 0; n < m_nr_lrs; n++)
		if (l->dirty >> n & 1) {
			mc[m_now].lr[n] = l->lr[n];
			mc[m_now].eisr &= ~(1u << n);
		}
	mc[m_now].maint = l->maint;
	mc[m_now].eoi_count = 0;
	m_check_lrs(m_now);
}

static bool m_lr_pending(struct vcpu *vcpu)
{
	assert_true(vcpu == &mvcpu[m_now]);
	for (unsigned n = 0; n < m_nr_lrs; n++)
		if (mc[m_now].lr[n] & LR_PENDING)
			return true;
	return false;
}

static bool m_split(struct vcpu *vcpu)
{
	assert_true(vcpu == &mvcpu[m_now]);
	return mc[m_now].split;
}

static void m_stop(struct vcpu *vcpu)
{
	struct m_cpu *c = &mc[m_now];

	assert_true(vcpu == &mvcpu[m_now]);
	memset(c->lr, 0, sizeof(c->lr));
	c->eisr = c->eoi_count = c->depth = 0;
	c->maint = 0;
	c->on = c->split = false;
	c->groups = 0;
}

static void m_reset(struct vcpu *vcpu)
{
	m_stop(vcpu);
	mc[m_now].on = true;
	mc[m_now].groups = 3;
	mc[m_now].maint = vcpu->vgic->maint;
}

/* What m_save keeps is in saved: nothing of the machine's own may be seen while the vCPU is not loaded. */
static void m_save(struct vcpu *vcpu, uint32_t used)
{
	struct m_cpu *c = &mc[m_now];

	assert_true(vcpu == &mvcpu[m_now]);
	for (unsigned n = 0; n < m_nr_lrs; n++) {
		assert_true(used >> n & 1 || !(c->lr[n] & LR_STATE));
		c->lr[n] = 0;
	}
	c->eisr = 0;
	vcpu->vgic->saved.vmcr = c->groups | (uint64_t)c->split << 9;
	c->maint = 0;
	c->on = c->split = false;
	c->groups = 0;
	c->eoi_count = 0;
}

static void m_restore(struct vcpu *vcpu)
{
	struct m_cpu *c = &mc[m_now];

	assert_true(vcpu == &mvcpu[m_now]);
	c->on = true;
	c->groups = vcpu->vgic->saved.vmcr & 3;
	c->split = vcpu->vgic->saved.vmcr >> 9 & 1;
	c->maint = vcpu->vgic->maint;
}

static struct m_phys *m_irq(unsigned cpu, unsigned intid)
{
	return intid < 32 ? &mc[cpu].ppi[intid] : &spi[intid];
}

static void m_write_bits(const struct cpu *cpu, unsigned reg, unsigned word, uint32_t bits)
{
	for (unsigned b = 0; b < 32; b++) {
		struct m_phys *p;

		if (!(bits >> b & 1))
			continue;
		p = m_irq(cpu->id, word * 32 + b);
		switch (reg) {
		case GICD_ISENABLER: p->enabled = true; break;
		case GICD_ICENABLER: p->enabled = false; break;
		case GICD_ISPENDR: p->pend = true; break;
		case GICD_ICPENDR: p->pend = false; break;
		case GICD_ISACTIVER: p->active = true; break;
		case GICD_ICACTIVER: p->active = false; break;
		default: fail();
		}
	}
}

static uint32_t m_read_bits(const struct cpu *cpu, unsigned reg, unsigned word)
{
	uint32_t v = 0;

	assert_int_equal(reg, GICD_ISPENDR);
	for (unsigned b = 0; b < 32; b++) {
		struct m_phys *p = m_irq(cpu->id, word * 32 + b);
		v |= (uint32_t)(p->pend || (p->line && !p->edge)) << b;
	}
	return v;
}

static void m_wait_disabled(const struct cpu *cpu, unsigned word)
{
	(void)cpu, (void)word;
	assert_true(m_unlocked());
}

static void m_route(unsigned intid, const struct cpu *cpu)
{
	spi[intid].cpu = cpu->id;
}

static void m_configure(unsigned intid, bool edge)
{
	spi[intid].edge = edge;
}

struct vcpu *gicv3_deactivate(struct vcpu *vcpu, unsigned intid)
{
	assert_true(m_irq(m_now, intid)->active);
	m_irq(m_now, intid)->active = false;
	return vcpu;
}

static void m_withhold(void)
{
	mc[m_now].withheld = true;
}

void vcpu_set_virtual_lines(struct arch_vcpu *v, bool irq, bool fiq)
{
	assert_true(v == &mvcpu[m_now].arch);
	assert_true(m_gic == PLAN_GIC_V2_SOFTWARE);
	mc[m_now].irq = irq;
	mc[m_now].fiq = fiq;
	m_check_lrs(m_now);
}

static const struct vgic_interface m_interface = {
	.nr_lrs = m_get_nr_lrs, .priority_mask = m_get_priority_mask, .put_first = m_put_first, .free_lrs = m_free_lrs, .put = m_put,
	.read_lrs = m_read_lrs, .write_lrs = m_write_lrs, .lr_pending = m_lr_pending, .split = m_split, .reset = m_reset, .stop = m_stop, .save = m_save, .restore = m_restore,
};

/* vgic_swif.c, with as many list registers as the test wants. */
static struct vgic_interface m_software;

static const struct gic_hw m_hw = {
	.kick = m_kick, .interface = &m_interface, .write_bits = m_write_bits, .read_bits = m_read_bits, .wait_disabled = m_wait_disabled,
	.route_spi = m_route, .configure_spi = m_configure, .withhold_interface = m_withhold,
};

/* ---- The machine runs ---- */

/* The maintenance interrupt's level (IHI 0069, 12.4 "ICH_MISR_EL2"). */
static bool m_maintenance(unsigned cpu)
{
	struct m_cpu *c = &mc[cpu];
	bool pending = false;

	if (m_gic == PLAN_GIC_V2_SOFTWARE)
		return false;
	for (unsigned n = 0; n < m_nr_lrs; n++)
		pending |= (c->lr[n] & LR_STATE) == LR_PENDING;
	return c->eisr || (c->maint & HCR_MAINT_NPIE && !pending) || (c->maint & HCR_MAINT_LRENPIE && c->eoi_count) ||
	       (c->maint & HCR_MAINT_GRP0_ENABLED && c->groups & 1) || (c->maint & HCR_MAINT_GRP0_DISABLED && !(c->groups & 1)) ||
	       (c->maint & HCR_MAINT_GRP1_ENABLED && c->groups & 2) || (c->maint & HCR_MAINT_GRP1_DISABLED && !(c->groups & 2));
}

static void m_sync(unsigned cpu)
{
	unsigned before = m_now;

	m_now = cpu;
	mc[cpu].kicked = false;
	/* As an exit does; or the wait for being turned on. */
	if (!mvcpu[cpu].requests && mvcpu[cpu].sgis && mvcpu[cpu].vgic->loaded) {
		exit_sgis(&mvcpu[cpu]);
	} else {
		__atomic_fetch_and(&mvcpu[cpu].requests, ~VCPU_REQ_VGIC, __ATOMIC_RELAXED);
		vgic_sync_vcpu(&mvcpu[cpu]);
	}
	m_now = before;
}

/* All that is under way arrives: physical interrupts, kicks, maintenance interrupts. */
static UNUSED void m_settle(void)
{
	unsigned before = m_now;

	for (unsigned round = 0;; round++) {
		bool again = false;

		assert_true(round < 100);
		for (unsigned i = 0; i < M_CPUS * 32 + M_INTIDS; i++) {
			unsigned cpu = i / 32, intid = i % 32;
			struct m_phys *p;

			if (i >= M_CPUS * 32) {
				intid = i - M_CPUS * 32;
				if (intid < 32)
					continue;
				cpu = spi[intid].cpu;
			}
			if (cpu >= mvm.nr_vcpus)
				continue;
			p = m_irq(cpu, intid);
			/* The timer of a vCPU that is not loaded is off. */
			if (intid < 32 && mvcpu[cpu].vgic->on && !mvcpu[cpu].vgic->loaded)
				continue;
			if (!p->enabled || p->active || !(p->pend || (p->line && !p->edge)))
				continue;
			p->active = true;
			p->pend = false;
			m_now = cpu;
			if (!(m_gic == PLAN_GIC_V2_SOFTWARE && vgic_swif_forward(&mvcpu[cpu], intid)) && !vgic_forward(&mvcpu[cpu], intid))
				p->active = false;
			again = true;
		}
		for (unsigned c = 0; c < mvm.nr_vcpus; c++) {
			if (mc[c].kicked) {
				m_sync(c);
				again = true;
			}
			/* What hardware would interrupt for was done at the end of the access. */
			if (m_gic == PLAN_GIC_V2_SOFTWARE)
				assert_int_equal(mvcpu[c].vgic->v2->swif.ended, 0);
			if (mc[c].on && m_maintenance(c)) {
				m_sync(c);
				/* What was asked for must be done: the level falls, or the guest would never run again. */
				assert_false(m_maintenance(c));
				again = true;
			}
		}
		if (!again)
			break;
	}
	m_now = before;
}

static unsigned m_running(unsigned cpu)
{
	return mc[cpu].depth ? mc[cpu].running[mc[cpu].depth - 1] : 0x100;
}

/* The list register the guest would take next, or -1. */
static int m_best(unsigned cpu)
{
	int best = -1;

	for (unsigned n = 0; n < m_nr_lrs; n++) {
		uint64_t lr = mc[cpu].lr[n];
		unsigned prio = lr >> LR_PRIORITY_SHIFT & 0xff;

		if ((lr & LR_STATE) != LR_PENDING || !(mc[cpu].groups >> (lr >> 60 & 1) & 1) || prio >= m_running(cpu))
			continue;
		if (best < 0 || prio < (mc[cpu].lr[best] >> LR_PRIORITY_SHIFT & 0xff))
			best = (int)n;
	}
	return best;
}

static uint64_t m_access(unsigned cpu, uint64_t ipa, unsigned size, bool write, uint64_t value);

/* IAR: the INTID, and of a GICv2's SGI whose it is; or 1023. Nothing else happens: call m_settle for maintenance. */
static UNUSED unsigned m_ack(unsigned cpu)
{
	int n;
	uint64_t *lr;

	if (m_gic == PLAN_GIC_V2_SOFTWARE) {
		unsigned id = (unsigned)m_access(cpu, M_GICC + GICC_IAR, 4, false, 0);

		if (GICC_IAR_INTID(id) < GIC_SPECIAL)
			mc[cpu].running[mc[cpu].depth++] = (unsigned)m_access(cpu, M_GICC + GICC_RPR, 4, false, 0);
		return id;
	}
	n = m_best(cpu);
	if (n < 0)
		return GIC_NONE;
	lr = &mc[cpu].lr[n];
	*lr ^= LR_STATE;
	mc[cpu].running[mc[cpu].depth++] = *lr >> LR_PRIORITY_SHIFT & 0xff;
	return (unsigned)FIELD(*lr, 12, 0);
}

static int m_active_lr(unsigned cpu, unsigned id)
{
	for (unsigned n = 0; n < m_nr_lrs; n++)
		if (mc[cpu].lr[n] & LR_ACTIVE && FIELD(mc[cpu].lr[n], 12, 0) == id)
			return (int)n;
	return -1;
}

static void m_deactivate_lr(unsigned cpu, int n)
{
	uint64_t *lr = &mc[cpu].lr[n];

	*lr &= ~LR_ACTIVE;
	if (*lr & LR_HW)
		m_irq(cpu, *lr >> LR_PINTID_SHIFT & 0x1fff)->active = false;
	else if (*lr & LR_EOI && !(*lr & LR_STATE))
		mc[cpu].eisr |= 1u << n;
}

/* EOIR. With EOImode 1 it only drops the priority; as QEMU does, it is counted all the same if there is no list register. */
static UNUSED void m_eoi(unsigned cpu, unsigned id)
{
	struct m_cpu *c = &mc[cpu];
	unsigned running;
	int n;

	assert_true(c->depth > 0);
	running = c->running[--c->depth];
	if (m_gic == PLAN_GIC_V2_SOFTWARE) {
		m_access(cpu, M_GICC + GICC_EOIR, 4, true, id);
		return;
	}
	n = m_active_lr(cpu, id);
	if (n < 0) {
		c->eoi_count++;
		return;
	}
	/* The drop must be that of this interrupt: QEMU ends it only then. */
	assert_int_equal(c->lr[n] >> LR_PRIORITY_SHIFT & 0xff, running);
	if (!c->split)
		m_deactivate_lr(cpu, n);
}

/* DIR, with EOImode 1. */
static UNUSED void m_dir(unsigned cpu, unsigned id)
{
	int n;

	if (m_gic != PLAN_GIC_V3) {
		m_access(cpu, M_GICC + GICC_DIR, 4, true, id);
		return;
	}
	m_now = cpu;
	if (mc[cpu].maint & HCR_TRAP_DIR) {
		vgic_write_dir(&mvcpu[cpu], id);
		return;
	}
	n = m_active_lr(cpu, id);
	if (n < 0)
		mc[cpu].eoi_count++;
	else
		m_deactivate_lr(cpu, n);
}

static UNUSED void m_run_vcpu(unsigned cpu)
{
	m_now = cpu;
	vgic_reset_vcpu(&mvcpu[cpu]);
}

/* hw: SPIs that are forwarded; edge: of these. nr_intids: 32 + SPIs. */
static void m_start(unsigned vcpus, unsigned nr_intids, const struct plan_irq *irqs, unsigned nr_irqs)
{
	struct plan_vm plan = {.nr_vcpus = vcpus, .gic_version = m_gic == PLAN_GIC_V3 ? 3 : 2, .gic = m_gic, .nr_intids = nr_intids, .irqs = (struct plan_irq *)irqs, .nr_irqs = nr_irqs};
	struct arena pool;

	memset(mc, 0, sizeof(mc));
	memset(spi, 0, sizeof(spi));
	memset(&mvm, 0, sizeof(mvm));
	memset(mvcpu, 0, sizeof(mvcpu));
	m_kicks = m_logs = m_now = 0;
	m_prompt = false;
	gic_hw = &m_hw;
	plan.frames.gicd = (struct mem_range){M_GICD, 0x10000};
	plan.frames.gicc = (struct mem_range){M_GICC, 0x2000};
	plan.frames.gicr = (struct mem_range){M_GICR, vcpus * 0x20000};
	m_software = vgic_swif_interface;
	m_software.nr_lrs = m_get_nr_lrs;
	mvm.vcpus = mvcpu;
	mvm.nr_vcpus = vcpus;
	strcpy(mvm.name, "vm");
	for (unsigned i = 0; i < vcpus; i++) {
		mc[i].cpu.id = i;
		mc[i].cpu.vcpu = &mvcpu[i];
		mvcpu[i].id = i;
		mvcpu[i].vm = &mvm;
		mvcpu[i].cpu = &mc[i].cpu;
	}
	arena_init(&pool, m_pool, sizeof(m_pool));
	assert_int_equal(vgic_init_vm(&mvm, &plan, &pool), OK);
	if (m_gic == PLAN_GIC_V2_SOFTWARE)
		mvm.vgic->interface = &m_software;
	for (unsigned i = 0; i < vcpus; i++)
		m_run_vcpu(i);
	m_now = 0;
}

/* ---- Guest accesses ---- */

/* By a register other than x0, as an exit does: the syndrome of a data abort (Arm ARM DDI 0487, D24.2 "ESR_EL2"). */
static bool m_access_quick(struct vcpu *vcpu, const struct mmio_region *r, struct mmio_access *a)
{
	uint64_t esr = UINT64_C(0x24) << 26 | 1 << 25 | 1 << 24 | (uint64_t)__builtin_ctz(a->size) << 22 | 5 << 16 | (a->size == 8) << 15 | a->write << 6 | 7;

	memset(vcpu->arch.x, 0xa5, sizeof(vcpu->arch.x));
	if (a->write)
		vcpu->arch.x[5] = a->value;
	if (!r->quick(vcpu, esr, a->offset))
		return false;
	assert_true(m_unlocked());
	for (unsigned i = 0; i < 31; i++)
		assert_true(i == 5 || vcpu->arch.x[i] == UINT64_C(0xa5a5a5a5a5a5a5a5));
	if (!a->write)
		a->value = vcpu->arch.x[5];
	return true;
}

static uint64_t m_access(unsigned cpu, uint64_t ipa, unsigned size, bool write, uint64_t value)
{
	m_now = cpu;
	for (unsigned i = 0; i < mvm.nr_mmio; i++) {
		struct mmio_region *r = &mvm.mmio[i];
		struct mmio_access a = {.offset = ipa - r->base, .value = value, .size = (uint8_t)size, .write = write};

		if (ipa < r->base || ipa - r->base >= r->size)
			continue;
		if (m_access_quick(&mvcpu[cpu], r, &a))
			return a.value;
		assert_true(r->handler(&mvcpu[cpu], r->device, &a));
		assert_true(m_unlocked());
		return a.value;
	}
	fail();
	return 0;
}

#define gicd_write(cpu, off, v) m_access(cpu, M_GICD + (off), 4, true, v)
#define gicd_read(cpu, off) ((uint32_t)m_access(cpu, M_GICD + (off), 4, false, 0))
#define gicr_write(cpu, of, off, v) m_access(cpu, M_GICR + (of) * 0x20000ull + (off), 4, true, v)
#define gicr_read(cpu, of, off) ((uint32_t)m_access(cpu, M_GICR + (of) * 0x20000ull + (off), 4, false, 0))
#define SGI 0x10000
#define gicc_write(cpu, off, v) m_access(cpu, M_GICC + (off), 4, true, v)
#define gicc_read(cpu, off) ((uint32_t)m_access(cpu, M_GICC + (off), 4, false, 0))

/* A register of the INTIDs 0-31 of vCPU `of`, who is the only one to see them on a GICv2. */
static UNUSED uint32_t m_private_read(unsigned by, unsigned of, unsigned off)
{
	return m_gic == PLAN_GIC_V3 ? gicr_read(by, of, SGI + off) : gicd_read(of, off);
}

static UNUSED void m_private_write(unsigned by, unsigned of, unsigned off, uint32_t v)
{
	if (m_gic == PLAN_GIC_V3)
		gicr_write(by, of, SGI + off, v);
	else
		gicd_write(of, off, v);
}

/* As a kernel sets it up: groups on, everything group 1, SGIs and PPIs of every vCPU enabled at priority 0xa0. */
static UNUSED void m_guest_init(void)
{
	for (unsigned w = 1; w < mvm.vgic->nr_words; w++)
		gicd_write(0, GICD_IGROUPR + 4 * w, ~0u);
	for (unsigned i = 32; i < mvm.vgic->nr_words * 32; i += 4)
		gicd_write(0, GICD_IPRIORITYR + i, 0xa0a0a0a0);
	for (unsigned i = 32; i < mvm.vgic->nr_words * 32 && m_gic != PLAN_GIC_V3; i += 4)
		gicd_write(0, GICD_ITARGETSR + i, 0x01010101);
	gicd_write(0, GICD_CTLR, m_gic == PLAN_GIC_V3 ? 0x12 : 3);
	m_settle();
	for (unsigned c = 0; c < mvm.nr_vcpus; c++) {
		m_private_write(c, c, GICD_IGROUPR, ~0u);
		for (unsigned i = 0; i < 32; i += 4)
			m_private_write(c, c, GICD_IPRIORITYR + i, 0xa0a0a0a0);
		m_private_write(c, c, GICD_ISENABLER, 1u << 27 | 1u << 30 | 0xffff);
		if (m_gic == PLAN_GIC_V2_SOFTWARE) {
			gicc_write(c, GICC_PMR, 0xf0);
			gicc_write(c, GICC_CTLR, GICC_CTLR_GRP0 | GICC_CTLR_GRP1 | GICC_CTLR_ACKCTL);
		}
	}
	m_settle();
}

static UNUSED void m_enable(unsigned cpu, unsigned intid)
{
	gicd_write(cpu, GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
}

static UNUSED void m_disable(unsigned cpu, unsigned intid)
{
	gicd_write(cpu, GICD_ICENABLER + intid / 32 * 4, 1u << intid % 32);
}

static UNUSED void m_priority(unsigned cpu, unsigned intid, unsigned prio)
{
	m_access(cpu, M_GICD + GICD_IPRIORITYR + intid, 1, true, prio);
}

/* aff: the target, or of a GICv2 the bits of the targets. */
static UNUSED void m_target(unsigned cpu, unsigned intid, uint64_t aff)
{
	if (m_gic == PLAN_GIC_V3)
		m_access(cpu, M_GICD + GICD_IROUTER + 8 * intid, 8, true, aff);
	else
		m_access(cpu, M_GICD + GICD_ITARGETSR + intid, 1, true, aff);
}

#endif
