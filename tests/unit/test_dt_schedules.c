/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs by name and /schedules in the system file: what is read, and each mistake with its finding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dt/dt.h"
#include "tests/unit/dts.h"

static _Alignas(64) uint8_t memory[1 << 20], board_memory[1 << 20];
static struct arena arena;
static struct findings findings;
static void *fit, *dtb;
static const struct host *board;

/* ---- Boards ---- */

#define CPU(label, unit, type) label ": cpu@" unit " { device_type = \"cpu\"; reg = <0x" unit ">; compatible = " type "; enable-method = \"psci\"; };"
#define A53 "\"arm,cortex-a53\""
#define A57 "\"arm,cortex-a57\", \"arm,armv8\""
#define BOARD(cpus) \
	"/ { #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>; compatible = \"maker,board\";\n" \
	"gic: intc@8000000 { compatible = \"arm,gic-v3\"; #interrupt-cells = <3>; interrupt-controller; interrupts = <1 9 4>;\n" \
	"  reg = <0 0x8000000 0 0x10000 0 0x80a0000 0 0xf60000>; };\n" \
	"timer { compatible = \"arm,armv8-timer\"; interrupts = <1 13 4>, <1 14 4>, <1 11 4>, <1 10 4>; };\n" \
	"psci { compatible = \"arm,psci-1.0\"; method = \"smc\"; };\n" \
	"memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x40000000>; };\n" \
	"aliases { little = \"/cpus/cpu@100\"; };\n" \
	"__symbols__ { BIG1 = \"/cpus/cpu@1\"; };\n" \
	"cpus { #address-cells = <1>; #size-cells = <0>; " cpus " }; };"
/* The numbering of the map is not the DTB's, and it leaves one CPU out. */
#define MAP "cpu-map { cluster0 { core0 { cpu = <&l0>; }; core1 { cpu = <&l1>; }; }; cluster1 { core0 { thread0 { cpu = <&b0>; }; thread1 { cpu = <&b1>; }; }; }; };"
#define BIG_LITTLE CPU("b0", "0", A57) CPU("b1", "1", A57) CPU("l0", "100", A53) CPU("l1", "101", A53) CPU("x", "200", A53)

static void make_board(const char *source)
{
	struct arena a;
	struct findings f;
	size_t size;

	free(dtb);
	dtb = dts_compile(source, &size);
	arena_init(&a, board_memory, sizeof(board_memory));
	findings_init(&f, &a);

	const struct tree *tree = dt_open_host(dtb, size, &a, &f);

	board = tree ? dt_parse_host(tree, &a, &f) : NULL;
	for (const struct finding *i = f.first; i; i = i->next)
		print_error("the board: %s\n", i->text);
	assert_non_null(board);
	assert_int_equal(f.count, 0);
}

static void expect_clusters(const char *source, uint32_t nr, const uint32_t *expected)
{
	uint32_t cluster[16];

	make_board(source);
	assert_int_equal(dt_number_clusters(board, cluster), nr);
	for (uint32_t i = 0; i < board->nr_cpus; i++)
		assert_int_equal(cluster[i], expected[i]);
}

static void clusters(void **state)
{
	(void)state;
	expect_clusters(BOARD(BIG_LITTLE MAP), 2, (uint32_t[]){ 1, 1, 0, 0, DT_NO_CLUSTER });
	expect_clusters(BOARD(BIG_LITTLE), 3, (uint32_t[]){ 0, 0, 1, 1, 2 });
	/* Innermost clusters count; a map that names no CPU does not. */
	expect_clusters(BOARD(BIG_LITTLE "cpu-map { socket0 { cluster0 { cluster0 { core0 { cpu = <&b0>; }; }; cluster1 { core0 { cpu = <&l0>; }; }; }; };"
					 "socket1 { cluster0 { core0 { cpu = <&x>; }; }; }; };"),
			3, (uint32_t[]){ 0, DT_NO_CLUSTER, 1, DT_NO_CLUSTER, 2 });
	expect_clusters(BOARD(BIG_LITTLE "cpu-map { cluster0 { core0 { }; }; };"), 3, (uint32_t[]){ 0, 0, 1, 1, 2 });
	/* Cores that could have threads. */
	expect_clusters(BOARD(CPU("a", "0", A53) CPU("b", "100", A53) CPU("c", "10000", A53)), 2, (uint32_t[]){ 0, 0, 1 });
	expect_clusters(BOARD(CPU("a", "0", A53)), 1, (uint32_t[]){ 0 });
}

/* ---- System files ---- */

#define FIT(vms, schedules) \
	"/ { images { k: k { phandle = <0x77>; type = \"standalone\"; arch = \"arm64\"; os = \"linux\"; compression = \"none\"; load = <0x40200000>; data = \"bytes of a raw binary\";" \
	"hash-1 { algo = \"sha256\"; value = [be8f154b426eeea0a6e15c5fcf3eac6aae81bac6e55c46495dc8df077befddb1]; }; }; };\n" \
	"vms { " vms " };" schedules " };"
#define VM(name, rest) name " { memory = <0 0x1000>; kernel = <0x77>; " rest " };"
#define CPUS(cpus) FIT(VM("a", "cpus = " cpus ";"), "")
#define SCHEDULE(rest) FIT(VM("a", "cpus = <0 1>; weight = <3>;") VM("b", "cpus = <1>;"), "schedules { main { " rest " }; };")

static struct system *parse(const char *source)
{
	size_t size;

	free(fit);
	fit = dts_compile(source, &size);
	arena_init(&arena, memory, sizeof(memory));
	findings_init(&findings, &arena);
	return dt_parse_system(fit, size, board, &arena, &findings, NULL, NULL, NULL);
}

static void print_findings(void)
{
	for (const struct finding *f = findings.first; f; f = f->next)
		print_error("finding: [%s] %s\n", findings_code_name(f->code), f->text);
}

static void expect_finding(const char *source, enum finding_code code, const char *word)
{
	(void)!parse(source);
	if (findings.count == 1 && findings.first->code == code && strstr(findings.first->text, word))
		return;
	print_findings();
	fail_msg("expected only [%s] ...%s...", findings_code_name(code), word);
}

/* The CPUs as one text of digits. */
static void expect_cpus(const char *source, const char *cpus)
{
	const struct system *s = parse(source);
	char text[32] = "";

	print_findings();
	assert_int_equal(findings.count, 0);
	for (uint32_t i = 0; i < s->vms[0].nr_cpus; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u", s->vms[0].cpus[i]);
	assert_string_equal(text, cpus);
	assert_int_equal(s->vms[0].nr_vcpus, s->vms[0].nr_cpus);
}

static void cpus_by_name(void **state)
{
	(void)state;
	make_board(BOARD(BIG_LITTLE MAP));
	expect_cpus(CPUS("<4 0>"), "40");
	expect_cpus(CPUS("<0>"), "0");
	expect_cpus(CPUS("\"cluster0\""), "23");
	expect_cpus(CPUS("\"cluster1:1\", \"3\", \"0\""), "130");
	expect_cpus(CPUS("\"arm,cortex-a53\""), "234");
	expect_cpus(CPUS("\"arm,armv8\""), "01");
	expect_cpus(CPUS("\"/cpus/cpu@200\", \"little\", \"BIG1\""), "421");
	expect_cpus(CPUS("\"/cpus/cpu-map/cluster1\""), "01");
	expect_cpus(CPUS("\"/cpus/cpu-map/cluster0/core1\""), "3");
	/* A number that the board has not got is the planner's. */
	expect_cpus(CPUS("\"77\""), "77");
	expect_finding(CPUS("\"cluster2\""), FINDING_PROPERTY_BAD, "/vms/a: cpus: there is no cluster 2: the board has 2");
	expect_finding(CPUS("\"cluster1:2\""), FINDING_PROPERTY_BAD, "\"cluster1:2\": cluster 1 has 2 CPUs");
	expect_finding(CPUS("\"cluster\""), FINDING_PROPERTY_BAD, "\"cluster\" is no CPU of the board");
	expect_finding(CPUS("\"cluster0:\""), FINDING_PROPERTY_BAD, "is no CPU of the board");
	expect_finding(CPUS("\"cluster0:1x\""), FINDING_PROPERTY_BAD, "is no CPU of the board");
	expect_finding(CPUS("\"arm,cortex-a5\""), FINDING_PROPERTY_BAD, "a type as \"arm,cortex-a57\"");
	expect_finding(CPUS("\"/cpus\""), FINDING_PROPERTY_BAD, "is no CPU of the board");
	expect_finding(CPUS("\"/timer\""), FINDING_PROPERTY_BAD, "is no CPU of the board");
	expect_finding(CPUS("\"1234567\""), FINDING_PROPERTY_BAD, "is no CPU of the board");
	expect_finding(CPUS("\"0\", \"\""), FINDING_PROPERTY_BAD, "\"\" is no CPU");
}

/* ---- /schedules ---- */

#define CYCLIC "cpus = <1>; policy = \"cyclic\"; "
#define FRAME "frame = <10000>; "
#define W(name, vm, start, length, rest) name " { vm = " vm "; start = " start "; length = " length "; " rest " };"
#define WINDOWS "windows { " W("one", "\"a\"", "<0>", "<6000>", "lend;") W("two", "\"b\"", "<6000>", "<4000>", "") " };"

static void schedules(void **state)
{
	(void)state;
	make_board(BOARD(BIG_LITTLE MAP));

	const struct system *s = parse(SCHEDULE(CYCLIC FRAME "slice = <2000>; " WINDOWS));
	const struct schedule_config *c = &s->schedules[0];

	print_findings();
	assert_int_equal(findings.count, 0);
	assert_int_equal(s->nr_schedules, 1);
	assert_string_equal(c->name, "main");
	assert_string_equal(c->path, "/schedules/main");
	assert_int_equal(c->policy, SCHED_CYCLIC);
	assert_int_equal(c->nr_cpus, 1);
	assert_int_equal(c->cpus[0], 1);
	assert_int_equal(c->slice, 2000);
	assert_int_equal(c->frame, 10000);
	assert_int_equal(c->nr_windows, 2);
	assert_int_equal(c->windows[0].vm, 0);
	assert_true(c->windows[0].lend && !c->windows[1].lend);
	assert_int_equal(c->windows[1].vm, 1);
	assert_int_equal(c->windows[1].start, 6000);
	assert_int_equal(c->windows[1].length, 4000);
	assert_int_equal(s->vms[0].weight, 3);
	assert_int_equal(s->vms[1].weight, 1);

	s = parse(SCHEDULE("cpus = \"cluster1\"; policy = \"round-robin\";"));
	assert_int_equal(findings.count, 0);
	assert_int_equal(s->schedules[0].nr_cpus, 2);
	assert_int_equal(s->schedules[0].slice, SYSTEM_SLICE);
	assert_int_equal(s->schedules[0].policy, SCHED_ROUND_ROBIN);
}

static void mistakes(void **state)
{
	(void)state;
	make_board(BOARD(BIG_LITTLE MAP));
	expect_finding(SCHEDULE("policy = \"round-robin\";"), FINDING_PROPERTY_MISSING, "/schedules/main: it has no cpus");
	expect_finding(SCHEDULE("cpus = <1>;"), FINDING_PROPERTY_MISSING, "/schedules/main: it has no policy");
	expect_finding(SCHEDULE("cpus = \"cluster9\"; policy = \"round-robin\";"), FINDING_PROPERTY_BAD, "/schedules/main: cpus: there is no cluster 9");
	expect_finding(SCHEDULE("cpus = <1>; policy = \"fifo\";"), FINDING_PROPERTY_BAD, "/schedules/main: policy: \"fifo\" is neither");
	expect_finding(SCHEDULE("cpus = <1>; policy = \"round-robin\"; frame = <10>;"), FINDING_PROPERTY_BAD, "/schedules/main: frame: only policy");
	expect_finding(SCHEDULE("cpus = <1>; policy = \"round-robin\"; " WINDOWS), FINDING_PROPERTY_BAD, "/schedules/main: windows: only policy");
	expect_finding(SCHEDULE(CYCLIC WINDOWS), FINDING_PROPERTY_MISSING, "/schedules/main: a cyclic schedule needs a frame");
	expect_finding(SCHEDULE(CYCLIC FRAME), FINDING_PROPERTY_MISSING, "/schedules/main: a cyclic schedule needs windows");
	expect_finding(SCHEDULE(CYCLIC FRAME "windows { };"), FINDING_PROPERTY_MISSING, "/schedules/main: a cyclic schedule needs windows");
	expect_finding(SCHEDULE(CYCLIC FRAME "slcie = <1>;" WINDOWS), FINDING_PROPERTY_UNKNOWN, "/schedules/main: there is no property \"slcie\"; did you mean the property \"slice\"");
	expect_finding(SCHEDULE(CYCLIC FRAME "slice = \"long\";" WINDOWS), FINDING_PROPERTY_BAD, "/schedules/main: slice");
	expect_finding(SCHEDULE(CYCLIC FRAME WINDOWS "window { };"), FINDING_PROPERTY_UNKNOWN, "/schedules/main: there is no node \"window\"");
	expect_finding(SCHEDULE(CYCLIC FRAME "windows { " W("w", "\"c\"", "<0>", "<1>", "") " };"), FINDING_PROPERTY_BAD, "/schedules/main/windows/w: vm: there is no VM \"c\"");
	expect_finding(SCHEDULE(CYCLIC FRAME "windows { w { start = <0>; length = <1>; }; };"), FINDING_PROPERTY_MISSING, "/schedules/main/windows/w: it has no vm");
	expect_finding(SCHEDULE(CYCLIC FRAME "windows { " W("w", "\"a\"", "<0 1>", "<1>", "") " };"), FINDING_PROPERTY_BAD, "/schedules/main/windows/w: start");
	expect_finding(SCHEDULE(CYCLIC FRAME "windows { " W("w", "\"a\"", "<0>", "<1>", "lend = <1>;") " };"), FINDING_PROPERTY_BAD, "/schedules/main/windows/w: lend");
	expect_finding(SCHEDULE(CYCLIC FRAME "windows { " W("w", "\"a\"", "<0>", "<1>", "lent;") " };"), FINDING_PROPERTY_UNKNOWN, "did you mean the property \"lend\"");
	expect_finding(SCHEDULE(CYCLIC FRAME "windows { x; " W("w", "\"a\"", "<0>", "<1>", "") " };"), FINDING_PROPERTY_UNKNOWN, "/schedules/main/windows: there is no property \"x\"");
	expect_finding(FIT(VM("a", "cpus = <0>;"), "schedules { x; };"), FINDING_PROPERTY_UNKNOWN, "/schedules: there is no property \"x\"");
	expect_finding(FIT(VM("a", "cpus = <0>;"), "schedules { }; schedules { };"), FINDING_FIT_BAD, "two nodes /schedules");
	expect_finding(FIT(VM("a", "cpus = <0>; weight = \"heavy\";"), ""), FINDING_PROPERTY_BAD, "/vms/a: weight");

	/* All at once. */
	(void)!parse(SCHEDULE("policy = \"x\"; slice; frame = <1 2>; y; windows { w { }; };"));
	print_findings();
	assert_int_equal(findings.count, 9);

	/* More windows than a frame may have. */
	char *source = malloc(64 << 10);
	size_t n = (size_t)sprintf(source, "/ { images { k: k { phandle = <0x77>; }; }; vms { }; schedules { main { " CYCLIC FRAME " windows { ");

	for (unsigned i = 0; i <= SYSTEM_MAX_WINDOWS; i++)
		n += (size_t)sprintf(source + n, "w%u { vm = \"a\"; start = <0>; length = <1>; };", i);
	sprintf(source + n, "}; }; }; };");
	(void)!parse(source);
	assert_true(findings_has(&findings, FINDING_PROPERTY_BAD));
	free(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clusters), cmocka_unit_test(cpus_by_name), cmocka_unit_test(schedules), cmocka_unit_test(mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
