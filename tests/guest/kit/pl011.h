/* SPDX-License-Identifier: Apache-2.0 */
/* The console: an Arm PL011 (DDI 0183), found by /chosen stdout-path, else the first one. */
#ifndef KIT_PL011_H
#define KIT_PL011_H

#include <stdbool.h>
#include <stdint.h>

bool pl011_init(void);
void pl011_put(char c);
/* -1: nothing there. */
int pl011_get(void);
/* Receive interrupt on; call pl011_get until it is empty in the handler of this INTID (a level). */
void pl011_enable_receive(void);
uint32_t pl011_intid(void);
uint64_t pl011_base(void);

#endif
