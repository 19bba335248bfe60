/* SPDX-License-Identifier: Apache-2.0 */
/* EL2's own faults: the last thing this CPU does is to say what happened. Other CPUs go on with their VMs. */
#include "arch/arm64/barrier.h"
#include "arch/arm64/esr.h"
#include "arch/arm64/image.h"
#include "arch/arm64/port.h"
#include "common/console.h"
#include "common/log.h"
#include "common/vm.h"

/* Frame records (AAPCS64) from x29 on, as far as they lie on this CPU's stack. */
static void log_backtrace(uint64_t fp, uint64_t stack_top)
{
	for (unsigned depth = 0; depth < 16; depth++) {
		const uint64_t *frame = (const uint64_t *)fp;

		if (!is_aligned(fp, 16) || fp < stack_top - CONFIG_CPU_STACK_SIZE || fp >= stack_top - 16)
			return;
		log_error("  called from image+%#llx", (unsigned long long)(frame[1] - (uint64_t)_start));
		if (frame[0] <= fp)
			return;
		fp = frame[0];
	}
}

void el2_fault(unsigned kind, const uint64_t *x, uint64_t sp)
{
	static const char *const kinds[] = {"synchronous exception", "IRQ", "FIQ", "SError"};
	struct cpu *cpu = this_cpu();
	uint64_t esr = read_sysreg(esr_el2);
	uint64_t stack_top = cpu->arch.stack_top;

	/* A fault while reporting a fault: nothing more can be said. */
	if (cpu->state == CPU_FAILED)
		cpu_park();
	cpu->state = CPU_FAILED;
	console_panic_mode();
	log_error("EL2 fault on CPU %u: %s, %s", cpu->id, kinds[kind & 3], kind == 0 ? esr_ec_name(esr_ec(esr)) : "not expected here");
	log_error("  ESR %#llx  ELR image+%#llx  FAR %#llx  HPFAR %#llx  SPSR %#llx", (unsigned long long)esr,
		  (unsigned long long)(read_sysreg(elr_el2) - (uint64_t)_start), (unsigned long long)read_sysreg(far_el2),
		  (unsigned long long)read_sysreg(hpfar_el2), (unsigned long long)read_sysreg(spsr_el2));
	if (stack_top && sp < stack_top - CONFIG_CPU_STACK_SIZE + 64)
		log_error("  the stack overflowed: SP %#llx, its end %#llx", (unsigned long long)sp,
			  (unsigned long long)(stack_top - CONFIG_CPU_STACK_SIZE));
	for (unsigned i = 0; i < 30; i += 3)
		log_error("  x%-2u %016llx  x%-2u %016llx  x%-2u %016llx", i, (unsigned long long)x[i], i + 1, (unsigned long long)x[i + 1],
			  i + 2, (unsigned long long)x[i + 2]);
	log_backtrace(x[29], stack_top);
	if (cpu->vcpu)
		log_error("  CPU %u is parked; its VM %s is lost, other VMs go on", cpu->id, cpu->vcpu->vm->name);
	else
		log_error("  CPU %u is parked", cpu->id);
	cpu_park();
}

void __stack_chk_fail(void)
{
	/* brk: becomes an EL2 fault with all registers shown. */
	for (;;)
		__asm__ volatile("brk #0x57");
}
