/* SPDX-License-Identifier: Apache-2.0 */
/* Boot: which GIC there is, its frames, and its distributor. */
#include "arch/arm64/barrier.h"
#include "arch/arm64/cpu.h"
#include "arch/arm64/io.h"
#include "arch/arm64/mmu.h"
#include "common/log.h"
#include "gic/gic_internal.h"

static enum err map_frames(const struct host_gic *h)
{
	gicv3.dist = (uintptr_t)el2_map_device(pa_make(h->dist.base), u64_max(h->dist.size, GICD_FRAME_SIZE));
	if (!gicv3.dist)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < h->nr_redist; i++) {
		gicv3.redist[i].base = (uintptr_t)el2_map_device(pa_make(h->redist[i].base), h->redist[i].size);
		gicv3.redist[i].size = h->redist[i].size;
		if (!gicv3.redist[i].base)
			return ERR_NO_MEMORY;
	}
	gicv3.nr_redist = h->nr_redist;
	gicv3.stride = h->redist_stride;
	return OK;
}

/*
 * All SPIs off, not active, group 1 (the Non-secure one, or that of the only Security state), one priority; affinity routing on. ARE
 * changes only while the groups are disabled, and before anything that depends on it (IHI 0069, 12.9 "GICD_CTLR"). Their routes are
 * written when they are given to a VM.
 */
static void init_dist(void)
{
	uintptr_t d = gicv3.dist;

	mmio_write32((void *)(d + GICD_CTLR), 0);
	gicv3_wait_rwp(d + GICD_CTLR, (uint32_t)GICD_CTLR_RWP);
	mmio_write32((void *)(d + GICD_CTLR), (uint32_t)GICD_CTLR_ARE);
	gicv3_wait_rwp(d + GICD_CTLR, (uint32_t)GICD_CTLR_RWP);
	for (unsigned word = 1; word < gicv3.nr_intids / 32; word++) {
		mmio_write32((void *)(d + GICD_ICENABLER + 4 * word), ~0u);
		mmio_write32((void *)(d + GICD_ICPENDR + 4 * word), ~0u);
		mmio_write32((void *)(d + GICD_ICACTIVER + 4 * word), ~0u);
		mmio_write32((void *)(d + GICD_IGROUPR + 4 * word), ~0u);
		for (unsigned i = 0; i < 32; i += 4)
			mmio_write32((void *)(d + GICD_IPRIORITYR + 32 * word + i), 0xa0a0a0a0);
	}
	gicv3_wait_rwp(d + GICD_CTLR, (uint32_t)GICD_CTLR_RWP);
	/* In the Non-secure view bit 0 is EnableGrp1, which ARE makes reserved, and bit 1 EnableGrp1A; with one Security state bit 1 is EnableGrp1. */
	mmio_write32((void *)(d + GICD_CTLR), (uint32_t)(GICD_CTLR_ARE | GICD_CTLR_GRP1));
	gicv3_wait_rwp(d + GICD_CTLR, (uint32_t)GICD_CTLR_RWP);
}

enum err gicv3_init(const struct host *host)
{
	const struct host_gic *h = &host->gic;
	enum err e = map_frames(h);
	unsigned arch;

	if (e) {
		log_error("the GIC's register frames cannot be mapped");
		return e;
	}
	arch = (unsigned)GIC_PIDR2_ARCH(mmio_read32((void *)(gicv3.dist + GIC_PIDR2)));
	if (arch != 3 && arch != 4) {
		log_error("the GIC at 0x%llx says it is of architecture %u, not 3 or 4 (GICD_PIDR2)", (unsigned long long)h->dist.base, arch);
		return ERR_UNSUPPORTED;
	}
	gicv3.nr_intids = (uint32_t)u64_min(32 * (GICD_TYPER_LINES(mmio_read32((void *)(gicv3.dist + GICD_TYPER))) + 1), 1024);
	init_dist();
	return OK;
}

static bool is_ppi(uint32_t intid)
{
	return intid >= GIC_SGIS && intid < GIC_PRIVATE;
}

enum err gic_init(const struct host *host)
{
	if (host->gic.version != 3) {
		log_error("GICv%u is not supported", host->gic.version);
		return ERR_UNSUPPORTED;
	}
	if (!is_ppi(host->gic.maint_intid) || !is_ppi(host->timer.virt)) {
		log_error("the device tree gives no maintenance interrupt of the GIC, or none of the virtual timer");
		return ERR_NOT_FOUND;
	}
	gic_maintenance_intid = host->gic.maint_intid;
	gic_forwarded_ppis = 1u << host->timer.virt;
	if (is_ppi(host->timer.phys))
		gic_forwarded_ppis |= 1u << host->timer.phys;
	gic_hw = &gicv3_hw;
	return gicv3_init(host);
}

void gic_enable_own(uint32_t intid, bool edge, void (*handler)(void))
{
	unsigned i = 0;

	while (i < GIC_MAX_OWN && gic_own[i].handler)
		i++;
	if (i == GIC_MAX_OWN || intid < GIC_PRIVATE || intid >= gicv3.nr_intids) {
		log_error("interrupt %u cannot be used by the hypervisor", intid);
		return;
	}
	gic_own[i] = (struct gic_own){intid, handler};
	gic_hw->configure_spi(intid, edge);
	gic_hw->route_spi(intid, this_cpu());
	/* The handler's data and the table are seen before the interrupt can come. */
	dsb(sy);
	gic_hw->write_bits(this_cpu(), GICD_ISENABLER, intid / 32, 1u << intid % 32);
}
