/* SPDX-License-Identifier: Apache-2.0 */
/* What the guest_*.c files share while a guest's DTB is written. */
#ifndef DT_GUEST_BUILD_H
#define DT_GUEST_BUILD_H

#include "common/lib/findings.h"
#include "common/plan.h"
#include "dt/tree.h"
#include "dt/writer.h"

#define GUEST_PATH_LEN 256

/*
 * Phandles: a copied node keeps the host's, and the guest's GIC has the host GIC's. So whatever refers to a node that the guest has is
 * right as it stands, also where only the device's driver knows that a property is a reference.
 */
struct guest_build {
	const struct plan *plan;
	const struct plan_vm *vm;
	struct tree_writer out;
	uint32_t gic_phandle, clock_phandle;
	char stdout_path[GUEST_PATH_LEN]; /* of the UART that serves as the guest's console, "": none */
	uint32_t stdout_node; /* of the board, if it is a UART of the VM's own; HOST_NO_NODE: the emulated one */
};

static inline bool guest_is_v2(const struct guest_build *g)
{
	return g->vm->gic_version == 2;
}

void put_begin(struct guest_build *g, const char *name);
/* "base@address" */
void put_begin_at(struct guest_build *g, const char *base, uint64_t address);
void put_end(struct guest_build *g);
void put_bytes(struct guest_build *g, const char *name, const void *data, size_t len);
void put_flag(struct guest_build *g, const char *name);
void put_string(struct guest_build *g, const char *name, const char *s);
void put_cell(struct guest_build *g, const char *name, uint32_t v);

/* Begins a property of n cells, which put_next_cell and put_next_range fill: NULL when there is no room, which both take. */
fdt32_t *put_cells(struct guest_build *g, const char *name, size_t n);
fdt32_t *put_next_cell(fdt32_t *at, uint32_t v);
/* Address and size of two cells each. */
fdt32_t *put_next_range(fdt32_t *at, struct mem_range r);
/* Three cells as the GIC's bindings have them. */
fdt32_t *put_next_irq(fdt32_t *at, uint32_t intid, uint32_t flags);

/* Trigger types in the third cell (GIC bindings). */
enum { IRQ_EDGE_RISING = 1, IRQ_LEVEL_HIGH = 4, IRQ_LEVEL_LOW = 8 };

/* guest_nodes.c: the host nodes that the VM has been granted. */
void guest_put_grants(struct guest_build *g);

/* Where that node of the board is in the guest's tree. false: it is not there, or its path is longer than GUEST_PATH_LEN. */
bool guest_path(const struct guest_build *g, uint32_t node, char path[GUEST_PATH_LEN]);

/* guest_fragment.c: what the user adds to the finished tree, in vm->dtb_blob. What is wrong with it becomes findings, and an error. */
enum err guest_apply_fragment(const struct plan *plan, struct plan_vm *vm, struct arena *arena, struct findings *findings) MUST_CHECK;

#endif
