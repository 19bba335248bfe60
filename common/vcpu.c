/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU's life on its CPU: off, turned on, running, off again. The power state is the only thing other CPUs change: CPU_ON makes it
 * ON_PENDING and kicks; here it becomes ON.
 */
#include "arch/arm64/barrier.h"
#include "common/alarm.h"
#include "common/log.h"
#include "common/port.h"
#include "common/shared_cpu.h"
#include "common/vm.h"

_Static_assert(offsetof(struct vcpu, handle_irqs) == VCPU_HANDLE_IRQS && offsetof(struct vcpu, exits[EXIT_IRQ]) == VCPU_EXITS_IRQ, "offsets.h");
_Static_assert(offsetof(struct vcpu, requests) == VCPU_REQUESTS && offsetof(struct vcpu, sgis) == VCPU_REQUESTS + 4, "offsets.h");

bool vcpu_take_requests(struct vcpu *vcpu)
{
	/* Acquire: pairs with the release by which a request was set after the state it is about. */
	uint32_t requests = __atomic_exchange_n(&vcpu->requests, 0, __ATOMIC_ACQUIRE);

	if (requests & VCPU_REQ_PARK)
		cpu_park();
	if (requests & VCPU_REQ_VGIC || vcpu->sgis)
		vgic_sync_vcpu(vcpu);
	if (requests & VCPU_REQ_ALARM)
		alarm_run(vcpu->vm);
	if (requests & VCPU_REQ_DUMP)
		vcpu_dump(vcpu);
	if (requests & VCPU_REQ_START)
		vm_start_here(vcpu->vm);
	return requests & VCPU_REQ_STOP;
}

/* Until something is pending for this CPU; interrupts are masked in EL2, and wake it all the same. */
static void idle(struct vcpu *vcpu)
{
	lock_check_none();
	dsb(sy); /* what was written before sleeping may be what another CPU waits for */
	wfi();
	gic_handle_irqs(vcpu);
}

/* The last vCPU to go takes the VM down; only then may the VM's memory and interrupts be touched. */
void vcpu_turn_off(struct vcpu *vcpu)
{
	__atomic_store_n(&vcpu->power, VCPU_OFF, __ATOMIC_RELEASE);
	if (__atomic_sub_fetch(&vcpu->vm->nr_on, 1, __ATOMIC_ACQ_REL) == 0)
		vm_went_down(vcpu->vm);
}

void vcpu_start(struct vcpu *vcpu)
{
	vm_check_closed(vcpu->vm);
	arch_vcpu_reset(&vcpu->arch, vcpu->on_entry, vcpu->on_context);
	vgic_reset_vcpu(vcpu);
	__atomic_store_n(&vcpu->power, VCPU_ON, __ATOMIC_RELEASE);
}

void vcpu_wait(struct vcpu *vcpu)
{
	for (;;) {
		/* Orders from its last life, the one to stop above all. A VM that is ended anew after this is seen by its state, or asks again. */
		if (vcpu->requests)
			(void)vcpu_take_requests(vcpu);
		/* Acquire: pairs with CPU_ON's release, after which on_entry and on_context are valid. */
		if (__atomic_load_n(&vcpu->power, __ATOMIC_ACQUIRE) == VCPU_ON_PENDING) {
			if (__atomic_load_n(&vcpu->vm->state, __ATOMIC_ACQUIRE) == VM_RUNNING)
				break;
			vcpu_turn_off(vcpu); /* turned on by a sibling while the VM was being stopped */
		}
		idle(vcpu);
	}
	arch_vcpu_load(&vcpu->arch, &vcpu->vm->arch);
	vcpu_start(vcpu);
	/* Not by returning to where it went off: there, registers that C preserves would still be those of its former life. */
	vcpu_enter(vcpu);
}

void vcpu_off(struct vcpu *vcpu)
{
	if (vcpu->shared)
		shared_cpu_off(vcpu);
	arch_vcpu_quiesce(&vcpu->arch);
	vgic_stop_vcpu(vcpu);
	vcpu_turn_off(vcpu);
	vcpu_wait(vcpu);
}

struct vcpu *vcpu_suspend(struct vcpu *vcpu)
{
	if (vcpu->shared)
		return shared_cpu_wait(vcpu);
	while (!vgic_vcpu_has_pending(vcpu)) {
		idle(vcpu);
		if (vcpu->requests)
			return vcpu_handle_requests(vcpu);
	}
	return vcpu;
}

struct vcpu *vcpu_handle_requests(struct vcpu *vcpu)
{
	if (vcpu_take_requests(vcpu))
		vcpu_off(vcpu);
	return vcpu->shared ? shared_cpu_next(vcpu->cpu) : vcpu;
}

void vcpu_run(struct cpu *cpu)
{
	if (cpu->shared)
		shared_cpu_run(cpu);
	if (!cpu->vcpu)
		for (;;)
			idle(NULL);
	vcpu_wait(cpu->vcpu);
}
