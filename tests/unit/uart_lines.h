/* SPDX-License-Identifier: Apache-2.0 */
/* What the models of UARTs share: two FIFOs, and the register accesses that a model has to answer. */
#ifndef TESTS_UNIT_UART_LINES_H
#define TESTS_UNIT_UART_LINES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/lib/util.h"
#include "common/uart/uart.h"

#define LINES_MAX 256

struct lines {
	uint8_t sent[4096];    /* all that the driver handed over */
	unsigned nr_sent;
	unsigned sending;      /* of it still in the FIFO */
	unsigned depth;        /* of both FIFOs */
	uint16_t rx[LINES_MAX]; /* received, with flags of the model's own above bit 7 */
	unsigned nr_rx;
	unsigned lost;         /* written to a full FIFO */
	unsigned bad;          /* accesses that the hardware does not allow */
};
static struct lines lines;
static uint8_t frame[0x1000];
static struct uart uart;

static unsigned offset_of(const volatile void *p)
{
	return (unsigned)((const volatile uint8_t *)p - frame);
}

static void lines_write(uint32_t c)
{
	if (lines.sending == lines.depth || c > 0xff) {
		lines.lost++;
		return;
	}
	lines.sent[lines.nr_sent++] = (uint8_t)c;
	lines.sending++;
}

static uint16_t lines_read(void)
{
	uint16_t v = lines.rx[0];

	if (!lines.nr_rx) {
		lines.bad++;
		return 0;
	}
	memmove(lines.rx, lines.rx + 1, --lines.nr_rx * sizeof(lines.rx[0]));
	return v;
}

static void start(const char *compatible, unsigned depth, uint32_t shift, uint32_t width)
{
	struct host_console c = { .present = true, .compatible = compatible, .reg_shift = shift, .reg_io_width = width };

	memset(&lines, 0, sizeof(lines));
	lines.depth = depth;
	uart.base = frame;
	assert_true(uart_init(&uart, &c));
}

/* Fills the FIFO until the driver refuses, then goes on as bytes leave. Nothing is lost, nothing reordered. drain: that many leave. */
static void check_back_pressure(void (*drain)(unsigned n))
{
	unsigned n = 0;

	while (n <= LINES_MAX && uart.driver->put(&uart, (uint8_t)n))
		n++;
	assert_in_range(n, 1, lines.depth);
	for (unsigned tries = 0; n < 600; n++, tries = 0)
		for (; !uart.driver->put(&uart, (uint8_t)n); tries++) {
			assert_in_range(tries, 0, LINES_MAX);
			drain(lines.sending < 3 ? lines.sending : 3);
		}
	assert_int_equal(lines.lost, 0);
	assert_int_equal(lines.bad, 0);
	assert_int_equal(lines.nr_sent, n);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(lines.sent[i], (uint8_t)i);
}

#endif
