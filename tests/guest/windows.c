/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM in windows of a cyclic schedule. The victim does nothing but count and look at the counter: a gap ends one window and begins the next. What it
 * prints, a case of the boot matrix compares with what it prints beside another neighbour. The neighbour is the same program, by a word of its
 * command line: idle, spin, exit (it calls the hypervisor all the time) or sgis (it sends them to itself all the time).
 */
#include "tests/guest/kit/exception.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/psci.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/timer.h"

#define WINDOWS 24u
#define GAP_US 100u /* an interrupt of the hypervisor's own takes less */
#define PATIENCE_US 200000u

static struct window {
	uint64_t begin, end, iterations;
} windows[WINDOWS + 1];

/* Fills the windows that begin from now on. false: there are none, it always runs. */
static bool observe(void)
{
	const uint64_t gap = counter_from_us(GAP_US), patience = counter_from_us(PATIENCE_US);
	uint64_t last = counter_read(), iterations = 0;
	unsigned n = 0;

	windows[0].begin = last;
	for (;;) {
		uint64_t now = counter_read();

		if (now - last > gap) {
			windows[n].end = last;
			windows[n].iterations = iterations;
			if (n == WINDOWS)
				return true;
			windows[++n].begin = now;
			iterations = 0;
		} else if (now - windows[n].begin > patience) {
			return false;
		}
		last = now;
		iterations++;
	}
}

/* The first one was not seen from its beginning. */
static void victim(void)
{
	uint64_t frame = counter_from_us(bootargs_number("frame", 0)), length = counter_from_us(bootargs_number("length", 0));
	unsigned irregular = 0, longer = 0;

	if (!observe()) {
		tap_skip("windows", "nobody else has the CPU");
		return;
	}
	for (unsigned i = 1; i <= WINDOWS; i++) {
		uint64_t begin = windows[i].begin - windows[1].begin;

		print("window %u: from %lu to %lu, %lu iterations\n", i, begin, windows[i].end - windows[1].begin, windows[i].iterations);
		/* Half a per cent: how long the hypervisor takes before the guest runs. */
		irregular += begin + frame / 200 < (i - 1) * frame || begin > (i - 1) * frame + frame / 200;
		longer += windows[i].end - windows[i].begin > length || windows[i].end - windows[i].begin < length - length / 50;
	}
	tap_result(irregular == 0, "a window each frame (%u were not)", irregular);
	tap_result(longer == 0, "as long as they should be (%u were not)", longer);
}

static void nothing(uint32_t intid)
{
	(void)intid;
}

static void __attribute__((noreturn)) neighbour(void)
{
	bool idle = bootargs_have("idle"), exits = bootargs_have("exit"), sgis = bootargs_have("sgis");

	irq_set_handler(1, nothing);
	irq_enable();
	for (;;) {
		if (idle)
			wfi();
		else if (exits)
			(void)psci_call(PSCI_VERSION, 0, 0, 0);
		else if (sgis)
			gic_send_sgi(cpu_mpidr[cpu_index()], 1);
	}
}

void guest_main(void)
{
	if (bootargs_have("neighbour"))
		neighbour();
	victim();
	tap_done();
}
