/* SPDX-License-Identifier: Apache-2.0 */
/* gic-absent: a GICv2 has no system registers, and says so; nobody at EL1 has those of a hypervisor. */
#include "tests/guest/gic/bench.h"

#include "tests/guest/kit/exception.h"

static bool undefined(struct fault fault)
{
	return fault.taken && !fault.serror && ESR_EC(fault.esr) == EC_UNKNOWN;
}

#define TRY_READ(name) \
	do { \
		fault_expect(); \
		(void)icc_read(name); \
		if (!undefined(fault_taken())) \
			there = "a load from " #name; \
	} while (0)

#define TRY_WRITE(name, value) \
	do { \
		fault_expect(); \
		icc_write(name, value); \
		if (!undefined(fault_taken())) \
			there = "a store to " #name; \
	} while (0)

#define TRY(name) \
	do { \
		TRY_READ(name); \
		TRY_WRITE(name, 0); \
	} while (0)

static void test_sre(void)
{
	const char *name = "ICC_SRE_EL1 is undefined";
	struct fault fault;

	fault_expect();
	(void)icc_read(ICC_SRE_EL1);
	fault = fault_taken();
	/* Where ICC_SRE_EL2.Enable is RAO/WI, nothing traps it (IHI 0069, ICC_SRE_EL2). */
	if (!fault.taken)
		tap_skip(name, "this CPU does not let it be trapped");
	else
		tap_result(undefined(fault), "%s (esr %08lx)", name, fault.esr);
}

static void test_no_cpu_interface(void)
{
	const char *there = NULL;
	unsigned field = (unsigned)(sysreg_read(id_aa64pfr0_el1) >> 24 & 0xf);

	tap_result(field == 0, "ID_AA64PFR0_EL1.GIC is 0 beside a GICv2 (%u)", field);
	TRY(ICC_PMR_EL1);
	TRY_READ(ICC_IAR0_EL1);
	TRY_WRITE(ICC_EOIR0_EL1, 1023);
	TRY_READ(ICC_HPPIR0_EL1);
	TRY(ICC_BPR0_EL1);
	TRY(ICC_AP0R0_EL1);
	TRY(ICC_AP1R0_EL1);
	TRY_WRITE(ICC_DIR_EL1, 1023);
	TRY_READ(ICC_RPR_EL1);
	TRY_WRITE(ICC_SGI1R_EL1, 1);
	TRY_WRITE(ICC_ASGI1R_EL1, 1);
	TRY_WRITE(ICC_SGI0R_EL1, 1);
	TRY_READ(ICC_IAR1_EL1);
	TRY_WRITE(ICC_EOIR1_EL1, 1023);
	TRY_READ(ICC_HPPIR1_EL1);
	TRY(ICC_BPR1_EL1);
	TRY(ICC_CTLR_EL1);
	TRY(ICC_IGRPEN0_EL1);
	TRY(ICC_IGRPEN1_EL1);
	tap_result(there == NULL, "the GICv3 CPU interface's registers are undefined%s%s", there ? ", but not " : "", there ? there : "");
	test_sre();
	bench_settle();
	tap_result(bench_count(0) == 0, "and no SGI has come of it");
}

static void test_hypervisor(void)
{
	const char *there = NULL;

	TRY_READ(hcr_el2);
	TRY(S3_4_C12_C8_0);  /* ICH_AP0R0_EL2 */
	TRY(S3_4_C12_C9_0);  /* ICH_AP1R0_EL2 */
	TRY(S3_4_C12_C9_5);  /* ICC_SRE_EL2 */
	TRY(S3_4_C12_C11_0); /* ICH_HCR_EL2 */
	TRY_READ(S3_4_C12_C11_1); /* ICH_VTR_EL2 */
	TRY_READ(S3_4_C12_C11_2); /* ICH_MISR_EL2 */
	TRY_READ(S3_4_C12_C11_3); /* ICH_EISR_EL2 */
	TRY_READ(S3_4_C12_C11_5); /* ICH_ELRSR_EL2 */
	TRY(S3_4_C12_C11_7); /* ICH_VMCR_EL2 */
	TRY(S3_4_C12_C12_0); /* ICH_LR0_EL2 */
	TRY(S3_4_C12_C13_7); /* ICH_LR15_EL2 */
	TRY(S3_6_C12_C12_4); /* ICC_CTLR_EL3 */
	TRY(S3_6_C12_C12_5); /* ICC_SRE_EL3 */
	TRY(S3_6_C12_C12_7); /* ICC_IGRPEN1_EL3 */
	tap_result(there == NULL, "EL2's and EL3's GIC registers are undefined at EL1%s%s", there ? ", but not " : "", there ? there : "");
}

static void run(void)
{
	unsigned field = (unsigned)(sysreg_read(id_aa64pfr0_el1) >> 24 & 0xf);

	if (gic_version() == 2)
		test_no_cpu_interface();
	else
		tap_result(field == 1 || field == 3, "ID_AA64PFR0_EL1.GIC has the system registers (%u)", field);
	test_hypervisor();
	expect_quiet("gic-absent");
}

const struct gic_test test_absent = { "gic-absent", run };
