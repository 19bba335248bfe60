/* SPDX-License-Identifier: Apache-2.0 */
#include "dt/writer.h"

#include <libfdt.h>

#include "common/lib/string.h"
#include "common/lib/util.h"

#define STRUCTURE (sizeof(struct fdt_header) + sizeof(struct fdt_reserve_entry)) /* where it begins: one empty reservation ends their list */

/* The next `len` bytes, with padding to whole cells, which is zeroed. */
static uint8_t *take(struct tree_writer *w, size_t len)
{
	uint8_t *p = w->out + w->size;

	if (w->full || len > w->max - w->size || align_up(len, 4) > w->max - w->size) {
		w->full = true;
		return NULL;
	}
	w->size += (uint32_t)align_up(len, 4);
	if (len % 4)
		memset(w->out + w->size - 4, 0, 4);
	return p;
}

static void put_cell(void *at, size_t i, uint32_t v)
{
	fdt32_st((fdt32_t *)at + i, v);
}

static void put_tag(struct tree_writer *w, uint32_t tag)
{
	uint8_t *p = take(w, 4);

	if (p)
		put_cell(p, 0, tag);
}

void tree_write_init(struct tree_writer *w, void *out, size_t max, char *names, size_t names_max)
{
	*w = (struct tree_writer){ .out = out, .max = (uint32_t)u64_min(max, INT32_MAX), .names = names, .names_max = (uint32_t)u64_min(names_max, INT32_MAX) };
	w->full = w->max < STRUCTURE;
	if (w->full)
		return;
	memset(out, 0, STRUCTURE);
	w->size = STRUCTURE;
}

void tree_write_begin(struct tree_writer *w, const char *name)
{
	size_t len = strlen(name) + 1;
	uint8_t *p;

	put_tag(w, FDT_BEGIN_NODE);
	p = take(w, len);
	if (p)
		memcpy(p, name, len);
}

void tree_write_end(struct tree_writer *w)
{
	put_tag(w, FDT_END_NODE);
}

static uint32_t add_name(struct tree_writer *w, const char *name, size_t len)
{
	uint32_t at = w->names_size;

	if (len + 1 > w->names_max - at) {
		w->full = true;
		return 0;
	}
	memcpy(w->names + at, name, len + 1);
	w->names_size += (uint32_t)len + 1;
	return at;
}

/* Where it is among the strings already; w->names_size: nowhere. */
static uint32_t look_through(const struct tree_writer *w, const char *name)
{
	uint32_t at = 0;

	while (at < w->names_size && strcmp(w->names + at, name) != 0)
		at += (uint32_t)strlen(w->names + at) + 1;
	return at;
}

/* The offset of a name among the strings, where each is once: so there is room for them where there is for those of the trees that they come from. */
static uint32_t name_offset(struct tree_writer *w, const char *name)
{
	uint32_t hash = 0, at;
	size_t len = 0;

	for (; name[len]; len++)
		hash = hash * 33 + (uint8_t)name[len];
	for (uint32_t i = hash;; i++) {
		uint32_t *slot = &w->by_name[i % TREE_WRITER_SLOTS];

		if (*slot && strcmp(w->names + *slot - 1, name) == 0)
			return *slot - 1;
		if (*slot)
			continue;
		if (w->nr_names >= TREE_WRITER_SLOTS * 3 / 4) { /* what the table holds well */
			at = look_through(w, name);
			return at < w->names_size ? at : add_name(w, name, len);
		}
		at = add_name(w, name, len);
		if (!w->full) {
			*slot = at + 1;
			w->nr_names++;
		}
		return at;
	}
}

void *tree_write_prop(struct tree_writer *w, const char *name, size_t len)
{
	uint8_t *p = take(w, 12);
	uint32_t offset = p ? name_offset(w, name) : 0;
	uint8_t *value = take(w, len);

	if (!value)
		return NULL;
	put_cell(p, 0, FDT_PROP);
	put_cell(p, 1, (uint32_t)len);
	put_cell(p, 2, offset);
	return value;
}

size_t tree_write_finish(struct tree_writer *w)
{
	uint32_t strings, total;

	put_tag(w, FDT_END);
	strings = w->size;
	total = (uint32_t)align_up(strings + w->names_size, 8);
	if (w->full || total > w->max)
		return 0;
	memcpy(w->out + strings, w->names, w->names_size);
	memset(w->out + strings + w->names_size, 0, total - strings - w->names_size);

	struct fdt_header *h = (struct fdt_header *)(void *)w->out;

	fdt_set_magic(h, FDT_MAGIC);
	fdt_set_totalsize(h, total);
	fdt_set_off_dt_struct(h, STRUCTURE);
	fdt_set_off_dt_strings(h, strings);
	fdt_set_off_mem_rsvmap(h, sizeof(*h));
	fdt_set_version(h, 17);
	fdt_set_last_comp_version(h, 16);
	fdt_set_size_dt_strings(h, w->names_size);
	fdt_set_size_dt_struct(h, strings - (uint32_t)STRUCTURE);
	return total;
}
