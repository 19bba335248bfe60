/* SPDX-License-Identifier: Apache-2.0 */
/* Which interrupt controller a VM sees, and what it is made of. */
#include "common/plan_parts.h"

#define V2_MAX_VCPUS 8 /* a bit each in GICD_ITARGETSR<n> (Arm IHI 0048, 4.3.12) */
#define GICV_SIZE    PLAN_GICC_SIZE

/*
 * The first page is mapped. The second, GICV_DIR (Arm IHI 0048, 5.5), is emulated: what it deactivates need not be in a list register. So it does
 * not matter where it is: GIC-400 may be wired so that its frames repeat in 64 KiB steps, and each page of GICV fills 64 KiB.
 */
bool plan_gicv_window(const struct host_gic *gic, pa_t *pa)
{
	*pa = pa_make(gic->vcpu.base);
	return gic->vcpu.size >= GICV_SIZE && is_aligned(gic->vcpu.base, PLAN_PAGE) && range_within(gic->vcpu.base, gic->vcpu.size, 0, PLAN_BOARD_LIMIT);
}

static const char *const v2_gicv_reason = "the board's GIC has a virtual CPU interface (GICV)";
static const char *const v2_software_reason = "the board's GICv3 has no virtual CPU interface (GICV)";

static void choose_v2(struct plan_work *w, struct plan_vm *vm)
{
	const struct host_gic *gic = &w->in->host->gic;
	const struct vm_config *config = vm->config;
	pa_t window;

	vm->gic = plan_gicv_window(gic, &window) ? PLAN_GIC_V2_GICV : PLAN_GIC_V2_SOFTWARE;
	vm->gic_reason = vm->gic == PLAN_GIC_V2_GICV ? v2_gicv_reason : v2_software_reason;
	if (vm->gic != PLAN_GIC_V2_GICV && gic->version == 2)
		findings_add(w->in->findings, FINDING_DTB_UNSUPPORTED,
			     "%s: the board's DTB gives the GIC's virtual CPU interface 0x%lx bytes at 0x%lx, but it is two whole pages of 4 KiB", config->path,
			     gic->vcpu.size, gic->vcpu.base);
	if (vm->gic == PLAN_GIC_V2_GICV && config->stage2_granule == KIB(64))
		findings_add(w->in->findings, FINDING_UNSUPPORTED,
			     "%s: stage2-granule: the GIC's virtual CPU interface is two pages of 4 KiB: use <4096> or leave it out", config->path);
	if (config->nr_vcpus > V2_MAX_VCPUS)
		findings_add(w->in->findings, FINDING_UNSUPPORTED, "%s: vcpus: %u are more than the %d that a GICv2 can have%s", config->path, config->nr_vcpus,
			     V2_MAX_VCPUS, gic->version == 3 ? ": remove gic-version" : "");
}

void plan_gic(struct plan_work *w, struct plan_vm *vm)
{
	unsigned host = w->in->host->gic.version;
	const struct vm_config *config = vm->config;

	vm->gic_version = config->gic_version ? config->gic_version : host;
	if (!host)
		return; /* the board's DTB has no GIC: parse says so */
	if (vm->gic_version == 2) {
		choose_v2(w, vm);
		return;
	}
	vm->gic = PLAN_GIC_V3;
	vm->gic_reason = config->gic_version ? "gic-version = <3>" : "the board has a GICv3";
	if (vm->gic_version != 3)
		findings_add(w->in->findings, FINDING_PROPERTY_BAD, "%s: gic-version: %u is neither 2 nor 3", config->path, vm->gic_version);
	else if (host == 2)
		findings_add(w->in->findings, FINDING_UNSUPPORTED,
			     "%s: gic-version: a GICv3 guest needs the system registers of a GICv3, and the board has a GICv2: remove gic-version", config->path);
}

const char *plan_gic_text(enum plan_gic gic)
{
	static const char *const texts[] = {
		[PLAN_GIC_V3] = "GICv3", [PLAN_GIC_V2_GICV] = "GICv2 in hardware", [PLAN_GIC_V2_SOFTWARE] = "GICv2 in software",
	};

	return texts[gic];
}
