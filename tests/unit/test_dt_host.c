/* SPDX-License-Identifier: Apache-2.0 */
/* dt_parse_host: one board that has everything, then one topic a test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dt/dt.h"
#include "dt/host_build.h"
#include "tests/unit/dts.h"

static _Alignas(64) uint8_t memory[1 << 20];
static struct arena arena;
static struct findings findings;
static void *dtb;
static size_t dtb_size;

static struct host *parse_bytes(const void *fdt, size_t size)
{
	arena_init(&arena, memory, sizeof(memory));
	findings_init(&findings, &arena);

	const struct tree *tree = dt_open_host(fdt, size, &arena, &findings);

	return tree ? dt_parse_host(tree, &arena, &findings) : NULL;
}

/* As it is done before all else. */
static bool find_console(const void *fdt, size_t size, struct host_console *console)
{
	static _Alignas(64) uint8_t own_memory[64 << 10];
	struct findings own_findings;
	struct arena own;

	arena_init(&own, own_memory, sizeof(own_memory));
	findings_init(&own_findings, &own);

	const struct tree *tree = dt_open_host(fdt, size, &own, &own_findings);

	return tree && dt_find_console(tree, console);
}

static struct host *parse(const char *source)
{
	free(dtb);
	dtb = dts_compile(source, &dtb_size);
	return parse_bytes(dtb, dtb_size);
}

/* What every usable board has, so that a test's own part is all that matters; the root has two address and two size cells. */
#define BOARD(rest) \
	"/ { #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>; compatible = \"maker,board\", \"maker,soc\"; model = \"A board\";\n" \
	"gic: intc@8000000 { compatible = \"arm,gic-v3\"; #interrupt-cells = <3>; interrupt-controller; interrupts = <1 9 4>;\n" \
	"  reg = <0 0x8000000 0 0x10000 0 0x80a0000 0 0xf60000>; };\n" \
	"timer { compatible = \"arm,armv8-timer\"; interrupts = <1 13 4>, <1 14 4>, <1 11 4>, <1 10 4>; };\n" \
	"cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = \"cpu\"; compatible = \"arm,cortex-a57\"; reg = <0>; enable-method = \"psci\"; }; };\n" \
	"psci { compatible = \"arm,psci-1.0\", \"arm,psci-0.2\"; method = \"smc\"; };\n" \
	"memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x40000000>; };\n" rest " };"

static const struct host_node *node(const struct host *h, const char *path)
{
	uint32_t i = host_find_path(h, path);

	if (i == HOST_NO_NODE)
		fail_msg("no node %s", path);
	return &h->nodes[i];
}

static const struct host_node *ref_target(const struct host *h, const struct host_node *n, uint32_t i)
{
	assert_true(i < n->nr_refs);
	return &h->nodes[n->refs[i].node];
}

static void assert_range(struct mem_range r, uint64_t base, uint64_t size)
{
	assert_int_equal(r.base, base);
	assert_int_equal(r.size, size);
}

static bool found(enum finding_code code, const char *word)
{
	for (const struct finding *f = findings.first; f; f = f->next)
		if (f->code == code && strstr(f->text, word))
			return true;
	return false;
}

/* ---- The whole ---- */

static void a_plain_board(void **state)
{
	struct host *h = parse(BOARD("chosen { bootargs = \"quiet\"; linux,initrd-start = <0x48000000>; linux,initrd-end = <0 0x48123456>; };"));

	(void)state;
	assert_non_null(h);
	assert_int_equal(findings.count, 0);
	assert_string_equal(h->model, "A board");
	assert_string_equal(h->compatible, "maker,board");
	assert_int_equal(h->compatible_len, sizeof("maker,board") + sizeof("maker,soc"));
	assert_int_equal(h->nr_cpus, 1);
	assert_string_equal(h->cpus[0].path, "/cpus/cpu@0");
	assert_string_equal(h->cpus[0].compatible, "arm,cortex-a57");
	assert_int_equal(h->cpus[0].start, CPU_START_PSCI);
	assert_int_equal(h->nr_ram, 1);
	assert_range(h->ram[0], 0x40000000, 0x40000000);
	assert_int_equal(h->gic.version, 3);
	assert_range(h->gic.dist, 0x8000000, 0x10000);
	assert_int_equal(h->gic.nr_redist, 1);
	assert_range(h->gic.redist[0], 0x80a0000, 0xf60000);
	assert_int_equal(h->gic.maint_intid, 25);
	assert_int_equal(h->gic.cpu.size + h->gic.hyp.size + h->gic.vcpu.size, 0);
	assert_int_equal(h->timer.phys, 30);
	assert_int_equal(h->timer.virt, 27);
	assert_int_equal(h->timer.hyp, 26);
	assert_int_equal(h->psci, HOST_PSCI_SMC);
	assert_int_equal(h->psci_version, 0x10000);
	assert_string_equal(h->bootargs, "quiet");
	assert_range(h->initrd, 0x48000000, 0x123456);
	assert_ptr_equal(h->tree->fdt, dtb);
	assert_int_equal(h->fdt_size, dtb_size);
}

static void nodes_have_parents_and_paths(void **state)
{
	struct host *h = parse(BOARD("a { b@1 { c {}; }; }; d { status = \"disabled\"; e { status = \"okay\"; }; };"));

	(void)state;
	assert_string_equal(h->nodes[0].path, "/");
	assert_int_equal(h->nodes[0].parent, HOST_NO_NODE);
	assert_string_equal(h->nodes[node(h, "/a/b@1/c")->parent].path, "/a/b@1");
	assert_true(node(h, "/a/b@1/c")->enabled);
	assert_false(node(h, "/d")->enabled);
	assert_false(node(h, "/d/e")->enabled);
	for (uint32_t i = 1; i < h->nr_nodes; i++)
		assert_true(h->nodes[i].parent < i);
}

/* ---- reg ---- */

static void addresses_go_through_all_ranges(void **state)
{
	struct host *h = parse(BOARD(
		"soc { #address-cells = <1>; #size-cells = <1>; ranges = <0x0 0x1 0x0 0x10000000>, <0x20000000 0x0 0x30000000 0x1000>;\n"
		"  bus@100000 { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x100000 0x10000>;\n"
		"    dev@20 { reg = <0x20 0x10>, <0x1000 0>; }; out@fff8 { reg = <0xfff8 0x10>; }; far@20000 { reg = <0x20000 4>; }; };\n"
		"  second@20000000 { reg = <0x20000000 0x100>; }; };\n"
		"flat { #address-cells = <2>; #size-cells = <2>; ranges; dev@10 { reg = <0 0x10 0 8>; }; };"));

	(void)state;
	assert_int_equal(node(h, "/soc/bus@100000/dev@20")->nr_regs, 2);
	assert_range(node(h, "/soc/bus@100000/dev@20")->regs[0], 0x100100020, 0x10);
	assert_range(node(h, "/soc/bus@100000/dev@20")->regs[1], 0x100101000, 0);
	assert_range(node(h, "/soc/second@20000000")->regs[0], 0x30000000, 0x100);
	assert_range(node(h, "/flat/dev@10")->regs[0], 0x10, 8);
	assert_true(node(h, "/soc/bus@100000/out@fff8")->regs_bad);
	assert_true(node(h, "/soc/bus@100000/far@20000")->regs_bad);
	assert_int_equal(node(h, "/soc/bus@100000/far@20000")->nr_regs, 0);
}

static void numbers_that_are_no_addresses(void **state)
{
	struct host *h = parse(BOARD(
		"i2c@1000 { reg = <0 0x1000 0 0x100>; #address-cells = <1>; #size-cells = <0>; sensor@48 { reg = <0x48>; }; };\n"
		"syscon@2000 { reg = <0 0x2000 0 0x100>; #address-cells = <1>; #size-cells = <1>; part@10 { reg = <0x10 4>; }; };\n"
		"pcie@3000 { reg = <0 0x3000 0 0x100>; device_type = \"pci\"; #address-cells = <3>; #size-cells = <2>; ranges = <0x2000000 0 0 0 0 0 0x1000>;\n"
		"  dev@0,0 { reg = <0 0 0 0 0>; }; };"));

	(void)state;
	assert_int_equal(node(h, "/i2c@1000/sensor@48")->nr_regs, 0);
	assert_false(node(h, "/i2c@1000/sensor@48")->regs_bad);
	assert_int_equal(node(h, "/syscon@2000/part@10")->nr_regs, 0);
	assert_false(node(h, "/syscon@2000/part@10")->regs_bad);
	assert_false(node(h, "/pcie@3000/dev@0,0")->regs_bad);
	assert_true(node(h, "/pcie@3000")->dma);
}

static void malformed_regs(void **state)
{
	struct host *h = parse(BOARD(
		"short@1000 { reg = <0 0x1000 0>; };\n"
		"wrap@ffff { reg = <0xffffffff 0xffff0000 0 0x20000>; };\n"
		"odd { #address-cells = <9>; #size-cells = <1>; ranges = <1 2 3>; dev@1 { reg = <1 2 3>; }; };\n"
		"huge { #address-cells = <0xffffffff>; #size-cells = <0xffffffff>; ranges; dev@1 { reg = <1>; }; };"));

	(void)state;
	assert_true(node(h, "/short@1000")->regs_bad);
	assert_true(node(h, "/wrap@ffff")->regs_bad);
	assert_true(node(h, "/odd/dev@1")->regs_bad);
	assert_true(node(h, "/huge/dev@1")->regs_bad);
}

/* ---- Interrupts ---- */

static void gic_specifiers(void **state)
{
	struct host *h = parse(BOARD(
		"spi { interrupts = <0 1 4>, <0 987 1>; }; ppi { interrupts = <1 7 8>; }; thunderx { interrupts = <1 21 4>; };\n"
		"falling { interrupts = <0 2 2>; }; espi { interrupts = <2 3 4>; }; far { interrupts = <0 988 4>; }; cut { interrupts = <0 1>; };"));

	(void)state;
	assert_int_equal(node(h, "/spi")->nr_irqs, 2);
	assert_int_equal(node(h, "/spi")->irqs[0].intid, 33);
	assert_false(node(h, "/spi")->irqs[0].edge);
	assert_int_equal(node(h, "/spi")->irqs[1].intid, 1019);
	assert_true(node(h, "/spi")->irqs[1].edge);
	assert_int_equal(node(h, "/ppi")->irqs[0].intid, 23);
	assert_int_equal(node(h, "/thunderx")->irqs[0].intid, 37);
	assert_true(node(h, "/falling")->irqs[0].edge);
	assert_true(node(h, "/espi")->irqs_bad);
	assert_true(node(h, "/far")->irqs_bad);
	assert_true(node(h, "/cut")->irqs_bad);
	assert_false(node(h, "/spi")->irqs_bad);
}

static void interrupt_parents(void **state)
{
	struct host *h = parse(BOARD(
		"gpio: gpio { interrupt-controller; #interrupt-cells = <2>; interrupts = <0 5 4>; #gpio-cells = <2>; gpio-controller; };\n"
		"bus { interrupt-parent = <&gpio>; button { interrupts = <3 1>; }; direct { interrupt-parent = <&gic>; interrupts = <0 9 4>; }; };\n"
		"mixed { interrupts = <0 99 4>; interrupts-extended = <&gic 0 6 4>, <0>, <&gpio 1 1>, <&gic 0 7 1>; };\n"
		"gpc: gpc { compatible = \"fsl,imx8mq-gpc\"; interrupt-controller; #interrupt-cells = <3>; interrupt-parent = <&gic>; };\n"
		"behind { interrupt-parent = <&gpc>; interrupts = <0 8 4>; };"));
	const struct host_node *mixed = node(h, "/mixed");

	(void)state;
	assert_int_equal(node(h, "/gpio")->irqs[0].intid, 37);
	assert_true(node(h, "/bus/button")->has_irqs_elsewhere);
	assert_int_equal(node(h, "/bus/button")->nr_irqs, 0);
	assert_string_equal(ref_target(h, node(h, "/bus/button"), 0)->path, "/gpio");
	assert_string_equal(node(h, "/bus/button")->refs[0].property, "interrupts");
	assert_int_equal(node(h, "/bus/direct")->irqs[0].intid, 41);
	assert_int_equal(mixed->nr_irqs, 2);
	assert_int_equal(mixed->irqs[0].intid, 38);
	assert_int_equal(mixed->irqs[1].intid, 39);
	assert_true(mixed->has_irqs_elsewhere);
	assert_false(mixed->irqs_bad);
	assert_int_equal(node(h, "/behind")->irqs[0].intid, 40);
}

static void interrupt_maps(void **state)
{
	struct host *h = parse(BOARD(
		"pcie: pcie@3000 { reg = <0 0x3000 0 0x100>; device_type = \"pci\"; #address-cells = <3>; #size-cells = <2>; ranges; #interrupt-cells = <1>;\n"
		"  interrupt-map-mask = <0x1800 0 0 7>;\n"
		"  interrupt-map = <0x0 0 0 1 &gic 0 3 4>, <0x0 0 0 2 &gic 0 4 4>, <0x800 0 0 1 &gic 0 4 4>, <0x800 0 0 2 &gic 0 3 4>;\n"
		"  dev@1,0 { reg = <0x8000800 0 0 0 0>; interrupts = <2>; }; none@0,0 { reg = <0 0 0 0 0>; interrupts = <3>; }; };\n"
		"nexus: nexus { #interrupt-cells = <2>; #address-cells = <0>; interrupt-map-mask = <0xffffffff 0>; interrupt-map = <5 0 &wide 1 2 0 50 1>; };\n"
		"wide: wide { #address-cells = <2>; #interrupt-cells = <3>; interrupt-parent = <&gic>; };\n"
		"user { interrupt-parent = <&nexus>; interrupts = <5 7>; }; broken { interrupt-parent = <&cut>; interrupts = <1 1>; };\n"
		"cut: cut { #interrupt-cells = <2>; #address-cells = <0>; interrupt-map = <1 1 &gic 0 1>; };"));
	const struct host_node *pcie = node(h, "/pcie@3000");

	(void)state;
	assert_int_equal(pcie->nr_irqs, 2);
	assert_int_equal(pcie->nr_map_irqs, 2);
	assert_int_equal(pcie->irqs[0].intid, 35);
	assert_int_equal(pcie->irqs[1].intid, 36);
	assert_int_equal(node(h, "/pcie@3000/dev@1,0")->irqs[0].intid, 35);
	assert_true(node(h, "/pcie@3000/none@0,0")->irqs_bad);
	assert_int_equal(node(h, "/user")->irqs[0].intid, 82);
	assert_true(node(h, "/user")->irqs[0].edge);
	assert_true(node(h, "/broken")->irqs_bad);
}

static void circles_end(void **state)
{
	struct host *h = parse(BOARD(
		"a: a { interrupt-parent = <&b>; }; b: b { interrupt-parent = <&a>; }; user { interrupt-parent = <&a>; interrupts = <1>; };\n"
		"m1: m1 { #interrupt-cells = <1>; #address-cells = <0>; interrupt-map = <1 &m2 1>; };\n"
		"m2: m2 { #interrupt-cells = <1>; #address-cells = <0>; interrupt-map = <1 &m1 1>; };\n"
		"mapped { interrupt-parent = <&m1>; interrupts = <1>; }; lost { interrupt-parent = <0x999>; interrupts = <1>; };"));

	(void)state;
	assert_true(node(h, "/user")->irqs_bad);
	assert_true(node(h, "/mapped")->irqs_bad);
	assert_true(node(h, "/lost")->irqs_bad);
}

/* ---- References ---- */

static void references(void **state)
{
	struct host *h = parse(BOARD(
		"fixed: fixed { #clock-cells = <0>; }; clk: clk { #clock-cells = <1>; #reset-cells = <2>; #power-domain-cells = <0>; };\n"
		"gpio: gpio { #gpio-cells = <2>; gpio-controller; hog { gpio-hog; gpios = <5 0>; }; };\n"
		"reg5v: regulator {}; pins: pins { a: a {}; b: b {}; }; sys: sys { compatible = \"maker,sys\", \"syscon\"; }; plain: plain {};\n"
		"dev { clocks = <&fixed>, <&clk 7>, <0>, <&fixed>; resets = <&clk 1 2>; power-domains = <&clk>; cd-gpios = <&gpio 4 1>; vmmc-supply = <&reg5v>;\n"
		"  pinctrl-names = \"default\"; pinctrl-0 = <&a &b>; maker,syscon-x = <&sys 0x10>; maker,grf = <&plain>; nvmem-cells = <&plain>; maker,nr-gpios = <77>; };"));
	const struct host_node *n = node(h, "/dev");
	static const struct { uint32_t kind; const char *property, *target; uint32_t nr_args, arg; } expected[] = {
		{ REF_CLOCK, "clocks", "/fixed", 0, 0 }, { REF_CLOCK, "clocks", "/clk", 1, 7 }, { REF_CLOCK, "clocks", "/fixed", 0, 0 },
		{ REF_RESET, "resets", "/clk", 2, 1 }, { REF_POWER_DOMAIN, "power-domains", "/clk", 0, 0 }, { REF_GPIO, "cd-gpios", "/gpio", 2, 4 },
		{ REF_SUPPLY, "vmmc-supply", "/regulator", 0, 0 }, { REF_PINCTRL, "pinctrl-0", "/pins/a", 0, 0 },
		{ REF_PINCTRL, "pinctrl-0", "/pins/b", 0, 0 }, { REF_SYSCON, "maker,syscon-x", "/sys", 1, 0x10 }, { REF_NVMEM, "nvmem-cells", "/plain", 0, 0 },
	};

	(void)state;
	assert_false(n->refs_bad);
	assert_int_equal(n->nr_refs, ARRAY_SIZE(expected));
	for (uint32_t i = 0; i < n->nr_refs; i++) {
		assert_string_equal(n->refs[i].property, expected[i].property);
		assert_string_equal(ref_target(h, n, i)->path, expected[i].target);
		assert_int_equal(n->refs[i].kind, expected[i].kind);
		assert_int_equal(n->refs[i].nr_args, expected[i].nr_args);
		if (expected[i].nr_args)
			assert_int_equal(n->refs[i].args[0], expected[i].arg);
	}
	assert_int_equal(node(h, "/gpio/hog")->nr_refs, 0);
	assert_false(node(h, "/gpio/hog")->refs_bad);
}

/* Vendors' references, and the plain "gpio" of fixed supplies. */
static void references_by_name(void **state)
{
	struct host *h = parse(BOARD(
		"gpio: gpio { #gpio-cells = <2>; gpio-controller; }; sys: sys { compatible = \"maker,gpr\", \"syscon\"; }; plain: plain {}; mux: mux { #mux-control-cells = <1>; };\n"
		"supply { gpio = <&gpio 5 0>; }; can { fsl,stop-mode = <&sys 0x10 4>; }; mac { intf_mode = <&plain 4>; };\n"
		"display { renesas,vsps = <&plain 0>, <&plain 1>; }; wakes { fsl,rcpm-wakeup = <&plain 1 2 3>; }; usb { mux-controls = <&mux 1>; };"));
	static const struct { const char *user, *target; uint32_t nr, kind, nr_args, arg; } expected[] = {
		{ "/supply", "/gpio", 1, REF_GPIO, 2, 5 }, { "/can", "/sys", 1, REF_SYSCON, 2, 0x10 }, { "/mac", NULL, 0, 0, 0, 0 }, /* no syscon: a number */
		{ "/display", "/plain", 2, REF_OTHER, 1, 0 }, { "/wakes", "/plain", 1, REF_OTHER, 3, 1 }, { "/usb", "/mux", 1, REF_OTHER, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		const struct host_node *n = node(h, expected[i].user);

		assert_false(n->refs_bad);
		assert_int_equal(n->nr_refs, expected[i].nr);
		if (!n->nr_refs)
			continue;
		assert_string_equal(ref_target(h, n, 0)->path, expected[i].target);
		assert_int_equal(n->refs[0].kind, expected[i].kind);
		assert_int_equal(n->refs[0].nr_args, expected[i].nr_args);
		assert_int_equal(n->refs[0].args[0], expected[i].arg);
	}
}

#define ZEROES_16 "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "
#define ZEROES_64 ZEROES_16 ZEROES_16 ZEROES_16 ZEROES_16
#define ZEROES_256 ZEROES_64 ZEROES_64 ZEROES_64 ZEROES_64

static void bad_references(void **state)
{
	struct host *h = parse(BOARD(
		"clk: clk { #clock-cells = <2>; }; mute: mute {}; lost { clocks = <0x999>; }; cut { clocks = <&clk 1>; };\n"
		"nocells { clocks = <&mute " ZEROES_256 ">; }; odd { clocks = [00 00 01]; }; odd5 { x-supply = [00 00 00 aa 00]; }; aa { phandle = <0xaa>; }; unresolved { vcc-supply = <0xffffffff>; };"));

	(void)state;
	assert_true(node(h, "/lost")->refs_bad);
	assert_true(node(h, "/cut")->refs_bad);
	assert_true(node(h, "/nocells")->refs_bad);
	assert_true(node(h, "/odd")->refs_bad);
	assert_true(node(h, "/odd5")->refs_bad);
	assert_true(node(h, "/unresolved")->refs_bad);
	assert_int_equal(node(h, "/cut")->nr_refs, 0);
}

static void streams(void **state)
{
	struct host *h = parse(BOARD(
		"mmu: iommu@5000 { reg = <0 0x5000 0 0x1000>; #iommu-cells = <2>; }; one: iommu@6000 { reg = <0 0x6000 0 0x1000>; #iommu-cells = <1>; };\n"
		"dev { iommus = <&mmu 0x10 0xf>, <&one 7>; }; pcie { iommu-map = <0 &one 0x100 0x200>, <0x200 &one 0x400 1>; };"));
	const struct host_node *dev = node(h, "/dev"), *pcie = node(h, "/pcie");

	(void)state;
	assert_int_equal(dev->nr_streams, 2);
	assert_string_equal(h->nodes[dev->streams[0].iommu].path, "/iommu@5000");
	assert_int_equal(dev->streams[0].id, 0x10);
	assert_int_equal(dev->streams[0].mask, 0xf);
	assert_int_equal(dev->streams[1].id, 7);
	assert_int_equal(dev->streams[1].count, 1);
	assert_true(dev->dma);
	assert_true(node(h, "/iommu@5000")->iommu);
	assert_false(dev->iommu);
	assert_int_equal(pcie->nr_streams, 2);
	assert_int_equal(pcie->streams[0].id, 0x100);
	assert_int_equal(pcie->streams[0].count, 0x200);
}

static void bus_masters(void **state)
{
	static const struct { const char *path; bool dma; } expected[] = {
		{ "/coherent", true }, { "/engine@1000", true }, { "/virtio@2000", true }, { "/ethernet@3000", true }, { "/nic@4000", true }, { "/master@5000", true },
		{ "/bus", false }, { "/rtc@6000", false }, { "/usb", false }, { "/psci", false },
	};
	struct host *h = parse(BOARD(
		"coherent { dma-coherent; }; engine@1000 { reg = <0 0x1000 0 0x100>; #dma-cells = <1>; }; virtio@2000 { compatible = \"virtio,mmio\"; };\n"
		"ethernet@3000 { reg = <0 0x3000 0 0x100>; }; nic@4000 { device_type = \"network\"; }; master@5000 { reg = <0 0x5000 0 0x100>; dma-ranges; };\n"
		"bus { #address-cells = <1>; #size-cells = <1>; ranges; dma-ranges; }; rtc@6000 { reg = <0 0x6000 0 0x100>; }; usb {};"));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		if (node(h, expected[i].path)->dma != expected[i].dma)
			fail_msg("%s: %d", expected[i].path, !expected[i].dma);
}

/* Found by halves: every name has to be at its place. */
static void every_property_name_is_found(void **state)
{
	static const char *const names[] = {
		"#access-controller-cells", "#address-cells", "#clock-cells", "#cooling-cells", "#dma-cells", "#gpio-cells", "#hwlock-cells",
		"#interconnect-cells", "#interrupt-cells", "#io-channel-cells", "#iommu-cells", "#mbox-cells", "#mux-control-cells", "#nvmem-cell-cells", "#phy-cells",
		"#power-domain-cells", "#pwm-cells", "#reset-cells", "#size-cells", "#sound-dai-cells", "#thermal-sensor-cells", "access-controllers",
		"assigned-clock-parents", "assigned-clocks", "backlight", "clocks", "compatible", "cooling-device", "cpu", "cpus", "ddc-i2c-bus", "device_type",
		"dma-coherent", "dma-ranges", "dmas", "extcon", "gpio-hog", "gpio-ranges", "gpios", "hwlocks", "i2c-bus", "i2c-parent", "interconnects",
		"interrupt-controller", "interrupt-map", "interrupt-map-mask", "interrupt-parent", "interrupts", "interrupts-extended", "io-channels", "iommu-map",
		"iommus", "linux,phandle", "mboxes", "mdio-parent-bus", "memory-region", "mmc-pwrseq", "next-level-cache", "nvmem", "nvmem-cells",
		"operating-points-v2", "panel", "pcs-handle", "phandle", "phy", "phy-device", "phy-handle", "phys", "power-domains", "pwms", "ranges", "reg",
		"remote-endpoint", "required-opps", "resets", "sfp", "shmem", "sound-dai", "status", "thermal-sensors", "trip", "usb-phy",
		"ae-handle", "allwinner,sram", "amlogic,ao-secure", "amlogic,canvas", "devfreq-events", "dsaf-handle", "eth-handle", "fpga-mgr", "fsl,fman-ports",
		"fsl,rcpm-wakeup", "fsl,stop-mode", "fsl,usbmisc", "gpio", "intf_mode", "marvell,system-controller", "mux-controls", "pcsphy-handle", "pm_qos",
		"ptp-timer", "qcom,bcm-voters", "qcom,gmu", "qcom,halt-regs", "qcom,ipc", "qcom,qmp", "regmap", "renesas,cmms", "renesas,fcp", "renesas,vsps",
		"rockchip,pmu", "secure-monitor", "ti,sci",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_string_equal(prop_classify(names[i])->name, names[i]);
	assert_int_equal(prop_classify("pinctrl-12")->kind, REF_PINCTRL);
	assert_int_equal(prop_classify("pinctrl-names")->id, PROP_OTHER);
	assert_int_equal(prop_classify("maker,nr-gpios")->id, PROP_OTHER);
	assert_int_equal(prop_classify("-supply")->id, PROP_OTHER);
}

static void every_compatible_is_found(void **state)
{
	static const char relays[] = "fsl,imx7d-gpc\0fsl,imx8mq-gpc\0fsl,imx8mm-gpc\0fsl,imx8mn-gpc\0fsl,imx8mp-gpc\0mediatek,mt6577-sysirq\0nvidia,tegra210-ictlr";
	static const char gics[] = "arm,gic-400\0arm,cortex-a15-gic\0arm,cortex-a7-gic\0arm,cortex-a9-gic\0arm,pl390\0brcm,brahma-b15-gic\0qcom,msm-qgic2";
	static const char rest[] = "\0arm,gic-v3\0arm,armv8-timer\0arm,psci\0arm,psci-0.2\0arm,psci-1.0\0syscon\0fixed-clock\0virtio,mmio\0maker,other\0arm,psci-2";
	const uint32_t all = BIT(COMPAT_GIC_V3) | BIT(COMPAT_TIMER) | BIT(COMPAT_PSCI_0_1) | BIT(COMPAT_PSCI_0_2) | BIT(COMPAT_PSCI_1_0) | BIT(COMPAT_SYSCON) |
			     BIT(COMPAT_FIXED_CLOCK) | BIT(COMPAT_VIRTIO);

	(void)state;
	for (const char *p = relays; p < relays + sizeof(relays); p += strlen(p) + 1)
		assert_int_equal(compat_mask(p, strlen(p) + 1), BIT(COMPAT_IRQ_RELAY));
	for (const char *p = gics; p < gics + sizeof(gics); p += strlen(p) + 1)
		assert_int_equal(compat_mask(p, strlen(p) + 1), BIT(COMPAT_GIC_V2));
	assert_int_equal(compat_mask(rest, sizeof(rest)), all);
}

/* ---- CPUs, memory, the rest ---- */

#define MACHINE(cpus, memory, rest) \
	"/ { #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>; cpus { " cpus " };\n" memory \
	"gic: intc@8000000 { compatible = \"arm,gic-400\"; #interrupt-cells = <3>; interrupt-controller; interrupts = <1 9 4>;\n" \
	"  reg = <0 0x8000000 0 0x1000>, <0 0x8010000 0 0x2000>, <0 0x8030000 0 0x2000>, <0 0x8040000 0 0x2000>; };\n" rest " };"
#define RAM "memory@0 { device_type = \"memory\"; reg = <0 0 0 0x1000000>; };"
#define CPU0 "#address-cells = <1>; #size-cells = <0>; cpu@0 { reg = <0>; };"
#define TIMER "timer { compatible = \"arm,armv8-timer\"; interrupts = <1 13 4>, <1 14 4>, <1 11 4>, <1 10 4>; };"

static void cpus_of_all_kinds(void **state)
{
	struct host *h = parse(MACHINE(
		"#address-cells = <2>; #size-cells = <0>; cpu-map {}; cpu@100 { reg = <0x1 0x80000100>; enable-method = \"psci\"; };\n"
		"cpu@1 { reg = <0 1>; enable-method = \"spin-table\"; cpu-release-addr = <0x1 0xd8>; }; cpu@2 { reg = <0 2>; status = \"disabled\"; };\n"
		"cpu@3 { reg = <0 3>; }; cpu@4 { reg = <0 4>; enable-method = \"spin-table\"; }; cpu@5 { reg = <0 3>; }; cpu@6 { reg = <6>; }; l2-cache {};", RAM, TIMER));

	(void)state;
	assert_int_equal(h->nr_cpus, 4);
	assert_int_equal(h->cpus[0].mpidr, 0x100000100);
	assert_int_equal(h->cpus[0].start, CPU_START_PSCI);
	assert_int_equal(h->cpus[1].start, CPU_START_SPIN_TABLE);
	assert_int_equal(h->cpus[1].release_addr, 0x1000000d8);
	assert_int_equal(h->nr_reserved, 1);
	assert_range(h->reserved[0].range, 0x1000000d8, 8);
	assert_string_equal(h->reserved[0].path, "/cpus/cpu@1");
	assert_int_equal(h->cpus[2].mpidr, 3);
	assert_int_equal(h->cpus[2].start, CPU_START_NONE);
	assert_int_equal(h->cpus[3].start, CPU_START_NONE);
	assert_true(found(FINDING_DTB_BAD, "/cpus/cpu@5 has the same reg as /cpus/cpu@3"));
	assert_true(found(FINDING_DTB_BAD, "/cpus/cpu@6 has no proper reg"));
	assert_int_equal(findings.count, 2);
}

static void memory_in_pieces(void **state)
{
	struct host *h = parse(
		"/memreserve/ 0x1000 0x2000;\n"
		MACHINE(CPU0, "memory@80000000 { device_type = \"memory\"; reg = <0 0x80000000 0 0x1000>, <0 0x40000000 0 0x1000>, <0 0x5000 0 0>; };\n"
			"memory@40001000 { device_type = \"memory\"; reg = <0 0x40001000 0 0x1000>; }; memory@40000800 { device_type = \"memory\"; reg = <0 0x40000800 0 0x100>; };\n"
			"memory@90000000 { device_type = \"memory\"; status = \"disabled\"; reg = <0 0x90000000 0 0x1000>; };\n",
			TIMER "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; fw@80000000 { reg = <0 0x80000000 0 0x100>; no-map; };\n"
			"  pool { size = <0 0x1000>; }; off@80000200 { status = \"disabled\"; reg = <0 0x80000200 0 0x100>; }; };"));

	(void)state;
	assert_int_equal(findings.count, 0);
	assert_int_equal(h->nr_ram, 2);
	assert_range(h->ram[0], 0x40000000, 0x2000);
	assert_range(h->ram[1], 0x80000000, 0x1000);
	assert_int_equal(h->nr_reserved, 2);
	assert_range(h->reserved[0].range, 0x1000, 0x2000);
	assert_string_equal(h->reserved[0].path, "/memreserve/");
	assert_false(h->reserved[0].no_map);
	assert_range(h->reserved[1].range, 0x80000000, 0x100);
	assert_true(h->reserved[1].no_map);
}

static void what_is_missing_is_told(void **state)
{
	(void)state;
	assert_non_null(parse("/ { #address-cells = <2>; #size-cells = <2>; memory { device_type = \"memory\"; reg = <0 0 0 0>; }; };"));
	assert_true(found(FINDING_DTB_BAD, "no memory"));
	assert_true(found(FINDING_DTB_BAD, "no usable CPU"));
	assert_true(found(FINDING_DTB_UNSUPPORTED, "no interrupt controller"));
	assert_true(found(FINDING_DTB_UNSUPPORTED, "timer"));
	assert_int_equal(findings.count, 4);
}

static void gicv2(void **state)
{
	struct host *h = parse(MACHINE(CPU0, RAM, TIMER));

	(void)state;
	assert_int_equal(findings.count, 0);
	assert_int_equal(h->gic.version, 2);
	assert_range(h->gic.cpu, 0x8010000, 0x2000);
	assert_range(h->gic.hyp, 0x8030000, 0x2000);
	assert_range(h->gic.vcpu, 0x8040000, 0x2000);
	h = parse("/ { #address-cells = <2>; #size-cells = <2>; intc@1 { compatible = \"arm,gic-400\"; #interrupt-cells = <3>; interrupt-controller; reg = <0 1 0 1 0 2 0 1>; }; };");
	assert_true(found(FINDING_DTB_UNSUPPORTED, "GICH"));
	assert_int_equal(h->gic.version, 0);
}

static void gicv3_with_several_regions(void **state)
{
	struct host *h = parse("/ { #address-cells = <2>; #size-cells = <2>; intc@1 { compatible = \"arm,gic-v3\"; #interrupt-cells = <3>; interrupt-controller;\n"
			       "interrupts = <1 9 4>; #redistributor-regions = <2>; redistributor-stride = <0 0x40000>;\n"
			       "reg = <0 0x10000 0 0x10000 0 0x100000 0 0x100000 1 0 0 0x200000 0 0x2000 0 0x2000 0 0x4000 0 0x2000 0 0x6000 0 0x2000>; }; };");

	(void)state;
	assert_int_equal(h->gic.version, 3);
	assert_int_equal(h->gic.nr_redist, 2);
	assert_range(h->gic.redist[1], 0x100000000, 0x200000);
	assert_int_equal(h->gic.redist_stride, 0x40000);
	assert_int_equal(h->gic.maint_intid, 25); /* also where no interrupt-parent says that it is its own */
	assert_range(h->gic.cpu, 0x2000, 0x2000);
	assert_range(h->gic.vcpu, 0x6000, 0x2000);
	h = parse("/ { #address-cells = <2>; #size-cells = <2>; intc@1 { compatible = \"arm,gic-v3\"; #interrupt-cells = <3>; interrupt-controller;\n"
		  "#redistributor-regions = <9>; reg = <0 0x10000 0 0x10000 0 0x100000 0 0x100000>; }; };");
	assert_true(found(FINDING_DTB_UNSUPPORTED, "9 redistributor regions"));
	h = parse("/ { #address-cells = <2>; #size-cells = <2>; intc@1 { compatible = \"arm,gic-v3\"; #interrupt-cells = <3>; interrupt-controller;\n"
		  "redistributor-stride = <0x10000>; reg = <0 0x10000 0 0x10000 0 0x100000 0 0x100000>; }; };");
	assert_true(found(FINDING_DTB_BAD, "redistributor-stride: 0x10000"));
}

static void timer_by_name(void **state)
{
	struct host *h = parse(MACHINE(CPU0, RAM, "timer { compatible = \"arm,armv8-timer\"; interrupts = <1 10 4>, <1 11 4>, <1 14 4>; clock-frequency = <8000000>;\n"
							"interrupt-names = \"hyp-phys\", \"virt\", \"phys\"; };"));

	(void)state;
	assert_int_equal(h->timer.phys, 30);
	assert_int_equal(h->timer.virt, 27);
	assert_int_equal(h->timer.hyp, 26);
	assert_int_equal(h->timer.frequency, 8000000);
	h = parse(MACHINE(CPU0, RAM, "timer { compatible = \"arm,armv8-timer\"; interrupts = <1 10 4>, <1 11 4>; interrupt-names = \"virt\"; };"));
	assert_int_equal(h->timer.virt, 26);
	assert_int_equal(h->timer.phys, 0);
}

static void initrd_that_ends_before_it_starts(void **state)
{
	struct host *h = parse(BOARD("chosen { linux,initrd-start = <0x2000>; linux,initrd-end = <0x1000>; };"));

	(void)state;
	assert_true(found(FINDING_DTB_BAD, "initrd"));
	assert_int_equal(h->initrd.size, 0);
}

static void names_of_nodes(void **state)
{
	struct host *h = parse(BOARD("aliases { serial7 = \"/uart@1000\"; odd = <1>; }; rtc0: uart@1000 {}; phy: phy {};"));

	(void)state;
	assert_string_equal(h->nodes[host_find_path(h, "serial7")].path, "/uart@1000");
	assert_string_equal(h->nodes[host_find_path(h, "rtc0")].path, "/uart@1000");
	assert_int_equal(host_find_path(h, "serial8"), HOST_NO_NODE);
	assert_int_equal(host_find_path(h, "/uart"), HOST_NO_NODE);
	assert_true(host_node_is_compatible(&h->nodes[0], "maker,soc"));
	assert_false(host_node_is_compatible(&h->nodes[0], "maker,so"));
	assert_false(host_node_is_compatible(node(h, "/uart@1000"), "maker,soc"));
	/* Label names are no references, whatever they look like. */
	assert_false(node(h, "/__symbols__")->refs_bad);
}

/* ---- Console ---- */

#define UARTS \
	"clk: clk { compatible = \"fixed-clock\"; #clock-cells = <0>; clock-frequency = <24000000>; };\n" \
	"first@9000 { compatible = \"arm,pl011\", \"arm,primecell\"; status = \"disabled\"; reg = <0 0x9000 0 0x1000>; };\n" \
	"soc { #address-cells = <1>; #size-cells = <1>; ranges = <0 2 0 0x100000>;\n" \
	"  second@a000 { compatible = \"maker,uart\", \"snps,dw-apb-uart\"; reg = <0xa000 0x100>; reg-shift = <2>; reg-io-width = <4>; interrupts = <0 3 4>; clocks = <&clk>; };\n" \
	"  third@b000 { compatible = \"cdns,uart-r1p12\", \"xlnx,xuartps\"; reg = <0xb000 0x1000>; interrupts = <0 4 1>; }; };\n" \
	"odd@c000 { compatible = \"maker,odd-uart\"; reg = <0 0xc000 0 0x100>; };\n"

static void check_console(const char *rest, const char *path, const char *compatible, uint64_t base, uint32_t baud)
{
	struct host *h = parse(rest);
	struct host_console early;

	assert_int_equal(findings.count, 0);
	assert_int_equal(h->console.present, path != NULL);
	assert_int_equal(find_console(dtb, dtb_size, &early), path != NULL);
	if (!path)
		return;
	assert_string_equal(h->nodes[h->console.node].path, path);
	assert_string_equal(h->console.compatible, compatible);
	assert_int_equal(h->console.regs.base, base);
	assert_int_equal(h->console.baud, baud);
	assert_int_equal(early.node, h->console.node);
	assert_int_equal(early.regs.base, base);
	assert_int_equal(early.regs.size, h->console.regs.size);
	assert_string_equal(early.compatible, compatible);
}

static void console_by_stdout_path(void **state)
{
	(void)state;
	check_console(BOARD(UARTS "aliases { serial0 = \"/soc/third@b000\"; }; chosen { stdout-path = \"serial0:115200n8\"; };"), "/soc/third@b000",
		      "cdns,uart-r1p12", 0x20000b000, 115200);
	check_console(BOARD(UARTS "chosen { stdout-path = \"/soc/second@a000\"; };"), "/soc/second@a000", "snps,dw-apb-uart", 0x20000a000, 0);
	/* Asked for by name: the loader uses it, whatever its status. */
	check_console(BOARD(UARTS "chosen { stdout-path = \"/soc/second:9600\"; };"), "/soc/second@a000", "snps,dw-apb-uart", 0x20000a000, 9600);
	check_console(BOARD(UARTS "chosen { stdout-path = \"/first@9000:9600\"; };"), "/first@9000", "arm,pl011", 0x9000, 9600);
	/* No driver for it: no other UART is taken instead. */
	check_console(BOARD(UARTS "chosen { stdout-path = \"/odd@c000\"; };"), NULL, NULL, 0, 0);
}

/* What does not lead to a node is no stdout-path: not a beginning of one's name, nor a path through others. */
static void paths_that_lead_nowhere(void **state)
{
	static const char *const paths[] = { "/soc/thir", "/soc/third@b000/x", "/third@b000", "/soc/third@b0001", "/clk/third@b000", "serial", "serial01", "odd" };
	char source[4096];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		snprintf(source, sizeof(source), BOARD(UARTS "aliases { serial0 = \"/soc/third@b000\"; odd = <1>; }; chosen { stdout-path = \"%s\"; };"), paths[i]);
		check_console(source, "/soc/second@a000", "snps,dw-apb-uart", 0x20000a000, 0);
	}
}

static void console_without_stdout_path(void **state)
{
	struct host *h;

	(void)state;
	check_console(BOARD(UARTS), "/soc/second@a000", "snps,dw-apb-uart", 0x20000a000, 0);
	check_console(BOARD(UARTS "chosen { stdout-path = \"nowhere:115200\"; };"), "/soc/second@a000", "snps,dw-apb-uart", 0x20000a000, 0);
	check_console(BOARD(""), NULL, NULL, 0, 0);
	h = parse(BOARD(UARTS));
	assert_int_equal(h->console.intid, 35);
	assert_false(h->console.edge);
	assert_int_equal(h->console.reg_shift, 2);
	assert_int_equal(h->console.reg_io_width, 4);
	assert_int_equal(h->console.clock_frequency, 24000000);
}

/* ---- Damage ---- */

#define WHOLE BOARD(UARTS "aliases { serial0 = \"/soc/third@b000\"; }; chosen { stdout-path = \"serial0\"; };" \
	"pcie { #address-cells = <3>; #size-cells = <2>; ranges; #interrupt-cells = <1>; interrupt-map = <0 0 0 1 &gic 0 3 4>; iommu-map = <0 &clk 0 1>; };")

static void missing_and_cut_off(void **state)
{
	struct host_console console;

	(void)state;
	assert_null(parse_bytes(NULL, 0));
	assert_true(found(FINDING_DTB_BAD, "there is none"));
	assert_non_null(parse(WHOLE));
	for (size_t size = 0; size < dtb_size; size++) {
		uint8_t *cut = malloc(size + 1);

		memcpy(cut, dtb, size);
		cut = realloc(cut, size ? size : 1);
		assert_null(parse_bytes(cut, size));
		assert_int_equal(findings.count, 1);
		assert_int_equal(findings.first->code, FINDING_DTB_BAD);
		assert_false(find_console(cut, size, &console));
		free(cut);
	}
}

/* Any damage is survived; damage to the header is always noticed, but for the boot CPU's number. */
static void bits_flipped(void **state)
{
	struct host_console console;

	(void)state;
	assert_non_null(parse(WHOLE));
	for (size_t bit = 0; bit < dtb_size * 8; bit += bit < 320 ? 1 : 7) { /* all of the header, and every 7th */
		uint8_t *b = (uint8_t *)dtb + bit / 8;

		*b ^= (uint8_t)(1u << bit % 8);
		struct host *h = parse_bytes(dtb, dtb_size);

		for (uint32_t i = 0; h && i < h->nr_nodes; i++)
			assert_true(strlen(h->nodes[i].path) < dtb_size);
		assert_true(h || findings.count);
		(void)!find_console(dtb, dtb_size, &console);
		if (bit < 32)
			assert_null(h);
		*b ^= (uint8_t)(1u << bit % 8);
	}
}

static void too_deep(void **state)
{
	static char source[8192];
	size_t n = 0;

	(void)state;
	for (int depth = 62; depth <= 64; depth++) {
		n = (size_t)sprintf(source, "/ {");
		for (int i = 0; i < depth; i++)
			n += (size_t)sprintf(source + n, "a {");
		for (int i = 0; i <= depth; i++)
			n += (size_t)sprintf(source + n, "};");
		assert_int_equal(parse(source) != NULL, depth < 64);
	}
	assert_true(found(FINDING_DTB_BAD, "too deeply"));
}

static void misaligned(void **state)
{
	(void)state;
	assert_non_null(parse(WHOLE));
	uint8_t *shifted = malloc(dtb_size + 4);

	memcpy(shifted + 4, dtb, dtb_size);
	assert_null(parse_bytes(shifted + 4, dtb_size));
	assert_true(found(FINDING_DTB_BAD, "multiple of 8"));
	free(shifted);
}

static void reservations_without_end(void **state)
{
	(void)state;
	assert_non_null(parse(WHOLE));
	fdt32_st((uint8_t *)dtb + offsetof(struct fdt_header, off_mem_rsvmap), (uint32_t)align_down(dtb_size, 8));
	assert_null(parse_bytes(dtb, dtb_size));
	assert_true(found(FINDING_DTB_BAD, "reservations"));
}

static void two_nodes_of_one_phandle(void **state)
{
	(void)state;
	assert_non_null(parse(BOARD("a { phandle = <0x77>; }; b { phandle = <0x77>; };")));
	assert_true(found(FINDING_DTB_BAD, "/a and /b have the same phandle"));
}

/* Whatever it runs out at, it says so, and gives the arena's end back. */
static void too_little_memory(void **state)
{
	size_t size = 0;
	struct host *h = NULL;

	(void)state;
	assert_non_null(parse(WHOLE));
	for (; !h; size += 56) {
		arena_init(&arena, memory, size);
		findings_init(&findings, &arena);

		const struct tree *tree = dt_open_host(dtb, dtb_size, &arena, &findings);

		h = tree ? dt_parse_host(tree, &arena, &findings) : NULL;
		assert_int_equal(arena.size, size);
		assert_int_equal(findings.count, h ? 0 : 1);
		assert_true(size < 100000);
	}
	assert_true(size > 4000);
}

static int release(void **state)
{
	(void)state;
	free(dtb);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_board),
		cmocka_unit_test(nodes_have_parents_and_paths),
		cmocka_unit_test(addresses_go_through_all_ranges),
		cmocka_unit_test(numbers_that_are_no_addresses),
		cmocka_unit_test(malformed_regs),
		cmocka_unit_test(gic_specifiers),
		cmocka_unit_test(interrupt_parents),
		cmocka_unit_test(interrupt_maps),
		cmocka_unit_test(circles_end),
		cmocka_unit_test(references),
		cmocka_unit_test(references_by_name),
		cmocka_unit_test(bad_references),
		cmocka_unit_test(streams),
		cmocka_unit_test(bus_masters),
		cmocka_unit_test(every_property_name_is_found),
		cmocka_unit_test(every_compatible_is_found),
		cmocka_unit_test(cpus_of_all_kinds),
		cmocka_unit_test(memory_in_pieces),
		cmocka_unit_test(what_is_missing_is_told),
		cmocka_unit_test(gicv2),
		cmocka_unit_test(gicv3_with_several_regions),
		cmocka_unit_test(timer_by_name),
		cmocka_unit_test(initrd_that_ends_before_it_starts),
		cmocka_unit_test(names_of_nodes),
		cmocka_unit_test(console_by_stdout_path),
		cmocka_unit_test(paths_that_lead_nowhere),
		cmocka_unit_test(console_without_stdout_path),
		cmocka_unit_test(missing_and_cut_off),
		cmocka_unit_test(bits_flipped),
		cmocka_unit_test(too_deep),
		cmocka_unit_test(misaligned),
		cmocka_unit_test(reservations_without_end),
		cmocka_unit_test(two_nodes_of_one_phandle),
		cmocka_unit_test(too_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
