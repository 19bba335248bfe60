/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another vCPU of a CPU that several share is loaded: what the machine has of the old one's interrupts goes to memory, and the new one's comes from there. In a
 * part of the image that boot unmaps where no CPU is shared.
 */
#include "gic/gic_hw.h"

/* Most often a vCPU that waits, or whose time is over, has handled what was listed: then there is nothing to fold. Returns what was in use. */
static uint32_t fold_all(struct vgic_txn *t, struct vcpu *vcpu)
{
	struct vgic_cpu *vc = vcpu->vgic;
	struct vgic_lrs l;

	if (!vc->slots && !(vc->maint & HCR_MAINT_LRENPIE) && t->g->interface->free_lrs(vcpu) == GENMASK(vc->nr_lrs - 1, 0)) {
		vc->priv.listed = vc->priv.drop_pend = vc->priv.drop_active = 0;
		return 0;
	}
	t->g->interface->read_lrs(vcpu, &l);
	vgic_fold(t, vcpu, &l);
	return l.dirty;
}

void vgic_unload_vcpu(struct vcpu *vcpu)
{
	struct vgic_cpu *vc = vcpu->vgic;
	struct vgic_word *w = &vc->priv;
	struct vgic_txn t;
	uint32_t held;

	vgic_begin(&t, vcpu->vm->vgic, vcpu);
	t.g->interface->save(vcpu, fold_all(&t, vcpu));
	vc->maint &= HCR_TRAP_DIR;
	/* The timers are off, so that what is pending is so by name. It has come, then. */
	if (vc->latched) {
		w->pend |= gic_hw->read_bits(vcpu->cpu, GICD_ISPENDR, 0) & vc->latched;
		gic_hw->write_bits(vcpu->cpu, GICD_ICPENDR, 0, vc->latched);
		vc->latched = 0;
		vgic_update(&t, vgic_ref(t.g, 0, vcpu->id), w->hw);
	}
	/* The next vCPU's are to come, whatever this one is handling. */
	held = (w->pend | w->active) & w->hw;
	if (held)
		gic_hw->write_bits(vcpu->cpu, GICD_ICACTIVER, 0, held);
	vcpu->cpu->ppis = w->enabled & w->hw;
	vc->loaded = false;
	vgic_answered(t.g, vc);
	t.refill = false;
	vgic_end(&t);
}

void vgic_load_vcpu(struct vcpu *vcpu)
{
	struct vgic_cpu *vc = vcpu->vgic;
	struct vgic_word *w = &vc->priv;
	uint32_t enabled, held, again;
	struct vgic_txn t;

	vcpu->vm->vgic->interface->restore(vcpu);
	vgic_begin(&t, vcpu->vm->vgic, vcpu);
	vc->loaded = true;
	t.self = vcpu;
	enabled = w->enabled & w->hw;
	if (enabled != vcpu->cpu->ppis) {
		gic_hw->write_bits(vcpu->cpu, GICD_ICENABLER, 0, vcpu->cpu->ppis & ~enabled);
		gic_hw->write_bits(vcpu->cpu, GICD_ISENABLER, 0, enabled & ~vcpu->cpu->ppis);
	}
	/* Before they are listed: a list register's end deactivates what is active. What is pending besides comes after that end. */
	held = (w->pend | w->active) & w->hw;
	if (held) {
		again = w->pend & w->active & w->hw;
		gic_hw->write_bits(vcpu->cpu, GICD_ISACTIVER, 0, held);
		gic_hw->write_bits(vcpu->cpu, GICD_ISPENDR, 0, again);
		w->pend &= ~again;
		vc->latched |= again;
	}
	vgic_end(&t);
	vgic_take_in(vcpu);
}

unsigned vgic_enabled_timers(const struct vcpu *vcpu)
{
	uint32_t enabled = vcpu->vgic->priv.enabled;

	return (enabled & gic_timer_ppis[0] ? 1 : 0) | (enabled & gic_timer_ppis[1] ? 2 : 0);
}
