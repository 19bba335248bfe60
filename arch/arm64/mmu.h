/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's own address space: stage 1, 4 KiB granule, identity (VA = PA), W^X. One set of tables, shared by all CPUs, made at boot; at run
 * time nothing but el2_window_* changes it.
 */
#ifndef ARCH_ARM64_MMU_H
#define ARCH_ARM64_MMU_H

#include "arch/arm64/pgtable.h"
#include "common/lib/addr.h"
#include "common/lib/err.h"

/* Boot CPU, MMU off: builds the map of the image itself. ERR_NO_MEMORY if CONFIG_EL2_TABLE_PAGES is too small. */
enum err mmu_init(void) MUST_CHECK;

/* Boot CPU: turns its MMU and caches on with those tables. The others come with them on (start.S). */
void mmu_enable(void);

/* Boot only. Maps [pa, pa+size), widened to whole pages; ERR_EXISTS if some of it is mapped. Visible to this CPU on return, to others when they enable their MMU. */
enum err el2_map(pa_t pa, uint64_t size, enum pgtable_attr attr) MUST_CHECK;

/* Boot only. Removes a map made by el2_map with the same arguments, on all CPUs. */
void el2_unmap(pa_t pa, uint64_t size);

/* Whether EL2 can read there: what this CPU translates. Any time. */
bool el2_can_read(const void *p);

/* Boot only. Device-nGnRE, read-write; mapping what is mapped already is an error. Returns the address to use, NULL on failure. */
void *el2_map_device(pa_t pa, uint64_t size);

/* Boot only. Removes a part of the image (image.h) that this board or system does not need from the map of all CPUs. */
void mmu_drop_part(const char *from, const char *to);

/* Boot only, last thing: removes the boot sections (.boot.*), and the memory that no table was made of, from the map of all CPUs. */
void mmu_drop_boot(void);

/* Boot only. How much memory EL2's own tables have. */
uint64_t mmu_table_bytes(void);

/* Cleans and invalidates [p, p+size) of memory EL2 has mapped to the point of coherency: for readers with their caches off. */
void cache_clean_inval_poc(const void *p, uint64_t size);

/* After code was written to [p, p+size): cleans it to the point of coherency and makes instruction fetches on all CPUs see it. */
void cache_sync_code(const void *p, uint64_t size);

#endif
