/* SPDX-License-Identifier: Apache-2.0 */
/* Says what it was given, checks that its memory is there, and idles. For tests of memory layouts and of what must not start. */
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/exception.h"
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/sysreg.h"

/* Reads and writes back: the range may hold the DTB or a ramdisk. */
static bool reachable(uint64_t address)
{
	fault_expect();
	mmio_write32(address, mmio_read32(address));
	return !fault_taken().taken;
}

void guest_main(void)
{
	struct fdt_node chosen;

	print("hello from EL%u, image at %lx, dtb at %lx, %u CPUs\n", (unsigned)(sysreg_read(CurrentEL) >> 2), (uint64_t)image_start,
	      fdt_address(), nr_cpus);
	print("bootargs: %s\n", fdt_find_path(&chosen, "/chosen") ? fdt_string(&chosen, "bootargs") : "");
	for (unsigned i = 0; i < nr_memory; i++) {
		uint64_t last = memory[i].start + memory[i].size - 4;

		print("memory %u: %lx size %lx %s\n", i, memory[i].start, memory[i].size,
		      reachable(memory[i].start) && reachable(last) ? "reachable" : "NOT reachable");
	}
	print("idle\n");
	for (;;)
		wfi();
}
