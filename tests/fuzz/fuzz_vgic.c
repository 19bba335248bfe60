/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual GIC against the model, guided by coverage: bytes are guest accesses, interrupts and progress in list registers. */
#define M_FUZZ
#include "tests/unit/vgic_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= 4096)
		model_run(data, size);
	return 0;
}
