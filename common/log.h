/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's own messages. Each call is one line: the newline is added. Any CPU, any time, from console_early_init on; bounded, never blocks for long. */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "common/lib/util.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

#endif
