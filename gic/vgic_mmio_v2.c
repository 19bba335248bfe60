/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The register faces of a GICv2 guest: the distributor as const tables (IHI 0048, 4.3), without the Security Extensions, and the frame of a
 * CPU interface in software (vgic_swif.c), whose registers are words. INTIDs 0-31 are those of the vCPU that looks.
 */
#include "arch/arm64/esr.h"
#include "gic/vgic_mmio.h"
#include "gic/vgic_v2.h"

#include "gic/gic_hw.h"

#define ID_REGISTERS 0xfd0 /* from here on, in both frames' first 4 KiB */

/* ---- Single registers ---- */

static uint64_t read_ctlr(const struct vgic *g, unsigned vcpu)
{
	(void)vcpu;
	return __atomic_load_n(&g->groups, __ATOMIC_RELAXED);
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
	return GIC_PIDR2_V2;
}

static const struct vgic_single gicd_single[] = {
	{GICD_CTLR, W4, read_ctlr, write_ctlr},
	{GICD_TYPER, W4, vgic_read_typer, NULL},
	{GICD_IIDR, W4, read_iidr, NULL},
	{GICD_SGIR, W4, NULL, NULL}, /* writes: access_sgir */
	{GICD_V2_PIDR2, W4, read_pidr2, NULL},
};

/* ---- Registers with a field per interrupt ---- */

/* An SGI's pending state has sources: GICD_SPENDSGIR and GICD_CPENDSGIR write it (IHI 0048, 4.3.7). */
static uint32_t not_sgis(struct vgic_ref r)
{
	return r.word ? ~0u : 0xffff0000;
}

static void set_pending(struct vgic_txn *t, struct vgic_ref r, uint32_t v)
{
	vgic_set_pending(t, r, v & not_sgis(r));
}

static void clear_pending(struct vgic_txn *t, struct vgic_ref r, uint32_t v)
{
	vgic_clear_pending(t, r, v & not_sgis(r));
}

/* Those of INTIDs 0-31 tell a vCPU which one it is; a uniprocessor's are all zero (IHI 0048, 4.3.12). */
static uint64_t read_targets(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range)
{
	uint64_t v = 0;

	(void)range;
	if (t->g->vm->nr_vcpus == 1)
		return 0;
	for (unsigned i = 0; i < size; i++)
		v |= (uint64_t)(r.word ? t->g->targets[(r.word - 1) * 32 + first + i] : 1u << r.owner) << 8 * i;
	return v;
}

static void write_targets(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range)
{
	(void)range;
	if (r.word == 0 || t->g->vm->nr_vcpus == 1)
		return;
	for (unsigned i = 0; i < size; i++)
		if (vgic_existing(r.word) >> (first + i) & 1)
			vgic_v2_write_targets(t, r, first + i, (uint8_t)(v >> 8 * i));
}

/* The sources from which SGIs of the reading vCPU are pending. */
static uint64_t read_sgis(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range)
{
	const struct vgic_v2_cpu *v2 = vgic_cpu_of(t->g, r.owner)->v2;
	uint64_t v = 0;

	(void)range;
	/* Brings what list registers know up to date. */
	(void)vgic_read_active(t, r);
	for (unsigned i = 0; i < size; i++) {
		unsigned sgi = first + i;
		unsigned sources = v2->pend[sgi] | __atomic_load_n(&v2->incoming[sgi], __ATOMIC_RELAXED);

		if (r.w->listed & r.w->lr_pend & 1u << sgi)
			sources |= 1u << v2->source[sgi];
		v |= (uint64_t)sources << 8 * i;
	}
	return v;
}

static void set_sgis(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range)
{
	uint8_t all = (uint8_t)((1u << t->g->vm->nr_vcpus) - 1);

	(void)range;
	for (unsigned i = 0; i < size; i++)
		vgic_v2_set_sgi(t, r.owner, first + i, (uint8_t)(v >> 8 * i) & all);
}

static void clear_sgis(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range)
{
	(void)range;
	for (unsigned i = 0; i < size; i++)
		vgic_v2_clear_sgi(t, r.owner, first + i, (uint8_t)(v >> 8 * i));
}

static const struct vgic_range gicd_ranges[VGIC_SLOT(GICD_SGIR)] = {
	VGIC_COMMON_RANGES,
	[VGIC_SLOT(GICD_ISPENDR)] = VGIC_BITS(GICD_ISPENDR, pending, set_pending),
	[VGIC_SLOT(GICD_ICPENDR)] = VGIC_BITS(GICD_ICPENDR, pending, clear_pending),
	[VGIC_SLOT(GICD_ITARGETSR) ... VGIC_SLOT(GICD_ITARGETSR + 0x3ff)] = {GICD_ITARGETSR, 8, W1 | W4, read_targets, write_targets, NULL, NULL},
	/* Implementation-defined, and for the Security Extensions. */
	[VGIC_SLOT(GICD_IGRPMODR) ... VGIC_SLOT(GICD_IGRPMODR + 0xff)] = VGIC_RESERVED(1, W4),
	[VGIC_SLOT(GICD_NSACR) ... VGIC_SLOT(GICD_NSACR + 0xff)] = VGIC_RESERVED(2, W4),
};

static const struct vgic_range gicd_clear_sgis = {GICD_CPENDSGIR, 8, W1 | W4, read_sgis, clear_sgis, NULL, NULL};
static const struct vgic_range gicd_set_sgis = {GICD_SPENDSGIR, 8, W1 | W4, read_sgis, set_sgis, NULL, NULL};

/* ---- Frames ---- */

struct vcpu *vgic_quick_gicd_v2(struct vcpu *vcpu, uint64_t esr, uint64_t offset)
{
	if (offset != GICD_SGIR || !esr_dabt_write(esr) || esr_dabt_sas(esr) != ESR_SAS_32)
		return vgic_quick_gicd(vcpu, esr, offset);
	vgic_v2_write_sgir(vcpu, (uint32_t)vcpu_get_reg(&vcpu->arch, esr_dabt_rt(esr)));
	return vcpu;
}

bool vgic_access_gicd_v2(struct vcpu *vcpu, void *device, struct mmio_access *access)
{
	unsigned offset = (unsigned)access->offset;
	const struct vgic_range *range = NULL;

	(void)device;
	/* Sends kicks, and therefore has no transaction around it. */
	if (offset == GICD_SGIR && access->write && access->size == 4) {
		vgic_v2_write_sgir(vcpu, (uint32_t)access->value);
		return true;
	}
	if (!access->write)
		access->value = 0;
	if (offset >= GICD_IGROUPR && offset < GICD_SGIR)
		range = &gicd_ranges[VGIC_SLOT(offset)];
	else if (offset >= GICD_CPENDSGIR && offset < GICD_CPENDSGIR + GIC_SGIS)
		range = &gicd_clear_sgis;
	else if (offset >= GICD_SPENDSGIR && offset < GICD_SPENDSGIR + GIC_SGIS)
		range = &gicd_set_sgis;
	if (range)
		return vgic_access_range(vcpu, "GICD", range, offset, 0, vcpu->vm->vgic->nr_words, vcpu->id, access);
	return vgic_access_single(vcpu, "GICD", gicd_single, ARRAY_SIZE(gicd_single), offset, 0, access) ||
	       (offset >= ID_REGISTERS && offset < GICD_V2_FRAME_SIZE) || vgic_complain(vcpu, "GICD", access);
}

static bool is_gicc_register(unsigned offset)
{
	/* GICC_APR0-3 and GICC_NSAPR0-3, of which a virtual interface with 5 bits of priority has the first. */
	return offset <= GICC_AHPPIR || (offset >= GICC_APR && offset < GICC_NSAPR + 0x10) || offset == GICC_IIDR || offset == GICC_DIR ||
	       (offset >= ID_REGISTERS && offset < GICC_DIR);
}

bool vgic_access_gicc(struct vcpu *vcpu, void *device, struct mmio_access *access)
{
	unsigned offset = (unsigned)access->offset;

	(void)device;
	if (access->size != 4 || !is_gicc_register(offset)) {
		access->value = 0;
		return vgic_complain(vcpu, "GICC", access);
	}
	if (access->write)
		vgic_swif_write(vcpu, offset, (uint32_t)access->value);
	else
		access->value = vgic_swif_read(vcpu, offset);
	return true;
}

bool vgic_access_gicv_dir(struct vcpu *vcpu, void *device, struct mmio_access *access)
{
	(void)device;
	if (access->size != 4 || access->offset != 0 || !access->write) {
		access->value = 0;
		return vgic_complain(vcpu, "GICC_DIR", access);
	}
	if (vgic_v2_is_source(vcpu->vgic, (uint32_t)access->value))
		vgic_write_dir(vcpu, GICC_IAR_INTID(access->value));
	return true;
}
