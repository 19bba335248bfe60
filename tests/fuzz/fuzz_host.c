/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the board's DTB: no crash, no read beyond them, and either a host or a finding. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dt/dt.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check_node(const struct host *h, uint32_t i)
{
	const struct host_node *n = &h->nodes[i];

	require(n->path[0] == '/' && (i == 0 ? n->parent == HOST_NO_NODE : n->parent < i));
	for (uint32_t k = 0; k < n->nr_regs; k++)
		require(n->regs[k].size == 0 || n->regs[k].base + (n->regs[k].size - 1) >= n->regs[k].base);
	for (uint32_t k = 0; k < n->nr_irqs; k++)
		require(n->irqs[k].intid >= 16 && n->irqs[k].intid < 1020);
	for (uint32_t k = 0; k < n->nr_refs; k++)
		require(n->refs[k].node < h->nr_nodes && strlen(n->refs[k].property) > 0);
	for (uint32_t k = 0; k < n->nr_streams; k++)
		require(n->streams[k].iommu < h->nr_nodes);
	(void)host_node_is_compatible(n, "syscon");
}

static void check_host(const struct host *h)
{
	for (uint32_t i = 0; i < h->nr_nodes; i++)
		check_node(h, i);
	for (uint32_t i = 1; i < h->nr_ram; i++)
		require(h->ram[i].base - h->ram[i - 1].base > h->ram[i - 1].size);
	for (uint32_t i = 0; i < h->nr_aliases; i++)
		(void)host_find_path(h, h->aliases[i].name);
	require(!h->console.present || h->console.node < h->nr_nodes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(64) uint8_t memory[256 << 10];
	struct host_console console;
	struct findings findings;
	struct arena arena;
	/* malloc's alignment is a boot loader's; its end is where a sanitizer looks. */
	void *dtb = malloc(size ? size : 1);

	if (size)
		memcpy(dtb, data, size);
	arena_init(&arena, memory, sizeof(memory));
	findings_init(&findings, &arena);

	const struct tree *tree = dt_open_host(dtb, size, &arena, &findings);
	const struct host *h = tree ? dt_parse_host(tree, &arena, &findings) : NULL;

	require(h || findings.count);
	if (h)
		check_host(h);
	if (tree)
		require(dt_find_console(tree, &console) == console.present && (!h || console.present == h->console.present));
	free(dtb);
	return 0;
}
