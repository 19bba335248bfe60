/* SPDX-License-Identifier: Apache-2.0 */
/* A reader for the DTB a guest is given: no libfdt, so that it does not share the hypervisor's view of the format. */
#ifndef KIT_FDT_H
#define KIT_FDT_H

#include <stdbool.h>
#include <stdint.h>

#define FDT_MAX_DEPTH 8
#define FDT_MAX_PATH 128

/* A place in a depth-first walk over all nodes; the cell counts are those that the parent at each depth sets for its children. */
struct fdt_node {
	const uint32_t *at;   /* just behind the node's name */
	const uint32_t *next; /* where the walk goes on */
	int depth;            /* 0: the root */
	char path[FDT_MAX_PATH];
	int path_len[FDT_MAX_DEPTH];
	uint32_t address_cells[FDT_MAX_DEPTH], size_cells[FDT_MAX_DEPTH];
};

struct fdt_interrupt {
	uint32_t intid;
	bool edge;
};

/* Call first, with the MMU on or off. false: not a DTB. */
bool fdt_init(const void *dtb);
uint64_t fdt_address(void);
uint32_t fdt_size(void);

void fdt_walk(struct fdt_node *node);
/* The next node, the root at first; false after the last one. */
bool fdt_next(struct fdt_node *node);
/* Goes on to the next enabled node with that compatible string. */
bool fdt_next_compatible(struct fdt_node *node, const char *compatible);
/* Starts anew and looks for the node by its full path, or by an alias. */
bool fdt_find_path(struct fdt_node *node, const char *path);

const void *fdt_property(const struct fdt_node *node, const char *name, uint32_t *size);
bool fdt_is_compatible(const struct fdt_node *node, const char *compatible);
/* A string property, "" where it is absent. */
const char *fdt_string(const struct fdt_node *node, const char *name);
uint32_t fdt_u32(const struct fdt_node *node, const char *name, uint32_t otherwise);
bool fdt_reg(const struct fdt_node *node, unsigned index, uint64_t *address, uint64_t *size);
/* An entry of `interrupts` in the GIC's three-cell form. */
bool fdt_interrupt(const struct fdt_node *node, unsigned index, struct fdt_interrupt *interrupt);

#endif
