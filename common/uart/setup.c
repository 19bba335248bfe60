/* SPDX-License-Identifier: Apache-2.0 */
#include "common/uart/setup.h"

#include "arch/arm64/io.h"
#include "common/uart/cadence_regs.h"
#include "common/uart/imx_regs.h"
#include "common/uart/ns8250_regs.h"
#include "common/uart/pl011_regs.h"
#include "common/uart/scif_regs.h"

#define DEFAULT_BAUD 115200

static uint32_t rd(const struct uart *u, unsigned reg)
{
	return mmio_read32(u->base + reg);
}

static void wr(const struct uart *u, unsigned reg, uint32_t v)
{
	mmio_write32(u->base + reg, v);
}

void uart_setup_sbsa(const struct uart *u)
{
	wr(u, PL011_IMSC, 0);
	wr(u, PL011_ICR, PL011_INT_ALL);
}

/* Nobody has set the line before: the divisor is the clock over 16 times the rate, in 1/64ths (DDI 0183, 3.3.6). */
static void set_rate(const struct uart *u)
{
	uint32_t divisor = (uint32_t)((uint64_t)u->clock * 4 / (u->baud ? u->baud : DEFAULT_BAUD));

	wr(u, PL011_IBRD, divisor >> 6);
	wr(u, PL011_FBRD, divisor & 0x3f);
}

void uart_setup_pl011(const struct uart *u)
{
	uint32_t cr = rd(u, PL011_CR), lcr = rd(u, PL011_LCR_H);

	uart_setup_sbsa(u);
	if (!(cr & PL011_CR_UARTEN) || !(lcr & PL011_LCR_H_FEN)) {
		/*
		 * LCR_H may only be changed while the UART is disabled and idle (DDI 0183, 3.3.7). The wait is
		 * bounded: a clock may be off.
		 */
		for (unsigned i = 0; i < 100000 && (rd(u, PL011_FR) & PL011_FR_BUSY); i++)
			;
		wr(u, PL011_CR, 0);
		if (!rd(u, PL011_IBRD) && u->clock) {
			set_rate(u);
			lcr = PL011_LCR_H_WLEN8;
		}
		if (!(cr & PL011_CR_UARTEN))
			lcr |= PL011_LCR_H_WLEN8;
		/* Also what makes IBRD and FBRD take effect (3.3.7). */
		wr(u, PL011_LCR_H, lcr | PL011_LCR_H_FEN);
	}
	/*
	 * Sending: interrupt when 1/8 is left, for few interrupts. Receiving: at 1/2; what stays below comes with the
	 * timeout interrupt.
	 */
	wr(u, PL011_IFLS, 2u << 3);
	/* Flow control and modem lines stay as the loader had them. */
	wr(u, PL011_CR, cr | PL011_CR_UARTEN | PL011_CR_TXE | PL011_CR_RXE);
}

void uart_setup_cadence(const struct uart *u)
{
	uint32_t cr = rd(u, CADENCE_CR) & ~(uint32_t)(CADENCE_CR_RXDIS | CADENCE_CR_TXDIS);

	wr(u, CADENCE_IDR, CADENCE_INT_ALL);
	wr(u, CADENCE_ISR, CADENCE_INT_ALL);
	wr(u, CADENCE_RXWM, 32);
	wr(u, CADENCE_RXTOUT, 10);
	wr(u, CADENCE_CR, cr | CADENCE_CR_RXEN | CADENCE_CR_TXEN | CADENCE_CR_RSTTO);
}

/* Received bytes interrupt at half of the FIFO, fewer after a while. Writing what FCR has already does not empty the FIFOs. */
void uart_setup_8250(const struct uart *u)
{
	uint32_t lcr = ns8250_read(u, NS8250_LCR);

	/* The first two registers are the divisor while DLAB is set. */
	if (lcr & NS8250_LCR_DLAB)
		ns8250_write(u, NS8250_LCR, lcr & ~(uint32_t)NS8250_LCR_DLAB);
	ns8250_write(u, NS8250_IER, 0);
	ns8250_write(u, NS8250_FCR, NS8250_FCR_ENABLE | NS8250_FCR_TRIGGER_8);
	ns8250_write(u, NS8250_MCR, ns8250_read(u, NS8250_MCR) | NS8250_MCR_OUT2);
}

/* Each received byte interrupts; sending does with two bytes left. The clock's source (CKE), the lowest bits, stays. */
void uart_setup_scif(const struct uart *u)
{
	uint16_t scr = mmio_read16(u->base + SCIF_SCR);

	mmio_write16(u->base + SCIF_SCR, (uint16_t)((scr & ~(SCIF_SCR_TIE | SCIF_SCR_RIE | SCIF_SCR_REIE | SCIF_SCR_TOIE)) | SCIF_SCR_TE | SCIF_SCR_RE));
	mmio_write16(u->base + SCIF_FCR, SCIF_FCR_RTRG_1 | SCIF_FCR_TTRG_2);
}

/* Each received byte interrupts, sending does with less than two bytes left. The reference clock's divider stays. */
void uart_setup_imx(const struct uart *u)
{
	uint32_t cr1 = rd(u, IMX_UCR1) & ~(uint32_t)(IMX_UCR1_RRDYEN | IMX_UCR1_TRDYEN | IMX_UCR1_TXMPTYEN | IMX_UCR1_RTSDEN);
	uint32_t cr2 = rd(u, IMX_UCR2) & ~(uint32_t)IMX_UCR2_ATEN;

	wr(u, IMX_UCR1, cr1 | IMX_UCR1_UARTEN);
	wr(u, IMX_UCR4, 0);
	wr(u, IMX_UFCR, (rd(u, IMX_UFCR) & ~(uint32_t)IMX_UFCR_LEVELS) | IMX_UFCR_TXTL(2) | IMX_UFCR_RXTL(1));
	wr(u, IMX_UCR2, cr2 | IMX_UCR2_SRST | IMX_UCR2_RXEN | IMX_UCR2_TXEN);
}
