/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor's `dump`: a vCPU's registers and last exits, said by its own CPU at an exit that was forced for it. */
#include "common/dump.h"

#include "arch/arm64/esr.h"
#include "arch/arm64/sysreg.h"
#include "common/console.h"
#include "common/log.h"
#include "common/port.h"
#include "common/vm.h"

#define HEX(reg) ((unsigned long long)read_sysreg(reg))

void dump_wait(void)
{
	uint64_t begin = read_sysreg(cntpct_el0), patience = read_sysreg(cntfrq_el0);

	while (!console_has_room() && read_sysreg(cntpct_el0) - begin < patience)
		spin_pause();
}

#define COUNT(cause) ((unsigned long long)vcpu->exits[cause])

void dump_exits(const struct vcpu *vcpu)
{
	dump_wait();
	log_info("  exits: HVC %llu SMC %llu MMIO %llu sysreg %llu WFI/WFE %llu IRQ %llu fault %llu other %llu", COUNT(EXIT_HVC), COUNT(EXIT_SMC),
		 COUNT(EXIT_MMIO), COUNT(EXIT_SYSREG), COUNT(EXIT_WFX), COUNT(EXIT_IRQ), COUNT(EXIT_FAULT), COUNT(EXIT_OTHER));
	for (uint32_t n = 1; n <= EXIT_RECORDS && n <= vcpu->nr_recent; n++) {
		const struct exit_record *r = &vcpu->recent[(vcpu->nr_recent - n) % EXIT_RECORDS];

		dump_wait();
		log_info("  exit -%u: %s, esr %#llx pc %#llx far %#llx hpfar %#llx", n, esr_ec_name(esr_ec(r->esr)), (unsigned long long)r->esr,
			 (unsigned long long)r->pc, (unsigned long long)r->far, (unsigned long long)r->hpfar);
	}
}

void dump_general(const uint64_t x[31])
{
	for (unsigned i = 0; i < 30; i += 3) {
		dump_wait();
		log_info("  x%-2u %016llx  x%-2u %016llx  x%-2u %016llx", i, (unsigned long long)x[i], i + 1, (unsigned long long)x[i + 1], i + 2,
			 (unsigned long long)x[i + 2]);
	}
	dump_wait();
	log_info("  x30 %016llx", (unsigned long long)x[30]);
}

static void dump_system(void)
{
	dump_wait();
	log_info("  sp  %016llx  elr %016llx  esr %016llx  far %016llx", HEX(sp_el1), HEX(elr_el1), HEX(esr_el1), HEX(far_el1));
	dump_wait();
	log_info("  vbar %016llx  ttbr0 %016llx  ttbr1 %016llx", HEX(vbar_el1), HEX(ttbr0_el1), HEX(ttbr1_el1));
	dump_wait();
	log_info("  timer %llx, at %llu; now %llu", HEX(cntv_ctl_el0), HEX(cntv_cval_el0), HEX(cntvct_el0));
}

void vcpu_dump(struct vcpu *vcpu)
{
	dump_wait();
	if (__atomic_load_n(&vcpu->power, __ATOMIC_RELAXED) != VCPU_ON) {
		log_info("%s: vCPU %u is off", vcpu->vm->name, vcpu->id);
		dump_exits(vcpu);
		return;
	}
	log_info("%s: vCPU %u on CPU %u: pc %#llx pstate %#llx sctlr %#llx", vcpu->vm->name, vcpu->id, vcpu->cpu->id, HEX(elr_el2), HEX(spsr_el2),
		 HEX(sctlr_el1));
	dump_general(vcpu->arch.x);
	dump_system();
	dump_exits(vcpu);
}

void vm_dump(struct vm *vm)
{
	for (unsigned i = 0; i < vm->nr_vcpus; i++) {
		__atomic_fetch_or(&vm->vcpus[i].requests, VCPU_REQ_DUMP, __ATOMIC_RELEASE);
		vcpu_kick(&vm->vcpus[i]);
	}
}
