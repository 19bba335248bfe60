/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device register accesses. Devices are mapped Device-nGnRE, so accesses to one device stay in order among themselves; ordering
 * against normal memory (a buffer, a flag another CPU reads) is the caller's barrier.
 *
 * Inline asm with one base register, so that the compiler never makes a writeback or paired access out of it: those have no valid
 * syndrome and could not be emulated should this hypervisor itself run under one. Loads are load-acquires because of Cortex-A57 erratum 832075: other
 * device loads, among exclusives to normal memory (locks), can hang it.
 */
#ifndef ARCH_ARM64_IO_H
#define ARCH_ARM64_IO_H

#include <stdint.h>

static inline uint8_t mmio_read8(const volatile void *p)
{
	uint32_t v;
	__asm__ volatile("ldarb %w0, [%1]" : "=r"(v) : "r"(p) : "memory");
	return (uint8_t)v;
}

static inline uint16_t mmio_read16(const volatile void *p)
{
	uint32_t v;
	__asm__ volatile("ldarh %w0, [%1]" : "=r"(v) : "r"(p) : "memory");
	return (uint16_t)v;
}

static inline uint32_t mmio_read32(const volatile void *p)
{
	uint32_t v;
	__asm__ volatile("ldar %w0, [%1]" : "=r"(v) : "r"(p) : "memory");
	return v;
}

static inline uint64_t mmio_read64(const volatile void *p)
{
	uint64_t v;
	__asm__ volatile("ldar %0, [%1]" : "=r"(v) : "r"(p) : "memory");
	return v;
}

static inline void mmio_write8(volatile void *p, uint8_t v)
{
	__asm__ volatile("strb %w0, [%1]" ::"rZ"(v), "r"(p) : "memory");
}

static inline void mmio_write16(volatile void *p, uint16_t v)
{
	__asm__ volatile("strh %w0, [%1]" ::"rZ"(v), "r"(p) : "memory");
}

static inline void mmio_write32(volatile void *p, uint32_t v)
{
	__asm__ volatile("str %w0, [%1]" ::"rZ"(v), "r"(p) : "memory");
}

static inline void mmio_write64(volatile void *p, uint64_t v)
{
	__asm__ volatile("str %x0, [%1]" ::"rZ"(v), "r"(p) : "memory");
}

#endif
