/* SPDX-License-Identifier: Apache-2.0 */
/* Boot: the GICv3's frames, and its distributor. */
#include "arch/arm64/io.h"
#include "arch/arm64/mmu.h"
#include "common/log.h"
#include "gic/gic_internal.h"

static enum err map_frames(const struct host_gic *h)
{
	gic_dist.base = (uintptr_t)el2_map_device(pa_make(h->dist.base), u64_max(h->dist.size, GICD_FRAME_SIZE));
	if (!gic_dist.base)
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

static void write_ctlr(uint64_t v)
{
	/* Disables of SPIs before it are complete too. */
	gicv3_wait_rwp((uintptr_t)gic_dist_reg(GICD_CTLR), (uint32_t)GICD_CTLR_RWP);
	mmio_write32(gic_dist_reg(GICD_CTLR), (uint32_t)v);
	gicv3_wait_rwp((uintptr_t)gic_dist_reg(GICD_CTLR), (uint32_t)GICD_CTLR_RWP);
}

/* Extended SPIs are nobody's: nobody's DTB gives them, and no VM can be given one. */
static void disable_extended(void)
{
	uint32_t typer = mmio_read32(gic_dist_reg(GICD_TYPER));

	for (unsigned word = 0; typer & GICD_TYPER_ESPI && word < GICD_TYPER_ESPI_WORDS(typer); word++)
		mmio_write32(gic_dist_reg(GICD_ICENABLER_E + 4 * word), ~0u);
}

/*
 * All SPIs in group 1 (the Non-secure one, or that of the only Security state); affinity routing on. ARE changes only while the groups are
 * disabled, and before anything that depends on it (IHI 0069, 12.9 "GICD_CTLR"). Their routes are written when they are given to a VM.
 */
static void init_dist(void)
{
	write_ctlr(0);
	write_ctlr(GICD_CTLR_ARE);
	gic_init_spis(~0u);
	disable_extended();
	/* In the Non-secure view bit 0 is EnableGrp1, which ARE makes reserved, and bit 1 EnableGrp1A; with one Security state bit 1 is EnableGrp1. */
	write_ctlr(GICD_CTLR_ARE | GICD_CTLR_GRP1);
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
	arch = (unsigned)GIC_PIDR2_ARCH(mmio_read32(gic_dist_reg(GIC_PIDR2)));
	if (arch != 3 && arch != 4) {
		log_error("the GIC at 0x%llx says it is of architecture %u, not 3 or 4 (GICD_PIDR2)", (unsigned long long)h->dist.base, arch);
		return ERR_UNSUPPORTED;
	}
	init_dist();
	return OK;
}
