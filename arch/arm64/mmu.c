/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/mmu.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/image.h"
#include "arch/arm64/offsets.h"
#include "arch/arm64/sysreg.h"

#define PAGE 4096
#define VA_BITS 48

/* start.S reads it with the MMU off. */
struct el2_regs {
	uint64_t mair, tcr, ttbr, sctlr;
};
struct el2_regs el2_regs;
_Static_assert(offsetof(struct el2_regs, mair) == EL2_REGS_MAIR && offsetof(struct el2_regs, tcr) == EL2_REGS_TCR &&
	       offsetof(struct el2_regs, ttbr) == EL2_REGS_TTBR && offsetof(struct el2_regs, sctlr) == EL2_REGS_SCTLR,
	       "offsets.h");

static uint8_t table_memory[CONFIG_EL2_TABLE_PAGES][PAGE] __attribute__((aligned(PAGE)));
static struct arena table_arena;
static struct pgtable el2_table;

void cpu_enable_mmu(void);

static uint64_t data_line_size(void)
{
	return UINT64_C(4) << FIELD(read_sysreg(ctr_el0), 19, 16);
}

void cache_clean_inval_poc(const void *p, uint64_t size)
{
	uint64_t line = data_line_size();
	uint64_t end = (uint64_t)p + size;

	for (uint64_t a = align_down((uint64_t)p, line); a < end; a += line)
		__asm__ volatile("dc civac, %0" ::"r"(a) : "memory");
	dsb(sy); /* the maintenance, before whatever starts the reader that has its caches off */
}

void cache_sync_code(const void *p, uint64_t size)
{
	cache_clean_inval_poc(p, size);
	/* The instruction caches of all CPUs: some have none that could be indexed by this address alone (VPIPT, aliasing VIPT). */
	__asm__ volatile("ic ialluis" ::: "memory");
	dsb(ish);
	isb();
}

static enum err map_image_part(const char *from, const char *to, enum pgtable_attr attr)
{
	uint64_t size = (uint64_t)(to - from);

	return size ? el2_map(pa_of(from), size, attr) : OK;
}

enum err mmu_init(void)
{
	enum err e;

	arena_init(&table_arena, table_memory, sizeof(table_memory));
	e = pgtable_init(&el2_table, PGTABLE_STAGE1_EL2, 12, VA_BITS, &table_arena);
	if (!e)
		e = map_image_part(_start, _text_end, PGTABLE_NORMAL_RX);
	if (!e)
		e = map_image_part(_boot_text, _boot_text_end, PGTABLE_NORMAL_RX);
	if (!e)
		e = map_image_part(_rodata, _rodata_end, PGTABLE_NORMAL_RO);
	if (!e)
		e = map_image_part(_boot_rodata, _boot_rodata_end, PGTABLE_NORMAL_RO);
	if (!e)
		e = map_image_part(_boot_data, _boot_data_end, PGTABLE_NORMAL_RW);
	if (!e)
		e = map_image_part(_data, _writable_end, PGTABLE_NORMAL_RW);
	if (!e)
		e = map_image_part(_boot_bss, _boot_bss_end, PGTABLE_NORMAL_RW);
	if (e)
		return e;

	el2_regs.mair = pgtable_mair();
	el2_regs.tcr = pgtable_tcr_el2(&el2_table, (unsigned)FIELD(read_sysreg(id_aa64mmfr0_el1), 3, 0));
	el2_regs.ttbr = (uint64_t)el2_table.root;
	el2_regs.sctlr = SCTLR_EL2_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I | SCTLR_WXN;
	/*
	 * All this was written with the MMU off and lies in memory; lines that caches may have picked up of it since start.S are stale.
	 * el2_regs and the tables are read again with caches off (by other CPUs) and on (by table walks).
	 */
	cache_clean_inval_poc(_start, (uint64_t)(_bss_end - _start));
	return OK;
}

void mmu_enable(void)
{
	cpu_enable_mmu();
}

enum err el2_map(pa_t pa, uint64_t size, enum pgtable_attr attr)
{
	uint64_t from = align_down(pa.v, PAGE);
	enum err e = pgtable_map(&el2_table, from, from, align_up(pa.v + size, PAGE) - from, attr);

	/* The new entries, before the first access through them; an invalid entry is never cached in a TLB, so none is invalidated. */
	dsb(ishst);
	isb();
	return e;
}

void *el2_map_device(pa_t pa, uint64_t size)
{
	return el2_map(pa, size, PGTABLE_DEVICE_RW) == OK ? pa_ptr(pa) : NULL;
}

static void unmap_range(uint64_t from, uint64_t to)
{
	/* What is not there need not be removed: the result is the same. */
	(void)!pgtable_unmap(&el2_table, from, to - from);
}

/* After leaves were cleared: no CPU may use them any more, in a TLB or by a walk. */
static void flush_el2_tlb(void)
{
	dsb(ishst); /* the cleared entries, before the invalidation makes CPUs walk again */
	__asm__ volatile("tlbi alle2is" ::: "memory");
	dsb(ish); /* its completion on all CPUs */
	isb();
}

void el2_unmap(pa_t pa, uint64_t size)
{
	unmap_range(align_down(pa.v, PAGE), align_up(pa.v + size, PAGE));
	flush_el2_tlb();
}

void mmu_drop_boot(void)
{
	unmap_range((uint64_t)_boot_text, (uint64_t)_boot_text_end);
	unmap_range((uint64_t)_boot_rodata, (uint64_t)_boot_rodata_end);
	unmap_range((uint64_t)_boot_data, (uint64_t)_boot_data_end);
	unmap_range((uint64_t)_boot_bss, (uint64_t)_boot_bss_end);
	flush_el2_tlb();
}
