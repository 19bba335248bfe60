/* SPDX-License-Identifier: Apache-2.0 */
/* Cadence UART as in Xilinx Zynq-7000 and Zynq UltraScale+ (UG1087, module UART). */
#include "arch/arm64/io.h"
#include "common/uart/cadence_regs.h"
#include "common/uart/uart.h"

static uint32_t rd(const struct uart *u, unsigned reg)
{
	return mmio_read32(u->base + reg);
}

static void wr(const struct uart *u, unsigned reg, uint32_t v)
{
	mmio_write32(u->base + reg, v);
}

static bool cadence_put(struct uart *u, uint8_t c)
{
	if (rd(u, CADENCE_SR) & CADENCE_SR_TFUL)
		return false;
	wr(u, CADENCE_FIFO, c);
	return true;
}

static int cadence_get(const struct uart *u)
{
	return rd(u, CADENCE_SR) & CADENCE_SR_REMPTY ? -1 : (int)(rd(u, CADENCE_FIFO) & 0xff);
}

static void cadence_enable_irqs(const struct uart *u, bool receive, bool send)
{
	uint32_t on = (receive ? CADENCE_INT_RTRIG | CADENCE_INT_TOUT : 0) | (send ? CADENCE_INT_TEMPTY : 0);

	wr(u, CADENCE_IDR, CADENCE_INT_ALL & ~on);
	wr(u, CADENCE_IER, on);
}

/* Cleared before the FIFOs are served, so that what comes in meanwhile sets them again. */
static void cadence_ack(const struct uart *u)
{
	uint32_t cr = rd(u, CADENCE_CR);

	wr(u, CADENCE_ISR, rd(u, CADENCE_ISR));
	wr(u, CADENCE_CR, cr | CADENCE_CR_RSTTO);
}

const struct uart_driver uart_cadence_driver = {
	.put = cadence_put,
	.get = cadence_get,
	.enable_irqs = cadence_enable_irqs,
	.ack = cadence_ack,
};
