/* SPDX-License-Identifier: Apache-2.0 */
/* The host DTB into struct host: the walk over all nodes. host_build.h tells how the host_*.c files share the work. */
#include "common/lib/string.h"
#include "dt/dt.h"
#include "dt/host_build.h"

struct tree_value host_value(const struct host_build *b, prop_offset at)
{
	return at ? tree_value_at(b->fdt, at) : (struct tree_value){ 0 };
}

const struct prop_class *host_classify(struct host_build *b, const struct tree_walk *w)
{
	struct prop_cached *c = &b->cache[(w->name_off >> 2 ^ w->name_off >> 10 ^ w->name_off << 4) % PROP_CACHE_SIZE];

	if (!c->class || c->name_off != w->name_off)
		*c = (struct prop_cached){ w->name_off, prop_classify(tree_prop_name(w)) };
	return c->class;
}

/* ---- phandles ---- */

/* Most phandles are small and dense or share their upper bits, so the low bits spread them well. */
static uint32_t *phandle_slot(const struct host_build *b, uint32_t phandle)
{
	uint32_t i = phandle & b->phandle_mask;

	while (b->by_phandle[i] != HOST_NO_NODE && b->host->nodes[b->by_phandle[i]].phandle != phandle)
		i = (i + 1) & b->phandle_mask;
	return &b->by_phandle[i];
}

uint32_t host_by_phandle(const struct host_build *b, uint32_t phandle)
{
	return phandle == 0 || phandle == UINT32_MAX ? HOST_NO_NODE : *phandle_slot(b, phandle);
}

static void index_phandles(struct host_build *b)
{
	for (uint32_t i = 0; i <= b->phandle_mask; i++)
		b->by_phandle[i] = HOST_NO_NODE;

	for (uint32_t i = 0; i < b->host->nr_nodes; i++) {
		uint32_t phandle = b->host->nodes[i].phandle;

		if (phandle == 0 || phandle == UINT32_MAX)
			continue;

		uint32_t *slot = phandle_slot(b, phandle);

		if (*slot == HOST_NO_NODE)
			*slot = i;
		else
			findings_add(b->findings, FINDING_DTB_BAD, "the board's DTB: %s and %s have the same phandle",
				     b->host->nodes[*slot].path, b->host->nodes[i].path);
	}
}

/* ---- The walk ---- */

static uint8_t small_cell(const struct tree_walk *w)
{
	uint32_t v = w->len == 4 ? tree_cell(w->data, 0) : CELLS_ABSENT;

	return v < CELLS_ABSENT ? (uint8_t)v : CELLS_ABSENT;
}

static void take_layout(struct node_info *info, const struct tree_walk *w, const struct prop_class *class)
{
	switch (class->id) {
	case PROP_ADDRESS_CELLS:
		info->address_cells = small_cell(w);
		info->has_address_cells = true;
		break;
	case PROP_SIZE_CELLS: info->size_cells = small_cell(w); break;
	case PROP_RANGES: info->ranges = w->offset; break;
	case PROP_REG: info->reg = w->offset; break;
	case PROP_INTERRUPTS: info->interrupts = w->offset; break;
	case PROP_INTERRUPTS_EXTENDED: info->interrupts_extended = w->offset; break;
	case PROP_INTERRUPT_PARENT: info->interrupt_parent = w->len == 4 ? tree_cell(w->data, 0) : 0; break;
	case PROP_INTERRUPT_CELLS: info->interrupt_cells = small_cell(w); break;
	case PROP_INTERRUPT_CONTROLLER: info->interrupt_controller = true; break;
	case PROP_INTERRUPT_MAP: info->interrupt_map = w->offset; break;
	case PROP_INTERRUPT_MAP_MASK: info->interrupt_map_mask = w->offset; break;
	case PROP_GPIO_HOG: info->gpio_hog = true; break;
	case PROP_CELLS: info->cells[class->cells] = small_cell(w); break;
	default: break;
	}
}

static bool value_is(const struct tree_walk *w, const char *s)
{
	return w->len == strlen(s) + 1 && memcmp(w->data, s, w->len) == 0;
}

static void take_property(struct host_build *b, uint32_t index, const struct tree_walk *w)
{
	const struct prop_class *class = host_classify(b, w);
	struct host_node *node = &b->host->nodes[index];
	struct node_info *info = &b->info[index];

	switch (class->id) {
	case PROP_OTHER:
		break;
	case PROP_COMPATIBLE:
		if (tree_is_strings(w->data, w->len)) {
			node->compatible = (const char *)w->data;
			node->compatible_len = w->len;
		}
		break;
	case PROP_STATUS:
		node->enabled = node->enabled && tree_status_okay(w->data, w->len);
		break;
	case PROP_PHANDLE:
		if (w->len == 4)
			node->phandle = tree_cell(w->data, 0);
		break;
	case PROP_DEVICE_TYPE:
		info->is_memory = value_is(w, "memory");
		info->is_bus_master = value_is(w, "pci") || value_is(w, "network");
		break;
	case PROP_DMA_COHERENT:
		node->dma = true;
		break;
	case PROP_DMA_RANGES:
		info->has_dma_ranges = true;
		break;
	case PROP_IOMMUS:
	case PROP_IOMMU_MAP:
		node->dma = true;
		info->has_refs = true;
		break;
	case PROP_REF:
	case PROP_SYSCON:
		info->has_refs = true;
		break;
	default:
		take_layout(info, w, class);
		break;
	}
}

/*
 * Names (generic, as the Devicetree Specification 2.2.2 recommends) of devices that reach memory by themselves. It errs on the side of
 * calling a device a bus master: then the user is asked.
 */
static bool named_like_bus_master(const char *name)
{
	static const char *const names[] = {
		"ahci", "crypto", "dma", "dma-controller", "dma-apbh", "display", "dwmmc", "ethernet", "gpu", "hdlcd", "isp", "jpeg",
		"mmc", "nand-controller", "pcie", "pci", "remoteproc", "rga", "sata", "sdhci", "ufs", "ufshc", "usb", "video-codec", "vop", "vpu",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (tree_name_is(name, names[i]))
			return true;
	return false;
}

static void decide_dma(struct host_build *b, uint32_t index)
{
	struct host_node *node = &b->host->nodes[index];
	const struct node_info *info = &b->info[index];

	/* A bus without registers only passes on what is behind it; dma-ranges makes it no master. */
	node->dma = node->dma || info->is_bus_master || (info->has_dma_ranges && info->reg) || info->cells[CELLS_DMA] != CELLS_ABSENT ||
		    host_node_is_compatible(node, "virtio,mmio") || (info->reg && named_like_bus_master(strrchr(node->path, '/') + 1));
}

/* Writes a node's path behind the last one. */
static const char *make_path(char **at, const char *parent, const char *name)
{
	char *path = *at, *p = path;
	size_t n = parent && parent[1] ? strlen(parent) : 0; /* below the root: nothing before the slash */

	memcpy(p, parent ? parent : "", n);
	p += n;
	*p++ = '/';
	n = strlen(name);
	memcpy(p, name, n);
	p[n] = '\0';
	*at = p + n + 1;
	return path;
}

static void begin_node(struct host_build *b, uint32_t index, uint32_t parent, const struct tree_walk *w, char **paths)
{
	struct host_node *node = &b->host->nodes[index];
	struct node_info *info = &b->info[index];
	const struct host_node *up = parent == HOST_NO_NODE ? NULL : &b->host->nodes[parent];

	node->path = make_path(paths, up ? up->path : NULL, up ? w->name : "");
	node->offset = w->offset;
	node->parent = parent;
	node->enabled = up ? up->enabled : true;
	memset(info->cells, CELLS_ABSENT, sizeof(info->cells));
	info->interrupt_cells = CELLS_ABSENT;
	info->address_cells = 2; /* the defaults of the Devicetree Specification, 2.3.5 */
	info->size_cells = 1;
}

static void walk_nodes(struct host_build *b, char *paths)
{
	uint32_t open[TREE_MAX_DEPTH + 1] = { HOST_NO_NODE };
	uint32_t count = 0;
	unsigned depth = 0;
	struct tree_walk w;

	tree_walk_init(&w, b->fdt, 0);
	for (;;) {
		switch (tree_next(&w)) {
		case TREE_NODE:
			begin_node(b, count, open[depth], &w, &paths);
			open[++depth] = count++;
			break;
		case TREE_PROP:
			take_property(b, open[depth], &w);
			break;
		case TREE_NODE_END:
			decide_dma(b, open[depth--]);
			break;
		case TREE_END:
			return;
		}
	}
}

/* ---- Every node's registers, interrupts and references ---- */

void sink_irq(struct node_sink *s, struct host_irq irq)
{
	if (s->fill)
		s->irqs[s->nr_irqs] = irq;
	s->nr_irqs++;
}

void sink_ref(struct node_sink *s, uint32_t node, enum host_ref_kind kind, const char *property, const void *args, uint32_t nr_args)
{
	if (s->fill) {
		uint32_t *copy = s->args + s->nr_args;

		s->refs[s->nr_refs] = (struct host_ref){ node, (uint16_t)kind, (uint16_t)nr_args, copy, property };
		for (uint32_t i = 0; i < nr_args; i++)
			copy[i] = tree_cell(args, i);
	}
	s->nr_refs++;
	s->nr_args += nr_args;
}

void sink_stream(struct node_sink *s, struct host_stream stream)
{
	if (s->fill)
		s->streams[s->nr_streams] = stream;
	s->nr_streams++;
}

static void produce(struct host_build *b, uint32_t index, struct node_sink *s)
{
	host_node_irqs(b, index, s);
	if (b->info[index].has_refs)
		host_node_refs(b, index, s);
}

/* Nodes of the root whose properties have labels and aliases for names. */
static bool holds_names(const struct host_node *node)
{
	return node->parent == 0 && (strncmp(node->path, "/__", 3) == 0 || strcmp(node->path, "/aliases") == 0);
}

static bool resolve_node(struct host_build *b, uint32_t index)
{
	struct host_node *node = &b->host->nodes[index];
	struct node_sink s = { 0 };

	if (holds_names(node))
		return true;
	if (b->info[index].reg && !host_node_regs(b, index))
		return false;
	produce(b, index, &s);
	if (s.nr_irqs + s.nr_refs + s.nr_streams == 0)
		return true;

	node->irqs = ARENA_ARRAY(b->arena, struct host_irq, s.nr_irqs);
	node->refs = ARENA_ARRAY(b->arena, struct host_ref, s.nr_refs);
	node->streams = ARENA_ARRAY(b->arena, struct host_stream, s.nr_streams);
	uint32_t *args = ARENA_ARRAY(b->arena, uint32_t, s.nr_args);

	if (!node->irqs || !node->refs || !node->streams || !args)
		return false;
	s = (struct node_sink){ .fill = true, .irqs = node->irqs, .refs = node->refs, .args = args, .streams = node->streams };
	produce(b, index, &s);
	node->nr_irqs = s.nr_irqs;
	node->nr_map_irqs = s.nr_map_irqs;
	node->nr_refs = s.nr_refs;
	node->nr_streams = s.nr_streams;
	return true;
}

/* ---- Entry ---- */

/* What is needed only until the end lies at the arena's end, which is given back then. */
static bool take_scratch(struct host_build *b, struct arena *scratch, const struct tree_stats *stats)
{
	size_t slots = 16;

	while (slots < 2 * (size_t)stats->nr_nodes)
		slots *= 2;

	size_t size = stats->nr_nodes * sizeof(*b->info) + slots * sizeof(*b->by_phandle) + PROP_CACHE_SIZE * sizeof(*b->cache) + 64;

	if (size > b->arena->size - b->arena->used)
		return false;
	b->arena->size -= size;
	arena_init(scratch, b->arena->base + b->arena->size, size);
	b->info = ARENA_ARRAY(scratch, struct node_info, stats->nr_nodes);
	b->by_phandle = ARENA_ARRAY(scratch, uint32_t, slots);
	b->cache = ARENA_ARRAY(scratch, struct prop_cached, PROP_CACHE_SIZE);
	b->phandle_mask = (uint32_t)slots - 1;
	return b->info && b->by_phandle && b->cache;
}

static bool parse_all(struct host_build *b, const struct tree_stats *stats)
{
	struct host *h = b->host;
	struct arena scratch;
	char *paths = arena_alloc(b->arena, stats->path_bytes, 1);

	h->nodes = ARENA_ARRAY(b->arena, struct host_node, stats->nr_nodes);
	if (!paths || !h->nodes || !take_scratch(b, &scratch, stats))
		return false;
	h->nr_nodes = stats->nr_nodes;

	walk_nodes(b, paths);
	index_phandles(b);
	b->gic = host_find_gic(b);
	for (uint32_t i = 0; i < h->nr_nodes; i++)
		if (!resolve_node(b, i))
			return false;
	return host_find_machine(b);
}

struct host *dt_parse_host(const void *fdt, size_t size, struct arena *arena, struct findings *findings)
{
	struct tree_stats stats;
	const char *wrong = tree_check(fdt, size, &stats);

	if (wrong) {
		findings_add(findings, FINDING_DTB_BAD, "the board's DTB cannot be used: %s; give the hypervisor the DTB of this board in x0", wrong);
		return NULL;
	}

	size_t arena_size = arena->size;
	struct host_build b = { .host = ARENA_NEW(arena, struct host), .fdt = fdt, .arena = arena, .findings = findings };
	bool done = false;

	if (b.host) {
		b.host->fdt = fdt;
		b.host->fdt_size = fdt_totalsize(fdt);
		done = parse_all(&b, &stats);
	}
	arena->size = arena_size;
	if (done)
		return b.host;
	findings_add(findings, FINDING_NO_MEMORY, "the board's DTB with its %u nodes needs more boot memory than there is: raise CONFIG_BOOT_ARENA_KIB",
		     stats.nr_nodes);
	return NULL;
}
