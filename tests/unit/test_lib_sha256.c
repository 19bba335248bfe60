/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors: FIPS 180-4's examples (NIST, "SHA-256 examples") and the lengths around a block's end, computed with sha256sum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/lib/sha256.h"
#include "common/lib/util.h"

static void hash_in_pieces(const uint8_t *data, size_t size, size_t piece, char *hex)
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 s;

	sha256_init(&s, NULL);
	for (size_t at = 0; at < size; at += piece)
		sha256_update(&s, data + at, size - at < piece ? size - at : piece);
	sha256_finish(&s, digest);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
}

static void check(const char *text, const char *expected)
{
	char hex[2 * SHA256_SIZE + 1];

	hash_in_pieces((const uint8_t *)text, strlen(text), 64, hex);
	assert_string_equal(hex, expected);
}

static void published_examples(void **state)
{
	(void)state;
	check("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void a_million_letters(void **state)
{
	static uint8_t data[1000000];
	char hex[2 * SHA256_SIZE + 1];

	(void)state;
	memset(data, 'a', sizeof(data));
	hash_in_pieces(data, sizeof(data), sizeof(data), hex);
	assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* The padding has to find its place at every length, and pieces and alignment must not matter. */
static void lengths_pieces_alignments(void **state)
{
	static const struct { size_t size; const char *hex; } known[] = {
		{ 1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
		{ 55, "576a1bf8d4478657e6dc4af9398544765c2a92cde28478b019235cfed315fc09" },
		{ 56, "9b20501dfd1d99161c257950f3444f3e49230c351c5c8e0943ef369f85f5205d" },
		{ 63, "30b345906b493f06f69444b6521113511c242f30e29840462950035043682f1e" },
		{ 64, "d8bc63b4fc1156e5e7d95a418b9bf54cd3174bedbc2db40f74895349b229b3c0" },
		{ 65, "1ee23b0fbcaecc1aff4a9e8f1645f35ab2c8e13609cd73b68df8b5e3f63ce073" },
		{ 119, "7a6589821178918ca8d9edaba5abfc1e9b2669564f4469b66885379c1530b2c8" },
		{ 120, "655250427d56b1b0eeb8497d21428704273458a01772d6881b65c0abac0f8a98" },
		{ 128, "54c9eb041badfd7064645067b107661fed6113197ce2dd066ba69618abd3732f" },
		{ 200, "b531abd8dae7232c861ac9f50aff9952d29c8d4c3772551cc5bce5d39d2cd08d" },
	};
	uint8_t data[200 + 4];

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		for (size_t i = 0; i < 200; i++)
			data[shift + i] = (uint8_t)(i * 7);
		for (size_t k = 0; k < ARRAY_SIZE(known); k++)
			for (size_t piece = 1; piece <= 130; piece += 3) {
				char hex[2 * SHA256_SIZE + 1];

				hash_in_pieces(data + shift, known[k].size, piece, hex);
				assert_string_equal(hex, known[k].hex);
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_examples),
		cmocka_unit_test(a_million_letters),
		cmocka_unit_test(lengths_pieces_alignments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
