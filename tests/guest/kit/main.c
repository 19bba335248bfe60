/* SPDX-License-Identifier: Apache-2.0 */
/* From start.S on the boot CPU, MMU on. */
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/pl011.h"
#include "tests/guest/kit/psci.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/timer.h"

void kit_main(uint64_t entry_counter)
{
	static const struct {
		bool (*init)(void);
		const char *what;
	} steps[] = {
		{ psci_init, "PSCI" },
		{ gic_init, "interrupt controller" },
		{ timer_init, "architected timer" },
	};

	/* Without a console there is no one to tell. */
	if (!pl011_init())
		return;
	serror_enable();
	if (!cpu_init(entry_counter)) {
		print("Bail out! the DTB's /cpus lacks this CPU\n");
		return;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(steps); i++) {
		if (!steps[i].init()) {
			print("Bail out! the DTB has no usable %s\n", steps[i].what);
			return;
		}
	}
	guest_main();
}
