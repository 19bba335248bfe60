/* SPDX-License-Identifier: Apache-2.0 */
/* Emulated register frames: how an access reaches the device that emulates it. */
#ifndef COMMON_MMIO_H
#define COMMON_MMIO_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

struct mmio_access {
	uint64_t offset; /* from the frame's start; aligned to size */
	uint64_t value;  /* write: zero-extended; read: the handler sets it, upper bits beyond size are ignored */
	uint8_t size;    /* 1, 2, 4 or 8 bytes */
	bool write;
};

/* Runs on the accessing vCPU's CPU with interrupts masked. false: the device does not accept this access, and the guest gets an external abort. */
typedef bool mmio_handler(struct vcpu *vcpu, void *device, struct mmio_access *access);

/*
 * The same for a load or store that an exit has found plain (exit_fast.c), in fewer instructions: ESR_EL2 as it is, the offset not known to be
 * aligned, the register in vcpu->x, which it reads or writes itself. NULL: nothing was done; else vcpu. What it has no short way for it
 * gives to mmio_emulate, whose result is its own.
 */
typedef struct vcpu *mmio_quick(struct vcpu *vcpu, uint64_t esr, uint64_t offset);

/* exit_fast.c. By the handler of the region vcpu->mmio. NULL, too: it is not aligned, or the device refuses it. */
mmio_quick mmio_emulate;

struct mmio_region {
	uint64_t base; /* IPA */
	uint64_t size;
	mmio_quick *quick;
	mmio_handler *handler;
	void *device;
};

#endif
