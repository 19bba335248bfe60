/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs, memory, timer, firmware and /chosen, picked out of the nodes. */
#include "common/lib/string.h"
#include "dt/dt.h"
#include "dt/host_build.h"

/* Aff3 and Aff2 to Aff0 of MPIDR_EL1. */
#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)

static const char *get_string(const struct host_build *b, uint32_t node, const char *name)
{
	struct tree_value v = tree_get(b->tree, node, name);

	return tree_is_strings(v) ? (const char *)v.data : NULL;
}

/* A number of one or two cells. */
static bool get_number(const struct host_build *b, uint32_t node, const char *name, uint64_t *number)
{
	struct tree_value v = tree_get(b->tree, node, name);

	if (v.len != 4 && v.len != 8)
		return false;
	*number = tree_cells(v.data, 0, v.len / 4);
	return true;
}

/* ---- CPUs ---- */

static void take_start_method(const struct host_build *b, uint32_t cpus, uint32_t index, struct host_cpu *cpu)
{
	const char *method = get_string(b, index, "enable-method");

	if (!method)
		method = get_string(b, cpus, "enable-method"); /* older trees say it once for all */
	if (method && strcmp(method, "psci") == 0)
		cpu->start = CPU_START_PSCI;
	else if (method && strcmp(method, "spin-table") == 0 && get_number(b, index, "cpu-release-addr", &cpu->release_addr))
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
	take_start_method(b, cpus, index, cpu);

	for (uint32_t i = 0; i < b->host->nr_cpus; i++)
		if (b->host->cpus[i].mpidr == cpu->mpidr) {
			findings_add(b->findings, FINDING_DTB_BAD, "the board's DTB: %s has the same reg as %s", n->path, b->host->cpus[i].path);
			return false;
		}
	return true;
}

/* The CPUs below /cpus, as many as there is room for. */
static void take_cpus(struct host_build *b, uint32_t cpus, uint32_t room)
{
	const struct tree_node *nodes = b->tree->nodes;
	struct host *h = b->host;

	for (uint32_t i = cpus + 1; i < nodes[cpus].end; i = nodes[i].end) {
		if (!tree_name_is(nodes[i].name, "cpu") || !h->nodes[i].enabled)
			continue;
		if (h->nr_cpus == room) {
			findings_add(b->findings, FINDING_NO_MEMORY, "the board has more than %u CPUs: raise CONFIG_MAX_CPUS", CONFIG_MAX_CPUS);
			return;
		}
		if (take_cpu(b, cpus, i, &h->cpus[h->nr_cpus]))
			h->nr_cpus++;
	}
}

static bool parse_cpus(struct host_build *b)
{
	struct host *h = b->host;
	uint32_t cpus = b->top[TOP_CPUS];
	uint32_t below = cpus == HOST_NO_NODE ? 0 : b->tree->nodes[cpus].end - cpus - 1, room = (uint32_t)u64_min(below, CONFIG_MAX_CPUS);

	h->cpus = ARENA_ARRAY(b->arena, struct host_cpu, room);
	if (!h->cpus)
		return false;
	if (cpus != HOST_NO_NODE)
		take_cpus(b, cpus, room);
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

/* For the children of a node that are enabled. */
static uint32_t next_enabled(const struct host_build *b, uint32_t parent, uint32_t child)
{
	while (child < b->tree->nodes[parent].end && !b->host->nodes[child].enabled)
		child = b->tree->nodes[child].end;
	return child;
}
#define FOR_CHILDREN(b, parent, i) \
	for (uint32_t i = next_enabled(b, parent, parent + 1); i < (b)->tree->nodes[parent].end; i = next_enabled(b, parent, (b)->tree->nodes[i].end))

static bool parse_memory(struct host_build *b)
{
	struct host *h = b->host;
	uint32_t room = 0;

	FOR_CHILDREN(b, 0, i)
		room += b->info[i].is_memory ? h->nodes[i].nr_regs : 0;
	h->ram = ARENA_ARRAY(b->arena, struct mem_range, room);
	if (!h->ram)
		return false;

	FOR_CHILDREN(b, 0, i)
		for (uint32_t k = 0; b->info[i].is_memory && k < h->nodes[i].nr_regs; k++)
			if (h->nodes[i].regs[k].size) /* a placeholder that the boot loader left alone is empty */
				insert_range(h->ram, h->nr_ram++, h->nodes[i].regs[k]);
	h->nr_ram = merge_ranges(h->ram, h->nr_ram);
	if (!h->nr_ram)
		findings_add(b->findings, FINDING_DTB_BAD,
			     "the board's DTB describes no memory: no enabled /memory node has a size; the boot loader normally fills it in");
	return true;
}

static void take_reserved(struct host_build *b, uint32_t index)
{
	struct host *h = b->host;
	const struct host_node *n = &h->nodes[index];
	bool no_map = tree_get(b->tree, index, "no-map").data != NULL;

	for (uint32_t k = 0; k < n->nr_regs; k++)
		if (n->regs[k].size)
			h->reserved[h->nr_reserved++] = (struct host_reserved){ n->regs[k], n->path, no_map };
}

/* A CPU that is never started goes on reading where to start: nobody may write there. Firmware should have reserved it. */
static void reserve_release_address(struct host *h, const struct host_cpu *cpu)
{
	for (uint32_t i = 0; i < h->nr_reserved; i++)
		if (range_within(cpu->release_addr, 8, h->reserved[i].range.base, h->reserved[i].range.size))
			return;
	h->reserved[h->nr_reserved++] = (struct host_reserved){ { cpu->release_addr, 8 }, cpu->path, false };
}

static bool parse_reserved(struct host_build *b)
{
	struct host *h = b->host;
	uint32_t top = b->top[TOP_RESERVED];
	int nr_rsv = fdt_num_mem_rsv(b->tree->fdt);
	uint32_t room = (uint32_t)nr_rsv + h->nr_cpus;

	if (top != HOST_NO_NODE)
		FOR_CHILDREN(b, top, i)
			room += h->nodes[i].nr_regs;
	h->reserved = ARENA_ARRAY(b->arena, struct host_reserved, room);
	if (!h->reserved)
		return false;

	for (int i = 0; i < nr_rsv; i++) {
		struct host_reserved r = { .path = "/memreserve/" };

		if (fdt_get_mem_rsv(b->tree->fdt, i, &r.range.base, &r.range.size) == 0 && r.range.size)
			h->reserved[h->nr_reserved++] = r;
	}
	if (top != HOST_NO_NODE)
		FOR_CHILDREN(b, top, i)
			take_reserved(b, i);
	for (uint32_t i = 0; i < h->nr_cpus; i++)
		if (h->cpus[i].start == CPU_START_SPIN_TABLE)
			reserve_release_address(h, &h->cpus[i]);
	return true;
}

/* ---- Timer and firmware ---- */

/* The first enabled node with one of the bits in its compat. */
static uint32_t find_compatible(const struct host_build *b, uint32_t compat)
{
	for (uint32_t i = 0; i < b->host->nr_nodes; i++)
		if (b->info[i].compat & compat && b->host->nodes[i].enabled)
			return i;
	return HOST_NO_NODE;
}

/* The timer binding's order, unless interrupt-names gives another. */
static uint32_t timer_intid(const struct host_build *b, uint32_t timer, const char *name, uint32_t position)
{
	const struct host_node *n = &b->host->nodes[timer];
	struct tree_value names = tree_get(b->tree, timer, "interrupt-names");

	if (tree_is_strings(names)) {
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
	struct host_timer *t = &b->host->timer;
	uint64_t frequency = 0;

	t->node = find_compatible(b, BIT(COMPAT_TIMER));
	if (t->node == HOST_NO_NODE) {
		findings_add(b->findings, FINDING_DTB_UNSUPPORTED, "the board's DTB has no node of the CPUs' timer (arm,armv8-timer)");
		return;
	}
	t->phys = timer_intid(b, t->node, "phys", 1);
	t->virt = timer_intid(b, t->node, "virt", 2);
	t->hyp = timer_intid(b, t->node, "hyp-phys", 3);
	if (get_number(b, t->node, "clock-frequency", &frequency) && frequency <= UINT32_MAX)
		t->frequency = (uint32_t)frequency;
}

static void parse_psci(struct host_build *b)
{
	struct host *h = b->host;
	uint32_t index = find_compatible(b, BIT(COMPAT_PSCI_0_1) | BIT(COMPAT_PSCI_0_2) | BIT(COMPAT_PSCI_1_0));
	const char *method = index == HOST_NO_NODE ? NULL : get_string(b, index, "method");

	if (!method)
		return;
	if (strcmp(method, "smc") == 0)
		h->psci = HOST_PSCI_SMC;
	else if (strcmp(method, "hvc") == 0)
		h->psci = HOST_PSCI_HVC;
	if (host_is(b, index, COMPAT_PSCI_1_0))
		h->psci_version = 0x00010000;
	else if (host_is(b, index, COMPAT_PSCI_0_2))
		h->psci_version = 0x00000002;
}

/* ---- /chosen, names ---- */

static void parse_chosen(struct host_build *b)
{
	struct host *h = b->host;
	uint32_t n = b->top[TOP_CHOSEN];
	const char *bootargs = n == HOST_NO_NODE ? NULL : get_string(b, n, "bootargs");
	uint64_t start, end;

	h->bootargs = bootargs ? bootargs : "";
	if (n == HOST_NO_NODE || !get_number(b, n, "linux,initrd-start", &start) || !get_number(b, n, "linux,initrd-end", &end))
		return;
	if (end < start)
		findings_add(b->findings, FINDING_DTB_BAD, "the board's DTB: /chosen says that the initrd ends (0x%llx) before it starts (0x%llx)",
			     (unsigned long long)end, (unsigned long long)start);
	else
		h->initrd = (struct mem_range){ start, end - start };
}

/* Properties of /aliases and /__symbols__ whose value is a path. fill false: only counts. */
static uint32_t take_names(struct host_build *b, enum top which, bool fill)
{
	struct host *h = b->host;
	uint32_t index = b->top[which], n = 0;

	if (index == HOST_NO_NODE)
		return 0;

	struct tree_prop p = tree_props(b->tree, index);

	while (tree_next_prop(b->tree, &p)) {
		if (!tree_is_strings(p.value) || p.value.data[0] != '/')
			continue;
		if (fill)
			h->aliases[h->nr_aliases++] = (struct host_alias){ p.name, (const char *)p.value.data };
		n++;
	}
	return n;
}

static bool parse_names(struct host_build *b)
{
	b->host->aliases = ARENA_ARRAY(b->arena, struct host_alias, take_names(b, TOP_ALIASES, false) + take_names(b, TOP_SYMBOLS, false));
	if (!b->host->aliases)
		return false;
	take_names(b, TOP_ALIASES, true);
	take_names(b, TOP_SYMBOLS, true);
	return true;
}

bool host_find_machine(struct host_build *b)
{
	struct host *h = b->host;
	const char *model = get_string(b, 0, "model");

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
