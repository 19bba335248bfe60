/* SPDX-License-Identifier: Apache-2.0 */
/* What the system_*.c files share while a system file is parsed. */
#ifndef DT_SYSTEM_BUILD_H
#define DT_SYSTEM_BUILD_H

#include "common/lib/arena.h"
#include "common/lib/findings.h"
#include "common/system.h"
#include "dt/dt.h"
#include "dt/tree.h"

struct system_build {
	struct system *system;
	struct tree tree; /* the file */
	size_t size;      /* bytes that may be read of it: with external data more than its totalsize */
	struct arena *arena;
	struct findings *findings;
	dt_progress *progress;
	void *progress_ctx;
	uint32_t *phandles; /* of system->images */
};

/* The children of a node, in the file's order. */
#define FIT_FOR_CHILDREN(b, parent, c) for (uint32_t c = (parent) + 1; c < (b)->tree.nodes[parent].end; c = (b)->tree.nodes[c].end)

static inline const char *fit_name(const struct system_build *b, uint32_t node)
{
	return b->tree.nodes[node].name;
}

static inline struct tree_value fit_get(const struct system_build *b, uint32_t node, const char *name)
{
	return tree_get(&b->tree, node, name);
}

/* NULL if absent or no string. */
const char *fit_get_string(const struct system_build *b, uint32_t node, const char *name);

/* One or two cells. */
static inline bool fit_number(struct tree_value v, uint64_t *out)
{
	if (!v.data || (v.len != 4 && v.len != 8))
		return false;
	*out = tree_cells(v.data, 0, v.len / 4);
	return true;
}

/* How many child nodes that node has. */
uint32_t fit_count_children(const struct system_build *b, uint32_t node);

/* Both take the node /images or /vms. false: no memory. */
bool system_parse_images(struct system_build *b, uint32_t images) MUST_CHECK;
bool system_parse_vms(struct system_build *b, uint32_t vms) MUST_CHECK;

/* The candidate nearest to name by edit distance (Levenshtein); n > 0. */
const char *nearest_name(const char *name, const char *const *candidates, size_t n);

#endif
