/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/mmu.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/image.h"
#include "arch/arm64/mmu_state.h"
#include "arch/arm64/sysreg.h"
#include "common/lib/string.h"

struct el2_regs el2_regs;
uint8_t el2_table_memory[CONFIG_EL2_TABLE_PAGES][PAGE] __attribute__((section(".bss..tables"), aligned(PAGE)));
struct arena el2_table_arena;
struct pgtable el2_table;
uint64_t el2_table_limit;

bool mmu_is_on;

static uint64_t data_line_size(void)
{
	return UINT64_C(4) << FIELD(read_sysreg(ctr_el0), 19, 16);
}

void cache_clean_inval_poc(const void *p, uint64_t size)
{
	uint64_t line = data_line_size();
	uint64_t end = (uint64_t)p + size;

	uint64_t a = align_down((uint64_t)p, line);

	while (end > a && end - a >= 4 * line)
		__asm__ volatile(".rept 4\n\tdc civac, %0\n\tadd %0, %0, %1\n\t.endr" : "+r"(a) : "r"(line) : "memory");
	for (; a < end; a += line)
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

/*
 * DC ZVA writes as stores do, and is for Normal memory only (Arm ARM DDI 0487, C5.3 "DC ZVA"): all that this is asked for is,
 * once the MMU is on.
 */
size_t string_zero(void *p, size_t n)
{
	uint64_t dczid = read_sysreg(dczid_el0), block = UINT64_C(4) << FIELD(dczid, 3, 0);
	uint64_t a = (uint64_t)p, end = a + n;

	if (!mmu_is_on || FIELD(dczid, 4, 4) || block > STRING_ZERO_MIN / 2)
		return 0;
	for (; a % block; a += 8)
		*(uint64_t *)a = 0;
	while (end - a >= 4 * block)
		__asm__ volatile(".rept 4\n\tdc zva, %0\n\tadd %0, %0, %1\n\t.endr" : "+r"(a) : "r"(block) : "memory");
	return a - (uint64_t)p;
}

enum err el2_map_pages(uint64_t from, uint64_t to, enum pgtable_attr attr)
{
	return pgtable_map(&el2_table, from, from, to - from, attr);
}

/*
 * Maps the memory of tables that this map may need: of each level under the root one below each of its ends, and the first of these levels has no
 * blocks that could fill what lies between. Such pages are mapped singly, so that each can be taken away; a table for that is to spare.
 */
static enum err have_tables(uint64_t from, uint64_t to)
{
	uint64_t tables = 1 + mmu_spans(from, to, 39) + u64_min(mmu_spans(from, to, 30), 2) + u64_min(mmu_spans(from, to, 21), 2);
	uint64_t enough = u64_min(el2_table_arena.used + tables * PAGE, el2_table_limit);
	enum err e = OK;

	while (el2_table_arena.size < enough && !e) {
		uint64_t page = (uint64_t)el2_table_memory + el2_table_arena.size;

		e = el2_map_pages(page, page + PAGE, PGTABLE_NORMAL_RW);
		el2_table_arena.size += e ? 0 : PAGE;
	}
	dsb(ishst); /* these entries, before tables are written through them */
	isb();
	return e;
}

enum err el2_map(pa_t pa, uint64_t size, enum pgtable_attr attr)
{
	uint64_t from = align_down(pa.v, PAGE), to = align_up(pa.v + size, PAGE);
	enum err e = have_tables(from, to);

	if (!e)
		e = el2_map_pages(from, to, attr);
	/* The new entries, before the first access through them; an invalid entry is never cached in a TLB, so none is invalidated. */
	dsb(ishst);
	isb();
	return e;
}

bool el2_can_read(const void *p)
{
	uint64_t guests = read_sysreg(par_el1), par;

	/* Arm ARM D24.2, PAR_EL1.F. */
	__asm__ volatile("at s1e2r, %0\n\tisb" ::"r"(p) : "memory");
	par = read_sysreg(par_el1);
	write_sysreg(guests, par_el1);
	return !(par & 1);
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
	char *unused = (char *)el2_table_memory + el2_table_arena.used;

	/* The maps that come and go at run time have had their tables once. */
	mmu_drop_part(unused, (char *)el2_table_memory + el2_table_arena.size);
	el2_table_arena.size = el2_table_limit = el2_table_arena.used;
	mmu_drop_part(_boot_text, _boot_text_end);
	mmu_drop_part(_boot_rodata, _boot_rodata_end);
	mmu_drop_part(_boot_data, _boot_data_end);
	mmu_drop_part(_boot_bss, _boot_bss_end);
}
