/* SPDX-License-Identifier: Apache-2.0 */
/* The i.MX UART driver against a model of its registers; and which driver serves which device. */
#include "tests/unit/uart_lines.h"

#include "common/uart/imx_regs.h"

static struct {
	uint32_t ucr1, ucr2, ucr4, ufcr, usr2;
} hw;

uint32_t mmio_read32(const volatile void *p)
{
	uint16_t v;

	switch (offset_of(p)) {
	case IMX_URXD:
		if (!lines.nr_rx)
			return 0;
		v = lines_read();
		return (uint32_t)(v | IMX_URXD_CHARRDY);
	case IMX_UCR1: return hw.ucr1;
	case IMX_UCR2: return hw.ucr2;
	case IMX_UFCR: return hw.ufcr;
	case IMX_UTS: return lines.sending == lines.depth ? IMX_UTS_TXFULL : 0;
	}
	lines.bad++;
	return 0;
}

void mmio_write32(volatile void *p, uint32_t v)
{
	switch (offset_of(p)) {
	case IMX_UTXD: lines_write(v); break;
	case IMX_UCR1: hw.ucr1 = v; break;
	case IMX_UCR2: hw.ucr2 = v; break;
	case IMX_UCR4: hw.ucr4 = v; break;
	case IMX_UFCR: hw.ufcr = v; break;
	case IMX_USR2: hw.usr2 &= ~v; break;
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
	hw.ucr1 = IMX_UCR1_UARTEN | IMX_UCR1_RRDYEN | IMX_UCR1_TXMPTYEN;
	hw.ucr2 = 0x4027 | IMX_UCR2_ATEN; /* 8 bits, RTS pin ignored */
	hw.ucr4 = 0x8001;
	hw.ufcr = 0xa81;
	hw.usr2 = 0;
	start("fsl,imx8mp-uart", 32, 0, 0);
	return 0;
}

static void drain(unsigned n)
{
	lines.sending -= n;
}

static void setup(void **state)
{
	(void)state;
	assert_int_equal(hw.ucr1, IMX_UCR1_UARTEN);
	assert_int_equal(hw.ucr2, 0x4027);
	assert_int_equal(hw.ucr4, 0);
	assert_int_equal(hw.ufcr, 0xa81); /* 2 << 10, the divider, 1 */
	assert_int_equal(lines.bad, 0);
	check_back_pressure(drain);
}

static void receiving(void **state)
{
	(void)state;
	assert_int_equal(uart.driver->get(&uart), -1);
	for (int i = 0; i < 32; i++)
		lines.rx[lines.nr_rx++] = (uint16_t)('A' + i);
	lines.rx[5] = IMX_URXD_BRK | BIT(14) | BIT(12);
	lines.rx[31] |= BIT(13) | BIT(14); /* overrun: what came after it is lost */
	hw.usr2 = IMX_USR2_ORE | IMX_USR2_BRCD;
	for (int i = 0; i < 32; i++)
		if (i != 5)
			assert_int_equal(uart.driver->get(&uart), 'A' + i);
	assert_int_equal(uart.driver->get(&uart), -1);
	assert_int_equal(hw.usr2, 0);
	assert_int_equal(lines.bad, 0);
}

static void interrupts(void **state)
{
	(void)state;
	uart.driver->enable_irqs(&uart, true, false);
	assert_int_equal(hw.ucr1, IMX_UCR1_UARTEN | IMX_UCR1_RRDYEN);
	uart.driver->enable_irqs(&uart, true, true);
	assert_int_equal(hw.ucr1, IMX_UCR1_UARTEN | IMX_UCR1_RRDYEN | IMX_UCR1_TRDYEN);
	uart.driver->ack(&uart);
	uart.driver->enable_irqs(&uart, false, false);
	assert_int_equal(hw.ucr1, IMX_UCR1_UARTEN);
}

static void kinds(void **state)
{
	struct host_console unknown = { .present = true, .compatible = "acme,uart" };

	(void)state;
	assert_int_equal(uart_find_kind("arm,pl011"), UART_PL011);
	assert_int_equal(uart_find_kind("arm,sbsa-uart"), UART_SBSA);
	assert_int_equal(uart_find_kind("xlnx,xuartps"), UART_CADENCE);
	assert_int_equal(uart_find_kind("snps,dw-apb-uart"), UART_DW);
	assert_int_equal(uart_find_kind("renesas,hscif"), UART_HSCIF);
	assert_int_equal(uart_find_kind("arm,pl01"), UART_KINDS);
	assert_int_equal(uart_find_kind(""), UART_KINDS);
	assert_false(uart_init(&uart, &unknown));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(setup, power_on),
		cmocka_unit_test_setup(receiving, power_on),
		cmocka_unit_test_setup(interrupts, power_on),
		cmocka_unit_test(kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
