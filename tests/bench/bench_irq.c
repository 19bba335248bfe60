/* SPDX-License-Identifier: Apache-2.0 */
/* Rows about interrupts and other CPUs. Interrupts are masked but where a row lets them come. */
#include "tests/bench/bench.h"
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/exception.h"
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/gic_registers.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/psci.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/timer.h"

#define SGI_SELF 1
#define SGI_PING 2 /* to others, who answer with the next */
#define SGI_PONG 3
#define SGI_FILL 4 /* and on: as many as there are list registers */
#define NR_LRS 4
#define SETTLE 50000000 /* ticks */
#define IDLE 100000     /* ticks, after which others sleep again */

#define FREE_SPI 44 /* no device has it, on no board here, but VMs have registers for it */

/* An SPI that a device raises when it is told to, and lets go when it is told to. */
struct source {
	uint64_t base;
	uint32_t intid; /* 0: the machine (or the VM) does not have it */
	bool edge;
};

static struct source gpio, rtc;
static uint64_t gicd, gicr;
static volatile uint32_t handled; /* on the boot CPU */
static volatile uint32_t pinged;  /* on any */

static void handle(uint32_t intid)
{
	(void)intid;
	handled++;
}

/* Until an interrupt is taken, which a masked WFI cannot miss. */
static void sleep_masked(void)
{
	wfi();
	irq_enable();
	isb();
	irq_disable();
}

static void wait_handled(uint32_t n)
{
	while (handled < n)
		sleep_masked();
}

/* ---- registers of the interrupt controller ---- */

uint64_t gicd_typer(void)
{
	uint64_t address = gicd + GICD_TYPER, begin = bench_begin();

	(void)bench_load(address);
	return bench_end(begin);
}

static uint64_t write_bit(unsigned reg, uint32_t intid)
{
	uint64_t address = gicd + reg + intid / 32 * 4, begin = bench_begin();

	bench_store(address, 1u << intid % 32);
	return bench_end(begin);
}

uint64_t gicd_isenabler(void)
{
	write_bit(GICD_ICENABLER, FREE_SPI);
	return write_bit(GICD_ISENABLER, FREE_SPI);
}

uint64_t gicd_isenabler_spi(void)
{
	uint64_t ticks;

	if (!gpio.intid)
		return NOT_THERE;
	write_bit(GICD_ICENABLER, gpio.intid);
	ticks = write_bit(GICD_ISENABLER, gpio.intid);
	write_bit(GICD_ICENABLER, gpio.intid);
	return ticks;
}

uint64_t gicd_icenabler(void)
{
	write_bit(GICD_ISENABLER, FREE_SPI);
	return write_bit(GICD_ICENABLER, FREE_SPI);
}

static uint64_t write_priority(void (*store)(uint64_t, uint32_t))
{
	static uint32_t value = 0x80808080;
	uint64_t address = gicd + GICD_IPRIORITYR + FREE_SPI, begin;

	value ^= 0x20202020;
	begin = bench_begin();
	store(address, value);
	return bench_end(begin);
}

uint64_t gicd_ipriorityr(void)
{
	return write_priority(bench_store);
}

uint64_t gicd_ipriorityr_x19(void)
{
	return write_priority(bench_store_x19);
}

uint64_t gicd_typer_x19(void)
{
	uint64_t address = gicd + GICD_TYPER, begin = bench_begin();

	(void)bench_load_x19(address);
	return bench_end(begin);
}

uint64_t gicr_typer(void)
{
	uint64_t address = gicr + GICR_TYPER, begin;

	if (!gicr)
		return NOT_THERE;
	begin = bench_begin();
	(void)bench_load64(address);
	return bench_end(begin);
}

/* ---- the CPU interface of a GICv2 ---- */

static uint64_t gicc(bool end)
{
	uint64_t interface = gic_version() == 2 ? gic_cpu_interface() : 0, begin, acknowledge;
	uint32_t acknowledged;

	if (!interface)
		return NOT_THERE;
	gic_send_sgi(cpu_mpidr[cpu_index()], SGI_SELF);
	begin = bench_begin();
	acknowledged = (uint32_t)bench_load(interface + GICC_IAR);
	acknowledge = end ? 0 : bench_end(begin);
	begin = end ? bench_begin() : 0;
	bench_store(interface + GICC_EOIR, acknowledged);
	return end ? bench_end(begin) : acknowledge;
}

uint64_t gicc_iar(void)
{
	return gicc(false);
}

uint64_t gicc_eoir(void)
{
	return gicc(true);
}

/* ---- SGIs ---- */

uint64_t sgi_self(void)
{
	uint64_t self = cpu_mpidr[cpu_index()], begin;

	handled = 0;
	irq_enable();
	begin = bench_begin();
	gic_send_sgi(self, SGI_SELF);
	while (!handled)
		;
	bench_end(begin);
	irq_disable();
	return irq_counter[cpu_index()] - begin;
}

/* Several pongs can become one: the last comes after all have been counted. */
static void handle_ping(uint32_t intid)
{
	(void)intid;
	__atomic_fetch_add(&pinged, 1, __ATOMIC_RELEASE);
	gic_send_sgi(cpu_mpidr[0], SGI_PONG);
}

static void wait_pinged(uint32_t n)
{
	while (__atomic_load_n(&pinged, __ATOMIC_ACQUIRE) < n)
		sleep_masked();
}

/* To those CPUs of the first cluster; only what the sender needs. */
static uint64_t send(uint32_t targets, uint32_t nr_targets)
{
	uint64_t ticks;

	pinged = 0;
	if (gic_version() == 3) {
		uint64_t begin = bench_begin();
		register uint64_t value __asm__("x0") = (uint64_t)SGI_PING << 24 | targets;

		icc_write(ICC_SGI1R_EL1, value);
		ticks = bench_end(begin);
	} else {
		uint32_t value = targets << 16 | SGI_PING;
		uint64_t begin = bench_begin();

		bench_store(gicd + GICD_SGIR, value);
		ticks = bench_end(begin);
	}
	wait_pinged(nr_targets);
	return ticks;
}

uint64_t sgi_none(void)
{
	return send(0, 0);
}

uint64_t sgi_one(void)
{
	return nr_cpus < 3 ? NOT_THERE : send(2, 1);
}

/* All of eight, this one included, where there are nine. */
uint64_t sgi_all(void)
{
	return nr_cpus < 9 ? NOT_THERE : send(0xff, 8);
}

uint64_t sgi_other(void)
{
	uint64_t begin;

	if (nr_cpus < 3)
		return NOT_THERE;
	pinged = 0;
	begin = bench_begin();
	gic_send_sgi(cpu_mpidr[1], SGI_PING);
	wait_pinged(1);
	bench_end(begin);
	return irq_counter[1] - begin;
}

static void run_sleeper(unsigned index)
{
	(void)index;
	gic_send_sgi(cpu_mpidr[0], SGI_PONG);
	irq_enable();
	for (;;)
		wfi();
}

/* The new CPU's first instruction reads the counter; this one sleeps meanwhile, so that only what is done for the other is counted. */
static void run_off(unsigned index)
{
	(void)index;
	gic_send_sgi(cpu_mpidr[0], SGI_PONG);
	psci_call(PSCI_CPU_OFF, 0, 0, 0);
}

uint64_t cpu_on(void)
{
	unsigned last = nr_cpus - 1;
	uint64_t begin;

	if (last == 0)
		return NOT_THERE;
	handled = 0;
	begin = bench_begin();
	cpu_start(last, run_off);
	wait_handled(1);
	bench_end(begin);
	while (psci_call(PSCI_AFFINITY_INFO, cpu_mpidr[last], 0, 0) != 1)
		yield();
	return cpu_entry_counter[last] - begin;
}

/* ---- the timer ---- */

static void handle_timer(uint32_t intid)
{
	sysreg_write(cntv_ctl_el0, 0);
	isb();
	handle(intid);
}

static void set_timer(uint64_t deadline)
{
	handled = 0;
	sysreg_write(cntv_cval_el0, deadline);
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
}

static uint64_t timer(bool sleep)
{
	uint64_t deadline = bench_begin() + 5000;

	set_timer(deadline);
	irq_enable();
	while (!handled)
		if (sleep)
			wfi();
	bench_end(deadline);
	irq_disable();
	return irq_counter[cpu_index()] - deadline;
}

uint64_t timer_busy(void)
{
	return timer(false);
}

uint64_t timer_wfi(void)
{
	return timer(true);
}

/* ---- vCPUs that share CPUs, every second one the same ---- */

#define SMCCC_ARCH_FEATURES 0x80000001u
#define PV_TIME_FEATURES 0xc5000020u

/* Where time can be stolen, somebody shares. */
static bool shares(void)
{
	return nr_cpus >= 5 && smccc_hvc(SMCCC_ARCH_FEATURES, PV_TIME_FEATURES, 0, 0) == 0;
}

static volatile bool spinning, armed;
static volatile uint64_t stamp;

/* Says when it went on, once each time it is asked to. */
static void run_spinner(unsigned index)
{
	(void)index;
	while (spinning) {
		if (armed) {
			stamp = sysreg_read(cntvct_el0);
			armed = false;
		}
	}
	psci_call(PSCI_CPU_OFF, 0, 0, 0);
}

static void sleep_a_little(void)
{
	set_timer(sysreg_read(cntvct_el0) + IDLE);
	wait_handled(1);
}

/* This vCPU sleeps while a sibling on the same CPU spins, which goes on then. WFI, for QEMU's WFE traps never. */
uint64_t vcpu_switch(void)
{
	uint64_t begin;

	if (!shares())
		return NOT_THERE;
	spinning = true;
	cpu_start(nr_cpus - 1, run_spinner);
	sleep_a_little();
	set_timer(sysreg_read(cntvct_el0) + IDLE);
	armed = true;
	begin = bench_begin();
	wfi();
	bench_end(begin);
	wait_handled(1);
	spinning = false;
	while (psci_call(PSCI_AFFINITY_INFO, cpu_mpidr[nr_cpus - 1], 0, 0) != 1)
		sleep_a_little();
	return stamp - begin;
}

static uint64_t wake(unsigned before)
{
	uint64_t begin;

	if (nr_cpus != 5) /* only in the system that shares CPUs */
		return NOT_THERE;
	pinged = 0;
	gic_send_sgi(cpu_mpidr[before], SGI_PING);
	wait_pinged(1);
	sleep_a_little();
	pinged = 0;
	begin = bench_begin();
	gic_send_sgi(cpu_mpidr[1], SGI_PING);
	wait_pinged(1);
	bench_end(begin);
	return irq_counter[1] - begin;
}

uint64_t vcpu_wake(void)
{
	return wake(1);
}

uint64_t vcpu_wake_switch(void)
{
	return wake(3);
}

/* ---- SPIs of devices ---- */

/* PL061: pin 0 interrupts at the level it has, so its interrupt enable is the line. PL031: an alarm that is due, whose mask is the line. */
#define PL061_DATA_PIN0 0x004
#define PL061_DIR 0x400
#define PL061_IS 0x404
#define PL061_IEV 0x40c
#define PL061_IE 0x410
#define PL031_DR 0x00
#define PL031_MR 0x04
#define PL031_IMSC 0x10
#define PL031_RIS 0x14
#define PL031_ICR 0x1c

static void handle_gpio(uint32_t intid)
{
	mmio_write32(gpio.base + PL061_IE, 0);
	handle(intid);
}

static void handle_rtc(uint32_t intid)
{
	mmio_write32(rtc.base + PL031_IMSC, 0);
	mmio_write32(rtc.base + PL031_ICR, 1);
	handle(intid);
}

static void ready_gpio(void)
{
	mmio_write32(gpio.base + PL061_IE, 0);
	mmio_write32(gpio.base + PL061_DIR, 0);
	mmio_write32(gpio.base + PL061_IEV, mmio_read32(gpio.base + PL061_DATA_PIN0) & 1);
	mmio_write32(gpio.base + PL061_IS, 1);
}

static void ready_rtc(void)
{
	mmio_write32(rtc.base + PL031_IMSC, 0);
	do
		mmio_write32(rtc.base + PL031_MR, mmio_read32(rtc.base + PL031_DR));
	while (!(mmio_read32(rtc.base + PL031_RIS) & 1));
}

static uint64_t spi(uint64_t line)
{
	uint64_t begin;

	handled = 0;
	irq_enable();
	begin = bench_begin();
	mmio_write32(line, 1);
	while (!handled)
		;
	bench_end(begin);
	irq_disable();
	return irq_counter[cpu_index()] - begin;
}

uint64_t spi_level(void)
{
	if (!gpio.intid || gpio.edge)
		return NOT_THERE;
	gic_enable(gpio.intid, false);
	ready_gpio();
	return spi(gpio.base + PL061_IE);
}

uint64_t spi_edge(void)
{
	if (!rtc.intid || !rtc.edge)
		return NOT_THERE;
	gic_enable(rtc.intid, true);
	ready_rtc();
	return spi(rtc.base + PL031_IMSC);
}

/* An interrupt finds every list register pending: what it takes away from a guest that has interrupts masked, and what handling them all takes. */
static uint64_t lrs(bool drain)
{
	uint64_t self = cpu_mpidr[cpu_index()], begin, busy, drained;

	if (!gpio.intid)
		return NOT_THERE;
	gic_enable(gpio.intid, gpio.edge);
	ready_gpio();
	handled = 0;
	for (unsigned i = 0; i < NR_LRS; i++)
		gic_send_sgi(self, SGI_FILL + i);
	begin = drain ? 0 : bench_begin();
	mmio_write32(gpio.base + PL061_IE, 1);
	isb();
	isb();
	busy = drain ? 0 : bench_end(begin);
	begin = drain ? bench_begin() : 0;
	irq_enable();
	while (handled < NR_LRS + 1)
		;
	drained = drain ? bench_end(begin) : 0;
	irq_disable();
	return drain ? drained : busy;
}

uint64_t spi_lrs_busy(void)
{
	return lrs(false);
}

uint64_t spi_lrs_drain(void)
{
	return lrs(true);
}

/* ---- set-up ---- */

void bench_remember(uint32_t n)
{
	if (rtc.intid)
		mmio_write32(rtc.base + PL031_MR, n);
}

uint32_t bench_recall(void)
{
	return rtc.intid ? mmio_read32(rtc.base + PL031_MR) : 0;
}

static void find_source(struct source *source, const char *compatible, irq_handler *handler)
{
	struct fdt_interrupt interrupt;
	struct fdt_node node;
	uint64_t size;

	fdt_walk(&node);
	if (!fdt_next_compatible(&node, compatible) || !fdt_reg(&node, 0, &source->base, &size) || !fdt_interrupt(&node, 0, &interrupt))
		return;
	source->intid = interrupt.intid;
	source->edge = interrupt.edge;
	irq_set_handler(source->intid, handler);
}

void bench_init_irq(void)
{
	gicd = gic_distributor();
	gicr = gic_version() == 3 ? gic_redistributor(cpu_index()) : 0;
	find_source(&gpio, "arm,pl061", handle_gpio);
	find_source(&rtc, "arm,pl031", handle_rtc);
	irq_set_handler(timer_interrupts.virtual, handle_timer);
	gic_enable(timer_interrupts.virtual, false);
	irq_set_handler(SGI_SELF, handle);
	irq_set_handler(SGI_PING, handle_ping);
	irq_set_handler(SGI_PONG, handle);
	for (unsigned i = 0; i < NR_LRS; i++)
		irq_set_handler(SGI_FILL + i, handle);
	for (unsigned i = 1; i + 1 < nr_cpus; i++) {
		handled = 0;
		cpu_start(i, run_sleeper);
		wait_handled(1);
	}
	/* Until other VMs are idle, which would compete for the console. */
	set_timer(sysreg_read(cntvct_el0) + SETTLE);
	wait_handled(1);
}
