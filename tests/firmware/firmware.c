/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Firmware for QEMU's virt machine with secure=on, for tests: as much PSCI (DEN 0022) as starts CPUs at EL2, and services that take calls
 * as Xilinx' EEMI (UG1200) and SCMI (scmi.c) have them. They grant everything: whatever is refused was refused before it got here. Each call is told on
 * the secure UART; EEMI's answer says what was received and how many there were.
 *
 * It has SMCCC's workarounds (DEN 0028) for some cores: on Cortex-A57 the first, on Cortex-A72 all three, and no other core needs any. They do
 * nothing but to be counted, and to leave in x0 to x3 what was not there.
 */
#include "tests/firmware/firmware.h"

#define UART UINT64_C(0x09040000)
#define GICD UINT64_C(0x08000000)
#define GICR UINT64_C(0x080a0000)
#define PAYLOAD UINT64_C(0x60000000) /* where tests/qemu/machine.py puts it, and its DTB */
#define PAYLOAD_DTB UINT64_C(0x5fe00000)
#define MAX_CPUS 8
/* A word that QEMU's loader device may have put into RAM, from here on. */
#define OPTIONS UINT64_C(0x50000000)
#define OPTION_NO_FREQUENCY 1u /* CNTFRQ_EL0 is left at 0, as firmware forgets to set it */

static volatile struct {
	uint64_t entry, context;
	uint32_t on;
} cpus[MAX_CPUS];
static volatile uint32_t nr_calls;
static volatile uint32_t nr_workarounds[MAX_CPUS]; /* of branch prediction */

#define read_sysreg(name) ({ uint64_t v_; __asm__ volatile("mrs %0, " #name : "=r"(v_)); v_; })
#define write_sysreg(name, v) __asm__ volatile("msr " #name ", %0" ::"r"((uint64_t)(v)) : "memory")

/* ---- what there is to say ---- */

void put_text(const char *s)
{
	for (; *s; s++)
		write32(UART, (uint8_t)*s);
}

void put_hex(uint64_t v)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		if (v >> shift || !shift)
			write32(UART, (uint8_t)"0123456789abcdef"[v >> shift & 15]);
}

/* ---- starting ---- */

/* Everything to the non-secure world (IHI 0069: a redistributor is two 64 KiB frames, the second for SGIs and PPIs). */
static void open_distributor(void)
{
	write32(GICD, 3u << 4); /* GICD_CTLR.ARE_S, ARE_NS */
	for (unsigned i = 1; i < 32; i++)
		write32(GICD + 0x80 + 4 * i, UINT32_MAX); /* GICD_IGROUPR */
}

static void open_redistributor(unsigned cpu)
{
	uint64_t frame = GICR + cpu * UINT64_C(0x20000);

	write32(frame + 0x14, read32(frame + 0x14) & ~2u); /* GICR_WAKER.ProcessorSleep */
	while (read32(frame + 0x14) & 4)
		;
	write32(frame + 0x10080, UINT32_MAX); /* GICR_IGROUPR0 */
}

struct start {
	uint64_t entry, context;
};

struct start firmware_main(uint64_t cpu)
{
	if (cpu >= MAX_CPUS)
		for (;;)
			__asm__ volatile("wfe");
	write_sysreg(scr_el3, 0x30531); /* NS, RES1, HCE, RW; pointer authentication is not trapped */
	write_sysreg(S3_6_C12_C12_5, 0xf); /* ICC_SRE_EL3 */
	__asm__ volatile("isb");
	write_sysreg(sctlr_el2, 0x30c50830);
	write_sysreg(hcr_el2, 0);
	if (read32(OPTIONS) & OPTION_NO_FREQUENCY)
		write_sysreg(cntfrq_el0, 0);
	if (cpu == 0 && !cpus[0].on) {
		open_distributor();
		scmi_init();
		cpus[0].entry = PAYLOAD;
		cpus[0].context = PAYLOAD_DTB;
		cpus[0].on = 1;
	}
	open_redistributor((unsigned)cpu);
	while (!cpus[cpu].on)
		__asm__ volatile("wfe");
	return (struct start){ cpus[cpu].entry, cpus[cpu].context };
}

/* ---- PSCI ---- */

#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)

static uint64_t cpu_number(uint64_t mpidr)
{
	return mpidr & ~UINT64_C(0xffff) & MPIDR_AFFINITY ? MAX_CPUS : (mpidr >> 8 & 0xff) << 4 | (mpidr & 0xff);
}

static uint64_t this_cpu(void)
{
	return cpu_number(read_sysreg(mpidr_el1) & MPIDR_AFFINITY);
}

static int64_t psci(uint32_t fn, const uint64_t *x)
{
	uint64_t cpu = cpu_number(x[1]);

	switch (fn & ~(1u << 30)) {
	case 0x84000000: /* VERSION */
		return 0x10000;
	case 0x84000003: /* CPU_ON */
		if (cpu >= MAX_CPUS)
			return -2;
		if (cpus[cpu].on)
			return -4;
		cpus[cpu].entry = x[2];
		cpus[cpu].context = x[3];
		__asm__ volatile("dsb sy" ::: "memory"); /* both, before the CPU may look at them */
		cpus[cpu].on = 1;
		__asm__ volatile("dsb sy\n\tsev" ::: "memory");
		return 0;
	case 0x84000004: /* AFFINITY_INFO */
		return cpu < MAX_CPUS ? !cpus[cpu].on : -2;
	case 0x84000006: /* MIGRATE_INFO_TYPE */
		return 2;
	case 0x8400000a: /* FEATURES */
		return (uint32_t)x[1] == 0x80000000 ? 0 : -1;
	default:
		return -1;
	}
}

static void psci_cpu_off(void)
{
	uint64_t cpu = this_cpu();

	cpus[cpu].on = 0;
	__asm__ volatile("mov x0, %0\n\tb restart" ::"r"(cpu) : "x0", "memory");
}

/* ---- SMCCC ---- */

#define SMCCC_VERSION 0x80000000u
#define ARCH_FEATURES 0x80000001u
#define WORKAROUND_1 0x80008000u
#define WORKAROUND_2 0x80007fffu
#define WORKAROUND_3 0x80003fffu

static int64_t features(uint32_t fn)
{
	uint32_t part = read_sysreg(midr_el1) >> 4 & 0xfff;

	switch (fn) {
	case WORKAROUND_1:
		return part == 0xd07 || part == 0xd08 ? 0 : 1;
	case WORKAROUND_2:
		return part == 0xd08 ? 0 : -1;
	case WORKAROUND_3:
		return part == 0xd08 ? 0 : part == 0xd07 ? -1 : 1;
	default:
		return fn == SMCCC_VERSION || fn == ARCH_FEATURES ? 0 : -1;
	}
}

/* false: not one of them. */
static int smccc(uint32_t fn, uint64_t *x)
{
	switch (fn) {
	case SMCCC_VERSION:
		x[0] = 0x10001;
		return 1;
	case ARCH_FEATURES:
		x[0] = (uint64_t)features((uint32_t)x[1]);
		return 1;
	case WORKAROUND_2:
		put_text(x[1] ? "firmware: stores are not bypassed\r\n" : "firmware: stores may be bypassed\r\n");
		return 1;
	case WORKAROUND_1:
	case WORKAROUND_3:
		nr_workarounds[this_cpu()]++;
		for (unsigned i = 0; i < 4; i++)
			x[i] = 0xbad0bad0bad0bad0;
		return 1;
	default:
		return 0;
	}
}

/* ---- EEMI ---- */

/* Status 0 and four words: the function, the first argument, the count, the third argument; and how often this CPU called a workaround. */
static void eemi(uint64_t *x)
{
	uint32_t count = __atomic_add_fetch(&nr_calls, 1, __ATOMIC_RELAXED);

	put_text("firmware: call ");
	put_hex(x[0]);
	put_text(" (");
	put_hex(x[1]);
	put_text(", ");
	put_hex(x[2]);
	put_text(")\r\n");
	x[0] = (x[0] & 0xffff) << 32;
	x[1] = (uint64_t)count << 32 | (uint32_t)x[1];
	x[3] = nr_workarounds[this_cpu()];
}

void firmware_smc(uint64_t *x)
{
	uint32_t fn = (uint32_t)x[0];

	if ((fn & 0xffff0000) == 0xc2000000)
		eemi(x);
	else if (fn == SCMI_CALL)
		scmi(x);
	else if (fn == 0x84000002)
		psci_cpu_off();
	else if (!smccc(fn, x))
		x[0] = (uint64_t)psci(fn, x);
}
