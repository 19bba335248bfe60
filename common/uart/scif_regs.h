/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of Renesas' SCIF and HSCIF (R-Car Series, 3rd Generation User's Manual: Hardware, SCIF and HSCIF). 16 bits wide but for the data. */
#ifndef COMMON_UART_SCIF_REGS_H
#define COMMON_UART_SCIF_REGS_H

#include "common/lib/util.h"

#define SCIF_SCR 0x08   /* control */
#define SCIF_FTDR 0x0c  /* send, 8 bits */
#define SCIF_FSR 0x10   /* status: latches, cleared by reading 1 and then writing 0 */
#define SCIF_FRDR 0x14  /* receive, 8 bits */
#define SCIF_FCR 0x18   /* FIFO control */
#define SCIF_FDR 0x1c   /* bytes in the FIFOs */
#define SCIF_LSR 0x24   /* overrun: a latch too */

#define SCIF_SCR_TIE BIT(7)
#define SCIF_SCR_RIE BIT(6)
#define SCIF_SCR_TE BIT(5)
#define SCIF_SCR_RE BIT(4)
#define SCIF_SCR_REIE BIT(3)
#define SCIF_SCR_TOIE BIT(2)

#define SCIF_FSR_DR BIT(0)   /* received bytes below the trigger level */
#define SCIF_FSR_RDF BIT(1)  /* received bytes at the trigger level */
#define SCIF_FSR_FER BIT(3)  /* of the byte that is read next; no latch */
#define SCIF_FSR_BRK BIT(4)
#define SCIF_FSR_TDFE BIT(5) /* send FIFO down to the trigger level */
#define SCIF_FSR_TEND BIT(6)
#define SCIF_FSR_ER BIT(7)

#define SCIF_FCR_RTRG_1 0
#define SCIF_FCR_TTRG_2 (UINT32_C(2) << 4) /* two bytes left */

#define SCIF_FDR_RECEIVED(v) ((v) & 0xff)
#define SCIF_FDR_SENDING(v) ((v) >> 8 & 0xff)

#define SCIF_LSR_ORER BIT(0)

#endif
