/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/pgtable.h"
#include "arch/arm64/pgtable_layout.h"

struct requests {
	const struct pgtable_map_request *maps;
	unsigned count;
};

static enum err check_requests(unsigned granule_shift, unsigned ia_bits, const struct requests *r)
{
	for (unsigned i = 0; i < r->count; i++) {
		const struct pgtable_map_request *m = &r->maps[i];

		if (!pgtable_request_valid(granule_shift, ia_bits, m->ia, m->pa, m->size))
			return ERR_RANGE;
		for (unsigned j = 0; j < i; j++)
			if (ranges_overlap(m->ia, m->size, r->maps[j].ia, r->maps[j].size))
				return ERR_EXISTS;
	}
	return OK;
}

/*
 * Whether a map before number `i` has something in the span of that size at `at`, and so was charged for the table
 * there.
 */
static bool charged_before(const struct requests *r, unsigned i, uint64_t at, uint64_t span)
{
	for (unsigned j = 0; j < i; j++)
		if (ranges_overlap(at, span, r->maps[j].ia, r->maps[j].size))
			return true;
	return false;
}

/*
 * Tables that map number i adds below descriptors of `span` bytes each: one for every span it touches but cannot fill
 * with a single leaf. Maps are disjoint, so only the spans at its two ends can be touched by others too.
 */
static unsigned count_below(const struct requests *r, unsigned i, uint64_t span, bool has_leaves)
{
	const struct pgtable_map_request *m = &r->maps[i];
	uint64_t end = m->ia + m->size;
	uint64_t first = align_down(m->ia, span), last = align_down(end - 1, span);
	bool head_partial = first != m->ia || m->size < span, tail_partial = last != first && last + span != end;
	bool filled_by_leaves = has_leaves && is_aligned(m->ia ^ m->pa, span);
	uint64_t partial = (uint64_t)head_partial + tail_partial;
	uint64_t whole = (last - first) / span + 1 - partial;

	if (head_partial && charged_before(r, i, first, span))
		partial--;
	if (tail_partial && charged_before(r, i, last, span))
		partial--;
	return (unsigned)(partial + (filled_by_leaves ? 0 : whole));
}

enum err pgtable_count(enum pgtable_stage stage, unsigned granule_shift, unsigned ia_bits, const struct pgtable_map_request *maps,
		       unsigned nr_maps, unsigned *table_pages)
{
	struct requests r = { maps, nr_maps };
	unsigned level, pages;
	enum err e = pgtable_geometry(stage, granule_shift, ia_bits, &level, &pages);

	if (!e)
		e = check_requests(granule_shift, ia_bits, &r);
	if (e)
		return e;

	for (; level < PGTABLE_LAST_LEVEL; level++) {
		uint64_t span = pgtable_level_size(granule_shift, level);
		bool has_leaves = pgtable_level_has_leaves(granule_shift, level);

		for (unsigned i = 0; i < nr_maps; i++)
			pages += count_below(&r, i, span, has_leaves);
	}
	*table_pages = pages;
	return OK;
}
