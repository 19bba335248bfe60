/* SPDX-License-Identifier: Apache-2.0 */
#include "common/monitor.h"

#include "common/lib/format.h"
#include "common/lib/string.h"
#include "common/vm.h"

enum { CTRL_C = 0x03, CTRL_D = 0x04, BS = 0x08, DEL = 0x7f };

/* One line of an answer; false: that was all, and nothing was written. m->row counts the lines before. */
struct monitor_answer {
	bool (*next)(struct monitor *m, char *line, size_t size);
};

struct command {
	const char *name, *arguments, *help;
	enum monitor_result (*run)(struct monitor *m, const char *argument);
};

#ifdef CONFIG_DEBUG_LOCKS
#define NR_COMMANDS 11
#else
#define NR_COMMANDS 10
#endif
static const struct command commands[NR_COMMANDS];

/* ---- Answers ---- */

static bool next_help(struct monitor *m, char *line, size_t size)
{
	char usage[24];

	if (m->row == NR_COMMANDS)
		return false;
	format_text(usage, sizeof(usage), "%s %s", commands[m->row].name, commands[m->row].arguments);
	format_text(line, size, "%-12s %s", usage, commands[m->row].help);
	return true;
}

static bool next_unknown(struct monitor *m, char *line, size_t size)
{
	if (m->row)
		return false;
	format_text(line, size, "there is no command `%s`: try `help`", m->line);
	return true;
}

static bool next_no_vm(struct monitor *m, char *line, size_t size)
{
	if (m->row)
		return false;
	format_text(line, size, "there is no VM `%s`: `list` shows them", m->line);
	return true;
}

static const char *state_name(const struct vm *vm)
{
	static const char *const names[] = {
		[VM_RUNNING] = "running", [VM_STOPPED] = "stopped", [VM_CRASHED] = "crashed", [VM_HELD] = "held", [VM_ENDS_OFF] = "stopping",
		[VM_ENDS_RESET] = "restarting", [VM_ENDS_CRASH] = "crashing", [VM_ENDS_STOP] = "stopping", [VM_ENDS_RESTART] = "restarting",
		[VM_ENDS_HOLD] = "stopping", [VM_ENDS_FAULT] = "stopping",
	};
	uint32_t state = __atomic_load_n(&vm->state, __ATOMIC_RELAXED);

	return state < ARRAY_SIZE(names) ? names[state] : "?";
}

static bool next_not_now(struct monitor *m, char *line, size_t size)
{
	if (m->row)
		return false;
	format_text(line, size, "%s is %s", vms[m->vm].name, state_name(&vms[m->vm]));
	return true;
}

/* "0-3,8": the physical CPUs of its vCPUs, in their order. size > 0. */
static void format_cpus(char *text, size_t size, const struct vm *vm)
{
	size_t len = 0;

	*text = '\0';
	for (uint32_t i = 0, last; i < vm->nr_vcpus && len < size; i = last + 1) {
		uint32_t first = vm->vcpus[i].cpu->id;

		for (last = i; last + 1 < vm->nr_vcpus && vm->vcpus[last + 1].cpu->id == first + (last + 1 - i);)
			last++;
		len += format_text(text + len, size - len, "%s%u", i ? "," : "", first);
		if (last > i && len < size)
			len += format_text(text + len, size - len, "-%u", first + (last - i));
	}
}

static bool next_list(struct monitor *m, char *line, size_t size)
{
	char memory[SIZE_TEXT_LEN], on[16], cpus[128];
	const struct vm *vm = &vms[m->vm];
	uint64_t bytes = 0;

	if (!m->row) {
		format_text(line, size, "%3s  %-15s  %-10s  %-8s  %-10s  %s", "VM", "name", "state", "vCPUs on", "memory", "CPUs");
		return true;
	}
	if (m->vm == m->end)
		return false;
	for (uint32_t i = 0; i < vm->nr_ram; i++)
		bytes += vm->ram[i].size;
	format_text(on, sizeof(on), "%u of %u", __atomic_load_n(&vm->nr_on, __ATOMIC_RELAXED), vm->nr_vcpus);
	format_cpus(cpus, sizeof(cpus), vm);
	format_text(line, size, "%3u  %-15.15s  %-10s  %-8s  %-10s  %s", vm->id, vm->name, state_name(vm), on,
		    format_size(memory, bytes), cpus);
	m->vm++;
	return true;
}

/* Of a vCPU that shares its CPU. */
static void format_times(char *line, size_t size, const struct vcpu *vcpu)
{
	struct shared_times t;

	shared_cpu_times(vcpu, &t);
	format_text(line, size, " %10llu %10llu %10llu", (unsigned long long)t.run, (unsigned long long)t.stolen, (unsigned long long)t.wakes);
}

static bool next_stats(struct monitor *m, char *line, size_t size)
{
	static const char *const causes[EXIT_CAUSES] = {
		[EXIT_HVC] = "HVC", [EXIT_SMC] = "SMC", [EXIT_MMIO] = "MMIO", [EXIT_SYSREG] = "sysreg",
		[EXIT_WFX] = "WFI/WFE", [EXIT_IRQ] = "IRQ", [EXIT_FAULT] = "fault", [EXIT_OTHER] = "other",
	};
	const struct vcpu *vcpu;
	size_t len;

	if (!m->row) {
		len = format_text(line, size, "%-19s", "exits");
		for (unsigned i = 0; i < EXIT_CAUSES && len < size; i++)
			len += format_text(line + len, size - len, " %10s", causes[i]);
		if (len < size)
			format_text(line + len, size - len, " %10s %10s %10s", "run ms", "stolen ms", "wake-ups");
		return true;
	}
	if (m->vm == m->end)
		return false;
	vcpu = &vms[m->vm].vcpus[m->vcpu];
	len = format_text(line, size, "%-15.15s %3u", vms[m->vm].name, vcpu->id);
	for (unsigned i = 0; i < EXIT_CAUSES && len < size; i++)
		len += format_text(line + len, size - len, " %10llu",
				   (unsigned long long)__atomic_load_n(&vcpu->exits[i], __ATOMIC_RELAXED));
	if (vcpu->shared && len < size)
		format_times(line + len, size - len, vcpu);
	if (++m->vcpu == vms[m->vm].nr_vcpus) {
		m->vcpu = 0;
		m->vm++;
	}
	return true;
}

#ifdef CONFIG_DEBUG_LOCKS
static bool next_locks(struct monitor *m, char *line, size_t size)
{
	static const char *const names[LOCK_RANKS] = {
		[LOCK_LOAD] = "loading a VM", [LOCK_VM] = "VM", [LOCK_DEVICE] = "emulated device", [LOCK_VGIC] = "virtual GIC", [LOCK_GIC] = "GIC",
		[LOCK_CONSOLE] = "console",
	};
	uint64_t longest = 0;

	if (m->row + 1 >= LOCK_RANKS)
		return false;
	for (uint32_t i = 0; i < nr_cpus; i++)
		longest = u64_max(longest, __atomic_load_n(&cpus[i].arch.lock_holds[m->row + 1].longest, __ATOMIC_RELAXED));
	format_text(line, size, "%-16s held for %llu ticks of the counter at most", names[m->row + 1], (unsigned long long)longest);
	return true;
}

static const struct monitor_answer locks = { next_locks };

static enum monitor_result run_locks(struct monitor *m, const char *argument)
{
	(void)argument;
	m->answer = &locks;
	m->row = 0;
	return MONITOR_TYPING;
}
#endif

static const struct monitor_answer help = { next_help }, list = { next_list }, stats = { next_stats };
static const struct monitor_answer unknown = { next_unknown }, no_vm = { next_no_vm }, not_now = { next_not_now };

/* ---- Commands ---- */

static enum monitor_result begin(struct monitor *m, const struct monitor_answer *answer, uint32_t first, uint32_t end)
{
	m->answer = answer;
	m->row = 0;
	m->vm = first;
	m->vcpu = 0;
	m->end = end;
	return MONITOR_TYPING;
}

/* By name or number; nr_vms: none. */
static uint32_t find_vm(const char *text)
{
	char number[12];
	uint32_t i;

	for (i = 0; i < nr_vms; i++) {
		format_text(number, sizeof(number), "%u", vms[i].id);
		if (!strcmp(text, vms[i].name) || !strcmp(text, number))
			break;
	}
	return i;
}

static enum monitor_result say_no_vm(struct monitor *m, const char *argument)
{
	memmove(m->line, argument, strlen(argument) + 1);
	return begin(m, &no_vm, 0, 0);
}

static enum monitor_result run_help(struct monitor *m, const char *argument)
{
	(void)argument;
	return begin(m, &help, 0, 0);
}

static enum monitor_result run_list(struct monitor *m, const char *argument)
{
	(void)argument;
	return begin(m, &list, 0, nr_vms);
}

static enum monitor_result run_stats(struct monitor *m, const char *argument)
{
	uint32_t i = find_vm(argument);

	if (!*argument)
		return begin(m, &stats, 0, nr_vms);
	return i == nr_vms ? say_no_vm(m, argument) : begin(m, &stats, i, i + 1);
}

static enum monitor_result run_focus(struct monitor *m, const char *argument)
{
	uint32_t i = find_vm(argument);

	if (i == nr_vms)
		return say_no_vm(m, argument);
	m->focus = vms[i].id;
	return MONITOR_FOCUS;
}

static enum monitor_result end_vm(struct monitor *m, const char *argument, enum vm_state end)
{
	uint32_t i = find_vm(argument);

	if (i == nr_vms)
		return say_no_vm(m, argument);
	return vm_end(&vms[i], end) ? MONITOR_TYPING : begin(m, &not_now, i, i);
}

static enum monitor_result run_stop(struct monitor *m, const char *argument)
{
	return end_vm(m, argument, VM_ENDS_STOP);
}

static enum monitor_result run_hold(struct monitor *m, const char *argument)
{
	return end_vm(m, argument, VM_ENDS_HOLD);
}

static enum monitor_result run_start(struct monitor *m, const char *argument)
{
	uint32_t i = find_vm(argument);

	if (i == nr_vms)
		return say_no_vm(m, argument);
	return vm_start(&vms[i]) ? MONITOR_TYPING : begin(m, &not_now, i, i);
}

static enum monitor_result run_restart(struct monitor *m, const char *argument)
{
	uint32_t i = find_vm(argument);

	if (i < nr_vms && vm_start(&vms[i]))
		return MONITOR_TYPING;
	return end_vm(m, argument, VM_ENDS_RESTART);
}

static enum monitor_result run_dump(struct monitor *m, const char *argument)
{
	uint32_t i = find_vm(argument);

	if (i == nr_vms)
		return say_no_vm(m, argument);
	vm_dump(&vms[i]);
	return MONITOR_TYPING;
}

static enum monitor_result run_quit(struct monitor *m, const char *argument)
{
	(void)m;
	(void)argument;
	return MONITOR_QUIT;
}

static const struct command commands[NR_COMMANDS] = {
	{ "help", "", "this", run_help },
	{ "list", "", "the VMs: state, vCPUs that are on, memory, physical CPUs", run_list },
	{ "stats", "[VM]", "exits by cause for each vCPU; how long those that share a CPU ran, how long they were kept from it", run_stats },
	{ "focus", "VM", "leaves the monitor; the keyboard goes to that VM (name or number)", run_focus },
	{ "stop", "VM", "it goes down, and stays so until `start`", run_stop },
	{ "hold", "VM", "the same, shown as held", run_hold },
	{ "start", "VM", "a VM that is down starts from its images, with its memory scrubbed", run_start },
	{ "restart", "VM", "stop and start", run_restart },
	{ "dump", "VM", "the registers and last exits of its vCPUs, in the log", run_dump },
#ifdef CONFIG_DEBUG_LOCKS
	{ "locks", "", "how long each kind of lock was held at most", run_locks },
#endif
	{ "quit", "", "leaves the monitor (as does Ctrl-D)", run_quit },
};

/* m->line, NUL-terminated, is what was typed. */
static enum monitor_result run(struct monitor *m)
{
	char *name = m->line, *argument, *end;

	while (*name == ' ')
		name++;
	for (end = name + strlen(name); end > name && end[-1] == ' ';)
		*--end = '\0';
	if (!*name)
		return MONITOR_TYPING;
	argument = strchr(name, ' ');
	if (argument)
		*argument++ = '\0';
	else
		argument = end;
	while (*argument == ' ')
		argument++;
	for (unsigned i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(name, commands[i].name))
			return commands[i].run(m, argument);
	memmove(m->line, name, strlen(name) + 1);
	return begin(m, &unknown, 0, 0);
}

/* ---- Keys and lines ---- */

void monitor_open(struct monitor *m)
{
	memset(m, 0, sizeof(*m));
}

static void set_echo(char *echo, const char *text)
{
	memcpy(echo, text, strlen(text) + 1);
}

static enum monitor_result end_line(struct monitor *m, char *echo)
{
	enum monitor_result result;

	m->line[m->len] = '\0';
	m->len = 0;
	result = run(m);
	set_echo(echo, result == MONITOR_TYPING && !m->answer ? "\n" MONITOR_PROMPT : "\n");
	return result;
}

static void abandon_line(struct monitor *m, char *echo)
{
	m->len = 0;
	m->answer = NULL;
	set_echo(echo, "^C\n" MONITOR_PROMPT);
}

enum monitor_result monitor_key(struct monitor *m, uint8_t c, char echo[MONITOR_ECHO])
{
	echo[0] = '\0';
	if (c == CTRL_C)
		abandon_line(m, echo);
	if (m->answer || c == CTRL_C)
		return MONITOR_TYPING;
	if (c == '\r' || c == '\n')
		return end_line(m, echo);
	if (c == CTRL_D && !m->len) {
		set_echo(echo, "\n");
		return MONITOR_QUIT;
	}
	if ((c == BS || c == DEL) && m->len) {
		m->len--;
		set_echo(echo, "\b \b");
	} else if (c >= ' ' && c < DEL && m->len + 1 < sizeof(m->line)) {
		m->line[m->len++] = (char)c;
		echo[0] = (char)c;
		echo[1] = '\0';
	}
	return MONITOR_TYPING;
}

bool monitor_next(struct monitor *m, char *line, size_t size)
{
	bool more = m->answer && m->answer->next(m, line, size);

	m->row++;
	if (!more)
		m->answer = NULL;
	return more;
}
