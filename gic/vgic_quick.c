/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short ways for what guests do most with the distributor: one word of SPIs is enabled or disabled, four are given priorities, and nothing else
 * follows from it, for none of them is pending or listed. Everything else goes through the tables (vgic_mmio.c), which know
 * what these do here, too. Loads and stores of 32 bits have the same registers in GICv2 and GICv3.
 */
#include "arch/arm64/esr.h"
#include "gic/gic_hw.h"
#include "gic/vgic_mmio.h"

typedef uint32_t __attribute__((may_alias)) four_fields;

/* The word that has the INTIDs from 32 * word on, if it is one of SPIs and all of these exist; else NULL. */
static inline struct vgic_word *spis(struct vgic *g, uint64_t word)
{
	return word - 1 < g->whole_spis ? &g->spi[word - 1] : NULL;
}

static NOINLINE struct vcpu *let_go(struct vcpu *vcpu, uint64_t esr, uint64_t offset)
{
	spin_unlock(&vcpu->vm->vgic->lock);
	return mmio_emulate(vcpu, esr, offset);
}

/* The same for those in `bits` that are forwarded, in the physical GIC. */
static NOINLINE struct vcpu *forward(struct vcpu *vcpu, const struct vgic_word *w, unsigned reg, uint32_t bits)
{
	struct vgic *g = vcpu->vm->vgic;

	gic_hw->write_bits(vcpu->cpu, reg, (unsigned)(w - g->spi) + 1, bits & w->hw);
	spin_unlock(&g->lock);
	return vcpu;
}

static inline struct vcpu *enable(struct vcpu *vcpu, uint64_t esr, uint64_t offset)
{
	struct vgic *g = vcpu->vm->vgic;
	struct vgic_word *w = spis(g, (offset - GICD_ISENABLER) / 4);
	uint32_t v = (uint32_t)vcpu_get_reg(&vcpu->arch, esr_dabt_rt(esr));

	if (!w || offset & 3)
		return mmio_emulate(vcpu, esr, offset);
	spin_lock(&g->lock);
	if (v & (w->pend | w->line))
		return let_go(vcpu, esr, offset);
	w->enabled |= v;
	if (v & w->hw)
		return forward(vcpu, w, GICD_ISENABLER, v);
	spin_unlock(&g->lock);
	return vcpu;
}

static inline struct vcpu *disable(struct vcpu *vcpu, uint64_t esr, uint64_t offset)
{
	struct vgic *g = vcpu->vm->vgic;
	struct vgic_word *w = spis(g, (offset - GICD_ICENABLER) / 4);
	uint32_t v = (uint32_t)vcpu_get_reg(&vcpu->arch, esr_dabt_rt(esr));

	if (!w || offset & 3)
		return mmio_emulate(vcpu, esr, offset);
	spin_lock(&g->lock);
	if (v & w->listed)
		return let_go(vcpu, esr, offset);
	w->enabled &= ~v;
	if (v & w->hw)
		return forward(vcpu, w, GICD_ICENABLER, v);
	spin_unlock(&g->lock);
	return vcpu;
}

static inline struct vcpu *prioritise(struct vcpu *vcpu, uint64_t esr, uint64_t offset)
{
	struct vgic *g = vcpu->vm->vgic;
	uint64_t first = offset - GICD_IPRIORITYR;
	struct vgic_word *w = spis(g, first / 32);
	uint32_t v = (uint32_t)vcpu_get_reg(&vcpu->arch, esr_dabt_rt(esr));

	if (!w || offset & 3)
		return mmio_emulate(vcpu, esr, offset);
	first %= 32;
	spin_lock(&g->lock);
	if ((w->listed | w->pend | w->line) >> first & 0xf)
		return let_go(vcpu, esr, offset);
	*(four_fields *)&w->priority[first] = v & g->priority_mask * 0x01010101u;
	spin_unlock(&g->lock);
	return vcpu;
}

struct vcpu *vgic_quick_gicd(struct vcpu *vcpu, uint64_t esr, uint64_t offset)
{
	if (esr_dabt_sas(esr) != ESR_SAS_32)
		return mmio_emulate(vcpu, esr, offset);
	if (!esr_dabt_write(esr)) {
		if (offset != GICD_TYPER)
			return mmio_emulate(vcpu, esr, offset);
		/* Its bit 31 is 0, so that it does not matter whether the load extends a sign. */
		vcpu_set_reg(&vcpu->arch, esr_dabt_rt(esr), vcpu->vm->vgic->typer);
		return vcpu;
	}
	switch (VGIC_SLOT(offset)) {
	case VGIC_SLOT(GICD_ISENABLER):
		return enable(vcpu, esr, offset);
	case VGIC_SLOT(GICD_ICENABLER):
		return disable(vcpu, esr, offset);
	case VGIC_SLOT(GICD_IPRIORITYR) ... VGIC_SLOT(GICD_IPRIORITYR + 0x3ff):
		return prioritise(vcpu, esr, offset);
	default:
		return mmio_emulate(vcpu, esr, offset);
	}
}

/* Linux and others look for their own redistributor by GICR_TYPER, in all of them. */
struct vcpu *vgic_quick_gicr(struct vcpu *vcpu, uint64_t esr, uint64_t offset)
{
	uint64_t target = offset / GICR_SIZE;

	if (esr_dabt_write(esr) || esr_dabt_sas(esr) != ESR_SAS_64 || offset % GICR_SIZE != GICR_TYPER || target >= vcpu->vm->nr_vcpus)
		return mmio_emulate(vcpu, esr, offset);
	vcpu_set_reg(&vcpu->arch, esr_dabt_rt(esr), vgic_gicr_typer(vcpu->vm->vgic, (unsigned)target));
	return vcpu;
}
