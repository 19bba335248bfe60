/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of passthrough/ share while one VM's closure is made. For passthrough/ only. */
#ifndef PASSTHROUGH_CLOSURE_H
#define PASSTHROUGH_CLOSURE_H

#include "common/port.h"
#include "passthrough/passthrough.h"

/* One granted node, in the order in which they were found. */
struct grant {
	struct plan_grant plan;
	struct grant *next;
};

struct closure {
	const struct plan_input *in;
	struct plan_vm *vm;
	uint32_t *owner; /* passthrough_resolve's */
	struct grant *first, *last;
	uint32_t nr;
	bool no_memory; /* the arena was too small for a grant: the result is incomplete */
};

static inline const struct host_node *closure_node(const struct closure *c, uint32_t node)
{
	return &c->in->host->nodes[node];
}

/* Whether the VM has that node, as its own or as a copy. */
const struct grant *closure_find(const struct closure *c, uint32_t node);

/* Grants it; reason is a phrase that `other`'s path completes (or NULL): "child of ". */
void closure_add(struct closure *c, uint32_t node, enum plan_grant_kind kind, const char *reason, const char *other);

/* ---- providers.c ---- */

/* Everything that the granted nodes need from others; new copies are looked at as well. */
void closure_add_providers(struct closure *c);

/* ---- resources.c: what the own nodes bring ---- */

enum err closure_set_regions(struct closure *c) MUST_CHECK;
enum err closure_set_irqs(struct closure *c) MUST_CHECK;
void closure_check_dma(const struct closure *c);

/* ---- suggest.c ---- */

/* The node path most like `wanted`, or NULL when none is close. */
const char *suggest_path(const struct host *host, const char *wanted);

#endif
