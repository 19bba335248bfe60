/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tries what a guest can try against the hypervisor: every system register encoding, calls over the whole space of function IDs, every
 * kind of access in and out of memory, nonsense to all emulated devices, storms. Nothing of it may end the guest, let alone anything else.
 * Its command line says how long: "quick" (the default), or "long": ten million operations at least. For tests/bench/neighbour: "attack" is for ever, on all CPUs, what may
 * reach others, a storm of a device's interrupt on the first; "idle" nothing at all; "break" asks bulkhead-faults.bin to disturb all CPUs.
 */
#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/exception.h"
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/pl011.h"
#include "tests/guest/kit/psci.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/timer.h"

static uint64_t seed = 0x243f6a8885a308d3;
static uint64_t operations;
static unsigned scale = 1;

/* xorshift64*: the same operations every time. */
static uint64_t any(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 0x2545f4914f6cdd1d;
}

static void report(const char *what, uint64_t before)
{
	print("%s: %lu operations\n", what, operations - before);
}

/* ---- One instruction, made as needed ---- */

#define INSN_RET 0xd65f03c0u
static volatile uint32_t *code;

/* x0 to x3 are its operands, x0 its result. */
static uint64_t execute(uint32_t insn, uint64_t x0, uint64_t x1)
{
	uint64_t (*run)(uint64_t, uint64_t, uint64_t, uint64_t) = (uint64_t (*)(uint64_t, uint64_t, uint64_t, uint64_t))code;
	uint64_t result;

	code[0] = insn;
	code[1] = INSN_RET;
	__asm__ volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb" : : "r"(code) : "memory");
	fault_expect();
	result = run(x0, x1, 0, 0);
	(void)fault_taken();
	operations++;
	return result;
}

/* ---- System registers ---- */

#define MRS 0xd5200000u
#define MSR 0xd5000000u

/* op0, op1, CRn, CRm, op2, where the instruction has them. */
#define REG(op0, op1, n, m, op2) ((op0) << 14 | (op1) << 11 | (n) << 7 | (m) << 3 | (op2))

/* What this program itself runs on. */
static bool is_own(unsigned reg)
{
	static const uint16_t own[] = {
		REG(3, 0, 1, 0, 0), REG(3, 0, 1, 0, 2), REG(3, 0, 2, 0, 0), REG(3, 0, 2, 0, 1), REG(3, 0, 2, 0, 2), REG(3, 0, 10, 2, 0), /* SCTLR to MAIR */
		REG(3, 0, 10, 3, 0), REG(3, 0, 12, 0, 0), REG(3, 0, 13, 0, 4), REG(3, 0, 4, 1, 0), REG(3, 0, 4, 2, 0), /* VBAR, TPIDR, SP_EL0, SPSel */
		REG(3, 3, 4, 2, 1), REG(3, 0, 4, 2, 3), REG(3, 0, 4, 2, 4), /* DAIF, PAN, UAO */
		REG(2, 0, 0, 2, 2), /* MDSCR: single-step */
	};

	for (unsigned i = 0; i < ARRAY_SIZE(own); i++)
		if (own[i] == reg)
			return true;
	/* op0 0: hints (a WFI may take for ever) and PSTATE. */
	return reg >> 14 == 0;
}

static void system_registers(void)
{
	uint64_t before = operations;

	for (unsigned reg = 0; reg < 65536; reg += scale > 1 ? 1 : 1 + (unsigned)(any() % 8)) {
		uint64_t value = 0;

		if (reg >> 14 != 0)
			value = execute(MRS | reg << 5, 0, 0);
		/* Cache and TLB instructions (op0 1) get an address of nothing; registers their own value, zero, or any. */
		if (!is_own(reg))
			(void)execute(MSR | reg << 5, reg >> 14 == 1 ? ADDRESS_NOWHERE : any() % 2 ? value : 0, 0);
	}
	report("system registers", before);
}

/* ---- Calls ---- */

static bool ends_us(uint32_t function)
{
	switch (function & ~0x40000000u) {
	case 0x84000001: /* CPU_SUSPEND, CPU_OFF, SYSTEM_OFF, SYSTEM_RESET, SYSTEM_RESET2 */
	case 0x84000002:
	case 0x84000008:
	case 0x84000009:
	case 0x84000012:
		return true;
	default:
		return false;
	}
}

static void call(uint32_t function)
{
	if (ends_us(function))
		return;
	(void)smccc_hvc(function, any(), any(), any());
	(void)smccc_smc(function | any() << 32, any(), any(), any());
	operations += 2;
}

static void calls(void)
{
	uint64_t before = operations;

	for (uint64_t function = 0; function < 1ul << 32; function += 0x1000001 / scale)
		call((uint32_t)function);
	for (unsigned range = 0; range < 64; range++)
		for (uint32_t n = 0; n < 64; n++)
			call(0x80000000u | range << 24 | n);
	for (unsigned i = 0; i < 5000 * scale; i++)
		call((uint32_t)any());
	/* HVC and SMC with every kind of immediate. */
	for (unsigned i = 0; i < 1000; i++) {
		(void)execute(0xd4000002u | (uint32_t)(any() & 0xffff) << 5, 0x84000000, 0);
		(void)execute(0xd4000003u | (uint32_t)(any() & 0xffff) << 5, 0x84000000, 0);
	}
	report("calls", before);
}

/* ---- Accesses ---- */

/* Loads and stores of all kinds by [x0], some with write-back or pairs, none of which gives a syndrome that could be emulated. */
static const uint32_t accesses[] = {
	0x39400001, 0x79400001, 0xb9400001, 0xf9400001, 0x39000001, 0x79000001, 0xb9000001, 0xf9000001, /* ldrb ... str x1, [x0] */
	0x39800001, 0x79800001, 0xb9800001, 0x39c00001, 0x79c00001, /* ldrsb ... */
	0xf8408401, 0xf8008401, 0xb8404c01, 0xb8004c01, /* post- and pre-index */
	0xa9400c01, 0xa9000c01, 0x29400c01, 0x69400c01, 0xa8c10c01, /* ldp, stp, ldpsw */
	0x88dffc01, 0x889ffc01, 0xc8dffc01, /* ldar, stlr */
	0x885f7c01, 0x88027c01, 0xc85ffc01, 0xc87f0c01, /* ldxr, stxr, ldaxr, ldxp */
	0xf8210001, 0xb8e00001, 0xf8a08001, 0x88a17c02, 0xc8e1fc02, 0x48207c02, /* atomics: ldadd, ldaddal, swp, cas, casal, casp */
	0xf9800000, 0xf9800010, 0xd50b7420, 0xd50b7a20, 0xd50b7e20, 0xd5087620, 0xd50b7b20, 0xd50b7520, /* prfm, dc zva, cvac, civac, ivac, cvau, ic ivau */
	0x3dc00001, 0x3d800001, 0x4c407801, 0x0d408401, /* ldr q1, str q1, ld4, ld1 of one lane */
	0xd5087800, 0xd5087820, /* at s1e1r, at s1e1w */
};

/* Every place worth a try, and one anywhere. */
static uint64_t place(void)
{
	static const uint64_t bases[] = {
		0, 0x1000, 0x08000000, 0x08010000, 0x08020000, 0x080a0000, 0x080b0000, 0x08f00000, 0x09000000, 0x09010000, 0x090c0000, 0x0a000000, 0x10000000,
		0x3ffff000, 0x3fffffff, 0x7fffffff, 0x100000000, 0x4000000000, ADDRESS_NOWHERE,
	};

	if (any() % 4 == 0)
		return any() & 0x7fffffffff; /* what the kit maps */
	return bases[any() % ARRAY_SIZE(bases)] + (any() & 0x1fff);
}

/* Not in memory, which is this program's: it would only ruin itself. */
static bool is_memory(uint64_t address)
{
	for (unsigned i = 0; i < nr_memory; i++)
		if (address + 4096 >= memory[i].start && address < memory[i].start + memory[i].size)
			return true;
	return false;
}

static void memory_accesses(void)
{
	uint64_t before = operations;

	sysreg_write(cpacr_el1, 3u << 20);
	isb();
	for (unsigned i = 0; i < 8000 * scale; i++) {
		uint64_t address = place();

		if (!is_memory(address))
			(void)execute(accesses[any() % ARRAY_SIZE(accesses)], address, any());
	}
	report("accesses", before);
}

/* ---- Emulated devices: nonsense, but in forms that are understood ---- */

static void device(uint64_t base, uint64_t size, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint64_t address = base + (any() % size & ~7ul);
		static const uint32_t forms[] = { 0x39400001, 0x79400001, 0xb9400001, 0xf9400001, 0x39000001, 0x79000001, 0xb9000001, 0xf9000001 };

		if (any() % 2) /* among the registers, mostly */
			address = base + (any() & 0xff0 & (size - 1)) + (any() & 4);
		(void)execute(forms[any() % 8], address, any() % 4 ? any() : ~0ul >> any() % 64);
	}
}

static void devices(void)
{
	static const char *const compatibles[] = { "arm,gic-v3", "arm,gic-400", "arm,pl011", "arm,sbsa-gwdt" };
	uint64_t before = operations, base, size;
	struct fdt_node node;

	/* What the interrupt controller is told to send must not be taken: no handler here could end it all. */
	irq_disable();
	for (unsigned i = 0; i < ARRAY_SIZE(compatibles); i++) {
		fdt_walk(&node);
		if (!fdt_next_compatible(&node, compatibles[i]))
			continue;
		/* The watchdog's second frame only refreshes it; its first may end us, which is what it is for. */
		for (unsigned r = i == 3; fdt_reg(&node, r, &base, &size); r++)
			device(base, size, 3000 * scale);
	}
	/* It may be off by now, or send no more. */
	(void)pl011_init();
	print("\n");
	report("devices", before);
}

/* ---- Storms ---- */

static void storm(unsigned index)
{
	irq_disable();
	for (unsigned i = 0;; i++) {
		for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
			gic_send_sgi(cpu_mpidr[cpu], i % 16);
		sysreg_write(cntv_cval_el0, 0);
		sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
		if (i % 64 == index)
			print("%c", 'a' + (int)index);
		if (i == 2000 * scale)
			break;
	}
	(void)psci_call(PSCI_CPU_OFF, 0, 0, 0);
}

static void storms(void)
{
	uint64_t before = operations;

	for (unsigned round = 0; round < 5 * scale; round++)
		for (unsigned i = 1; i < nr_cpus; i++) {
			(void)cpu_start(i, storm);
			(void)psci_call(PSCI_AFFINITY_INFO, cpu_mpidr[i], 0, 0);
			operations += 2;
		}
	operations += (uint64_t)5 * scale * 2000 * nr_cpus;
	print("\n");
	report("storms", before);
}

/* ---- For ever ---- */

#define FAULT_CALL 0xc6007a17u /* tests/selftest/fault.c */
#define FAULT_KICK_ALL 100
#define GICD_ISENABLER 0x100
#define GICD_ICENABLER 0x180
#define GICD_ISPENDR 0x200
#define GICD_IROUTER 0x6000
#define SGI_ALL_BUT_SELF (1ul << 40) /* ICC_SGI1R_EL1.IRM */

static bool breaks;

static void attack(unsigned index)
{
	uint64_t gicd = gic_distributor(), random = 0x9e3779b97f4a7c15 * (index + 1);

	irq_disable();
	for (unsigned i = 0;; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
			gic_send_sgi(cpu_mpidr[cpu], i % 16);
		sysreg_write(S3_0_C12_C11_5, SGI_ALL_BUT_SELF | (i & 15ul) << 24);
		sysreg_write(S3_0_C12_C11_5, random);
		mmio_write32(gicd + (i & 1 ? GICD_ISENABLER : GICD_ICENABLER) + (random >> 32 & 0x1c), (uint32_t)random);
		mmio_write32(gicd + GICD_ISPENDR + (random >> 40 & 0x1c), (uint32_t)random);
		mmio_write64(gicd + GICD_IROUTER + 8 * (32 + (random >> 48 & 63)), random & 0xffff);
		(void)smccc_hvc(PSCI_AFFINITY_INFO, random, 0, 0);
		(void)smccc_hvc(PSCI_CPU_ON, random, random, 0);
		sysreg_write(cntv_cval_el0, 0);
		sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
		yield();
		if (i % 16 == index)
			print("%c", 'a' + (int)index);
		if (breaks && index == 1 && i % 16 == 0)
			(void)smccc_hvc(FAULT_CALL, FAULT_KICK_ALL, 0, 0);
	}
}

/* PL031 (Arm DDI 0224). */
#define RTCDR 0x00
#define RTCMR 0x04
#define RTCIMSC 0x10

static volatile uint64_t device_interrupts;

static void ignore_device(uint32_t intid)
{
	(void)intid;
	if (++device_interrupts % 16 == 0)
		yield(); /* for an emulator that runs CPUs in turns */
}

/* The real-time clock's interrupt is asserted for ever: it comes again as soon as it was ended. */
static void device_storm(void)
{
	struct fdt_interrupt irq;
	struct fdt_node node;
	uint64_t rtc, size;

	fdt_walk(&node);
	if (!fdt_next_compatible(&node, "arm,pl031") || !fdt_reg(&node, 0, &rtc, &size) || !fdt_interrupt(&node, 0, &irq))
		return;
	irq_set_handler(irq.intid, ignore_device);
	gic_enable(irq.intid, false);
	mmio_write32(rtc + RTCMR, mmio_read32(rtc + RTCDR));
	mmio_write32(rtc + RTCIMSC, 1);
	for (;;)
		yield();
}

static void attack_for_ever(void)
{
	for (unsigned i = 1; i < nr_cpus; i++)
		(void)cpu_start(i, attack);
	device_storm();
}

static void be_idle(void)
{
	irq_disable();
	for (;;)
		wfi();
}

void guest_main(void)
{
	struct fdt_node chosen;
	const char *how = fdt_find_path(&chosen, "/chosen") ? fdt_string(&chosen, "bootargs") : NULL;
	uint64_t at_least = 0;

	breaks = how && string_equal(how, "break");
	if (how && string_equal(how, "idle"))
		be_idle();
	if (breaks || (how && string_equal(how, "attack")))
		attack_for_ever();
	if (how && string_equal(how, "long")) {
		scale = 40;
		at_least = 10000000;
	}
	/* A page of memory that is nothing's else. */
	code = (volatile uint32_t *)(memory[0].start + memory[0].size / 2);
	do {
		system_registers();
		calls();
		memory_accesses();
		storms();
		devices();
	} while (operations < at_least);
	print("%lu operations in all, and still here\n", operations);
	psci_system_off();
}
