/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physical GICv2's distributor (IHI 0048, 4.3). Its registers of INTIDs 0 to 31 are banked by the CPU that accesses them, so `cpu` is
 * always this one where they are meant: a GICv2 guest reaches no other CPU's either.
 */
#include "gic/gic_internal.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/io.h"
#include "common/log.h"

struct gicv2 gicv2;

static struct gicv2_cpu gicv2_cpus[CONFIG_MAX_CPUS];

static void write_bits(const struct cpu *cpu, unsigned offset, unsigned word, uint32_t bits)
{
	(void)cpu;
	if (bits)
		mmio_write32(gic_dist_reg(offset + 4 * word), bits);
}

static uint32_t read_bits(const struct cpu *cpu, unsigned offset, unsigned word)
{
	(void)cpu;
	return mmio_read32(gic_dist_reg(offset + 4 * word));
}

/*
 * There is no RWP. The read comes back from the distributor after the writes before it have arrived there (Device-nGnRE acknowledges writes
 * earlier), and the barrier waits for it. An interrupt that a CPU interface offers already can still be acknowledged by its CPU,
 * or turn out to be spurious: with RWP the same is possible until that CPU has looked.
 */
static void wait_disabled(const struct cpu *cpu, unsigned word)
{
	(void)read_bits(cpu, GICD_ICENABLER, word);
	dsb(sy);
}

static void route_spi(unsigned intid, const struct cpu *cpu)
{
	mmio_write8(gic_dist_reg(GICD_ITARGETSR + intid), ((const struct gicv2_cpu *)cpu->gic)->target);
}

static void kick(const struct cpu *cpu)
{
	const struct gicv2_cpu *target = __atomic_load_n(&cpu->gic, __ATOMIC_ACQUIRE);

	lock_check_none();
	/* Not up yet: it looks at its requests when it comes. */
	if (!target)
		return;
	/* Orders what was written for the target (requests, state) before the SGI that makes it look; pairs with the dmb in handle_other. */
	dsb(ishst);
	mmio_write32(gic_dist_reg(GICD_SGIR), (uint32_t)target->target << GICD_SGIR_TARGETS_SHIFT | GIC_KICK_SGI);
}

/*
 * This CPU's bit in GICD_ITARGETSR<n>: any of the first 32 fields that exists reads as it. A GIC for one CPU has no such registers and takes
 * no notice of what is written there (IHI 0048, 4.3.12).
 */
static uint8_t find_target(void)
{
	if (!GICD_TYPER_CPUS(mmio_read32(gic_dist_reg(GICD_TYPER))))
		return 1;
	for (unsigned i = 0; i < GIC_PRIVATE; i += 4) {
		uint32_t v = mmio_read32(gic_dist_reg(GICD_ITARGETSR + i));

		v |= v >> 16;
		v |= v >> 8;
		if (v & 0xff)
			return (uint8_t)v;
	}
	return 0;
}

/* Nothing of what the boot loader or an earlier system left: all off, none active or pending, one priority and group (gicv2_init). */
static void init_private(void)
{
	mmio_write32(gic_dist_reg(GICD_ICENABLER), ~0u);
	mmio_write32(gic_dist_reg(GICD_IGROUPR), 0);
	mmio_write32(gic_dist_reg(GICD_ICPENDR), ~0u);
	for (unsigned i = 0; i < GIC_SGIS; i += 4)
		mmio_write32(gic_dist_reg(GICD_CPENDSGIR + i), ~0u);
	mmio_write32(gic_dist_reg(GICD_ICACTIVER), ~0u);
	for (unsigned i = 0; i < GIC_PRIVATE; i += 4)
		mmio_write32(gic_dist_reg(GICD_IPRIORITYR + i), GIC_PRIORITIES);
	mmio_write32(gic_dist_reg(GICD_ISENABLER), gic_own_private);
	wait_disabled(NULL, 0);
}

static enum err init_cpu(struct cpu *cpu)
{
	struct gicv2_cpu *own = &gicv2_cpus[cpu->id];

	own->target = find_target();
	if (!own->target) {
		log_error("CPU %u (MPIDR 0x%llx) has no place in the GIC, which has %u CPUs (GICD_ITARGETSR0 reads 0)", cpu->id, (unsigned long long)cpu->mpidr,
			  (unsigned)GICD_TYPER_CPUS(mmio_read32(gic_dist_reg(GICD_TYPER))) + 1);
		return ERR_NOT_FOUND;
	}
	init_private();
	gicv2_init_interface();
	/* Release: a CPU that sees the pointer sees what it points to. */
	__atomic_store_n(&cpu->gic, own, __ATOMIC_RELEASE);
	return OK;
}

const struct gic_hw gicv2_hw = {
	.init_cpu = init_cpu,
	.kick = kick,
	.handle_irqs = gicv2_handle_irqs,
	.handle_own = gicv2_handle_own,
	.interface = &gicv2_interface,
	.write_bits = write_bits,
	.read_bits = read_bits,
	.wait_disabled = wait_disabled,
	.route_spi = route_spi,
	.configure_spi = gic_configure_spi,
};
