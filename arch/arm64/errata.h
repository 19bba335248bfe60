/* SPDX-License-Identifier: Apache-2.0 */
/* CPU errata that concern a hypervisor, by MIDR_EL1. Pure; boot only. */
#ifndef ARCH_ARM64_ERRATA_H
#define ARCH_ARM64_ERRATA_H

#include <stdbool.h>
#include <stdint.h>

struct erratum {
	const char *id;   /* the vendor's */
	uint32_t model;   /* implementer, part */
	uint8_t last;     /* the last revision that has it: variant, revision */
	bool open;        /* nothing is done about it */
};

/* The next erratum that such a CPU has behind `after` (NULL: the first); NULL when there are no more. */
const struct erratum *errata_next(uint32_t midr, const struct erratum *after);

#endif
