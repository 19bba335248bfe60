/* SPDX-License-Identifier: Apache-2.0 */
/* The physical GICv3's distributor and redistributors (IHI 0069, 12.8 to 12.11). */
#include "gic/gic_internal.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/io.h"
#include "common/log.h"

struct gicv3 gicv3;

static struct gicv3_cpu gicv3_cpus[CONFIG_MAX_CPUS];

#define POLLS 1000000u /* of a register that changes within microseconds: seconds */

static volatile void *reg(uintptr_t base, unsigned offset)
{
	return (volatile void *)(base + offset);
}

void gicv3_wait_rwp(uintptr_t ctlr, uint32_t bit)
{
	for (unsigned i = 0; i < POLLS && mmio_read32(reg(ctlr, 0)) & bit; i++)
		;
}

static uintptr_t bank(const struct cpu *cpu, unsigned word)
{
	return word ? gic_dist.base + 4 * word : ((const struct gicv3_cpu *)cpu->gic)->redist + GICR_SGI_FRAME;
}

static void write_bits(const struct cpu *cpu, unsigned offset, unsigned word, uint32_t bits)
{
	if (bits)
		mmio_write32(reg(bank(cpu, word), offset), bits);
}

static uint32_t read_bits(const struct cpu *cpu, unsigned offset, unsigned word)
{
	return mmio_read32(reg(bank(cpu, word), offset));
}

static void wait_disabled(const struct cpu *cpu, unsigned word)
{
	if (word)
		gicv3_wait_rwp(gic_dist.base + GICD_CTLR, (uint32_t)GICD_CTLR_RWP);
	else
		gicv3_wait_rwp(((const struct gicv3_cpu *)cpu->gic)->redist + GICR_CTLR, (uint32_t)GICR_CTLR_RWP);
}

static void route_spi(unsigned intid, const struct cpu *cpu)
{
	/* MPIDR_EL1's fields are where GICD_IROUTER<n> has them; bit 31 (IRM) clear: this CPU and no other. */
	mmio_write64(gic_dist_reg(GICD_IROUTER + 8 * intid), cpu->mpidr);
}

/* ---- A CPU's redistributor ---- */

/* LPIs that a boot loader turned on: the redistributor would go on writing to its table. Not every one can be turned off again (IHI 0069, 12.11 "GICR_CTLR"). */
static bool quiet_lpis(uintptr_t redist)
{
	volatile void *ctlr = reg(redist, GICR_CTLR);

	if (!(mmio_read32(ctlr) & GICR_CTLR_LPIS))
		return true;
	mmio_write32(ctlr, mmio_read32(ctlr) & ~(uint32_t)GICR_CTLR_LPIS);
	gicv3_wait_rwp(redist + GICR_CTLR, (uint32_t)GICR_CTLR_RWP);
	return !(mmio_read32(ctlr) & GICR_CTLR_LPIS);
}

/* Nothing of what the boot loader or an earlier system left: all off, none active or pending, group 1, one priority. */
static void init_private(uintptr_t redist)
{
	unsigned extended = GICR_TYPER_EXTENDED_WORDS(mmio_read64(reg(redist, GICR_TYPER)));
	uintptr_t sgi = redist + GICR_SGI_FRAME;

	mmio_write32(reg(sgi, GICD_ICENABLER), ~0u);
	/* Extended PPIs are nobody's (IHI 0069, 12.11 "GICR_ICENABLER<n>E"). */
	for (unsigned word = 1; word <= extended; word++)
		mmio_write32(reg(sgi, GICD_ICENABLER + 4 * word), ~0u);
	gicv3_wait_rwp(redist + GICR_CTLR, (uint32_t)GICR_CTLR_RWP);
	mmio_write32(reg(sgi, GICD_IGROUPR), ~0u);
	mmio_write32(reg(sgi, GICD_ICPENDR), ~0u);
	mmio_write32(reg(sgi, GICD_ICACTIVER), ~0u);
	for (unsigned i = 0; i < GIC_PRIVATE; i += 4)
		mmio_write32(reg(sgi, GICD_IPRIORITYR + i), GIC_PRIORITIES);
	mmio_write32(reg(sgi, GICD_ISENABLER), gic_own_private);
	/* Seen by the redistributor before the CPU interface is turned on. */
	dsb(sy);
}

static bool wake(uintptr_t redist)
{
	volatile void *waker = reg(redist, GICR_WAKER);

	mmio_write32(waker, mmio_read32(waker) & ~(uint32_t)GICR_WAKER_SLEEP);
	for (unsigned i = 0; i < POLLS; i++)
		if (!(mmio_read32(waker) & GICR_WAKER_CHILDREN))
			return true;
	return false;
}

/* Aff3, Aff2, Aff1, range selector and target list from Aff0 (IHI 0069, 12.2 "ICC_SGI1R_EL1"). */
static uint64_t kick_value(uint64_t mpidr)
{
	return (mpidr >> 32 & 0xff) << 48 | (mpidr >> 4 & 0xf) << 44 | (mpidr >> 16 & 0xff) << 32 | (uint64_t)GIC_KICK_SGI << 24 |
	       (mpidr >> 8 & 0xff) << 16 | BIT(mpidr & 0xf);
}

static enum err init_cpu(struct cpu *cpu)
{
	struct gicv3_cpu *own = &gicv3_cpus[cpu->id];
	uintptr_t redist = gicv3_find_redist(&gicv3, cpu->mpidr);
	enum err e;

	if (!redist) {
		log_error("CPU %u (MPIDR 0x%llx) has no GIC redistributor in the regions the device tree gives", cpu->id, (unsigned long long)cpu->mpidr);
		return ERR_NOT_FOUND;
	}
	if (!wake(redist)) {
		log_error("CPU %u: its GIC redistributor does not wake up (GICR_WAKER)", cpu->id);
		return ERR_UNSUPPORTED;
	}
	if (!quiet_lpis(redist)) {
		log_error("CPU %u: the boot loader has turned its GIC redistributor's LPIs on, and they cannot be turned off (GICR_CTLR)", cpu->id);
		return ERR_UNSUPPORTED;
	}
	init_private(redist);
	e = gicv3_init_interface();
	if (e)
		return e;
	own->redist = redist;
	own->sgi = kick_value(cpu->mpidr);
	/* Release: a CPU that sees the pointer sees what it points to. */
	__atomic_store_n(&cpu->gic, own, __ATOMIC_RELEASE);
	return OK;
}

#define GICV3_HW(irqs, own)                                                                                                      \
	{                                                                                                                      \
		.init_cpu = init_cpu, .kick = gicv3_kick, .handle_irqs = (irqs), .handle_own = (own), .interface = &gicv3_interface,            \
		.write_bits = write_bits, .read_bits = read_bits, .wait_disabled = wait_disabled, .route_spi = route_spi,     \
		.configure_spi = gic_configure_spi,                                                                                 \
		.withhold_interface = gicv3_withhold_interface,                                                               \
	}

const struct gic_hw gicv3_hw = GICV3_HW(gicv3_handle_irqs, gicv3_handle_own);
const struct gic_hw gicv3_cavium_hw = GICV3_HW(gicv3_handle_irqs_cavium, gicv3_handle_own_cavium);
