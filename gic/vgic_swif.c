/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GICv2 guest's CPU interface in software, for machines that have none to give away (GICV): list registers in memory that do what GICV
 * and GICH do (IHI 0048, 5.3 to 5.5), and HCR_EL2.VI and VF as its lines. To the rest of the virtual GIC it is one more vgic_interface.
 *
 * Like GICV it is a CPU interface without the Security Extensions: both groups, one register of active priorities, five bits of
 * priority. Where hardware would raise the maintenance interrupt, the list registers are folded and filled at the end of the access.
 */
#include "gic/vgic_v2.h"

#include "arch/arm64/esr.h"
#include "gic/gic_hw.h"

#define PRIORITY_MASK 0xf8u
#define IDLE 0xffu /* GICC_RPR when nothing is active */
#define SWIF_NONE 0xff
#define MIN_BPR 2u  /* five bits of group priority */
#define MIN_ABPR 3u /* group 1's is one more for the same split (IHI 0048, 3.3.3) */
#define CTLR_BITS \
	(GICC_CTLR_GRP0 | GICC_CTLR_GRP1 | GICC_CTLR_ACKCTL | GICC_CTLR_FIQEN | GICC_CTLR_CBPR | GICC_CTLR_EOIMODE)
#define VGIC_GICC_IIDR 0x4202043b /* product 'B', architecture version 2 */

static struct vgic_swif *swif_of(const struct vcpu *vcpu)
{
	return &vcpu->vgic->v2->swif;
}

static unsigned priority_of(uint64_t lr)
{
	return (unsigned)(lr >> LR_PRIORITY_SHIFT & 0xff);
}

/* The part of a priority that decides on preemption. */
static unsigned group_priority(const struct vgic_swif *s, uint64_t lr)
{
	unsigned shift = lr & LR_GROUP1 && !(s->ctlr & GICC_CTLR_CBPR) ? s->bpr[1] : s->bpr[0] + 1u;

	return priority_of(lr) & (0xffu << shift);
}

static unsigned running(const struct vgic_swif *s)
{
	return s->apr ? (unsigned)__builtin_ctz(s->apr) * 8 : IDLE;
}

static bool group_enabled(const struct vgic_swif *s, uint64_t lr)
{
	return s->ctlr & (lr & LR_GROUP1 ? GICC_CTLR_GRP1 : GICC_CTLR_GRP0);
}

/* The lines, by what is best. */
static void signal(struct vcpu *vcpu, struct vgic_swif *s)
{
	bool fiq = false;

	s->signalled = false;
	if (s->best != SWIF_NONE) {
		uint64_t lr = s->lr[s->best];

		s->signalled = priority_of(lr) < s->pmr && group_priority(s, lr) < running(s);
		fiq = s->signalled && s->ctlr & GICC_CTLR_FIQEN && !(lr & LR_GROUP1);
	}
	vcpu_set_virtual_lines(&vcpu->arch, s->signalled && !fiq, fiq);
}

/* After list registers or registers changed. */
static void update(struct vcpu *vcpu, struct vgic_swif *s)
{
	unsigned least = IDLE + 1;

	s->best = SWIF_NONE;
	for_each_bit(n, s->used) {
		uint64_t lr = s->lr[n];

		if ((lr & LR_STATE) != LR_PENDING || priority_of(lr) >= least || !group_enabled(s, lr))
			continue;
		least = priority_of(lr);
		s->best = (uint8_t)n;
	}
	signal(vcpu, s);
}

/* Whether the maintenance interrupt would come (IHI 0048, 5.3.4 "GICH_MISR"). */
static bool needs_maintenance(const struct vgic_swif *s)
{
	uint64_t wanted = (s->ctlr & GICC_CTLR_GRP0 ? HCR_MAINT_GRP0_ENABLED : HCR_MAINT_GRP0_DISABLED) |
			  (s->ctlr & GICC_CTLR_GRP1 ? HCR_MAINT_GRP1_ENABLED : HCR_MAINT_GRP1_DISABLED);

	if (s->ended || s->maint & wanted)
		return true;
	if (!(s->maint & HCR_MAINT_NPIE))
		return false;
	for_each_bit(n, s->used)
		if ((s->lr[n] & LR_STATE) == LR_PENDING)
			return false;
	return true;
}

static void changed(struct vcpu *vcpu, struct vgic_swif *s)
{
	update(vcpu, s);
	if (s->ended | s->maint && needs_maintenance(s))
		vgic_sync_vcpu(vcpu);
}

/* ---- What the guest does ---- */

/* What IAR or HPPIR say of the most urgent one; alias: AIAR, AHPPIR, for group 1 alone (IHI 0048, 3.5 and 5.5). */
static uint32_t identify(const struct vgic_swif *s, bool alias)
{
	uint64_t lr = s->lr[s->best];

	if (lr & LR_GROUP1 ? !alias && !(s->ctlr & GICC_CTLR_ACKCTL) : alias)
		return alias ? GIC_NONE : GIC_OTHER_GROUP;
	return (uint32_t)FIELD(lr, 12, 0);
}

static uint32_t acknowledge(struct vcpu *vcpu, struct vgic_swif *s, bool alias)
{
	uint32_t id;

	if (!s->signalled)
		return GIC_NONE;
	id = identify(s, alias);
	if (GICC_IAR_INTID(id) >= GIC_SPECIAL)
		return id;
	s->apr |= 1u << group_priority(s, s->lr[s->best]) / 8;
	s->lr[s->best] ^= LR_STATE;
	changed(vcpu, s);
	return id;
}

/* The list register in which it is active, or -1. SGIs are told apart by their source too. */
static int find_active(const struct vgic_swif *s, uint32_t id)
{
	uint32_t mask = GICC_IAR_INTID(id) < GIC_SGIS ? GENMASK(12, 0) : GENMASK(9, 0);

	for_each_bit(n, s->used)
		if (s->lr[n] & LR_ACTIVE && !((s->lr[n] ^ id) & mask))
			return (int)n;
	return -1;
}

static void deactivate(struct vcpu *vcpu, struct vgic_swif *s, uint32_t id)
{
	unsigned intid = GICC_IAR_INTID(id);
	int n = find_active(s, id);

	if (n < 0) {
		/* Active without a list register, perhaps. */
		if (s->maint & HCR_MAINT_LRENPIE && vgic_v2_is_source(vcpu->vgic, id))
			vgic_deactivate_intid(vcpu, intid);
		return;
	}
	s->lr[n] &= ~LR_ACTIVE;
	if (s->lr[n] & LR_PENDING)
		return;
	if (s->lr[n] & LR_HW)
		(void)gicv3_deactivate(vcpu, (unsigned)FIELD(s->lr[n], 41, 32));
	else if (s->lr[n] & LR_EOI)
		s->ended |= 1u << n;
	s->used &= ~(1u << n) | s->ended;
}

static void end(struct vcpu *vcpu, struct vgic_swif *s, uint32_t id)
{
	if (GICC_IAR_INTID(id) >= GIC_SPECIAL)
		return;
	s->apr &= s->apr - 1;
	if (!(s->ctlr & GICC_CTLR_EOIMODE))
		deactivate(vcpu, s, id);
	changed(vcpu, s);
}

uint32_t vgic_swif_read(struct vcpu *vcpu, unsigned offset)
{
	struct vgic_swif *s = swif_of(vcpu);

	switch (offset) {
	case GICC_IAR:
	case GICC_AIAR:
		return acknowledge(vcpu, s, offset == GICC_AIAR);
	case GICC_HPPIR:
	case GICC_AHPPIR:
		return s->best == SWIF_NONE ? GIC_NONE : identify(s, offset == GICC_AHPPIR);
	case GICC_CTLR:
		return s->ctlr;
	case GICC_PMR:
		return s->pmr;
	case GICC_BPR:
		return s->bpr[0];
	case GICC_ABPR:
		return s->bpr[1];
	case GICC_RPR:
		return running(s);
	case GICC_APR:
		return s->apr;
	case GICC_IIDR:
		return VGIC_GICC_IIDR;
	default:
		return 0;
	}
}

void vgic_swif_write(struct vcpu *vcpu, unsigned offset, uint32_t v)
{
	struct vgic_swif *s = swif_of(vcpu);

	switch (offset) {
	case GICC_EOIR:
	case GICC_AEOIR:
		end(vcpu, s, v);
		return;
	case GICC_DIR:
		/* With EOImode 0 it is UNPREDICTABLE (IHI 0048, 4.4.15): nothing. */
		if (!(s->ctlr & GICC_CTLR_EOIMODE) || GICC_IAR_INTID(v) >= GIC_SPECIAL)
			return;
		deactivate(vcpu, s, v);
		break;
	case GICC_CTLR:
		s->ctlr = v & (uint32_t)CTLR_BITS;
		break;
	case GICC_PMR:
		s->pmr = v & PRIORITY_MASK;
		break;
	case GICC_BPR:
		s->bpr[0] = (uint8_t)u64_max(v & 7, MIN_BPR);
		break;
	case GICC_ABPR:
		s->bpr[1] = (uint8_t)u64_max(v & 7, MIN_ABPR);
		break;
	case GICC_APR:
		s->apr = v;
		break;
	default:
		return;
	}
	changed(vcpu, s);
}

/* ---- What it does most, in short ---- */

/* Nothing but that list register is in use, and nobody waits for maintenance. */
static inline bool is_all(const struct vgic_swif *s, unsigned n)
{
	return s->used == 1u << n && !(s->ended | s->maint);
}

static NOINLINE struct vcpu *acknowledged_one_of_many(struct vcpu *vcpu)
{
	changed(vcpu, swif_of(vcpu));
	return vcpu;
}

static inline struct vcpu *quick_acknowledge(struct vcpu *vcpu, uint64_t esr)
{
	struct vgic_swif *s = swif_of(vcpu);
	unsigned n = s->best;
	uint64_t lr;

	if (!s->signalled)
		return mmio_emulate(vcpu, esr, GICC_IAR);
	lr = s->lr[n];
	if (lr & LR_GROUP1 && !(s->ctlr & GICC_CTLR_ACKCTL))
		return mmio_emulate(vcpu, esr, GICC_IAR);
	s->apr |= 1u << group_priority(s, lr) / 8;
	s->lr[n] = lr ^ LR_STATE;
	vcpu_set_reg(&vcpu->arch, esr_dabt_rt(esr), FIELD(lr, 12, 0));
	if (!is_all(s, n))
		return acknowledged_one_of_many(vcpu);
	s->best = SWIF_NONE;
	s->signalled = false;
	vcpu_set_virtual_lines(&vcpu->arch, false, false);
	return vcpu;
}

/* Of the only one there is. The lines were down before: it was active. */
static inline struct vcpu *quick_end(struct vcpu *vcpu, uint64_t esr)
{
	struct vgic_swif *s = swif_of(vcpu);
	uint32_t id = (uint32_t)vcpu_get_reg(&vcpu->arch, esr_dabt_rt(esr));
	unsigned n = (unsigned)__builtin_ctz(s->used | 1u << 31);
	uint64_t lr = s->lr[n % VGIC_MAX_LRS];
	uint32_t mask = GICC_IAR_INTID(id) < GIC_SGIS ? GENMASK(12, 0) : GENMASK(9, 0);

	if (!is_all(s, n) || (lr & LR_STATE) != LR_ACTIVE || (lr ^ id) & mask || s->ctlr & GICC_CTLR_EOIMODE || (lr & (LR_HW | LR_EOI)) == LR_EOI)
		return mmio_emulate(vcpu, esr, GICC_EOIR);
	s->apr &= s->apr - 1;
	s->lr[n] = 0;
	s->used = 0;
	return lr & LR_HW ? gicv3_deactivate(vcpu, (unsigned)FIELD(lr, 41, 32)) : vcpu;
}

struct vcpu *vgic_quick_gicc(struct vcpu *vcpu, uint64_t esr, uint64_t offset)
{
	if (esr_dabt_sas(esr) != ESR_SAS_32 || offset != (esr_dabt_write(esr) ? GICC_EOIR : GICC_IAR))
		return mmio_emulate(vcpu, esr, offset);
	return esr_dabt_write(esr) ? quick_end(vcpu, esr) : quick_acknowledge(vcpu, esr);
}

/* ---- The list registers' side ---- */

static unsigned nr_lrs(void)
{
	return VGIC_MAX_LRS;
}

static uint8_t priority_mask(void)
{
	return PRIORITY_MASK;
}

static void put(struct vcpu *vcpu, unsigned n, uint64_t lr)
{
	struct vgic_swif *s = swif_of(vcpu);

	s->lr[n] = lr;
	s->used |= 1u << n;
	update(vcpu, s);
}

static uint32_t free_lrs(struct vcpu *vcpu)
{
	return ~swif_of(vcpu)->used & vcpu->vgic->all_lrs;
}

static bool put_first(struct vcpu *vcpu, uint64_t lr)
{
	struct vgic_swif *s = swif_of(vcpu);

	if (s->used)
		return false;
	s->lr[0] = lr;
	s->used = 1;
	s->best = group_enabled(s, lr) ? 0 : SWIF_NONE;
	signal(vcpu, s);
	return true;
}

bool vgic_swif_forward(struct vcpu *vcpu, unsigned intid)
{
	uint64_t lr = intid - GIC_SGIS < GIC_PRIVATE - GIC_SGIS ? __atomic_load_n(&vcpu->vgic->v2->direct[intid], __ATOMIC_RELAXED) : 0;

	return lr && !__atomic_load_n(&vcpu->vgic->summary, __ATOMIC_RELAXED) && put_first(vcpu, lr);
}

static void read_lrs(struct vcpu *vcpu, struct vgic_lrs *l)
{
	const struct vgic_swif *s = swif_of(vcpu);

	l->used = s->used;
	for_each_bit(n, s->used)
		l->lr[n] = s->lr[n];
	/* Ends of what is not listed go to vgic_deactivate_intid by name, and need not be counted. */
	l->eoi_count = 0;
	l->split = false;
	l->groups = s->ctlr & (GICC_CTLR_GRP0 | GICC_CTLR_GRP1);
}

static void write_lrs(struct vcpu *vcpu, const struct vgic_lrs *l, uint64_t old_maint)
{
	struct vgic_swif *s = swif_of(vcpu);

	(void)old_maint;
	for_each_bit(n, l->dirty)
		s->lr[n] = l->lr[n];
	s->used = l->used;
	s->ended = 0;
	s->maint = l->maint;
	update(vcpu, s);
}

static bool lr_pending(struct vcpu *vcpu)
{
	const struct vgic_swif *s = swif_of(vcpu);

	for_each_bit(n, s->used)
		if (s->lr[n] & LR_PENDING)
			return true;
	return false;
}

static void stop(struct vcpu *vcpu)
{
	struct vgic_swif *s = swif_of(vcpu);

	*s = (struct vgic_swif){.bpr = {MIN_BPR, MIN_ABPR}};
	update(vcpu, s);
}

static void reset(struct vcpu *vcpu)
{
	stop(vcpu);
	swif_of(vcpu)->maint = vcpu->vgic->maint;
	gic_hw->withhold_interface();
}

/* All but the list registers stays where it is. */
static void save(struct vcpu *vcpu, uint32_t used)
{
	struct vgic_swif *s = swif_of(vcpu);

	for_each_bit(n, used)
		s->lr[n] = 0;
	s->used = 0;
	s->ended = 0;
	s->maint = 0;
	update(vcpu, s);
}

/* The vCPU before it may have had the machine's. */
static void restore(struct vcpu *vcpu)
{
	(void)vcpu;
	gic_hw->withhold_interface();
}

const struct vgic_interface vgic_swif_interface = {
	.nr_lrs = nr_lrs,
	.priority_mask = priority_mask,
	.put_first = put_first,
	.free_lrs = free_lrs,
	.put = put,
	.read_lrs = read_lrs,
	.write_lrs = write_lrs,
	.lr_pending = lr_pending,
	.reset = reset,
	.stop = stop,
	.save = save,
	.restore = restore,
};
