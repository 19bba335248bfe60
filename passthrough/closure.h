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

struct rest;

struct closure {
	const struct plan_input *in;
	struct plan_vm *vm;
	uint32_t *owner; /* passthrough_resolve's */
	struct grant *first, *last;
	uint32_t nr;
	uint8_t *mark;  /* for each node: providers.c's */
	struct rest *rest; /* devices = "rest"; NULL: the VM has what it names */
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

/* Makes the node the VM's with all that is below it, if it can be given at all. */
void closure_own(struct closure *c, uint32_t node, const char *reason);

/* The node cannot be the VM's: a finding ("/vms/linux: passthrough: ..."), unless it is one of the rest, which is then left out. */
void closure_refuse(const struct closure *c, uint32_t node, enum finding_code code, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* All of it, from vm->config to the plan's arrays. ERR_NO_MEMORY. */
enum err closure_resolve(struct closure *c) MUST_CHECK;

/* ---- rest.c: devices = "rest" ---- */

/* Sets c->rest to all that can be given besides what the VM names. ERR_NO_MEMORY. */
enum err rest_choose(struct closure *c) MUST_CHECK;

/* Makes those nodes the VM's; records the others. */
void rest_own(struct closure *c);
void rest_report(struct closure *c);

/* Leaves out what brought that node in, for that reason. false: it is none of the rest. */
bool rest_leave_out(const struct closure *c, uint32_t node, const char *reason);

/* ---- providers.c ---- */

/* Everything that the granted nodes need from others, and what that needs. ERR_NO_MEMORY. */
enum err closure_add_providers(struct closure *c) MUST_CHECK;

/* Whether it is of a kind that just describes: fixed clocks and supplies, operating points. */
bool closure_is_inert(const struct host_node *n);

/* Whether that node or one above it is in the user's list (provider-own, ...). */
bool closure_is_listed(const struct closure *c, const char *const *list, uint32_t nr, uint32_t node);

/* ---- needs.c: who needs what ---- */

/*
 * A link between peers (camera and receiver, codec and controller) has one of these at each end: neither operates the other, and a VM that
 * is given one device is not given all that it is wired to.
 */
bool closure_is_link(const struct host_ref *ref);

/* An enabled node outside [first, behind) that refers to one inside and that `outside` holds of; HOST_NO_NODE: none. */
uint32_t closure_find_user(const struct closure *c, uint32_t first, uint32_t behind, bool (*outside)(const struct closure *c, uint32_t node));

/* The node behind the last one below that one: nodes are in the tree's order. */
uint32_t closure_end_of(const struct host *host, uint32_t node);

/*
 * A bus that is just there (Devicetree Specification v0.4, 4.5). Some have a "reg" that spans the devices on them (i.MX8, Amlogic): nobody
 * operates it, and it makes no neighbours of them.
 */
bool closure_is_bus(const struct host *host, uint32_t node);

/*
 * What is given together: the nearest node, that or above, with registers (or the outermost that they are part of the registers of); else with
 * interrupts; else whose parts have registers.
 * HOST_NO_NODE: there is none, it is just a description.
 */
uint32_t closure_unit_of(const struct host *host, uint32_t node);

/* ---- firmware.c ---- */

enum firmware_kind {
	FIRMWARE_NONE,
	FIRMWARE_MEDIATED, /* each call says what it is about, so that one VM's can be told from another's */
	FIRMWARE_PINS,     /* pins, which calls give away by numbers that no device tree tells */
	FIRMWARE_CHANNEL,  /* messages that nobody can look into: a channel goes to one VM as a whole */
	FIRMWARE_UNKNOWN,
};

/* Whether firmware operates that node, and how. */
enum firmware_kind firmware_of(const struct host *host, uint32_t node);

/* The node that stands for the firmware itself, that or above. */
uint32_t firmware_top(const struct host *host, uint32_t node);

/* Fills vm->firmware from what the own nodes refer to. ERR_NO_MEMORY. */
enum err closure_set_firmware(struct closure *c) MUST_CHECK;

/* After that: whether firmware resets this node of the VM's, and nothing else with it. */
bool firmware_resets(const struct closure *c, uint32_t node);

/* ---- resources.c: what the own nodes bring ---- */

enum err closure_set_regions(struct closure *c) MUST_CHECK;
enum err closure_set_irqs(struct closure *c) MUST_CHECK;
void closure_check_dma(const struct closure *c);

/* Which of the VM's own devices are bus masters, and how they are stopped: plan_vm.virtio, unstoppable. */
enum err closure_find_masters(const struct closure *c) MUST_CHECK;

/* ---- suggest.c ---- */

/* The node path most like `wanted`, or NULL when none is close. */
const char *suggest_path(const struct host *host, const char *wanted);

#endif
