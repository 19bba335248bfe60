/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exits that guests wait for, in their usual form: vectors.S calls these with few registers saved. What is unusual about an exit is left
 * to exit.c, before anything was done about it.
 */
#include "arch/arm64/sysreg.h"
#include "common/exit.h"
#include "common/port.h"
#include "common/vpsci.h"

/* A load or store to where no page is mapped (translation fault, levels 0 to 3), and not by a table walk: EC, ISV, CM, S1PTW, DFSC[5:2]. */
#define ESR_ACCESS_MASK (GENMASK(31, 26) | BIT(24) | BIT(8) | BIT(7) | GENMASK(5, 2))
#define ESR_ACCESS ((uint64_t)EC_DABT_LOWER << 26 | BIT(24) | 1 << 2)
#define ESR_ACCESS_RT GENMASK(20, 19) /* SRT[4:3]: 0 for x0 to x7, which are saved at every exit */
#define ESR_SYSREG_RT GENMASK(9, 8)   /* the same of a system register's Rt */

/* EC and all of the ISS but Rt: op0, op2, op1, CRn, CRm, direction. */
#define ESR_SYSREG_MASK (GENMASK(31, 26) | GENMASK(21, 10) | GENMASK(4, 0))
#define ESR_WRITE_SGI1R ((uint64_t)EC_SYSREG << 26 | 3 << 20 | 5 << 17 | 12 << 10 | 11 << 1)
/* The same of a read of S3_0_C0_C0..7_n: op2 and CRm[2:0] are free. */
#define ESR_ID_MASK (ESR_SYSREG_MASK & ~(GENMASK(19, 17) | GENMASK(3, 1)))
#define ESR_READ_ID ((uint64_t)EC_SYSREG << 26 | 3 << 20 | 1)

/* An access that can be emulated, at its natural alignment, goes to its device. false: the device refuses it. */
static inline __attribute__((always_inline)) bool emulate(struct vcpu *vcpu, const struct mmio_region *r, const struct esr_dabt *d, uint64_t offset)
{
	struct mmio_access *a = &vcpu->access;

	vcpu->exits[EXIT_MMIO]++;
	a->offset = offset;
	a->size = d->size;
	a->write = d->write;
	if (d->write)
		a->value = vcpu_get_reg(&vcpu->arch, d->rt) & ~UINT64_C(0) >> (64 - 8 * d->size);
	if (!r->handler(vcpu, r->device, a))
		return false;
	if (!d->write)
		vcpu_set_reg(&vcpu->arch, d->rt, esr_load_value(d, a->value));
	return true;
}

/* HPFAR_EL2.FIPA and the offset in the page. */
static inline uint64_t access_ipa(void)
{
	return FIELD(read_sysreg(hpfar_el2), 43, 4) << 12 | (read_sysreg(far_el2) & 0xfff);
}

static inline bool skip_plain(void)
{
	write_sysreg(read_sysreg(elr_el2) + 4, elr_el2);
	return true;
}

static COLD bool refused(struct vcpu *vcpu, uint64_t esr)
{
	exit_abort_guest(vcpu, esr, access_ipa(), "refused by the emulated device");
	return true;
}

__attribute__((noinline)) const struct mmio_region *exit_find_mmio(struct vcpu *vcpu, uint64_t ipa)
{
	const struct vm *vm = vcpu->vm;

	for (const struct mmio_region *r = vm->mmio; r < vm->mmio + vm->nr_mmio; r++)
		if (ipa - r->base < r->size)
			return vcpu->mmio = r;
	return NULL;
}

/* rt: bits of the syndrome that must be clear, too. */
static inline __attribute__((always_inline)) bool fast_access(struct vcpu *vcpu, uint64_t esr, uint64_t rt)
{
	struct esr_dabt d = esr_dabt(esr);
	const struct mmio_region *r = vcpu->mmio;
	uint64_t ipa = access_ipa();

	if ((esr & (ESR_ACCESS_MASK | rt)) != ESR_ACCESS || ipa & (d.size - 1u) || !pstate_is_plain(read_sysreg(spsr_el2)))
		return false;
	/* Where the last one was, most often. */
	if (__builtin_expect(ipa - r->base >= r->size, 0)) {
		r = exit_find_mmio(vcpu, ipa);
		if (!r)
			return false;
	}
	return emulate(vcpu, r, &d, ipa - r->base) ? skip_plain() : refused(vcpu, esr);
}

static inline bool fast_id(struct vcpu *vcpu, uint64_t esr, uint64_t rt)
{
	uint64_t crm_op2 = FIELD(esr, 3, 1) << 3 | FIELD(esr, 19, 17);

	/* CRm 0 has what is not an ID register in this sense. */
	if ((esr & (ESR_ID_MASK | rt)) != ESR_READ_ID || crm_op2 < 8 || !vcpu->idregs || !pstate_is_plain(read_sysreg(spsr_el2)))
		return false;
	vcpu->exits[EXIT_SYSREG]++;
	vcpu_set_reg(&vcpu->arch, (unsigned)FIELD(esr, 9, 5), vcpu->idregs[crm_op2 - 8]);
	return skip_plain();
}

/* In the way everybody sends them. */
static inline bool fast_sgi(struct vcpu *vcpu, uint64_t esr, uint64_t rt)
{
	if ((esr & (ESR_SYSREG_MASK | rt)) != ESR_WRITE_SGI1R || !vcpu->idregs || !pstate_is_plain(read_sysreg(spsr_el2)))
		return false;
	vcpu->exits[EXIT_SYSREG]++;
	/* Before the SGI is sent: nothing is left to do after it. */
	(void)skip_plain();
	vgic_write_sgir(vcpu, 0, vcpu_get_reg(&vcpu->arch, (unsigned)FIELD(esr, 9, 5)));
	return true;
}

int exit_hvc(struct vcpu *vcpu)
{
	vcpu->exits[EXIT_HVC]++;
	return (int)vpsci_call(vcpu, vcpu->arch.x);
}

bool exit_access(struct vcpu *vcpu, uint64_t esr)
{
	return fast_access(vcpu, esr, ESR_ACCESS_RT);
}

bool exit_sysreg(struct vcpu *vcpu, uint64_t esr)
{
	return fast_id(vcpu, esr, ESR_SYSREG_RT) || fast_sgi(vcpu, esr, ESR_SYSREG_RT);
}

bool exit_emulate(struct vcpu *vcpu, const struct mmio_region *r, const struct esr_dabt *d, uint64_t offset)
{
	return emulate(vcpu, r, d, offset);
}

bool exit_retry(struct vcpu *vcpu, uint64_t esr)
{
	return fast_access(vcpu, esr, 0) || fast_id(vcpu, esr, 0) || fast_sgi(vcpu, esr, 0);
}

void exit_irq(struct vcpu *vcpu)
{
	vcpu->exits[EXIT_IRQ]++;
	gic_handle_irqs(vcpu->cpu, vcpu);
}

bool exit_requests(struct vcpu *vcpu)
{
	if (vcpu->requests != VCPU_REQ_VGIC)
		return false;
	/* Acquire, as in take_requests. Who adds another one from here on kicks, and we come back for it. */
	(void)__atomic_fetch_and(&vcpu->requests, ~(uint32_t)VCPU_REQ_VGIC, __ATOMIC_ACQUIRE);
	vgic_sync_vcpu(vcpu);
	return true;
}
