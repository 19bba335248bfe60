/* SPDX-License-Identifier: Apache-2.0 */
/* dt_write_guest: plans made by hand over a board in source, the result read back with libfdt, and accepted by dtc without a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dt/dt.h"
#include "dt/tree.h"
#include "tests/unit/dts.h"

static const char board[] =
	"/ { #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>; model = \"b\"; compatible = \"b\";\n"
	"gic: intc@8000000 { phandle = <0x42>; compatible = \"arm,gic-v3\"; #interrupt-cells = <3>; interrupt-controller; #address-cells = <2>; #size-cells = <2>;\n"
	"  ranges; interrupts = <1 9 4>; reg = <0 0x8000000 0 0x10000 0 0x80a0000 0 0xf60000>; };\n"
	"timer { compatible = \"arm,armv8-timer\"; interrupts = <1 13 4>, <1 14 4>, <1 11 4>, <1 10 4>; clock-frequency = <8000000>; };\n"
	"cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { compatible = \"arm,cortex-a57\", \"arm,armv8\"; reg = <0>; }; cpu@100 { compatible = \"arm,cortex-a53\"; reg = <0x100>; };\n"
	"  cpu@101 { reg = <0x101>; }; };\n"
	"memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x40000000>; };\n"
	"osc: oscillator { compatible = \"fixed-clock\"; #clock-cells = <0>; clock-frequency = <1000>; };\n"
	"clkc: clock-controller@20000 { compatible = \"m,clkc\"; reg = <0 0x20000 0 0x1000>; #clock-cells = <1>; #reset-cells = <1>; };\n"
	"smmu: iommu@30000 { compatible = \"m,mmu\"; reg = <0 0x30000 0 0x1000>; #iommu-cells = <1>; };\n"
	"rtc@9010000 { compatible = \"arm,pl031\", \"arm,primecell\"; reg = <0 0x9010000 0 0x1000>; interrupts = <0 2 4>; clocks = <&osc>; clock-names = \"apb_pclk\"; status = \"okay\"; };\n"
	"timer2: timer-of-ours { compatible = \"m,t\"; };\n"
	"soc { #address-cells = <1>; #size-cells = <1>; ranges = <0 1 0 0x1000000>; compatible = \"simple-bus\";\n"
	"  dev@5000 { compatible = \"m,dev\"; reg = <0x5000 0x100>, <0x6000 0x200>; reg-names = \"a\", \"b\"; interrupts = <0 8 1>, <0 9 4>; interrupt-names = \"x\", \"y\";\n"
	"    clocks = <&osc>, <&clkc 3>; clock-names = \"p\", \"q\"; resets = <&clkc 1>; reset-names = \"r\"; iommus = <&smmu 5>; m,mode = <7>; dma-coherent;\n"
	"    assigned-clocks = <&clkc 3>; assigned-clock-rates = <100>; reset-gpios = <&gpio 1 0>; pinctrl-names = \"default\"; pinctrl-0 = <&pins>; m,grf = <&sys 4>; msi-parent = <&gic>; };\n"
	"  gpio: gpio@7000 { compatible = \"m,gpio\"; reg = <0x7000 0x100>; gpio-controller; #gpio-cells = <2>; interrupt-controller; #interrupt-cells = <2>; #address-cells = <0>;\n"
	"    interrupts = <0 10 4>; pins: pins { }; };\n"
	"  sys: sys@7800 { compatible = \"m,sys\", \"syscon\"; reg = <0x7800 0x100>; };\n"
	"  i2c@8000 { compatible = \"m,i2c\"; reg = <0x8000 0x100>; #address-cells = <1>; #size-cells = <0>; interrupts = <0 11 4>;\n"
	"    sensor@48 { compatible = \"m,sensor\"; reg = <0x48>; interrupt-parent = <&gpio>; interrupts = <3 1>; };\n"
	"    wired@49 { compatible = \"m,wired\"; reg = <0x49>; interrupt-parent = <&gic>; interrupts = <0 12 1>; status = \"disabled\"; }; };\n"
	"  sub: bus@9000 { compatible = \"simple-bus\"; reg = <0x9000 0x1000>; #address-cells = <1>; #size-cells = <1>; ranges = <0 0x9000 0x1000>;\n"
	"    uart@10 { compatible = \"ns16550a\"; reg = <0x10 0x10>; interrupts = <0 13 4>; current-speed = <57600>; }; };\n"
	"  serial@a000 { compatible = \"arm,pl011\"; reg = <0xa000 0x1000>; interrupts = <0 14 4>; }; };\n"
	"aliases { i2c5 = \"/soc/i2c@8000\"; sensor = \"/soc/i2c@8000/sensor@48\"; serial3 = \"/soc/bus@9000/uart@10\"; serial0 = \"/soc/bus@9000/uart@10\"; rtc0 = \"/rtc@9010000\";\n"
	"  ethernet0 = \"/soc/dev@5000\"; };\n"
	"other { oscillator { compatible = \"fixed-clock\"; #clock-cells = <0>; clock-frequency = <2000>; }; };\n"
	"};";

static _Alignas(64) uint8_t memory[512 << 10];
static struct arena arena;
static struct findings findings;
static void *host_dtb;
static struct host *host;
static uint32_t cpus[128];
static struct plan_region regions[6];
static struct plan_grant grants[16];
static struct plan_irq irqs[1];
static void *overlay;
static struct vm_config config;
static struct plan_vm vm;
static struct plan plan;

/* The plan of a small VM; each test adds to it. */
static int set_up(void **state)
{
	size_t size;

	(void)state;
	host_dtb = dts_compile(board, &size);
	arena_init(&arena, memory, sizeof(memory));
	findings_init(&findings, &arena);

	const struct tree *tree = dt_open_host(host_dtb, size, &arena, &findings);

	assert_non_null(tree);
	host = dt_parse_host(tree, &arena, &findings);
	assert_non_null(host);
	assert_int_equal(findings.count, 0);
	config = (struct vm_config){ .name = "linux", .path = "/vms/linux", .bootargs = "", .fdt_fragment = SYSTEM_NO_IMAGE };
	regions[0] = (struct plan_region){ .kind = PLAN_REGION_RAM, .ipa = { 0x40000000 }, .size = 0x1000000 };
	cpus[0] = 0;
	vm = (struct plan_vm){
		.config = &config, .vcpu_cpu = cpus, .nr_vcpus = 1, .gic_version = 3, .regions = regions, .nr_regions = 1, .grants = grants,
		.frames = { .gicd = { 0x8000000, 0x10000 }, .gicr = { 0x80a0000, 0x20000 }, .uart = { 0x9000000, 0x1000 }, .uart_intid = 33 },
		.ramdisk = { .image = SYSTEM_NO_IMAGE }, .dtb_room = 1 << 20,
	};
	plan = (struct plan){ .host = host, .vms = &vm, .nr_vms = 1 };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(host_dtb);
	free(overlay);
	overlay = NULL;
	return 0;
}

static void grant(const char *path, enum plan_grant_kind kind)
{
	grants[vm.nr_grants].node = host_find_path(host, path);
	assert_int_not_equal(grants[vm.nr_grants].node, HOST_NO_NODE);
	grants[vm.nr_grants++].kind = kind;
}

static const void *dtb; /* what was written */

static void write_guest(void)
{
	struct tree t;
	size_t used;

	assert_int_equal(dt_write_guest(&plan, &vm, &arena, &findings), OK);
	assert_int_equal(findings.count, 0);
	dtb = vm.dtb_blob;
	used = arena.used;
	assert_null(tree_index(&t, dtb, vm.dtb_size, &arena));
	arena.used = used;
	assert_int_equal(vm.dtb_size, fdt_totalsize(dtb));
	assert_int_equal(dts_complaints(dtb, vm.dtb_size), 0);
}

static int node(const char *path)
{
	int at = fdt_path_offset(dtb, path);

	if (at < 0)
		fail_msg("no node %s", path);
	return at;
}

static bool has(const char *path, const char *property)
{
	return fdt_getprop(dtb, node(path), property, NULL) != NULL;
}

/* The value is just these cells, up to the END. */
#define END 0x7e57e57e
static void assert_cells_of(const char *path, const char *property, const uint32_t *cells)
{
	int len;
	const void *p = fdt_getprop(dtb, node(path), property, &len);
	int n = 0;

	if (!p)
		fail_msg("%s has no %s", path, property);
	for (; cells[n] != END; n++) {
		assert_true(n * 4 < len);
		assert_int_equal(tree_cell(p, (size_t)n), cells[n]);
	}
	assert_int_equal(len, n * 4);
}
#define assert_cells(path, property, ...) assert_cells_of(path, property, (const uint32_t[]){ __VA_ARGS__, END })

static void assert_text(const char *path, const char *property, const char *text)
{
	int len;
	const char *p = fdt_getprop(dtb, node(path), property, &len);

	assert_non_null(p);
	assert_string_equal(p, text);
}

/* ---- What every guest has ---- */

static void a_plain_guest(void **state)
{
	(void)state;
	cpus[1] = 1;
	cpus[2] = 2;
	vm.nr_vcpus = 3;
	config.bootargs = "console=ttyAMA0";
	vm.ramdisk = (struct plan_load){ .image = 0, .ipa = { 0x42000000 }, .size = 0x12345 };
	write_guest();
	assert_text("/", "compatible", "bulkhead,vm");
	assert_text("/", "model", "Bulkhead VM linux");
	assert_cells("/", "#address-cells", 2);
	assert_cells("/", "#size-cells", 2);
	assert_cells("/", "interrupt-parent", 0x42);
	assert_cells("/memory@40000000", "reg", 0, 0x40000000, 0, 0x1000000);
	assert_text("/memory@40000000", "device_type", "memory");
	assert_text("/cpus/cpu@0", "compatible", "arm,cortex-a57");
	assert_text("/cpus/cpu@1", "compatible", "arm,cortex-a53");
	assert_text("/cpus/cpu@2", "compatible", "arm,armv8");
	assert_cells("/cpus/cpu@2", "reg", 2);
	assert_text("/cpus/cpu@2", "enable-method", "psci");
	assert_text("/psci", "compatible", "arm,psci-1.0");
	assert_text("/psci", "method", "hvc");
	assert_cells("/timer", "interrupts", 1, 13, 8, 1, 14, 8, 1, 11, 8, 1, 10, 8);
	assert_cells("/timer", "clock-frequency", 8000000);
	assert_text("/interrupt-controller@8000000", "compatible", "arm,gic-v3");
	assert_cells("/interrupt-controller@8000000", "reg", 0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 0x20000);
	assert_cells("/interrupt-controller@8000000", "phandle", 0x42);
	assert_cells("/interrupt-controller@8000000", "#interrupt-cells", 3);
	assert_cells("/interrupt-controller@8000000", "#address-cells", 0);
	assert_cells("/serial@9000000", "interrupts", 0, 1, 4);
	assert_cells("/serial@9000000", "reg", 0, 0x9000000, 0, 0x1000);
	assert_text("/chosen", "bootargs", "console=ttyAMA0");
	assert_text("/chosen", "stdout-path", "serial0:115200n8");
	assert_text("/aliases", "serial0", "/serial@9000000");
	assert_cells("/chosen", "linux,initrd-start", 0x42000000);
	assert_cells("/chosen", "linux,initrd-end", 0x42012345);
	/* The UART's clock is a fixed one of 24 MHz, under a phandle that no node of the board has. */
	int clock = fdt_node_offset_by_phandle(dtb, tree_cell(fdt_getprop(dtb, node("/serial@9000000"), "clocks", NULL), 0));

	assert_int_equal(clock, node("/clock-24000000"));
	assert_true(fdt_node_offset_by_phandle(host_dtb, fdt_get_phandle(dtb, clock)) < 0);
	assert_int_equal(fdt_stringlist_search(dtb, node("/serial@9000000"), "clock-names", "apb_pclk"), 1);
	assert_int_equal(fdt_stringlist_search(dtb, node("/serial@9000000"), "compatible", "arm,primecell"), 1);
}

static void without_console_or_ramdisk(void **state)
{
	(void)state;
	vm.frames.uart.size = 0;
	write_guest();
	assert_false(has("/chosen", "stdout-path"));
	assert_false(has("/chosen", "linux,initrd-start"));
	assert_false(has("/chosen", "bootargs"));
	assert_true(fdt_path_offset(dtb, "/aliases") < 0);
	assert_true(fdt_path_offset(dtb, "/clock-24000000") < 0);
}

static void memory_regions(void **state)
{
	(void)state;
	regions[0] = (struct plan_region){ .kind = PLAN_REGION_RAM, .ipa = { 0x4000000 }, .size = 0x80000 };
	regions[1] = (struct plan_region){ .kind = PLAN_REGION_DEVICE, .ipa = { 0x9010000 }, .size = 0x1000 };
	regions[2] = (struct plan_region){ .kind = PLAN_REGION_RAM, .ipa = { 0x40000000 }, .size = 0x1000 };
	regions[3] = (struct plan_region){ .kind = PLAN_REGION_RAM, .ipa = { 0x40001000 }, .size = 0x2000 };
	regions[4] = (struct plan_region){ .kind = PLAN_REGION_RAM, .ipa = { 0x100000000 }, .size = 0x200000000 };
	vm.nr_regions = 5;
	write_guest();
	assert_cells("/memory@4000000", "reg", 0, 0x4000000, 0, 0x80000);
	assert_cells("/memory@40000000", "reg", 0, 0x40000000, 0, 0x3000);
	assert_cells("/memory@100000000", "reg", 1, 0, 2, 0);
	assert_true(fdt_path_offset(dtb, "/memory@9010000") < 0);
	assert_true(fdt_path_offset(dtb, "/memory@40001000") < 0);
}

static void large_initrd_address(void **state)
{
	(void)state;
	vm.ramdisk = (struct plan_load){ .image = 0, .ipa = { 0xffffff000 }, .size = 0x2000 };
	write_guest();
	assert_cells("/chosen", "linux,initrd-start", 0xf, 0xfffff000);
	assert_cells("/chosen", "linux,initrd-end", 0x10, 0x1000);
}

static void many_cpus(void **state)
{
	(void)state;
	vm.nr_vcpus = 128;
	memset(cpus, 0, sizeof(cpus));
	write_guest();
	assert_cells("/cpus/cpu@f", "reg", 15);
	assert_cells("/cpus/cpu@100", "reg", 0x100);
	assert_cells("/cpus/cpu@70f", "reg", 0x70f);
	assert_true(vm.dtb_size > 8192);
}

static void gicv2_guest(void **state)
{
	(void)state;
	vm.gic_version = 2;
	vm.nr_vcpus = 3;
	vm.frames.gicr = (struct mem_range){ 0 };
	vm.frames.gicc = (struct mem_range){ 0x8010000, 0x2000 };
	write_guest();
	assert_text("/interrupt-controller@8000000", "compatible", "arm,gic-400");
	assert_cells("/interrupt-controller@8000000", "reg", 0, 0x8000000, 0, 0x10000, 0, 0x8010000, 0, 0x2000);
	assert_cells("/timer", "interrupts", 1, 13, 0x708, 1, 14, 0x708, 1, 11, 0x708, 1, 10, 0x708);
}

/* ---- Granted nodes ---- */

static void a_device_with_its_clock(void **state)
{
	(void)state;
	grant("/rtc@9010000", PLAN_GRANT_OWN);
	grant("/oscillator", PLAN_GRANT_COPY);
	write_guest();
	assert_cells("/rtc@9010000", "reg", 0, 0x9010000, 0, 0x1000);
	assert_cells("/rtc@9010000", "interrupts", 0, 2, 4);
	assert_text("/rtc@9010000", "compatible", "arm,pl031");
	assert_text("/rtc@9010000", "clock-names", "apb_pclk");
	assert_cells("/rtc@9010000", "clocks", fdt_get_phandle(dtb, node("/oscillator")));
	assert_false(has("/rtc@9010000", "status"));
	assert_cells("/oscillator", "clock-frequency", 1000);
}

static void a_device_from_a_bus(void **state)
{
	(void)state;
	grant("/soc/dev@5000", PLAN_GRANT_OWN);
	write_guest();
	assert_cells("/dev@100005000", "reg", 1, 0x5000, 0, 0x100, 1, 0x6000, 0, 0x200);
	assert_text("/dev@100005000", "reg-names", "a");
	assert_cells("/dev@100005000", "interrupts", 0, 8, 1, 0, 9, 4);
	assert_text("/dev@100005000", "interrupt-names", "x");
	assert_cells("/dev@100005000", "m,mode", 7);
	assert_true(has("/dev@100005000", "dma-coherent"));
	/* The guest has neither these providers nor what names their entries. */
	static const char *const gone[] = {
		"clocks", "clock-names", "resets", "reset-names", "iommus", "assigned-clocks", "assigned-clock-rates", "reset-gpios", "pinctrl-names", "pinctrl-0",
		"m,grf", "msi-parent", "interrupt-parent", "status",
	};

	for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
		if (has("/dev@100005000", gone[i]))
			fail_msg("%s is still there", gone[i]);
}

static void references_to_what_is_there(void **state)
{
	(void)state;
	grant("/oscillator", PLAN_GRANT_COPY);
	grant("/clock-controller@20000", PLAN_GRANT_OWN);
	grant("/soc/dev@5000", PLAN_GRANT_OWN);
	grant("/soc/gpio@7000", PLAN_GRANT_OWN);
	grant("/soc/gpio@7000/pins", PLAN_GRANT_OWN);
	grant("/soc/sys@7800", PLAN_GRANT_OWN);
	write_guest();
	uint32_t clkc = fdt_get_phandle(dtb, node("/clock-controller@20000")), osc = fdt_get_phandle(dtb, node("/oscillator"));

	assert_cells("/dev@100005000", "clocks", osc, clkc, 3);
	assert_int_equal(fdt_stringlist_search(dtb, node("/dev@100005000"), "clock-names", "q"), 1);
	assert_cells("/dev@100005000", "resets", clkc, 1);
	assert_cells("/dev@100005000", "assigned-clock-rates", 100);
	assert_cells("/dev@100005000", "reset-gpios", fdt_get_phandle(dtb, node("/gpio@100007000")), 1, 0);
	assert_cells("/dev@100005000", "pinctrl-0", fdt_get_phandle(dtb, node("/gpio@100007000/pins")));
	assert_text("/dev@100005000", "pinctrl-names", "default");
	assert_cells("/dev@100005000", "m,grf", fdt_get_phandle(dtb, node("/sys@100007800")), 4);
	assert_cells("/gpio@100007000", "interrupts", 0, 10, 4);
	assert_cells("/gpio@100007000", "#interrupt-cells", 2);
}

static void children_with_numbers_of_their_own(void **state)
{
	(void)state;
	grant("/soc/gpio@7000", PLAN_GRANT_OWN);
	grant("/soc/i2c@8000", PLAN_GRANT_OWN);
	grant("/soc/i2c@8000/sensor@48", PLAN_GRANT_OWN);
	grant("/soc/i2c@8000/wired@49", PLAN_GRANT_OWN);
	write_guest();
	assert_cells("/i2c@100008000", "#address-cells", 1);
	assert_cells("/i2c@100008000", "#size-cells", 0);
	assert_cells("/i2c@100008000/sensor@48", "reg", 0x48);
	assert_cells("/i2c@100008000/sensor@48", "interrupts", 3, 1);
	assert_cells("/i2c@100008000/sensor@48", "interrupt-parent", fdt_get_phandle(dtb, node("/gpio@100007000")));
	assert_cells("/i2c@100008000/wired@49", "interrupts", 0, 12, 1);
	assert_cells("/i2c@100008000/wired@49", "interrupt-parent", 0x42);
	assert_text("/i2c@100008000/wired@49", "status", "disabled");
}

static void a_number_without_its_bus(void **state)
{
	(void)state;
	grant("/soc/i2c@8000/sensor@48", PLAN_GRANT_OWN);
	write_guest();
	assert_text("/sensor", "compatible", "m,sensor");
	assert_false(has("/sensor", "reg"));
}

static void an_interrupt_the_guest_does_not_have(void **state)
{
	(void)state;
	grant("/soc/i2c@8000", PLAN_GRANT_OWN);
	grant("/soc/i2c@8000/sensor@48", PLAN_GRANT_OWN);
	write_guest();
	assert_false(has("/i2c@100008000/sensor@48", "interrupts"));
	assert_false(has("/i2c@100008000/sensor@48", "interrupt-parent"));
}

static void a_bus_with_its_devices(void **state)
{
	(void)state;
	vm.frames.uart.size = 0;
	grant("/soc/bus@9000", PLAN_GRANT_OWN);
	grant("/soc/bus@9000/uart@10", PLAN_GRANT_OWN);
	write_guest();
	assert_cells("/bus@100009000", "#address-cells", 2);
	assert_cells("/bus@100009000", "#size-cells", 2);
	assert_true(has("/bus@100009000", "ranges"));
	assert_cells("/bus@100009000/uart@100009010", "reg", 1, 0x9010, 0, 0x10);
	assert_cells("/bus@100009000/uart@100009010", "interrupts", 0, 13, 4);
}

static void a_uart_of_its_own_is_the_console(void **state)
{
	(void)state;
	vm.frames.uart.size = 0;
	grant("/soc/bus@9000/uart@10", PLAN_GRANT_OWN);
	write_guest();
	/* At the speed that the loader has set, by the name that the board has for it. */
	assert_text("/aliases", "serial3", "/uart@100009010");
	assert_text("/chosen", "stdout-path", "serial3:57600");
}

static void a_console_without_a_name(void **state)
{
	(void)state;
	vm.frames.uart.size = 0;
	grant("/soc/serial@a000", PLAN_GRANT_OWN);
	write_guest();
	assert_true(fdt_path_offset(dtb, "/aliases") < 0);
	assert_text("/chosen", "stdout-path", "/serial@10000a000");
}

static void aliases_of_what_the_guest_has(void **state)
{
	(void)state;
	grant("/soc/i2c@8000", PLAN_GRANT_OWN);
	grant("/soc/i2c@8000/sensor@48", PLAN_GRANT_OWN);
	grant("/soc/bus@9000", PLAN_GRANT_OWN);
	grant("/soc/bus@9000/uart@10", PLAN_GRANT_OWN);
	grant("/rtc@9010000", PLAN_GRANT_OMIT);
	write_guest();
	assert_text("/aliases", "i2c5", "/i2c@100008000");
	assert_text("/aliases", "sensor", "/i2c@100008000/sensor@48");
	assert_text("/aliases", "serial3", "/bus@100009000/uart@100009010");
	assert_text("/aliases", "serial0", "/serial@9000000"); /* and not the board's */
	assert_false(has("/aliases", "rtc0"));
	assert_false(has("/aliases", "ethernet0"));
	assert_text("/chosen", "stdout-path", "serial0:115200n8");
}

static void names_that_meet_at_the_root(void **state)
{
	(void)state;
	grant("/oscillator", PLAN_GRANT_COPY);
	grant("/other/oscillator", PLAN_GRANT_COPY);
	write_guest();
	assert_cells("/oscillator", "clock-frequency", 1000);

	int n = 0;

	for (int at = fdt_first_subnode(dtb, 0); at >= 0; at = fdt_next_subnode(dtb, at))
		n += strncmp(fdt_get_name(dtb, at, NULL), "oscillator", 10) == 0;
	assert_int_equal(n, 2);
}

/* Every node of the board at once: nothing refers to nothing, and dtc has no complaint. */
static void everything(void **state)
{
	(void)state;
	static struct plan_grant all[64];

	vm.grants = all;
	for (uint32_t i = 1; i < host->nr_nodes; i++) {
		const char *path = host->nodes[i].path;

		if (strncmp(path, "/cpus", 5) && strncmp(path, "/memory", 7) && strncmp(path, "/intc", 5) && strcmp(path, "/timer") && strncmp(path, "/__", 3))
			all[vm.nr_grants++] = (struct plan_grant){ .node = i, .kind = PLAN_GRANT_OWN };
	}
	write_guest();
	assert_cells("/soc/dev@100005000", "clocks", fdt_get_phandle(dtb, node("/oscillator")), fdt_get_phandle(dtb, node("/clock-controller@20000")), 3);
}

/* ---- Limits ---- */

static void room_that_is_too_small(void **state)
{
	size_t used = arena.used;

	(void)state;
	write_guest();
	arena.used = used;
	vm.dtb_room = vm.dtb_size;
	write_guest();
	arena.used = used;
	vm.dtb_room = vm.dtb_size - 1;
	assert_int_equal(dt_write_guest(&plan, &vm, &arena, &findings), ERR_RANGE);
	assert_int_equal(arena.used > used, findings.count == 1);
	assert_int_equal(findings.first->code, FINDING_NO_MEMORY);
}

static void bootargs_larger_than_the_room(void **state)
{
	static char text[70000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	config.bootargs = text;
	write_guest();
	vm.dtb_room = 65536;
	assert_int_equal(dt_write_guest(&plan, &vm, &arena, &findings), ERR_RANGE);
}

static void memory_that_is_too_small(void **state)
{
	enum err e = ERR_NO_MEMORY;
	size_t used = arena.used;

	(void)state;
	for (size_t more = 0; e == ERR_NO_MEMORY && more < 10000; more += 8) {
		arena.used = used;
		arena.size = used + more;
		findings_init(&findings, &arena);
		e = dt_write_guest(&plan, &vm, &arena, &findings);
		assert_int_equal(findings.count, e != OK);
	}
	assert_int_equal(e, OK);
	assert_true(arena.size >= used + vm.dtb_size);
}

/* What it does not need of the arena it gives back, and the next one follows closely. */
static void memory_is_given_back(void **state)
{
	size_t used = arena.used;

	(void)state;
	vm.nr_vcpus = 128; /* several attempts */
	memset(cpus, 0, sizeof(cpus));
	write_guest();
	assert_true(arena.used - used < vm.dtb_size + 16u);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- Fragments ---- */

static struct system_image image;
static struct system images = { .images = &image, .nr_images = 1 };

static enum err write_with(const char *fragment)
{
	size_t size;

	free(overlay);
	overlay = dts_compile(fragment, &size);
	image = (struct system_image){ .name = "frag", .data = overlay, .size = size };
	config.fdt_fragment = 0;
	plan.system = &images;
	vm.dtb_max = 16 << 10;
	regions[1] = (struct plan_region){ .kind = PLAN_REGION_DEVICE, .ipa = { 0x100007000 }, .size = 0x1000 };
	vm.nr_regions = 2;
	grant("/soc/gpio@7000", PLAN_GRANT_OWN);
	grant("/soc/gpio@7000/pins", PLAN_GRANT_OWN);
	grant("/oscillator", PLAN_GRANT_COPY);
	irqs[0] = (struct plan_irq){ .intid = 42 };
	vm.irqs = irqs;
	vm.nr_irqs = 1;
	return dt_write_guest(&plan, &vm, &arena, &findings);
}

static void taken(const char *fragment)
{
	enum err e = write_with(fragment);

	if (e || findings.count)
		fail_msg("%s", findings.first ? findings.first->text : "no finding");
	dtb = vm.dtb_blob;
	assert_int_equal(dts_complaints(dtb, vm.dtb_size), 0);
	assert_true(fdt_path_offset(dtb, "/__symbols__") < 0);
}

/* Nodes that the VM has are known by the board's labels, wherever they are in its tree. */
static void labels_of_the_board(void **state)
{
	uint32_t gpio, line;

	(void)state;
	taken("/plugin/; &gpio { line: line { label = \"key\"; }; }; &pins { bias-disable; };\n"
	      "&{/} { keys { compatible = \"gpio-keys\"; key { gpios = <&gpio 3 1>; m,line = <&line>, <&line>; clocks = <&osc>; }; };\n"
	      "  m,x { interrupt-parent = <&gic>; interrupts = <0 10 4>; }; };");
	assert_text("/gpio@100007000/line", "label", "key");
	assert_true(has("/gpio@100007000/pins", "bias-disable"));
	gpio = fdt_get_phandle(dtb, node("/gpio@100007000"));
	line = fdt_get_phandle(dtb, node("/gpio@100007000/line"));
	assert_cells("/keys/key", "gpios", gpio, 3, 1);
	assert_cells("/keys/key", "m,line", line, line);
	assert_cells("/keys/key", "clocks", fdt_get_phandle(dtb, node("/oscillator")));
	assert_cells("/m,x", "interrupt-parent", 0x42);
}

static void fragments_without_labels(void **state)
{
	(void)state;
	taken("/plugin/; &{/gpio@100007000} { m,x; };");
	assert_true(has("/gpio@100007000", "m,x"));
}

/* All that are wrong are told. */
static void labels_that_are_not_there(void **state)
{
	(void)state;
	assert_int_equal(write_with("/plugin/; &clkc { m,x; }; &{/} { x { a = <&gpio>, <&sys>, <&nowhere>; }; };"), ERR_INVALID);
	assert_int_equal(findings.count, 3);
	assert_non_null(strstr(findings.first->text, "/vms/linux: fdt-fragment: frag refers to the label 'clkc', and the VM does not have /clock-controller@20000"));
	assert_non_null(strstr(findings.first->next->text, "'sys', and the VM does not have /soc/sys@7800"));
	assert_non_null(strstr(findings.first->next->next->text, "'nowhere', which the board's DTB does not have"));
}

static void board_without_labels(void **state)
{
	int symbols = fdt_path_offset(host_dtb, "/__symbols__");

	(void)state;
	assert_true(symbols > 0);
	assert_int_equal(fdt_nop_node(host_dtb, symbols), 0);

	const struct tree *tree = dt_open_host(host_dtb, fdt_totalsize(host_dtb), &arena, &findings);

	assert_non_null(tree);
	plan.host = host = dt_parse_host(tree, &arena, &findings);
	assert_int_equal(write_with("/plugin/; &gpio { m,x; };"), ERR_INVALID);
	assert_int_equal(findings.count, 1);
	assert_non_null(strstr(findings.first->text, "'gpio', which the board's DTB does not have"));
}

/* What labels take is not of the guest's tree: at its planned size it still fits. */
static void labels_take_no_room(void **state)
{
	static const char fragment[] = "/plugin/; &gpio { line: a_line_with_a_long_name { }; line2: another_line_with_a_long_name { }; };";
	uint32_t size;

	(void)state;
	taken(fragment);
	size = vm.dtb_size;
	vm.nr_grants = 0;
	vm.dtb_room = size;
	assert_int_equal(write_with(fragment), OK);
	vm.nr_grants = 0;
	vm.dtb_room = size - 1;
	assert_int_equal(write_with(fragment), ERR_INVALID);
	assert_non_null(strstr(findings.first->text, "larger than what was planned"));
}

/* Stolen time is not memory that the guest's allocator may have: it is found by calls (Arm DEN 0057). */
static void stolen_time_is_no_memory(void **state)
{
	(void)state;
	regions[1] = regions[0];
	regions[0] = (struct plan_region){ .kind = PLAN_REGION_PV_TIME, .ipa = { 0x3fff0000 }, .size = 0x10000 };
	vm.nr_regions = 2;
	vm.pv_time = (struct mem_range){ 0x3fff0000, 64 };
	write_guest();
	assert_cells("/memory@40000000", "reg", 0, 0x40000000, 0, 0x1000000);
	assert_int_equal(fdt_path_offset(dtb, "/memory@3fff0000"), -FDT_ERR_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plain_guest),
		TEST(without_console_or_ramdisk),
		TEST(memory_regions),
		TEST(large_initrd_address),
		TEST(many_cpus),
		TEST(stolen_time_is_no_memory),
		TEST(gicv2_guest),
		TEST(a_device_with_its_clock),
		TEST(a_device_from_a_bus),
		TEST(references_to_what_is_there),
		TEST(children_with_numbers_of_their_own),
		TEST(a_number_without_its_bus),
		TEST(an_interrupt_the_guest_does_not_have),
		TEST(a_bus_with_its_devices),
		TEST(a_uart_of_its_own_is_the_console),
		TEST(a_console_without_a_name),
		TEST(aliases_of_what_the_guest_has),
		TEST(names_that_meet_at_the_root),
		TEST(everything),
		TEST(room_that_is_too_small),
		TEST(bootargs_larger_than_the_room),
		TEST(memory_that_is_too_small),
		TEST(memory_is_given_back),
		TEST(labels_of_the_board),
		TEST(fragments_without_labels),
		TEST(labels_that_are_not_there),
		TEST(board_without_labels),
		TEST(labels_take_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
