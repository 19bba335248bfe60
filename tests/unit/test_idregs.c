/* SPDX-License-Identifier: Apache-2.0 */
/* The ID registers of guests, field by field: values from the Arm ARM (DDI 0487, D24.2), not from the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arm64/esr.h"
#include "arch/arm64/idregs.h"

#define ID(crm, op2)     SYSREG(3, 0, 0, crm, op2)
#define ID_AA64PFR0_EL1  ID(4, 0)
#define ID_AA64PFR1_EL1  ID(4, 1)
#define ID_AA64DFR0_EL1  ID(5, 0)
#define ID_AA64ISAR0_EL1 ID(6, 0)
#define ID_AA64ISAR1_EL1 ID(6, 1)
#define ID_AA64ISAR2_EL1 ID(6, 2)
#define ID_AA64MMFR0_EL1 ID(7, 0)
#define ID_AA64MMFR1_EL1 ID(7, 1)
#define ID_AA64MMFR2_EL1 ID(7, 2)

/* What a field reads as when the host has `host` there and nothing elsewhere. */
static unsigned guest_field(uint32_t reg, unsigned lsb, uint64_t host)
{
	return (unsigned)(idreg_guest_value(reg, host << lsb) >> lsb & 0xf);
}

enum expectation { HIDDEN, AS_HOST, CAPPED, SET };

static const struct expect { uint32_t reg; uint8_t lsb, kind, max; const char *name; } expects[] = {
	{ ID_AA64PFR0_EL1, 0, AS_HOST, 0, "EL0" },      { ID_AA64PFR0_EL1, 4, CAPPED, 1, "EL1" },
	{ ID_AA64PFR0_EL1, 8, HIDDEN, 0, "EL2" },       { ID_AA64PFR0_EL1, 12, HIDDEN, 0, "EL3" },
	{ ID_AA64PFR0_EL1, 16, AS_HOST, 0, "FP" },      { ID_AA64PFR0_EL1, 20, AS_HOST, 0, "AdvSIMD" },
	{ ID_AA64PFR0_EL1, 24, CAPPED, 1, "GIC" },      { ID_AA64PFR0_EL1, 28, HIDDEN, 0, "RAS" },
	{ ID_AA64PFR0_EL1, 32, HIDDEN, 0, "SVE" },      { ID_AA64PFR0_EL1, 36, HIDDEN, 0, "SEL2" },
	{ ID_AA64PFR0_EL1, 40, HIDDEN, 0, "MPAM" },     { ID_AA64PFR0_EL1, 44, HIDDEN, 0, "AMU" },
	{ ID_AA64PFR0_EL1, 48, AS_HOST, 0, "DIT" },     { ID_AA64PFR0_EL1, 52, HIDDEN, 0, "RME" },
	{ ID_AA64PFR0_EL1, 56, CAPPED, 1, "CSV2" },     { ID_AA64PFR0_EL1, 60, AS_HOST, 0, "CSV3" },
	{ ID_AA64PFR1_EL1, 0, AS_HOST, 0, "BT" },       { ID_AA64PFR1_EL1, 4, AS_HOST, 0, "SSBS" },
	{ ID_AA64PFR1_EL1, 8, HIDDEN, 0, "MTE" },       { ID_AA64PFR1_EL1, 12, HIDDEN, 0, "RAS_frac" },
	{ ID_AA64PFR1_EL1, 16, HIDDEN, 0, "MPAM_frac" }, { ID_AA64PFR1_EL1, 24, HIDDEN, 0, "SME" },
	{ ID_AA64PFR1_EL1, 28, HIDDEN, 0, "RNDR_trap" }, { ID_AA64PFR1_EL1, 32, CAPPED, 1, "CSV2_frac" },
	{ ID_AA64PFR1_EL1, 36, HIDDEN, 0, "NMI" },      { ID_AA64PFR1_EL1, 40, HIDDEN, 0, "MTE_frac" },
	{ ID_AA64PFR1_EL1, 44, HIDDEN, 0, "GCS" },      { ID_AA64PFR1_EL1, 48, HIDDEN, 0, "THE" },
	{ ID_AA64DFR0_EL1, 0, AS_HOST, 0, "DebugVer" }, { ID_AA64DFR0_EL1, 4, HIDDEN, 0, "TraceVer" },
	{ ID_AA64DFR0_EL1, 8, HIDDEN, 0, "PMUVer" },    { ID_AA64DFR0_EL1, 12, CAPPED, 1, "BRPs" },
	{ ID_AA64DFR0_EL1, 16, HIDDEN, 0, "PMSS" },     { ID_AA64DFR0_EL1, 20, CAPPED, 1, "WRPs" },
	{ ID_AA64DFR0_EL1, 24, HIDDEN, 0, "SEBEP" },    { ID_AA64DFR0_EL1, 28, HIDDEN, 0, "CTX_CMPs" },
	{ ID_AA64DFR0_EL1, 32, HIDDEN, 0, "PMSVer" },   { ID_AA64DFR0_EL1, 36, SET, 0xf, "DoubleLock" },
	{ ID_AA64DFR0_EL1, 40, HIDDEN, 0, "TraceFilt" }, { ID_AA64DFR0_EL1, 44, HIDDEN, 0, "TraceBuffer" },
	{ ID_AA64DFR0_EL1, 48, HIDDEN, 0, "MTPMU" },    { ID_AA64DFR0_EL1, 52, HIDDEN, 0, "BRBE" },
	{ ID_AA64DFR0_EL1, 56, HIDDEN, 0, "ExtTrcBuff" }, { ID_AA64DFR0_EL1, 60, HIDDEN, 0, "HPMN0" },
	{ ID_AA64ISAR0_EL1, 4, AS_HOST, 0, "AES" },     { ID_AA64ISAR0_EL1, 8, AS_HOST, 0, "SHA1" },
	{ ID_AA64ISAR0_EL1, 12, AS_HOST, 0, "SHA2" },   { ID_AA64ISAR0_EL1, 16, AS_HOST, 0, "CRC32" },
	{ ID_AA64ISAR0_EL1, 20, AS_HOST, 0, "Atomic" }, { ID_AA64ISAR0_EL1, 24, HIDDEN, 0, "TME" },
	{ ID_AA64ISAR0_EL1, 28, AS_HOST, 0, "RDM" },    { ID_AA64ISAR0_EL1, 44, AS_HOST, 0, "DP" },
	{ ID_AA64ISAR0_EL1, 56, AS_HOST, 0, "TLB" },    { ID_AA64ISAR0_EL1, 60, AS_HOST, 0, "RNDR" },
	{ ID_AA64ISAR1_EL1, 0, AS_HOST, 0, "DPB" },     { ID_AA64ISAR1_EL1, 4, AS_HOST, 0, "APA" },
	{ ID_AA64ISAR1_EL1, 8, AS_HOST, 0, "API" },     { ID_AA64ISAR1_EL1, 20, AS_HOST, 0, "LRCPC" },
	{ ID_AA64ISAR1_EL1, 44, AS_HOST, 0, "BF16" },   { ID_AA64ISAR1_EL1, 56, HIDDEN, 0, "XS" },
	{ ID_AA64ISAR1_EL1, 60, HIDDEN, 0, "LS64" },    { ID_AA64ISAR2_EL1, 0, AS_HOST, 0, "WFxT" },
	{ ID_AA64ISAR2_EL1, 12, AS_HOST, 0, "APA3" },   { ID_AA64ISAR2_EL1, 16, HIDDEN, 0, "MOPS" },
	{ ID_AA64ISAR2_EL1, 28, AS_HOST, 0, "CLRBHB" }, { ID_AA64ISAR2_EL1, 36, HIDDEN, 0, "SYSINSTR_128" },
	{ ID_AA64MMFR0_EL1, 0, CAPPED, 6, "PARange" },  { ID_AA64MMFR0_EL1, 4, AS_HOST, 0, "ASIDBits" },
	{ ID_AA64MMFR0_EL1, 12, HIDDEN, 0, "SNSMem" },  { ID_AA64MMFR0_EL1, 20, AS_HOST, 0, "TGran16" },
	{ ID_AA64MMFR0_EL1, 24, AS_HOST, 0, "TGran64" }, { ID_AA64MMFR0_EL1, 28, AS_HOST, 0, "TGran4" },
	{ ID_AA64MMFR0_EL1, 40, HIDDEN, 0, "TGran4_2" }, { ID_AA64MMFR0_EL1, 56, HIDDEN, 0, "FGT" },
	{ ID_AA64MMFR0_EL1, 60, CAPPED, 1, "ECV" },     { ID_AA64MMFR1_EL1, 0, CAPPED, 2, "HAFDBS" },
	{ ID_AA64MMFR1_EL1, 4, HIDDEN, 0, "VMIDBits" }, { ID_AA64MMFR1_EL1, 8, HIDDEN, 0, "VH" },
	{ ID_AA64MMFR1_EL1, 16, HIDDEN, 0, "LO" },      { ID_AA64MMFR1_EL1, 20, AS_HOST, 0, "PAN" },
	{ ID_AA64MMFR1_EL1, 24, AS_HOST, 0, "SpecSEI" }, { ID_AA64MMFR1_EL1, 28, HIDDEN, 0, "XNX" },
	{ ID_AA64MMFR1_EL1, 40, HIDDEN, 0, "HCX" },     { ID_AA64MMFR1_EL1, 60, AS_HOST, 0, "ECBHB" },
	{ ID_AA64MMFR2_EL1, 0, AS_HOST, 0, "CnP" },     { ID_AA64MMFR2_EL1, 12, HIDDEN, 0, "IESB" },
	{ ID_AA64MMFR2_EL1, 24, HIDDEN, 0, "NV" },      { ID_AA64MMFR2_EL1, 28, AS_HOST, 0, "ST" },
	{ ID_AA64MMFR2_EL1, 40, HIDDEN, 0, "FWB" },     { ID_AA64MMFR2_EL1, 52, AS_HOST, 0, "BBM" },
	{ ID_AA64MMFR2_EL1, 56, HIDDEN, 0, "EVT" },     { ID_AA64MMFR2_EL1, 60, AS_HOST, 0, "E0PD" },
	{ ID(1, 0), 28, HIDDEN, 0, "ID_PFR0.RAS" },     { ID(1, 0), 20, HIDDEN, 0, "ID_PFR0.AMU" },
	{ ID(1, 0), 4, AS_HOST, 0, "ID_PFR0.State1" },  { ID(1, 1), 12, HIDDEN, 0, "ID_PFR1.Virtualization" },
	{ ID(1, 1), 4, HIDDEN, 0, "ID_PFR1.Security" }, { ID(1, 1), 16, AS_HOST, 0, "ID_PFR1.GenTimer" },
	{ ID(1, 2), 0, AS_HOST, 0, "ID_DFR0.CopDbg" },  { ID(1, 2), 24, HIDDEN, 0, "ID_DFR0.PerfMon" },
	{ ID(1, 2), 12, HIDDEN, 0, "ID_DFR0.CopTrc" },  { ID(1, 2), 28, HIDDEN, 0, "ID_DFR0.TraceFilt" },
	{ ID(2, 6), 8, HIDDEN, 0, "ID_MMFR4.XNX" },     { ID(3, 4), 8, HIDDEN, 0, "ID_PFR2.RAS_frac" },
};

static void test_fields(void **state)
{
	(void)state;
	for (const struct expect *e = expects; e < expects + ARRAY_SIZE(expects); e++) {
		for (unsigned host = 0; host < 16; host++) {
			unsigned capped = host < e->max ? host : e->max;
			unsigned want = e->kind == SET ? e->max : e->kind == AS_HOST ? host : e->kind == CAPPED ? capped : 0;
			unsigned got = guest_field(e->reg, e->lsb, host);

			if (got != want)
				fail_msg("%s: host %#x gives %#x, not %#x", e->name, host, got, want);
		}
	}
}

/* A field of the host's never changes another one. */
static void test_fields_are_apart(void **state)
{
	(void)state;
	for (uint32_t reg = ID(1, 0); reg <= ID(7, 7); reg++) {
		uint64_t empty = idreg_guest_value(reg, 0), all = idreg_guest_value(reg, UINT64_MAX);

		for (unsigned lsb = 0; lsb < 64; lsb += 4) {
			uint64_t mask = UINT64_C(0xf) << lsb;

			assert_int_equal(idreg_guest_value(reg, mask), (empty & ~mask) | (all & mask));
		}
	}
}

/* Registers without a rule, reserved ones and those beyond the space: zero. */
static void test_deny_by_default(void **state)
{
	static const uint32_t hidden[] = {
		ID(1, 3), ID(3, 3), ID(3, 5), ID(3, 7),           /* ID_AFR0, reserved, ID_DFR1 */
		ID(4, 2), ID(4, 3), ID(4, 4), ID(4, 5), ID(4, 7), /* ID_AA64PFR2, ZFR0, SMFR0, FPFR0 */
		ID(5, 1), ID(5, 4), ID(5, 5),                     /* ID_AA64DFR1, AFR0, AFR1 */
		ID(6, 3), ID(6, 7), ID(7, 3), ID(7, 4), ID(7, 7), /* ID_AA64ISAR3, MMFR3, MMFR4 */
		ID(0, 7), ID(8, 0), SYSREG(3, 1, 0, 4, 0), SYSREG(2, 0, 0, 4, 0), 0, UINT32_MAX,
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(hidden); i++)
		assert_int_equal(idreg_guest_value(hidden[i], UINT64_MAX), 0);
	for (uint32_t reg = ID(1, 0); reg < ID(4, 0); reg++)
		assert_int_equal(idreg_guest_value(reg, UINT64_MAX) >> 32, 0); /* AArch32 registers have 32 bits */
}

/* A Cortex-A53, from its manual (DDI 0500): what a guest of a small core sees, whole. */
static void test_cortex_a53(void **state)
{
	(void)state;
	assert_int_equal(idreg_guest_value(ID_AA64PFR0_EL1, 0x0000000001002222), 0x0000000001000012);
	assert_int_equal(idreg_guest_value(ID_AA64DFR0_EL1, 0x0000000010305106), 0x000000f000101006);
	assert_int_equal(idreg_guest_value(ID_AA64ISAR0_EL1, 0x0000000000011120), 0x0000000000011120);
	assert_int_equal(idreg_guest_value(ID_AA64MMFR0_EL1, 0x0000000000001122), 0x0000000000000122);
	assert_int_equal(idreg_guest_value(ID(1, 1), 0x00011011), 0x00010001);
	assert_int_equal(idreg_guest_value(ID(1, 2), 0x03010066), 0x00000006);
}

/* A GICv2 guest is told of no system registers, and of all else the same. */
static void test_without_gic(void **state)
{
	(void)state;
	assert_int_equal(idreg_without_gic(SYSREG(3, 0, 0, 4, 0), ~0ull), ~(0xfull << 24));
	for (unsigned i = 0; i < 56; i++) {
		uint32_t reg = SYSREG(3, 0, 0, 1 + i / 8, i % 8);

		if (reg != SYSREG(3, 0, 0, 4, 0))
			assert_int_equal(idreg_without_gic(reg, ~0ull), ~0ull);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_fields_are_apart),
		cmocka_unit_test(test_deny_by_default),
		cmocka_unit_test(test_cortex_a53),
		cmocka_unit_test(test_without_gic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
