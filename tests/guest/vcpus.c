/* SPDX-License-Identifier: Apache-2.0 */
/* As many vCPUs as there are: they start, send each other SGIs, have timers and registers of their own, go off and on. Passes with and without a hypervisor. */
#include "tests/guest/vcpus/vcpus.h"

#define PATIENCE_US 120000000
#define LOOK_US 500

volatile uint32_t boots[CPU_MAX];
static void (*work[CPU_MAX])(void);

static void nothing(uint32_t intid)
{
	(void)intid;
}

static void stop_timer(uint32_t intid)
{
	(void)intid;
	sysreg_write(cntv_ctl_el0, 0);
	isb();
}

void alarm_set(uint64_t at)
{
	sysreg_write(cntv_cval_el0, at);
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	isb();
}

bool sleep_until(bool (*done)(void))
{
	uint64_t end = counter_read() + counter_from_us(PATIENCE_US);
	bool is_done;

	/* What comes between the look and the WFI stays pending, and ends the WFI. */
	for (;;) {
		irq_disable();
		is_done = done();
		if (is_done || counter_read() >= end)
			break;
		alarm_set(counter_read() + counter_from_us(LOOK_US));
		wfi();
		irq_enable();
		isb();
	}
	sysreg_write(cntv_ctl_el0, 0);
	isb();
	irq_enable();
	return is_done;
}

static void prepare_cpu(void)
{
	sysreg_write(cpacr_el1, 3ul << 20); /* FPEN */
	isb();
	gic_enable(timer_interrupts.virtual, false);
	gic_enable(timer_interrupts.physical, false);
}

void serve(unsigned index)
{
	prepare_cpu();
	boots[index]++;
	dsb(ish);
	for (;;) {
		void (*todo)(void);

		irq_disable();
		todo = __atomic_load_n(&work[index], __ATOMIC_ACQUIRE);
		if (todo == NULL) {
			wfi();
			irq_enable();
			isb();
			continue;
		}
		irq_enable();
		todo();
		__atomic_store_n(&work[index], NULL, __ATOMIC_RELEASE);
	}
}

void post(unsigned cpu, void (*todo)(void))
{
	__atomic_store_n(&work[cpu], todo, __ATOMIC_RELEASE);
	gic_send_sgi(cpu_mpidr[cpu], SGI_WORK);
}

bool is_idle(unsigned cpu)
{
	return __atomic_load_n(&work[cpu], __ATOMIC_ACQUIRE) == NULL;
}

static bool all_idle(void)
{
	for (unsigned i = 0; i < nr_cpus; i++)
		if (!is_idle(i))
			return false;
	return true;
}

bool on_all(void (*todo)(void))
{
	unsigned self = cpu_index();

	for (unsigned i = 0; i < nr_cpus; i++)
		if (i != self)
			post(i, todo);
	todo();
	return sleep_until(all_idle);
}

static bool all_came(void)
{
	for (unsigned i = 0; i < nr_cpus; i++)
		if (i != cpu_index() && boots[i] != 1)
			return false;
	return true;
}

void test_start(void)
{
	unsigned refused = 0;

	for (unsigned i = 0; i < nr_cpus; i++)
		refused += i != cpu_index() && cpu_start(i, serve) != PSCI_SUCCESS;
	tap_result(refused == 0, "CPU_ON of %u CPUs (%u refused)", nr_cpus - 1, refused);
	tap_result(sleep_until(all_came), "%u CPUs run", nr_cpus);
}

void guest_main(void)
{
	irq_set_handler(SGI_WORK, nothing);
	irq_set_handler(timer_interrupts.virtual, stop_timer);
	prepare_cpu();
	irq_enable();
	test_start();
	test_sgis();
	test_timers();
	irq_set_handler(timer_interrupts.virtual, stop_timer);
	test_registers();
	test_races();
	tap_result(irq_unexpected == 0, "%u unexpected interrupts", irq_unexpected);
	tap_done();
}
