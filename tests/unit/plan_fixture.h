/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A board like QEMU's virt with a few devices that it does not have, and a system file with a Linux and an RTOS that fits it; each test
 * changes what it is about. plan_fixture_check() states what must hold of every plan, whatever it was made from.
 */
#ifndef TESTS_UNIT_PLAN_FIXTURE_H
#define TESTS_UNIT_PLAN_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/lib/format.h"
#include "common/plan.h"
#include "common/port.h"

enum fixture_node {
	N_ROOT, N_CPUS, N_CPU0, N_CPU1, N_CPU2, N_CPU3, N_MEMORY, N_GIC, N_ITS, N_TIMER, N_PSCI, N_CLOCK, N_UART, N_RTC, N_GPIO, N_KEYS, N_SECURE, N_VIRTIO0,
	N_VIRTIO1, N_CLKC, N_CLOCKED, N_SAME_IRQ, N_PPI, N_BAD_IRQ, N_BIG, N_I2C, N_I2C_RTC, N_I2C_OFF, N_SMMU, N_NIC, N_CONSOLE_IRQ, N_BAD_REG, N_BUS,
	N_BUS_A, N_BUS_A_PART, N_FACTOR, N_FACTORED, NR_NODES
};

struct fixture {
	uint8_t memory[256 << 10];
	struct arena arena;
	struct findings findings;
	struct host host;
	struct host_node nodes[NR_NODES];
	struct mem_range regs[NR_NODES];
	struct host_irq irqs[NR_NODES];
	struct host_ref refs[NR_NODES];
	struct host_stream stream;
	struct host_cpu cpus[9];
	struct mem_range ram[2];
	struct host_reserved reserved[2];
	struct system system;
	struct vm_config vms[3];
	struct memory_config ranges[3][3];
	uint32_t vm_cpus[3][4];
	const char *passthrough[3][4];
	struct system_image images[4];
	struct plan_input in;
};

enum { VM_LINUX, VM_RTOS, VM_THIRD };
enum { IMG_LINUX, IMG_ROOTFS, IMG_RTOS, IMG_ODD };

static inline struct host_node *fixture_node(struct fixture *f, enum fixture_node n, uint32_t parent, const char *path, const char *compatible)
{
	f->nodes[n] = (struct host_node){ .path = path, .parent = parent, .enabled = true, .compatible = compatible,
					  .compatible_len = compatible ? strlen(compatible) + 1 : 0, .offset = (int)n * 64 };
	return &f->nodes[n];
}

static inline void fixture_device(struct fixture *f, enum fixture_node n, uint32_t parent, const char *path, const char *compatible, uint64_t base,
				  uint64_t size, uint32_t intid)
{
	struct host_node *node = fixture_node(f, n, parent, path, compatible);

	f->regs[n] = (struct mem_range){ base, size };
	node->regs = &f->regs[n];
	node->nr_regs = size != 0;
	f->irqs[n] = (struct host_irq){ intid, false };
	node->irqs = &f->irqs[n];
	node->nr_irqs = intid != 0;
}

static inline void fixture_ref(struct fixture *f, enum fixture_node n, enum fixture_node to, enum host_ref_kind kind, const char *property)
{
	f->refs[n] = (struct host_ref){ .node = to, .kind = kind, .property = property };
	f->nodes[n].refs = &f->refs[n];
	f->nodes[n].nr_refs = 1;
}

/* Up to 9; all beyond the fourth have its node. */
static inline void fixture_cpus(struct fixture *f, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t node = N_CPU0 + (i < 4 ? i : 3);

		f->cpus[i] = (struct host_cpu){ .mpidr = i, .path = f->nodes[node].path, .compatible = "arm,cortex-a72", .start = CPU_START_PSCI, .node = node };
	}
	f->host.nr_cpus = nr;
}

static inline void fixture_host_nodes(struct fixture *f)
{
	static const char *const cpu_paths[] = { "/cpus/cpu@0", "/cpus/cpu@1", "/cpus/cpu@2", "/cpus/cpu@3" };

	fixture_node(f, N_ROOT, HOST_NO_NODE, "/", "linux,dummy-virt");
	fixture_node(f, N_CPUS, N_ROOT, "/cpus", NULL);
	for (uint32_t i = 0; i < 4; i++)
		fixture_node(f, (enum fixture_node)(N_CPU0 + i), N_CPUS, cpu_paths[i], "arm,cortex-a72");
	fixture_cpus(f, 4);
	fixture_device(f, N_MEMORY, N_ROOT, "/memory@40000000", NULL, 0x40000000, GIB(1), 0);
	fixture_device(f, N_GIC, N_ROOT, "/intc@8000000", "arm,gic-v3", 0x08000000, 0x10000, 0);
	fixture_device(f, N_ITS, N_GIC, "/intc@8000000/its@8080000", "arm,gic-v3-its", 0x08080000, 0x20000, 0);
	fixture_node(f, N_TIMER, N_ROOT, "/timer", "arm,armv8-timer");
	fixture_node(f, N_PSCI, N_ROOT, "/psci", "arm,psci-1.0");
	fixture_node(f, N_CLOCK, N_ROOT, "/apb-pclk", "fixed-clock");
	fixture_device(f, N_UART, N_ROOT, "/pl011@9000000", "arm,pl011", 0x09000000, 0x1000, 33);
	fixture_device(f, N_RTC, N_ROOT, "/pl031@9010000", "arm,pl031", 0x09010000, 0x1000, 34);
	fixture_ref(f, N_RTC, N_CLOCK, REF_CLOCK, "clocks");
	fixture_device(f, N_GPIO, N_ROOT, "/pl061@9030000", "arm,pl061", 0x09030000, 0x1000, 39);
	fixture_node(f, N_KEYS, N_ROOT, "/gpio-keys", "gpio-keys");
	fixture_ref(f, N_KEYS, N_GPIO, REF_GPIO, "gpios");
	fixture_device(f, N_SECURE, N_ROOT, "/pl011@9040000", "arm,pl011", 0x09040000, 0x1000, 40);
	f->nodes[N_SECURE].enabled = false;
	fixture_device(f, N_VIRTIO0, N_ROOT, "/virtio_mmio@a000000", "virtio,mmio", 0x0a000000, 0x200, 48);
	fixture_device(f, N_VIRTIO1, N_ROOT, "/virtio_mmio@a000200", "virtio,mmio", 0x0a000200, 0x200, 49);
	f->nodes[N_VIRTIO0].dma = f->nodes[N_VIRTIO1].dma = true;
	fixture_device(f, N_CLKC, N_ROOT, "/clock-controller@9100000", "vendor,clkc", 0x09100000, 0x1000, 0);
	fixture_device(f, N_CLOCKED, N_ROOT, "/clocked@9110000", "vendor,clocked", 0x09110000, 0x1000, 60);
	fixture_ref(f, N_CLOCKED, N_CLKC, REF_CLOCK, "clocks");
	fixture_device(f, N_SAME_IRQ, N_ROOT, "/same-irq@9120000", "vendor,same", 0x09120000, 0x1000, 34);
	fixture_device(f, N_PPI, N_ROOT, "/ppi@9130000", "vendor,ppi", 0x09130000, 0x1000, 20);
	fixture_device(f, N_BAD_IRQ, N_ROOT, "/bad-irq@9140000", "vendor,bad-irq", 0x09140000, 0x1000, 0);
	f->nodes[N_BAD_IRQ].irqs_bad = true;
	fixture_device(f, N_BIG, N_ROOT, "/big@a100000", "vendor,big", 0x0a100000, 0x20000, 100);
	fixture_device(f, N_I2C, N_ROOT, "/i2c@9150000", "vendor,i2c", 0x09150000, 0x100, 61);
	fixture_node(f, N_I2C_RTC, N_I2C, "/i2c@9150000/rtc@68", "vendor,rtc");
	fixture_node(f, N_I2C_OFF, N_I2C, "/i2c@9150000/off@69", "vendor,off");
	f->nodes[N_I2C_OFF].enabled = false;
	fixture_device(f, N_SMMU, N_ROOT, "/smmu@9160000", "vendor,iommu", 0x09160000, 0x1000, 0);
	fixture_device(f, N_NIC, N_ROOT, "/nic@9170000", "vendor,nic", 0x09170000, 0x1000, 62);
	f->stream = (struct host_stream){ .iommu = N_SMMU, .id = 7, .count = 1 };
	f->nodes[N_NIC].streams = &f->stream;
	f->nodes[N_NIC].nr_streams = 1;
	f->nodes[N_NIC].dma = true;
	fixture_device(f, N_CONSOLE_IRQ, N_ROOT, "/console-irq@9180000", "vendor,console-irq", 0x09180000, 0x1000, 33);
	fixture_device(f, N_BAD_REG, N_ROOT, "/bad-reg@9190000", "vendor,bad-reg", 0, 0, 0);
	f->nodes[N_BAD_REG].regs_bad = true;
	fixture_node(f, N_BUS, N_ROOT, "/soc", "simple-bus");
	fixture_device(f, N_BUS_A, N_BUS, "/soc/a@b000000", "vendor,a", 0x0b000000, 0x1000, 63);
	fixture_device(f, N_BUS_A_PART, N_BUS_A, "/soc/a@b000000/part@800", "vendor,part", 0x0b000800, 0x100, 0);
	fixture_node(f, N_FACTOR, N_ROOT, "/factor", "fixed-factor-clock");
	fixture_ref(f, N_FACTOR, N_CLOCK, REF_CLOCK, "clocks");
	fixture_device(f, N_FACTORED, N_ROOT, "/factored@91a0000", "vendor,factored", 0x091a0000, 0x1000, 64);
	fixture_ref(f, N_FACTORED, N_FACTOR, REF_CLOCK, "clocks");
}

static inline void fixture_vm(struct fixture *f, unsigned n, const char *name, const char *path, uint64_t size, uint32_t kernel)
{
	f->ranges[n][0] = (struct memory_config){ .size = size };
	f->vms[n] = (struct vm_config){ .name = name, .path = path, .cpus = f->vm_cpus[n], .nr_cpus = 1, .nr_vcpus = 1, .weight = 1, .memory = f->ranges[n], .nr_memory = 1,
					.kernel = kernel, .ramdisk = SYSTEM_NO_IMAGE, .fdt_fragment = SYSTEM_NO_IMAGE, .bootargs = "", .passthrough = f->passthrough[n], .console = true };
	f->vm_cpus[n][0] = n == VM_LINUX ? 0 : n + 1;
}

static inline struct fixture *fixture_new(void)
{
	struct fixture *f = calloc(1, sizeof(*f));

	arena_init(&f->arena, f->memory, sizeof(f->memory));
	findings_init(&f->findings, &f->arena);
	fixture_host_nodes(f);
	f->ram[0] = (struct mem_range){ 0x40000000, GIB(1) };
	f->host = (struct host){ .fdt_size = NR_NODES * 64, .model = "fixture", .cpus = f->cpus, .nr_cpus = 4, .ram = f->ram, .nr_ram = 1,
				 .reserved = f->reserved, .nodes = f->nodes, .nr_nodes = NR_NODES, .psci = HOST_PSCI_SMC, .psci_version = 0x10000, .bootargs = "" };
	f->host.gic = (struct host_gic){ .version = 3, .node = N_GIC, .maint_intid = 25, .dist = { 0x08000000, 0x10000 },
					 .redist = { { 0x080a0000, 0xf60000 } }, .nr_redist = 1 };
	f->host.timer = (struct host_timer){ 30, 27, 26, 0, N_TIMER };
	f->host.console = (struct host_console){ .present = true, .node = N_UART, .compatible = "arm,pl011", .regs = { 0x09000000, 0x1000 }, .intid = 33 };
	f->images[IMG_LINUX] = (struct system_image){ .name = "linux", .kind = IMAGE_ARM64, .size = MIB(33), .arm64_size = MIB(34) };
	f->images[IMG_ROOTFS] = (struct system_image){ .name = "rootfs", .kind = IMAGE_RAMDISK, .size = 1500000 };
	f->images[IMG_RTOS] = (struct system_image){ .name = "rtos", .kind = IMAGE_RAW, .size = 70000, .has_load = true, .load = 0x40000000, .has_entry = true,
						     .entry = 0x40000000 };
	f->images[IMG_ODD] = (struct system_image){ .name = "odd", .kind = IMAGE_RAW, .size = 4096 };
	fixture_vm(f, VM_LINUX, "linux", "/vms/linux", MIB(512), IMG_LINUX);
	f->vm_cpus[VM_LINUX][1] = 1;
	f->vms[VM_LINUX].nr_cpus = f->vms[VM_LINUX].nr_vcpus = 2;
	f->vms[VM_LINUX].ramdisk = IMG_ROOTFS;
	fixture_vm(f, VM_RTOS, "rtos", "/vms/rtos", MIB(32), IMG_RTOS);
	fixture_vm(f, VM_THIRD, "third", "/vms/third", MIB(16), IMG_RTOS);
	f->system = (struct system){ .images = f->images, .nr_images = 4, .vms = f->vms, .nr_vms = 2 };
	f->in = (struct plan_input){ .host = &f->host, .system = &f->system, .granule64_ok = true, .hypervisor = { 0x40200000, MIB(2) },
				     .system_file = { 0x48000000, MIB(40) }, .host_dtb = { 0x4a800000, MIB(1) }, .arena = &f->arena, .findings = &f->findings };
	return f;
}

static inline void fixture_pass(struct fixture *f, unsigned vm, const char *path)
{
	f->passthrough[vm][f->vms[vm].nr_passthrough++] = path;
}

/* ---- What holds of every plan ---- */

#define PLAN_MUST(cond)                                                                                          \
	do {                                                                                                     \
		if (!(cond)) {                                                                                   \
			fprintf(stderr, "%s:%d: the plan breaks: %s\n", __FILE__, __LINE__, #cond);              \
			abort();                                                                                 \
		}                                                                                                \
	} while (0)

static inline bool range_in_ram(const struct host *h, uint64_t base, uint64_t size)
{
	for (uint32_t i = 0; i < h->nr_ram; i++)
		if (range_within(base, size, h->ram[i].base, h->ram[i].size))
			return true;
	return false;
}

static inline void check_ram_free(const struct plan *p, uint64_t base, uint64_t size)
{
	PLAN_MUST(size && range_in_ram(p->host, base, size));
	PLAN_MUST(!ranges_overlap(base, size, p->hypervisor.base, p->hypervisor.size));
	PLAN_MUST(!ranges_overlap(base, size, p->system_file.base, p->system_file.size));
	PLAN_MUST(!ranges_overlap(base, size, p->host_dtb.base, p->host_dtb.size));
	for (uint32_t i = 0; i < p->host->nr_reserved; i++)
		PLAN_MUST(!ranges_overlap(base, size, p->host->reserved[i].range.base, p->host->reserved[i].range.size));
}

static inline bool vm_owns(const struct plan_vm *vm, uint32_t node)
{
	for (uint32_t i = 0; i < vm->nr_grants; i++)
		if (vm->grants[i].node == node)
			return vm->grants[i].kind == PLAN_GRANT_OWN;
	return false;
}

static inline void check_device_region(const struct plan *p, const struct plan_vm *vm, const struct plan_region *r)
{
	PLAN_MUST(r->ipa.v == r->pa.v && vm_owns(vm, r->node));
	for (uint32_t i = 0; i < p->host->nr_nodes; i++)
		for (uint32_t j = 0; j < p->host->nodes[i].nr_regs; j++)
			if (ranges_overlap(r->pa.v, r->size, p->host->nodes[i].regs[j].base, p->host->nodes[i].regs[j].size))
				PLAN_MUST(vm_owns(vm, i) || !p->host->nodes[i].enabled);
	for (uint32_t i = 0; i < p->host->nr_ram; i++)
		PLAN_MUST(!ranges_overlap(r->pa.v, r->size, p->host->ram[i].base, p->host->ram[i].size));
}

/* The interface's first page is reached and nothing else: the second is emulated. */
static inline void check_gicv_window(const struct plan *p, const struct plan_vm *vm, const struct plan_region *r)
{
	const struct mem_range *gicv = &p->host->gic.vcpu, *gicc = &vm->frames.gicc;

	PLAN_MUST(r->kind == PLAN_REGION_DEVICE && r->ipa.v == gicc->base && r->pa.v == gicv->base && r->size == 0x1000);
	PLAN_MUST(vm->stage2.granule_shift == 12);
}

static inline void check_gic(const struct plan *p, const struct plan_vm *vm)
{
	const struct plan_frames *f = &vm->frames;
	unsigned host = p->host->gic.version, wanted = vm->config->gic_version;

	PLAN_MUST(vm->gic_version == (wanted ? wanted : host) && vm->gic_reason && vm->nr_vcpus);
	if (vm->gic_version == 3) {
		PLAN_MUST(vm->gic == PLAN_GIC_V3 && host == 3 && f->gicd.size == 0x10000 && f->gicr.size == vm->nr_vcpus * KIB(128) && !f->gicc.size);
		return;
	}
	PLAN_MUST(vm->gic_version == 2 && vm->nr_vcpus <= 8 && f->gicd.size == 0x1000 && !f->gicr.size && f->gicc.size == 0x2000);
	PLAN_MUST(vm->gic == (p->host->gic.vcpu.size >= 0x2000 && p->host->gic.vcpu.base % 0x1000 == 0 ? PLAN_GIC_V2_GICV : PLAN_GIC_V2_SOFTWARE));
	PLAN_MUST(vm->gic == PLAN_GIC_V2_GICV || host == 3);
}

static inline void check_pv_time(const struct plan *p, const struct plan_vm *vm, const struct plan_region *r)
{
	PLAN_MUST(r->ipa.v == vm->pv_time.base && r->size >= vm->pv_time.size && r->size < vm->pv_time.size + BIT(vm->stage2.granule_shift));
	PLAN_MUST(range_within(r->pa.v, r->size, p->pv_time.base, p->pv_time.size));
}

static inline void check_regions(const struct plan *p, const struct plan_vm *vm)
{
	const struct mem_range frames[] = { vm->frames.gicd, vm->frames.gicr, vm->frames.uart, vm->frames.gicc, vm->frames.watchdog[0], vm->frames.watchdog[1] };
	uint64_t granule = BIT(vm->stage2.granule_shift);
	uint64_t ram = 0, wanted = 0;
	unsigned windows = 0, pv_time = 0;

	for (uint32_t i = 0; i < vm->nr_regions; i++) {
		const struct plan_region *r = &vm->regions[i];

		PLAN_MUST(is_aligned(r->ipa.v | r->pa.v | r->size, granule) && r->size);
		PLAN_MUST(range_within(r->ipa.v, r->size, 0, BIT(vm->stage2.ipa_bits)));
		PLAN_MUST(i == 0 || r->ipa.v >= vm->regions[i - 1].ipa.v + vm->regions[i - 1].size);
		if (r->node == p->host->gic.node) {
			check_gicv_window(p, vm, r);
			windows++;
			continue;
		}
		for (unsigned j = 0; j < ARRAY_SIZE(frames); j++)
			PLAN_MUST(!ranges_overlap(r->ipa.v, r->size, frames[j].base, frames[j].size));
		if (r->kind == PLAN_REGION_DEVICE) {
			check_device_region(p, vm, r);
		} else if (r->kind == PLAN_REGION_PV_TIME) {
			check_pv_time(p, vm, r);
			pv_time++;
		} else {
			check_ram_free(p, r->pa.v, r->size);
			PLAN_MUST(!vm->config->memory_identity || r->ipa.v == r->pa.v);
			ram += r->size;
		}
	}
	for (uint32_t i = 0; i < vm->config->nr_memory; i++)
		wanted += vm->config->memory[i].size;
	PLAN_MUST(ram == wanted && windows == (vm->gic == PLAN_GIC_V2_GICV) && pv_time == (vm->pv_time.size != 0));
	for (unsigned i = 0; i < ARRAY_SIZE(frames); i++)
		for (unsigned j = 0; j < i; j++)
			PLAN_MUST(!ranges_overlap(frames[i].base, frames[i].size, frames[j].base, frames[j].size));
}

static inline void check_load(const struct plan_vm *vm, uint64_t ipa, uint64_t size, uint64_t pa)
{
	pa_t found;

	PLAN_MUST(plan_ram_pa(vm, ipa, size, &found) == OK && found.v == pa);
}

static inline void check_images(const struct plan_vm *vm)
{
	const struct plan_load *k = &vm->kernel, *r = &vm->ramdisk;

	check_load(vm, k->ipa.v, k->mem_size, k->pa.v);
	check_load(vm, vm->dtb.v, vm->dtb_room, vm->dtb_pa.v);
	PLAN_MUST(k->mem_size >= k->size && vm->dtb_room >= vm->dtb_max && vm->dtb_room <= MIB(2) && is_aligned(vm->dtb.v, 8));
	PLAN_MUST(!ranges_overlap(k->ipa.v, k->mem_size, vm->dtb.v, vm->dtb_room));
	PLAN_MUST(plan_ram_pa(vm, vm->entry.v, 4, &(pa_t){ 0 }) == OK);
	if (r->image == SYSTEM_NO_IMAGE)
		return;
	check_load(vm, r->ipa.v, r->mem_size, r->pa.v);
	PLAN_MUST(!ranges_overlap(k->ipa.v, k->mem_size, r->ipa.v, r->mem_size) && !ranges_overlap(r->ipa.v, r->mem_size, vm->dtb.v, vm->dtb_room));
}

static inline void check_pair(const struct plan *p, const struct plan_vm *a, const struct plan_vm *b)
{
	for (uint32_t i = 0; i < a->nr_regions; i++)
		for (uint32_t j = 0; j < b->nr_regions; j++)
			PLAN_MUST(!ranges_overlap(a->regions[i].pa.v, a->regions[i].size, b->regions[j].pa.v, b->regions[j].size) ||
				  (a->regions[i].node == p->host->gic.node && b->regions[j].node == p->host->gic.node));
	for (uint32_t i = 0; i < a->nr_irqs; i++)
		for (uint32_t j = 0; j < b->nr_irqs; j++)
			PLAN_MUST(a->irqs[i].intid != b->irqs[j].intid);
	for (uint32_t i = 0; i < p->host->nr_nodes; i++)
		PLAN_MUST(!vm_owns(a, i) || !vm_owns(b, i));
}

static inline void check_irqs(const struct plan *p, const struct plan_vm *vm)
{
	for (uint32_t i = 0; i < vm->nr_irqs; i++) {
		PLAN_MUST(vm->irqs[i].intid >= 32 && vm->irqs[i].intid < vm->nr_intids && vm->irqs[i].intid < 1020);
		PLAN_MUST(!p->host->console.present || vm->irqs[i].intid != p->host->console.intid);
		PLAN_MUST(i == 0 || vm->irqs[i].intid > vm->irqs[i - 1].intid);
		PLAN_MUST(!vm->config->console || vm->irqs[i].intid != vm->frames.uart_intid);
		PLAN_MUST(!vm->config->watchdog || vm->irqs[i].intid != vm->frames.watchdog_intid);
		PLAN_MUST(vm_owns(vm, vm->irqs[i].node));
	}
	PLAN_MUST(vm->nr_intids % 32 == 0 && vm->nr_intids >= 64 && vm->nr_intids <= 1024);
	PLAN_MUST(!vm->config->console || vm->frames.uart_intid < vm->nr_intids);
	PLAN_MUST(!vm->config->watchdog || vm->frames.watchdog_intid < vm->nr_intids);
	PLAN_MUST(!vm->config->watchdog || vm->frames.watchdog_intid != vm->frames.uart_intid);
}

/* At no time are there two windows, and whoever lives there has one. */
static inline void check_schedule(const struct plan *p, const struct schedule_config *s, uint32_t cpu)
{
	bool named = false;

	for (uint32_t i = 0; i < s->nr_cpus; i++)
		named = named || s->cpus[i] == cpu;
	PLAN_MUST(named && s->slice >= 100 && s->slice <= 1000000);
	for (uint32_t i = 0; i < s->nr_windows && s->policy == SCHED_CYCLIC; i++) {
		PLAN_MUST(s->windows[i].length >= 50 && range_within(s->windows[i].start, s->windows[i].length, 0, s->frame));
		for (uint32_t k = 0; k < i; k++)
			PLAN_MUST(!ranges_overlap(s->windows[i].start, s->windows[i].length, s->windows[k].start, s->windows[k].length));
	}
	for (uint32_t v = 0; v < p->nr_vms && s->policy == SCHED_CYCLIC; v++) {
		bool lives = false, window = false;

		for (uint32_t i = 0; i < p->vms[v].nr_vcpus; i++)
			lives = lives || p->vms[v].vcpu_cpu[i] == cpu;
		for (uint32_t i = 0; i < s->nr_windows; i++)
			window = window || s->windows[i].vm == v;
		PLAN_MUST(lives == window);
	}
}

/* plan.cpus is what the vCPUs make of it, and whoever shares a CPU can see his stolen time. */
static inline void check_cpus(const struct plan *p)
{
	for (uint32_t cpu = 0; cpu < p->host->nr_cpus; cpu++) {
		uint32_t nr = 0, first = PLAN_NO_VM;

		for (uint32_t v = 0; v < p->nr_vms; v++) {
			for (uint32_t i = 0; i < p->vms[v].nr_vcpus; i++) {
				if (p->vms[v].vcpu_cpu[i] != cpu)
					continue;
				first = nr++ ? first : v;
				PLAN_MUST(p->vms[v].pv_time.size || !plan_cpu_is_shared(&p->cpus[cpu]));
			}
		}
		PLAN_MUST(p->cpus[cpu].nr_vcpus == nr && p->cpus[cpu].vm == first);
		PLAN_MUST(!p->cpus[cpu].schedule || nr);
		if (p->cpus[cpu].schedule)
			check_schedule(p, p->cpus[cpu].schedule, cpu);
	}
}

static inline void plan_fixture_check(const struct plan *p)
{
	check_ram_free(p, p->pool.base, p->pool.size);
	PLAN_MUST(!p->pv_time.size || p->pv_time.base + p->pv_time.size == p->pool.base + p->pool.size);
	check_cpus(p);
	for (uint32_t v = 0; v < p->nr_vms; v++) {
		const struct plan_vm *vm = &p->vms[v];

		PLAN_MUST(vm->id == v && vm->config == &p->system->vms[v] && vm->nr_vcpus == vm->config->nr_vcpus);
		for (uint32_t i = 0; i < vm->nr_vcpus; i++)
			PLAN_MUST(vm->vcpu_cpu[i] == vm->config->cpus[i % vm->config->nr_cpus]);
		check_regions(p, vm);
		check_irqs(p, vm);
		check_images(vm);
		check_gic(p, vm);
		PLAN_MUST(vm->stage2.granule_reason && vm->stage2.table_pages >= vm->stage2.root_pages);
		for (uint32_t i = 0; i < vm->nr_regions; i++)
			PLAN_MUST(!ranges_overlap(vm->regions[i].pa.v, vm->regions[i].size, p->pool.base, plan_private_pool(p).size) &&
				  (!ranges_overlap(vm->regions[i].pa.v, vm->regions[i].size, p->pool.base, p->pool.size) ||
				   vm->regions[i].kind == PLAN_REGION_PV_TIME));
		for (uint32_t o = 0; o < v; o++)
			check_pair(p, &p->vms[o], vm);
	}
}

#endif
