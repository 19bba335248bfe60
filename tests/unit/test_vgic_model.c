/* SPDX-License-Identifier: Apache-2.0 */
/* Random guests on the virtual GIC and on a model of a GIC must see the same. */
#include "tests/unit/vgic_model.h"

#define RUNS 360
#define STEPS 500

static void random_guests(void **state)
{
	static uint8_t data[2 + 4 * STEPS];
	uint64_t seed = 1;

	(void)state;
	for (unsigned run = 0; run < RUNS; run++) {
		for (size_t i = 0; i < sizeof(data); i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			data[i] = (uint8_t)(seed >> 56);
		}
		/* Every number of vCPUs with every number of list registers and every kind of GIC. */
		data[0] = (uint8_t)(run % 3 + run / 36 % 2 * 3);
		data[1] = (uint8_t)(run / 3 % 12);
		model_run(data, sizeof(data));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_guests)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
