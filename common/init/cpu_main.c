/* SPDX-License-Identifier: Apache-2.0 */
/* Where CPUs other than the boot CPU come in, and where all of them go over to running guests. Resident. */
#include "arch/arm64/barrier.h"
#include "arch/arm64/esr.h"
#include "arch/arm64/idregs.h"
#include "arch/arm64/mmu.h"
#include "arch/arm64/port.h"
#include "common/init/apply.h"
#include "common/port.h"

uint32_t vms_may_run;

enum err cpu_setup(struct cpu *cpu)
{
	traps_init_cpu();
	idregs_read_host(cpu->idregs);
	cpu->pa_range = (uint32_t)FIELD(read_sysreg(id_aa64mmfr0_el1), 3, 0);
	for (unsigned i = 0; i < IDREGS_COUNT; i++)
		cpu->idregs[i] = idreg_guest_value(SYSREG(3, 0, 0, 1 + i / 8, i % 8), cpu->idregs[i]);
	return gic_init_cpu(cpu);
}

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
