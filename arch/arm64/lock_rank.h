/* SPDX-License-Identifier: Apache-2.0 */
/* The order of all locks: whoever holds one takes only such as come later. */
#ifndef ARCH_ARM64_LOCK_RANK_H
#define ARCH_ARM64_LOCK_RANK_H

enum lock_rank {
	LOCK_LOAD = 1, /* vm.c: a VM is loaded */
	LOCK_VM,       /* struct vm */
	LOCK_DEVICE,   /* struct vpl011, struct vwatchdog */
	LOCK_VGIC,     /* struct vgic */
	LOCK_GIC,      /* the physical distributor */
	LOCK_CONSOLE,
	LOCK_RANKS
};

#endif
