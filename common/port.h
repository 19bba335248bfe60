/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What common/ needs from the layers above it, bound by the linker. Each function has exactly one implementation, in the folder its
 * section names.
 */
#ifndef COMMON_PORT_H
#define COMMON_PORT_H

#include "common/plan.h"

struct vcpu;
struct vm;
struct cpu;

/* ---- passthrough/ ---- */

/*
 * The closure of the nodes a VM names in `passthrough`: fills vm->grants, the device regions (ipa = pa, whole pages of the granule) and
 * irqs. Called by plan_make for every VM in turn. Problems become findings. *owner (an array of host->nr_nodes, PLAN_NO_VM at first) is
 * the record of what has been given to whom, which it extends.
 */
enum err passthrough_resolve(const struct plan_input *in, struct plan_vm *vm, uint32_t *owner) MUST_CHECK;

/* ---- gic/: the physical interrupt controller ---- */

/* Boot CPU, once, boot only: maps the frames at EL2 and sets up the distributor. */
enum err gic_init(const struct host *host) MUST_CHECK;

/* Each CPU, itself: its redistributor and CPU interface (EOImode 1), the kick SGI and the maintenance PPI enabled. */
enum err gic_init_cpu(struct cpu *cpu) MUST_CHECK;

/* Boot only, before gic_init_cpu: a PPI EL2 handles itself on every CPU (its timer); handler runs with interrupts masked. Not a PPI: nothing happens. */
void gic_own_ppi(uint32_t intid, void (*handler)(void));

/* Boot only: an SPI EL2 handles itself (the console UART), on this CPU; handler runs with interrupts masked. */
void gic_enable_own(uint32_t intid, bool edge, void (*handler)(void));

/* The locks of gic/, one after the other; NULL: there is none with that number or a higher one. For fault.c, which looks whether they are held. */
const struct spinlock *gic_lock(uint32_t n);

/* Makes that CPU leave its guest (or its idle WFI). No payload: set state first; it has the barrier that orders the two. For a vCPU: vcpu_kick (vm.h). */
void gic_kick(const struct cpu *cpu);

/*
 * An IRQ exit, or idle with an interrupt pending: acknowledges one, if there is one, and forwards it if it is `vcpu`'s (NULL: none lives here).
 * Called twice without a guest run in between, vgic_vcpu_has_pending() comes in between.
 */
void gic_handle_irqs(struct vcpu *vcpu);

/* ---- gic/: the virtual interrupt controller ---- */

/* Boot only: the VM's virtual GIC and its MMIO frames (vm_add_mmio), its forwarded SPIs routed and configured but disabled. */
enum err vgic_init_vm(struct vm *vm, const struct plan_vm *plan, struct arena *pool) MUST_CHECK;

/* A vCPU is about to be entered at reset (CPU_ON, restart): its private interrupts and CPU interface as after reset. Runs on its CPU. */
void vgic_reset_vcpu(struct vcpu *vcpu);

/* The vCPU was turned off: its physical private interrupts (timers) are masked, list registers emptied. Runs on its CPU. */
void vgic_stop_vcpu(struct vcpu *vcpu);

/*
 * Another vCPU of its CPU is to be loaded: its list registers and what else the machine has of its interrupts go to memory; its timers are off by
 * now. It stays on: what becomes pending is told to it by vcpu_kick.
 */
void vgic_unload_vcpu(struct vcpu *vcpu);

/* The reverse. After arch_vcpu_load. */
void vgic_load_vcpu(struct vcpu *vcpu);

/* Whose interrupts are enabled: bit 0: its virtual timer's, bit 1: its physical timer's. Runs on its CPU. */
unsigned vgic_enabled_timers(const struct vcpu *vcpu);

/* On the vCPU's CPU after a kick, before entering it, VCPU_REQ_VGIC cleared before: takes in what other CPUs asked for, and fills list registers. */
void vgic_sync_vcpu(struct vcpu *vcpu);

/* Whether an enabled interrupt is pending for it that would wake a WFI. Runs on its CPU. */
bool vgic_vcpu_has_pending(struct vcpu *vcpu);

/* The level of an emulated device's line (an SPI). Any CPU. */
void vgic_set_spi_level(struct vm *vm, uint32_t intid, bool level);

/* A trapped write to ICC_SGI1R_EL1. Returns vcpu. */
struct vcpu *vgic_write_sgi1r(struct vcpu *vcpu, uint64_t value);

/* A trapped write to ICC_SGI1R_EL1 (0), ICC_ASGI1R_EL1 (1) or ICC_SGI0R_EL1 (2) by the guest. */
void vgic_write_sgir(struct vcpu *vcpu, unsigned which, uint64_t value);

/* A trapped write to ICC_DIR_EL1: traps while a list register of this CPU need not be the one it is about. */
void vgic_write_dir(struct vcpu *vcpu, uint64_t value);

/* The VM stops for good or for a restart: every physical SPI of it is disabled and deactivated. All its vCPUs are off. */
void vgic_stop_vm(struct vm *vm);

#endif
