/* SPDX-License-Identifier: Apache-2.0 */
/* /vms: one node a VM into struct vm_config. What a property needs of the board is the planner's to check. */
#include "common/lib/format.h"
#include "common/lib/string.h"
#include "dt/system_build.h"

/* ---- Properties ---- */

static void take_cpus(struct reading *r)
{
	read_cpus(r, &r->vm->cpus, &r->vm->nr_cpus);
	r->vm->nr_vcpus = r->vm->nr_cpus;
}

static void take_vcpus(struct reading *r)
{
	uint32_t n;

	if (!read_u32(r, &n))
		return;
	if (n < 1 || n > CONFIG_MAX_VCPUS)
		bad(r, "%u is not within 1 to %u", n, CONFIG_MAX_VCPUS);
	else
		r->vm->nr_vcpus = n;
}

static void take_weight(struct reading *r)
{
	read_u32(r, &r->vm->weight);
}

/* A list of 64-bit numbers, two cells each; 0: malformed. */
static uint32_t count_u64(const struct reading *r)
{
	if (r->value.len && r->value.len % 8 == 0)
		return r->value.len / 8;
	bad(r, "two cells are due for each number, as <0x0 0x20000000> for 512 MiB");
	return 0;
}

static uint64_t get_u64(const struct reading *r, uint32_t i)
{
	return tree_cells(r->value.data, (size_t)i * 2, 2);
}

static void take_memory(struct reading *r)
{
	struct vm_config *vm = r->vm;
	uint32_t n = count_u64(r);

	vm->memory = ARENA_ARRAY(r->b->arena, struct memory_config, n);
	if (!vm->memory) {
		r->no_memory = true;
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint64_t size = get_u64(r, i);

		if (!size || size % KIB(4))
			bad(r, "size 0x%llx is not a multiple of 4 KiB above zero", (unsigned long long)size);
		else
			vm->memory[vm->nr_memory++].size = size;
	}
}

/* Whether the value has one number for each range of memory. */
static bool matches_memory(const struct reading *r)
{
	uint32_t n = count_u64(r);

	if (n && n != r->vm->nr_memory && r->vm->nr_memory)
		bad(r, "it has %u addresses for %u ranges of memory: give one for each", n, r->vm->nr_memory);
	return n && n == r->vm->nr_memory;
}

static void take_addresses(struct reading *r, size_t has, size_t address)
{
	for (uint32_t i = 0; matches_memory(r) && i < r->vm->nr_memory; i++) {
		char *m = (char *)&r->vm->memory[i];
		uint64_t v = get_u64(r, i);

		if (v % KIB(4)) {
			bad(r, "address 0x%llx is not a multiple of 4 KiB", (unsigned long long)v);
			return;
		}
		*(bool *)(m + has) = true;
		*(uint64_t *)(m + address) = v;
	}
}

static void take_memory_address(struct reading *r)
{
	take_addresses(r, offsetof(struct memory_config, has_ipa), offsetof(struct memory_config, ipa));
}

static void take_memory_physical(struct reading *r)
{
	take_addresses(r, offsetof(struct memory_config, has_pa), offsetof(struct memory_config, pa));
}

static void take_memory_identity(struct reading *r)
{
	r->vm->memory_identity = read_flag(r);
}

/* The image that a reference leads to. */
static uint32_t find_image(const struct reading *r, enum finding_code code)
{
	const struct system *s = r->b->system;

	for (uint32_t i = 0; r->value.len == 4 && i < s->nr_images; i++)
		if (r->b->phandles[i] && r->b->phandles[i] == tree_cell(r->value.data, 0))
			return i;
	read_report(r, code, "it must refer to a node of /images by its label, as %s = <&my_image>", r->property);
	return SYSTEM_NO_IMAGE;
}

static void take_kernel(struct reading *r)
{
	uint32_t i = find_image(r, FINDING_KERNEL_MISSING);

	if (i == SYSTEM_NO_IMAGE)
		return;
	if (r->b->system->images[i].kind == IMAGE_ARM64 || r->b->system->images[i].kind == IMAGE_RAW)
		r->vm->kernel = i;
	else
		read_report(r, FINDING_KERNEL_MISSING, "image \"%s\" is no kernel: its type must be kernel, standalone or firmware",
		       r->b->system->images[i].name);
}

static void take_ramdisk(struct reading *r)
{
	uint32_t i = find_image(r, FINDING_PROPERTY_BAD);

	if (i == SYSTEM_NO_IMAGE)
		return;
	if (r->b->system->images[i].kind == IMAGE_RAMDISK)
		r->vm->ramdisk = i;
	else
		bad(r, "image \"%s\" is no ramdisk: its type must be ramdisk", r->b->system->images[i].name);
}

static void take_fdt_fragment(struct reading *r)
{
	uint32_t i = find_image(r, FINDING_PROPERTY_BAD);

	if (i == SYSTEM_NO_IMAGE)
		return;
	if (r->b->system->images[i].kind == IMAGE_FDT && r->b->system->images[i].data)
		r->vm->fdt_fragment = i;
	else
		bad(r, "image \"%s\" is no device tree: its type must be flat_dt", r->b->system->images[i].name);
}

static void take_bootargs(struct reading *r)
{
	const char *s = read_string(r);

	r->vm->bootargs = s ? s : "";
}

static void take_fdt_address(struct reading *r)
{
	if (r->value.len != 8) {
		bad(r, "one address of two cells is due, as <0x0 0x48000000>");
		return;
	}
	r->vm->fdt_address = get_u64(r, 0);
	r->vm->has_fdt_address = r->vm->fdt_address % 8 == 0;
	if (!r->vm->has_fdt_address)
		bad(r, "a device tree's address must be a multiple of 8");
}

/* Names of host nodes, as many as there are. */
static void take_nodes(struct reading *r, const char ***list, uint32_t *nr)
{
	const char *s = (const char *)r->value.data, *end = s + r->value.len;
	uint32_t n = 0;

	if (!tree_is_strings(r->value)) {
		bad(r, "paths, aliases or labels of the board's DTB are due, as \"/pl031@9010000\"");
		return;
	}
	for (const char *p = s; p < end; p += strlen(p) + 1)
		n++;
	*list = ARENA_ARRAY(r->b->arena, const char *, n);
	if (!*list) {
		r->no_memory = true;
		return;
	}
	for (const char *p = s; p < end; p += strlen(p) + 1) {
		if (*p)
			(*list)[(*nr)++] = p;
		else
			bad(r, "one of the names is empty");
	}
}

static void take_passthrough(struct reading *r)
{
	take_nodes(r, &r->vm->passthrough, &r->vm->nr_passthrough);
}

static void take_provider_own(struct reading *r)
{
	take_nodes(r, &r->vm->provider_own, &r->vm->nr_provider_own);
}

static void take_provider_copy(struct reading *r)
{
	take_nodes(r, &r->vm->provider_copy, &r->vm->nr_provider_copy);
}

static void take_provider_omit(struct reading *r)
{
	take_nodes(r, &r->vm->provider_omit, &r->vm->nr_provider_omit);
}

static void take_devices(struct reading *r)
{
	const char *s = read_string(r);

	r->vm->devices_rest = s && strcmp(s, "rest") == 0;
	if (s && !r->vm->devices_rest)
		bad(r, "\"%s\" is not \"rest\": single devices are named in passthrough", s);
	for (uint32_t i = 0; r->vm->devices_rest && i < r->b->system->nr_vms; i++)
		if (r->b->system->vms[i].devices_rest)
			bad(r, "\"rest\" is said by %s already: only one VM can have it", r->b->system->vms[i].path);
}

static void take_dma_without_iommu(struct reading *r)
{
	r->vm->dma_without_iommu = read_flag(r);
}

static void take_gic_version(struct reading *r)
{
	uint32_t v;

	if (!read_u32(r, &v))
		return;
	if (v != 2 && v != 3)
		bad(r, "%u is neither 2 nor 3", v);
	else
		r->vm->gic_version = v;
}

static void take_stage2_granule(struct reading *r)
{
	uint32_t v = r->value.len == 4 ? tree_cell(r->value.data, 0) : 0;

	if (r->value.len == 5 && memcmp(r->value.data, "auto", 5) == 0)
		return;
	if (v != 4096 && v != 65536)
		bad(r, "it must be <4096>, <65536> or \"auto\"");
	else
		r->vm->stage2_granule = v;
}

static void take_restart(struct reading *r)
{
	static const char *const names[] = { [RESTART_NEVER] = "never", [RESTART_ON_CRASH] = "on-crash", [RESTART_ALWAYS] = "always" };
	const char *s = read_string(r);

	for (unsigned i = 0; s && i < ARRAY_SIZE(names); i++)
		if (strcmp(s, names[i]) == 0) {
			r->vm->restart.when = (enum restart_when)i;
			return;
		}
	if (s)
		bad(r, "\"%s\" is none of \"never\", \"on-crash\", \"always\"", s);
}

static void take_max_restarts(struct reading *r)
{
	uint32_t max = r->value.len == 8 ? tree_cell(r->value.data, 0) : UINT32_MAX;

	if (max > SYSTEM_MAX_RESTARTS) {
		bad(r, "it must be two numbers: how many restarts, %u at most, within how many seconds, as <5 60>; <0 0> for any number", SYSTEM_MAX_RESTARTS);
		return;
	}
	r->vm->restart.max = max;
	r->vm->restart.seconds = tree_cell(r->value.data, 1);
}

static void take_critical(struct reading *r)
{
	r->vm->restart.critical = read_flag(r);
}

static void take_watchdog(struct reading *r)
{
	r->vm->watchdog = read_flag(r);
}

static void take_console(struct reading *r)
{
	const char *s = read_string(r);

	if (!s)
		return;
	r->vm->console = strcmp(s, "none") != 0;
	if (r->vm->console && strcmp(s, "pl011") != 0)
		bad(r, "\"%s\" is neither \"pl011\" nor \"none\"", s);
}

/* ---- A VM ---- */

/* Read in this order, whatever the file's is: a property may look at those before it. */
static const struct property properties[] = {
	{ "cpus", take_cpus },
	{ "vcpus", take_vcpus },
	{ "weight", take_weight },
	{ "memory", take_memory },
	{ "memory-address", take_memory_address },
	{ "memory-physical", take_memory_physical },
	{ "memory-identity", take_memory_identity },
	{ "kernel", take_kernel },
	{ "ramdisk", take_ramdisk },
	{ "fdt-fragment", take_fdt_fragment },
	{ "bootargs", take_bootargs },
	{ "fdt-address", take_fdt_address },
	{ "passthrough", take_passthrough },
	{ "devices", take_devices },
	{ "provider-own", take_provider_own },
	{ "provider-copy", take_provider_copy },
	{ "provider-omit", take_provider_omit },
	{ "dma-without-iommu", take_dma_without_iommu },
	{ "gic-version", take_gic_version },
	{ "stage2-granule", take_stage2_granule },
	{ "restart", take_restart },
	{ "max-restarts", take_max_restarts },
	{ "critical", take_critical },
	{ "watchdog", take_watchdog },
	{ "console", take_console },
};

static bool name_is_good(const char *name)
{
	size_t n = strlen(name);

	for (const char *p = name; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (p > name && ((*p >= '0' && *p <= '9') || *p == '-' || *p == '_'))))
			return false;
	return n >= 1 && n <= 15;
}

static void check_vm_name(const struct system_build *b, const struct vm_config *vm)
{
	if (!name_is_good(vm->name))
		findings_add(b->findings, FINDING_VM_NAME_BAD,
			     "%s: a VM's name has 1 to 15 of the characters a-z, 0-9, - and _, and begins with a letter", vm->path);
	for (uint32_t i = 0; i < b->system->nr_vms; i++)
		if (strcmp(b->system->vms[i].name, vm->name) == 0) {
			findings_add(b->findings, FINDING_VM_NAME_DUPLICATE, "%s: two VMs have this name: rename one", vm->path);
			return;
		}
}

static void check_required(const struct system_build *b, uint32_t node, const struct vm_config *vm)
{
	if (!fit_get(b, node, "cpus").data)
		findings_add(b->findings, FINDING_PROPERTY_MISSING, "%s: it has no cpus: say which physical CPUs it gets, as cpus = <0 1>;", vm->path);
	if (!fit_get(b, node, "memory").data)
		findings_add(b->findings, FINDING_PROPERTY_MISSING,
			     "%s: it has no memory: say how many bytes, as memory = <0x0 0x20000000>; for 512 MiB", vm->path);
	if (!fit_get(b, node, "kernel").data)
		findings_add(b->findings, FINDING_KERNEL_MISSING, "%s: it has no kernel: say which image, as kernel = <&my_kernel>;", vm->path);
}

static bool parse_vm(struct system_build *b, uint32_t node, struct vm_config *vm)
{
	struct reading r = { .b = b, .vm = vm, .path = system_child_path(b, "/vms", node) };

	if (!r.path)
		return false;
	*vm = (struct vm_config){ .name = fit_name(b, node), .path = r.path, .weight = 1, .bootargs = "", .console = true, .restart = { .when = RESTART_ON_CRASH, .max = 5, .seconds = 60 },
				  .kernel = SYSTEM_NO_IMAGE, .ramdisk = SYSTEM_NO_IMAGE, .fdt_fragment = SYSTEM_NO_IMAGE };
	check_vm_name(b, vm);
	check_required(b, node, vm);
	return read_node(&r, node, properties, ARRAY_SIZE(properties), NULL);
}

bool system_parse_vms(struct system_build *b, uint32_t vms)
{
	struct system *s = b->system;
	uint32_t n = fit_count_children(b, vms);

	if (n == 0)
		findings_add(b->findings, FINDING_NO_VMS, "the system file's node /vms is empty: add a child node for each VM");
	if (n > CONFIG_MAX_VMS) {
		findings_add(b->findings, FINDING_NO_MEMORY, "the system file has %u VMs, and %u at most are handled: raise CONFIG_MAX_VMS", n, CONFIG_MAX_VMS);
		n = CONFIG_MAX_VMS;
	}
	s->vms = ARENA_ARRAY(b->arena, struct vm_config, n);
	if (!s->vms)
		return false;
	FIT_FOR_CHILDREN(b, vms, node) {
		if (s->nr_vms == n)
			break;
		if (!parse_vm(b, node, &s->vms[s->nr_vms]))
			return false;
		s->nr_vms++;
	}
	return true;
}
