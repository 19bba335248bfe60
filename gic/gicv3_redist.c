/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/io.h"
#include "gic/gic_internal.h"

/* The affinity is packed in GICR_TYPER[63:32] (IHI 0069, 12.11 "GICR_TYPER"). */
uintptr_t gicv3_find_redist(const struct gicv3 *gic, uint64_t mpidr)
{
	uint64_t aff = (mpidr >> 8 & 0xff000000) | (mpidr & 0xffffff);

	for (unsigned i = 0; i < gic->nr_redist; i++) {
		const struct gicv3_region *region = &gic->redist[i];

		for (uint64_t at = 0; at + GICR_SIZE <= region->size;) {
			uint64_t typer = mmio_read64((const void *)(region->base + at + GICR_TYPER));

			if (typer >> 32 == aff)
				return region->base + at;
			if (typer & GICR_TYPER_LAST)
				break;
			at += gic->stride ? gic->stride : typer & GICR_TYPER_VLPIS ? 2 * GICR_SIZE : GICR_SIZE;
		}
	}
	return 0;
}
