/* SPDX-License-Identifier: Apache-2.0 */
/* The host's stand-in for arch/arm64/io.h: a test of a driver defines these, and is the device. */
#ifndef ARCH_ARM64_IO_H
#define ARCH_ARM64_IO_H

#include <stdint.h>

uint8_t mmio_read8(const volatile void *p);
uint16_t mmio_read16(const volatile void *p);
uint32_t mmio_read32(const volatile void *p);
uint64_t mmio_read64(const volatile void *p);
void mmio_write8(volatile void *p, uint8_t v);
void mmio_write16(volatile void *p, uint16_t v);
void mmio_write32(volatile void *p, uint32_t v);

#endif
