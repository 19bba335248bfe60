/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guest/kit/cpu.h"

#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/psci.h"

unsigned nr_cpus;
uint64_t cpu_mpidr[CPU_MAX];
uint64_t cpu_entry_counter[CPU_MAX];
static void (*secondary_run[CPU_MAX])(unsigned);

/* start.S finds CPU n's stack at the n-th place; index 0 there is the boot CPU, so the two are swapped when it has another index. */
static unsigned boot_index;
static uint8_t cpu_stacks[CPU_MAX][CPU_STACK] __attribute__((section(".stacks"), aligned(4096), used));

extern char secondary_entry[];

static unsigned swap_boot(unsigned index)
{
	return index == 0 ? boot_index : index == boot_index ? 0 : index;
}

bool cpu_init(uint64_t entry_counter)
{
	uint64_t self = sysreg_read(mpidr_el1) & MPIDR_AFFINITY;
	struct fdt_node node;
	bool found = false;
	uint64_t size;

	fdt_walk(&node);
	while (fdt_next(&node)) {
		if (!string_equal(fdt_string(&node, "device_type"), "cpu"))
			continue;
		if (nr_cpus == CPU_MAX || !fdt_reg(&node, 0, &cpu_mpidr[nr_cpus], &size))
			return false;
		if (cpu_mpidr[nr_cpus] == self) {
			boot_index = nr_cpus;
			found = true;
		}
		nr_cpus++;
	}
	cpu_entry_counter[boot_index] = entry_counter;
	sysreg_write(tpidr_el1, boot_index);
	isb();
	return found;
}

int64_t cpu_start(unsigned index, void (*run)(unsigned index))
{
	__atomic_store_n(&secondary_run[index], run, __ATOMIC_RELEASE);
	return psci_cpu_on(cpu_mpidr[index], (uint64_t)secondary_entry, swap_boot(index));
}

void cpu_secondary(unsigned slot, uint64_t entry_counter)
{
	unsigned index = swap_boot(slot);

	cpu_entry_counter[index] = entry_counter;
	sysreg_write(tpidr_el1, index);
	isb();
	serror_enable();
	if (!gic_init_cpu()) {
		print("cpu %u: the interrupt controller does not know it\n", index);
		return;
	}
	__atomic_load_n(&secondary_run[index], __ATOMIC_ACQUIRE)(index);
}
