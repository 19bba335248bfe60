/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 by the CPU's own instructions: sha256.S. */
#ifndef ARCH_ARM64_SHA256_H
#define ARCH_ARM64_SHA256_H

#include "common/lib/sha256.h"

/* Boot only, on a CPU with FEAT_SHA256 whose CPTR_EL2 does not trap SIMD: it clobbers SIMD registers. */
sha256_block sha256_instructions;

#endif
