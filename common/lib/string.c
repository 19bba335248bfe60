/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Called with the MMU off too, when all memory is Device memory and an unaligned access faults (Arm ARM DDI 0487, B2,
 * "Alignment support"): only naturally aligned accesses here, and nothing is read that the caller did not name.
 */
#include "common/lib/string.h"

#include <stdint.h>

/*
 * GCC would recognise these very loops and replace them by calls to the functions they implement. Clang does not when
 * freestanding.
 */
#ifndef __clang__
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

typedef uint64_t __attribute__((may_alias)) word;
#define WORD  sizeof(word)
#define BLOCK (8 * WORD) /* eight loads, then eight stores: the compiler pairs them into LDP and STP */

static unsigned misaligned(const void *p)
{
	return (unsigned)((uintptr_t)p % WORD);
}

/*
 * Whole words to an aligned d from a source that is not: each is put together from two aligned neighbours
 * (little-endian), of which the older stays in `low`. Returns how many bytes were copied; fewer than 2 * WORD remain.
 */
static size_t copy_shifted(unsigned char *d, const unsigned char *s, size_t n)
{
	unsigned head = WORD - misaligned(s); /* bytes of s before its first word boundary: 1 .. 7 */
	unsigned up = 8 * head, down = 64 - up;
	const word *sw = (const word *)(s + head);
	word *dw = (word *)d;
	size_t done = 0;
	word low = 0;

	for (unsigned i = 0; i < head; i++)
		low |= (word)s[i] << 8 * i;
	for (; n - done >= 2 * WORD + head; done += 2 * WORD, sw += 2, dw += 2) {
		word a = sw[0], b = sw[1];

		dw[0] = low | a << up;
		dw[1] = a >> down | b << up;
		low = b >> down;
	}
	return done;
}

/* Right also for overlapping buffers when d is below s: nothing is written before what lies there has been read. */
static void copy_up(unsigned char *d, const unsigned char *s, size_t n)
{
	if (n >= 4 * WORD) {
		for (; misaligned(d); n--)
			*d++ = *s++;
		if (misaligned(s)) {
			size_t done = copy_shifted(d, s, n);

			d += done, s += done, n -= done;
		} else {
			for (; n >= BLOCK; n -= BLOCK, d += BLOCK, s += BLOCK) {
				const word *f = (const word *)s;
				word *t = (word *)d;
				word a = f[0], b = f[1], c = f[2], e = f[3], g = f[4], h = f[5], i = f[6], j = f[7];

				t[0] = a, t[1] = b, t[2] = c, t[3] = e, t[4] = g, t[5] = h, t[6] = i, t[7] = j;
			}
		}
	}
	if (!misaligned(d) && !misaligned(s))
		for (; n >= WORD; n -= WORD, d += WORD, s += WORD)
			*(word *)d = *(const word *)s;
	for (; n >= 4; n -= 4, d += 4, s += 4) {
		unsigned char a = s[0], b = s[1], c = s[2], e = s[3];

		d[0] = a, d[1] = b, d[2] = c, d[3] = e;
	}
	while (n--)
		*d++ = *s++;
}

/*
 * For d above s: from the ends down, by words where both allow it, by 32-bit halves where only those are aligned
 * (device-tree structure moves by 4).
 */
static void copy_down(unsigned char *d, const unsigned char *s, size_t n)
{
	typedef uint32_t __attribute__((may_alias)) half;
	uintptr_t differ = (uintptr_t)d ^ (uintptr_t)s;

	d += n, s += n;
	if (differ % sizeof(half) == 0) {
		for (; n && misaligned(d) % sizeof(half); n--)
			*--d = *--s;
		for (; n >= sizeof(half) && (differ % WORD || misaligned(d)); n -= sizeof(half)) {
			d -= sizeof(half), s -= sizeof(half);
			*(half *)d = *(const half *)s;
		}
		for (; n >= WORD; n -= WORD) {
			d -= WORD, s -= WORD;
			*(word *)d = *(const word *)s;
		}
	}
	while (n--)
		*--d = *--s;
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	copy_up(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	if ((uintptr_t)dst - (uintptr_t)src >= n) /* below, or not overlapping: one unsigned compare */
		copy_up(dst, src, n);
	else
		copy_down(dst, src, n);
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	unsigned char *d = dst;
	word fill = (unsigned char)c * UINT64_C(0x0101010101010101);

	if (n >= 2 * WORD) {
		for (; misaligned(d); n--)
			*d++ = (unsigned char)c;
		if (!fill && n >= STRING_ZERO_MIN) {
			size_t done = string_zero(d, n);

			d += done, n -= done;
		}
		for (; n >= 2 * BLOCK; n -= 2 * BLOCK, d += 2 * BLOCK)
#pragma GCC unroll 16
			for (unsigned i = 0; i < 2 * BLOCK / WORD; i++)
				((word *)d)[i] = fill;
		for (; n >= 2 * WORD; n -= 2 * WORD, d += 2 * WORD) {
			((word *)d)[0] = fill;
			((word *)d)[1] = fill;
		}
	}
	while (n--)
		*d++ = (unsigned char)c;
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	typedef uint32_t __attribute__((may_alias)) half;
	const unsigned char *x = a, *y = b;

	/* Device-tree values lie on 4-byte boundaries. */
	if (((uintptr_t)x | (uintptr_t)y) % sizeof(half) == 0)
		for (; n >= sizeof(half) && *(const half *)x == *(const half *)y; n -= sizeof(half))
			x += sizeof(half), y += sizeof(half);
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return (unsigned char)*a - (unsigned char)*b;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)(uintptr_t)s;
}
