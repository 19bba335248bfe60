/* SPDX-License-Identifier: Apache-2.0 */
/* Cadence UART as in Xilinx Zynq-7000 and Zynq UltraScale+ (UG1087, module UART). */
#include "arch/arm64/io.h"
#include "common/lib/util.h"
#include "common/uart/uart.h"

#define CR 0x00    /* control */
#define IER 0x08   /* interrupt enable: writing ones */
#define IDR 0x0c   /* interrupt disable: writing ones */
#define ISR 0x14   /* interrupt status: sticky, cleared by writing ones */
#define RXTOUT 0x1c /* receive timeout in 4 bit times, 0: off */
#define RXWM 0x20  /* receive trigger level in bytes */
#define SR 0x2c    /* channel status */
#define FIFO 0x30

#define CR_RXEN BIT(2)
#define CR_RXDIS BIT(3)
#define CR_TXEN BIT(4)
#define CR_TXDIS BIT(5)
#define CR_RSTTO BIT(6) /* restarts the receive timeout */

#define SR_REMPTY BIT(1)
#define SR_TFUL BIT(4)

#define INT_RTRIG BIT(0)
#define INT_TEMPTY BIT(3)
#define INT_TOUT BIT(8)
#define INT_ALL GENMASK(12, 0)

static uint32_t rd(const struct uart *u, unsigned reg)
{
	return mmio_read32(u->base + reg);
}

static void wr(const struct uart *u, unsigned reg, uint32_t v)
{
	mmio_write32(u->base + reg, v);
}

static void cadence_init(const struct uart *u)
{
	uint32_t cr = rd(u, CR) & ~(uint32_t)(CR_RXDIS | CR_TXDIS);

	wr(u, IDR, INT_ALL);
	wr(u, ISR, INT_ALL);
	wr(u, RXWM, 32);
	wr(u, RXTOUT, 10);
	wr(u, CR, cr | CR_RXEN | CR_TXEN | CR_RSTTO);
}

static bool cadence_put(const struct uart *u, uint8_t c)
{
	if (rd(u, SR) & SR_TFUL)
		return false;
	wr(u, FIFO, c);
	return true;
}

static int cadence_get(const struct uart *u)
{
	return rd(u, SR) & SR_REMPTY ? -1 : (int)(rd(u, FIFO) & 0xff);
}

static void cadence_enable_irqs(const struct uart *u, bool receive, bool send)
{
	uint32_t on = (receive ? INT_RTRIG | INT_TOUT : 0) | (send ? INT_TEMPTY : 0);

	wr(u, IDR, INT_ALL & ~on);
	wr(u, IER, on);
}

/* Cleared before the FIFOs are served, so that what comes in meanwhile sets them again. */
static void cadence_ack(const struct uart *u)
{
	uint32_t cr = rd(u, CR);

	wr(u, ISR, rd(u, ISR));
	wr(u, CR, cr | CR_RSTTO);
}

const struct uart_driver uart_cadence_driver = {
	.init = cadence_init,
	.put = cadence_put,
	.get = cadence_get,
	.enable_irqs = cadence_enable_irqs,
	.ack = cadence_ack,
};
