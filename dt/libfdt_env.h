/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libfdt wants of its environment, in place of the file that comes with it: the same few functions on EL2 and on the host. libfdt
 * reaches this by the include path.
 */
#ifndef LIBFDT_ENV_H
#define LIBFDT_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/lib/string.h"

/* libfdt runs on little-endian machines only: arm64 as we use it, and the hosts that build it. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "libfdt_env.h: little-endian only");

#ifndef INT_MAX /* all that libfdt wants of <limits.h>, which a freestanding compiler may lack */
#define INT_MAX __INT_MAX__
#endif

/* Big-endian values as they lie in the tree. */
typedef uint16_t fdt16_t;
typedef uint32_t fdt32_t;
typedef uint64_t fdt64_t;

static inline uint16_t fdt16_to_cpu(fdt16_t x) { return __builtin_bswap16(x); }
static inline uint32_t fdt32_to_cpu(fdt32_t x) { return __builtin_bswap32(x); }
static inline uint64_t fdt64_to_cpu(fdt64_t x) { return __builtin_bswap64(x); }
static inline fdt16_t cpu_to_fdt16(uint16_t x) { return __builtin_bswap16(x); }
static inline fdt32_t cpu_to_fdt32(uint32_t x) { return __builtin_bswap32(x); }
static inline fdt64_t cpu_to_fdt64(uint64_t x) { return __builtin_bswap64(x); }

/* For fdt_overlay.c, which reads a decimal number with it. */
static inline unsigned long libfdt_strtoul(const char *s, char **end, int base)
{
	unsigned long v = 0;

	(void)base;
	for (; *s >= '0' && *s <= '9'; s++)
		v = v * 10 + (unsigned long)(*s - '0');
	*end = (char *)(uintptr_t)s;
	return v;
}
#define strtoul libfdt_strtoul

#endif
