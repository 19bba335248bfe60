/* SPDX-License-Identifier: Apache-2.0 */
/* The board's DTB as a boot loader would have completed it (arch/arm64/efi.c). */
#include <libfdt.h>

#include "arch/arm64/port.h"
#include "common/lib/string.h"

static int chosen_node(void *fdt)
{
	int node = fdt_path_offset(fdt, "/chosen");

	return node == -FDT_ERR_NOTFOUND ? fdt_add_subnode(fdt, 0, "chosen") : node;
}

static int put_chosen(void *fdt, const struct boot_facts *facts)
{
	int node = chosen_node(fdt), e = node < 0 ? node : 0;

	if (!e && facts->initrd_size)
		e = fdt_setprop_u64(fdt, node, "linux,initrd-start", facts->initrd);
	if (!e && facts->initrd_size)
		e = fdt_setprop_u64(fdt, node, "linux,initrd-end", facts->initrd + facts->initrd_size);
	if (!e && facts->bootargs)
		e = fdt_setprop_string(fdt, node, "bootargs", facts->bootargs);
	return e;
}

/* At the top: what boot loaders fill in. */
static int next_memory(const void *fdt, int node)
{
	for (node = node < 0 ? fdt_first_subnode(fdt, 0) : fdt_next_subnode(fdt, node); node >= 0; node = fdt_next_subnode(fdt, node)) {
		int len;
		const char *type = fdt_getprop(fdt, node, "device_type", &len);

		if (type && len == (int)sizeof("memory") && memcmp(type, "memory", sizeof("memory")) == 0)
			return node;
	}
	return node;
}

static void *put_cells(fdt32_t *at, uint64_t value, int cells)
{
	if (cells == 2)
		*at++ = cpu_to_fdt32((uint32_t)(value >> 32));
	*at++ = cpu_to_fdt32((uint32_t)value);
	return at;
}

/* What firmware knows takes the place of what the tree says. */
static int put_memory(void *fdt, const struct boot_facts *facts)
{
	int address_cells = fdt_address_cells(fdt, 0), size_cells = fdt_size_cells(fdt, 0), node, e;
	fdt32_t *at;

	if (address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2)
		return -FDT_ERR_BADNCELLS;
	while ((node = next_memory(fdt, -1)) >= 0) {
		e = fdt_del_node(fdt, node);
		if (e)
			return e;
	}
	node = fdt_add_subnode(fdt, 0, "memory");
	if (node < 0)
		return node;
	e = fdt_setprop_string(fdt, node, "device_type", "memory");
	if (!e)
		e = fdt_setprop_placeholder(fdt, node, "reg", (int)facts->nr_memory * 4 * (address_cells + size_cells), (void **)&at);
	for (uint32_t i = 0; !e && i < facts->nr_memory; i++) {
		at = put_cells(at, facts->memory[2 * i], address_cells);
		at = put_cells(at, facts->memory[2 * i + 1], size_cells);
	}
	return e;
}

enum err dt_make_boot(void *to, size_t room, const void *from, const struct boot_facts *facts)
{
	int e = fdt_check_header(from);

	if (!e)
		e = fdt_open_into(from, to, (int)room);
	if (!e)
		e = put_chosen(to, facts);
	if (!e && facts->nr_memory)
		e = put_memory(to, facts);
	return e == 0 ? OK : e == -FDT_ERR_NOSPACE ? ERR_NO_MEMORY : ERR_INVALID;
}
