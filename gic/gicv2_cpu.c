/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CPU's GICv2 interface: acknowledging (GICC, IHI 0048, 4.4), and list registers (GICH, 5.3). Both are banked by CPU.
 *
 * Where barriers are and are not. All frames are Device-nGnRE and one peripheral: a CPU's accesses to them arrive in program order,
 * the guest's to GICV, which stage 2 makes Device-nGnRE too, among them. So what is written to a list register needs no barrier
 * before the guest runs or before it is read again; that the virtual interrupt is signalled a little later is nothing a guest could tell.
 * Acknowledging needs none before priority drop, for nothing in memory hangs on their order.
 */
#include "arch/arm64/barrier.h"
#include "arch/arm64/io.h"
#include "gic/gic_internal.h"
#include "gic/gicv2_lr.h"

static inline volatile void *gicc(unsigned offset)
{
	return (volatile void *)(gicv2.cpu + offset);
}

static inline volatile void *gich(unsigned offset)
{
	return (volatile void *)(gicv2.hyp + offset);
}

static unsigned nr_lrs(void)
{
	return gicv2.nr_lrs;
}

static uint8_t priority_mask(void)
{
	return 0xf8; /* GICH_LR<n> holds five bits */
}

static inline uint32_t all_lrs(void)
{
	return (uint32_t)GENMASK(gicv2.nr_lrs - 1, 0);
}

/* GICH_ELRSR1 is for list registers that vgic.h does not count. */
static inline uint32_t free_now(void)
{
	return mmio_read32(gich(GICH_ELRSR));
}

static uint32_t free_lrs(struct vcpu *vcpu)
{
	(void)vcpu;
	return free_now() & all_lrs();
}

/*
 * QEMU's GICv2 looks whether an interrupt is pending when a physical CPU ends or deactivates one, but not when a guest does: a level that is
 * high again by then, as that of a timer whose handler was late, is signalled when anything else changes, or never. There the list registers do
 * without HW; the maintenance interrupt tells EL2 of the guest's EOI (read_lrs), and it deactivates.
 */
static void put_to_end(struct gicv2_cpu *own, unsigned n, uint32_t v)
{
	bool forwarded = v & GICV2_LR_HW;

	own->to_end = (own->to_end & ~(1u << n)) | (uint32_t)forwarded << n;
	mmio_write32(gich(GICH_LR + 4 * n), forwarded ? gicv2_without_hw(v) : v);
}

static inline void put_lr(const struct cpu *cpu, unsigned n, uint64_t lr)
{
	if (__builtin_expect(gicv2.ends, 0))
		put_to_end(cpu->gic, n, gicv2_from_lr(lr));
	else
		mmio_write32(gich(GICH_LR + 4 * n), gicv2_from_lr(lr));
}

static uint32_t get_lr(const struct cpu *cpu, unsigned n)
{
	struct gicv2_cpu *own = cpu->gic;
	uint32_t v = mmio_read32(gich(GICH_LR + 4 * n));

	if (own->to_end >> n & 1 && !(v & GICV2_LR_STATE)) {
		own->to_end &= ~(1u << n);
		mmio_write32(gicc(GICC_DIR), GICC_IAR_INTID(v));
	}
	return v;
}

static void put(struct vcpu *vcpu, unsigned n, uint64_t lr)
{
	put_lr(vcpu->cpu, n, lr);
}

static bool put_first(struct vcpu *vcpu, uint64_t lr)
{
	if (free_lrs(vcpu) != all_lrs())
		return false;
	put(vcpu, 0, lr);
	return true;
}

static bool split(struct vcpu *vcpu)
{
	(void)vcpu;
	return mmio_read32(gich(GICH_VMCR)) & GICH_VMCR_EOIMODE;
}

static void read_lrs(struct vcpu *vcpu, struct vgic_lrs *l)
{
	/* Those whose EOI was asked for are among the used. */
	l->used = ~free_now() & all_lrs();
	for_each_bit(n, l->used)
		l->lr[n] = gicv2_to_lr(get_lr(vcpu->cpu, n));
	/* Nobody looks at the count otherwise, and asking for it (write_lrs) begins at 0. */
	l->eoi_count = vcpu->vgic->maint & HCR_MAINT_LRENPIE ? GICH_HCR_EOICOUNT(mmio_read32(gich(GICH_HCR))) : 0;
	l->split = split(vcpu);
	l->groups = mmio_read32(gich(GICH_VMCR)) & (GICH_VMCR_ENGRP0 | GICH_VMCR_ENGRP1);
}

static void write_lrs(struct vcpu *vcpu, const struct vgic_lrs *l, uint64_t old_maint)
{
	for_each_bit(n, l->dirty)
		put(vcpu, n, l->lr[n]);
	/* Clears EOICount too. HCR_TRAP_DIR has no counterpart: GICV_DIR is a page of its own, which no guest has. */
	if (l->maint != old_maint || l->eoi_count)
		mmio_write32(gich(GICH_HCR), (uint32_t)(GICH_HCR_EN | (l->maint & ~HCR_TRAP_DIR)));
}

static bool lr_pending(struct vcpu *vcpu)
{
	uint32_t used = ~free_now() & all_lrs();

	(void)vcpu;
	for_each_bit(n, used)
		if (mmio_read32(gich(GICH_LR + 4 * n)) & GICV2_LR_PENDING)
			return true;
	return false;
}

static void stop(struct vcpu *vcpu)
{
	(void)vcpu;
	mmio_write32(gich(GICH_HCR), 0);
	for (unsigned n = 0; n < gicv2.nr_lrs; n++)
		mmio_write32(gich(GICH_LR + 4 * n), 0);
	mmio_write32(gich(GICH_APR), 0);
	/* GICV's own registers, which are what they are after reset: binary points below their minimum become it (IHI 0048, 5.5.3). */
	mmio_write32(gich(GICH_VMCR), 0);
	dsb(sy);
}

static void reset(struct vcpu *vcpu)
{
	stop(vcpu);
	mmio_write32(gich(GICH_HCR), (uint32_t)(GICH_HCR_EN | vcpu->vgic->maint));
}

static void save(struct vcpu *vcpu, uint32_t used)
{
	struct vgic_saved *s = &vcpu->vgic->saved;
	struct gicv2_cpu *own = vcpu->cpu->gic;

	mmio_write32(gich(GICH_HCR), 0);
	for_each_bit(n, used)
		mmio_write32(gich(GICH_LR + 4 * n), 0);
	own->to_end = 0;
	s->vmcr = mmio_read32(gich(GICH_VMCR));
	s->apr[0] = mmio_read32(gich(GICH_APR));
}

static void restore(struct vcpu *vcpu)
{
	const struct vgic_saved *s = &vcpu->vgic->saved;

	mmio_write32(gich(GICH_VMCR), (uint32_t)s->vmcr);
	mmio_write32(gich(GICH_APR), (uint32_t)s->apr[0]);
	mmio_write32(gich(GICH_HCR), (uint32_t)(GICH_HCR_EN | (vcpu->vgic->maint & ~HCR_TRAP_DIR)));
}

const struct vgic_interface gicv2_interface = {
	.nr_lrs = nr_lrs,
	.priority_mask = priority_mask,
	.put_first = put_first,
	.free_lrs = free_lrs,
	.put = put,
	.read_lrs = read_lrs,
	.write_lrs = write_lrs,
	.lr_pending = lr_pending,
	.split = split,
	.reset = reset,
	.stop = stop,
	.save = save,
	.restore = restore,
};

void gicv2_init_interface(void)
{
	uint32_t ctlr = mmio_read32(gicc(GICC_CTLR)) & (uint32_t)GICC_CTLR_BYPASS;

	mmio_write32(gicc(GICC_CTLR), ctlr);
	stop(NULL);
	/* What a loader acknowledged and never ended would mask everything. */
	for (unsigned i = 0; i < 4; i++)
		mmio_write32(gicc(GICC_APR + 4 * i), 0);
	mmio_write32(gicc(GICC_PMR), 0xff);
	mmio_write32(gicc(GICC_BPR), 0);
	/*
	 * Priority drop and deactivation apart: the guest's EOI deactivates what is forwarded. In the Non-secure view these bits are EOImodeNS and
	 * EnableGrp1, on a GIC without Security Extensions EOImode and EnableGrp0.
	 */
	mmio_write32(gicc(GICC_CTLR), (uint32_t)(ctlr | GICC_CTLR_EOIMODE | GICC_CTLR_GRP0));
	dsb(sy);
}

static void end(uint32_t iar)
{
	mmio_write32(gicc(GICC_EOIR), iar);
	mmio_write32(gicc(GICC_DIR), iar);
}

static NOINLINE struct vcpu *handle_other(struct vcpu *vcpu, uint32_t iar)
{
	unsigned intid = GICC_IAR_INTID(iar);

	/* 1020 to 1023: nothing to end. */
	if (intid >= GIC_SPECIAL)
		return vcpu;
	if (intid == GIC_KICK_SGI) {
		end(iar);
		/* The requests are read after the acknowledge: an SGI sent later than that makes us come back. Pairs with the dsb in kick. */
		dmb(ld);
		return vcpu;
	}
	if (gic_dispatch(vcpu, intid) == GIC_FORWARDED)
		mmio_write32(gicc(GICC_EOIR), iar);
	else
		end(iar);
	return vcpu;
}

/* One load, whatever other CPUs store; with an addressing mode of its own, which the __atomic builtins do not use. */
#define LOAD_ONCE(x) (*(const volatile __typeof__(x) *)&(x))

/*
 * As gicv3_handle_irqs: one interrupt an exit, and the guest's timer first. Each access to a frame takes longer than all the rest: two
 * reads and two writes it takes. What was read from IAR is written back whole, for it holds the source of an SGI.
 */
struct vcpu *gicv2_handle_irqs(struct vcpu *vcpu)
{
	uint32_t iar = mmio_read32(gicc(GICC_IAR)); /* bits 31:13 are reserved; 12:10 are 0 but for SGIs */

	if (__builtin_expect(iar - GIC_SGIS < GIC_PRIVATE - GIC_SGIS, 1)) {
		struct vgic_cpu *vc = vcpu->vgic;
		uint64_t lr = LOAD_ONCE(vc->direct[iar]);

		if (__builtin_expect(lr && !LOAD_ONCE(vc->summary) && free_now() & 1, 1)) {
			put_lr(vcpu->cpu, 0, lr);
			mmio_write32(gicc(GICC_EOIR), iar);
			return vcpu;
		}
	}
	return handle_other(vcpu, iar);
}

void gicv2_handle_own(void)
{
	(void)handle_other(NULL, mmio_read32(gicc(GICC_IAR)));
}
