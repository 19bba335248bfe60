/* SPDX-License-Identifier: Apache-2.0 */
/* The registers, interrupts and bus mastering of the nodes a VM owns. */
#include "common/lib/format.h"
#include "passthrough/closure.h"

#define PA_LIMIT BIT(48) /* without FEAT_LPA (Arm ARM DDI 0487, D8.1) */

#define FIRST_SPI 32
#define LAST_SPI  1019 /* IHI 0069, 2.2.1: INTIDs from 1020 on are special */

/* ---- Registers ---- */

/* Another node, not granted to this VM, whose registers reach into the range; *more counts the others. */
static const struct host_node *find_neighbour(const struct closure *c, uint64_t base, uint64_t size, uint32_t *more)
{
	const struct host *host = c->in->host;
	const struct host_node *first = NULL;

	*more = 0;
	for (uint32_t i = 0; i < host->nr_nodes; i++) {
		const struct host_node *n = &host->nodes[i];
		bool inside = false;

		if (!n->enabled || c->owner[i] == c->vm->id || closure_is_bus(host, i))
			continue;
		for (uint32_t r = 0; r < n->nr_regs && !inside; r++)
			inside = ranges_overlap(base, size, n->regs[r].base, n->regs[r].size);
		if (inside && first)
			(*more)++;
		else if (inside)
			first = n;
	}
	return first;
}

static bool overlaps_ram(const struct host *host, uint64_t base, uint64_t size)
{
	for (uint32_t i = 0; i < host->nr_ram; i++)
		if (ranges_overlap(base, size, host->ram[i].base, host->ram[i].size))
			return true;
	return false;
}

/* The frames of the GIC: its node can be one of a kind whose "reg" is not understood as such. */
static bool overlaps_gic(const struct host_gic *gic, uint64_t base, uint64_t size)
{
	const struct mem_range *const frames[] = { &gic->dist, &gic->cpu, &gic->hyp, &gic->vcpu };

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
		if (ranges_overlap(base, size, frames[i]->base, frames[i]->size))
			return true;
	for (unsigned i = 0; i < gic->nr_redist; i++)
		if (ranges_overlap(base, size, gic->redist[i].base, gic->redist[i].size))
			return true;
	return false;
}

static bool check_alone(const struct closure *c, uint32_t node, uint64_t base, uint64_t size)
{
	const struct host_node *n = closure_node(c, node);
	uint32_t more;
	const struct host_node *other = find_neighbour(c, base, size, &more);
	char text[SIZE_TEXT_LEN];

	if (other && more)
		closure_refuse(c, node, FINDING_DEVICE_PAGE_SHARED,
			       "registers of %s share the %s at 0x%lx with %s and %u more: give all of them to this VM, or none", n->path,
			       format_size(text, size), base, other->path, more);
	else if (other)
		closure_refuse(c, node, FINDING_DEVICE_PAGE_SHARED, "registers of %s share the %s at 0x%lx with %s: give both to this VM, or none",
			       n->path, format_size(text, size), base, other->path);
	else if (overlaps_ram(c->in->host, base, size) || overlaps_gic(&c->in->host->gic, base, size))
		closure_refuse(c, node, FINDING_DEVICE_PAGE_SHARED, "registers of %s share the %s at 0x%lx with %s: it cannot be given", n->path,
			       format_size(text, size), base, overlaps_ram(c->in->host, base, size) ? "the board's RAM" : "the interrupt controller");
	else
		return true;
	return false;
}

/* Joins what overlaps: two devices of the VM in one page are one region, under the first one's name. */
static void add_region(struct plan_vm *vm, uint32_t node, uint64_t base, uint64_t size)
{
	uint64_t end = base + size;

	for (uint32_t i = 0; i < vm->nr_regions;) {
		struct plan_region *r = &vm->regions[i];

		if (!ranges_overlap(base, end - base, r->pa.v, r->size)) {
			i++;
			continue;
		}
		node = r->node;
		base = u64_min(base, r->pa.v);
		end = u64_max(end, r->pa.v + r->size);
		*r = vm->regions[--vm->nr_regions];
		i = 0;
	}
	vm->regions[vm->nr_regions++] = (struct plan_region){ PLAN_REGION_DEVICE, ipa_make(base), pa_make(base), end - base, node };
}

static void add_registers(struct closure *c, uint32_t node)
{
	const struct host_node *n = closure_node(c, node);
	uint64_t granule = BIT(c->vm->stage2.granule_shift);

	if (n->regs_bad)
		closure_refuse(c, node, FINDING_UNSUPPORTED, "the registers of %s cannot be found: its reg does not translate to CPU addresses", n->path);
	for (uint32_t i = 0; i < n->nr_regs; i++) {
		uint64_t base = align_down(n->regs[i].base, granule);

		if (!n->regs[i].size)
			continue;
		if (!range_within(n->regs[i].base, n->regs[i].size, 0, PA_LIMIT)) {
			closure_refuse(c, node, FINDING_UNSUPPORTED, "registers of %s at 0x%lx end beyond 48 address bits", n->path, n->regs[i].base);
			continue;
		}

		uint64_t size = align_up(n->regs[i].base + n->regs[i].size, granule) - base;

		if (check_alone(c, node, base, size))
			add_region(c->vm, node, base, size);
	}
}

enum err closure_set_regions(struct closure *c)
{
	struct plan_vm *vm = c->vm;
	size_t nr = 0;

	for (uint32_t i = 0; i < vm->nr_grants; i++)
		if (vm->grants[i].kind == PLAN_GRANT_OWN)
			nr += closure_node(c, vm->grants[i].node)->nr_regs;
	vm->regions = ARENA_ARRAY(c->in->arena, struct plan_region, nr);
	if (!vm->regions)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < vm->nr_grants; i++)
		if (vm->grants[i].kind == PLAN_GRANT_OWN)
			add_registers(c, vm->grants[i].node);
	return OK;
}

/* ---- Interrupts ---- */

/* The node of another VM that has the interrupt already. */
static uint32_t irq_owner(const struct closure *c, uint32_t intid)
{
	const struct host *host = c->in->host;

	for (uint32_t i = 0; i < host->nr_nodes; i++) {
		if (c->owner[i] == PLAN_NO_VM || c->owner[i] == c->vm->id)
			continue;
		for (uint32_t n = 0; n < host->nodes[i].nr_irqs; n++)
			if (host->nodes[i].irqs[n].intid == intid)
				return i;
	}
	return HOST_NO_NODE;
}

static bool check_irq(const struct closure *c, uint32_t node, uint32_t intid)
{
	const struct host *host = c->in->host;
	const char *path = closure_node(c, node)->path;
	uint32_t other;

	if (intid < FIRST_SPI || intid > LAST_SPI) {
		closure_refuse(c, node, FINDING_IRQ_RANGE, "%s has interrupt %u, and only shared interrupts (SPIs, %d to %d) can be forwarded", path, intid,
			       FIRST_SPI, LAST_SPI);
		return false;
	}
	if (host->console.present && host->console.intid == intid) {
		closure_refuse(c, node, FINDING_IRQ_TAKEN, "interrupt %u of %s is the console's too: it cannot be given", intid, path);
		return false;
	}
	other = irq_owner(c, intid);
	if (other == HOST_NO_NODE)
		return true;
	closure_refuse(c, node, FINDING_IRQ_TAKEN, "interrupt %u of %s is that of %s too, which %s has: give both to one VM", intid, path,
		       host->nodes[other].path, c->in->system->vms[c->owner[other]].path);
	return false;
}

/* Sorted by INTID. Devices of one VM may share a line. */
static void add_irq(struct plan_vm *vm, uint32_t node, const struct host_irq *irq)
{
	uint32_t at = 0;

	while (at < vm->nr_irqs && vm->irqs[at].intid < irq->intid)
		at++;
	if (at < vm->nr_irqs && vm->irqs[at].intid == irq->intid)
		return;
	for (uint32_t i = vm->nr_irqs++; i > at; i--)
		vm->irqs[i] = vm->irqs[i - 1];
	vm->irqs[at] = (struct plan_irq){ irq->intid, irq->edge, node };
}

static void add_interrupts(struct closure *c, uint32_t node)
{
	const struct host_node *n = closure_node(c, node);

	if (n->irqs_bad)
		closure_refuse(c, node, FINDING_IRQ_RANGE, "an interrupt of %s does not end at the interrupt controller, or is malformed: correct the board's DTB",
			       n->path);
	for (uint32_t i = 0; i < n->nr_irqs; i++)
		if (check_irq(c, node, n->irqs[i].intid))
			add_irq(c->vm, node, &n->irqs[i]);
}

enum err closure_set_irqs(struct closure *c)
{
	struct plan_vm *vm = c->vm;
	size_t nr = 0;

	for (uint32_t i = 0; i < vm->nr_grants; i++)
		if (vm->grants[i].kind == PLAN_GRANT_OWN)
			nr += closure_node(c, vm->grants[i].node)->nr_irqs;
	vm->irqs = ARENA_ARRAY(c->in->arena, struct plan_irq, nr);
	if (!vm->irqs)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < vm->nr_grants; i++)
		if (vm->grants[i].kind == PLAN_GRANT_OWN)
			add_interrupts(c, vm->grants[i].node);
	return OK;
}

/* ---- Bus mastering ---- */

static uint64_t last_id(const struct host_stream *s)
{
	return (uint64_t)s->id + (s->count ? s->count - 1 : 0);
}

/* A mask leaves bits of the ID open; such entries are single ones. Runs and masks do not meet in one IOMMU: iommu-map has no masks. */
static bool same_stream(const struct host_stream *a, const struct host_stream *b)
{
	if (a->iommu != b->iommu)
		return false;
	if (a->mask || b->mask)
		return ((a->id ^ b->id) & ~(a->mask | b->mask)) == 0;
	return a->id <= last_id(b) && b->id <= last_id(a);
}

/* The node of another VM that bus-masters under one of that node's stream IDs: no IOMMU could tell them apart. */
static uint32_t stream_owner(const struct closure *c, const struct host_node *n)
{
	const struct host *host = c->in->host;

	for (uint32_t i = 0; i < host->nr_nodes; i++)
		for (uint32_t s = 0; c->owner[i] != PLAN_NO_VM && c->owner[i] != c->vm->id && s < host->nodes[i].nr_streams; s++)
			for (uint32_t own = 0; own < n->nr_streams; own++)
				if (same_stream(&n->streams[own], &host->nodes[i].streams[s]))
					return i;
	return HOST_NO_NODE;
}

static void check_streams(const struct closure *c, uint32_t node)
{
	const struct host_node *n = closure_node(c, node);
	uint32_t other = stream_owner(c, n);

	if (other != HOST_NO_NODE)
		closure_refuse(c, node, FINDING_DEVICE_TAKEN, "%s has a stream ID of %s, which %s has: an IOMMU cannot tell them apart, give both to one VM",
			       n->path, c->in->host->nodes[other].path, c->in->system->vms[c->owner[other]].path);
}

/*
 * This version drives no IOMMU, so a bus master reaches all of the board's memory by physical address, and finds the VM's own only where
 * IPA = PA. The VM could read and overwrite everything through it: the user has to say that this is accepted.
 */
/*
 * Virtio over MMIO is reset by a register (Virtual I/O Device specification 1.2, 4.2.2 "Status"), other devices by a reset line that firmware operates for
 * them alone; no other binding says how.
 */
static void note_master(const struct closure *c, uint32_t node)
{
	const struct host_node *n = closure_node(c, node);

	if (host_node_is_compatible(n, "virtio,mmio") && n->nr_regs == 1)
		c->vm->virtio[c->vm->nr_virtio++] = n->regs[0].base;
	else if (!firmware_resets(c, node))
		c->vm->unstoppable = node;
}

enum err closure_find_masters(const struct closure *c)
{
	c->vm->virtio = ARENA_ARRAY(c->in->arena, uint64_t, c->vm->nr_grants + 1);
	c->vm->unstoppable = HOST_NO_NODE;
	for (uint32_t i = 0; i < c->vm->nr_grants && c->vm->virtio; i++)
		if (c->vm->grants[i].kind == PLAN_GRANT_OWN && closure_node(c, c->vm->grants[i].node)->dma)
			note_master(c, c->vm->grants[i].node);
	return c->vm->virtio ? OK : ERR_NO_MEMORY;
}

void closure_check_dma(const struct closure *c)
{
	const struct vm_config *config = c->vm->config;

	for (uint32_t i = 0; i < c->vm->nr_grants; i++) {
		const struct host_node *n = closure_node(c, c->vm->grants[i].node);

		if (c->vm->grants[i].kind != PLAN_GRANT_OWN || !n->dma)
			continue;
		check_streams(c, c->vm->grants[i].node);
		if (!config->memory_identity || !config->dma_without_iommu)
			closure_refuse(c, c->vm->grants[i].node, FINDING_DEVICE_DMA,
				       "%s can reach all memory by DMA, and %s: if the VM is trusted with that, add memory-identity and dma-without-iommu",
				       n->path, n->nr_streams ? "this version does not drive the IOMMU it is behind" : "no IOMMU is in its way");
	}
}
