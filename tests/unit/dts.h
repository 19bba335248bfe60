/* SPDX-License-Identifier: Apache-2.0 */
/* Device trees for tests, written as source in the test itself and compiled by dtc. */
#ifndef TESTS_UNIT_DTS_H
#define TESTS_UNIT_DTS_H

#include <stddef.h>

/*
 * The DTB of "/dts-v1/;" and the source given, in memory of exactly its size (so that a sanitizer sees the first byte read beyond it), 8-byte
 * aligned, to be freed by the caller. dtc's errors are overridden: broken trees can be had too.
 */
void *dts_compile(const char *source, size_t *size);

/* What dtc says about a DTB: 0 when it accepts it without a word. The text goes to stderr. */
int dts_complaints(const void *dtb, size_t size);

#endif
