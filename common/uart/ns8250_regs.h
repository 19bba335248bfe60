/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the NS16550A and its descendants (PC16550D data sheet), by number; USR is DesignWare's (DW_apb_uart databook). */
#ifndef COMMON_UART_NS8250_REGS_H
#define COMMON_UART_NS8250_REGS_H

#include "arch/arm64/io.h"
#include "common/lib/util.h"
#include "common/uart/uart.h"

#define NS8250_DATA 0
#define NS8250_IER 1
#define NS8250_IIR 2 /* read */
#define NS8250_FCR 2 /* write */
#define NS8250_LCR 3
#define NS8250_MCR 4
#define NS8250_LSR 5
#define NS8250_USR 31 /* DesignWare: reading it ends a busy interrupt */

#define NS8250_IER_RECEIVE BIT(0)
#define NS8250_IER_SEND BIT(1)
#define NS8250_IER_LINE BIT(2) /* errors and breaks. Broadcom's needs it to interrupt for received bytes at all */

#define NS8250_IIR_ID 0xf
#define NS8250_IIR_BUSY 0x7    /* DesignWare: LCR was written while it was busy */
#define NS8250_IIR_TIMEOUT 0xc /* received bytes below the trigger level */

#define NS8250_FCR_ENABLE BIT(0)
#define NS8250_FCR_TRIGGER_8 (UINT32_C(2) << 6)

#define NS8250_LCR_DLAB BIT(7)
#define NS8250_MCR_OUT2 BIT(3) /* PC style: lets the interrupt out */

#define NS8250_LSR_READY BIT(0)
#define NS8250_LSR_OVERRUN BIT(1)
#define NS8250_LSR_BREAK BIT(4)
#define NS8250_LSR_EMPTY BIT(5) /* the send FIFO */

static inline uint32_t ns8250_read(const struct uart *u, unsigned reg)
{
	const volatile uint8_t *at = u->base + (reg << u->shift);

	return u->width == 4 ? mmio_read32(at) : mmio_read8(at);
}

static inline void ns8250_write(const struct uart *u, unsigned reg, uint32_t v)
{
	volatile uint8_t *at = u->base + (reg << u->shift);

	if (u->width == 4)
		mmio_write32(at, v);
	else
		mmio_write8(at, (uint8_t)v);
}

#endif
