/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs that several vCPUs use, for all reports: who gets how much, and waits how long. */
#include <inttypes.h>
#include <stdlib.h>

#include "tools/bulkhead.h"

uint32_t cpu_slice(const struct plan *plan, uint32_t cpu)
{
	return plan->cpus[cpu].schedule ? plan->cpus[cpu].schedule->slice : SYSTEM_SLICE;
}

bool cpu_is_cyclic(const struct plan *plan, uint32_t cpu)
{
	return plan->cpus[cpu].schedule && plan->cpus[cpu].schedule->policy == SCHED_CYCLIC;
}

static int by_start(const void *a, const void *b)
{
	const struct window_config *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

struct window_config *sorted_windows(const struct schedule_config *s)
{
	struct window_config *sorted = malloc(s->nr_windows * sizeof(*sorted) + 1);

	if (!sorted)
		abort();
	for (uint32_t i = 0; i < s->nr_windows; i++)
		sorted[i] = s->windows[i];
	qsort(sorted, s->nr_windows, sizeof(*sorted), by_start);
	return sorted;
}

/* The VM's part of the frame, and the longest time from the end of one of its windows to the beginning of the next. */
static void measure_windows(const struct schedule_config *s, struct cpu_share *share)
{
	struct window_config *w = sorted_windows(s);
	uint64_t first = 0, end = 0;
	bool any = false;

	for (uint32_t i = 0; i < s->nr_windows; i++) {
		if (w[i].vm != share->vm)
			continue;
		if (any)
			share->wait = u64_max(share->wait, w[i].start - end);
		else
			first = w[i].start;
		any = true;
		end = (uint64_t)w[i].start + w[i].length;
		share->turn += w[i].length;
	}
	share->wait = u64_max(share->wait, first + s->frame - end);
	free(w);
}

static uint32_t count_vcpus(const struct plan_vm *vm, uint32_t cpu)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < vm->nr_vcpus; i++)
		nr += vm->vcpu_cpu[i] == cpu;
	return nr;
}

uint32_t cpu_shares(const struct plan *plan, uint32_t cpu, struct cpu_share *shares)
{
	const struct schedule_config *s = plan->cpus[cpu].schedule;
	uint64_t all = cpu_is_cyclic(plan, cpu) ? s->frame : 0;
	uint32_t nr = 0;

	for (uint32_t v = 0; v < plan->nr_vms; v++) {
		struct cpu_share *share = &shares[nr];

		*share = (struct cpu_share){ .vm = v, .nr_vcpus = count_vcpus(&plan->vms[v], cpu) };
		if (!share->nr_vcpus)
			continue;
		nr++;
		if (cpu_is_cyclic(plan, cpu))
			measure_windows(s, share);
		else
			all += share->turn = (uint64_t)cpu_slice(plan, cpu) * plan->vms[v].config->weight;
	}
	for (uint32_t i = 0; i < nr; i++) {
		if (!cpu_is_cyclic(plan, cpu))
			shares[i].wait = all - shares[i].turn;
		shares[i].permille = (unsigned)(shares[i].turn * 1000 / all);
	}
	return nr;
}

static void print_windows(FILE *out, const struct plan *plan, const struct schedule_config *s)
{
	struct window_config *w = sorted_windows(s);
	uint64_t at = 0;

	LINE(out, "", "%10s %10s  %s", "from us", "to us", "window");
	for (uint32_t i = 0; i < s->nr_windows; i++) {
		if (w[i].start > at)
			LINE(out, "", "%10" PRIu64 " %10" PRIu32 "  %s", at, w[i].start, "idle");
		at = (uint64_t)w[i].start + w[i].length;
		LINE(out, "", "%10" PRIu32 " %10" PRIu64 "  %s%s", w[i].start, at, plan->vms[w[i].vm].config->name, w[i].lend ? ", lends what it does not use" : "");
	}
	if (at < s->frame)
		LINE(out, "", "%10" PRIu64 " %10" PRIu32 "  %s", at, s->frame, "idle");
	free(w);
}

static void print_cpu(FILE *out, const struct plan *plan, uint32_t cpu, struct cpu_share *shares)
{
	const struct schedule_config *s = plan->cpus[cpu].schedule;
	uint32_t nr = cpu_shares(plan, cpu, shares);
	char label[16];

	snprintf(label, sizeof(label), "CPU %" PRIu32, cpu);
	if (cpu_is_cyclic(plan, cpu))
		LINE(out, label, "cyclic (%s): a frame of %" PRIu32 " us, vCPUs of a VM by turns of %" PRIu32 " us in its windows", s->path, s->frame, s->slice);
	else
		LINE(out, label, "round-robin (%s): turns of %" PRIu32 " us for a weight of 1", s ? s->path : "by default", cpu_slice(plan, cpu));
	if (cpu_is_cyclic(plan, cpu))
		print_windows(out, plan, s);
	for (uint32_t i = 0; i < nr; i++)
		LINE(out, "", "%s: %" PRIu32 " vCPU%s, %u.%u %% of the time, runs after %" PRIu64 " us and a switch at the latest", plan->vms[shares[i].vm].config->name,
		     shares[i].nr_vcpus, shares[i].nr_vcpus == 1 ? "" : "s", shares[i].permille / 10, shares[i].permille % 10, shares[i].wait);
}

void print_shared_cpus(FILE *out, const struct plan *plan, const char *bold, const char *plain)
{
	struct cpu_share *shares = malloc((plan->nr_vms + 1) * sizeof(*shares));
	bool any = false;

	if (!shares)
		abort();
	for (uint32_t cpu = 0; cpu < plan->host->nr_cpus; cpu++) {
		if (!plan_cpu_is_shared(&plan->cpus[cpu]))
			continue;
		if (!any)
			fprintf(out, "\n%sShared CPUs%s\n", bold, plain);
		any = true;
		print_cpu(out, plan, cpu, shares);
	}
	free(shares);
}

const char *sharer_names(const struct plan *plan, uint32_t cpu)
{
	static char text[256];
	struct cpu_share *shares = malloc((plan->nr_vms + 1) * sizeof(*shares));
	uint32_t nr;
	size_t len = 0;

	if (!shares)
		abort();
	nr = cpu_shares(plan, cpu, shares);
	text[0] = '\0';
	for (uint32_t i = 0; i < nr && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? ", " : "", plan->vms[shares[i].vm].config->name);
	free(shares);
	return text;
}
