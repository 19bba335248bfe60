/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes that no VM can have, because the hypervisor drives what they describe, or gives every VM its own virtual one. */
#include "common/lib/string.h"
#include "passthrough/closure.h"

/* Top-level nodes by name, up to a unit address. */
static const struct { const char *name, *use; } by_name[] = {
	{ "aliases", "a list of names and no device" },
	{ "chosen", "the boot loader's message and no device" },
	{ "cpus", "the CPUs" },
	{ "memory", "the board's memory" },
	{ "psci", "the firmware that starts CPUs" },
	{ "reserved-memory", "reserved memory" },
};

#define MESSAGES "an interrupt controller that sends messages (MSIs) to the GIC or its ITS"

static const struct { const char *compatible, *use; } by_compatible[] = {
	{ "arm,psci", "the firmware that starts CPUs" },
	{ "arm,psci-0.2", "the firmware that starts CPUs" },
	{ "arm,psci-1.0", "the firmware that starts CPUs" },
	{ "arm,armv7-timer", "the CPUs' timer" },
	{ "arm,armv8-timer", "the CPUs' timer" },
	{ "arm,gic-v3-its", "part of the interrupt controller" },
	{ "arm,gic-v2m-frame", "part of the interrupt controller" },
	/* Wires to messages: no VM has an ITS to send them to; and it could send those of other VMs' interrupts. */
	{ "hisilicon,mbigen-v2", MESSAGES },
	{ "marvell,cp110-icu", MESSAGES },
	{ "marvell,cp110-icu-nsr", MESSAGES },
	{ "marvell,cp110-icu-sei", MESSAGES },
	{ "arm,mmu-400", "an IOMMU" },
	{ "arm,mmu-401", "an IOMMU" },
	{ "arm,mmu-500", "an IOMMU" },
	{ "arm,smmu-v1", "an IOMMU" },
	{ "arm,smmu-v2", "an IOMMU" },
	{ "arm,smmu-v3", "an IOMMU" },
};

static bool name_is(const char *path, const char *name)
{
	size_t len = strlen(name);

	return strncmp(path + 1, name, len) == 0 && (path[1 + len] == '\0' || path[1 + len] == '@');
}

/* The top-level node above (or of) that one; the root's is itself. */
static uint32_t top_level(const struct host *host, uint32_t node)
{
	while (node && host->nodes[node].parent != 0 && host->nodes[node].parent != HOST_NO_NODE)
		node = host->nodes[node].parent;
	return node;
}

static bool is_or_is_below(const struct host *host, uint32_t node, uint32_t above)
{
	for (; node != HOST_NO_NODE; node = host->nodes[node].parent)
		if (node == above)
			return true;
	return false;
}

/* Some tell so only by being referred to; some translate for others, and no device refers to them (the "main" ones of R-Car). */
static bool is_iommu(const struct host *host, uint32_t node)
{
	if (host->nodes[node].iommu)
		return true;
	for (uint32_t i = 0; i < host->nr_nodes; i++)
		for (uint32_t s = 0; s < host->nodes[i].nr_streams; s++)
			if (host->nodes[i].streams[s].iommu == node)
				return true;
	return false;
}

const char *owned_by_hypervisor(const struct host *host, uint32_t node)
{
	if (node == 0)
		return "the whole board";
	if (host->gic.version && is_or_is_below(host, node, host->gic.node))
		return "the interrupt controller";
	if (host->console.present && node == host->console.node)
		return "the console";
	for (size_t i = 0; i < ARRAY_SIZE(by_name); i++)
		if (name_is(host->nodes[top_level(host, node)].path, by_name[i].name))
			return by_name[i].use;
	for (size_t i = 0; i < ARRAY_SIZE(by_compatible); i++)
		if (host_node_is_compatible(&host->nodes[node], by_compatible[i].compatible))
			return by_compatible[i].use;
	return is_iommu(host, node) ? "an IOMMU" : NULL;
}
