/* SPDX-License-Identifier: Apache-2.0 */
/* From a planned VM to its stage-2 tables: the same code on EL2 and in the host command. Pure; boot only. */
#ifndef COMMON_STAGE2_H
#define COMMON_STAGE2_H

#include "arch/arm64/pgtable.h"
#include "common/plan.h"

/* Builds the VM's tables in memory from the pool. ERR_NO_MEMORY, or what pgtable_map says of a plan that is not one. */
enum err stage2_build(const struct plan_vm *vm, struct arena *pool, struct pgtable *out) MUST_CHECK;

#endif
