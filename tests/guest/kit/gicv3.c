/* SPDX-License-Identifier: Apache-2.0 */
/* GICv3 (IHI 0069), affinity routing, system register CPU interface. */
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/sysreg.h"

#define GICD_CTLR 0x0
#define GICD_TYPER 0x4
#define GICD_IGROUPR 0x80
#define GICD_ISENABLER 0x100
#define GICD_ICENABLER 0x180
#define GICD_IPRIORITYR 0x400
#define GICD_ICFGR 0xc00
#define GICD_IROUTER 0x6000
#define CTLR_GRP1_ARE 0x12 /* EnableGrp1 (EnableGrp1A), ARE (ARE_NS): the same bits in both security views */
#define CTLR_RWP (1u << 31)

#define GICR_CTLR 0x0
#define GICR_TYPER 0x8
#define GICR_WAKER 0x14
#define GICR_SGI 0x10000 /* second frame: laid out as the distributor's first registers */
#define GICR_CTLR_RWP (1u << 3)
#define WAKER_SLEEP (1u << 1)
#define WAKER_CHILDREN_ASLEEP (1u << 2)
#define TYPER_VLPIS (1u << 1)
#define TYPER_LAST (1u << 4)

#define PRIORITY 0xa0a0a0a0u
#define MAX_REGIONS 4

static uint64_t gicd;
static uint64_t regions[MAX_REGIONS], region_sizes[MAX_REGIONS];
static unsigned nr_regions;
static uint64_t stride; /* 0: by TYPER.VLPIS */
static uint64_t gicr[CPU_MAX];

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
	wait_clear(gicd + GICD_CTLR, CTLR_RWP);
	lines = ((mmio_read32(gicd + GICD_TYPER) & 0x1f) + 1) * 32;
	for (uint32_t i = 32; i < lines && i < 1020; i += 32) {
		mmio_write32(gicd + GICD_ICENABLER + i / 8, UINT32_MAX);
		mmio_write32(gicd + GICD_IGROUPR + i / 8, UINT32_MAX);
	}
	for (uint32_t i = 32; i < lines && i < 1020; i += 4)
		mmio_write32(gicd + GICD_IPRIORITYR + i, PRIORITY);
	mmio_write32(gicd + GICD_CTLR, CTLR_GRP1_ARE);
	wait_clear(gicd + GICD_CTLR, CTLR_RWP);
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
			if (typer & TYPER_LAST)
				break;
			frame += stride != 0 ? stride : typer & TYPER_VLPIS ? 0x40000 : 0x20000;
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
	mmio_write32(frame + GICR_WAKER, mmio_read32(frame + GICR_WAKER) & ~WAKER_SLEEP);
	wait_clear(frame + GICR_WAKER, WAKER_CHILDREN_ASLEEP);
	mmio_write32(sgi + GICD_ICENABLER, UINT32_MAX);
	mmio_write32(sgi + GICD_IGROUPR, UINT32_MAX);
	for (unsigned i = 0; i < 32; i += 4)
		mmio_write32(sgi + GICD_IPRIORITYR + i, PRIORITY);
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

static uint64_t frame_of(uint32_t intid)
{
	return intid < 32 ? gicr[cpu_index()] + GICR_SGI : gicd;
}

static void enable(uint32_t intid, bool edge)
{
	uint64_t frame = frame_of(intid);
	uint64_t config = frame + GICD_ICFGR + intid / 16 * 4;
	uint32_t bit = 2u << intid % 16 * 2;

	if (intid >= 16)
		mmio_write32(config, (mmio_read32(config) & ~bit) | (edge ? bit : 0));
	if (intid >= 32)
		mmio_write64(gicd + GICD_IROUTER + (uint64_t)intid * 8, sysreg_read(mpidr_el1) & MPIDR_AFFINITY);
	mmio_write32(frame + GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
}

static void disable(uint32_t intid)
{
	mmio_write32(frame_of(intid) + GICD_ICENABLER + intid / 32 * 4, 1u << intid % 32);
	if (intid < 32)
		wait_clear(gicr[cpu_index()] + GICR_CTLR, GICR_CTLR_RWP);
	else
		wait_clear(gicd + GICD_CTLR, CTLR_RWP);
}

static uint32_t acknowledge(void)
{
	uint32_t intid = (uint32_t)icc_read(ICC_IAR1_EL1) & 0xffffff;

	/* The acknowledge takes effect before the handler accesses its device. */
	dsb(sy);
	return intid;
}

static void end(uint32_t intid)
{
	/* The handler's accesses to the device are done before the interrupt can come again. */
	dsb(sy);
	icc_write(ICC_EOIR1_EL1, intid);
	isb();
}

static void send_sgi(uint64_t mpidr, uint32_t intid)
{
	uint64_t aff0 = mpidr & 0xff;

	/* What the target is to find in memory is there before the SGI is. */
	dsb(ishst);
	icc_write(ICC_SGI1R_EL1, (mpidr >> 32 & 0xff) << 48 | (aff0 >> 4) << 44 | (mpidr >> 16 & 0xff) << 32 |
		  (uint64_t)intid << 24 | (mpidr >> 8 & 0xff) << 16 | 1u << (aff0 & 15));
	isb();
}

const struct gic_driver gicv3_driver = {
	.compatible = "arm,gic-v3",
	.version = 3,
	.init = init,
	.init_cpu = init_cpu,
	.enable = enable,
	.disable = disable,
	.acknowledge = acknowledge,
	.end = end,
	.send_sgi = send_sgi,
};
