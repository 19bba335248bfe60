/* SPDX-License-Identifier: Apache-2.0 */
/* NXP i.MX UART. */
#include "arch/arm64/io.h"
#include "common/uart/imx_regs.h"
#include "common/uart/uart.h"

#define RECEIVE_MAX 32

static uint32_t rd(const struct uart *u, unsigned reg)
{
	return mmio_read32(u->base + reg);
}

static void wr(const struct uart *u, unsigned reg, uint32_t v)
{
	mmio_write32(u->base + reg, v);
}

static bool imx_put(struct uart *u, uint8_t c)
{
	if (rd(u, IMX_UTS) & IMX_UTS_TXFULL)
		return false;
	wr(u, IMX_UTXD, c);
	return true;
}

static int imx_get(const struct uart *u)
{
	for (unsigned i = 0; i < RECEIVE_MAX; i++) {
		uint32_t v = rd(u, IMX_URXD);

		if (!(v & IMX_URXD_CHARRDY))
			break;
		if (!(v & IMX_URXD_BRK)) /* which comes as a zero byte */
			return (int)(v & 0xff);
	}
	/* Receiving goes on without it; but flags that stay set hide the next of their kind. */
	wr(u, IMX_USR2, IMX_USR2_ORE | IMX_USR2_BRCD);
	return -1;
}

static void imx_enable_irqs(const struct uart *u, bool receive, bool send)
{
	uint32_t cr1 = rd(u, IMX_UCR1) & ~(uint32_t)(IMX_UCR1_RRDYEN | IMX_UCR1_TRDYEN);

	wr(u, IMX_UCR1, cr1 | (receive ? IMX_UCR1_RRDYEN : 0) | (send ? IMX_UCR1_TRDYEN : 0));
}

/* Filling and emptying the FIFOs clears both that are enabled. */
static void imx_ack(const struct uart *u)
{
	(void)u;
}

const struct uart_driver uart_imx_driver = {
	.put = imx_put,
	.get = imx_get,
	.enable_irqs = imx_enable_irqs,
	.ack = imx_ack,
};
