/* SPDX-License-Identifier: Apache-2.0 */
/* From the nodes that a VM names to everything that has to go with them. */
#include "passthrough/closure.h"

#include "common/lib/format.h"
#include "common/lib/string.h"

const struct grant *closure_find(const struct closure *c, uint32_t node)
{
	for (const struct grant *g = c->first; g; g = g->next)
		if (g->plan.node == node)
			return g;
	return NULL;
}

static const char *make_reason(struct arena *arena, const char *reason, const char *other)
{
	size_t len = other ? strlen(reason) + strlen(other) : 0;
	char *text;

	if (!other)
		return reason;
	text = arena_alloc(arena, len + 1, 1);
	if (text)
		format_text(text, len + 1, "%s%s", reason, other);
	return text;
}

void closure_add(struct closure *c, uint32_t node, enum plan_grant_kind kind, const char *reason, const char *other)
{
	struct grant *g = ARENA_NEW(c->in->arena, struct grant);
	const char *text = make_reason(c->in->arena, reason, other);

	if (!g || !text) {
		c->no_memory = true;
		return;
	}
	g->plan = (struct plan_grant){ node, kind, text };
	if (c->last)
		c->last->next = g;
	else
		c->first = g;
	c->last = g;
	c->nr++;
}

void closure_refuse(const struct closure *c, uint32_t node, enum finding_code code, const char *fmt, ...)
{
	char text[320];
	va_list ap;

	va_start(ap, fmt);
	format_vtext(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!c->rest || !rest_leave_out(c, node, text))
		findings_add(c->in->findings, code, "%s: passthrough: %s", c->vm->config->path, text);
}

/* Whether the node can be given at all; a finding says why not. */
static bool may_own(struct closure *c, uint32_t node)
{
	const struct host_node *n = closure_node(c, node);
	const char *use = owned_by_hypervisor(c->in->host, node);

	if (use) {
		closure_refuse(c, node, FINDING_DEVICE_OWNED, "%s is %s, which the hypervisor keeps: remove it from the list", n->path, use);
		return false;
	}
	if (c->owner[node] != PLAN_NO_VM && c->owner[node] != c->vm->id) {
		closure_refuse(c, node, FINDING_DEVICE_TAKEN, "%s belongs to %s already: give it to one VM only", n->path,
			       c->in->system->vms[c->owner[node]].path);
		return false;
	}
	return true;
}

/* Nodes come parents before children, and a child's parent is granted exactly if it was granted on the way down. */
static void own_children(struct closure *c, uint32_t top)
{
	const struct host *host = c->in->host;

	for (uint32_t i = top + 1; i < host->nr_nodes; i++) {
		uint32_t up = host->nodes[i].parent;

		while (up != HOST_NO_NODE && up > top)
			up = host->nodes[up].parent;
		if (up != top || !host->nodes[i].enabled || c->owner[i] == c->vm->id || !may_own(c, i))
			continue;
		c->owner[i] = c->vm->id;
		closure_add(c, i, PLAN_GRANT_OWN, "part of ", host->nodes[top].path);
	}
}

void closure_own(struct closure *c, uint32_t node, const char *reason)
{
	if (!may_own(c, node))
		return;
	if (c->owner[node] != c->vm->id) {
		c->owner[node] = c->vm->id;
		closure_add(c, node, PLAN_GRANT_OWN, reason, NULL);
	}
	own_children(c, node);
}

static void resolve_name(struct closure *c, uint32_t index)
{
	const struct vm_config *config = c->vm->config;
	const char *name = config->passthrough[index];
	uint32_t node = host_find_path(c->in->host, name);
	struct findings *f = c->in->findings;

	if (node == HOST_NO_NODE) {
		const char *near = suggest_path(c->in->host, name);

		findings_add(f, FINDING_DEVICE_MISSING, "%s: passthrough: the board's DTB has no node '%s'%s%s%s", config->path, name,
			     near ? ": did you mean '" : ": give a path, an alias or a label of it", near ? near : "", near ? "'?" : "");
		return;
	}
	for (uint32_t i = 0; i < index; i++) {
		if (host_find_path(c->in->host, config->passthrough[i]) != node)
			continue;
		findings_add(f, FINDING_DEVICE_TAKEN, "%s: passthrough: %s is named twice: name it once", config->path, closure_node(c, node)->path);
		return;
	}
	if (!closure_node(c, node)->enabled) {
		findings_add(f, FINDING_DEVICE_MISSING, "%s: passthrough: %s is disabled in the board's DTB (status): remove it, or enable it there",
			     config->path, closure_node(c, node)->path);
		return;
	}
	closure_own(c, node, "named in passthrough");
}

/* Sorted by node, so that parents come before children. */
static enum err set_grants(struct closure *c)
{
	struct plan_vm *vm = c->vm;

	vm->grants = ARENA_ARRAY(c->in->arena, struct plan_grant, c->nr);
	if (!vm->grants)
		return ERR_NO_MEMORY;
	for (const struct grant *g = c->first; g; g = g->next) {
		uint32_t at = vm->nr_grants++;

		for (; at > 0 && vm->grants[at - 1].node > g->plan.node; at--)
			vm->grants[at] = vm->grants[at - 1];
		vm->grants[at] = g->plan;
	}
	return OK;
}

enum err closure_resolve(struct closure *c)
{
	enum err e;

	for (uint32_t i = 0; i < c->vm->config->nr_passthrough; i++)
		resolve_name(c, i);
	if (c->rest)
		rest_own(c);
	e = closure_add_providers(c);
	if (!e && c->rest)
		rest_report(c);
	if (!e)
		e = set_grants(c);
	if (!e)
		e = closure_set_firmware(c);
	if (!e)
		e = closure_set_regions(c);
	if (!e)
		e = closure_set_irqs(c);
	closure_check_dma(c);
	return e ? e : closure_find_masters(c);
}

enum err passthrough_resolve(const struct plan_input *in, struct plan_vm *vm, uint32_t *owner)
{
	struct closure c = { .in = in, .vm = vm, .owner = owner };
	enum err e = vm->config->devices_rest ? rest_choose(&c) : OK;

	return e ? e : closure_resolve(&c);
}
