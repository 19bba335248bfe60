/* SPDX-License-Identifier: Apache-2.0 */
/* The system file: a FIT (flattened image tree) with /images as U-Boot has them, /vms and /schedules. docs/system-file.md is its reference. */
#include "common/lib/string.h"
#include "dt/system_build.h"

const char *fit_get_string(const struct system_build *b, uint32_t node, const char *name)
{
	struct tree_value v = fit_get(b, node, name);

	return tree_is_strings(v) ? (const char *)v.data : NULL;
}

uint32_t fit_count_children(const struct system_build *b, uint32_t node)
{
	uint32_t n = 0;

	FIT_FOR_CHILDREN(b, node, c)
		n++;
	return n;
}

/* The root's child of that name. Two of one name would hide what the user believes to be in force. */
static uint32_t find_section(const struct system_build *b, const char *name)
{
	uint32_t found = TREE_NO_NODE;

	FIT_FOR_CHILDREN(b, 0, c) {
		if (strcmp(fit_name(b, c), name) != 0)
			continue;
		if (found != TREE_NO_NODE)
			findings_add(b->findings, FINDING_FIT_BAD, "the system file has two nodes /%s: join them", name);
		else
			found = c;
	}
	return found;
}

static bool parse_sections(struct system_build *b)
{
	uint32_t images = find_section(b, "images"), vms = find_section(b, "vms"), schedules = find_section(b, "schedules");

	if (images == TREE_NO_NODE)
		findings_add(b->findings, FINDING_FIT_BAD, "the system file has no node /images, where kernels and ramdisks belong");
	else if (!system_parse_images(b, images))
		return false;
	if (vms == TREE_NO_NODE)
		findings_add(b->findings, FINDING_NO_VMS, "the system file has no node /vms: add one with a child node for each VM");
	else if (!system_parse_vms(b, vms))
		return false;
	return schedules == TREE_NO_NODE || system_parse_schedules(b, schedules);
}

struct system *dt_parse_system(const void *fit, size_t size, const struct host *host, struct arena *arena, struct findings *findings, sha256_block *sha256,
			       dt_progress *progress, void *ctx)
{
	if (!fit || !size) {
		findings_add(findings, FINDING_FIT_MISSING,
			     "there is no system file: load system.itb as the initrd (U-Boot: booti $kernel $itb:$size $fdt; QEMU: -initrd system.itb)");
		return NULL;
	}

	struct system_build b = { .host = host, .size = size, .arena = arena, .findings = findings, .sha256 = sha256, .progress = progress, .progress_ctx = ctx };
	const char *wrong = tree_index(&b.tree, fit, size, arena);

	if (wrong && wrong != tree_no_memory) {
		findings_add(findings, FINDING_FIT_BAD, "the system file cannot be used: %s; make it with mkimage and load all of it", wrong);
		return NULL;
	}
	b.system = wrong ? NULL : ARENA_NEW(arena, struct system);
	if (b.system) {
		const char *description = fit_get_string(&b, 0, "description");

		b.system->fit = fit;
		b.system->fit_size = size;
		b.system->description = description ? description : "";
	}
	if (!b.system || !parse_sections(&b)) {
		findings_add(findings, FINDING_NO_MEMORY, "the system file needs more boot memory than there is: raise CONFIG_BOOT_ARENA_KIB");
		return NULL;
	}
	return b.system;
}
