/* SPDX-License-Identifier: Apache-2.0 */
/* What the register faces share: a frame is a const table of single registers and one of registers with a field per interrupt. */
#ifndef GIC_VGIC_MMIO_H
#define GIC_VGIC_MMIO_H

#include "gic/vgic.h"

/* Bytes of an access, as bits of `widths`. */
#define W1 1u
#define W4 4u
#define W8 8u

/* GICD_IIDR, GICR_IIDR: product 'B' of implementer 0x43b. */
#define VGIC_IIDR 0x4200043b

struct vgic_single {
	uint16_t offset;
	uint8_t widths;
	uint64_t (*read)(const struct vgic *g, unsigned vcpu); /* without the lock: constants, or one word */
	void (*write)(struct vgic_txn *t, unsigned vcpu, uint64_t v);
};

/* NULL: reads as zero, ignores writes. */
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
static inline uint32_t vgic_existing(unsigned word)
{
	return word == GIC_SPECIAL / 32 ? (1u << GIC_SPECIAL % 32) - 1 : ~0u;
}

/* GICD_TYPER. */
uint64_t vgic_read_typer(const struct vgic *g, unsigned vcpu);

/* Affinity_Value, Processor_Number, Last. */
static inline uint64_t vgic_gicr_typer(const struct vgic *g, unsigned vcpu)
{
	return vcpu_affinity(vcpu) << 32 | (uint64_t)vcpu << 8 | (vcpu == g->vm->nr_vcpus - 1 ? GICR_TYPER_LAST : 0);
}

uint64_t vgic_range_read_bits(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range);
void vgic_range_write_bits(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range);
uint64_t vgic_range_read_priority(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range);
void vgic_range_write_priority(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range);
uint64_t vgic_range_read_config(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range);
void vgic_range_write_config(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range);

/* One entry for 128 bytes: most register arrays are of that size. */
#define VGIC_SLOT(offset) ((offset) >> 7)
#define VGIC_BITS(base, r, w) {base, 1, W4, vgic_range_read_bits, vgic_range_write_bits, vgic_read_##r, w}
#define VGIC_RESERVED(bits, widths) {0, bits, widths, NULL, NULL, NULL, NULL}

/* What both versions have alike. */
#define VGIC_COMMON_RANGES \
	[VGIC_SLOT(GICD_IGROUPR)] = VGIC_BITS(GICD_IGROUPR, group, vgic_write_group), \
	[VGIC_SLOT(GICD_ISENABLER)] = VGIC_BITS(GICD_ISENABLER, enabled, vgic_set_enabled), \
	[VGIC_SLOT(GICD_ICENABLER)] = VGIC_BITS(GICD_ICENABLER, enabled, vgic_clear_enabled), \
	[VGIC_SLOT(GICD_ISACTIVER)] = VGIC_BITS(GICD_ISACTIVER, active, vgic_set_active), \
	[VGIC_SLOT(GICD_ICACTIVER)] = VGIC_BITS(GICD_ICACTIVER, active, vgic_clear_active), \
	[VGIC_SLOT(GICD_IPRIORITYR) ... VGIC_SLOT(GICD_IPRIORITYR + 0x3ff)] = \
		{GICD_IPRIORITYR, 8, W1 | W4, vgic_range_read_priority, vgic_range_write_priority, NULL, NULL}, \
	[VGIC_SLOT(GICD_ICFGR) ... VGIC_SLOT(GICD_ICFGR + 0xff)] = {GICD_ICFGR, 2, W4, vgic_range_read_config, vgic_range_write_config, NULL, NULL}

/* ---- One access ---- */

/* An access that does not exist: logged once for a VM. true: done with. */
bool vgic_complain(struct vcpu *vcpu, const char *frame, const struct mmio_access *a);

/* target: whose frame it is. Returns false if the table has no such register. */
bool vgic_access_single(struct vcpu *vcpu, const char *frame, const struct vgic_single *table, size_t n, unsigned offset, unsigned target,
			struct mmio_access *a);

/* owner: whose INTIDs 0-31. Those of words first to end - 1 are in this frame. */
bool vgic_access_range(struct vcpu *vcpu, const char *frame, const struct vgic_range *range, unsigned offset, unsigned first, unsigned end,
		       unsigned owner, struct mmio_access *a);

#endif
