/* SPDX-License-Identifier: Apache-2.0 */
/*
 * devices = "rest": one VM gets all that nobody else has, that the hypervisor does not need and whose closure succeeds.
 *
 * Which closures succeed depends on each other: two devices that share a clock controller can be given together only. So all candidates are
 * tried at once; those that are refused are left out with the reason, and the others tried again, until no more are refused. Each round
 * leaves out one at least. What is given in the end is complete, as if the user had named just that.
 */
#include "common/lib/string.h"
#include "passthrough/closure.h"

enum { REST_NO, REST_WANTED, REST_LEFT_OUT };

struct rest {
	uint8_t *state;       /* for each node */
	const char **reason;  /* of REST_LEFT_OUT */
	uint8_t *seen;        /* while users are looked for */
	struct arena *arena;  /* of the reasons */
	bool changed;
};

/* ---- Candidates ---- */

static bool is_below_candidate(const struct rest *r, const struct host *host, uint32_t node)
{
	for (uint32_t up = host->nodes[node].parent; up != HOST_NO_NODE; up = host->nodes[up].parent)
		if (r->state[up] != REST_NO)
			return true;
	return false;
}

/* Itself, or what is below it: keys are nodes below their driver's. */
static bool has_references(const struct host *host, uint32_t node)
{
	for (uint32_t i = node; i < closure_end_of(host, node); i++)
		if (host->nodes[i].nr_refs)
			return true;
	return false;
}

/* Something to operate, or something made of others (keys at a GPIO controller). What merely describes (fixed clocks) comes along where needed. */
static bool is_candidate(const struct closure *c, uint32_t node)
{
	const struct host *host = c->in->host;
	const struct host_node *n = &host->nodes[node];

	if (!n->enabled || !n->compatible || c->owner[node] != PLAN_NO_VM || closure_is_bus(host, node) || owned_by_hypervisor(host, node) ||
	    firmware_of(host, node) != FIRMWARE_NONE)
		return false;
	return closure_unit_of(host, node) == node || (closure_unit_of(host, node) == HOST_NO_NODE && has_references(host, node) && !closure_is_inert(n));
}

static void find_candidates(struct closure *c)
{
	struct rest *r = c->rest;

	for (uint32_t i = 1; i < c->in->host->nr_nodes; i++)
		if (is_candidate(c, i) && !is_below_candidate(r, c->in->host, i))
			r->state[i] = REST_WANTED;
}

/* ---- Leaving out ---- */

static uint32_t candidate_of(const struct closure *c, uint32_t node)
{
	while (node != HOST_NO_NODE && c->rest->state[node] == REST_NO)
		node = closure_node(c, node)->parent;
	return node;
}

static void leave_out(struct rest *r, uint32_t candidate, const char *reason)
{
	char *text;

	if (r->state[candidate] != REST_WANTED)
		return;
	text = arena_alloc(r->arena, strlen(reason) + 1, 1);
	r->state[candidate] = REST_LEFT_OUT;
	r->reason[candidate] = text ? memcpy(text, reason, strlen(reason) + 1) : "it cannot be given";
	r->changed = true;
}

enum { SEEN_NOT, SEEN_TO_DO, SEEN_DONE };

static void see(const struct closure *c, uint32_t node)
{
	uint32_t candidate = candidate_of(c, node), first = candidate == HOST_NO_NODE ? node : candidate;

	if (c->rest->seen[first] == SEEN_NOT)
		c->rest->seen[first] = SEEN_TO_DO;
}

/* What of the VM's refers to that unit from outside of it. */
static void see_users(const struct closure *c, uint32_t first)
{
	const struct host *host = c->in->host;
	uint32_t behind = closure_end_of(host, first);

	for (uint32_t i = 0; i < host->nr_nodes; i++)
		for (uint32_t r = 0; r < host->nodes[i].nr_refs && (i < first || i >= behind); r++)
			if (host->nodes[i].refs[r].node >= first && host->nodes[i].refs[r].node < behind && closure_find(c, i))
				see(c, i);
}

/* A fault of something that was brought in, a copy or a unit that is left out itself: those that need it, directly or by other copies, are left out. */
bool rest_leave_out(const struct closure *c, uint32_t node, const char *reason)
{
	struct rest *rest = c->rest;
	bool found = false, more = true;

	memset(rest->seen, SEEN_NOT, c->in->host->nr_nodes);
	see(c, node);
	while (more) {
		more = false;
		for (uint32_t i = 0; i < c->in->host->nr_nodes; i++) {
			if (rest->seen[i] != SEEN_TO_DO)
				continue;
			rest->seen[i] = SEEN_DONE;
			more = true;
			if (rest->state[i] == REST_WANTED) {
				leave_out(rest, i, reason);
				found = true;
			} else {
				see_users(c, i);
			}
		}
	}
	return found;
}

/* ---- The VM's ---- */

void rest_own(struct closure *c)
{
	for (uint32_t i = 1; i < c->in->host->nr_nodes; i++)
		if (c->rest->state[i] == REST_WANTED && c->owner[i] == PLAN_NO_VM)
			closure_own(c, i, "nobody else's");
}

void rest_report(struct closure *c)
{
	for (uint32_t i = 1; i < c->in->host->nr_nodes; i++)
		if (c->rest->state[i] == REST_LEFT_OUT && !closure_find(c, i))
			closure_add(c, i, PLAN_GRANT_OMIT, c->rest->reason[i], NULL);
}

/* One round, in memory that is not kept. */
static enum err try_all(const struct closure *c, struct arena *arena)
{
	struct findings ignored; /* of what the user names: told in the end */
	struct plan_input in = *c->in;
	struct plan_vm vm = *c->vm;
	struct closure trial = { .in = &in, .vm = &vm, .rest = c->rest };

	findings_init(&ignored, arena);
	in.findings = &ignored;
	in.arena = arena;
	trial.owner = ARENA_ARRAY(arena, uint32_t, in.host->nr_nodes);
	if (!trial.owner)
		return ERR_NO_MEMORY;
	memcpy(trial.owner, c->owner, in.host->nr_nodes * sizeof(*c->owner));
	c->rest->changed = false;
	return closure_resolve(&trial);
}

enum err rest_choose(struct closure *c)
{
	uint32_t nr = c->in->host->nr_nodes;
	struct arena *arena = c->in->arena, trial;
	enum err e = OK;

	c->rest = ARENA_NEW(arena, struct rest);
	if (!c->rest)
		return ERR_NO_MEMORY;
	*c->rest = (struct rest){ ARENA_ARRAY(arena, uint8_t, nr), ARENA_ARRAY(arena, const char *, nr), ARENA_ARRAY(arena, uint8_t, nr), arena, true };
	if (!c->rest->state || !c->rest->reason || !c->rest->seen)
		return ERR_NO_MEMORY;
	find_candidates(c);

	/* Rounds have the upper half of what is left of the arena, each anew; reasons stay and have the lower one. */
	size_t size = arena->size, half = (size + arena->used) / 2 & ~(size_t)15;

	arena->size = half;
	while (c->rest->changed && !e) {
		arena_init(&trial, arena->base + half, size - half);
		e = try_all(c, &trial);
	}
	arena->size = size;
	return e;
}
