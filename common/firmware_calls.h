/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of VMs to firmware below the hypervisor. A VM has a table of what it may ask for, made from its plan at boot; what is not in it is
 * answered here and never reaches firmware. No argument that is a pointer is ever handed on. Systems that need none of this unmap it.
 *
 * EEMI (Xilinx UG1200): each call names a clock, reset or node. SCMI by SMC (DEN 0056, 5.1): the call has no arguments, only rings for a
 * message in memory that firmware reads while the VM can write it. Nothing could be filtered there, so a channel is one VM's or nobody's.
 */
#ifndef COMMON_FIRMWARE_CALLS_H
#define COMMON_FIRMWARE_CALLS_H

#include "common/plan.h"
#include "common/vpsci.h"

struct firmware_right {
	uint32_t id;
	uint16_t object; /* enum firmware_object */
	uint16_t shared; /* 1: may be turned on only */
};

/* In the order of firmware_right_key(). */
struct firmware_rights {
	const struct firmware_right *right;
	uint32_t nr;
};

static inline uint64_t firmware_right_key(const struct firmware_right *r)
{
	return (uint64_t)r->object << 32 | r->id;
}

/* Boot only (firmware_rights.c): the table of that VM, plan->nr_firmware entries. */
void firmware_rights_fill(const struct plan_vm *plan, struct firmware_right *table);

#define FIRMWARE_NO_ACCESS 2002 /* EEMI: XST_PM_NO_ACCESS */

/*
 * A call that is not one of ours: x[0] the function, then its arguments; x[0..3] become the results. VPSCI_RESUME: firmware was asked;
 * VPSCI_DENIED: it is not the VM's to make, x[0] is still its ID, the answer FIRMWARE_NO_ACCESS; else as vpsci_not_supported. On the vCPU's CPU.
 */
enum vpsci_action firmware_call(const struct firmware_rights *rights, uint64_t *x);

/*
 * Before a VM that ran starts again: the resets of EEMI that are its devices' alone are asserted, all of them, and released. false: firmware refused one.
 */
bool firmware_reset(const struct firmware_rights *rights) MUST_CHECK;

/* What the service calls it. */
const char *firmware_call_name(uint32_t fn);

#endif
