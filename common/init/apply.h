/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply: the plan becomes run-time objects, stage-2 tables and started CPUs. Boot only, by the boot CPU, in this order. Any error is
 * logged where it happens; nothing has been started for a guest by then.
 */
#ifndef COMMON_INIT_APPLY_H
#define COMMON_INIT_APPLY_H

#include "arch/arm64/pgtable.h"
#include "common/lib/sha256.h"
#include "common/prove.h"
#include "common/vm.h"

/* Maps the pool at EL2; makes struct cpu (with stacks) for every CPU in use, the boot CPU first, and the boot CPU this_cpu(). */
enum err apply_cpus(const struct plan *plan, struct arena *pool) MUST_CHECK;

/* The counter's frequency. ERR_UNSUPPORTED: nobody says it. */
enum err apply_timer(const struct host *host) MUST_CHECK;

/* Starts the other CPUs and waits until each has set itself up (secondary_main). */
enum err apply_start_cpus(const struct plan *plan) MUST_CHECK;

/* cpu_errata.c. Tells which errata the CPUs have and what became of them. ERR_UNSUPPORTED: a VM must not run on one of its CPUs. */
enum err apply_errata(const struct plan *plan) MUST_CHECK;

/* Makes struct vm and vCPUs with their stage-2 tables and images; what prove needs of each VM goes to proofs[], with memory from scratch. */
enum err apply_vms(const struct plan *plan, struct arena *pool, struct arena *scratch, struct prove_vm *proofs) MUST_CHECK;

/* apply_shared.c: a CPU, and a vCPU there, that are shared; where guests read stolen time; and, when all VMs are made, what each shared CPU runs when. */
enum err apply_shared_cpu(struct cpu *cpu, const struct plan_cpu *plan, struct arena *pool) MUST_CHECK;
enum err apply_shared_vcpu(struct vcpu *vcpu, const struct plan *plan, const struct plan_vm *pv, struct arena *pool) MUST_CHECK;
void apply_pv_time(struct vm *vm, const struct plan_vm *pv);
enum err apply_schedules(const struct plan *plan, struct arena *pool) MUST_CHECK;

/* Virtual GICs and consoles. After gic_init; it routes physical interrupts. */
enum err apply_devices(const struct plan *plan, struct arena *pool) MUST_CHECK;

/* Resident: where the boot CPU goes, on its run-time stack (cpu_switch_stack), when all is ready; `cpu` is this_cpu(). */
void boot_cpu_main(void *cpu);

/* Resident: secondaries wait for it before they run guests; set once the boot sections are gone. */
extern uint32_t vms_may_run;

/* Of the CPU that calls: the size of physical addresses, and whether stage 2 has the 64 KiB granule. */
unsigned cpu_pa_bits(void);
bool cpu_has_granule64(void);

/* The CPU's instructions for SHA-256, NULL if it has none. They use SIMD registers, which are the guests' once these run. Boot only. */
sha256_block *cpu_sha256(void);

/* Before the first cpu_setup: what there is to ask firmware. */
void cpu_learn_firmware(const struct host *host);

/* After cpu_setup: its exits go through vectors_defended. */
static inline bool cpu_is_defended(const struct cpu *cpu)
{
	return cpu->arch.defence || cpu->arch.stage1_first;
}

/* Each CPU's own set-up, the boot CPU's and the others'. */
enum err cpu_setup(struct cpu *cpu) MUST_CHECK;

#endif
