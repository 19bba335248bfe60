/* SPDX-License-Identifier: Apache-2.0 */
/* The closure of a device: what goes with it, and why it cannot be given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plan_fixture.h"

static void expect_one(struct fixture *f, enum finding_code code, const char *word1, const char *word2)
{
	assert_null(plan_make(&f->in));
	for (const struct finding *i = f->findings.first; i && (f->findings.count != 1 || i->code != code); i = i->next)
		print_message("%s: %s\n", findings_code_name(i->code), i->text);
	assert_int_equal(f->findings.count, 1);
	assert_string_equal(findings_code_name(f->findings.first->code), findings_code_name(code));
	if (!strstr(f->findings.first->text, word1) || !strstr(f->findings.first->text, word2))
		fail_msg("'%s' lacks '%s' or '%s'", f->findings.first->text, word1, word2);
	free(f);
}

static void refused(const char *path, enum finding_code code, const char *word1, const char *word2)
{
	struct fixture *f = fixture_new();

	fixture_pass(f, VM_RTOS, path);
	expect_one(f, code, word1, word2);
}

static void test_missing(void **state)
{
	(void)state;
	refused("/pl031@9010001", FINDING_DEVICE_MISSING, "/vms/rtos: passthrough", "did you mean '/pl031@9010000'?");
	refused("/pl031", FINDING_DEVICE_MISSING, "'/pl031'", "did you mean '/pl031@9010000'?");
	refused("a@b000000", FINDING_DEVICE_MISSING, "'a@b000000'", "did you mean '/soc/a@b000000'?");
	refused("/nothing/like/that", FINDING_DEVICE_MISSING, "'/nothing/like/that'", "give a path, an alias or a label");
	refused("", FINDING_DEVICE_MISSING, "''", "");
	refused("/pl011@9040000", FINDING_DEVICE_MISSING, "/pl011@9040000", "disabled");
}

static void test_owned(void **state)
{
	(void)state;
	refused("/intc@8000000", FINDING_DEVICE_OWNED, "/intc@8000000 is the interrupt controller", "/vms/rtos");
	refused("/intc@8000000/its@8080000", FINDING_DEVICE_OWNED, "its@8080000", "interrupt controller");
	refused("/pl011@9000000", FINDING_DEVICE_OWNED, "/pl011@9000000 is the console", "");
	refused("/timer", FINDING_DEVICE_OWNED, "timer", "");
	refused("/psci", FINDING_DEVICE_OWNED, "firmware", "");
	refused("/cpus", FINDING_DEVICE_OWNED, "CPUs", "");
	refused("/cpus/cpu@3", FINDING_DEVICE_OWNED, "/cpus/cpu@3", "CPUs");
	refused("/memory@40000000", FINDING_DEVICE_OWNED, "memory", "");
	refused("/smmu@9160000", FINDING_DEVICE_OWNED, "/smmu@9160000", "IOMMU");
	refused("/", FINDING_DEVICE_OWNED, "whole board", "");
}

static void test_taken(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	fixture_pass(f, VM_LINUX, "/pl061@9030000");
	fixture_pass(f, VM_RTOS, "/pl061@9030000");
	expect_one(f, FINDING_DEVICE_TAKEN, "/vms/rtos: passthrough: /pl061@9030000", "/vms/linux");

	f = fixture_new();
	fixture_pass(f, VM_LINUX, "/pl061@9030000");
	fixture_pass(f, VM_LINUX, "/pl061@9030000");
	expect_one(f, FINDING_DEVICE_TAKEN, "/vms/linux: passthrough: /pl061@9030000", "twice");

	/* Part of what another VM has. */
	f = fixture_new();
	fixture_pass(f, VM_LINUX, "/soc");
	fixture_pass(f, VM_RTOS, "/soc/a@b000000/part@800");
	expect_one(f, FINDING_DEVICE_TAKEN, "/vms/rtos: passthrough: /soc/a@b000000/part@800", "/vms/linux");
}

static void test_page_shared(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	fixture_pass(f, VM_RTOS, "/virtio_mmio@a000000");
	f->vms[VM_RTOS].memory_identity = f->vms[VM_RTOS].dma_without_iommu = true;
	f->images[IMG_RTOS].has_load = false;
	f->images[IMG_RTOS].kind = IMAGE_ARM64;
	expect_one(f, FINDING_DEVICE_PAGE_SHARED, "/virtio_mmio@a000000 share the 4 KiB at 0xa000000 with /virtio_mmio@a000200:", "both");

	refused("/soc/a@b000000/part@800", FINDING_DEVICE_PAGE_SHARED, "part@800", "with /soc/a@b000000:");

	/* In 64 KiB frames there are more neighbours. */
	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/pl061@9030000");
	f->vms[VM_RTOS].stage2_granule = 65536;
	f->regs[N_RTC].base = 0x0903f000;
	f->regs[N_BIG] = (struct mem_range){ 0x09038000, 0x1000 };
	expect_one(f, FINDING_DEVICE_PAGE_SHARED, "/pl061@9030000 share the 64 KiB at 0x9030000 with /pl031@9010000 and 1 more", "all");

	/* Where no node tells of it. */
	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/big@a100000");
	f->regs[N_BIG].base = 0x7fff0000;
	f->nodes[N_MEMORY].enabled = false;
	expect_one(f, FINDING_DEVICE_PAGE_SHARED, "/big@a100000", "RAM");

	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/big@a100000");
	f->regs[N_BIG].base = 0x080b0000;
	f->nodes[N_ITS].enabled = false;
	expect_one(f, FINDING_DEVICE_PAGE_SHARED, "/big@a100000", "interrupt controller");
}

static void test_disabled_neighbour(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	f->nodes[N_VIRTIO1].enabled = f->nodes[N_VIRTIO0].dma = false;
	fixture_pass(f, VM_RTOS, "/virtio_mmio@a000000");
	assert_non_null(plan_make(&f->in));
	free(f);
}

static void test_registers(void **state)
{
	(void)state;
	struct fixture *f;

	refused("/bad-reg@9190000", FINDING_UNSUPPORTED, "/bad-reg@9190000", "reg");

	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/big@a100000");
	f->regs[N_BIG] = (struct mem_range){ UINT64_MAX - 100, 100 };
	expect_one(f, FINDING_UNSUPPORTED, "/big@a100000", "48");
}

static void test_interrupts(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	fixture_pass(f, VM_LINUX, "/pl031@9010000");
	fixture_pass(f, VM_RTOS, "/same-irq@9120000");
	expect_one(f, FINDING_IRQ_TAKEN, "/vms/rtos: passthrough: interrupt 34 of /same-irq@9120000", "/pl031@9010000 too, which /vms/linux has");

	refused("/console-irq@9180000", FINDING_IRQ_TAKEN, "interrupt 33 of /console-irq@9180000", "console");
	refused("/ppi@9130000", FINDING_IRQ_RANGE, "/ppi@9130000 has interrupt 20", "SPI");
	refused("/bad-irq@9140000", FINDING_IRQ_RANGE, "/bad-irq@9140000", "DTB");

	f = fixture_new();
	f->irqs[N_BIG].intid = 1020;
	fixture_pass(f, VM_RTOS, "/big@a100000");
	expect_one(f, FINDING_IRQ_RANGE, "interrupt 1020", "");

	/* One line for two devices of one VM is one interrupt. */
	f = fixture_new();
	fixture_pass(f, VM_LINUX, "/same-irq@9120000");
	fixture_pass(f, VM_LINUX, "/pl031@9010000");

	struct plan *p = plan_make(&f->in);

	assert_non_null(p);
	assert_int_equal(p->vms[VM_LINUX].nr_irqs, 1);
	assert_int_equal(p->vms[VM_LINUX].irqs[0].intid, 34);
	free(f);
}

static void test_providers(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	const struct plan_vm *vm;

	/* What nothing else needs comes along, with its registers and interrupts. */
	fixture_pass(f, VM_RTOS, "/clocked@9110000");
	fixture_pass(f, VM_LINUX, "/gpio-keys");
	vm = plan_make(&f->in)->vms;
	assert_int_equal(vm[VM_RTOS].nr_grants, 2);
	assert_int_equal(vm[VM_RTOS].grants[0].node, N_CLKC);
	assert_int_equal(vm[VM_RTOS].grants[0].kind, PLAN_GRANT_OWN);
	assert_string_equal(vm[VM_RTOS].grants[0].reason, "needed by nothing but this VM's devices: by /clocked@9110000");
	assert_int_equal(vm[VM_RTOS].nr_regions, 3);
	assert_int_equal(vm[VM_LINUX].irqs[0].intid, 39);
	free(f);

	/* Another node needs it: one of nobody, one of the hypervisor, one of another VM. */
	f = fixture_new();
	fixture_ref(f, N_BIG, N_CLKC, REF_CLOCK, "clocks");
	fixture_pass(f, VM_RTOS, "/clocked@9110000");
	expect_one(f, FINDING_DEVICE_PROVIDER, "/clocked@9110000 needs the clock /clock-controller@9100000 (clocks), which /big@a100000 needs too", "passthrough too");
	f = fixture_new();
	fixture_ref(f, N_UART, N_CLKC, REF_CLOCK, "clocks");
	fixture_pass(f, VM_RTOS, "/clocked@9110000");
	expect_one(f, FINDING_DEVICE_PROVIDER, "which /pl011@9000000 needs too, the console", "does not give it away");
	f = fixture_new();
	fixture_ref(f, N_BIG, N_CLKC, REF_CLOCK, "clocks");
	fixture_pass(f, VM_LINUX, "/big@a100000");
	fixture_pass(f, VM_LINUX, "/clock-controller@9100000");
	fixture_pass(f, VM_RTOS, "/clocked@9110000");
	expect_one(f, FINDING_DEVICE_PROVIDER, "/clocked@9110000 needs /clock-controller@9100000 (clocks), which is another VM's", "");
	/* If that is this VM's too, all is well. */
	f = fixture_new();
	fixture_ref(f, N_BIG, N_CLKC, REF_CLOCK, "clocks");
	fixture_pass(f, VM_RTOS, "/big@a100000");
	fixture_pass(f, VM_RTOS, "/clocked@9110000");
	assert_non_null(plan_make(&f->in));
	free(f);

	/* A chain of which only the end is shared: what is behind the refused one is told of no more. */
	f = fixture_new();
	fixture_ref(f, N_CLKC, N_I2C, REF_SUPPLY, "vdd-supply");
	fixture_ref(f, N_BIG, N_I2C, REF_SUPPLY, "vdd-supply");
	fixture_pass(f, VM_RTOS, "/clocked@9110000");
	expect_one(f, FINDING_DEVICE_PROVIDER, "/clock-controller@9100000 needs the supply /i2c@9150000 (vdd-supply), which /big@a100000 needs too", "");

	/* What is named itself needs no proof of that, unless the hypervisor needs it. */
	f = fixture_new();
	fixture_ref(f, N_UART, N_CLKC, REF_CLOCK, "clocks");
	fixture_pass(f, VM_RTOS, "/clock-controller@9100000");
	expect_one(f, FINDING_DEVICE_OWNED, "/clock-controller@9100000 is needed by /pl011@9000000, the console", "provider-own");

	f = fixture_new();
	refused("/i2c@9150000/rtc@68", FINDING_DEVICE_PROVIDER, "/i2c@9150000/rtc@68", "only through /i2c@9150000");

	/* A provider that the VM has as well is no problem, in whatever order they are named. */
	fixture_pass(f, VM_RTOS, "/clocked@9110000");
	fixture_pass(f, VM_RTOS, "/clock-controller@9100000");
	assert_non_null(plan_make(&f->in));
	free(f);

	/* Copies, and what copies need. */
	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/factored@91a0000");
	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_int_equal(vm->nr_grants, 3);
	assert_int_equal(vm->grants[0].node, N_CLOCK);
	assert_int_equal(vm->grants[0].kind, PLAN_GRANT_COPY);
	assert_string_equal(vm->grants[0].reason, "a fixed clock of /factor");
	assert_int_equal(vm->grants[1].node, N_FACTOR);
	assert_int_equal(vm->grants[2].node, N_FACTORED);
	assert_int_equal(vm->nr_regions, 2); /* copies bring no registers */
	free(f);

	/* What a copy is part of is described with it, and what that refers to is needed. */
	f = fixture_new();
	f->nodes[N_FACTOR].parent = N_KEYS;
	fixture_pass(f, VM_RTOS, "/factored@91a0000");
	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_int_equal(vm->nr_grants, 5);
	assert_int_equal(vm->grants[1].node, N_GPIO);
	assert_int_equal(vm->grants[1].kind, PLAN_GRANT_OWN);
	assert_int_equal(vm->grants[2].node, N_KEYS);
	assert_int_equal(vm->grants[2].kind, PLAN_GRANT_COPY);
	free(f);

	/* Two VMs can have a copy of one clock. */
	f = fixture_new();
	fixture_pass(f, VM_LINUX, "/pl031@9010000");
	fixture_pass(f, VM_RTOS, "/factored@91a0000");
	assert_non_null(plan_make(&f->in));
	free(f);

	/* What says it is a fixed clock but has registers is operated by someone. */
	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/factored@91a0000");
	f->nodes[N_FACTOR].regs = &f->regs[N_FACTOR];
	f->regs[N_FACTOR] = (struct mem_range){ 0x091b0000, 0x1000 };
	f->nodes[N_FACTOR].nr_regs = 1;
	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_int_equal(vm->grants[1].node, N_FACTOR);
	assert_int_equal(vm->grants[1].kind, PLAN_GRANT_OWN);
	free(f);

	f = fixture_new();
	fixture_ref(f, N_BIG, N_UART, REF_OTHER, "uart");
	fixture_pass(f, VM_RTOS, "/big@a100000");
	expect_one(f, FINDING_DEVICE_PROVIDER, "/pl011@9000000", "the console and cannot be given");

	f = fixture_new();
	f->nodes[N_BIG].refs_bad = true;
	fixture_pass(f, VM_RTOS, "/big@a100000");
	expect_one(f, FINDING_DEVICE_PROVIDER, "/big@a100000", "DTB");
}

static const char *list[2];

static void test_overrides(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	const struct plan_vm *vm;

	/* The console's clock controller, at the user's risk. */
	fixture_ref(f, N_UART, N_CLKC, REF_CLOCK, "clocks");
	fixture_pass(f, VM_RTOS, "/clocked@9110000");
	list[0] = "/clock-controller@9100000";
	f->vms[VM_RTOS].provider_own = list;
	f->vms[VM_RTOS].nr_provider_own = 1;
	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_int_equal(vm->nr_grants, 2);
	assert_string_equal(vm->grants[0].reason, "taken by provider-own, whoever else needs it, for /clocked@9110000");
	free(f);

	/* Left out: no grant of anything but the record. */
	f = fixture_new();
	fixture_ref(f, N_UART, N_CLKC, REF_CLOCK, "clocks");
	fixture_pass(f, VM_RTOS, "/clocked@9110000");
	f->vms[VM_RTOS].provider_omit = list;
	f->vms[VM_RTOS].nr_provider_omit = 1;
	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_int_equal(vm->grants[0].kind, PLAN_GRANT_OMIT);
	assert_int_equal(vm->grants[0].node, N_CLKC);
	assert_int_equal(vm->nr_regions, 2);
	free(f);

	/* A description of registers is of no use, and a list must name nodes. */
	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/pl031@9010000");
	f->vms[VM_RTOS].provider_copy = list;
	f->vms[VM_RTOS].nr_provider_copy = 1;
	expect_one(f, FINDING_DEVICE_PROVIDER, "/vms/rtos: provider-copy: /clock-controller@9100000", "provider-omit");
	list[0] = "/nothing";
	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/pl031@9010000");
	f->vms[VM_RTOS].provider_omit = list;
	f->vms[VM_RTOS].nr_provider_omit = 1;
	expect_one(f, FINDING_DEVICE_MISSING, "/vms/rtos: provider-omit", "'/nothing'");
}

static void set_compatible(struct fixture *f, uint32_t node, const char *compatible)
{
	f->nodes[node].compatible = compatible;
	f->nodes[node].compatible_len = strlen(compatible) + 1;
}

static const uint32_t id_56 = 56, id_3 = 3;

/* /factored needs clock 56 of firmware, /clocked reset 3. */
static struct fixture *with_firmware(const char *clocks, const char *resets)
{
	struct fixture *f = fixture_new();

	set_compatible(f, N_FACTOR, clocks);
	set_compatible(f, N_CLKC, resets);
	f->nodes[N_CLKC].nr_regs = 0;
	f->nodes[N_CLKC].nr_irqs = 0;
	f->refs[N_FACTORED].args = &id_56;
	f->refs[N_FACTORED].nr_args = 1;
	f->refs[N_CLOCKED].args = &id_3;
	f->refs[N_CLOCKED].nr_args = 1;
	fixture_pass(f, VM_RTOS, "/factored@91a0000");
	fixture_pass(f, VM_RTOS, "/clocked@9110000");
	return f;
}

static void test_firmware(void **state)
{
	(void)state;
	struct fixture *f = with_firmware("xlnx,zynqmp-clk", "xlnx,zynqmp-reset");
	const struct plan_vm *vm;

	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_int_equal(vm->grants[1].kind, PLAN_GRANT_MEDIATE);
	assert_string_equal(vm->grants[1].reason, "operated by firmware for /clocked@9110000");
	assert_int_equal(vm->nr_firmware, 2);
	assert_int_equal(vm->firmware[0].object, FIRMWARE_CLOCK);
	assert_int_equal(vm->firmware[0].id, 56);
	assert_int_equal(vm->firmware[0].node, N_FACTORED);
	assert_false(vm->firmware[0].shared);
	assert_int_equal(vm->firmware[1].object, FIRMWARE_RESET);
	assert_int_equal(vm->firmware[1].id, 1003); /* calls count from 1000, the device tree from 0 */
	free(f);

	/* The other family counts as the device tree does. */
	f = with_firmware("xlnx,versal-clk", "xlnx,versal-reset");
	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_int_equal(vm->firmware[1].id, 3);
	free(f);

	/* Whoever else needs that clock, the hypervisor's console too: it may not be turned off. */
	f = with_firmware("xlnx,zynqmp-clk", "xlnx,zynqmp-reset");
	fixture_ref(f, N_UART, N_FACTOR, REF_CLOCK, "clocks");
	f->refs[N_UART].args = &id_56;
	f->refs[N_UART].nr_args = 1;
	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_true(vm->firmware[0].shared);
	free(f);

	/* Pins stay as they are; messages and what is unknown cannot be divided; without PSCI by SMC nobody is there to be called. */
	f = with_firmware("xlnx,zynqmp-pinctrl", "xlnx,zynqmp-reset");
	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_int_equal(vm->grants[2].node, N_FACTOR);
	assert_int_equal(vm->grants[2].kind, PLAN_GRANT_OMIT);
	free(f);
	f = with_firmware("arm,scpi", "xlnx,zynqmp-reset");
	expect_one(f, FINDING_DEVICE_PROVIDER, "/factored@91a0000 needs /factor (clocks), which is operated by firmware", "cannot be divided");
	f = with_firmware("arm,scmi-smc-param", "xlnx,zynqmp-reset");
	expect_one(f, FINDING_DEVICE_PROVIDER, "/factored@91a0000 needs /factor (clocks), which is operated by firmware", "cannot be divided");
	/* Of a kind of its own, below it. */
	f = fixture_new();
	set_compatible(f, N_BUS, "xlnx,zynqmp-firmware");
	f->nodes[N_BUS_A].nr_regs = f->nodes[N_BUS_A].nr_irqs = f->nodes[N_BUS_A_PART].nr_regs = 0;
	fixture_ref(f, N_BIG, N_BUS_A, REF_OTHER, "aes");
	fixture_pass(f, VM_LINUX, "/big@a100000");
	expect_one(f, FINDING_DEVICE_PROVIDER, "/big@a100000 needs /soc/a@b000000 (aes)", "cannot be divided");
	f = with_firmware("xlnx,zynqmp-clk", "fixed-clock");
	f->host.psci = HOST_PSCI_HVC;
	assert_null(plan_make(&f->in));
	assert_true(findings_has(&f->findings, FINDING_DEVICE_PROVIDER));
	free(f);
}

/* A channel of messages goes to one VM, with the memory that they are in, if nobody else needs anything of it. */
static void test_scmi(void **state)
{
	(void)state;
	struct fixture *f = with_firmware("arm,scmi-smc", "fixed-clock");
	const struct plan_vm *vm;

	f->nodes[N_FACTOR].smc_id = 0x82000010;
	f->refs[N_FACTOR].node = N_BIG; /* shmem */
	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_int_equal(vm->nr_firmware, 1);
	assert_int_equal(vm->firmware[0].object, FIRMWARE_SCMI);
	assert_int_equal(vm->firmware[0].id, 0x82000010);
	assert_int_equal(vm->regions[vm->nr_regions - 1].kind, PLAN_REGION_RAM);
	assert_int_equal(vm->grants[vm->nr_grants - 1].kind, PLAN_GRANT_OWN);
	free(f);

	f = with_firmware("arm,scmi-smc", "fixed-clock");
	f->nodes[N_FACTOR].smc_id = 0x82000010;
	f->nodes[N_FACTOR].nr_refs = 0;
	fixture_ref(f, N_GPIO, N_FACTOR, REF_CLOCK, "clocks");
	expect_one(f, FINDING_DEVICE_PROVIDER, "/factored@91a0000 needs the clock /factor (clocks), which /pl061@9030000 needs too", "");
	f = with_firmware("arm,scmi-smc", "fixed-clock");
	f->nodes[N_FACTOR].nr_refs = 0;
	expect_one(f, FINDING_DEVICE_PROVIDER, "/factored@91a0000 needs /factor (clocks)", "cannot be divided");
}

/* Two bus masters that an IOMMU cannot tell apart. */
static void test_streams(void **state)
{
	(void)state;
	static struct host_stream a, b;
	struct fixture *f;

	for (unsigned i = 0; i < 4; i++) {
		f = fixture_new();
		a = (struct host_stream){ N_SMMU, 0x100, 0x10, 0 };
		b = (struct host_stream[]){ { N_SMMU, 0x10f, 1, 0 }, { N_SMMU, 0x110, 1, 0 }, { N_BIG, 0x100, 1, 0 }, { N_SMMU, 0x85, 1, 0x80 } }[i];
		if (i == 3)
			a = (struct host_stream){ N_SMMU, 0x5, 1, 0 };
		f->nodes[N_GPIO].streams = &a;
		f->nodes[N_RTC].streams = &b;
		f->nodes[N_GPIO].nr_streams = f->nodes[N_RTC].nr_streams = 1;
		f->nodes[N_GPIO].dma = f->nodes[N_RTC].dma = true;
		for (unsigned v = 0; v < 2; v++) {
			f->vms[v].memory_identity = f->vms[v].dma_without_iommu = true;
			f->vms[v].kernel = IMG_LINUX;
			f->ranges[v][0].size = MIB(64);
		}
		fixture_pass(f, VM_LINUX, "/pl061@9030000");
		fixture_pass(f, VM_RTOS, "/pl031@9010000");
		if (i == 0 || i == 3)
			expect_one(f, FINDING_DEVICE_TAKEN, "/vms/rtos: passthrough: /pl031@9010000 has a stream ID of /pl061@9030000", "/vms/linux");
		else {
			assert_non_null(plan_make(&f->in));
			free(f);
		}
	}
}

static const struct plan_grant *grant_of(const struct plan_vm *vm, uint32_t node)
{
	for (uint32_t i = 0; i < vm->nr_grants; i++)
		if (vm->grants[i].node == node)
			return &vm->grants[i];
	return NULL;
}

static bool left_out(const struct plan_vm *vm, uint32_t node, const char *reason)
{
	const struct plan_grant *g = grant_of(vm, node);

	return g && g->kind == PLAN_GRANT_OMIT && strstr(g->reason, reason);
}

static void test_rest(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	const struct plan_vm *vm;
	struct plan *p;

	/* It is the first VM, and still gets what the second one leaves. */
	fixture_pass(f, VM_RTOS, "/pl061@9030000");
	f->vms[VM_LINUX].devices_rest = true;
	p = plan_make(&f->in);
	assert_non_null(p);
	plan_fixture_check(p);
	vm = p->vms + VM_LINUX;
	assert_true(vm_owns(vm, N_RTC) && vm_owns(vm, N_BIG) && vm_owns(vm, N_I2C_RTC) && vm_owns(vm, N_BUS_A_PART) && vm_owns(vm, N_CLOCKED) && vm_owns(vm, N_CLKC));
	assert_int_equal(grant_of(vm, N_CLOCK)->kind, PLAN_GRANT_COPY);
	assert_null(grant_of(vm, N_UART));
	assert_null(grant_of(vm, N_GIC));
	assert_null(grant_of(vm, N_SECURE));
	assert_null(grant_of(vm, N_GPIO));
	assert_true(left_out(vm, N_PPI, "interrupt 20"));
	assert_true(left_out(vm, N_BAD_IRQ, "does not end at the interrupt controller"));
	assert_true(left_out(vm, N_CONSOLE_IRQ, "the console's too"));
	assert_true(left_out(vm, N_NIC, "DMA"));
	assert_true(left_out(vm, N_VIRTIO0, "DMA"));
	assert_true(left_out(vm, N_KEYS, "another VM's"));
	free(f);

	/* What the console needs is left out, and what needs that. */
	f = fixture_new();
	f->vms[VM_LINUX].devices_rest = true;
	fixture_ref(f, N_UART, N_CLKC, REF_CLOCK, "clocks");
	fixture_ref(f, N_BIG, N_CLOCKED, REF_CLOCK, "clocks");
	vm = plan_make(&f->in)->vms + VM_LINUX;
	assert_true(left_out(vm, N_CLKC, "the console, which the hypervisor keeps"));
	assert_true(left_out(vm, N_CLOCKED, "needs the clock /clock-controller@9100000"));
	assert_true(left_out(vm, N_BIG, "/clocked@9110000 needs the clock /clock-controller@9100000"));
	assert_true(vm_owns(vm, N_GPIO) && grant_of(vm, N_KEYS)->kind == PLAN_GRANT_OWN);
	free(f);

	/* One that is faulty itself does not come in again by what needs it, a copy between them or not. */
	f = fixture_new();
	f->vms[VM_LINUX].devices_rest = true;
	f->nodes[N_CLKC].irqs_bad = true;
	fixture_ref(f, N_FACTOR, N_CLKC, REF_CLOCK, "clocks");
	vm = plan_make(&f->in)->vms + VM_LINUX;
	assert_true(left_out(vm, N_CLKC, "an interrupt of /clock-controller"));
	assert_true(grant_of(vm, N_CLOCKED)->kind == PLAN_GRANT_OMIT);
	assert_true(grant_of(vm, N_FACTORED)->kind == PLAN_GRANT_OMIT);
	free(f);

	/* What the user names has to be given all the same. */
	f = fixture_new();
	f->vms[VM_LINUX].devices_rest = true;
	fixture_pass(f, VM_LINUX, "/nic@9170000");
	expect_one(f, FINDING_DEVICE_DMA, "/vms/linux: passthrough: /nic@9170000", "");
}

static void test_children(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	const struct plan_vm *vm;

	fixture_pass(f, VM_RTOS, "/i2c@9150000");
	fixture_pass(f, VM_RTOS, "/soc");
	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_int_equal(vm->nr_grants, 5);
	assert_int_equal(vm->grants[0].node, N_I2C);
	assert_int_equal(vm->grants[1].node, N_I2C_RTC); /* and not the disabled one */
	assert_string_equal(vm->grants[1].reason, "part of /i2c@9150000");
	assert_int_equal(vm->grants[4].node, N_BUS_A_PART);
	assert_int_equal(vm->nr_regions, 3); /* the part lies in its parent's page */
	free(f);

	/* A part that the hypervisor keeps. */
	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/soc/a@b000000");
	f->stream.iommu = N_BUS_A_PART;
	f->regs[N_BUS_A_PART].base = 0x0b001000;
	expect_one(f, FINDING_DEVICE_OWNED, "/soc/a@b000000/part@800 is an IOMMU", "");

	/* One that no device refers to. */
	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/pl061@9030000");
	f->nodes[N_GPIO].iommu = true;
	expect_one(f, FINDING_DEVICE_OWNED, "/pl061@9030000 is an IOMMU", "");
}

/* A section of a memory comes with all of it, if nobody else needs any of it. */
static void test_sections(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	const struct plan_vm *vm;

	fixture_pass(f, VM_RTOS, "/pl061@9030000");
	fixture_ref(f, N_GPIO, N_BUS_A_PART, REF_MEMORY, "shmem");
	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_int_equal(vm->nr_grants, 3);
	assert_int_equal(vm->grants[1].node, N_BUS_A);
	assert_int_equal(vm->grants[1].kind, PLAN_GRANT_OWN);
	assert_int_equal(vm->grants[2].node, N_BUS_A_PART);
	assert_string_equal(vm->grants[2].reason, "part of /soc/a@b000000");
	free(f);

	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/pl061@9030000");
	fixture_ref(f, N_GPIO, N_BUS_A_PART, REF_MEMORY, "shmem");
	fixture_ref(f, N_RTC, N_BUS_A, REF_MEMORY, "sram");
	expect_one(f, FINDING_DEVICE_PROVIDER, "/pl061@9030000 needs the memory region /soc/a@b000000 (shmem), which /pl031@9010000 needs too", "");

	/* Beside the other's registers it is a device of its own. */
	f = fixture_new();
	fixture_pass(f, VM_RTOS, "/pl061@9030000");
	fixture_ref(f, N_GPIO, N_BUS_A_PART, REF_MEMORY, "shmem");
	f->regs[N_BUS_A_PART].base = 0x0b001000;
	vm = plan_make(&f->in)->vms + VM_RTOS;
	assert_int_equal(vm->nr_grants, 2);
	assert_int_equal(vm->grants[1].node, N_BUS_A_PART);
	free(f);
}

static void test_dma(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();

	refused("/nic@9170000", FINDING_DEVICE_DMA, "/nic@9170000", "does not drive the IOMMU");

	f->nodes[N_BIG].dma = true;
	fixture_pass(f, VM_LINUX, "/big@a100000");
	expect_one(f, FINDING_DEVICE_DMA, "/vms/linux: passthrough: /big@a100000", "memory-identity and dma-without-iommu");

	/* One of the two is not enough. */
	f = fixture_new();
	fixture_pass(f, VM_LINUX, "/nic@9170000");
	f->vms[VM_LINUX].dma_without_iommu = true;
	expect_one(f, FINDING_DEVICE_DMA, "/nic@9170000", "");

	f = fixture_new();
	fixture_pass(f, VM_LINUX, "/nic@9170000");
	f->vms[VM_LINUX].memory_identity = true;
	expect_one(f, FINDING_DEVICE_DMA, "/nic@9170000", "");

	f = fixture_new();
	fixture_pass(f, VM_LINUX, "/nic@9170000");
	f->vms[VM_LINUX].memory_identity = f->vms[VM_LINUX].dma_without_iommu = true;
	assert_non_null(plan_make(&f->in));
	free(f);
}

/* Firmware has a reset line for it. */
static struct fixture *with_resettable_master(void)
{
	struct fixture *f = with_firmware("xlnx,zynqmp-clk", "xlnx,zynqmp-reset");

	f->vms[VM_RTOS].nr_passthrough = 0;
	fixture_pass(f, VM_LINUX, "/clocked@9110000");
	f->vms[VM_LINUX].memory_identity = f->vms[VM_LINUX].dma_without_iommu = true;
	f->nodes[N_CLOCKED].dma = true;
	return f;
}

/* Which bus masters a restart stops, and which forbid it. */
static void test_masters(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	struct plan *p;

	fixture_pass(f, VM_LINUX, "/nic@9170000");
	f->vms[VM_LINUX].memory_identity = f->vms[VM_LINUX].dma_without_iommu = true;
	p = plan_make(&f->in);
	assert_non_null(p);
	assert_int_equal(p->vms[VM_LINUX].unstoppable, N_NIC);
	assert_int_equal(p->vms[VM_LINUX].nr_virtio, 0);
	assert_int_equal(p->vms[VM_RTOS].unstoppable, HOST_NO_NODE);
	free(f);

	f = fixture_new();
	fixture_pass(f, VM_LINUX, "/nic@9170000");
	f->vms[VM_LINUX].memory_identity = f->vms[VM_LINUX].dma_without_iommu = true;
	f->nodes[N_NIC].compatible = "virtio,mmio";
	f->nodes[N_NIC].compatible_len = sizeof("virtio,mmio");
	p = plan_make(&f->in);
	assert_non_null(p);
	assert_int_equal(p->vms[VM_LINUX].unstoppable, HOST_NO_NODE);
	assert_int_equal(p->vms[VM_LINUX].nr_virtio, 1);
	assert_int_equal(p->vms[VM_LINUX].virtio[0], 0x9170000);
	free(f);

	f = with_resettable_master();
	p = plan_make(&f->in);
	assert_non_null(p);
	assert_int_equal(p->vms[VM_LINUX].unstoppable, HOST_NO_NODE);
	free(f);

	/* Its reset line is another device's as well. */
	f = with_resettable_master();
	fixture_ref(f, N_BUS_A, N_CLKC, REF_CLOCK, "resets");
	f->refs[N_BUS_A].args = &id_3;
	f->refs[N_BUS_A].nr_args = 1;
	p = plan_make(&f->in);
	assert_non_null(p);
	assert_int_equal(p->vms[VM_LINUX].unstoppable, N_CLOCKED);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missing), cmocka_unit_test(test_owned), cmocka_unit_test(test_taken), cmocka_unit_test(test_page_shared),
		cmocka_unit_test(test_disabled_neighbour), cmocka_unit_test(test_registers), cmocka_unit_test(test_interrupts),
		cmocka_unit_test(test_providers), cmocka_unit_test(test_overrides), cmocka_unit_test(test_firmware), cmocka_unit_test(test_masters),
		cmocka_unit_test(test_scmi), cmocka_unit_test(test_streams), cmocka_unit_test(test_rest), cmocka_unit_test(test_children), cmocka_unit_test(test_sections),
		cmocka_unit_test(test_dma),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
