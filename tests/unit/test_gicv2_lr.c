/* SPDX-License-Identifier: Apache-2.0 */
/* List registers of GICv3's format in GICv2's and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gic/gicv2_lr.h"
#include "gic/vgic.h"

/* Field by field, by the bits' places in IHI 0048. */
static void known_values(void **state)
{
	(void)state;
	static const struct {
		uint64_t lr;
		uint32_t v2;
	} cases[] = {
		{ 0, 0 },
		/* The virtual timer: HW, pending, priority 0xa0, physical and virtual INTID 27. */
		{ LR_HW | LR_PENDING | UINT64_C(0xa0) << LR_PRIORITY_SHIFT | UINT64_C(27) << LR_PINTID_SHIFT | 27, 0x9a006c1b },
		{ LR_HW | LR_ACTIVE | UINT64_C(1019) << LR_PINTID_SHIFT | 1019, 0xa00feffb },
		/* An SGI 7 from CPU 5, pending and active, of group 1, with the lowest priority of five bits. */
		{ LR_GROUP1 | LR_STATE | UINT64_C(0xf8) << LR_PRIORITY_SHIFT | 5 << 10 | 7, 0x7f801407 },
		{ LR_EOI | LR_ACTIVE | 40, 0x20080028 },
		{ LR_EOI | LR_ACTIVE | 7 << 10 | 15, 0x20081c0f },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(gicv2_from_lr(cases[i].lr), cases[i].v2);
		assert_int_equal(gicv2_to_lr(cases[i].v2), cases[i].lr);
	}
}

/* All that the virtual GIC makes comes back as it was. */
static void every_kind_comes_back(void **state)
{
	(void)state;
	for (uint64_t pattern = 0; pattern < 16; pattern++) {
		for (uint64_t priority = 0; priority < 256; priority += 8) {
			for (uint64_t intid = 0; intid < 1020; intid++) {
				uint64_t lr = pattern << 60 | priority << LR_PRIORITY_SHIFT | intid;

				if (lr & LR_HW)
					lr |= (1019 - intid) << LR_PINTID_SHIFT;
				assert_int_equal(gicv2_to_lr(gicv2_from_lr(lr)), lr);
				if (lr & LR_HW)
					continue;
				assert_int_equal(gicv2_to_lr(gicv2_from_lr(lr | LR_EOI)), lr | LR_EOI);
				for (uint64_t source = 1; intid < 16 && source < 8; source++)
					assert_int_equal(gicv2_to_lr(gicv2_from_lr(lr | source << 10)), lr | source << 10);
			}
		}
	}
}

/* What the hardware may hold in reserved bits does not become something else. */
static void reserved_bits_are_dropped(void **state)
{
	(void)state;
	assert_int_equal(gicv2_to_lr(0x00700000), 0);
	assert_int_equal(gicv2_to_lr(0x0007e000), 0);
	/* Three bits of priority that GICH_LR<n> has not. */
	assert_int_equal(gicv2_from_lr(UINT64_C(0xff) << LR_PRIORITY_SHIFT), 0x0f800000);
	/* Bits of ICH_LR<n>_EL2 that are RES0. */
	assert_int_equal(gicv2_from_lr(UINT64_C(0x0f00fc00ffffe000)), 0);
}

/* The same, for EL2 to deactivate. */
static void without_hw(void **state)
{
	(void)state;
	assert_int_equal(gicv2_without_hw(0x9a006c1b), 0x1a08001b);
	assert_int_equal(gicv2_to_lr(gicv2_without_hw(gicv2_from_lr(LR_HW | LR_ACTIVE | UINT64_C(1019) << LR_PINTID_SHIFT | 1019))), LR_EOI | LR_ACTIVE | 1019);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values), cmocka_unit_test(every_kind_comes_back), cmocka_unit_test(reserved_bits_are_dropped), cmocka_unit_test(without_hw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
