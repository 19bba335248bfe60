/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a flattened tree (Devicetree Specification v0.4, chapter 5), front to back in one pass. libfdt's sequential writer searches all
 * names for each property, and goes over the tree again at the end to move the names it has put behind it.
 */
#ifndef DT_WRITER_H
#define DT_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREE_WRITER_SLOTS 128

struct tree_writer {
	uint8_t *out;                        /* 8-byte aligned: header, no memory reservations, structure */
	uint32_t size, max;                  /* bytes written, and that there are */
	char *names;                         /* the strings block, until the end in memory of its own */
	uint32_t names_size, names_max;
	uint32_t by_name[TREE_WRITER_SLOTS]; /* hash table: offset + 1 of a name; 0: empty */
	unsigned nr_names;
	bool full;                           /* something had no room: nothing behind it was written */
};

/* What is not NULL is written to: out (multiple of 8), and names until tree_write_finish(). */
void tree_write_init(struct tree_writer *w, void *out, size_t max, char *names, size_t names_max);
void tree_write_begin(struct tree_writer *w, const char *name);
void tree_write_end(struct tree_writer *w);
/* The value's place, 4-byte aligned, for the caller to fill; NULL when full. */
void *tree_write_prop(struct tree_writer *w, const char *name, size_t len);
/* The whole tree's size; 0 when it did not fit. */
size_t tree_write_finish(struct tree_writer *w);

#endif
