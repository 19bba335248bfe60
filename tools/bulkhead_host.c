/* SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead host`: what was understood of a board; `bulkhead explain`: of one node, and whose it is. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arm64/errata.h"
#include "dt/dt.h"
#include "passthrough/passthrough.h"
#include "tools/bulkhead.h"

static void print_range(FILE *out, const char *label, const struct mem_range *r, const char *what)
{
	if (r->size)
		LINE(out, label, "0x%010" PRIx64 "  %s%s%s", r->base, size_of(r->size), *what ? "  " : "", what);
}

static void print_cpus(FILE *out, const struct host *h)
{
	static const char *const starts[] = { "no way to start it", "PSCI", "spin table" };
	uint32_t *cluster = malloc((h->nr_cpus + 1) * sizeof(*cluster)), seen[CONFIG_MAX_CPUS] = { 0 };

	if (!cluster)
		abort();
	dt_number_clusters(h, cluster);
	for (uint32_t i = 0; i < h->nr_cpus; i++) {
		const struct host_cpu *c = &h->cpus[i];
		char name[32] = "no cluster";

		if (cluster[i] != DT_NO_CLUSTER)
			snprintf(name, sizeof(name), "cluster%" PRIu32 ":%" PRIu32, cluster[i], seen[cluster[i]]++);
		LINE(out, i ? "" : "CPUs", "%3" PRIu32 "  MPIDR 0x%" PRIx64 "  %s  %s  %s  %s", i, c->mpidr, *c->compatible ? c->compatible : "-", starts[c->start],
		     c->path, name);
	}
	free(cluster);
}

/* Cores with errata that concern the hypervisor, by what device trees call them. */
static const struct {
	const char *compatible;
	uint32_t midr;
} cores[] = {
	{ "arm,cortex-a53", 0x410fd030 }, { "arm,cortex-a55", 0x410fd050 }, { "arm,cortex-a57", 0x410fd070 }, { "arm,cortex-a72", 0x410fd080 },
	{ "arm,cortex-a76", 0x410fd0b0 }, { "cavium,thunder", 0x430f0a10 }, { "cavium,thunderx", 0x430f0a10 },
};

static bool cpu_before(const struct host *h, uint32_t cpu)
{
	for (uint32_t i = 0; i < cpu; i++)
		if (strcmp(h->cpus[i].compatible, h->cpus[cpu].compatible) == 0)
			return true;
	return false;
}

/* The revision is not known from a device tree: at boot it is, and the log says what the CPUs have. */
static void print_errata(FILE *out, const struct host *h)
{
	static const char *const fates[] = { [ERRATUM_DONE] = "worked around", [ERRATUM_REFUSED] = "needs gic-version = <2>" };
	const char *label = "errata";

	for (uint32_t i = 0; i < h->nr_cpus; i++) {
		uint32_t midr = 0;

		for (unsigned c = 0; c < ARRAY_SIZE(cores); c++)
			if (strcmp(cores[c].compatible, h->cpus[i].compatible) == 0)
				midr = cores[c].midr;
		for (const struct erratum *e = errata_next(midr, NULL); e && !cpu_before(h, i); e = errata_next(midr, e)) {
			LINE(out, label, "%s  %s  %s%s", h->cpus[i].compatible, e->id, fates[e->fate], e->last == ERRATUM_ALL ? "" : ", where the revision has it");
			label = "";
		}
	}
}

static void print_memory(FILE *out, const struct host *h)
{
	for (uint32_t i = 0; i < h->nr_ram; i++)
		print_range(out, i ? "" : "memory", &h->ram[i], "");
	for (uint32_t i = 0; i < h->nr_reserved; i++)
		print_range(out, i ? "" : "reserved", &h->reserved[i].range, h->reserved[i].path);
	print_range(out, "initrd", &h->initrd, "");
}

static void print_gic(FILE *out, const struct host *h)
{
	const struct host_gic *g = &h->gic;

	if (!g->version) {
		LINE(out, "GIC", "%s", "none that is known");
		return;
	}
	LINE(out, "GIC", "GICv%u  %s  maintenance interrupt %" PRIu32, g->version, h->nodes[g->node].path, g->maint_intid);
	print_range(out, "", &g->dist, "GICD");
	for (unsigned i = 0; i < g->nr_redist; i++)
		print_range(out, "", &g->redist[i], "GICR");
	print_range(out, "", &g->cpu, "GICC");
	print_range(out, "", &g->hyp, "GICH");
	print_range(out, "", &g->vcpu, "GICV");
}

static void print_timer(FILE *out, const struct host *h)
{
	const struct host_timer *t = &h->timer;

	LINE(out, "timer", "interrupts: physical %" PRIu32 ", virtual %" PRIu32 ", hypervisor %" PRIu32, t->phys, t->virt, t->hyp);
	if (t->frequency)
		LINE(out, "", "%" PRIu32 " Hz by the DTB", t->frequency);
}

static void print_console(FILE *out, const struct host *h)
{
	const struct host_console *c = &h->console;

	if (!c->present) {
		LINE(out, "console", "%s", "none that a driver knows");
		return;
	}
	LINE(out, "console", "%s  %s  interrupt %" PRIu32, h->nodes[c->node].path, c->compatible, c->intid);
	print_range(out, "", &c->regs, "");
}

static void print_firmware(FILE *out, const struct host *h)
{
	static const char *const methods[] = { "none", "by SMC", "by HVC" };

	if (h->psci == HOST_PSCI_NONE)
		LINE(out, "PSCI", "%s", methods[0]);
	else
		LINE(out, "PSCI", "%u.%u %s", h->psci_version >> 16, h->psci_version ? h->psci_version & 0xffff : 1, methods[h->psci]);
}

static bool is_iommu(const struct host *h, uint32_t node)
{
	const char *use = owned_by_hypervisor(h, node);

	return use && strcmp(use, "an IOMMU") == 0;
}

static void print_iommus(FILE *out, const struct host *h)
{
	const char *label = "IOMMUs";

	for (uint32_t i = 0; i < h->nr_nodes; i++) {
		uint32_t masters = 0;

		if (!h->nodes[i].enabled || !is_iommu(h, i))
			continue;
		for (uint32_t n = 0; n < h->nr_nodes; n++)
			for (uint32_t s = 0; s < h->nodes[n].nr_streams; s++)
				masters += h->nodes[n].streams[s].iommu == i && h->nodes[n].enabled;
		LINE(out, label, "%s  %" PRIu32 " stream%s", h->nodes[i].path, masters, masters == 1 ? "" : "s");
		label = "";
	}
	if (*label)
		LINE(out, label, "%s", "none");
}

static void print_irqs(FILE *out, const struct host_node *n)
{
	for (uint32_t i = 0; i < n->nr_irqs; i++)
		fprintf(out, "%s%" PRIu32, i ? "," : "", n->irqs[i].intid);
}

/* What can be named in `passthrough`: enabled nodes with registers that nobody must keep. */
static void print_devices(FILE *out, const struct host *h)
{
	for (uint32_t i = 1; i < h->nr_nodes; i++) {
		const struct host_node *n = &h->nodes[i];

		if (!n->enabled || !n->nr_regs || owned_by_hypervisor(h, i))
			continue;
		fprintf(out, "  0x%010" PRIx64 "  %-8s  %s  (", n->regs[0].base, size_of(n->regs[0].size), n->path);
		print_strings(out, n->compatible, n->compatible_len);
		fputs(n->nr_irqs ? "; interrupts " : "", out);
		print_irqs(out, n);
		fprintf(out, "%s%s)\n", n->dma ? "; DMA" : "", n->nr_streams ? " behind an IOMMU" : "");
	}
}

void print_host(FILE *out, const struct host *h, bool colour)
{
	const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";

	fprintf(out, "%sBoard %s%s\n", bold, h->model && *h->model ? h->model : "without a name", plain);
	fprintf(out, "  %-11s ", "compatible");
	print_strings(out, h->compatible, h->compatible_len);
	putc('\n', out);
	print_cpus(out, h);
	print_errata(out, h);
	print_memory(out, h);
	print_gic(out, h);
	print_timer(out, h);
	print_console(out, h);
	print_firmware(out, h);
	print_iommus(out, h);
	fprintf(out, "\n%sDevices that a VM can be given%s\n", bold, plain);
	print_devices(out, h);
}

/* ---- One node ---- */

static void print_what(FILE *out, const struct host *h, uint32_t node)
{
	const struct host_node *n = &h->nodes[node];

	fprintf(out, "  %-11s ", "compatible");
	print_strings(out, n->compatible, n->compatible_len);
	fprintf(out, "%s\n", n->enabled ? "" : "  (disabled)");
	for (uint32_t i = 0; i < n->nr_regs; i++)
		print_range(out, i ? "" : "registers", &n->regs[i], "");
	for (uint32_t i = 0; i < n->nr_irqs; i++)
		LINE(out, i ? "" : "interrupts", "%" PRIu32 " (%s %" PRIu32 ", %s)", n->irqs[i].intid, n->irqs[i].intid < 32 ? "PPI" : "SPI",
		     n->irqs[i].intid - (n->irqs[i].intid < 32 ? 16 : 32), n->irqs[i].edge ? "edge" : "level");
	for (uint32_t i = 0; i < n->nr_streams; i++)
		LINE(out, i ? "" : "streams", "0x%" PRIx32 ", %" PRIu32 " of them, at %s", n->streams[i].id, n->streams[i].count, h->nodes[n->streams[i].iommu].path);
	if (n->dma)
		LINE(out, "DMA", "%s", "it may reach memory by itself");
}

/* Several references by one property to one node are one line. */
static bool same_ref_before(const struct host_node *n, uint32_t ref)
{
	for (uint32_t i = 0; i < ref; i++)
		if (n->refs[i].node == n->refs[ref].node && n->refs[i].property == n->refs[ref].property)
			return true;
	return false;
}

static void print_refs(FILE *out, const struct host *h, uint32_t node)
{
	const struct host_node *n = &h->nodes[node];
	const char *label = "needs";

	for (uint32_t i = 0; i < n->nr_refs; i++) {
		if (same_ref_before(n, i))
			continue;
		LINE(out, label, "%s (%s)", h->nodes[n->refs[i].node].path, n->refs[i].property);
		label = "";
	}
	label = "needed by";
	for (uint32_t i = 0; i < h->nr_nodes; i++)
		for (uint32_t k = 0; k < h->nodes[i].nr_refs && h->nodes[i].enabled; k++) {
			if (h->nodes[i].refs[k].node != node || same_ref_before(&h->nodes[i], k))
				continue;
			LINE(out, label, "%s (%s)", h->nodes[i].path, h->nodes[i].refs[k].property);
			label = "";
		}
}

static bool print_grants(FILE *out, const struct plan *plan, uint32_t node)
{
	static const char *const kinds[] = { [PLAN_GRANT_OWN] = "granted", [PLAN_GRANT_COPY] = "copied", [PLAN_GRANT_MEDIATE] = "mediated",
					      [PLAN_GRANT_OMIT] = "left out" };
	bool any = false;

	for (uint32_t v = 0; v < plan->nr_vms; v++)
		for (uint32_t i = 0; i < plan->vms[v].nr_grants; i++) {
			const struct plan_grant *g = &plan->vms[v].grants[i];

			if (g->node != node)
				continue;
			LINE(out, kinds[g->kind], "to VM %s: %s", plan->vms[v].config->name, g->reason);
			any = true;
		}
	return any;
}

/* A path that ends where the node's does, so that "/soc" is not found in "/soc/uart". */
static bool mentions(const char *text, const char *path)
{
	size_t len = strlen(path);

	for (const char *at = strstr(text, path); at; at = strstr(at + 1, path))
		if ((at == text || strchr(" '", at[-1])) && (!at[len] || strchr(" :,;)'", at[len])))
			return true;
	return false;
}

static bool print_refusals(FILE *out, const struct findings *f, const char *path)
{
	bool any = false;

	for (const struct finding *i = f->first; i; i = i->next) {
		if (!mentions(i->text, path))
			continue;
		LINE(out, "refused", "%s: %s", findings_code_name(i->code), i->text);
		any = true;
	}
	return any;
}

void print_explanation(FILE *out, const struct run *r, uint32_t node, bool colour)
{
	const struct host_node *n = &r->host->nodes[node];
	const char *use = owned_by_hypervisor(r->host, node);
	bool any;

	fprintf(out, "%s%s%s\n", colour ? "\033[1m" : "", n->path, colour ? "\033[0m" : "");
	print_what(out, r->host, node);
	print_refs(out, r->host, node);
	any = print_refusals(out, &r->findings, n->path);
	any = (r->plan && print_grants(out, r->plan, node)) || any;
	if (use)
		LINE(out, "kept", "by the hypervisor: it is %s", use);
	else if (!n->enabled)
		LINE(out, "off", "%s", "its status, or that of a node above it, is not okay: nobody can have it");
	else if (!any && r->plan)
		LINE(out, "free", "%s", "no VM has it");
	else if (!any)
		LINE(out, "unknown", "%s", "nothing was found wrong with it, but the system has other findings: see 'bulkhead check'");
}
