/* SPDX-License-Identifier: Apache-2.0 */
#include "common/lib/err.h"

static const char *const texts[] = {
	[OK] = "no error",
	[ERR_INVALID] = "malformed input",
	[ERR_NOT_FOUND] = "not found",
	[ERR_NO_MEMORY] = "out of memory",
	[ERR_RANGE] = "value out of range",
	[ERR_EXISTS] = "already there",
	[ERR_UNSUPPORTED] = "not supported",
	[ERR_DENIED] = "denied",
	[ERR_CORRUPT] = "changed or damaged",
	[ERR_BUSY] = "a device does not stop",
};

const char *err_text(enum err e)
{
	return (unsigned)e < ARRAY_SIZE(texts) ? texts[e] : "unknown error";
}
