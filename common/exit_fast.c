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
#define ESR_SYSREG_RT GENMASK(9, 8)   /* the same of a system register's Rt ... */
#define ESR_SYSREG_ANY_RT GENMASK(9, 5) /* ... all of which is this */

/* EC and all of the ISS but Rt: op0, op2, op1, CRn, CRm, direction. */
#define ESR_SYSREG_MASK (GENMASK(31, 26) | GENMASK(21, 10) | GENMASK(4, 0))
/* The same of a read of S3_0_C0_C0..7_n: op2 and CRm[2:0] are free. */
#define ESR_ID_MASK (ESR_SYSREG_MASK & ~(GENMASK(19, 17) | GENMASK(3, 1)))
#define ESR_READ_ID ((uint64_t)EC_SYSREG << 26 | 3 << 20 | 1)

/* HPFAR_EL2.FIPA and the offset in the page. */
static inline uint64_t access_ipa(void)
{
	/* What is above FIPA goes, and what is below is covered by the offset. */
	return (read_sysreg(hpfar_el2) << 8 & ~UINT64_C(0xfff)) | (read_sysreg(far_el2) & 0xfff);
}

struct vcpu *mmio_emulate(struct vcpu *vcpu, uint64_t esr, uint64_t offset)
{
	const struct mmio_region *r = vcpu->mmio;
	struct mmio_access *a = &vcpu->access;
	struct esr_dabt d = esr_dabt(esr);

	if (offset & (d.size - 1u))
		return NULL;
	a->offset = offset;
	a->size = d.size;
	a->write = d.write;
	if (d.write)
		a->value = vcpu_get_reg(&vcpu->arch, d.rt) & ~UINT64_C(0) >> (64 - 8 * d.size);
	if (!r->handler(vcpu, r->device, a))
		return NULL;
	if (!d.write)
		vcpu_set_reg(&vcpu->arch, d.rt, esr_load_value(&d, a->value));
	return vcpu;
}

NOINLINE const struct mmio_region *exit_find_mmio(struct vcpu *vcpu, uint64_t ipa)
{
	const struct vm *vm = vcpu->vm;

	for (const struct mmio_region *r = vm->mmio; r < vm->mmio + vm->nr_mmio; r++)
		if (ipa - r->base < r->size)
			return vcpu->mmio = r;
	return NULL;
}

static NOINLINE struct vcpu *access_elsewhere(struct vcpu *vcpu, uint64_t esr, uint64_t ipa)
{
	const struct mmio_region *r = exit_find_mmio(vcpu, ipa);

	return r ? r->quick(vcpu, esr, ipa - r->base) : NULL;
}

/* rt: bits of the syndrome that must be clear, too. */
static inline __attribute__((always_inline)) struct vcpu *fast_access(struct vcpu *vcpu, uint64_t esr, uint64_t rt)
{
	const struct mmio_region *r = vcpu->mmio;
	uint64_t ipa = access_ipa();

	if ((esr & (ESR_ACCESS_MASK | rt)) != ESR_ACCESS)
		return NULL;
	vcpu->exits[EXIT_MMIO]++;
	/* Where the last one was, most often. */
	return __builtin_expect(ipa - r->base < r->size, 1) ? r->quick(vcpu, esr, ipa - r->base) : access_elsewhere(vcpu, esr, ipa);
}

static inline struct vcpu *fast_id(struct vcpu *vcpu, uint64_t esr, uint64_t rt)
{
	uint64_t crm_op2 = FIELD(esr, 3, 1) << 3 | FIELD(esr, 19, 17);

	/* CRm 0 has what is not an ID register in this sense. */
	if ((esr & (ESR_ID_MASK | rt)) != ESR_READ_ID || crm_op2 < 8 || !vcpu->idregs)
		return NULL;
	vcpu->exits[EXIT_SYSREG]++;
	vcpu_set_reg(&vcpu->arch, (unsigned)FIELD(esr, 9, 5), vcpu->idregs[crm_op2 - 8]);
	return vcpu;
}

/* In the way everybody sends them. */
static inline struct vcpu *fast_sgi(struct vcpu *vcpu, uint64_t esr, uint64_t rt)
{
	if (((uint32_t)esr & (uint32_t)(~ESR_SYSREG_ANY_RT | rt)) != vcpu->sgi1r_esr)
		return NULL;
	vcpu->exits[EXIT_SYSREG]++;
	return vgic_write_sgi1r(vcpu, vcpu_get_reg(&vcpu->arch, (unsigned)FIELD(esr, 9, 5)));
}

static inline struct vcpu *fast_sysreg(struct vcpu *vcpu, uint64_t esr, uint64_t rt)
{
	return esr & 1 ? fast_id(vcpu, esr, rt) : fast_sgi(vcpu, esr, rt);
}

int exit_hvc(struct vcpu *vcpu)
{
	vcpu->exits[EXIT_HVC]++;
	return (int)vpsci_call(vcpu, vcpu->arch.x);
}

struct vcpu *exit_access(struct vcpu *vcpu, uint64_t esr)
{
	return fast_access(vcpu, esr, ESR_ACCESS_RT);
}

struct vcpu *exit_sysreg(struct vcpu *vcpu, uint64_t esr)
{
	return fast_sysreg(vcpu, esr, ESR_SYSREG_RT);
}

bool exit_retry(struct vcpu *vcpu, uint64_t esr)
{
	if (read_sysreg(spsr_el2) & SPSR_AARCH32 || (!fast_access(vcpu, esr, 0) && !fast_sysreg(vcpu, esr, 0)))
		return false;
	vcpu_skip_instruction(true);
	return true;
}

struct vcpu *exit_requests(struct vcpu *vcpu)
{
	if (vcpu->requests != VCPU_REQ_VGIC)
		return NULL;
	/* Acquire, as in take_requests. Who adds another one from here on kicks, and we come back for it. */
	(void)__atomic_fetch_and(&vcpu->requests, ~(uint32_t)VCPU_REQ_VGIC, __ATOMIC_ACQUIRE);
	vgic_sync_vcpu(vcpu);
	return vcpu;
}
