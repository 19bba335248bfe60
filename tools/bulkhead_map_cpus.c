/* SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead map`: CPUs, and the time of those that are shared. */
#include <inttypes.h>
#include <stdlib.h>

#include "tools/bulkhead_map.h"

void map_put_cpus(struct map *m)
{
	const struct host *h = m->plan->host;
	unsigned columns = h->nr_cpus < 8 ? h->nr_cpus : h->nr_cpus < 32 ? 8 : 16, w = INNER / (columns ? columns : 1);

	map_put_heading(m, "CPUs");
	for (uint32_t i = 0; i < h->nr_cpus; i++) {
		int owner = m->plan->cpus[i].vm == PLAN_NO_VM ? OWNER_NOBODY : (int)m->plan->cpus[i].vm;
		const char *name = owner == OWNER_NOBODY ? map_owner_name(m, owner) : sharer_names(m->plan, i);
		unsigned x = MARGIN + i % columns * w, y = m->y + i / columns * (CHIP_H + 6);
		char text[64];

		map_begin_box(m, owner, x, y, w - 6, CHIP_H);
		put_xml_text(m->out, h->cpus[i].path);
		fprintf(m->out, "\nMPIDR 0x%" PRIx64 "\n", h->cpus[i].mpidr);
		put_xml_text(m->out, name);
		map_end_title(m);
		snprintf(text, sizeof(text), "%" PRIu32 " %s", i, name);
		map_put_label(m, x + 8, y + 16, w - 16, text);
		map_end_box(m);
	}
	m->y += (h->nr_cpus + columns - 1) / (columns ? columns : 1) * (CHIP_H + 6);
}

/* A part of the line, of `all` microseconds, that a CPU's frame or round is. */
static void put_slot(const struct map *m, int owner, uint64_t start, uint64_t length, uint64_t all, const char *what)
{
	unsigned x = MARGIN + (unsigned)(start * INNER / all), end = MARGIN + (unsigned)((start + length) * INNER / all);
	unsigned w = end > x + 2 ? end - x - 2 : 1;

	if (!length)
		return;
	map_begin_box(m, owner, x, m->y, w, CHIP_H);
	put_xml_text(m->out, map_owner_name(m, owner));
	fprintf(m->out, "\n%" PRIu64 " to %" PRIu64 " us%s", start, start + length, what);
	map_end_title(m);
	map_put_label(m, x + 6, m->y + 16, w > 8 ? w - 8 : 0, owner == OWNER_NOBODY ? "idle" : map_owner_name(m, owner));
	map_end_box(m);
}

static void put_frame(const struct map *m, const struct schedule_config *s)
{
	struct window_config *w = sorted_windows(s);
	uint64_t at = 0;

	for (uint32_t i = 0; i < s->nr_windows; i++) {
		put_slot(m, OWNER_NOBODY, at, w[i].start - at, s->frame, "");
		put_slot(m, (int)w[i].vm, w[i].start, w[i].length, s->frame, w[i].lend ? ", lends what it does not use" : "");
		at = (uint64_t)w[i].start + w[i].length;
	}
	put_slot(m, OWNER_NOBODY, at, s->frame - at, s->frame, "");
	free(w);
}

static void put_round(const struct map *m, uint32_t cpu)
{
	struct cpu_share *shares = malloc((m->plan->nr_vms + 1) * sizeof(*shares));
	uint64_t all = 0, at = 0;
	uint32_t nr;

	if (!shares)
		abort();
	nr = cpu_shares(m->plan, cpu, shares);
	for (uint32_t i = 0; i < nr; i++)
		all += shares[i].turn;
	for (uint32_t i = 0; i < nr; at += shares[i++].turn)
		put_slot(m, (int)shares[i].vm, at, shares[i].turn, all, ", when all want to run");
	free(shares);
}

/* Time lines. */
void map_put_shared_cpus(struct map *m)
{
	bool any = false;

	for (uint32_t i = 0; i < m->plan->host->nr_cpus; i++) {
		bool cyclic = cpu_is_cyclic(m->plan, i);
		char text[96];

		if (!plan_cpu_is_shared(&m->plan->cpus[i]))
			continue;
		if (!any)
			map_put_heading(m, "Time on shared CPUs");
		any = true;
		if (cyclic)
			snprintf(text, sizeof(text), "CPU %" PRIu32 ": each frame of %" PRIu32 " us", i, m->plan->cpus[i].schedule->frame);
		else
			snprintf(text, sizeof(text), "CPU %" PRIu32 ": by turns", i);
		m->y += 12;
		map_put_text(m, MARGIN, m->y, "s", text);
		m->y += 6;
		if (cyclic)
			put_frame(m, m->plan->cpus[i].schedule);
		else
			put_round(m, i);
		m->y += CHIP_H + 6;
	}
}
