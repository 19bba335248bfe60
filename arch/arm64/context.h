/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a vCPU is in the machine's registers while it is loaded, and in memory while another vCPU has the CPU: all that a guest can see and
 * that is not in struct arch_vcpu or the virtual GIC. vCPUs that have their CPU alone have none of these.
 */
#ifndef ARCH_ARM64_CONTEXT_H
#define ARCH_ARM64_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

struct arch_vcpu;
struct arch_vm;

/* Plain registers of EL1 and EL0: those of guests that are switched, and that a vCPU starts with zeros in. */
#define EL1_REGISTERS(X)                                                                                                       \
	X(sp_el0) X(sp_el1) X(elr_el1) X(spsr_el1) X(esr_el1) X(far_el1) X(afsr0_el1) X(afsr1_el1) X(vbar_el1) X(ttbr0_el1)     \
	X(ttbr1_el1) X(mair_el1) X(amair_el1) X(contextidr_el1) X(tpidr_el0) X(tpidrro_el0) X(tpidr_el1) X(par_el1)              \
	X(csselr_el1) X(cpacr_el1) X(cntkctl_el1) X(cntv_cval_el0) X(cntp_cval_el0) X(mdscr_el1)

#define DEBUG_REGISTERS 16 /* at most, of each kind */

struct arch_context {
	unsigned __int128 v[32]; /* offset 0: vectors.S */
	uint64_t fpsr, fpcr;
#define X(reg) uint64_t reg;
	EL1_REGISTERS(X)
#undef X
	uint64_t sctlr_el1, tcr_el1;
	uint64_t cntv_ctl_el0, cntp_ctl_el0;
	uint64_t elr_el2, spsr_el2;
	uint64_t vse;     /* HCR_EL2.VSE: a virtual SError is pending */
	uint64_t vdisr;   /* one that an ESB of the guest deferred (FEAT_RAS) */
	uint64_t keys[10]; /* pointer authentication */
	bool debug_loaded; /* the registers below are the machine's for now */
	uint64_t bvr[DEBUG_REGISTERS], bcr[DEBUG_REGISTERS], wvr[DEBUG_REGISTERS], wcr[DEBUG_REGISTERS], mdccint;
};

/* All on the vCPU's CPU. */

/* The loaded vCPU's registers go to memory; its timers are off afterwards, so that nothing of it interrupts the next one. */
void arch_context_save(struct arch_context *c);

/*
 * The reverse, with what arch_vcpu_load does. stale: none of what the CPU has cached for the VM may be left, translations and instructions. Another vCPU of
 * the same VM was the last one of it here, for one: guests count on translations being a CPU's own.
 */
void arch_context_load(struct arch_context *c, const struct arch_vcpu *v, const struct arch_vm *vm, bool stale);

/* What a vCPU begins a new life with: loaded next, and completed by arch_vcpu_reset. */
void arch_context_reset(struct arch_context *c);

/* Once on each CPU that vCPUs share, before one is loaded. */
void arch_context_init_cpu(void);

/* The loaded vCPU used a debug register, which trapped: from here to arch_context_save they are its own. false: they are already. */
bool arch_context_load_debug(struct arch_context *c);

/* When the timers of a vCPU that is not loaded fire, in ticks of the counter: the virtual one if wanted & 1, the physical if wanted & 2. UINT64_MAX: never. */
uint64_t arch_context_deadline(const struct arch_context *c, unsigned wanted);

/* vectors.S */
void cpu_save_fp(struct arch_context *c);
void cpu_load_fp(const struct arch_context *c);

#endif
