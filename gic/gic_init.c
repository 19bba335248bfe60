/* SPDX-License-Identifier: Apache-2.0 */
/* Boot: which GIC there is, and the interrupts that are EL2's own. */
#include "arch/arm64/barrier.h"
#include "arch/arm64/cpu.h"
#include "arch/arm64/errata.h"
#include "arch/arm64/image.h"
#include "arch/arm64/io.h"
#include "arch/arm64/mmu.h"
#include "common/log.h"
#include "gic/gic_internal.h"

static bool is_ppi(uint32_t intid)
{
	return intid >= GIC_SGIS && intid < GIC_PRIVATE;
}

void gic_init_spis(uint32_t groups)
{
	gic_dist.nr_intids = (uint32_t)u64_min(32 * (GICD_TYPER_LINES(mmio_read32(gic_dist_reg(GICD_TYPER))) + 1), 1024);
	for (unsigned word = 1; word < gic_dist.nr_intids / 32; word++) {
		mmio_write32(gic_dist_reg(GICD_ICENABLER + 4 * word), ~0u);
		mmio_write32(gic_dist_reg(GICD_ICPENDR + 4 * word), ~0u);
		mmio_write32(gic_dist_reg(GICD_ICACTIVER + 4 * word), ~0u);
		mmio_write32(gic_dist_reg(GICD_IGROUPR + 4 * word), groups);
		for (unsigned i = 0; i < 32; i += 4)
			mmio_write32(gic_dist_reg(GICD_IPRIORITYR + 32 * word + i), GIC_PRIORITIES);
	}
}

/* The driver of the other version goes: nothing but gic_hw and the VMs' interfaces lead into it. */
enum err gic_init(const struct host *host)
{
	bool v2 = host->gic.version == 2;

	if (!is_ppi(host->gic.maint_intid) || !is_ppi(host->timer.virt)) {
		log_error("the device tree gives no maintenance interrupt of the GIC, or none of the virtual timer");
		return ERR_NOT_FOUND;
	}
	gic_dist.lock.rank = LOCK_GIC;
	gic_maintenance_intid = host->gic.maint_intid;
	gic_own_private = 1u << GIC_KICK_SGI | 1u << gic_maintenance_intid;
	gic_timer_ppis[0] = 1u << host->timer.virt;
	gic_timer_ppis[1] = is_ppi(host->timer.phys) ? 1u << host->timer.phys : 0;
	gic_forwarded_ppis = gic_timer_ppis[0] | gic_timer_ppis[1];
	/* Boards with such CPUs have no others. */
	gic_hw = v2 ? &gicv2_hw : errata_todo((uint32_t)read_sysreg(midr_el1)) & ERRATA_IAR ? &gicv3_cavium_hw : &gicv3_hw;
	if (v2)
		mmu_drop_part(_gicv3_text, _gicv3_text_end);
	else
		mmu_drop_part(_gicv2_text, _gicv2_text_end);
	return v2 ? gicv2_init(host) : gicv3_init(host);
}

static bool add_own(uint32_t intid, void (*handler)(void))
{
	unsigned i = 0;

	while (i < GIC_MAX_OWN && gic_own[i].handler)
		i++;
	if (i == GIC_MAX_OWN || intid < GIC_SGIS || intid >= gic_dist.nr_intids) {
		log_error("interrupt %u cannot be used by the hypervisor", intid);
		return false;
	}
	gic_own[i] = (struct gic_own){intid, handler};
	return true;
}

void gic_own_ppi(uint32_t intid, void (*handler)(void))
{
	if (is_ppi(intid) && add_own(intid, handler))
		gic_own_private |= 1u << intid;
}

void gic_enable_own(uint32_t intid, bool edge, void (*handler)(void))
{
	if (!add_own(intid, handler))
		return;
	gic_hw->configure_spi(intid, edge);
	gic_hw->route_spi(intid, this_cpu());
	/* The handler's data and the table are seen before the interrupt can come. */
	dsb(sy);
	gic_hw->write_bits(this_cpu(), GICD_ISENABLER, intid / 32, 1u << intid % 32);
}
