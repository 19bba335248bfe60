/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a vCPU's and a VM's virtual GIC, and what its CPU does when others asked for something. */
#include "gic/gic_hw.h"

#include "arch/arm64/lock_check.h"
#include "arch/arm64/port.h"
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
	vc->priv = (struct vgic_word){.edge = 0xffff, .hw = gic_forwarded_ppis};
	vc->waker = GICR_WAKER_SLEEP | GICR_WAKER_CHILDREN;
	vc->slots = 0;
	vc->latched = 0;
	if (vc->v2)
		vgic_v2_reset_sgis(vc);
	vc->fresh = true;
}

/* SGIs that were sent and not looked at. */
static void forget_sgis(struct vcpu *vcpu)
{
	__atomic_store_n(&vcpu->sgis, 0, __ATOMIC_RELAXED);
	if (vcpu->vgic->v2)
		vgic_v2_forget_incoming(vcpu->vgic);
}

/* What its CPU has, and no vCPU of another CPU need know: found in its first life. */
static NOINLINE void find_interface(struct vcpu *vcpu)
{
	struct vgic *g = vcpu->vm->vgic;
	struct vgic_cpu *vc = vcpu->vgic;

	vc->interface = g->interface;
	vc->nr_lrs = (uint8_t)g->interface->nr_lrs();
	vc->all_lrs = (uint32_t)GENMASK(vc->nr_lrs - 1, 0);
	vc->maint = vgic_least_maint(g, vc);
	if (!vc->v2)
		gicv3_find_kick(vcpu);
}

/* What is pending for it already, SPIs and SGIs that came while it was off, is listed; `summary` was kept meanwhile. */
static NOINLINE void list_waiting(struct vcpu *vcpu)
{
	struct vgic_txn t;

	vgic_begin(&t, vcpu->vm->vgic, vcpu);
	t.refill = true;
	if (vcpu->vgic->v2)
		vgic_v2_retarget(&t, vcpu->id);
	vgic_end(&t);
}

void vgic_reset_vcpu(struct vcpu *vcpu)
{
	struct vgic *g = vcpu->vm->vgic;
	struct vgic_cpu *vc = vcpu->vgic;

	if (vc->loaded)
		vgic_stop_vcpu(vcpu);
	if (!vc->interface)
		find_interface(vcpu);
	vc->interface->reset(vcpu);
	/* Those of the vCPU before it; its own are masked as after reset. */
	if (vcpu->cpu->ppis) {
		gic_hw->write_bits(vcpu->cpu, GICD_ICENABLER, 0, vcpu->cpu->ppis);
		vcpu->cpu->ppis = 0;
	}
	spin_lock(&g->lock);
	/* Done when it went off, most often. */
	if (!vc->fresh)
		reset_private(vc);
	vc->fresh = false;
	vc->on = vc->loaded = true;
	spin_unlock(&g->lock);
	/* From here on others ask this vCPU to look; what they did before is in memory. */
	if (vc->summary || vcpu->sgis || vc->v2)
		list_waiting(vcpu);
}

/*
 * SPIs pending in list registers go back to memory: they can be sent to another vCPU. Those that the vCPU was handling stay active
 * until a guest clears them, as in a real distributor. SGIs that are sent from here on wait for its next life.
 */
COLD void vgic_stop_vcpu(struct vcpu *vcpu)
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
		vc->maint = vgic_least_maint(t.g, vc);
		reset_private(vc);
		vgic_update_direct(t.g, vc, ~0u);
		forget_sgis(vcpu);
		vgic_answered(t.g, vc);
		if (vc->v2)
			vgic_v2_retarget(&t, vcpu->id);
		t.refill = false;
	}
	vgic_end(&t);
	quiet_ppis(vcpu);
}

void vgic_sync_vcpu(struct vcpu *vcpu)
{
	struct vgic_txn t;

	vgic_begin(&t, vcpu->vm->vgic, vcpu);
	t.refill = t.self != NULL;
	vgic_end(&t);
}

void vgic_take_in(struct vcpu *vcpu)
{
	const struct vgic_cpu *vc = vcpu->vgic;

	if (vc->summary || vc->resync)
		vgic_sync_vcpu(vcpu);
	else if (__atomic_load_n(&vcpu->sgis, __ATOMIC_RELAXED))
		(void)exit_sgis(vcpu);
}

bool vgic_vcpu_has_pending(struct vcpu *vcpu)
{
	struct vgic_cpu *vc = vcpu->vgic;

	if (!vc->loaded)
		return false;
	vgic_take_in(vcpu);
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

COLD void vgic_stop_vm(struct vm *vm)
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
		forget_sgis(&vm->vcpus[i]);
	}
	spin_unlock(&g->lock);
}
