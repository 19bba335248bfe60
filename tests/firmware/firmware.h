/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIRMWARE_FIRMWARE_H
#define FIRMWARE_FIRMWARE_H

#include <stdint.h>

static inline uint32_t read32(uint64_t at) { return *(volatile uint32_t *)at; }
static inline void write32(uint64_t at, uint32_t v) { *(volatile uint32_t *)at = v; }

/* On the secure UART. */
void put_text(const char *s);
void put_hex(uint64_t v);

/* A call's registers from x0 on, and what they are on return. */
void firmware_smc(uint64_t *x);

#define SCMI_CALL 0x82000010 /* arm,smc-id of board.dtso */
void scmi_init(void);
void scmi(uint64_t *x);

#endif
