/* SPDX-License-Identifier: Apache-2.0 */
/* The few C library functions that freestanding code and libfdt need, with the standard's meaning. On the host the C library's own are used. */
#ifndef COMMON_LIB_STRING_H
#define COMMON_LIB_STRING_H

#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

/*
 * The CPU's own way to zero memory, given by the layer that knows of it: [p, p+n), n >= STRING_ZERO_MIN, p on an 8-byte boundary, as far as it
 * goes from the beginning. Returns how far, 0 if there is none now.
 */
#define STRING_ZERO_MIN 1024
size_t string_zero(void *p, size_t n);

#endif
