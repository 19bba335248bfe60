/* SPDX-License-Identifier: Apache-2.0 */
/* The PL011 driver against a model of the UART's registers (DDI 0183), with FIFOs that fill up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arm64/io.h"
#include "common/uart/pl011_regs.h"
#include "common/uart/setup.h"

#define DEPTH 32

static struct {
	uint32_t ibrd, fbrd, lcr_h, cr, ifls, imsc, tx_ris, oe_ris;
	uint32_t latched_ibrd, latched_fbrd; /* take effect when LCR_H is written */
	uint8_t tx[DEPTH];
	unsigned tx_len;
	uint16_t rx[DEPTH]; /* with the error bits of DR */
	unsigned rx_len;
	uint32_t rsr;
	unsigned tx_lost, rsr_cleared, bad_access, busy_reads;
	bool sbsa; /* has but the SBSA subset */
	bool clock_off;
} hw;
static uint8_t frame[0x1000];

static unsigned offset_of(const volatile void *p)
{
	return (unsigned)((const volatile uint8_t *)p - frame);
}

static uint32_t read_flags(void)
{
	uint32_t v = 0;

	if (hw.tx_len)
		v |= PL011_FR_BUSY;
	if (hw.busy_reads) { /* the last byte is still on the line */
		v |= PL011_FR_BUSY;
		hw.busy_reads -= !hw.clock_off;
	}
	v |= hw.tx_len ? 0 : PL011_FR_TXFE;
	v |= hw.tx_len == DEPTH ? PL011_FR_TXFF : 0;
	v |= hw.rx_len ? 0 : PL011_FR_RXFE;
	return v;
}

static uint32_t read_data(void)
{
	uint32_t v;

	if (!hw.rx_len) {
		hw.bad_access++;
		return 0;
	}
	v = hw.rx[0];
	hw.rsr = v >> 8;
	memmove(hw.rx, hw.rx + 1, --hw.rx_len * sizeof(hw.rx[0]));
	return v;
}

uint32_t mmio_read32(const volatile void *p)
{
	switch (offset_of(p)) {
	case PL011_DR: return read_data();
	case PL011_FR: return read_flags();
	case PL011_IMSC: return hw.imsc;
	case PL011_LCR_H: hw.bad_access += hw.sbsa; return hw.lcr_h;
	case PL011_CR: hw.bad_access += hw.sbsa; return hw.cr;
	case PL011_IBRD: hw.bad_access += hw.sbsa; return hw.ibrd;
	}
	hw.bad_access++;
	return 0;
}

static void write_line_setting(uint32_t *reg, uint32_t v)
{
	if (hw.sbsa || (hw.cr & PL011_CR_UARTEN)) /* 3.3.7: only while disabled */
		hw.bad_access++;
	*reg = v;
}

void mmio_write32(volatile void *p, uint32_t v)
{
	switch (offset_of(p)) {
	case PL011_DR:
		if (hw.tx_len == DEPTH)
			hw.tx_lost++;
		else
			hw.tx[hw.tx_len++] = (uint8_t)v;
		break;
	case PL011_RSR: hw.rsr = 0; hw.rsr_cleared++; break;
	case PL011_IBRD: write_line_setting(&hw.ibrd, v); break;
	case PL011_FBRD: write_line_setting(&hw.fbrd, v); break;
	case PL011_LCR_H:
		write_line_setting(&hw.lcr_h, v);
		hw.latched_ibrd = hw.ibrd;
		hw.latched_fbrd = hw.fbrd;
		break;
	case PL011_CR:
		if (hw.sbsa || (!(v & PL011_CR_UARTEN) && hw.busy_reads && !hw.clock_off)) /* cuts a byte short */
			hw.bad_access++;
		hw.cr = v;
		break;
	case PL011_IFLS: hw.bad_access += hw.sbsa; hw.ifls = v; break;
	case PL011_IMSC: hw.imsc = v; break;
	case PL011_ICR: hw.tx_ris = hw.oe_ris = 0; break;
	default: hw.bad_access++;
	}
}

uint8_t mmio_read8(const volatile void *p) { (void)p; hw.bad_access++; return 0; }
uint16_t mmio_read16(const volatile void *p) { (void)p; hw.bad_access++; return 0; }
void mmio_write8(volatile void *p, uint8_t v) { (void)p; (void)v; hw.bad_access++; }
void mmio_write16(volatile void *p, uint16_t v) { (void)p; (void)v; hw.bad_access++; }

static struct uart uart = { .base = frame };
#define driver uart_pl011_driver

static int reset(void **state)
{
	(void)state;
	memset(&hw, 0, sizeof(hw));
	hw.cr = PL011_CR_RESET;
	hw.ifls = PL011_IFLS_RESET;
	uart.clock = 24000000;
	uart.baud = 0;
	return 0;
}

/* As a loader leaves it. */
static void loader(void)
{
	hw.ibrd = hw.latched_ibrd = 1;
	hw.fbrd = hw.latched_fbrd = 40;
	hw.lcr_h = PL011_LCR_H_FEN | PL011_LCR_H_WLEN8;
	hw.cr = 0xc301; /* with flow control */
	hw.imsc = PL011_INT_RX;
}

static void test_after_reset(void **state)
{
	(void)state;
	uart_setup_pl011(&uart);
	assert_int_equal(hw.latched_ibrd, 13); /* 24 MHz / (16 * 115200) = 13.02 */
	assert_int_equal(hw.latched_fbrd, 1);
	assert_int_equal(hw.lcr_h, PL011_LCR_H_FEN | PL011_LCR_H_WLEN8);
	assert_int_equal(hw.cr, PL011_CR_UARTEN | PL011_CR_TXE | PL011_CR_RXE);
	assert_int_equal(hw.imsc, 0);
	assert_int_equal(hw.bad_access, 0);
}

static void test_rate_of_stdout_path(void **state)
{
	(void)state;
	uart.baud = 38400;
	uart_setup_pl011(&uart);
	assert_int_equal(hw.latched_ibrd * 64 + hw.latched_fbrd, 2500); /* 39.0625 */
}

static void test_loaders_settings_are_kept(void **state)
{
	(void)state;
	loader();
	uart.baud = 9600;
	hw.busy_reads = 5;
	uart_setup_pl011(&uart);
	assert_int_equal(hw.latched_ibrd, 1);
	assert_int_equal(hw.latched_fbrd, 40);
	assert_int_equal(hw.cr, 0xc301);
	assert_int_equal(hw.imsc, 0);
	assert_int_equal(hw.bad_access, 0);
}

/* FIFOs off: they are turned on, when the last byte has left, and with the loader's rate and parity. */
static void test_fifos_are_turned_on(void **state)
{
	(void)state;
	loader();
	hw.lcr_h = 0x66; /* 8 bits, even parity */
	hw.busy_reads = 5;
	uart_setup_pl011(&uart);
	assert_int_equal(hw.lcr_h, 0x76);
	assert_int_equal(hw.latched_ibrd, 1);
	assert_int_equal(hw.cr, 0xc301);
	assert_int_equal(hw.bad_access, 0);
}

static void test_dead_uart_stops_nobody(void **state)
{
	(void)state;
	hw.clock_off = true;
	hw.busy_reads = 1;
	uart_setup_pl011(&uart);
	assert_int_equal(hw.cr & PL011_CR_UARTEN, PL011_CR_UARTEN);
	hw.tx_len = DEPTH;
	assert_false(driver.put(&uart, 'x'));
}

static void test_back_pressure(void **state)
{
	(void)state;
	uart_setup_pl011(&uart);
	for (int i = 0; i < DEPTH; i++)
		assert_true(driver.put(&uart, (uint8_t)i));
	assert_false(driver.put(&uart, 'x'));
	assert_int_equal(hw.tx_lost, 0);
	for (int i = 0; i < DEPTH; i++)
		assert_int_equal(hw.tx[i], i);
	hw.tx_len--;
	assert_true(driver.put(&uart, 'x'));
	assert_false(driver.put(&uart, 'y'));
	assert_int_equal(hw.tx_lost, 0);
}

static void receive(uint16_t v)
{
	hw.rx[hw.rx_len++] = v;
}

static void test_receiving(void **state)
{
	(void)state;
	uart_setup_pl011(&uart);
	assert_int_equal(driver.get(&uart), -1);
	receive('a');
	receive(0xff);
	receive(0);
	assert_int_equal(driver.get(&uart), 'a');
	assert_int_equal(driver.get(&uart), 0xff);
	assert_int_equal(driver.get(&uart), 0);
	assert_int_equal(driver.get(&uart), -1);
	assert_int_equal(hw.rsr_cleared, 0);
	assert_int_equal(hw.bad_access, 0);
}

static void test_receive_overrun(void **state)
{
	(void)state;
	uart_setup_pl011(&uart);
	for (int i = 0; i < DEPTH; i++)
		receive('a');
	hw.rx[0] |= PL011_DR_OE; /* what came after these 32 is lost; they are not */
	for (int i = 0; i < DEPTH; i++)
		assert_int_equal(driver.get(&uart), 'a');
	assert_int_equal(driver.get(&uart), -1);
	assert_int_equal(hw.rsr_cleared, 1);
}

static void test_break_is_no_key(void **state)
{
	(void)state;
	uart_setup_pl011(&uart);
	receive(PL011_DR_BE | BIT(8)); /* with its framing error */
	receive('a');
	receive(PL011_DR_BE);
	assert_int_equal(driver.get(&uart), 'a');
	assert_int_equal(driver.get(&uart), -1);
	assert_int_equal(hw.rsr_cleared, 2);
	assert_int_equal(hw.rsr, 0);
}

static void test_interrupts(void **state)
{
	(void)state;
	uart_setup_pl011(&uart);
	driver.enable_irqs(&uart, true, false);
	assert_int_equal(hw.imsc, PL011_INT_RX | PL011_INT_RT); /* a single byte comes with the timeout */
	driver.enable_irqs(&uart, true, true);
	assert_int_equal(hw.imsc, PL011_INT_RX | PL011_INT_RT | PL011_INT_TX);
	driver.enable_irqs(&uart, false, false);
	assert_int_equal(hw.imsc, 0);
}

static void test_sbsa_subset(void **state)
{
	(void)state;
	hw.sbsa = true;
	hw.cr = 0;
	uart_setup_sbsa(&uart);
	for (int i = 0; i < DEPTH; i++)
		assert_true(driver.put(&uart, 'x'));
	assert_false(driver.put(&uart, 'x'));
	receive('a');
	assert_int_equal(driver.get(&uart), 'a');
	driver.enable_irqs(&uart, true, true);
	driver.ack(&uart);
	assert_int_equal(hw.bad_access, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_after_reset, reset),
		cmocka_unit_test_setup(test_rate_of_stdout_path, reset),
		cmocka_unit_test_setup(test_loaders_settings_are_kept, reset),
		cmocka_unit_test_setup(test_fifos_are_turned_on, reset),
		cmocka_unit_test_setup(test_dead_uart_stops_nobody, reset),
		cmocka_unit_test_setup(test_back_pressure, reset),
		cmocka_unit_test_setup(test_receiving, reset),
		cmocka_unit_test_setup(test_receive_overrun, reset),
		cmocka_unit_test_setup(test_break_is_no_key, reset),
		cmocka_unit_test_setup(test_interrupts, reset),
		cmocka_unit_test_setup(test_sbsa_subset, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
