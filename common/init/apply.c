/* SPDX-License-Identifier: Apache-2.0 */
#include "common/init/apply.h"

#include "arch/arm64/barrier.h"
#include "arch/arm64/image.h"
#include "arch/arm64/mmu.h"
#include "arch/arm64/smccc.h"
#include "common/alarm.h"
#include "common/console.h"
#include "common/lib/format.h"
#include "common/lib/string.h"
#include "common/log.h"
#include "common/port.h"
#include "common/stage2.h"
#include "common/vpl011.h"
#include "common/vwatchdog.h"

#define PAGE 4096

_Static_assert(sizeof(struct cpu) + PAGE <= PLAN_BYTES_PER_CPU - CONFIG_CPU_STACK_SIZE, "plan.h: PLAN_BYTES_PER_CPU");

/* A stack with an unmapped page below it: the guard page is left out of EL2's map. */
static enum err map_stack(struct arena *pool, uint64_t *top)
{
	uint8_t *guard;

	/* The arena zeroes what it hands out, so the memory must be mapped before: this part is taken by hand. */
	guard = pool->base + pool->used;
	pool->used += PAGE + CONFIG_CPU_STACK_SIZE;
	if (pool->used > pool->size)
		return ERR_NO_MEMORY;
	*top = (uint64_t)guard + PAGE + CONFIG_CPU_STACK_SIZE;
	return el2_map(pa_of(guard + PAGE), CONFIG_CPU_STACK_SIZE, PGTABLE_NORMAL_RW);
}

static bool in_use(const struct plan *plan, uint32_t cpu, uint64_t boot_mpidr)
{
	return plan->cpus[cpu].vm != PLAN_NO_VM || plan->host->cpus[cpu].mpidr == boot_mpidr;
}

enum err apply_cpus(const struct plan *plan, struct arena *pool)
{
	const struct host *host = plan->host;
	uint64_t boot_mpidr = cpu_affinity();
	uint64_t *stacks;
	uint32_t n = 0, next = 1;
	enum err e = OK;

	for (uint32_t i = 0; i < host->nr_cpus; i++)
		n += in_use(plan, i, boot_mpidr);
	arena_init(pool, pa_ptr(pa_make(plan->pool.base)), plan_private_pool(plan).size);
	/* Stage-2 tables come first, in a map of their own; then stacks, each behind its guard page; then the rest of the pool as one map. */
	e = el2_map(pa_make(plan->pool.base), plan_table_bytes(plan), PGTABLE_NORMAL_RW);
	pool->used = plan_table_bytes(plan);
	stacks = (uint64_t[CONFIG_MAX_CPUS]){0};
	for (uint32_t i = 0; i < n && !e; i++)
		e = map_stack(pool, &stacks[i]);
	if (!e)
		e = el2_map(pa_of(pool->base + pool->used), pool->size - pool->used, PGTABLE_NORMAL_RW);
	if (!e && plan->pv_time.size)
		e = el2_map(pa_make(plan->pv_time.base), plan->pv_time.size, PGTABLE_NORMAL_RW);
	if (e)
		return e;
	if (plan->pv_time.size)
		memset(pa_ptr(pa_make(plan->pv_time.base)), 0, plan->pv_time.size);
	cpus = ARENA_ARRAY(pool, struct cpu, n);
	if (!cpus)
		return ERR_NO_MEMORY;
	nr_cpus = n;
	for (uint32_t i = 0; i < host->nr_cpus; i++) {
		struct cpu *cpu;

		if (!in_use(plan, i, boot_mpidr))
			continue;
		cpu = host->cpus[i].mpidr == boot_mpidr ? &cpus[0] : &cpus[next++];
		cpu->id = i;
		cpu->mpidr = host->cpus[i].mpidr;
		cpu->arch.stack_top = stacks[cpu - cpus];
	}
	write_sysreg(&cpus[0], tpidr_el2);
	cpus[0].state = CPU_ONLINE;
	return OK;
}

static const char *psci_error_text(int error)
{
	static const char *const texts[] = {"success", "not supported", "invalid parameters", "denied", "already on", "on pending", "internal failure",
					    "not present", "disabled", "invalid address"};

	return error <= 0 && -error < (int)ARRAY_SIZE(texts) ? texts[-error] : "unknown error";
}

/* Lets that CPU go; false: not even that. */
static bool start_cpu(const struct host_cpu *host, struct cpu *cpu)
{
	int error;
	enum err e;

	/* secondary_entry reads its struct cpu with the MMU off. */
	cache_clean_inval_poc(cpu, sizeof(*cpu));
	if (host->start == CPU_START_SPIN_TABLE) {
		e = spin_table_start(host->release_addr, cpu);
		if (e)
			log_error("CPU %u (%s): its release address 0x%lx cannot be written: %s", cpu->id, host->path, host->release_addr, err_text(e));
		return !e;
	}
	if (psci_cpu_on(cpu->mpidr, (uint64_t)cpu, &error)) {
		log_error("CPU %u (%s): firmware does not start it: PSCI says %s", cpu->id, host->path, psci_error_text(error));
		return false;
	}
	return true;
}

enum err apply_start_cpus(const struct plan *plan)
{
	uint64_t patience = UINT64_C(2) * alarm_frequency; /* two seconds */
	enum err worst = OK;

	for (uint32_t i = 1; i < nr_cpus; i++) {
		struct cpu *cpu = &cpus[i];
		const struct host_cpu *host = &plan->host->cpus[cpu->id];
		uint64_t begin = read_sysreg(cntpct_el0);

		if (!start_cpu(host, cpu)) {
			worst = ERR_DENIED;
			continue;
		}
		while (__atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE) == CPU_ABSENT && read_sysreg(cntpct_el0) - begin < patience)
			;
		if (__atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE) != CPU_ONLINE) {
			log_error("CPU %u (%s) was started but does not come up", cpu->id, host->path);
			worst = ERR_DENIED;
		}
	}
	return worst;
}

static struct cpu *find_cpu(uint32_t id)
{
	for (uint32_t i = 0; i < nr_cpus; i++)
		if (cpus[i].id == id)
			return &cpus[i];
	return NULL;
}

/* Two clusters may have different physical address sizes: stage 2 uses the smallest. */
static unsigned smallest_pa_range(void)
{
	unsigned r = cpus[0].pa_range;

	for (uint32_t i = 1; i < nr_cpus; i++)
		r = (unsigned)u64_min(r, cpus[i].pa_range);
	return r;
}

/* The plan knew the boot CPU only. The size of addresses shows in the proof, as VTCR_EL2.PS is the smallest; the granule nowhere else. */
static enum err check_granules(const struct plan *plan)
{
	enum err e = OK;

	for (uint32_t v = 0; v < plan->nr_vms; v++) {
		const struct vm_config *config = plan->vms[v].config;

		for (uint32_t i = 0; i < config->nr_cpus && plan->vms[v].stage2.granule_shift == 16; i++) {
			uint32_t cpu = config->cpus[i];

			if (find_cpu(cpu)->granule64)
				continue;
			log_error("%s: CPU %u (%s) has no 64 KiB granule at stage 2, unlike the CPU that boots: set stage2-granule = <4096>", config->path, cpu,
				  plan->host->cpus[cpu].path);
			e = ERR_UNSUPPORTED;
		}
	}
	return e;
}

static enum err make_vcpus(struct vm *vm, const struct plan *plan, const struct plan_vm *pv, struct arena *pool)
{
	vm->vcpus = ARENA_ARRAY(pool, struct vcpu, pv->nr_vcpus);
	if (!vm->vcpus)
		return ERR_NO_MEMORY;
	vm->nr_vcpus = pv->nr_vcpus;
	for (uint32_t i = 0; i < pv->nr_vcpus; i++) {
		struct vcpu *v = &vm->vcpus[i];

		v->id = i;
		v->vm = vm;
		v->cpu = find_cpu(pv->vcpu_cpu[i]);
		v->power = VCPU_OFF;
		v->mmio = vm->mmio;
		v->idregs = pv->gic == PLAN_GIC_V3 ? v->cpu->idregs : NULL;
		v->sgi1r_esr = pv->gic == PLAN_GIC_V3 ? ESR_WRITE_SGI1R : 0;
		if (!v->cpu->shared)
			v->cpu->vcpu = v;
		else if (apply_shared_vcpu(v, plan, pv, pool))
			return ERR_NO_MEMORY;
		arch_vcpu_init(&v->arch, i, v->cpu->arch.stack_top, v->shared != NULL);
	}
	return OK;
}

static void add_image(struct vm *vm, const struct plan *plan, const struct plan_load *load)
{
	const struct system_image *image = &plan->system->images[load->image];
	struct vm_load *l = &vm->loads[vm->nr_loads++];

	*l = (struct vm_load){.from = image->data, .to = load->pa, .size = load->size};
	memcpy(l->sha256, image->sha256, sizeof(l->sha256));
}

static enum err make_loads(struct vm *vm, const struct plan *plan, const struct plan_vm *pv, struct arena *pool)
{
	const struct plan_load *images[] = {&pv->kernel, &pv->ramdisk};
	void *dtb = arena_alloc(pool, pv->dtb_size, 8);

	if (!dtb)
		return ERR_NO_MEMORY;
	memcpy(dtb, pv->dtb_blob, pv->dtb_size);
	vm->loads[vm->nr_loads++] = (struct vm_load){.from = dtb, .to = pv->dtb_pa, .size = pv->dtb_size, .mapped = true};
	for (unsigned i = 0; i < ARRAY_SIZE(images); i++)
		if (images[i]->image != SYSTEM_NO_IMAGE)
			add_image(vm, plan, images[i]);
	vm->entry = pv->entry.v;
	vm->dtb = pv->dtb.v;
	return OK;
}

static enum err make_ram(struct vm *vm, const struct plan_vm *pv)
{
	for (uint32_t i = 0; i < pv->nr_regions; i++) {
		const struct plan_region *r = &pv->regions[i];

		if (r->kind != PLAN_REGION_RAM)
			continue;
		if (vm->nr_ram == VM_MAX_RAM)
			return ERR_NO_MEMORY;
		vm->ram[vm->nr_ram++] = (struct vm_ram){.ipa = r->ipa.v, .size = r->size, .pa = r->pa};
	}
	return OK;
}

/* Strings of the plan are gone at run time. */
static enum err make_masters(struct vm *vm, const struct plan *plan, const struct plan_vm *pv, struct arena *pool)
{
	vm->virtio = ARENA_ARRAY(pool, uint64_t, pv->nr_virtio);
	if (pv->nr_virtio && !vm->virtio)
		return ERR_NO_MEMORY;
	vm->nr_virtio = pv->nr_virtio;
	for (uint32_t i = 0; i < pv->nr_virtio; i++)
		vm->virtio[i] = pv->virtio[i];
	if (pv->unstoppable == HOST_NO_NODE)
		return OK;
	vm->unstoppable = arena_strndup(pool, plan->host->nodes[pv->unstoppable].path, strlen(plan->host->nodes[pv->unstoppable].path));
	return vm->unstoppable ? OK : ERR_NO_MEMORY;
}

static enum err make_firmware(struct vm *vm, const struct plan_vm *pv, struct arena *pool)
{
	struct firmware_right *table = ARENA_ARRAY(pool, struct firmware_right, pv->nr_firmware);

	_Static_assert(sizeof(*table) <= PLAN_BYTES_PER_FIRMWARE, "plan.h: PLAN_BYTES_PER_FIRMWARE");
	if (!table)
		return ERR_NO_MEMORY;
	firmware_rights_fill(pv, table);
	vm->firmware = (struct firmware_rights){table, pv->nr_firmware};
	return OK;
}

static enum err make_vm(struct vm *vm, const struct plan *plan, const struct plan_vm *pv, struct arena *pool, struct arena *scratch,
			struct arena *tables, struct prove_vm *proof)
{
	struct pgtable stage2;
	uint32_t *intids;
	enum err e;

	memcpy(vm->name, pv->config->name, strnlen(pv->config->name, sizeof(vm->name) - 1));
	vm->id = pv->id;
	vm->state = VM_STOPPED;
	vm->restart = pv->config->restart;
	vm->lock.rank = LOCK_VM;
	e = make_ram(vm, pv);
	if (!e)
		e = make_vcpus(vm, plan, pv, pool);
	if (!e)
		e = make_loads(vm, plan, pv, pool);
	if (!e)
		e = make_masters(vm, plan, pv, pool);
	if (!e)
		e = make_firmware(vm, pv, pool);
	if (!e)
		e = stage2_build(pv, tables, &stage2);
	if (e)
		return e;
	apply_pv_time(vm, pv);
	vm->arch.vtcr = pgtable_vtcr(&stage2, smallest_pa_range());
	vm->arch.vttbr = (uint64_t)(vm->id + 1) << 48 | (uint64_t)stage2.root; /* VMID 0 is never a guest's */

	intids = ARENA_ARRAY(scratch, uint32_t, pv->nr_irqs);
	if (!intids)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < pv->nr_irqs; i++)
		intids[i] = pv->irqs[i].intid;
	*proof = (struct prove_vm){.tables = {(uint64_t)tables->base, tables->size}, .vttbr = vm->arch.vttbr, .vtcr = vm->arch.vtcr, .intids = intids,
				  .nr_intids = pv->nr_irqs, .firmware = vm->firmware};
	return OK;
}

enum err apply_vms(const struct plan *plan, struct arena *pool, struct arena *scratch, struct prove_vm *proofs)
{
	enum err e = check_granules(plan);
	struct arena tables;

	if (e)
		return e;
	vms = ARENA_ARRAY(pool, struct vm, plan->nr_vms);
	if (!vms)
		return ERR_NO_MEMORY;
	nr_vms = plan->nr_vms;
	arena_init(&tables, pool->base, plan_table_bytes(plan));
	for (uint32_t i = 0; i < nr_cpus && !e; i++)
		if (plan_cpu_is_shared(&plan->cpus[cpus[i].id]))
			e = apply_shared_cpu(&cpus[i], &plan->cpus[cpus[i].id], pool);
	for (uint32_t i = 0; i < plan->nr_vms && !e; i++)
		e = make_vm(&vms[i], plan, &plan->vms[i], pool, scratch, &tables, &proofs[i]);
	if (!e)
		e = apply_schedules(plan, pool);
	/* The tables were written through the cache, and walks are cacheable like it: a barrier is enough before a CPU loads VTTBR_EL2. */
	dsb(ishst);
	return e;
}

/* Parts of the image that no VM and no CPU of this system has a use for. */
static void drop_unused_parts(const struct plan *plan)
{
	bool firmware = false, defended = false, watchdog = false, shared = false;

	for (uint32_t i = 0; i < nr_vms; i++) {
		firmware = firmware || vms[i].firmware.nr;
		watchdog = watchdog || plan->vms[i].frames.watchdog[0].size;
	}
	for (uint32_t i = 0; i < nr_cpus; i++) {
		defended = defended || cpu_is_defended(&cpus[i]);
		shared = shared || cpus[i].shared;
	}
	if (!firmware)
		mmu_drop_part(_firmware_text, _firmware_text_end);
	if (!defended)
		mmu_drop_part(_defended_text, _defended_text_end);
	if (!watchdog)
		mmu_drop_part(_watchdog_text, _watchdog_text_end);
	if (!shared)
		mmu_drop_part(_shared_text, _shared_text_end);
}

enum err apply_devices(const struct plan *plan, struct arena *pool)
{
	drop_unused_parts(plan);
	for (uint32_t i = 0; i < plan->nr_vms; i++) {
		const struct plan_frames *f = &plan->vms[i].frames;
		enum err e = vgic_init_vm(&vms[i], &plan->vms[i], pool);

		if (!e && f->uart.size)
			e = vpl011_create(&vms[i], f->uart.base, f->uart_intid, pool);
		if (!e && f->watchdog[0].size)
			e = vwatchdog_create(&vms[i], f->watchdog[0].base, f->watchdog[1].base, f->watchdog_intid, pool);
		if (e) {
			log_error("%s: its virtual devices cannot be made: %s", vms[i].name, err_text(e));
			return e;
		}
		if (plan->vms[i].gic != PLAN_GIC_V3)
			log_info("%s: %s: %s", vms[i].name, plan_gic_text(plan->vms[i].gic), plan->vms[i].gic_reason);
		console_add_vm(&vms[i]);
	}
	return OK;
}
