/* SPDX-License-Identifier: Apache-2.0 */
/* The host DTB into struct host: what each node's properties say. host_build.h tells how the host_*.c files share the work. */
#include "common/lib/string.h"
#include "dt/dt.h"
#include "dt/host_build.h"

const struct known *host_classify(struct host_build *b, const struct tree_prop *p)
{
	/* Names follow each other, most of them 4 bytes or longer: those of one KiB of the strings never share a place. */
	struct prop_cached *c = &b->cache[(p->name_off >> 2) % PROP_CACHE_SIZE];

	if (!c->class || c->name_off != p->name_off)
		*c = (struct prop_cached){ p->name_off, prop_classify(p->name) };
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
	memset(b->by_phandle, 0xff, (b->phandle_mask + 1) * sizeof(*b->by_phandle)); /* HOST_NO_NODE */
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

/* ---- Every node's properties ---- */

static uint8_t small_cell(struct tree_value v)
{
	uint32_t n = v.len == 4 ? tree_cell(v.data, 0) : CELLS_ABSENT;

	return n < CELLS_ABSENT ? (uint8_t)n : CELLS_ABSENT;
}

static bool value_is(struct tree_value v, const char *s)
{
	return v.len == strlen(s) + 1 && memcmp(v.data, s, v.len) == 0;
}

/* What says where the node's numbers lead: read again when all nodes are known. */
static void take_layout(struct node_info *info, const struct tree_prop *p, const struct known *class)
{
	switch (class->id) {
	case PROP_ADDRESS_CELLS:
		info->address_cells = small_cell(p->value);
		info->has_address_cells = true;
		break;
	case PROP_SIZE_CELLS: info->size_cells = small_cell(p->value); break;
	case PROP_RANGES: info->ranges = p->at; break;
	case PROP_REG: info->reg = p->at; break;
	case PROP_INTERRUPTS: info->interrupts = p->at; break;
	case PROP_INTERRUPTS_EXTENDED: info->interrupts_extended = p->at; break;
	case PROP_INTERRUPT_PARENT: info->interrupt_parent = p->value.len == 4 ? tree_cell(p->value.data, 0) : 0; break;
	case PROP_INTERRUPT_CELLS: info->interrupt_cells = small_cell(p->value); break;
	case PROP_INTERRUPT_CONTROLLER: info->interrupt_controller = true; break;
	case PROP_INTERRUPT_MAP: info->interrupt_map = p->at; break;
	case PROP_INTERRUPT_MAP_MASK: info->interrupt_map_mask = p->at; break;
	case PROP_GPIO_HOG: info->gpio_hog = true; break;
	case PROP_CELLS: info->cells_plus_1[class->cells] = (uint8_t)(small_cell(p->value) + 1); break;
	default: break;
	}
}

static void take_compatible(struct host_node *node, struct node_info *info, struct tree_value v)
{
	const struct host_node *last = node->parent == HOST_NO_NODE ? NULL : node - 1;

	if (!tree_is_strings(v))
		return;
	node->compatible = (const char *)v.data;
	node->compatible_len = v.len;
	/* Devices of a kind often follow each other. */
	if (last && last->compatible_len == v.len && memcmp(last->compatible, v.data, v.len) == 0)
		info->compat = info[-1].compat;
	else
		info->compat = compat_mask(node->compatible, node->compatible_len);
}

static void take_property(struct host_node *node, struct node_info *info, const struct tree_prop *p, const struct known *class)
{
	switch (class->id) {
	case PROP_COMPATIBLE:
		take_compatible(node, info, p->value);
		break;
	case PROP_STATUS:
		node->enabled = node->enabled && tree_status_okay(p->value);
		break;
	case PROP_PHANDLE:
		if (p->value.len == 4)
			node->phandle = tree_cell(p->value.data, 0);
		break;
	case PROP_DEVICE_TYPE:
		info->is_memory = value_is(p->value, "memory");
		info->is_bus_master = value_is(p->value, "pci") || value_is(p->value, "network");
		break;
	case PROP_DMA_COHERENT:
		node->dma = true;
		break;
	case PROP_SMC_ID:
		if (p->value.len == 4)
			node->smc_id = tree_cell(p->value.data, 0);
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
		take_layout(info, p, class);
		break;
	}
}

#define NAME(n) KNOWN(n, 0, 0, 0)

/*
 * Names (generic, as the Devicetree Specification 2.2.2 recommends) of devices that reach memory by themselves. It errs on the side of
 * calling a device a bus master: then the user is asked.
 */
static bool named_like_bus_master(const char *name)
{
	static const struct known names[] = {
		NAME("dma"), NAME("gpu"), NAME("isp"), NAME("mmc"), NAME("pci"), NAME("rga"), NAME("ufs"), NAME("usb"),
		NAME("vop"), NAME("vpu"), NAME("ahci"), NAME("jpeg"), NAME("pcie"), NAME("sata"), NAME("dwmmc"), NAME("hdlcd"),
		NAME("sdhci"), NAME("ufshc"), NAME("crypto"), NAME("display"), NAME("dma-apbh"), NAME("ethernet"),
		NAME("remoteproc"), NAME("video-codec"), NAME("dma-controller"), NAME("nand-controller"),
	};

	return known_find(names, ARRAY_SIZE(names), name, tree_base_len(name)) != NULL;
}

static void decide_dma(struct host_node *node, const struct node_info *info, const char *name)
{
	/* A bus without registers only passes on what is behind it; dma-ranges makes it no master. */
	node->dma = node->dma || info->is_bus_master || (info->has_dma_ranges && info->reg) || info->cells_plus_1[CELLS_DMA] ||
		    info->compat >> COMPAT_VIRTIO & 1 || (info->reg && named_like_bus_master(name));
}

#define PATH_PADDING 6

/* Writes a node's path behind the last one. As in the DTB the name begins on a 4-byte boundary and fills whole cells, so it is copied by them. */
static const char *make_path(char **at, const char *parent, size_t parent_len, const struct tree_node *n)
{
	char *name = *at + parent_len + 1, *path;
	const char *from = n->name;

	name += -(uintptr_t)name % 4;
	path = name - 1 - parent_len;
	if (parent_len)
		memcpy(path, parent, parent_len);
	name[-1] = '/';
	for (const char *end = from + n->name_len; from <= end; from += 4, name += 4)
		__builtin_memcpy(__builtin_assume_aligned(name, 4), __builtin_assume_aligned(from, 4), 4);
	*at = name;
	return path;
}

static void begin_node(struct host_build *b, uint32_t index, char **paths)
{
	const struct tree_node *nodes = b->tree->nodes;
	uint32_t parent = nodes[index].parent;
	const struct host_node *up = parent == HOST_NO_NODE ? NULL : &b->host->nodes[parent];
	struct host_node *node = &b->host->nodes[index];
	struct node_info *info = &b->info[index];

	node->path = up ? make_path(paths, up->path, nodes[parent].path_len, &nodes[index]) : "/";
	node->offset = (int)nodes[index].props;
	node->parent = parent;
	node->enabled = up ? up->enabled : true;
	info->interrupt_cells = CELLS_ABSENT;
	info->address_cells = 2; /* the defaults of the Devicetree Specification, 2.3.5 */
	info->size_cells = 1;
}

static void take_top(struct host_build *b, uint32_t index)
{
	static const struct known names[] = {
		KNOWN("cpus", TOP_CPUS, 0, 0), KNOWN("chosen", TOP_CHOSEN, 0, 0), KNOWN("aliases", TOP_ALIASES, 0, 0),
		KNOWN("__symbols__", TOP_SYMBOLS, 0, 0), KNOWN("reserved-memory", TOP_RESERVED, 0, 0),
	};
	const struct tree_node *n = &b->tree->nodes[index];

	if (n->name[0] != 'c' && n->name[0] != '_' && n->name[0] != 'a' && n->name[0] != 'r')
		return;

	const struct known *k = known_find(names, ARRAY_SIZE(names), n->name, n->name_len);

	if (k && b->top[k->id] == HOST_NO_NODE)
		b->top[k->id] = index;
}

static void read_nodes(struct host_build *b, char *paths)
{
	memset(b->top, 0xff, sizeof(b->top)); /* HOST_NO_NODE */
	b->irqs_below = b->irqs_lead_to = HOST_NO_NODE;
	for (uint32_t i = 0; i < b->host->nr_nodes; i++) {
		struct tree_prop p = tree_props(b->tree, i);
		uint32_t cells = 0;

		begin_node(b, i, &paths);
		if (b->tree->nodes[i].parent == 0)
			take_top(b, i);
		while (tree_next_prop(b->tree, &p)) {
			const struct known *class = host_classify(b, &p);

			if (class->id == PROP_OTHER)
				continue;
			take_property(&b->host->nodes[i], &b->info[i], &p, class);
			cells += class->id >= PROP_PARTS ? p.value.len / 4 : 0;
		}
		decide_dma(&b->host->nodes[i], &b->info[i], b->tree->nodes[i].name);
		b->host->nodes[i].iommu = b->info[i].cells_plus_1[CELLS_IOMMU] != 0;
		b->max_cells = (uint32_t)u64_max(b->max_cells, cells);
	}
}

/* ---- Every node's registers, interrupts and references ---- */

void sink_ref(struct node_sink *s, uint32_t node, enum host_ref_kind kind, const char *property, const void *args, uint32_t nr_args)
{
	for (uint32_t i = 0; i < nr_args; i++)
		s->args[s->nr_args + i] = tree_cell(args, i);
	s->refs[s->nr_refs++] = (struct host_ref){ node, (uint16_t)kind, (uint16_t)nr_args, s->args + s->nr_args, property };
	s->nr_args += nr_args;
}

void sink_stream(struct node_sink *s, struct host_stream stream)
{
	s->streams[s->nr_streams++] = stream;
}

/* A copy of what a sink has n of, size bytes in all, at *at, which goes on behind it. NULL: it has none. */
static void *keep(char **at, const void *from, uint32_t n, size_t size)
{
	void *copy = n ? memcpy(*at, from, n * size) : NULL;

	*at += n * size;
	return copy;
}

/* false: no memory. */
static bool keep_sink(struct host_build *b, struct host_node *node, const struct node_sink *s)
{
	size_t irqs = s->nr_irqs * sizeof(*s->irqs), refs = s->nr_refs * sizeof(*s->refs), streams = s->nr_streams * sizeof(*s->streams);
	size_t size = irqs + refs + streams + s->nr_args * sizeof(*s->args);
	char *at = size ? arena_take(b->arena, size, _Alignof(struct host_ref)) : NULL;

	if (!at)
		return !size;

	/* By falling alignment. */
	_Static_assert(_Alignof(struct host_ref) >= _Alignof(struct host_stream) && sizeof(struct host_irq) % _Alignof(uint32_t) == 0, "order");
	node->refs = keep(&at, s->refs, s->nr_refs, sizeof(*s->refs));
	node->streams = keep(&at, s->streams, s->nr_streams, sizeof(*s->streams));
	node->irqs = keep(&at, s->irqs, s->nr_irqs, sizeof(*s->irqs));

	const uint32_t *args = keep(&at, s->args, s->nr_args, sizeof(*args));

	for (uint32_t i = 0; i < s->nr_refs; i++)
		node->refs[i].args = args ? args + (node->refs[i].args - s->args) : NULL;
	node->nr_irqs = s->nr_irqs;
	node->nr_map_irqs = s->nr_map_irqs;
	node->nr_refs = s->nr_refs;
	node->nr_streams = s->nr_streams;
	return true;
}

/* A node of the root whose properties have labels, aliases or what dtc tells overlays for names. */
static bool holds_names(const struct tree_node *n)
{
	return n->parent == 0 && (n->name[0] == '_' ? n->name[1] == '_' : n->name[0] == 'a' && strcmp(n->name, "aliases") == 0);
}

static bool resolve_node(struct host_build *b, uint32_t index, struct node_sink *s)
{
	struct host_node *node = &b->host->nodes[index];

	s->nr_irqs = s->nr_map_irqs = s->nr_refs = s->nr_args = s->nr_streams = 0;
	if (holds_names(&b->tree->nodes[index]))
		return true;
	if (b->info[index].reg && !host_node_regs(b, index))
		return false;
	host_node_irqs(b, index, s);
	if (b->info[index].has_refs)
		host_node_refs(b, index, s);
	return keep_sink(b, node, s);
}

static bool resolve_nodes(struct host_build *b, struct arena *scratch)
{
	struct node_sink s = {
		.irqs = arena_take(scratch, b->max_cells * sizeof(*s.irqs), sizeof(void *)),
		.refs = arena_take(scratch, b->max_cells * sizeof(*s.refs), sizeof(void *)),
		.args = arena_take(scratch, b->max_cells * sizeof(*s.args), sizeof(void *)),
		.streams = arena_take(scratch, b->max_cells * sizeof(*s.streams), sizeof(void *)),
	};

	if (!s.irqs || !s.refs || !s.args || !s.streams)
		return false;
	for (uint32_t i = 0; i < b->host->nr_nodes; i++)
		if (!resolve_node(b, i, &s))
			return false;
	return true;
}

/* ---- Entry ---- */

/* What is needed only until the end lies at the arena's end, which is given back then. */
static bool take_scratch(struct host_build *b, struct arena *scratch, size_t size)
{
	if (size > b->arena->size - b->arena->used)
		return false;
	b->arena->size -= size;
	arena_init(scratch, b->arena->base + b->arena->size, size);
	return true;
}

static bool take_node_scratch(struct host_build *b)
{
	size_t slots = 16, n = b->host->nr_nodes;
	struct arena scratch;

	while (slots < 2 * n)
		slots *= 2;
	if (!take_scratch(b, &scratch, n * sizeof(*b->info) + slots * sizeof(*b->by_phandle) + PROP_CACHE_SIZE * sizeof(*b->cache) + 64))
		return false;
	b->info = ARENA_ARRAY(&scratch, struct node_info, n);
	b->by_phandle = arena_take(&scratch, slots * sizeof(*b->by_phandle), sizeof(void *));
	b->cache = ARENA_ARRAY(&scratch, struct prop_cached, PROP_CACHE_SIZE);
	b->phandle_mask = (uint32_t)slots - 1;
	return b->info && b->by_phandle && b->cache;
}

static bool parse_all(struct host_build *b)
{
	struct host *h = b->host;
	struct arena scratch;
	char *paths = arena_take(b->arena, b->tree->path_bytes + PATH_PADDING * b->tree->nr_nodes, 1);

	h->nr_nodes = b->tree->nr_nodes;
	h->nodes = ARENA_ARRAY(b->arena, struct host_node, h->nr_nodes);
	if (!paths || !h->nodes || !take_node_scratch(b))
		return false;
	read_nodes(b, paths);
	index_phandles(b);
	b->gic = host_find_gic(b);

	size_t cell = sizeof(struct host_irq) + sizeof(struct host_ref) + sizeof(uint32_t) + sizeof(struct host_stream);

	return take_scratch(b, &scratch, b->max_cells * cell + 64) && resolve_nodes(b, &scratch) && host_find_machine(b);
}

static void report_no_memory(struct findings *findings)
{
	findings_add(findings, FINDING_NO_MEMORY, "the board's DTB needs more boot memory than there is: raise CONFIG_BOOT_ARENA_KIB");
}

const struct tree *dt_open_host(const void *fdt, size_t size, struct arena *arena, struct findings *findings)
{
	struct tree *t = ARENA_NEW(arena, struct tree);
	const char *wrong = t ? tree_index(t, fdt, size, arena) : tree_no_memory;

	if (!wrong)
		return t;
	if (wrong == tree_no_memory)
		report_no_memory(findings);
	else
		findings_add(findings, FINDING_DTB_BAD, "the board's DTB cannot be used: %s; give the hypervisor the DTB of this board in x0", wrong);
	return NULL;
}

struct host *dt_parse_host(const struct tree *tree, struct arena *arena, struct findings *findings)
{
	size_t arena_size = arena->size;
	struct host_build b = { .host = ARENA_NEW(arena, struct host), .tree = tree, .arena = arena, .findings = findings };
	bool done = false;

	if (b.host) {
		b.host->tree = tree;
		b.host->fdt_size = fdt_totalsize(tree->fdt);
		done = parse_all(&b);
	}
	arena->size = arena_size;
	if (done)
		return b.host;
	report_no_memory(findings);
	return NULL;
}
