/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the interrupt controller, as IHI 0048 (GICv2) and IHI 0069 (GICv3) describe it to a guest at EL1. The command line names those to
 * run, all but gic-reset when it names none. They pass with and without a hypervisor. Further words: qemu-gicv2, qemu-gicv3 and no-aiar when
 * QEMU's models are tested, for what they do otherwise; short.
 */
#include "tests/guest/gic/bench.h"

#include "tests/guest/kit/exception.h"

static const struct gic_test *const tests[] = {
	&test_absent, &test_regs, &test_sgi, &test_priority, &test_split, &test_many, &test_state, &test_level, &test_spi, &test_fiq,
	&test_timer, &test_hotplug, &test_storm,
};

static void run(const struct gic_test *test)
{
	print("# %s\n", test->name);
	bench_clear();
	tap_result(run_on_all(gic_tidy), "%s: all CPUs are there", test->name);
	test->run();
	bench_handle = NULL;
}

void guest_main(void)
{
	bool some = false;

	irq_take_over(bench_take);
	irq_enable();
	if (bootargs_have(test_reset.name)) {
		test_reset.run();
		tap_done();
	}
	for (unsigned i = 1; i < nr_cpus; i++)
		if (!start_cpu(i))
			tap_result(false, "cpu %u starts", i);
	for (unsigned i = 0; i < ARRAY_SIZE(tests); i++)
		some |= bootargs_have(tests[i]->name);
	for (unsigned i = 0; i < ARRAY_SIZE(tests); i++)
		if (!some || bootargs_have(tests[i]->name))
			run(tests[i]);
	tap_done();
}
