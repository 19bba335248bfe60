/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the Cadence UART as in Xilinx Zynq-7000 and Zynq UltraScale+ (UG1087, module UART). */
#ifndef COMMON_UART_CADENCE_REGS_H
#define COMMON_UART_CADENCE_REGS_H

#include "common/lib/util.h"

#define CADENCE_CR 0x00     /* control */
#define CADENCE_IER 0x08    /* interrupt enable: writing ones */
#define CADENCE_IDR 0x0c    /* interrupt disable: writing ones */
#define CADENCE_IMR 0x10    /* which are enabled; read only */
#define CADENCE_ISR 0x14    /* interrupt status: sticky, cleared by writing ones */
#define CADENCE_RXTOUT 0x1c /* receive timeout in 4 bit times, 0: off */
#define CADENCE_RXWM 0x20   /* receive trigger level in bytes */
#define CADENCE_SR 0x2c     /* channel status */
#define CADENCE_FIFO 0x30

#define CADENCE_CR_RXEN BIT(2)
#define CADENCE_CR_RXDIS BIT(3)
#define CADENCE_CR_TXEN BIT(4)
#define CADENCE_CR_TXDIS BIT(5)
#define CADENCE_CR_RSTTO BIT(6) /* restarts the receive timeout */

#define CADENCE_SR_REMPTY BIT(1)
#define CADENCE_SR_TFUL BIT(4)

#define CADENCE_INT_RTRIG BIT(0)
#define CADENCE_INT_TEMPTY BIT(3)
#define CADENCE_INT_ROVR BIT(5)
#define CADENCE_INT_TOUT BIT(8)
#define CADENCE_INT_ALL GENMASK(12, 0)

#endif
