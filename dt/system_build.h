/* SPDX-License-Identifier: Apache-2.0 */
/* What the system_*.c files share while a system file is parsed. */
#ifndef DT_SYSTEM_BUILD_H
#define DT_SYSTEM_BUILD_H

#include "common/host.h"
#include "common/lib/arena.h"
#include "common/lib/findings.h"
#include "common/system.h"
#include "dt/dt.h"
#include "dt/tree.h"

struct system_build {
	struct system *system;
	const struct host *host; /* the board; may be NULL */
	struct tree tree; /* the file */
	size_t size;      /* bytes that may be read of it: with external data more than its totalsize */
	struct arena *arena;
	struct findings *findings;
	sha256_block *sha256;
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

/* "<parent>/<the node's name>" in the arena; NULL: no memory. */
const char *system_child_path(struct system_build *b, const char *parent, uint32_t node);

/* ---- system_values.c: a node whose properties have names that are known ---- */

/* The property that is being read, and whose it is. */
struct reading {
	struct system_build *b;
	const char *path; /* of its node, for messages */
	const char *property;
	struct tree_value value;
	struct vm_config *vm;
	struct schedule_config *schedule;
	struct window_config *window;
	bool no_memory;
};

struct property {
	const char *name;
	void (*take)(struct reading *r);
};

/*
 * Reads all that the node has of these, in their order, whatever the file's is: a property may look at those before it. What else it has is a
 * finding, but for child nodes of that name (NULL: none). false: no memory.
 */
bool read_node(struct reading *r, uint32_t node, const struct property *known, size_t nr, const char *child) MUST_CHECK;

/* A finding "/vms/linux: memory: ..." */
void PRINTF_LIKE(3, 4) read_report(const struct reading *r, enum finding_code code, const char *fmt, ...);
#define bad(r, ...) read_report(r, FINDING_PROPERTY_BAD, __VA_ARGS__)

/* One number. false, or NULL: it is malformed, and a finding says so. */
bool read_u32(const struct reading *r, uint32_t *v);
const char *read_string(const struct reading *r);
bool read_flag(const struct reading *r);

/* ---- system_cpus.c ---- */

/* CPUs by number or name, in the order of the list: indexes into host.cpus; nothing when it is malformed, which is a finding. */
void read_cpus(struct reading *r, uint32_t **cpus, uint32_t *nr);

/* Each takes the node it is named after. false: no memory. */
bool system_parse_images(struct system_build *b, uint32_t images) MUST_CHECK;
bool system_parse_vms(struct system_build *b, uint32_t vms) MUST_CHECK;
bool system_parse_schedules(struct system_build *b, uint32_t schedules) MUST_CHECK; /* after the VMs */

/* The candidate nearest to name by edit distance (Levenshtein); n > 0. */
const char *nearest_name(const char *name, const char *const *candidates, size_t n);

#endif
