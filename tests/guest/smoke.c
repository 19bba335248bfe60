/* SPDX-License-Identifier: Apache-2.0 */
/* What every guest relies on, one TAP line each. Passes with and without a hypervisor. */
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/exception.h"
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/pl011.h"
#include "tests/guest/kit/psci.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/timer.h"

/* Generous: an emulator on a busy machine. */
#define PATIENCE_US 10000000
#define SGI_PING 1
#define SGI_PONG 2
#define FUNCTION_UNKNOWN 0x8400ff00u /* in the standard service range, not assigned */

static volatile uint32_t irq_count, irq_cpu;

static void count_irq(uint32_t intid)
{
	(void)intid;
	irq_cpu = cpu_index();
	irq_count++;
}

static bool irq_came(void)
{
	return irq_count > 0;
}

/* ---- CPU ---- */

static void test_exception_level(void)
{
	unsigned el = (unsigned)(sysreg_read(CurrentEL) >> 2);

	tap_result(el == 1, "runs at EL1 (EL%u)", el);
}

#define READ_ID(name) \
	do { \
		fault_expect(); \
		(void)sysreg_read(name); \
		if (fault_taken().taken) \
			unreadable = #name; \
	} while (0)

static void test_id_registers(void)
{
	const char *unreadable = NULL;
	uint64_t pfr0;

	READ_ID(midr_el1);
	READ_ID(mpidr_el1);
	READ_ID(revidr_el1);
	READ_ID(ctr_el0);
	READ_ID(dczid_el0);
	READ_ID(clidr_el1);
	READ_ID(id_aa64pfr0_el1);
	READ_ID(id_aa64pfr1_el1);
	READ_ID(id_aa64dfr0_el1);
	READ_ID(id_aa64dfr1_el1);
	READ_ID(id_aa64isar0_el1);
	READ_ID(id_aa64isar1_el1);
	READ_ID(id_aa64mmfr0_el1);
	READ_ID(id_aa64mmfr1_el1);
	READ_ID(id_aa64mmfr2_el1);
	READ_ID(S3_0_C0_C7_7); /* in the ID space, reserved: reads as zero */
	tap_result(unreadable == NULL, "ID registers are readable%s%s", unreadable ? ", but not " : "", unreadable ? unreadable : "");
	pfr0 = sysreg_read(id_aa64pfr0_el1);
	tap_result((pfr0 >> 4 & 0xf) != 0 && (pfr0 & 0xf) != 0, "ID_AA64PFR0_EL1 has EL0 and EL1 (%016lx)", pfr0);
}

static void test_mpidr(void)
{
	tap_result((sysreg_read(mpidr_el1) & MPIDR_AFFINITY) == cpu_mpidr[cpu_index()], "MPIDR_EL1 is the DTB's cpu %u", cpu_index());
}

/* ---- interrupts ---- */

static void expect_irq(uint32_t intid)
{
	irq_count = 0;
	irq_set_handler(intid, count_irq);
	gic_enable(intid, false);
}

static void handle_virtual_timer(uint32_t intid)
{
	sysreg_write(cntv_ctl_el0, 0);
	isb();
	count_irq(intid);
}

static void handle_physical_timer(uint32_t intid)
{
	sysreg_write(cntp_ctl_el0, 0);
	isb();
	count_irq(intid);
}

static void test_virtual_timer(void)
{
	uint64_t deadline = counter_read() + counter_from_us(5000);

	expect_irq(timer_interrupts.virtual);
	irq_set_handler(timer_interrupts.virtual, handle_virtual_timer);
	sysreg_write(cntv_cval_el0, deadline);
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	tap_result(wait_for(irq_came, PATIENCE_US) && counter_read() >= deadline, "virtual timer interrupt (%u)", timer_interrupts.virtual);
	delay_us(2000);
	tap_result(irq_count == 1, "virtual timer interrupt comes once (%u)", irq_count);
	gic_disable(timer_interrupts.virtual);
}

static void test_physical_timer(void)
{
	uint64_t before, after, counter;

	expect_irq(timer_interrupts.physical);
	irq_set_handler(timer_interrupts.physical, handle_physical_timer);
	isb();
	before = sysreg_read(cntpct_el0);
	sysreg_write(cntp_cval_el0, before + counter_from_us(5000));
	sysreg_write(cntp_ctl_el0, TIMER_ENABLE);
	tap_result(wait_for(irq_came, PATIENCE_US), "physical timer interrupt (%u)", timer_interrupts.physical);
	counter = counter_read();
	isb();
	after = sysreg_read(cntpct_el0);
	tap_result(after >= before + counter_from_us(5000) && counter_frequency() != 0, "physical counter runs (%lu kHz, virtual %lu)",
		   counter_frequency() / 1000, counter);
	delay_us(2000);
	tap_result(irq_count == 1, "physical timer interrupt comes once (%u)", irq_count);
	gic_disable(timer_interrupts.physical);
}

static void test_masked_timer(void)
{
	expect_irq(timer_interrupts.virtual);
	irq_set_handler(timer_interrupts.virtual, handle_virtual_timer);
	sysreg_write(cntv_cval_el0, counter_read());
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE | TIMER_MASK);
	delay_us(2000);
	tap_result(irq_count == 0 && (sysreg_read(cntv_ctl_el0) & TIMER_STATUS), "a masked timer shows its status and does not interrupt");
	sysreg_write(cntv_ctl_el0, 0);
	gic_disable(timer_interrupts.virtual);
}

static void test_disabled_interrupt(void)
{
	irq_count = 0;
	gic_disable(timer_interrupts.virtual);
	sysreg_write(cntv_cval_el0, counter_read());
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	delay_us(2000);
	tap_result(irq_count == 0, "a disabled interrupt does not come");
	gic_enable(timer_interrupts.virtual, false);
	tap_result(wait_for(irq_came, PATIENCE_US), "and comes when it is enabled");
	sysreg_write(cntv_ctl_el0, 0);
	gic_disable(timer_interrupts.virtual);
}

static void test_sgi_self(void)
{
	expect_irq(SGI_PING);
	gic_send_sgi(cpu_mpidr[cpu_index()], SGI_PING);
	tap_result(wait_for(irq_came, PATIENCE_US) && irq_cpu == cpu_index(), "SGI to self");
}

static void test_wfi(void)
{
	expect_irq(timer_interrupts.virtual);
	irq_set_handler(timer_interrupts.virtual, handle_virtual_timer);
	irq_disable();
	sysreg_write(cntv_cval_el0, counter_read() + counter_from_us(20000));
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	isb();
	/* WFI may also end early: what counts is that it ends, and that the interrupt is then there. */
	while (!(sysreg_read(cntv_ctl_el0) & TIMER_STATUS))
		wfi();
	irq_enable();
	tap_result(wait_for(irq_came, PATIENCE_US), "WFI wakes up with interrupts masked");
	gic_disable(timer_interrupts.virtual);
}

static void test_uart(void)
{
	bool identified = true;
	static const uint8_t ids[8] = { 0x11, 0x10, 0, 0, 0x0d, 0xf0, 0x05, 0xb1 };

	/* PeriphID0-3 and PCellID0-3 (DDI 0183); PeriphID2 has the revision in its high half. */
	for (unsigned i = 0; i < 8; i++) {
		uint32_t id = mmio_read32(pl011_base() + 0xfe0 + i * 4);

		identified = identified && (i == 2 ? (id & 0xf) == 4 : (id & 0xff) == ids[i]);
	}
	tap_result(identified, "PL011 identifies itself");
	irq_count = 0;
	irq_set_handler(pl011_intid(), count_irq);
	tap_result(pl011_intid() >= 32, "PL011 interrupt is an SPI (%u)", pl011_intid());
}

/* ---- PSCI ---- */

static void test_psci(void)
{
	int64_t version = psci_call(PSCI_VERSION, 0, 0, 0);

	tap_result(version >= 2 && version < 0x20000, "PSCI_VERSION is 0.2 or later (%ld.%ld, %s)", version >> 16, version & 0xffff, psci_method());
	if (version >= 0x10000) {
		tap_result(psci_call(PSCI_FEATURES, PSCI_CPU_ON, 0, 0) == 0 && psci_call(PSCI_FEATURES, PSCI_SYSTEM_OFF, 0, 0) == 0,
			   "PSCI_FEATURES has CPU_ON and SYSTEM_OFF");
		tap_result(psci_call(PSCI_FEATURES, FUNCTION_UNKNOWN, 0, 0) == PSCI_NOT_SUPPORTED, "PSCI_FEATURES of an unknown function");
	} else {
		tap_skip("PSCI_FEATURES has CPU_ON and SYSTEM_OFF", "PSCI before 1.0");
		tap_skip("PSCI_FEATURES of an unknown function", "PSCI before 1.0");
	}
	tap_result(psci_call(PSCI_AFFINITY_INFO, cpu_mpidr[cpu_index()], 0, 0) == 0, "AFFINITY_INFO of this CPU is ON");
	tap_result(psci_call(PSCI_AFFINITY_INFO, 0xff00ffff00, 0, 0) == PSCI_INVALID_PARAMETERS, "AFFINITY_INFO of a CPU that is not there");
	tap_result(psci_call(PSCI_CPU_ON, 0xff00ffff00, (uint64_t)image_start, 0) == PSCI_INVALID_PARAMETERS, "CPU_ON of a CPU that is not there");
	tap_result(psci_call(PSCI_CPU_ON, cpu_mpidr[cpu_index()], (uint64_t)image_start, 0) == PSCI_ALREADY_ON, "CPU_ON of this CPU");
	tap_result(psci_call(FUNCTION_UNKNOWN, 0, 0, 0) == -1, "an unknown call returns -1");
}

/* The conduit the DTB does not name is answered by a hypervisor; without one it is undefined. */
static void test_other_conduit(void)
{
	struct fault fault;
	int64_t result;

	if (string_equal(psci_method(), "smc")) {
		/* Natively this would go to an EL2 where nobody is. */
		tap_skip("SMC is answered or undefined", "it is the conduit");
		return;
	}
	fault_expect();
	result = smccc_smc(FUNCTION_UNKNOWN, 0, 0, 0);
	fault = fault_taken();
	tap_result(fault.taken ? ESR_EC(fault.esr) == EC_UNKNOWN : result == -1, "SMC is answered or undefined (%s)",
		   fault.taken ? "undefined" : "answered");
}

/* ---- other CPUs ---- */

static volatile uint32_t arrived, pongs, pings[CPU_MAX];

static void handle_ping(uint32_t intid)
{
	(void)intid;
	pings[cpu_index()]++;
	gic_send_sgi(cpu_mpidr[0], SGI_PONG);
}

static void handle_pong(uint32_t intid)
{
	(void)intid;
	pongs++;
}

static bool has_arrived(void)
{
	return arrived > 0;
}

static bool has_answered(void)
{
	return pongs > 0;
}

static void run_secondary(unsigned index)
{
	gic_enable(SGI_PING, true);
	irq_enable();
	arrived = index;
	for (;;)
		wfi();
}

static void test_other_cpus(void)
{
	irq_set_handler(SGI_PING, handle_ping);
	irq_set_handler(SGI_PONG, handle_pong);
	gic_enable(SGI_PONG, true);
	for (unsigned i = 1; i < nr_cpus; i++) {
		int64_t result;

		arrived = 0;
		tap_result(psci_call(PSCI_AFFINITY_INFO, cpu_mpidr[i], 0, 0) == 1, "AFFINITY_INFO of cpu %u is OFF", i);
		result = cpu_start(i, run_secondary);
		tap_result(result == 0 && wait_for(has_arrived, PATIENCE_US) && arrived == i, "CPU_ON of cpu %u (%ld)", i, result);
		tap_result(psci_call(PSCI_AFFINITY_INFO, cpu_mpidr[i], 0, 0) == 0, "AFFINITY_INFO of cpu %u is ON", i);
		tap_result(psci_call(PSCI_CPU_ON, cpu_mpidr[i], (uint64_t)image_start, 0) == PSCI_ALREADY_ON, "CPU_ON of cpu %u again", i);
	}
	for (unsigned i = 1; i < nr_cpus; i++) {
		pongs = 0;
		gic_send_sgi(cpu_mpidr[i], SGI_PING);
		tap_result(wait_for(has_answered, PATIENCE_US) && pings[i] == 1 && pongs == 1, "SGI to cpu %u and back", i);
	}
}

/* ---- what is not there ---- */

static void check_abort(struct fault fault, const char *what, uint64_t address)
{
	bool external = fault.serror || (ESR_EC(fault.esr) == EC_DATA_ABORT_SAME_EL && ESR_DFSC(fault.esr) == DFSC_EXTERNAL);

	tap_result(fault.taken && external, "%s at %lx is an external abort (esr %08lx)", what, address, fault.esr);
	if (!fault.serror)
		tap_result(fault.far == address, "FAR_EL1 has its address (%lx)", fault.far);
	else
		tap_skip("FAR_EL1 has its address", "SError");
}

static void test_unmapped(void)
{
	static const uint64_t holes[] = { 0x0b000000, ADDRESS_NOWHERE };

	for (unsigned i = 0; i < ARRAY_SIZE(holes); i++) {
		fault_expect();
		(void)mmio_read32(holes[i]);
		check_abort(fault_taken(), "a load", holes[i]);
		fault_expect();
		mmio_write32(holes[i] + 8, 1);
		check_abort(fault_taken(), "a store", holes[i] + 8);
	}
}

void guest_main(void)
{
	irq_enable();
	test_exception_level();
	test_id_registers();
	test_mpidr();
	test_uart();
	test_sgi_self();
	test_virtual_timer();
	test_physical_timer();
	test_masked_timer();
	test_disabled_interrupt();
	test_wfi();
	test_psci();
	test_other_conduit();
	test_other_cpus();
	test_unmapped();
	tap_result(irq_unexpected == 0, "no unexpected interrupts (%u)", irq_unexpected);
	tap_done();
}
