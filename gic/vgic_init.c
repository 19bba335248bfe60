/* SPDX-License-Identifier: Apache-2.0 */
/* Making a VM's virtual GIC from its plan. */
#include "gic/gic_hw.h"
#include "gic/vgic_v2.h"

_Static_assert(sizeof(struct vgic_word) + 32 <= 32 * PLAN_BYTES_PER_INTID, "the plan counts less than a virtual distributor takes");
_Static_assert(sizeof(struct vgic_cpu) + sizeof(struct vgic_v2_cpu) + sizeof(struct vcpu) <= PLAN_BYTES_PER_VCPU, "the plan counts less than a vCPU takes");
_Static_assert(CONFIG_MAX_VMS < 256, "gic_spi_owner");
_Static_assert(CONFIG_MAX_VCPUS <= 128, "struct vgic_txn.kick and vgic_word.target");

/* ITLinesNumber; of a GICv2 CPUNumber, of a GICv3 IDbits = 10 - 1 and No1N, for every SPI has one target. */
static uint32_t typer(unsigned nr_words, unsigned nr_vcpus, bool v2)
{
	return (nr_words - 1) | (v2 ? (nr_vcpus - 1) << 5 : 9u << 19 | 1u << 25);
}

/* Looked through in this order: first what is most frequent. */
static void add_frames(struct vm *vm, const struct plan_vm *plan)
{
	const struct plan_frames *f = &plan->frames;

	if (plan->gic == PLAN_GIC_V2_GICV)
		vm_add_mmio(vm, f->gicc.base + GICC_DIR, GICC_DIR_FRAME_SIZE, vgic_access_gicv_dir, NULL);
	if (plan->gic == PLAN_GIC_V2_SOFTWARE)
		vm_add_quick_mmio(vm, f->gicc.base, f->gicc.size, vgic_quick_gicc, vgic_access_gicc, NULL);
	if (plan->gic == PLAN_GIC_V3)
		vm_add_quick_mmio(vm, f->gicd.base, f->gicd.size, vgic_quick_gicd, vgic_access_gicd, NULL);
	else
		vm_add_quick_mmio(vm, f->gicd.base, f->gicd.size, vgic_quick_gicd_v2, vgic_access_gicd_v2, NULL);
	if (plan->gic == PLAN_GIC_V3)
		vm_add_quick_mmio(vm, f->gicr.base, f->gicr.size, vgic_quick_gicr, vgic_access_gicr, NULL);
}

enum err vgic_init_vm(struct vm *vm, const struct plan_vm *plan, struct arena *pool)
{
	unsigned nr_words = plan->nr_intids / 32;
	bool v2 = plan->gic != PLAN_GIC_V3;
	struct vgic *g;

	if (nr_words < 1 || nr_words > VGIC_MAX_WORDS || vm->nr_vcpus > (v2 ? VGIC_V2_MAX_VCPUS : CONFIG_MAX_VCPUS))
		return ERR_RANGE;
	g = arena_alloc(pool, sizeof(*g) + (nr_words - 1) * sizeof(g->spi[0]), _Alignof(struct vgic));
	if (!g)
		return ERR_NO_MEMORY;
	g->vm = vm;
	g->lock.rank = LOCK_VGIC;
	g->nr_words = nr_words;
	g->whole_spis = (uint32_t)u64_min(nr_words, GIC_SPECIAL / 32) - 1;
	g->typer = typer(nr_words, vm->nr_vcpus, v2);
	g->software = plan->gic == PLAN_GIC_V2_SOFTWARE;
	g->interface = g->software ? &vgic_swif_interface : gic_hw->interface;
	g->priority_mask = g->interface->priority_mask();
	vm->vgic = g;
	for (unsigned i = 0; i < vm->nr_vcpus; i++) {
		vm->vcpus[i].handle_irqs = gic_hw->handle_irqs;
		vm->vcpus[i].vgic = ARENA_NEW(pool, struct vgic_cpu);
		if (!vm->vcpus[i].vgic)
			return ERR_NO_MEMORY;
		if (v2 && !(vm->vcpus[i].vgic->v2 = ARENA_NEW(pool, struct vgic_v2_cpu)))
			return ERR_NO_MEMORY;
	}
	vm->gic_v2 = v2;
	if (v2) {
		g->targets = ARENA_ARRAY(pool, uint8_t, 32 * nr_words);
		if (!g->targets)
			return ERR_NO_MEMORY;
		vgic_v2_reset_targets(g);
	}
	for (unsigned i = 0; i < plan->nr_irqs; i++) {
		const struct plan_irq *irq = &plan->irqs[i];
		uint32_t bit = 1u << irq->intid % 32;
		struct vgic_word *w;

		if (irq->intid < GIC_PRIVATE || irq->intid >= GIC_SPECIAL || irq->intid / 32 >= nr_words)
			return ERR_RANGE;
		w = vgic_ref(g, irq->intid / 32, 0).w;
		w->hw |= bit;
		w->edge |= irq->edge ? bit : 0;
		gic_spi_owner[irq->intid] = (uint8_t)(vm->id + 1);
		gic_hw->configure_spi(irq->intid, irq->edge);
		gic_hw->route_spi(irq->intid, vm->vcpus[0].cpu);
	}
	add_frames(vm, plan);
	return OK;
}
