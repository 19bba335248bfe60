/* SPDX-License-Identifier: Apache-2.0 */
/* What console.c and console_boot.c share: the one console's state. For them only. */
#ifndef COMMON_CONSOLE_STATE_H
#define COMMON_CONSOLE_STATE_H

#include "arch/arm64/spinlock.h"
#include "common/console_input.h"
#include "common/console_mux.h"
#include "common/monitor.h"
#include "common/uart/uart.h"
#include "common/vm.h"

enum { SOURCE_LOG, SOURCE_MONITOR, SOURCE_VM };

struct console_state {
	struct spinlock lock; /* guards what follows, the VMs' sources included */
	struct uart uart;
	struct console_mux mux;
	struct console_source log, monitor_text;
	bool present;
	bool locking;        /* the MMU is on: locks work, and are needed */
	bool alone;          /* boot: no VM has said anything yet */
	bool interrupts;     /* run time */
	bool sending;        /* the UART's send interrupt is enabled */
	bool stuck;          /* synchronous: it does not send */
	bool panicking;      /* atomic */
	uint64_t panic_cpu;  /* whose panic: affinity */
	struct vm *vms[CONFIG_MAX_VMS]; /* constant at run time; its source is SOURCE_VM + index */
	uint32_t nr_vms;

	/* Only the CPU that takes the UART's interrupt touches these. */
	struct console_input input;
	struct monitor monitor;
	bool in_monitor;
	uint32_t focus; /* index into vms */
};
extern struct console_state con;

/* Takes the console's lock. false: another CPU is in a panic, and has the console for itself. */
bool console_enter(void);
void console_leave(void);

/* The mux begins anew with the hypervisor's own sources. */
void console_add_own_sources(bool colour);

/* Tells the user whose the keyboard is. */
void console_say_focus(void);

#endif
