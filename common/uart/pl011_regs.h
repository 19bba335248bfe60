/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the Arm PrimeCell UART PL011 (DDI 0183, chapter 3), for the driver and for the emulation. */
#ifndef COMMON_UART_PL011_REGS_H
#define COMMON_UART_PL011_REGS_H

#include "common/lib/util.h"

#define PL011_DR 0x000
#define PL011_RSR 0x004 /* write: ECR, clears all errors */
#define PL011_FR 0x018
#define PL011_ILPR 0x020
#define PL011_IBRD 0x024
#define PL011_FBRD 0x028
#define PL011_LCR_H 0x02c
#define PL011_CR 0x030
#define PL011_IFLS 0x034
#define PL011_IMSC 0x038
#define PL011_RIS 0x03c
#define PL011_MIS 0x040
#define PL011_ICR 0x044
#define PL011_DMACR 0x048
#define PL011_ID 0xfe0 /* PeriphID0 to 3, PCellID0 to 3 */

#define PL011_DR_BE BIT(10)
#define PL011_DR_OE BIT(11)
#define PL011_RSR_OE BIT(3)

#define PL011_FR_CTS BIT(0)
#define PL011_FR_DSR BIT(1)
#define PL011_FR_DCD BIT(2)
#define PL011_FR_BUSY BIT(3)
#define PL011_FR_RXFE BIT(4)
#define PL011_FR_TXFF BIT(5)
#define PL011_FR_RXFF BIT(6)
#define PL011_FR_TXFE BIT(7)

#define PL011_LCR_H_FEN BIT(4)
#define PL011_LCR_H_WLEN8 (UINT64_C(3) << 5)

#define PL011_CR_UARTEN BIT(0)
#define PL011_CR_TXE BIT(8)
#define PL011_CR_RXE BIT(9)
#define PL011_CR_RESET (PL011_CR_TXE | PL011_CR_RXE)

#define PL011_IFLS_RX(ifls) FIELD(ifls, 5, 3) /* 0: 1/8 full, 1/4, 1/2, 3/4, 4: 7/8 */
#define PL011_IFLS_RESET 0x12                 /* both at 1/2 */

/* IMSC, RIS, MIS, ICR */
#define PL011_INT_RX BIT(4)
#define PL011_INT_TX BIT(5)
#define PL011_INT_RT BIT(6)
#define PL011_INT_OE BIT(10)
#define PL011_INT_ALL GENMASK(10, 0)

#endif
