/* SPDX-License-Identifier: Apache-2.0 */
/* The EL1 generic timers. A counter tick is 1/CNTFRQ_EL0 s. */
#ifndef KIT_TIMER_H
#define KIT_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/guest/kit/sysreg.h"

#define TIMER_ENABLE 1u
#define TIMER_MASK 2u
#define TIMER_STATUS 4u

/* INTIDs as the DTB gives them. */
struct timer_interrupts {
	uint32_t physical, virtual;
};
extern struct timer_interrupts timer_interrupts;

bool timer_init(void);

static inline uint64_t counter_frequency(void)
{
	return sysreg_read(cntfrq_el0);
}

/* The ISB keeps the read from being made early. */
static inline uint64_t counter_read(void)
{
	isb();
	return sysreg_read(cntvct_el0);
}

static inline uint64_t counter_to_ns(uint64_t ticks)
{
	uint64_t frequency = counter_frequency();

	/* Split, since ticks * 10^9 may not fit. */
	return ticks / frequency * 1000000000 + ticks % frequency * 1000000000 / frequency;
}

static inline uint64_t counter_from_us(uint64_t us)
{
	return counter_frequency() * us / 1000000;
}

/* Spins until done returns true, for at most so long; says whether it did. */
bool wait_for(bool (*done)(void), uint64_t us);
void delay_us(uint64_t us);

#endif
