/* SPDX-License-Identifier: Apache-2.0 */
#include "common/vm_policy.h"

#include "common/lib/util.h"

static bool too_often(const struct restart_config *config, const struct vm_restarts *r, uint64_t now, uint64_t frequency)
{
	if (!config->max || r->n < config->max)
		return false;
	/* The one that is as many restarts ago as are allowed: was it within the time? */
	return now - r->at[(r->n - config->max) % SYSTEM_MAX_RESTARTS] < config->seconds * frequency;
}

enum vm_state vm_policy_next(const struct restart_config *config, struct vm_restarts *r, enum vm_state end, uint64_t now, uint64_t frequency)
{
	enum restart_when at_least = RESTART_ON_CRASH;

	switch (end) {
	case VM_ENDS_OFF:
		at_least = RESTART_ALWAYS;
		break;
	case VM_ENDS_STOP:
		return VM_STOPPED;
	case VM_ENDS_HOLD:
	case VM_ENDS_FAULT:
		return VM_HELD;
	case VM_ENDS_RESTART:
		return VM_RUNNING;
	default:
		break;
	}
	if (config->when < at_least)
		return end == VM_ENDS_CRASH ? VM_CRASHED : VM_STOPPED;
	if (too_often(config, r, now, frequency))
		return VM_HELD;
	r->at[r->n++ % SYSTEM_MAX_RESTARTS] = now;
	return VM_RUNNING;
}
