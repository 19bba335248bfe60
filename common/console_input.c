/* SPDX-License-Identifier: Apache-2.0 */
#include "common/console_input.h"

enum console_key console_input_key(struct console_input *in, uint8_t c, uint8_t *data)
{
	*data = c;
	if (!in->escaped && c == CONFIG_CONSOLE_ESCAPE) {
		in->escaped = true;
		return CONSOLE_KEY_NONE;
	}
	if (!in->escaped || c == CONFIG_CONSOLE_ESCAPE) {
		in->escaped = false;
		return CONSOLE_KEY_DATA;
	}
	in->escaped = false;
	if (c >= '0' && c <= '9') {
		*data = c - '0';
		return CONSOLE_KEY_VM;
	}
	switch (c) {
	case 'n':
		return CONSOLE_KEY_NEXT;
	case 'm':
		return CONSOLE_KEY_MONITOR;
	}
	return CONSOLE_KEY_HELP;
}
