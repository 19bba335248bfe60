/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a VM that went down comes back: every policy with every end, and the limit of restarts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/lib/util.h"
#include "common/vm_policy.h"

#define HZ 1000

static void test_every_end(void **state)
{
	static const struct {
		enum vm_state end;
		enum vm_state next[3]; /* never, on-crash, always */
	} table[] = {
		{ VM_ENDS_OFF, { VM_STOPPED, VM_STOPPED, VM_RUNNING } },
		{ VM_ENDS_RESET, { VM_STOPPED, VM_RUNNING, VM_RUNNING } },
		{ VM_ENDS_CRASH, { VM_CRASHED, VM_RUNNING, VM_RUNNING } },
		{ VM_ENDS_STOP, { VM_STOPPED, VM_STOPPED, VM_STOPPED } },
		{ VM_ENDS_RESTART, { VM_RUNNING, VM_RUNNING, VM_RUNNING } },
		{ VM_ENDS_HOLD, { VM_HELD, VM_HELD, VM_HELD } },
		{ VM_ENDS_FAULT, { VM_HELD, VM_HELD, VM_HELD } },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(table); i++)
		for (unsigned when = 0; when < 3; when++) {
			struct restart_config config = { .when = (enum restart_when)when, .max = 5, .seconds = 60 };
			struct vm_restarts r = { 0 };

			assert_int_equal(vm_policy_next(&config, &r, table[i].end, 0, HZ), table[i].next[when]);
		}
}

/* max restarts within the time are allowed, wherever the ring's end is; the user's own are not counted. */
static void test_limit(void **state)
{
	(void)state;
	for (uint32_t max = 1; max <= SYSTEM_MAX_RESTARTS; max++) {
		struct restart_config config = { .when = RESTART_ON_CRASH, .max = max, .seconds = 10 };
		struct vm_restarts r = { 0 };
		uint64_t now = UINT64_MAX - 20 * HZ; /* the counter may well wrap */

		for (unsigned burst = 0; burst < 5; burst++) {
			for (uint32_t i = 0; i < max; i++)
				assert_int_equal(vm_policy_next(&config, &r, VM_ENDS_CRASH, now + i, HZ), VM_RUNNING);
			assert_int_equal(vm_policy_next(&config, &r, VM_ENDS_RESTART, now, HZ), VM_RUNNING);
			assert_int_equal(vm_policy_next(&config, &r, VM_ENDS_RESET, now + 10 * HZ - 1, HZ), VM_HELD);
			/* The first of them is 10 s ago: one more is allowed, and then the next is too soon. */
			assert_int_equal(vm_policy_next(&config, &r, VM_ENDS_RESET, now + 10 * HZ, HZ), VM_RUNNING);
			if (max > 1)
				assert_int_equal(vm_policy_next(&config, &r, VM_ENDS_RESET, now + 10 * HZ, HZ), VM_HELD);
			now += 30 * HZ;
		}
	}
}

static void test_no_limit(void **state)
{
	struct restart_config config = { .when = RESTART_ALWAYS };
	struct vm_restarts r = { 0 };

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(vm_policy_next(&config, &r, VM_ENDS_OFF, 0, HZ), VM_RUNNING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_end),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_no_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
