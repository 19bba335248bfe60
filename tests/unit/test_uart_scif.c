/* SPDX-License-Identifier: Apache-2.0 */
/* The SCIF and HSCIF driver against a model whose flags are latches: cleared by writing 0, if they have been read as 1, and if their cause is gone. */
#include "tests/unit/uart_lines.h"

#include "common/uart/scif_regs.h"

#define FRAMING BIT(8) /* in lines.rx */

static struct {
	uint32_t scr, fcr, fsr, lsr;
	uint32_t fsr_seen, lsr_seen; /* flags that were read as 1 */
} hw;

#define LATCHES (SCIF_FSR_DR | SCIF_FSR_RDF | SCIF_FSR_BRK | SCIF_FSR_TDFE | SCIF_FSR_TEND | SCIF_FSR_ER)

static void set_causes(void)
{
	if (lines.sending <= 2)
		hw.fsr |= SCIF_FSR_TDFE;
	if (!lines.sending)
		hw.fsr |= SCIF_FSR_TEND;
	if (lines.nr_rx)
		hw.fsr |= SCIF_FSR_RDF;
}

static bool interrupting(void)
{
	return ((hw.scr & SCIF_SCR_TIE) && (hw.fsr & SCIF_FSR_TDFE)) ||
	       ((hw.scr & SCIF_SCR_RIE) && ((hw.fsr & (SCIF_FSR_RDF | SCIF_FSR_DR | SCIF_FSR_ER | SCIF_FSR_BRK)) || (hw.lsr & SCIF_LSR_ORER)));
}

uint8_t mmio_read8(const volatile void *p)
{
	lines.bad += offset_of(p) != SCIF_FRDR;
	return (uint8_t)lines_read();
}

uint16_t mmio_read16(const volatile void *p)
{
	switch (offset_of(p)) {
	case SCIF_SCR: return (uint16_t)hw.scr;
	case SCIF_FSR:
		hw.fsr_seen = hw.fsr;
		return (uint16_t)(hw.fsr | (lines.nr_rx && lines.rx[0] & FRAMING ? SCIF_FSR_FER : 0));
	case SCIF_FDR: return (uint16_t)(lines.sending << 8 | lines.nr_rx);
	case SCIF_LSR: hw.lsr_seen = hw.lsr; return (uint16_t)hw.lsr;
	}
	lines.bad++;
	return 0;
}

void mmio_write8(volatile void *p, uint8_t v)
{
	lines.bad += offset_of(p) != SCIF_FTDR || !(hw.scr & SCIF_SCR_TE);
	lines_write(v);
}

void mmio_write16(volatile void *p, uint16_t v)
{
	switch (offset_of(p)) {
	case SCIF_SCR: hw.scr = v; break;
	case SCIF_FCR: hw.fcr = v; break;
	case SCIF_FSR:
		hw.fsr &= v | ~(hw.fsr_seen & LATCHES);
		set_causes();
		break;
	case SCIF_LSR: hw.lsr &= v | ~hw.lsr_seen; break;
	default: lines.bad++;
	}
}

uint32_t mmio_read32(const volatile void *p) { (void)p; lines.bad++; return 0; }
void mmio_write32(volatile void *p, uint32_t v) { (void)p; (void)v; lines.bad++; }

static void power_on(const char *compatible, unsigned depth)
{
	memset(&hw, 0, sizeof(hw));
	hw.scr = 0xfe; /* the loader's, with all interrupts, and an external clock */
	hw.fsr = SCIF_FSR_TDFE | SCIF_FSR_TEND;
	start(compatible, depth, 0, 0);
}

/* While the receiver has an overrun it takes nothing. */
static void receive(uint16_t v)
{
	if (hw.lsr & SCIF_LSR_ORER)
		return;
	if (lines.nr_rx == lines.depth)
		hw.lsr |= SCIF_LSR_ORER;
	else
		lines.rx[lines.nr_rx++] = v;
	set_causes();
}

static void drain(unsigned n)
{
	lines.sending -= n;
	set_causes();
}

static void sending(void **state)
{
	static const struct {
		const char *compatible;
		unsigned depth;
	} kinds[] = { { "renesas,scif", 16 }, { "renesas,hscif", 128 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		power_on(kinds[i].compatible, kinds[i].depth);
		assert_int_equal(hw.scr, 0x32); /* TE, RE, and the clock as it was */
		assert_int_equal(hw.fcr, 0x20);
		check_back_pressure(drain);
	}
}

/* TDFE is cleared as bytes are written: enabling the interrupt with a full FIFO interrupts when there is room, not at once. */
static void send_interrupt(void **state)
{
	(void)state;
	power_on("renesas,scif", 16);
	while (uart.driver->put(&uart, 'x'))
		;
	uart.driver->enable_irqs(&uart, true, true);
	assert_false(interrupting());
	drain(14);
	assert_true(interrupting());
	uart.driver->ack(&uart);
	while (uart.driver->put(&uart, 'y'))
		;
	assert_false(interrupting());
	drain(16);
	uart.driver->enable_irqs(&uart, true, false);
	assert_false(interrupting());
	assert_int_equal(hw.scr & 3, 2);
}

static void receiving(void **state)
{
	(void)state;
	power_on("renesas,scif", 16);
	uart.driver->enable_irqs(&uart, true, false);
	assert_int_equal(uart.driver->get(&uart), -1);
	for (int round = 0; round < 3; round++) {
		receive('a');
		receive(0);
		assert_true(interrupting());
		uart.driver->ack(&uart);
		assert_int_equal(uart.driver->get(&uart), 'a');
		assert_int_equal(uart.driver->get(&uart), 0);
		assert_int_equal(uart.driver->get(&uart), -1);
		assert_false(interrupting());
	}
	assert_int_equal(lines.bad, 0);
}

static void overrun(void **state)
{
	(void)state;
	power_on("renesas,scif", 16);
	uart.driver->enable_irqs(&uart, true, false);
	for (int i = 0; i < 20; i++)
		receive((uint16_t)('a' + i));
	for (int i = 0; i < 16; i++)
		assert_int_equal(uart.driver->get(&uart), 'a' + i);
	assert_int_equal(uart.driver->get(&uart), -1);
	assert_false(interrupting());
	receive('z'); /* it receives again */
	assert_int_equal(uart.driver->get(&uart), 'z');
}

static void break_is_no_key(void **state)
{
	(void)state;
	power_on("renesas,scif", 16);
	uart.driver->enable_irqs(&uart, true, false);
	hw.fsr |= SCIF_FSR_BRK | SCIF_FSR_ER;
	receive(FRAMING);
	receive('a');
	assert_int_equal(uart.driver->get(&uart), 'a');
	assert_int_equal(uart.driver->get(&uart), -1);
	assert_false(interrupting());
	hw.fsr |= SCIF_FSR_BRK; /* without a byte */
	assert_int_equal(uart.driver->get(&uart), -1);
	assert_false(interrupting());
	hw.fsr |= SCIF_FSR_ER; /* a garbled byte is the best there is */
	receive(FRAMING | 'b');
	assert_int_equal(uart.driver->get(&uart), 'b');
	assert_int_equal(uart.driver->get(&uart), -1);
	assert_false(interrupting());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sending),
		cmocka_unit_test(send_interrupt),
		cmocka_unit_test(receiving),
		cmocka_unit_test(overrun),
		cmocka_unit_test(break_is_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
