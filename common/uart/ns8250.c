/* SPDX-License-Identifier: Apache-2.0 */
/* The NS16550A and its descendants. Reading LSR clears its error bits, so each byte's are read with it. */
#include "common/uart/ns8250_regs.h"

#define RECEIVE_MAX 64

/* It tells when its FIFO is empty, not when it is full: from then on `depth` bytes fit. */
static bool ns8250_put(struct uart *u, uint8_t c)
{
	if (!u->room) {
		if (!(ns8250_read(u, NS8250_LSR) & NS8250_LSR_EMPTY))
			return false;
		u->room = u->depth;
	}
	u->room--;
	ns8250_write(u, NS8250_DATA, c);
	return true;
}

static int ns8250_get(const struct uart *u)
{
	for (unsigned i = 0; i < RECEIVE_MAX; i++) {
		uint32_t lsr = ns8250_read(u, NS8250_LSR), c;

		if (!(lsr & NS8250_LSR_READY))
			return -1;
		c = ns8250_read(u, NS8250_DATA);
		if (!(lsr & NS8250_LSR_BREAK)) /* a break comes as a zero byte */
			return (int)(c & 0xff);
	}
	return -1;
}

static void ns8250_enable_irqs(const struct uart *u, bool receive, bool send)
{
	ns8250_write(u, NS8250_IER, (receive ? NS8250_IER_RECEIVE | NS8250_IER_LINE : 0) | (send ? NS8250_IER_SEND : 0));
}

/*
 * Filling and emptying the FIFOs clears all that is enabled, but for two of DesignWare's that would interrupt for ever: busy, and a timeout
 * with an empty FIFO, which a read of the data ends.
 */
static void ns8250_ack(const struct uart *u)
{
	uint32_t id = ns8250_read(u, NS8250_IIR) & NS8250_IIR_ID;

	if (id == NS8250_IIR_BUSY)
		(void)ns8250_read(u, NS8250_USR);
	else if (id == NS8250_IIR_TIMEOUT && !(ns8250_read(u, NS8250_LSR) & (NS8250_LSR_READY | NS8250_LSR_BREAK)))
		(void)ns8250_read(u, NS8250_DATA);
}

const struct uart_driver uart_8250_driver = {
	.put = ns8250_put,
	.get = ns8250_get,
	.enable_irqs = ns8250_enable_irqs,
	.ack = ns8250_ack,
};
