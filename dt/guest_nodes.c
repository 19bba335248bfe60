/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host nodes that a VM has been granted, in its DTB. A granted node whose parent is granted too stays below it; any other moves to the
 * root, under its CPU address, for which the root's two address and two size cells always do. What refers to a node that the guest does not
 * have is left out.
 */
#include "common/lib/format.h"
#include "common/lib/string.h"
#include "dt/guest_build.h"
#include "dt/host_build.h"

static const struct host_node *host_node(const struct guest_build *g, uint32_t index)
{
	return &g->plan->host->nodes[index];
}

static bool is_granted(const struct guest_build *g, uint32_t index)
{
	for (uint32_t i = 0; i < g->vm->nr_grants; i++)
		if (g->vm->grants[i].node == index)
			return g->vm->grants[i].kind != PLAN_GRANT_OMIT;
	return false;
}

static bool is_below(const struct guest_build *g, uint32_t index, uint32_t top)
{
	while (index != HOST_NO_NODE && index > top)
		index = host_node(g, index)->parent;
	return index == top;
}

static struct tree_value get(const struct guest_build *g, uint32_t index, const char *name)
{
	return tree_get(g->plan->host->tree, index, name);
}

/* ---- Addresses ---- */

/* What a granted node is to its granted children. */
enum child_bus {
	BUS_NONE, /* there are none with a "reg" */
	BUS_CPU,  /* their addresses are CPU addresses: the node becomes a bus of identity */
	BUS_OWN,  /* they are numbers of its own, copied as they are */
};

static enum child_bus bus_of(const struct guest_build *g, uint32_t index)
{
	enum child_bus kind = BUS_NONE;

	for (uint32_t i = 0; i < g->vm->nr_grants; i++) {
		uint32_t child = g->vm->grants[i].node;

		if (host_node(g, child)->parent != index || !get(g, child, "reg").data)
			continue;
		if (host_node(g, child)->nr_regs)
			return BUS_CPU;
		kind = BUS_OWN;
	}
	return kind;
}

/* The node being written. */
struct copy {
	uint32_t index;
	const struct host_node *node;
	bool at_root;
	enum child_bus outer, inner; /* of the node it is below (at the root: BUS_CPU), and to its children */
	bool is_interrupt_controller;
};

static bool keeps_reg(const struct copy *c)
{
	return c->outer == BUS_CPU ? c->node->nr_regs > 0 : true;
}

static void put_reg(struct guest_build *g, const struct copy *c, struct tree_value v)
{
	if (!keeps_reg(c))
		return;
	if (c->outer != BUS_CPU) {
		put_bytes(g, "reg", v.data, v.len);
		return;
	}

	fdt32_t *at = put_cells(g, "reg", (size_t)c->node->nr_regs * 4);

	for (uint32_t i = 0; i < c->node->nr_regs; i++)
		at = put_next_range(at, c->node->regs[i]);
}

static void put_bus(struct guest_build *g, const struct copy *c)
{
	if (c->inner != BUS_CPU)
		return;
	put_cell(g, "#address-cells", 2);
	put_cell(g, "#size-cells", 2);
	put_flag(g, "ranges");
}

/* #address-cells and #size-cells of a node whose children have numbers of its own, or that interrupt maps may count on. */
static bool keeps_cells(const struct copy *c, const char *name)
{
	return c->inner == BUS_OWN || (c->inner == BUS_NONE && c->is_interrupt_controller && strcmp(name, "#address-cells") == 0);
}

/* ---- Interrupts ---- */

enum irq_form { IRQS_NONE, IRQS_GIC, IRQS_RAW };

/* As they are when they end at a controller that the guest has; new for the GIC; else left out. */
static enum irq_form irq_form(const struct guest_build *g, const struct host_node *n)
{
	if (n->irqs_bad)
		return IRQS_NONE;
	if (!n->has_irqs_elsewhere)
		return n->nr_irqs > n->nr_map_irqs ? IRQS_GIC : IRQS_NONE;
	for (uint32_t i = 0; i < n->nr_refs; i++)
		if (strncmp(n->refs[i].property, "interrupts", 10) == 0 && !is_granted(g, n->refs[i].node))
			return IRQS_NONE;
	return IRQS_RAW;
}

static void put_raw_irqs(struct guest_build *g, const struct copy *c)
{
	struct tree_value extended = get(g, c->index, "interrupts-extended"), plain = get(g, c->index, "interrupts");
	const struct host_node *n = c->node;

	if (extended.data) {
		put_bytes(g, "interrupts-extended", extended.data, extended.len);
		return;
	}
	if (!plain.data)
		return; /* those elsewhere are its interrupt-map's */
	put_bytes(g, "interrupts", plain.data, plain.len);
	for (uint32_t i = 0; i < n->nr_refs; i++)
		if (strcmp(n->refs[i].property, "interrupts") == 0) {
			put_cell(g, "interrupt-parent", host_node(g, n->refs[i].node)->phandle);
			return;
		}
}

static void put_irqs(struct guest_build *g, const struct copy *c)
{
	const struct host_node *n = c->node;
	enum irq_form form = irq_form(g, n);

	if (form == IRQS_RAW)
		put_raw_irqs(g, c);
	if (form != IRQS_GIC)
		return;
	/* A node above it may be an interrupt controller, which would be taken for its parent. */
	if (!c->at_root)
		put_cell(g, "interrupt-parent", g->gic_phandle);

	uint32_t count = n->nr_irqs - n->nr_map_irqs;
	fdt32_t *at = put_cells(g, "interrupts", (size_t)count * 3);

	for (uint32_t i = 0; i < count; i++)
		at = put_next_irq(at, n->irqs[i].intid, n->irqs[i].edge ? IRQ_EDGE_RISING : IRQ_LEVEL_HIGH);
}

/* ---- References ---- */

static bool is_pinctrl_state(const char *property)
{
	return strncmp(property, "pinctrl-", 8) == 0;
}

/* Whether the guest has all that the property refers to. Pin states go together: their names are one list. */
static bool refs_kept(const struct guest_build *g, const struct host_node *n, const char *property)
{
	for (uint32_t i = 0; i < n->nr_refs; i++) {
		const char *p = n->refs[i].property;

		if ((strcmp(p, property) == 0 || (is_pinctrl_state(p) && is_pinctrl_state(property))) && !is_granted(g, n->refs[i].node))
			return false;
	}
	return true;
}

/* Properties that mean nothing without another one. */
static const struct companion {
	const char *name, *of;
} companions[] = {
	{ "assigned-clock-rates", "assigned-clocks" }, { "clock-names", "clocks" }, { "dma-names", "dmas" },
	{ "hwlock-names", "hwlocks" }, { "interconnect-names", "interconnects" }, { "io-channel-names", "io-channels" },
	{ "mbox-names", "mboxes" }, { "memory-region-names", "memory-region" }, { "nvmem-cell-names", "nvmem-cells" },
	{ "phy-names", "phys" }, { "pinctrl-names", "pinctrl-0" }, { "power-domain-names", "power-domains" }, { "pwm-names", "pwms" },
	{ "reset-names", "resets" },
};

/* The guest has no MSI controller and no IOMMU. */
static bool is_of_missing_kind(const char *name)
{
	return strcmp(name, "msi-parent") == 0 || strcmp(name, "msi-map") == 0 || strcmp(name, "msi-map-mask") == 0 ||
	       strcmp(name, "iommu-map-mask") == 0;
}

static bool other_kept(const struct guest_build *g, const struct copy *c, const char *name)
{
	if (strcmp(name, "interrupt-names") == 0)
		return irq_form(g, c->node) != IRQS_NONE;
	if (strcmp(name, "reg-names") == 0)
		return keeps_reg(c);
	for (size_t i = 0; i < ARRAY_SIZE(companions); i++)
		if (strcmp(name, companions[i].name) == 0)
			return refs_kept(g, c->node, companions[i].of);
	return !is_of_missing_kind(name);
}

/* ---- One node ---- */

static bool is_kept(const struct guest_build *g, const struct copy *c, const struct known *class, const char *name)
{
	switch (class->id) {
	case PROP_STATUS:
		return !c->at_root; /* what is granted is in use; its children may be off */
	case PROP_ADDRESS_CELLS:
	case PROP_SIZE_CELLS:
		return keeps_cells(c, name);
	case PROP_INTERRUPT_CELLS:
		return c->is_interrupt_controller;
	case PROP_RANGES:      /* put_bus() */
	case PROP_DMA_RANGES:  /* devices see guest addresses as they are, or not at all */
	case PROP_INTERRUPTS:  /* put_irqs() */
	case PROP_INTERRUPTS_EXTENDED:
	case PROP_INTERRUPT_PARENT:
	case PROP_INTERRUPT_MAP:
	case PROP_INTERRUPT_MAP_MASK:
	case PROP_IOMMUS:
	case PROP_IOMMU_MAP:
		return false;
	case PROP_PHANDLE:
		return strcmp(name, "phandle") == 0;
	case PROP_REF:
	case PROP_SYSCON:
		return refs_kept(g, c->node, name);
	default:
		return other_kept(g, c, name);
	}
}

static void put_properties(struct guest_build *g, const struct copy *c)
{
	struct tree_prop p = tree_props(g->plan->host->tree, c->index);

	while (tree_next_prop(g->plan->host->tree, &p)) {
		const struct known *class = prop_classify(p.name);

		if (class->id == PROP_REG)
			put_reg(g, c, p.value);
		else if (is_kept(g, c, class, p.name))
			put_bytes(g, p.name, p.value.data, p.value.len);
	}
	put_bus(g, c);
	put_irqs(g, c);
}

/* ---- Names ---- */

static const char *last_name(const struct host_node *n)
{
	return strrchr(n->path, '/') + 1;
}

/* Whether a node without an address, coming from another bus, would have the name of one that is at the guest's root before it. */
static bool name_taken(const struct guest_build *g, const struct copy *c, const char *base, size_t len)
{
	static const char *const own[] = { "aliases", "chosen", "clock-24000000", "cpus", "psci", "timer" };

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (strlen(own[i]) == len && strncmp(own[i], base, len) == 0)
			return true;
	for (uint32_t i = 0; i < g->vm->nr_grants; i++) {
		uint32_t other = g->vm->grants[i].node;
		const char *name = last_name(host_node(g, other));

		if (other < c->index && !host_node(g, other)->nr_regs && tree_base_len(name) == len && strncmp(name, base, len) == 0)
			return true;
	}
	return false;
}

static void make_name(const struct guest_build *g, const struct copy *c, char *name, size_t size)
{
	const char *old = last_name(c->node);
	int base = (int)u64_min(tree_base_len(old), 40);

	if (c->outer != BUS_CPU)
		format_text(name, size, "%s", old);
	else if (c->node->nr_regs)
		format_text(name, size, "%.*s@%llx", base, old, (unsigned long long)c->node->regs[0].base);
	else if (c->at_root && name_taken(g, c, old, (size_t)base))
		format_text(name, size, "%.*s-%u", base, old, c->index);
	else
		format_text(name, size, "%.*s", base, old);
}

/* The nearest granted node above: what a granted node is below in the guest's tree. */
static uint32_t guest_parent(const struct guest_build *g, uint32_t index)
{
	uint32_t up = host_node(g, index)->parent;

	while (up != HOST_NO_NODE && !is_granted(g, up))
		up = host_node(g, up)->parent;
	return up;
}

static struct copy make_copy(const struct guest_build *g, uint32_t index)
{
	const struct host_node *n = host_node(g, index);
	uint32_t up = guest_parent(g, index);

	return (struct copy){
		.index = index, .node = n, .at_root = up == HOST_NO_NODE, .outer = up == HOST_NO_NODE ? BUS_CPU : bus_of(g, up), .inner = bus_of(g, index),
		.is_interrupt_controller = get(g, index, "interrupt-controller").data != NULL,
	};
}

bool guest_path(const struct guest_build *g, uint32_t node, char path[GUEST_PATH_LEN])
{
	size_t at = GUEST_PATH_LEN - 1;

	if (!is_granted(g, node))
		return false;
	path[at] = '\0';
	for (; node != HOST_NO_NODE; node = guest_parent(g, node)) {
		struct copy c = make_copy(g, node);
		char name[64];
		size_t len;

		make_name(g, &c, name, sizeof(name));
		len = strlen(name);
		if (at < len + 1)
			return false;
		memcpy(&path[at -= len], name, len);
		path[--at] = '/';
	}
	memmove(path, &path[at], GUEST_PATH_LEN - at);
	return true;
}

/* A UART of the VM's own is its console where it has no emulated one. */
static void offer_console(struct guest_build *g, const struct copy *c)
{
	if (!g->stdout_path[0] && host_uart_kind(c->node) && guest_path(g, c->index, g->stdout_path))
		g->stdout_node = c->index;
}

void guest_put_grants(struct guest_build *g)
{
	uint32_t open[TREE_MAX_DEPTH];
	unsigned depth = 0;
	char name[64];

	for (uint32_t i = 0; g->vm->nr_grants && i < g->plan->host->nr_nodes; i++) {
		if (!is_granted(g, i))
			continue;
		for (; depth && !is_below(g, i, open[depth - 1]); depth--)
			put_end(g);

		struct copy c = make_copy(g, i);

		make_name(g, &c, name, sizeof(name));
		put_begin(g, name);
		put_properties(g, &c);
		offer_console(g, &c);
		open[depth++] = i;
	}
	while (depth--)
		put_end(g);
}
