/* SPDX-License-Identifier: Apache-2.0 */
#include "common/lib/string.h"
#include "dt/system_build.h"

/* Longer names are compared by their beginning: property names have 31 characters at most. */
#define MAX_NAME 40

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The number of characters to insert, remove or replace to make one of the other; one row of the usual table at a time. */
static unsigned edit_distance(const char *a, const char *b)
{
	unsigned row[MAX_NAME + 1];
	unsigned na = (unsigned)strnlen(a, MAX_NAME), nb = (unsigned)strnlen(b, MAX_NAME);

	for (unsigned j = 0; j <= nb; j++)
		row[j] = j;
	for (unsigned i = 1; i <= na; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= nb; j++) {
			unsigned replace = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = least(replace, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[nb];
}

const char *nearest_name(const char *name, const char *const *candidates, size_t n)
{
	const char *best = candidates[0];
	unsigned best_distance = edit_distance(name, best);

	for (size_t i = 1; i < n; i++) {
		unsigned d = edit_distance(name, candidates[i]);

		if (d < best_distance) {
			best_distance = d;
			best = candidates[i];
		}
	}
	return best;
}
