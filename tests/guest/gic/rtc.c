/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guest/gic/rtc.h"

#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/sysreg.h"

#define RTCDR 0x00
#define RTCMR 0x04
#define RTCLR 0x08
#define RTCCR 0x0c
#define RTCIMSC 0x10
#define RTCICR 0x1c

static uint64_t base;

bool rtc_find(uint32_t *intid)
{
	struct fdt_interrupt interrupt;
	struct fdt_node node;
	uint64_t size;

	fdt_walk(&node);
	if (!fdt_next_compatible(&node, "arm,pl031") || !fdt_reg(&node, 0, &base, &size) || !fdt_interrupt(&node, 0, &interrupt))
		return false;
	*intid = interrupt.intid;
	mmio_write32(base + RTCCR, 1);
	rtc_lower();
	return true;
}

void rtc_raise(void)
{
	mmio_write32(base + RTCIMSC, 1);
	mmio_write32(base + RTCMR, mmio_read32(base + RTCDR));
}

void rtc_lower(void)
{
	mmio_write32(base + RTCIMSC, 0);
	mmio_write32(base + RTCICR, 1);
	(void)mmio_read32(base + RTCIMSC);
	dsb(sy);
}

uint32_t rtc_time(void)
{
	return mmio_read32(base + RTCDR);
}

void rtc_set_time(uint32_t seconds)
{
	mmio_write32(base + RTCLR, seconds);
}
