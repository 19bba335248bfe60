/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated PL011, driven as guests' drivers drive it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/console.h"
#include "common/port.h"
#include "common/uart/pl011_regs.h"
#include "common/vm.h"
#include "common/vpl011.h"

#define INTID 33
#define IPA 0x9000000

/* ---- What is around it ---- */

static struct vm vm;
static bool level;
static unsigned level_changes;
static char sent[4096];
static size_t sent_len, console_room;

bool console_vm_write(struct vm *v, uint8_t c)
{
	assert_ptr_equal(v, &vm);
	assert_true(console_room > 0);
	sent[sent_len++] = (char)c;
	return --console_room > 0;
}

bool console_vm_can_write(struct vm *v)
{
	assert_ptr_equal(v, &vm);
	return console_room > 0;
}

void vgic_set_spi_level(struct vm *v, uint32_t intid, bool l)
{
	assert_ptr_equal(v, &vm);
	assert_int_equal(intid, INTID);
	assert_true(l != level); /* only changes are told */
	level = l;
	level_changes++;
}

void vm_add_mmio(struct vm *v, uint64_t ipa, uint64_t size, mmio_handler *handler, void *device)
{
	v->mmio[v->nr_mmio++] = (struct mmio_region){ .base = ipa, .size = size, .handler = handler, .device = device };
}

/* ---- The guest's side ---- */

static bool access(struct mmio_access *a)
{
	return vm.mmio[0].handler(NULL, vm.mmio[0].device, a);
}

static uint32_t rd(unsigned reg)
{
	struct mmio_access a = { .offset = reg, .size = 4 };

	assert_true(access(&a));
	return (uint32_t)a.value;
}

static void wr(unsigned reg, uint32_t v)
{
	struct mmio_access a = { .offset = reg, .size = 4, .write = true, .value = v };

	assert_true(access(&a));
}

static void type(const char *text)
{
	for (; *text; text++)
		vpl011_receive(vm.console, (uint8_t)*text);
}

static int start(void **state)
{
	static _Alignas(64) uint8_t memory[8192];
	struct arena pool;

	(void)state;
	memset(&vm, 0, sizeof(vm));
	level = false;
	level_changes = 0;
	sent_len = 0;
	console_room = sizeof(sent);
	arena_init(&pool, memory, sizeof(memory));
	return vpl011_create(&vm, IPA, INTID, &pool);
}

/*
 * Linux's driver, as far as it touches interrupts: enables them after reading what is there, and keeps the receive
 * ones by reading until the FIFO is empty.
 */
static void enable_fifo(void)
{
	wr(PL011_LCR_H, PL011_LCR_H_FEN | PL011_LCR_H_WLEN8);
	wr(PL011_IFLS, 0x12);
	wr(PL011_CR, PL011_CR_UARTEN | PL011_CR_RXE | PL011_CR_TXE);
}

static void linux_startup(void)
{
	enable_fifo();
	wr(PL011_ICR, PL011_INT_RT | PL011_INT_RX);
	for (int i = 0; i < 64 && !(rd(PL011_FR) & PL011_FR_RXFE); i++)
		(void)rd(PL011_DR);
	wr(PL011_IMSC, PL011_INT_RT | PL011_INT_RX);
}

static size_t linux_interrupt(char *to)
{
	uint32_t status = rd(PL011_RIS) & rd(PL011_IMSC);
	size_t n = 0;

	for (int pass = 0; status && pass < 256; pass++) {
		wr(PL011_ICR, status & ~(uint32_t)(PL011_INT_TX | PL011_INT_RT | PL011_INT_RX));
		if (status & (PL011_INT_RT | PL011_INT_RX))
			for (int i = 0; i < 256 && !(rd(PL011_FR) & PL011_FR_RXFE); i++)
				to[n++] = (char)rd(PL011_DR);
		status = rd(PL011_RIS) & rd(PL011_IMSC);
	}
	return n;
}

/* ---- Tests ---- */

static void test_identification(void **state)
{
	static const uint8_t id[] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(rd(PL011_ID + 4 * i), id[i]);
	assert_int_equal(vm.mmio[0].base, IPA);
	assert_int_equal(vm.mmio[0].size, VPL011_SIZE);
	assert_ptr_equal(vm.console, vm.mmio[0].device);
}

static void test_reset_values(void **state)
{
	(void)state;
	assert_int_equal(rd(PL011_FR), PL011_FR_TXFE | PL011_FR_RXFE | PL011_FR_CTS | PL011_FR_DSR | PL011_FR_DCD);
	assert_int_equal(rd(PL011_CR), 0x300);
	assert_int_equal(rd(PL011_IFLS), 0x12);
	assert_int_equal(rd(PL011_IMSC), 0);
	assert_int_equal(rd(PL011_RIS), 0);
	assert_int_equal(rd(PL011_DR), 0);
}

static void test_registers_keep_their_bits(void **state)
{
	static const struct { uint16_t reg, mask; } regs[] = {
		{ PL011_ILPR, 0xff }, { PL011_IBRD, 0xffff }, { PL011_FBRD, 0x3f }, { PL011_LCR_H, 0xff },
		{ PL011_CR, 0xff87 }, { PL011_IFLS, 0x3f }, { PL011_IMSC, 0x7ff }, { PL011_DMACR, 7 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(regs); i++) {
		wr(regs[i].reg, 0xffffffff);
		assert_int_equal(rd(regs[i].reg), regs[i].mask);
		wr(regs[i].reg, 0);
		assert_int_equal(rd(regs[i].reg), 0);
	}
	wr(PL011_FR, 0); /* read-only */
	assert_true(rd(PL011_FR) & PL011_FR_TXFE);
	wr(PL011_ID, 0);
	assert_int_equal(rd(PL011_ID), 0x11);
	wr(0x90, 1); /* reserved */
	assert_int_equal(rd(0x90), 0);
	assert_int_equal(rd(PL011_ICR), 0);
	assert_int_equal(level_changes, 0);
}

static void test_access_sizes(void **state)
{
	struct mmio_access a = { .offset = PL011_DR, .size = 1, .write = true, .value = 'x' };

	(void)state;
	assert_true(access(&a));
	a = (struct mmio_access){ .offset = PL011_DR, .size = 2, .write = true, .value = 'y' };
	assert_true(access(&a));
	a = (struct mmio_access){ .offset = PL011_DR + 1, .size = 1, .write = true, .value = 'z' };
	assert_true(access(&a));
	assert_int_equal(sent_len, 2);
	assert_memory_equal(sent, "xy", 2);
	wr(PL011_IBRD, 0x1234);
	a = (struct mmio_access){ .offset = PL011_IBRD + 1, .size = 1 };
	assert_true(access(&a));
	assert_int_equal(a.value & 0xff, 0x12);
	a = (struct mmio_access){ .offset = PL011_DR, .size = 8 };
	assert_false(access(&a));
	a.write = true;
	assert_false(access(&a));
	assert_int_equal(sent_len, 2);
}

/*
 * Every register of the frame, all sizes and values: nothing outside the device is touched, and the handler returns.
 */
static void test_any_access(void **state)
{
	static const uint8_t sizes[] = { 1, 2, 4, 8 };

	(void)state;
	srand(2);
	for (int i = 0; i < 100000; i++) {
		uint8_t size = sizes[rand() % 4];
		struct mmio_access a = { .offset = (unsigned)rand() % 0x1000 & ~(size - 1u), .size = size, .write = rand() & 1, .value = (uint32_t)rand() };

		if (i % 3 == 0)
			a.offset %= 0x50;
		sent_len = 0;
		console_room = 2;
		(void)access(&a);
		if (i % 5 == 0)
			vpl011_receive(vm.console, (uint8_t)i);
		if (i % 50 == 0)
			vpl011_resume(vm.console);
		assert_int_equal(level, (rd(PL011_RIS) & rd(PL011_IMSC)) != 0);
		assert_int_equal(rd(PL011_MIS), rd(PL011_RIS) & rd(PL011_IMSC));
	}
}

static void test_polled_reading(void **state)
{
	(void)state;
	type("ok"); /* before the guest enabled anything, FIFOs off: one at a time */
	assert_true(rd(PL011_FR) & PL011_FR_RXFF);
	assert_int_equal(rd(PL011_DR), 'o');
	assert_false(rd(PL011_FR) & PL011_FR_RXFE);
	assert_int_equal(rd(PL011_DR), 'k');
	assert_true(rd(PL011_FR) & PL011_FR_RXFE);
	assert_int_equal(level_changes, 0);
}

/* One typed byte is below the trigger level: the timeout interrupt brings it. */
static void test_single_byte_interrupts(void **state)
{
	(void)state;
	enable_fifo();
	wr(PL011_IMSC, PL011_INT_RX | PL011_INT_RT);
	type("a");
	assert_true(level);
	assert_int_equal(rd(PL011_MIS), PL011_INT_RT);
	assert_int_equal(rd(PL011_DR), 'a');
	assert_false(level);
	assert_int_equal(rd(PL011_RIS), 0);
}

static void test_trigger_levels(void **state)
{
	static const unsigned levels[] = { 4, 8, 16, 24, 28 };

	(void)state;
	enable_fifo();
	for (unsigned i = 0; i < 5; i++) {
		wr(PL011_IFLS, i << 3);
		for (unsigned n = 1; n < levels[i]; n++)
			type("x");
		assert_int_equal(rd(PL011_RIS), PL011_INT_RT);
		type("y");
		assert_int_equal(rd(PL011_RIS), PL011_INT_RT | PL011_INT_RX);
		(void)rd(PL011_DR);
		assert_int_equal(rd(PL011_RIS), PL011_INT_RT);
		while (!(rd(PL011_FR) & PL011_FR_RXFE))
			(void)rd(PL011_DR);
	}
	wr(PL011_LCR_H, 0);
	type("z"); /* no FIFOs: no timeout either */
	assert_int_equal(rd(PL011_RIS), PL011_INT_RX);
}

static void test_cleared_until_the_next_byte(void **state)
{
	(void)state;
	enable_fifo();
	wr(PL011_IMSC, PL011_INT_RX | PL011_INT_RT);
	type("ab");
	wr(PL011_ICR, PL011_INT_RT);
	assert_false(level);
	assert_false(rd(PL011_FR) & PL011_FR_RXFE);
	type("c");
	assert_true(level);
	wr(PL011_ICR, PL011_INT_RT);
	(void)rd(PL011_DR); /* there are two more */
	assert_true(level);
}

static void test_linux_gets_every_byte(void **state)
{
	static char typed[20000], got[20000];
	size_t in = 0, out = 0;

	(void)state;
	srand(3);
	type("typed before anybody listens");
	linux_startup();
	while (in < sizeof(typed)) {
		for (int n = rand() % 60; n && in < sizeof(typed); n--) {
			typed[in] = (char)rand();
			vpl011_receive(vm.console, (uint8_t)typed[in++]);
		}
		if (rand() % 4) {
			assert_int_equal(level, out < in);
			out += linux_interrupt(got + out);
			assert_false(level);
		}
		/* The queue holds four such bursts. */
		else if (in - out > 180)
			out += linux_interrupt(got + out);
	}
	out += linux_interrupt(got + out);
	assert_int_equal(out, in);
	assert_memory_equal(got, typed, in);
}

static void test_overrun(void **state)
{
	(void)state;
	enable_fifo();
	wr(PL011_IMSC, PL011_INT_OE);
	for (unsigned i = 0; i < VPL011_QUEUE; i++)
		vpl011_receive(vm.console, (uint8_t)i);
	assert_false(level);
	type("!");
	assert_true(level);
	wr(PL011_ICR, PL011_INT_OE);
	assert_false(level);
	assert_int_equal(rd(PL011_DR), PL011_DR_OE | 0);
	assert_int_equal(rd(PL011_RSR), PL011_RSR_OE);
	for (unsigned i = 1; i < VPL011_QUEUE; i++)
		assert_int_equal(rd(PL011_DR), i);
	assert_int_equal(rd(PL011_RSR), 0);
	assert_true(rd(PL011_FR) & PL011_FR_RXFE);
	for (unsigned i = 0; i <= VPL011_QUEUE; i++)
		type("x");
	wr(PL011_RSR, 0);
	assert_int_equal(rd(PL011_DR), 'x');
}

static void test_polled_sending(void **state)
{
	static const char text[] = "hello from an early console";

	(void)state;
	for (unsigned i = 0; i < sizeof(text); i++) {
		assert_false(rd(PL011_FR) & PL011_FR_TXFF);
		wr(PL011_DR, (uint8_t)text[i]);
		assert_true(rd(PL011_FR) & PL011_FR_TXFE);
		assert_false(rd(PL011_FR) & PL011_FR_BUSY);
	}
	assert_memory_equal(sent, text, sizeof(text));
	assert_int_equal(level_changes, 0);
}

/* A driver that sends up to half a FIFO at each transmit interrupt loses nothing, whatever the console takes. */
static void test_sending_by_interrupt(void **state)
{
	unsigned next = 0;

	(void)state;
	enable_fifo();
	console_room = 40;
	wr(PL011_DR, 'a'); /* the first bytes bring the interrupt on */
	next = 1;
	wr(PL011_IMSC, PL011_INT_TX);
	assert_true(level);
	while (next < 3000) {
		if (!level) {
			console_room = 40;
			vpl011_resume(vm.console);
			assert_true(level);
		}
		for (int i = 0; i < 16 && !(rd(PL011_FR) & PL011_FR_TXFF); i++)
			wr(PL011_DR, 'a' + next++ % 26);
	}
	assert_int_equal(sent_len, next);
	for (unsigned i = 0; i < next; i++)
		assert_int_equal(sent[i], 'a' + i % 26);
	wr(PL011_IMSC, 0);
	assert_false(level);
}

static void test_back_pressure(void **state)
{
	(void)state;
	enable_fifo();
	wr(PL011_IMSC, PL011_INT_TX);
	console_room = 2;
	wr(PL011_DR, '1');
	assert_true(level);
	wr(PL011_DR, '2');
	assert_false(level);
	assert_true(rd(PL011_FR) & PL011_FR_TXFF);
	assert_true(rd(PL011_FR) & PL011_FR_BUSY);
	assert_false(rd(PL011_FR) & PL011_FR_TXFE);
	console_room = 1; /* polling finds out by itself */
	assert_false(rd(PL011_FR) & PL011_FR_TXFF);
	assert_true(level);
	vpl011_resume(vm.console); /* late, or for nothing */
	wr(PL011_ICR, PL011_INT_TX);
	vpl011_resume(vm.console);
	assert_false(level);
}

static void test_restart(void **state)
{
	(void)state;
	linux_startup();
	type("left over");
	assert_true(level);
	vpl011_reset(vm.console);
	assert_false(level);
	test_reset_values(state);
}

static void test_no_memory(void **state)
{
	uint8_t memory[64];
	struct arena pool;
	struct vm other = { 0 };

	(void)state;
	arena_init(&pool, memory, sizeof(memory));
	assert_int_equal(vpl011_create(&other, IPA, INTID, &pool), ERR_NO_MEMORY);
	assert_null(other.console);
}

static void test_fits_the_pool(void **state)
{
	(void)state;
	assert_true(sizeof(struct vm) + sizeof(struct vpl011) <= PLAN_BYTES_PER_VM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_identification, start),
		cmocka_unit_test_setup(test_reset_values, start),
		cmocka_unit_test_setup(test_registers_keep_their_bits, start),
		cmocka_unit_test_setup(test_access_sizes, start),
		cmocka_unit_test_setup(test_any_access, start),
		cmocka_unit_test_setup(test_polled_reading, start),
		cmocka_unit_test_setup(test_single_byte_interrupts, start),
		cmocka_unit_test_setup(test_trigger_levels, start),
		cmocka_unit_test_setup(test_cleared_until_the_next_byte, start),
		cmocka_unit_test_setup(test_linux_gets_every_byte, start),
		cmocka_unit_test_setup(test_overrun, start),
		cmocka_unit_test_setup(test_polled_sending, start),
		cmocka_unit_test_setup(test_sending_by_interrupt, start),
		cmocka_unit_test_setup(test_back_pressure, start),
		cmocka_unit_test_setup(test_restart, start),
		cmocka_unit_test_setup(test_no_memory, start),
		cmocka_unit_test(test_fits_the_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
