/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the measuring guest. A row's function measures one operation, in ticks, with interrupts masked before and after. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdint.h>

/* What a row returns for which this machine has nothing to measure. */
#define NOT_THERE UINT64_MAX

uint64_t bench_begin(void);
uint64_t bench_end(uint64_t begin);

/* By x0: a hypervisor need not save as much to emulate an access as it needs for x19, which is measured, too. */
static inline uint64_t bench_load(uint64_t address)
{
	register uint64_t value __asm__("x0");

	__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline uint64_t bench_load64(uint64_t address)
{
	register uint64_t value __asm__("x0");

	__asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline uint64_t bench_load_x19(uint64_t address)
{
	register uint64_t value __asm__("x19");

	__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline void bench_store(uint64_t address, uint32_t n)
{
	register uint64_t value __asm__("x0") = n;

	__asm__ volatile("str %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}

static inline void bench_store_x19(uint64_t address, uint32_t n)
{
	register uint64_t value __asm__("x19") = n;

	__asm__ volatile("str %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}

/* ---- bench_irq.c ---- */

/* A number in a device that a reset does not reach; 0: none yet, or no such device. */
void bench_remember(uint32_t n);
uint32_t bench_recall(void);

/* Finds the GIC and the devices, and starts the other CPUs, which sleep from then on; the last one stays off. */
void bench_init_irq(void);

uint64_t gicd_typer(void), gicd_isenabler(void), gicd_isenabler_spi(void), gicd_icenabler(void), gicd_ipriorityr(void), gicr_typer(void);
uint64_t gicd_typer_x19(void), gicd_ipriorityr_x19(void);
uint64_t gicc_iar(void), gicc_eoir(void);
uint64_t sgi_self(void), sgi_none(void), sgi_one(void), sgi_all(void), sgi_other(void);
uint64_t cpu_on(void);
uint64_t vcpu_switch(void), vcpu_wake(void), vcpu_wake_switch(void);
uint64_t timer_busy(void), timer_wfi(void);
uint64_t spi_level(void), spi_edge(void), spi_lrs_busy(void), spi_lrs_drain(void);

#endif
