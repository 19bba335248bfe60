/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UART drivers for the hypervisor's own console. The loader's line settings are kept where it made any. No locks: the
 * caller's. Drivers are bounded: none waits for the UART at run time.
 */
#ifndef COMMON_UART_UART_H
#define COMMON_UART_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "common/host.h"

enum uart_kind {
	UART_PL011,
	UART_SBSA,
	UART_CADENCE,
	UART_8250,     /* NS16550A */
	UART_DW,       /* Synopsys DesignWare's, an 8250 that complains when it is busy */
	UART_BCM_AUX,  /* Broadcom's, an 8250 that tells of room for one byte */
	UART_SCIF,
	UART_HSCIF,
	UART_IMX,
	UART_KINDS
};

/* Which driver knows that compatible string; UART_KINDS: none. Pure: the DTB reader asks too. */
enum uart_kind uart_find_kind(const char *compatible);

struct uart_driver;

struct uart {
	const struct uart_driver *driver;
	volatile uint8_t *base;
	uint32_t clock; /* Hz, 0 unknown */
	uint32_t baud;  /* 0: as the loader left it */
	uint8_t shift;  /* 8250: register n is at n << shift */
	uint8_t width;  /* 8250: bytes of an access, 1 or 4 */
	uint8_t depth;  /* bytes that the send FIFO holds, for those that do not tell when it is full */
	uint8_t room;   /* 8250: what is still known to be free of it */
};

struct uart_driver {
	/* false: its FIFO is full, c was not taken. */
	bool (*put)(struct uart *u, uint8_t c);
	/* The next received byte, or -1. Overruns and breaks are cleared on the way. */
	int (*get)(const struct uart *u);
	/*
	 * Which interrupts are enabled. `send` must be enabled only after put() returned false; it comes when there
	 * is room again.
	 */
	void (*enable_irqs)(const struct uart *u, bool receive, bool send);
	/* At the beginning of the interrupt handler, which then empties the receive FIFO. */
	void (*ack)(const struct uart *u);
};

extern const struct uart_driver uart_pl011_driver, uart_cadence_driver, uart_8250_driver, uart_scif_driver, uart_imx_driver;

/*
 * Fills *u, of which base is set, and makes it send and receive with interrupts masked. Safe to repeat. false: no driver for its compatible
 * string. Boot only.
 */
bool uart_init(struct uart *u, const struct host_console *c);

#endif
