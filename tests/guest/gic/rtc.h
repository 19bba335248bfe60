/* SPDX-License-Identifier: Apache-2.0 */
/* The PL031 real-time clock (DDI 0224) as a source of a level-sensitive interrupt: a device of the board also in a VM. */
#ifndef GIC_RTC_H
#define GIC_RTC_H

#include <stdbool.h>
#include <stdint.h>

/* false: the DTB has none. */
bool rtc_find(uint32_t *intid);
/* Asserts the interrupt, at once or within a second. */
void rtc_raise(void);
void rtc_lower(void);
/* The time, in seconds; and to set it. */
uint32_t rtc_time(void);
void rtc_set_time(uint32_t seconds);

#endif
