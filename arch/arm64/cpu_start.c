/* SPDX-License-Identifier: Apache-2.0 */
/* How the other CPUs are started. */
#include "arch/arm64/barrier.h"
#include "arch/arm64/cpu.h"
#include "arch/arm64/mmu.h"
#include "arch/arm64/smccc.h"

enum err psci_cpu_on(uint64_t mpidr, uint64_t context, int *psci_error)
{
	*psci_error = (int)smccc_smc(PSCI_CPU_ON_64, mpidr, (uint64_t)secondary_entry, context);
	return *psci_error ? ERR_DENIED : OK;
}

/*
 * The waiting CPU reads with its caches off, both the release address and what spin_entry reads: the lines are cleaned to the point of
 * coherency, which has a barrier at its end, before SEV ends its WFE.
 */
enum err spin_table_start(uint64_t release_addr, struct cpu *cpu)
{
	uint64_t *release = pa_ptr(pa_make(release_addr));
	enum err e = el2_map(pa_make(release_addr), sizeof(*release), PGTABLE_NORMAL_RW);

	if (e)
		return e;
	spin_cpu = cpu;
	cache_clean_inval_poc(&spin_cpu, sizeof(spin_cpu));
	__atomic_store_n(release, (uint64_t)spin_entry, __ATOMIC_RELAXED);
	cache_clean_inval_poc(release, sizeof(*release));
	sev();
	el2_unmap(pa_make(release_addr), sizeof(*release));
	return OK;
}
