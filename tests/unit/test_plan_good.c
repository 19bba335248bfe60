/* SPDX-License-Identifier: Apache-2.0 */
/* Systems that fit: what the plan says of them, field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plan_fixture.h"

static struct plan *must_plan(struct fixture *f)
{
	struct plan *p = plan_make(&f->in);

	for (const struct finding *i = f->findings.first; i; i = i->next)
		print_message("%s: %s\n", findings_code_name(i->code), i->text);
	assert_non_null(p);
	assert_int_equal(f->findings.count, 0);
	plan_fixture_check(p);
	return p;
}

static void test_two_vms(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	fixture_pass(f, VM_LINUX, "/pl031@9010000");
	f->vms[VM_LINUX].bootargs = "console=ttyAMA0";

	struct plan *p = must_plan(f);
	const struct plan_vm *lin = &p->vms[VM_LINUX], *rtos = &p->vms[VM_RTOS];

	assert_int_equal(p->nr_vms, 2);
	assert_int_equal(lin->nr_vcpus, 2);
	assert_int_equal(lin->vcpu_cpu[0], 0);
	assert_int_equal(lin->vcpu_cpu[1], 1);
	assert_int_equal(rtos->vcpu_cpu[0], 2);
	assert_int_equal(p->cpus[3].vm, PLAN_NO_VM);
	assert_int_equal(lin->gic_version, 3);

	/* The RTC and its clock. */
	assert_int_equal(lin->nr_grants, 2);
	assert_int_equal(lin->grants[0].node, N_CLOCK);
	assert_int_equal(lin->grants[0].kind, PLAN_GRANT_COPY);
	assert_string_equal(lin->grants[0].reason, "a fixed clock of /pl031@9010000");
	assert_int_equal(lin->grants[1].node, N_RTC);
	assert_int_equal(lin->grants[1].kind, PLAN_GRANT_OWN);
	assert_string_equal(lin->grants[1].reason, "named in passthrough");
	assert_int_equal(lin->nr_irqs, 1);
	assert_int_equal(lin->irqs[0].intid, 34);
	assert_int_equal(lin->irqs[0].node, N_RTC);

	/* Memory: blocks of 512 MiB and 32 MiB are possible. */
	assert_int_equal(lin->nr_regions, 2);
	assert_int_equal(lin->regions[0].kind, PLAN_REGION_DEVICE);
	assert_int_equal(lin->regions[0].ipa.v, 0x09010000);
	assert_int_equal(lin->regions[0].size, 0x1000);
	assert_int_equal(lin->regions[1].ipa.v, 0x40000000);
	assert_int_equal(lin->regions[1].pa.v, 0x60000000);
	assert_int_equal(lin->regions[1].size, MIB(512));
	assert_int_equal(rtos->regions[0].ipa.v, 0x40000000);
	assert_int_equal(rtos->regions[0].pa.v, 0x42000000);

	assert_int_equal(lin->frames.gicd.base, 0x08000000);
	assert_int_equal(lin->frames.gicd.size, 0x10000);
	assert_int_equal(lin->frames.gicr.base, 0x080a0000);
	assert_int_equal(lin->frames.gicr.size, 0x40000);
	assert_int_equal(lin->frames.uart.base, 0x09000000);
	assert_int_equal(lin->frames.uart.size, 0x1000);
	assert_int_equal(lin->frames.uart_intid, 33);
	assert_int_equal(lin->nr_intids, 64);

	/* Images: the kernel at the beginning, the ramdisk behind it, the DTB on the next 2 MiB. */
	assert_int_equal(lin->kernel.ipa.v, 0x40000000);
	assert_int_equal(lin->kernel.pa.v, 0x60000000);
	assert_int_equal(lin->kernel.size, MIB(33));
	assert_int_equal(lin->kernel.mem_size, MIB(34));
	assert_int_equal(lin->entry.v, 0x40000000);
	assert_int_equal(lin->ramdisk.ipa.v, 0x40000000 + MIB(34));
	assert_int_equal(lin->dtb.v, 0x40000000 + MIB(36));
	assert_int_equal(lin->dtb_pa.v, 0x60000000 + MIB(36));
	assert_int_equal(lin->dtb_room, MIB(2));
	assert_int_equal(rtos->entry.v, 0x40000000);
	assert_int_equal(rtos->ramdisk.image, SYSTEM_NO_IMAGE);
	assert_int_equal(rtos->dtb.v, 0x40200000);

	/* Stage 2. */
	assert_int_equal(lin->stage2.granule_shift, 12);
	assert_int_equal(lin->stage2.ipa_bits, 32);
	assert_int_equal(lin->stage2.start_level, 2);
	assert_int_equal(lin->stage2.root_pages, 4);
	assert_string_equal(lin->stage2.granule_reason, "/pl031@9010000 at 0x9010000 (4 KiB) does not fill whole 64 KiB frames; stage2-granule = <65536> would map them whole");
	assert_int_equal(lin->stage2.table_pages, 5); /* the root, and level 3 for the RTC */
	assert_int_equal(rtos->stage2.granule_shift, 16);
	assert_int_equal(rtos->stage2.start_level, 2);
	assert_int_equal(rtos->stage2.table_pages, 2);

	/* The pool next to the hypervisor. */
	assert_int_equal(p->pool.base, align_down(0x40200000 - p->pool.size, KIB(64)));
	assert_true(p->pool.size > 4 * PLAN_BYTES_PER_CPU + 6 * 4096 && p->pool.size < KIB(512));
	free(f);
}

static void test_uart_moves(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	/* Devices in the places of all three emulated frames, with interrupts 33 and 34. */
	fixture_device(f, N_CLKC, N_ROOT, "/at-gicd", NULL, 0x08000800, 0x100, 33);
	fixture_device(f, N_BUS_A, N_ROOT, "/at-uart", NULL, 0x09000000, 0x1000, 34);
	fixture_device(f, N_BUS_A_PART, N_ROOT, "/at-gicr", NULL, 0x080b0000, 0x1000, 0);
	f->nodes[N_UART].enabled = f->nodes[N_GIC].enabled = false;
	f->host.console.present = false;
	f->host.gic.dist = (struct mem_range){ 0 };
	f->host.gic.nr_redist = 0;
	f->nodes[N_ITS].enabled = false;
	fixture_pass(f, VM_RTOS, "/at-gicd");
	fixture_pass(f, VM_RTOS, "/at-uart");
	fixture_pass(f, VM_RTOS, "/at-gicr");

	const struct plan_vm *rtos = &must_plan(f)->vms[VM_RTOS];

	assert_int_equal(rtos->frames.gicd.base, 0x08010000);
	assert_int_equal(rtos->frames.gicr.base, 0x080c0000);
	assert_int_equal(rtos->frames.uart.base, 0x09010000);
	assert_int_equal(rtos->frames.uart_intid, 35);
	free(f);
}

static void test_no_console(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->vms[VM_RTOS].console = false;

	const struct plan_vm *rtos = &must_plan(f)->vms[VM_RTOS];

	assert_int_equal(rtos->frames.uart.size, 0);
	assert_int_equal(rtos->nr_intids, 64);
	free(f);
}

static void test_identity(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->vms[VM_LINUX].memory_identity = f->vms[VM_LINUX].dma_without_iommu = true;
	fixture_pass(f, VM_LINUX, "/virtio_mmio@a000000");
	fixture_pass(f, VM_LINUX, "/virtio_mmio@a000200");
	f->ranges[VM_RTOS][0].has_pa = true;
	f->ranges[VM_RTOS][0].pa = 0x44000000;

	const struct plan *p = must_plan(f);
	const struct plan_vm *lin = &p->vms[VM_LINUX];

	/* Both transports in one page: one region. RAM where 512 MiB are left, and congruent because it is the same. */
	assert_int_equal(lin->nr_regions, 2);
	assert_int_equal(lin->regions[0].ipa.v, 0x0a000000);
	assert_int_equal(lin->regions[0].size, 0x1000);
	assert_int_equal(lin->nr_irqs, 2);
	assert_int_equal(lin->regions[1].ipa.v, lin->regions[1].pa.v);
	assert_int_equal(lin->kernel.ipa.v, align_up(lin->regions[1].ipa.v, MIB(2)));
	assert_int_equal(p->vms[VM_RTOS].regions[0].pa.v, 0x44000000);
	assert_int_equal(p->vms[VM_RTOS].regions[0].ipa.v, 0x40000000);
	free(f);
}

static void test_identity_at_emulated_frames(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	/* RAM from 0 on, as many boards have it, and nothing but RAM below 1 GiB: the frames have to go elsewhere. */
	f->ram[0] = (struct mem_range){ 0, MIB(512) };
	f->nodes[N_MEMORY].enabled = false;
	f->host.gic.dist.base = 0x78000000;
	f->host.gic.redist[0].base = 0x780a0000;
	f->in.hypervisor = (struct mem_range){ MIB(2), MIB(2) };
	f->in.system_file = (struct mem_range){ MIB(500), MIB(1) };
	f->in.host_dtb = (struct mem_range){ MIB(502), MIB(1) };
	f->vms[VM_LINUX].memory_identity = true;
	f->ranges[VM_LINUX][0].size = MIB(256);

	const struct plan_vm *lin = &must_plan(f)->vms[VM_LINUX];

	assert_true(lin->regions[0].ipa.v <= 0x08000000);
	assert_true(lin->frames.gicd.base >= lin->regions[0].ipa.v + MIB(256));
	free(f);
}

static void test_several_ranges(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	/* As for U-Boot: flash at 64 MiB, memory at the usual place, a third range with no address, the DTB at the beginning of memory. */
	f->vms[VM_LINUX].nr_memory = 3;
	f->ranges[VM_LINUX][0] = (struct memory_config){ .size = KIB(512), .has_ipa = true, .ipa = 0x04000000 };
	f->ranges[VM_LINUX][1] = (struct memory_config){ .size = MIB(128), .has_ipa = true, .ipa = 0x40000000 };
	f->ranges[VM_LINUX][2] = (struct memory_config){ .size = MIB(64) };
	f->vms[VM_LINUX].has_fdt_address = true;
	f->vms[VM_LINUX].fdt_address = 0x40000000;

	const struct plan_vm *vm = &must_plan(f)->vms[VM_LINUX];

	assert_int_equal(vm->nr_regions, 3);
	assert_int_equal(vm->regions[0].ipa.v, 0x04000000);
	assert_int_equal(vm->regions[1].ipa.v, 0x40000000);
	assert_int_equal(vm->regions[2].ipa.v, 0x48000000);
	assert_int_equal(vm->dtb.v, 0x40000000);
	assert_int_equal(vm->dtb_room, MIB(2));
	assert_int_equal(vm->kernel.ipa.v, 0x40200000); /* the first that is long enough, around the DTB */
	free(f);
}

static void test_text_offset_and_old_kernels(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->images[IMG_LINUX].arm64_offset = 0x80000;
	assert_int_equal(must_plan(f)->vms[VM_LINUX].kernel.ipa.v, 0x40080000);
	free(f);

	f = fixture_new();
	f->images[IMG_LINUX].arm64_size = 0;
	f->images[IMG_LINUX].arm64_offset = 0x1234; /* means nothing then */

	const struct plan_vm *vm = &must_plan(f)->vms[VM_LINUX];

	assert_int_equal(vm->kernel.ipa.v, 0x40080000);
	assert_int_equal(vm->kernel.mem_size, MIB(33));
	free(f);
}

static void test_small_vm(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	/* No second multiple of 2 MiB in it: the DTB goes to one of 64 KiB. */
	f->ranges[VM_RTOS][0].size = KIB(256);

	const struct plan_vm *vm = &must_plan(f)->vms[VM_RTOS];

	assert_int_equal(vm->dtb.v, 0x40020000);
	assert_int_equal(vm->dtb_room, KIB(128));
	free(f);
}

static void test_large_memory_takes_gib_blocks(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->ram[0].size = GIB(8);
	f->ranges[VM_LINUX][0].size = GIB(2);
	f->vms[VM_LINUX].stage2_granule = 4096;

	const struct plan_vm *vm = &must_plan(f)->vms[VM_LINUX];

	assert_int_equal(vm->regions[0].pa.v % GIB(1), vm->regions[0].ipa.v % GIB(1));
	assert_int_equal(vm->stage2.table_pages, vm->stage2.root_pages);
	free(f);
}

static void test_tight_board(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	/* 512 MiB at 512 MiB would leave no room for 400 MiB; packed with less alignment both fit. */
	f->ram[0] = (struct mem_range){ 0x50000000, GIB(1) };
	f->regs[N_MEMORY] = f->ram[0];
	f->in.hypervisor.base = 0x50200000;
	f->in.system_file = (struct mem_range){ 0x50400000, MIB(8) };
	f->in.host_dtb = (struct mem_range){ 0x50c00000, MIB(1) };
	f->ranges[VM_RTOS][0].size = MIB(480);
	must_plan(f);
	free(f);
}

static void test_fixed_pa_is_congruent(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->ranges[VM_RTOS][0].has_pa = true;
	f->ranges[VM_RTOS][0].pa = 0x70010000;
	f->images[IMG_RTOS].load = f->images[IMG_RTOS].entry = 0x40010000;

	const struct plan_vm *vm = &must_plan(f)->vms[VM_RTOS];

	assert_int_equal(vm->regions[0].pa.v, 0x70010000);
	assert_int_equal(vm->regions[0].ipa.v, 0x40010000);
	free(f);
}

static void test_chosen_pa_is_congruent(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->ranges[VM_RTOS][0].has_ipa = true;
	f->ranges[VM_RTOS][0].ipa = 0x40110000;
	f->images[IMG_RTOS].load = f->images[IMG_RTOS].entry = 0x40110000;

	const struct plan_vm *vm = &must_plan(f)->vms[VM_RTOS];

	assert_int_equal(vm->regions[0].ipa.v, 0x40110000);
	assert_int_equal(vm->regions[0].pa.v % MIB(32), 0x40110000 % MIB(32));
	free(f);
}

static void test_pool_holds_everything(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	struct plan *p = must_plan(f);
	uint64_t sum = 4 * PLAN_BYTES_PER_CPU, tables = 0;

	for (uint32_t v = 0; v < p->nr_vms; v++) {
		const struct plan_vm *vm = &p->vms[v];

		assert_true(vm->dtb_max >= 4096);
		sum += PLAN_BYTES_PER_VM + vm->nr_vcpus * PLAN_BYTES_PER_VCPU + vm->nr_intids * PLAN_BYTES_PER_INTID + vm->dtb_max;
		tables += (uint64_t)vm->stage2.table_pages << vm->stage2.granule_shift;
	}
	assert_in_range(plan_table_bytes(p), tables, tables + KIB(64)); /* roots may need to be aligned */
	sum += plan_table_bytes(p);
	assert_in_range(p->pool.size, sum, sum + KIB(8));
	free(f);
}

/* More vCPUs than CPUs, and a CPU of two VMs: round and round, and every VM with a shared CPU has stolen-time pages at the pool's end. */
static void test_shared_cpus(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->system.nr_vms = 3;
	f->vms[VM_LINUX].nr_vcpus = 5;
	f->vm_cpus[VM_RTOS][0] = 1;
	f->vms[VM_LINUX].stage2_granule = 4096;
	f->vms[VM_RTOS].stage2_granule = 65536;

	struct plan *p = must_plan(f);
	const struct plan_vm *lin = &p->vms[VM_LINUX], *rtos = &p->vms[VM_RTOS], *third = &p->vms[VM_THIRD];
	uint64_t private_end = plan_private_pool(p).base + plan_private_pool(p).size;

	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(lin->vcpu_cpu[i], i % 2);
	assert_int_equal(p->cpus[0].nr_vcpus, 3);
	assert_int_equal(p->cpus[1].nr_vcpus, 3);
	assert_int_equal(p->cpus[1].vm, VM_LINUX);
	assert_int_equal(p->cpus[2].vm, PLAN_NO_VM);
	assert_int_equal(p->cpus[3].nr_vcpus, 1);
	assert_false(plan_cpu_is_shared(&p->cpus[3]));
	assert_int_equal(lin->pv_time.base, 0x090a0000);
	assert_int_equal(lin->pv_time.size, 5 * 64);
	assert_int_equal(rtos->pv_time.size, 64);
	assert_int_equal(third->pv_time.size, 0);
	/* The 64 KiB page first. */
	assert_int_equal(p->pv_time.base, private_end);
	for (uint32_t i = 0; i < rtos->nr_regions; i++)
		if (rtos->regions[i].kind == PLAN_REGION_PV_TIME)
			assert_int_equal(rtos->regions[i].pa.v, private_end);
	for (uint32_t i = 0; i < lin->nr_regions; i++)
		if (lin->regions[i].kind == PLAN_REGION_PV_TIME)
			assert_int_equal(lin->regions[i].pa.v, private_end + KIB(64));
	free(f);
}

/* What the pool has for CPUs, VMs and vCPUs that share, beyond what it has for others. */
static void test_pool_holds_sharers(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->system.nr_vms = 3;
	for (unsigned v = 0; v < 3; v++) {
		f->vms[v].nr_vcpus = 128;
		f->vms[v].nr_cpus = 1;
		f->vm_cpus[v][0] = 0;
		f->vms[v].stage2_granule = 4096;
	}

	struct plan *p = must_plan(f);
	uint64_t sum = 4 * PLAN_BYTES_PER_CPU + PLAN_BYTES_PER_SHARED_CPU + 3 * PLAN_BYTES_PER_SHARER + 3 * 128 * PLAN_BYTES_PER_SHARED_VCPU;

	for (uint32_t v = 0; v < p->nr_vms; v++) {
		const struct plan_vm *vm = &p->vms[v];

		sum += PLAN_BYTES_PER_VM + vm->nr_vcpus * PLAN_BYTES_PER_VCPU + align_up(vm->nr_intids * PLAN_BYTES_PER_INTID, 4096) + vm->dtb_max;
		sum += ((uint64_t)vm->stage2.table_pages + vm->stage2.root_pages) << vm->stage2.granule_shift;
	}
	assert_int_equal(plan_private_pool(p).size, align_up(sum, KIB(64)));
	assert_int_equal(p->pv_time.size, 3 * KIB(8));
	free(f);
}

/* A device where the stolen time would be: it moves. 128 redistributors go where there is room for them. */
static void test_many_vcpus(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->vms[VM_LINUX].nr_vcpus = 128;
	f->regs[N_RTC].base = 0x090a0000;
	fixture_pass(f, VM_LINUX, "/pl031@9010000");

	const struct plan_vm *lin = &must_plan(f)->vms[VM_LINUX];

	assert_int_equal(lin->nr_vcpus, 128);
	assert_int_equal(lin->frames.gicr.size, MIB(16));
	assert_true(lin->frames.gicr.base > 0x090a0000 && lin->frames.gicr.base + MIB(16) <= 0x40000000);
	assert_int_equal(lin->pv_time.base, 0x090b0000);
	assert_int_equal(lin->pv_time.size, KIB(8));
	free(f);
}

static void test_granule(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->vms[VM_RTOS].stage2_granule = 4096;
	assert_int_equal(must_plan(f)->vms[VM_RTOS].stage2.granule_shift, 12);
	free(f);

	f = fixture_new();
	f->in.granule64_ok = false;

	struct plan *p = must_plan(f);

	assert_int_equal(p->vms[VM_RTOS].stage2.granule_shift, 12);
	assert_non_null(strstr(p->vms[VM_RTOS].stage2.granule_reason, "no 64 KiB granule"));
	free(f);

	f = fixture_new();
	f->ranges[VM_RTOS][0].size = KIB(1028);
	p = must_plan(f);
	assert_int_equal(p->vms[VM_RTOS].stage2.granule_shift, 12);
	assert_non_null(strstr(p->vms[VM_RTOS].stage2.granule_reason, "0x40000000"));
	free(f);

	/* Whole frames, but not on frame boundaries. */
	f = fixture_new();
	f->ranges[VM_RTOS][0].has_ipa = true;
	f->ranges[VM_RTOS][0].ipa = 0x40001000;
	f->images[IMG_RTOS].load = f->images[IMG_RTOS].entry = 0x40001000;
	assert_int_equal(must_plan(f)->vms[VM_RTOS].stage2.granule_shift, 12);
	free(f);

	/* A device that fills 64 KiB frames leaves the choice; one of 4 KiB that is alone in its frame can be forced to it. */
	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/big@a100000");
	assert_int_equal(must_plan(f)->vms[VM_RTOS].stage2.granule_shift, 16);
	free(f);

	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/pl061@9030000");
	f->vms[VM_RTOS].stage2_granule = 65536;
	p = must_plan(f);
	assert_int_equal(p->vms[VM_RTOS].regions[0].size, 0x10000);
	assert_int_equal(p->vms[VM_RTOS].stage2.granule_shift, 16);
	free(f);
}

/* What auto names is what stands in the way; a disabled device does too. What the other granule would take is told where it could be had. */
static void test_granule_reason(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	const struct plan_vm *vm;

	fixture_pass(f, VM_LINUX, "/pl031@9010000");
	fixture_pass(f, VM_LINUX, "/pl061@9030000");
	vm = &must_plan(f)->vms[VM_LINUX];
	assert_non_null(strstr(vm->stage2.granule_reason, "/pl031@9010000 at 0x9010000 (4 KiB) does not fill"));
	assert_int_equal(vm->stage2_other.granule_shift, 16);
	assert_int_equal(vm->stage2_other.table_pages, 2);
	assert_int_equal(vm->stage2_other.start_level, 2);
	vm = &must_plan(f)->vms[VM_RTOS];
	assert_int_equal(vm->stage2.granule_shift, 16);
	assert_int_equal(vm->stage2_other.granule_shift, 12);
	assert_int_equal(vm->stage2_other.table_pages, 4);
	free(f);

	f = fixture_new();
	fixture_pass(f, VM_LINUX, "/pl031@9010000");
	fixture_pass(f, VM_LINUX, "/pl061@9030000");
	f->regs[N_SECURE].base = 0x09038000;
	vm = &must_plan(f)->vms[VM_LINUX];
	assert_string_equal(vm->stage2.granule_reason, "/pl061@9030000 at 0x9030000 (4 KiB) shares its 64 KiB frames with /pl011@9040000");
	assert_int_equal(vm->stage2_other.table_pages, 0);
	free(f);

	/* Two of the VM's own in one frame are no strangers to each other. */
	f = fixture_new();
	fixture_pass(f, VM_LINUX, "/pl031@9010000");
	fixture_pass(f, VM_LINUX, "/pl061@9030000");
	f->regs[N_GPIO].base = 0x09018000;
	vm = &must_plan(f)->vms[VM_LINUX];
	assert_non_null(strstr(vm->stage2.granule_reason, "would map them whole"));
	assert_int_equal(vm->stage2_other.table_pages, 2);
	free(f);
}

static void test_high_intid(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	fixture_pass(f, VM_RTOS, "/big@a100000");
	assert_int_equal(must_plan(f)->vms[VM_RTOS].nr_intids, 128);
	free(f);

	f = fixture_new();
	f->irqs[N_BIG].intid = 1019;
	fixture_pass(f, VM_RTOS, "/big@a100000");
	assert_int_equal(must_plan(f)->vms[VM_RTOS].nr_intids, 1024);
	free(f);
}

static void test_same_plan_twice(void **state)
{
	(void)state;
	struct fixture *a = fixture_new(), *b = fixture_new();
	struct plan *pa = must_plan(a), *pb = must_plan(b);

	assert_int_equal(pa->pool.base, pb->pool.base);
	assert_int_equal(pa->pool.size, pb->pool.size);
	for (uint32_t v = 0; v < 2; v++)
		assert_memory_equal(pa->vms[v].regions, pb->vms[v].regions, pa->vms[v].nr_regions * sizeof(struct plan_region));
	free(a);
	free(b);
}

static const struct plan_region *gicv_region(const struct plan_vm *vm)
{
	for (uint32_t i = 0; i < vm->nr_regions; i++)
		if (vm->regions[i].node == N_GIC)
			return &vm->regions[i];
	return NULL;
}

/* What each board gives a VM that says nothing, and one that wants a GICv2. */
static void test_gic_versions(void **state)
{
	(void)state;
	static const struct {
		unsigned host, wanted, version;
		uint64_t gicv_size;
		enum plan_gic gic;
		const char *reason;
		uint64_t window; /* 0: none */
	} cases[] = {
		{ 3, 0, 3, 0, PLAN_GIC_V3, "the board has a GICv3", 0 },
		{ 3, 3, 3, 0x2000, PLAN_GIC_V3, "gic-version = <3>", 0 },
		{ 3, 2, 2, 0, PLAN_GIC_V2_SOFTWARE, "the board's GICv3 has no virtual CPU interface (GICV)", 0 },
		{ 3, 2, 2, 0x1000, PLAN_GIC_V2_SOFTWARE, "the board's GICv3 has no virtual CPU interface (GICV)", 0 },
		{ 3, 2, 2, 0x2000, PLAN_GIC_V2_GICV, "the board's GIC has a virtual CPU interface (GICV)", 0x08040000 },
		{ 2, 0, 2, 0x2000, PLAN_GIC_V2_GICV, "the board's GIC has a virtual CPU interface (GICV)", 0x08040000 },
		{ 2, 2, 2, 0x10000, PLAN_GIC_V2_GICV, "the board's GIC has a virtual CPU interface (GICV)", 0x08040000 },
		/* Its pages are 64 KiB apart. */
		{ 2, 0, 2, 0x20000, PLAN_GIC_V2_GICV, "the board's GIC has a virtual CPU interface (GICV)", 0x08040000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fixture *f = fixture_new();

		f->host.gic.version = cases[i].host;
		f->host.gic.vcpu = (struct mem_range){ 0x08040000, cases[i].gicv_size };
		for (unsigned v = 0; v < 2; v++)
			f->vms[v].gic_version = cases[i].wanted;

		struct plan *p = must_plan(f);

		for (unsigned v = 0; v < 2; v++) {
			const struct plan_vm *vm = &p->vms[v];
			const struct plan_region *r = gicv_region(vm);

			assert_int_equal(vm->gic_version, cases[i].version);
			assert_int_equal(vm->gic, cases[i].gic);
			assert_string_equal(vm->gic_reason, cases[i].reason);
			assert_int_equal(vm->frames.gicd.base, 0x08000000);
			assert_int_equal(vm->frames.gicc.base, vm->gic == PLAN_GIC_V3 ? 0 : 0x08010000);
			assert_int_equal(r ? r->pa.v : 0, cases[i].window);
			assert_int_equal(r ? r->size : KIB(4), KIB(4));
			assert_int_equal(vm->stage2.granule_shift, r ? 12 : 16);
		}
		free(f);
	}
}

/* The CPU interface's place is taken: it moves, and its window with it. */
static void test_gicc_moves(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->host.gic.vcpu = (struct mem_range){ 0x08040000, 0x2000 };
	f->vms[VM_RTOS].gic_version = 2;
	f->ranges[VM_RTOS][1] = (struct memory_config){ .size = KIB(64), .has_ipa = true, .ipa = 0x08010000 };
	f->vms[VM_RTOS].nr_memory = 2;

	struct plan *p = must_plan(f);

	assert_int_equal(p->vms[VM_RTOS].frames.gicc.base, 0x08020000);
	assert_int_equal(gicv_region(&p->vms[VM_RTOS])->ipa.v, 0x08020000);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_vms), cmocka_unit_test(test_uart_moves), cmocka_unit_test(test_no_console), cmocka_unit_test(test_identity),
		cmocka_unit_test(test_identity_at_emulated_frames), cmocka_unit_test(test_several_ranges), cmocka_unit_test(test_text_offset_and_old_kernels),
		cmocka_unit_test(test_small_vm), cmocka_unit_test(test_large_memory_takes_gib_blocks), cmocka_unit_test(test_tight_board),
		cmocka_unit_test(test_fixed_pa_is_congruent), cmocka_unit_test(test_shared_cpus), cmocka_unit_test(test_pool_holds_sharers), cmocka_unit_test(test_many_vcpus), cmocka_unit_test(test_granule), cmocka_unit_test(test_granule_reason), cmocka_unit_test(test_high_intid),
		cmocka_unit_test(test_gic_versions), cmocka_unit_test(test_gicc_moves),
		cmocka_unit_test(test_same_plan_twice), cmocka_unit_test(test_chosen_pa_is_congruent), cmocka_unit_test(test_pool_holds_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
