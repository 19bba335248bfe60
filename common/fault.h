/* SPDX-License-Identifier: Apache-2.0 */
/* The end of all: EL2's own faults (el2_fault, arch/arm64/port.h), and what else resets the board. */
#ifndef COMMON_FAULT_H
#define COMMON_FAULT_H

#include "common/lib/util.h"

/* Resets the board once the console has sent what is in it; parks this CPU where nothing can. */
NORETURN void board_reset(void);

#endif
