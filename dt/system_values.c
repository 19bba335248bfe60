/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of the system file with properties of known names: their values, and what else is in them. */
#include "common/lib/format.h"
#include "common/lib/string.h"
#include "dt/system_build.h"

/* "/vms/linux: memory: ..." */
void read_report(const struct reading *r, enum finding_code code, const char *fmt, ...)
{
	char text[240];
	va_list ap;

	va_start(ap, fmt);
	format_vtext(text, sizeof(text), fmt, ap);
	va_end(ap);
	findings_add(r->b->findings, code, "%s: %s: %s", r->path, r->property, text);
}

bool read_u32(const struct reading *r, uint32_t *v)
{
	if (r->value.len != 4) {
		bad(r, "one number is due, as %s = <2>", r->property);
		return false;
	}
	*v = tree_cell(r->value.data, 0);
	return true;
}

const char *read_string(const struct reading *r)
{
	const char *s = (const char *)r->value.data;

	if (!tree_is_strings(r->value) || strlen(s) + 1 != r->value.len) {
		bad(r, "one string is due, as %s = \"...\"", r->property);
		return NULL;
	}
	return s;
}

bool read_flag(const struct reading *r)
{
	if (r->value.len)
		bad(r, "it takes no value: write \"%s;\" where it applies, and nothing where it does not", r->property);
	return true;
}

const char *system_child_path(struct system_build *b, const char *parent, uint32_t node)
{
	size_t size = strlen(parent) + 1 + strlen(fit_name(b, node)) + 1;
	char *path = arena_alloc(b->arena, size, 1);

	if (path)
		format_text(path, size, "%s/%s", parent, fit_name(b, node));
	return path;
}

#define MAX_PROPERTIES 32

static void report_unknown(const struct reading *r, const char *what, const char *name, const struct property *known, size_t nr)
{
	const char *names[MAX_PROPERTIES];

	for (size_t i = 0; i < nr; i++)
		names[i] = known[i].name;
	findings_add(r->b->findings, FINDING_PROPERTY_UNKNOWN, "%s: there is no %s \"%s\"; did you mean the property \"%s\"?", r->path, what, name,
		     nearest_name(name, names, nr));
}

static bool is_known(const char *name, const struct property *known, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (strcmp(name, known[i].name) == 0)
			return true;
	return strcmp(name, "phandle") == 0; /* dtc's, where the node has a label that is used */
}

bool read_node(struct reading *r, uint32_t node, const struct property *known, size_t nr, const char *child)
{
	struct tree_prop p = tree_props(&r->b->tree, node);

	while (tree_next_prop(&r->b->tree, &p))
		if (!is_known(p.name, known, nr))
			report_unknown(r, "property", p.name, known, nr);
	FIT_FOR_CHILDREN(r->b, node, c)
		if (!child || strcmp(fit_name(r->b, c), child) != 0)
			report_unknown(r, "node", fit_name(r->b, c), known, nr);
	for (size_t i = 0; i < nr; i++) {
		r->property = known[i].name;
		r->value = fit_get(r->b, node, known[i].name);
		if (r->value.data)
			known[i].take(r);
		if (r->no_memory)
			return false;
	}
	return true;
}
