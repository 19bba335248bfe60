/* SPDX-License-Identifier: Apache-2.0 */
/* Ends as its command line says: "off", "reset" or "crash". */
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/psci.h"

void guest_main(void)
{
	struct fdt_node chosen;
	const char *how = fdt_find_path(&chosen, "/chosen") ? fdt_string(&chosen, "bootargs") : "";

	if (string_equal(how, "off")) {
		print("ends by power off\n");
		psci_system_off();
	} else if (string_equal(how, "reset")) {
		print("ends by reset\n");
		psci_system_reset();
	} else if (string_equal(how, "crash")) {
		print("ends by turning its only CPU off\n");
		(void)psci_call(PSCI_CPU_OFF, 0, 0, 0);
	}
	print("not ok - still here (%s)\n", how);
}
