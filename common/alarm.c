/* SPDX-License-Identifier: Apache-2.0 */
#include "common/alarm.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/sysreg.h"
#include "common/port.h"
#include "common/shared_cpu.h"
#include "common/vm.h"
#include "common/vwatchdog.h"

#define TIMER_ENABLE BIT(0)

uint32_t alarm_frequency;

uint64_t alarm_now(void)
{
	/* Not earlier than the access that asks: the counter may be read ahead of it (Arm ARM D12.1.2). */
	isb();
	return read_sysreg(cntpct_el0);
}

void alarm_set(uint64_t at)
{
	if (at == VWATCHDOG_NEVER) {
		write_sysreg(0, cnthp_ctl_el2);
	} else {
		write_sysreg(at, cnthp_cval_el2);
		write_sysreg(TIMER_ENABLE, cnthp_ctl_el2);
	}
	/* The line has the new level before the interrupt is ended. */
	isb();
}

void alarm_run(struct vm *vm)
{
	uint64_t at = vm->watchdog ? vwatchdog_run(vm->watchdog, alarm_now()) : VWATCHDOG_NEVER;

	if (vm->vcpus[0].shared)
		shared_cpu_set_alarm(&vm->vcpus[0], at);
	else
		alarm_set(at);
}

void alarm_changed(struct vm *vm)
{
	struct vcpu *first = &vm->vcpus[0];

	if (first->cpu == this_cpu()) {
		alarm_run(vm);
	} else {
		__atomic_fetch_or(&first->requests, VCPU_REQ_ALARM, __ATOMIC_RELEASE);
		vcpu_kick(first);
	}
}

void alarm_irq(void)
{
	struct cpu *cpu = this_cpu();

	if (cpu->shared)
		shared_cpu_alarm(cpu);
	else if (cpu->vcpu && cpu->vcpu->id == 0)
		alarm_run(cpu->vcpu->vm);
	else
		alarm_set(VWATCHDOG_NEVER);
}
