/* SPDX-License-Identifier: Apache-2.0 */
/* The proof: sorts what everyone has, and finds what two have. The same for physical memory, table memory and INTIDs. */
#include "common/prove_internal.h"

enum err extent_list_init(struct extent_list *l, uint64_t max, struct arena *arena)
{
	*l = (struct extent_list){.e = ARENA_ARRAY(arena, struct extent, max), .max = max};
	return l->e ? OK : ERR_NO_MEMORY;
}

bool extent_add(struct extent_list *l, enum extent_class class, const char *owner, uint64_t base, uint64_t size, uint64_t ipa)
{
	if (!size)
		return true;
	if (l->nr == l->max)
		return false;
	l->e[l->nr++] = (struct extent){.base = base, .size = size, .ipa = ipa, .owner = owner, .class = class};
	return true;
}

/* Moves the entry at `hole` down until no child of it begins later. */
static void sift_down(struct extent *e, uint64_t hole, uint64_t nr)
{
	struct extent moving = e[hole];
	uint64_t child;

	while ((child = 2 * hole + 1) < nr) {
		if (child + 1 < nr && e[child + 1].base > e[child].base)
			child++;
		if (e[child].base <= moving.base)
			break;
		e[hole] = e[child];
		hole = child;
	}
	e[hole] = moving;
}

/* Heap sort: no recursion, no extra memory, and n log n whatever the input. */
static void sort_extents(struct extent_list *l)
{
	for (uint64_t i = l->nr / 2; i-- > 0;)
		sift_down(l->e, i, l->nr);
	for (uint64_t end = l->nr; end-- > 1;) {
		struct extent last = l->e[end];
		l->e[end] = l->e[0];
		l->e[0] = last;
		sift_down(l->e, 0, end);
	}
}

#define WITH(class) (1u << (class))
/* What each class may not meet. */
static const uint8_t enemies[EXTENT_CLASSES] = {
	[EXTENT_VM] = WITH(EXTENT_VM) | WITH(EXTENT_GICV_WINDOW) | WITH(EXTENT_EL2) | WITH(EXTENT_GICV_FRAME) | WITH(EXTENT_PV_TIME) | WITH(EXTENT_PV_FRAME),
	[EXTENT_GICV_WINDOW] = WITH(EXTENT_VM) | WITH(EXTENT_EL2) | WITH(EXTENT_PV_TIME) | WITH(EXTENT_PV_FRAME),
	[EXTENT_EL2] = WITH(EXTENT_VM) | WITH(EXTENT_GICV_WINDOW) | WITH(EXTENT_PV_TIME),
	[EXTENT_GICV_FRAME] = WITH(EXTENT_VM) | WITH(EXTENT_PV_TIME),
	[EXTENT_PV_TIME] = WITH(EXTENT_VM) | WITH(EXTENT_GICV_WINDOW) | WITH(EXTENT_EL2) | WITH(EXTENT_GICV_FRAME) | WITH(EXTENT_PV_TIME),
	[EXTENT_PV_FRAME] = WITH(EXTENT_VM) | WITH(EXTENT_GICV_WINDOW),
};

static uint64_t last_byte(const struct extent *e)
{
	uint64_t last = e->base + e->size - 1;

	return last < e->base ? UINT64_MAX : last;
}

/*
 * In order of base, an extent meets an earlier one exactly if it meets, of that class, the one that reaches farthest: so one of each
 * class is all that has to be remembered.
 */
void extent_find_conflicts(struct extent_list *l, struct findings *findings, extent_conflict *report)
{
	const struct extent *farthest[EXTENT_CLASSES] = {NULL};

	sort_extents(l);
	for (uint64_t i = 0; i < l->nr; i++) {
		const struct extent *e = &l->e[i];

		for (unsigned c = 0; c < EXTENT_CLASSES; c++)
			if (farthest[c] && (enemies[e->class] & WITH(c)) && last_byte(farthest[c]) >= e->base)
				report(findings, farthest[c], e);
		if (!farthest[e->class] || last_byte(e) > last_byte(farthest[e->class]))
			farthest[e->class] = e;
	}
}
