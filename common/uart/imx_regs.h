/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of NXP's i.MX UART (i.MX 8M Plus Applications Processor Reference Manual, UART). */
#ifndef COMMON_UART_IMX_REGS_H
#define COMMON_UART_IMX_REGS_H

#include "common/lib/util.h"

#define IMX_URXD 0x00
#define IMX_UTXD 0x40
#define IMX_UCR1 0x80
#define IMX_UCR2 0x84
#define IMX_UCR4 0x8c
#define IMX_UFCR 0x90
#define IMX_USR2 0x98 /* ORE and BRCD: cleared by writing 1 */
#define IMX_UTS 0xb4

#define IMX_URXD_CHARRDY BIT(15)
#define IMX_URXD_BRK BIT(11)

#define IMX_UCR1_UARTEN BIT(0)
#define IMX_UCR1_TXMPTYEN BIT(6)
#define IMX_UCR1_RTSDEN BIT(5)
#define IMX_UCR1_RRDYEN BIT(9) /* bytes received, at the trigger level */
#define IMX_UCR1_TRDYEN BIT(13) /* send FIFO below the trigger level */

#define IMX_UCR2_SRST BIT(0) /* 0: reset */
#define IMX_UCR2_RXEN BIT(1)
#define IMX_UCR2_TXEN BIT(2)
#define IMX_UCR2_ATEN BIT(3) /* aging timer's interrupt */

#define IMX_UFCR_LEVELS (GENMASK(15, 10) | GENMASK(5, 0)) /* of sending, of receiving */
#define IMX_UFCR_TXTL(n) ((uint32_t)(n) << 10)
#define IMX_UFCR_RXTL(n) (n)

#define IMX_USR2_ORE BIT(1)
#define IMX_USR2_BRCD BIT(2)
#define IMX_UTS_TXFULL BIT(4)

#endif
