/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's UART: what /chosen stdout-path names, else the first enabled UART of a known kind. Also used before anything else runs,
 * with the MMU off: no allocation, a small stack.
 */
#include "common/lib/string.h"
#include "dt/dt.h"
#include "dt/host_build.h"

/* Kinds that have a driver or are planned to; the most specific name of a device comes first in its compatible list. */
static const char *const uarts[] = {
	"arm,pl011", "arm,sbsa-uart", "snps,dw-apb-uart", "ns16550a", "ns16550", "brcm,bcm2835-aux-uart", "mediatek,mt6577-uart",
	"cdns,uart-r1p12", "cdns,uart-r1p8", "xlnx,xuartps", "renesas,scif", "renesas,hscif", "fsl,imx8mp-uart", "fsl,imx8mq-uart",
	"fsl,imx6q-uart", "fsl,imx21-uart",
};

static const char *known_uart(const char *compatible, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(uarts); i++)
		if (tree_strings_have(compatible, len, uarts[i]))
			return uarts[i];
	return NULL;
}

const char *host_uart_kind(const struct host_node *n)
{
	return n->compatible ? known_uart(n->compatible, n->compatible_len) : NULL;
}

/* What is needed of the UART's node and of each above it. */
struct level {
	uint32_t address_cells, size_cells; /* for its children */
	const uint8_t *ranges, *reg, *compatible;
	uint32_t ranges_len, reg_len, compatible_len;
	uint32_t reg_shift, reg_io_width, clock_frequency;
	bool enabled;
};

static void take_number(const struct tree_walk *w, const char *name, const char *want, uint32_t *v)
{
	if (w->len == 4 && strcmp(name, want) == 0)
		*v = tree_cell(w->data, 0);
}

static void take_bytes(const struct tree_walk *w, const char *name, const char *want, const uint8_t **data, uint32_t *len)
{
	if (strcmp(name, want) == 0) {
		*data = w->data;
		*len = w->len;
	}
}

static void load_level(const void *fdt, int offset, struct level *l)
{
	struct tree_walk w;

	*l = (struct level){ .address_cells = 2, .size_cells = 1, .enabled = true };
	tree_walk_init(&w, fdt, offset);
	tree_next(&w);
	while (tree_next_prop(&w)) {
		const char *name = tree_prop_name(&w);

		take_number(&w, name, "#address-cells", &l->address_cells);
		take_number(&w, name, "#size-cells", &l->size_cells);
		take_number(&w, name, "reg-shift", &l->reg_shift);
		take_number(&w, name, "reg-io-width", &l->reg_io_width);
		take_number(&w, name, "clock-frequency", &l->clock_frequency);
		take_bytes(&w, name, "ranges", &l->ranges, &l->ranges_len);
		take_bytes(&w, name, "reg", &l->reg, &l->reg_len);
		take_bytes(&w, name, "compatible", &l->compatible, &l->compatible_len);
		if (strcmp(name, "status") == 0)
			l->enabled = tree_status_okay(w.data, w.len);
	}
}

static bool step_up(const struct level *child, const struct level *parent, uint64_t *addr)
{
	unsigned ca = child->address_cells, pa = parent->address_cells, sc = child->size_cells;

	if (!child->ranges || ca < 1 || ca > 2 || pa < 1 || pa > 2 || sc > 2)
		return false;
	if (child->ranges_len == 0)
		return true;
	for (size_t i = 0; (i + ca + pa + sc) * 4 <= child->ranges_len; i += ca + pa + sc) {
		uint64_t from = tree_cells(child->ranges, i, ca), len = tree_cells(child->ranges, i + ca + pa, sc);

		if (*addr >= from && *addr - from < len) {
			*addr = tree_cells(child->ranges, i + ca, pa) + (*addr - from);
			return true;
		}
	}
	return false;
}

static const char *uart_kind(const struct level *l)
{
	return l->compatible && tree_is_strings(l->compatible, l->compatible_len) ?
	       known_uart((const char *)l->compatible, l->compatible_len) : NULL;
}

/* path: offsets of the nodes from the root, path[0], to the UART, path[depth - 1]. even_disabled: it was asked for by name. */
static bool take_uart(const void *fdt, const int *path, unsigned depth, bool even_disabled, struct host_console *console)
{
	struct level uart, bus, up;

	if (depth < 2)
		return false;
	load_level(fdt, path[depth - 1], &uart);
	load_level(fdt, path[depth - 2], &bus);

	unsigned ac = bus.address_cells, sc = bus.size_cells;
	bool enabled = uart.enabled;

	if (!uart_kind(&uart) || !uart.reg || ac < 1 || ac > 2 || sc < 1 || sc > 2 || uart.reg_len < (ac + sc) * 4)
		return false;

	uint64_t addr = tree_cells(uart.reg, 0, ac);

	for (unsigned d = depth - 2; d > 0; d--, bus = up) {
		load_level(fdt, path[d - 1], &up);
		if (!step_up(&bus, &up, &addr))
			return false;
		enabled = enabled && bus.enabled;
	}
	if (!enabled && !even_disabled)
		return false;
	*console = (struct host_console){
		.present = true,
		.compatible = uart_kind(&uart),
		.regs = { addr, tree_cells(uart.reg, ac, sc) },
		.reg_shift = uart.reg_shift,
		.reg_io_width = uart.reg_io_width,
		.clock_frequency = uart.clock_frequency,
	};
	return true;
}

static bool may_be_uart(const void *fdt, int offset)
{
	struct tree_value v = tree_get(fdt, offset, "compatible");

	return v.data && tree_is_strings(v.data, v.len) && known_uart((const char *)v.data, v.len);
}

/* wanted: the libfdt offset of the node that stdout-path names; negative: take the first that will do. */
static bool search_uart(const void *fdt, int wanted, struct host_console *console)
{
	int path[TREE_MAX_DEPTH];
	uint32_t count = 0;
	unsigned depth = 0;
	struct tree_walk w;

	tree_walk_init(&w, fdt, 0);
	for (;;) {
		switch (tree_next(&w)) {
		case TREE_NODE:
			path[depth++] = w.offset;
			count++;
			if (wanted < 0 ? !may_be_uart(fdt, w.offset) : w.offset != wanted)
				break;
			if (take_uart(fdt, path, depth, wanted >= 0, console)) {
				console->node = count - 1;
				return true;
			}
			break;
		case TREE_NODE_END:
			depth--;
			break;
		case TREE_PROP:
			break;
		case TREE_END:
			return false;
		}
	}
}

/* "serial0:115200n8": up to the colon a path or alias, behind it the speed. */
static int resolve_stdout(const void *fdt, const char *value, uint32_t *baud)
{
	const char *colon = strchr(value, ':');
	size_t n = colon ? (size_t)(colon - value) : strlen(value);

	*baud = 0;
	for (const char *p = colon ? colon + 1 : ""; *p >= '0' && *p <= '9' && *baud < 100000000; p++)
		*baud = *baud * 10 + (uint32_t)(*p - '0');
	return tree_find(fdt, value, n);
}

static const char *stdout_path(const void *fdt)
{
	static const char *const names[] = { "stdout-path", "linux,stdout-path" };
	int chosen = tree_find(fdt, "/chosen", strlen("/chosen"));

	for (size_t i = 0; chosen >= 0 && i < ARRAY_SIZE(names); i++) {
		struct tree_value v = tree_get(fdt, chosen, names[i]);

		if (v.data && tree_is_strings(v.data, v.len))
			return (const char *)v.data;
	}
	return NULL;
}

static bool find_console(const void *fdt, struct host_console *console)
{
	const char *value = stdout_path(fdt);
	uint32_t baud = 0;
	int node = value ? resolve_stdout(fdt, value, &baud) : -1;

	/* A stdout-path that leads somewhere is followed or there is no console: another UART may be wired to anything. */
	if (!search_uart(fdt, node, console))
		return false;
	console->baud = node >= 0 ? baud : 0;
	return true;
}

bool dt_find_console(const void *fdt, size_t size, struct host_console *console)
{
	struct tree_stats stats;

	*console = (struct host_console){ .node = HOST_NO_NODE };
	return !tree_check(fdt, size, &stats) && find_console(fdt, console);
}

/* The clock's rate, if it is a fixed one. */
static uint32_t fixed_clock_rate(const struct host_build *b, const struct host_node *n)
{
	for (uint32_t i = 0; i < n->nr_refs; i++) {
		const struct host_node *clock = &b->host->nodes[n->refs[i].node];
		struct tree_value rate = tree_get(b->fdt, clock->offset, "clock-frequency");

		if (n->refs[i].kind == REF_CLOCK && host_node_is_compatible(clock, "fixed-clock") && rate.len == 4)
			return tree_cell(rate.data, 0);
	}
	return 0;
}

void host_finish_console(struct host_build *b)
{
	struct host_console *c = &b->host->console;

	*c = (struct host_console){ .node = HOST_NO_NODE };
	if (!find_console(b->fdt, c))
		return;

	const struct host_node *n = &b->host->nodes[c->node];

	if (n->nr_irqs) {
		c->intid = n->irqs[0].intid;
		c->edge = n->irqs[0].edge;
	}
	if (!c->clock_frequency)
		c->clock_frequency = fixed_clock_rate(b, n);
}
