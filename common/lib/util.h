/* SPDX-License-Identifier: Apache-2.0 */
/* Small macros and inline helpers that have no state. */
#ifndef COMMON_LIB_UTIL_H
#define COMMON_LIB_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (UINT64_C(1) << (n))
/* Bits h down to l, both included, as the Arm manuals write [h:l]. */
#define GENMASK(h, l) ((~UINT64_C(0) >> (63 - (h))) & (~UINT64_C(0) << (l)))
/* The field [h:l] of v, shifted down to bit 0. */
#define FIELD(v, h, l) (((uint64_t)(v) >> (l)) & (GENMASK(h, l) >> (l)))

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define UNUSED __attribute__((unused))
#define NORETURN __attribute__((noreturn))
#define NOINLINE __attribute__((noinline))
#define COLD __attribute__((noinline, cold)) /* not where speed matters, and out of the way of what is */
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)

static inline uint64_t u64_min(uint64_t a, uint64_t b) { return a < b ? a : b; }
static inline uint64_t u64_max(uint64_t a, uint64_t b) { return a > b ? a : b; }

/* `to` is a power of two. align_up wraps past 2^64: check the input first. */
static inline uint64_t align_down(uint64_t v, uint64_t to) { return v & ~(to - 1); }
static inline uint64_t align_up(uint64_t v, uint64_t to) { return (v + to - 1) & ~(to - 1); }
static inline bool is_aligned(uint64_t v, uint64_t to) { return (v & (to - 1)) == 0; }

/* Whether [a, a+asize) and [b, b+bsize) share a byte; an empty range shares none. No wrap-around: ends are compared as distances. */
static inline bool ranges_overlap(uint64_t a, uint64_t asize, uint64_t b, uint64_t bsize)
{
	if (!asize || !bsize)
		return false;
	return a <= b ? b - a < asize : a - b < bsize;
}

/* Whether [a, a+asize) lies wholly in [b, b+bsize). */
static inline bool range_within(uint64_t a, uint64_t asize, uint64_t b, uint64_t bsize)
{
	return a >= b && asize <= bsize && a - b <= bsize - asize;
}

#endif
