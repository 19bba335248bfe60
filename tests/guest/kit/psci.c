/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guest/kit/psci.h"

#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/sysreg.h"

static bool by_smc;

/* SMCCC 1.0 lets the other side change x4 to x17 (1.1 only x0 to x3): assume the older. */
#define SMCCC_CALL(instruction) \
	register uint64_t x0 __asm__("x0") = function; \
	register uint64_t x1 __asm__("x1") = a; \
	register uint64_t x2 __asm__("x2") = b; \
	register uint64_t x3 __asm__("x3") = c; \
	__asm__ volatile(instruction " #0" \
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) \
			 : \
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory"); \
	return (int64_t)x0

int64_t smccc_hvc(uint64_t function, uint64_t a, uint64_t b, uint64_t c)
{
	SMCCC_CALL("hvc");
}

int64_t smccc_smc(uint64_t function, uint64_t a, uint64_t b, uint64_t c)
{
	SMCCC_CALL("smc");
}

bool psci_init(void)
{
	static const char *const compatibles[] = { "arm,psci-1.0", "arm,psci-0.2" };
	struct fdt_node node;

	for (unsigned i = 0; i < ARRAY_SIZE(compatibles); i++) {
		fdt_walk(&node);
		if (fdt_next_compatible(&node, compatibles[i])) {
			by_smc = string_equal(fdt_string(&node, "method"), "smc");
			return by_smc || string_equal(fdt_string(&node, "method"), "hvc");
		}
	}
	return false;
}

const char *psci_method(void)
{
	return by_smc ? "smc" : "hvc";
}

int64_t psci_call(uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
	int64_t result = by_smc ? smccc_smc(function, a, b, c) : smccc_hvc(function, a, b, c);

	/* Bit 30 set: SMC64. */
	return function & 1u << 30 ? result : (int32_t)result;
}

int64_t psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t context)
{
	/* What the new CPU is to find in memory is there before it starts. */
	dsb(ish);
	return psci_call(PSCI_CPU_ON, mpidr, entry, context);
}

void psci_cpu_off(void)
{
	psci_call(PSCI_CPU_OFF, 0, 0, 0);
}

void psci_system_off(void)
{
	psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
	print("SYSTEM_OFF returned\n");
	for (;;)
		wfi();
}

void psci_system_reset(void)
{
	psci_call(PSCI_SYSTEM_RESET, 0, 0, 0);
	print("SYSTEM_RESET returned\n");
	for (;;)
		wfi();
}
