/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Renesas SCIF and HSCIF. Their flags are latches and are cleared by reading 1 and then writing 0: one that is left alone tells of the past.
 * How full the FIFOs are is read from their counters instead, and the flags serve for interrupts only.
 */
#include "arch/arm64/io.h"
#include "common/uart/scif_regs.h"
#include "common/uart/uart.h"

#define RECEIVE_MAX 128

static uint32_t rd(const struct uart *u, unsigned reg)
{
	return mmio_read16(u->base + reg);
}

static void wr(const struct uart *u, unsigned reg, uint32_t v)
{
	mmio_write16(u->base + reg, (uint16_t)v);
}

/* Writing 1 leaves a latch as it is. */
static void clear(const struct uart *u, unsigned reg, uint32_t flags)
{
	if (rd(u, reg) & flags)
		wr(u, reg, ~flags);
}

static bool scif_put(struct uart *u, uint8_t c)
{
	if (SCIF_FDR_SENDING(rd(u, SCIF_FDR)) >= u->depth)
		return false;
	mmio_write8(u->base + SCIF_FTDR, c);
	clear(u, SCIF_FSR, SCIF_FSR_TDFE | SCIF_FSR_TEND);
	return true;
}

/* The flags first, so that a byte that comes in between sets them again. */
static bool received(const struct uart *u)
{
	if (SCIF_FDR_RECEIVED(rd(u, SCIF_FDR)))
		return true;
	clear(u, SCIF_FSR, SCIF_FSR_RDF | SCIF_FSR_DR);
	return SCIF_FDR_RECEIVED(rd(u, SCIF_FDR));
}

static int scif_get(const struct uart *u)
{
	/* Nothing more is received until these are cleared. */
	clear(u, SCIF_LSR, SCIF_LSR_ORER);
	for (unsigned i = 0; i < RECEIVE_MAX && received(u); i++) {
		uint32_t flags = rd(u, SCIF_FSR);
		uint8_t c = mmio_read8(u->base + SCIF_FRDR);

		clear(u, SCIF_FSR, SCIF_FSR_ER | SCIF_FSR_BRK);
		/* A break comes as a zero byte with a framing error. */
		if (c || !(flags & SCIF_FSR_FER) || !(flags & SCIF_FSR_BRK))
			return c;
	}
	/* A break may come without a byte. */
	clear(u, SCIF_FSR, SCIF_FSR_ER | SCIF_FSR_BRK);
	return -1;
}

static void scif_enable_irqs(const struct uart *u, bool receive, bool send)
{
	uint32_t scr = rd(u, SCIF_SCR) & ~(uint32_t)(SCIF_SCR_TIE | SCIF_SCR_RIE | SCIF_SCR_REIE | SCIF_SCR_TOIE);

	wr(u, SCIF_SCR, scr | (receive ? SCIF_SCR_RIE | SCIF_SCR_REIE : 0) | (send ? SCIF_SCR_TIE : 0));
}

/* scif_get and scif_put clear what they serve; a full send FIFO that has drained keeps TDFE until a byte follows or it is disabled. */
static void scif_ack(const struct uart *u)
{
	(void)u;
}

const struct uart_driver uart_scif_driver = {
	.put = scif_put,
	.get = scif_get,
	.enable_irqs = scif_enable_irqs,
	.ack = scif_ack,
};
