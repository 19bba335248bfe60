/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv2 (IHI 0048). Interrupts stay in the group the reset left them in: then "enable" is bit 0 of both CTLRs and IAR is the register to
 * read in the secure and the non-secure view, as well as without the Security Extensions.
 */
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/gic_registers.h"
#include "tests/guest/kit/sysreg.h"

#define PRIORITY4 (GIC_PRIORITY * 0x01010101u)

static const uint16_t offsets[] = {
	[GIC_PMR] = GICC_PMR, [GIC_BPR] = GICC_BPR, [GIC_IAR] = GICC_IAR, [GIC_EOIR] = GICC_EOIR,
	[GIC_DIR] = GICC_DIR, [GIC_RPR] = GICC_RPR, [GIC_HPPIR] = GICC_HPPIR,
};

static uint64_t gicd, gicc;
static uint8_t masks[GIC_MAX_CPUS_V2]; /* of CPUs that have set themselves up, by index */

uint64_t gic_cpu_interface(void)
{
	return gicc;
}

uint8_t gic_cpu_mask(unsigned cpu)
{
	return cpu < GIC_MAX_CPUS_V2 ? masks[cpu] : 0;
}

static uint64_t frame(uint32_t intid)
{
	(void)intid;
	return gicd;
}

static bool init(const struct fdt_node *node)
{
	uint64_t size;
	uint32_t lines;

	if (!fdt_reg(node, 0, &gicd, &size) || !fdt_reg(node, 1, &gicc, &size))
		return false;
	mmio_write32(gicd + GICD_CTLR, 0);
	lines = gic_lines();
	for (uint32_t i = 32; i < lines; i += 32) {
		mmio_write32(gicd + GICD_ICENABLER + i / 8, UINT32_MAX);
		mmio_write32(gicd + GICD_IGROUPR + i / 8, 0);
	}
	for (uint32_t i = 32; i < lines; i += 4)
		mmio_write32(gicd + GICD_IPRIORITYR + i, PRIORITY4);
	mmio_write32(gicd + GICD_CTLR, 1);
	return true;
}

/* ITARGETSR of a private interrupt has this CPU's bit; it is 0 where there is only one CPU (IHI 0048, 4.3.12). */
static uint8_t own_mask(void)
{
	uint32_t targets = 0;

	for (unsigned i = 0; i < 32; i += 4)
		targets |= mmio_read32(gicd + GICD_ITARGETSR + i);
	targets |= targets >> 16;
	targets |= targets >> 8;
	return (targets & 0xff) != 0 ? (uint8_t)targets : 1;
}

static bool init_cpu(void)
{
	if (cpu_index() >= GIC_MAX_CPUS_V2)
		return false;
	masks[cpu_index()] = own_mask();
	mmio_write32(gicd + GICD_ICENABLER, UINT32_MAX);
	mmio_write32(gicd + GICD_IGROUPR, 0);
	for (unsigned i = 0; i < 32; i += 4)
		mmio_write32(gicd + GICD_IPRIORITYR + i, PRIORITY4);
	mmio_write32(gicd + GICD_ISENABLER, 0xffff);
	mmio_write32(gicc + GICC_PMR, 0xff);
	mmio_write32(gicc + GICC_BPR, 0);
	mmio_write32(gicc + GICC_CTLR, 1);
	return true;
}

static void route(uint32_t intid, unsigned cpu)
{
	mmio_write8(gicd + GICD_ITARGETSR + intid, masks[cpu]);
}

/* There is nothing to wait on: a read comes back when the write has arrived. */
static void sync(void)
{
	(void)mmio_read32(gicd + GICD_CTLR);
}

static void send_sgi(uint64_t mpidr, uint32_t intid)
{
	for (unsigned i = 0; i < nr_cpus && i < GIC_MAX_CPUS_V2; i++)
		if (cpu_mpidr[i] == mpidr)
			mmio_write32(gicd + GICD_SGIR, (uint32_t)masks[i] << 16 | intid);
}

static uint32_t read(enum gic_register which)
{
	uint32_t value = mmio_read32(gicc + offsets[which]);

	/* The acknowledge takes effect before the handler accesses its device. */
	dsb(sy);
	return value;
}

static void write(enum gic_register which, uint32_t value)
{
	/* The handler's accesses to the device are done before the interrupt can come again. */
	dsb(sy);
	mmio_write32(gicc + offsets[which], value);
	dsb(sy);
}

static void set_split(bool split)
{
	mmio_write32(gicc + GICC_CTLR, split ? 1 | GICC_CTLR_EOIMODE : 1);
	dsb(sy);
}

const struct gic_driver gicv2_driver = {
	.compatible = { "arm,gic-400", "arm,cortex-a15-gic" },
	.version = 2,
	.init = init,
	.init_cpu = init_cpu,
	.frame = frame,
	.route = route,
	.sync = sync,
	.send_sgi = send_sgi,
	.read = read,
	.write = write,
	.set_split = set_split,
};
