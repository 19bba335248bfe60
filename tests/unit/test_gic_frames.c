/* SPDX-License-Identifier: Apache-2.0 */
/* Where the frames of physical GICs are, as boards have them: against models of the registers that tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch/arm64/io.h"
#include "gic/gic_internal.h"

/* ---- Redistributors ---- */

#define VLPIS GICR_TYPER_VLPIS
#define LAST GICR_TYPER_LAST

struct redist {
	uintptr_t at;
	uint32_t affinity;
	uint32_t bits; /* GICR_TYPER[31:0] */
};

static const struct redist *model;
static unsigned nr_model;

uint64_t mmio_read64(const volatile void *p)
{
	for (unsigned i = 0; i < nr_model; i++)
		if ((uintptr_t)p == model[i].at + GICR_TYPER)
			return (uint64_t)model[i].affinity << 32 | model[i].bits;
	fail_msg("a read of 0x%lx, where no GICR_TYPER is", (unsigned long)(uintptr_t)p);
	return 0;
}

/* All of the model's are found, by MPIDR_EL1's layout of the affinity; another CPU's is not. */
static void expect_all(const struct gicv3 *gic, const struct redist *redists, unsigned n)
{
	model = redists;
	nr_model = n;
	for (unsigned i = 0; i < n; i++) {
		uint64_t mpidr = (uint64_t)(redists[i].affinity >> 24) << 32 | (redists[i].affinity & 0xffffff);

		assert_int_equal(gicv3_find_redist(gic, mpidr), redists[i].at);
	}
	assert_int_equal(gicv3_find_redist(gic, 0x77), 0);
	assert_int_equal(gicv3_find_redist(gic, UINT64_C(1) << 32), 0);
}

static void side_by_side(void **state)
{
	static const struct redist redists[] = { { 0x80a0000, 0, 0 }, { 0x80c0000, 1, 0 }, { 0x80e0000, 0x100, 0 }, { 0x8100000, 0x101, LAST } };

	(void)state;
	expect_all(&(struct gicv3){ .redist = { { 0x80a0000, 0xf60000 } }, .nr_redist = 1 }, redists, ARRAY_SIZE(redists));
	/* The region's end ends them too. */
	expect_all(&(struct gicv3){ .redist = { { 0x80a0000, 0x60000 } }, .nr_redist = 1 }, redists, 3);
	/* What is left of it is too small for one. */
	expect_all(&(struct gicv3){ .redist = { { 0x80a0000, 0x70000 } }, .nr_redist = 1 }, redists, 3);
}

/* GICv4: two frames more each. */
static void with_virtual_lpis(void **state)
{
	static const struct redist redists[] = { { 0x10000000, 0, VLPIS }, { 0x10040000, 1, VLPIS }, { 0x10080000, 2, VLPIS | LAST } };
	static const struct redist mixed[] = { { 0x10000000, 0, VLPIS }, { 0x10040000, 1, 0 }, { 0x10060000, 2, VLPIS | LAST } };

	(void)state;
	expect_all(&(struct gicv3){ .redist = { { 0x10000000, 0x200000 } }, .nr_redist = 1 }, redists, ARRAY_SIZE(redists));
	expect_all(&(struct gicv3){ .redist = { { 0x10000000, 0x200000 } }, .nr_redist = 1 }, mixed, ARRAY_SIZE(mixed));
}

/* hip05 and hip06, hip07: the device tree's stride goes before what GICR_TYPER says. */
static void by_stride(void **state)
{
	static const struct redist hip05[] = { { 0x8d100000, 0x20000, 0 }, { 0x8d130000, 0x20001, VLPIS }, { 0x8d160000, 0x20002, LAST } };
	static const struct redist hip07[] = {
		{ 0x4d100000, 0x10000, 0 }, { 0x4d140000, 0x10001, LAST }, { 0x6d100000, 0x30000, 0 }, { 0x6d140000, 0x30001, LAST },
		{ 0x4004d100000, 0x50000, 0 }, { 0x4004d140000, 0x50001, LAST }, { 0x4006d100000, 0x70000, 0 }, { 0x4006d140000, 0x70001, 0 },
	};

	(void)state;
	expect_all(&(struct gicv3){ .redist = { { 0x8d100000, 0x300000 } }, .nr_redist = 1, .stride = 0x30000 }, hip05, ARRAY_SIZE(hip05));
	expect_all(&(struct gicv3){ .redist = { { 0x4d100000, 0x400000 }, { 0x6d100000, 0x400000 }, { 0x4004d100000, 0x400000 }, { 0x4006d100000, 0x80000 } },
				    .nr_redist = 4, .stride = 0x40000 }, hip07, ARRAY_SIZE(hip07));
}

/* QEMU's virt from 124 CPUs on; Aff3 is where GICR_TYPER has it and not where MPIDR_EL1 does. */
static void several_regions(void **state)
{
	static const struct redist redists[] = { { 0x80a0000, 0x70a, 0 }, { 0x80c0000, 0x01020304, LAST }, { 0x4000000000, 0x70b, 0 }, { 0x4000020000, 0x70c, LAST } };

	(void)state;
	expect_all(&(struct gicv3){ .redist = { { 0x80a0000, 0xf60000 }, { 0x4000000000, 0x80000 } }, .nr_redist = 2 }, redists, ARRAY_SIZE(redists));
}

/* ---- GICC ---- */

static struct {
	uintptr_t base;
	uintptr_t first_end;  /* from here on the second page */
	uintptr_t repeats;    /* each page is seen again after so much: 4 KiB where both fill 64 KiB, else not at all */
} gicc;

#define GICC_ID 0x0202043b /* of a GIC-400 */

uint32_t mmio_read32(const volatile void *p)
{
	uintptr_t at = (uintptr_t)p - gicc.base;

	if (at >= gicc.first_end)
		return 0; /* reserved in the page of GICC_DIR */
	return (gicc.repeats ? at % gicc.repeats : at) == GICC_IIDR ? GICC_ID : 0;
}

static void interfaces(void **state)
{
	(void)state;
	/* Both pages together, as the architecture has them; some device trees know of the first alone. */
	gicc.base = 0x8010000;
	gicc.first_end = 0x1000;
	assert_int_equal(gicv2_find_interface(0x8010000, 0x2000), 0x8010000);
	assert_int_equal(gicv2_find_interface(0x8010000, 0x10000), 0x8010000);
	assert_int_equal(gicv2_find_interface(0x8010000, 0x1000), 0x8010000);
	assert_int_equal(GICV2_INTERFACE_SIZE(0x1000), 0x2000);
	/* Aliased in 64 KiB steps (R-Car, ZynqMP): the last copy of the first has the second behind it. */
	gicc.base = 0xf1020000;
	gicc.first_end = 0x10000;
	gicc.repeats = 0x1000;
	assert_int_equal(gicv2_find_interface(0xf1020000, 0x20000), 0xf102f000);
	assert_int_equal(GICV2_INTERFACE_SIZE(0x20000), 0x20000);
	/* A device tree that does not say so: GICC_DIR would hit a copy of GICC_CTLR. */
	assert_int_equal(gicv2_find_interface(0xf1020000, 0x2000), 0);
	assert_int_equal(gicv2_find_interface(0xf1020000, 0x1000), 0);
	/* 64 KiB apart, and not repeated. */
	gicc.repeats = 0;
	assert_int_equal(gicv2_find_interface(0xf1020000, 0x20000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(side_by_side),
		cmocka_unit_test(with_virtual_lpis),
		cmocka_unit_test(by_stride),
		cmocka_unit_test(several_regions),
		cmocka_unit_test(interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
