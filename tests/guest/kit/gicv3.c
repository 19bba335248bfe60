/* SPDX-License-Identifier: Apache-2.0 */
/* GICv3 (IHI 0069), affinity routing, system register CPU interface. */
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/gic_registers.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/sysreg.h"

#define PRIORITY4 (GIC_PRIORITY * 0x01010101u)
#define MAX_REGIONS 4

static uint64_t gicd;
static uint64_t regions[MAX_REGIONS], region_sizes[MAX_REGIONS];
static unsigned nr_regions;
static uint64_t stride; /* 0: by TYPER.VLPIS */
static uint64_t gicr[CPU_MAX];

uint64_t gic_redistributor(unsigned cpu)
{
	return gicr[cpu];
}

static void wait_clear(uint64_t address, uint32_t bit)
{
	while (mmio_read32(address) & bit)
		;
}

static bool init(const struct fdt_node *node)
{
	uint32_t lines, size;
	uint64_t gicd_size;

	nr_regions = fdt_u32(node, "#redistributor-regions", 1);
	if (nr_regions > MAX_REGIONS || !fdt_reg(node, 0, &gicd, &gicd_size))
		return false;
	for (unsigned i = 0; i < nr_regions; i++)
		if (!fdt_reg(node, 1 + i, &regions[i], &region_sizes[i]))
			return false;
	/* A property of one or two cells. */
	if (fdt_property(node, "redistributor-stride", &size) != NULL) {
		const uint32_t *cells = fdt_property(node, "redistributor-stride", &size);

		stride = __builtin_bswap32(cells[size / 4 - 1]);
	}

	mmio_write32(gicd + GICD_CTLR, 0);
	wait_clear(gicd + GICD_CTLR, GICD_CTLR_RWP);
	lines = gic_lines();
	for (uint32_t i = 32; i < lines; i += 32) {
		mmio_write32(gicd + GICD_ICENABLER + i / 8, UINT32_MAX);
		mmio_write32(gicd + GICD_IGROUPR + i / 8, UINT32_MAX);
	}
	for (uint32_t i = 32; i < lines; i += 4)
		mmio_write32(gicd + GICD_IPRIORITYR + i, PRIORITY4);
	mmio_write32(gicd + GICD_CTLR, GICD_CTLR_GROUP1 | GICD_CTLR_ARE);
	wait_clear(gicd + GICD_CTLR, GICD_CTLR_RWP);
	return true;
}

/* The redistributor whose GICR_TYPER has this CPU's affinity; 0: none. */
static uint64_t find_redistributor(void)
{
	uint64_t mpidr = sysreg_read(mpidr_el1);
	uint32_t affinity = (uint32_t)(mpidr & 0xffffff) | (uint32_t)(mpidr >> 32 & 0xff) << 24;

	for (unsigned i = 0; i < nr_regions; i++) {
		uint64_t frame = regions[i];

		while (frame < regions[i] + region_sizes[i]) {
			uint64_t typer = mmio_read64(frame + GICR_TYPER);

			if (typer >> 32 == affinity)
				return frame;
			if (typer & GICR_TYPER_LAST)
				break;
			frame += stride != 0 ? stride : typer & GICR_TYPER_VLPIS ? 0x40000 : 0x20000;
		}
	}
	return 0;
}

static bool init_cpu(void)
{
	uint64_t frame = find_redistributor();
	uint64_t sgi = frame + GICR_SGI;

	if (frame == 0)
		return false;
	gicr[cpu_index()] = frame;
	mmio_write32(frame + GICR_WAKER, mmio_read32(frame + GICR_WAKER) & ~GICR_WAKER_SLEEP);
	wait_clear(frame + GICR_WAKER, GICR_WAKER_CHILDREN_ASLEEP);
	mmio_write32(sgi + GICD_ICENABLER, UINT32_MAX);
	mmio_write32(sgi + GICD_IGROUPR, UINT32_MAX);
	for (unsigned i = 0; i < 32; i += 4)
		mmio_write32(sgi + GICD_IPRIORITYR + i, PRIORITY4);
	/* SGIs 8 to 15 can belong to the secure side. */
	mmio_write32(sgi + GICD_ISENABLER, 0xff);
	wait_clear(frame + GICR_CTLR, GICR_CTLR_RWP);

	icc_write(ICC_SRE_EL1, icc_read(ICC_SRE_EL1) | 1);
	isb();
	icc_write(ICC_PMR_EL1, 0xff);
	icc_write(ICC_BPR1_EL1, 0);
	icc_write(ICC_CTLR_EL1, 0);
	icc_write(ICC_IGRPEN1_EL1, 1);
	isb();
	return true;
}

static uint64_t frame(uint32_t intid)
{
	return intid < 32 ? gicr[cpu_index()] + GICR_SGI : gicd;
}

static void route(uint32_t intid, unsigned cpu)
{
	mmio_write64(gicd + GICD_IROUTER + (uint64_t)intid * 8, cpu_mpidr[cpu]);
}

static void sync(void)
{
	wait_clear(gicr[cpu_index()] + GICR_CTLR, GICR_CTLR_RWP);
	wait_clear(gicd + GICD_CTLR, GICD_CTLR_RWP);
}

static uint32_t read(enum gic_register which)
{
	uint32_t value = 0;

	switch (which) {
	case GIC_IAR:
		value = (uint32_t)icc_read(ICC_IAR1_EL1);
		/* The acknowledge takes effect before the handler accesses its device. */
		dsb(sy);
		break;
	case GIC_PMR:
		value = (uint32_t)icc_read(ICC_PMR_EL1);
		break;
	case GIC_BPR:
		value = (uint32_t)icc_read(ICC_BPR1_EL1);
		break;
	case GIC_RPR:
		value = (uint32_t)icc_read(ICC_RPR_EL1);
		break;
	case GIC_HPPIR:
		value = (uint32_t)icc_read(ICC_HPPIR1_EL1);
		break;
	case GIC_EOIR:
	case GIC_DIR:
		break;
	}
	return value;
}

static void write(enum gic_register which, uint32_t value)
{
	/* The handler's accesses to the device are done before the interrupt can come again. */
	dsb(sy);
	switch (which) {
	case GIC_EOIR:
		icc_write(ICC_EOIR1_EL1, value);
		break;
	case GIC_DIR:
		icc_write(ICC_DIR_EL1, value);
		break;
	case GIC_PMR:
		icc_write(ICC_PMR_EL1, value);
		break;
	case GIC_BPR:
		icc_write(ICC_BPR1_EL1, value);
		break;
	case GIC_IAR:
	case GIC_RPR:
	case GIC_HPPIR:
		break;
	}
	isb();
}

static void set_split(bool split)
{
	icc_write(ICC_CTLR_EL1, split ? ICC_CTLR_EOIMODE : 0);
	isb();
}

static void send_sgi(uint64_t mpidr, uint32_t intid)
{
	uint64_t aff0 = mpidr & 0xff;

	icc_write(ICC_SGI1R_EL1, (mpidr >> 32 & 0xff) << 48 | (aff0 >> 4) << 44 | (mpidr >> 16 & 0xff) << 32 |
		  (uint64_t)intid << 24 | (mpidr >> 8 & 0xff) << 16 | 1u << (aff0 & 15));
	isb();
}

const struct gic_driver gicv3_driver = {
	.compatible = { "arm,gic-v3" },
	.version = 3,
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
