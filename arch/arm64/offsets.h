/* SPDX-License-Identifier: Apache-2.0 */
/* Where assembly finds members of C structs. cpu.c asserts each against offsetof. */
#ifndef ARCH_ARM64_OFFSETS_H
#define ARCH_ARM64_OFFSETS_H

#define VCPU_X 0
#define VCPU_EL2_STACK 256
#define VCPU_REQUESTS 280 /* requests and sgis, which are looked at in one go, in struct vcpu, which begins with struct arch_vcpu: common/vcpu.c asserts it */

#define VCPU_HANDLE_IRQS 328 /* in struct vcpu, too */
#define VCPU_EXITS_IRQ 448

/* SPSR_EL2, as in sysreg.h. */
#define SPSR_SS_BIT (1 << 21)
#define SPSR_BTYPE_BITS (3 << 10)

/* In struct arch_context: context.c asserts them. */
#define CONTEXT_V 0
#define CONTEXT_FPSR 512 /* FPCR follows */

/* ESR_EL2.EC, as in esr.h. */
#define ESR_EC_HVC64 0x16
#define ESR_EC_SYSREG 0x18
#define ESR_EC_DABT_LOWER 0x24

#define CPU_STACK_TOP 0
#define CPU_FAULT_X 8            /* u64[32]: x0..x30, SP */
#define CPU_FAULT_STACK 264      /* bytes from here are the emergency stack ... */
#define CPU_FAULT_STACK_SIZE 2296 /* ... which ends 16-byte aligned at 2560 */
#define CPU_FAULT_STACK_END (CPU_FAULT_STACK + CPU_FAULT_STACK_SIZE)
#define CPU_DEFENCE (CPU_FAULT_STACK_END + 4) /* u32: 0 nothing; CPU_DEFENCE_SMC set: the function ID of a call; CPU_DEFENCE_CLEAR; else a number of branches */
#define CPU_DEFENCE_SMC 31
#define CPU_DEFENCE_CLEAR 8
#define CPU_STAGE1_FIRST (CPU_FAULT_STACK_END + 8) /* u32, not 0: data aborts are for exit_sync_stage1 */

/* struct el2_regs: what a CPU loads to turn its MMU on. */
#define EL2_REGS_MAIR 0
#define EL2_REGS_TCR 8
#define EL2_REGS_TTBR 16
#define EL2_REGS_SCTLR 24

#endif
