/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boot_main: from the loader to the first guest instruction, on the boot CPU. Parse, plan, build, prove, apply; every step in the order
 * it happens. Anything wrong is said on the console, and then nothing starts.
 */
#include "arch/arm64/barrier.h"
#include "arch/arm64/image.h"
#include "arch/arm64/mmu.h"
#include "arch/arm64/port.h"
#include "arch/arm64/smccc.h"
#include "common/alarm.h"
#include "common/console.h"
#include "common/init/apply.h"
#include "common/init/pipeline.h"
#include "common/lib/format.h"
#include "common/lib/version.h"
#include "common/log.h"
#include "common/port.h"
#include "common/stage2.h"
#include "common/vpsci.h"
#include "dt/dt.h"

#define FDT_MAGIC_BYTES 0xedfe0dd0 /* 0xd00dfeed as a little-endian load sees it */
#define FDT_HEADER_SIZE 40
#define DTB_MAX_SIZE MIB(2) /* the arm64 boot protocol's limit */

/* start.S gives the boot CPU this one until the pool has the real ones. */
struct cpu boot_cpu;

static struct arena arena;
static struct findings findings;

static NORETURN void give_up(const char *what)
{
	log_error("%s. Nothing was started.", what);
	cpu_park();
}

static NORETURN void give_up_findings(void)
{
	for (const struct finding *f = findings.first; f; f = f->next)
		log_error("%s: %s", findings_code_name(f->code), f->text);
	if (findings.dropped)
		log_error("%u more found no room", findings.dropped);
	log_error("%u finding%s: nothing was started. `bulkhead check` says the same before flashing.", findings.count,
		  findings.count == 1 ? "" : "s");
	cpu_park();
}

static uint32_t dtb_total_size(uint64_t dtb)
{
	const uint32_t *header = pa_ptr(pa_make(dtb));

	return header[0] == FDT_MAGIC_BYTES ? __builtin_bswap32(header[1]) : 0;
}

/* The first instructions of a CPU at another exception level: MMU off, vectors not ours. There is nothing to do but to say so. */
static NORETURN void refuse_level(uint64_t dtb, unsigned el)
{
	const struct tree *tree = NULL;
	struct host_console c;

	/* The caches stay off: nothing that they hold of the stack's rest and the arena may be written back later. */
	cache_clean_inval_poc(_boot_bss, (uint64_t)(_boot_bss_end - _boot_bss));
	if (dtb && is_aligned(dtb, 8) && dtb_total_size(dtb))
		tree = dt_open_host(pa_ptr(pa_make(dtb)), dtb_total_size(dtb), &arena, &findings);
	if (tree && dt_find_console(tree, &c) && console_early_init_at(&c, pa_ptr(pa_make(c.regs.base)))) {
		if (el == 1)
			log_error("started at EL1, but a hypervisor needs EL2: boot with virtualization enabled "
				  "(QEMU: -M virt,virtualization=on; boards: firmware that starts its payload at EL2)");
		else
			log_error("started at EL%u, but this is the firmware's place: start Bulkhead from firmware, at EL2 "
				  "(QEMU: without secure=on, or with TF-A as -bios)", el);
	}
	cpu_park();
}

/*
 * The DTB, mapped and of checked size. Where x0 has none (TF-A starts its payload with x0 = 0 and leaves QEMU's DTB at the beginning of RAM),
 * the beginning of the GiB we run in is looked at: it is the only other place that is known to be memory.
 */
static const void *find_dtb(uint64_t x0, struct mem_range *range)
{
	uint64_t candidates[] = {x0, align_down((uint64_t)_start, GIB(1))};

	for (unsigned i = 0; i < ARRAY_SIZE(candidates); i++) {
		uint64_t at = candidates[i];
		uint32_t size;

		/* x0 = 0 is "none"; RAM at 0 is found by the second candidate. */
		if (!is_aligned(at, 8) || (i == 0 && at == 0))
			continue;
		if (el2_map(pa_make(at), FDT_HEADER_SIZE, PGTABLE_NORMAL_RO))
			continue;
		size = dtb_total_size(at);
		el2_unmap(pa_make(at), FDT_HEADER_SIZE);
		if (size < FDT_HEADER_SIZE || size > DTB_MAX_SIZE || el2_map(pa_make(at), size, PGTABLE_NORMAL_RO))
			continue;
		*range = (struct mem_range){at, size};
		return pa_ptr(pa_make(at));
	}
	return NULL;
}

static void say_hash(void *ctx, const char *image, size_t size)
{
	char text[SIZE_TEXT_LEN];

	(void)ctx;
	log_info("checking %s (%s)", image, format_size(text, align_up(size, KIB(1))));
}

static void check_proof(const struct plan *plan, const struct prove_vm *proofs)
{
	if (prove_separation(plan, proofs, &arena, &findings) || findings.count)
		give_up_findings();
}

/* A resident part for GICv2 guests alone. */
static void drop_unused_parts(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->nr_vms; i++)
		if (plan->vms[i].gic != PLAN_GIC_V3)
			return;
	mmu_drop_part(_gicv2_guest_text, _gicv2_guest_text_end);
}

static void say_stage2(const struct plan *plan)
{
	char granule[SIZE_TEXT_LEN], tables[SIZE_TEXT_LEN];

	for (uint32_t i = 0; i < plan->nr_vms; i++) {
		const struct plan_stage2 *s2 = &plan->vms[i].stage2;

		log_info("%s: stage 2 in %s pages, %u levels, %s of tables (%s)", plan->vms[i].config->name, format_size(granule, BIT(s2->granule_shift)),
			 stage2_levels(s2), format_size(tables, (uint64_t)s2->table_pages << s2->granule_shift), s2->granule_reason);
	}
}

/* The one thing that VMs may have in common, because the system file says so. */
static void say_shared_cpus(const struct plan *plan)
{
	for (uint32_t v = 0; v < plan->nr_vms; v++) {
		const struct vm_config *config = plan->vms[v].config;
		uint32_t shared = 0;

		for (uint32_t i = 0; i < config->nr_cpus; i++)
			shared += plan_cpu_is_shared(&plan->cpus[config->cpus[i]]);
		if (shared)
			log_info("%s: %u of its %u CPUs are shared", config->name, shared, config->nr_cpus);
	}
}

static NORETURN void run(struct plan *plan)
{
	struct prove_vm *proofs = ARENA_ARRAY(&arena, struct prove_vm, plan->nr_vms);
	struct arena pool;
	char text[SIZE_TEXT_LEN];

	if (!proofs || apply_cpus(plan, &pool))
		give_up("the pool could not be set up");
	if (gic_init(plan->host))
		give_up("the interrupt controller could not be set up");
	gic_own_ppi(plan->host->timer.hyp, alarm_irq);
	cpu_learn_firmware(plan->host);
	if (cpu_setup(this_cpu()))
		give_up("the interrupt controller could not be set up");
	if (apply_timer(plan->host))
		give_up("VMs would have no time");
	if (apply_start_cpus(plan))
		give_up("not all CPUs that the VMs need are there");
	if (apply_errata(plan))
		give_up("VMs have CPUs that they cannot run on");
	if (apply_vms(plan, &pool, &arena, proofs))
		give_up("the VMs could not be built");
	check_proof(plan, proofs);
	/* Nobody writes them any more, and only walks read them. */
	el2_unmap(pa_make(plan->pool.base), plan_table_bytes(plan));
	say_stage2(plan);
	if (apply_devices(plan, &pool))
		give_up("the VMs have no devices");
	drop_unused_parts(plan);
	say_shared_cpus(plan);
	log_info("%u VMs proven apart; EL2 uses %s beyond its image", plan->nr_vms, format_size(text, plan->pool.size));

	/* From here on the system file and the DTB are not read any more; reloading a VM maps what it needs. */
	el2_unmap(pa_make(plan->system_file.base), plan->system_file.size);
	for (uint32_t i = 0; i < nr_vms; i++) {
		log_info("loading %s", vms[i].name);
		if (vm_load_and_start(&vms[i], false))
			give_up("its memory could not be mapped");
	}
	if (plan->host->console.intid)
		gic_enable_own(plan->host->console.intid, plan->host->console.edge, console_irq);
	console_start(plan->host->console.intid != 0);
	el2_unmap(pa_make(plan->host_dtb.base), plan->host_dtb.size);
	log_debug("EL2 keeps %s of its translation tables", format_size(text, mmu_table_bytes()));
	cpu_switch_stack(this_cpu()->arch.stack_top, boot_cpu_main, this_cpu());
}

/* For boards that are being brought up. */
static const struct host_console configured_uart = {
	.present = CONFIG_EARLY_UART_ADDRESS != 0,
	.compatible = CONFIG_EARLY_UART_COMPATIBLE,
	.regs = {CONFIG_EARLY_UART_ADDRESS, 0x1000},
	.reg_shift = CONFIG_EARLY_UART_REG_SHIFT,
	.reg_io_width = 4,
};

void boot_main(uint64_t x0, unsigned el)
{
	struct mem_range dtb_range, system_file;
	struct host_console early;
	const struct tree *tree;
	const struct host *host;
	struct plan *plan;
	const void *dtb;

	arena_init(&arena, _boot_arena, (size_t)(_boot_arena_end - _boot_arena));
	findings_init(&findings, &arena);
	if (el != 2)
		refuse_level(x0, el);
	if (mmu_init())
		cpu_park();
	mmu_enable();

	dtb = find_dtb(x0, &dtb_range);
	tree = dtb ? dt_open_host(dtb, dtb_range.size, &arena, &findings) : NULL;
	if (!tree)
		cpu_park(); /* without a DTB there is no console to say it on */
	if (!dt_find_console(tree, &early))
		early = configured_uart;
	console_early_init(&early);

	host = dt_parse_host(tree, &arena, &findings);
	if (!host)
		give_up_findings();
	psci_is_there = host->psci == HOST_PSCI_SMC;
	console_init(host->bootargs);
	log_info("Bulkhead " BULKHEAD_VERSION " on %s, %u CPUs, GICv%u", host->model, host->nr_cpus, host->gic.version);

	system_file = host->initrd;
	if (system_file.size && el2_map(pa_make(system_file.base), system_file.size, PGTABLE_NORMAL_RO)) {
		findings_add(&findings, FINDING_FIT_BAD, "the initrd at %#llx, %llu bytes, overlaps the hypervisor or the DTB, or is too large",
			     (unsigned long long)system_file.base, (unsigned long long)system_file.size);
		system_file.size = 0;
	}
	plan = pipeline_plan(&(struct pipeline_input){
		.host = host,
		.fit = system_file.size ? pa_ptr(pa_make(system_file.base)) : NULL,
		.fit_size = system_file.size,
		.system_file = system_file,
		.host_dtb = dtb_range,
		.hypervisor = {(uint64_t)_start, (uint64_t)(_end - _start)},
		.boot_mpidr = cpu_affinity(),
		.pa_bits = cpu_pa_bits(),
		.granule64_ok = cpu_has_granule64(),
		.arena = &arena,
		.findings = &findings,
		.sha256 = cpu_sha256(),
		.progress = say_hash,
	});
	if (!plan)
		give_up_findings();
	run(plan);
}
