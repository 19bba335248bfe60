/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI (DEN 0022) and SMCCC (DEN 0028) by the conduit the DTB names. */
#ifndef KIT_PSCI_H
#define KIT_PSCI_H

#include <stdbool.h>
#include <stdint.h>

#define PSCI_VERSION 0x84000000u
#define PSCI_CPU_SUSPEND 0xc4000001u
#define PSCI_CPU_OFF 0x84000002u
#define PSCI_CPU_ON 0xc4000003u
#define PSCI_AFFINITY_INFO 0xc4000004u
#define PSCI_MIGRATE_INFO_TYPE 0x84000006u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u
#define PSCI_FEATURES 0x8400000au

enum {
	PSCI_SUCCESS = 0, PSCI_NOT_SUPPORTED = -1, PSCI_INVALID_PARAMETERS = -2, PSCI_DENIED = -3, PSCI_ALREADY_ON = -4,
	PSCI_ON_PENDING = -5,
};

/* false: the DTB has no PSCI node. */
bool psci_init(void);
/* "hvc" or "smc". */
const char *psci_method(void);

/* A call by the DTB's conduit; the 32-bit functions return a 32-bit value in the low half. */
int64_t psci_call(uint32_t function, uint64_t a, uint64_t b, uint64_t c);
int64_t smccc_hvc(uint64_t function, uint64_t a, uint64_t b, uint64_t c);
int64_t smccc_smc(uint64_t function, uint64_t a, uint64_t b, uint64_t c);

int64_t psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t context);
/* Returns only if PSCI refuses. */
void psci_cpu_off(void);
void psci_system_off(void) __attribute__((noreturn));
void psci_system_reset(void) __attribute__((noreturn));

#endif
