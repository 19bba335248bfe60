/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/context.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/offsets.h"
#include "arch/arm64/vcpu.h"

_Static_assert(offsetof(struct arch_context, v) == CONTEXT_V && offsetof(struct arch_context, fpsr) == CONTEXT_FPSR, "offsets.h");

/* By encoding: the assembler knows the names only with the extension. */
#define KEYS(X) \
	X(0, S3_0_C2_C1_0) X(1, S3_0_C2_C1_1) X(2, S3_0_C2_C1_2) X(3, S3_0_C2_C1_3) X(4, S3_0_C2_C2_0) X(5, S3_0_C2_C2_1) \
	X(6, S3_0_C2_C2_2) X(7, S3_0_C2_C2_3) X(8, S3_0_C2_C3_0) X(9, S3_0_C2_C3_1)
#define ID_AA64ISAR2_EL1 S3_0_C0_C6_2
#define VDISR_EL2 S3_4_C12_C1_1

#define TCR_EPD (BIT(7) | BIT(23)) /* EPD0, EPD1: no walks */
#define MDSCR_MDE BIT(15)

#define TIMER_ENABLE BIT(0)
#define TIMER_MASKED BIT(1)

/* FEAT_PAuth, whatever the algorithm: APA, API; APA3. */
static bool has_keys(void)
{
	return read_sysreg(id_aa64isar1_el1) & GENMASK(11, 4) || read_sysreg_x(ID_AA64ISAR2_EL1) & GENMASK(15, 12);
}

static bool has_ras(void)
{
	return FIELD(read_sysreg(id_aa64pfr0_el1), 31, 28);
}

/* ---- Debug registers: most residences do not touch them, so they come with the first access ---- */

#define DEBUG_ALL(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

static void save_debug(struct arch_context *c)
{
	uint64_t dfr0 = read_sysreg(id_aa64dfr0_el1);
	unsigned breakpoints = (unsigned)FIELD(dfr0, 15, 12) + 1, watchpoints = (unsigned)FIELD(dfr0, 23, 20) + 1;

#define X(n) if (n < breakpoints) { c->bvr[n] = read_sysreg(dbgbvr##n##_el1); c->bcr[n] = read_sysreg(dbgbcr##n##_el1); }
	DEBUG_ALL(X)
#undef X
#define X(n) if (n < watchpoints) { c->wvr[n] = read_sysreg(dbgwvr##n##_el1); c->wcr[n] = read_sysreg(dbgwcr##n##_el1); }
	DEBUG_ALL(X)
#undef X
	c->mdccint = read_sysreg(mdccint_el1);
}

static void load_debug(const struct arch_context *c)
{
	uint64_t dfr0 = read_sysreg(id_aa64dfr0_el1);
	unsigned breakpoints = (unsigned)FIELD(dfr0, 15, 12) + 1, watchpoints = (unsigned)FIELD(dfr0, 23, 20) + 1;

#define X(n) if (n < breakpoints) { write_sysreg(c->bvr[n], dbgbvr##n##_el1); write_sysreg(c->bcr[n], dbgbcr##n##_el1); }
	DEBUG_ALL(X)
#undef X
#define X(n) if (n < watchpoints) { write_sysreg(c->wvr[n], dbgwvr##n##_el1); write_sysreg(c->wcr[n], dbgwcr##n##_el1); }
	DEBUG_ALL(X)
#undef X
	write_sysreg(c->mdccint, mdccint_el1);
}

static void trap_debug(bool trap)
{
	uint64_t mdcr = read_sysreg(mdcr_el2);

	write_sysreg(trap ? mdcr | MDCR_TDA : mdcr & ~MDCR_TDA, mdcr_el2);
}

bool arch_context_load_debug(struct arch_context *c)
{
	if (c->debug_loaded)
		return false;
	load_debug(c);
	trap_debug(false);
	c->debug_loaded = true;
	return true;
}

/* ---- Everything ---- */

void arch_context_save(struct arch_context *c)
{
	c->cntv_ctl_el0 = read_sysreg(cntv_ctl_el0);
	c->cntp_ctl_el0 = read_sysreg(cntp_ctl_el0);
	write_sysreg(0, cntv_ctl_el0);
	write_sysreg(0, cntp_ctl_el0);
#define X(reg) c->reg = read_sysreg(reg);
	EL1_REGISTERS(X)
#undef X
	c->sctlr_el1 = read_sysreg(sctlr_el1);
	c->tcr_el1 = read_sysreg(tcr_el1);
	c->elr_el2 = read_sysreg(elr_el2);
	c->spsr_el2 = read_sysreg(spsr_el2);
	c->vse = read_sysreg(hcr_el2) & HCR_VSE;
	if (has_keys()) {
#define X(n, reg) c->keys[n] = read_sysreg(reg);
		KEYS(X)
#undef X
	}
	if (has_ras())
		c->vdisr = read_sysreg_x(VDISR_EL2);
	if (c->debug_loaded) {
		save_debug(c);
		trap_debug(true);
		c->debug_loaded = false;
	}
	cpu_save_fp(c);
	/* The timers' lines are low before the GIC is asked what is pending. */
	isb();
}

/* The order is that of errata about speculative walks (see arch_context_load); nothing of the old VM's is walked with the new one's stage 2. */
static void stop_walks(void)
{
	write_sysreg(TCR_EPD, tcr_el1);
	isb(); /* before the MMU is on: a guest that had it off has anything in its TTBRs */
	write_sysreg(SCTLR_EL1_RESET | SCTLR_M, sctlr_el1);
	isb();
}

/*
 * A CPU may walk the tables of EL1's translation speculatively while EL2 runs, and cache what it finds under the VMID of that moment: with TTBRs of one VM
 * and VTTBR_EL2 of another this would be nobody's translation (Cortex-A57 erratum 1319537, A72 1319367, A76 1165522, A55 1530923). So walks are
 * stopped first (MMU on, for with it off the addresses would be taken as they are), and go on when all of the rest is loaded.
 */
void arch_context_load(struct arch_context *c, const struct arch_vcpu *v, const struct arch_vm *vm, bool stale)
{
	stop_walks();
	arch_vcpu_load(v, vm);
	if (stale) {
		__asm__ volatile("tlbi vmalle1\n\tic iallu" ::: "memory");
		dsb(nsh);
	}
#define X(reg) write_sysreg(c->reg, reg);
	EL1_REGISTERS(X)
#undef X
	write_sysreg(c->elr_el2, elr_el2);
	write_sysreg(c->spsr_el2, spsr_el2);
	write_sysreg(v->hcr | c->vse, hcr_el2);
	if (has_keys()) {
#define X(n, reg) write_sysreg(c->keys[n], reg);
		KEYS(X)
#undef X
	}
	if (has_ras())
		write_sysreg_x(c->vdisr, VDISR_EL2);
	if (c->mdscr_el1 & MDSCR_MDE)
		(void)arch_context_load_debug(c);
	cpu_load_fp(c);
	isb();
	write_sysreg(c->sctlr_el1, sctlr_el1);
	isb();
	write_sysreg(c->tcr_el1, tcr_el1);
	write_sysreg(c->cntv_ctl_el0, cntv_ctl_el0);
	write_sysreg(c->cntp_ctl_el0, cntp_ctl_el0);
	/* The exception return synchronises. */
}

void arch_context_reset(struct arch_context *c)
{
	*c = (struct arch_context){.sctlr_el1 = SCTLR_EL1_RESET};
}

void arch_context_init_cpu(void)
{
	trap_debug(true);
}

static uint64_t deadline(uint64_t ctl, uint64_t cval)
{
	return (ctl & (TIMER_ENABLE | TIMER_MASKED)) == TIMER_ENABLE ? cval : UINT64_MAX;
}

uint64_t arch_context_deadline(const struct arch_context *c, unsigned wanted)
{
	uint64_t virt = wanted & 1 ? deadline(c->cntv_ctl_el0, c->cntv_cval_el0) : UINT64_MAX;
	uint64_t phys = wanted & 2 ? deadline(c->cntp_ctl_el0, c->cntp_cval_el0) : UINT64_MAX;

	return u64_min(virt, phys);
}
