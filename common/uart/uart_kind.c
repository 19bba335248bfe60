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
};

enum uart_kind uart_find_kind(const char *compatible)
{
	for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].compatible, compatible))
			return known[i].kind;
	return UART_KINDS;
}
