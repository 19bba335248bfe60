/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs in the system file: by number, by cluster, by type, or by a node of the board's DTB. */
#include "common/lib/string.h"
#include "dt/system_build.h"

struct cpu_list {
	uint32_t *cpus;
	uint32_t nr, more; /* more: beyond what there is room for */
};

static void add_cpu(void *ctx, uint32_t cpu)
{
	struct cpu_list *l = ctx;

	if (l->nr < CONFIG_MAX_CPUS)
		l->cpus[l->nr++] = cpu;
	else
		l->more++;
}

/* A decimal number of up to six digits at *p, which moves behind it. */
static bool take_number(const char **p, uint32_t *n)
{
	const char *first = *p;

	for (*n = 0; **p >= '0' && **p <= '9' && *p - first < 6; (*p)++)
		*n = *n * 10 + (uint32_t)(**p - '0');
	return *p > first;
}

/* "cluster1", or "cluster1:0" for the first of its CPUs. false: it is not of that form. */
static bool take_cluster(struct reading *r, const char *name, struct cpu_list *l)
{
	const struct host *host = r->b->host;
	const char *p = name + strlen("cluster");
	uint32_t wanted, nth = 0, seen = 0, nr, *cluster;

	if (strncmp(name, "cluster", strlen("cluster")) != 0 || !take_number(&p, &wanted))
		return false;

	bool one = *p == ':';

	if (*p && (!one || (p++, !take_number(&p, &nth)) || *p))
		return false;
	cluster = ARENA_ARRAY(r->b->arena, uint32_t, host->nr_cpus);
	if (!cluster) {
		r->no_memory = true;
		return true;
	}
	nr = dt_number_clusters(host, cluster);
	for (uint32_t i = 0; i < host->nr_cpus; i++)
		if (cluster[i] == wanted && (seen++ == nth || !one))
			add_cpu(l, i);
	if (wanted >= nr)
		bad(r, "there is no cluster %u: the board has %u, counted from 0: see `bulkhead host`", wanted, nr);
	else if (one && nth >= seen)
		bad(r, "\"%s\": cluster %u has %u CPUs, counted from 0", name, wanted, seen);
	return true;
}

/* A core's type, as its node's compatible has it. */
static bool take_type(const struct host *host, const char *name, struct cpu_list *l)
{
	bool any = false;

	for (uint32_t i = 0; i < host->nr_cpus; i++) {
		if (!host_node_is_compatible(&host->nodes[host->cpus[i].node], name))
			continue;
		add_cpu(l, i);
		any = true;
	}
	return any;
}

/* The node of a CPU, or a node of /cpus/cpu-map with all below it. */
static bool take_node(const struct host *host, const char *name, struct cpu_list *l)
{
	static const char map[] = "/cpus/cpu-map";
	uint32_t node = host_find_path(host, name);

	for (uint32_t i = 0; i < host->nr_cpus; i++) {
		if (host->cpus[i].node != node)
			continue;
		add_cpu(l, i);
		return true;
	}
	return node != HOST_NO_NODE && strncmp(host->nodes[node].path, map, sizeof(map) - 1) == 0 && dt_cpus_below(host, node, add_cpu, l);
}

static void take_name(struct reading *r, const char *name, struct cpu_list *l)
{
	const struct host *host = r->b->host;
	const char *end = name;
	uint32_t n;

	if (take_number(&end, &n) && !*end)
		add_cpu(l, n);
	else if (!host)
		bad(r, "\"%s\" names CPUs, and there is no board: use their numbers", name);
	else if (!take_cluster(r, name, l) && !take_node(host, name, l) && !take_type(host, name, l))
		bad(r, "\"%s\" is no CPU of the board: use a number, \"cluster0\", \"cluster0:1\", a type as \"%s\", or the path or label of a CPU's node", name,
		    host->nr_cpus ? host->cpus[0].compatible : "arm,cortex-a53");
}

/* Device trees do not tell numbers and strings apart. A number's first byte is 0 up to CPU 16777215, a name's is not. */
static bool is_names(struct tree_value v)
{
	return tree_is_strings(v) && v.data[0];
}

void read_cpus(struct reading *r, uint32_t **cpus, uint32_t *nr)
{
	const char *s = (const char *)r->value.data, *end = s + r->value.len;
	struct cpu_list l = { .cpus = ARENA_ARRAY(r->b->arena, uint32_t, CONFIG_MAX_CPUS) };
	unsigned before = r->b->findings->count;

	if (!l.cpus) {
		r->no_memory = true;
		return;
	}
	if (is_names(r->value)) {
		for (; s < end && !r->no_memory; s += strlen(s) + 1)
			take_name(r, s, &l);
	} else {
		for (uint32_t i = 0; i < r->value.len / 4; i++)
			add_cpu(&l, tree_cell(s, i));
	}
	if (r->b->findings->count == before && (!l.nr || l.more || (!is_names(r->value) && r->value.len % 4)))
		bad(r, "1 to %u CPU numbers are due, as <0 1>, or names, as \"cluster0\"", CONFIG_MAX_CPUS);
	if (r->b->findings->count != before)
		return;
	*cpus = l.cpus;
	*nr = l.nr;
}
