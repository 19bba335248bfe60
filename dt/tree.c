/* SPDX-License-Identifier: Apache-2.0 */
#include "dt/tree.h"

#include "common/lib/string.h"

void tree_walk_init(struct tree_walk *w, const void *fdt, int offset)
{
	*w = (struct tree_walk){
		.structure = (const uint8_t *)fdt + fdt_off_dt_struct(fdt), .size = fdt_size_dt_struct(fdt),
		.strings = (const char *)fdt + fdt_off_dt_strings(fdt), .next = offset,
	};
}

/* Where the 4-byte unit after `at` begins. All are below 2^31, as libfdt has checked of the blocks' sizes. */
static int unit_after(uint32_t at)
{
	return (int)align_up(at, 4);
}

static bool take_node(struct tree_walk *w, uint32_t at)
{
	uint32_t end = at + 4;

	while (end < w->size && w->structure[end])
		end++;
	w->name = (const char *)w->structure + at + 4;
	w->next = unit_after(end + 1);
	return end < w->size;
}

static bool take_prop(struct tree_walk *w, uint32_t at)
{
	if (w->size - at < 12)
		return false;
	w->len = tree_cell(w->structure + at, 1);
	w->name_off = tree_cell(w->structure + at, 2);
	w->data = w->structure + at + 12;
	if (w->len > w->size - at - 12)
		return false;
	w->next = unit_after(at + 12 + w->len);
	return true;
}

enum tree_event tree_next(struct tree_walk *w)
{
	for (;;) {
		uint32_t at = (uint32_t)w->next;

		w->offset = w->next;
		if (at >= w->size || w->size - at < 4)
			return TREE_END;
		switch (tree_cell(w->structure + at, 0)) {
		case FDT_BEGIN_NODE:
			if (take_node(w, at))
				return TREE_NODE;
			break;
		case FDT_PROP:
			if (take_prop(w, at))
				return TREE_PROP;
			break;
		case FDT_END_NODE:
			w->next += 4;
			return TREE_NODE_END;
		case FDT_NOP:
			w->next += 4;
			continue;
		default:
			break;
		}
		w->next = w->offset; /* the end stays the end, whatever is behind it */
		return TREE_END;
	}
}

struct tree_value tree_value_at(const void *fdt, int property)
{
	struct tree_walk w;

	tree_walk_init(&w, fdt, property);
	return tree_next(&w) == TREE_PROP ? (struct tree_value){ w.data, w.len } : (struct tree_value){ 0 };
}

struct tree_value tree_get(const void *fdt, int node, const char *name)
{
	struct tree_walk w;

	tree_walk_init(&w, fdt, node);
	tree_next(&w);
	while (tree_next_prop(&w))
		if (strcmp(tree_prop_name(&w), name) == 0)
			return (struct tree_value){ w.data, w.len };
	return (struct tree_value){ 0 };
}

/* Whether the path's next component, up to a slash or the end, is that node. */
static bool component_is(const char *path, const char *end, const char *name, const char **rest)
{
	const char *stop = path;

	while (stop < end && *stop != '/')
		stop++;
	*rest = stop < end ? stop + 1 : end;

	size_t n = (size_t)(stop - path);

	return strncmp(name, path, n) == 0 && (name[n] == '\0' || name[n] == '@');
}

static int find_full_path(const void *fdt, const char *path, const char *end)
{
	unsigned depth = 0, found = 1; /* nodes open; those of them that the path has led to */
	struct tree_walk w;

	tree_walk_init(&w, fdt, 0);
	for (path++; path < end;) {
		const char *rest;

		switch (tree_next(&w)) {
		case TREE_NODE:
			if (depth++ != found || !component_is(path, end, w.name, &rest))
				break;
			if (rest == end)
				return w.offset;
			path = rest;
			found++;
			break;
		case TREE_NODE_END:
			if (depth-- == found)
				return -FDT_ERR_NOTFOUND;
			break;
		case TREE_PROP:
			break;
		case TREE_END:
			return -FDT_ERR_NOTFOUND;
		}
	}
	return 0;
}

int tree_find(const void *fdt, const char *path, size_t len)
{
	static const char aliases_path[] = "/aliases";
	struct tree_walk w;
	int aliases;

	if (len > 0 && path[0] == '/')
		return find_full_path(fdt, path, path + len);

	aliases = find_full_path(fdt, aliases_path, &aliases_path[sizeof(aliases_path) - 1]);
	if (aliases < 0)
		return aliases;
	tree_walk_init(&w, fdt, aliases);
	tree_next(&w);
	while (tree_next_prop(&w)) {
		const char *name = tree_prop_name(&w);

		if (strncmp(name, path, len) == 0 && name[len] == '\0' && tree_is_strings(w.data, w.len) && w.data[0] == '/')
			return find_full_path(fdt, (const char *)w.data, (const char *)w.data + strlen((const char *)w.data));
	}
	return -FDT_ERR_NOTFOUND;
}

/* The strings block up to its last NUL: a name that starts before that one ends in time. */
static uint32_t strings_size(const void *fdt)
{
	const char *s = (const char *)fdt + fdt_off_dt_strings(fdt);
	uint32_t n = fdt_size_dt_strings(fdt);

	while (n && s[n - 1])
		n--;
	return n;
}

static const char *check_structure(const void *fdt, struct tree_stats *stats)
{
	uint32_t path_size[TREE_MAX_DEPTH + 1] = { 0 }; /* of the node at each depth, with its NUL */
	uint32_t strings = strings_size(fdt);
	enum tree_event last = TREE_NODE, event;
	struct tree_walk w;
	unsigned depth = 0;

	tree_walk_init(&w, fdt, 0);
	for (;; last = event) {
		event = tree_next(&w);
		switch (event) {
		case TREE_NODE:
			if (depth == 0 && w.offset != 0)
				return "its root is not at its beginning";
			if (depth == TREE_MAX_DEPTH)
				return "its nodes are nested too deeply";
			depth++;
			path_size[depth] = depth <= 2 ? 2 + (uint32_t)strlen(w.name) : path_size[depth - 1] + 1 + (uint32_t)strlen(w.name);
			stats->path_bytes += path_size[depth];
			stats->nr_nodes++;
			break;
		case TREE_NODE_END:
			if (depth-- == 0)
				return "its nodes do not pair";
			break;
		case TREE_PROP:
			if (depth == 0 || last == TREE_NODE_END)
				return "a property is not at the beginning of a node";
			if (w.name_off >= strings)
				return "the name of a property lies outside of it";
			break;
		case TREE_END:
			/* Where it stands is FDT_END, or something that is no tag or is cut off. */
			if ((uint32_t)w.offset + 4 > w.size || tree_cell(w.structure + w.offset, 0) != FDT_END || depth != 0)
				return "its structure is broken";
			return stats->nr_nodes ? NULL : "it has no root";
		}
	}
}

const char *tree_check(const void *fdt, size_t size, struct tree_stats *stats)
{
	*stats = (struct tree_stats){ 0 };
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
	return check_structure(fdt, stats);
}

bool tree_is_strings(const void *data, uint32_t len)
{
	return len > 0 && ((const char *)data)[len - 1] == '\0';
}

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

bool tree_status_okay(const void *data, uint32_t len)
{
	if (!data)
		return true;
	return (len == 3 && memcmp(data, "ok", 3) == 0) || (len == 5 && memcmp(data, "okay", 5) == 0);
}
