/* SPDX-License-Identifier: Apache-2.0 */
/* The GIC's frames. Bindings: arm,gic (GICv2) and arm,gic-v3. */
#include "dt/host_build.h"

static unsigned gic_version(const struct host_build *b, uint32_t node)
{
	return host_is(b, node, COMPAT_GIC_V3) ? 3 : host_is(b, node, COMPAT_GIC_V2) ? 2 : 0;
}

uint32_t host_find_gic(const struct host_build *b)
{
	for (uint32_t i = 0; i < b->host->nr_nodes; i++)
		if (b->info[i].reg && gic_version(b, i) && b->host->nodes[i].enabled)
			return i;
	return HOST_NO_NODE;
}

/* reg i, or an empty range when there are fewer. */
static struct mem_range frame(const struct host_node *n, uint32_t i)
{
	return i < n->nr_regs ? n->regs[i] : (struct mem_range){ 0 };
}

/* GICC, GICH, GICV follow each other in both bindings. */
static void take_cpu_frames(struct host_gic *gic, const struct host_node *n, uint32_t first)
{
	gic->cpu = frame(n, first);
	gic->hyp = frame(n, first + 1);
	gic->vcpu = frame(n, first + 2);
}

static bool parse_v2(struct host_build *b, struct host_gic *gic, const struct host_node *n)
{
	take_cpu_frames(gic, n, 1);
	if (gic->cpu.size && gic->hyp.size && gic->vcpu.size)
		return true;
	findings_add(b->findings, FINDING_DTB_UNSUPPORTED,
		     "the board's DTB: %s lists no GICH and GICV registers: a GICv2 without the virtualization extensions cannot host VMs", n->path);
	return false;
}

static bool parse_v3(struct host_build *b, struct host_gic *gic, const struct host_node *n)
{
	struct tree_value v = tree_get(b->tree, b->gic, "#redistributor-regions");
	uint32_t regions = v.len == 4 ? tree_cell(v.data, 0) : 1;

	v = tree_get(b->tree, b->gic, "redistributor-stride");
	if (v.len == 4 || v.len == 8)
		gic->redist_stride = tree_cells(v.data, 0, v.len / 4);

	/* Two frames of 64 KiB each, or more. */
	if (gic->redist_stride && (gic->redist_stride < 0x20000 || !is_aligned(gic->redist_stride, KIB(64)))) {
		findings_add(b->findings, FINDING_DTB_BAD, "the board's DTB: %s: redistributor-stride: 0x%lx is not the distance of redistributors", n->path,
			     gic->redist_stride);
		return false;
	}
	if (regions == 0 || regions > HOST_MAX_REDIST_REGIONS || regions >= n->nr_regs) {
		findings_add(b->findings, FINDING_DTB_UNSUPPORTED,
			     "the board's DTB: %s has %u redistributor regions; it must list each of them in reg, and %u at most are handled",
			     n->path, regions, HOST_MAX_REDIST_REGIONS);
		return false;
	}
	for (uint32_t i = 0; i < regions; i++)
		gic->redist[i] = n->regs[1 + i];
	gic->nr_redist = regions;
	take_cpu_frames(gic, n, 1 + regions);
	return true;
}

void host_parse_gic(struct host_build *b)
{
	struct host_gic *gic = &b->host->gic;

	gic->node = b->gic;
	if (b->gic == HOST_NO_NODE) {
		findings_add(b->findings, FINDING_DTB_UNSUPPORTED,
			     "the board's DTB has no interrupt controller that is known: a GICv2 (arm,gic-400 or the like) or GICv3 (arm,gic-v3) is needed");
		return;
	}

	const struct host_node *n = &b->host->nodes[b->gic];
	unsigned version = gic_version(b, b->gic);

	if (n->regs_bad || n->nr_regs < 2) {
		findings_add(b->findings, FINDING_DTB_BAD, "the board's DTB: the registers (reg) of the interrupt controller %s cannot be read", n->path);
		return;
	}
	gic->dist = n->regs[0];
	gic->maint_intid = n->nr_irqs ? n->irqs[0].intid : 0;
	if (version == 3 ? parse_v3(b, gic, n) : parse_v2(b, gic, n))
		gic->version = version;
}
