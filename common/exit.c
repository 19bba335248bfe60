/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every way out of a guest but the fast ones (exit_fast.c). Each ends in: resume, skip the emulated instruction, an exception in the guest, or
 * that vCPU or VM going off. Nothing here depends on how many VMs or vCPUs there are.
 */
#include "arch/arm64/esr.h"
#include "arch/arm64/idregs.h"
#include "arch/arm64/inject.h"
#include "arch/arm64/port.h"
#include "arch/arm64/sysreg.h"
#include "common/exit.h"
#include "common/log.h"
#include "common/port.h"
#include "common/shared_cpu.h"
#include "common/vm.h"
#include "common/vpsci.h"

struct vcpu *exit_call(struct vcpu *vcpu, int action)
{
	uint32_t fn = (uint32_t)vcpu->arch.x[0];
	bool denied = action == VPSCI_DENIED;

	switch ((enum vpsci_action)action) {
	case VPSCI_RESUME:
		break;
	case VPSCI_CPU_OFF:
		vcpu_off(vcpu);
	case VPSCI_CPU_SUSPEND:
		return vcpu_suspend(vcpu);
	case VPSCI_SYSTEM_OFF:
		(void)vm_end(vcpu->vm, VM_ENDS_OFF);
		vcpu_off(vcpu);
	case VPSCI_SYSTEM_RESET:
		(void)vm_end(vcpu->vm, VM_ENDS_RESET);
		vcpu_off(vcpu);
	case VPSCI_UNKNOWN:
	case VPSCI_DENIED:
		if (vm_warn_once(vcpu->vm, fn))
			log_warn("%s: call %#x (%s) is not offered to %s", vcpu->vm->name, fn, denied ? firmware_call_name(fn) : vpsci_service_name(fn),
				 denied ? "this VM" : "VMs");
		vcpu->arch.x[0] = denied ? FIRMWARE_NO_ACCESS : VPSCI_NOT_SUPPORTED;
		break;
	}
	return vcpu;
}

static struct vcpu *exit_smc(struct vcpu *vcpu, uint64_t esr)
{
	vcpu->exits[EXIT_SMC]++;
	/* HCR_EL2.TSC traps before the instruction is done, unlike HVC. It may be the conditional AArch32 one, whose EL0 has no business here. */
	if (vcpu_is_aarch32()) {
		vcpu_inject_undefined(esr_il(esr));
		return vcpu;
	}
	vcpu_skip_instruction(true);
	return exit_call(vcpu, vpsci_call(vcpu, vcpu->arch.x));
}

static struct vcpu *sysreg_undefined(struct vcpu *vcpu, struct esr_sysreg s)
{
	if (vm_warn_once(vcpu->vm, UINT32_C(1) << 31 | s.reg))
		log_warn("%s: %s of S%u_%u_C%u_C%u_%u is undefined for VMs, at pc %#llx", vcpu->vm->name, s.read ? "read" : "write",
			 s.reg >> 14, s.reg >> 11 & 7, s.reg >> 7 & 15, s.reg >> 3 & 15, s.reg & 7, (unsigned long long)vcpu_pc());
	vcpu_inject_undefined(true);
	return vcpu;
}

static struct vcpu *any_sysreg(struct vcpu *vcpu, uint64_t esr)
{
	struct esr_sysreg s = esr_sysreg(esr);
	const struct sysreg_rule *rule = sysreg_find_rule(s.reg);
	uint64_t value = rule->value;

	vcpu->exits[EXIT_SYSREG]++;
	/* A debug register, of a vCPU that shares its CPU: from here on it does not trap. */
	if (rule->action == SYSREG_UNDEFINED && s.reg >> 14 == 2 && vcpu->shared && arch_context_load_debug(&vcpu->shared->context))
		return vcpu;
	switch (rule->action) {
	case SYSREG_SGI:
		if (s.read || vcpu->vm->gic_v2)
			return sysreg_undefined(vcpu, s);
		vgic_write_sgir(vcpu, (unsigned)rule->value, vcpu_get_reg(&vcpu->arch, s.rt));
		break;
	case SYSREG_DIR:
		if (s.read || vcpu->vm->gic_v2)
			return sysreg_undefined(vcpu, s);
		vgic_write_dir(vcpu, vcpu_get_reg(&vcpu->arch, s.rt));
		break;
	case SYSREG_ID:
		if (!s.read)
			return sysreg_undefined(vcpu, s);
		value = vcpu->cpu->idregs[sysreg_id_index(s.reg)];
		if (vcpu->vm->gic_v2)
			value = idreg_without_gic(s.reg, value);
		break;
	case SYSREG_REVIDR:
		value = read_sysreg(revidr_el1);
		break;
	case SYSREG_READ:
		break;
	case SYSREG_UNDEFINED:
		return sysreg_undefined(vcpu, s);
	}
	if (s.read)
		vcpu_set_reg(&vcpu->arch, s.rt, value);
	vcpu_skip_instruction(true);
	return vcpu;
}

/* Only where it shares its CPU. TI (ISS[0]): WFE; FEAT_WFxT's have bit 1 set besides, and may end as early as they like. */
static struct vcpu *exit_wfx(struct vcpu *vcpu, uint64_t esr)
{
	vcpu->exits[EXIT_WFX]++;
	vcpu_skip_instruction(esr_il(esr));
	return esr & 1 ? shared_cpu_yield(vcpu) : shared_cpu_wait(vcpu);
}

/* The guest's access goes where nothing of it is: it takes the external abort that an empty bus would give. */
struct vcpu *exit_abort_guest(struct vcpu *vcpu, uint64_t esr, uint64_t ipa, const char *why)
{
	bool data = esr_ec(esr) == EC_DABT_LOWER;
	struct esr_dabt d = esr_dabt(esr);

	vcpu->exits[EXIT_FAULT]++;
	if (vm_warn_once(vcpu->vm, UINT32_C(3) << 30 | (uint32_t)(ipa >> 12)))
		log_warn("%s: vCPU %u: %s at guest address %#llx (%s), at pc %#llx", vcpu->vm->name, vcpu->id,
			 !data ? "instruction fetch" : d.s1ptw ? "table walk" : d.write ? "write" : "read", (unsigned long long)ipa, why,
			 (unsigned long long)vcpu_pc());
	/* S1PTW has the same place in both ISS layouts. The level of the walk that failed is not told by stage 2; 3 is the likeliest. */
	vcpu_inject_abort(data, d.write, d.s1ptw ? FSC_EXTERNAL_WALK + 3 : FSC_EXTERNAL, read_sysreg(far_el2));
	return vcpu;
}

/* HPFAR_EL2.FIPA is the page of a translation, access flag or address size fault; the offset in it is FAR_EL2's, except on a table walk. */
static uint64_t fault_ipa(const struct esr_dabt *d)
{
	uint64_t page = FIELD(read_sysreg(hpfar_el2), 43, 4) << 12;

	return d->s1ptw ? page : page | (read_sysreg(far_el2) & 0xfff);
}

static struct vcpu *any_access(struct vcpu *vcpu, uint64_t esr)
{
	struct esr_dabt d = esr_dabt(esr);
	const struct mmio_region *r;
	uint64_t ipa;

	if (esr_fault(d.dfsc) != FAULT_TRANSLATION)
		return exit_abort_guest(vcpu, esr, 0, "not allowed there");
	ipa = fault_ipa(&d);
	r = exit_find_mmio(vcpu, ipa);
	if (!r)
		return exit_abort_guest(vcpu, esr, ipa, "nothing is there");
	/* There are no lines of an emulated register in any cache: a cache operation is done. */
	if (!d.cache_op) {
		if (!d.isv || d.s1ptw || vcpu_is_aarch32())
			return exit_abort_guest(vcpu, esr, ipa, "an instruction that cannot be emulated on an emulated device");
		if (ipa & (d.size - 1u))
			return exit_abort_guest(vcpu, esr, ipa, "unaligned");
		vcpu->exits[EXIT_MMIO]++;
		if (!mmio_emulate(vcpu, esr, ipa - r->base))
			return exit_abort_guest(vcpu, esr, ipa, "refused by the emulated device");
	}
	vcpu_skip_instruction(true);
	return vcpu;
}

#define VECTORS_SIZE 0x800 /* Arm ARM D1.10.2 */

static struct vcpu *exit_instruction_abort(struct vcpu *vcpu, uint64_t esr)
{
	struct esr_dabt d = esr_dabt(esr);
	bool page_known = esr_fault(d.dfsc) == FAULT_TRANSLATION;

	/* The exception that it would take has its vector there too: it could only come back, for ever. */
	if (vcpu_pc() - read_sysreg(vbar_el1) < VECTORS_SIZE) {
		if (vm_may_log(vcpu->vm))
			log_warn("%s: vCPU %u: nothing can be executed at its exception vectors, %#llx", vcpu->vm->name, vcpu->id,
				 (unsigned long long)vcpu_pc());
		(void)vm_end(vcpu->vm, VM_ENDS_CRASH);
		vcpu_off(vcpu);
	}
	return exit_abort_guest(vcpu, esr, page_known ? fault_ipa(&d) : 0, page_known ? "nothing is there" : "not executable");
}

static void record(struct vcpu *vcpu, uint64_t esr)
{
	vcpu->recent[vcpu->nr_recent++ % EXIT_RECORDS] =
		(struct exit_record){.esr = esr, .pc = vcpu_pc(), .far = read_sysreg(far_el2), .hpfar = read_sysreg(hpfar_el2)};
}

struct vcpu *exit_sync_rest(struct vcpu *vcpu, uint64_t esr)
{
	/* What only lacked a register is done the fast way now. */
	if (exit_retry(vcpu, esr))
		return vcpu;
	record(vcpu, esr);
	vm_check_closed(vcpu->vm);
	switch (esr_ec(esr)) {
	case EC_DABT_LOWER:
		return any_access(vcpu, esr);
	case EC_SYSREG:
		return any_sysreg(vcpu, esr);
	case EC_SMC64:
	case EC_SMC32:
		return exit_smc(vcpu, esr);
	case EC_IABT_LOWER:
		return exit_instruction_abort(vcpu, esr);
	case EC_WFX:
		return exit_wfx(vcpu, esr);
	default:
		/* Features the VM was not given (SVE, SME, trace, AArch32 system registers at EL0, ...): as on a CPU without them. */
		vcpu->exits[EXIT_OTHER]++;
		if (vm_warn_once(vcpu->vm, UINT32_C(1) << 30 | esr_ec(esr)))
			log_warn("%s: vCPU %u: %s is undefined for VMs, at pc %#llx", vcpu->vm->name, vcpu->id, esr_ec_name(esr_ec(esr)),
				 (unsigned long long)vcpu_pc());
		vcpu_inject_undefined(esr_il(esr));
		return vcpu;
	}
}

struct vcpu *exit_requests_rest(struct vcpu *vcpu)
{
	return vcpu_handle_requests(vcpu);
}

/* A physical SError while a guest ran: a device or memory of its own, for it has no other; it gets it. */
struct vcpu *exit_serror(struct vcpu *vcpu)
{
	vcpu->exits[EXIT_OTHER]++;
	if (vm_warn_once(vcpu->vm, UINT32_C(0xfffffff)))
		log_warn("%s: vCPU %u: SError (ESR %#llx), given to the guest", vcpu->vm->name, vcpu->id,
			 (unsigned long long)read_sysreg(esr_el2));
	vcpu_inject_serror(&vcpu->arch);
	return vcpu;
}
