/* SPDX-License-Identifier: Apache-2.0 */
#include "common/firmware_calls.h"

void firmware_rights_fill(const struct plan_vm *plan, struct firmware_right *table)
{
	for (uint32_t i = 0; i < plan->nr_firmware; i++) {
		const struct plan_firmware *f = &plan->firmware[i];
		struct firmware_right r = { .id = f->id, .object = (uint16_t)f->object, .shared = f->shared };
		uint32_t at = i;

		for (; at > 0 && firmware_right_key(&table[at - 1]) > firmware_right_key(&r); at--)
			table[at] = table[at - 1];
		table[at] = r;
	}
}
