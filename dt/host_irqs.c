/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node's interrupts as GIC INTIDs: "interrupts" with its inherited "interrupt-parent", "interrupts-extended", and nexus nodes with
 * "interrupt-map" on the way (Devicetree Specification v0.4, 2.4). The GIC's specifier is its binding's (arm,gic-v3): type, number, flags.
 */
#include "dt/host_build.h"

#define MAX_SPECIFIER 8 /* cells; four is the most that is seen */

/* An interrupt on its way to its controller. */
struct irq_route {
	uint32_t controller;            /* where the specifier below is understood */
	uint32_t spec[MAX_SPECIFIER];
	unsigned nr_spec;
	uint32_t address[3];            /* the device's unit address, for an interrupt-map's first columns */
	unsigned nr_address;
};

enum route_end { ROUTE_GIC, ROUTE_ELSEWHERE, ROUTE_BAD };

/* The node that understands the interrupts of `index`: the first with #interrupt-cells on the way up, following interrupt-parent. */
static uint32_t interrupt_parent(const struct host_build *b, uint32_t index)
{
	/* Each step goes to a parent or along a phandle; a circle of phandles ends by the count. */
	for (unsigned steps = 0; steps < 2 * TREE_MAX_DEPTH; steps++) {
		uint32_t phandle = b->info[index].interrupt_parent;

		index = phandle ? host_by_phandle(b, phandle) : b->host->nodes[index].parent;
		if (index == HOST_NO_NODE || b->info[index].interrupt_cells != CELLS_ABSENT)
			return index;
	}
	return HOST_NO_NODE;
}

/* One row of an interrupt-map, as cell indexes into it. */
struct map_row {
	size_t child;       /* unit address, then specifier */
	uint32_t parent;    /* node */
	size_t parent_spec;
	unsigned nr_parent_spec;
	size_t next;
};

static bool read_map_row(const struct host_build *b, uint32_t nexus, struct tree_value map, size_t at, struct map_row *row)
{
	const struct node_info *info = &b->info[nexus];
	size_t cells = map.len / 4, parent_at = at + info->address_cells + info->interrupt_cells;

	if (parent_at >= cells)
		return false;

	row->child = at;
	row->parent = host_by_phandle(b, tree_cell(map.data, parent_at));
	if (row->parent == HOST_NO_NODE)
		return false;

	const struct node_info *parent = &b->info[row->parent];
	/* A parent without #address-cells of its own has no unit address in the map. */
	unsigned address_cells = parent->has_address_cells ? parent->address_cells : 0;

	row->parent_spec = parent_at + 1 + address_cells;
	row->nr_parent_spec = parent->interrupt_cells;
	row->next = row->parent_spec + row->nr_parent_spec;
	return parent->interrupt_cells <= MAX_SPECIFIER && row->next <= cells;
}

static bool row_matches(const struct host_build *b, const struct irq_route *r, struct tree_value map, const struct map_row *row)
{
	const struct node_info *info = &b->info[r->controller];
	struct tree_value mask = host_value(b, info->interrupt_map_mask);
	unsigned ac = info->address_cells;

	for (unsigned i = 0; i < ac + r->nr_spec; i++) {
		uint32_t want = i < ac ? (i < r->nr_address ? r->address[i] : 0) : r->spec[i - ac];
		uint32_t m = (i + 1) * 4 <= mask.len ? tree_cell(mask.data, i) : UINT32_MAX;

		if ((want & m) != (tree_cell(map.data, row->child + i) & m))
			return false;
	}
	return true;
}

static bool follow_map(const struct host_build *b, struct irq_route *r)
{
	struct tree_value map = host_value(b, b->info[r->controller].interrupt_map);
	struct map_row row;

	for (size_t at = 0; read_map_row(b, r->controller, map, at, &row); at = row.next) {
		if (!row_matches(b, r, map, &row))
			continue;
		r->controller = row.parent;
		r->nr_spec = row.nr_parent_spec;
		for (unsigned i = 0; i < r->nr_spec; i++)
			r->spec[i] = tree_cell(map.data, row.parent_spec + i);
		r->nr_address = 0;
		return true;
	}
	return false;
}

static enum route_end find_end(const struct host_build *b, struct irq_route *r)
{
	for (unsigned steps = 0; steps < TREE_MAX_DEPTH; steps++) {
		const struct node_info *info = &b->info[r->controller];

		if (r->controller == b->gic)
			return ROUTE_GIC;
		if (info->interrupt_map) {
			if (r->nr_spec != info->interrupt_cells || !follow_map(b, r))
				return ROUTE_BAD;
			continue;
		}
		if (info->interrupt_controller && !host_is(b, r->controller, COMPAT_IRQ_RELAY))
			return ROUTE_ELSEWHERE;
		r->controller = interrupt_parent(b, r->controller);
		if (r->controller == HOST_NO_NODE)
			return ROUTE_BAD;
	}
	return ROUTE_BAD;
}

/*
 * Type 0 is an SPI, 1 a PPI; 2 and 3 are extended ones, which have INTIDs of their own (IHI 0069, 2.2). Some trees say PPI for what is an
 * SPI: PPI numbers end at 15, and 16 and up are the INTIDs that follow.
 */
static bool decode_gic(uint32_t type, uint32_t number, uint32_t flags, struct host_irq *irq)
{
	uint32_t trigger = flags & 0xf;

	if (type > 1 || number > 1019 - 32)
		return false;
	*irq = (struct host_irq){ number + (type == 0 ? 32 : 16), trigger == 1 || trigger == 2 }; /* rising, falling */
	return true;
}

static bool decode_route(const struct irq_route *r, struct host_irq *irq)
{
	return r->nr_spec >= 3 && decode_gic(r->spec[0], r->spec[1], r->spec[2], irq);
}

/* Most interrupts lead to the GIC at once: the specifier at cell `at` is its own, of nr_spec cells. */
static bool decode_cells(struct tree_value v, size_t at, unsigned nr_spec, struct host_irq *irq)
{
	return nr_spec >= 3 && (at + nr_spec) * 4 <= v.len &&
	       decode_gic(tree_cell(v.data, at), tree_cell(v.data, at + 1), tree_cell(v.data, at + 2), irq);
}

static void add_elsewhere(const struct host_build *b, uint32_t index, uint32_t controller, const char *property, struct node_sink *s)
{
	b->host->nodes[index].has_irqs_elsewhere = true;
	sink_ref(s, controller, REF_OTHER, property, NULL, 0);
}

static void add_irq(const struct host_build *b, uint32_t index, struct irq_route *r, const char *property, struct node_sink *s)
{
	struct host_node *node = &b->host->nodes[index];
	uint32_t first = r->controller;
	struct host_irq irq;

	switch (find_end(b, r)) {
	case ROUTE_GIC:
		if (decode_route(r, &irq))
			sink_irq(s, irq);
		else
			node->irqs_bad = true;
		break;
	case ROUTE_ELSEWHERE:
		add_elsewhere(b, index, r->controller, property, s);
		break;
	case ROUTE_BAD:
		/* A nexus that leads nowhere, or a controller the parser knows nothing of. */
		node->irqs_bad = true;
		sink_ref(s, first, REF_OTHER, property, NULL, 0);
		break;
	}
}

static bool init_route(const struct host_build *b, uint32_t index, uint32_t controller, struct irq_route *r)
{
	uint32_t parent = b->host->nodes[index].parent;
	struct tree_value reg = host_value(b, b->info[index].reg);

	*r = (struct irq_route){ .controller = controller };
	if (controller == HOST_NO_NODE)
		return false;
	r->nr_spec = b->info[controller].interrupt_cells;
	if (r->nr_spec == 0 || r->nr_spec > MAX_SPECIFIER)
		return false;
	if (parent == HOST_NO_NODE)
		return true;
	while (r->nr_address < ARRAY_SIZE(r->address) && r->nr_address < b->info[parent].address_cells && (r->nr_address + 1) * 4 <= reg.len) {
		r->address[r->nr_address] = tree_cell(reg.data, r->nr_address);
		r->nr_address++;
	}
	return true;
}

/* One specifier at cell `at`; returns the cell behind it, or 0 when it is malformed. */
static size_t take_specifier(struct host_build *b, uint32_t index, uint32_t controller, struct tree_value v, size_t at, const char *property,
			     struct node_sink *s)
{
	struct irq_route r;
	struct host_irq irq;

	if (controller != HOST_NO_NODE && controller == b->gic && b->info[controller].interrupt_cells <= MAX_SPECIFIER &&
	    decode_cells(v, at, b->info[controller].interrupt_cells, &irq)) {
		sink_irq(s, irq);
		return at + b->info[controller].interrupt_cells;
	}
	if (!init_route(b, index, controller, &r) || (at + r.nr_spec) * 4 > v.len) {
		b->host->nodes[index].irqs_bad = true;
		return 0;
	}
	for (unsigned i = 0; i < r.nr_spec; i++)
		r.spec[i] = tree_cell(v.data, at + i);

	size_t next = at + r.nr_spec;

	add_irq(b, index, &r, property, s);
	return next;
}

/* The node that understands a node's "interrupts". Neighbours mostly have the same, which is looked for once. */
static uint32_t inherited_controller(struct host_build *b, uint32_t index)
{
	uint32_t parent = b->host->nodes[index].parent;

	/* The GIC's own (its maintenance interrupt) are its own kind, whatever it inherits. */
	if (index == b->gic)
		return index;
	if (b->info[index].interrupt_parent)
		return interrupt_parent(b, index);
	if (b->irqs_below != parent) {
		b->irqs_below = parent;
		b->irqs_lead_to = interrupt_parent(b, index);
	}
	return b->irqs_lead_to;
}

static void take_interrupts(struct host_build *b, uint32_t index, struct node_sink *s)
{
	struct tree_value v = host_value(b, b->info[index].interrupts);
	uint32_t controller = inherited_controller(b, index);
	size_t at = 0;

	while (at * 4 < v.len) {
		at = take_specifier(b, index, controller, v, at, "interrupts", s);
		if (at == 0)
			return;
	}
}

static void take_interrupts_extended(struct host_build *b, uint32_t index, struct node_sink *s)
{
	struct tree_value v = host_value(b, b->info[index].interrupts_extended);
	size_t at = 0;

	while ((at + 1) * 4 <= v.len) {
		uint32_t phandle = tree_cell(v.data, at++);

		if (phandle == 0)
			continue; /* an optional one that is not there */
		at = take_specifier(b, index, host_by_phandle(b, phandle), v, at, "interrupts-extended", s);
		if (at == 0)
			return;
	}
}

/* A swizzled map has four of them many times over. */
static void take_map_irq(struct node_sink *s, uint32_t first, struct host_irq irq)
{
	for (uint32_t i = first; i < s->nr_irqs; i++)
		if (s->irqs[i].intid == irq.intid)
			return;
	sink_irq(s, irq);
	s->nr_map_irqs++;
}

/* Where a nexus leads is its own too: who owns a PCI host bridge owns its INTx lines. */
static void take_interrupt_map(struct host_build *b, uint32_t index, struct node_sink *s)
{
	struct tree_value map = host_value(b, b->info[index].interrupt_map);
	uint32_t first = s->nr_irqs;
	struct map_row row;

	if (b->info[index].interrupt_cells == CELLS_ABSENT || b->info[index].address_cells == CELLS_ABSENT)
		return;
	for (size_t at = 0; read_map_row(b, index, map, at, &row); at = row.next) {
		struct host_irq irq;

		if (row.parent == b->gic && decode_cells(map, row.parent_spec, row.nr_parent_spec, &irq)) {
			take_map_irq(s, first, irq);
			continue;
		}

		struct irq_route r = { .controller = row.parent, .nr_spec = row.nr_parent_spec };

		for (unsigned i = 0; i < r.nr_spec; i++)
			r.spec[i] = tree_cell(map.data, row.parent_spec + i);

		enum route_end end = find_end(b, &r);

		/* Bridges often have a small interrupt controller of their own, a child node, for INTx. */
		if (end == ROUTE_ELSEWHERE && b->host->nodes[r.controller].parent == index)
			continue;
		if (end == ROUTE_ELSEWHERE)
			add_elsewhere(b, index, r.controller, "interrupt-map", s);
		else if (end == ROUTE_BAD || !decode_route(&r, &irq))
			b->host->nodes[index].irqs_bad = true;
		else
			take_map_irq(s, first, irq);
	}
}

void host_node_irqs(struct host_build *b, uint32_t index, struct node_sink *s)
{
	const struct node_info *info = &b->info[index];

	/* The extended form takes precedence where both are given (Devicetree Specification v0.4, 2.4.1). */
	if (info->interrupts_extended)
		take_interrupts_extended(b, index, s);
	else if (info->interrupts)
		take_interrupts(b, index, s);
	if (info->interrupt_map)
		take_interrupt_map(b, index, s);
}
