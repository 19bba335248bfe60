/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/traps.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/sysreg.h"

#define READ_ROW(v, m)                                                                                                         \
	do {                                                                                                                   \
		(v)[((m) - 1) * 8 + 0] = read_sysreg(S3_0_C0_C##m##_0);                                                         \
		(v)[((m) - 1) * 8 + 1] = read_sysreg(S3_0_C0_C##m##_1);                                                         \
		(v)[((m) - 1) * 8 + 2] = read_sysreg(S3_0_C0_C##m##_2);                                                         \
		(v)[((m) - 1) * 8 + 3] = read_sysreg(S3_0_C0_C##m##_3);                                                         \
		(v)[((m) - 1) * 8 + 4] = read_sysreg(S3_0_C0_C##m##_4);                                                         \
		(v)[((m) - 1) * 8 + 5] = read_sysreg(S3_0_C0_C##m##_5);                                                         \
		(v)[((m) - 1) * 8 + 6] = read_sysreg(S3_0_C0_C##m##_6);                                                         \
		(v)[((m) - 1) * 8 + 7] = read_sysreg(S3_0_C0_C##m##_7);                                                         \
	} while (0)

/* The whole space is readable: encodings without a register in it read as zero (Arm ARM D22.3.1, "reserved, RAZ"). */
void idregs_read_host(uint64_t values[IDREGS_COUNT])
{
	READ_ROW(values, 1);
	READ_ROW(values, 2);
	READ_ROW(values, 3);
	READ_ROW(values, 4);
	READ_ROW(values, 5);
	READ_ROW(values, 6);
	READ_ROW(values, 7);
}

#define HCRX_EL2 S3_4_C1_C2_2
#define HFGRTR_EL2 S3_4_C1_C1_4
#define HFGWTR_EL2 S3_4_C1_C1_5
#define HFGITR_EL2 S3_4_C1_C1_6
#define HDFGRTR_EL2 S3_4_C3_C1_4
#define HDFGWTR_EL2 S3_4_C3_C1_5

void traps_init_cpu(void)
{
	uint64_t dfr0 = read_sysreg(id_aa64dfr0_el1);
	uint64_t mmfr0 = read_sysreg(id_aa64mmfr0_el1);
	uint64_t mmfr1 = read_sysreg(id_aa64mmfr1_el1);
	uint64_t pmu_version = FIELD(dfr0, 11, 8);
	uint64_t mdcr = MDCR_TDRA | MDCR_TDOSA;

	/*
	 * Trace, activity monitors, SVE and SME trap; FP and SIMD do not. Debug breakpoints and watchpoints are the guest's: its CPU is its
	 * own, and with MDCR_EL2.TDE clear no debug exception is taken from EL2.
	 */
	write_sysreg(CPTR_RES1 | CPTR_TZ | CPTR_TTA | CPTR_TAM, cptr_el2);
	/* HPMN must name all counters the guest was given: all there are, and it cannot reach them, for TPM traps (D13.3.2). */
	if (pmu_version != 0 && pmu_version != 0xf)
		mdcr |= MDCR_TPM | MDCR_TPMCR | FIELD(read_sysreg(pmcr_el0), 15, 11);
	if (FIELD(dfr0, 35, 32))
		mdcr |= MDCR_TPMS;
	if (FIELD(dfr0, 43, 40))
		mdcr |= MDCR_TTRF;
	write_sysreg(mdcr, mdcr_el2);
	write_sysreg(0, hstr_el2);
	/* A CPU without a vCPU idles in EL2: interrupts must be EL2's there too, or they would not end its WFI. */
	write_sysreg(HCR_RW | HCR_IMO | HCR_FMO | HCR_AMO, hcr_el2);

	/* The physical counter and timer are the guest's, as EL2 uses its own; both count the same. */
	write_sysreg(CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN, cnthctl_el2);
	write_sysreg(0, cntvoff_el2);
	write_sysreg(0, cnthp_ctl_el2);

	/* Registers of later extensions may come up with any value; zero is "as without the extension". */
	if (FIELD(mmfr1, 43, 40)) {
		write_sysreg(0, HCRX_EL2);
	}
	if (FIELD(mmfr0, 59, 56)) {
		write_sysreg(0, HFGRTR_EL2);
		write_sysreg(0, HFGWTR_EL2);
		write_sysreg(0, HFGITR_EL2);
		write_sysreg(0, HDFGRTR_EL2);
		write_sysreg(0, HDFGWTR_EL2);
	}
	isb();
}
