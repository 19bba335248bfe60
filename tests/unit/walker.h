/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One address translated as the MMU would, from the registers and the tables in memory (Arm ARM DDI 0487, D8). For tests: it is written
 * from the manual alone, address by address, and knows neither the builder of tables nor the proof. 4 KiB and 64 KiB pages; 48-bit addresses, at stage 2 in 64 KiB pages 52.
 */
#ifndef TESTS_UNIT_WALKER_H
#define TESTS_UNIT_WALKER_H

#include <stdbool.h>
#include <stdint.h>

enum walk_fault {
	WALK_OK,
	WALK_TRANSLATION,
	WALK_ADDRESS_SIZE,
	WALK_ACCESS_FLAG,
	WALK_EXTERNAL,  /* a table in memory that walk_regs does not allow to be read */
	WALK_REGISTERS, /* registers whose meaning is reserved, CONSTRAINED UNPREDICTABLE or beyond this walker */
};

struct walk_regs {
	uint64_t table;  /* TTBR0_EL2 or VTTBR_EL2 */
	uint64_t control;/* TCR_EL2 or VTCR_EL2 */
	uint64_t mair;   /* stage 1: MAIR_EL2 */
	uint64_t readable, readable_size; /* where tables may be read, host addresses */
};

struct walk {
	enum walk_fault fault;
	int level;           /* of the fault, or of the leaf */
	uint64_t pa;         /* the output address */
	uint64_t block_size; /* of the leaf, without regard to the contiguous bit */
	bool contiguous;
	uint8_t memory;      /* stage 1: the MAIR byte; stage 2: MemAttr[3:0] while HCR_EL2.FWB = 0 */
	uint8_t shareability;/* SH[1:0] */
	bool read, write;
	bool execute;        /* stage 2: at EL1 and EL0 both */
	bool execute_any;    /* stage 2: at EL1 or EL0 */
	uint64_t entry;      /* where the leaf's descriptor, or the faulting one, lies */
};

/* EL2 translation regime with HCR_EL2.E2H = 0. */
struct walk walk_stage1_el2(const struct walk_regs *regs, uint64_t va);

/* Stage 2 of the EL1&0 regime. */
struct walk walk_stage2(const struct walk_regs *regs, uint64_t ipa);

#endif
