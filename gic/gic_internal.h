/* SPDX-License-Identifier: Apache-2.0 */
/* What the physical GIC's own files share. */
#ifndef GIC_GIC_INTERNAL_H
#define GIC_GIC_INTERNAL_H

#include "gic/gic_hw.h"

/* An interrupt that EL2 handles itself; the first without a handler ends the table. Written at boot. */
#define GIC_MAX_OWN 4
struct gic_own {
	uint32_t intid;
	void (*handler)(void);
};
extern struct gic_own gic_own[GIC_MAX_OWN];

extern uint32_t gic_maintenance_intid;

/* SGIs and PPIs that every CPU enables: EL2's own. */
extern uint32_t gic_own_private;

/* The SGI that means "look at your requests". Secure firmware, where there is one, keeps 8 to 15 for itself. */
#define GIC_KICK_SGI 1

enum gic_disposal {
	GIC_FORWARDED,  /* the guest deactivates it */
	GIC_DEACTIVATE, /* done with: deactivate it */
};

/* An acknowledged interrupt that is none of the common ones. */
enum gic_disposal gic_dispatch(struct vcpu *vcpu, uint32_t intid);

/* What both versions have in the same place. */
struct gic_dist {
	uintptr_t base;
	uint32_t nr_intids;
	struct spinlock lock; /* read-modify-write of the distributor's registers; the last in the lock order */
};
extern struct gic_dist gic_dist;

static inline volatile void *gic_dist_reg(unsigned offset)
{
	return (volatile void *)(gic_dist.base + offset);
}

/* gic_hw's */
void gic_configure_spi(unsigned intid, bool edge);

/* The one priority that everything has, in four fields. */
#define GIC_PRIORITIES 0xa0a0a0a0

/* ---- gic_init.c ---- */

/* Boot: counts the SPIs; all off, not pending, not active, in these groups, of one priority. The distributor is off. */
void gic_init_spis(uint32_t groups);

/* ---- gicv2.c, gicv2_cpu.c: frames, found by gicv2_init ---- */

struct gicv2 {
	uintptr_t cpu, hyp; /* GICC, its second page 4 KiB further whatever the board has; GICH */
	unsigned nr_lrs;
	bool ends; /* EL2 deactivates what a guest ends: gicv2_cpu.c */
};
extern struct gicv2 gicv2;
extern const struct gic_hw gicv2_hw;
extern const struct vgic_interface gicv2_interface;

/* What struct cpu.gic points to. */
struct gicv2_cpu {
	uint8_t target; /* its bit in GICD_ITARGETSR<n> and GICD_SGIR */
	uint32_t to_end; /* gicv2.ends: list registers with a forwarded interrupt */
};

enum err gicv2_init(const struct host *host) MUST_CHECK;

/*
 * gic_frames.c, pure; boot only. GICC's two pages side by side, in what is mapped at base: GICV2_INTERFACE_SIZE of the size that the device tree gives it. 0: it is not
 * as the device tree has it.
 */
#define GICV2_SPREAD_SIZE KIB(128) /* where the frames repeat in 64 KiB steps, GICC's two pages fill 64 KiB each */
#define GICV2_INTERFACE_SIZE(size) ((size) >= GICV2_SPREAD_SIZE ? GICV2_SPREAD_SIZE : (uint64_t)GICC_FRAME_SIZE)
uintptr_t gicv2_find_interface(uintptr_t base, uint64_t size);
void gicv2_init_interface(void);
struct vcpu *gicv2_handle_irqs(struct vcpu *vcpu);
void gicv2_handle_own(void);

/* ---- gicv3.c: frames, found by gicv3_init ---- */

struct gicv3_region {
	uintptr_t base;
	uint64_t size;
};

struct gicv3 {
	struct gicv3_region redist[HOST_MAX_REDIST_REGIONS];
	unsigned nr_redist;
	uint64_t stride; /* 0: as GICR_TYPER.VLPIS says */
};
extern struct gicv3 gicv3;
extern const struct gic_hw gicv3_hw, gicv3_cavium_hw; /* the latter for CPUs with ERRATA_IAR */

/* What struct cpu.gic points to. */
struct gicv3_cpu {
	uintptr_t redist; /* RD_base */
	uint64_t sgi;     /* ICC_SGI1R_EL1 that kicks this CPU */
};

enum err gicv3_init(const struct host *host) MUST_CHECK;
void gicv3_wait_rwp(uintptr_t reg, uint32_t bit);

/* gicv3_redist.c, pure. The RD_base frame of the CPU with that affinity; 0: none in the regions. */
uintptr_t gicv3_find_redist(const struct gicv3 *gic, uint64_t mpidr);

/* ---- gicv3_cpu.c ---- */

enum err gicv3_init_interface(void) MUST_CHECK;
void gicv3_kick(const struct cpu *cpu);
void gicv3_withhold_interface(void);
struct vcpu *gicv3_handle_irqs(struct vcpu *vcpu);
void gicv3_handle_own(void);
/* The same on CPUs with errata. */
struct vcpu *gicv3_handle_irqs_cavium(struct vcpu *vcpu);
void gicv3_handle_own_cavium(void);
extern const struct vgic_interface gicv3_interface;

#endif
