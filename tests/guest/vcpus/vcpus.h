/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of many vCPUs share. vCPUs that have nothing to do are in WFI, so that on shared CPUs the others run. */
#ifndef VCPUS_H
#define VCPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/exception.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/psci.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/timer.h"

#define SGI_WORK 0u

uint64_t hold(uint64_t seed, uint64_t until, uint64_t wait);
/* As hold, with system registers, too. Returns the name of one that was lost, or NULL. */
const char *registers_hold(uint64_t seed, uint64_t until, bool wait);
unsigned registers_tested(void);

/* What a CPU other than the first does between works; as cpu_start wants it. */
void serve(unsigned index);
/* How often each has come there: once for each time it was started. */
extern volatile uint32_t boots[CPU_MAX];

/* The virtual timer at that time, waking only: whoever uses it otherwise has a handler of his own. */
void alarm_set(uint64_t at);
/* In WFI, looking every now and then; false: too late. */
bool sleep_until(bool (*done)(void));
/* All CPUs do it, the first one too. false: one did not come back. */
bool on_all(void (*work)(void));
void post(unsigned cpu, void (*work)(void));
bool is_idle(unsigned cpu);

void test_start(void);
void test_sgis(void);
void test_timers(void);
void test_registers(void);
void test_races(void);

#endif
