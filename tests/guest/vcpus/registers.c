/* SPDX-License-Identifier: Apache-2.0 */
/* System registers that belong to a vCPU: each vCPU keeps its own pattern in them, with interrupts masked, since some are what exceptions are made of. */
#include "tests/guest/vcpus/vcpus.h"

/* Pointer authentication keys: encodings, since assemblers know the names only with an architecture option. */
#define APIAKEYLO_EL1 S3_0_C2_C1_0
#define APIAKEYHI_EL1 S3_0_C2_C1_1
#define APIBKEYLO_EL1 S3_0_C2_C1_2
#define APIBKEYHI_EL1 S3_0_C2_C1_3
#define APDAKEYLO_EL1 S3_0_C2_C2_0
#define APDAKEYHI_EL1 S3_0_C2_C2_1
#define APDBKEYLO_EL1 S3_0_C2_C2_2
#define APDBKEYHI_EL1 S3_0_C2_C2_3
#define APGAKEYLO_EL1 S3_0_C2_C3_0
#define APGAKEYHI_EL1 S3_0_C2_C3_1

enum need { ALWAYS, PAUTH, BREAKPOINT, WATCHPOINT = BREAKPOINT + 16 };

#define ADDRESS 0x0000fffffffff000ul
/* Name, bits that may have any value while nothing uses the register, what it takes. Breakpoints and watchpoints stay disabled (bit 0). */
#define REGISTERS(X) \
	X(tpidr_el0, ~0ul, ALWAYS) X(tpidrro_el0, ~0ul, ALWAYS) X(tpidr_el1, ~0ul, ALWAYS) X(contextidr_el1, 0xffffffff, ALWAYS) \
	X(ttbr1_el1, ADDRESS | 0xfffful << 48, ALWAYS) /* walks by it are off: TCR_EL1.EPD1 */ \
	X(par_el1, ADDRESS, ALWAYS) X(far_el1, ~0ul, ALWAYS) X(esr_el1, 0xffffffff, ALWAYS) X(elr_el1, ADDRESS, ALWAYS) \
	X(spsr_el1, 0xf00003c0, ALWAYS) X(sp_el0, ~0xful, ALWAYS) X(vbar_el1, ADDRESS, ALWAYS) \
	X(mair_el1, 0x0c0c0c0c0c0c0000, ALWAYS) /* kinds of device memory that is nowhere */ \
	X(tcr_el1, 1ul << 38, ALWAYS) X(sctlr_el1, 1ul << 9 | 1ul << 14 | 1ul << 15 | 1ul << 26, ALWAYS) /* what EL0 may */ \
	X(cntkctl_el1, 0x3f3, ALWAYS) X(csselr_el1, 2, ALWAYS) X(mdscr_el1, 1ul << 12, ALWAYS) \
	X(afsr0_el1, 0xffffffff, ALWAYS) X(afsr1_el1, 0xffffffff, ALWAYS) X(cntp_cval_el0, ~0ul, ALWAYS) X(cntp_ctl_el0, 2, ALWAYS) \
	X(APIAKEYLO_EL1, ~0ul, PAUTH) X(APIAKEYHI_EL1, ~0ul, PAUTH) X(APIBKEYLO_EL1, ~0ul, PAUTH) X(APIBKEYHI_EL1, ~0ul, PAUTH) \
	X(APDAKEYLO_EL1, ~0ul, PAUTH) X(APDAKEYHI_EL1, ~0ul, PAUTH) X(APDBKEYLO_EL1, ~0ul, PAUTH) X(APDBKEYHI_EL1, ~0ul, PAUTH) \
	X(APGAKEYLO_EL1, ~0ul, PAUTH) X(APGAKEYHI_EL1, ~0ul, PAUTH) \
	X(dbgbvr0_el1, ADDRESS, BREAKPOINT + 0) X(dbgbvr1_el1, ADDRESS, BREAKPOINT + 1) X(dbgbvr2_el1, ADDRESS, BREAKPOINT + 2) \
	X(dbgbvr3_el1, ADDRESS, BREAKPOINT + 3) X(dbgbvr4_el1, ADDRESS, BREAKPOINT + 4) X(dbgbvr5_el1, ADDRESS, BREAKPOINT + 5) \
	X(dbgbcr0_el1, 0x1e0, BREAKPOINT + 0) X(dbgbcr1_el1, 0x1e0, BREAKPOINT + 1) X(dbgbcr2_el1, 0x1e0, BREAKPOINT + 2) \
	X(dbgbcr3_el1, 0x1e0, BREAKPOINT + 3) X(dbgbcr4_el1, 0x1e0, BREAKPOINT + 4) X(dbgbcr5_el1, 0x1e0, BREAKPOINT + 5) \
	X(dbgwvr0_el1, ADDRESS, WATCHPOINT + 0) X(dbgwvr1_el1, ADDRESS, WATCHPOINT + 1) X(dbgwvr2_el1, ADDRESS, WATCHPOINT + 2) \
	X(dbgwvr3_el1, ADDRESS, WATCHPOINT + 3) X(dbgwcr0_el1, 0x1fe0, WATCHPOINT + 0) X(dbgwcr1_el1, 0x1fe0, WATCHPOINT + 1) \
	X(dbgwcr2_el1, 0x1fe0, WATCHPOINT + 2) X(dbgwcr3_el1, 0x1fe0, WATCHPOINT + 3)

#define ACCESS(name, mask, need) \
	static uint64_t get_##name(void) { return sysreg_read(name); } \
	static void set_##name(uint64_t value) { sysreg_write(name, value); }
REGISTERS(ACCESS)

#define ENTRY(name, mask, need) { #name, get_##name, set_##name, mask, need },
static const struct {
	const char *name;
	uint64_t (*get)(void);
	void (*set)(uint64_t value);
	uint64_t mask;
	unsigned need;
} registers[] = { REGISTERS(ENTRY) };

static bool is_there(unsigned need)
{
	uint64_t dfr0 = sysreg_read(id_aa64dfr0_el1);

	if (need == PAUTH)
		return (sysreg_read(id_aa64isar1_el1) & 0xff0) != 0;
	if (need >= WATCHPOINT)
		return need - WATCHPOINT <= (dfr0 >> 20 & 0xf);
	return need == ALWAYS || need - BREAKPOINT <= (dfr0 >> 12 & 0xf);
}

unsigned registers_tested(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(registers); i++)
		n += is_there(registers[i].need);
	return n;
}

const char *registers_hold(uint64_t seed, uint64_t until, bool wait)
{
	uint64_t before[ARRAY_SIZE(registers)], expected[ARRAY_SIZE(registers)], pmr = gic_read(GIC_PMR), pmr_expected, changed;
	const char *lost = NULL;

	irq_disable();
	/* The timer that ends the waiting has the kit's priority; it must stay above the mask. */
	gic_write(GIC_PMR, 0xb0 + ((uint32_t)seed & 3) * 0x10);
	pmr_expected = gic_read(GIC_PMR);
	for (unsigned i = 0; i < ARRAY_SIZE(registers); i++) {
		if (!is_there(registers[i].need))
			continue;
		before[i] = registers[i].get();
		registers[i].set((before[i] & ~registers[i].mask) | ((seed * (2 * i + 1)) & registers[i].mask));
		isb();
		expected[i] = registers[i].get();
	}
	/* Only now: it must not come while interrupts are let in. */
	if (wait)
		alarm_set(until);
	changed = hold(seed, until, wait);
	for (unsigned i = 0; i < ARRAY_SIZE(registers); i++) {
		if (!is_there(registers[i].need))
			continue;
		if (registers[i].get() != expected[i])
			lost = registers[i].name;
		registers[i].set(before[i]);
	}
	isb();
	if (gic_read(GIC_PMR) != pmr_expected)
		lost = "the GIC's priority mask";
	gic_write(GIC_PMR, (uint32_t)pmr);
	irq_enable();
	return changed ? "a general, FP or SIMD register" : lost;
}
