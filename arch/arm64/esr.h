/* SPDX-License-Identifier: Apache-2.0 */
/* ESR_EL2 taken apart (Arm ARM DDI 0487, D24.2.40 "ESR_EL2"). Pure. */
#ifndef ARCH_ARM64_ESR_H
#define ARCH_ARM64_ESR_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/arm64/offsets.h"
#include "common/lib/util.h"

enum esr_ec {
	EC_UNKNOWN = 0x00, EC_WFX = 0x01, EC_CP15_32 = 0x03, EC_CP15_64 = 0x04, EC_CP14_32 = 0x05, EC_CP14_LS = 0x06, EC_FP = 0x07,
	EC_CP10_ID = 0x08, EC_PAC = 0x09, EC_LS64 = 0x0a, EC_CP14_64 = 0x0c, EC_BTI = 0x0d, EC_ILLEGAL_STATE = 0x0e, EC_SVC32 = 0x11,
	EC_HVC32 = 0x12, EC_SMC32 = 0x13, EC_SVC64 = 0x15, EC_HVC64 = 0x16, EC_SMC64 = 0x17, EC_SYSREG = 0x18, EC_SVE = 0x19,
	EC_ERET = 0x1a, EC_SME = 0x1d, EC_IABT_LOWER = 0x20, EC_IABT_SAME = 0x21, EC_PC_ALIGN = 0x22, EC_DABT_LOWER = 0x24,
	EC_DABT_SAME = 0x25, EC_SP_ALIGN = 0x26, EC_MOPS = 0x27, EC_FP32 = 0x28, EC_FP64 = 0x2c, EC_SERROR = 0x2f,
	EC_BREAKPOINT_LOWER = 0x30, EC_BRK32 = 0x38, EC_BRK64 = 0x3c,
};

static inline unsigned esr_ec(uint64_t esr) { return (unsigned)(esr >> 26 & 0x3f); }
static inline bool esr_il(uint64_t esr) { return esr >> 25 & 1; }
static inline uint32_t esr_iss(uint64_t esr) { return (uint32_t)(esr & 0x1ffffff); }

/* Short name of an exception class, for logs: "data abort"; never NULL. */
const char *esr_ec_name(unsigned ec);

_Static_assert((int)EC_HVC64 == ESR_EC_HVC64 && (int)EC_SYSREG == ESR_EC_SYSREG && (int)EC_DABT_LOWER == ESR_EC_DABT_LOWER, "offsets.h");

/* ISS of a data abort from a lower EL. */
struct esr_dabt {
	bool isv;       /* the rest down to `sf` is valid only if set */
	uint8_t size;   /* access size in bytes: 1, 2, 4, 8 */
	bool sign_extend;
	uint8_t rt;     /* 31: XZR */
	bool sf;        /* 64-bit register */
	bool acq_rel;
	bool write;     /* WnR; for a cache maintenance instruction it is set and means nothing */
	bool cache_op;  /* CM */
	bool s1ptw;     /* fault on a stage-2 walk for a stage-1 walk */
	bool fnv;       /* FAR not valid (external aborts) */
	bool ea;        /* external abort type */
	uint8_t dfsc;   /* DFSC */
};

#define ESR_SAS_32 2u
#define ESR_SAS_64 3u

/* Single fields of it, where one is all that matters. */
static inline bool esr_dabt_write(uint64_t esr) { return esr >> 6 & 1; }
static inline unsigned esr_dabt_sas(uint64_t esr) { return (unsigned)(esr >> 22 & 3); } /* log2 of the size: */
static inline unsigned esr_dabt_rt(uint64_t esr) { return (unsigned)(esr >> 16 & 0x1f); }

/* Inline, as are the two below: the hottest exits decode, and need few of the fields. */
static inline struct esr_dabt esr_dabt(uint64_t esr)
{
	return (struct esr_dabt){
		.isv = FIELD(esr, 24, 24),
		.size = (uint8_t)(1u << FIELD(esr, 23, 22)), /* SAS */
		.sign_extend = FIELD(esr, 21, 21),
		.rt = (uint8_t)FIELD(esr, 20, 16),
		.sf = FIELD(esr, 15, 15),
		.acq_rel = FIELD(esr, 14, 14),
		.fnv = FIELD(esr, 10, 10),
		.ea = FIELD(esr, 9, 9),
		.cache_op = FIELD(esr, 8, 8),
		.s1ptw = FIELD(esr, 7, 7),
		.write = FIELD(esr, 6, 6),
		.dfsc = (uint8_t)FIELD(esr, 5, 0),
	};
}

/* What kind of fault a DFSC/IFSC tells. */
enum esr_fault { FAULT_ADDRESS_SIZE, FAULT_TRANSLATION, FAULT_ACCESS_FLAG, FAULT_PERMISSION, FAULT_EXTERNAL, FAULT_ALIGNMENT, FAULT_OTHER };
enum esr_fault esr_fault(uint8_t fsc);

/* ISS of a trapped MSR, MRS or system instruction in AArch64. */
struct esr_sysreg {
	uint32_t reg; /* SYSREG(op0, op1, CRn, CRm, op2) */
	uint8_t rt;
	bool read;    /* MRS */
};
#define SYSREG(op0, op1, crn, crm, op2) ((uint32_t)(op0) << 14 | (uint32_t)(op1) << 11 | (uint32_t)(crn) << 7 | (uint32_t)(crm) << 3 | (uint32_t)(op2))

static inline struct esr_sysreg esr_sysreg(uint64_t esr)
{
	return (struct esr_sysreg){
		.reg = SYSREG(FIELD(esr, 21, 20), FIELD(esr, 16, 14), FIELD(esr, 13, 10), FIELD(esr, 4, 1), FIELD(esr, 19, 17)),
		.rt = (uint8_t)FIELD(esr, 9, 5),
		.read = FIELD(esr, 0, 0),
	};
}

/* A 32-bit MSR of ICC_SGI1R_EL1 (S3_0_C12_C11_5), from Rt 0. */
#define ESR_WRITE_SGI1R ((uint32_t)EC_SYSREG << 26 | 1u << 25 | 3u << 20 | 5u << 17 | 12u << 10 | 11u << 1)

/* The value an emulated load puts into Rt: `raw` truncated to the access size, sign-extended and cut to 32 bits as the syndrome says. */
static inline uint64_t esr_load_value(const struct esr_dabt *d, uint64_t raw)
{
	unsigned unused_bits = 64 - 8 * d->size;
	uint64_t value = raw << unused_bits;

	/* Shifting a negative int64_t right is arithmetic on all compilers that build this. */
	value = d->sign_extend ? (uint64_t)((int64_t)value >> unused_bits) : value >> unused_bits;
	return d->sf ? value : value & UINT32_MAX;
}

#endif
