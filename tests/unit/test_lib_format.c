/* SPDX-License-Identifier: Apache-2.0 */
/* EL2's printf: every conversion, flag and length against the C library's, and the buffer's bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/lib/format.h"

#define check(...)                                                                       \
	do {                                                                             \
		char mine[200], libc[200];                                               \
		size_t len = format_text(mine, sizeof(mine), __VA_ARGS__);               \
		assert_int_equal(len, (size_t)snprintf(libc, sizeof(libc), __VA_ARGS__)); \
		assert_string_equal(mine, libc);                                         \
	} while (0)

static void test_text(void **state)
{
	(void)state;
	check("plain %s", "text");
	check("%%");
	check("%c%c", 'a', 'Z');
	check("[%8s][%-8s][%2s]", "abc", "abc", "abc");
	check("[%.2s][%.0s][%.9s]", "abc", "abc", "abc");
	check("[%*s][%-*s][%*s]", 6, "abc", 6, "abc", -6, "abc");
	check("[%.*s][%8.*s][%.*s]", 2, "abc", 1, "abc", -1, "abc");
	check("[%4c][%-4c]", 'x', 'y');
}

static void test_numbers(void **state)
{
	static const long long values[] = {
		0, 1, -1, 9, 10, 127, 128, -128, 255, 256, 32767, 65535, 2147483647LL, -2147483648LL, 4294967295LL,
		1000000000000LL, INT64_MAX, INT64_MIN,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		long long v = values[i];

		check("%d %i %u %x %X", (int)v, (int)v, (unsigned)v, (unsigned)v, (unsigned)v);
		check("%hhd %hhu %hhx", (signed char)v, (unsigned char)v, (unsigned char)v);
		check("%hd %hu %hx", (short)v, (unsigned short)v, (unsigned short)v);
		check("%ld %lu %lx", (long)v, (unsigned long)v, (unsigned long)v);
		check("%lld %llu %llX", v, (unsigned long long)v, (unsigned long long)v);
		check("%#x %#llX %#10x|%-#10lx|%#010x", (unsigned)v, (unsigned long long)v, (unsigned)v, (unsigned long)v, (unsigned)v);
		check("%zu %zx %jd %ju", (size_t)v, (size_t)v, (intmax_t)v, (uintmax_t)v);
		check("[%6d][%-6d][%06d][%016llx][%12u]", (int)v, (int)v, (int)v, (unsigned long long)v, (unsigned)v);
		check("[%*d][%0*d][%-*d]", 9, (int)v, 9, (int)v, 9, (int)v);
	}
	check("%s%d%s", "a", 1, "b"); /* an int followed by pointers: no argument lost */
}

/* What the compiler would complain of, were these literals. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

static void test_short_arguments_are_cut(void **state)
{
	char buf[40];
	const char *volatile fmt = "%hhu %hhd %hx";

	(void)state;
	format_text(buf, sizeof(buf), fmt, 0x1ff, 0x1ff, 0x12345);
	assert_string_equal(buf, "255 -1 2345");
}

static void test_minus_beats_zero(void **state)
{
	char buf[40];
	const char *volatile fmt = "[%-05d][%0-5x]";

	(void)state;
	format_text(buf, sizeof(buf), fmt, -42, 42);
	assert_string_equal(buf, "[-42  ][2a   ]");
}

static void test_unknown_conversion_is_shown(void **state)
{
	char buf[40];
	const char *volatile odd = "50%, %y %";

	(void)state;
	assert_int_equal(format_text(buf, sizeof(buf), odd), 9);
	assert_string_equal(buf, "50%, %y %");
	odd = "%d %+d %s"; /* what follows an argument of unknown kind is not taken from anywhere */
	format_text(buf, sizeof(buf), odd, 1, 2, (char *)1);
	assert_string_equal(buf, "1 %+d %s");
}

#pragma GCC diagnostic pop

static void test_pointer_and_null(void **state)
{
	char buf[40];
	const char *volatile none = NULL;

	(void)state;
	format_text(buf, sizeof(buf), "%p", (void *)0x40080000);
	assert_string_equal(buf, "0x40080000");
	format_text(buf, sizeof(buf), "%p", NULL);
	assert_string_equal(buf, "0x0");
	format_text(buf, sizeof(buf), "%s", none);
	assert_string_equal(buf, "(null)");
}

/* Whatever the room, the length is that of the whole text and the last byte written is NUL. */
static void test_bounds(void **state)
{
	static const char whole[] = "abc 0042 xyz";

	(void)state;
	assert_int_equal(format_text(NULL, 0, "abc %04d %s", 42, "xyz"), strlen(whole));
	for (size_t size = 1; size < sizeof(whole) + 4; size++) {
		char *buf = malloc(size);
		size_t kept = size < sizeof(whole) ? size - 1 : strlen(whole);

		assert_int_equal(format_text(buf, size, "abc %04d %s", 42, "xyz"), strlen(whole));
		assert_int_equal(strlen(buf), kept);
		assert_memory_equal(buf, whole, kept);
		free(buf);
	}
}

/* A precision lets %s take text that has no NUL. */
static void test_unterminated(void **state)
{
	char *raw = malloc(3), buf[8];

	(void)state;
	memcpy(raw, "xyz", 3);
	format_text(buf, sizeof(buf), "%.3s", raw);
	assert_string_equal(buf, "xyz");
	free(raw);
}

static void check_size(uint64_t bytes, const char *want)
{
	char buf[SIZE_TEXT_LEN];

	assert_ptr_equal(format_size(buf, bytes), buf);
	assert_string_equal(buf, want);
}

static void test_size(void **state)
{
	(void)state;
	check_size(0, "0 B");
	check_size(1, "1 B");
	check_size(1000, "1000 B");
	check_size(1024, "1 KiB");
	check_size(1025, "1025 B");
	check_size(KIB(1536), "1536 KiB");
	check_size(MIB(512), "512 MiB");
	check_size(GIB(4), "4 GiB");
	check_size(GIB(3) + MIB(1), "3073 MiB");
	check_size(GIB(1024), "1 TiB");
	check_size(BIT(63), "8388608 TiB");
	check_size(UINT64_MAX, "18446744073709551615 B");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_short_arguments_are_cut),
		cmocka_unit_test(test_minus_beats_zero),
		cmocka_unit_test(test_pointer_and_null),
		cmocka_unit_test(test_unknown_conversion_is_shown),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_unterminated),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
