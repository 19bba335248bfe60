/* SPDX-License-Identifier: Apache-2.0 */
/* tree_index against structures that no compiler would make. The structure block comes last, so that a sanitizer sees what is read behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dt/tree.h"

#define NODE   1, 0          /* with an empty name */
#define NAMED  1, 0x61000000 /* "a" */
#define STOP   2
#define PROP(len, name) 3, len, name
#define NOP    4
#define FINISH 9

/* What tree_index says of a tree with that structure block, less `cut` bytes; its strings are "p" and, without an end, "q". */
static const char *check(const uint32_t *cells, size_t count, uint32_t cut)
{
	static const char strings[8] = "p\0q"; /* three bytes are said to be strings */
	size_t size = 40 + 16 + sizeof(strings) + count * 4 - cut;
	const uint32_t header[10] = { 0xd00dfeed, (uint32_t)size, 64, 56, 40, 17, 16, 0, 3, (uint32_t)(count * 4) - cut };
	uint8_t whole[256] = { 0 }, *dtb = malloc(size);
	static _Alignas(8) uint8_t memory[1024];
	struct arena arena;
	struct tree t;

	for (size_t i = 0; i < 10; i++)
		fdt32_st(whole + i * 4, header[i]);
	memcpy(whole + 56, strings, sizeof(strings));
	for (size_t i = 0; i < count; i++)
		fdt32_st(whole + 64 + i * 4, cells[i]);
	memcpy(dtb, whole, size);

	arena_init(&arena, memory, sizeof(memory));

	const char *wrong = tree_index(&t, dtb, size, &arena);

	free(dtb);
	return wrong;
}

#define CHECK(...) check((const uint32_t[]){ __VA_ARGS__ }, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, 0)

static void sound(void **state)
{
	(void)state;
	assert_null(CHECK(NODE, STOP, FINISH));
	assert_null(CHECK(NODE, PROP(0, 0), PROP(5, 1), 0, 0, NOP, NAMED, PROP(4, 0), 7, STOP, NAMED, STOP, STOP, FINISH));
}

static void cut_off(void **state)
{
	(void)state;
	assert_string_equal(CHECK(NODE, STOP), "its structure is broken");
	assert_string_equal(CHECK(NODE), "its structure is broken");
	assert_string_equal(CHECK(NODE, PROP(5, 0), 0), "its structure is broken");
	assert_string_equal(CHECK(NODE, PROP(0xffffffff, 0), 0), "its structure is broken");
	assert_string_equal(CHECK(NODE, PROP(0xfffffff4, 0), STOP, FINISH), "its structure is broken");
	assert_string_equal(CHECK(NODE, 3, 0), "its structure is broken");
	assert_string_equal(CHECK(NODE, 3), "its structure is broken");
	assert_string_equal(CHECK(NODE, 1, 0x61616161), "its structure is broken");
	assert_string_equal(CHECK(NODE, 1), "its structure is broken");
}

static void cut_off_within_a_cell(void **state)
{
	static const uint32_t cells[] = { NODE, PROP(4, 0), 7, NAMED, STOP, STOP, FINISH };

	(void)state;
	assert_null(check(cells, ARRAY_SIZE(cells), 0));
	for (uint32_t cut = 1; cut < sizeof(cells); cut++)
		assert_non_null(check(cells, ARRAY_SIZE(cells), cut));
}

static void wrong_nesting(void **state)
{
	(void)state;
	assert_string_equal(CHECK(FINISH), "it has no root");
	assert_string_equal(CHECK(NODE, NAMED, STOP, FINISH), "its structure is broken");
	assert_string_equal(CHECK(NODE, STOP, STOP, FINISH), "its nodes do not pair");
	assert_string_equal(CHECK(NODE, STOP, NODE, STOP, FINISH), "its root is not at its beginning");
	assert_string_equal(CHECK(NOP, NODE, STOP, FINISH), "its root is not at its beginning");
	assert_string_equal(CHECK(NODE, 77, STOP, FINISH), "its structure is broken");
}

static void misplaced_properties(void **state)
{
	(void)state;
	assert_string_equal(CHECK(PROP(0, 0), NODE, STOP, FINISH), "a property is not at the beginning of a node");
	assert_string_equal(CHECK(NODE, STOP, PROP(0, 0), FINISH), "a property is not at the beginning of a node");
	assert_string_equal(CHECK(NODE, NAMED, STOP, PROP(0, 0), STOP, FINISH), "a property is not at the beginning of a node");
}

static void names_outside_of_the_strings(void **state)
{
	(void)state;
	assert_string_equal(CHECK(NODE, PROP(0, 2), STOP, FINISH), "the name of a property lies outside of it");
	assert_string_equal(CHECK(NODE, PROP(0, 0xffffffff), STOP, FINISH), "the name of a property lies outside of it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(cut_off_within_a_cell),
		cmocka_unit_test(wrong_nesting),
		cmocka_unit_test(misplaced_properties),
		cmocka_unit_test(names_outside_of_the_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
