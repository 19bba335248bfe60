# SPDX-License-Identifier: Apache-2.0
# start.S comes first: the linker script puts its section at the image's beginning.
resident += arch/arm64/start.S
resident += arch/arm64/vectors.S
resident += arch/arm64/cpu.c
resident += arch/arm64/mmu.c
boot += arch/arm64/mmu_init.c
boot += arch/arm64/sha256.S
resident += arch/arm64/smccc.c arch/arm64/smccc_forward.c
boot += arch/arm64/cpu_start.c
boot += arch/arm64/traps.c
resident += arch/arm64/vcpu.c
resident += arch/arm64/context.c
hot += arch/arm64/context.c
resident += arch/arm64/inject.c
resident += arch/arm64/sysreg_rules.c
pure += arch/arm64/inject.c
pure += arch/arm64/sysreg_rules.c
resident += arch/arm64/pgtable.c arch/arm64/esr.c
hot += arch/arm64/vcpu.c
boot     += arch/arm64/pgtable_init.c arch/arm64/pgtable_count.c
pure     += arch/arm64/pgtable.c arch/arm64/esr.c arch/arm64/pgtable_init.c arch/arm64/pgtable_count.c
boot += arch/arm64/idregs.c
pure     += arch/arm64/idregs.c
hot += arch/arm64/pgtable.c
boot += arch/arm64/errata.c
resident += arch/arm64/stage1.c
pure += arch/arm64/errata.c
