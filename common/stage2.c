/* SPDX-License-Identifier: Apache-2.0 */
#include "common/stage2.h"

static const enum pgtable_attr attrs[] = {
	[PLAN_REGION_RAM] = PGTABLE_NORMAL_RWX,
	[PLAN_REGION_PV_TIME] = PGTABLE_NORMAL_RO,
	[PLAN_REGION_DEVICE] = PGTABLE_DEVICE_RW,
};

enum err stage2_build(const struct plan_vm *vm, struct arena *pool, struct pgtable *out)
{
	enum err e = pgtable_init(out, PGTABLE_STAGE2, vm->stage2.granule_shift, vm->stage2.ipa_bits, pool);

	for (uint32_t i = 0; i < vm->nr_regions && !e; i++) {
		const struct plan_region *r = &vm->regions[i];

		e = pgtable_map(out, r->ipa.v, r->pa.v, r->size, attrs[r->kind]);
	}
	return e;
}
