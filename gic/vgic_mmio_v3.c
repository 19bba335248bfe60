/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The register faces of a GICv3 guest: GICD and GICR as const tables (IHI 0069, 12.9 to 12.11), affinity routing always on, one Security
 * state (GICD_CTLR.DS = 1), no LPIs, message-based SPIs or extended ranges. GICR's SGI frame has the GICD's layout for INTIDs 0-31.
 */
#include "gic/vgic_mmio.h"

/* ---- Single registers ---- */

static uint64_t rwp(const uint32_t *recalls, uint64_t bit)
{
	if (!__atomic_load_n(recalls, __ATOMIC_RELAXED))
		return 0;
	/* The guest will read it again and again. */
	spin_pause();
	return bit;
}

/* Writes have taken effect when no list register is left that might say otherwise: guests poll this after a disable. */
static uint64_t read_ctlr(const struct vgic *g, unsigned vcpu)
{
	(void)vcpu;
	return __atomic_load_n(&g->groups, __ATOMIC_RELAXED) | GICD_CTLR_ARE | GICD_CTLR_DS | rwp(&g->recalls, GICD_CTLR_RWP);
}

static void write_ctlr(struct vgic_txn *t, unsigned vcpu, uint64_t v)
{
	(void)vcpu;
	vgic_write_groups(t, (uint32_t)v & (GICD_CTLR_GRP0 | GICD_CTLR_GRP1));
}

static uint64_t read_iidr(const struct vgic *g, unsigned vcpu)
{
	(void)g, (void)vcpu;
	return VGIC_IIDR;
}

static uint64_t read_pidr2(const struct vgic *g, unsigned vcpu)
{
	(void)g, (void)vcpu;
	return GIC_PIDR2_V3;
}

static uint64_t read_zero(const struct vgic *g, unsigned vcpu)
{
	(void)g, (void)vcpu;
	return 0;
}

static uint64_t read_gicr_ctlr(const struct vgic *g, unsigned vcpu)
{
	return rwp(&vgic_cpu_of(g, vcpu)->recalled, GICR_CTLR_RWP);
}

static uint64_t read_gicr_typer(const struct vgic *g, unsigned vcpu)
{
	return vgic_gicr_typer(g, vcpu);
}

static uint64_t read_gicr_typer_high(const struct vgic *g, unsigned vcpu)
{
	return vgic_gicr_typer(g, vcpu) >> 32;
}

/* ProcessorSleep is remembered and ChildrenAsleep follows at once; interrupts are held back by the vCPU being off, not by this. */
static uint64_t read_waker(const struct vgic *g, unsigned vcpu)
{
	return vgic_cpu_of(g, vcpu)->waker;
}

static void write_waker(struct vgic_txn *t, unsigned vcpu, uint64_t v)
{
	vgic_cpu_of(t->g, vcpu)->waker = v & GICR_WAKER_SLEEP ? GICR_WAKER_SLEEP | GICR_WAKER_CHILDREN : 0;
}

static const struct vgic_single gicd_single[] = {
	{GICD_TYPER, W4, vgic_read_typer, NULL},
	{GICD_CTLR, W4, read_ctlr, write_ctlr},
	{GICD_IIDR, W4, read_iidr, NULL},
	{GICD_TYPER2, W4, read_zero, NULL},
	{GICD_STATUSR, W4, read_zero, NULL},
	{GICD_SETSPI_NSR, W4, NULL, NULL},
	{GICD_CLRSPI_NSR, W4, NULL, NULL},
	{GIC_PIDR2, W4, read_pidr2, NULL},
};

static const struct vgic_single gicr_single[] = {
	{GICR_TYPER, W4 | W8, read_gicr_typer, NULL},
	{GICR_TYPER + 4, W4, read_gicr_typer_high, NULL},
	{GICR_CTLR, W4, read_gicr_ctlr, NULL},
	{GICR_WAKER, W4, read_waker, write_waker},
	{GICR_IIDR, W4, read_iidr, NULL},
	{GICR_STATUSR, W4, read_zero, NULL},
	{GIC_PIDR2, W4, read_pidr2, NULL},
};

/* ---- Registers with a field per interrupt ---- */

/* Aff3 (the upper half) is zero: GICD_TYPER.A3V is. A target that is no vCPU delivers nowhere, and reads as 0.0.15.15. */
static uint64_t read_router(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range)
{
	(void)t, (void)size, (void)range;
	return vcpu_affinity(r.w->target[first]);
}

static void write_router(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range)
{
	unsigned vcpu = vcpu_from_affinity(v & 0xffff);

	(void)size, (void)range;
	if ((v & 0xff) > 15 || v & 0xff0000 || vcpu >= t->g->vm->nr_vcpus)
		vcpu = VGIC_NO_VCPU;
	if (vgic_existing(r.word) >> first & 1)
		vgic_write_target(t, r, first, (uint8_t)vcpu);
}

static const struct vgic_range gicd_ranges[VGIC_SLOT(0x1000)] = {
	VGIC_COMMON_RANGES,
	[VGIC_SLOT(GICD_ISPENDR)] = VGIC_BITS(GICD_ISPENDR, pending, vgic_set_pending),
	[VGIC_SLOT(GICD_ICPENDR)] = VGIC_BITS(GICD_ICPENDR, pending, vgic_clear_pending),
	[VGIC_SLOT(GICD_ITARGETSR) ... VGIC_SLOT(GICD_ITARGETSR + 0x3ff)] = VGIC_RESERVED(8, W1 | W4),
	[VGIC_SLOT(GICD_IGRPMODR)] = VGIC_RESERVED(1, W4),
	[VGIC_SLOT(GICD_NSACR) ... VGIC_SLOT(GICD_NSACR + 0xff)] = VGIC_RESERVED(2, W4),
	[VGIC_SLOT(GICD_SGIR)] = VGIC_RESERVED(1, W4),
};

static const struct vgic_range gicd_router = {GICD_IROUTER, 64, W4 | W8, read_router, write_router, NULL, NULL};

/* ---- Frames ---- */

static bool access_single(struct vcpu *vcpu, const char *frame, const struct vgic_single *table, size_t n, unsigned offset, unsigned target,
			  struct mmio_access *a)
{
	/* From 0xffd0 on there are identification registers that identify nothing. */
	return vgic_access_single(vcpu, frame, table, n, offset, target, a) || offset >= 0xffd0 || vgic_complain(vcpu, frame, a);
}

bool vgic_access_gicd(struct vcpu *vcpu, void *device, struct mmio_access *access)
{
	unsigned offset = (unsigned)access->offset, words = vcpu->vm->vgic->nr_words;

	(void)device;
	if (!access->write)
		access->value = 0;
	/* INTIDs 0-31 are not in the GICD, for affinity routing is on (IHI 0069, 12.9 "GICD_ISENABLER<n>"). */
	if (offset >= GICD_IGROUPR && offset < 0x1000)
		return vgic_access_range(vcpu, "GICD", &gicd_ranges[VGIC_SLOT(offset)], offset, 1, words, 0, access);
	if (offset >= GICD_IROUTER && offset < GICD_IROUTER + 0x2000) {
		/* The upper half alone is Aff3. */
		if (access->size == 4 && offset & 4)
			return true;
		return vgic_access_range(vcpu, "GICD", &gicd_router, offset, 1, words, 0, access);
	}
	return access_single(vcpu, "GICD", gicd_single, ARRAY_SIZE(gicd_single), offset, 0, access);
}

bool vgic_access_gicr(struct vcpu *vcpu, void *device, struct mmio_access *access)
{
	unsigned target = (unsigned)(access->offset / GICR_SIZE), offset = (unsigned)(access->offset % GICR_SIZE);

	(void)device;
	if (!access->write)
		access->value = 0;
	if (target >= vcpu->vm->nr_vcpus)
		return vgic_complain(vcpu, "GICR", access);
	if (offset < GICR_SGI_FRAME)
		return access_single(vcpu, "GICR", gicr_single, ARRAY_SIZE(gicr_single), offset, target, access);
	offset -= GICR_SGI_FRAME;
	if (offset >= GICD_IGROUPR && offset < 0x1000)
		return vgic_access_range(vcpu, "GICR", &gicd_ranges[VGIC_SLOT(offset)], offset, 0, 1, target, access);
	return offset == GIC_PIDR2 ? access_single(vcpu, "GICR", gicr_single, ARRAY_SIZE(gicr_single), offset, target, access) :
				     offset >= 0xffd0 || vgic_complain(vcpu, "GICR", access);
}
