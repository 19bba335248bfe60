/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": the node whose path, or whose last part, differs least from what the user wrote. */
#include "common/lib/string.h"
#include "passthrough/closure.h"

#define MAX_LEN 96 /* of what is compared; paths are rarely longer */

/* Levenshtein's edit distance: insertions, deletions and replacements of one character. */
static unsigned edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned row[MAX_LEN + 1];

	a_len = u64_min(a_len, MAX_LEN);
	b_len = u64_min(b_len, MAX_LEN);
	for (size_t j = 0; j <= b_len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned replaced = diagonal + (a[i - 1] != b[j - 1]);
			unsigned shifted = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = replaced < shifted ? replaced : shifted;
		}
	}
	return row[b_len];
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Without its unit address, for a user who left that out. */
static size_t name_len(const char *part)
{
	const char *at = strchr(part, '@');

	return at ? (size_t)(at - part) : strlen(part);
}

static unsigned path_distance(const char *wanted, const char *path)
{
	const char *wanted_part = last_part(wanted), *part = last_part(path);
	size_t part_len = strchr(wanted_part, '@') ? strlen(part) : name_len(part);
	unsigned whole = edit_distance(wanted, strlen(wanted), path, strlen(path));
	unsigned named = edit_distance(wanted_part, strlen(wanted_part), part, part_len);

	return whole < named ? whole : named;
}

const char *suggest_path(const struct host *host, const char *wanted)
{
	const char *best = NULL;
	unsigned limit = (unsigned)strnlen(last_part(wanted), MAX_LEN) / 3 + 1; /* further off is a guess that does not help */

	for (uint32_t i = 1; i < host->nr_nodes; i++) {
		unsigned distance = path_distance(wanted, host->nodes[i].path);

		if (distance < limit) {
			limit = distance;
			best = host->nodes[i].path;
		}
	}
	return best;
}
