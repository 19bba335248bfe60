/* SPDX-License-Identifier: Apache-2.0 */
#include "common/console.h"

#include "arch/arm64/sysreg.h"
#include "common/console_state.h"
#include "common/lib/string.h"
#include "common/log.h"
#include "common/vpl011.h"

#define RECEIVE_MAX 64       /* bytes taken in one interrupt */
#define SEND_TRIES 1000000   /* synchronous: many times what a byte takes at 9600 baud */

struct console_state con;
bool console_debug;

/* ---- Locking ---- */

bool console_enter(void)
{
	if (!con.present)
		return false;
	/* Acquire: pairs with the release in console_panic_mode. */
	if (__atomic_load_n(&con.panicking, __ATOMIC_ACQUIRE))
		return con.panic_cpu == cpu_affinity();
	if (con.locking)
		spin_lock(&con.lock);
	return true;
}

void console_leave(void)
{
	if (con.locking)
		spin_unlock(&con.lock);
}

/* ---- Output ---- */

/* The UART is full, and is waited for. */
static void wait_and_put(uint8_t c)
{
	unsigned tries = con.stuck ? 1 : SEND_TRIES;

	while (!con.uart.driver->put(&con.uart, c) && --tries)
		;
	con.stuck = !tries;
}

/* What is below `least` goes out as a blank. */
static void put_synchronously(const uint8_t *text, size_t n, uint8_t least)
{
	bool (*put)(struct uart *u, uint8_t c) = con.uart.driver->put;

	for (const uint8_t *end = text + n; text < end; text++) {
		uint8_t c = *text < least ? ' ' : *text;

		if (!put(&con.uart, c))
			wait_and_put(c);
		else if (con.stuck)
			con.stuck = false;
	}
}

static void send_synchronously(void)
{
	int c;

	while ((c = console_mux_peek(&con.mux)) >= 0) {
		put_synchronously(&(uint8_t){(uint8_t)c}, 1, 0);
		console_mux_skip(&con.mux);
	}
}

/* Lock held. A line of the log while nobody else has anything to say: what the mux would make of it, without the mux. */
static void send_directly(const char *text, size_t len)
{
	put_synchronously((const uint8_t *)con.log.prefix, con.log.prefix_len, 0);
	put_synchronously((const uint8_t *)text, len, ' ');
	put_synchronously((const uint8_t *)"\r\n", 2, 0);
}

/* Lock held. As much as the UART takes now; it interrupts when it takes more, if there is more. */
static void send(void)
{
	bool full = false;
	int c;

	if (!con.interrupts) {
		send_synchronously();
		return;
	}
	while (!full && (c = console_mux_peek(&con.mux)) >= 0) {
		full = !con.uart.driver->put(&con.uart, (uint8_t)c);
		if (!full)
			console_mux_skip(&con.mux);
	}
	if (con.sending != full) {
		con.sending = full;
		con.uart.driver->enable_irqs(&con.uart, true, full);
	}
}

bool console_vm_write(struct vm *vm, uint8_t c)
{
	struct console_source *s = &vm->console->text;
	bool go_on;

	if (!console_enter())
		return true;
	go_on = console_mux_put(s, c);
	send();
	go_on = go_on || console_mux_may_go_on(s);
	console_leave();
	return go_on;
}

bool console_vm_can_write(struct vm *vm)
{
	bool go_on;

	if (!console_enter())
		return true;
	send();
	go_on = console_mux_may_go_on(&vm->console->text);
	console_leave();
	return go_on;
}

void console_vm_stopped(struct vm *vm)
{
	if (!vm->console || !console_enter())
		return;
	console_mux_end(&vm->console->text);
	send();
	console_leave();
}

void console_log(const char *text, size_t len)
{
	if (!console_enter())
		return;
	if (con.alone) {
		send_directly(text, len);
	} else {
		console_mux_put_line(&con.log, text, (uint32_t)len);
		send();
	}
	console_leave();
}

bool console_has_room(void)
{
	bool room;

	if (!console_enter())
		return true;
	send();
	room = console_mux_room(&con.log) > CONSOLE_LOG_LINE;
	console_leave();
	return room;
}

const struct spinlock *console_lock(void)
{
	return &con.lock;
}

/* ---- Input, on the CPU that takes the UART's interrupt ---- */

static char escape_letter(void)
{
	return CONFIG_CONSOLE_ESCAPE + '@';
}

void console_say_focus(void)
{
	char e = escape_letter();

	log_info("the keyboard is %s's (Ctrl-%c n: next VM, Ctrl-%c m: monitor)", con.vms[con.focus]->name, e, e);
}

static void show(uint32_t source)
{
	if (console_enter()) {
		console_mux_focus(&con.mux, source);
		console_leave();
	}
}

static void focus_vm(uint32_t index)
{
	con.in_monitor = false;
	con.focus = index;
	show(SOURCE_VM + index);
	console_say_focus();
}

/* The VM with that number, or con.nr_vms. */
static uint32_t find_vm(uint32_t id)
{
	uint32_t i = 0;

	while (i < con.nr_vms && con.vms[i]->id != id)
		i++;
	return i;
}

static void print_monitor(const char *text)
{
	if (!console_enter())
		return;
	console_mux_put_text(&con.monitor_text, text);
	send();
	console_leave();
}

static void open_monitor(void)
{
	if (con.in_monitor)
		return;
	con.in_monitor = true;
	monitor_open(&con.monitor);
	show(SOURCE_MONITOR);
	print_monitor(MONITOR_GREETING "\n" MONITOR_PROMPT);
}

static void type_in_monitor(uint8_t c)
{
	char echo[MONITOR_ECHO];
	enum monitor_result result = monitor_key(&con.monitor, c, echo);
	uint32_t index = con.focus;

	print_monitor(echo);
	if (result == MONITOR_TYPING)
		return;
	if (result == MONITOR_FOCUS)
		index = find_vm(con.monitor.focus);
	if (index == con.nr_vms)
		print_monitor("that VM has no console here\n" MONITOR_PROMPT);
	else
		focus_vm(index);
}

static void type(uint8_t c)
{
	enum console_key key = console_input_key(&con.input, c, &c);
	char e = escape_letter();

	if (!con.nr_vms && key != CONSOLE_KEY_MONITOR && !con.in_monitor)
		return;
	switch (key) {
	case CONSOLE_KEY_NONE:
		break;
	case CONSOLE_KEY_DATA:
		if (con.in_monitor)
			type_in_monitor(c);
		else
			vpl011_receive(con.vms[con.focus]->console, c);
		break;
	case CONSOLE_KEY_VM:
		if (find_vm(c) < con.nr_vms)
			focus_vm(find_vm(c));
		else
			log_info("there is no VM %u with a console here", c);
		break;
	case CONSOLE_KEY_NEXT:
		focus_vm((con.focus + 1) % con.nr_vms);
		break;
	case CONSOLE_KEY_MONITOR:
		open_monitor();
		break;
	case CONSOLE_KEY_HELP:
		log_info("Ctrl-%c, then 0 to 9: keyboard to that VM, n: to the next, m: monitor, Ctrl-%c: sends Ctrl-%c", e, e, e);
		break;
	}
}

/* Lock held. The monitor's answer, as far as there is room. false: there is none, or no more of it. */
static bool continue_monitor(void)
{
	char line[MONITOR_LINE];

	if (monitor_is_idle(&con.monitor))
		return false;
	while (console_mux_room(&con.monitor_text) > sizeof(line)) {
		if (!monitor_next(&con.monitor, line, sizeof(line))) {
			console_mux_put_text(&con.monitor_text, MONITOR_PROMPT);
			return false;
		}
		console_mux_put_line(&con.monitor_text, line, (uint32_t)strlen(line));
	}
	return true;
}

void console_irq(void)
{
	uint8_t received[RECEIVE_MAX];
	bool go_on[CONFIG_MAX_VMS];
	unsigned n = 0;
	int c;

	if (!console_enter())
		return;
	con.uart.driver->ack(&con.uart);
	while (n < RECEIVE_MAX && (c = con.uart.driver->get(&con.uart)) >= 0)
		received[n++] = (uint8_t)c;
	console_leave();

	/* Without the lock: this reaches a VM's UART, and its virtual GIC. */
	for (unsigned i = 0; i < n; i++)
		type(received[i]);

	if (!console_enter())
		return;
	do
		send();
	while (!con.sending && continue_monitor());
	send();
	for (unsigned i = 0; i < con.nr_vms; i++)
		go_on[i] = console_mux_may_go_on(&con.vms[i]->console->text);
	console_leave();
	for (unsigned i = 0; i < con.nr_vms; i++)
		if (go_on[i])
			vpl011_resume(con.vms[i]->console);
}

/* ---- The beginning (console_boot.c) and the end ---- */

void console_add_own_sources(bool colour)
{
	console_mux_init(&con.mux, colour);
	(void)console_mux_add(&con.mux, &con.log, "bulkhead", "| ");
	(void)console_mux_add(&con.mux, &con.monitor_text, "bulkhead", "| ");
}

static bool is_locked(void)
{
	/* Acquire: pairs with spin_unlock's release. */
	uint16_t owner = __atomic_load_n(&con.lock.owner, __ATOMIC_ACQUIRE);

	return owner != __atomic_load_n(&con.lock.next, __ATOMIC_RELAXED);
}

void console_panic_mode(void)
{
	unsigned tries = SEND_TRIES;

	if (!con.present || con.panicking)
		return;
	con.panic_cpu = cpu_affinity();
	__atomic_store_n(&con.panicking, true, __ATOMIC_RELEASE); /* nobody else enters any more */
	/*
	 * Whoever has the lock is given time to leave. It may be this CPU itself, or one that will never run again.
	 */
	while (con.locking && is_locked() && --tries)
		;
	con.locking = false;
	con.interrupts = false;
	con.uart.driver->enable_irqs(&con.uart, false, false);
	if (!tries) { /* what is there may be half changed: begin anew */
		memset(&con.log, 0, sizeof(con.log));
		console_add_own_sources(false);
	}
	send_synchronously();
}
