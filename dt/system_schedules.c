/* SPDX-License-Identifier: Apache-2.0 */
/* /schedules: one node a schedule into struct schedule_config. What can be said only with the VMs on their CPUs is the planner's. */
#include "common/lib/string.h"
#include "dt/system_build.h"

/* ---- Windows ---- */

static void take_vm(struct reading *r)
{
	const struct system *s = r->b->system;
	const char *name = read_string(r);

	for (uint32_t i = 0; name && i < s->nr_vms; i++) {
		if (strcmp(s->vms[i].name, name) == 0) {
			r->window->vm = i;
			return;
		}
	}
	if (name)
		bad(r, "there is no VM \"%s\" in /vms", name);
}

static void take_start(struct reading *r)
{
	read_u32(r, &r->window->start);
}

static void take_length(struct reading *r)
{
	read_u32(r, &r->window->length);
}

static void take_lend(struct reading *r)
{
	r->window->lend = read_flag(r);
}

static const struct property window_properties[] = {
	{ "vm", take_vm },
	{ "start", take_start },
	{ "length", take_length },
	{ "lend", take_lend },
};

/* All of them, or it is told what is missing. */
static void check_present(const struct system_build *b, uint32_t node, const char *path, const char *const *names, size_t nr, const char *example)
{
	for (size_t i = 0; i < nr; i++)
		if (!fit_get(b, node, names[i]).data)
			findings_add(b->findings, FINDING_PROPERTY_MISSING, "%s: it has no %s: write it as in %s", path, names[i], example);
}

static bool parse_window(struct reading *schedule, const char *parent, uint32_t node, struct window_config *window)
{
	static const char *const due[] = { "vm", "start", "length" };
	struct reading r = { .b = schedule->b, .path = system_child_path(schedule->b, parent, node), .window = window };

	if (!r.path)
		return false;
	window->vm = SYSTEM_NO_VM;
	check_present(r.b, node, r.path, due, ARRAY_SIZE(due), "vm = \"linux\"; start = <0>; length = <5000>; (microseconds)");
	return read_node(&r, node, window_properties, ARRAY_SIZE(window_properties), NULL);
}

static bool parse_windows(struct reading *r, uint32_t windows)
{
	struct schedule_config *schedule = r->schedule;
	uint32_t n = fit_count_children(r->b, windows);
	struct reading none = { .b = r->b, .path = system_child_path(r->b, r->path, windows) };
	struct tree_prop p = tree_props(&r->b->tree, windows);

	if (!none.path)
		return false;
	while (tree_next_prop(&r->b->tree, &p))
		findings_add(r->b->findings, FINDING_PROPERTY_UNKNOWN, "%s: there is no property \"%s\": it has a child node for each window", none.path, p.name);
	if (n > SYSTEM_MAX_WINDOWS) {
		findings_add(r->b->findings, FINDING_PROPERTY_BAD, "%s: %u windows are more than a frame can have (%u)", none.path, n, SYSTEM_MAX_WINDOWS);
		return true;
	}
	schedule->windows = ARENA_ARRAY(r->b->arena, struct window_config, n);
	if (!schedule->windows)
		return false;
	FIT_FOR_CHILDREN(r->b, windows, c)
		if (!parse_window(r, none.path, c, &schedule->windows[schedule->nr_windows++]))
			return false;
	return true;
}

/* ---- A schedule ---- */

static void take_cpus(struct reading *r)
{
	read_cpus(r, &r->schedule->cpus, &r->schedule->nr_cpus);
}

static void take_policy(struct reading *r)
{
	static const char *const names[] = { [SCHED_ROUND_ROBIN] = "round-robin", [SCHED_CYCLIC] = "cyclic" };
	const char *s = read_string(r);

	for (unsigned i = 0; s && i < ARRAY_SIZE(names); i++) {
		if (strcmp(s, names[i]) == 0) {
			r->schedule->policy = (enum sched_policy)i;
			return;
		}
	}
	if (s)
		bad(r, "\"%s\" is neither \"round-robin\" nor \"cyclic\"", s);
}

static void take_slice(struct reading *r)
{
	read_u32(r, &r->schedule->slice);
}

static void take_frame(struct reading *r)
{
	if (read_u32(r, &r->schedule->frame) && r->schedule->policy != SCHED_CYCLIC)
		bad(r, "only policy = \"cyclic\" has frames");
}

static const struct property schedule_properties[] = {
	{ "cpus", take_cpus },
	{ "policy", take_policy },
	{ "slice", take_slice },
	{ "frame", take_frame },
};

static uint32_t find_windows(const struct system_build *b, uint32_t node)
{
	FIT_FOR_CHILDREN(b, node, c)
		if (strcmp(fit_name(b, c), "windows") == 0)
			return c;
	return TREE_NO_NODE;
}

static bool parse_schedule(struct system_build *b, uint32_t node, struct schedule_config *schedule)
{
	static const char *const due[] = { "cpus", "policy" };
	struct reading r = { .b = b, .path = system_child_path(b, "/schedules", node), .schedule = schedule };
	uint32_t windows = find_windows(b, node);

	if (!r.path)
		return false;
	*schedule = (struct schedule_config){ .name = fit_name(b, node), .path = r.path, .slice = SYSTEM_SLICE };
	check_present(b, node, r.path, due, ARRAY_SIZE(due), "cpus = <2>; policy = \"round-robin\";");
	if (!read_node(&r, node, schedule_properties, ARRAY_SIZE(schedule_properties), "windows"))
		return false;
	if (schedule->policy == SCHED_CYCLIC && !fit_get(b, node, "frame").data)
		findings_add(b->findings, FINDING_PROPERTY_MISSING, "%s: a cyclic schedule needs a frame: say how long it is, as frame = <10000>; (microseconds)", r.path);
	if (schedule->policy == SCHED_CYCLIC && (windows == TREE_NO_NODE || !fit_count_children(b, windows)))
		findings_add(b->findings, FINDING_PROPERTY_MISSING, "%s: a cyclic schedule needs windows: add a node windows with a child node for each", r.path);
	if (windows == TREE_NO_NODE)
		return true;
	if (schedule->policy != SCHED_CYCLIC)
		findings_add(b->findings, FINDING_PROPERTY_BAD, "%s: windows: only policy = \"cyclic\" has windows", r.path);
	return parse_windows(&r, windows);
}

bool system_parse_schedules(struct system_build *b, uint32_t schedules)
{
	struct system *s = b->system;
	uint32_t n = fit_count_children(b, schedules);
	struct tree_prop p = tree_props(&b->tree, schedules);

	while (tree_next_prop(&b->tree, &p))
		findings_add(b->findings, FINDING_PROPERTY_UNKNOWN, "/schedules: there is no property \"%s\": it has a child node for each schedule", p.name);
	s->schedules = ARENA_ARRAY(b->arena, struct schedule_config, n);
	if (!s->schedules)
		return false;
	FIT_FOR_CHILDREN(b, schedules, node)
		if (!parse_schedule(b, node, &s->schedules[s->nr_schedules++]))
			return false;
	return true;
}
