/* SPDX-License-Identifier: Apache-2.0 */
#include "common/lib/util.h"
#include "common/vpsci.h"

/* Function IDs without the bit for 64-bit arguments, each service by its last (DEN 0028, "Function Identifier Ranges"). */
static const struct { uint32_t last; const char *name; } services[] = {
	{ UINT32_C(0x7fffffff), "no fast call" },
	{ UINT32_C(0x80ffffff), "of the Arm architecture" },
	{ UINT32_C(0x81ffffff), "of the CPU's vendor" },
	{ UINT32_C(0x82ffffff), "of the SoC's vendor" },
	{ UINT32_C(0x83ffffff), "of the board's vendor" },
	{ UINT32_C(0x8400001f), "PSCI" },
	{ UINT32_C(0x8400003f), "SDEI" },
	{ UINT32_C(0x8400004f), "of the secure world" },
	{ UINT32_C(0x8400005f), "TRNG" },
	{ UINT32_C(0x840000ff), "FF-A" },
	{ UINT32_C(0x8400010f), "of the secure world" },
	{ UINT32_C(0x8400012f), "DRTM" },
	{ UINT32_C(0x8400014f), "PCI configuration" },
	{ UINT32_C(0x84ffffff), "of the secure world" },
	{ UINT32_C(0x85ffffff), "of hypervisors" },
	{ UINT32_C(0x86ffffff), "of another hypervisor" },
	{ UINT32_C(0xb1ffffff), "of a trusted application" },
	{ UINT32_MAX,           "of a trusted OS" },
};

const char *vpsci_service_name(uint32_t fn)
{
	const __typeof__(services[0]) *s = services;

	while (s->last < (fn & ~UINT32_C(0x40000000)))
		s++;
	return s->name;
}
