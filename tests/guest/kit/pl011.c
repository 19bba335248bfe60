/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guest/kit/pl011.h"

#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/sysreg.h"

#define DR 0x00
#define FR 0x18
#define LCR_H 0x2c
#define CR 0x30
#define IMSC 0x38
#define ICR 0x44
#define FR_BUSY (1u << 3)
#define FR_RXFE (1u << 4)
#define FR_TXFF (1u << 5)
#define LCR_H_8N1_FIFO 0x70u
#define CR_UARTEN_TXE_RXE 0x301u
#define INT_RX_RT 0x50u

static uint64_t base;
static uint32_t intid;

static bool find(struct fdt_node *node)
{
	char path[FDT_MAX_PATH];
	const char *stdout_path;
	unsigned n = 0;

	if (fdt_find_path(node, "/chosen")) {
		stdout_path = fdt_string(node, "stdout-path");
		/* Options such as ":115200n8" follow the path. */
		for (; n < sizeof(path) - 1 && stdout_path[n] != '\0' && stdout_path[n] != ':'; n++)
			path[n] = stdout_path[n];
		path[n] = '\0';
		if (fdt_find_path(node, path) && fdt_is_compatible(node, "arm,pl011"))
			return true;
	}
	fdt_walk(node);
	return fdt_next_compatible(node, "arm,pl011");
}

bool pl011_init(void)
{
	struct fdt_interrupt interrupt;
	struct fdt_node node;
	uint64_t size;

	if (!find(&node) || !fdt_reg(&node, 0, &base, &size) || !fdt_interrupt(&node, 0, &interrupt))
		return false;
	intid = interrupt.intid;
	/* The baud rate is whoever's that started us. LCR_H may change only while the UART is off and idle. */
	while (mmio_read32(base + FR) & FR_BUSY)
		;
	mmio_write32(base + CR, 0);
	mmio_write32(base + IMSC, 0);
	mmio_write32(base + LCR_H, LCR_H_8N1_FIFO);
	mmio_write32(base + ICR, 0x7ff);
	mmio_write32(base + CR, CR_UARTEN_TXE_RXE);
	return true;
}

void pl011_put(char c)
{
	while (mmio_read32(base + FR) & FR_TXFF)
		;
	mmio_write32(base + DR, (uint8_t)c);
}

int pl011_get(void)
{
	if (mmio_read32(base + FR) & FR_RXFE)
		return -1;
	return mmio_read32(base + DR) & 0xff;
}

void pl011_enable_receive(void)
{
	mmio_write32(base + IMSC, INT_RX_RT);
}

uint32_t pl011_intid(void)
{
	return intid;
}

uint64_t pl011_base(void)
{
	return base;
}
