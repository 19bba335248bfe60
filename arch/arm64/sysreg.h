/* SPDX-License-Identifier: Apache-2.0 */
/* System registers: accessors, and the bits of EL2's own that this hypervisor uses (Arm ARM DDI 0487, D24.2). */
#ifndef ARCH_ARM64_SYSREG_H
#define ARCH_ARM64_SYSREG_H

#include "common/lib/util.h"

/*
 * name: as the assembler knows it, or S<op0>_<op1>_C<n>_C<m>_<op2>, or a macro for that. The volatile keeps order among accesses; an isb is
 * the caller's.
 */
#define SYSREG_NAME_(name) #name
#define SYSREG_NAME(name) SYSREG_NAME_(name)
#define read_sysreg(name) \
	({ \
		uint64_t value_; \
		__asm__ volatile("mrs %0, " SYSREG_NAME(name) : "=r"(value_)); \
		value_; \
	})
#define write_sysreg(value, name) \
	do { \
		__asm__ volatile("msr " SYSREG_NAME(name) ", %x0" ::"rZ"((uint64_t)(value)) : "memory"); \
	} while (0)

/* One more round of macro expansion, for names that are macros. */
#define read_sysreg_x(name) read_sysreg(name)
#define write_sysreg_x(value, name) write_sysreg(value, name)

/* HCR_EL2 */
#define HCR_VM BIT(0)
#define HCR_SWIO BIT(1)
#define HCR_PTW BIT(2)
#define HCR_FMO BIT(3)
#define HCR_IMO BIT(4)
#define HCR_AMO BIT(5)
#define HCR_VF BIT(6)
#define HCR_VI BIT(7)
#define HCR_VSE BIT(8)
#define HCR_FB BIT(9)
#define HCR_BSU_IS (UINT64_C(1) << 10)
#define HCR_DC BIT(12)
#define HCR_TWI BIT(13)
#define HCR_TWE BIT(14)
#define HCR_TID0 BIT(15)
#define HCR_TID1 BIT(16)
#define HCR_TID2 BIT(17)
#define HCR_TID3 BIT(18)
#define HCR_TSC BIT(19)
#define HCR_TIDCP BIT(20)
#define HCR_TACR BIT(21)
#define HCR_TSW BIT(22)
#define HCR_RW BIT(31)
#define HCR_TLOR BIT(35)
#define HCR_TERR BIT(36)
#define HCR_APK BIT(40)
#define HCR_API BIT(41)
#define HCR_TID5 BIT(58)

/* CPTR_EL2, E2H = 0 */
#define CPTR_RES1 UINT64_C(0x32ff) /* bits 13, 12, 9 and 7:0; bit 12 is TSM where SME is implemented, which is a trap too */
#define CPTR_TZ BIT(8)
#define CPTR_TFP BIT(10)
#define CPTR_TTA BIT(20)
#define CPTR_TAM BIT(30)
#define CPTR_TCPAC BIT(31)

/* MDCR_EL2 */
#define MDCR_HPMN_MASK UINT64_C(0x1f)
#define MDCR_TPMCR BIT(5)
#define MDCR_TPM BIT(6)
#define MDCR_TDE BIT(8)
#define MDCR_TDA BIT(9)
#define MDCR_TDOSA BIT(10)
#define MDCR_TDRA BIT(11)
#define MDCR_TPMS BIT(14)
#define MDCR_TTRF BIT(19)

/* CNTHCTL_EL2, E2H = 0 */
#define CNTHCTL_EL1PCTEN BIT(0)
#define CNTHCTL_EL1PCEN BIT(1)

/* SCTLR_EL2 */
#define SCTLR_EL2_RES1 UINT64_C(0x30c50830)
#define SCTLR_M BIT(0)
#define SCTLR_A BIT(1)
#define SCTLR_C BIT(2)
#define SCTLR_SA BIT(3)
#define SCTLR_I BIT(12)
#define SCTLR_WXN BIT(19)

/* SCTLR_EL1 as a guest starts with: the RES1 bits of an Armv8.0 implementation, MMU and caches off. */
#define SCTLR_EL1_RESET UINT64_C(0x30d00800)

/* SPSR_ELx */
#define SPSR_EL1H UINT64_C(5)
#define SPSR_EL2H UINT64_C(9)
#define SPSR_DAIF UINT64_C(0x3c0)
#define SPSR_AARCH32 BIT(4)
#define SPSR_BTYPE GENMASK(11, 10)
#define SPSR_M_MASK UINT64_C(0x1f) /* M[4:0]; M[4] is AArch32 */
#define SPSR_EL_MASK GENMASK(3, 2) /* 0: EL0, AArch32's too */
#define SPSR_IL BIT(20)
#define SPSR_SS BIT(21)
#define SPSR_PAN BIT(22)
#define SPSR_SSBS BIT(12)

#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)
#define MPIDR_RES1 BIT(31)

/* The affinity fields of this physical CPU. */
static inline uint64_t cpu_affinity(void)
{
	return read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
}

#endif
