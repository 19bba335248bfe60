/* SPDX-License-Identifier: Apache-2.0 */
/* Register offsets of the GIC architectures: v2 is IHI 0048, v3 is IHI 0069. */
#ifndef KIT_GIC_REGISTERS_H
#define KIT_GIC_REGISTERS_H

/* Distributor, the same in both; those of private interrupts are at the same offsets in a v3 redistributor's second frame. */
#define GICD_CTLR 0x000
#define GICD_TYPER 0x004
#define GICD_IIDR 0x008
#define GICD_IGROUPR 0x080
#define GICD_ISENABLER 0x100
#define GICD_ICENABLER 0x180
#define GICD_ISPENDR 0x200
#define GICD_ICPENDR 0x280
#define GICD_ISACTIVER 0x300
#define GICD_ICACTIVER 0x380
#define GICD_IPRIORITYR 0x400
#define GICD_ITARGETSR 0x800
#define GICD_ICFGR 0xc00
#define GICD_NSACR 0xe00
#define GICD_SGIR 0xf00       /* v2 */
#define GICD_CPENDSGIR 0xf10  /* v2 */
#define GICD_SPENDSGIR 0xf20  /* v2 */
#define GICD_IROUTER 0x6000   /* v3 */
#define GICD_ICPIDR2_V2 0xfe8
#define GICD_PIDR2_V3 0xffe8

#define GICD_CTLR_GROUP0 (1u << 0)
#define GICD_CTLR_GROUP1 (1u << 1) /* v3: EnableGrp1A, EnableGrp1 */
#define GICD_CTLR_ARE (1u << 4)    /* ARE, ARE_NS: the same bit in both security views */
#define GICD_CTLR_DS (1u << 6)
#define GICD_CTLR_RWP (1u << 31)
#define GICD_TYPER_NO1N (1u << 25)
#define GICD_TYPER_RSS (1u << 26)
#define IROUTER_IRM (1u << 31)

/* v3 redistributor */
#define GICR_CTLR 0x0
#define GICR_IIDR 0x4
#define GICR_TYPER 0x8
#define GICR_WAKER 0x14
#define GICR_SGI 0x10000
#define GICR_CTLR_RWP (1u << 3)
#define GICR_WAKER_SLEEP (1u << 1)
#define GICR_WAKER_CHILDREN_ASLEEP (1u << 2)
#define GICR_TYPER_VLPIS (1u << 1)
#define GICR_TYPER_LAST (1u << 4)

/* v2 CPU interface */
#define GICC_CTLR 0x00
#define GICC_PMR 0x04
#define GICC_BPR 0x08
#define GICC_IAR 0x0c
#define GICC_EOIR 0x10
#define GICC_RPR 0x14
#define GICC_HPPIR 0x18
#define GICC_ABPR 0x1c
#define GICC_AIAR 0x20
#define GICC_AEOIR 0x24
#define GICC_AHPPIR 0x28
#define GICC_APR 0xd0
#define GICC_IIDR 0xfc
#define GICC_DIR 0x1000

#define GICC_CTLR_GROUP0 (1u << 0)
#define GICC_CTLR_GROUP1 (1u << 1)
#define GICC_CTLR_ACK (1u << 2)
#define GICC_CTLR_FIQ (1u << 3)
#define GICC_CTLR_CBPR (1u << 4)
#define GICC_CTLR_EOIMODE (1u << 9)

/* v3 system registers: ICC_CTLR_EL1 */
#define ICC_CTLR_CBPR (1u << 0)
#define ICC_CTLR_EOIMODE (1u << 1)

#endif
