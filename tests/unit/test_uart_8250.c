/* SPDX-License-Identifier: Apache-2.0 */
/* The 8250 driver against a model of the NS16550A, DesignWare's and Broadcom's. */
#include "tests/unit/uart_lines.h"

#include "common/uart/ns8250_regs.h"

#define BREAK BIT(8) /* in lines.rx */

static struct {
	uint32_t ier, fcr, lcr, mcr;
	uint32_t divisor_writes;
	bool overrun, busy, timeout, aux;
	unsigned wrong_width, usr_reads, empty_reads;
} hw;
static unsigned width, shift;

static uint32_t read_lsr(void)
{
	uint32_t v = 0;

	if (hw.aux ? lines.sending < lines.depth : !lines.sending)
		v |= NS8250_LSR_EMPTY;
	if (lines.nr_rx)
		v |= NS8250_LSR_READY | (lines.rx[0] & BREAK ? NS8250_LSR_BREAK : 0);
	if (hw.overrun)
		v |= NS8250_LSR_OVERRUN;
	hw.overrun = false; /* reading clears it */
	return v;
}

static uint32_t read_reg(const volatile void *p, unsigned bytes)
{
	hw.wrong_width += bytes != width || offset_of(p) % (1u << shift);
	switch (offset_of(p) >> shift) {
	case NS8250_DATA:
		lines.bad += !!(hw.lcr & NS8250_LCR_DLAB);
		if (!lines.nr_rx && hw.timeout) { /* what DesignWare wants */
			hw.timeout = false;
			hw.empty_reads++;
			return 0;
		}
		return lines_read() & 0xff;
	case NS8250_IIR: return hw.busy ? NS8250_IIR_BUSY : hw.timeout || lines.nr_rx ? NS8250_IIR_TIMEOUT : 1;
	case NS8250_LCR: return hw.lcr;
	case NS8250_MCR: return hw.mcr;
	case NS8250_LSR: return read_lsr();
	case NS8250_USR: hw.usr_reads++; hw.busy = false; return 0;
	}
	lines.bad++;
	return 0;
}

static void write_reg(const volatile void *p, uint32_t v, unsigned bytes)
{
	hw.wrong_width += bytes != width || offset_of(p) % (1u << shift);
	switch (offset_of(p) >> shift) {
	case NS8250_DATA:
		if (hw.lcr & NS8250_LCR_DLAB)
			hw.divisor_writes++;
		else
			lines_write(v);
		break;
	case NS8250_IER:
		hw.divisor_writes += !!(hw.lcr & NS8250_LCR_DLAB);
		hw.ier = v;
		break;
	case NS8250_FCR: hw.fcr = v; break;
	case NS8250_LCR: hw.lcr = v; break;
	case NS8250_MCR: hw.mcr = v; break;
	default: lines.bad++;
	}
}

uint8_t mmio_read8(const volatile void *p) { return (uint8_t)read_reg(p, 1); }
uint16_t mmio_read16(const volatile void *p) { return (uint16_t)read_reg(p, 2); }
uint32_t mmio_read32(const volatile void *p) { return read_reg(p, 4); }
void mmio_write8(volatile void *p, uint8_t v) { write_reg(p, v, 1); }
void mmio_write16(volatile void *p, uint16_t v) { write_reg(p, v, 2); }
void mmio_write32(volatile void *p, uint32_t v) { write_reg(p, v, 4); }

static void power_on(const char *compatible, unsigned depth, uint32_t reg_shift, uint32_t reg_io_width)
{
	memset(&hw, 0, sizeof(hw));
	hw.lcr = 3;
	hw.aux = strcmp(compatible, "brcm,bcm2835-aux-uart") == 0;
	shift = hw.aux ? 2 : reg_shift;
	width = hw.aux || reg_io_width == 4 ? 4 : 1;
	start(compatible, depth, reg_shift, reg_io_width);
}

static void drain(unsigned n)
{
	lines.sending -= n;
}

static void all_kinds(void **state)
{
	static const struct {
		const char *compatible;
		unsigned depth;
		uint32_t shift, width;
	} kinds[] = { { "ns16550a", 16, 0, 0 }, { "ns16550a", 16, 2, 4 }, { "snps,dw-apb-uart", 64, 2, 4 }, { "snps,dw-apb-uart", 16, 2, 1 },
		      { "brcm,bcm2835-aux-uart", 8, 0, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		power_on(kinds[i].compatible, kinds[i].depth, kinds[i].shift, kinds[i].width);
		assert_int_equal(hw.ier, 0);
		assert_int_equal(hw.fcr, 0x81);
		assert_int_equal(hw.lcr, 3); /* as the loader left it */
		assert_int_equal(hw.mcr & NS8250_MCR_OUT2, NS8250_MCR_OUT2);
		check_back_pressure(drain);
		assert_int_equal(hw.wrong_width, 0);
	}
}

static void divisor_is_left_alone(void **state)
{
	(void)state;
	memset(&hw, 0, sizeof(hw));
	hw.lcr = NS8250_LCR_DLAB | 3;
	width = 1;
	shift = 0;
	start("ns16550a", 16, 0, 1);
	assert_int_equal(hw.lcr, 3);
	assert_int_equal(hw.divisor_writes, 0);
}

static void receiving(void **state)
{
	(void)state;
	power_on("ns16550a", 16, 0, 1);
	assert_int_equal(uart.driver->get(&uart), -1);
	for (unsigned i = 0; i < 16; i++)
		lines.rx[lines.nr_rx++] = (uint16_t)('a' + i);
	lines.rx[3] = BREAK;
	hw.overrun = true; /* what came after these is lost, they are not */
	for (unsigned i = 0; i < 16; i++)
		if (i != 3)
			assert_int_equal(uart.driver->get(&uart), 'a' + i);
	assert_int_equal(uart.driver->get(&uart), -1);
	assert_false(hw.overrun);
	assert_int_equal(lines.bad, 0);
}

static void interrupts(void **state)
{
	(void)state;
	power_on("snps,dw-apb-uart", 16, 2, 4);
	uart.driver->enable_irqs(&uart, true, false);
	assert_int_equal(hw.ier, 5);
	uart.driver->enable_irqs(&uart, true, true);
	assert_int_equal(hw.ier, 7);
	uart.driver->enable_irqs(&uart, false, false);
	assert_int_equal(hw.ier, 0);

	hw.busy = true;
	uart.driver->ack(&uart);
	assert_int_equal(hw.usr_reads, 1);
	hw.timeout = true; /* with nothing in the FIFO: it would interrupt for ever */
	uart.driver->ack(&uart);
	assert_int_equal(hw.empty_reads, 1);
	lines.rx[lines.nr_rx++] = 'a'; /* a real one's byte is not taken */
	uart.driver->ack(&uart);
	assert_int_equal(uart.driver->get(&uart), 'a');
	assert_int_equal(lines.bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_kinds),
		cmocka_unit_test(divisor_is_left_alone),
		cmocka_unit_test(receiving),
		cmocka_unit_test(interrupts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
