/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupt line of an emulated device: its level is decided with the device's lock held, and told to the virtual GIC after that was
 * released, since telling may kick another CPU. Whoever tells looks again afterwards, so that of two the one who is late corrects itself:
 * a level is stored before `told` is read, and `told` is stored before the level is read again, each in the one order that all CPUs agree on.
 */
#ifndef COMMON_VLINE_H
#define COMMON_VLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/port.h"

struct vline {
	bool level; /* atomic, written with the device's lock: what it is */
	bool told;  /* atomic: what the virtual GIC was told last */
};

/* The device's lock is held. */
static inline void vline_set(struct vline *l, bool level)
{
	if (l->level != level)
		__atomic_store_n(&l->level, level, __ATOMIC_SEQ_CST);
}

/* The device's lock is not held, nor any other. */
static inline void vline_tell(struct vline *l, struct vm *vm, uint32_t intid)
{
	bool level = __atomic_load_n(&l->level, __ATOMIC_SEQ_CST), now;

	if (level == __atomic_load_n(&l->told, __ATOMIC_SEQ_CST))
		return;
	for (;; level = now) {
		vgic_set_spi_level(vm, intid, level);
		__atomic_store_n(&l->told, level, __ATOMIC_SEQ_CST);
		now = __atomic_load_n(&l->level, __ATOMIC_SEQ_CST);
		if (now == level)
			return;
	}
}

#endif
