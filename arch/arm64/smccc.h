/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to the firmware below us (SMCCC, DEN 0028) and the host's PSCI (DEN 0022). */
#ifndef ARCH_ARM64_SMCCC_H
#define ARCH_ARM64_SMCCC_H

#include <stdbool.h>
#include <stdint.h>

#include "common/lib/err.h"
#include "common/lib/util.h"

#define SMCCC_VERSION UINT32_C(0x80000000)
#define SMCCC_ARCH_FEATURES UINT32_C(0x80000001)
#define SMCCC_ARCH_WORKAROUND_1 UINT32_C(0x80008000)
#define SMCCC_ARCH_WORKAROUND_2 UINT32_C(0x80007fff)
#define SMCCC_ARCH_WORKAROUND_3 UINT32_C(0x80003fff)
#define PSCI_VERSION UINT32_C(0x84000000)
#define PSCI_FEATURES UINT32_C(0x8400000a)
#define PSCI_SYSTEM_OFF UINT32_C(0x84000008)
#define PSCI_SYSTEM_RESET UINT32_C(0x84000009)
#define PSCI_CPU_ON_64 UINT32_C(0xc4000003)

#define SMCCC_NOT_REQUIRED (-2)

/* Firmware's workarounds 1 to 3, as one CPU has them. */
enum smccc_workaround { SMCCC_BRANCH_TARGETS, SMCCC_STORE_BYPASS, SMCCC_BRANCH_HISTORY, SMCCC_WORKAROUNDS };

/* SMC #0. Results other than x0 are dropped; x1 to x17 may change, as SMCCC 1.0 allows. Only where firmware is known to answer: without EL3 an SMC is undefined. */
uint64_t smccc_smc(uint64_t fn, uint64_t a1, uint64_t a2, uint64_t a3);

/* SMC #0 with x[0] to x[2] and zeros as arguments; x[0] to x[3] become the results. A part of the image of its own, with common/firmware_calls.c. */
void smccc_forward(uint64_t x[4]);

/* Starts that CPU at secondary_entry with x0 = context. ERR_DENIED with *psci_error set if firmware refuses. */
enum err psci_cpu_on(uint64_t mpidr, uint64_t context, int *psci_error) MUST_CHECK;

/* Whether the board has PSCI by SMC; set at boot. Where it has not, an SMC goes nowhere. */
extern bool psci_is_there;

/* Resets the board; parks this CPU where firmware does not answer. */
NORETURN void psci_system_reset(void);

#endif
