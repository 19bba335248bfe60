/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated watchdog of a VM: an SBSA generic watchdog (Arm DEN 0029 "Server Base System Architecture", appendix "Generic Watchdog"), for which
 * distribution kernels have a driver. Its first timeout is an interrupt, for a last word of the guest; the second ends the VM as a crash. Pure.
 *
 * Refreshing is cheap: it only moves the deadline. The timer behind it (alarm.h) fires at one that has passed, and is set anew.
 *
 * Lock: each has its own, taken inside; in it no other is taken.
 */
#ifndef COMMON_VWATCHDOG_H
#define COMMON_VWATCHDOG_H

#include "arch/arm64/spinlock.h"
#include "common/lib/arena.h"
#include "common/lib/err.h"
#include "common/vline.h"

struct vm;

#define VWATCHDOG_FRAME_SIZE 0x1000 /* bytes of each of its two frames */
#define VWATCHDOG_NEVER UINT64_MAX

struct vwatchdog {
	struct spinlock lock;
	struct vm *vm;
	uint32_t intid;
	struct vline line;
	uint32_t status;  /* WCS: enabled, and which timeouts have passed */
	uint64_t offset;  /* WOR, counter ticks */
	uint64_t compare; /* WCV: the next timeout, while enabled */
};

/* Boot only. Gives the VM its watchdog in vm->watchdog, with its frames at these guest addresses and that SPI (known to be free). ERR_NO_MEMORY. */
enum err vwatchdog_create(struct vm *vm, uint64_t control, uint64_t refresh, uint32_t intid, struct arena *pool) MUST_CHECK;

/* As after reset: off. */
void vwatchdog_reset(struct vwatchdog *w);

/* Does what is due by the counter value `now`. Returns when it wants to be called next, or VWATCHDOG_NEVER. Any CPU. */
uint64_t vwatchdog_run(struct vwatchdog *w, uint64_t now);

#endif
