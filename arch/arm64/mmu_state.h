/* SPDX-License-Identifier: Apache-2.0 */
/* What mmu.c and mmu_init.c share. For them and start.S only. */
#ifndef ARCH_ARM64_MMU_STATE_H
#define ARCH_ARM64_MMU_STATE_H

#include "arch/arm64/offsets.h"
#include "arch/arm64/pgtable.h"

#define PAGE 4096

/* start.S reads it with the MMU off. */
struct el2_regs {
	uint64_t mair, tcr, ttbr, sctlr;
};
_Static_assert(offsetof(struct el2_regs, mair) == EL2_REGS_MAIR && offsetof(struct el2_regs, tcr) == EL2_REGS_TCR &&
	       offsetof(struct el2_regs, ttbr) == EL2_REGS_TTBR && offsetof(struct el2_regs, sctlr) == EL2_REGS_SCTLR,
	       "offsets.h");

extern struct el2_regs el2_regs;
/* Tables come from here: from what of it is mapped (the arena's size), up to the limit. */
extern uint8_t el2_table_memory[CONFIG_EL2_TABLE_PAGES][PAGE];
extern struct arena el2_table_arena;
extern uint64_t el2_table_limit;
/* The boot CPU's: the others do nothing of note before their own is. */
extern bool mmu_is_on;
extern struct pgtable el2_table;

/* How many aligned spans of 2^shift bytes [from, to) touches, which is not empty. */
static inline uint64_t mmu_spans(uint64_t from, uint64_t to, unsigned shift)
{
	return ((to - 1) >> shift) - (from >> shift) + 1;
}

/* Maps whole pages, with the tables that the arena has room for. No barriers. */
enum err el2_map_pages(uint64_t from, uint64_t to, enum pgtable_attr attr) MUST_CHECK;

/* start.S */
void cpu_enable_mmu(void);

#endif
