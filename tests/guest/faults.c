/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Has bulkhead-faults.bin fail (tests/selftest/fault.c), in one way a life: in those that are confined to this VM, one after the other, or, with
 * bootargs "locked N", in the Nth of the others. Which life it is, is kept in the alarm time of the passed-through RTC.
 */
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/psci.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/timer.h"

#define FAULT_CALL 0xc6007a17u
#define RTCMR 0x04
#define PATIENCE_US 10000000

static const char *const confined[] = { "a load", "a store to text", "a jump", "a canary", "the stack", "an undefined instruction" };
static const char *const locked[] = { "the VM's lock", "the interrupt controller's lock", "the console's lock" };

static volatile bool there;

/* Takes and releases all the locks that others could be found to hold. */
static void be_busy(unsigned index)
{
	(void)index;
	there = true;
	for (unsigned i = 0;; i++) {
		print("%c%s", 'a' + i % 26, i % 64 ? "" : "\n");
		(void)psci_call(PSCI_AFFINITY_INFO, cpu_mpidr[0], 0, 0);
	}
}

static bool is_there(void)
{
	return there;
}

void guest_main(void)
{
	struct fdt_node node;
	uint64_t rtc = 0, size;
	const char *arguments = NULL;
	uint32_t life;

	fdt_walk(&node);
	if (!fdt_next_compatible(&node, "arm,pl031") || !fdt_reg(&node, 0, &rtc, &size))
		print("not ok - there is no RTC\n");
	life = mmio_read32(rtc + RTCMR);
	mmio_write32(rtc + RTCMR, life + 1);
	if (fdt_find_path(&node, "/chosen"))
		arguments = fdt_string(&node, "bootargs");
	if (life >= ARRAY_SIZE(confined)) {
		print("%u faults, and here again\n", life);
		psci_system_off();
	}
	if (arguments && arguments[0] == 'l') {
		life = ARRAY_SIZE(confined) + (uint32_t)(arguments[7] - '0');
		print("life ends by a fault with %s held\n", locked[life - ARRAY_SIZE(confined)]);
	} else {
		print("life %u ends by %s\n", life + 1, confined[life]);
		(void)cpu_start(1, be_busy);
		(void)wait_for(is_there, PATIENCE_US);
		delay_us(1000);
	}
	(void)smccc_hvc(FAULT_CALL, life, 0, 0);
	print("not ok - the hypervisor did not fail\n");
}
