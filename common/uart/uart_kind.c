/* SPDX-License-Identifier: Apache-2.0 */
#include "common/lib/string.h"
#include "common/lib/util.h"
#include "common/uart/uart.h"

static const struct {
	const char *compatible;
	enum uart_kind kind;
} known[] = {
	{ "arm,pl011", UART_PL011 },
	{ "arm,sbsa-uart", UART_SBSA },
	{ "cdns,uart-r1p8", UART_CADENCE },
	{ "cdns,uart-r1p12", UART_CADENCE },
	{ "xlnx,xuartps", UART_CADENCE },
	{ "ns16550a", UART_8250 },
	{ "ns16550", UART_8250 },
	{ "mediatek,mt6577-uart", UART_8250 },
	{ "snps,dw-apb-uart", UART_DW },
	{ "brcm,bcm2835-aux-uart", UART_BCM_AUX },
	{ "renesas,scif", UART_SCIF },
	{ "renesas,hscif", UART_HSCIF },
	{ "fsl,imx8mp-uart", UART_IMX },
	{ "fsl,imx8mq-uart", UART_IMX },
	{ "fsl,imx6q-uart", UART_IMX },
	{ "fsl,imx21-uart", UART_IMX },
};

enum uart_kind uart_find_kind(const char *compatible)
{
	for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].compatible, compatible))
			return known[i].kind;
	return UART_KINDS;
}
