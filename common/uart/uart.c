/* SPDX-License-Identifier: Apache-2.0 */
#include "common/uart/uart.h"

#include "common/uart/setup.h"

static const struct kind {
	const struct uart_driver *driver;
	void (*setup)(const struct uart *u);
	uint8_t depth;
} kinds[UART_KINDS] = {
	[UART_PL011] = { &uart_pl011_driver, uart_setup_pl011, 0 },
	[UART_SBSA] = { &uart_pl011_driver, uart_setup_sbsa, 0 },
	[UART_CADENCE] = { &uart_cadence_driver, uart_setup_cadence, 0 },
	[UART_8250] = { &uart_8250_driver, uart_setup_8250, 16 },
	[UART_DW] = { &uart_8250_driver, uart_setup_8250, 16 },
	[UART_BCM_AUX] = { &uart_8250_driver, uart_setup_8250, 1 },
	[UART_SCIF] = { &uart_scif_driver, uart_setup_scif, 16 },
	[UART_HSCIF] = { &uart_scif_driver, uart_setup_scif, 128 },
	[UART_IMX] = { &uart_imx_driver, uart_setup_imx, 0 },
};

bool uart_init(struct uart *u, const struct host_console *c)
{
	enum uart_kind kind = uart_find_kind(c->compatible);

	if (kind == UART_KINDS)
		return false;
	*u = (struct uart){
		.driver = kinds[kind].driver,
		.base = u->base,
		.clock = c->clock_frequency,
		.baud = c->baud,
		.shift = (uint8_t)(c->reg_shift & 7),
		.width = c->reg_io_width == 4 ? 4 : 1,
		.depth = kinds[kind].depth,
	};
	/* Its binding has neither property: registers are words. */
	if (kind == UART_BCM_AUX)
		u->shift = 2, u->width = 4;
	kinds[kind].setup(u);
	return true;
}
