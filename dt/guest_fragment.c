/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's own part of a guest's DTB: a device-tree overlay (dtc -@, /plugin/), applied by libfdt and then checked. What it says of devices
 * gives the VM nothing, as stage 2 decides about that: the checks are there so that the guest does not run into what it was told is there.
 */
#include "common/lib/string.h"
#include "dt/dt.h"
#include "dt/guest_build.h"

struct fragment {
	const struct plan *plan;
	const struct plan_vm *vm;
	struct findings *findings;
	const char *image; /* name */
	bool bad;
};

#define bad(f, fmt, ...)                                                                                                                      \
	do {                                                                                                                                  \
		findings_add((f)->findings, FINDING_PROPERTY_BAD, "%s: fdt-fragment: %s " fmt, (f)->vm->config->path, (f)->image, __VA_ARGS__); \
		(f)->bad = true;                                                                                                              \
	} while (0)

/* ---- What must stay as it is ---- */

static bool has_same_props(const struct tree *a, uint32_t node_a, const struct tree *b, uint32_t node_b)
{
	struct tree_prop x = tree_props(a, node_a), y = tree_props(b, node_b);

	while (tree_next_prop(a, &x))
		if (!tree_next_prop(b, &y) || strcmp(x.name, y.name) != 0 || x.value.len != y.value.len || memcmp(x.value.data, y.value.data, x.value.len) != 0)
			return false;
	return !tree_next_prop(b, &y);
}

/* With all that is below it, in the same order. */
static bool is_same_node(const struct tree *a, uint32_t node_a, const struct tree *b, uint32_t node_b)
{
	uint32_t nr = a->nodes[node_a].end - node_a;

	if (b->nodes[node_b].end - node_b != nr)
		return false;
	for (uint32_t i = 0; i < nr; i++)
		if (strcmp(a->nodes[node_a + i].name, b->nodes[node_b + i].name) != 0 ||
		    a->nodes[node_a + i].end - node_a != b->nodes[node_b + i].end - node_b || !has_same_props(a, node_a + i, b, node_b + i))
			return false;
	return true;
}

static bool is_fixed(const char *name)
{
	static const char *const fixed[] = { "memory", "cpus", "psci", "timer", "interrupt-controller" };

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		if (tree_name_is(name, fixed[i]))
			return true;
	return false;
}

static void check_fixed(struct fragment *f, const struct tree *before, const struct tree *after)
{
	static const char *const root[] = { "#address-cells", "#size-cells", "interrupt-parent" };

	for (size_t i = 0; i < ARRAY_SIZE(root); i++) {
		struct tree_value a = tree_get(before, 0, root[i]), b = tree_get(after, 0, root[i]);

		if (!b.data || a.len != b.len || memcmp(a.data, b.data, a.len) != 0)
			bad(f, "changes the root's %s, which everything counts on", root[i]);
	}
	for (uint32_t node = 1; node < before->nodes[0].end; node = before->nodes[node].end) {
		const struct tree_node *n = &before->nodes[node];
		uint32_t other = tree_child(after, 0, n->name, n->name_len);

		if (is_fixed(n->name) && (other == TREE_NO_NODE || !is_same_node(before, node, after, other)))
			bad(f, "changes /%s, which is as the hypervisor makes it", n->name);
	}
}

/* ---- What is described ---- */

static bool has_range(const struct plan_vm *vm, struct mem_range r)
{
	const struct mem_range frames[] = { vm->frames.gicd, vm->frames.gicr, vm->frames.gicc, vm->frames.uart };

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
		if (range_within(r.base, r.size, frames[i].base, frames[i].size))
			return true;
	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		const struct plan_region *g = &vm->regions[i];
		uint64_t end = g->ipa.v + g->size;

		if (r.base < g->ipa.v || r.base >= end || g->kind == PLAN_REGION_PV_TIME)
			continue;
		if (r.size <= end - r.base)
			return true;
		/* It may go on in the next region, which is sorted behind this one. */
		r.size -= end - r.base;
		r.base = end;
	}
	return r.size == 0;
}

static bool has_irq(const struct plan_vm *vm, const struct host_node *n, uint32_t intid)
{
	if (vm->frames.uart.size && n->nr_regs && n->regs[0].base == vm->frames.uart.base)
		return intid == vm->frames.uart_intid;
	if (host_node_is_compatible(n, "arm,armv8-timer"))
		return intid < 32;
	for (uint32_t i = 0; i < vm->nr_irqs; i++)
		if (vm->irqs[i].intid == intid)
			return true;
	return false;
}

static void check_node(struct fragment *f, const struct host_node *n)
{
	if (n->regs_bad)
		bad(f, "has a reg that is malformed: %s", n->path);
	if (n->irqs_bad)
		bad(f, "has an interrupt that does not end at the VM's interrupt controller, or is malformed: %s", n->path);
	if (n->refs_bad)
		bad(f, "refers to another node in a way that cannot be followed: %s", n->path);
	for (uint32_t i = 0; i < n->nr_regs; i++)
		if (!has_range(f->vm, n->regs[i]))
			bad(f, "has registers or memory at 0x%llx that the VM does not have: %s", (unsigned long long)n->regs[i].base, n->path);
	for (uint32_t i = 0; i < n->nr_irqs; i++)
		if (!has_irq(f->vm, n, n->irqs[i].intid))
			bad(f, "has interrupt %u, which is not this VM's: %s", n->irqs[i].intid, n->path);
}

/* A guest's DTB is read as a board's is. Returns ERR_NO_MEMORY or OK. */
static enum err check_described(struct fragment *f, const struct tree *after, struct arena *arena)
{
	struct findings own;
	const struct host *host;

	findings_init(&own, arena);
	host = dt_parse_host(after, arena, &own);
	if (!host && findings_has(&own, FINDING_NO_MEMORY))
		return ERR_NO_MEMORY;
	if (!host && own.first)
		bad(f, "makes a tree that cannot be used: %s", own.first->text);
	for (uint32_t i = 0; host && i < host->nr_nodes; i++)
		if (host->nodes[i].enabled)
			check_node(f, &host->nodes[i]);
	return OK;
}

/* ---- Labels ---- */

#define SYMBOLS "__symbols__"
#define FIXUPS  "__fixups__"

/* Where that node of the board is in the guest's tree, by its phandle, which it has kept. < 0: it is not there. */
static int find_here(const void *blob, const struct host *host, const char *path, char *here)
{
	uint32_t node = host_find_path(host, path), phandle = node == HOST_NO_NODE ? 0 : host->nodes[node].phandle;
	int at = phandle ? fdt_node_offset_by_phandle(blob, phandle) : -FDT_ERR_NOTFOUND;

	return at < 0 ? at : fdt_get_path(blob, at, here, GUEST_PATH_LEN);
}

/* One label that the overlay refers to, for libfdt to resolve. */
static int add_symbol(struct fragment *f, void *blob, int symbols, const char *label)
{
	const struct host *host = f->plan->host;
	uint32_t known = tree_child(host->tree, 0, SYMBOLS, strlen(SYMBOLS));
	struct tree_value path = known == TREE_NO_NODE ? (struct tree_value){ 0 } : tree_get(host->tree, known, label);
	char here[GUEST_PATH_LEN];

	if (!path.data || !tree_is_strings(path))
		bad(f, "refers to the label '%s', which the board's DTB does not have: refer to nodes by path, as &{/pl031@9010000}", label);
	else if (find_here(blob, host, (const char *)path.data, here) < 0)
		bad(f, "refers to the label '%s', and the VM does not have %s", label, (const char *)path.data);
	else
		return fdt_setprop_string(blob, symbols, label, here);
	return 0;
}

/* The labels of the board's DTB that the overlay refers to, under the paths that their nodes have here. */
static int add_symbols(struct fragment *f, void *blob, const struct tree *overlay)
{
	uint32_t fixups = tree_child(overlay, 0, FIXUPS, strlen(FIXUPS));
	struct tree_prop p = tree_props(overlay, fixups == TREE_NO_NODE ? 0 : fixups);
	int symbols = fdt_add_subnode(blob, 0, SYMBOLS), error = symbols < 0 ? symbols : 0;

	while (!error && fixups != TREE_NO_NODE && tree_next_prop(overlay, &p))
		error = add_symbol(f, blob, symbols, p.name);
	return error;
}

/* At most what they take, and the overlay's own, which libfdt adds under the paths that they get. */
static size_t symbols_size(const struct tree *overlay, size_t overlay_size)
{
	static const char *const names[] = { FIXUPS, SYMBOLS };
	size_t size = 64 + overlay_size;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		uint32_t node = tree_child(overlay, 0, names[i], strlen(names[i]));
		struct tree_prop p = tree_props(overlay, node == TREE_NO_NODE ? 0 : node);

		while (node != TREE_NO_NODE && tree_next_prop(overlay, &p))
			size += GUEST_PATH_LEN + 16 + p.value.len;
	}
	return size;
}

/* ---- Applying ---- */

static const char *explain(int error)
{
	switch (error) {
	case -FDT_ERR_NOTFOUND:
		return "refers to a path that the VM's device tree does not have: see `bulkhead guest-dtb`";
	case -FDT_ERR_NOSPACE:
		return "makes the VM's device tree larger than what was planned for it";
	default:
		return "is no device-tree overlay that can be applied: begin it with /dts-v1/; /plugin/; and compile it with dtc -@";
	}
}

/* Labels are of no use to the guest. Returns libfdt's error. */
static int merge(struct fragment *f, void *blob, void *overlay, const struct tree *t)
{
	int error, symbols;

	if (tree_find(t, "/fragment@0/__overlay__", strlen("/fragment@0/__overlay__")) == TREE_NO_NODE)
		return -FDT_ERR_BADOVERLAY;
	error = add_symbols(f, blob, t);
	if (error || f->bad)
		return error;
	error = fdt_overlay_apply(blob, overlay);
	if (error)
		return error;
	symbols = fdt_path_offset(blob, "/" SYMBOLS);
	error = symbols < 0 ? symbols : fdt_del_node(blob, symbols);
	return error ? error : fdt_pack(blob);
}

/* What the overlay makes of the VM's tree, in *after. */
static enum err apply(struct fragment *f, struct plan_vm *vm, size_t limit, struct arena *arena, void **after)
{
	const struct system_image *image = &f->plan->system->images[vm->config->fdt_fragment];
	void *overlay = arena_alloc(arena, image->size, 8);
	struct tree t;
	const char *wrong;
	size_t room;
	int error;

	/* libfdt changes the overlay while it applies it. */
	if (!overlay)
		return ERR_NO_MEMORY;
	memcpy(overlay, image->data, image->size);
	wrong = tree_index(&t, overlay, image->size, arena);
	if (wrong == tree_no_memory)
		return ERR_NO_MEMORY;
	if (wrong) {
		bad(f, "is damaged: %s", wrong);
		return OK;
	}
	room = limit + symbols_size(&t, image->size);
	*after = arena_alloc(arena, room, 8);
	if (!*after)
		return ERR_NO_MEMORY;
	error = fdt_open_into(vm->dtb_blob, *after, (int)room);
	if (!error)
		error = merge(f, *after, overlay, &t);
	if (!error && !f->bad && fdt_totalsize(*after) > limit)
		error = -FDT_ERR_NOSPACE;
	if (error)
		bad(f, "%s", explain(error));
	return OK;
}

static enum err check(struct fragment *f, const struct plan_vm *vm, const void *after, struct arena *arena)
{
	struct tree old, new;
	const char *wrong = tree_index(&old, vm->dtb_blob, vm->dtb_size, arena);

	if (!wrong)
		wrong = tree_index(&new, after, fdt_totalsize(after), arena);
	if (wrong == tree_no_memory)
		return ERR_NO_MEMORY;
	if (wrong) {
		bad(f, "makes a tree that cannot be used: %s", wrong);
		return OK;
	}
	check_fixed(f, &old, &new);
	/* What follows from a fault there is not told as well. */
	return f->bad ? OK : check_described(f, &new, arena);
}

enum err guest_apply_fragment(const struct plan *plan, struct plan_vm *vm, struct arena *arena, struct findings *findings)
{
	struct fragment f = { .plan = plan, .vm = vm, .findings = findings, .image = plan->system->images[vm->config->fdt_fragment].name };
	void *after = NULL;
	enum err e = apply(&f, vm, vm->dtb_max < vm->dtb_room ? vm->dtb_max : vm->dtb_room, arena, &after);

	if (!e && !f.bad)
		e = check(&f, vm, after, arena);
	if (e)
		findings_add(findings, FINDING_NO_MEMORY, "%s: fdt-fragment needs more boot memory than there is: raise CONFIG_BOOT_ARENA_KIB", vm->config->path);
	if (e || f.bad)
		return e ? e : ERR_INVALID;
	vm->dtb_blob = after;
	vm->dtb_size = fdt_totalsize(after);
	return OK;
}
