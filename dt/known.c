/* SPDX-License-Identifier: Apache-2.0 */
#include "dt/known.h"

#include "common/lib/string.h"

const struct known *known_find(const struct known *table, size_t n, const char *name, size_t len)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct known *k = &table[mid];
		int c = (int)len - (int)k->len;

		if (c == 0)
			c = name[0] == k->name[0] ? memcmp(name, k->name, len) : (int)name[0] - (int)k->name[0];

		if (c == 0)
			return k;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}
