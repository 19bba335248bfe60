/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gic-regs: the registers of distributor, redistributors and CPU interface: what they hold, which bits can be written, which read as zero. With all
 * interrupts masked, since most of them are made pending and enabled here.
 */
#include "tests/guest/gic/bench.h"

#include "tests/guest/kit/exception.h"

static uint64_t gicd;
static uint32_t lines, absent; /* how many INTIDs there are; from where on there are none */

static uint32_t get(uint64_t offset)
{
	return mmio_read32(gicd + offset);
}

static void set(uint64_t offset, uint32_t value)
{
	mmio_write32(gicd + offset, value);
}

/* A register that software cannot write. */
static bool constant(uint64_t address)
{
	uint32_t value = mmio_read32(address);

	mmio_write32(address, ~value);
	return mmio_read32(address) == value;
}

static bool is_zero(uint64_t address)
{
	mmio_write32(address, UINT32_MAX);
	return mmio_read32(address) == 0;
}

/* ---- identification ---- */

static void test_identification(void)
{
	bool v2 = gic_version() == 2;
	uint32_t typer = get(GICD_TYPER), pidr2 = get(v2 ? GICD_ICPIDR2_V2 : GICD_PIDR2_V3);
	unsigned revision = pidr2 >> 4 & 0xf;

	tap_result(constant(gicd + GICD_TYPER) && constant(gicd + GICD_IIDR), "GICD_TYPER and GICD_IIDR cannot be written");
	tap_result(v2 ? revision == 2 : revision == 3 || revision == 4, "PIDR2 has the architecture's version (%u)", revision);
	tap_result(lines >= 64, "GICD_TYPER: %u INTIDs", lines);
	if (v2) {
		tap_result((typer >> 5 & 7) + 1 == nr_cpus, "GICD_TYPER.CPUNumber (%u)", typer >> 5 & 7);
		tap_result((mmio_read32(gic_cpu_interface() + GICC_IIDR) >> 16 & 0xf) == 2, "GICC_IIDR has the architecture's version");
	} else {
		tap_result((typer >> 19 & 0x1f) + 1 >= 10, "GICD_TYPER.IDbits (%u)", typer >> 19 & 0x1f);
		tap_result(get(GICD_CTLR) & GICD_CTLR_ARE, "affinity routing is enabled");
	}
}

static void test_ctlr(void)
{
	uint32_t old = get(GICD_CTLR), mask = gic_version() == 2 ? GICD_CTLR_GROUP0 : GICD_CTLR_GROUP1;

	set(GICD_CTLR, old & ~mask);
	gic_sync();
	tap_result(!(get(GICD_CTLR) & mask), "GICD_CTLR: the enable is cleared");
	set(GICD_CTLR, old | mask);
	gic_sync();
	tap_result(get(GICD_CTLR) == old, "and set (%x)", get(GICD_CTLR));
	if (gic_version() == 2)
		return;
	/* Clearing ARE again is UNPREDICTABLE; RAO/WI in one that has affinity routing only. Bits 30 to 9 are RES0 (8: GICv4.1's). */
	set(GICD_CTLR, old | 0x7ffffe00);
	gic_sync();
	tap_result(get(GICD_CTLR) == old, "its reserved bits stay zero (%x)", get(GICD_CTLR));
	set(GICD_CTLR, old);
	gic_sync();
}

/* ---- arrays with a bit an interrupt ---- */

/* Which bits of the word of `intid` can be set and cleared again; leaves them cleared. */
static uint32_t writable(uint64_t set_offset, uint64_t clear_offset, uint32_t intid)
{
	uint64_t word = gic_frame(intid) + intid / 32 * 4;
	uint32_t ones, zeros, same;

	mmio_write32(word + set_offset, UINT32_MAX);
	ones = mmio_read32(word + set_offset);
	same = mmio_read32(word + clear_offset);
	/* Zeros have no effect. */
	mmio_write32(word + set_offset, 0);
	mmio_write32(word + clear_offset, 0);
	if (mmio_read32(word + set_offset) != ones || same != ones)
		return 0;
	mmio_write32(word + clear_offset, UINT32_MAX);
	gic_sync();
	zeros = mmio_read32(word + set_offset);
	return mmio_read32(word + clear_offset) == zeros ? ones & ~zeros : 0;
}

static void test_bits(const char *name, uint32_t set_offset, uint32_t clear_offset)
{
	uint32_t free = 0, wanted = 0, beyond = 0, sgis = gic_frame(0) != gicd ? 0xffff : 0;
	uint32_t private = writable(set_offset, clear_offset, 0);

	for (uint32_t i = 32; i < lines; i += 32) {
		uint32_t bits = writable(set_offset, clear_offset, i);

		for (uint32_t k = i; k < i + 32; k++) {
			if (k >= SPI_FREE && k < SPI_FREE + spis_free()) {
				wanted++;
				free += bits >> k % 32 & 1;
			}
		}
	}
	for (uint32_t i = absent; i < 1024; i += 32)
		beyond |= !is_zero(gicd + set_offset + i / 8) || !is_zero(gicd + clear_offset + i / 8);
	tap_result(free == wanted, "%s: set and cleared for %u SPIs (%u)", name, wanted, free);
	tap_result((private & sgis) == sgis, "%s: and for a GICv3's SGIs (%x)", name, private);
	tap_result(!beyond, "%s: zero beyond the INTIDs that there are", name);
	mmio_write32(gic_frame(0) + GICD_ISENABLER, 0xffff);
}

/* ---- priorities ---- */

static void test_priorities(void)
{
	uint8_t all, each;
	bool bytes = true, words = true, beyond = true;
	uint64_t base;

	gic_set_priority(SPI_FREE, 0xff);
	all = gic_priority(SPI_FREE);
	gic_set_priority(SPI_FREE, 0);
	tap_result((all & 0xf0) == 0xf0 && gic_priority(SPI_FREE) == 0, "IPRIORITYR: at least 16 levels (%02x)", all);
	for (uint32_t i = 0; i < SPI_FREE + spis_free(); i++) {
		/* Private ones, and SPIs that belong to nothing. */
		if (i >= 32 && i < SPI_FREE)
			continue;
		base = gic_frame(i) + GICD_IPRIORITYR;
		mmio_write32(base + i / 4 * 4, 0);
		mmio_write8(base + i, 0xff);
		each = mmio_read8(base + i);
		bytes = each == all && mmio_read32(base + i / 4 * 4) == (uint32_t)all << i % 4 * 8 && bytes;
		mmio_write32(base + i / 4 * 4, 0x30507090);
		words = mmio_read8(base + i) == (uint8_t)((0x30507090u >> i % 4 * 8) & all) && mmio_read32(base + i / 4 * 4) == (0x30507090u & all * 0x01010101u) && words;
		mmio_write8(base + i, GIC_PRIORITY);
		mmio_write32(base + i / 4 * 4, GIC_PRIORITY * 0x01010101u);
	}
	tap_result(bytes, "IPRIORITYR: byte access changes one interrupt's");
	tap_result(words, "IPRIORITYR: word access is four of them, the lowest first");
	for (uint32_t i = absent; i < 1020; i += 4)
		beyond = is_zero(gicd + GICD_IPRIORITYR + i) && beyond;
	tap_result(beyond, "IPRIORITYR: zero beyond the INTIDs that there are");
}

/* ---- configuration and routing ---- */

static void test_config(void)
{
	bool right = true, beyond = true;

	tap_result(constant(gic_frame(0) + GICD_ICFGR), "ICFGR0 cannot be written");
	tap_result((mmio_read32(gic_frame(0) + GICD_ICFGR) & 0xaaaaaaaa) == 0xaaaaaaaa, "SGIs are edge-triggered");
	for (uint32_t i = SPI_FREE; i < SPI_FREE + spis_free(); i++) {
		uint32_t shift = i % 16 * 2;

		gic_set_edge(i, true);
		right = (get(GICD_ICFGR + i / 16 * 4) >> shift & 2) == 2 && right;
		gic_set_edge(i, false);
		right = (get(GICD_ICFGR + i / 16 * 4) >> shift & 2) == 0 && right;
	}
	tap_result(right, "ICFGR: SPIs can be level- and edge-triggered");
	for (uint32_t i = absent; i < 1020; i += 16)
		beyond = is_zero(gicd + GICD_ICFGR + i / 4) && beyond;
	tap_result(beyond, "ICFGR: zero beyond the INTIDs that there are");
}

static void test_targets_v2(void)
{
	uint8_t present = 0;
	bool right = true, fixed = true;

	if (nr_cpus == 1) {
		tap_result(is_zero(gicd + GICD_ITARGETSR + SPI_FREE), "ITARGETSR is zero with one CPU");
		return;
	}
	for (unsigned i = 0; i < nr_cpus; i++)
		present |= gic_cpu_mask(i);
	for (unsigned i = 0; i < 32; i += 4)
		fixed = constant(gicd + GICD_ITARGETSR + i) && fixed;
	tap_result(fixed, "ITARGETSR0 to 7 cannot be written");
	for (uint32_t i = SPI_FREE; i < SPI_FREE + spis_free(); i++) {
		mmio_write8(gicd + GICD_ITARGETSR + i, 0xff);
		/* QEMU's GICv2 keeps all eight. */
		right = (mmio_read8(gicd + GICD_ITARGETSR + i) == present || bootargs_have("qemu-gicv2")) && right;
		mmio_write8(gicd + GICD_ITARGETSR + i, gic_cpu_mask(nr_cpus - 1));
		right = mmio_read8(gicd + GICD_ITARGETSR + i) == gic_cpu_mask(nr_cpus - 1) && right;
		mmio_write8(gicd + GICD_ITARGETSR + i, 0);
		right = mmio_read8(gicd + GICD_ITARGETSR + i) == 0 && right;
	}
	tap_result(right, "ITARGETSR: the bits of CPUs that are there");
}

static void test_routing_v3(void)
{
	bool right = true, halves = true, any = !(get(GICD_TYPER) & GICD_TYPER_NO1N);

	for (uint32_t i = SPI_FREE; i < SPI_FREE + spis_free(); i++) {
		uint64_t at = gicd + GICD_IROUTER + i * 8;

		for (unsigned k = 0; k < nr_cpus; k++) {
			mmio_write64(at, cpu_mpidr[k]);
			right = mmio_read64(at) == cpu_mpidr[k] && right;
			halves = mmio_read32(at) == (uint32_t)cpu_mpidr[k] && mmio_read32(at + 4) == cpu_mpidr[k] >> 32 && halves;
		}
		mmio_write32(at + 4, 0);
		mmio_write32(at, (uint32_t)cpu_mpidr[0]);
		halves = mmio_read64(at) == (cpu_mpidr[0] & 0xffffffff) && halves;
		mmio_write64(at, IROUTER_IRM);
		right = (!any || (mmio_read64(at) & IROUTER_IRM)) && right;
		mmio_write64(at, cpu_mpidr[0]);
	}
	tap_result(right, "IROUTER: every CPU's affinity, and IRM where there is 1 of N");
	tap_result(halves, "IROUTER: two words are the same as a doubleword");
	tap_result(is_zero(gicd + GICD_ITARGETSR + SPI_FREE) && is_zero(gicd + GICD_SPENDSGIR) && is_zero(gicd + GICD_ISENABLER) && is_zero(gicd + GICD_IPRIORITYR),
		   "ITARGETSR, SPENDSGIR and private interrupts' registers are zero with affinity routing");
}

/* ---- redistributors ---- */

static void test_redistributors(void)
{
	bool right = true, halves = true, fixed = true;
	unsigned last = 0;

	for (unsigned i = 0; i < nr_cpus; i++) {
		uint64_t frame = gic_redistributor(i), typer = mmio_read64(frame + GICR_TYPER);
		uint32_t affinity = (uint32_t)(cpu_mpidr[i] & 0xffffff) | (uint32_t)(cpu_mpidr[i] >> 32 & 0xff) << 24;

		right = typer >> 32 == affinity && (mmio_read32(frame + GICD_PIDR2_V3) >> 4 & 0xf) == (get(GICD_PIDR2_V3) >> 4 & 0xf) && right;
		halves = mmio_read32(frame + GICR_TYPER) == (uint32_t)typer && mmio_read32(frame + GICR_TYPER + 4) == affinity && halves;
		fixed = constant(frame + GICR_IIDR) && constant(frame + GICR_TYPER) && constant(frame + GICR_TYPER + 4) && fixed;
		right = (mmio_read32(frame + GICR_WAKER) & (GICR_WAKER_SLEEP | GICR_WAKER_CHILDREN_ASLEEP)) == 0 && right;
		last += (typer & GICR_TYPER_LAST) != 0;
	}
	tap_result(right, "GICR_TYPER, PIDR2 and WAKER of %u CPUs", nr_cpus);
	tap_result(halves, "GICR_TYPER as words");
	tap_result(fixed, "GICR_TYPER and GICR_IIDR cannot be written");
	tap_result(last >= 1, "a last redistributor is marked (%u)", last);
}

/* ---- private registers are the CPU's own ---- */

static uint32_t banked_wrong;

static void write_own(void)
{
	gic_set_priority(7, (uint8_t)(cpu_index() % 8 << 5));
}

static void read_own(void)
{
	banked_wrong += gic_priority(7) != (uint8_t)(cpu_index() % 8 << 5);
	gic_set_priority(7, GIC_PRIORITY);
}

static void test_banked(void)
{
	banked_wrong = 0;
	run_on_all(write_own);
	run_on_all(read_own);
	tap_result(banked_wrong == 0, "private interrupts' registers are each CPU's own");
}

/* ---- widths ---- */

/* What IHI 0048 4.1.4 and IHI 0069 12.1.3 do not define may fault or be ignored: the machine goes on, and CTLR and TYPER are as they were. */
static void test_widths(void)
{
	uint32_t ctlr = get(GICD_CTLR), typer = get(GICD_TYPER);
	unsigned faults = 0;
#define ATTEMPT(access) \
	do { \
		fault_expect(); \
		(void)access; \
		faults += fault_taken().taken; \
	} while (0)

	ATTEMPT(mmio_read8(gicd + GICD_TYPER));
	ATTEMPT(mmio_read16(gicd + GICD_TYPER));
	ATTEMPT(mmio_read64(gicd + GICD_TYPER + 4));
	ATTEMPT(mmio_read16(gicd + GICD_IPRIORITYR + SPI_FREE));
	ATTEMPT(mmio_read64(gicd + GICD_IPRIORITYR + SPI_FREE));
	ATTEMPT(mmio_write16(gicd + GICD_IIDR, 0));
	ATTEMPT(mmio_write8(gicd + GICD_TYPER, 0));
	ATTEMPT(mmio_write64(gicd + GICD_IPRIORITYR + SPI_FREE, 0));
	if (gic_version() >= 3) {
		ATTEMPT(mmio_read8(gicd + GICD_IROUTER + SPI_FREE * 8));
		ATTEMPT(mmio_read8(gic_redistributor(0) + GICR_TYPER));
		ATTEMPT(mmio_read16(gic_redistributor(0) + GICR_TYPER + 2));
		ATTEMPT(mmio_write16(gic_redistributor(0) + GICR_IIDR, 0));
		ATTEMPT(mmio_read64(gic_redistributor(0) + GICR_SGI + GICD_ISENABLER));
	} else {
		ATTEMPT(mmio_read8(gic_cpu_interface() + GICC_PMR));
		ATTEMPT(mmio_read16(gic_cpu_interface() + GICC_PMR));
		ATTEMPT(mmio_read64(gic_cpu_interface() + GICC_CTLR));
	}
	tap_result(get(GICD_CTLR) == ctlr && get(GICD_TYPER) == typer, "accesses of undefined width change nothing (%u faults)", faults);
	gic_set_priority(SPI_FREE, GIC_PRIORITY);
}

/* ---- CPU interface ---- */

static void test_cpu_interface(void)
{
	uint32_t pmr, low, high;

	tap_result(gic_read(GIC_RPR) == 0xff, "the running priority is idle");
	tap_result(gic_intid(gic_read(GIC_HPPIR)) == 1023 && gic_intid(gic_acknowledge()) == 1023, "HPPIR and IAR have nothing");
	gic_write(GIC_PMR, 0);
	pmr = gic_read(GIC_PMR);
	gic_write(GIC_PMR, 0xff);
	tap_result(pmr == 0 && (gic_read(GIC_PMR) & 0xf0) == 0xf0, "PMR: at least 16 levels (%02x)", gic_read(GIC_PMR));
	gic_write(GIC_BPR, 7);
	high = gic_read(GIC_BPR);
	gic_write(GIC_BPR, 0);
	low = gic_read(GIC_BPR);
	tap_result(high == 7 && low <= 4, "BPR from %u to %u", low, high);
	gic_set_split(true);
	gic_set_split(false);
	/* Writing a special INTID, or one that is not active, must not hurt. */
	gic_end(1023);
	tap_result(gic_read(GIC_RPR) == 0xff, "EOIR of 1023 changes nothing");
	if (gic_version() == 2)
		return;
	low = (uint32_t)icc_read(ICC_CTLR_EL1);
	icc_write(ICC_CTLR_EL1, UINT32_MAX & ~(ICC_CTLR_CBPR | ICC_CTLR_EOIMODE | 1u << 6));
	isb();
	high = (uint32_t)icc_read(ICC_CTLR_EL1);
	tap_result(low == high && (low >> 8 & 7) >= 3, "ICC_CTLR_EL1: read-only fields (%x)", high);
	icc_write(ICC_CTLR_EL1, 0);
	icc_write(ICC_SRE_EL1, icc_read(ICC_SRE_EL1) | 1);
	isb();
	tap_result(icc_read(ICC_SRE_EL1) & 1, "ICC_SRE_EL1.SRE (%x)", (uint32_t)icc_read(ICC_SRE_EL1));
	icc_write(ICC_IGRPEN1_EL1, 0);
	isb();
	low = (uint32_t)icc_read(ICC_IGRPEN1_EL1);
	icc_write(ICC_IGRPEN1_EL1, UINT32_MAX);
	isb();
	tap_result(low == 0 && icc_read(ICC_IGRPEN1_EL1) == 1, "ICC_IGRPEN1_EL1: one bit");
}

static void run(void)
{
	gicd = gic_distributor();
	lines = gic_lines();
	/* QEMU's GICv3 has 32 more than it says. */
	absent = (lines + 31) / 32 * 32 + (bootargs_have("qemu-gicv3") ? 32 : 0);
	irq_disable();
	gic_write(GIC_PMR, 0);
	for (uint32_t i = 0; i < spis_free(); i++)
		gic_route(SPI_FREE + i, 0);
	test_identification();
	test_ctlr();
	test_bits("ISENABLER", GICD_ISENABLER, GICD_ICENABLER);
	test_bits("ISPENDR", GICD_ISPENDR, GICD_ICPENDR);
	test_bits("ISACTIVER", GICD_ISACTIVER, GICD_ICACTIVER);
	test_priorities();
	test_config();
	if (gic_version() == 2) {
		test_targets_v2();
	} else {
		test_routing_v3();
		test_redistributors();
	}
	test_banked();
	test_widths();
	gic_tidy();
	test_cpu_interface();
	irq_enable();
	expect_quiet("gic-regs");
}

const struct gic_test test_regs = { "gic-regs", run };
