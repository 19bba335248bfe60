/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/cpu.h"

#include "arch/arm64/vcpu.h"

/* The stack protector's canary: start.S sets it before the first C function runs. */
uint64_t __stack_chk_guard;

struct cpu *spin_cpu;

_Static_assert(offsetof(struct arch_vcpu, x) == VCPU_X && offsetof(struct arch_vcpu, el2_stack) == VCPU_EL2_STACK, "offsets.h");
_Static_assert(offsetof(struct arch_cpu, stack_top) == CPU_STACK_TOP && offsetof(struct arch_cpu, fault_x) == CPU_FAULT_X &&
	       offsetof(struct arch_cpu, fault_stack) == CPU_FAULT_STACK && CPU_FAULT_STACK_END % 16 == 0 &&
	       offsetof(struct arch_cpu, defence) == CPU_DEFENCE && offsetof(struct arch_cpu, stage1_first) == CPU_STAGE1_FIRST, "offsets.h");
