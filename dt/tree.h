/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a flattened tree (Devicetree Specification v0.4, chapter 5). tree_index() goes over all of it once: it checks everything and notes
 * every node. Whatever is asked later is answered from the notes and from the properties of the one node in question, without checks: they
 * have been made. libfdt's own functions check each byte each time, and walk from the beginning to find a node, its parent or its children.
 */
#ifndef DT_TREE_H
#define DT_TREE_H

#include <libfdt.h>

#include "common/lib/arena.h"
#include "common/lib/string.h"
#include "common/lib/util.h"

/* Real trees are below 16 deep; deeper ones are refused, which bounds every walk upwards. */
#define TREE_MAX_DEPTH 64
#define TREE_NO_NODE UINT32_MAX

/* Nodes are in the tree's order: a node's children follow it, and `end` is the number of the first node that is not below it. */
struct tree_node {
	const char *name;  /* with its unit address; "" for the root */
	uint32_t name_len;
	uint32_t path_len; /* of its full path; 0 for the root */
	uint32_t parent;   /* TREE_NO_NODE for the root */
	uint32_t end;
	uint32_t props;    /* where its properties begin in the structure block */
};

struct tree {
	const void *fdt;
	const uint8_t *structure;
	const char *strings;
	uint32_t size; /* of the structure block, whole cells */
	struct tree_node *nodes;
	uint32_t nr_nodes;
	size_t path_bytes; /* of all nodes' full paths, with their NULs */
};

/*
 * Checks the tree at fdt, which may be anything, NULL included: that it lies within `size` bytes and its header, blocks, tags, nesting,
 * property lengths and names are sound. The nodes are noted in memory from the arena, which they share with nothing.
 * NULL if all is well; else what is wrong, as a phrase, which is tree_no_memory where it is only the arena that is too small.
 */
const char *tree_index(struct tree *t, const void *fdt, size_t size, struct arena *arena);
extern const char tree_no_memory[];

/* For the children of a node: for (c = node + 1; c < t->nodes[node].end; c = t->nodes[c].end). */

/* ---- Values ---- */

/* Cell i of a value: cells are big-endian and lie on 4-byte boundaries. */
static inline uint32_t tree_cell(const void *data, size_t i)
{
	uint32_t v;

	__builtin_memcpy(&v, __builtin_assume_aligned((const uint8_t *)data + i * 4, 4), 4);
	return __builtin_bswap32(v);
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

/* ---- Properties ---- */

/* A walk over a node's properties. */
struct tree_prop {
	uint32_t next;
	uint32_t at;         /* this one's place in the structure block, for tree_value_at(); never 0 */
	uint32_t name_off;   /* of its name among the strings: the same name has mostly, but need not have, the same */
	const char *name;
	struct tree_value value;
};

static inline struct tree_prop tree_props(const struct tree *t, uint32_t node)
{
	return (struct tree_prop){ .next = t->nodes[node].props };
}

static inline struct tree_value tree_value_at(const struct tree *t, uint32_t at)
{
	return (struct tree_value){ t->structure + at + 12, tree_cell(t->structure + at, 1) };
}

/* The next property, or false when there is none. */
static inline bool tree_next_prop(const struct tree *t, struct tree_prop *p)
{
	uint32_t tag;

	while ((tag = tree_cell(t->structure + p->next, 0)) == FDT_NOP)
		p->next += 4;
	if (tag != FDT_PROP)
		return false;
	p->at = p->next;
	p->name_off = tree_cell(t->structure + p->at, 2);
	p->name = t->strings + p->name_off;
	p->value = tree_value_at(t, p->at);
	p->next = p->at + 12 + (uint32_t)align_up(p->value.len, 4);
	return true;
}

/* Whether a property has that name: most differ in the first letter. */
static inline bool tree_prop_is(const struct tree_prop *p, const char *name)
{
	return p->name[0] == name[0] && strcmp(p->name, name) == 0;
}

/* A node's property by name. */
struct tree_value tree_get(const struct tree *t, uint32_t node, const char *name);

/* ---- Nodes ---- */

/* The first child of that name: len characters, the unit address may be left out. TREE_NO_NODE: there is none. */
uint32_t tree_child(const struct tree *t, uint32_t parent, const char *name, size_t len);

/* The node with that full path, or that alias: the first len characters. Unit addresses may be left out. TREE_NO_NODE: there is none. */
uint32_t tree_find(const struct tree *t, const char *path, size_t len);

/* ---- Strings ---- */

/* Whether a value is a list of NUL-terminated strings (at least one). */
static inline bool tree_is_strings(struct tree_value v)
{
	return v.len > 0 && v.data[v.len - 1] == '\0';
}

/* The length of "name" in "name@unit-address". */
size_t tree_base_len(const char *name);

/* Whether a node name is `base` or `base@...`. */
bool tree_name_is(const char *name, const char *base);

/* Whether a checked string list holds s. */
bool tree_strings_have(const char *list, size_t len, const char *s);

/* Whether a status value (absent too) means a usable node. */
bool tree_status_okay(struct tree_value status);

#endif
