/* SPDX-License-Identifier: Apache-2.0 */
#include "common/log.h"

#include <stdarg.h>

#include "common/console.h"
#include "common/console_mux.h"
#include "common/lib/format.h"

static const char *const level_text[] = {
	[LOG_ERROR] = "error: ",
	[LOG_WARN] = "warning: ",
	[LOG_INFO] = "",
	[LOG_DEBUG] = "debug: ",
};

void log_line(enum log_level level, const char *fmt, ...)
{
	char text[CONSOLE_LOG_LINE];
	size_t len = 0;
	va_list ap;

	if (level == LOG_DEBUG && !console_debug)
		return;
	for (const char *p = level_text[level]; *p; p++)
		text[len++] = *p;
	va_start(ap, fmt);
	len += format_vtext(text + len, sizeof(text) - len, fmt, ap);
	va_end(ap);
	console_log(text, u64_min(len, sizeof(text) - 1)); /* longer ones are cut */
}
