/* SPDX-License-Identifier: Apache-2.0 */
#include "common/lib/arena.h"

#include "common/lib/string.h"

void arena_init(struct arena *a, void *base, size_t size)
{
	*a = (struct arena){ .base = base, .size = size };
}

void *arena_take(struct arena *a, size_t size, size_t align)
{
	/* Alignment is of the address, not of the offset: base need not be aligned itself. */
	size_t pad = -((uintptr_t)a->base + a->used) & (align - 1);
	size_t rest = a->size - a->used;

	if (pad > rest || size > rest - pad)
		return NULL;

	void *p = a->base + a->used + pad;

	a->used += pad + size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size, size_t align)
{
	void *p = arena_take(a, size, align);

	return p ? memset(p, 0, size) : NULL;
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size, size_t align)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return arena_alloc(a, bytes, align);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	if (len == SIZE_MAX)
		return NULL;

	char *copy = arena_alloc(a, len + 1, 1);

	if (copy)
		memcpy(copy, s, len);
	return copy;
}
