/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs: those of the DTB, in its order; the boot CPU is the one whose MPIDR matches, whatever its place. */
#ifndef KIT_CPU_H
#define KIT_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/guest/kit/sysreg.h"

#define CPU_MAX 128
#define CPU_STACK 0x4000 /* bytes: some thirty nested interrupts */

extern unsigned nr_cpus;
extern uint64_t cpu_mpidr[CPU_MAX];
/* CNTVCT_EL0 at the first instruction of the CPU at that index. */
extern uint64_t cpu_entry_counter[CPU_MAX];

/* Index into cpu_mpidr of the CPU that calls. */
static inline unsigned cpu_index(void)
{
	return (unsigned)sysreg_read(tpidr_el1);
}

/* Reads /cpus. false: none, more than CPU_MAX, or the CPU that runs is not among them. */
bool cpu_init(uint64_t entry_counter);

/*
 * PSCI CPU_ON of the CPU at that index; it sets up its GIC interface and calls run with interrupts masked, then idles.
 * Returns what PSCI says (0: started), before the CPU runs.
 */
int64_t cpu_start(unsigned index, void (*run)(unsigned index));

struct spinlock {
	uint32_t value;
};

static inline void spin_lock(struct spinlock *lock)
{
	while (__atomic_exchange_n(&lock->value, 1, __ATOMIC_ACQUIRE) != 0)
		yield();
}

static inline void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->value, 0, __ATOMIC_RELEASE);
}

#endif
