/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's own string functions, under other names, against the C library's. Buffers are allocated at their exact size, so
 * that the address sanitizer sees a read of one byte too many; the undefined-behaviour sanitizer sees an unaligned
 * word.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define memcpy  el2_memcpy
#define memmove el2_memmove
#define memset  el2_memset
#define memcmp  el2_memcmp
#define memchr  el2_memchr
#define strlen  el2_strlen
#define strnlen el2_strnlen
#define strcmp  el2_strcmp
#define strncmp el2_strncmp
#define strchr  el2_strchr
#define strrchr el2_strrchr
#include "common/lib/string.c"

#include "common/lib/string_boot.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr

/* Whole 64 bytes only, as a CPU would. */
size_t string_zero(void *p, size_t n)
{
	memset(p, 0, n / 64 * 64);
	return n / 64 * 64;
}

#define MAX_LEN 200

/* Bytes that differ from all their neighbours up to 251 away. */
static unsigned char pattern(size_t i)
{
	return (unsigned char)(i % 251 + 1);
}

static void check_copy(size_t to, size_t from, size_t n)
{
	unsigned char *dst = malloc(to + n + 8), *src = malloc(from + n + (n == 0));

	memset(dst, 0xee, to + n + 8);
	for (size_t i = 0; i < n; i++)
		src[from + i] = pattern(i);
	assert_ptr_equal(el2_memcpy(dst + to, src + from, n), dst + to);
	for (size_t i = 0; i < to + n + 8; i++)
		assert_int_equal(dst[i], i < to || i >= to + n ? 0xee : pattern(i - to));
	free(dst);
	free(src);
}

static void test_memcpy(void **state)
{
	(void)state;
	for (size_t to = 0; to < 8; to++)
		for (size_t from = 0; from < 8; from++)
			for (size_t n = 0; n < MAX_LEN; n++)
				check_copy(to, from, n);
}

/* All distances at which words could overlap, in both directions. */
static void test_memmove(void **state)
{
	unsigned char mine[2 * MAX_LEN], want[2 * MAX_LEN];

	(void)state;
	for (size_t to = 0; to < 48; to++) {
		for (size_t from = 0; from < 48; from++) {
			for (size_t n = 0; n < MAX_LEN; n += 1 + n / 20) {
				for (size_t i = 0; i < sizeof(mine); i++)
					mine[i] = want[i] = pattern(i);
				memmove(want + to, want + from, n);
				assert_ptr_equal(el2_memmove(mine + to, mine + from, n), mine + to);
				assert_memory_equal(mine, want, sizeof(mine));
			}
		}
	}
}

static void test_memset(void **state)
{
	(void)state;
	for (size_t to = 0; to < 8; to++) {
		for (size_t n = 0; n < MAX_LEN; n++) {
			unsigned char *dst = malloc(to + n + 8);

			memset(dst, 0xee, to + n + 8);
			assert_ptr_equal(el2_memset(dst + to, 0x1a5, n), dst + to);
			for (size_t i = 0; i < to + n + 8; i++)
				assert_int_equal(dst[i], i < to || i >= to + n ? 0xee : 0xa5);
			free(dst);
		}
	}
}

/* Lengths that the CPU's own way is asked for, and those just below. */
static void test_memset_zero(void **state)
{
	(void)state;
	for (size_t to = 0; to < 8; to++) {
		for (size_t n = STRING_ZERO_MIN - 10; n < STRING_ZERO_MIN + 400; n += 7) {
			unsigned char *dst = malloc(to + n + 8);

			memset(dst, 0xee, to + n + 8);
			assert_ptr_equal(el2_memset(dst + to, 0, n), dst + to);
			for (size_t i = 0; i < to + n + 8; i++)
				assert_int_equal(dst[i], i < to || i >= to + n ? 0xee : 0);
			free(dst);
		}
	}
}

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

static void test_memcmp(void **state)
{
	(void)state;
	assert_int_equal(el2_memcmp("a", "b", 0), 0);
	assert_int_equal(el2_memcmp("abc", "abd", 2), 0);
	assert_int_equal(sign(el2_memcmp("abc", "abd", 3)), -1);
	assert_int_equal(sign(el2_memcmp("abd", "abc", 3)), 1);
	assert_int_equal(sign(el2_memcmp("\x80", "\x7f", 1)), 1); /* bytes are unsigned */
	assert_int_equal(sign(el2_memcmp("a\0b", "a\0c", 3)), -1); /* a NUL ends nothing */
}

static void test_memchr(void **state)
{
	const char *s = "ab\xff\0b";

	(void)state;
	assert_ptr_equal(el2_memchr(s, 'b', 5), s + 1);
	assert_ptr_equal(el2_memchr(s, 0, 5), s + 3);
	assert_ptr_equal(el2_memchr(s, 0x1ff, 5), s + 2);
	assert_null(el2_memchr(s, 'b', 1));
	assert_null(el2_memchr(s, 'a', 0));
}

static void test_lengths(void **state)
{
	char *unterminated = malloc(3);

	(void)state;
	memset(unterminated, 'x', 3);
	assert_int_equal(el2_strlen(""), 0);
	assert_int_equal(el2_strlen("abcdefghi"), 9);
	assert_int_equal(el2_strnlen("abc", 0), 0);
	assert_int_equal(el2_strnlen("abc", 2), 2);
	assert_int_equal(el2_strnlen("abc", 9), 3);
	assert_int_equal(el2_strnlen(unterminated, 3), 3);
	free(unterminated);
}

static void test_compare(void **state)
{
	static const char *const words[] = { "", "a", "ab", "abc", "abd", "b", "\x7f", "\x80" };

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		for (size_t j = 0; j < 8; j++) {
			assert_int_equal(sign(el2_strcmp(words[i], words[j])), sign(strcmp(words[i], words[j])));
			for (size_t n = 0; n < 5; n++)
				assert_int_equal(sign(el2_strncmp(words[i], words[j], n)), sign(strncmp(words[i], words[j], n)));
		}
	}
}

static void test_search(void **state)
{
	const char *s = "/a/b\xff";

	(void)state;
	assert_ptr_equal(el2_strchr(s, '/'), s);
	assert_ptr_equal(el2_strchr(s, 'b'), s + 3);
	assert_ptr_equal(el2_strchr(s, 0xff), s + 4);
	assert_ptr_equal(el2_strchr(s, 0), s + 5);
	assert_null(el2_strchr(s, 'c'));
	assert_ptr_equal(el2_strrchr(s, '/'), s + 2);
	assert_ptr_equal(el2_strrchr(s, 'a'), s + 1);
	assert_ptr_equal(el2_strrchr(s, 0), s + 5);
	assert_null(el2_strrchr(s, 'c'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memcpy),
		cmocka_unit_test(test_memmove),
		cmocka_unit_test(test_memset),
		cmocka_unit_test(test_memset_zero),
		cmocka_unit_test(test_memcmp),
		cmocka_unit_test(test_memchr),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
