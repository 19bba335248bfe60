/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a flattened tree from front to back (Devicetree Specification v0.4, chapter 5). Node and property offsets are libfdt's. libfdt's own
 * walk takes every single byte of a name through a bounds check, some twenty times the instructions of this one: for what looks at all of a
 * tree that would be most of the boot time. tree_check() has been over the whole tree once; the other functions want a checked tree.
 */
#ifndef DT_TREE_H
#define DT_TREE_H

#include <libfdt.h>

#include "common/lib/util.h"

/* Real trees are below 16 deep; deeper ones are refused, which bounds every walk upwards. */
#define TREE_MAX_DEPTH 64

struct tree_stats {
	uint32_t nr_nodes;
	size_t path_bytes; /* of all nodes' full paths, with their NULs */
};

/*
 * NULL if the tree at fdt is sound and lies within `size` bytes: header, blocks, tags, nesting, property lengths and names. Otherwise
 * says what is wrong, as a phrase. `fdt` may be anything, NULL included.
 */
const char *tree_check(const void *fdt, size_t size, struct tree_stats *stats);

enum tree_event { TREE_END, TREE_NODE, TREE_NODE_END, TREE_PROP };

/* A walk over a checked tree in its order. The fields below `next` tell of the event that tree_next() returned last. */
struct tree_walk {
	const uint8_t *structure; /* the block that offsets count from */
	uint32_t size;            /* bytes of it */
	const char *strings;
	int next;
	int offset;         /* of the node (TREE_NODE) or property (TREE_PROP) */
	const char *name;   /* of the node, with its unit address; TREE_PROP: not set, see tree_prop_name() */
	uint32_t name_off;  /* TREE_PROP: of its name among the strings */
	const uint8_t *data;/* TREE_PROP: its value, 4-byte aligned as the tree is */
	uint32_t len;       /* bytes of it */
};

/* offset 0: the whole tree; a node's offset: from that node on, the first event being that TREE_NODE. */
void tree_walk_init(struct tree_walk *w, const void *fdt, int offset);

enum tree_event tree_next(struct tree_walk *w);

/* The next property of the node that the walk is in, or false when a child or its end comes. */
static inline bool tree_next_prop(struct tree_walk *w)
{
	return tree_next(w) == TREE_PROP;
}

static inline const char *tree_prop_name(const struct tree_walk *w)
{
	return w->strings + w->name_off;
}

/* Cell i of a value. */
static inline uint32_t tree_cell(const void *data, size_t i)
{
	return fdt32_ld((const fdt32_t *)data + i);
}

/* n cells (0, 1 or 2) as one number. */
static inline uint64_t tree_cells(const void *data, size_t i, unsigned n)
{
	uint64_t v = n > 0 ? tree_cell(data, i) : 0;

	return n > 1 ? v << 32 | tree_cell(data, i + 1) : v;
}

struct tree_value {
	const uint8_t *data; /* NULL: absent */
	uint32_t len;
};

/* The value of the property at that offset. */
struct tree_value tree_value_at(const void *fdt, int property);
/* A node's property by name. */
struct tree_value tree_get(const void *fdt, int node, const char *name);

/* The node with that full path, or that alias: the first len characters. Unit addresses may be left out. Negative: there is none. */
int tree_find(const void *fdt, const char *path, size_t len);

/* Whether a value is a list of NUL-terminated strings (at least one). */
bool tree_is_strings(const void *data, uint32_t len);

/* The length of "name" in "name@unit-address". */
size_t tree_base_len(const char *name);

/* Whether a node name is `base` or `base@...`. */
bool tree_name_is(const char *name, const char *base);

/* Whether a checked string list holds s. */
bool tree_strings_have(const char *list, size_t len, const char *s);

/* Whether a status value (may be NULL: absent) means a usable node. */
bool tree_status_okay(const void *data, uint32_t len);

#endif
