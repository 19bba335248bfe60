/* SPDX-License-Identifier: Apache-2.0 */
#include "common/host.h"

#include "common/lib/string.h"

bool host_node_is_compatible(const struct host_node *n, const char *compatible)
{
	size_t size = strlen(compatible) + 1;
	const char *s = n->compatible;
	size_t rest = s ? n->compatible_len : 0;

	while (rest >= size) {
		if (memcmp(s, compatible, size) == 0)
			return true;

		size_t step = strlen(s) + 1;

		s += step;
		rest -= step;
	}
	return false;
}

static uint32_t find_full_path(const struct host *h, const char *path)
{
	for (uint32_t i = 0; i < h->nr_nodes; i++)
		if (strcmp(h->nodes[i].path, path) == 0)
			return i;
	return HOST_NO_NODE;
}

uint32_t host_find_path(const struct host *h, const char *path)
{
	if (path[0] == '/')
		return find_full_path(h, path);

	for (uint32_t i = 0; i < h->nr_aliases; i++)
		if (strcmp(h->aliases[i].name, path) == 0)
			return find_full_path(h, h->aliases[i].path);
	return HOST_NO_NODE;
}

bool host_bootargs_have(const char *bootargs, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = bootargs; *p; p++)
		if ((p == bootargs || p[-1] == ' ') && !strncmp(p, word, len) && (!p[len] || p[len] == ' '))
			return true;
	return false;
}
