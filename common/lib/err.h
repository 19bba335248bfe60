/* SPDX-License-Identifier: Apache-2.0 */
/* What a failable function returns. What the user must be told goes into findings (findings.h); this is for the caller. */
#ifndef COMMON_LIB_ERR_H
#define COMMON_LIB_ERR_H

#include "common/lib/util.h"

enum err {
	OK = 0,
	ERR_INVALID,     /* malformed input */
	ERR_NOT_FOUND,   /* what was asked for does not exist */
	ERR_NO_MEMORY,   /* an arena or pool is exhausted */
	ERR_RANGE,       /* a value outside what the format or the machine can carry */
	ERR_EXISTS,      /* something is there already (page-table entry, owner) */
	ERR_UNSUPPORTED, /* well-formed, but not something this code or machine does */
	ERR_DENIED,      /* refused by policy or by firmware */
	ERR_BUSY,        /* a device does not come to rest */
	ERR_CORRUPT,     /* bytes that do not have the hash they should have */
};

/* A short lower-case phrase; never NULL. */
const char *err_text(enum err e);

#endif
