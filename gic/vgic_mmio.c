/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The register faces of a GICv3 guest: GICD and GICR as const tables (IHI 0069, 12.9 to 12.11), affinity routing always on, one Security
 * state (GICD_CTLR.DS = 1), no LPIs, message-based SPIs or extended ranges. GICR's SGI frame has the GICD's layout for INTIDs 0-31.
 *
 * What is reserved, or not there, reads as zero and ignores writes; an access of a size or to an offset that is not in a table does too, and is
 * logged once for a VM.
 */
#include "common/log.h"
#include "gic/gic_hw.h"

#define W1 1u
#define W4 4u
#define W8 8u

/* GICD_IIDR, GICR_IIDR: product 'B' of implementer 0x43b. */
#define VGIC_IIDR 0x4200043b

/* ---- Single registers ---- */

struct vgic_single {
	uint16_t offset;
	uint8_t widths;
	uint64_t (*read)(const struct vgic *g, unsigned vcpu); /* without the lock: constants, or one word */
	void (*write)(struct vgic_txn *t, unsigned vcpu, uint64_t v);
};

/* Writes have taken effect when no list register is left that might say otherwise: guests poll this after a disable. */
static uint64_t read_ctlr(const struct vgic *g, unsigned vcpu)
{
	(void)vcpu;
	return __atomic_load_n(&g->groups, __ATOMIC_RELAXED) | GICD_CTLR_ARE | GICD_CTLR_DS | (__atomic_load_n(&g->recalls, __ATOMIC_RELAXED) ? GICD_CTLR_RWP : 0);
}

static void write_ctlr(struct vgic_txn *t, unsigned vcpu, uint64_t v)
{
	(void)vcpu;
	vgic_write_groups(t, (uint32_t)v & (GICD_CTLR_GRP0 | GICD_CTLR_GRP1));
}

/* ITLinesNumber; IDbits = 10 - 1; No1N: every SPI has one target. */
static uint64_t read_typer(const struct vgic *g, unsigned vcpu)
{
	(void)vcpu;
	return (g->nr_words - 1) | 9u << 19 | BIT(25);
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
	return __atomic_load_n(&vgic_cpu_of(g, vcpu)->recalled, __ATOMIC_RELAXED) ? GICR_CTLR_RWP : 0;
}

/* Affinity_Value, Processor_Number, Last. */
static uint64_t read_gicr_typer(const struct vgic *g, unsigned vcpu)
{
	return vcpu_affinity(vcpu) << 32 | (uint64_t)vcpu << 8 | (vcpu == g->vm->nr_vcpus - 1 ? GICR_TYPER_LAST : 0);
}

static uint64_t read_gicr_typer_high(const struct vgic *g, unsigned vcpu)
{
	return read_gicr_typer(g, vcpu) >> 32;
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
	{GICD_CTLR, W4, read_ctlr, write_ctlr},
	{GICD_TYPER, W4, read_typer, NULL},
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

struct vgic_range {
	uint16_t base;  /* offset of INTID 0's field */
	uint8_t bits;   /* per interrupt; 0: not there */
	uint8_t widths; /* bytes of an access */
	uint64_t (*read)(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range);
	void (*write)(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range);
	vgic_bits_read *read_bits;
	vgic_bits_write *write_bits;
};

/* INTIDs 1020-1023 are no interrupts. */
static uint32_t existing(unsigned word)
{
	return word == GIC_SPECIAL / 32 ? (1u << GIC_SPECIAL % 32) - 1 : ~0u;
}

static uint64_t read_bits(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range)
{
	(void)first, (void)size;
	return range->read_bits(t, r);
}

static void write_bits(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range)
{
	(void)first, (void)size;
	range->write_bits(t, r, (uint32_t)v & existing(r.word));
}

static uint64_t read_priority(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range)
{
	uint64_t v = 0;

	(void)t, (void)range;
	for (unsigned i = 0; i < size; i++)
		v |= (uint64_t)r.w->priority[first + i] << 8 * i;
	return v;
}

static void write_priority(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range)
{
	(void)range;
	for (unsigned i = 0; i < size; i++)
		if (existing(r.word) >> (first + i) & 1)
			vgic_write_priority(t, r, first + i, (uint8_t)(v >> 8 * i));
}

/* Two bits each, of which the upper one says edge (IHI 0069, 12.9.9). */
static uint64_t read_config(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range)
{
	uint64_t v = 0;

	(void)t, (void)size, (void)range;
	for (unsigned i = 0; i < 16; i++)
		v |= (uint64_t)(r.w->edge >> (first + i) & 1) << (2 * i + 1);
	return v;
}

static void write_config(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range)
{
	uint32_t edge = 0, mask = 0xffffu << first & existing(r.word);

	(void)size, (void)range;
	/* SGIs are edge-triggered for good. */
	if (r.word == 0)
		mask &= ~0xffffu;
	for (unsigned i = 0; i < 16; i++)
		edge |= (uint32_t)(v >> (2 * i + 1) & 1) << (first + i);
	vgic_write_edge(t, r, mask, edge);
}

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
	if (existing(r.word) >> first & 1)
		vgic_write_target(t, r, first, (uint8_t)vcpu);
}

#define SLOT_SHIFT 7
#define SLOT(offset) ((offset) >> SLOT_SHIFT)
#define BITS(base, r, w) {base, 1, W4, read_bits, write_bits, vgic_read_##r, vgic_##w}
#define RESERVED(bits, widths) {0, bits, widths, NULL, NULL, NULL, NULL}

/* One entry for 128 bytes: most register arrays are of that size. */
static const struct vgic_range gicd_ranges[SLOT(0x1000)] = {
	[SLOT(GICD_IGROUPR)] = BITS(GICD_IGROUPR, group, write_group),
	[SLOT(GICD_ISENABLER)] = BITS(GICD_ISENABLER, enabled, set_enabled),
	[SLOT(GICD_ICENABLER)] = BITS(GICD_ICENABLER, enabled, clear_enabled),
	[SLOT(GICD_ISPENDR)] = BITS(GICD_ISPENDR, pending, set_pending),
	[SLOT(GICD_ICPENDR)] = BITS(GICD_ICPENDR, pending, clear_pending),
	[SLOT(GICD_ISACTIVER)] = BITS(GICD_ISACTIVER, active, set_active),
	[SLOT(GICD_ICACTIVER)] = BITS(GICD_ICACTIVER, active, clear_active),
	[SLOT(GICD_IPRIORITYR) ... SLOT(GICD_IPRIORITYR + 0x3ff)] = {GICD_IPRIORITYR, 8, W1 | W4, read_priority, write_priority, NULL, NULL},
	[SLOT(GICD_ITARGETSR) ... SLOT(GICD_ITARGETSR + 0x3ff)] = RESERVED(8, W1 | W4),
	[SLOT(GICD_ICFGR) ... SLOT(GICD_ICFGR + 0xff)] = {GICD_ICFGR, 2, W4, read_config, write_config, NULL, NULL},
	[SLOT(GICD_IGRPMODR)] = RESERVED(1, W4),
	[SLOT(GICD_NSACR) ... SLOT(GICD_NSACR + 0xff)] = RESERVED(2, W4),
	[SLOT(GICD_SGIR)] = RESERVED(1, W4),
};

static const struct vgic_range gicd_router = {GICD_IROUTER, 64, W4 | W8, read_router, write_router, NULL, NULL};

/* ---- Dispatch ---- */

static bool complain(struct vcpu *vcpu, const char *frame, const struct mmio_access *a)
{
	if (!__atomic_exchange_n(&vcpu->vm->vgic->complained, 1, __ATOMIC_RELAXED))
		log_warn("%s: vCPU %u: %u-byte %s of %s+0x%x is ignored, as are others that do not exist", vcpu->vm->name, vcpu->id,
			 (unsigned)a->size, a->write ? "write" : "read", frame, (unsigned)a->offset);
	return true;
}

/* target: whose frame it is, for GICR. */
static bool access_single(struct vcpu *vcpu, const char *frame, const struct vgic_single *table, size_t n, unsigned offset, unsigned target,
			  struct mmio_access *a)
{
	for (const struct vgic_single *s = table; s < table + n; s++) {
		struct vgic_txn t;

		if (s->offset != offset)
			continue;
		if (!(s->widths & a->size))
			return complain(vcpu, frame, a);
		if (!a->write && s->read) {
			a->value = s->read(vcpu->vm->vgic, target);
		} else if (a->write && s->write) {
			vgic_begin(&t, vcpu->vm->vgic, vcpu);
			s->write(&t, target, a->value);
			vgic_end(&t);
		}
		return true;
	}
	/* Identification registers that identify nothing. */
	return offset >= 0xffd0 || complain(vcpu, frame, a);
}

/* owner: whose INTIDs 0-31, for GICR; the GICD has none of them, for affinity routing is on (IHI 0069, 12.9 "GICD_ISENABLER<n>"). */
static bool access_range(struct vcpu *vcpu, const char *frame, const struct vgic_range *range, unsigned offset, bool gicr, unsigned owner,
			 struct mmio_access *a)
{
	struct vgic *g = vcpu->vm->vgic;
	struct vgic_txn t;
	struct vgic_ref r;
	unsigned intid, word;

	if (!range->bits || !(range->widths & a->size))
		return complain(vcpu, frame, a);
	if (a->write ? !range->write : !range->read)
		return true;
	intid = (offset - range->base) * 8 / range->bits;
	word = intid / 32;
	if (gicr ? word != 0 : word == 0 || word >= g->nr_words)
		return true;
	vgic_begin(&t, g, vcpu);
	r = vgic_ref(g, word, owner);
	if (a->write)
		range->write(&t, r, intid % 32, a->size, a->value, range);
	else
		a->value = range->read(&t, r, intid % 32, a->size, range);
	vgic_end(&t);
	return true;
}

bool vgic_access_gicd(struct vcpu *vcpu, void *device, struct mmio_access *access)
{
	unsigned offset = (unsigned)access->offset;

	(void)device;
	if (!access->write)
		access->value = 0;
	if (offset >= GICD_IGROUPR && offset < 0x1000)
		return access_range(vcpu, "GICD", &gicd_ranges[SLOT(offset)], offset, false, 0, access);
	if (offset >= GICD_IROUTER && offset < GICD_IROUTER + 0x2000) {
		/* The upper half alone is Aff3. */
		if (access->size == 4 && offset & 4)
			return true;
		return access_range(vcpu, "GICD", &gicd_router, offset, false, 0, access);
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
		return complain(vcpu, "GICR", access);
	if (offset < GICR_SGI_FRAME)
		return access_single(vcpu, "GICR", gicr_single, ARRAY_SIZE(gicr_single), offset, target, access);
	offset -= GICR_SGI_FRAME;
	if (offset >= GICD_IGROUPR && offset < 0x1000)
		return access_range(vcpu, "GICR", &gicd_ranges[SLOT(offset)], offset, true, target, access);
	return offset == GIC_PIDR2 ? access_single(vcpu, "GICR", gicr_single, ARRAY_SIZE(gicr_single), offset, target, access) :
				     offset >= 0xffd0 || complain(vcpu, "GICR", access);
}
