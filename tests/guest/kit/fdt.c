/* SPDX-License-Identifier: Apache-2.0 */
/* Devicetree Specification 0.4, chapter 5: the flattened format. */
#include "tests/guest/kit/fdt.h"

#include "tests/guest/kit/kit.h"

enum { FDT_BEGIN_NODE = 1, FDT_END_NODE = 2, FDT_PROP = 3, FDT_NOP = 4 };

static const uint8_t *blob;

static uint32_t be32(const uint32_t *p)
{
	return __builtin_bswap32(*p);
}

static uint32_t header(unsigned word)
{
	return be32((const uint32_t *)blob + word);
}

bool fdt_init(const void *dtb)
{
	blob = dtb;
	return dtb != NULL && ((uint64_t)dtb & 7) == 0 && header(0) == 0xd00dfeed && header(5) >= 16;
}

uint64_t fdt_address(void)
{
	return (uint64_t)blob;
}

uint32_t fdt_size(void)
{
	return header(1);
}

static const uint32_t *skip_property(const uint32_t *p)
{
	return p + 2 + (be32(p) + 3) / 4;
}

/* The first token at or behind p that is not a property of the same node. */
static const uint32_t *skip_properties(const uint32_t *p)
{
	for (;; p++) {
		while (be32(p) == FDT_PROP)
			p = skip_property(p + 1);
		if (be32(p) != FDT_NOP)
			return p;
	}
}

void fdt_walk(struct fdt_node *node)
{
	node->next = (const uint32_t *)(blob + header(2));
	node->depth = -1;
}

static void append_name(struct fdt_node *node, const char *name)
{
	int len = node->depth > 0 ? node->path_len[node->depth - 1] : 0;

	if (node->depth != 1)
		node->path[len++] = '/';
	while (*name != '\0' && len < FDT_MAX_PATH - 1)
		node->path[len++] = *name++;
	node->path[len] = '\0';
	node->path_len[node->depth] = len;
}

bool fdt_next(struct fdt_node *node)
{
	const uint32_t *p = skip_properties(node->next);
	const char *name;

	while (be32(p) == FDT_END_NODE) {
		node->depth--;
		p = skip_properties(p + 1);
	}
	if (be32(p) != FDT_BEGIN_NODE || node->depth + 1 >= FDT_MAX_DEPTH)
		return false;
	name = (const char *)(p + 1);
	node->depth++;
	append_name(node, name);
	node->at = p + 1 + (string_length(name) + 1 + 3) / 4;
	node->next = node->at;
	node->address_cells[node->depth] = fdt_u32(node, "#address-cells", 2);
	node->size_cells[node->depth] = fdt_u32(node, "#size-cells", 1);
	return true;
}

bool fdt_next_compatible(struct fdt_node *node, const char *compatible)
{
	while (fdt_next(node)) {
		const char *status = fdt_string(node, "status");

		if (fdt_is_compatible(node, compatible) &&
		    (*status == '\0' || string_equal(status, "okay") || string_equal(status, "ok")))
			return true;
	}
	return false;
}

bool fdt_find_path(struct fdt_node *node, const char *path)
{
	if (*path != '/') {
		if (*path == '\0' || !fdt_find_path(node, "/aliases"))
			return false;
		path = fdt_string(node, path);
		if (*path != '/')
			return false;
	}
	fdt_walk(node);
	while (fdt_next(node))
		if (string_equal(node->path, path))
			return true;
	return false;
}

const void *fdt_property(const struct fdt_node *node, const char *name, uint32_t *size)
{
	const char *strings = (const char *)blob + header(3);
	const uint32_t *p = node->at;

	for (;;) {
		if (be32(p) == FDT_NOP) {
			p++;
		} else if (be32(p) == FDT_PROP) {
			if (string_equal(strings + be32(p + 2), name)) {
				*size = be32(p + 1);
				return p + 3;
			}
			p = skip_property(p + 1);
		} else {
			return NULL;
		}
	}
}

bool fdt_is_compatible(const struct fdt_node *node, const char *compatible)
{
	uint32_t size = 0;
	const char *list = fdt_property(node, "compatible", &size);

	for (uint32_t i = 0; list != NULL && i < size; i += string_length(list + i) + 1)
		if (string_equal(list + i, compatible))
			return true;
	return false;
}

const char *fdt_string(const struct fdt_node *node, const char *name)
{
	uint32_t size;
	const char *value = fdt_property(node, name, &size);

	return value != NULL && size > 0 && value[size - 1] == '\0' ? value : "";
}

uint32_t fdt_u32(const struct fdt_node *node, const char *name, uint32_t otherwise)
{
	uint32_t size;
	const uint32_t *value = fdt_property(node, name, &size);

	return value != NULL && size == 4 ? be32(value) : otherwise;
}

static uint64_t cells(const uint32_t *p, uint32_t count)
{
	uint64_t value = 0;

	while (count-- > 0)
		value = value << 32 | be32(p++);
	return value;
}

bool fdt_reg(const struct fdt_node *node, unsigned index, uint64_t *address, uint64_t *size)
{
	uint32_t bytes, a, s;
	const uint32_t *reg = fdt_property(node, "reg", &bytes);

	if (reg == NULL || node->depth == 0)
		return false;
	a = node->address_cells[node->depth - 1];
	s = node->size_cells[node->depth - 1];
	if ((index + 1) * (a + s) * 4 > bytes)
		return false;
	reg += index * (a + s);
	*address = cells(reg, a);
	*size = cells(reg + a, s);
	return true;
}

bool fdt_interrupt(const struct fdt_node *node, unsigned index, struct fdt_interrupt *interrupt)
{
	uint32_t bytes;
	const uint32_t *p = fdt_property(node, "interrupts", &bytes);

	if (p == NULL || (index + 1) * 12 > bytes)
		return false;
	p += index * 3;
	interrupt->intid = be32(p + 1) + (be32(p) == 0 ? 32 : 16);
	interrupt->edge = (be32(p + 2) & 3) != 0;
	return true;
}
