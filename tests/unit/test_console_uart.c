/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console with its lock, interrupt and keyboard, over a UART that is slow, full or dead. Two VMs with the
 * emulated PL011.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Which CPU this is, is the test's to say. */
#define cpu_affinity hardware_cpu_affinity
#include "arch/arm64/sysreg.h"
#undef cpu_affinity
static uint64_t running_cpu;
static uint64_t cpu_affinity(void)
{
	return running_cpu;
}

#include "common/console.c"
#include "common/console_boot.c"
#include "common/log.c"
#include "common/port.h"
#include "common/uart/pl011_regs.h"

struct vm *vms;
uint32_t nr_vms;

static struct vm vm[2];
static struct vcpu vcpus[2];
static struct cpu host_cpus[2];
static bool level[2];

/* What the monitor asks for is not looked at here (test_monitor.c). */
bool vm_end(struct vm *v, enum vm_state end)
{
	(void)v, (void)end;
	return false;
}

bool vm_start(struct vm *v)
{
	(void)v;
	return false;
}

void vm_dump(struct vm *v)
{
	(void)v;
}

void shared_cpu_times(const struct vcpu *vcpu, struct shared_times *t)
{
	(void)vcpu;
	*t = (struct shared_times){ 0 };
}

void vgic_set_spi_level(struct vm *v, uint32_t intid, bool l)
{
	assert_int_equal(intid, 33);
	assert_int_equal(con.lock.owner, con.lock.next); /* never with the console lock held */
	level[v - vm] = l;
}

void vm_add_mmio(struct vm *v, uint64_t ipa, uint64_t size, mmio_handler *handler, void *device)
{
	v->mmio[v->nr_mmio++] = (struct mmio_region){ .base = ipa, .size = size, .handler = handler, .device = device };
}

/* ---- The UART ---- */

static struct {
	unsigned room;  /* bytes its FIFO takes */
	unsigned every; /* when it is full it takes one every so many tries; 0: never */
	bool receive_irq, send_irq;
	const char *typed;
	char sent[1 << 16];
	size_t len;
	uint64_t puts;
} hw;

static bool put(struct uart *u, uint8_t c)
{
	(void)u;
	hw.puts++;
	if (!hw.room && (!hw.every || hw.puts % hw.every))
		return false;
	hw.room += !hw.room;
	hw.room--;
	assert_true(hw.len + 1 < sizeof(hw.sent));
	hw.sent[hw.len++] = (char)c;
	hw.sent[hw.len] = '\0';
	return true;
}

static int get(const struct uart *u)
{
	(void)u;
	return *hw.typed ? (uint8_t)*hw.typed++ : -1;
}

static void enable_irqs(const struct uart *u, bool receive, bool transmit)
{
	(void)u;
	hw.receive_irq = receive;
	hw.send_irq = transmit;
	assert_true(!transmit || !hw.room); /* would never come */
}

static void ack(const struct uart *u)
{
	(void)u;
}

static const struct uart_driver fake = { put, get, enable_irqs, ack };

bool uart_init(struct uart *u, const struct host_console *c)
{
	(void)c;
	u->driver = &fake;
	return true;
}

void *el2_map_device(pa_t pa, uint64_t size)
{
	assert_int_equal(size, 0x1000);
	return (void *)(uintptr_t)pa.v;
}

/* The UART sends what it has, up to its FIFO's 16 bytes, and interrupts, until all is out. */
static void let_it_send(void)
{
	for (int i = 0; hw.send_irq; i++) {
		assert_true(i < 10000);
		hw.room = 16;
		console_irq();
	}
}

static void type_keys(const char *text)
{
	hw.typed = text;
	while (*hw.typed)
		console_irq();
	let_it_send();
}

static const char escape[] = { CONFIG_CONSOLE_ESCAPE, '\0' };

static void escape_and(const char *keys)
{
	type_keys(escape);
	type_keys(keys);
}

/* ---- Guests ---- */

static uint32_t rd(unsigned v, unsigned reg)
{
	struct mmio_access a = { .offset = reg, .size = 4 };

	assert_true(vm[v].mmio[0].handler(NULL, vm[v].mmio[0].device, &a));
	return (uint32_t)a.value;
}

static void wr(unsigned v, unsigned reg, uint32_t value)
{
	struct mmio_access a = { .offset = reg, .size = 4, .write = true, .value = value };

	assert_true(vm[v].mmio[0].handler(NULL, vm[v].mmio[0].device, &a));
}

static void print(unsigned v, const char *text)
{
	for (; *text; text++)
		wr(v, PL011_DR, (uint8_t)*text);
}

static const char *read_typed(unsigned v)
{
	static char text[300];
	size_t n = 0;

	while (!(rd(v, PL011_FR) & PL011_FR_RXFE))
		text[n++] = (char)rd(v, PL011_DR);
	text[n] = '\0';
	return text;
}

/* ---- Boot ---- */

static const struct host_console board = { .present = true, .compatible = "arm,pl011", .regs = { 0x9000000, 0x1000 }, .intid = 33 };

static int boot_with(const char *bootargs)
{
	static _Alignas(64) uint8_t memory[16384];
	static const char *const names[] = { "linux", "rtos" };
	struct arena pool;

	memset(&con, 0, sizeof(con));
	memset(&hw, 0, sizeof(hw));
	memset(vm, 0, sizeof(vm));
	running_cpu = 0;
	hw.room = sizeof(hw.sent);
	hw.typed = "";
	vms = vm;
	nr_vms = 2;
	assert_true(console_early_init(&board));
	console_init(bootargs);
	arena_init(&pool, memory, sizeof(memory));
	for (unsigned i = 0; i < 2; i++) {
		strcpy(vm[i].name, names[i]);
		vm[i].id = i;
		vcpus[i].cpu = &host_cpus[i];
		vm[i].vcpus = &vcpus[i];
		vm[i].nr_vcpus = 1;
		assert_int_equal(vpl011_create(&vm[i], 0x9000000, 33, &pool), OK);
		console_add_vm(&vm[i]);
	}
	return 0;
}

static int boot(void **state)
{
	(void)state;
	return boot_with("root=/dev/vda color=off");
}

/* And on to run time: nothing sent yet, the FIFO of 16 is empty. */
static int run(void **state)
{
	boot(state);
	console_start(true);
	hw.len = 0;
	hw.sent[0] = '\0';
	hw.room = 16;
	return 0;
}

/* ---- Tests ---- */

static void test_boot_is_synchronous(void **state)
{
	(void)state;
	log_info("%u VMs", 2);
	log_error("%s", "bad");
	log_warn("%s", "odd");
	log_debug("%s", "unheard");
	assert_string_equal(hw.sent, "bulkhead| 2 VMs\r\nbulkhead| error: bad\r\nbulkhead| warning: odd\r\n");
	assert_false(hw.receive_irq || hw.send_irq);
}

static void test_bootargs(void **state)
{
	(void)state;
	boot_with("xcolor=off color=offx debugger");
	log_debug("unheard");
	assert_string_equal(hw.sent, "");
	log_info("x");
	assert_string_equal(hw.sent, "\x1b[1mbulkhead| \x1b[0mx\r\n");
	boot_with("color=off debug");
	log_debug("x");
	assert_string_equal(hw.sent, "bulkhead| debug: x\r\n");
	boot_with("");
	assert_true(con.mux.colour);
}

static void test_no_console(void **state)
{
	struct host_console none = { .present = false }, unknown = { .present = true, .compatible = "acme,uart" };

	(void)state;
	memset(&con, 0, sizeof(con));
	memset(&hw, 0, sizeof(hw));
	assert_false(console_early_init(&none));
	assert_false(console_early_init(&unknown));
	console_init("");
	log_info("into the void");
	print(0, "and the guest goes on");
	assert_int_equal(rd(0, PL011_FR) & PL011_FR_TXFF, 0);
	console_start(true);
	console_irq();
	console_panic_mode();
	assert_int_equal(hw.puts, 0);
}

static void test_dead_uart_at_boot(void **state)
{
	uint64_t first;

	(void)state;
	hw.room = 0;
	log_info("nobody hears this");
	first = hw.puts;
	assert_in_range(first, 1000, 10000000); /* it had its chance */
	log_info("nor this");
	assert_true(hw.puts - first < 100);     /* and no other one */
	hw.room = 100;
	log_info("it is back");
	assert_string_equal(hw.sent, "bulkhead| it is back\r\n");
}

static void test_interrupt_sends_the_rest(void **state)
{
	(void)state;
	print(0, "0123456789\r\n");
	assert_int_equal(hw.len, 16);
	assert_true(hw.send_irq);
	print(1, "abc\r\n"); /* nobody waits */
	log_info("hello");
	assert_int_equal(hw.len, 16);
	let_it_send();
	assert_string_equal(hw.sent, "linux | 0123456789\r\nrtos | abc\r\nbulkhead| hello\r\n");
	assert_true(hw.receive_irq);
	assert_false(hw.send_irq);
}

/* A guest that heeds its UART's flags loses nothing on a slow line, and the other one is not slowed down. */
static void test_back_pressure(void **state)
{
	char expected[32], *p = hw.sent;
	unsigned line = 0;

	(void)state;
	wr(0, PL011_IMSC, PL011_INT_TX);
	while (line < 1000) {
		char text[16];

		snprintf(text, sizeof(text), "line %u\n", line++);
		for (const char *c = text; *c; c++) {
			while (rd(0, PL011_FR) & PL011_FR_TXFF) {
				assert_false(level[0]);
				assert_false(rd(1, PL011_FR) & PL011_FR_TXFF);
				for (int i = 0; i < 10; i++) {
					hw.room = 16;
					console_irq();
				}
			}
			wr(0, PL011_DR, (uint8_t)*c);
		}
	}
	let_it_send();
	assert_true(level[0]);
	for (unsigned i = 0; i < line; i++) {
		snprintf(expected, sizeof(expected), "linux | line %u\r\n", i);
		assert_int_equal(strncmp(p, expected, strlen(expected)), 0);
		p += strlen(expected);
	}
}

/* The same, by interrupt: it comes when there is room again. */
static void test_transmit_interrupt(void **state)
{
	(void)state;
	wr(1, PL011_IMSC, PL011_INT_TX);
	do
		wr(1, PL011_DR, 'x');
	while (level[1]);
	assert_true(hw.send_irq);
	let_it_send();
	assert_true(level[1]);
	/* The byte that reaches the high mark finds the UART empty, which then has no reason to interrupt. */
	hw.room = 0;
	for (unsigned n = 1; n < CONSOLE_RING_HIGH; n++)
		(void)console_mux_put(&vm[1].console->text, n % 64 ? 'x' : '\n');
	hw.room = sizeof(hw.sent) / 2;
	wr(1, PL011_DR, '\n');
	assert_false(hw.send_irq);
	assert_true(level[1]);
}

static void test_deaf_guest_loses_its_own(void **state)
{
	char expected[64];
	unsigned shown = 0;

	(void)state;
	for (int i = 0; i < 3000; i++)
		wr(1, PL011_DR, i % 100 == 99 ? '\n' : 'z');
	print(0, "linux is fine\n");
	let_it_send();
	assert_non_null(strstr(hw.sent, "linux | linux is fine\r\n"));
	for (char *p = hw.sent; *p; p++)
		shown += *p == 'z';
	shown += shown / 99; /* the LFs */
	snprintf(expected, sizeof(expected), "bulkhead| [rtos: %u bytes dropped]\r\n", 3000 - shown);
	assert_non_null(strstr(hw.sent, expected));
	assert_in_range(shown, CONSOLE_RING, CONSOLE_RING + 200);
}

static void test_keys_go_to_the_focus(void **state)
{
	(void)state;
	type_keys("ls\r\x03");
	assert_string_equal(read_typed(0), "ls\r\x03");
	escape_and("n");
	assert_non_null(strstr(hw.sent, "bulkhead| the keyboard is rtos's (Ctrl-^ n: next VM, Ctrl-^ m: monitor)\r\n"));
	type_keys("s");
	assert_string_equal(read_typed(1), "s");
	assert_string_equal(read_typed(0), "");
	escape_and("0");
	type_keys("x");
	assert_string_equal(read_typed(0), "x");
	escape_and("n");
	escape_and("n"); /* around */
	escape_and(escape);
	assert_string_equal(read_typed(0), escape);
	escape_and("7");
	assert_non_null(strstr(hw.sent, "bulkhead| there is no VM 7"));
	escape_and("?");
	assert_non_null(strstr(hw.sent, "bulkhead| Ctrl-^, then 0 to 9"));
	assert_string_equal(read_typed(0), "");
}

static void test_many_keys_at_once(void **state)
{
	static char text[201];

	(void)state;
	memset(text, 'k', 200);
	type_keys(text);
	assert_string_equal(read_typed(0), text);
}

static void test_monitor(void **state)
{
	(void)state;
	escape_and("m");
	escape_and("m"); /* is open already */
	assert_null(strstr(strstr(hw.sent, MONITOR_GREETING) + 1, MONITOR_GREETING));
	type_keys("list\r");
	assert_non_null(strstr(hw.sent, "bulkhead|   0  linux "));
	assert_non_null(strstr(hw.sent, "bulkhead|   1  rtos "));
	assert_string_equal(hw.sent + hw.len - 12, "bulkhead| > ");
	assert_string_equal(read_typed(0), "");
	type_keys("focus rtos\r");
	type_keys("y");
	assert_string_equal(read_typed(1), "y");
	escape_and("m");
	type_keys("quit\r");
	type_keys("z");
	assert_string_equal(read_typed(1), "z");
}

/* An answer longer than all buffers comes whole, over a UART of any speed. */
static void test_long_answer(void **state)
{
	static struct vcpu many[128];

	for (unsigned speed = 16; speed <= sizeof(hw.sent); speed *= 4096) {
		unsigned rows = 0;

		run(state);
		for (unsigned i = 0; i < 128; i++)
			many[i] = (struct vcpu){ .id = i, .cpu = &host_cpus[0] };
		vm[0].vcpus = many;
		vm[0].nr_vcpus = 128;
		escape_and("m");
		hw.room = speed;
		type_keys("stats\r");
		for (char *p = hw.sent; (p = strstr(p, "bulkhead| linux ")); p++)
			rows++;
		assert_int_equal(rows, 128);
		assert_non_null(strstr(hw.sent, "bulkhead| rtos "));
		assert_null(strstr(hw.sent, "dropped"));
		assert_string_equal(hw.sent + hw.len - 12, "bulkhead| > ");
	}
}

static void test_stopped_vm_shows_its_last_line(void **state)
{
	(void)state;
	print(1, "bye");
	let_it_send();
	assert_string_equal(hw.sent, "");
	console_vm_stopped(&vm[1]);
	let_it_send();
	assert_string_equal(hw.sent, "rtos | bye\r\n");
}

static void test_uart_without_interrupt(void **state)
{
	(void)state;
	console_start(false);
	hw.len = 0;
	for (int i = 0; i < 100; i++)
		print(0, "0123456789012345678901234567890123456789\n");
	assert_int_equal(hw.len, 100 * (8 + 40 + 2));
	assert_false(hw.receive_irq || hw.send_irq);
}

static void test_panic(void **state)
{
	(void)state;
	print(0, "still queued when it happened\n");
	hw.room = 0;
	hw.every = 10;
	console_panic_mode();
	log_error("EL2 stops");
	assert_non_null(strstr(hw.sent, "linux | still queued when it happened\r\n"));
	assert_non_null(strstr(hw.sent, "bulkhead| error: EL2 stops\r\n"));
	running_cpu = 1; /* the others are kept out */
	print(1, "noise\n");
	log_error("another panic");
	console_panic_mode();
	assert_null(strstr(hw.sent, "noise"));
	assert_null(strstr(hw.sent, "another"));
}

/* In the middle of a call of the console's own. */
static void test_panic_with_the_lock_held(void **state)
{
	(void)state;
	spin_lock(&con.lock);
	con.mux.out_len = 5000;
	con.log.head = 17;
	hw.room = sizeof(hw.sent) / 2;
	console_panic_mode();
	log_error("EL2 stops");
	assert_string_equal(hw.sent, "bulkhead| error: EL2 stops\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_boot_is_synchronous, boot),
		cmocka_unit_test(test_bootargs),
		cmocka_unit_test_setup(test_no_console, boot),
		cmocka_unit_test_setup(test_dead_uart_at_boot, boot),
		cmocka_unit_test_setup(test_interrupt_sends_the_rest, run),
		cmocka_unit_test_setup(test_back_pressure, run),
		cmocka_unit_test_setup(test_transmit_interrupt, run),
		cmocka_unit_test_setup(test_deaf_guest_loses_its_own, run),
		cmocka_unit_test_setup(test_keys_go_to_the_focus, run),
		cmocka_unit_test_setup(test_many_keys_at_once, run),
		cmocka_unit_test_setup(test_monitor, run),
		cmocka_unit_test(test_long_answer),
		cmocka_unit_test_setup(test_stopped_vm_shows_its_last_line, run),
		cmocka_unit_test_setup(test_uart_without_interrupt, boot),
		cmocka_unit_test_setup(test_panic, run),
		cmocka_unit_test_setup(test_panic_with_the_lock_held, run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
