/* SPDX-License-Identifier: Apache-2.0 */
/* The console comes up. Boot only. */
#include "arch/arm64/mmu.h"
#include "common/console.h"
#include "common/console_state.h"
#include "common/lib/string.h"
#include "common/log.h"
#include "common/vpl011.h"

bool console_early_init_at(const struct host_console *c, volatile void *base)
{
	con.uart.base = base;
	if (!base || !uart_init(&con.uart, c))
		return false;
	console_add_own_sources(false);
	con.present = con.alone = true;
	return true;
}

bool console_early_init(const struct host_console *c)
{
	if (!c->present || uart_find_kind(c->compatible) == UART_KINDS)
		return false;
	con.present = console_early_init_at(c, el2_map_device(pa_make(c->regs.base), c->regs.size));
	con.lock.rank = LOCK_CONSOLE;
	con.locking = true;
	return con.present;
}

void console_init(const char *host_bootargs)
{
	console_debug = host_bootargs_have(host_bootargs, "debug");
	if (!console_enter())
		return;
	console_add_own_sources(!host_bootargs_have(host_bootargs, "color=off"));
	console_leave();
}

void console_add_vm(struct vm *vm)
{
	uint32_t source;

	if (!vm->console || con.nr_vms == CONFIG_MAX_VMS || !console_enter())
		return;
	source = console_mux_add(&con.mux, &vm->console->text, vm->name, " | ");
	con.vms[con.nr_vms++] = vm;
	if (source == SOURCE_VM)
		console_mux_focus(&con.mux, source);
	console_leave();
}

void console_start(bool has_interrupt)
{
	if (!con.present)
		return;
	if (!has_interrupt)
		log_warn("the console UART has no interrupt: output is slow, and there is no input");
	else if (con.nr_vms)
		console_say_focus();
	if (!console_enter())
		return;
	con.alone = false;
	con.interrupts = has_interrupt;
	if (has_interrupt)
		con.uart.driver->enable_irqs(&con.uart, true, false);
	console_leave();
}
