/* SPDX-License-Identifier: Apache-2.0 */
#include "dt/tree.h"

#include "common/lib/string.h"

const char tree_no_memory[] = "there is not enough boot memory for its nodes";

/* ---- The one walk over everything ---- */

/* Where it stands. */
struct walk {
	struct tree *t;
	uint32_t at, max_nodes, strings;
	uint32_t open[TREE_MAX_DEPTH + 1]; /* the nodes that are open, from the root */
	unsigned depth;                    /* how many */
	bool in_props;                     /* no child has come yet */
};

/* The strings block up to its last NUL: a name that starts before that one ends in time. */
static uint32_t strings_size(const void *fdt)
{
	const char *s = (const char *)fdt + fdt_off_dt_strings(fdt);
	uint32_t n = fdt_size_dt_strings(fdt);

	while (n && s[n - 1])
		n--;
	return n;
}

/* The length of the name at `at`; UINT32_MAX if the block's whole cells hold no end of it. It is looked at cell by cell. */
static uint32_t name_length(const struct tree *t, uint32_t at)
{
	for (uint32_t i = at; i < t->size; i += 4) {
		uint32_t v = tree_cell(t->structure + i, 0);
		/* 0x80 in place of each byte that is 0; the name's first byte is the highest. */
		uint32_t ends = ~(((v & 0x7f7f7f7f) + 0x7f7f7f7f) | v | 0x7f7f7f7f);

		if (ends)
			return i - at + (uint32_t)__builtin_clz(ends) / 8;
	}
	return UINT32_MAX;
}

static const char *begin_node(struct walk *w)
{
	struct tree *t = w->t;
	const char *name = (const char *)t->structure + w->at + 4;
	uint32_t name_len = name_length(t, w->at + 4), parent = w->open[w->depth];
	const struct tree_node *up = parent == TREE_NO_NODE ? NULL : &t->nodes[parent];

	if (!up && w->at != 0)
		return "its root is not at its beginning";
	if (w->depth == TREE_MAX_DEPTH)
		return "its nodes are nested too deeply";
	if (name_len == UINT32_MAX)
		return "its structure is broken";
	if (t->nr_nodes == w->max_nodes)
		return tree_no_memory;

	struct tree_node *n = &t->nodes[t->nr_nodes];

	/* Its end is written when it comes. */
	n->name = up ? name : "";
	n->name_len = up ? name_len : 0;
	n->path_len = up ? up->path_len + 1 + name_len : 0;
	n->parent = parent;
	n->props = w->at = (uint32_t)align_up(w->at + 4 + name_len + 1, 4);
	t->path_bytes += n->path_len + (up ? 1 : 2);
	w->open[++w->depth] = t->nr_nodes++;
	w->in_props = true;
	return NULL;
}

static const char *end_node(struct walk *w)
{
	if (w->depth == 0)
		return "its nodes do not pair";
	w->t->nodes[w->open[w->depth--]].end = w->t->nr_nodes;
	w->in_props = false;
	w->at += 4;
	return NULL;
}

/* A property and those that follow it. */
static const char *check_props(struct walk *w)
{
	const uint8_t *p = w->t->structure + w->at, *end = w->t->structure + w->t->size;

	if (!w->in_props)
		return "a property is not at the beginning of a node";
	do {
		size_t rest = (size_t)(end - p);
		uint32_t len;

		if (rest < 12 || (len = tree_cell(p, 1)) > rest - 12)
			return "its structure is broken";
		if (tree_cell(p, 2) >= w->strings)
			return "the name of a property lies outside of it";
		p += 12 + align_up(len, 4);
	} while (p < end && tree_cell(p, 0) == FDT_PROP);
	w->at = (uint32_t)(p - w->t->structure);
	return NULL;
}

static const char *walk_all(struct walk *w)
{
	const char *wrong = NULL;

	/* What is checked never reaches behind the end, so that what is left is whole cells; all offsets are below 2^31, as libfdt has checked. */
	while (!wrong && w->at < w->t->size) {
		switch (tree_cell(w->t->structure + w->at, 0)) {
		case FDT_BEGIN_NODE:
			wrong = begin_node(w);
			break;
		case FDT_PROP:
			wrong = check_props(w);
			break;
		case FDT_END_NODE:
			wrong = end_node(w);
			break;
		case FDT_NOP:
			w->at += 4;
			break;
		case FDT_END:
			if (w->depth)
				return "its structure is broken";
			return w->t->nr_nodes ? NULL : "it has no root";
		default:
			return "its structure is broken";
		}
	}
	return wrong ? wrong : "its structure is broken";
}

/* The nodes take what the arena has left, and give back what they do not need. */
static const char *index_nodes(struct tree *t, struct arena *arena)
{
	struct walk w = { .t = t, .strings = strings_size(t->fdt), .open = { TREE_NO_NODE } };
	size_t used = (size_t)(align_up((uintptr_t)arena->base + arena->used, sizeof(void *)) - (uintptr_t)arena->base);

	if (used > arena->size)
		return tree_no_memory;
	t->nodes = (struct tree_node *)(void *)(arena->base + used);
	w.max_nodes = (uint32_t)u64_min((arena->size - used) / sizeof(*t->nodes), UINT32_MAX);

	const char *wrong = walk_all(&w);

	if (!wrong)
		arena->used = used + t->nr_nodes * sizeof(*t->nodes);
	return wrong;
}

const char *tree_index(struct tree *t, const void *fdt, size_t size, struct arena *arena)
{
	if (!fdt)
		return "there is none";
	if ((uintptr_t)fdt % 8)
		return "its address is not a multiple of 8";
	if (size < sizeof(struct fdt_header))
		return "it is cut off within its header";
	if (fdt_magic(fdt) != FDT_MAGIC)
		return "it does not begin with the magic number d00dfeed";
	/* Version 17 (2006) is the first that gives the size of its structure. */
	if (fdt_version(fdt) < 17 || fdt_last_comp_version(fdt) > 17)
		return "its version is not 17";
	if (fdt_check_header(fdt))
		return "its header contradicts itself";
	if (fdt_totalsize(fdt) > size)
		return "it is cut off: its header's totalsize is larger than what is there";
	if (fdt_off_dt_struct(fdt) % 4 || fdt_off_mem_rsvmap(fdt) % 8)
		return "its blocks are not aligned";
	if (fdt_num_mem_rsv(fdt) < 0)
		return "its list of memory reservations has no end";
	*t = (struct tree){
		.fdt = fdt, .structure = (const uint8_t *)fdt + fdt_off_dt_struct(fdt), .strings = (const char *)fdt + fdt_off_dt_strings(fdt),
		.size = (uint32_t)align_down(fdt_size_dt_struct(fdt), 4),
	};
	return index_nodes(t, arena);
}

/* ---- Asking ---- */

struct tree_value tree_get(const struct tree *t, uint32_t node, const char *name)
{
	struct tree_prop p = tree_props(t, node);

	while (tree_next_prop(t, &p))
		if (tree_prop_is(&p, name))
			return p.value;
	return (struct tree_value){ 0 };
}

uint32_t tree_child(const struct tree *t, uint32_t parent, const char *name, size_t len)
{
	for (uint32_t c = parent + 1; c < t->nodes[parent].end; c = t->nodes[c].end) {
		const struct tree_node *n = &t->nodes[c];

		if (n->name[0] == name[0] && n->name_len >= len && memcmp(n->name, name, len) == 0 && (n->name[len] == '\0' || n->name[len] == '@'))
			return c;
	}
	return TREE_NO_NODE;
}

static uint32_t find_full_path(const struct tree *t, const char *path, const char *end)
{
	uint32_t node = 0;

	for (path++; path < end && node != TREE_NO_NODE; path++) {
		const char *stop = memchr(path, '/', (size_t)(end - path));

		if (!stop)
			stop = end;
		node = tree_child(t, node, path, (size_t)(stop - path));
		path = stop;
	}
	return node;
}

uint32_t tree_find(const struct tree *t, const char *path, size_t len)
{
	if (len > 0 && path[0] == '/')
		return find_full_path(t, path, path + len);

	uint32_t aliases = tree_child(t, 0, "aliases", strlen("aliases"));

	if (aliases == TREE_NO_NODE)
		return TREE_NO_NODE;

	struct tree_prop p = tree_props(t, aliases);

	while (tree_next_prop(t, &p)) {
		const char *value = (const char *)p.value.data;

		if (strncmp(p.name, path, len) == 0 && p.name[len] == '\0' && tree_is_strings(p.value) && value[0] == '/')
			return find_full_path(t, value, value + strlen(value));
	}
	return TREE_NO_NODE;
}

/* ---- Strings ---- */

size_t tree_base_len(const char *name)
{
	const char *at = strchr(name, '@');

	return at ? (size_t)(at - name) : strlen(name);
}

bool tree_name_is(const char *name, const char *base)
{
	size_t n = strlen(base);

	return strncmp(name, base, n) == 0 && (name[n] == '\0' || name[n] == '@');
}

bool tree_strings_have(const char *list, size_t len, const char *s)
{
	size_t n = strlen(s) + 1;

	while (len >= n) {
		if (memcmp(list, s, n) == 0)
			return true;

		size_t step = strnlen(list, len) + 1;

		if (step >= len)
			break;
		list += step;
		len -= step;
	}
	return false;
}

bool tree_status_okay(struct tree_value status)
{
	if (!status.data)
		return true;
	return (status.len == 3 && memcmp(status.data, "ok", 3) == 0) || (status.len == 5 && memcmp(status.data, "okay", 5) == 0);
}
