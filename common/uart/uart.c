/* SPDX-License-Identifier: Apache-2.0 */
#include "common/uart/uart.h"

static const struct uart_driver *const drivers[UART_KINDS] = {
	[UART_PL011] = &uart_pl011_driver,
	[UART_SBSA] = &uart_sbsa_driver,
	[UART_CADENCE] = &uart_cadence_driver,
};

bool uart_init(struct uart *u, const struct host_console *c, volatile void *base)
{
	enum uart_kind kind = uart_find_kind(c->compatible);

	if (kind == UART_KINDS)
		return false;
	u->driver = drivers[kind];
	u->base = base;
	u->clock = c->clock_frequency;
	u->baud = c->baud;
	u->driver->init(u);
	return true;
}
