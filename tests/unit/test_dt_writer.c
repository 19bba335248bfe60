/* SPDX-License-Identifier: Apache-2.0 */
/* dt/writer.c: what it writes is sound, whatever room it has; read back by dt/tree.c and libfdt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dt/tree.h"
#include "dt/writer.h"

#define MANY 300 /* names: far more than the writer's table holds */

static void put(struct tree_writer *w, const char *name, const char *value)
{
	void *at = tree_write_prop(w, name, strlen(value) + 1);

	if (at)
		memcpy(at, value, strlen(value) + 1);
}

/* A small tree: a name is used twice, a value is empty, one ends within a cell. */
static size_t write_small(struct tree_writer *w, void *out, size_t max, char *names, size_t names_max)
{
	tree_write_init(w, out, max, names, names_max);
	tree_write_begin(w, "");
	put(w, "model", "small");
	tree_write_begin(w, "child@1000");
	put(w, "model", "smaller");
	(void)tree_write_prop(w, "flag", 0);
	tree_write_end(w);
	tree_write_end(w);
	return tree_write_finish(w);
}

static const char *check(const void *out, size_t size)
{
	static _Alignas(8) uint8_t memory[4096];
	struct arena arena;
	struct tree t;

	arena_init(&arena, memory, sizeof(memory));
	return tree_index(&t, out, size, &arena);
}

static void reads_back(void **state)
{
	static _Alignas(8) uint8_t out[1024];
	char names[64];
	struct tree_writer w;
	size_t size = write_small(&w, out, sizeof(out), names, sizeof(names));
	int child, len;

	(void)state;
	assert_int_equal(size, fdt_totalsize(out));
	assert_null(check(out, size));
	assert_string_equal(fdt_getprop(out, 0, "model", NULL), "small");
	child = fdt_path_offset(out, "/child@1000");
	assert_true(child > 0);
	assert_string_equal(fdt_getprop(out, child, "model", NULL), "smaller");
	assert_non_null(fdt_getprop(out, child, "flag", &len));
	assert_int_equal(len, 0);
	assert_int_equal(fdt_size_dt_strings(out), sizeof("model") + sizeof("flag"));
	assert_int_equal(fdt_num_mem_rsv(out), 0);
}

/* Exactly what is needed will do; with less of either the result is nothing, and nothing behind the room is touched (the sanitizer looks). */
static void any_room(void **state)
{
	static _Alignas(8) uint8_t whole[1024];
	char whole_names[64];
	struct tree_writer w;
	size_t need = write_small(&w, whole, sizeof(whole), whole_names, sizeof(whole_names)), need_names = w.names_size;

	(void)state;
	for (size_t max = 0; max <= need; max++) {
		uint8_t *out = malloc(max ? max : 1);
		char *names = malloc(need_names);

		assert_int_equal(write_small(&w, out, max, names, need_names), max < need ? 0 : need);
		if (max == need)
			assert_memory_equal(out, whole, need);
		free(out);
		free(names);
	}
	for (size_t max = 0; max < need_names; max++) {
		char *names = malloc(max ? max : 1);

		assert_int_equal(write_small(&w, whole, sizeof(whole), names, max), 0);
		free(names);
	}
}

/* Each is once among the strings all the same. */
static void more_names_than_the_table_holds(void **state)
{
	static _Alignas(8) uint8_t out[32768];
	static char names[16384];
	struct tree_writer w;
	char name[16];
	uint32_t once = 0;

	(void)state;
	tree_write_init(&w, out, sizeof(out), names, sizeof(names));
	tree_write_begin(&w, "");
	for (unsigned i = 0; i < 2 * MANY; i++) {
		snprintf(name, sizeof(name), "name-%u", i % MANY);
		put(&w, name, name);
		once += i < MANY ? (uint32_t)strlen(name) + 1 : 0;
	}
	assert_int_equal(w.names_size, once);
	tree_write_end(&w);
	assert_null(check(out, tree_write_finish(&w)));
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "name-%u", i);
		assert_string_equal(fdt_getprop(out, 0, name, NULL), name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back),
		cmocka_unit_test(any_room),
		cmocka_unit_test(more_names_than_the_table_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
