/* SPDX-License-Identifier: Apache-2.0 */
/*
 * List registers of the two architectures. Arithmetic only.
 *
 *                  state  HW  group  priority  physical INTID or EOI  virtual INTID, and source of an SGI
 * ICH_LR<n>_EL2    63:62  61  60     55:51     41:32                  12:0   (IHI 0069, 12.4 "ICH_LR<n>_EL2")
 * GICH_LR<n>       29:28  31  30     27:23     19:10                  12:0   (IHI 0048, 5.3.8 "GICH_LR<n>")
 *
 * Without HW the physical INTID is but its highest bit, which is EOI in both: so it leaves bits 12:10 of GICH_LR<n> to the source. With HW the
 * virtual INTID is no SGI's and leaves them to the physical one.
 */
#ifndef GIC_GICV2_LR_H
#define GIC_GICV2_LR_H

#include <stdint.h>

#include "common/lib/util.h"

#define GICV2_LR_STATE GENMASK(29, 28)
#define GICV2_LR_PENDING BIT(28)
#define GICV2_LR_HW BIT(31)
#define GICV2_LR_EOI BIT(19)

static inline uint32_t gicv2_from_lr(uint64_t lr)
{
	return (uint32_t)((lr >> 34 & GENMASK(29, 28)) | (lr >> 30 & GENMASK(31, 30)) | (lr >> 28 & GENMASK(27, 23)) | (lr >> 22 & GENMASK(19, 10)) |
			  (lr & GENMASK(12, 0)));
}

/* One that is deactivated by who gets the maintenance interrupt, not by the list register. */
static inline uint32_t gicv2_without_hw(uint32_t v)
{
	return (uint32_t)((v & ~(GICV2_LR_HW | GENMASK(19, 10))) | GICV2_LR_EOI);
}

static inline uint64_t gicv2_to_lr(uint32_t v)
{
	uint64_t lr = v, physical = v & GICV2_LR_HW ? GENMASK(19, 10) : GICV2_LR_EOI, virtual = v & GICV2_LR_HW ? GENMASK(9, 0) : GENMASK(12, 0);

	return (lr & GENMASK(29, 28)) << 34 | (lr & GENMASK(31, 30)) << 30 | (lr & GENMASK(27, 23)) << 28 | (lr & physical) << 22 | (lr & virtual);
}

#endif
