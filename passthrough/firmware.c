/* SPDX-License-Identifier: Apache-2.0 */
/* Providers that firmware operates: which calls a VM's devices need of it. */
#include "common/lib/string.h"
#include "passthrough/closure.h"

/* Firmware that is called by SMC with IDs which can be told apart. */
static const struct { const char *compatible; enum plan_firmware_service service; } mediated[] = {
	{ "xlnx,zynqmp-firmware", PLAN_FIRMWARE_EEMI },
	{ "xlnx,versal-firmware", PLAN_FIRMWARE_EEMI },
	{ "arm,scmi-smc", PLAN_FIRMWARE_SCMI },
	{ "arm,scmi-smc-param", PLAN_FIRMWARE_SCMI },
};

/* Firmware behind a mailbox or with calls of its own, which nothing here can divide between VMs. */
static const char *const unknown[] = {
	"arm,scmi", "arm,scpi", "arm,scpi-pre-1.0", "amlogic,meson-gxbb-scpi", "fsl,imx-scu", "linaro,optee-tz", "linaro,scmi-optee",
	"nvidia,tegra186-bpmp", "nvidia,tegra210-bpmp", "qcom,scm", "raspberrypi,bcm2835-firmware", "ti,am654-sci", "ti,k2g-sci",
};

static bool has_mailbox(const struct host_node *n)
{
	for (uint32_t i = 0; i < n->nr_refs; i++)
		if (strcmp(n->refs[i].property, "mboxes") == 0)
			return true;
	return false;
}

enum firmware_kind firmware_of(const struct host *host, uint32_t node, enum plan_firmware_service *service)
{
	for (; node != HOST_NO_NODE; node = host->nodes[node].parent) {
		const struct host_node *n = &host->nodes[node];

		for (size_t i = 0; i < ARRAY_SIZE(mediated); i++)
			if (host_node_is_compatible(n, mediated[i].compatible)) {
				*service = mediated[i].service;
				return FIRMWARE_MEDIATED;
			}
		for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
			if (host_node_is_compatible(n, unknown[i]))
				return FIRMWARE_UNKNOWN;
		/* Without registers it cannot but ask whoever is behind the mailbox. */
		if (!n->nr_regs && has_mailbox(n))
			return FIRMWARE_UNKNOWN;
		if (strcmp(n->path, "/firmware") == 0)
			return FIRMWARE_UNKNOWN;
	}
	return FIRMWARE_NONE;
}

static uint32_t id_of(const struct host_ref *ref)
{
	return ref->nr_args ? ref->args[0] : ref->node;
}

/* Whether an enabled node that is not the VM's refers to the same thing. */
static bool is_shared(const struct closure *c, const struct host_ref *ref)
{
	const struct host *host = c->in->host;

	for (uint32_t i = 0; i < host->nr_nodes; i++) {
		if (!host->nodes[i].enabled || c->owner[i] == c->vm->id)
			continue;
		for (uint32_t r = 0; r < host->nodes[i].nr_refs; r++) {
			const struct host_ref *other = &host->nodes[i].refs[r];

			if (other->node == ref->node && other->kind == ref->kind && id_of(other) == id_of(ref))
				return true;
		}
	}
	return false;
}

static void add(struct plan_vm *vm, const struct plan_firmware *f)
{
	for (uint32_t i = 0; i < vm->nr_firmware; i++) {
		const struct plan_firmware *old = &vm->firmware[i];

		if (old->service == f->service && old->kind == f->kind && old->id == f->id)
			return;
	}
	vm->firmware[vm->nr_firmware++] = *f;
}

static void add_node(struct closure *c, uint32_t node)
{
	const struct host_node *n = closure_node(c, node);

	for (uint32_t r = 0; r < n->nr_refs; r++) {
		const struct host_ref *ref = &n->refs[r];
		const struct grant *g = closure_find(c, ref->node);
		struct plan_firmware f = { .kind = ref->kind, .id = id_of(ref), .node = node };

		if (!g || g->plan.kind != PLAN_GRANT_MEDIATE || firmware_of(c->in->host, ref->node, &f.service) != FIRMWARE_MEDIATED)
			continue;
		f.shared = is_shared(c, ref);
		add(c->vm, &f);
	}
}

enum err closure_set_firmware(struct closure *c)
{
	size_t nr = 0;

	for (const struct grant *g = c->first; g; g = g->next)
		nr += closure_node(c, g->plan.node)->nr_refs;
	c->vm->firmware = ARENA_ARRAY(c->in->arena, struct plan_firmware, nr);
	if (!c->vm->firmware)
		return ERR_NO_MEMORY;
	for (const struct grant *g = c->first; g; g = g->next)
		if (g->plan.kind == PLAN_GRANT_OWN || g->plan.kind == PLAN_GRANT_COPY)
			add_node(c, g->plan.node);
	return OK;
}
