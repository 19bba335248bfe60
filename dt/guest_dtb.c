/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's DTB: what every VM has. The bindings are Linux' for arm64 (cpus, psci, arch_timer, gic, pl011) and the Devicetree Specification v0.4. */
#include "arch/arm64/vcpu.h"
#include "common/lib/format.h"
#include "common/lib/string.h"
#include "dt/dt.h"
#include "dt/guest_build.h"

/* ---- Writing ---- */

void put_begin(struct guest_build *g, const char *name)
{
	tree_write_begin(&g->out, name);
}

void put_begin_at(struct guest_build *g, const char *base, uint64_t address)
{
	char name[80];

	format_text(name, sizeof(name), "%s@%llx", base, (unsigned long long)address);
	put_begin(g, name);
}

void put_end(struct guest_build *g)
{
	tree_write_end(&g->out);
}

void put_bytes(struct guest_build *g, const char *name, const void *data, size_t len)
{
	void *at = tree_write_prop(&g->out, name, len);

	if (at)
		memcpy(at, data, len);
}

void put_flag(struct guest_build *g, const char *name)
{
	put_bytes(g, name, "", 0);
}

void put_string(struct guest_build *g, const char *name, const char *s)
{
	put_bytes(g, name, s, strlen(s) + 1);
}

fdt32_t *put_cells(struct guest_build *g, const char *name, size_t n)
{
	return tree_write_prop(&g->out, name, n * 4);
}

fdt32_t *put_next_cell(fdt32_t *at, uint32_t v)
{
	if (!at)
		return NULL;
	fdt32_st(at, v);
	return at + 1;
}

fdt32_t *put_next_range(fdt32_t *at, struct mem_range r)
{
	at = put_next_cell(put_next_cell(at, (uint32_t)(r.base >> 32)), (uint32_t)r.base);
	return put_next_cell(put_next_cell(at, (uint32_t)(r.size >> 32)), (uint32_t)r.size);
}

fdt32_t *put_next_irq(fdt32_t *at, uint32_t intid, uint32_t flags)
{
	at = put_next_cell(at, intid < 32);
	at = put_next_cell(at, intid < 32 ? intid - 16 : intid - 32);
	return put_next_cell(at, flags);
}

void put_cell(struct guest_build *g, const char *name, uint32_t v)
{
	put_next_cell(put_cells(g, name, 1), v);
}

static void put_reg(struct guest_build *g, struct mem_range r)
{
	put_next_range(put_cells(g, "reg", 4), r);
}

/* ---- Nodes ---- */

static void put_memory_node(struct guest_build *g, struct mem_range r)
{
	put_begin_at(g, "memory", r.base);
	put_string(g, "device_type", "memory");
	put_reg(g, r);
	put_end(g);
}

/*
 * Ranges with the entry point, or those without. Neighbours become one: a guest need not see how its memory was put together.
 */
static void put_memory_ranges(struct guest_build *g, bool with_entry)
{
	const struct plan_vm *vm = g->vm;
	struct mem_range r = { 0 };

	for (uint32_t i = 0; i <= vm->nr_regions; i++) {
		const struct plan_region *next = i < vm->nr_regions ? &vm->regions[i] : NULL;

		if (next && next->kind != PLAN_REGION_RAM)
			continue;
		if (next && r.size && r.base + r.size == next->ipa.v) {
			r.size += next->size;
			continue;
		}
		if (r.size && range_within(vm->entry.v, 1, r.base, r.size) == with_entry)
			put_memory_node(g, r);
		if (next)
			r = (struct mem_range){ next->ipa.v, next->size };
	}
}

/* The memory that the guest starts in comes first: boot loaders (U-Boot) take the first range for their own. */
static void put_memory(struct guest_build *g)
{
	put_memory_ranges(g, true);
	put_memory_ranges(g, false);
}

static void put_cpus(struct guest_build *g)
{
	put_begin(g, "cpus");
	put_cell(g, "#address-cells", 1);
	put_cell(g, "#size-cells", 0);
	for (uint32_t i = 0; i < g->vm->nr_vcpus; i++) {
		const char *compatible = g->plan->host->cpus[g->vm->vcpu_cpu[i]].compatible;

		put_begin_at(g, "cpu", vcpu_affinity(i));
		put_string(g, "device_type", "cpu");
		put_string(g, "compatible", compatible[0] ? compatible : "arm,armv8");
		put_cell(g, "reg", (uint32_t)vcpu_affinity(i));
		put_string(g, "enable-method", "psci");
		put_end(g);
	}
	put_end(g);
}

static void put_psci(struct guest_build *g)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";

	put_begin(g, "psci");
	put_bytes(g, "compatible", compatible, sizeof(compatible));
	put_string(g, "method", "hvc");
	put_end(g);
}

/* For a GICv2 the third cell of a PPI also says which CPUs have it, eight at most. */
static uint32_t ppi_flags(const struct guest_build *g)
{
	uint32_t cpus = g->vm->nr_vcpus < 8 ? g->vm->nr_vcpus : 8;

	return IRQ_LEVEL_LOW | (guest_is_v2(g) ? ((1u << cpus) - 1) << 8 : 0);
}

static void put_timer(struct guest_build *g)
{
	static const uint32_t intids[] = { 29, 30, 27, 26 }; /* secure physical, physical, virtual, hypervisor */
	uint32_t frequency = g->plan->host->timer.frequency;

	put_begin(g, "timer");
	put_string(g, "compatible", "arm,armv8-timer");
	fdt32_t *at = put_cells(g, "interrupts", 3 * ARRAY_SIZE(intids));
	for (size_t i = 0; i < ARRAY_SIZE(intids); i++)
		at = put_next_irq(at, intids[i], ppi_flags(g));
	put_flag(g, "always-on");
	if (frequency)
		put_cell(g, "clock-frequency", frequency);
	put_end(g);
}

static void put_gic(struct guest_build *g)
{
	const struct plan_frames *f = &g->vm->frames;

	put_begin_at(g, "interrupt-controller", f->gicd.base);
	put_string(g, "compatible", guest_is_v2(g) ? "arm,gic-400" : "arm,gic-v3");
	put_flag(g, "interrupt-controller");
	put_cell(g, "#interrupt-cells", 3);
	put_cell(g, "#address-cells", 0);
	put_next_range(put_next_range(put_cells(g, "reg", 8), f->gicd), guest_is_v2(g) ? f->gicc : f->gicr);
	put_cell(g, "phandle", g->gic_phandle);
	put_end(g);
}

#define UART_CLOCK 24000000

static void put_uart(struct guest_build *g)
{
	static const char compatible[] = "arm,pl011\0arm,primecell";
	static const char clock_names[] = "uartclk\0apb_pclk";
	const struct plan_frames *f = &g->vm->frames;

	if (!f->uart.size)
		return;
	put_begin(g, "clock-24000000");
	put_string(g, "compatible", "fixed-clock");
	put_cell(g, "#clock-cells", 0);
	put_cell(g, "clock-frequency", UART_CLOCK);
	put_cell(g, "phandle", g->clock_phandle);
	put_end(g);

	put_begin_at(g, "serial", f->uart.base);
	put_bytes(g, "compatible", compatible, sizeof(compatible));
	put_reg(g, f->uart);
	put_next_irq(put_cells(g, "interrupts", 3), f->uart_intid, IRQ_LEVEL_HIGH);
	put_next_cell(put_next_cell(put_cells(g, "clocks", 2), g->clock_phandle), g->clock_phandle);
	put_bytes(g, "clock-names", clock_names, sizeof(clock_names));
	put_end(g);
	format_text(g->stdout_path, sizeof(g->stdout_path), "/serial@%llx", (unsigned long long)f->uart.base);
}

static void put_watchdog(struct guest_build *g)
{
	const struct plan_frames *f = &g->vm->frames;

	if (!f->watchdog[0].size)
		return;
	put_begin_at(g, "watchdog", f->watchdog[0].base);
	put_string(g, "compatible", "arm,sbsa-gwdt");
	put_next_range(put_next_range(put_cells(g, "reg", 8), f->watchdog[0]), f->watchdog[1]);
	put_next_irq(put_cells(g, "interrupts", 3), f->watchdog_intid, IRQ_LEVEL_HIGH);
	put_end(g);
}

/* /chosen's addresses may have either size; dt-schema's older releases know the small one only. */
static void put_address(struct guest_build *g, const char *name, uint64_t v)
{
	if (v <= UINT32_MAX)
		put_cell(g, name, (uint32_t)v);
	else
		put_next_cell(put_next_cell(put_cells(g, name, 2), (uint32_t)(v >> 32)), (uint32_t)v);
}

static bool is_emulated(const struct guest_build *g)
{
	return g->stdout_path[0] && g->stdout_node == HOST_NO_NODE;
}

static void put_alias(struct guest_build *g, bool *any, const char *name, const char *path)
{
	if (!*any)
		put_begin(g, "aliases");
	*any = true;
	put_string(g, name, path);
}

/*
 * The board's aliases of nodes that the guest has, for their numbers. serial0 is the emulated console's. *console becomes the name of the
 * UART of its own that serves as console.
 */
static void put_aliases(struct guest_build *g, const char **console)
{
	const struct tree *tree = g->plan->host->tree;
	uint32_t aliases = tree_find(tree, "/aliases", strlen("/aliases"));
	struct tree_prop p = tree_props(tree, aliases == TREE_NO_NODE ? 0 : aliases);
	char path[GUEST_PATH_LEN];
	bool any = false;

	if (is_emulated(g))
		put_alias(g, &any, "serial0", g->stdout_path);
	while (aliases != TREE_NO_NODE && tree_next_prop(tree, &p)) {
		uint32_t node = tree_is_strings(p.value) ? host_find_path(g->plan->host, (const char *)p.value.data) : HOST_NO_NODE;

		if (node == HOST_NO_NODE || (is_emulated(g) && strcmp(p.name, "serial0") == 0) || !guest_path(g, node, path))
			continue;
		put_alias(g, &any, p.name, path);
		if (node == g->stdout_node && !*console && strncmp(p.name, "serial", strlen("serial")) == 0)
			*console = p.name;
	}
	if (any)
		put_end(g);
}

/* The speed that the board's DTB says the loader has set; 0: it does not, and the guest keeps what it finds. */
static uint32_t console_speed(const struct guest_build *g)
{
	struct tree_value v = tree_get(g->plan->host->tree, g->stdout_node, "current-speed");

	return v.data && v.len == 4 ? tree_cell(v.data, 0) : 0;
}

static void put_stdout(struct guest_build *g, const char *name)
{
	char text[GUEST_PATH_LEN + 16];

	if (is_emulated(g))
		put_string(g, "stdout-path", "serial0:115200n8");
	else if (console_speed(g)) {
		format_text(text, sizeof(text), "%s:%u", name, console_speed(g));
		put_string(g, "stdout-path", text);
	} else
		put_string(g, "stdout-path", name);
}

static void put_chosen(struct guest_build *g)
{
	const struct plan_load *ramdisk = &g->vm->ramdisk;
	const char *console = NULL;

	put_aliases(g, &console);
	put_begin(g, "chosen");
	if (g->vm->config->bootargs[0])
		put_string(g, "bootargs", g->vm->config->bootargs);
	if (g->stdout_path[0])
		put_stdout(g, console ? console : g->stdout_path);
	if (ramdisk->image != SYSTEM_NO_IMAGE) {
		put_address(g, "linux,initrd-start", ramdisk->ipa.v);
		put_address(g, "linux,initrd-end", ramdisk->ipa.v + ramdisk->size);
	}
	put_end(g);
}

/* ---- The whole ---- */

static void choose_phandles(struct guest_build *g)
{
	const struct host *h = g->plan->host;
	uint32_t highest = 0;

	for (uint32_t i = 0; i < h->nr_nodes; i++)
		if (h->nodes[i].phandle > highest && h->nodes[i].phandle < INT32_MAX)
			highest = h->nodes[i].phandle;
	g->clock_phandle = highest + 1;
	g->gic_phandle = h->nodes[h->gic.node].phandle;
	if (!g->gic_phandle)
		g->gic_phandle = highest + 2;
}

/* Returns its size; 0: there is not enough memory. */
static size_t write_tree(struct guest_build *g)
{
	char model[48];

	choose_phandles(g);
	put_begin(g, "");
	put_cell(g, "#address-cells", 2);
	put_cell(g, "#size-cells", 2);
	put_string(g, "compatible", "bulkhead,vm");
	format_text(model, sizeof(model), "Bulkhead VM %s", g->vm->config->name);
	put_string(g, "model", model);
	put_cell(g, "interrupt-parent", g->gic_phandle);
	put_memory(g);
	put_cpus(g);
	put_psci(g);
	put_timer(g);
	put_gic(g);
	put_uart(g);
	put_watchdog(g);
	guest_put_grants(g);
	put_chosen(g);
	put_end(g);
	return tree_write_finish(&g->out);
}

/* Names of properties that are not the host DTB's: far fewer bytes. */
#define OWN_NAMES 1024

/* The tree takes what the arena has left, up to `limit` bytes, and gives back what it does not need; its names are at the arena's end until then. */
static size_t write_to_arena(struct guest_build *g, struct arena *arena, size_t limit, bool *limited)
{
	size_t names = fdt_size_dt_strings(g->plan->host->tree->fdt) + OWN_NAMES;
	size_t used = (size_t)(align_up((uintptr_t)arena->base + arena->used, 8) - (uintptr_t)arena->base);
	size_t room = used < arena->size ? arena->size - used : 0, written;

	*limited = limit + names <= room;
	if (names > room)
		return 0;
	tree_write_init(&g->out, arena->base + used, *limited ? limit : room - names, (char *)arena->base + arena->size - names, names);
	written = write_tree(g);
	if (written)
		arena->used = used + written;
	return written;
}

enum err dt_write_guest(const struct plan *plan, struct plan_vm *vm, struct arena *arena, struct findings *findings)
{
	size_t limit = vm->dtb_max && vm->dtb_max < vm->dtb_room ? vm->dtb_max : vm->dtb_room;
	struct guest_build g = { .plan = plan, .vm = vm, .stdout_node = HOST_NO_NODE };
	bool limited;

	vm->dtb_size = (uint32_t)write_to_arena(&g, arena, limit, &limited);
	if (vm->dtb_size) {
		vm->dtb_blob = g.out.out;
		return vm->config->fdt_fragment == SYSTEM_NO_IMAGE ? OK : guest_apply_fragment(plan, vm, arena, findings);
	}
	if (limited) {
		findings_add(findings, FINDING_NO_MEMORY, "%s: its device tree is larger than the %zu bytes planned for it: pass fewer devices through",
			     vm->config->path, limit);
		return ERR_RANGE;
	}
	findings_add(findings, FINDING_NO_MEMORY, "%s: its device tree needs more boot memory than there is: raise CONFIG_BOOT_ARENA_KIB", vm->config->path);
	return ERR_NO_MEMORY;
}
