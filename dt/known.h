/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of names that the parser knows, and what they mean to it. */
#ifndef DT_KNOWN_H
#define DT_KNOWN_H

#include <stddef.h>
#include <stdint.h>

struct known {
	uint32_t key;
	uint8_t len;
	uint8_t id;    /* what it is; the table's owner says of which enum */
	uint8_t cells; /* properties: enum ref_cells */
	uint8_t kind;  /* properties: enum host_ref_kind */
	char name[28]; /* in place: nothing to be relocated */
};

/* Tells most names apart, which have three bytes at least: the length and the first of them. */
#define KNOWN_KEY(text, len) ((uint32_t)(len) << 24 | (uint32_t)(uint8_t)(text)[0] << 16 | (uint32_t)(uint8_t)(text)[1] << 8 | (uint8_t)(text)[2])

#define KNOWN(text, id, cells, kind) { KNOWN_KEY(text, sizeof(text) - 1), sizeof(text) - 1, id, cells, kind, text }

/* The entry with that name of len bytes, or NULL. Entries are in order of length, then of bytes (of their keys, to be exact). */
const struct known *known_find(const struct known *table, size_t n, const char *name, size_t len);

#endif
