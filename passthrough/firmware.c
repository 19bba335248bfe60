/* SPDX-License-Identifier: Apache-2.0 */
/* Providers that firmware operates: which calls a VM's devices need of it. */
#include "common/lib/string.h"
#include "passthrough/closure.h"

/* EEMI's calls name each clock, reset and node by a number that the device tree has too; resets of the first family count from 1000. */
static const struct part { const char *compatible; enum firmware_kind kind; enum firmware_object object; uint32_t first; } parts[] = {
	{ "xlnx,zynqmp-firmware",  FIRMWARE_MEDIATED, FIRMWARE_POWER, 0 },
	{ "xlnx,zynqmp-clk",       FIRMWARE_MEDIATED, FIRMWARE_CLOCK, 0 },
	{ "xlnx,zynqmp-reset",     FIRMWARE_MEDIATED, FIRMWARE_RESET, 1000 },
	{ "xlnx,zynqmp-nvmem-fw",  FIRMWARE_MEDIATED, FIRMWARE_POWER, 0 }, /* the chip's number, which is nobody's */
	{ "xlnx,zynqmp-pinctrl",   FIRMWARE_PINS,     FIRMWARE_POWER, 0 },
	{ "xlnx,versal-firmware",  FIRMWARE_MEDIATED, FIRMWARE_POWER, 0 },
	{ "xlnx,versal-clk",       FIRMWARE_MEDIATED, FIRMWARE_CLOCK, 0 },
	{ "xlnx,versal-reset",     FIRMWARE_MEDIATED, FIRMWARE_RESET, 0 },
	{ "xlnx,versal-pinctrl",   FIRMWARE_PINS,     FIRMWARE_POWER, 0 },
	{ "arm,scmi-smc",          FIRMWARE_CHANNEL,  FIRMWARE_SCMI,  0 },
};

/* Firmware behind a mailbox or with calls of its own, which nothing here can divide between VMs. */
static const char *const unknown[] = {
	"arm,scmi", "arm,scmi-smc-param", "arm,scpi", "arm,scpi-pre-1.0", "amlogic,meson-gxbb-scpi", "fsl,imx-scu", "linaro,optee-tz", "linaro,scmi-optee",
	"nvidia,tegra186-bpmp", "nvidia,tegra210-bpmp", "qcom,scm", "raspberrypi,bcm2835-firmware", "ti,am654-sci", "ti,k2g-sci",
};

static bool has_mailbox(const struct host_node *n)
{
	for (uint32_t i = 0; i < n->nr_refs; i++)
		if (strcmp(n->refs[i].property, "mboxes") == 0)
			return true;
	return false;
}

static const struct part *part_of(const struct host_node *n)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (host_node_is_compatible(n, parts[i].compatible))
			return &parts[i];
	return NULL;
}

static bool is_unknown(const struct host_node *n)
{
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
		if (host_node_is_compatible(n, unknown[i]))
			return true;
	/* Without registers it cannot but ask whoever is behind the mailbox. */
	return (!n->nr_regs && has_mailbox(n)) || strcmp(n->path, "/firmware") == 0;
}

enum firmware_kind firmware_of(const struct host *host, uint32_t node)
{
	bool other = false; /* something with a driver of its own lies below: what it calls is not known */

	for (; node != HOST_NO_NODE; node = host->nodes[node].parent) {
		const struct part *part = part_of(&host->nodes[node]);

		/* Calls need firmware that is known to answer: PSCI tells that there is some, and by which instruction. */
		if (part && part->kind != FIRMWARE_CHANNEL && (other || host->psci != HOST_PSCI_SMC))
			return FIRMWARE_UNKNOWN;
		if (part && part->kind == FIRMWARE_CHANNEL && (!host->nodes[node].smc_id || host->psci != HOST_PSCI_SMC))
			return FIRMWARE_UNKNOWN;
		if (part)
			return part->kind;
		if (is_unknown(&host->nodes[node]))
			return FIRMWARE_UNKNOWN;
		other = other || host->nodes[node].compatible;
	}
	return FIRMWARE_NONE;
}

uint32_t firmware_top(const struct host *host, uint32_t node)
{
	uint32_t up = host->nodes[node].parent;

	while (up != HOST_NO_NODE && part_of(&host->nodes[up])) {
		node = up;
		up = host->nodes[up].parent;
	}
	return node;
}

/* The specifier's first cell, as calls have it. */
static uint32_t id_of(const struct host_ref *ref)
{
	return ref->nr_args ? ref->args[0] : 0;
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
	for (uint32_t i = 0; i < vm->nr_firmware; i++)
		if (vm->firmware[i].object == f->object && vm->firmware[i].id == f->id)
			return;
	vm->firmware[vm->nr_firmware++] = *f;
}

static void add_node(struct closure *c, uint32_t node)
{
	const struct host_node *n = closure_node(c, node);

	for (uint32_t r = 0; r < n->nr_refs; r++) {
		const struct host_ref *ref = &n->refs[r];
		const struct part *part = part_of(closure_node(c, ref->node));
		const struct grant *g = closure_find(c, ref->node);

		/* Without a number there is nothing to operate (the chip's number in NVMEM). */
		if (g && g->plan.kind == PLAN_GRANT_MEDIATE && part && ref->nr_args)
			add(c->vm, &(struct plan_firmware){ part->object, is_shared(c, ref), part->first + id_of(ref), node });
	}
	if (n->smc_id && firmware_of(c->in->host, node) == FIRMWARE_CHANNEL && part_of(n))
		add(c->vm, &(struct plan_firmware){ FIRMWARE_SCMI, false, n->smc_id, node });
}

enum err closure_set_firmware(struct closure *c)
{
	size_t nr = 0;

	for (const struct grant *g = c->first; g; g = g->next)
		nr += closure_node(c, g->plan.node)->nr_refs + 1;
	c->vm->firmware = ARENA_ARRAY(c->in->arena, struct plan_firmware, nr);
	if (!c->vm->firmware)
		return ERR_NO_MEMORY;
	for (const struct grant *g = c->first; g; g = g->next)
		if (g->plan.kind == PLAN_GRANT_OWN || g->plan.kind == PLAN_GRANT_COPY)
			add_node(c, g->plan.node);
	return OK;
}

bool firmware_resets(const struct closure *c, uint32_t node)
{
	const struct host_node *n = closure_node(c, node);

	for (uint32_t r = 0; r < n->nr_refs; r++) {
		const struct part *part = part_of(closure_node(c, n->refs[r].node));

		if (!part || part->object != FIRMWARE_RESET)
			continue;
		for (uint32_t i = 0; i < c->vm->nr_firmware; i++)
			if (c->vm->firmware[i].object == FIRMWARE_RESET && c->vm->firmware[i].id == part->first + id_of(&n->refs[r]) && !c->vm->firmware[i].shared)
				return true;
	}
	return false;
}
