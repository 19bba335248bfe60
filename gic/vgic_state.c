/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual GIC's state: who must know when something changes, and what arrives from the physical GIC and from emulated devices. */
#include "gic/vgic.h"

#include "gic/gic_hw.h"
#include "gic/vgic_v2.h"

void vgic_begin(struct vgic_txn *t, struct vgic *g, struct vcpu *self)
{
	if (!self) {
		self = gic_this_vcpu();
		if (self && self->vm != g->vm)
			self = NULL;
	}
	*t = (struct vgic_txn){.g = g, .self = self};
	spin_lock(&g->lock);
	if (self && !self->vgic->loaded)
		t->self = NULL;
}

static void send_kicks(const struct vgic_txn *t)
{
	for (unsigned i = 0; i < ARRAY_SIZE(t->kick); i++)
		for (uint64_t k = t->kick[i]; k; k &= k - 1)
			vcpu_kick(&t->g->vm->vcpus[i * 64 + (unsigned)__builtin_ctzll(k)]);
}

void vgic_end(struct vgic_txn *t)
{
	if (t->refill)
		vgic_sync_self(t);
	spin_unlock(&t->g->lock);
	if (t->kick[0] | t->kick[1])
		send_kicks(t);
}

uint32_t vgic_pending(const struct vgic_word *w)
{
	return w->pend | (w->line & ~w->edge);
}

static uint32_t group_on(const struct vgic *g, const struct vgic_word *w)
{
	return (g->groups & GICD_CTLR_GRP0 ? ~w->group : 0) | (g->groups & GICD_CTLR_GRP1 ? w->group : 0);
}

uint32_t vgic_deliverable(const struct vgic *g, const struct vgic_word *w)
{
	return w->enabled & vgic_pending(w) & group_on(g, w);
}

/* A vCPU that is on and not loaded here must look. The state it will see is written already: vcpu_kick orders that before the interrupt. */
static void request(struct vgic_txn *t, unsigned vcpu)
{
	struct vgic_cpu *vc = vgic_cpu_of(t->g, vcpu);

	__atomic_store_n(&vc->resync, 1, __ATOMIC_RELAXED);
	__atomic_fetch_or(&t->g->vm->vcpus[vcpu].requests, VCPU_REQ_VGIC, __ATOMIC_RELEASE);
	t->kick[vcpu / 64] |= BIT(vcpu % 64);
}

void vgic_note(struct vgic_txn *t, unsigned vcpu, unsigned word)
{
	struct vgic_cpu *vc;

	if (vcpu == VGIC_NO_VCPU)
		return;
	vc = vgic_cpu_of(t->g, vcpu);
	__atomic_store_n(&vc->summary, vc->summary | 1u << word, __ATOMIC_RELAXED);
	if (vgic_is_self(t, vcpu))
		t->refill = true;
	else if (vc->on)
		request(t, vcpu);
}

void vgic_recall(struct vgic_txn *t, unsigned vcpu)
{
	struct vgic_cpu *vc = vgic_cpu_of(t->g, vcpu);

	if (vgic_is_self(t, vcpu)) {
		t->refill = true;
	} else if (vc->loaded) {
		if (!vc->recalled) {
			__atomic_store_n(&vc->recalled, 1, __ATOMIC_RELAXED);
			__atomic_store_n(&t->g->recalls, t->g->recalls + 1, __ATOMIC_RELAXED);
		}
		request(t, vcpu);
	}
}

void vgic_update(struct vgic_txn *t, struct vgic_ref r, uint32_t mask)
{
	struct vgic_word *w = r.w;

	/* Nothing is pending, most often; without the groups, which are a matter of more loads. */
	mask &= w->enabled & (w->pend | w->line);
	if (__builtin_expect(!mask, 1))
		return;
	mask &= vgic_deliverable(t->g, w);
	if (!mask)
		return;
	if (r.word == 0) {
		vgic_note(t, r.owner, 0);
		return;
	}
	for_each_bit(b, mask) {
		/* While it is listed its holder has it, whatever its target: only there can the new state be merged with the old. */
		if (w->listed >> b & 1)
			vgic_recall(t, w->holder[b]);
		else if (!(w->active >> b & 1))
			vgic_note(t, w->target[b], r.word);
		else if (w->holder[b] != VGIC_NO_VCPU)
			vgic_note(t, w->holder[b], r.word);
	}
}

void vgic_withdraw(struct vgic_txn *t, struct vgic_ref r, uint32_t mask, uint32_t *drop)
{
	if (r.word) {
		mask &= r.w->listed;
		for_each_bit(b, mask)
			vgic_recall(t, r.w->holder[b]);
	} else {
		struct vgic_cpu *vc = vgic_cpu_of(t->g, r.owner);

		if (!mask || !vc->loaded)
			return;
		if (vgic_is_self(t, r.owner) && t->g->interface->free_lrs(t->self) == vc->all_lrs)
			return;
		vgic_recall(t, r.owner);
	}
	if (drop)
		*drop |= mask;
}

uint64_t vgic_make_lr(const struct vgic_word *w, unsigned word, unsigned bit, uint64_t state)
{
	unsigned intid = word * 32 + bit;
	uint64_t priority = state & LR_ACTIVE ? w->acked[bit] : w->priority[bit];
	uint64_t lr = state | priority << LR_PRIORITY_SHIFT | intid;

	if (w->group >> bit & 1)
		lr |= LR_GROUP1;
	if (w->hw >> bit & 1)
		return lr | LR_HW | (uint64_t)intid << LR_PINTID_SHIFT;
	/* Still high when the guest ends it, it is pending again: only a maintenance interrupt tells when that is. */
	if (state & LR_PENDING && w->line & ~w->edge & 1u << bit)
		lr |= LR_EOI;
	return lr;
}

void vgic_update_direct(struct vgic *g, struct vgic_cpu *vc, uint32_t mask)
{
	struct vgic_word *w = &vc->priv;
	uint32_t able = vc->on ? w->enabled & group_on(g, w) & (w->hw | 0xffff) : 0;

	for_each_bit(b, mask) {
		uint64_t *direct = vc->v2 && (g->software || b < GIC_SGIS) ? vc->v2->direct : vc->direct;
		uint64_t lr = able >> b & 1 ? vgic_make_lr(w, 0, b, LR_PENDING) : 0;
		__atomic_store_n(&direct[b], lr, __ATOMIC_RELAXED);
	}
}

void vgic_deactivate(struct vgic *g, struct vgic_ref r, uint32_t mask)
{
	mask &= r.w->hw;
	/* Of a vCPU that is not loaded none is active in the redistributor. */
	if (mask && (r.word || vgic_cpu_of(g, r.owner)->loaded))
		gic_hw->write_bits(g->vm->vcpus[r.owner].cpu, GICD_ICACTIVER, r.word, mask);
}

/* Straight into a free list register of self, if nothing else waits for one and nothing is known of it that must be merged. */
static bool forward_at_once(struct vgic_txn *t, struct vgic_ref r, unsigned b)
{
	struct vgic_word *w = r.w;
	uint32_t bit = 1u << b, free;
	struct vgic_cpu *vc;
	unsigned n;

	if (!t->self || (r.word ? w->target[b] : r.owner) != t->self->id)
		return false;
	vc = t->self->vgic;
	if (vc->summary || !(w->enabled & group_on(t->g, w) & bit) || (w->active | w->pend) & bit)
		return false;
	free = t->g->interface->free_lrs(t->self);
	/* `listed` outlives the guest's EOI: with its list register free again, it is no more. */
	if (!free || (w->listed & bit && !(w->holder[b] == t->self->id && free >> w->slot[b] & 1)))
		return false;
	n = (unsigned)__builtin_ctz(free);
	if (vc->slots >> n & 1) {
		unsigned old = vc->slot_intid[n];
		struct vgic_word *ow = vgic_ref(t->g, old / 32, 0).w;

		if (ow->holder[old % 32] == t->self->id && ow->slot[old % 32] == n)
			ow->listed &= ~(1u << old % 32);
	}
	t->g->interface->put(t->self, n, vgic_make_lr(w, r.word, b, LR_PENDING));
	if (r.word) {
		vgic_set_slot(vc, n, r.word * 32 + b);
		w->slot[b] = (uint8_t)n;
		w->holder[b] = (uint8_t)t->self->id;
		w->listed |= bit;
		w->lr_pend |= bit;
		w->lr_active &= ~bit;
	}
	return true;
}

bool vgic_forward(struct vcpu *vcpu, unsigned intid)
{
	struct vgic *g = vcpu->vm->vgic;
	uint32_t bit = 1u << intid % 32;
	struct vgic_txn t;
	struct vgic_ref r;

	if (intid / 32 >= g->nr_words)
		return false;
	r = vgic_ref(g, intid / 32, vcpu->id);
	if (!(r.w->hw & bit))
		return false;
	vgic_begin(&t, g, vcpu);
	if (r.word == 0 && !t.self) {
		/* A timer of a vCPU that was turned off meanwhile. */
		spin_unlock(&g->lock);
		return false;
	}
	if (!forward_at_once(&t, r, intid % 32)) {
		r.w->pend |= bit;
		vgic_update(&t, r, bit);
	}
	vgic_end(&t);
	return true;
}

bool vgic_forward_spi(struct vm *vm, unsigned intid)
{
	struct vgic *g = vm->vgic;
	uint32_t bit = 1u << intid % 32;
	struct vgic_txn t;
	struct vgic_ref r;

	if (intid < GIC_PRIVATE || intid / 32 >= g->nr_words)
		return false;
	r = vgic_ref(g, intid / 32, 0);
	if (!(r.w->hw & bit))
		return false;
	vgic_begin(&t, g, NULL);
	r.w->pend |= bit;
	vgic_update(&t, r, bit);
	vgic_end(&t);
	return true;
}

void vgic_set_spi_level(struct vm *vm, uint32_t intid, bool level)
{
	struct vgic *g = vm->vgic;
	uint32_t bit = 1u << intid % 32;
	struct vgic_txn t;
	struct vgic_ref r;

	if (intid < GIC_PRIVATE || intid / 32 >= g->nr_words)
		return;
	vgic_begin(&t, g, NULL);
	r = vgic_ref(g, intid / 32, 0);
	if (level && !(r.w->line & bit)) {
		r.w->line |= bit;
		if (r.w->edge & bit)
			r.w->pend |= bit;
		vgic_update(&t, r, bit);
	} else if (!level && r.w->line & bit) {
		r.w->line &= ~bit;
		/* Pending by the line alone, in a list register: pending no more. */
		if (!(r.w->edge & bit))
			vgic_withdraw(&t, r, bit, NULL);
	}
	vgic_end(&t);
}

void vgic_deactivate_intid(struct vcpu *vcpu, unsigned intid)
{
	struct vgic *g = vcpu->vm->vgic;
	uint32_t bit = 1u << intid % 32;
	struct vgic_txn t;
	struct vgic_ref r;

	if (intid / 32 >= g->nr_words)
		return;
	vgic_begin(&t, g, vcpu);
	r = vgic_ref(g, intid / 32, vcpu->id);
	vgic_withdraw(&t, r, bit, &r.w->drop_active);
	if (r.w->active & bit) {
		r.w->active &= ~bit;
		vgic_deactivate(g, r, bit);
		vgic_update(&t, r, bit);
	}
	t.refill |= t.self != NULL;
	vgic_end(&t);
}

/* With EOImode 0 it has no effect (IHI 0069, 12.2 "ICC_DIR_EL1"). */
void vgic_write_dir(struct vcpu *vcpu, uint64_t value)
{
	if (vcpu->vm->vgic->interface->split(vcpu))
		vgic_deactivate_intid(vcpu, (unsigned)FIELD(value, 23, 0));
}
