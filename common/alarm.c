/* SPDX-License-Identifier: Apache-2.0 */
#include "common/alarm.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/sysreg.h"
#include "common/port.h"
#include "common/vm.h"
#include "common/vwatchdog.h"

#define TIMER_ENABLE BIT(0)

uint64_t alarm_now(void)
{
	/* Not earlier than the access that asks: the counter may be read ahead of it (Arm ARM D12.1.2). */
	isb();
	return read_sysreg(cntpct_el0);
}

static void program(uint64_t at)
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
	program(vm->watchdog ? vwatchdog_run(vm->watchdog, alarm_now()) : VWATCHDOG_NEVER);
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
	struct vcpu *vcpu = this_cpu()->vcpu;

	if (vcpu && vcpu->id == 0)
		alarm_run(vcpu->vm);
	else
		program(VWATCHDOG_NEVER);
}
