/* SPDX-License-Identifier: Apache-2.0 */
/* EL2's own timer of each CPU (CNTHP): for the watchdog of the VM whose vCPU 0 has that CPU alone, or all that a shared one has to do in time (shared_cpu.h). */
#ifndef COMMON_ALARM_H
#define COMMON_ALARM_H

#include <stdint.h>

struct vm;

/* The counter that guests see as both physical and virtual, and its ticks in a second: apply_timer sets them, at boot. */
uint64_t alarm_now(void);
extern uint32_t alarm_frequency;

/* This CPU's timer fires at that time, and at no other; UINT64_MAX: not at all. */
void alarm_set(uint64_t at);

/* The VM's watchdog may want its timer sooner: vCPU 0's CPU sets it anew. Any CPU, no lock held. */
void alarm_changed(struct vm *vm);

/* On vCPU 0's CPU: what is due is done, and the timer set to what comes next. */
void alarm_run(struct vm *vm);

/* The timer's interrupt on this CPU. */
void alarm_irq(void);

#endif
