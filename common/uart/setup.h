/* SPDX-License-Identifier: Apache-2.0 */
/* For uart.c: what makes a UART of each kind send and receive with interrupts masked. Line settings stay the loader's. Boot only. */
#ifndef COMMON_UART_SETUP_H
#define COMMON_UART_SETUP_H

#include "common/uart/uart.h"

void uart_setup_pl011(const struct uart *u);
void uart_setup_sbsa(const struct uart *u);
void uart_setup_cadence(const struct uart *u);
void uart_setup_8250(const struct uart *u);
void uart_setup_scif(const struct uart *u);
void uart_setup_imx(const struct uart *u);

#endif
