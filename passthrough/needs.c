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
	return host_node_is_compatible(&host->nodes[node], "simple-bus") || host_node_is_compatible(&host->nodes[node], "simple-pm-bus");
}

static bool has_registers(const struct host *host, uint32_t node)
{
	return host->nodes[node].nr_regs && !closure_is_bus(host, node);
}

static bool has_interrupts(const struct host *host, uint32_t node)
{
	return host->nodes[node].nr_irqs != 0;
}

/* A device whose registers are those of nodes below it: a pin controller with its banks. */
static bool has_parts(const struct host *host, uint32_t node)
{
	if (!node || !host->nodes[node].compatible || closure_is_bus(host, node))
		return false;
	for (uint32_t i = node + 1; i < closure_end_of(host, node); i++)
		if (has_registers(host, i))
			return true;
	return false;
}

/* Each of its protocols is as good as all of them. */
static bool is_channel(const struct host *host, uint32_t node)
{
	return host->nodes[node].smc_id && firmware_of(host, node) == FIRMWARE_CHANNEL;
}

static bool shares_registers(const struct host_node *a, const struct host_node *b)
{
	for (uint32_t i = 0; i < a->nr_regs; i++)
		for (uint32_t k = 0; k < b->nr_regs; k++)
			if (ranges_overlap(a->regs[i].base, a->regs[i].size, b->regs[k].base, b->regs[k].size))
				return true;
	return false;
}

/* A section of an SRAM cannot be given without what else is there: the outermost node with registers that are that one's too. */
static uint32_t whole_of(const struct host *host, uint32_t node)
{
	uint32_t whole = node;

	for (uint32_t up = host->nodes[node].parent; up != HOST_NO_NODE; up = host->nodes[up].parent)
		if (has_registers(host, up) && shares_registers(&host->nodes[up], &host->nodes[node]))
			whole = up;
	return whole;
}

uint32_t closure_unit_of(const struct host *host, uint32_t node)
{
	static bool (*const marks[])(const struct host *host, uint32_t node) = { has_registers, is_channel, has_interrupts, has_parts };

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		for (uint32_t up = node; up != HOST_NO_NODE; up = host->nodes[up].parent)
			if (marks[i](host, up))
				return whole_of(host, up);
	return HOST_NO_NODE;
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
