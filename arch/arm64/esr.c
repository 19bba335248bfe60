/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/esr.h"

#include "common/lib/util.h"

static const char *const ec_names[64] = {
	[EC_UNKNOWN] = "unknown reason",
	[EC_WFX] = "WFI or WFE",
	[EC_CP15_32] = "AArch32 MCR or MRC, cp15",
	[EC_CP15_64] = "AArch32 MCRR or MRRC, cp15",
	[EC_CP14_32] = "AArch32 MCR or MRC, cp14",
	[EC_CP14_LS] = "AArch32 LDC or STC",
	[EC_FP] = "SVE, SIMD or floating point",
	[EC_CP10_ID] = "AArch32 VMRS of an ID register",
	[EC_PAC] = "pointer authentication",
	[EC_LS64] = "64-byte load or store",
	[EC_CP14_64] = "AArch32 MRRC, cp14",
	[EC_BTI] = "branch target",
	[EC_ILLEGAL_STATE] = "illegal execution state",
	[EC_SVC32] = "AArch32 SVC",
	[EC_HVC32] = "AArch32 HVC",
	[EC_SMC32] = "AArch32 SMC",
	[EC_SVC64] = "SVC",
	[EC_HVC64] = "HVC",
	[EC_SMC64] = "SMC",
	[EC_SYSREG] = "system register",
	[EC_SVE] = "SVE",
	[EC_ERET] = "ERET",
	[EC_SME] = "SME",
	[EC_IABT_LOWER] = "instruction abort",
	[EC_IABT_SAME] = "instruction abort at EL2",
	[EC_PC_ALIGN] = "PC alignment",
	[EC_DABT_LOWER] = "data abort",
	[EC_DABT_SAME] = "data abort at EL2",
	[EC_SP_ALIGN] = "SP alignment",
	[EC_MOPS] = "memory copy or set",
	[EC_FP32] = "AArch32 floating-point exception",
	[EC_FP64] = "floating-point exception",
	[EC_SERROR] = "SError",
	[EC_BREAKPOINT_LOWER] = "breakpoint",
	[EC_BRK32] = "AArch32 BKPT",
	[EC_BRK64] = "BRK",
};

const char *esr_ec_name(unsigned ec)
{
	const char *name = ec < ARRAY_SIZE(ec_names) ? ec_names[ec] : NULL;

	return name ? name : "unassigned exception class";
}

/*
 * DFSC and IFSC share their values. In the first groups the low two bits are the level, and level -1 (FEAT_LPA2), which
 * our tables never have but a guest's may, is a code of its own (0x13, 0x29, 0x2b).
 */
enum esr_fault esr_fault(uint8_t fsc)
{
	switch (fsc) {
	case 0x00 ... 0x03: case 0x29:
		return FAULT_ADDRESS_SIZE;
	case 0x04 ... 0x07: case 0x2b:
		return FAULT_TRANSLATION;
	case 0x08 ... 0x0b:
		return FAULT_ACCESS_FLAG;
	case 0x0c ... 0x0f:
		return FAULT_PERMISSION;
	case 0x10: case 0x13 ... 0x17: /* synchronous external abort, not on a walk or on one */
	case 0x18: case 0x1b ... 0x1f: /* the same, as a parity or ECC error */
		return FAULT_EXTERNAL;
	case 0x21:
		return FAULT_ALIGNMENT;
	default:
		return FAULT_OTHER;
	}
}
