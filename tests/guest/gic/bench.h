/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the interrupt controller share. All CPUs run; those but the boot CPU wait for work. Interrupts go to bench_take, which
 * notes them per CPU and ends them; a test can put a handler in between.
 */
#ifndef GIC_BENCH_H
#define GIC_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/gic_registers.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/timer.h"

/* A shared interrupt that belongs to no device that is there on the boards the kit runs on; up to 20 from there. */
#define SPI_FREE 40u
#define INTIDS 256u
#define INTID_SPECIAL 1020u
#define LOG_MAX 128u
/* How long what must not happen is waited for. */
#define SETTLE_US 500

struct gic_test {
	const char *name;
	void (*run)(void);
};

extern const struct gic_test test_absent, test_regs, test_sgi, test_priority, test_split, test_many, test_state, test_level, test_spi, test_fiq,
	test_timer, test_hotplug, test_storm, test_reset;

/* What a CPU took, in order; intid, and the source CPU's number of a v2 SGI, are what the acknowledge register gave. */
struct taken {
	uint32_t intid, source;
	uint8_t running; /* the running priority while it was active */
	bool fiq;
};

struct cpu_log {
	volatile unsigned n; /* entries beyond LOG_MAX are not kept */
	struct taken taken[LOG_MAX];
	volatile uint32_t count[INTIDS];
	volatile uint32_t spurious;
};
extern struct cpu_log logs[CPU_MAX];

/* Forgets all logs, and the handler. */
void bench_clear(void);
/*
 * Called with the interrupt active and IRQs masked. false: the handler has ended the interrupt itself, or leaves it active.
 * Volatile: changed while other CPUs take interrupts.
 */
typedef bool bench_handler(uint32_t intid, uint32_t acknowledged);
extern bench_handler *volatile bench_handle;
void bench_take(bool fiq);
/* By all CPUs together. */
uint32_t bench_count(uint32_t intid);

/* Waits until this INTID has come n times to that CPU (or to any); false: too late. */
bool bench_came(unsigned cpu, uint32_t intid, uint32_t n);
bool bench_came_anywhere(uint32_t intid, uint32_t n);
/* Waits for a condition: generous, but once something has failed the rest is quick. */
bool bench_wait(bool (*done)(void));
/* Waits a little for what must not come. */
void bench_settle(void);

/* Runs on another CPU and waits for the end of it, or does not wait. A CPU that was never started, or is off, has no time. */
bool run_on(unsigned cpu, void (*work)(void));
void post_on(unsigned cpu, void (*work)(void));
bool wait_on(unsigned cpu);
bool start_cpu(unsigned cpu);
bool run_on_all(void (*work)(void));

/* A free SPI, ready: enabled, edge, to that CPU, at that priority. */
void spi_ready(uint32_t intid, unsigned cpu, uint8_t priority);
void spi_pend(uint32_t intid);
/* Nothing enabled, pending or active but the SGIs' enables; priorities as the kit gives them. On the calling CPU and the SPIs. */
void gic_tidy(void);
/* And nothing is left: says so as a test result. */
void expect_quiet(const char *what);

/* How many shared interrupts that belong to no device there are to test with (0 to 20). */
unsigned spis_free(void);
/* The difference of two neighbouring priorities, from the implemented bits: 1 to 16. */
unsigned priority_step(void);
/* How far right to shift a priority for its group priority at a value of GIC_BPR. */
unsigned group_shift(uint32_t bpr);
uint32_t random_next(uint32_t *state);

#endif
