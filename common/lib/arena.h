/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bump allocator over memory the caller owns. Nothing is freed one by one; all is zeroed when handed out, unless the caller is to write it all.
 * Boot uses one for what parse and plan make; the plan counts a second one (the pool) for what lives on.
 */
#ifndef COMMON_LIB_ARENA_H
#define COMMON_LIB_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "common/lib/util.h"

struct arena {
	uint8_t *base;
	size_t size; /* bytes at base */
	size_t used; /* bytes handed out, padding included */
};

void arena_init(struct arena *a, void *base, size_t size);

/* Zeroed memory aligned to `align` (a power of two), or NULL when the rest is too small. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t size, size_t align) MUST_CHECK;

/* The same, not zeroed. */
void *arena_take(struct arena *a, size_t size, size_t align) MUST_CHECK;

/* n * sizeof(type), NULL also when that overflows. */
void *arena_alloc_array(struct arena *a, size_t n, size_t size, size_t align) MUST_CHECK;
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type), _Alignof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc_array((a), (n), sizeof(type), _Alignof(type)))

/* A NUL-terminated copy of the first len bytes of s, or NULL. */
char *arena_strndup(struct arena *a, const char *s, size_t len) MUST_CHECK;

#endif
