/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs, memory, timer, firmware and /chosen, picked out of the nodes. */
#include "common/lib/string.h"
#include "dt/dt.h"
#include "dt/host_build.h"

/* Aff3 and Aff2 to Aff0 of MPIDR_EL1. */
#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)

static struct tree_value get(const struct host_build *b, const struct host_node *n, const char *name)
{
	return tree_get(b->fdt, n->offset, name);
}

static const char *get_string(const struct host_build *b, const struct host_node *n, const char *name)
{
	struct tree_value v = get(b, n, name);

	return v.data && tree_is_strings(v.data, v.len) ? (const char *)v.data : NULL;
}

/* A number of one or two cells. */
static bool get_number(const struct host_build *b, const struct host_node *n, const char *name, uint64_t *number)
{
	struct tree_value v = get(b, n, name);

	if (v.len != 4 && v.len != 8)
		return false;
	*number = tree_cells(v.data, 0, v.len / 4);
	return true;
}

/* The index of a node that lies directly below the root; HOST_NO_NODE if there is none. */
static uint32_t find_top(const struct host *h, const char *path)
{
	for (uint32_t i = 0; i < h->nr_nodes; i++)
		if (h->nodes[i].parent == 0 && strcmp(h->nodes[i].path, path) == 0)
			return i;
	return HOST_NO_NODE;
}

static uint32_t count_children(const struct host *h, uint32_t parent)
{
	uint32_t n = 0;

	for (uint32_t i = parent + 1; parent != HOST_NO_NODE && i < h->nr_nodes; i++)
		n += h->nodes[i].parent == parent;
	return n;
}

static const char *last_name(const struct host_node *n)
{
	return strrchr(n->path, '/') + 1;
}

/* ---- CPUs ---- */

static void take_start_method(const struct host_build *b, const struct host_node *cpus, const struct host_node *n, struct host_cpu *cpu)
{
	const char *method = get_string(b, n, "enable-method");

	if (!method)
		method = get_string(b, cpus, "enable-method"); /* older trees say it once for all */
	if (method && strcmp(method, "psci") == 0)
		cpu->start = CPU_START_PSCI;
	else if (method && strcmp(method, "spin-table") == 0 && get_number(b, n, "cpu-release-addr", &cpu->release_addr))
		cpu->start = CPU_START_SPIN_TABLE;
}

static bool take_cpu(const struct host_build *b, uint32_t cpus, uint32_t index, struct host_cpu *cpu)
{
	const struct host_node *n = &b->host->nodes[index];
	unsigned cells = b->info[cpus].address_cells;
	struct tree_value reg = host_value(b, b->info[index].reg);

	if (cells < 1 || cells > 2 || reg.len != cells * 4) {
		findings_add(b->findings, FINDING_DTB_BAD, "the board's DTB: %s has no proper reg (%u cells are due)", n->path, cells);
		return false;
	}
	*cpu = (struct host_cpu){ .path = n->path, .compatible = n->compatible ? n->compatible : "", .node = index };
	cpu->mpidr = tree_cells(reg.data, 0, cells) & MPIDR_AFFINITY;
	take_start_method(b, &b->host->nodes[cpus], n, cpu);

	for (uint32_t i = 0; i < b->host->nr_cpus; i++)
		if (b->host->cpus[i].mpidr == cpu->mpidr) {
			findings_add(b->findings, FINDING_DTB_BAD, "the board's DTB: %s has the same reg as %s", n->path, b->host->cpus[i].path);
			return false;
		}
	return true;
}

static bool parse_cpus(struct host_build *b)
{
	struct host *h = b->host;
	uint32_t cpus = find_top(h, "/cpus"), room = count_children(h, cpus);

	if (room > CONFIG_MAX_CPUS)
		room = CONFIG_MAX_CPUS;
	h->cpus = ARENA_ARRAY(b->arena, struct host_cpu, room);
	if (!h->cpus)
		return false;

	for (uint32_t i = cpus + 1; cpus != HOST_NO_NODE && i < h->nr_nodes; i++) {
		const struct host_node *n = &h->nodes[i];

		if (n->parent != cpus || !tree_name_is(last_name(n), "cpu") || !n->enabled)
			continue;
		if (h->nr_cpus == room) {
			findings_add(b->findings, FINDING_NO_MEMORY, "the board has more than %u CPUs: raise CONFIG_MAX_CPUS", CONFIG_MAX_CPUS);
			break;
		}
		if (take_cpu(b, cpus, i, &h->cpus[h->nr_cpus]))
			h->nr_cpus++;
	}
	if (!h->nr_cpus)
		findings_add(b->findings, FINDING_DTB_BAD, "the board's DTB describes no usable CPU below /cpus");
	return true;
}

/* ---- Memory ---- */

/* Insertion into the sorted array: boards have a handful of ranges. */
static void insert_range(struct mem_range *ranges, uint32_t n, struct mem_range r)
{
	for (; n > 0 && ranges[n - 1].base > r.base; n--)
		ranges[n] = ranges[n - 1];
	ranges[n] = r;
}

/* Joins what touches or overlaps in a sorted array; returns the new count. */
static uint32_t merge_ranges(struct mem_range *ranges, uint32_t n)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct mem_range *last = kept ? &ranges[kept - 1] : NULL;

		if (last && ranges[i].base - last->base <= last->size)
			last->size = u64_max(last->size, ranges[i].base - last->base + ranges[i].size);
		else
			ranges[kept++] = ranges[i];
	}
	return kept;
}

static bool is_memory(const struct host_build *b, uint32_t index)
{
	return b->info[index].is_memory && b->host->nodes[index].parent == 0 && b->host->nodes[index].enabled;
}

static bool parse_memory(struct host_build *b)
{
	struct host *h = b->host;
	uint32_t room = 0;

	for (uint32_t i = 0; i < h->nr_nodes; i++)
		room += is_memory(b, i) ? h->nodes[i].nr_regs : 0;
	h->ram = ARENA_ARRAY(b->arena, struct mem_range, room);
	if (!h->ram)
		return false;

	for (uint32_t i = 0; i < h->nr_nodes; i++)
		for (uint32_t k = 0; is_memory(b, i) && k < h->nodes[i].nr_regs; k++)
			if (h->nodes[i].regs[k].size) /* a placeholder that the boot loader left alone is empty */
				insert_range(h->ram, h->nr_ram++, h->nodes[i].regs[k]);
	h->nr_ram = merge_ranges(h->ram, h->nr_ram);
	if (!h->nr_ram)
		findings_add(b->findings, FINDING_DTB_BAD,
			     "the board's DTB describes no memory: no enabled /memory node has a size; the boot loader normally fills it in");
	return true;
}

static bool parse_reserved(struct host_build *b)
{
	struct host *h = b->host;
	uint32_t top = find_top(h, "/reserved-memory");
	int nr_rsv = fdt_num_mem_rsv(b->fdt);
	uint32_t room = (uint32_t)nr_rsv;

	for (uint32_t i = 0; i < h->nr_nodes; i++)
		room += top != HOST_NO_NODE && h->nodes[i].parent == top ? h->nodes[i].nr_regs : 0;
	h->reserved = ARENA_ARRAY(b->arena, struct host_reserved, room);
	if (!h->reserved)
		return false;

	for (int i = 0; i < nr_rsv; i++) {
		struct host_reserved r = { .path = "/memreserve/" };

		if (fdt_get_mem_rsv(b->fdt, i, &r.range.base, &r.range.size) == 0 && r.range.size)
			h->reserved[h->nr_reserved++] = r;
	}
	for (uint32_t i = 0; i < h->nr_nodes; i++) {
		const struct host_node *n = &h->nodes[i];

		if (top == HOST_NO_NODE || n->parent != top || !n->enabled)
			continue;
		for (uint32_t k = 0; k < n->nr_regs; k++)
			if (n->regs[k].size)
				h->reserved[h->nr_reserved++] = (struct host_reserved){ n->regs[k], n->path, get(b, n, "no-map").data != NULL };
	}
	return true;
}

/* ---- Timer and firmware ---- */

static uint32_t find_compatible(const struct host *h, const char *const *names, size_t n)
{
	for (uint32_t i = 0; i < h->nr_nodes; i++)
		for (size_t k = 0; h->nodes[i].enabled && k < n; k++)
			if (host_node_is_compatible(&h->nodes[i], names[k]))
				return i;
	return HOST_NO_NODE;
}

/* The timer binding's order, unless interrupt-names gives another. */
static uint32_t timer_intid(const struct host_build *b, const struct host_node *n, const char *name, uint32_t position)
{
	struct tree_value names = get(b, n, "interrupt-names");

	if (names.data && tree_is_strings(names.data, names.len)) {
		const char *p = (const char *)names.data, *end = p + names.len;

		for (position = 0; p < end && strcmp(p, name) != 0; position++)
			p += strlen(p) + 1;
		if (p == end)
			return 0;
	}
	return position < n->nr_irqs ? n->irqs[position].intid : 0;
}

static void parse_timer(struct host_build *b)
{
	static const char *const names[] = { "arm,armv8-timer" };
	struct host_timer *t = &b->host->timer;
	uint64_t frequency = 0;

	t->node = find_compatible(b->host, names, ARRAY_SIZE(names));
	if (t->node == HOST_NO_NODE) {
		findings_add(b->findings, FINDING_DTB_UNSUPPORTED, "the board's DTB has no node of the CPUs' timer (arm,armv8-timer)");
		return;
	}

	const struct host_node *n = &b->host->nodes[t->node];

	t->phys = timer_intid(b, n, "phys", 1);
	t->virt = timer_intid(b, n, "virt", 2);
	t->hyp = timer_intid(b, n, "hyp-phys", 3);
	if (get_number(b, n, "clock-frequency", &frequency) && frequency <= UINT32_MAX)
		t->frequency = (uint32_t)frequency;
}

static void parse_psci(struct host_build *b)
{
	static const char *const names[] = { "arm,psci-1.0", "arm,psci-0.2", "arm,psci" };
	struct host *h = b->host;
	uint32_t index = find_compatible(h, names, ARRAY_SIZE(names));
	const char *method = index == HOST_NO_NODE ? NULL : get_string(b, &h->nodes[index], "method");

	if (!method)
		return;
	if (strcmp(method, "smc") == 0)
		h->psci = HOST_PSCI_SMC;
	else if (strcmp(method, "hvc") == 0)
		h->psci = HOST_PSCI_HVC;
	if (host_node_is_compatible(&h->nodes[index], "arm,psci-1.0"))
		h->psci_version = 0x00010000;
	else if (host_node_is_compatible(&h->nodes[index], "arm,psci-0.2"))
		h->psci_version = 0x00000002;
}

/* ---- /chosen, names ---- */

static void parse_chosen(struct host_build *b)
{
	struct host *h = b->host;
	uint32_t index = find_top(h, "/chosen");
	const struct host_node *n = index == HOST_NO_NODE ? NULL : &h->nodes[index];
	const char *bootargs = n ? get_string(b, n, "bootargs") : NULL;
	uint64_t start, end;

	h->bootargs = bootargs ? bootargs : "";
	if (!n || !get_number(b, n, "linux,initrd-start", &start) || !get_number(b, n, "linux,initrd-end", &end))
		return;
	if (end < start)
		findings_add(b->findings, FINDING_DTB_BAD, "the board's DTB: /chosen says that the initrd ends (0x%llx) before it starts (0x%llx)",
			     (unsigned long long)end, (unsigned long long)start);
	else
		h->initrd = (struct mem_range){ start, end - start };
}

/* Properties of /aliases and /__symbols__ whose value is a path. fill false: only counts. */
static uint32_t take_names(struct host_build *b, const char *path, bool fill)
{
	struct host *h = b->host;
	uint32_t index = find_top(h, path), n = 0;
	struct tree_walk w;

	if (index == HOST_NO_NODE)
		return 0;
	tree_walk_init(&w, b->fdt, h->nodes[index].offset);
	tree_next(&w);
	while (tree_next_prop(&w)) {
		if (!tree_is_strings(w.data, w.len) || w.data[0] != '/')
			continue;
		if (fill)
			h->aliases[h->nr_aliases++] = (struct host_alias){ tree_prop_name(&w), (const char *)w.data };
		n++;
	}
	return n;
}

static bool parse_names(struct host_build *b)
{
	b->host->aliases = ARENA_ARRAY(b->arena, struct host_alias, take_names(b, "/aliases", false) + take_names(b, "/__symbols__", false));
	if (!b->host->aliases)
		return false;
	take_names(b, "/aliases", true);
	take_names(b, "/__symbols__", true);
	return true;
}

bool host_find_machine(struct host_build *b)
{
	struct host *h = b->host;
	const char *model = get_string(b, &h->nodes[0], "model");

	h->model = model ? model : "";
	h->compatible = h->nodes[0].compatible ? h->nodes[0].compatible : "";
	h->compatible_len = h->nodes[0].compatible_len;
	if (!parse_cpus(b) || !parse_memory(b) || !parse_reserved(b) || !parse_names(b))
		return false;
	host_parse_gic(b);
	parse_timer(b);
	parse_psci(b);
	parse_chosen(b);
	host_finish_console(b);
	return true;
}
