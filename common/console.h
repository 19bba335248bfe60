/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console: the one UART that EL2 owns, shared by all VMs (console_mux.h) and the hypervisor's log (log.h).
 *
 * Until console_start output is synchronous: a call returns when all is in the UART, or after a bounded time if that
 * does not send. From then on nothing waits: output goes to bounded buffers which the UART's interrupt empties.
 *
 * Lock: the console lock, the innermost of all, is taken inside; see vm.h. Nothing here calls a guest's device with
 * it held.
 */
#ifndef COMMON_CONSOLE_H
#define COMMON_CONSOLE_H

#include "common/host.h"
#include "common/lib/util.h"

struct vm;

/* Whether the board's boot arguments have the word `debug`: log_debug() is silent otherwise. */
extern bool console_debug;

/*
 * The UART at `base`, for as long as there is one CPU and no MMU (locks do not work then). false: no driver for it.
 */
bool console_early_init_at(const struct host_console *c, volatile void *base);

/* The same with the MMU on, any number of CPUs; maps the registers. Output is plain text until console_init. */
bool console_early_init(const struct host_console *c);

/*
 * Boot only, before VMs are added. The board's bootargs: `color=off` for a terminal (or a file) that takes no control
 * sequences; `debug`.
 */
void console_init(const char *host_bootargs);

/* Boot only. The VM has its emulated UART (vm->console). The first one has the input focus. */
void console_add_vm(struct vm *vm);

/* Boot only, last: from now on interrupts do the work, if the UART has one: console_irq is registered already. */
void console_start(bool has_interrupt);

/* The UART's interrupt: sends and receives, on the CPU it is routed to, with no lock held. */
void console_irq(void);

/*
 * One byte from a VM's emulated UART. false: it should send no more until vpl011_resume, or until
 * console_vm_can_write says so.
 */
bool console_vm_write(struct vm *vm, uint8_t c);
bool console_vm_can_write(struct vm *vm);

/* The VM has stopped: its last line is shown even if it is unfinished. */
void console_vm_stopped(struct vm *vm);

/* One line of the hypervisor's log, len bytes without a newline: log_line's way out. */
void console_log(const char *text, size_t len);

/* Whether the log takes another line of any length now, for whoever would rather wait than lose it. It is sent on meanwhile. */
bool console_has_room(void);

/* The console's lock: for fault.c, which looks whether it is held. */
const struct spinlock *console_lock(void);

/* EL2 is about to stop for good. From now on only this CPU prints, without locks and synchronously. */
void console_panic_mode(void);

#endif
