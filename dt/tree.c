/* SPDX-License-Identifier: Apache-2.0 */
#include "dt/tree.h"

#include "common/lib/string.h"

void tree_walk_init(struct tree_walk *w, const void *fdt, int offset)
{
	*w = (struct tree_walk){ .fdt = fdt, .next = offset };
}

enum tree_event tree_next(struct tree_walk *w)
{
	for (;;) {
		w->offset = w->next;
		switch (fdt_next_tag(w->fdt, w->offset, &w->next)) {
		case FDT_BEGIN_NODE:
			w->name = fdt_get_name(w->fdt, w->offset, NULL);
			return TREE_NODE;
		case FDT_END_NODE:
			return TREE_NODE_END;
		case FDT_PROP: {
			int len;
			const struct fdt_property *p = fdt_get_property_by_offset(w->fdt, w->offset, &len);

			if (!p)
				return TREE_END;
			w->data = (const uint8_t *)p->data;
			w->len = (uint32_t)len;
			w->name_off = fdt32_ld(&p->nameoff);
			return TREE_PROP;
		}
		case FDT_NOP:
			continue;
		default:
			w->next = w->offset; /* the end stays the end, whatever is behind it */
			return TREE_END;
		}
	}
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
			if (!w.name)
				return "a node has no proper name";
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
			/* Where tree_next stands is FDT_END, or something that is no tag or is cut off. */
			if (fdt_next_tag(fdt, w.offset, &w.next) != FDT_END || w.next < 0 || depth != 0)
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
