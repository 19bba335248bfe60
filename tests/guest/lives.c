/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends in as many ways as a guest can, a life each; how many lives there were is kept in a register of the passed-through RTC (its alarm time,
 * which survives since nothing resets the device). Every life first shows that nothing of the one before is left. Makes sense under a
 * hypervisor that restarts it, with 4 CPUs.
 */
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/exception.h"
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/psci.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/timer.h"

#define PATIENCE_US 10000000
#define PSCI_SYSTEM_RESET2_64 0xc4000012u
#define SGI 3

/* PL031 (Arm DDI 0224). */
#define RTCDR 0x00
#define RTCMR 0x04
#define RTCLR 0x08
#define RTCIMSC 0x10
#define RTCRIS 0x14
#define RTCICR 0x1c

static uint64_t rtc;
static struct fdt_interrupt rtc_irq;
static volatile uint32_t irq_count, cpus_there;
static volatile uint32_t *marks; /* a page of memory that no image is in */

/* ---- What a CPU does before the end ---- */

static void arrive(void)
{
	__atomic_fetch_add(&cpus_there, 1, __ATOMIC_RELEASE);
}

static void be_busy(unsigned index)
{
	(void)index;
	arrive();
	for (;;)
		yield();
}

static void be_asleep(unsigned index)
{
	(void)index;
	arrive();
	for (;;)
		wfi();
}

static void be_suspended(unsigned index)
{
	(void)index;
	arrive();
	for (;;)
		(void)psci_call(PSCI_CPU_SUSPEND, 0, 0, 0);
}

static void send_for_ever(unsigned index)
{
	arrive();
	for (;;)
		for (unsigned i = 0; i < nr_cpus; i++)
			gic_send_sgi(cpu_mpidr[(index + i) % nr_cpus], i % 8);
}

static void go_off(unsigned index)
{
	(void)index;
	arrive();
	(void)psci_call(PSCI_CPU_OFF, 0, 0, 0);
}

static void reset_all(unsigned index)
{
	(void)index;
	psci_system_reset();
}

static bool all_there(void)
{
	return __atomic_load_n(&cpus_there, __ATOMIC_ACQUIRE) == nr_cpus - 1;
}

static void start_others(void (*run)(unsigned index))
{
	cpus_there = 0;
	for (unsigned i = 1; i < nr_cpus; i++)
		(void)cpu_start(i, run);
	(void)wait_for(all_there, PATIENCE_US);
}

/* ---- Ends ---- */

static void reset(void)
{
	psci_system_reset();
}

static void reset2(void)
{
	(void)psci_call(PSCI_SYSTEM_RESET2_64, 0, 0, 0);
}

static void reset_beside_busy(void)
{
	start_others(be_busy);
	reset();
}

static void reset_beside_asleep(void)
{
	start_others(be_asleep);
	reset();
}

static void reset_beside_suspended(void)
{
	start_others(be_suspended);
	reset();
}

static void reset_beside_starting(void)
{
	for (unsigned i = 1; i < nr_cpus; i++)
		(void)cpu_start(i, be_busy);
	reset();
}

static void reset_by_another(void)
{
	(void)cpu_start(1, reset_all);
	for (;;)
		yield();
}

static void reset_by_all(void)
{
	for (unsigned i = 1; i < nr_cpus; i++)
		(void)cpu_start(i, reset_all);
	reset();
}

static void last_cpu_off(void)
{
	(void)psci_call(PSCI_CPU_OFF, 0, 0, 0);
}

static void all_cpus_off(void)
{
	start_others(go_off);
	(void)psci_call(PSCI_CPU_OFF, 0, 0, 0);
}

static void set_vectors(uint64_t vectors)
{
	sysreg_write(vbar_el1, vectors);
	isb();
}

static void mmu_off(void)
{
	sysreg_write(sctlr_el1, 0x30d00800);
	isb();
}

static void jump(uint64_t to)
{
	((void (*)(void))to)();
}

static void jump_nowhere(void)
{
	set_vectors(ADDRESS_NOWHERE);
	mmu_off();
	jump(ADDRESS_NOWHERE + 0x100000);
}

static void vectors_nowhere(void)
{
	set_vectors(ADDRESS_NOWHERE);
	mmu_off();
	__asm__ volatile("udf #0");
}

static void vectors_in_device(void)
{
	set_vectors(rtc);
	mmu_off();
	__asm__ volatile("udf #0");
}

static void vectors_in_emulated_device(void)
{
	struct fdt_node node;
	uint64_t base = 0, size;

	fdt_walk(&node);
	if (fdt_next_compatible(&node, "arm,pl011"))
		(void)fdt_reg(&node, 0, &base, &size);
	set_vectors(base);
	mmu_off();
	__asm__ volatile("udf #0");
}

static void load_without_vectors(void)
{
	set_vectors(ADDRESS_NOWHERE);
	mmu_off();
	(void)mmio_read32(ADDRESS_NOWHERE + 0x10000);
}

static void tables_nowhere(void)
{
	sysreg_write(ttbr0_el1, ADDRESS_NOWHERE);
	__asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
}

static void crash_beside_busy(void)
{
	start_others(be_busy);
	vectors_nowhere();
}

static void crash_on_another(unsigned index)
{
	(void)index;
	vectors_nowhere();
}

static void another_crashes(void)
{
	(void)cpu_start(2, crash_on_another);
	for (;;)
		wfi();
}

/* ---- Interrupts left in every state ---- */

static void timer_pending(void)
{
	irq_disable();
	gic_enable(timer_interrupts.virtual, false);
	sysreg_write(cntv_cval_el0, 0);
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	isb();
	delay_us(1000);
	reset();
}

static void reset_in_handler(uint32_t intid)
{
	(void)intid;
	reset();
}

static void timer_active(void)
{
	irq_set_handler(timer_interrupts.virtual, reset_in_handler);
	gic_enable(timer_interrupts.virtual, false);
	sysreg_write(cntv_cval_el0, 0);
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	isb();
	for (;;)
		yield();
}

static void sgi_active(void)
{
	irq_set_handler(SGI, reset_in_handler);
	gic_send_sgi(cpu_mpidr[0], SGI);
	for (;;)
		yield();
}

static void sgis_pending(void)
{
	irq_disable();
	start_others(be_busy);
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		for (unsigned sgi = 0; sgi < 8; sgi++)
			gic_send_sgi(cpu_mpidr[cpu], sgi);
	reset();
}

static void sgis_flying(void)
{
	irq_disable();
	start_others(send_for_ever);
	delay_us(2000);
	reset();
}

/* The interrupt is level-triggered and forwarded by the hypervisor: asserted, pending or active in the physical GIC at the end. */
static void rtc_assert(void)
{
	mmio_write32(rtc + RTCICR, 1);
	mmio_write32(rtc + RTCIMSC, 1);
	gic_enable(rtc_irq.intid, false);
	/* The alarm goes off when the clock reaches the alarm time, which says which life this is: so the clock is set to it. */
	mmio_write32(rtc + RTCLR, mmio_read32(rtc + RTCMR));
}

static void rtc_active(void)
{
	irq_set_handler(rtc_irq.intid, reset_in_handler);
	rtc_assert();
	for (;;)
		yield();
}

static void rtc_pending(void)
{
	irq_disable();
	rtc_assert();
	delay_us(1000);
	reset();
}

/* ---- State of the CPU ---- */

static void debug_state(void)
{
	/* A breakpoint on the first instruction of the next life, were it still there, and single-stepping. */
	sysreg_write(dbgbvr0_el1, (uint64_t)image_start);
	sysreg_write(dbgbcr0_el1, 0x1e5); /* E, PMC EL1, BAS 1111 */
	sysreg_write(dbgwvr0_el1, (uint64_t)image_start & ~7ul);
	sysreg_write(dbgwcr0_el1, 0x1ff5); /* E, PAC EL1, loads and stores, all bytes */
	sysreg_write(mdscr_el1, 1u << 15 | 1u << 13); /* MDE, KDE */
	isb();
	reset();
}

static void float_state(void)
{
	sysreg_write(cpacr_el1, 3u << 20);
	isb();
	__asm__ volatile(".arch_extension fp\n\tfmov d7, %0\n\tmsr fpcr, %1" : : "r"(~0ul), "r"(1ul << 24) : "memory");
	sysreg_write(tpidr_el0, ~0ul);
	reset();
}

static void odd_translation(void)
{
	mmu_off();
	sysreg_write(mair_el1, 0);
	sysreg_write(tcr_el1, 0);
	sysreg_write(ttbr0_el1, ADDRESS_NOWHERE);
	sysreg_write(contextidr_el1, ~0u);
	reset();
}

static void console_flood(void)
{
	for (unsigned i = 0; i < 200; i++)
		print("a line that nobody may ever read, %u, and that must not keep anybody from anything\n", i);
	reset();
}

/* ---- What only the watchdog ends ---- */

#define WCS 0x00
#define WOR 0x08

static void start_watchdog(void)
{
	struct fdt_node node;
	uint64_t control = 0, size;

	fdt_walk(&node);
	if (fdt_next_compatible(&node, "arm,sbsa-gwdt"))
		(void)fdt_reg(&node, 0, &control, &size);
	mmio_write32(control + WOR, (uint32_t)counter_from_us(20000));
	mmio_write32(control + WCS, 1);
}

static void spin(void)
{
	start_watchdog();
	irq_disable();
	for (;;)
		yield();
}

static void sleep_for_ever(void)
{
	start_watchdog();
	irq_disable();
	for (;;)
		wfi();
}

static void fault_for_ever(void)
{
	start_watchdog();
	mmu_off();
	set_vectors(memory[0].start + memory[0].size / 2 + 0x200000); /* scrubbed: zeros are no instructions */
	__asm__ volatile("udf #0");
}

/* Every push of the handler faults, in stage 2, and is given back as an abort, whose handler pushes. */
static void stack_nowhere(void)
{
	start_watchdog();
	__asm__ volatile("mov sp, %0\n\tudf #0" : : "r"(ADDRESS_NOWHERE) : "memory");
}

static void secondary_never_returns(void)
{
	start_watchdog();
	cpus_there = 0;
	(void)psci_cpu_on(cpu_mpidr[1], ADDRESS_NOWHERE, 0);
	(void)cpu_start(2, be_busy);
	while (__atomic_load_n(&cpus_there, __ATOMIC_ACQUIRE) < 2)
		yield();
}

static void watchdog_on_another(unsigned index)
{
	(void)index;
	start_watchdog();
	irq_disable();
	for (;;)
		yield();
}

static void first_cpu_off(void)
{
	(void)cpu_start(3, watchdog_on_another);
	(void)psci_call(PSCI_CPU_OFF, 0, 0, 0);
}

static void reset_with_watchdog(void)
{
	start_watchdog();
	reset();
}

static const struct end {
	const char *name;
	void (*run)(void);
} ends[] = {
	{ "SYSTEM_RESET", reset },
	{ "SYSTEM_RESET2", reset2 },
	{ "SYSTEM_RESET beside busy CPUs", reset_beside_busy },
	{ "SYSTEM_RESET beside CPUs in WFI", reset_beside_asleep },
	{ "SYSTEM_RESET beside CPUs in CPU_SUSPEND", reset_beside_suspended },
	{ "SYSTEM_RESET beside CPUs on their way up", reset_beside_starting },
	{ "SYSTEM_RESET by another CPU", reset_by_another },
	{ "SYSTEM_RESET by all CPUs", reset_by_all },
	{ "CPU_OFF of the last CPU", last_cpu_off },
	{ "CPU_OFF of all CPUs", all_cpus_off },
	{ "a jump to nowhere", jump_nowhere },
	{ "exception vectors nowhere", vectors_nowhere },
	{ "exception vectors in a device", vectors_in_device },
	{ "exception vectors in an emulated device", vectors_in_emulated_device },
	{ "a load from nowhere without vectors", load_without_vectors },
	{ "translation tables nowhere", tables_nowhere },
	{ "a crash beside busy CPUs", crash_beside_busy },
	{ "a crash of another CPU", another_crashes },
	{ "the timer's interrupt pending", timer_pending },
	{ "the timer's interrupt active", timer_active },
	{ "an SGI active", sgi_active },
	{ "SGIs pending on all CPUs", sgis_pending },
	{ "SGIs under way between all CPUs", sgis_flying },
	{ "a device's interrupt active", rtc_active },
	{ "a device's interrupt pending", rtc_pending },
	{ "breakpoints and watchpoints set", debug_state },
	{ "floating point registers in use", float_state },
	{ "translation registers overwritten", odd_translation },
	{ "a flooded console", console_flood },
	{ "a loop with interrupts masked", spin },
	{ "a wait for nothing", sleep_for_ever },
	{ "an endless chain of faults", fault_for_ever },
	{ "a stack nowhere", stack_nowhere },
	{ "a CPU that never arrives", secondary_never_returns },
	{ "a watchdog of another CPU, the first one off", first_cpu_off },
	{ "SYSTEM_RESET with the watchdog on", reset_with_watchdog },
};

/* ---- A life ---- */

static void count_irq(uint32_t intid)
{
	if (intid == timer_interrupts.virtual)
		sysreg_write(cntv_ctl_el0, 0);
	if (intid == rtc_irq.intid) {
		mmio_write32(rtc + RTCIMSC, 0);
		mmio_write32(rtc + RTCICR, 1);
	}
	isb();
	irq_count++;
}

static bool irq_came(void)
{
	return irq_count > 0;
}

static void expect_nothing(const char *what)
{
	delay_us(1000);
	if (irq_count || irq_unexpected)
		print("not ok - %s: %u interrupts from the last life\n", what, irq_count + irq_unexpected);
	irq_count = irq_unexpected = 0;
}

static void expect_one(const char *what)
{
	if (!wait_for(irq_came, PATIENCE_US))
		print("not ok - %s does not come\n", what);
	irq_count = 0;
}

/* Interrupts of every kind come, once, and none that is not this life's. */
static void check_interrupts(void)
{
	for (unsigned sgi = 0; sgi < 8; sgi++)
		irq_set_handler(sgi, count_irq);
	irq_set_handler(timer_interrupts.virtual, count_irq);
	irq_set_handler(rtc_irq.intid, count_irq);
	expect_nothing("before anything");
	gic_send_sgi(cpu_mpidr[0], SGI);
	expect_one("an SGI");
	gic_enable(timer_interrupts.virtual, false);
	sysreg_write(cntv_cval_el0, counter_read());
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	expect_one("the timer's interrupt");
	expect_nothing("after the timer");
}

static void check_rtc(void)
{
	rtc_assert();
	expect_one("the RTC's interrupt");
	expect_nothing("after the RTC");
	gic_disable(rtc_irq.intid);
}

/* Unused memory is as scrubbed; what is left there now must not be found by the next life. */
static void check_memory(bool first)
{
	const unsigned words = 0x100000 / 4;
	unsigned dirty = 0;

	marks = (volatile uint32_t *)(memory[0].start + memory[0].size / 2);
	for (unsigned i = 0; i < words; i++) {
		dirty += marks[i] != 0;
		marks[i] = 0x5ec7e700 + i;
	}
	if (dirty && !first)
		print("not ok - %u words of the last life's memory are left\n", dirty);
}

void guest_main(void)
{
	struct fdt_node node;
	uint64_t size;
	uint32_t life;

	fdt_walk(&node);
	if (nr_cpus != 4 || !fdt_next_compatible(&node, "arm,pl031") || !fdt_reg(&node, 0, &rtc, &size) || !fdt_interrupt(&node, 0, &rtc_irq)) {
		print("not ok - 4 CPUs and a PL031 are needed\n");
		psci_system_off();
	}
	life = mmio_read32(rtc + RTCMR);
	irq_enable();
	check_memory(life == 0);
	check_interrupts();
	check_rtc();
	if (life == ARRAY_SIZE(ends)) {
		print("all %u lives lived\n", life + 1);
		psci_system_off();
	}
	mmio_write32(rtc + RTCMR, life + 1);
	print("life %u ends by %s\n", life + 1, ends[life].name);
	ends[life].run();
	print("not ok - %s does not end this life\n", ends[life].name);
	for (;;)
		wfi();
}
