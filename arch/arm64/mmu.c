/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/mmu.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/image.h"
#include "arch/arm64/mmu_state.h"
#include "arch/arm64/sysreg.h"

struct el2_regs el2_regs;
uint8_t el2_table_memory[CONFIG_EL2_TABLE_PAGES][PAGE] __attribute__((section(".bss.noinit"), aligned(PAGE)));
struct arena el2_table_arena;
struct pgtable el2_table;

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

void mmu_drop_part(const char *from, const char *to)
{
	if (from == to)
		return;
	unmap_range((uint64_t)from, (uint64_t)to);
	flush_el2_tlb();
}

void mmu_drop_boot(void)
{
	mmu_drop_part(_boot_text, _boot_text_end);
	mmu_drop_part(_boot_rodata, _boot_rodata_end);
	mmu_drop_part(_boot_data, _boot_data_end);
	mmu_drop_part(_boot_bss, _boot_bss_end);
}
