/* SPDX-License-Identifier: Apache-2.0 */
#include "common/lib/sha256.h"

#include "common/lib/string.h"
#include "common/lib/util.h"

/* FIPS 180-4, 4.2.2 */
const uint32_t sha256_k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t ror(uint32_t v, unsigned n)
{
	return v >> n | v << (32 - n);
}

static inline uint32_t load_bytes(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint32_t load_aligned(const uint8_t *p)
{
	return __builtin_bswap32(*(const uint32_t __attribute__((may_alias)) *)(const void *)p);
}

static inline void store_big_endian(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/*
 * One round (6.2.2). The eight variables do not move: instead each of eight consecutive rounds names them one place further, so that all
 * stay in registers. w is the round's message word.
 */
#define ROUND(a, b, c, d, e, f, g, h, n, w)                                                            \
	do {                                                                                           \
		uint32_t t = (h) + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + ((g) ^ ((e) & ((f) ^ (g)))) + \
			     sha256_k[n] + (w);                                                               \
		(d) += t;                                                                              \
		(h) = t + (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + (((a) & (b)) | ((c) & ((a) | (b)))); \
	} while (0)

/* Message word n of 64 (6.2.2, step 1): the array holds the last sixteen. */
#define NEXT(n)                                                                                        \
	(w[(n) % 16] += (ror(w[((n) + 14) % 16], 17) ^ ror(w[((n) + 14) % 16], 19) ^ w[((n) + 14) % 16] >> 10) + \
			w[((n) + 9) % 16] +                                                            \
			(ror(w[((n) + 1) % 16], 7) ^ ror(w[((n) + 1) % 16], 18) ^ w[((n) + 1) % 16] >> 3))

#define EIGHT(i, n, word)                                    \
	do {                                                 \
		ROUND(a, b, c, d, e, f, g, h, (i) + (n) + 0, word((n) + 0)); \
		ROUND(h, a, b, c, d, e, f, g, (i) + (n) + 1, word((n) + 1)); \
		ROUND(g, h, a, b, c, d, e, f, (i) + (n) + 2, word((n) + 2)); \
		ROUND(f, g, h, a, b, c, d, e, (i) + (n) + 3, word((n) + 3)); \
		ROUND(e, f, g, h, a, b, c, d, (i) + (n) + 4, word((n) + 4)); \
		ROUND(d, e, f, g, h, a, b, c, (i) + (n) + 5, word((n) + 5)); \
		ROUND(c, d, e, f, g, h, a, b, (i) + (n) + 6, word((n) + 6)); \
		ROUND(b, c, d, e, f, g, h, a, (i) + (n) + 7, word((n) + 7)); \
	} while (0)

#define FIRST(n) w[n]

/* Words are loaded as such where the data is aligned: unaligned ones would have to be put together from bytes (-mstrict-align). */
static void compress(uint32_t state[8], const uint8_t *block)
{
	bool aligned = (uintptr_t)block % 4 == 0;
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
	uint32_t w[16];

	for (unsigned i = 0; i < 16; i++)
		w[i] = aligned ? load_aligned(block + 4 * i) : load_bytes(block + 4 * i);
	EIGHT(0, 0, FIRST);
	EIGHT(0, 8, FIRST);
	for (unsigned i = 16; i < 64; i += 16) {
		EIGHT(i, 0, NEXT);
		EIGHT(i, 8, NEXT);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void sha256_init(struct sha256 *s, sha256_block *block)
{
	/* 5.3.3 */
	*s = (struct sha256){ .block = block ? block : compress, .state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 } };
}

void sha256_update(struct sha256 *s, const void *data, size_t size)
{
	const uint8_t *p = data;
	size_t held = s->length % SHA256_BLOCK;

	s->length += size;
	if (held && size) {
		size_t n = size < SHA256_BLOCK - held ? size : SHA256_BLOCK - held;

		memcpy(s->rest + held, p, n);
		p += n;
		size -= n;
		if (held + n < SHA256_BLOCK)
			return;
		s->block(s->state, s->rest);
	}
	for (; size >= SHA256_BLOCK; size -= SHA256_BLOCK, p += SHA256_BLOCK)
		s->block(s->state, p);
	if (size)
		memcpy(s->rest, p, size);
}

void sha256_finish(struct sha256 *s, uint8_t digest[SHA256_SIZE])
{
	uint64_t bits = s->length * 8;
	size_t held = s->length % SHA256_BLOCK;

	/* 5.1.1: a one bit, zeroes, and the length in bits as the last eight bytes of a block. */
	s->rest[held++] = 0x80;
	if (held > SHA256_BLOCK - 8) {
		memset(s->rest + held, 0, SHA256_BLOCK - held);
		s->block(s->state, s->rest);
		held = 0;
	}
	memset(s->rest + held, 0, SHA256_BLOCK - 8 - held);
	store_big_endian(s->rest + SHA256_BLOCK - 8, (uint32_t)(bits >> 32));
	store_big_endian(s->rest + SHA256_BLOCK - 4, (uint32_t)bits);
	s->block(s->state, s->rest);
	for (unsigned i = 0; i < 8; i++)
		store_big_endian(digest + 4 * i, s->state[i]);
}
