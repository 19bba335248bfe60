/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In bulkhead-faults.bin guests may break the hypervisor: an unknown hypercall with the number below is a fault of EL2's own, of the kind in x1
 * (tests/guest/faults.c, which has the same names).
 */
#include "arch/arm64/port.h"
#include "arch/arm64/spinlock.h"
#include "common/console_state.h"
#include "common/port.h"

#define FAULT_CALL 0xc6007a17

enum fault_kind {
	FAULT_LOAD, FAULT_STORE_TO_TEXT, FAULT_JUMP, FAULT_CANARY, FAULT_STACK, FAULT_UNDEFINED, /* with no lock held */
	FAULT_IN_VM_LOCK, FAULT_IN_VGIC_LOCK, FAULT_IN_CONSOLE_LOCK,
	FAULT_KICK_ALL = 100, /* no fault, but what isolation forbids: every CPU is disturbed */
};

struct vcpu *__real_exit_call(struct vcpu *vcpu, int action);
struct vcpu *__wrap_exit_call(struct vcpu *vcpu, int action);

static NOINLINE uint64_t fault_load(void)
{
	volatile uint64_t nowhere = 8;

	return *(volatile uint64_t *)nowhere;
}

static NOINLINE uint64_t fault_deeper(volatile uint64_t *above)
{
	volatile uint64_t here[16];

	for (unsigned i = 0; i < 16; i++)
		here[i] = *above + i;
	/* Never so, but no compiler knows. */
	return here[15] == 0 ? 0 : fault_deeper(here) + here[15];
}

static void fault(uint64_t kind, struct vcpu *vcpu)
{
	switch ((enum fault_kind)kind) {
	case FAULT_LOAD:
		(void)fault_load();
		break;
	case FAULT_STORE_TO_TEXT:
		*(volatile uint32_t *)__real_exit_call = 0;
		break;
	case FAULT_JUMP:
		((void (*)(void))BIT(40))();
		break;
	case FAULT_CANARY:
		__stack_chk_fail();
	case FAULT_STACK:
		(void)fault_deeper(&kind);
		break;
	case FAULT_UNDEFINED:
		__asm__ volatile("udf #0");
		break;
	case FAULT_IN_VM_LOCK:
		spin_lock(&vcpu->vm->lock);
		(void)fault_load();
		break;
	case FAULT_IN_VGIC_LOCK:
		spin_lock((struct spinlock *)gic_lock(vcpu->vm->id));
		(void)fault_load();
		break;
	case FAULT_IN_CONSOLE_LOCK:
		(void)console_enter();
		(void)fault_load();
		break;
	case FAULT_KICK_ALL:
		for (uint32_t i = 0; i < nr_cpus; i++)
			gic_kick(&cpus[i]);
		break;
	}
}

struct vcpu *__wrap_exit_call(struct vcpu *vcpu, int action)
{
	if ((uint32_t)vcpu->arch.x[0] == FAULT_CALL)
		fault(vcpu->arch.x[1], vcpu);
	return __real_exit_call(vcpu, action);
}
