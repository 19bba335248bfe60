/* SPDX-License-Identifier: Apache-2.0 */
/* What the host command asks of the closure beyond common/port.h. Boot only; pure. */
#ifndef PASSTHROUGH_PASSTHROUGH_H
#define PASSTHROUGH_PASSTHROUGH_H

#include "common/host.h"

/* What the hypervisor needs that node for ("the interrupt controller"), or NULL. */
const char *owned_by_hypervisor(const struct host *host, uint32_t node);

#endif
