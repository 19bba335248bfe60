/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's own faults. What happened is said: registers, the calls that led there, the last exits of the VM. Then either only that VM ends, or all do.
 *
 * A fault is confined if it is a synchronous exception at an exit of a vCPU, and this CPU holds no lock: then nothing that others use is half
 * changed. The VM is held, its vCPU goes off, and its CPU goes on from an empty stack. Everything else is a matter of the whole board
 * (CONFIG_FAULT_RESET, CONFIG_FAULT_PARK): a fault at boot, on a CPU without a vCPU that runs or one that several share, with a lock held, or while
 * one is handled.
 */
#include "common/fault.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/esr.h"
#include "arch/arm64/image.h"
#include "arch/arm64/mmu.h"
#include "arch/arm64/port.h"
#include "arch/arm64/smccc.h"
#include "common/alarm.h"
#include "common/console.h"
#include "common/dump.h"
#include "common/log.h"
#include "common/port.h"
#include "common/vm.h"
#include "common/vpl011.h"
#include "common/vwatchdog.h"

#define GUARD_SIZE 4096
#define MAX_CALLS 16

/* ---- What is said ---- */

static uint64_t image_offset(uint64_t address)
{
	return address - (uint64_t)_start;
}

/* Behind a BL or BLR of what is mapped of the text (C6.2). */
static bool is_return_address(uint64_t address)
{
	uint64_t call = address - 4;
	uint32_t instruction;

	if (!is_aligned(address, 4) || image_offset(call) >= (uint64_t)(_boot_text_end - _start) || !el2_can_read((const void *)call))
		return false;
	instruction = *(const uint32_t *)call;
	return (instruction & 0xfc000000) == 0x94000000 || (instruction & 0xfffffc1f) == 0xd63f0000;
}

/*
 * Not all functions have frame records (some are compiled without frame pointers), so every word of the stack in use that can be a return address is
 * taken for one: a few may be left from earlier calls.
 */
static void say_calls(uint64_t sp, uint64_t lr, uint64_t stack_top)
{
	uint64_t bottom = stack_top - CONFIG_CPU_STACK_SIZE;
	unsigned n = 0;

	dump_wait();
	if (is_return_address(lr))
		log_info("  x30: image+%#llx", (unsigned long long)image_offset(lr));
	if (!stack_top || sp >= stack_top)
		return;
	for (uint64_t at = align_down(u64_max(sp, bottom), 8); at < stack_top && n < MAX_CALLS; at += 8) {
		uint64_t word = *(const uint64_t *)at;

		if (!is_return_address(word))
			continue;
		dump_wait();
		log_info("  called from image+%#llx", (unsigned long long)image_offset(word));
		n++;
	}
}

static void say_where(const struct cpu *cpu, unsigned kind, uint64_t sp)
{
	static const char *const kinds[] = {"synchronous exception", "IRQ", "FIQ", "SError"};
	uint64_t esr = read_sysreg(esr_el2), elr = read_sysreg(elr_el2), far = read_sysreg(far_el2);
	uint64_t guard = cpu->arch.stack_top - CONFIG_CPU_STACK_SIZE - GUARD_SIZE;
	bool in_image = image_offset(elr) < (uint64_t)(_end - _start);

	dump_wait();
	log_error("EL2 fault on CPU %u: %s, %s", cpu->id, kinds[kind & 3], kind == 0 ? esr_ec_name(esr_ec(esr)) : "not expected here");
	dump_wait();
	log_info("  ESR %#llx  ELR %s%#llx  FAR %#llx  SPSR %#llx  SP %#llx", (unsigned long long)esr, in_image ? "image+" : "",
		 (unsigned long long)(in_image ? image_offset(elr) : elr), (unsigned long long)far, (unsigned long long)read_sysreg(spsr_el2),
		 (unsigned long long)sp);
	if (cpu->arch.stack_top && esr_ec(esr) == EC_DABT_SAME && far - guard < GUARD_SIZE) {
		dump_wait();
		log_info("  the stack overflowed into its guard page");
	}
}

static void report(const struct cpu *cpu, unsigned kind, const uint64_t *x, uint64_t sp)
{
	say_where(cpu, kind, sp);
	dump_general(x);
	say_calls(sp, x[30], cpu->arch.stack_top);
	if (cpu->vcpu) {
		dump_wait();
		log_info("  at an exit of %s, vCPU %u", cpu->vcpu->vm->name, cpu->vcpu->id);
		dump_exits(cpu->vcpu);
	}
}

/* ---- Whose fault it is ---- */

/*
 * Whether its holder changes within a second, or nobody has it. Other CPUs hold a lock for a few hundred instructions, or as long as the
 * console's UART takes; what is held for longer is held by one that has failed.
 */
static bool moves(const struct spinlock *l)
{
	uint64_t begin = read_sysreg(cntpct_el0), patience = alarm_frequency;
	uint16_t first = __atomic_load_n(&l->owner, __ATOMIC_ACQUIRE), owner = first;

	while (owner == first && owner != __atomic_load_n(&l->next, __ATOMIC_RELAXED)) {
		if (read_sysreg(cntpct_el0) - begin > patience)
			return false;
		spin_pause();
		owner = __atomic_load_n(&l->owner, __ATOMIC_ACQUIRE);
	}
	return true;
}

/* All but the one under which a VM is loaded: no vCPU that runs has that. */
static bool all_locks_move(void)
{
	bool all = moves(console_lock());

	for (uint32_t i = 0; i < nr_vms && all; i++)
		all = moves(&vms[i].lock) && (!vms[i].console || moves(&vms[i].console->lock)) && (!vms[i].watchdog || moves(&vms[i].watchdog->lock));
	for (uint32_t i = 0; gic_lock(i) && all; i++)
		all = moves(gic_lock(i));
	return all;
}

static bool is_confined(const struct cpu *cpu, unsigned kind)
{
	return kind == 0 && cpu->vcpu && !cpu->shared && __atomic_load_n(&cpu->vcpu->power, __ATOMIC_RELAXED) == VCPU_ON && all_locks_move();
}

/* ---- What becomes of it ---- */

/* Its other vCPUs go off by themselves. This one is still counted as on, so the VM is not down yet, whatever else it was about to end for. */
static void end_vm(struct vm *vm)
{
	if (!vm_end(vm, VM_ENDS_FAULT))
		__atomic_store_n(&vm->state, VM_ENDS_FAULT, __ATOMIC_RELEASE);
}

void el2_fault_leave(struct cpu *cpu)
{
	arch_vcpu_quiesce(&cpu->vcpu->arch);
	vgic_stop_vcpu(cpu->vcpu);
	/* What was left of it is in order. A fault up to here was a second one. */
	cpu->faults = 0;
	vcpu_off(cpu->vcpu);
}

static void park_others(void)
{
	for (uint32_t i = 0; i < nr_vms; i++)
		for (uint32_t n = 0; n < vms[i].nr_vcpus; n++) {
			struct vcpu *v = &vms[i].vcpus[n];

			if (v->cpu == this_cpu() || __atomic_load_n(&v->power, __ATOMIC_RELAXED) != VCPU_ON)
				continue;
			__atomic_fetch_or(&v->requests, VCPU_REQ_PARK, __ATOMIC_RELEASE);
			vcpu_kick(v);
		}
}

void board_reset(void)
{
	uint64_t begin = read_sysreg(cntpct_el0);

	console_panic_mode();
	/* A UART's queue: 64 bytes at 9600 baud are 67 ms. */
	while (read_sysreg(cntpct_el0) - begin < alarm_frequency / 15)
		spin_pause();
	psci_system_reset();
}

static NORETURN void stop_board(void)
{
#ifdef CONFIG_FAULT_RESET
	if (psci_is_there) {
		log_error("the board is reset");
		board_reset();
	}
#endif
	log_error("all CPUs are stopped");
	park_others();
	cpu_park();
}

void el2_fault(unsigned kind, const uint64_t *x, uint64_t sp)
{
	struct cpu *cpu = this_cpu();
	bool confined;

	if (++cpu->faults > 2)
		cpu_park(); /* not even that can be said */
	confined = cpu->faults == 1 && is_confined(cpu, kind);
	if (confined) {
		end_vm(cpu->vcpu->vm);
	} else {
		cpu->arch.locks_held = 0; /* none is waited for any more (lock_check.h) */
		console_panic_mode();
	}
	if (cpu->faults == 1)
		report(cpu, kind, x, sp);
	else
		say_where(cpu, kind, sp);
	if (!confined)
		stop_board();
}

void __stack_chk_fail(void)
{
	/* brk: becomes an EL2 fault with all registers shown. */
	for (;;)
		__asm__ volatile("brk #0x57");
}
