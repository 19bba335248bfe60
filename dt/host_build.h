/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host_*.c files share while a host DTB is parsed: struct host in the making, and what is remembered of each node only until then.
 *
 * Order: host.c goes over all properties once and fills the nodes and their scratch; then every node's reg, interrupts and references are resolved
 * (host_regs.c, host_irqs.c, host_refs.c), which needs all nodes; then host_machine.c picks CPUs, memory, GIC, timer and the rest.
 */
#ifndef DT_HOST_BUILD_H
#define DT_HOST_BUILD_H

#include "common/host.h"
#include "common/lib/arena.h"
#include "common/lib/findings.h"
#include "dt/known.h"
#include "dt/tree.h"

/* Which #...-cells property says how many cells follow a phandle. */
enum ref_cells {
	CELLS_CLOCK, CELLS_RESET, CELLS_POWER_DOMAIN, CELLS_GPIO, CELLS_PHY, CELLS_DMA, CELLS_NVMEM, CELLS_INTERCONNECT, CELLS_IOMMU,
	CELLS_MBOX, CELLS_IO_CHANNEL, CELLS_PWM, CELLS_THERMAL, CELLS_HWLOCK, CELLS_SOUND_DAI, CELLS_COOLING, CELLS_ACCESS, CELLS_MUX,
	CELLS_KINDS,
	CELLS_NONE = CELLS_KINDS, /* a bare phandle */
	CELLS_ONE,                /* always one, whatever the provider says */
	CELLS_THREE,
	CELLS_REST,               /* one phandle; what follows is its argument */
};

/* What a property means to the parser. */
enum prop_id {
	PROP_OTHER,
	PROP_COMPATIBLE, PROP_STATUS, PROP_PHANDLE, PROP_DEVICE_TYPE,
	PROP_ADDRESS_CELLS, PROP_SIZE_CELLS, PROP_RANGES, PROP_DMA_RANGES, PROP_REG,
	PROP_INTERRUPT_PARENT, PROP_INTERRUPT_CELLS, PROP_INTERRUPT_CONTROLLER, PROP_INTERRUPT_MAP_MASK,
	PROP_DMA_COHERENT, PROP_GPIO_HOG, PROP_SMC_ID,
	PROP_CELLS, /* #...-cells of a provider */
	/* Those from here on become interrupts, references or streams. */
	PROP_INTERRUPTS, PROP_PARTS = PROP_INTERRUPTS, PROP_INTERRUPTS_EXTENDED, PROP_INTERRUPT_MAP, PROP_IOMMUS, PROP_IOMMU_MAP,
	PROP_REF,   /* phandles of providers */
	PROP_SYSCON /* looks like a reference to a syscon, and is one if it leads to one */
};

/* The class of a whole name, of a name's end, beginning or part, never NULL: its id is an enum prop_id. */
const struct known *prop_classify(const char *name);

/* What a node is compatible with, as far as the parser looks for it. */
enum compat {
	COMPAT_GIC_V2, COMPAT_GIC_V3, COMPAT_TIMER, COMPAT_PSCI_0_1, COMPAT_PSCI_0_2, COMPAT_PSCI_1_0, COMPAT_SYSCON, COMPAT_FIXED_CLOCK, COMPAT_VIRTIO,
	/* Interrupt controllers that sit before the GIC for wake-up or polarity only: they take the GIC's own specifier and pass the interrupt on
	   under the same number. */
	COMPAT_IRQ_RELAY,
};

/* Bit c is set if a compatible value (a list of strings, of len bytes) has an enum compat c. */
uint32_t compat_mask(const char *list, size_t len);

#define CELLS_ABSENT 0xff /* no such property, or a value no sane tree has */

/* A property's value by where it lies (struct tree_prop.at); 0 if absent. */
typedef uint32_t prop_offset;

struct node_info {
	prop_offset reg, ranges, interrupts, interrupts_extended, interrupt_map, interrupt_map_mask;
	uint32_t interrupt_parent; /* phandle; 0: inherited */
	uint32_t compat;           /* BIT(enum compat) */
	uint8_t address_cells, size_cells; /* for its children */
	uint8_t interrupt_cells;   /* CELLS_ABSENT: no interrupt parent */
	uint8_t cells_plus_1[CELLS_KINDS]; /* 0: no such property, or a value no sane tree has */
	bool has_address_cells, interrupt_controller, gpio_hog, has_refs, is_memory, is_bus_master, has_dma_ranges;
};

/* Nodes directly below the root that have a meaning by their name. */
enum top { TOP_CPUS, TOP_CHOSEN, TOP_ALIASES, TOP_SYMBOLS, TOP_RESERVED, TOPS };

/* A cached classification: names are shared in the strings block, so each is looked at once. */
struct prop_cached {
	uint32_t name_off;
	const struct known *class;
};
#define PROP_CACHE_SIZE 256

struct host_build {
	struct host *host;
	const struct tree *tree; /* its nodes are the host's, in number and order */
	struct arena *arena;
	struct findings *findings;
	struct node_info *info; /* one a node */
	uint32_t *by_phandle;   /* hash table of node indexes, HOST_NO_NODE: empty */
	uint32_t phandle_mask;  /* its size - 1 */
	struct prop_cached *cache;
	uint32_t top[TOPS];     /* HOST_NO_NODE: there is none */
	uint32_t gic;           /* the GIC's node, HOST_NO_NODE: none known */
	uint32_t irqs_below;    /* this node's children that say nothing else have their interrupts understood ... */
	uint32_t irqs_lead_to;  /* ... by that one */
	uint32_t max_cells;     /* the most cells that a node's interrupts and references have together */
};

/* Absent if `at` is 0. */
static inline struct tree_value host_value(const struct host_build *b, prop_offset at)
{
	return at ? tree_value_at(b->tree, at) : (struct tree_value){ 0 };
}

static inline bool host_is(const struct host_build *b, uint32_t node, enum compat c)
{
	return b->info[node].compat >> c & 1;
}

const struct known *host_classify(struct host_build *b, const struct tree_prop *p);

/* HOST_NO_NODE for 0, for all ones and for what no node has. */
uint32_t host_by_phandle(const struct host_build *b, uint32_t phandle);

/* What the parts of the node at hand become. Each array has room for one for each cell that they have, which none exceeds. */
struct node_sink {
	uint32_t nr_irqs, nr_map_irqs, nr_refs, nr_args, nr_streams;
	struct host_irq *irqs;
	struct host_ref *refs;
	uint32_t *args;
	struct host_stream *streams;
};

static inline void sink_irq(struct node_sink *s, struct host_irq irq)
{
	s->irqs[s->nr_irqs++] = irq;
}

/* args: nr_args big-endian cells. */
void sink_ref(struct node_sink *s, uint32_t node, enum host_ref_kind kind, const char *property, const void *args, uint32_t nr_args);
void sink_stream(struct node_sink *s, struct host_stream stream);

/* host_regs.c: fills regs, nr_regs, regs_bad. false: no memory. */
bool host_node_regs(struct host_build *b, uint32_t node) MUST_CHECK;

/* host_irqs.c and host_refs.c: produce into the sink and set the node's flags. */
void host_node_irqs(struct host_build *b, uint32_t node, struct node_sink *s);
void host_node_refs(struct host_build *b, uint32_t node, struct node_sink *s);

/* host_machine.c and host_gic.c: false: no memory. */
bool host_find_machine(struct host_build *b) MUST_CHECK;
uint32_t host_find_gic(const struct host_build *b);
void host_parse_gic(struct host_build *b);

/* host_console.c */
void host_finish_console(struct host_build *b);
/* The name in our list of UARTs that the node is compatible with, or NULL. */
const char *host_uart_kind(const struct host_node *n);

#endif
