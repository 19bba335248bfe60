/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that draw `bulkhead map` share. */
#ifndef TOOLS_BULKHEAD_MAP_H
#define TOOLS_BULKHEAD_MAP_H

#include "tools/bulkhead.h"

#define WIDTH     1120
#define MARGIN    20
#define INNER     (WIDTH - 2 * MARGIN)
#define BAR       46
#define CHIP_W    172
#define CHIP_H    24
#define CELL      26
#define NR_HUES   8 /* VM n has colour n modulo that; names tell the rest apart */

/* Owners are VM indexes and these. */
enum { OWNER_NOBODY = -1, OWNER_HYPERVISOR = -2, OWNER_RESERVED = -3 };

struct map {
	FILE *out;
	const struct plan *plan;
	unsigned y;
};

const char *map_owner_name(const struct map *m, int owner);

void map_put_text(const struct map *m, unsigned x, unsigned y, const char *class, const char *text);

/* A label of at most that many pixels: what does not fit is cut, what has room for nothing is left out. */
void map_put_label(const struct map *m, unsigned x, unsigned y, unsigned width, const char *text);

/* A box in the owner's colour: then the text that the mouse shows, map_end_title, labels, map_end_box. */
void map_begin_box(const struct map *m, int owner, unsigned x, unsigned y, unsigned w, unsigned h);
void map_end_title(const struct map *m);
void map_end_box(const struct map *m);

void map_put_heading(struct map *m, const char *text);

/* ---- bulkhead_map_cpus.c ---- */

void map_put_cpus(struct map *m);
void map_put_shared_cpus(struct map *m); /* time lines; nothing where no CPU is shared */

#endif
