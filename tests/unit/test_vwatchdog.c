/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated watchdog, driven as guests' drivers drive it, with the counter in the test's hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/alarm.h"
#include "common/log.h"
#include "common/port.h"
#include "common/vm.h"
#include "common/vwatchdog.h"

#define INTID 34
#define CONTROL 0x90c0000
#define REFRESH 0x90d0000

enum { WCS = 0x000, WOR = 0x008, WOR_HIGH = 0x00c, WCV = 0x010, WCV_HIGH = 0x014, W_IIDR = 0xfcc, WRR = 0x000 };

static struct vm vm;
static uint8_t memory[4096] __attribute__((aligned(16)));
static uint64_t now;
static bool level, told;
static unsigned crashes, warnings;

uint64_t alarm_now(void)
{
	return now;
}

void alarm_changed(struct vm *v)
{
	assert_ptr_equal(v, &vm);
	told = true;
}

void log_line(enum log_level l, const char *fmt, ...)
{
	(void)fmt;
	warnings += l == LOG_WARN;
}

bool vm_may_log(struct vm *v)
{
	(void)v;
	return true;
}

bool vm_end(struct vm *v, enum vm_state end)
{
	assert_ptr_equal(v, &vm);
	assert_int_equal(end, VM_ENDS_CRASH);
	crashes++;
	return true;
}

void vgic_set_spi_level(struct vm *v, uint32_t intid, bool l)
{
	assert_ptr_equal(v, &vm);
	assert_int_equal(intid, INTID);
	assert_true(l != level); /* only changes are told */
	level = l;
}

void vm_add_mmio(struct vm *v, uint64_t ipa, uint64_t size, mmio_handler *handler, void *device)
{
	v->mmio[v->nr_mmio++] = (struct mmio_region){ .base = ipa, .size = size, .handler = handler, .device = device };
}

static uint64_t rd(unsigned frame, unsigned reg, unsigned size)
{
	struct vcpu vcpu = { .vm = &vm };
	struct mmio_access a = { .offset = reg, .size = (uint8_t)size, .value = 0xdead };

	assert_true(vm.mmio[frame].handler(&vcpu, vm.mmio[frame].device, &a));
	return a.value & (size == 8 ? UINT64_MAX : UINT32_MAX);
}

static void wr(unsigned frame, unsigned reg, unsigned size, uint64_t v)
{
	struct vcpu vcpu = { .vm = &vm };
	struct mmio_access a = { .offset = reg, .size = (uint8_t)size, .write = true, .value = v };

	told = false;
	assert_true(vm.mmio[frame].handler(&vcpu, vm.mmio[frame].device, &a));
}

static int start(void **state)
{
	struct arena pool;

	(void)state;
	memset(&vm, 0, sizeof(vm));
	arena_init(&pool, memory, sizeof(memory));
	now = 1000;
	level = told = false;
	crashes = warnings = 0;
	assert_int_equal(vwatchdog_create(&vm, CONTROL, REFRESH, INTID, &pool), OK);
	assert_int_equal(vm.mmio[0].base, CONTROL);
	assert_int_equal(vm.mmio[1].base, REFRESH);
	return 0;
}

static void test_off(void **state)
{
	(void)state;
	assert_int_equal(rd(0, WCS, 4), 0);
	wr(0, WOR, 4, 100);
	now += 10000;
	assert_int_equal(vwatchdog_run(vm.watchdog, now), VWATCHDOG_NEVER);
	wr(0, WCS, 4, 1);
	assert_true(told);
	wr(0, WCS, 4, 0);
	assert_true(told);
	now += 10000;
	assert_int_equal(vwatchdog_run(vm.watchdog, now), VWATCHDOG_NEVER);
	assert_int_equal(crashes, 0);
}

static void test_both_timeouts(void **state)
{
	(void)state;
	wr(0, WOR, 4, 100);
	wr(0, WCS, 4, 0xffffffff); /* all but EN is read-only or reserved */
	assert_int_equal(rd(0, WCS, 4), 1);
	assert_int_equal(rd(0, WCV, 8), 1100);
	assert_int_equal(vwatchdog_run(vm.watchdog, 1099), 1100);
	assert_false(level);
	assert_int_equal(vwatchdog_run(vm.watchdog, 1103), 1203);
	assert_true(level);
	assert_int_equal(rd(0, WCS, 4), 3);
	assert_int_equal(vwatchdog_run(vm.watchdog, 1202), 1203);
	assert_int_equal(crashes, 0);
	assert_int_equal(vwatchdog_run(vm.watchdog, 1203), VWATCHDOG_NEVER);
	assert_int_equal(rd(0, WCS, 4), 7);
	assert_int_equal(crashes, 1);
	assert_int_equal(vwatchdog_run(vm.watchdog, 9999), VWATCHDOG_NEVER); /* once */
	assert_int_equal(crashes, 1);
	assert_int_equal(warnings, 1);
	vwatchdog_reset(vm.watchdog);
	assert_false(level);
	assert_int_equal(rd(0, WCS, 4), 0);
	assert_int_equal(rd(0, WOR, 8), 0);
}

/* WRR, WCS and WOR refresh; a refresh after the first timeout takes its interrupt back. */
static void test_refresh(void **state)
{
	(void)state;
	wr(0, WOR, 4, 100);
	wr(0, WCS, 4, 1);
	now += 90;
	wr(1, WRR, 4, 0x1234);
	assert_false(told); /* later than before: the timer may come too early, and is set anew then */
	assert_int_equal(vwatchdog_run(vm.watchdog, 1100), 1190);
	assert_false(level);
	(void)vwatchdog_run(vm.watchdog, 1190);
	assert_true(level);
	now = 1200;
	wr(1, WRR, 4, 0);
	assert_false(level);
	assert_int_equal(rd(0, WCS, 4), 1);
	assert_int_equal(vwatchdog_run(vm.watchdog, 1200), 1300);
	now = 1250;
	wr(0, WOR, 4, 10);
	assert_true(told);
	assert_int_equal(vwatchdog_run(vm.watchdog, 1250), 1260);
	now = 1255;
	wr(0, WCS, 4, 1);
	assert_int_equal(vwatchdog_run(vm.watchdog, 1255), 1265);
	wr(0, WCV, 8, 5000);
	assert_int_equal(vwatchdog_run(vm.watchdog, 1300), 5000);
	assert_int_equal(crashes, 0);
}

static void test_registers(void **state)
{
	(void)state;
	wr(0, WOR, 4, 0x11223344);
	wr(0, WOR_HIGH, 4, 0xffff5566);
	assert_int_equal(rd(0, WOR, 8), 0x556611223344); /* 48 bits */
	assert_int_equal(rd(0, WOR, 4), 0x11223344);
	assert_int_equal(rd(0, WOR_HIGH, 4), 0x5566);
	wr(0, WCV, 4, 0x99aabbcc);
	wr(0, WCV_HIGH, 4, 0x55667788);
	assert_int_equal(rd(0, WCV, 8), 0x5566778899aabbcc);
	assert_int_equal(rd(0, WCV_HIGH, 4), 0x55667788);
	assert_int_equal(rd(0, W_IIDR, 4) & 0xfff, 0x43b);
	assert_int_equal(rd(1, W_IIDR, 4), rd(0, W_IIDR, 4));
	/* Wrong sizes, reserved offsets, the write-only WRR. */
	for (unsigned size = 1; size <= 8; size *= 2)
		for (unsigned reg = 0; reg < VWATCHDOG_FRAME_SIZE; reg += size) {
			if (reg < 0x18 || reg == W_IIDR)
				continue;
			wr(0, reg, size, UINT64_MAX);
			assert_int_equal(rd(0, reg, size), 0);
		}
	wr(0, WCS, 1, 1);
	wr(0, WCS, 8, 1);
	wr(1, WRR, 8, 1);
	wr(1, 4, 4, 1);
	assert_int_equal(rd(0, WCS, 4), 0);
	assert_int_equal(rd(1, WRR, 4), 0);
	assert_int_equal(rd(0, WOR, 8), 0x556611223344);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_off, start),
		cmocka_unit_test_setup(test_both_timeouts, start),
		cmocka_unit_test_setup(test_refresh, start),
		cmocka_unit_test_setup(test_registers, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
