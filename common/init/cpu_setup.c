/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/esr.h"
#include "arch/arm64/idregs.h"
#include "common/init/apply.h"
#include "common/port.h"

enum err cpu_setup(struct cpu *cpu)
{
	traps_init_cpu();
	idregs_read_host(cpu->idregs);
	cpu->pa_range = (uint32_t)FIELD(read_sysreg(id_aa64mmfr0_el1), 3, 0);
	for (unsigned i = 0; i < IDREGS_COUNT; i++)
		cpu->idregs[i] = idreg_guest_value(SYSREG(3, 0, 0, 1 + i / 8, i % 8), cpu->idregs[i]);
	return gic_init_cpu(cpu);
}
