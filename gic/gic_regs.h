/* SPDX-License-Identifier: Apache-2.0 */
/* Memory-mapped registers of GICv3 and GICv2: of the physical ones and of what guests see (Arm IHI 0069, 12.9 "GICD_" and 12.11 "GICR_"; IHI 0048). */
#ifndef GIC_GIC_REGS_H
#define GIC_GIC_REGS_H

#include "common/lib/util.h"

/* INTIDs: 0-15 SGIs, 16-31 PPIs, 32-1019 SPIs, 1020-1023 special (IHI 0069, 2.2). */
#define GIC_SGIS 16
#define GIC_PRIVATE 32
#define GIC_SPECIAL 1020
#define GIC_OTHER_GROUP 1022 /* GICv2: pending, but of group 1 */
#define GIC_NONE 1023
#define GIC_EXTENDED 1024 /* from here on: extended PPIs, extended SPIs, LPIs */
#define GIC_LPIS 8192

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
#define GICD_ICENABLER_E 0x1400 /* of the extended SPIs */
#define GIC_PIDR2 0xffe8    /* in GICD and in both GICR frames */
#define GICD_FRAME_SIZE 0x10000

/* With GICD_CTLR.DS = 1 (one Security state), or in the Non-secure view (IHI 0069, 12.9.4). */
#define GICD_CTLR_GRP0 BIT(0)   /* Non-secure view: EnableGrp1, without affinity routing */
#define GICD_CTLR_GRP1 BIT(1)   /* Non-secure view: EnableGrp1A */
#define GICD_CTLR_ARE BIT(4)    /* ARE, or ARE_NS */
#define GICD_CTLR_DS BIT(6)
#define GICD_CTLR_RWP BIT(31)

#define GICD_TYPER_LINES(v) FIELD(v, 4, 0)
#define GICD_TYPER_CPUS(v) FIELD(v, 7, 5) /* GICv2: less one */
#define GICD_TYPER_ESPI BIT(8)
#define GICD_TYPER_ESPI_WORDS(v) ((unsigned)FIELD(v, 31, 27) + 1) /* of 32 extended SPIs each, from INTID 4096 on; with ESPI */

/* RD_base frame; SGI_base is GICR_SGI_FRAME further and has the GICD's offsets for INTIDs 0-31. */
#define GICR_CTLR 0x0000
#define GICR_IIDR 0x0004
#define GICR_TYPER 0x0008
#define GICR_STATUSR 0x0010
#define GICR_WAKER 0x0014
#define GICR_SGI_FRAME 0x10000
#define GICR_SIZE 0x20000

#define GICR_CTLR_LPIS BIT(0)
#define GICR_CTLR_RWP BIT(3)
#define GICR_TYPER_VLPIS BIT(1)
#define GICR_TYPER_LAST BIT(4)
#define GICR_TYPER_EXTENDED_WORDS(v) ((unsigned)FIELD(v, 31, 27)) /* of 32 extended PPIs each, from INTID 1056 on */
#define GICR_WAKER_SLEEP BIT(1)
#define GICR_WAKER_CHILDREN BIT(2)

/* What GICv2's distributor has besides or elsewhere (IHI 0048, 4.3). Its frame ends at 0x1000. */
#define GICD_CPENDSGIR 0x0f10
#define GICD_SPENDSGIR 0x0f20
#define GICD_V2_PIDR2 0x0fe8
#define GICD_V2_FRAME_SIZE 0x1000
#define GICD_SGIR_TARGETS_SHIFT 16

/* GICv2's CPU interface, and GICV, the virtual one (IHI 0048, 4.4 and 5.5). */
#define GICC_CTLR 0x0000
#define GICC_PMR 0x0004
#define GICC_BPR 0x0008
#define GICC_IAR 0x000c
#define GICC_EOIR 0x0010
#define GICC_RPR 0x0014
#define GICC_HPPIR 0x0018
#define GICC_ABPR 0x001c
#define GICC_AIAR 0x0020
#define GICC_AEOIR 0x0024
#define GICC_AHPPIR 0x0028
#define GICC_APR 0x00d0
#define GICC_NSAPR 0x00e0
#define GICC_IIDR 0x00fc
#define GICC_DIR 0x1000 /* the second page, alone in it */
#define GICC_DIR_FRAME_SIZE 0x1000
#define GICC_FRAME_SIZE 0x2000

#define GICC_CTLR_GRP0 BIT(0)
#define GICC_CTLR_GRP1 BIT(1)
#define GICC_CTLR_ACKCTL BIT(2)
#define GICC_CTLR_FIQEN BIT(3)
#define GICC_CTLR_CBPR BIT(4)
#define GICC_CTLR_BYPASS GENMASK(8, 5) /* what the lines do while a group is disabled: the board's */
#define GICC_CTLR_EOIMODE BIT(9) /* GICV, and a GICC without security extensions; Non-secure view: EOImodeNS */

#define GICC_IIDR_ARCH(v) FIELD(v, 19, 16)
#define GICC_IIDR_QEMU 0x0002043b /* product 0, revision 0; a GIC-400 is product 0x20 */

/* IAR, EOIR, DIR: the INTID, and of an SGI the CPU interface it came from. */
#define GICC_IAR_INTID(v) ((unsigned)FIELD(v, 9, 0))
#define GICC_IAR_CPU(v) ((unsigned)FIELD(v, 12, 10))

/* GICH, the virtual interface's control (IHI 0048, 5.3). */
#define GICH_HCR 0x0000
#define GICH_VTR 0x0004
#define GICH_VMCR 0x0008
#define GICH_MISR 0x0010
#define GICH_EISR 0x0020
#define GICH_ELRSR 0x0030
#define GICH_APR 0x00f0
#define GICH_LR 0x0100
#define GICH_FRAME_SIZE 0x1000

#define GICH_HCR_EN BIT(0) /* bits 7:1 and 31:27 are as in ICH_HCR_EL2 */
#define GICH_HCR_EOICOUNT(v) ((uint32_t)FIELD(v, 31, 27))
#define GICH_VTR_NR_LRS(v) (FIELD(v, 5, 0) + 1)
#define GICH_VMCR_ENGRP0 BIT(0)
#define GICH_VMCR_ENGRP1 BIT(1)
#define GICH_VMCR_EOIMODE BIT(9)

#define GIC_PIDR2_ARCH(v) FIELD(v, 7, 4)
#define GIC_PIDR2_V2 0x2b /* ArchRev 2, JEDEC */
#define GIC_PIDR2_V3 0x3b /* ArchRev 3, JEDEC */

#endif
