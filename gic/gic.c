/* SPDX-License-Identifier: Apache-2.0 */
/* The physical interrupt controller as the rest sees it: the version that was found, and the interrupts EL2 handles itself. */
#include "gic/gic_hw.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/cpu.h"
#include "arch/arm64/io.h"
#include "common/log.h"
#include "gic/gic_internal.h"

const struct gic_hw *gic_hw;
uint32_t gic_forwarded_ppis;
uint32_t gic_timer_ppis[2];
uint32_t gic_maintenance_intid;
uint32_t gic_own_private;
struct gic_own gic_own[GIC_MAX_OWN];
struct gic_dist gic_dist;
uint8_t gic_spi_owner[GIC_SPECIAL];

struct vcpu *gic_this_vcpu(void)
{
	return this_cpu()->vcpu;
}

enum err gic_init_cpu(struct cpu *cpu)
{
	return gic_hw->init_cpu(cpu);
}

void gic_kick(const struct cpu *cpu)
{
	gic_hw->kick(cpu);
}

const struct spinlock *gic_lock(uint32_t n)
{
	return n < nr_vms ? &vms[n].vgic->lock : n == nr_vms ? &gic_dist.lock : NULL;
}

void gic_handle_irqs(struct vcpu *vcpu)
{
	if (vcpu)
		(void)gic_hw->handle_irqs(vcpu);
	else
		gic_hw->handle_own();
}

void gic_configure_spi(unsigned intid, bool edge)
{
	volatile void *r = gic_dist_reg(GICD_ICFGR + intid / 16 * 4);
	uint32_t bit = 2u << intid % 16 * 2, v;

	spin_lock(&gic_dist.lock);
	v = mmio_read32(r);
	mmio_write32(r, edge ? v | bit : v & ~bit);
	spin_unlock(&gic_dist.lock);
}

enum gic_disposal gic_dispatch(struct vcpu *vcpu, uint32_t intid)
{
	const struct cpu *cpu = this_cpu();

	if (intid == gic_maintenance_intid) {
		/* Its level falls when list registers are as they should be again. */
		if (vcpu)
			vgic_sync_vcpu(vcpu);
		return GIC_DEACTIVATE;
	}
	if (vcpu && vgic_forward(vcpu, intid))
		return GIC_FORWARDED;
	for (unsigned i = 0; i < GIC_MAX_OWN && gic_own[i].handler; i++) {
		if (gic_own[i].intid != intid)
			continue;
		gic_own[i].handler();
		/* The device has let go of its line before the interrupt is deactivated: else it would come once more for nothing. */
		dsb(sy);
		return GIC_DEACTIVATE;
	}
	if (gic_spi_owner[intid] && vgic_forward_spi(&vms[gic_spi_owner[intid] - 1], intid))
		return GIC_FORWARDED;
	/* A timer of a vCPU that was turned off at this moment. */
	if (intid < GIC_PRIVATE && gic_forwarded_ppis >> intid & 1)
		return GIC_DEACTIVATE;
	/* Disabled, it is not seen again: no need to remember that it was reported. */
	gic_hw->write_bits(cpu, GICD_ICENABLER, intid / 32, 1u << intid % 32);
	log_warn("interrupt %u on CPU %u belongs to nobody and is disabled", intid, cpu->id);
	return GIC_DEACTIVATE;
}
