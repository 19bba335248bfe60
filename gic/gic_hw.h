/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seams between the virtual GIC and what is under it: const tables, chosen at boot. gic_hw is the machine's distributor and CPU interface;
 * vgic->interface is where a VM's list registers are, in the machine or in memory. Host tests have tables of their own.
 */
#ifndef GIC_GIC_HW_H
#define GIC_GIC_HW_H

#include "common/port.h"
#include "gic/vgic.h"

/*
 * The virtual CPU interface of a vCPU, with list registers in ICH_LR<n>_EL2's format (vgic.h). All but the first two: on the vCPU's
 * own CPU, while it is loaded.
 */
struct vgic_interface {
	unsigned (*nr_lrs)(void);
	uint8_t (*priority_mask)(void); /* the bits of a priority that are kept */

	/* Writes list register 0, when none is in use. */
	bool (*put_first)(struct vcpu *vcpu, uint64_t lr);
	/* Bit n: list register n is free. */
	uint32_t (*free_lrs)(struct vcpu *vcpu);
	void (*put)(struct vcpu *vcpu, unsigned n, uint64_t lr);
	/* Fills in all but maint and dirty. */
	void (*read_lrs)(struct vcpu *vcpu, struct vgic_lrs *l);
	/* The dirty ones, and maint when it differs from old_maint or deactivations were counted. */
	void (*write_lrs)(struct vcpu *vcpu, const struct vgic_lrs *l, uint64_t old_maint);
	/* Whether a list register holds a pending interrupt. */
	bool (*lr_pending)(struct vcpu *vcpu);
	/* The guest's EOImode is 1. NULL: vgic_write_dir is not for this one. */
	bool (*split)(struct vcpu *vcpu);
	/* As after reset, on, with vgic_cpu.maint; or off. */
	void (*reset)(struct vcpu *vcpu);
	void (*stop)(struct vcpu *vcpu);
	/* Another vCPU of this CPU is to be loaded: these list registers, folded by now, become free, and what else the guest sees goes to vgic_cpu.saved. */
	void (*save)(struct vcpu *vcpu, uint32_t used);
	/* This one is loaded anew: the reverse, on, with vgic_cpu.maint asked for. */
	void (*restore)(struct vcpu *vcpu);
};

struct gic_hw {
	/* ---- this CPU's interface ---- */

	enum err (*init_cpu)(struct cpu *cpu);
	void (*kick)(const struct cpu *cpu);

	/* gic_handle_irqs: one interrupt. Returns vcpu. */
	struct vcpu *(*handle_irqs)(struct vcpu *vcpu);
	/* The same on a CPU without a vCPU. */
	void (*handle_own)(void);
	/* The list registers of its virtual CPU interface. */
	const struct vgic_interface *interface;

	/* ---- distributor and redistributors; cpu says whose INTIDs 0-31 when word is 0 ---- */

	/* reg: GICD_ISENABLER, GICD_ICENABLER, GICD_ISPENDR, GICD_ICPENDR, GICD_ISACTIVER or GICD_ICACTIVER, all of which act on the ones in `bits` only. */
	void (*write_bits)(const struct cpu *cpu, unsigned reg, unsigned word, uint32_t bits);
	uint32_t (*read_bits)(const struct cpu *cpu, unsigned reg, unsigned word);
	/* Until a disable has taken effect everywhere. Bounded. */
	void (*wait_disabled)(const struct cpu *cpu, unsigned word);
	void (*route_spi)(unsigned intid, const struct cpu *cpu);
	void (*configure_spi)(unsigned intid, bool edge);

	/* ---- for CPU interfaces in software (vgic_swif.c); NULL where no VM has one ---- */

	/* This CPU's guest finds no virtual interface of the machine: it is off, and its system registers trap. */
	void (*withhold_interface)(void);
};

extern const struct gic_hw *gic_hw;

/*
 * SGIs of GICv3 guests, and CPU interfaces in software, which only a GICv3 has: these are gicv3_cpu.c's, with no table in between. They return `vcpu`, so that
 * they can be the last thing that an exit does.
 */

/* put_first; or else vgic_list_later. all: vgic_cpu.all_lrs. */
struct vcpu *gicv3_put_sgi(struct vcpu *vcpu, uint64_t lr, uint32_t all);
/* vcpu_kick(other), which is short once gicv3_find_kick was called for it, on its CPU. */
struct vcpu *gicv3_kick_other(struct vcpu *vcpu, struct vcpu *other);
void gicv3_find_kick(struct vcpu *vcpu);
/* Ends an interrupt that was acknowledged and forwarded, a PPI on this CPU. */
struct vcpu *gicv3_deactivate(struct vcpu *vcpu, unsigned intid);

/* PPIs that are forwarded to whichever vCPU is loaded: the guest's timers. One bit each. */
extern uint32_t gic_forwarded_ppis;
extern uint32_t gic_timer_ppis[2]; /* of these: the virtual timer's, the physical timer's */

/* By INTID: 1 + the number of the VM that has it, 0: none. For CPUs where the loaded vCPU need not be of the VM whose interrupts come. Written at boot. */
extern uint8_t gic_spi_owner[];

/* The vCPU that is loaded on this CPU (or lives here, where only one does), or NULL. */
struct vcpu *gic_this_vcpu(void);

#endif
