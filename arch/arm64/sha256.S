/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 by FEAT_SHA256's instructions (Arm ARM DDI 0487, C7.2 "SHA256H" and those that follow it). Boot only, before the first guest: SIMD
 * registers are the guests' from then on.
 */
	.arch	armv8-a+crypto
	.text

	/*
	 * Four rounds with the message words in v\m0, which become those of sixteen rounds later, as long as there are some: v\m1 to v\m3 have the
	 * words that follow them. v0 is the variables a to d, v1 e to h.
	 */
	.macro four_rounds m0, m1, m2, m3, more
	ld1	{v18.4s}, [x3], #16
	add	v18.4s, v18.4s, v\m0\().4s
	mov	v16.16b, v0.16b
	.if \more
	sha256su0 v\m0\().4s, v\m1\().4s
	.endif
	sha256h	q0, q1, v18.4s
	sha256h2 q1, q16, v18.4s
	.if \more
	sha256su1 v\m0\().4s, v\m2\().4s, v\m3\().4s
	.endif
	.endm

	.macro sixteen_rounds more
	four_rounds 4, 5, 6, 7, \more
	four_rounds 5, 6, 7, 4, \more
	four_rounds 6, 7, 4, 5, \more
	four_rounds 7, 4, 5, 6, \more
	.endm

	/* sha256_instructions(state, block): a sha256_block (common/lib/sha256.h). */
	.global sha256_instructions
sha256_instructions:
	adrp	x3, sha256_k
	add	x3, x3, :lo12:sha256_k
	ld1	{v0.4s, v1.4s}, [x0]
	ld1	{v4.16b - v7.16b}, [x1]
	rev32	v4.16b, v4.16b
	rev32	v5.16b, v5.16b
	rev32	v6.16b, v6.16b
	rev32	v7.16b, v7.16b
	mov	v2.16b, v0.16b
	mov	v3.16b, v1.16b
	sixteen_rounds 1
	sixteen_rounds 1
	sixteen_rounds 1
	sixteen_rounds 0
	add	v0.4s, v0.4s, v2.4s
	add	v1.4s, v1.4s, v3.4s
	st1	{v0.4s, v1.4s}, [x0]
	ret
