/* SPDX-License-Identifier: Apache-2.0 */
/* EL2's run-time memory: how much the plan needs, and where it lies. */
#include "common/lib/string.h"
#include "common/plan_parts.h"

/*
 * A guest DTB: what every guest has (root, chosen, memory, psci, timer, GIC, UART), a node for each CPU, and the granted nodes. Of a
 * granted node the host DTB's structure block tells the length; its property names, and rewritten properties, are in the factor.
 */
#define DTB_BYTES_FIXED     KIB(6)
#define DTB_BYTES_PER_VCPU  192 /* and its compatible */
#define DTB_BYTES_PER_GRANT 512 /* names, and bus nodes above it */
#define DTB_NODE_FACTOR     4

static uint64_t node_span(const struct host *host, uint32_t node)
{
	int64_t end = node + 1 < host->nr_nodes ? host->nodes[node + 1].offset : (int64_t)host->fdt_size;
	int64_t span = end - host->nodes[node].offset;

	return span > 0 ? (uint64_t)span : 0;
}

void plan_pool_count_dtb(struct plan_work *w, struct plan_vm *vm)
{
	const char *bootargs = vm->config->bootargs;
	uint64_t bytes = DTB_BYTES_FIXED;

	for (uint32_t i = 0; i < vm->nr_vcpus; i++)
		bytes += DTB_BYTES_PER_VCPU + strlen(w->in->host->cpus[vm->vcpu_cpu[i]].compatible);
	for (uint32_t i = 0; i < vm->nr_grants; i++)
		if (vm->grants[i].kind != PLAN_GRANT_OMIT)
			bytes += DTB_BYTES_PER_GRANT + DTB_NODE_FACTOR * node_span(w->in->host, vm->grants[i].node);
	while (bootargs && *bootargs++)
		bytes++;
	if (vm->config->fdt_fragment != SYSTEM_NO_IMAGE)
		bytes += w->in->system->images[vm->config->fdt_fragment].size;
	/* The arm64 boot protocol ends at 2 MiB (Linux, Documentation/arch/arm64/booting.rst, section 2). */
	vm->dtb_max = (uint32_t)u64_min(align_up(bytes, PLAN_PAGE), MIB(2));
}

/* What restarts need to know of its bus masters. */
static uint64_t masters_size(const struct host *host, const struct plan_vm *vm)
{
	return vm->nr_virtio * sizeof(*vm->virtio) + (vm->unstoppable == HOST_NO_NODE ? 0 : strlen(host->nodes[vm->unstoppable].path) + 1);
}

static uint64_t vm_pool_size(const struct host *host, const struct plan_vm *vm)
{
	return PLAN_BYTES_PER_VM + (uint64_t)vm->nr_vcpus * PLAN_BYTES_PER_VCPU +
	       align_up((uint64_t)vm->nr_intids * PLAN_BYTES_PER_INTID, PLAN_PAGE) + vm->dtb_max +
	       align_up((uint64_t)vm->nr_firmware * PLAN_BYTES_PER_FIRMWARE, PLAN_PAGE) +
	       align_up(masters_size(host, vm), PLAN_PAGE);
}

#define POOL_ALIGN KIB(64) /* so that tables of that granule, which come first, lose nothing */

/* A root is aligned to its own size: beyond what the pool's beginning is, as much may be lost before it. */
uint64_t plan_table_bytes(const struct plan *plan)
{
	uint64_t size = 0;

	for (uint32_t i = 0; i < plan->nr_vms; i++) {
		const struct plan_stage2 *s2 = &plan->vms[i].stage2;
		uint64_t root = (uint64_t)s2->root_pages << s2->granule_shift, align = u64_min(root, POOL_ALIGN);

		size = align_up(size, align) + (root - align) + ((uint64_t)s2->table_pages << s2->granule_shift);
	}
	return size;
}

/* What scheduling needs: of the CPU itself, then of the VMs and vCPUs there. */
static uint64_t cpu_pool_size(const struct plan_cpu *c)
{
	uint64_t size = PLAN_BYTES_PER_CPU;

	if (plan_cpu_is_shared(c))
		size += PLAN_BYTES_PER_SHARED_CPU + (uint64_t)c->nr_vcpus * PLAN_BYTES_PER_SHARED_VCPU;
	if (c->schedule)
		size += ((uint64_t)c->schedule->nr_windows + 1) * PLAN_BYTES_PER_WINDOW;
	return size;
}

static uint64_t sharers_size(const struct plan *plan, const struct plan_vm *vm)
{
	uint64_t size = 0;

	for (uint32_t i = 0; i < vm->config->nr_cpus && vm->nr_vcpus; i++)
		if (plan_cpu_is_shared(&plan->cpus[vm->config->cpus[i]]))
			size += PLAN_BYTES_PER_SHARER;
	return size;
}

static struct plan_region *pv_time_region(const struct plan_vm *vm)
{
	for (uint32_t i = 0; i < vm->nr_regions; i++)
		if (vm->regions[i].kind == PLAN_REGION_PV_TIME)
			return &vm->regions[i];
	return NULL;
}

static uint64_t private_size(const struct plan *plan)
{
	uint64_t size = plan_table_bytes(plan);

	for (uint32_t i = 0; i < plan->host->nr_cpus; i++)
		size += cpu_pool_size(&plan->cpus[i]);
	for (uint32_t i = 0; i < plan->nr_vms; i++)
		size += sharers_size(plan, &plan->vms[i]) + vm_pool_size(plan->host, &plan->vms[i]);
	return align_up(size, PLAN_PAGE);
}

uint64_t plan_pool_size(const struct plan *plan)
{
	uint64_t pv_time = 0;

	for (uint32_t i = 0; i < plan->nr_vms; i++)
		pv_time += pv_time_region(&plan->vms[i]) ? pv_time_region(&plan->vms[i])->size : 0;
	return pv_time ? align_up(private_size(plan), POOL_ALIGN) + pv_time : private_size(plan);
}

/* The larger pages come first, so that all are aligned. */
void plan_pool_place_pv_time(struct plan *plan)
{
	uint64_t at = plan->pool.base + align_up(private_size(plan), POOL_ALIGN), end = plan->pool.base + plan->pool.size;

	plan->pv_time = at < end ? (struct mem_range){ at, end - at } : (struct mem_range){ 0 };
	for (unsigned shift = 16; shift >= 12; shift -= 4) {
		for (uint32_t i = 0; i < plan->nr_vms; i++) {
			struct plan_region *r = pv_time_region(&plan->vms[i]);

			if (!r || plan->vms[i].stage2.granule_shift != shift)
				continue;
			r->pa = pa_make(at);
			at += r->size;
		}
	}
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

bool plan_pool_find(const struct plan *plan, const struct range_set *free, uint64_t size, uint64_t *base)
{
	bool found = false;

	for (uint32_t i = 0; i < free->nr; i++) {
		uint64_t first = align_up(free->r[i].base, POOL_ALIGN);
		uint64_t end = free->r[i].base + free->r[i].size;

		if (first >= end || end - first < size)
			continue;

		/* A range below the hypervisor is nearest at its end, one above at its beginning. */
		uint64_t at = first < plan->hypervisor.base ? align_down(end - size, POOL_ALIGN) : first;

		if (!found || distance(at, plan->hypervisor.base) < distance(*base, plan->hypervisor.base)) {
			*base = at;
			found = true;
		}
	}
	return found;
}
