/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4), for data of any length in pieces of any length. */
#ifndef COMMON_LIB_SHA256_H
#define COMMON_LIB_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32  /* bytes of a digest */
#define SHA256_BLOCK 64 /* bytes of a block */

/* Takes a block into a state. */
typedef void sha256_block(uint32_t state[8], const uint8_t *block);

/* The constants of the 64 rounds. */
extern const uint32_t sha256_k[64];

struct sha256 {
	sha256_block *block;
	uint32_t state[8];
	uint64_t length; /* bytes so far, less than 2^61 */
	uint8_t rest[SHA256_BLOCK]; /* length % SHA256_BLOCK bytes that make no whole block yet */
};

/* block: a CPU's own way, as long as it may be used; NULL: the one that general-purpose registers suffice for. */
void sha256_init(struct sha256 *s, sha256_block *block);
/* Quickest where data is 4-byte aligned. */
void sha256_update(struct sha256 *s, const void *data, size_t size);
/* Ends the computation: s must be initialised again before another use. */
void sha256_finish(struct sha256 *s, uint8_t digest[SHA256_SIZE]);

#endif
