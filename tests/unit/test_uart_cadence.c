/* SPDX-License-Identifier: Apache-2.0 */
/* The Cadence driver against a model of the UART's registers (UG1087): interrupt status bits stick until they are written. */
#include "tests/unit/uart_lines.h"

#include "common/uart/cadence_regs.h"

static struct {
	uint32_t cr, imr, isr, rxtout, rxwm;
	unsigned timeout_restarts;
} hw;

uint32_t mmio_read32(const volatile void *p)
{
	switch (offset_of(p)) {
	case CADENCE_CR: return hw.cr;
	case CADENCE_ISR: return hw.isr;
	case CADENCE_SR: return (lines.nr_rx ? 0 : CADENCE_SR_REMPTY) | (lines.sending == lines.depth ? CADENCE_SR_TFUL : 0);
	case CADENCE_FIFO: return lines_read();
	}
	lines.bad++;
	return 0;
}

void mmio_write32(volatile void *p, uint32_t v)
{
	switch (offset_of(p)) {
	case CADENCE_CR:
		hw.timeout_restarts += !!(v & CADENCE_CR_RSTTO);
		hw.cr = v & ~(uint32_t)CADENCE_CR_RSTTO;
		break;
	case CADENCE_IER: hw.imr |= v; break;
	case CADENCE_IDR: hw.imr &= ~v; break;
	case CADENCE_ISR: hw.isr &= ~v; break;
	case CADENCE_RXTOUT: hw.rxtout = v; break;
	case CADENCE_RXWM: hw.rxwm = v; break;
	case CADENCE_FIFO: lines_write(v); break;
	default: lines.bad++;
	}
}

uint8_t mmio_read8(const volatile void *p) { (void)p; lines.bad++; return 0; }
uint16_t mmio_read16(const volatile void *p) { (void)p; lines.bad++; return 0; }
void mmio_write8(volatile void *p, uint8_t v) { (void)p; (void)v; lines.bad++; }
void mmio_write16(volatile void *p, uint16_t v) { (void)p; (void)v; lines.bad++; }

static int power_on(void **state)
{
	(void)state;
	memset(&hw, 0, sizeof(hw));
	hw.cr = 0x128; /* both off, as after reset */
	hw.imr = CADENCE_INT_ALL;
	hw.isr = CADENCE_INT_ALL;
	start("cdns,uart-r1p12", 64, 0, 0);
	return 0;
}

static void drain(unsigned n)
{
	lines.sending -= n;
	if (!lines.sending)
		hw.isr |= CADENCE_INT_TEMPTY;
}

static void setup(void **state)
{
	(void)state;
	assert_int_equal(hw.cr & (CADENCE_CR_RXEN | CADENCE_CR_RXDIS | CADENCE_CR_TXEN | CADENCE_CR_TXDIS), CADENCE_CR_RXEN | CADENCE_CR_TXEN);
	assert_int_equal(hw.imr, 0);
	assert_int_equal(hw.isr, 0);
	assert_in_range(hw.rxwm, 1, 63);
	assert_int_not_equal(hw.rxtout, 0); /* a single byte comes with the timeout */
	check_back_pressure(drain);
}

/* All FIFOs full and more coming: what is there is taken, and the overrun's flag goes. */
static void receiving_and_overrun(void **state)
{
	(void)state;
	assert_int_equal(uart.driver->get(&uart), -1);
	for (int i = 0; i < 64; i++)
		lines.rx[lines.nr_rx++] = (uint16_t)(i + 1);
	hw.isr |= CADENCE_INT_ROVR | CADENCE_INT_RTRIG;
	hw.timeout_restarts = 0;
	uart.driver->ack(&uart);
	assert_int_equal(hw.isr, 0);
	assert_int_equal(hw.timeout_restarts, 1);
	for (int i = 0; i < 64; i++)
		assert_int_equal(uart.driver->get(&uart), i + 1);
	assert_int_equal(uart.driver->get(&uart), -1);
	assert_int_equal(lines.bad, 0);
}

static void interrupts(void **state)
{
	(void)state;
	uart.driver->enable_irqs(&uart, true, false);
	assert_int_equal(hw.imr, CADENCE_INT_RTRIG | CADENCE_INT_TOUT);
	uart.driver->enable_irqs(&uart, true, true);
	assert_int_equal(hw.imr, CADENCE_INT_RTRIG | CADENCE_INT_TOUT | CADENCE_INT_TEMPTY);
	uart.driver->enable_irqs(&uart, false, false);
	assert_int_equal(hw.imr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(setup, power_on),
		cmocka_unit_test_setup(receiving_and_overrun, power_on),
		cmocka_unit_test_setup(interrupts, power_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
