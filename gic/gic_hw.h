/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam between the virtual GIC and the machine: one const table a GIC version, chosen by gic_init. Host tests have a table of their
 * own. Not in it is gic_handle_irqs, the way every interrupt takes: it is gicv3_cpu.c's, without an indirect call.
 */
#ifndef GIC_GIC_HW_H
#define GIC_GIC_HW_H

#include "common/port.h"
#include "gic/vgic.h"

struct gic_hw {
	/* ---- this CPU's interface ---- */

	enum err (*init_cpu)(struct cpu *cpu);
	void (*kick)(const struct cpu *cpu);

	unsigned (*nr_lrs)(void);
	uint8_t (*priority_mask)(void); /* of virtual interrupts */

	/* Writes list register 0, when none is in use. */
	bool (*put_first)(uint64_t lr);
	/* Bit n: list register n is free. */
	uint32_t (*free_lrs)(void);
	void (*put)(unsigned n, uint64_t lr);
	/* Fills in all but maint and dirty. */
	void (*read_lrs)(struct vgic_lrs *l);
	/* The dirty ones, and maint when it differs from old_maint or deactivations were counted. */
	void (*write_lrs)(const struct vgic_lrs *l, uint64_t old_maint);
	/* Whether a list register holds a pending interrupt. */
	bool (*lr_pending)(void);
	/* The virtual CPU interface as after reset, on; or off. */
	void (*reset_interface)(void);
	void (*stop_interface)(void);

	/* ---- distributor and redistributors; cpu says whose INTIDs 0-31 when word is 0 ---- */

	/* reg: GICD_ISENABLER, GICD_ICENABLER, GICD_ISPENDR, GICD_ICPENDR, GICD_ISACTIVER or GICD_ICACTIVER, all of which act on the ones in `bits` only. */
	void (*write_bits)(const struct cpu *cpu, unsigned reg, unsigned word, uint32_t bits);
	uint32_t (*read_bits)(const struct cpu *cpu, unsigned reg, unsigned word);
	/* Until a disable has taken effect everywhere. Bounded. */
	void (*wait_disabled)(const struct cpu *cpu, unsigned word);
	void (*route_spi)(unsigned intid, const struct cpu *cpu);
	void (*configure_spi)(unsigned intid, bool edge);
};

extern const struct gic_hw *gic_hw;

/* PPIs that are forwarded to whichever vCPU is loaded: the guest's timers. One bit each. */
extern uint32_t gic_forwarded_ppis;

/* The vCPU that lives on this CPU, or NULL. */
struct vcpu *gic_this_vcpu(void);

#endif
