/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor's `dump`: a vCPU's registers, said by its own CPU at an exit that was forced for it. */
#include "arch/arm64/sysreg.h"
#include "common/log.h"
#include "common/port.h"
#include "common/vm.h"

#define HEX(reg) ((unsigned long long)read_sysreg(reg))

void vcpu_dump(struct vcpu *vcpu)
{
	const uint64_t *x = vcpu->arch.x;

	if (__atomic_load_n(&vcpu->power, __ATOMIC_RELAXED) != VCPU_ON) {
		log_info("%s: vCPU %u is off", vcpu->vm->name, vcpu->id);
		return;
	}
	log_info("%s: vCPU %u on CPU %u: pc %#llx pstate %#llx sctlr %#llx", vcpu->vm->name, vcpu->id, vcpu->cpu->id, HEX(elr_el2), HEX(spsr_el2),
		 HEX(sctlr_el1));
	for (unsigned i = 0; i < 30; i += 3)
		log_info("  x%-2u %016llx  x%-2u %016llx  x%-2u %016llx", i, (unsigned long long)x[i], i + 1, (unsigned long long)x[i + 1], i + 2,
			 (unsigned long long)x[i + 2]);
	log_info("  lr  %016llx  sp  %016llx", (unsigned long long)x[30], HEX(sp_el1));
	log_info("  elr %016llx  esr %016llx  far %016llx", HEX(elr_el1), HEX(esr_el1), HEX(far_el1));
	log_info("  vbar %016llx  ttbr0 %016llx  ttbr1 %016llx", HEX(vbar_el1), HEX(ttbr0_el1), HEX(ttbr1_el1));
	log_info("  timer %llx, at %llu; now %llu", HEX(cntv_ctl_el0), HEX(cntv_cval_el0), HEX(cntvct_el0));
}

void vm_dump(struct vm *vm)
{
	for (unsigned i = 0; i < vm->nr_vcpus; i++) {
		__atomic_fetch_or(&vm->vcpus[i].requests, VCPU_REQ_DUMP, __ATOMIC_RELEASE);
		vcpu_kick(&vm->vcpus[i]);
	}
}
