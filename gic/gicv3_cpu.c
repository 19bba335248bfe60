/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CPU's GICv3 interface: acknowledging, the list registers, kicks (IHI 0069, 12.2 and 12.4).
 *
 * Where barriers are and are not. Writes of list registers need none before the guest runs: exception return is a context
 * synchronisation event (Arm ARM DDI 0487, D1.4). Reads of ICH_ELRSR_EL2 and of list registers that may follow a write in the same stay at
 * EL2 have an isb before them. The interrupt path has none: it is entered by an exception, reads ICH_ELRSR_EL2 once and returns to
 * the guest; the idle loop, which calls it without such a return, goes through lr_pending in between. Acknowledging needs no barrier before
 * priority drop, for nothing in memory hangs on their order.
 */
#include "arch/arm64/barrier.h"
#include "arch/arm64/gic_sysreg.h"
#include "common/log.h"
#include "gic/gic_internal.h"
#include "gic/vgic_v2.h"

#define HCR_EN BIT(0)

/* One load, whatever other CPUs store; with an addressing mode of its own, which the __atomic builtins do not use. */
#define LOAD_ONCE(x) (*(const volatile __typeof__(x) *)&(x))

static inline void lr_write(unsigned n, uint64_t lr)
{
	switch (n) {
#define X(n) case n: gic_write(lr, ICH_LR##n); break;
	ICH_LRS(X)
#undef X
	}
}

static inline uint64_t lr_read(unsigned n)
{
	switch (n) {
#define X(n) case n: return gic_read(ICH_LR##n);
	ICH_LRS(X)
#undef X
	}
	return 0;
}

static unsigned nr_lrs(void)
{
	return ICH_VTR_NR_LRS(gic_read(ICH_VTR));
}

static uint8_t priority_mask(void)
{
	return (uint8_t)(0xff << (8 - ICH_VTR_PRI_BITS(gic_read(ICH_VTR))));
}

static inline uint32_t all_lrs(void)
{
	return (uint32_t)GENMASK(nr_lrs() - 1, 0);
}

static inline uint32_t free_now(void)
{
	isb();
	return (uint32_t)gic_read(ICH_ELRSR);
}

static uint32_t free_lrs(struct vcpu *vcpu)
{
	(void)vcpu;
	return free_now();
}

static bool put_first(struct vcpu *vcpu, uint64_t lr)
{
	if (free_now() != vcpu->vgic->all_lrs)
		return false;
	gic_write(lr, ICH_LR0);
	return true;
}

struct vcpu *gicv3_put_sgi(struct vcpu *vcpu, uint64_t lr, uint32_t all)
{
	if (__builtin_expect(free_now() != all, 0))
		return vgic_list_later(vcpu, lr);
	gic_write(lr, ICH_LR0);
	return vcpu;
}

static void put(struct vcpu *vcpu, unsigned n, uint64_t lr)
{
	(void)vcpu;
	lr_write(n, lr);
}

static bool split(struct vcpu *vcpu)
{
	(void)vcpu;
	return gic_read(ICH_VMCR) & ICH_VMCR_VEOIM;
}

static void read_lrs(struct vcpu *vcpu, struct vgic_lrs *l)
{
	/* EISR's are among the used: ELRSR reads 0 for those whose EOI was asked for. */
	l->used = ~free_now() & all_lrs();
	for_each_bit(n, l->used)
		l->lr[n] = lr_read(n);
	l->eoi_count = (uint32_t)ICH_HCR_EOICOUNT(gic_read(ICH_HCR));
	/* Without that trap (it came with a later revision) the count is of deactivations, and is taken for those of the most urgent. */
	l->split = split(vcpu) && gic_read(ICH_VTR) & ICH_VTR_TDS;
	l->groups = (uint32_t)(gic_read(ICH_VMCR) & (ICH_VMCR_VENG0 | ICH_VMCR_VENG1));
}

static void write_lrs(struct vcpu *vcpu, const struct vgic_lrs *l, uint64_t old_maint)
{
	(void)vcpu;
	for_each_bit(n, l->dirty)
		lr_write(n, l->lr[n]);
	/* Clears EOIcount too. */
	if (l->maint != old_maint || l->eoi_count)
		gic_write(HCR_EN | l->maint, ICH_HCR);
}

static bool lr_pending(struct vcpu *vcpu)
{
	uint32_t used = ~free_now() & all_lrs();

	(void)vcpu;
	for_each_bit(n, used)
		if (lr_read(n) & LR_PENDING)
			return true;
	return false;
}

static inline void clear_active_priorities(void)
{
	/* One register for 32 preemption levels (IHI 0069, 12.4 "ICH_AP0R<n>_EL2"). */
	unsigned bits = ICH_VTR_PRE_BITS(gic_read(ICH_VTR));

	gic_write(0, ICH_AP0R0);
	gic_write(0, ICH_AP1R0);
	if (bits > 5) {
		gic_write(0, ICH_AP0R1);
		gic_write(0, ICH_AP1R1);
	}
	if (bits > 6) {
		gic_write(0, ICH_AP0R2);
		gic_write(0, ICH_AP1R2);
		gic_write(0, ICH_AP0R3);
		gic_write(0, ICH_AP1R3);
	}
}

static NOINLINE void clear_lrs(void)
{
	for (unsigned n = 0; n < nr_lrs(); n++)
		lr_write(n, 0);
}

static void stop(struct vcpu *vcpu)
{
	(void)vcpu;
	clear_lrs();
	clear_active_priorities();
	gic_write(0, ICH_VMCR);
	gic_write(0, ICH_HCR);
	isb();
}

/* Whether EL1 has its ICC_SRE_EL1. */
static inline void guest_sre(bool enable)
{
	uint64_t sre = gic_read(ICC_SRE_EL2);

	gic_write(enable ? sre | ICC_SRE_ENABLE : sre & ~ICC_SRE_ENABLE, ICC_SRE_EL2);
	isb();
}

static void reset(struct vcpu *vcpu)
{
	const struct vgic_cpu *vc = vcpu->vgic;

	/*
	 * The guest's own ICC_SRE_EL1, which an earlier guest may have changed. A GICv2 guest (PLAN_GIC_V2_GICV) has none: with SRE = 0 the list
	 * registers act through GICV, and its accesses to ICC_SRE_EL1 trap. It comes before ICH_VMCR_EL2, of which it changes the meaning
	 * (VFIQEn). No emulator has such a GICv3: this half is untested.
	 */
	if (vc->v2) {
		gic_write(0, ICC_SRE);
		guest_sre(false);
	} else {
		gic_write(ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB, ICC_SRE);
		guest_sre(true);
	}
	/* As the last one left them, most often: `stop`. */
	if (__builtin_expect((uint32_t)gic_read(ICH_ELRSR) != vc->all_lrs, 0))
		clear_lrs();
	clear_active_priorities();
	gic_write(0, ICH_VMCR);
	gic_write(HCR_EN | vc->maint, ICH_HCR);
}

/*
 * What the guest of a CPU interface in software does with ICC_* registers traps, and is undefined. ICC_SRE_EL1 traps by ICC_SRE_EL2.Enable, where
 * that can be 0: it may be RAO/WI where SRE is (IHI 0069, 12.2 "ICC_SRE_EL2"), as on QEMU, and then the register reads as it is.
 */
void gicv3_withhold_interface(void)
{
	stop(NULL);
	guest_sre(false);
	gic_write(ICH_HCR_TC | ICH_HCR_TALL0 | ICH_HCR_TALL1, ICH_HCR);
}

/* ---- Switching ---- */

/* ICH_AP0R<n> and ICH_AP1R<n>: one, two or four of each. */
static unsigned nr_active_priorities(void)
{
	unsigned bits = ICH_VTR_PRE_BITS(gic_read(ICH_VTR));

	return bits > 6 ? 4 : bits > 5 ? 2 : 1;
}

static void save(struct vcpu *vcpu, uint32_t used)
{
	struct vgic_saved *s = &vcpu->vgic->saved;
	unsigned nr = nr_active_priorities();

	for_each_bit(n, used)
		lr_write(n, 0);
	s->vmcr = gic_read(ICH_VMCR);
	s->sre = gic_read(ICC_SRE);
	s->apr[0] = gic_read(ICH_AP0R0);
	s->apr[4] = gic_read(ICH_AP1R0);
	if (nr > 1) {
		s->apr[1] = gic_read(ICH_AP0R1);
		s->apr[5] = gic_read(ICH_AP1R1);
	}
	if (nr > 2) {
		s->apr[2] = gic_read(ICH_AP0R2);
		s->apr[6] = gic_read(ICH_AP1R2);
		s->apr[3] = gic_read(ICH_AP0R3);
		s->apr[7] = gic_read(ICH_AP1R3);
	}
	gic_write(0, ICH_HCR);
}

static void restore(struct vcpu *vcpu)
{
	const struct vgic_saved *s = &vcpu->vgic->saved;
	bool sre = !vcpu->vm->gic_v2;
	unsigned nr = nr_active_priorities();

	/* Both are the same for all guests of a kind, most often; ICC_SRE_EL1 before ICH_VMCR_EL2, as in reset. */
	if (gic_read(ICC_SRE) != s->sre) {
		gic_write(s->sre, ICC_SRE);
		isb();
	}
	if (!!(gic_read(ICC_SRE_EL2) & ICC_SRE_ENABLE) != sre)
		guest_sre(sre);
	gic_write(s->vmcr, ICH_VMCR);
	gic_write(s->apr[0], ICH_AP0R0);
	gic_write(s->apr[4], ICH_AP1R0);
	if (nr > 1) {
		gic_write(s->apr[1], ICH_AP0R1);
		gic_write(s->apr[5], ICH_AP1R1);
	}
	if (nr > 2) {
		gic_write(s->apr[2], ICH_AP0R2);
		gic_write(s->apr[6], ICH_AP1R2);
		gic_write(s->apr[3], ICH_AP0R3);
		gic_write(s->apr[7], ICH_AP1R3);
	}
	gic_write(HCR_EN | vcpu->vgic->maint, ICH_HCR);
}

const struct vgic_interface gicv3_interface = {
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

enum err gicv3_init_interface(void)
{
	gic_write(gic_read(ICC_SRE_EL2) | ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB | ICC_SRE_ENABLE, ICC_SRE_EL2);
	/* The registers below exist from here on. */
	isb();
	if (!(gic_read(ICC_SRE_EL2) & ICC_SRE_SRE)) {
		log_error("firmware has disabled the GIC's system registers at EL2 (ICC_SRE_EL3)");
		return ERR_UNSUPPORTED;
	}
	stop(NULL);
	gic_write(0xff, ICC_PMR);
	gic_write(0, ICC_BPR1);
	/* Priority drop and deactivation apart: the guest's EOI deactivates what is forwarded. */
	gic_write(ICC_CTLR_EOIMODE, ICC_CTLR);
	/* What a loader acknowledged and never ended would mask everything. */
	gic_write(0, ICC_AP1R0);
	gic_write(1, ICC_IGRPEN1);
	isb();
	return OK;
}

/* Of an SPI on another CPU than the one that acknowledged it, too, as a list register's HW bit does. */
struct vcpu *gicv3_deactivate(struct vcpu *vcpu, unsigned intid)
{
	gic_write(intid, ICC_DIR);
	return vcpu;
}

static inline void kick(uint64_t sgi)
{
	/* Orders what was written for the target (requests, state) before the SGI that makes it look; pairs with the isb in end_kick. */
	dsb(ishst);
	gic_write(sgi, ICC_SGI1R);
	/* The SGI leaves now and not at some later synchronisation. */
	isb();
}

void gicv3_kick(const struct cpu *cpu)
{
	/* What it points to is read by its address, which orders the two. */
	const struct gicv3_cpu *target = LOAD_ONCE(cpu->gic);

	lock_check_none();
	/* Not up yet: it looks at its requests when it comes. */
	if (target)
		kick(target->sgi);
}

void gicv3_find_kick(struct vcpu *vcpu)
{
	if (!vcpu->shared)
		__atomic_store_n(&vcpu->kick, ((const struct gicv3_cpu *)vcpu->cpu->gic)->sgi, __ATOMIC_RELAXED);
}

static NOINLINE struct vcpu *kick_by_table(struct vcpu *vcpu, struct vcpu *other)
{
	vcpu_kick(other);
	return vcpu;
}

struct vcpu *gicv3_kick_other(struct vcpu *vcpu, struct vcpu *other)
{
	uint64_t sgi = LOAD_ONCE(other->kick);

	lock_check_none();
	if (__builtin_expect(!sgi, 0))
		return kick_by_table(vcpu, other);
	kick(sgi);
	return vcpu;
}

static inline void end_kick(void)
{
	gic_write(GIC_KICK_SGI, ICC_EOIR1);
	gic_write(GIC_KICK_SGI, ICC_DIR);
	/* The requests are read after the acknowledge: an SGI sent later than that makes us come back. */
	isb();
}

static NOINLINE struct vcpu *handle_other(struct vcpu *vcpu, uint32_t intid)
{
	/* 1020 to 1023: nothing to end. */
	if (intid >= GIC_SPECIAL && intid < GIC_EXTENDED)
		return vcpu;
	/* Nobody's, and they are off: one that was on its way when it was turned off. An LPI has no active state. */
	if (intid >= GIC_EXTENDED) {
		gic_write(intid, ICC_EOIR1);
		if (intid < GIC_LPIS)
			gic_write(intid, ICC_DIR);
		return vcpu;
	}
	if (vcpu && vcpu->vgic->v2 && vgic_swif_forward(vcpu, intid)) {
		gic_write(intid, ICC_EOIR1);
		return vcpu;
	}
	if (gic_dispatch(vcpu, intid) == GIC_FORWARDED) {
		gic_write(intid, ICC_EOIR1);
		return vcpu;
	}
	gic_write(intid, ICC_EOIR1);
	gic_write(intid, ICC_DIR);
	isb();
	return vcpu;
}

/*
 * One interrupt an exit: where another is pending the guest is left again at once, which costs no more than asking every time. First
 * what is most frequent and most urgent, the guest's timer: the list register image is ready in memory, and nothing else is looked at.
 */
static inline __attribute__((always_inline)) struct vcpu *handle(struct vcpu *vcpu, uint64_t intid)
{
	if (__builtin_expect(intid - GIC_SGIS < GIC_PRIVATE - GIC_SGIS, 1)) {
		struct vgic_cpu *vc = vcpu->vgic;
		uint64_t lr = LOAD_ONCE(vc->direct[intid]);

		if (__builtin_expect(lr && !LOAD_ONCE(vc->summary) && gic_read(ICH_ELRSR) & 1, 1)) {
			gic_write(lr, ICH_LR0);
			gic_write(intid, ICC_EOIR1);
			return vcpu;
		}
	}
	if (intid != GIC_KICK_SGI)
		return handle_other(vcpu, (uint32_t)intid);
	end_kick();
	return vcpu;
}

static void handle_own(uint64_t intid)
{
	if (intid == GIC_KICK_SGI)
		end_kick();
	else
		(void)handle_other(NULL, (uint32_t)intid);
}

struct vcpu *gicv3_handle_irqs(struct vcpu *vcpu)
{
	return handle(vcpu, gic_read(ICC_IAR1)); /* bits 63:24 are RES0 */
}

void gicv3_handle_own(void)
{
	handle_own(gic_read(ICC_IAR1));
}

/*
 * Cavium errata 23154: the read is not in order with what is around it, but for so many instructions and a barrier. 38545: it may be of an interrupt that has
 * gone; then no priority has become active, of which these CPUs have 32.
 */
static inline uint64_t acknowledge_cavium(void)
{
	uint64_t before = gic_read(ICC_AP1R0), intid;

	__asm__ volatile(".rept 8\n\tnop\n\t.endr\n\tmrs %0, " SYSREG_NAME(ICC_IAR1) "\n\t.rept 4\n\tnop\n\t.endr" : "=r"(intid));
	dsb(sy);
	return gic_read(ICC_AP1R0) == before ? GIC_SPECIAL : intid;
}

struct vcpu *gicv3_handle_irqs_cavium(struct vcpu *vcpu)
{
	return handle(vcpu, acknowledge_cavium());
}

void gicv3_handle_own_cavium(void)
{
	handle_own(acknowledge_cavium());
}
