/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of different spaces are different types, so that mixing them does not compile; one-member structs cost nothing.
 *
 * EL2's own map is the identity (VA = PA) for all it maps, so a pa_t becomes a pointer by pa_ptr() and nothing else.
 */
#ifndef COMMON_LIB_ADDR_H
#define COMMON_LIB_ADDR_H

#include <stdint.h>

typedef struct { uint64_t v; } pa_t;  /* physical address */
typedef struct { uint64_t v; } ipa_t; /* a VM's guest-physical (intermediate physical) address */

static inline pa_t pa_make(uint64_t v) { return (pa_t){v}; }
static inline ipa_t ipa_make(uint64_t v) { return (ipa_t){v}; }
static inline pa_t pa_add(pa_t a, uint64_t n) { return (pa_t){a.v + n}; }
static inline ipa_t ipa_add(ipa_t a, uint64_t n) { return (ipa_t){a.v + n}; }

/* Valid only while EL2 maps that address. */
static inline void *pa_ptr(pa_t a) { return (void *)(uintptr_t)a.v; }
static inline pa_t pa_of(const void *p) { return (pa_t){(uintptr_t)p}; }

#endif
