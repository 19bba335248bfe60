/* SPDX-License-Identifier: Apache-2.0 */
#include "dt/known.h"

#include "common/lib/string.h"

const struct known *known_find(const struct known *table, size_t n, const char *name, size_t len)
{
	if (len < 3 || len > UINT8_MAX)
		return NULL;

	uint32_t key = KNOWN_KEY(name, len);
	const struct known *k = table, *end = table + n;

	/* Down to the first whose key is not below. */
	while (n) {
		size_t half = n / 2;

		if (k[half].key < key) {
			k += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	for (; k < end && k->key == key; k++)
		if (memcmp(name, k->name, len) == 0)
			return k;
	return NULL;
}
