/* SPDX-License-Identifier: Apache-2.0 */
/* What the user types, before it reaches a VM: the escape key and the key after it. Pure. */
#ifndef COMMON_CONSOLE_INPUT_H
#define COMMON_CONSOLE_INPUT_H

#include <stdbool.h>
#include <stdint.h>

enum console_key {
	CONSOLE_KEY_NONE,    /* the escape key itself: the next byte decides */
	CONSOLE_KEY_DATA,    /* goes to whoever has the focus */
	CONSOLE_KEY_VM,      /* escape, 0 to 9: the focus to the VM with that number */
	CONSOLE_KEY_NEXT,    /* escape, n: to the next one */
	CONSOLE_KEY_MONITOR, /* escape, m */
	CONSOLE_KEY_HELP,    /* escape, anything else */
};

struct console_input {
	bool escaped;
};

/*
 * *data: the byte for CONSOLE_KEY_DATA, the number for CONSOLE_KEY_VM. The escape key twice is CONSOLE_KEY_DATA with
 * the escape byte.
 */
enum console_key console_input_key(struct console_input *in, uint8_t c, uint8_t *data);

#endif
