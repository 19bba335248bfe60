/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/vcpu.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/context.h"
#include "arch/arm64/cpu.h"
#include "arch/arm64/inject.h"
#include "arch/arm64/sysreg.h"
#include "common/lib/string.h"

/*
 * What a guest runs with. Stage 2 on, its interrupts and SErrors come to EL2; SMC, implementation-defined registers, auxiliary control,
 * ID registers and LOR registers trap. Not trapped, on purpose:
 *  - WFI, WFE: a vCPU that has its CPU to itself may as well let it sleep. Where it shares, both trap;
 *  - set/way cache operations: they act on the caches of its CPU as on bare hardware; SWIO makes the invalidating ones clean first, so
 *    that no other VM's dirty line is lost;
 *  - pointer authentication (API, APK): keys and all are the vCPU's own, EL2 uses none.
 * PTW: a stage-1 table walk that stage 2 sends to a device faults instead of reading it.
 */
#define HCR_GUEST                                                                                                              \
	(HCR_VM | HCR_SWIO | HCR_PTW | HCR_FMO | HCR_IMO | HCR_AMO | HCR_TID1 | HCR_TID3 | HCR_TSC | HCR_TIDCP | HCR_TACR |     \
	 HCR_RW | HCR_TLOR | HCR_APK | HCR_API)

/* Trap bits that exist only with the feature whose registers they trap; guests are not told of either (idregs.c). */
static uint64_t optional_traps(void)
{
	uint64_t hcr = 0;

	if (FIELD(read_sysreg(id_aa64pfr0_el1), 31, 28)) /* RAS: error record registers */
		hcr |= HCR_TERR;
	if (FIELD(read_sysreg(id_aa64pfr1_el1), 11, 8)) /* MTE: GMID_EL1 */
		hcr |= HCR_TID5;
	return hcr;
}

void arch_vcpu_init(struct arch_vcpu *v, unsigned id, uint64_t stack_top, bool shares)
{
	v->el2_stack = stack_top - 16; /* the vCPU's word, and alignment */
	v->hcr = HCR_GUEST | optional_traps() | (shares ? HCR_TWI | HCR_TWE : 0);
	v->vmpidr = MPIDR_RES1 | vcpu_affinity(id);
}

static struct arch_cpu *cpu(void)
{
	return (struct arch_cpu *)this_cpu();
}

void arch_vcpu_load(const struct arch_vcpu *v, const struct arch_vm *vm)
{
	/* It is loaded, and nothing ran here since it went off. */
	if (cpu()->clean == v)
		return;
	write_sysreg(vm->vtcr, vtcr_el2);
	write_sysreg(vm->vttbr, vttbr_el2);
	write_sysreg(v->vmpidr, vmpidr_el2);
	write_sysreg(read_sysreg(midr_el1), vpidr_el2);
	write_sysreg(v->hcr, hcr_el2);
	isb();
	cpu()->clean = NULL;
}

/* EL1 registers that a guest could see the last life through, or that would act before it sets them. */
#define RESET_TO_ZERO(X) EL1_REGISTERS(X) X(tcr_el1) X(cntv_ctl_el0) X(cntp_ctl_el0)

static void reset_debug(void)
{
	/* BRPs and WRPs: one less than there are (ID_AA64DFR0_EL1). The first two of each are in every implementation. */
	write_sysreg(0, dbgbcr0_el1);
	write_sysreg(0, dbgbcr1_el1);
	write_sysreg(0, dbgwcr0_el1);
	write_sysreg(0, dbgwcr1_el1);
	write_sysreg(0, dbgbvr0_el1);
	write_sysreg(0, dbgbvr1_el1);
	write_sysreg(0, dbgwvr0_el1);
	write_sysreg(0, dbgwvr1_el1);
}

/* Everything a guest could see the last life through. */
static NOINLINE void forget(struct arch_vcpu *v)
{
	memset(v->x, 0, sizeof(v->x));
#define X(reg) write_sysreg(0, reg);
	RESET_TO_ZERO(X)
#undef X
	reset_debug();
	write_sysreg(SCTLR_EL1_RESET, sctlr_el1);
	cpu_zero_fp();
}

static inline void begin(struct arch_vcpu *v, uint64_t pc, uint64_t x0)
{
	cpu()->clean = NULL;
	v->x[0] = x0;
	v->hcr &= ~(HCR_VI | HCR_VF);
	write_sysreg(v->hcr, hcr_el2); /* no virtual SError or interrupt left pending */
	write_sysreg(pc, elr_el2);
	write_sysreg(SPSR_EL1H | SPSR_DAIF, spsr_el2);
	/*
	 * The VM's memory may hold other code and tables than in its last life: nothing that this CPU cached for this VMID or fetched
	 * by it may survive. Other CPUs do the same when their vCPU starts. The isb before makes VTTBR_EL2's VMID the current one.
	 */
	isb();
	__asm__ volatile("tlbi vmalls12e1\n\tic iallu" ::: "memory");
	dsb(nsh);
	isb();
}

static NOINLINE void forget_and_begin(struct arch_vcpu *v, uint64_t pc, uint64_t x0)
{
	forget(v);
	begin(v, pc, x0);
}

void arch_vcpu_reset(struct arch_vcpu *v, uint64_t pc, uint64_t x0)
{
	/* Forgotten when it went off, most often. */
	if (__builtin_expect(cpu()->clean == v, 1))
		begin(v, pc, x0);
	else
		forget_and_begin(v, pc, x0);
}

void arch_vcpu_quiesce(struct arch_vcpu *v)
{
	/* Its timers' controls are among the registers. */
	forget(v);
	isb();
	cpu()->clean = v;
}

uint64_t vcpu_pc(void)
{
	return read_sysreg(elr_el2);
}

bool vcpu_is_aarch32(void)
{
	return read_sysreg(spsr_el2) & SPSR_AARCH32;
}

void vcpu_skip_instruction(bool il)
{
	write_sysreg(read_sysreg(elr_el2) + (il ? 4 : 2), elr_el2);
	/* A completed instruction leaves BTYPE 0 and ends the software step (D2.11): with SS clear the step exception comes before the next one. */
	write_sysreg(read_sysreg(spsr_el2) & ~(SPSR_SS | SPSR_BTYPE), spsr_el2);
}

static struct inject_state inject_begin(void)
{
	return (struct inject_state){
		.pc = read_sysreg(elr_el2),
		.pstate = read_sysreg(spsr_el2),
		.vbar = read_sysreg(vbar_el1),
		.sctlr = read_sysreg(sctlr_el1),
		.far = read_sysreg(far_el1),
	};
}

static void inject_end(const struct inject_state *s)
{
	write_sysreg(s->esr, esr_el1);
	write_sysreg(s->far, far_el1);
	write_sysreg(s->elr, elr_el1);
	write_sysreg(s->spsr, spsr_el1);
	write_sysreg(s->pc, elr_el2);
	write_sysreg(s->pstate, spsr_el2);
}

void vcpu_inject_undefined(bool il)
{
	struct inject_state s = inject_begin();

	inject_undefined(&s, il);
	inject_end(&s);
}

void vcpu_inject_abort(bool data, bool write, unsigned fsc, uint64_t far)
{
	struct inject_state s = inject_begin();

	inject_abort(&s, data, write, fsc, far);
	inject_end(&s);
}

void vcpu_set_virtual_lines(struct arch_vcpu *v, bool irq, bool fiq)
{
	uint64_t lines = (irq ? HCR_VI : 0) | (fiq ? HCR_VF : 0);

	if ((v->hcr & (HCR_VI | HCR_VF)) == lines)
		return;
	v->hcr = (v->hcr & ~(HCR_VI | HCR_VF)) | lines;
	/* The register's own value: a virtual SError may be pending there. The next exception return synchronises. */
	write_sysreg((read_sysreg(hcr_el2) & ~(HCR_VI | HCR_VF)) | lines, hcr_el2);
}

void vcpu_inject_serror(struct arch_vcpu *v)
{
	/* HCR_EL2.VSE clears itself when the guest takes it; v->hcr stays without it. */
	write_sysreg(v->hcr | HCR_VSE, hcr_el2);
}
