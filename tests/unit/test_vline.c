/* SPDX-License-Identifier: Apache-2.0 */
/* An emulated device's line while another CPU changes it: what the virtual GIC hears last is what it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/vline.h"

static struct vline line;
static bool heard;
static unsigned tells, others;

/* Another CPU: changes the level while this one tells, and tells it itself, or finds nothing to tell. */
void vgic_set_spi_level(struct vm *vm, uint32_t intid, bool level)
{
	tells++;
	if (others) {
		others--;
		vline_set(&line, !level);
		vline_tell(&line, vm, intid);
	}
	heard = level; /* the late one */
}

static void test_changes_are_told(void **state)
{
	(void)state;
	line = (struct vline){ false, false };
	heard = false;
	tells = others = 0;
	vline_tell(&line, NULL, 33);
	assert_int_equal(tells, 0);
	vline_set(&line, true);
	vline_tell(&line, NULL, 33);
	vline_tell(&line, NULL, 33);
	assert_true(heard);
	assert_int_equal(tells, 1);
	vline_set(&line, false);
	vline_tell(&line, NULL, 33);
	assert_false(heard);
	assert_int_equal(tells, 2);
}

static void test_the_late_one_corrects_itself(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 8; n++) {
		line = (struct vline){ false, false };
		heard = false;
		others = n;
		vline_set(&line, true);
		vline_tell(&line, NULL, 33);
		assert_int_equal(heard, line.level);
		assert_int_equal(line.told, line.level);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes_are_told),
		cmocka_unit_test(test_the_late_one_corrects_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
