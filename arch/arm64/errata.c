/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/errata.h"

#include "common/lib/util.h"

#define MODEL(implementer, part) ((implementer) << 12 | (part))
#define ARM(part) MODEL(0x41, part)
#define CAVIUM(part) MODEL(0x43, part)
#define REV(r, p) ((r) << 4 | (p))
#define ALL 0xff

/*
 * Software Developers Errata Notices of the cores; Linux' Documentation/arm64/silicon-errata.rst has the same identifiers.
 *
 * 835769, 843419: instruction sequences; the compiler and the linker avoid them (tools/build/el2.mk).
 * 832075, 834220: a guest's device loads can hang the CPU, or report a stage-2 fault for a stage-1 fault.
 * Speculative AT (1530923, 1319537, 1319367, 1165522): a translation made while one guest's registers replace another's may be cached: matters
 * where VMs share a CPU.
 * Cavium: interrupt acknowledge that is read too early (23154), instruction cache after TLB invalidation (27456), interrupt registers (30115).
 */
static const struct erratum errata[] = {
	{ "835769", ARM(0xd03), REV(0, 4), false },
	{ "843419", ARM(0xd03), REV(0, 4), false },
	{ "1530923", ARM(0xd05), ALL, true },
	{ "832075", ARM(0xd07), REV(1, 2), true },
	{ "834220", ARM(0xd07), REV(1, 2), true },
	{ "1319537", ARM(0xd07), ALL, true },
	{ "1319367", ARM(0xd08), ALL, true },
	{ "1165522", ARM(0xd0b), REV(2, 0), true },
	{ "Cavium 23154", CAVIUM(0x0a1), ALL, true },
	{ "Cavium 27456", CAVIUM(0x0a1), REV(1, 1), true },
	{ "Cavium 30115", CAVIUM(0x0a1), REV(1, 2), true },
};

static bool has(uint32_t midr, const struct erratum *e)
{
	uint64_t model = MODEL(FIELD(midr, 31, 24), FIELD(midr, 15, 4)), revision = REV(FIELD(midr, 23, 20), FIELD(midr, 3, 0));

	return model == e->model && revision <= e->last;
}

const struct erratum *errata_next(uint32_t midr, const struct erratum *after)
{
	for (const struct erratum *e = after ? after + 1 : errata; e < errata + ARRAY_SIZE(errata); e++)
		if (has(midr, e))
			return e;
	return NULL;
}
