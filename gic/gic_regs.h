/* SPDX-License-Identifier: Apache-2.0 */
/* Memory-mapped registers of GICv3: of the physical one and of what guests see (Arm IHI 0069, 12.9 "GICD_" and 12.11 "GICR_"). */
#ifndef GIC_GIC_REGS_H
#define GIC_GIC_REGS_H

#include "common/lib/util.h"

/* INTIDs: 0-15 SGIs, 16-31 PPIs, 32-1019 SPIs, 1020-1023 special (IHI 0069, 2.2). */
#define GIC_SGIS 16
#define GIC_PRIVATE 32
#define GIC_SPECIAL 1020
#define GIC_NONE 1023

#define GICD_CTLR 0x0000
#define GICD_TYPER 0x0004
#define GICD_IIDR 0x0008
#define GICD_TYPER2 0x000c
#define GICD_STATUSR 0x0010
#define GICD_SETSPI_NSR 0x0040
#define GICD_CLRSPI_NSR 0x0048
#define GICD_IGROUPR 0x0080
#define GICD_ISENABLER 0x0100
#define GICD_ICENABLER 0x0180
#define GICD_ISPENDR 0x0200
#define GICD_ICPENDR 0x0280
#define GICD_ISACTIVER 0x0300
#define GICD_ICACTIVER 0x0380
#define GICD_IPRIORITYR 0x0400
#define GICD_ITARGETSR 0x0800
#define GICD_ICFGR 0x0c00
#define GICD_IGRPMODR 0x0d00
#define GICD_NSACR 0x0e00
#define GICD_SGIR 0x0f00
#define GICD_IROUTER 0x6000 /* of INTID 0: that of SPI n is 8 * n on, so the first is at 0x6100 */
#define GIC_PIDR2 0xffe8    /* in GICD and in both GICR frames */
#define GICD_FRAME_SIZE 0x10000

/* With GICD_CTLR.DS = 1 (one Security state), or in the Non-secure view (IHI 0069, 12.9.4). */
#define GICD_CTLR_GRP0 BIT(0)   /* Non-secure view: EnableGrp1, without affinity routing */
#define GICD_CTLR_GRP1 BIT(1)   /* Non-secure view: EnableGrp1A */
#define GICD_CTLR_ARE BIT(4)    /* ARE, or ARE_NS */
#define GICD_CTLR_DS BIT(6)
#define GICD_CTLR_RWP BIT(31)

#define GICD_TYPER_LINES(v) FIELD(v, 4, 0)

/* RD_base frame; SGI_base is GICR_SGI_FRAME further and has the GICD's offsets for INTIDs 0-31. */
#define GICR_CTLR 0x0000
#define GICR_IIDR 0x0004
#define GICR_TYPER 0x0008
#define GICR_STATUSR 0x0010
#define GICR_WAKER 0x0014
#define GICR_SGI_FRAME 0x10000
#define GICR_SIZE 0x20000

#define GICR_CTLR_RWP BIT(3)
#define GICR_TYPER_VLPIS BIT(1)
#define GICR_TYPER_LAST BIT(4)
#define GICR_WAKER_SLEEP BIT(1)
#define GICR_WAKER_CHILDREN BIT(2)

#define GIC_PIDR2_ARCH(v) FIELD(v, 7, 4)
#define GIC_PIDR2_V3 0x3b /* ArchRev 3, JEDEC */

#endif
