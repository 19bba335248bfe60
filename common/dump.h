/* SPDX-License-Identifier: Apache-2.0 */
/* What both the monitor's `dump` and a fault of EL2's own say in the log. Many lines: each waits until there is room for it. */
#ifndef COMMON_DUMP_H
#define COMMON_DUMP_H

#include <stdint.h>

struct vcpu;

/* Waits until the log has room for a line, for a second at most. On a CPU that has nothing better to do; no lock is held. */
void dump_wait(void);

/* x0 to x30. */
void dump_general(const uint64_t x[31]);

/* How many exits there were, by cause, and the last of the slow ones, newest first. */
void dump_exits(const struct vcpu *vcpu);

#endif
