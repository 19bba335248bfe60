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

/* The VM's windows in the order of time; returns how many there are. */
static uint32_t own_windows(const struct schedule_config *s, uint32_t vm, struct window_config **own)
{
	struct window_config *w = *own = sorted_windows(s);
	uint32_t nr = 0;

	for (uint32_t i = 0; i < s->nr_windows; i++)
		if (w[i].vm == vm)
			w[nr++] = w[i];
	return nr;
}

/* A window's turns, the last of which its end may cut. */
static uint32_t turns_in(const struct window_config *w, uint32_t slice)
{
	return (w->length + slice - 1) / slice;
}

/* How long a vCPU waits that is `ahead` others away from its turn, when `left` turns are left of window j. */
static uint64_t wait_from(const struct schedule_config *s, const struct window_config *w, uint32_t nr, uint32_t j, uint32_t left, uint32_t ahead)
{
	uint64_t from = w[j].start + (left ? (uint64_t)(turns_in(&w[j], s->slice) - left) * s->slice : w[j].length), frame = 0;

	if (ahead < left)
		return (uint64_t)ahead * s->slice;
	for (ahead -= left;; ahead -= turns_in(&w[j], s->slice)) {
		if (++j == nr) {
			j = 0;
			frame += s->frame;
		}
		if (ahead < turns_in(&w[j], s->slice))
			return frame + w[j].start + (uint64_t)ahead * s->slice - from;
	}
}

/* From the end of any of its turns: the others of the VM are ahead of it then, at worst all of them. */
static uint64_t longest_wait(const struct schedule_config *s, const struct window_config *w, uint32_t nr, uint32_t ahead)
{
	uint64_t longest = 0;

	for (uint32_t j = 0; j < nr; j++)
		for (uint32_t left = 0; left <= ahead && left < turns_in(&w[j], s->slice); left++)
			longest = u64_max(longest, wait_from(s, w, nr, j, left, ahead));
	return longest;
}

static void measure_windows(const struct schedule_config *s, struct cpu_share *share)
{
	struct window_config *w;
	uint32_t nr = own_windows(s, share->vm, &w);

	for (uint32_t i = 0; i < nr; i++)
		share->turn += w[i].length;
	share->wait = longest_wait(s, w, nr, 0);
	share->vcpu_wait = longest_wait(s, w, nr, share->nr_vcpus - 1);
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
		if (!cpu_is_cyclic(plan, cpu)) {
			shares[i].wait = all - shares[i].turn;
			shares[i].vcpu_wait = all * shares[i].nr_vcpus - shares[i].turn;
		}
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
	for (uint32_t i = 0; i < nr; i++) {
		const struct cpu_share *v = &shares[i];
		char each[64] = "";

		if (v->nr_vcpus > 1)
			snprintf(each, sizeof(each), "; each of them after %" PRIu64 " us", v->vcpu_wait);
		LINE(out, "", "%s: %" PRIu32 " vCPU%s, %u.%u %% of the time, runs after %" PRIu64 " us and a switch at the latest%s", plan->vms[v->vm].config->name,
		     v->nr_vcpus, v->nr_vcpus == 1 ? "" : "s", v->permille / 10, v->permille % 10, v->wait, each);
	}
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
