/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cortex-A57 erratum 834220: a load that stage 1 forbids may be reported as one that stage 2 does not translate. So the guest's own translation is asked, and
 * says which fault it is. A part of the image of its own: no other CPU has an AT instruction mapped at EL2 (errata.c).
 */
#include "arch/arm64/barrier.h"
#include "arch/arm64/esr.h"
#include "arch/arm64/port.h"
#include "arch/arm64/vcpu.h"

#define PAR_F BIT(0)
#define PAR_S BIT(9) /* stage 2 failed, on the walk of stage 1 */

/* Whether the loaded vCPU may not read there, at EL0 (user) or EL1, and the fault status code of that. */
static bool forbidden(uint64_t va, bool user, unsigned *fsc)
{
	uint64_t guests = read_sysreg(par_el1), par;

	if (user)
		__asm__ volatile("at s1e0r, %0" ::"r"(va) : "memory");
	else
		__asm__ volatile("at s1e1r, %0" ::"r"(va) : "memory");
	isb(); /* the result is in PAR_EL1 from here on */
	par = read_sysreg(par_el1);
	write_sysreg(guests, par_el1);
	*fsc = (unsigned)FIELD(par, 6, 1);
	return par & PAR_F && !(par & PAR_S);
}

struct vcpu *exit_sync_stage1(struct vcpu *vcpu, uint64_t esr)
{
	struct esr_dabt d = esr_dabt(esr);
	unsigned fsc;

	if (esr_fault(d.dfsc) == FAULT_TRANSLATION && !d.write && !d.s1ptw && !d.cache_op &&
	    forbidden(read_sysreg(far_el2), !(read_sysreg(spsr_el2) & SPSR_EL_MASK), &fsc)) {
		vcpu_inject_abort(true, false, fsc, read_sysreg(far_el2));
		return vcpu;
	}
	return exit_sync_rest(vcpu, esr);
}
