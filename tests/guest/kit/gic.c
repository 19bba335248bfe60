/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guest/kit/gic.h"

#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/kit.h"

static const struct gic_driver *const drivers[] = { &gicv3_driver };
static const struct gic_driver *gic;

bool gic_init(void)
{
	struct fdt_node node;

	for (unsigned i = 0; i < ARRAY_SIZE(drivers); i++) {
		fdt_walk(&node);
		if (fdt_next_compatible(&node, drivers[i]->compatible)) {
			if (!drivers[i]->init(&node) || !drivers[i]->init_cpu())
				return false;
			gic = drivers[i];
			return true;
		}
	}
	return false;
}

bool gic_init_cpu(void)
{
	return gic->init_cpu();
}

unsigned gic_version(void)
{
	return gic != NULL ? gic->version : 0;
}

void gic_enable(uint32_t intid, bool edge)
{
	gic->enable(intid, edge);
}

void gic_disable(uint32_t intid)
{
	gic->disable(intid);
}

uint32_t gic_acknowledge(void)
{
	return gic->acknowledge();
}

void gic_end(uint32_t intid)
{
	gic->end(intid);
}

void gic_send_sgi(uint64_t mpidr, uint32_t intid)
{
	gic->send_sgi(mpidr, intid);
}
