/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's UART: what /chosen stdout-path names, else the first enabled UART of a known kind. Also used before anything else runs,
 * with the MMU off: a small stack, and no more than the tree.
 */
#include "common/lib/string.h"
#include "common/uart/uart.h"
#include "dt/dt.h"
#include "dt/host_build.h"

/* The most specific name of a device comes first in its compatible list. */
static const char *known_uart(const char *compatible, size_t len)
{
	for (const char *p = compatible; p < compatible + len; p += strlen(p) + 1)
		if (uart_find_kind(p) != UART_KINDS)
			return p;
	return NULL;
}

const char *host_uart_kind(const struct host_node *n)
{
	return n->compatible ? known_uart(n->compatible, n->compatible_len) : NULL;
}

/* What is needed of the UART's node and of each above it. */
struct level {
	uint32_t address_cells, size_cells; /* for its children */
	struct tree_value ranges, reg, compatible, status;
	uint32_t reg_shift, reg_io_width, clock_frequency;
};

static void take_number(const struct tree_prop *p, const char *want, uint32_t *v)
{
	if (p->value.len == 4 && tree_prop_is(p, want))
		*v = tree_cell(p->value.data, 0);
}

static void take_value(const struct tree_prop *p, const char *want, struct tree_value *v)
{
	if (tree_prop_is(p, want))
		*v = p->value;
}

static void load_level(const struct tree *t, uint32_t node, struct level *l)
{
	struct tree_prop p = tree_props(t, node);

	*l = (struct level){ .address_cells = 2, .size_cells = 1 };
	while (tree_next_prop(t, &p)) {
		take_number(&p, "#address-cells", &l->address_cells);
		take_number(&p, "#size-cells", &l->size_cells);
		take_number(&p, "reg-shift", &l->reg_shift);
		take_number(&p, "reg-io-width", &l->reg_io_width);
		take_number(&p, "clock-frequency", &l->clock_frequency);
		take_value(&p, "ranges", &l->ranges);
		take_value(&p, "reg", &l->reg);
		take_value(&p, "compatible", &l->compatible);
		take_value(&p, "status", &l->status);
	}
}

static bool step_up(const struct level *child, const struct level *parent, uint64_t *addr)
{
	unsigned ca = child->address_cells, pa = parent->address_cells, sc = child->size_cells;

	if (!child->ranges.data || ca < 1 || ca > 2 || pa < 1 || pa > 2 || sc > 2)
		return false;
	if (child->ranges.len == 0)
		return true;
	for (size_t i = 0; (i + ca + pa + sc) * 4 <= child->ranges.len; i += ca + pa + sc) {
		uint64_t from = tree_cells(child->ranges.data, i, ca), len = tree_cells(child->ranges.data, i + ca + pa, sc);

		if (*addr >= from && *addr - from < len) {
			*addr = tree_cells(child->ranges.data, i + ca, pa) + (*addr - from);
			return true;
		}
	}
	return false;
}

static const char *uart_kind(struct tree_value compatible)
{
	return tree_is_strings(compatible) ? known_uart((const char *)compatible.data, compatible.len) : NULL;
}

/* even_disabled: it was asked for by name. */
static bool take_uart(const struct tree *t, uint32_t node, bool even_disabled, struct host_console *console)
{
	uint32_t up = t->nodes[node].parent;
	struct level uart, bus, parent;

	if (up == TREE_NO_NODE)
		return false;
	load_level(t, node, &uart);
	load_level(t, up, &bus);

	unsigned ac = bus.address_cells, sc = bus.size_cells;
	bool enabled = tree_status_okay(uart.status);

	if (!uart_kind(uart.compatible) || !uart.reg.data || ac < 1 || ac > 2 || sc < 1 || sc > 2 || uart.reg.len < (ac + sc) * 4)
		return false;

	uint64_t addr = tree_cells(uart.reg.data, 0, ac);

	for (; up != 0; up = t->nodes[up].parent, bus = parent) {
		load_level(t, t->nodes[up].parent, &parent);
		if (!step_up(&bus, &parent, &addr))
			return false;
		enabled = enabled && tree_status_okay(bus.status);
	}
	if (!enabled && !even_disabled)
		return false;
	*console = (struct host_console){
		.present = true,
		.node = node,
		.compatible = uart_kind(uart.compatible),
		.regs = { addr, tree_cells(uart.reg.data, ac, sc) },
		.reg_shift = uart.reg_shift,
		.reg_io_width = uart.reg_io_width,
		.clock_frequency = uart.clock_frequency,
	};
	return true;
}

static bool take_first_uart(const struct tree *t, struct host_console *console)
{
	for (uint32_t i = 0; i < t->nr_nodes; i++)
		if (uart_kind(tree_get(t, i, "compatible")) && take_uart(t, i, false, console))
			return true;
	return false;
}

/* "serial0:115200n8": up to the colon a path or alias, behind it the speed. */
static uint32_t resolve_stdout(const struct tree *t, const char *value, uint32_t *baud)
{
	const char *colon = strchr(value, ':');
	size_t n = colon ? (size_t)(colon - value) : strlen(value);

	for (const char *p = colon ? colon + 1 : ""; *p >= '0' && *p <= '9' && *baud < 100000000; p++)
		*baud = *baud * 10 + (uint32_t)(*p - '0');
	return tree_find(t, value, n);
}

static const char *stdout_path(const struct tree *t)
{
	static const char *const names[] = { "stdout-path", "linux,stdout-path" };
	uint32_t chosen = tree_child(t, 0, "chosen", strlen("chosen"));

	for (size_t i = 0; chosen != TREE_NO_NODE && i < ARRAY_SIZE(names); i++) {
		struct tree_value v = tree_get(t, chosen, names[i]);

		if (tree_is_strings(v))
			return (const char *)v.data;
	}
	return NULL;
}

bool dt_find_console(const struct tree *t, struct host_console *console)
{
	const char *value = stdout_path(t);
	uint32_t baud = 0, node = value ? resolve_stdout(t, value, &baud) : TREE_NO_NODE;

	*console = (struct host_console){ .node = HOST_NO_NODE };
	/* A stdout-path that leads somewhere is followed or there is no console: another UART may be wired to anything. */
	if (node == TREE_NO_NODE)
		return take_first_uart(t, console);
	if (take_uart(t, node, true, console))
		console->baud = baud;
	return console->present;
}

/* The clock's rate, if it is a fixed one. */
static uint32_t fixed_clock_rate(const struct host_build *b, const struct host_node *n)
{
	for (uint32_t i = 0; i < n->nr_refs; i++) {
		uint32_t clock = n->refs[i].node;
		struct tree_value rate = tree_get(b->tree, clock, "clock-frequency");

		if (n->refs[i].kind == REF_CLOCK && host_is(b, clock, COMPAT_FIXED_CLOCK) && rate.len == 4)
			return tree_cell(rate.data, 0);
	}
	return 0;
}

void host_finish_console(struct host_build *b)
{
	struct host_console *c = &b->host->console;

	if (!dt_find_console(b->tree, c))
		return;

	const struct host_node *n = &b->host->nodes[c->node];

	if (n->nr_irqs) {
		c->intid = n->irqs[0].intid;
		c->edge = n->irqs[0].edge;
	}
	if (!c->clock_frequency)
		c->clock_frequency = fixed_clock_rate(b, n);
}
