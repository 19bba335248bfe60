/* SPDX-License-Identifier: Apache-2.0 */
/* Making a VM's virtual GIC from its plan. */
#include "gic/gic_hw.h"

_Static_assert(sizeof(struct vgic_word) <= 32 * PLAN_BYTES_PER_INTID, "the plan counts less than a virtual distributor takes");
_Static_assert(sizeof(struct vgic_cpu) + sizeof(struct vcpu) <= PLAN_BYTES_PER_VCPU, "the plan counts less than a vCPU takes");
_Static_assert(CONFIG_MAX_VCPUS <= 128, "struct vgic_txn.kick and vgic_word.target");

enum err vgic_init_vm(struct vm *vm, const struct plan_vm *plan, struct arena *pool)
{
	unsigned nr_words = plan->nr_intids / 32;
	struct vgic *g;

	if (plan->gic_version != 3)
		return ERR_UNSUPPORTED;
	if (nr_words < 1 || nr_words > VGIC_MAX_WORDS || vm->nr_vcpus > CONFIG_MAX_VCPUS)
		return ERR_RANGE;
	g = arena_alloc(pool, sizeof(*g) + (nr_words - 1) * sizeof(g->spi[0]), _Alignof(struct vgic));
	if (!g)
		return ERR_NO_MEMORY;
	g->vm = vm;
	g->nr_words = nr_words;
	g->interface = gic_hw->interface;
	g->priority_mask = g->interface->priority_mask();
	vm->vgic = g;
	for (unsigned i = 0; i < vm->nr_vcpus; i++) {
		vm->vcpus[i].vgic = ARENA_NEW(pool, struct vgic_cpu);
		if (!vm->vcpus[i].vgic)
			return ERR_NO_MEMORY;
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
		gic_hw->configure_spi(irq->intid, irq->edge);
		gic_hw->route_spi(irq->intid, vm->vcpus[0].cpu);
	}
	vm_add_mmio(vm, plan->frames.gicd.base, plan->frames.gicd.size, vgic_access_gicd, g);
	vm_add_mmio(vm, plan->frames.gicr.base, plan->frames.gicr.size, vgic_access_gicr, g);
	return OK;
}
