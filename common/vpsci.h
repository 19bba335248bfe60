/* SPDX-License-Identifier: Apache-2.0 */
/* The PSCI 1.1 and SMCCC 1.1 that guests see (DEN 0022, DEN 0028). Pure: it changes power states and says what the exit loop must do. */
#ifndef COMMON_VPSCI_H
#define COMMON_VPSCI_H

#include <stdint.h>

struct vcpu;

enum vpsci_action {
	VPSCI_RESUME,       /* x[0..3] hold the result; go on in the guest */
	VPSCI_CPU_OFF,      /* the caller turns this vCPU off (vcpu_off): only it knows when the CPU is quiet */
	VPSCI_CPU_SUSPEND,  /* standby: wait until vgic_vcpu_has_pending, then resume with x[0] (set already) */
	VPSCI_SYSTEM_OFF,   /* stop the VM */
	VPSCI_SYSTEM_RESET, /* restart the VM, or stop it where it cannot be restarted */
	VPSCI_UNKNOWN,      /* not a function we offer: x[0] is still its ID; the caller logs it once and answers VPSCI_NOT_SUPPORTED */
	VPSCI_DENIED,       /* one that firmware has, about something that is not this VM's: likewise, answered FIRMWARE_NO_ACCESS */
};

#define VPSCI_NOT_SUPPORTED (~UINT64_C(0)) /* -1 in PSCI and SMCCC */

/*
 * One HVC or SMC #0 of the vCPU loaded on this CPU. x: its x0..x17 as SMCCC arguments, of which x[0..3] become the results; no other
 * register changes. CPU_ON sets the target VCPU_ON_PENDING and kicks it.
 */
enum vpsci_action vpsci_call(struct vcpu *vcpu, uint64_t *x);

/* Answers a call that there is not. VPSCI_RESUME for those by which any guest finds out what there is, else VPSCI_UNKNOWN. */
enum vpsci_action vpsci_not_supported(uint64_t *x);

/* Which service a function ID belongs to, for the log: "TRNG", "of a trusted OS", ... (call_names.c) */
const char *vpsci_service_name(uint32_t fn);

#endif
