/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/barrier.h"
#include "arch/arm64/esr.h"
#include "arch/arm64/idregs.h"
#include "arch/arm64/sha256.h"
#include "arch/arm64/smccc.h"
#include "arch/arm64/sysreg.h"
#include "common/alarm.h"
#include "common/init/apply.h"
#include "common/log.h"
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

sha256_block *cpu_sha256(void)
{
	/* ID_AA64ISAR0_EL1.SHA2; ID_AA64PFR0_EL1.AdvSIMD: 15 is none. */
	if (!FIELD(read_sysreg(id_aa64isar0_el1), 15, 12) || FIELD(read_sysreg(id_aa64pfr0_el1), 23, 20) == 15)
		return NULL;
	write_sysreg(CPTR_RES1, cptr_el2); /* nothing is known of it so far: SIMD does not trap */
	isb();
	return sha256_instructions;
}

/* Set by the boot CPU before it starts others. */
static bool firmware_has_workarounds;

void cpu_learn_firmware(const struct host *host)
{
	/* PSCI 1.0 tells of SMCCC 1.1, and is asked of firmware: device trees may be older (DEN 0028, appendix B). */
	firmware_has_workarounds = host->psci == HOST_PSCI_SMC && host->psci_version >= 0x00002 && (int32_t)smccc_smc(PSCI_VERSION, 0, 0, 0) >= 0x10000 &&
				   (int32_t)smccc_smc(PSCI_FEATURES, SMCCC_VERSION, 0, 0) >= 0 && (int32_t)smccc_smc(SMCCC_VERSION, 0, 0, 0) >= 0x10001;
}

static int32_t ask_firmware(uint32_t fn)
{
	return firmware_has_workarounds ? (int32_t)smccc_smc(SMCCC_ARCH_FEATURES, fn, 0, 0) : -1;
}

/*
 * Cores differ, so each asks for itself. Loads that overtake stores (workaround 2) are held back for good where firmware can do that: for EL2's sake, and as
 * one VM's choice would be the next one's; guests are told that there is nothing left to do (DEN 0028: SMCCC_ARCH_WORKAROUND_2).
 */
static void learn_workarounds(struct cpu *cpu)
{
	int32_t store_bypass = ask_firmware(SMCCC_ARCH_WORKAROUND_2);

	cpu->workarounds[SMCCC_BRANCH_TARGETS] = ask_firmware(SMCCC_ARCH_WORKAROUND_1);
	cpu->workarounds[SMCCC_BRANCH_HISTORY] = ask_firmware(SMCCC_ARCH_WORKAROUND_3);
	cpu->workarounds[SMCCC_STORE_BYPASS] = store_bypass >= 0 ? SMCCC_NOT_REQUIRED : store_bypass;
	if (store_bypass == 0)
		(void)smccc_smc(SMCCC_ARCH_WORKAROUND_2, 1, 0, 0);
}

/* What must be done at each exit before anything else: it decides the vectors. */
static void defend(struct cpu *cpu)
{
	struct branch_facts facts = {
		.midr = cpu->midr,
		.pfr0 = read_sysreg(id_aa64pfr0_el1),
		.isar2 = read_sysreg(S3_0_C0_C6_2), /* ID_AA64ISAR2_EL1 */
		.mmfr1 = read_sysreg(id_aa64mmfr1_el1),
		.workaround_1 = cpu->workarounds[SMCCC_BRANCH_TARGETS],
		.workaround_3 = cpu->workarounds[SMCCC_BRANCH_HISTORY],
	};

	cpu->errata = errata_todo(cpu->midr);
	cpu->branches = errata_defend_branches(&facts, &cpu->arch.defence);
	if (cpu->branches == BRANCH_CLEAR)
		cpu->arch.defence = 1u << CPU_DEFENCE_CLEAR;
	cpu->arch.stage1_first = cpu->errata & ERRATA_STAGE1;
	if (!cpu_is_defended(cpu))
		return;
	write_sysreg(vectors_defended, vbar_el2);
	isb(); /* the vectors, before the first guest */
}

/*
 * What the device tree says holds, as it does for guests, which find it in theirs: it is there only where firmware has not set CNTFRQ_EL0 (binding
 * arm,arch_timer), which is firmware's alone to write.
 */
enum err apply_timer(const struct host *host)
{
	uint32_t own = (uint32_t)read_sysreg(cntfrq_el0), given = host->timer.frequency;

	alarm_frequency = given ? given : own;
	if (!alarm_frequency) {
		log_error("the frequency of the CPUs' timer is not known: firmware left CNTFRQ_EL0 at 0, and %s has no clock-frequency",
			  host->nodes[host->timer.node].path);
		return ERR_UNSUPPORTED;
	}
	return OK;
}

enum err cpu_setup(struct cpu *cpu)
{
	traps_init_cpu();
	idregs_read_host(cpu->idregs);
	cpu->midr = (uint32_t)read_sysreg(midr_el1);
	cpu->pa_range = (uint32_t)FIELD(read_sysreg(id_aa64mmfr0_el1), 3, 0);
	cpu->granule64 = cpu_has_granule64();
	cpu->frequency = (uint32_t)read_sysreg(cntfrq_el0);
	learn_workarounds(cpu);
	defend(cpu);
	for (unsigned i = 0; i < IDREGS_COUNT; i++)
		cpu->idregs[i] = idreg_guest_value(SYSREG(3, 0, 0, 1 + i / 8, i % 8), cpu->idregs[i]);
	return gic_init_cpu(cpu);
}
