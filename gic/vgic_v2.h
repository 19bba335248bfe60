/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the virtual GIC of a GICv2 guest has besides (Arm IHI 0048): SGIs that are pending once for each CPU they come from, SPIs with several
 * targets, and a CPU interface in software. All of the code is in a part of the image that boot unmaps when no VM has a GICv2
 * (.text.gicv2_guest): who calls it from elsewhere first looks whether the VM is one, by vgic_cpu.v2 or vgic.targets.
 */
#ifndef GIC_VGIC_V2_H
#define GIC_VGIC_V2_H

#include "gic/vgic.h"

#define VGIC_V2_MAX_VCPUS 8

/*
 * A CPU interface in software: list registers in memory, and what GICV and GICH do with them (IHI 0048, 5.3 to 5.5). Its own vCPU's CPU
 * has it alone, as it would the machine's.
 */
struct vgic_swif {
	uint64_t lr[VGIC_MAX_LRS];
	uint32_t used;  /* bit n: lr[n] holds something, or is in `ended` */
	uint32_t ended; /* bit n: asked for its EOI, which came (GICH_EISR) */
	uint32_t ctlr;  /* GICC_CTLR */
	uint32_t apr;   /* bit n: group priority 8 * n is active (GICC_APR) */
	uint64_t maint; /* HCR_MAINT_* */
	uint8_t pmr;
	uint8_t bpr[2]; /* GICC_BPR, GICC_ABPR */
	uint8_t best;   /* the most urgent pending list register of an enabled group, or SWIF_NONE */
	bool signalled; /* best is more urgent than what runs and what GICC_PMR masks: a line is up */
};

/* One bit for each source vCPU; index: SGI. */
struct vgic_v2_cpu {
	uint8_t incoming[GIC_SGIS]; /* atomic: from whom; written before the bit in vcpu->sgis, read after it */
	uint8_t pend[GIC_SGIS];     /* lock; not 0 where vgic_word.pend has its bit */
	uint8_t drop[GIC_SGIS];     /* lock; which ones vgic_word.drop_pend is about */
	uint8_t source[GIC_SGIS];   /* lock; a number: whose is listed or active */
	uint64_t direct[GIC_PRIVATE]; /* vgic_cpu.direct of SGIs, without the source, and of PPIs for list registers in memory; there, these are 0 */
	struct vgic_swif swif;      /* own CPU; PLAN_GIC_V2_SOFTWARE */
};

/* ---- vgic_v2.c: called with the lock, where not said otherwise ---- */

/* SGIs taken from vcpu->sgis: their sources too. Returns those that have one. */
uint32_t vgic_v2_take_sgis(struct vgic_cpu *vc, uint32_t sgis);
/* SGIs taken from vcpu->sgis go into list registers, or to memory. Without the lock. Returns vcpu. */
struct vcpu *vgic_v2_take(struct vcpu *vcpu, uint32_t sgis);
/* The sources of SGIs that are forgotten, after the bits in vcpu->sgis. */
void vgic_v2_forget_incoming(struct vgic_cpu *vc);
/* A list register of an SGI is folded: whether it is pending still. */
bool vgic_v2_fold_sgi(struct vgic_cpu *vc, uint64_t lr);
/* An SGI's list register, new: one source at a time; the others wait for its end. */
uint64_t vgic_v2_list_sgi(struct vgic_cpu *vc, uint64_t lr);
/* What GICC_DIR is told: for an SGI, whether it is active from that source, if at all. Without the lock: the vCPU's own. */
bool vgic_v2_is_source(const struct vgic_cpu *vc, uint32_t id);
/* That vCPU went on or off: SPIs that may go to it or elsewhere. */
void vgic_v2_retarget(struct vgic_txn *t, unsigned vcpu);
/* As after reset. */
void vgic_v2_reset_targets(struct vgic *g);
void vgic_v2_reset_sgis(struct vgic_cpu *vc);

/* SGI `sgi` of self from these vCPUs becomes pending, or no longer is. */
void vgic_v2_set_sgi(struct vgic_txn *t, unsigned vcpu, unsigned sgi, uint8_t sources);
void vgic_v2_clear_sgi(struct vgic_txn *t, unsigned vcpu, unsigned sgi, uint8_t sources);
/* GICD_ITARGETSR: the vCPUs one of which takes the SPI. */
void vgic_v2_write_targets(struct vgic_txn *t, struct vgic_ref r, unsigned bit, uint8_t vcpus);
/* GICD_SGIR. Without the lock. */
void vgic_v2_write_sgir(struct vcpu *vcpu, uint32_t value);

/* ---- vgic_swif.c ---- */

extern const struct vgic_interface vgic_swif_interface;
/* A PPI goes straight into a list register if all are free and nothing waits. Without the lock. */
bool vgic_swif_forward(struct vcpu *vcpu, unsigned intid);
mmio_quick vgic_quick_gicc;
uint32_t vgic_swif_read(struct vcpu *vcpu, unsigned offset);
void vgic_swif_write(struct vcpu *vcpu, unsigned offset, uint32_t v);

/* ---- vgic_mmio_v2.c ---- */

mmio_quick vgic_quick_gicd_v2;
bool vgic_access_gicd_v2(struct vcpu *vcpu, void *device, struct mmio_access *access);
/* GICV's second page: GICV_DIR. */
bool vgic_access_gicv_dir(struct vcpu *vcpu, void *device, struct mmio_access *access);
bool vgic_access_gicc(struct vcpu *vcpu, void *device, struct mmio_access *access);

#endif
