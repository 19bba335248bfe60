/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/esr.h"
#include "arch/arm64/idregs.h"
#include "common/init/apply.h"
#include "common/port.h"

unsigned cpu_pa_bits(void)
{
	static const uint8_t bits[] = { 32, 36, 40, 42, 44, 48, 52 };
	unsigned range = (unsigned)FIELD(read_sysreg(id_aa64mmfr0_el1), 3, 0);

	/* 7: 56 bits (FEAT_D128); what is reserved is more than that. */
	return range < ARRAY_SIZE(bits) ? bits[range] : 52;
}

/* ID_AA64MMFR0_EL1.TGran64_2: 2 present, 1 absent, 0 as stage 1 has it (TGran64: 0 present). */
bool cpu_has_granule64(void)
{
	uint64_t mmfr0 = read_sysreg(id_aa64mmfr0_el1);
	uint64_t stage2 = FIELD(mmfr0, 39, 36);

	return stage2 == 2 || (stage2 == 0 && FIELD(mmfr0, 27, 24) == 0);
}

enum err cpu_setup(struct cpu *cpu)
{
	traps_init_cpu();
	idregs_read_host(cpu->idregs);
	cpu->midr = (uint32_t)read_sysreg(midr_el1);
	cpu->pa_range = (uint32_t)FIELD(read_sysreg(id_aa64mmfr0_el1), 3, 0);
	cpu->granule64 = cpu_has_granule64();
	for (unsigned i = 0; i < IDREGS_COUNT; i++)
		cpu->idregs[i] = idreg_guest_value(SYSREG(3, 0, 0, 1 + i / 8, i % 8), cpu->idregs[i]);
	return gic_init_cpu(cpu);
}
