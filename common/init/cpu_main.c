/* SPDX-License-Identifier: Apache-2.0 */
/* Where CPUs other than the boot CPU come in, and where all of them go over to running guests. Resident. */
#include "arch/arm64/barrier.h"
#include "arch/arm64/mmu.h"
#include "arch/arm64/port.h"
#include "common/init/apply.h"

uint32_t vms_may_run;

void secondary_main(struct cpu *cpu)
{
	enum err e = cpu_setup(cpu);

	/* Release: with all that cpu_setup wrote. */
	__atomic_store_n(&cpu->state, e ? CPU_FAILED : CPU_ONLINE, __ATOMIC_RELEASE);
	sev();
	if (e)
		cpu_park();
	while (!__atomic_load_n(&vms_may_run, __ATOMIC_ACQUIRE))
		wfe();
	vcpu_run(cpu);
}

/* The boot CPU, on its run-time stack: what only boot needed goes, then guests run. */
void boot_cpu_main(void *cpu)
{
	mmu_drop_boot();
	__atomic_store_n(&vms_may_run, 1, __ATOMIC_RELEASE);
	dsb(ishst); /* the store, before the event that makes the others look at it */
	sev();
	vcpu_run(cpu);
}
