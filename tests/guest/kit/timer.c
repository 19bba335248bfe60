/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guest/kit/timer.h"

#include "tests/guest/kit/fdt.h"

struct timer_interrupts timer_interrupts;

bool timer_init(void)
{
	struct fdt_interrupt physical, virtual;
	struct fdt_node node;

	/* arm,arch_timer binding: secure, non-secure physical, virtual, hypervisor. */
	fdt_walk(&node);
	if (!fdt_next_compatible(&node, "arm,armv8-timer") || !fdt_interrupt(&node, 1, &physical) || !fdt_interrupt(&node, 2, &virtual))
		return false;
	timer_interrupts.physical = physical.intid;
	timer_interrupts.virtual = virtual.intid;
	return counter_frequency() != 0;
}

bool wait_for(bool (*done)(void), uint64_t us)
{
	uint64_t end = counter_read() + counter_from_us(us);

	while (!done()) {
		if (counter_read() >= end)
			return done();
		yield();
	}
	return true;
}

void delay_us(uint64_t us)
{
	uint64_t end = counter_read() + counter_from_us(us);

	while (counter_read() < end)
		yield();
}
