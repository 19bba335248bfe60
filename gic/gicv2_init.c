/* SPDX-License-Identifier: Apache-2.0 */
/* Boot: the GICv2's frames, and its distributor. */
#include "arch/arm64/io.h"
#include "arch/arm64/mmu.h"
#include "common/log.h"
#include "gic/gic_internal.h"

static enum err find_interface(const struct mem_range *frame)
{
	uintptr_t base = (uintptr_t)el2_map_device(pa_make(frame->base), GICV2_INTERFACE_SIZE(frame->size));
	uint32_t id;

	if (!base)
		return ERR_NO_MEMORY;
	id = mmio_read32((volatile void *)(base + GICC_IIDR));
	if (GICC_IIDR_ARCH(id) != 2) {
		log_error("the GIC's CPU interface at 0x%llx says it is of architecture %u, not 2 (GICC_IIDR)", (unsigned long long)frame->base,
			  (unsigned)GICC_IIDR_ARCH(id));
		return ERR_UNSUPPORTED;
	}
	gicv2.cpu = gicv2_find_interface(base, frame->size);
	if (!gicv2.cpu) {
		log_error("the GIC's CPU interface at 0x%llx is not as the board's DTB has it, %llu bytes: 64 KiB apart, its pages take 0x20000",
			  (unsigned long long)frame->base, (unsigned long long)frame->size);
		return ERR_UNSUPPORTED;
	}
	/* No GIC of a 64-bit CPU says so of itself. */
	gicv2.ends = id == GICC_IIDR_QEMU;
	return OK;
}

static enum err map_frames(const struct host_gic *h)
{
	gic_dist.base = (uintptr_t)el2_map_device(pa_make(h->dist.base), GICD_V2_FRAME_SIZE);
	gicv2.hyp = (uintptr_t)el2_map_device(pa_make(h->hyp.base), GICH_FRAME_SIZE);
	if (!gic_dist.base || !gicv2.hyp) {
		log_error("the GIC's register frames cannot be mapped");
		return ERR_NO_MEMORY;
	}
	return find_interface(&h->cpu);
}

enum err gicv2_init(const struct host *host)
{
	enum err e = map_frames(&host->gic);

	if (e)
		return e;
	gicv2.ends = gicv2.ends && !host_bootargs_have(host->bootargs, "gicv2-hw");
	gicv2.nr_lrs = (unsigned)u64_min(GICH_VTR_NR_LRS(mmio_read32((volatile void *)(gicv2.hyp + GICH_VTR))), VGIC_MAX_LRS);
	mmio_write32(gic_dist_reg(GICD_CTLR), 0);
	/*
	 * Group 0 where there is a choice. In the Non-secure state there is none: IGROUPR is write-ignored, what firmware left us is in group 1, and bit 0 of
	 * GICD_CTLR and GICC_CTLR enables that. Without Security Extensions the same bits enable group 0, and GICC_IAR acknowledges it (of
	 * group 1 it would say 1022; IHI 0048, 4.4.4).
	 */
	gic_init_spis(0);
	mmio_write32(gic_dist_reg(GICD_CTLR), (uint32_t)GICD_CTLR_GRP0);
	return OK;
}
