/* SPDX-License-Identifier: Apache-2.0 */
/* "reg" through all "ranges" up to the root: CPU physical addresses (Devicetree Specification v0.4, 2.3.6 and 2.3.8). */
#include "dt/host_build.h"

/* One or two cells of address are all that a CPU's address can have. */
static bool cells_usable(unsigned address_cells, unsigned size_cells)
{
	return address_cells >= 1 && address_cells <= 2 && size_cells <= 2;
}

/*
 * Whether addresses on that bus are CPU addresses in the end: without "ranges" (2.3.8), without sizes, or with PCI's three cells they are
 * numbers of another kind. /reserved-memory without "ranges" breaks its binding, but its children still lie where they say.
 */
static bool is_mapped(const struct host_build *b, uint32_t bus)
{
	for (; bus != 0; bus = b->host->nodes[bus].parent) {
		const struct node_info *info = &b->info[bus];

		if (info->size_cells == 0 || info->address_cells == 3 || (!info->ranges && bus != b->top[TOP_RESERVED]))
			return false;
	}
	return true;
}

/* One step up: an address on `bus` becomes one on the bus that its parent is. */
static bool translate_step(const struct host_build *b, uint32_t bus, uint64_t *addr, uint64_t size)
{
	const struct node_info *child = &b->info[bus], *parent = &b->info[b->host->nodes[bus].parent];
	unsigned ca = child->address_cells, pa = parent->address_cells, sc = child->size_cells;
	struct tree_value ranges = host_value(b, child->ranges);

	if (ranges.len == 0)
		return true;
	if (!cells_usable(ca, sc) || !cells_usable(pa, 0))
		return false;

	size_t entry = ca + pa + sc;

	for (size_t i = 0; (i + entry) * 4 <= ranges.len; i += entry) {
		uint64_t from = tree_cells(ranges.data, i, ca);
		uint64_t to = tree_cells(ranges.data, i + ca, pa);
		uint64_t len = tree_cells(ranges.data, i + ca + pa, sc);

		if (!range_within(*addr, size, from, len))
			continue;
		return !__builtin_add_overflow(to, *addr - from, addr);
	}
	return false;
}

/* The CPU address of [addr, addr+size), an address on the bus that `bus` is. */
static bool translate(const struct host_build *b, uint32_t bus, uint64_t addr, uint64_t size, uint64_t *out)
{
	for (; bus != 0; bus = b->host->nodes[bus].parent)
		if (!translate_step(b, bus, &addr, size))
			return false;
	*out = addr;
	return size == 0 || addr + (size - 1) >= addr;
}

bool host_node_regs(struct host_build *b, uint32_t index)
{
	struct host_node *node = &b->host->nodes[index];

	if (node->parent == HOST_NO_NODE || !is_mapped(b, node->parent))
		return true;

	unsigned ac = b->info[node->parent].address_cells, sc = b->info[node->parent].size_cells;
	struct tree_value reg = host_value(b, b->info[index].reg);

	if (!cells_usable(ac, sc) || sc == 0 || reg.len % ((ac + sc) * 4) != 0) {
		node->regs_bad = true;
		return true;
	}

	uint32_t n = reg.len / ((ac + sc) * 4);

	node->regs = arena_take(b->arena, n * sizeof(*node->regs), sizeof(void *));
	if (!node->regs)
		return false;
	for (uint32_t i = 0; i < n && !node->regs_bad; i++) {
		uint64_t addr = tree_cells(reg.data, (size_t)i * (ac + sc), ac);
		struct mem_range *r = &node->regs[i];

		r->size = tree_cells(reg.data, (size_t)i * (ac + sc) + ac, sc);
		node->regs_bad = !translate(b, node->parent, addr, r->size, &r->base);
	}
	node->nr_regs = node->regs_bad ? 0 : n;
	return true;
}
