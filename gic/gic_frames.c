/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/io.h"
#include "gic/gic_internal.h"

#define LAST_COPY 0xf000 /* of the first page, which the second follows */

static uint32_t identity(uintptr_t page)
{
	return mmio_read32((const void *)(page + GICC_IIDR));
}

/* GICC_DIR is in the second page, which must not be a copy of the first, where GICC_CTLR would be written. */
uintptr_t gicv2_find_interface(uintptr_t base, uint64_t size)
{
	uintptr_t first = base + (size >= GICV2_SPREAD_SIZE ? LAST_COPY : 0);
	uint32_t id = identity(base);

	return identity(first) == id && identity(first + KIB(4)) != id ? first : 0;
}
