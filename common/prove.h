/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prove: shows, from what was really built and not from how, that the VMs are apart. It shares with the planner and the table builder
 * nothing but the architecture's constants: it has its own decoder of stage-2 descriptors, written from the Arm ARM.
 */
#ifndef COMMON_PROVE_H
#define COMMON_PROVE_H

#include "common/firmware_calls.h"
#include "common/plan.h"

/* The stage 2 that a VM will run with, as the registers describe it. HCR_EL2.FWB is 0: it would change what MemAttr means. */
struct prove_vm {
	uint64_t vttbr; /* VMID: plan_vm.id + 1. BADDR is followed as a pointer: valid where tables are identity-mapped or the host's own */
	uint64_t vtcr;
	/* Where its tables may lie, as nothing outside is read: the beginning of plan->pool, or the host's own memory. size 0: all of the pool. */
	struct mem_range tables;
	const uint32_t *intids; /* physical SPIs routed to it, as apply will program them */
	uint32_t nr_intids;
	struct firmware_rights firmware; /* what it may ask firmware for, as its calls will be looked up */
};

/*
 * Checks, for every VM: each byte its tables reach is one its plan grants with that kind (RAM: normal, RWX; device: device, never executable;
 * stolen time: normal, read-only, never executable), at the
 * IPA the plan says, and every granted byte is reached. For every pair: no byte, device page or INTID is shared. For EL2: no VM reaches the
 * hypervisor's image, its pool, the host DTB, the system file, reserved memory, the console UART or the physical GIC (GICv2's virtual CPU interface
 * aside, which is banked by CPU, and its own stolen-time pages, where the plan grants them). VMIDs, translation tables, device-tree nodes and stream IDs
 * have one VM each. A CPU has vCPUs of those VMs only whose cpus properties name it, and the plan knows how many. A
 * VM may ask firmware for nothing but what its own nodes refer to; it may do no more than turn on what others refer to as well.
 * Problems become FINDING_PROOF_FAILED with both owners and the address. vms[i] belongs to plan->vms[i].
 * ERR_DENIED if anything was found; ERR_NO_MEMORY if the arena is too small.
 */
enum err prove_separation(const struct plan *plan, const struct prove_vm *vms, struct arena *arena, struct findings *findings) MUST_CHECK;

#endif
