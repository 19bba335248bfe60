/* SPDX-License-Identifier: Apache-2.0 */
/* System registers of the GICv3 CPU interface and of its virtualisation (Arm IHI 0069, 12.2 and 12.4), by encoding: no assembler option is needed. */
#ifndef ARCH_ARM64_GIC_SYSREG_H
#define ARCH_ARM64_GIC_SYSREG_H

#include "arch/arm64/sysreg.h"

/* So that the names below can be used. */
#define gic_read(name) read_sysreg_x(name)
#define gic_write(value, name) write_sysreg_x(value, name)

#define ICC_PMR S3_0_C4_C6_0
#define ICC_AP1R0 S3_0_C12_C9_0
#define ICC_DIR S3_0_C12_C11_1
#define ICC_SGI1R S3_0_C12_C11_5
#define ICC_IAR1 S3_0_C12_C12_0
#define ICC_EOIR1 S3_0_C12_C12_1
#define ICC_BPR1 S3_0_C12_C12_3
#define ICC_CTLR S3_0_C12_C12_4
#define ICC_SRE S3_0_C12_C12_5
#define ICC_IGRPEN1 S3_0_C12_C12_7
#define ICC_SRE_EL2 S3_4_C12_C9_5

#define ICC_CTLR_EOIMODE BIT(1)
#define ICC_SRE_SRE BIT(0)
#define ICC_SRE_DFB BIT(1)
#define ICC_SRE_DIB BIT(2)
#define ICC_SRE_ENABLE BIT(3)

#define ICH_AP0R0 S3_4_C12_C8_0
#define ICH_AP0R1 S3_4_C12_C8_1
#define ICH_AP0R2 S3_4_C12_C8_2
#define ICH_AP0R3 S3_4_C12_C8_3
#define ICH_AP1R0 S3_4_C12_C9_0
#define ICH_AP1R1 S3_4_C12_C9_1
#define ICH_AP1R2 S3_4_C12_C9_2
#define ICH_AP1R3 S3_4_C12_C9_3
#define ICH_HCR S3_4_C12_C11_0
#define ICH_VTR S3_4_C12_C11_1
#define ICH_ELRSR S3_4_C12_C11_5
#define ICH_VMCR S3_4_C12_C11_7

#define ICH_LR0 S3_4_C12_C12_0
#define ICH_LR1 S3_4_C12_C12_1
#define ICH_LR2 S3_4_C12_C12_2
#define ICH_LR3 S3_4_C12_C12_3
#define ICH_LR4 S3_4_C12_C12_4
#define ICH_LR5 S3_4_C12_C12_5
#define ICH_LR6 S3_4_C12_C12_6
#define ICH_LR7 S3_4_C12_C12_7
#define ICH_LR8 S3_4_C12_C13_0
#define ICH_LR9 S3_4_C12_C13_1
#define ICH_LR10 S3_4_C12_C13_2
#define ICH_LR11 S3_4_C12_C13_3
#define ICH_LR12 S3_4_C12_C13_4
#define ICH_LR13 S3_4_C12_C13_5
#define ICH_LR14 S3_4_C12_C13_6
#define ICH_LR15 S3_4_C12_C13_7
#define ICH_LRS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

#define ICH_HCR_EOICOUNT(v) FIELD(v, 31, 27)
#define ICH_VTR_NR_LRS(v) ((unsigned)FIELD(v, 4, 0) + 1)
#define ICH_VTR_TDS BIT(19) /* ICH_HCR_EL2.TDIR is implemented */
#define ICH_VTR_PRE_BITS(v) ((unsigned)FIELD(v, 28, 26) + 1)
#define ICH_VTR_PRI_BITS(v) ((unsigned)FIELD(v, 31, 29) + 1)
#define ICH_HCR_TC BIT(10)
#define ICH_HCR_TALL0 BIT(11)
#define ICH_HCR_TALL1 BIT(12)
#define ICH_VMCR_VENG0 BIT(0)
#define ICH_VMCR_VENG1 BIT(1)
#define ICH_VMCR_VEOIM BIT(9)

#endif
