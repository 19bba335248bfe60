/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/lib/arena.h"
#include "common/lib/err.h"

static _Alignas(256) uint8_t memory[256];

/* Not aligned itself, and dirty. */
static struct arena arena_of(size_t size)
{
	struct arena a;

	memset(memory, 0xee, sizeof(memory));
	arena_init(&a, memory + 1, size);
	return a;
}

static void test_aligned_zeroed_disjoint(void **state)
{
	struct arena a = arena_of(255);
	uint8_t *one = arena_alloc(&a, 3, 1), *two = arena_alloc(&a, 10, 64), *three = arena_alloc(&a, 8, 8);

	(void)state;
	assert_ptr_equal(one, memory + 1);
	assert_ptr_equal(two, memory + 64);
	assert_ptr_equal(three, memory + 80);
	assert_int_equal(a.used, 87);
	for (int i = 0; i < 10; i++)
		assert_int_equal(two[i], 0);
	assert_int_equal(two[-1], 0xee); /* padding is not touched */
	assert_int_equal(two[10], 0xee);
}

static void test_exhaustion_changes_nothing(void **state)
{
	struct arena a = arena_of(64);

	(void)state;
	assert_non_null(arena_alloc(&a, 40, 1));
	assert_null(arena_alloc(&a, 25, 1));
	assert_null(arena_alloc(&a, 10, 64)); /* padding takes what is left */
	assert_null(arena_alloc(&a, 1, 128)); /* or would take more */
	assert_null(arena_alloc(&a, SIZE_MAX, 1));
	assert_null(arena_alloc(&a, SIZE_MAX, 64));
	assert_int_equal(a.used, 40);
	assert_non_null(arena_alloc(&a, 24, 1));
	assert_int_equal(a.used, a.size);
	assert_null(arena_alloc(&a, 1, 1));
	assert_non_null(arena_alloc(&a, 0, 1));
}

static void test_array(void **state)
{
	struct arena a = arena_of(255);

	(void)state;
	assert_null(arena_alloc_array(&a, SIZE_MAX / 2, 4, 1));
	assert_null(arena_alloc_array(&a, BIT(61) + 1, 8, 8)); /* wraps to 8 bytes */
	assert_int_equal(a.used, 0);

	uint64_t *v = ARENA_ARRAY(&a, uint64_t, 3), *one = ARENA_NEW(&a, uint64_t);

	assert_ptr_equal(v, memory + 8);
	assert_ptr_equal(one, v + 3);
}

static void test_strndup(void **state)
{
	struct arena a = arena_of(10);
	char *s = arena_strndup(&a, "abcdef", 3);

	(void)state;
	assert_string_equal(s, "abc");
	assert_int_equal(a.used, 4);
	assert_null(arena_strndup(&a, "123456", 6)); /* no room for the NUL */
	assert_null(arena_strndup(&a, "1", SIZE_MAX));
	assert_string_equal(arena_strndup(&a, "12345", 5), "12345");
}

static void test_err_text(void **state)
{
	(void)state;
	for (enum err e = OK; e <= ERR_CORRUPT; e++) {
		assert_non_null(err_text(e));
		assert_string_not_equal(err_text(e), "unknown error");
		for (enum err f = OK; f < e; f++)
			assert_string_not_equal(err_text(e), err_text(f));
	}
	assert_string_equal(err_text((enum err)(ERR_CORRUPT + 1)), "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aligned_zeroed_disjoint),
		cmocka_unit_test(test_exhaustion_changes_nothing),
		cmocka_unit_test(test_array),
		cmocka_unit_test(test_strndup),
		cmocka_unit_test(test_err_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
