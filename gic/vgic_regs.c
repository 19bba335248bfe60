/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reading and writing the distributor's per-interrupt registers means, whatever face they are seen through. Each write costs a
 * fixed amount of work, and more only for interrupts that it makes deliverable or that sit in a list register.
 */
#include "arch/arm64/lock_check.h"
#include "gic/gic_hw.h"

static const struct cpu *cpu_of(const struct vgic_txn *t, struct vgic_ref r)
{
	return t->g->vm->vcpus[r.owner].cpu;
}

/* Whether the physical GIC has what is forwarded of these: a redistributor is the loaded vCPU's. The timers of one that is off stay masked. */
static bool is_physical(struct vgic_txn *t, struct vgic_ref r)
{
	return r.word || vgic_cpu_of(t->g, r.owner)->loaded;
}

/* The same change in the physical GIC, for those that are forwarded. */
static void forward_bits(struct vgic_txn *t, struct vgic_ref r, unsigned reg, uint32_t bits)
{
	bits &= r.w->hw;
	if (bits && is_physical(t, r))
		gic_hw->write_bits(cpu_of(t, r), reg, r.word, bits);
}

static void update_direct(struct vgic_txn *t, struct vgic_ref r, uint32_t bits)
{
	if (r.word == 0)
		vgic_update_direct(t->g, vgic_cpu_of(t->g, r.owner), bits);
}

/* ---- Reads that need what list registers know ---- */

#define WAIT_STEPS (1u << 24) /* tens of milliseconds */

/*
 * Until the vCPU has folded, without the lock. It may be waiting for us in the same way, so our own list registers are folded when
 * someone asks. Bounded: a CPU that does not answer (it is on its way out of its guest, or waits for a lock) costs exactness, nothing else.
 */
static void wait_recalled(struct vgic_txn *t, unsigned vcpu)
{
	struct vgic *g = t->g;
	struct vcpu *self = t->self;
	struct vgic_cpu *vc = vgic_cpu_of(g, vcpu);

	vgic_recall(t, vcpu);
	vgic_end(t);
	lock_check_none();
	for (unsigned i = 0; i < WAIT_STEPS && __atomic_load_n(&vc->recalled, __ATOMIC_ACQUIRE); i++) {
		spin_pause();
		if (self && __atomic_load_n(&self->vgic->recalled, __ATOMIC_RELAXED)) {
			vgic_begin(t, g, self);
			t->refill = t->self != NULL;
			vgic_end(t);
		}
	}
	vgic_begin(t, g, self);
}

/* Makes lr_pend and lr_active of the listed ones those of now. */
static void refresh(struct vgic_txn *t, struct vgic_ref r)
{
	struct vgic_cpu *vc = vgic_cpu_of(t->g, r.owner);

	if (r.word) {
		uint32_t listed = r.w->listed;

		for_each_bit(b, listed) {
			if (!(r.w->listed >> b & 1))
				continue;
			if (!vgic_is_self(t, r.w->holder[b]))
				wait_recalled(t, r.w->holder[b]);
			else
				vgic_sync_self(t);
		}
	} else if (vgic_is_self(t, r.owner)) {
		if (t->g->interface->free_lrs(t->self) == vc->all_lrs)
			r.w->listed = 0;
		else
			vgic_sync_self(t);
	} else if (vc->loaded) {
		wait_recalled(t, r.owner);
	}
}

uint32_t vgic_read_pending(struct vgic_txn *t, struct vgic_ref r)
{
	uint32_t v;

	refresh(t, r);
	v = vgic_pending(r.w) | (r.w->listed & r.w->lr_pend);
	if (r.word == 0)
		v |= __atomic_load_n(&t->g->vm->vcpus[r.owner].sgis, __ATOMIC_RELAXED);
	if (r.w->hw && is_physical(t, r))
		v |= gic_hw->read_bits(cpu_of(t, r), GICD_ISPENDR, r.word) & r.w->hw;
	return v;
}

uint32_t vgic_read_active(struct vgic_txn *t, struct vgic_ref r)
{
	refresh(t, r);
	return r.w->active | (r.w->listed & r.w->lr_active);
}

/* ---- The others ---- */

uint32_t vgic_read_group(struct vgic_txn *t, struct vgic_ref r)
{
	(void)t;
	return r.w->group;
}

uint32_t vgic_read_enabled(struct vgic_txn *t, struct vgic_ref r)
{
	(void)t;
	return r.w->enabled;
}

void vgic_write_group(struct vgic_txn *t, struct vgic_ref r, uint32_t v)
{
	uint32_t changed = r.w->group ^ v;

	r.w->group = v;
	update_direct(t, r, changed);
	vgic_withdraw(t, r, changed, NULL);
	vgic_update(t, r, changed);
}

void vgic_set_enabled(struct vgic_txn *t, struct vgic_ref r, uint32_t v)
{
	v &= ~r.w->enabled;
	r.w->enabled |= v;
	update_direct(t, r, v);
	vgic_update(t, r, v);
	forward_bits(t, r, GICD_ISENABLER, v);
}

/* What is pending in a list register goes back to memory and waits there; a forwarded one stays active in the physical GIC. */
void vgic_clear_enabled(struct vgic_txn *t, struct vgic_ref r, uint32_t v)
{
	v &= r.w->enabled;
	r.w->enabled &= ~v;
	forward_bits(t, r, GICD_ICENABLER, v);
	update_direct(t, r, v);
	vgic_withdraw(t, r, v, NULL);
}

/* A forwarded one is made pending in the physical GIC, and comes from there like any other; for a vCPU that is not loaded it has come. */
void vgic_set_pending(struct vgic_txn *t, struct vgic_ref r, uint32_t v)
{
	if (is_physical(t, r)) {
		forward_bits(t, r, GICD_ISPENDR, v);
		if (r.word == 0)
			vgic_cpu_of(t->g, r.owner)->latched |= v & r.w->hw;
		v &= ~r.w->hw;
	} else if (!vgic_cpu_of(t->g, r.owner)->on) {
		v &= ~r.w->hw;
	}
	r.w->pend |= v;
	vgic_update(t, r, v);
}

void vgic_clear_pending(struct vgic_txn *t, struct vgic_ref r, uint32_t v)
{
	uint32_t held = r.w->pend & v;

	if (r.word == 0)
		__atomic_fetch_and(&t->g->vm->vcpus[r.owner].sgis, ~v, __ATOMIC_RELAXED);
	r.w->pend &= ~v;
	forward_bits(t, r, GICD_ICPENDR, v);
	vgic_deactivate(t->g, r, held & ~r.w->active);
	vgic_withdraw(t, r, v, &r.w->drop_pend);
}

void vgic_set_active(struct vgic_txn *t, struct vgic_ref r, uint32_t v)
{
	/* Private ones may be listed all the same: then the fold overwrites what is set here. */
	uint32_t fresh = v & ~r.w->active & ~(r.word ? r.w->listed : 0);

	r.w->active |= v;
	for_each_bit(b, fresh) {
		r.w->holder[b] = r.word ? r.w->target[b] : (uint8_t)r.owner;
		r.w->acked[b] = r.w->priority[b];
		vgic_note(t, r.w->holder[b], r.word);
	}
	forward_bits(t, r, GICD_ISACTIVER, v);
	/* Its holder's fold finds it active in memory and lists it so. */
	for_each_bit(b, v & ~fresh)
		vgic_note(t, r.w->holder[b], r.word);
	vgic_withdraw(t, r, v, NULL);
}

void vgic_clear_active(struct vgic_txn *t, struct vgic_ref r, uint32_t v)
{
	uint32_t held = r.w->active & v;

	r.w->active &= ~v;
	vgic_deactivate(t->g, r, held & ~r.w->pend);
	vgic_withdraw(t, r, v, &r.w->drop_active);
	vgic_update(t, r, held);
}

void vgic_write_priorities(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned n, uint32_t priorities)
{
	uint32_t changed = 0;

	for (unsigned b = first; b < first + n; b++, priorities >>= 8) {
		uint8_t priority = (uint8_t)priorities & t->g->priority_mask;

		changed |= (uint32_t)(r.w->priority[b] != priority) << b;
		r.w->priority[b] = priority;
	}
	if (!changed)
		return;
	update_direct(t, r, changed);
	vgic_withdraw(t, r, changed, NULL);
	vgic_update(t, r, changed);
}

/* How a forwarded one is triggered is the board's to say. */
void vgic_write_edge(struct vgic_txn *t, struct vgic_ref r, uint32_t mask, uint32_t edge)
{
	uint32_t changed = (r.w->edge ^ edge) & mask & ~r.w->hw;

	r.w->edge ^= changed;
	vgic_withdraw(t, r, changed, NULL);
	vgic_update(t, r, changed);
}

void vgic_write_target(struct vgic_txn *t, struct vgic_ref r, unsigned bit, uint8_t vcpu)
{
	if (r.w->target[bit] == vcpu)
		return;
	r.w->target[bit] = vcpu;
	if (r.w->hw >> bit & 1 && vcpu != VGIC_NO_VCPU)
		gic_hw->route_spi(r.word * 32 + bit, t->g->vm->vcpus[vcpu].cpu);
	/* Pending in the old target's list register: its fold passes it on. Active: it stays there until it is ended. */
	vgic_withdraw(t, r, 1u << bit, NULL);
	vgic_update(t, r, 1u << bit);
}

/* GICD_CTLR's group enables. */
void vgic_write_groups(struct vgic_txn *t, uint32_t groups)
{
	struct vgic *g = t->g;

	if (g->groups == groups)
		return;
	g->groups = groups;
	for (unsigned i = 0; i < g->vm->nr_vcpus; i++) {
		vgic_update_direct(g, vgic_cpu_of(g, i), ~0u);
		vgic_note(t, i, 0);
		vgic_recall(t, i);
	}
	for (unsigned word = 1; word < g->nr_words; word++)
		vgic_update(t, vgic_ref(g, word, 0), ~0u);
}
