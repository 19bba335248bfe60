/* SPDX-License-Identifier: Apache-2.0 */
/* What a node refers to: providers by phandle and specifier, and the stream IDs it has at an IOMMU. */
#include "dt/host_build.h"

/* How many cells follow a phandle of that node; CELLS_ABSENT if it does not say. */
static unsigned specifier_cells(const struct host_build *b, uint32_t provider, unsigned cells)
{
	unsigned n;

	switch (cells) {
	case CELLS_NONE: return 0;
	case CELLS_ONE: return 1;
	case CELLS_THREE: return 3;
	default: n = (uint8_t)(b->info[provider].cells_plus_1[cells] - 1); break;
	}
	/* The nvmem binding lets it be absent for providers without arguments. */
	return n == CELLS_ABSENT && cells == CELLS_NVMEM ? 0 : n;
}

/* One phandle with its specifier, from cell `at`. */
struct ref_item {
	uint32_t node; /* HOST_NO_NODE: an empty entry (phandle 0) */
	const uint8_t *args;
	unsigned nr_args;
	size_t next;
};

static bool read_item(const struct host_build *b, struct tree_value v, unsigned cells, size_t at, struct ref_item *item)
{
	uint32_t phandle = tree_cell(v.data, at);

	*item = (struct ref_item){ .node = host_by_phandle(b, phandle), .args = v.data + (at + 1) * 4, .next = at + 1 };
	if (phandle == 0)
		return true;
	if (item->node == HOST_NO_NODE)
		return false;
	item->nr_args = cells == CELLS_REST ? (unsigned)(v.len / 4 - item->next) : specifier_cells(b, item->node, cells);
	item->next += item->nr_args;
	return item->nr_args != CELLS_ABSENT && item->next * 4 <= v.len;
}

static void take_list(struct host_build *b, uint32_t index, const struct tree_prop *p, const struct known *class, struct node_sink *s)
{
	struct tree_value v = p->value;
	struct ref_item item;

	for (size_t at = 0; at * 4 < v.len; at = item.next) {
		if (v.len % 4 != 0 || !read_item(b, v, class->cells, at, &item)) {
			b->host->nodes[index].refs_bad = true;
			return;
		}
		if (item.node != HOST_NO_NODE)
			sink_ref(s, item.node, class->kind, p->name, item.args, item.nr_args);
	}
}

static void take_syscon(const struct host_build *b, const struct tree_prop *p, struct node_sink *s)
{
	struct tree_value v = p->value;
	uint32_t node = v.len >= 4 && v.len % 4 == 0 ? host_by_phandle(b, tree_cell(v.data, 0)) : HOST_NO_NODE;

	if (node != HOST_NO_NODE && host_is(b, node, COMPAT_SYSCON))
		sink_ref(s, node, REF_SYSCON, p->name, v.data + 4, v.len / 4 - 1);
}

/*
 * The first cell of an IOMMU specifier is the stream ID; the second, where SMMUv2 (arm,smmu) has one, a mask of bits that do not matter.
 * Without cells the master has the IOMMU alone.
 */
static void take_iommus(struct host_build *b, uint32_t index, struct tree_value v, struct node_sink *s)
{
	struct ref_item item;

	for (size_t at = 0; at * 4 < v.len; at = item.next) {
		if (v.len % 4 != 0 || !read_item(b, v, CELLS_IOMMU, at, &item) || item.node == HOST_NO_NODE) {
			b->host->nodes[index].refs_bad = true;
			return;
		}
		sink_stream(s, (struct host_stream){
			.iommu = item.node,
			.id = item.nr_args > 0 ? tree_cell(item.args, 0) : 0,
			.count = 1,
			.mask = item.nr_args > 1 ? tree_cell(item.args, 1) : 0,
		});
	}
}

/* Rows of requester ID, IOMMU, stream ID, length (pci-iommu binding). */
static void take_iommu_map(struct host_build *b, uint32_t index, struct tree_value v, struct node_sink *s)
{
	if (v.len % 16 != 0)
		b->host->nodes[index].refs_bad = true;

	for (size_t at = 0; (at + 4) * 4 <= v.len; at += 4) {
		uint32_t iommu = host_by_phandle(b, tree_cell(v.data, at + 1));

		if (iommu == HOST_NO_NODE)
			b->host->nodes[index].refs_bad = true;
		else
			sink_stream(s, (struct host_stream){ iommu, tree_cell(v.data, at + 2), tree_cell(v.data, at + 3), 0 });
	}
}

void host_node_refs(struct host_build *b, uint32_t index, struct node_sink *s)
{
	struct tree_prop p = tree_props(b->tree, index);

	while (tree_next_prop(b->tree, &p)) {
		const struct known *class = host_classify(b, &p);

		switch (class->id) {
		case PROP_REF:
			/* A hog's "gpios" are pin numbers of the controller it is a child of. */
			if (!(class->cells == CELLS_GPIO && b->info[index].gpio_hog))
				take_list(b, index, &p, class, s);
			break;
		case PROP_SYSCON:
			take_syscon(b, &p, s);
			break;
		case PROP_IOMMUS:
			take_iommus(b, index, p.value, s);
			break;
		case PROP_IOMMU_MAP:
			take_iommu_map(b, index, p.value, s);
			break;
		default:
			break;
		}
	}
}
