/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of address ranges: sorted, disjoint and none of them empty. Ranges that touch are not joined, so that a caller can
 * tell them apart. Addresses are below RANGE_LIMIT. Pure; no locks: each set has one owner.
 */
#ifndef COMMON_RANGES_H
#define COMMON_RANGES_H

#include "common/host.h"
#include "common/lib/arena.h"
#include "common/lib/err.h"

/* The largest physical and intermediate address space without FEAT_LPA (Arm ARM DDI 0487, D8.1). */
#define RANGE_LIMIT BIT(52)

struct range_set {
	struct mem_range *r;
	uint32_t nr, max;
};

/* An empty set with room for max ranges; each removal can add one. ERR_NO_MEMORY. */
enum err range_set_init(struct range_set *s, struct arena *arena, uint32_t max) MUST_CHECK;

/* dst has at least src's room. */
void range_set_copy(struct range_set *dst, const struct range_set *src);

/* Adds one range; an empty one is ignored. ERR_RANGE (beyond RANGE_LIMIT), ERR_EXISTS (overlaps one of the set), ERR_NO_MEMORY. */
enum err range_set_add(struct range_set *s, uint64_t base, uint64_t size) MUST_CHECK;

/* Takes out what of [base, base+size) is in the set; a size that would wrap means to the end. ERR_NO_MEMORY: nothing was changed. */
enum err range_set_remove(struct range_set *s, uint64_t base, uint64_t size) MUST_CHECK;

/* Where to look in range_set_find: base in [from, to), base % align == offset. align is a power of two, offset below it. */
struct range_search {
	uint64_t from, to;
	uint64_t size;
	uint64_t align, offset;
};

/* The lowest such base for which all of [base, base+size) lies in one range of the set. */
bool range_set_find(const struct range_set *s, const struct range_search *what, uint64_t *base);

/* Whether [base, base+size) lies in one range of the set. */
bool range_set_has(const struct range_set *s, uint64_t base, uint64_t size);

uint64_t range_set_total(const struct range_set *s);
uint64_t range_set_largest(const struct range_set *s);

#endif
