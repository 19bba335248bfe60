/* SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead closure`: what a VM would get that is given one node of a board and nothing else, without any system file. */
#include <inttypes.h>

#include "common/port.h"
#include "tools/bulkhead.h"

static const char *const grant_names[] = { [PLAN_GRANT_OWN] = "own", [PLAN_GRANT_COPY] = "copy", [PLAN_GRANT_MEDIATE] = "mediate",
					   [PLAN_GRANT_OMIT] = "omit" };

bool print_closure(FILE *out, struct run *r, const char *node)
{
	struct vm_config config = { .name = "vm", .path = "/vms/vm", .passthrough = &node, .nr_passthrough = 1, .memory_identity = true,
				    .dma_without_iommu = true };
	struct system system = { .vms = &config, .nr_vms = 1 };
	struct plan_vm vm = { .config = &config, .stage2.granule_shift = 12 };
	struct plan_input in = { .host = r->host, .system = &system, .arena = &r->arena, .findings = &r->findings };
	uint32_t *owner = ARENA_ARRAY(&r->arena, uint32_t, r->host->nr_nodes);

	if (!owner)
		return false;
	for (uint32_t i = 0; i < r->host->nr_nodes; i++)
		owner[i] = PLAN_NO_VM;
	if (passthrough_resolve(&in, &vm, owner))
		return false;
	for (uint32_t i = 0; i < vm.nr_grants; i++)
		LINE(out, grant_names[vm.grants[i].kind], "%s (%s)", r->host->nodes[vm.grants[i].node].path, vm.grants[i].reason);
	for (uint32_t i = 0; i < vm.nr_regions; i++)
		LINE(out, "registers", "0x%010" PRIx64 "  %s", vm.regions[i].pa.v, size_of(vm.regions[i].size));
	for (uint32_t i = 0; i < vm.nr_irqs; i++)
		LINE(out, "interrupt", "%" PRIu32 " (SPI %" PRIu32 ", %s)", vm.irqs[i].intid, vm.irqs[i].intid - 32, vm.irqs[i].edge ? "edge" : "level");
	for (uint32_t i = 0; i < vm.nr_firmware; i++)
		LINE(out, "firmware", "%s (%s)", firmware_text(&vm.firmware[i]), r->host->nodes[vm.firmware[i].node].path);
	return true;
}
