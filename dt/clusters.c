/* SPDX-License-Identifier: Apache-2.0 */
/* Which CPUs of a board belong together. */
#include "common/lib/string.h"
#include "dt/dt.h"
#include "dt/tree.h"

static bool is_numbered(const char *name, const char *base)
{
	size_t n = strlen(base);

	return strncmp(name, base, n) == 0 && name[n] >= '0' && name[n] <= '9';
}

/* The CPU that a core or thread of /cpus/cpu-map stands for. */
static uint32_t find_cpu(const struct host *host, uint32_t node)
{
	struct tree_value cpu = tree_get(host->tree, node, "cpu");
	uint32_t phandle = cpu.data && cpu.len == 4 ? tree_cell(cpu.data, 0) : 0;

	for (uint32_t i = 0; i < host->nr_cpus; i++)
		if (phandle && host->nodes[host->cpus[i].node].phandle == phandle)
			return i;
	return DT_NO_CLUSTER;
}

uint32_t dt_cpus_below(const struct host *host, uint32_t node, void (*take)(void *ctx, uint32_t cpu), void *ctx)
{
	uint32_t nr = 0;

	for (uint32_t i = node; i < host->tree->nodes[node].end; i++) {
		uint32_t cpu = find_cpu(host, i);

		if (cpu == DT_NO_CLUSTER)
			continue;
		take(ctx, cpu);
		nr++;
	}
	return nr;
}

struct numbering {
	uint32_t *cluster;
	uint32_t next;
	bool used;
};

/* In the first cluster that names it. */
static void number_cpu(void *ctx, uint32_t cpu)
{
	struct numbering *n = ctx;

	if (n->cluster[cpu] != DT_NO_CLUSTER)
		return;
	n->cluster[cpu] = n->next;
	n->used = true;
}

/* A cluster that has cores, as the binding (Linux, Documentation/devicetree/bindings/cpu/cpu-topology.txt) has them, not only clusters. */
static bool has_cores(const struct tree *t, uint32_t node)
{
	for (uint32_t c = node + 1; c < t->nodes[node].end; c = t->nodes[c].end)
		if (is_numbered(t->nodes[c].name, "core"))
			return true;
	return false;
}

static uint32_t from_cpu_map(const struct host *host, uint32_t map, uint32_t *cluster)
{
	const struct tree *t = host->tree;
	struct numbering n = { .cluster = cluster };

	for (uint32_t i = map + 1; i < t->nodes[map].end; i++) {
		if (!is_numbered(t->nodes[i].name, "cluster") || !has_cores(t, i))
			continue;
		dt_cpus_below(host, i, number_cpu, &n);
		n.next += n.used;
		n.used = false;
	}
	return n.next;
}

/*
 * Where Aff0 counts threads (MPIDR_EL1.MT, which no DTB tells), cores are counted in Aff1: then Aff0 of CPUs without threads is 0 throughout.
 */
static unsigned cluster_shift(const struct host *host)
{
	for (uint32_t i = 0; i < host->nr_cpus; i++)
		if (host->cpus[i].mpidr & 0xff)
			return 8;
	return host->nr_cpus > 1 ? 16 : 8;
}

static uint32_t from_mpidr(const struct host *host, uint32_t *cluster)
{
	unsigned shift = cluster_shift(host);
	uint32_t next = 0;

	for (uint32_t i = 0; i < host->nr_cpus; i++) {
		uint32_t like = 0;

		while (like < i && host->cpus[like].mpidr >> shift != host->cpus[i].mpidr >> shift)
			like++;
		cluster[i] = like < i ? cluster[like] : next++;
	}
	return next;
}

uint32_t dt_number_clusters(const struct host *host, uint32_t *cluster)
{
	static const char path[] = "/cpus/cpu-map";
	uint32_t map = tree_find(host->tree, path, sizeof(path) - 1);
	uint32_t nr;

	for (uint32_t i = 0; i < host->nr_cpus; i++)
		cluster[i] = DT_NO_CLUSTER;
	nr = map == TREE_NO_NODE ? 0 : from_cpu_map(host, map, cluster);
	return nr ? nr : from_mpidr(host, cluster);
}
