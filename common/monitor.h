/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor's commands: keys in, lines out. Pure: it reads the VMs, and asks vm_end, vm_start and vm_dump (common/vm.h) for the rest. An answer is produced line by line, so
 * that one longer than the console's buffer waits for the UART, and not EL2 for it.
 */
#ifndef COMMON_MONITOR_H
#define COMMON_MONITOR_H

#include "common/lib/util.h"

#define MONITOR_GREETING "monitor: `help` lists the commands, `quit` goes back"
#define MONITOR_PROMPT "> "
#define MONITOR_ECHO 8   /* bytes of text that one key makes, NUL included */
#define MONITOR_LINE 256 /* bytes of a line of an answer, NUL included */

struct monitor_answer;

struct monitor {
	char line[64]; /* what is being typed */
	uint32_t len;
	const struct monitor_answer *answer; /* what is being answered, NULL: nothing */
	uint32_t row;   /* lines of it so far */
	uint32_t vm, vcpu, end; /* where it is in the VMs, and the VM it stops before */
	uint32_t focus; /* MONITOR_FOCUS: the VM's number */
};

enum monitor_result {
	MONITOR_TYPING, /* go on: more keys, or monitor_next */
	MONITOR_FOCUS,  /* leave the monitor; the keyboard goes to VM `focus` */
	MONITOR_QUIT,   /* leave the monitor */
};

void monitor_open(struct monitor *m);

/*
 * One key. echo: what it shows, "" for nothing. Keys other than Ctrl-C are not taken while an answer is being given.
 */
enum monitor_result monitor_key(struct monitor *m, uint8_t c, char echo[MONITOR_ECHO]);

/* The next line of the answer, without a newline; size is at least MONITOR_LINE. false: there is none. */
bool monitor_next(struct monitor *m, char *line, size_t size);

/* No answer is being given: the prompt is due. */
static inline bool monitor_is_idle(const struct monitor *m) { return !m->answer; }

#endif
