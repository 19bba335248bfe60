/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a vCPU's and a VM's virtual GIC, and what its CPU does when others asked for something. */
#include "gic/gic_hw.h"

#include "arch/arm64/lock_check.h"
#include "common/lib/string.h"
#include "gic/vgic_v2.h"

/* PPIs that are forwarded: disabled, not pending and not active in the physical redistributor. */
static void quiet_ppis(const struct vcpu *vcpu)
{
	gic_hw->write_bits(vcpu->cpu, GICD_ICENABLER, 0, gic_forwarded_ppis);
	gic_hw->wait_disabled(vcpu->cpu, 0);
	gic_hw->write_bits(vcpu->cpu, GICD_ICPENDR, 0, gic_forwarded_ppis);
	gic_hw->write_bits(vcpu->cpu, GICD_ICACTIVER, 0, gic_forwarded_ppis);
	vcpu->cpu->ppis = 0;
}

static void reset_private(struct vgic_cpu *vc)
{
	memset(&vc->priv, 0, sizeof(vc->priv));
	vc->priv.edge = 0xffff;
	vc->priv.hw = gic_forwarded_ppis;
	vc->waker = GICR_WAKER_SLEEP | GICR_WAKER_CHILDREN;
	vc->slots = 0;
	vc->latched = 0;
	if (vc->v2)
		vgic_v2_reset_sgis(vc);
}

/* SGIs that were sent and not looked at. */
static void forget_incoming(struct vgic_cpu *vc)
{
	__atomic_store_n(&vc->incoming, 0, __ATOMIC_RELAXED);
	if (vc->v2)
		vgic_v2_forget_incoming(vc);
}

void vgic_reset_vcpu(struct vcpu *vcpu)
{
	struct vgic *g = vcpu->vm->vgic;
	struct vgic_cpu *vc = vcpu->vgic;
	struct vgic_txn t;

	if (vc->loaded)
		vgic_stop_vcpu(vcpu);
	g->interface->reset(vcpu);
	/* Those of the vCPU before it; its own are masked as after reset. */
	gic_hw->write_bits(vcpu->cpu, GICD_ICENABLER, 0, vcpu->cpu->ppis);
	vcpu->cpu->ppis = 0;
	vgic_begin(&t, g, vcpu);
	reset_private(vc);
	vc->nr_lrs = (uint8_t)g->interface->nr_lrs();
	vc->on = vc->loaded = true;
	/* What is pending for it already, SPIs and SGIs that came while it was off, is listed now; `summary` was kept meanwhile. */
	t.self = vcpu;
	t.refill = true;
	if (vc->v2)
		vgic_v2_retarget(&t, vcpu->id);
	vgic_end(&t);
}

/*
 * Interrupts pending in list registers go back to memory: SPIs can be sent to another vCPU. What the vCPU was handling stays active
 * until a guest clears it, as in a real distributor. SGIs that are sent from here on wait for its next life.
 */
void vgic_stop_vcpu(struct vcpu *vcpu)
{
	struct vgic_cpu *vc = vcpu->vgic;
	struct vgic_txn t;
	struct vgic_lrs l;

	vgic_begin(&t, vcpu->vm->vgic, vcpu);
	if (t.self) {
		t.g->interface->read_lrs(vcpu, &l);
		vgic_fold(&t, vcpu, &l);
		t.g->interface->stop(vcpu);
		vc->on = vc->loaded = false;
		vc->maint = 0;
		vgic_update_direct(t.g, vc, ~0u);
		forget_incoming(vc);
		vgic_answered(t.g, vc);
		if (vc->v2)
			vgic_v2_retarget(&t, vcpu->id);
		t.refill = false;
	}
	vgic_end(&t);
	quiet_ppis(vcpu);
}

/* One SGI and nothing else, as most often: the same short way as for one to oneself. */
static bool sync_at_once(struct vcpu *vcpu, uint32_t sgis)
{
	struct vgic_cpu *vc = vcpu->vgic;
	uint64_t lr;

	if (!sgis || sgis & (sgis - 1) || __atomic_load_n(&vc->resync, __ATOMIC_RELAXED) || vc->summary)
		return false;
	lr = vc->direct[__builtin_ctz(sgis)];
	if (lr && vc->v2)
		return vgic_v2_take_at_once(vcpu, sgis, lr);
	/* Whoever found our bit set and added another one has sent no kick: look at what else is there. */
	return lr && vcpu->vm->vgic->interface->put_first(vcpu, lr) && !(__atomic_fetch_and(&vc->incoming, ~sgis, __ATOMIC_ACQUIRE) & ~sgis);
}

void vgic_sync_vcpu(struct vcpu *vcpu)
{
	struct vgic_txn t;

	if (sync_at_once(vcpu, __atomic_load_n(&vcpu->vgic->incoming, __ATOMIC_ACQUIRE)))
		return;
	vgic_begin(&t, vcpu->vm->vgic, vcpu);
	t.refill = t.self != NULL;
	vgic_end(&t);
}

bool vgic_vcpu_has_pending(struct vcpu *vcpu)
{
	struct vgic_cpu *vc = vcpu->vgic;

	if (!vc->loaded)
		return false;
	if (vc->summary || vc->resync || __atomic_load_n(&vc->incoming, __ATOMIC_RELAXED))
		vgic_sync_vcpu(vcpu);
	return vcpu->vm->vgic->interface->lr_pending(vcpu);
}

/* All but what the board says of them (forwarded, trigger) and the lines of emulated devices. */
static void reset_spis(struct vgic *g)
{
	for (unsigned word = 1; word < g->nr_words; word++) {
		struct vgic_word *w = vgic_ref(g, word, 0).w;
		struct vgic_word fresh = {.hw = w->hw, .edge = w->edge & w->hw, .line = w->line};

		*w = fresh;
	}
	g->groups = 0;
	if (g->targets)
		vgic_v2_reset_targets(g);
}

void vgic_stop_vm(struct vm *vm)
{
	const struct cpu *cpu = vm->vcpus[0].cpu;
	struct vgic *g = vm->vgic;

	lock_check_none();
	/* No vCPU runs: nothing enables them again behind our back, so the wait needs no lock. */
	for (unsigned word = 1; word < g->nr_words; word++)
		gic_hw->write_bits(cpu, GICD_ICENABLER, word, g->spi[word - 1].hw);
	gic_hw->wait_disabled(cpu, 1);
	spin_lock(&g->lock);
	for (unsigned word = 1; word < g->nr_words; word++) {
		uint32_t hw = g->spi[word - 1].hw;

		gic_hw->write_bits(cpu, GICD_ICPENDR, word, hw);
		gic_hw->write_bits(cpu, GICD_ICACTIVER, word, hw);
		for_each_bit(b, hw)
			gic_hw->route_spi(word * 32 + b, cpu);
	}
	reset_spis(g);
	for (unsigned i = 0; i < vm->nr_vcpus; i++) {
		vm->vcpus[i].vgic->summary = 0;
		forget_incoming(vm->vcpus[i].vgic);
	}
	spin_unlock(&g->lock);
}
