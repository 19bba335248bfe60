/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation from the board's DTB to the proof fails once, all others succeed; and memory ends at every place: there is no plan, or the proof does not hold, and
 * something is said. The linker puts the functions below in the arena's place (tools/build/host.mk).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/init/pipeline.h"
#include "common/lib/sha256.h"
#include "common/prove.h"
#include "common/stage2.h"
#include "tests/unit/dts.h"

#define NEVER UINT64_MAX
#define PA_RANGE_48 5

static uint64_t until_failure; /* allocations that still succeed before the one that fails */
static uint64_t allocations;

void *__real_arena_alloc(struct arena *a, size_t size, size_t align);
void *__real_arena_alloc_array(struct arena *a, size_t n, size_t size, size_t align);
char *__real_arena_strndup(struct arena *a, const char *s, size_t len);
void *__wrap_arena_alloc(struct arena *a, size_t size, size_t align);
void *__wrap_arena_alloc_array(struct arena *a, size_t n, size_t size, size_t align);
char *__wrap_arena_strndup(struct arena *a, const char *s, size_t len);

static bool fails(void)
{
	allocations++;
	return until_failure != NEVER && until_failure-- == 0;
}

void *__wrap_arena_alloc(struct arena *a, size_t size, size_t align)
{
	return fails() ? NULL : __real_arena_alloc(a, size, align);
}

void *__wrap_arena_alloc_array(struct arena *a, size_t n, size_t size, size_t align)
{
	return fails() ? NULL : __real_arena_alloc_array(a, n, size, align);
}

char *__wrap_arena_strndup(struct arena *a, const char *s, size_t len)
{
	return fails() ? NULL : __real_arena_strndup(a, s, len);
}

static const char board[] =
	"/ { #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>; model = \"a board\"; compatible = \"vendor,board\";\n"
	"aliases { serial0 = &uart; };\n"
	"chosen { stdout-path = \"serial0\"; bootargs = \"color=off\"; };\n"
	"cpus { #address-cells = <1>; #size-cells = <0>;\n"
	"cpu@0 { device_type = \"cpu\"; compatible = \"arm,cortex-a72\"; reg = <0>; enable-method = \"psci\"; };\n"
	"cpu@1 { device_type = \"cpu\"; compatible = \"arm,cortex-a72\"; reg = <1>; enable-method = \"psci\"; }; };\n"
	"memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x40000000>; };\n"
	"reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; secure@60000000 { reg = <0 0x60000000 0 0x100000>; no-map; }; };\n"
	"psci { compatible = \"arm,psci-1.0\"; method = \"smc\"; };\n"
	"timer { compatible = \"arm,armv8-timer\"; interrupts = <1 13 4>, <1 14 4>, <1 11 4>, <1 10 4>; };\n"
	"clock: apb-pclk { compatible = \"fixed-clock\"; #clock-cells = <0>; clock-frequency = <24000000>; };\n"
	"resets: reset@9500000 { compatible = \"vendor,reset\"; reg = <0 0x9500000 0 0x1000>; #reset-cells = <1>; };\n"
	"gic: intc@8000000 { compatible = \"arm,gic-v3\"; interrupt-controller; #interrupt-cells = <3>; reg = <0 0x8000000 0 0x10000>, <0 0x80a0000 0 0xf60000>;"
	" interrupts = <1 9 4>; };\n"
	"uart: pl011@9000000 { compatible = \"arm,pl011\", \"arm,primecell\"; reg = <0 0x9000000 0 0x1000>; interrupts = <0 1 4>; clocks = <&clock>, <&clock>;"
	" clock-names = \"uartclk\", \"apb_pclk\"; };\n"
	"pl031@9010000 { compatible = \"arm,pl031\", \"arm,primecell\"; reg = <0 0x9010000 0 0x1000>; interrupts = <0 2 4>; clocks = <&clock>; clock-names = \"apb_pclk\"; };\n"
	"watched@9600000 { compatible = \"vendor,watched\"; reg = <0 0x9600000 0 0x1000>; interrupts = <0 20 4>; resets = <&resets 3>; };\n"
	"virtio_mmio@a000000 { compatible = \"virtio,mmio\"; reg = <0 0xa000000 0 0x200>; interrupts = <0 16 1>; dma-coherent; };\n"
	"gpio@9030000 { compatible = \"vendor,gpio\"; reg = <0 0x9030000 0 0x1000>; interrupts = <0 7 4>; gpio-controller; #gpio-cells = <2>; };\n"
	"};";

#define RAW "raw: rtos { type = \"standalone\"; arch = \"arm64\"; load = <0x40200000>; data = \"bytes of a raw binary\";" \
	" hash-1 { algo = \"sha256\"; value = [be8f154b426eeea0a6e15c5fcf3eac6aae81bac6e55c46495dc8df077befddb1]; }; };"
#define RAMDISK "rd: rootfs { type = \"ramdisk\"; os = \"linux\"; arch = \"arm64\"; compression = \"none\"; data = \"a ramdisk\";" \
	" hash-1 { algo = \"sha256\"; value = [f0b5912c2a9bcb486f7180e0cd3cf7f3394cb21f9965edb90c237ee09ac20323]; }; };"

static const char file[] =
	"/ { description = \"A system\"; #address-cells = <1>; images { " RAW RAMDISK " }; vms {\n"
	"one { cpus = <0>; memory = <0 0x2000000>; kernel = <&raw>; ramdisk = <&rd>; bootargs = \"console=ttyAMA0\"; passthrough = \"/pl031@9010000\", \"/watched@9600000\"; watchdog; };\n"
	"two { cpus = <1>; memory = <0 0x1000000>; kernel = <&raw>; gic-version = <2>; devices = \"rest\"; };\n"
	"}; };";

struct attempt {
	struct arena arena;
	struct findings findings;
	struct plan *plan;
	bool proven;
};

static _Alignas(65536) uint8_t memory[1 << 20], tables[2][1 << 18];

static enum err build_and_prove(struct attempt *a)
{
	struct prove_vm *proofs = ARENA_ARRAY(&a->arena, struct prove_vm, a->plan->nr_vms);
	enum err e = proofs ? OK : ERR_NO_MEMORY;

	for (uint32_t i = 0; i < a->plan->nr_vms && !e; i++) {
		const struct plan_vm *vm = &a->plan->vms[i];
		uint32_t *intids = ARENA_ARRAY(&a->arena, uint32_t, vm->nr_irqs);
		struct pgtable stage2;
		struct arena pool;

		arena_init(&pool, tables[i], sizeof(tables[i]));
		e = intids ? stage2_build(vm, &pool, &stage2) : ERR_NO_MEMORY;
		if (e)
			break;
		for (uint32_t n = 0; n < vm->nr_irqs; n++)
			intids[n] = vm->irqs[n].intid;
		proofs[i] = (struct prove_vm){ .vttbr = (uint64_t)(vm->id + 1) << 48 | pa_of(stage2.root).v, .vtcr = pgtable_vtcr(&stage2, PA_RANGE_48),
					       .tables = { pa_of(tables[i]).v, sizeof(tables[i]) }, .intids = intids, .nr_intids = vm->nr_irqs };
	}
	return e ? e : prove_separation(a->plan, proofs, &a->arena, &a->findings);
}

static void *dtb, *fit;
static size_t dtb_size, fit_size;

/* As common/init/main.c goes; the nth allocation fails, and there is so much memory. */
static void attempt(struct attempt *a, uint64_t n, size_t size)
{
	struct pipeline_input in = { .fit = fit, .fit_size = fit_size, .hypervisor = { 0x40200000, MIB(2) }, .system_file = { 0x48000000, KIB(64) },
				     .host_dtb = { 0x4a800000, MIB(1) }, .boot_mpidr = PIPELINE_FIRST_CPU, .pa_bits = 48, .granule64_ok = true,
				     .arena = &a->arena, .findings = &a->findings };
	const struct tree *tree;

	*a = (struct attempt){ .plan = NULL };
	until_failure = n;
	allocations = 0;
	arena_init(&a->arena, memory, size);
	findings_init(&a->findings, &a->arena);
	tree = dt_open_host(dtb, dtb_size, &a->arena, &a->findings);
	in.host = tree ? dt_parse_host(tree, &a->arena, &a->findings) : NULL;
	/* main.c ends here without a board. */
	if (!in.host)
		return;
	a->plan = pipeline_plan(&in);
	if (a->plan)
		a->proven = build_and_prove(a) == OK && !a->findings.count;
}

/* What VMs get in the end. */
struct outcome {
	struct plan_region regions[2][32];
	struct plan_irq irqs[2][32];
	uint32_t nr_regions[2], nr_irqs[2];
	uint64_t stage2[2][5];
	uint8_t dtb[2][SHA256_SIZE];
};

static struct outcome good;

static struct outcome outcome(const struct attempt *a)
{
	struct outcome o = { .nr_regions = { 0 } };
	struct sha256 sha;

	for (uint32_t i = 0; i < a->plan->nr_vms; i++) {
		const struct plan_vm *vm = &a->plan->vms[i];

		assert_true(vm->nr_regions <= 32 && vm->nr_irqs <= 32);
		memcpy(o.regions[i], vm->regions, vm->nr_regions * sizeof(*vm->regions));
		memcpy(o.irqs[i], vm->irqs, vm->nr_irqs * sizeof(*vm->irqs));
		o.nr_regions[i] = vm->nr_regions;
		o.nr_irqs[i] = vm->nr_irqs;
		memcpy(o.stage2[i], (uint64_t[]){ vm->stage2.granule_shift, vm->stage2.ipa_bits, vm->stage2.start_level, vm->stage2.root_pages, vm->stage2.table_pages },
		       sizeof(o.stage2[i]));
		sha256_init(&sha, NULL);
		sha256_update(&sha, vm->dtb_blob, vm->dtb_size);
		sha256_finish(&sha, o.dtb[i]);
	}
	return o;
}

/* Only why a device was left out may be forgotten (passthrough/rest.c), and VMs get the very same. */
static void expect_refusal(const struct attempt *a, const char *what, uint64_t n)
{
	if (!a->plan && !a->findings.count)
		fail_msg("%s %llu: nothing is said", what, (unsigned long long)n);
	if (a->plan && a->proven) {
		struct outcome o = outcome(a);

		if (memcmp(&o, &good, sizeof(good)))
			fail_msg("%s %llu: the VMs would start with something else than they should have", what, (unsigned long long)n);
	}
}

static void expect_success(struct attempt *a)
{
	attempt(a, NEVER, sizeof(memory));
	for (const struct finding *f = a->findings.first; f; f = f->next)
		print_message("# %s\n", f->text);
	assert_true(a->plan && a->proven);
	good = outcome(a);
	assert_true(good.nr_irqs[0] && good.nr_irqs[1]);
}

static void test_every_allocation(void **state)
{
	uint64_t total, unproven = 0, same = 0;
	struct attempt a;

	(void)state;
	expect_success(&a);
	total = allocations;
	for (uint64_t n = 0; n < total; n++) {
		attempt(&a, n, sizeof(memory));
		expect_refusal(&a, "allocation", n);
		unproven += a.plan && !a.proven;
		same += a.proven;
	}
	print_message("# %llu allocations, %llu of them of the proof, %llu of no matter\n", (unsigned long long)total, (unsigned long long)unproven,
		      (unsigned long long)same);
	assert_true(unproven > 5 && total > unproven + 50 && same <= 3);
}

static void test_every_size(void **state)
{
	struct attempt a;
	size_t used;

	(void)state;
	expect_success(&a);
	used = a.arena.used;
	for (size_t size = 0; size < used; size += 24) {
		attempt(&a, NEVER, size);
		expect_refusal(&a, "size", size);
	}
	attempt(&a, NEVER, used);
	assert_true(a.plan && a.proven);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_allocation), cmocka_unit_test(test_every_size) };

	dtb = dts_compile(board, &dtb_size);
	fit = dts_compile(file, &fit_size);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
