/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printf-style formatting, the same on EL2 and on the host.
 * Conversions: %c %s %d %i %u %x %X %p %% with the flags '-', '0' and '#' (of x and X), a width (or '*'), a precision for %s (also ".*"), and the lengths h hh l ll z j.
 */
#ifndef COMMON_LIB_FORMAT_H
#define COMMON_LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

#include "common/lib/util.h"

/* Writes at most size bytes, always ending in NUL when size > 0. Returns the length the whole text has without the NUL (as snprintf does). */
size_t format_text(char *buf, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);
size_t format_vtext(char *buf, size_t size, const char *fmt, va_list ap) PRINTF_LIKE(3, 0);

/* "512 MiB", "4 KiB", "1536 KiB": the largest unit that loses nothing. Returns buf, which holds at least SIZE_TEXT_LEN bytes. */
#define SIZE_TEXT_LEN 24
const char *format_size(char *buf, uint64_t bytes);

#endif
