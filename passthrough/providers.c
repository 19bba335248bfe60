/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What granted devices need from other nodes, and which of that can be given.
 *
 * A provider with registers is granted if only this VM's devices need it. Whether that is so depends on what else is granted, so all that is
 * needed is marked first, as if it could be; then each marked provider that something else needs as well loses its mark for good, and
 * the marking begins anew, until nothing changes.
 */
#include "common/lib/string.h"
#include "passthrough/closure.h"

enum {
	MARK_NONE,
	MARK_OWN,    /* the VM has it already */
	MARK_WANTED, /* it is granted, if this stands */
	MARK_COPY,
	MARK_MEDIATE,
	MARK_SHARED, /* the first node of a unit that something else needs too */
};

enum provider_class { PROVIDER_COPY, PROVIDER_OWN, PROVIDER_MEDIATE, PROVIDER_OMIT, PROVIDER_REFUSE };

/* What is found of a node that something needs. */
struct provider {
	enum provider_class class;
	uint32_t first, end; /* what is granted or copied */
	const char *reason;  /* completed by the path of what needs it; PROVIDER_REFUSE: what it is */
};

static const struct { const char *compatible, *reason; } copies[] = {
	{ "fixed-clock",         "a fixed clock of " },
	{ "fixed-factor-clock",  "a fixed clock of " },
	{ "regulator-fixed",     "a fixed supply of " },
	{ "operating-points-v2", "the operating points of " },
	{ "usb-nop-xceiv",       "a PHY without registers of " },
};

static const char *const kind_names[] = {
	[REF_CLOCK] = "clock", [REF_RESET] = "reset", [REF_POWER_DOMAIN] = "power domain", [REF_PINCTRL] = "pin configuration", [REF_GPIO] = "GPIO",
	[REF_SUPPLY] = "supply", [REF_PHY] = "PHY", [REF_DMA] = "DMA channel", [REF_NVMEM] = "NVMEM cell", [REF_INTERCONNECT] = "interconnect",
	[REF_SYSCON] = "system controller", [REF_OPP] = "operating point table", [REF_MEMORY] = "memory region", [REF_OTHER] = "provider",
};

/* ---- Classification ---- */

bool closure_is_inert(const struct host_node *n)
{
	for (size_t i = 0; i < ARRAY_SIZE(copies); i++)
		if (host_node_is_compatible(n, copies[i].compatible))
			return true;
	return false;
}

static struct provider copy_of(const struct closure *c, uint32_t node)
{
	struct provider p = { PROVIDER_COPY, node, closure_end_of(c->in->host, node), "without registers, described to " };

	for (size_t i = 0; i < ARRAY_SIZE(copies); i++)
		if (host_node_is_compatible(closure_node(c, node), copies[i].compatible))
			p.reason = copies[i].reason;
	return p;
}

/* A part of a unit that cannot be given bars the whole. */
static const char *kept_within(const struct closure *c, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++) {
		const char *use = closure_node(c, i)->enabled ? owned_by_hypervisor(c->in->host, i) : NULL;

		if (use)
			return use;
	}
	return NULL;
}

static struct provider unit_of(const struct closure *c, uint32_t unit)
{
	struct provider p = { PROVIDER_OWN, unit, closure_end_of(c->in->host, unit), "needed by nothing but this VM's devices: by " };
	const char *use = kept_within(c, p.first, p.end);

	for (uint32_t i = p.first; i < p.end; i++)
		if (c->owner[i] != PLAN_NO_VM && c->owner[i] != c->vm->id)
			return (struct provider){ PROVIDER_REFUSE, unit, p.end, "another VM's" };
	if (use)
		return (struct provider){ PROVIDER_REFUSE, unit, p.end, use };
	if (closure_node(c, unit)->regs_bad)
		return (struct provider){ PROVIDER_REFUSE, unit, p.end, "a node whose registers cannot be found" };
	return p;
}

static struct provider classify(const struct closure *c, uint32_t node)
{
	const struct vm_config *config = c->vm->config;
	const struct host *host = c->in->host;
	const char *use = owned_by_hypervisor(host, node);
	uint32_t unit = closure_unit_of(host, node);

	if (closure_is_listed(c, config->provider_omit, config->nr_provider_omit, node))
		return (struct provider){ PROVIDER_OMIT, node, node + 1, "left out by provider-omit, though needed by " };
	if (use)
		return (struct provider){ PROVIDER_REFUSE, node, node + 1, use };
	if (!closure_node(c, node)->enabled)
		return (struct provider){ PROVIDER_OMIT, node, node + 1, "disabled in the board's DTB, though referred to by " };
	if (closure_is_listed(c, config->provider_copy, config->nr_provider_copy, node)) {
		struct provider p = { PROVIDER_COPY, node, closure_end_of(host, node), "copied by provider-copy for " };

		return p;
	}
	switch (firmware_of(host, node)) {
	case FIRMWARE_MEDIATED:
		return (struct provider){ PROVIDER_MEDIATE, node, node + 1, "operated by firmware for " };
	case FIRMWARE_PINS:
		return (struct provider){ PROVIDER_OMIT, node, node + 1, "firmware's pins, which stay as the boot loader set them, of " };
	case FIRMWARE_UNKNOWN:
		return (struct provider){ PROVIDER_REFUSE, node, node + 1, "operated by firmware whose calls cannot be divided" };
	case FIRMWARE_CHANNEL:
	case FIRMWARE_NONE:
		break;
	}
	return unit == HOST_NO_NODE ? copy_of(c, node) : unit_of(c, unit);
}

/* ---- Marking ---- */

struct queue {
	uint32_t *node;
	uint32_t nr;
};

static void mark_range(struct closure *c, struct queue *q, uint32_t first, uint32_t end, uint8_t mark)
{
	for (uint32_t i = first; i < end; i++) {
		if (c->mark[i] != MARK_NONE || !closure_node(c, i)->enabled)
			continue;
		c->mark[i] = mark;
		q->node[q->nr++] = i;
	}
}

/*
 * What has no registers works through what it or a node above it refers to (pin states of a pin controller that is part of a syscon): those
 * above it are described as well, and what they refer to is needed.
 */
static void mark_above(struct closure *c, struct queue *q, uint32_t node)
{
	uint32_t top = node;

	for (uint32_t up = closure_node(c, node)->parent; up && up != HOST_NO_NODE; up = closure_node(c, up)->parent)
		if (closure_node(c, up)->nr_refs || (closure_node(c, up)->compatible && !host_node_is_compatible(closure_node(c, up), "simple-bus")))
			top = up;
	while (node != top) {
		node = closure_node(c, node)->parent;
		mark_range(c, q, node, node + 1, MARK_COPY);
	}
}

/* Copies have no part of those that can only be granted. */
static void mark_copy(struct closure *c, struct queue *q, const struct provider *p)
{
	for (uint32_t i = p->first; i < p->end; i++)
		if (closure_unit_of(c->in->host, i) == HOST_NO_NODE)
			mark_range(c, q, i, i + 1, MARK_COPY);
	mark_above(c, q, p->first);
}

/* With the firmware that it is part of, whose driver makes those of the parts work. */
static void mark_mediated(struct closure *c, struct queue *q, uint32_t node)
{
	for (uint32_t up = firmware_top(c->in->host, node); node >= up; node = closure_node(c, node)->parent)
		mark_range(c, q, node, node + 1, MARK_MEDIATE);
}

static bool has_it(const struct closure *c, uint32_t node)
{
	return c->mark[node] == MARK_OWN || c->mark[node] == MARK_WANTED || c->mark[node] == MARK_COPY || c->mark[node] == MARK_MEDIATE;
}

static void mark_needs(struct closure *c, struct queue *q, uint32_t node)
{
	const struct host_node *n = closure_node(c, node);

	for (uint32_t r = 0; r < n->nr_refs; r++) {
		struct provider p;

		if (has_it(c, n->refs[r].node) || closure_is_link(&n->refs[r]))
			continue;
		p = classify(c, n->refs[r].node);
		if (p.class == PROVIDER_COPY)
			mark_copy(c, q, &p);
		else if (p.class == PROVIDER_MEDIATE)
			mark_mediated(c, q, n->refs[r].node);
		/* What firmware uses itself is not this VM's. */
		else if (p.class == PROVIDER_OWN && c->mark[p.first] != MARK_SHARED && c->mark[node] != MARK_MEDIATE)
			mark_range(c, q, p.first, p.end, MARK_WANTED);
	}
}

/* Everything that is needed, from the nodes the VM has on. The queue is in the order in which they were found. */
static void mark_all(struct closure *c, struct queue *q)
{
	for (uint32_t i = 0; i < c->in->host->nr_nodes; i++)
		if (c->mark[i] != MARK_SHARED)
			c->mark[i] = MARK_NONE;
	q->nr = 0;
	for (const struct grant *g = c->first; g; g = g->next) {
		c->mark[g->plan.node] = MARK_OWN;
		q->node[q->nr++] = g->plan.node;
	}
	for (uint32_t i = 0; i < q->nr; i++)
		mark_needs(c, q, q->node[i]);
}

static bool is_unmarked(const struct closure *c, uint32_t node)
{
	return !has_it(c, node);
}

/* Not this VM's alone, or a copy that others have as well: who refers to a shared fixed supply with a GPIO needs the GPIO. */
static bool is_outside(const struct closure *c, uint32_t node)
{
	return !has_it(c, node) || c->mark[node] == MARK_MEDIATE || (c->mark[node] == MARK_COPY && closure_find_user(c, node, node + 1, is_unmarked) != HOST_NO_NODE);
}

static bool is_first_wanted(const struct closure *c, uint32_t node)
{
	return c->mark[node] == MARK_WANTED && closure_unit_of(c->in->host, node) == node && c->mark[closure_node(c, node)->parent] != MARK_WANTED;
}

/* Takes the mark of every unit that something else needs; true if there was one. */
static bool drop_shared(struct closure *c)
{
	const struct vm_config *config = c->vm->config;
	bool dropped = false;

	for (uint32_t i = 1; i < c->in->host->nr_nodes; i++) {
		if (!is_first_wanted(c, i) || closure_is_listed(c, config->provider_own, config->nr_provider_own, i) ||
		    closure_find_user(c, i, closure_end_of(c->in->host, i), is_outside) == HOST_NO_NODE)
			continue;
		c->mark[i] = MARK_SHARED;
		dropped = true;
	}
	return dropped;
}

/* ---- Results ---- */

static void refuse(struct closure *c, uint32_t node, const struct host_ref *ref, const char *what)
{
	closure_refuse(c, node, FINDING_DEVICE_PROVIDER, "%s needs %s (%s), which is %s and cannot be given", closure_node(c, node)->path, closure_node(c, ref->node)->path, ref->property, what);
}

static void refuse_shared(struct closure *c, uint32_t node, const struct host_ref *ref, const struct provider *p)
{
	uint32_t user = closure_find_user(c, p->first, p->end, is_outside);
	const char *use = user == HOST_NO_NODE ? NULL : owned_by_hypervisor(c->in->host, user);
	const char *unit = closure_node(c, p->first)->path, *needs = closure_node(c, node)->path;

	if (user == HOST_NO_NODE)
		return; /* what shared it was refused itself: that finding tells */
	if (use)
		closure_refuse(c, node, FINDING_DEVICE_PROVIDER, "%s needs the %s %s (%s), which %s needs too, %s: the hypervisor does not give it away",
			       needs, kind_names[ref->kind], unit, ref->property, closure_node(c, user)->path, use);
	else
		closure_refuse(c, node, FINDING_DEVICE_PROVIDER, "%s needs the %s %s (%s), which %s needs too: name that in passthrough too, or %s itself",
			       needs, kind_names[ref->kind], unit, ref->property, closure_node(c, user)->path, unit);
}

/* Several references to one refused provider (two clocks of one controller) are one finding for each property. */
static bool told_already(const struct host_node *n, uint32_t ref)
{
	for (uint32_t i = 0; i < ref; i++)
		if (n->refs[i].node == n->refs[ref].node && n->refs[i].property == n->refs[ref].property)
			return true;
	return false;
}

static void settle_ref(struct closure *c, uint32_t node, uint32_t index)
{
	const struct host_node *n = closure_node(c, node);
	const struct host_ref *ref = &n->refs[index];
	struct provider p;

	if (has_it(c, ref->node) || told_already(n, index))
		return;
	p = classify(c, ref->node);
	if (closure_is_link(ref))
		p = (struct provider){ PROVIDER_OMIT, ref->node, ref->node + 1, "the other end of a link, which this VM does not have, of " };
	if (p.class == PROVIDER_REFUSE)
		refuse(c, node, ref, p.reason);
	else if (p.class == PROVIDER_OWN)
		refuse_shared(c, node, ref, &p);
	else if (!closure_find(c, ref->node))
		closure_add(c, ref->node, PLAN_GRANT_OMIT, p.reason, n->path);
}

/* Who brought a provider in: the first one in the queue that refers to it or to a part of it. */
static const char *needed_by(const struct closure *c, const struct queue *q, uint32_t first, uint32_t end)
{
	for (uint32_t i = 0; i < q->nr; i++) {
		const struct host_node *n = closure_node(c, q->node[i]);

		for (uint32_t r = 0; r < n->nr_refs && (q->node[i] < first || q->node[i] >= end); r++)
			if (n->refs[r].node >= first && n->refs[r].node < end)
				return n->path;
	}
	return "";
}

static void grant_marked(struct closure *c, const struct queue *q, uint32_t node)
{
	static const enum plan_grant_kind kinds[] = { [MARK_WANTED] = PLAN_GRANT_OWN, [MARK_COPY] = PLAN_GRANT_COPY, [MARK_MEDIATE] = PLAN_GRANT_MEDIATE };
	const struct vm_config *config = c->vm->config;
	uint32_t parent = closure_node(c, node)->parent;
	uint8_t mark = c->mark[node];
	struct provider p = classify(c, node);

	if (mark == MARK_WANTED && closure_is_listed(c, config->provider_own, config->nr_provider_own, node))
		p.reason = "taken by provider-own, whoever else needs it, for ";
	if (mark == MARK_WANTED)
		c->owner[node] = c->vm->id;
	if (mark != MARK_MEDIATE && parent != HOST_NO_NODE && c->mark[parent] == mark)
		closure_add(c, node, kinds[mark], "part of ", closure_node(c, parent)->path);
	else
		closure_add(c, node, kinds[mark], p.reason, needed_by(c, q, node, closure_end_of(c->in->host, node)));
}

/* A node without registers of its own below one that has some (a sensor on an I2C controller) is reached only through that. */
static void check_bus(struct closure *c, uint32_t node)
{
	const struct host_node *n = closure_node(c, node);

	for (uint32_t up = n->parent; up != HOST_NO_NODE && !n->nr_regs; up = closure_node(c, up)->parent) {
		if (closure_find(c, up))
			return;
		if (!closure_node(c, up)->nr_regs || closure_is_bus(c->in->host, up))
			continue;
		closure_refuse(c, node, FINDING_DEVICE_PROVIDER, "%s is reached only through %s: name that instead", n->path, closure_node(c, up)->path);
		return;
	}
}

static bool is_kept(const struct closure *c, uint32_t node)
{
	return owned_by_hypervisor(c->in->host, node) != NULL;
}

/* A VM that operates what the hypervisor's own devices need (the console's clock, the CPUs' supply) could stop the board. */
static void check_hypervisor_needs(struct closure *c, uint32_t node)
{
	const struct vm_config *config = c->vm->config;
	uint32_t user = closure_find_user(c, node, node + 1, is_kept);

	/* What cannot be operated (a fixed clock that was named) harms nobody. */
	if (user == HOST_NO_NODE || closure_unit_of(c->in->host, node) == HOST_NO_NODE ||
	    closure_is_listed(c, config->provider_own, config->nr_provider_own, node))
		return;
	closure_refuse(c, node, FINDING_DEVICE_OWNED,
		       "%s is needed by %s, %s, which the hypervisor keeps: remove it from the list, or accept the risk by provider-own", closure_node(c, node)->path, closure_node(c, user)->path, owned_by_hypervisor(c->in->host, user));
}

static void settle(struct closure *c, const struct grant *g)
{
	const struct host_node *n = closure_node(c, g->plan.node);

	if (n->refs_bad)
		closure_refuse(c, g->plan.node, FINDING_DEVICE_PROVIDER,
			       "%s refers to another node (clocks, resets, ...) in a way that cannot be followed: correct the board's DTB", n->path);
	if (g->plan.kind == PLAN_GRANT_OWN) {
		check_bus(c, g->plan.node);
		check_hypervisor_needs(c, g->plan.node);
	}
	for (uint32_t i = 0; i < n->nr_refs; i++)
		settle_ref(c, g->plan.node, i);
}

static void check_lists(struct closure *c)
{
	const struct vm_config *config = c->vm->config;
	const struct { const char *property; const char *const *list; uint32_t nr; } lists[] = {
		{ "provider-own", config->provider_own, config->nr_provider_own },
		{ "provider-copy", config->provider_copy, config->nr_provider_copy },
		{ "provider-omit", config->provider_omit, config->nr_provider_omit },
	};

	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		for (uint32_t i = 0; i < lists[l].nr; i++) {
			uint32_t node = host_find_path(c->in->host, lists[l].list[i]);

			if (node == HOST_NO_NODE)
				findings_add(c->in->findings, FINDING_DEVICE_MISSING, "%s: %s: the board's DTB has no node '%s': give a path, an alias or a label of it",
					     config->path, lists[l].property, lists[l].list[i]);
			else if (lists[l].list == config->provider_copy && closure_unit_of(c->in->host, node) != HOST_NO_NODE)
				findings_add(c->in->findings, FINDING_DEVICE_PROVIDER,
					     "%s: provider-copy: %s is part of something with registers or interrupts, of which a description alone is of no use: use provider-omit",
					     config->path, lists[l].list[i]);
		}
}

enum err closure_add_providers(struct closure *c)
{
	uint32_t nr = c->in->host->nr_nodes;
	struct queue q = { .node = ARENA_ARRAY(c->in->arena, uint32_t, nr) };

	c->mark = ARENA_ARRAY(c->in->arena, uint8_t, nr);
	if (!q.node || !c->mark || c->no_memory)
		return ERR_NO_MEMORY;
	check_lists(c);
	if (!c->nr)
		return OK;
	do
		mark_all(c, &q);
	while (drop_shared(c));

	uint32_t named = c->nr;

	for (uint32_t i = named; i < q.nr; i++)
		grant_marked(c, &q, q.node[i]);
	for (const struct grant *g = c->first; g; g = g->next)
		if (g->plan.kind == PLAN_GRANT_OWN || g->plan.kind == PLAN_GRANT_COPY)
			settle(c, g);
	return c->no_memory ? ERR_NO_MEMORY : OK;
}
