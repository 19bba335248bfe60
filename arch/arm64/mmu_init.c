/* SPDX-License-Identifier: Apache-2.0 */
/* EL2's first map. Boot only, until its end with the MMU off. */
#include "arch/arm64/image.h"
#include "arch/arm64/mmu.h"
#include "arch/arm64/mmu_state.h"
#include "arch/arm64/sysreg.h"

#define VA_BITS 48

/* Tables of the image's map: of each level one for each entry above it that the image lies in, as its parts are mapped in pages. */
static uint64_t count_image_tables(void)
{
	uint64_t from = (uint64_t)_start, to = (uint64_t)el2_table_memory + sizeof(el2_table_memory);

	return 1 + mmu_spans(from, to, 39) + mmu_spans(from, to, 30) + mmu_spans(from, to, 21);
}
/* The image has 4 MiB at most. */
_Static_assert(CONFIG_EL2_TABLE_PAGES >= 1 + 2 + 2 + 3, "EL2_TABLE_PAGES");

static enum err map_image_part(const char *from, const char *to, enum pgtable_attr attr)
{
	return from == to ? OK : el2_map_pages((uint64_t)from, (uint64_t)to, attr);
}

enum err mmu_init(void)
{
	/* Each a map of its own, so that it can be taken away by itself. */
	const struct { const char *from, *to; enum pgtable_attr attr; } parts[] = {
		{ _start, _text_end, PGTABLE_NORMAL_RX },
		{ _gicv2_text, _gicv2_text_end, PGTABLE_NORMAL_RX },
		{ _gicv3_text, _gicv3_text_end, PGTABLE_NORMAL_RX },
		{ _gicv2_guest_text, _gicv2_guest_text_end, PGTABLE_NORMAL_RX },
		{ _firmware_text, _firmware_text_end, PGTABLE_NORMAL_RX },
		{ _defended_text, _defended_text_end, PGTABLE_NORMAL_RX },
		{ _watchdog_text, _watchdog_text_end, PGTABLE_NORMAL_RX },
		{ _shared_text, _shared_text_end, PGTABLE_NORMAL_RX },
		{ _boot_text, _boot_text_end, PGTABLE_NORMAL_RX },
		{ _rodata, _rodata_end, PGTABLE_NORMAL_RO },
		{ _boot_rodata, _boot_rodata_end, PGTABLE_NORMAL_RO },
		{ _boot_data, _boot_data_end, PGTABLE_NORMAL_RW },
		{ _data, _writable_end, PGTABLE_NORMAL_RW },
		{ _boot_bss, _boot_bss_end, PGTABLE_NORMAL_RW },
	};
	uint64_t tables = count_image_tables();
	enum err e;

	/* Until the caches are on only what they do not know of may be written: the first tables, see start.S for the rest. */
	arena_init(&el2_table_arena, el2_table_memory, tables * PAGE);
	cache_clean_inval_poc(el2_table_memory, el2_table_arena.size);
	e = pgtable_init(&el2_table, PGTABLE_STAGE1_EL2, 12, VA_BITS, &el2_table_arena);
	for (unsigned i = 0; i < ARRAY_SIZE(parts) && !e; i++)
		e = map_image_part(parts[i].from, parts[i].to, parts[i].attr);
	for (uint64_t i = 0; i < tables && !e; i++)
		e = el2_map_pages((uint64_t)el2_table_memory[i], (uint64_t)el2_table_memory[i + 1], PGTABLE_NORMAL_RW);
	if (e)
		return e;

	el2_regs.mair = pgtable_mair();
	el2_regs.tcr = pgtable_tcr_el2(&el2_table, (unsigned)FIELD(read_sysreg(id_aa64mmfr0_el1), 3, 0));
	el2_regs.ttbr = (uint64_t)el2_table.root;
	el2_regs.sctlr = SCTLR_EL2_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I | SCTLR_WXN;
	/*
	 * All this was written with the MMU off and lies in memory, as do the pointers that start.S relocated; lines of it that caches had from
	 * before, or may have picked up since, are stale. el2_regs and the tables are read again with caches off (by other CPUs) and on (by table walks).
	 */
	cache_clean_inval_poc(_relro, (uint64_t)(_relro_end - _relro));
	cache_clean_inval_poc(_boot_data, (uint64_t)(_data_end - _boot_data));
	cache_clean_inval_poc(_bss, (uint64_t)(_bss_end - _bss));
	cache_clean_inval_poc(_mmu_off_stack, (uint64_t)(_boot_stack_end - _mmu_off_stack));
	cache_clean_inval_poc(el2_table_memory, el2_table_arena.used);
	el2_table_limit = sizeof(el2_table_memory);
	return OK;
}

void mmu_enable(void)
{
	cpu_enable_mmu();
	mmu_is_on = true;
}

uint64_t mmu_table_bytes(void)
{
	return el2_table_arena.used;
}
