/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor as a user sees it: what is typed, and what comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/monitor.h"
#include "common/vm.h"

struct vm *vms;
uint32_t nr_vms;

static struct vm vm[2];
static struct vcpu linux_vcpus[6], rtos_vcpu;
static struct cpu host_cpus[10];
static struct monitor monitor;
static enum monitor_result result;

/* ---- What the monitor asks for ---- */

static char asked[64];

static const char *end_name(enum vm_state end)
{
	return end == VM_ENDS_STOP ? "stop" : end == VM_ENDS_HOLD ? "hold" : end == VM_ENDS_RESTART ? "restart" : "?";
}

bool vm_end(struct vm *v, enum vm_state end)
{
	snprintf(asked, sizeof(asked), "%s %s", end_name(end), v->name);
	return v->state == VM_RUNNING;
}

bool vm_start(struct vm *v)
{
	snprintf(asked, sizeof(asked), "start %s", v->name);
	return vm_state_is_down(v->state);
}

void vm_dump(struct vm *v)
{
	snprintf(asked, sizeof(asked), "dump %s", v->name);
}

void shared_cpu_times(const struct vcpu *vcpu, struct shared_times *t)
{
	*t = (struct shared_times){ .run = 1000 + vcpu->id, .stolen = 200, .wakes = 3 };
}

static int start(void **state)
{
	static const unsigned on[] = { 0, 1, 2, 5, 7, 8 };

	(void)state;
	memset(vm, 0, sizeof(vm));
	memset(linux_vcpus, 0, sizeof(linux_vcpus));
	memset(&rtos_vcpu, 0, sizeof(rtos_vcpu));
	for (unsigned i = 0; i < 10; i++)
		host_cpus[i].id = i;
	for (unsigned i = 0; i < 6; i++) {
		linux_vcpus[i].id = i;
		linux_vcpus[i].cpu = &host_cpus[on[i]];
	}
	rtos_vcpu.cpu = &host_cpus[3];
	vm[0] = (struct vm){ .name = "linux", .id = 0, .state = VM_RUNNING, .vcpus = linux_vcpus, .nr_vcpus = 6, .nr_on = 2,
			     .ram = { { .size = MIB(512) }, { .size = MIB(256) } }, .nr_ram = 2 };
	vm[1] = (struct vm){ .name = "rtos", .id = 1, .state = VM_CRASHED, .vcpus = &rtos_vcpu, .nr_vcpus = 1,
			     .ram = { { .size = KIB(1536) } }, .nr_ram = 1 };
	vms = vm;
	nr_vms = 2;
	monitor_open(&monitor);
	return 0;
}

/* Types text, and returns what the screen shows: echo and answer. */
static const char *type(const char *text)
{
	static char shown[65536];
	char echo[MONITOR_ECHO], line[MONITOR_LINE];
	size_t len = 0;

	shown[0] = '\0';
	for (; *text; text++) {
		memset(echo, 'E', sizeof(echo));
		result = monitor_key(&monitor, (uint8_t)*text, echo);
		len += (size_t)snprintf(shown + len, sizeof(shown) - len, "%s", echo);
		while (monitor_next(&monitor, line, sizeof(line)))
			len += (size_t)snprintf(shown + len, sizeof(shown) - len, "%s\n", line);
	}
	return shown;
}

static void test_list(void **state)
{
	(void)state;
	assert_string_equal(type("list\r"),
			    "list\n"
			    " VM  name             state       vCPUs on  memory      CPUs\n"
			    "  0  linux            running     2 of 6    768 MiB     0-2,5,7-8\n"
			    "  1  rtos             crashed     0 of 1    1536 KiB    3\n");
	assert_int_equal(result, MONITOR_TYPING);
	assert_true(monitor_is_idle(&monitor));
}

static void test_list_many_cpus(void **state)
{
	static struct vcpu many[128];
	static struct cpu far[128];

	(void)state;
	for (unsigned i = 0; i < 128; i++) {
		far[i].id = 1000 + 2 * i; /* no two next to each other */
		many[i].cpu = &far[i];
	}
	vm[0].vcpus = many;
	vm[0].nr_vcpus = 128;
	assert_non_null(strstr(type("list\r"), "1000,1002,1004,")); /* cut, not overrun */
	assert_non_null(strstr(type("list\r"), "  1  rtos "));
}

static void test_stats(void **state)
{
	const char *text;

	(void)state;
	linux_vcpus[1].exits[EXIT_HVC] = 12;
	linux_vcpus[1].exits[EXIT_OTHER] = 7;
	rtos_vcpu.exits[EXIT_IRQ] = UINT64_C(12345678901234);
	text = type("stats\r");
	assert_non_null(strstr(text, "exits                      HVC        SMC       MMIO     sysreg    WFI/WFE        IRQ      fault      other     run ms  stolen ms   wake-ups\n"));
	assert_non_null(strstr(text, "\nlinux             1         12          0          0          0          0          0          0          7\n"));
	assert_non_null(strstr(text, "\nrtos              0          0          0          0          0          0 12345678901234          0          0\n"));
	linux_vcpus[2].shared = (struct shared_vcpu *)&rtos_vcpu; /* only whether there is one counts */
	assert_non_null(strstr(type("stats\r"), "\nlinux             2          0          0          0          0          0          0          0          0       1002        200          3\n"));
	text = type("stats rtos\r");
	assert_null(strstr(text, "\nlinux"));
	assert_non_null(strstr(text, "\nrtos"));
	text = type("stats 0\r");
	assert_non_null(strstr(text, "\nlinux             5 "));
	assert_null(strstr(text, "\nrtos"));
}

/* A long answer waits for room: line by line, with the monitor deaf meanwhile. */
static void test_answers_wait(void **state)
{
	char echo[MONITOR_ECHO], line[MONITOR_LINE];
	unsigned lines = 0;

	(void)state;
	for (const char *p = "stats\r"; *p; p++)
		(void)monitor_key(&monitor, (uint8_t)*p, echo);
	assert_false(monitor_is_idle(&monitor));
	assert_int_equal(monitor_key(&monitor, 'x', echo), MONITOR_TYPING);
	assert_string_equal(echo, "");
	while (monitor_next(&monitor, line, sizeof(line)))
		lines++;
	assert_int_equal(lines, 1 + 6 + 1);
	assert_true(monitor_is_idle(&monitor));
	assert_false(monitor_next(&monitor, line, sizeof(line)));
	for (const char *p = "stats\r"; *p; p++)
		(void)monitor_key(&monitor, (uint8_t)*p, echo);
	(void)monitor_key(&monitor, 0x03, echo); /* Ctrl-C ends it */
	assert_true(monitor_is_idle(&monitor));
	assert_string_equal(echo, "^C\n> ");
}

static void test_focus(void **state)
{
	(void)state;
	type("focus rtos\r");
	assert_int_equal(result, MONITOR_FOCUS);
	assert_int_equal(monitor.focus, 1);
	type("focus 0\n");
	assert_int_equal(result, MONITOR_FOCUS);
	assert_int_equal(monitor.focus, 0);
	assert_string_equal(type("focus windows\r"), "focus windows\nthere is no VM `windows`: `list` shows them\n");
	assert_int_equal(result, MONITOR_TYPING);
	assert_string_equal(type("focus\r"), "focus\nthere is no VM ``: `list` shows them\n");
	assert_string_equal(type("stats 2\r"), "stats 2\nthere is no VM `2`: `list` shows them\n");
}

static void test_life(void **state)
{
	(void)state;
	assert_string_equal(type("stop linux\r"), "stop linux\n> ");
	assert_string_equal(asked, "stop linux");
	type("hold 0\r");
	assert_string_equal(asked, "hold linux");
	type("restart linux\r"); /* running: down first */
	assert_string_equal(asked, "restart linux");
	type("restart rtos\r"); /* down: up */
	assert_string_equal(asked, "start rtos");
	type("dump rtos\r");
	assert_string_equal(asked, "dump rtos");
	assert_string_equal(type("start linux\r"), "start linux\nlinux is running\n");
	assert_string_equal(type("stop rtos\r"), "stop rtos\nrtos is crashed\n");
	vm[0].state = VM_ENDS_RESET;
	assert_string_equal(type("restart linux\r"), "restart linux\nlinux is restarting\n");
	asked[0] = '\0';
	assert_non_null(strstr(type("stop 7\r"), "there is no VM `7`"));
	assert_non_null(strstr(type("start\r"), "there is no VM ``"));
	assert_non_null(strstr(type("restart x\r"), "there is no VM `x`"));
	assert_non_null(strstr(type("dump x\r"), "there is no VM `x`"));
	assert_string_equal(asked, "");
}

static void test_quit(void **state)
{
	(void)state;
	assert_string_equal(type("quit\r"), "quit\n");
	assert_int_equal(result, MONITOR_QUIT);
	type("\x04");
	assert_int_equal(result, MONITOR_QUIT);
	type("x\x04"); /* not in the middle of a line */
	assert_int_equal(result, MONITOR_TYPING);
}

static void test_help_and_unknown(void **state)
{
	const char *text;

	(void)state;
	assert_string_equal(type("reboot now\r"), "reboot now\nthere is no command `reboot`: try `help`\n");
	text = type("help\r");
	assert_non_null(strstr(text, "\nlist "));
	assert_non_null(strstr(text, "\nstats [VM] "));
	assert_non_null(strstr(text, "\nfocus VM "));
	assert_non_null(strstr(text, "\nhelp "));
	assert_non_null(strstr(text, "\nquit "));
	assert_string_equal(type("\r"), "\n> ");
	assert_string_equal(type("   \r"), "   \n> ");
}

static void test_line_editing(void **state)
{
	char text[200];

	(void)state;
	assert_string_equal(type("lix\x7fsy\bt"), "lix\b \bsy\b \bt");
	assert_non_null(strstr(type("\r"), "rtos"));
	assert_string_equal(type("\b\x7f"), ""); /* nothing to take away */
	assert_string_equal(type("\x1b\t\xc3"), ""); /* neither keys nor letters of a command */
	assert_non_null(strstr(type("  list  \r"), "\n  1  rtos "));
	assert_non_null(strstr(type("stats    rtos \r"), "\nrtos "));
	type("garbage\x03");
	assert_string_equal(type("quit\r"), "quit\n");
	assert_int_equal(result, MONITOR_QUIT);
	/* Longer than a line can be. */
	memset(text, 'x', sizeof(text) - 2);
	strcpy(text + sizeof(text) - 2, "\r");
	assert_non_null(strstr(type(text), "there is no command `xxx"));
}

static void test_any_keys(void **state)
{
	char echo[MONITOR_ECHO], line[MONITOR_LINE];

	(void)state;
	srand(4);
	for (int i = 0; i < 200000; i++) {
		static const char letters[] = "helpliststatsfocusquit rtos 01\r\n\b\x7f\x03";

		result = monitor_key(&monitor, rand() % 4 ? (uint8_t)letters[rand() % (int)(sizeof(letters) - 1)] : (uint8_t)rand(), echo);
		assert_non_null(memchr(echo, '\0', sizeof(echo)));
		if (rand() % 2)
			(void)monitor_next(&monitor, line, sizeof(line));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_list, start),
		cmocka_unit_test_setup(test_list_many_cpus, start),
		cmocka_unit_test_setup(test_stats, start),
		cmocka_unit_test_setup(test_answers_wait, start),
		cmocka_unit_test_setup(test_focus, start),
		cmocka_unit_test_setup(test_life, start),
		cmocka_unit_test_setup(test_quit, start),
		cmocka_unit_test_setup(test_help_and_unknown, start),
		cmocka_unit_test_setup(test_line_editing, start),
		cmocka_unit_test_setup(test_any_keys, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
