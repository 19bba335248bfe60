/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many instructions operations take. Under QEMU's -icount with a counter of 1 GHz a tick of the virtual counter is one instruction,
 * whoever executes it, on whichever CPU. What this program needs itself is the same without a hypervisor: tests/bench/run subtracts it.
 *
 * Prints "bench ROW TICKS" for each row that the machine has, the most of some rounds. `op=ROW` on the command line makes it the only one.
 */
#include "tests/bench/bench.h"

#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/exception.h"
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/pl011.h"
#include "tests/guest/kit/psci.h"
#include "tests/guest/kit/sysreg.h"

#define WARM_UPS 2 /* what happens only once, such as a log line, is not the operation */
#define ROUNDS 6

#define UART_DR 0x00
#define UART_FR 0x18
#define FUNCTION_UNKNOWN 0x8400ff00u /* in the standard service range, not assigned */

/* The profiler (tests/bench/profile) looks for these two by name: what is between is the operation. */
__attribute__((noinline)) uint64_t bench_begin(void)
{
	return sysreg_read(cntvct_el0);
}

__attribute__((noinline)) uint64_t bench_end(uint64_t begin)
{
	return sysreg_read(cntvct_el0) - begin;
}

/* ---- calls and registers ---- */

static uint64_t hvc_version(void)
{
	uint64_t begin = bench_begin();

	smccc_hvc(PSCI_VERSION, 0, 0, 0);
	return bench_end(begin);
}

static uint64_t hvc_unknown(void)
{
	uint64_t begin = bench_begin();

	smccc_hvc(FUNCTION_UNKNOWN, 0, 0, 0);
	return bench_end(begin);
}

static uint64_t id_register(void)
{
	uint64_t begin = bench_begin();
	register uint64_t value __asm__("x0");

	__asm__ volatile("mrs %0, id_aa64isar0_el1" : "=r"(value));
	return bench_end(begin);
}

static uint64_t uart_write(void)
{
	uint64_t data = pl011_base() + UART_DR, begin = bench_begin();

	bench_store(data, 'x');
	return bench_end(begin);
}

static uint64_t uart_read(void)
{
	uint64_t flags = pl011_base() + UART_FR, begin = bench_begin();

	(void)bench_load(flags);
	return bench_end(begin);
}

/* ---- SYSTEM_RESET ---- */

/* A VM's memory does not outlive it: when it was is told to the clock's match register, which nothing resets. */
#define RESET_WITHIN 1000000000u /* ticks */

static bool was_reset(uint64_t *ticks)
{
	uint32_t then = bench_recall();

	*ticks = (uint32_t)cpu_entry_counter[cpu_index()] - then;
	return then != 0 && *ticks < RESET_WITHIN;
}

static void system_reset(void)
{
	bench_remember((uint32_t)bench_begin());
	psci_system_reset();
}

/* ---- the rows ---- */

static const struct row {
	const char *name;
	uint64_t (*measure)(void);
} rows[] = {
	{ "hvc", hvc_version },
	{ "hvc-unknown", hvc_unknown },
	{ "id-register", id_register },
	{ "uart-write", uart_write },
	{ "uart-read", uart_read },
	{ "gicd-typer", gicd_typer },
	{ "gicd-isenabler", gicd_isenabler },
	{ "gicd-isenabler-spi", gicd_isenabler_spi },
	{ "gicd-icenabler", gicd_icenabler },
	{ "gicd-ipriorityr", gicd_ipriorityr },
	{ "gicr-typer", gicr_typer },
	{ "gicd-typer-x19", gicd_typer_x19 },
	{ "gicd-ipriorityr-x19", gicd_ipriorityr_x19 },
	{ "gicc-iar", gicc_iar },
	{ "gicc-eoir", gicc_eoir },
	{ "sgi-self", sgi_self },
	{ "sgi-none", sgi_none },
	{ "sgi-one", sgi_one },
	{ "sgi-all", sgi_all },
	{ "sgi-other", sgi_other },
	{ "timer-busy", timer_busy },
	{ "timer-wfi", timer_wfi },
	{ "spi-level", spi_level },
	{ "spi-edge", spi_edge },
	{ "spi-lrs-busy", spi_lrs_busy },
	{ "spi-lrs-drain", spi_lrs_drain },
	{ "cpu-on", cpu_on },
	{ "vcpu-switch", vcpu_switch },
	{ "vcpu-wake", vcpu_wake },
	{ "vcpu-wake-switch", vcpu_wake_switch },
};

static void run_row(const struct row *row)
{
	uint64_t most = 0, least = UINT64_MAX;

	for (unsigned i = 0; i < WARM_UPS + ROUNDS; i++) {
		uint64_t ticks = row->measure();

		if (ticks == NOT_THERE)
			return;
		if (i < WARM_UPS)
			continue;
		most = ticks > most ? ticks : most;
		least = ticks < least ? ticks : least;
	}
	print("\nbench %s %lu\n", row->name, most);
	if (least != most)
		print("spread %s %lu\n", row->name, most - least);
}

/* The only row to run, "": all of them. */
static const char *only(void)
{
	struct fdt_node chosen;
	const char *args = fdt_find_path(&chosen, "/chosen") ? fdt_string(&chosen, "bootargs") : "";

	return args[0] == 'o' && args[1] == 'p' && args[2] == '=' ? args + 3 : "";
}

static void run_all(const char *op)
{
	print("bench boot %lu\n", cpu_entry_counter[cpu_index()]);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		if (op[0] == '\0' || string_equal(op, rows[i].name))
			run_row(&rows[i]);
	if (op[0] == '\0' || string_equal(op, "reset"))
		system_reset();
}

void guest_main(void)
{
	uint64_t ticks;

	irq_disable();
	bench_init_irq();
	if (was_reset(&ticks))
		print("bench reset %lu\n", ticks);
	else
		run_all(only());
	print("bench done %u\n", irq_unexpected);
	psci_system_off();
}
