/* SPDX-License-Identifier: Apache-2.0 */
#include "common/ranges.h"

#include "common/lib/string.h"

enum err range_set_init(struct range_set *s, struct arena *arena, uint32_t max)
{
	s->r = ARENA_ARRAY(arena, struct mem_range, max);
	s->nr = 0;
	s->max = max;
	return s->r ? OK : ERR_NO_MEMORY;
}

void range_set_copy(struct range_set *dst, const struct range_set *src)
{
	for (uint32_t i = 0; i < src->nr; i++)
		dst->r[i] = src->r[i];
	dst->nr = src->nr;
}

static void insert_at(struct range_set *s, uint32_t at, uint64_t base, uint64_t size)
{
	memmove(&s->r[at + 1], &s->r[at], (s->nr - at) * sizeof(s->r[0]));
	s->r[at] = (struct mem_range){ base, size };
	s->nr++;
}

static void remove_at(struct range_set *s, uint32_t at)
{
	s->nr--;
	memmove(&s->r[at], &s->r[at + 1], (s->nr - at) * sizeof(s->r[0]));
}

enum err range_set_add(struct range_set *s, uint64_t base, uint64_t size)
{
	uint32_t at = 0;

	if (!range_within(base, size, 0, RANGE_LIMIT))
		return ERR_RANGE;
	if (!size)
		return OK;
	while (at < s->nr && s->r[at].base < base)
		at++;
	if ((at < s->nr && ranges_overlap(base, size, s->r[at].base, s->r[at].size)) ||
	    (at > 0 && ranges_overlap(base, size, s->r[at - 1].base, s->r[at - 1].size)))
		return ERR_EXISTS;
	if (s->nr == s->max)
		return ERR_NO_MEMORY;
	insert_at(s, at, base, size);
	return OK;
}

enum err range_set_remove(struct range_set *s, uint64_t base, uint64_t size)
{
	if (base >= RANGE_LIMIT)
		return OK;

	uint64_t end = size > RANGE_LIMIT - base ? RANGE_LIMIT : base + size;
	uint32_t i = 0;

	while (i < s->nr) {
		struct mem_range *r = &s->r[i];
		uint64_t r_end = r->base + r->size;

		if (!ranges_overlap(base, end - base, r->base, r->size)) {
			i++;
		} else if (base > r->base && end < r_end) { /* a hole: the only case that needs room, and nothing else overlaps */
			if (s->nr == s->max)
				return ERR_NO_MEMORY;
			r->size = base - r->base;
			insert_at(s, i + 1, end, r_end - end);
			return OK;
		} else if (base > r->base) {
			r->size = base - r->base;
			i++;
		} else if (end < r_end) {
			*r = (struct mem_range){ end, r_end - end };
			i++;
		} else {
			remove_at(s, i);
		}
	}
	return OK;
}

bool range_set_find(const struct range_set *s, const struct range_search *what, uint64_t *base)
{
	for (uint32_t i = 0; i < s->nr; i++) {
		uint64_t end = s->r[i].base + s->r[i].size;
		uint64_t at = align_down(u64_max(s->r[i].base, what->from), what->align) + what->offset;

		if (at < s->r[i].base || at < what->from)
			at += what->align;
		if (at >= what->to)
			return false;
		if (range_within(at, what->size, s->r[i].base, end - s->r[i].base)) {
			*base = at;
			return true;
		}
	}
	return false;
}

bool range_set_has(const struct range_set *s, uint64_t base, uint64_t size)
{
	for (uint32_t i = 0; i < s->nr; i++)
		if (range_within(base, size, s->r[i].base, s->r[i].size))
			return true;
	return false;
}

uint64_t range_set_total(const struct range_set *s)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < s->nr; i++)
		sum += s->r[i].size;
	return sum;
}

uint64_t range_set_largest(const struct range_set *s)
{
	uint64_t most = 0;

	for (uint32_t i = 0; i < s->nr; i++)
		most = u64_max(most, s->r[i].size);
	return most;
}
