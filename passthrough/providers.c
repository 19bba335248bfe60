/* SPDX-License-Identifier: Apache-2.0 */
/* What granted devices need from other nodes, and which of that can be given. */
#include "passthrough/closure.h"

enum provider_class {
	PROVIDER_COPY,   /* cannot be changed by anyone: each VM gets a description of it */
	PROVIDER_REFUSE, /* someone has to operate it */
};

#define ANY_REF    0xffffffffu
#define ON(kind)   (1u << (kind))
#define ANY_DEVICE NULL

/* The first rule that fits decides. */
static const struct provider_rule {
	uint32_t kinds;         /* ON(enum host_ref_kind) ... */
	const char *compatible;
	enum provider_class class;
	const char *reason;     /* PROVIDER_COPY: completed by the path of the node that needs it */
} rules[] = {
	{ ON(REF_CLOCK),  "fixed-clock",           PROVIDER_COPY, "a fixed clock of " },
	{ ON(REF_CLOCK),  "fixed-factor-clock",    PROVIDER_COPY, "a fixed clock of " },
	{ ON(REF_SUPPLY), "regulator-fixed",       PROVIDER_COPY, "a fixed supply of " },
	{ ON(REF_OPP),    "operating-points-v2",   PROVIDER_COPY, "the operating points of " },
	{ ON(REF_PHY),    "usb-nop-xceiv",         PROVIDER_COPY, "a PHY without registers of " },
	{ ANY_REF,        ANY_DEVICE,              PROVIDER_REFUSE, NULL },
};

static const char *const kind_names[] = {
	[REF_CLOCK] = "clock", [REF_RESET] = "reset", [REF_POWER_DOMAIN] = "power domain", [REF_PINCTRL] = "pin configuration", [REF_GPIO] = "GPIO",
	[REF_SUPPLY] = "supply", [REF_PHY] = "PHY", [REF_DMA] = "DMA channel", [REF_NVMEM] = "NVMEM cell", [REF_INTERCONNECT] = "interconnect",
	[REF_SYSCON] = "system controller", [REF_OPP] = "operating point table", [REF_MEMORY] = "memory region", [REF_OTHER] = "provider",
};

static const struct provider_rule *classify(const struct closure *c, const struct host_ref *ref)
{
	const struct host_node *provider = closure_node(c, ref->node);
	const struct provider_rule *r = rules;

	/* What has registers or interrupts is not inert, whatever it is compatible with. */
	while (!(r->kinds & ON(ref->kind)) ||
	       (r->compatible && (!host_node_is_compatible(provider, r->compatible) || provider->nr_regs || provider->nr_irqs)))
		r++;
	return r;
}

static void refuse(struct closure *c, const struct host_node *needs, const struct host_ref *ref)
{
	const char *provider = closure_node(c, ref->node)->path;
	const char *use = owned_by_hypervisor(c->in->host, ref->node);

	if (use)
		findings_add(c->in->findings, FINDING_DEVICE_PROVIDER, "%s: passthrough: %s needs %s (%s), which is %s and cannot be given", c->vm->config->path,
			     needs->path, provider, ref->property, use);
	else
		findings_add(c->in->findings, FINDING_DEVICE_PROVIDER,
			     "%s: passthrough: %s needs the %s %s (%s): name that in passthrough too, if nothing else needs it", c->vm->config->path,
			     needs->path, kind_names[ref->kind], provider, ref->property);
}

/* Several references to one refused provider (two clocks of one controller) are one finding for each property. */
static bool told_already(const struct host_node *n, uint32_t ref)
{
	for (uint32_t i = 0; i < ref; i++)
		if (n->refs[i].node == n->refs[ref].node && n->refs[i].property == n->refs[ref].property)
			return true;
	return false;
}

static void add_provider(struct closure *c, const struct host_node *n, uint32_t index)
{
	const struct host_ref *ref = &n->refs[index];
	const struct provider_rule *rule;

	if (closure_find(c, ref->node) || told_already(n, index))
		return;
	rule = classify(c, ref);
	if (rule->class == PROVIDER_COPY)
		closure_add(c, ref->node, PLAN_GRANT_COPY, rule->reason, n->path);
	else
		refuse(c, n, ref);
}

/* A node without registers of its own below one that has some (a sensor on an I2C controller) is reached only through that. */
static void check_bus(struct closure *c, const struct host_node *n)
{
	for (uint32_t up = n->parent; up != HOST_NO_NODE && !n->nr_regs; up = closure_node(c, up)->parent) {
		if (closure_find(c, up))
			return;
		if (!closure_node(c, up)->nr_regs)
			continue;
		findings_add(c->in->findings, FINDING_DEVICE_PROVIDER, "%s: passthrough: %s is reached only through %s: name that instead",
			     c->vm->config->path, n->path, closure_node(c, up)->path);
		return;
	}
}

void closure_add_providers(struct closure *c)
{
	/* The list grows at its end while it is walked. */
	for (const struct grant *g = c->first; g; g = g->next) {
		const struct host_node *n = closure_node(c, g->plan.node);

		if (n->refs_bad)
			findings_add(c->in->findings, FINDING_DEVICE_PROVIDER,
				     "%s: passthrough: %s refers to another node (clocks, resets, ...) in a way that cannot be followed: correct the board's DTB",
				     c->vm->config->path, n->path);
		if (g->plan.kind == PLAN_GRANT_OWN)
			check_bus(c, n);
		for (uint32_t i = 0; i < n->nr_refs; i++)
			add_provider(c, n, i);
	}
}
