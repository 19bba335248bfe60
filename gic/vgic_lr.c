/* SPDX-License-Identifier: Apache-2.0 */
/*
 * List registers: fold takes them back into memory, fill puts out what is most urgent. Both work on an array; vgic_sync_self is the only
 * one that reaches the machine.
 *
 * What finds no list register waits in memory and keeps its order: nothing that waits is more urgent than a pending interrupt that is
 * listed, and the underflow interrupt (NPIE) comes when the guest has taken the last of these. Interrupts for which the guest's CPU
 * interface has the whole group disabled come last, for they could hold list registers for ever.
 */
#include "gic/gic_hw.h"
#include "gic/vgic_v2.h"

/* The most urgent ones of a kind, sorted. */
struct picks {
	unsigned total; /* all that were offered */
	unsigned n;     /* of these, in the arrays */
	uint16_t intid[VGIC_MAX_LRS];
	uint16_t key[VGIC_MAX_LRS]; /* lower is more urgent */
};

#define KEY_GROUP_OFF 0x100 /* above every priority */

static void pick_add(struct picks *p, unsigned max, unsigned intid, unsigned key)
{
	unsigned i;

	p->total++;
	if (p->n < max)
		p->n++;
	else if (max == 0 || key >= p->key[max - 1])
		return;
	/* Among equals the first offered, which has the lower INTID, comes first. */
	for (i = p->n - 1; i > 0 && p->key[i - 1] > key; i--) {
		p->intid[i] = p->intid[i - 1];
		p->key[i] = p->key[i - 1];
	}
	p->intid[i] = (uint16_t)intid;
	p->key[i] = (uint16_t)key;
}

/* ---- Fold ---- */

static void fold_one(struct vgic_txn *t, struct vcpu *vcpu, uint64_t lr)
{
	struct vgic *g = t->g;
	unsigned intid = LR_VINTID(lr), b = intid % 32;
	uint32_t bit = 1u << b;
	bool was = lr & LR_STATE, pending = lr & LR_PENDING, active = lr & LR_ACTIVE;
	struct vgic_ref r;

	if (intid / 32 >= g->nr_words)
		return;
	r = vgic_ref(g, intid / 32, vcpu->id);
	if (vcpu->vgic->v2 && intid < GIC_SGIS)
		pending = vgic_v2_fold_sgi(vcpu->vgic, lr);
	else if (r.w->drop_pend & bit)
		pending = false;
	if (r.w->drop_active & bit)
		active = false;
	if (was && !pending && !active)
		vgic_deactivate(g, r, bit);
	/* Pending by an emulated line alone: the line itself tells. */
	if (pending && (r.w->edge | r.w->hw | r.w->lr_latch) & bit)
		r.w->pend |= bit;
	if (active) {
		r.w->active |= bit;
		r.w->acked[b] = (uint8_t)(lr >> LR_PRIORITY_SHIFT);
		r.w->holder[b] = (uint8_t)vcpu->id;
		vgic_note(t, vcpu->id, r.word);
	}
	r.w->listed &= ~bit;
	r.w->drop_pend &= ~bit;
	r.w->drop_active &= ~bit;
	vgic_update(t, r, bit);
}

/* SPIs that were put into list registers and of which these know nothing any more: the guest has finished them. */
static void fold_finished(struct vgic_txn *t, struct vcpu *vcpu, const struct vgic_lrs *l)
{
	struct vgic_cpu *vc = vcpu->vgic;

	uint32_t slots = vc->slots;

	vc->slots = 0;
	for_each_bit(n, slots) {
		unsigned intid = vc->slot_intid[n], b = intid % 32;
		struct vgic_ref r;

		if (l->used >> n & 1 && LR_VINTID(l->lr[n]) == intid)
			continue;
		r = vgic_ref(t->g, intid / 32, vcpu->id);
		if (!(r.w->listed >> b & 1) || r.w->holder[b] != vcpu->id || r.w->slot[b] != n)
			continue;
		r.w->listed &= ~(1u << b);
		r.w->drop_pend &= ~(1u << b);
		r.w->drop_active &= ~(1u << b);
		vgic_update(t, r, 1u << b);
	}
}

/*
 * The guest ended interrupts that were active but not listed, ICH_HCR_EL2.EOIcount of them: with EOImode 0 these are the most urgent of
 * those, for it ends them in the order of the running priority. With EOImode 1 EOIR deactivates nothing and ICC_DIR_EL1 traps
 * (vgic_write_dir): nothing should be counted (IHI 0069, 12.4 "ICH_HCR_EL2", EOIcount), but QEMU counts the priority drops.
 */
static void fold_ended(struct vgic_txn *t, struct vcpu *vcpu, uint32_t count)
{
	struct vgic *g = t->g;

	while (count--) {
		struct picks best = {0};
		struct vgic_ref r;
		uint32_t bit;

		for_each_bit(word, vcpu->vgic->summary) {
			struct vgic_word *w = vgic_ref(g, word, vcpu->id).w;
			uint32_t active = w->active;

			for_each_bit(b, active)
				if (word == 0 || w->holder[b] == vcpu->id)
					pick_add(&best, 1, word * 32 + b, w->acked[b]);
		}
		if (!best.n)
			return;
		r = vgic_ref(g, best.intid[0] / 32, vcpu->id);
		bit = 1u << best.intid[0] % 32;
		r.w->active &= ~bit;
		vgic_deactivate(g, r, bit);
		vgic_update(t, r, bit);
	}
}

void vgic_fold(struct vgic_txn *t, struct vcpu *vcpu, struct vgic_lrs *l)
{
	struct vgic_cpu *vc = vcpu->vgic;

	fold_finished(t, vcpu, l);
	/* First those that had no list register, before the listed ones join them in memory. */
	if (vc->maint & HCR_MAINT_LRENPIE && !l->split)
		fold_ended(t, vcpu, l->eoi_count);
	for_each_bit(n, l->used)
		fold_one(t, vcpu, l->lr[n]);
	vc->priv.listed = vc->priv.drop_pend = vc->priv.drop_active = 0;
	l->dirty = l->used;
	l->used = 0;
}

/* ---- Fill ---- */

/* apart: it may not become pending by being ended, for others wait that could be more urgent. */
static void list(struct vgic_txn *t, struct vcpu *vcpu, struct vgic_lrs *l, unsigned n, unsigned intid, uint64_t state, bool apart)
{
	struct vgic_ref r = vgic_ref(t->g, intid / 32, vcpu->id);
	struct vgic_word *w = r.w;
	unsigned b = intid % 32;
	uint32_t bit = 1u << b;
	uint64_t eoi = 0;
	bool sourced = vcpu->vgic->v2 && intid < GIC_SGIS;

	if (state == LR_ACTIVE && vgic_deliverable(t->g, w) & bit) {
		/* Pending and active at once is not for forwarded ones (IHI 0069, 12.4.9 "State"): the physical GIC keeps that. */
		if (w->hw & bit) {
			w->pend &= ~bit;
			gic_hw->write_bits(vcpu->cpu, GICD_ISPENDR, r.word, bit);
			vcpu->vgic->latched |= r.word ? 0 : bit;
		} else if (apart || sourced || w->priority[b] != w->acked[b] || (r.word && w->target[b] != vcpu->id)) {
			/*
			 * (Or it is pending from another source, or with another priority than it is active with; or its target was changed: ended here, it
			 * is pending there.) The maintenance interrupt tells when.
			 */
			eoi = LR_EOI;
		} else {
			state |= LR_PENDING;
		}
	}
	l->lr[n] = vgic_make_lr(w, r.word, b, state) | eoi;
	l->used |= 1u << n;
	w->lr_latch = (w->lr_latch & ~bit) | (state & LR_PENDING ? w->pend & bit : 0);
	w->lr_pend = (w->lr_pend & ~bit) | (state & LR_PENDING ? bit : 0);
	w->lr_active = (w->lr_active & ~bit) | (state & LR_ACTIVE ? bit : 0);
	if (state & LR_PENDING)
		w->pend &= ~bit;
	w->active &= ~bit;
	w->listed |= bit;
	w->holder[b] = (uint8_t)vcpu->id;
	w->slot[b] = (uint8_t)n;
	if (r.word)
		vgic_set_slot(vcpu->vgic, n, intid);
	if (sourced)
		l->lr[n] = vgic_v2_list_sgi(vcpu->vgic, l->lr[n]);
}

/* Everything this vCPU could list, sorted; *summary: the words it is in. */
static uint32_t collect(struct vgic_txn *t, struct vcpu *vcpu, uint32_t groups, struct picks *active, struct picks *pending)
{
	struct vgic_cpu *vc = vcpu->vgic;
	uint32_t found = 0;

	for_each_bit(word, vc->summary) {
		struct vgic_word *w = vgic_ref(t->g, word, vcpu->id).w;
		uint32_t act = w->active & ~w->listed;
		uint32_t pend = vgic_deliverable(t->g, w) & ~w->listed & ~w->active;

		for_each_bit(b, act) {
			if (word && w->holder[b] != vcpu->id)
				continue;
			pick_add(active, vc->nr_lrs, word * 32 + b, w->acked[b]);
			found |= 1u << word;
		}
		for_each_bit(b, pend) {
			unsigned group = w->group >> b & 1;

			if (word && w->target[b] != vcpu->id)
				continue;
			pick_add(pending, vc->nr_lrs, word * 32 + b, w->priority[b] | (groups >> group & 1 ? 0 : KEY_GROUP_OFF));
			found |= 1u << word;
		}
	}
	return found;
}

void vgic_fill(struct vgic_txn *t, struct vcpu *vcpu, struct vgic_lrs *l)
{
	struct vgic_cpu *vc = vcpu->vgic;
	unsigned nr_active, nr_pending, n = 0;
	struct picks active, pending;
	uint32_t found;

	active.total = active.n = pending.total = pending.n = 0;
	found = collect(t, vcpu, l->groups, &active, &pending);
	/* At least one list register is for a pending interrupt, which may preempt. */
	nr_active = (unsigned)u64_min(active.n, vc->nr_lrs - (pending.total ? 1u : 0u));
	nr_pending = (unsigned)u64_min(pending.n, vc->nr_lrs - nr_active);
	for (unsigned i = 0; i < vc->nr_lrs; i++)
		l->lr[i] = 0;
	for (unsigned i = 0; i < nr_active; i++)
		list(t, vcpu, l, n++, active.intid[i], LR_ACTIVE, pending.total > nr_pending);
	for (unsigned i = 0; i < nr_pending; i++)
		list(t, vcpu, l, n++, pending.intid[i], LR_PENDING, false);
	l->dirty |= l->used;

	l->maint = vgic_least_maint(t->g, vc);
	if (active.total > nr_active)
		l->maint |= HCR_MAINT_LRENPIE | HCR_TRAP_DIR;
	/* As long as something waits, so does the order of the groups: a change of either enable sorts anew. */
	if (pending.total > nr_pending)
		l->maint |= HCR_MAINT_NPIE | (l->groups & 1 ? HCR_MAINT_GRP0_DISABLED : HCR_MAINT_GRP0_ENABLED) |
			    (l->groups & 2 ? HCR_MAINT_GRP1_DISABLED : HCR_MAINT_GRP1_ENABLED);
	if (active.total == nr_active && pending.total == nr_pending)
		found = 0;
	__atomic_store_n(&vc->summary, found, __ATOMIC_RELAXED);
}

/* ---- Both ---- */

void vgic_answered(struct vgic *g, struct vgic_cpu *vc)
{
	__atomic_store_n(&vc->resync, 0, __ATOMIC_RELAXED);
	if (vc->recalled) {
		/* Pairs with the acquire in wait_recalled: who waits for this sees what was folded. */
		__atomic_store_n(&vc->recalled, 0, __ATOMIC_RELEASE);
		__atomic_store_n(&g->recalls, g->recalls - 1, __ATOMIC_RELAXED);
	}
}

void vgic_sync_self(struct vgic_txn *t)
{
	struct vcpu *vcpu = t->self;
	struct vgic_cpu *vc = vcpu->vgic;
	uint32_t sgis = __atomic_exchange_n(&vcpu->sgis, 0, __ATOMIC_ACQUIRE);
	struct vgic_lrs l;
	uint64_t old_maint = vc->maint;

	if (sgis && vc->v2)
		sgis = vgic_v2_take_sgis(vc, sgis);
	if (sgis) {
		vc->priv.pend |= sgis;
		vgic_note(t, vcpu->id, 0);
	}
	t->g->interface->read_lrs(vcpu, &l);
	vgic_fold(t, vcpu, &l);
	vgic_fill(t, vcpu, &l);
	vc->maint = l.maint;
	t->g->interface->write_lrs(vcpu, &l, old_maint);
	t->refill = false;
	vgic_answered(t->g, vc);
}
