/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/lib/findings.h"

static uint8_t memory[1024];
static struct arena arena;
static struct findings findings;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, memory, sizeof(memory));
	findings_init(&findings, &arena);
	return 0;
}

static void test_kept_in_order(void **state)
{
	(void)state;
	assert_false(findings_has(&findings, FINDING_NO_VMS));
	findings_add(&findings, FINDING_CPU_TAKEN, "VM '%s': CPU %d is taken", "linux", 2);
	findings_add(&findings, FINDING_NO_VMS, "no VMs");
	findings_add(&findings, FINDING_NO_VMS, "%s", "");
	assert_int_equal(findings.count, 3);
	assert_int_equal(findings.dropped, 0);
	assert_int_equal(findings.first->code, FINDING_CPU_TAKEN);
	assert_string_equal(findings.first->text, "VM 'linux': CPU 2 is taken");
	assert_string_equal(findings.first->next->text, "no VMs");
	assert_string_equal(findings.first->next->next->text, "");
	assert_ptr_equal(findings.first->next->next, findings.last);
	assert_null(findings.last->next);
	assert_true(findings_has(&findings, FINDING_NO_VMS));
	assert_true(findings_has(&findings, FINDING_CPU_TAKEN));
	assert_false(findings_has(&findings, FINDING_CPU_MISSING));
}

static void test_one_printable_line(void **state)
{
	(void)state;
	findings_add(&findings, FINDING_DTB_BAD, "node '%s' ~", "a\nb\x1b[31m\x7fz\xc3");
	assert_string_equal(findings.first->text, "node 'a?b?[31m?z?' ~");
}

static void test_no_room(void **state)
{
	size_t used;

	(void)state;
	findings_add(&findings, FINDING_NO_VMS, "first");
	used = arena.used;
	findings_add(&findings, FINDING_NO_VMS, "%1000d", 1); /* its struct would fit, its text does not */
	assert_int_equal(findings.count, 2);
	assert_int_equal(findings.dropped, 1);
	assert_int_equal(arena.used, used);
	findings_add(&findings, FINDING_FIT_BAD, "short");
	assert_int_equal(findings.count, 3);
	assert_int_equal(findings.dropped, 1);
	assert_string_equal(findings.last->text, "short");
	assert_ptr_equal(findings.first->next, findings.last);
	arena.used = arena.size;
	findings_add(&findings, FINDING_HASH_WRONG, "x");
	assert_int_equal(findings.dropped, 2);
	assert_false(findings_has(&findings, FINDING_HASH_WRONG));
}

static void check_name(enum finding_code code, const char *macro)
{
	char want[40];
	size_t n = strlen(macro);

	for (size_t i = 0; i <= n; i++)
		want[i] = macro[i] == '_' ? '-' : (char)tolower(macro[i]);
	assert_string_equal(findings_code_name(code), want);
}

static void test_code_names(void **state)
{
	(void)state;
#define X(name) check_name(FINDING_##name, #name);
	FINDING_CODES(X)
#undef X
	assert_string_equal(findings_code_name(FINDING_CODES_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_kept_in_order, setup),
		cmocka_unit_test_setup(test_one_printable_line, setup),
		cmocka_unit_test_setup(test_no_room, setup),
		cmocka_unit_test(test_code_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
