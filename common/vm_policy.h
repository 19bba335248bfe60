/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a VM that goes down: pure. */
#ifndef COMMON_VM_POLICY_H
#define COMMON_VM_POLICY_H

#include <stdint.h>

#include "common/system.h"

enum vm_state {
	VM_RUNNING,
	/* Down. */
	VM_STOPPED, /* powered off by itself, or stopped from the monitor */
	VM_CRASHED, /* and not to be restarted */
	VM_HELD,    /* restarted too often, or from the monitor: only the monitor starts it */
	/* Going down, and why. */
	VM_ENDS_OFF,     /* PSCI SYSTEM_OFF */
	VM_ENDS_RESET,   /* PSCI SYSTEM_RESET */
	VM_ENDS_CRASH,
	VM_ENDS_STOP,    /* the monitor's stop, restart, hold */
	VM_ENDS_RESTART,
	VM_ENDS_HOLD,
	VM_ENDS_FAULT,   /* EL2 failed while it did something for it */
};

static inline int vm_state_is_down(enum vm_state state)
{
	return state >= VM_STOPPED && state <= VM_HELD;
}

/* When it restarted of itself lately: a ring of counter values. */
struct vm_restarts {
	uint64_t at[SYSTEM_MAX_RESTARTS];
	uint32_t n; /* all that ever were */
};

/*
 * end: one of VM_ENDS_*. now: the counter, frequency: its ticks in a second. Returns VM_RUNNING (restart it), VM_STOPPED, VM_CRASHED or
 * VM_HELD, and counts a restart.
 */
enum vm_state vm_policy_next(const struct restart_config *config, struct vm_restarts *restarts, enum vm_state end, uint64_t now,
			     uint64_t frequency);

#endif
