/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arm PrimeCell UART PL011 (DDI 0183), and its subset that Arm's Base System Architecture calls the Generic UART
 * (SBSA, DEN 0029): the latter has only DR, RSR, FR, IMSC, RIS, MIS and ICR, is always enabled, and is accessed by
 * 32-bit words, which the PL011 takes as well.
 */
#include "arch/arm64/io.h"
#include "common/uart/pl011_regs.h"
#include "common/uart/uart.h"

#define FIFO_MAX 32 /* r1p5; 16 before */

static uint32_t rd(const struct uart *u, unsigned reg)
{
	return mmio_read32(u->base + reg);
}

static void wr(const struct uart *u, unsigned reg, uint32_t v)
{
	mmio_write32(u->base + reg, v);
}

static bool pl011_put(struct uart *u, uint8_t c)
{
	if (rd(u, PL011_FR) & PL011_FR_TXFF)
		return false;
	wr(u, PL011_DR, c);
	return true;
}

static int pl011_get(const struct uart *u)
{
	uint32_t v;

	for (unsigned i = 0; i < FIFO_MAX && !(rd(u, PL011_FR) & PL011_FR_RXFE); i++) {
		v = rd(u, PL011_DR);
		if (v & ~UINT32_C(0xff))
			wr(u, PL011_RSR, 0);
		/*
		 * A break arrives as a zero byte that nobody typed. With the other errors the byte is the best there
		 * is; an overrun lost what came after.
		 */
		if (!(v & PL011_DR_BE))
			return (int)(v & 0xff);
	}
	return -1;
}

static void pl011_enable_irqs(const struct uart *u, bool receive, bool send)
{
	wr(u, PL011_IMSC, (receive ? PL011_INT_RX | PL011_INT_RT : 0) | (send ? PL011_INT_TX : 0));
}

/* All that are enabled are cleared by emptying or filling the FIFOs (DDI 0183, 2.8). */
static void pl011_ack(const struct uart *u)
{
	(void)u;
}

const struct uart_driver uart_pl011_driver = {
	.put = pl011_put,
	.get = pl011_get,
	.enable_irqs = pl011_enable_irqs,
	.ack = pl011_ack,
};
