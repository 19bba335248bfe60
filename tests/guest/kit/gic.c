/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guest/kit/gic.h"

#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/gic_registers.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/sysreg.h"

static const struct gic_driver *const drivers[] = { &gicv3_driver, &gicv2_driver };
static const struct gic_driver *gic;

static bool find(struct fdt_node *node, const struct gic_driver *driver)
{
	for (unsigned i = 0; i < ARRAY_SIZE(driver->compatible) && driver->compatible[i] != NULL; i++) {
		fdt_walk(node);
		if (fdt_next_compatible(node, driver->compatible[i]))
			return true;
	}
	return false;
}

bool gic_init(void)
{
	struct fdt_node node;

	for (unsigned i = 0; i < ARRAY_SIZE(drivers); i++) {
		if (find(&node, drivers[i])) {
			gic = drivers[i];
			return gic->init(&node) && gic->init_cpu();
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

uint64_t gic_distributor(void)
{
	return gic->frame(32);
}

uint32_t gic_lines(void)
{
	uint32_t lines = ((mmio_read32(gic_distributor() + GICD_TYPER) & 0x1f) + 1) * 32;

	return lines < 1020 ? lines : 1020;
}

uint64_t gic_frame(uint32_t intid)
{
	return gic->frame(intid);
}

bool gic_read_bit(uint32_t offset, uint32_t intid)
{
	return mmio_read32(gic->frame(intid) + offset + intid / 32 * 4) >> intid % 32 & 1;
}

void gic_write_bit(uint32_t offset, uint32_t intid)
{
	mmio_write32(gic->frame(intid) + offset + intid / 32 * 4, 1u << intid % 32);
}

void gic_set_priority(uint32_t intid, uint8_t priority)
{
	mmio_write8(gic->frame(intid) + GICD_IPRIORITYR + intid, priority);
}

uint8_t gic_priority(uint32_t intid)
{
	return mmio_read8(gic->frame(intid) + GICD_IPRIORITYR + intid);
}

void gic_set_edge(uint32_t intid, bool edge)
{
	uint64_t config = gic->frame(intid) + GICD_ICFGR + intid / 16 * 4;
	uint32_t bit = 2u << intid % 16 * 2;

	mmio_write32(config, (mmio_read32(config) & ~bit) | (edge ? bit : 0));
}

void gic_route(uint32_t intid, unsigned cpu)
{
	gic->route(intid, cpu);
}

void gic_sync(void)
{
	gic->sync();
}

void gic_enable(uint32_t intid, bool edge)
{
	if (intid >= 16)
		gic_set_edge(intid, edge);
	if (intid >= 32)
		gic_route(intid, cpu_index());
	gic_write_bit(GICD_ISENABLER, intid);
}

void gic_disable(uint32_t intid)
{
	gic_write_bit(GICD_ICENABLER, intid);
	gic->sync();
}

uint32_t gic_intid(uint32_t acknowledged)
{
	return acknowledged & (gic->version == 2 ? 0x3ff : 0xffffff);
}

uint32_t gic_acknowledge(void)
{
	return gic->read(GIC_IAR);
}

void gic_end(uint32_t acknowledged)
{
	gic->write(GIC_EOIR, acknowledged);
}

void gic_send_sgi(uint64_t mpidr, uint32_t intid)
{
	/* What the target is to find in memory is there before the SGI is. */
	dsb(ishst);
	gic->send_sgi(mpidr, intid);
}

uint32_t gic_read(enum gic_register which)
{
	return gic->read(which);
}

void gic_write(enum gic_register which, uint32_t value)
{
	gic->write(which, value);
}

void gic_set_split(bool split)
{
	gic->set_split(split);
}
