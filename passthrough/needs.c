/* SPDX-License-Identifier: Apache-2.0 */
/* Who needs what, read backwards from the references of all nodes. */
#include "common/lib/string.h"
#include "passthrough/closure.h"

bool closure_is_link(const struct host_ref *ref)
{
	return strcmp(ref->property, "remote-endpoint") == 0;
}

uint32_t closure_end_of(const struct host *host, uint32_t node)
{
	uint32_t end = node + 1;

	/* In the tree's order a node's descendants follow it, and each has a parent from itself on. */
	while (end < host->nr_nodes && host->nodes[end].parent != HOST_NO_NODE && host->nodes[end].parent >= node)
		end++;
	return end;
}

bool closure_is_bus(const struct host *host, uint32_t node)
{
	return host_node_is_compatible(&host->nodes[node], "simple-bus");
}

uint32_t closure_unit_of(const struct host *host, uint32_t node)
{
	while (node != HOST_NO_NODE && ((!host->nodes[node].nr_regs && !host->nodes[node].nr_irqs) || closure_is_bus(host, node)))
		node = host->nodes[node].parent;
	return node;
}

uint32_t closure_find_user(const struct closure *c, uint32_t first, uint32_t behind, bool (*outside)(const struct closure *c, uint32_t node))
{
	const struct host *host = c->in->host;

	for (uint32_t i = 0; i < host->nr_nodes; i++) {
		const struct host_node *n = &host->nodes[i];

		if (!n->enabled || (i >= first && i < behind))
			continue;
		for (uint32_t r = 0; r < n->nr_refs; r++)
			if (n->refs[r].node >= first && n->refs[r].node < behind && !closure_is_link(&n->refs[r]) && outside(c, i))
				return i;
	}
	return HOST_NO_NODE;
}

bool closure_is_listed(const struct closure *c, const char *const *list, uint32_t nr, uint32_t node)
{
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t named = host_find_path(c->in->host, list[i]);

		for (uint32_t up = node; named != HOST_NO_NODE && up != HOST_NO_NODE; up = closure_node(c, up)->parent)
			if (up == named)
				return true;
	}
	return false;
}
