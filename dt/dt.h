/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that reads or writes device trees, and the FIT. All of it pure, over libfdt. */
#ifndef DT_DT_H
#define DT_DT_H

#include "common/host.h"
#include "common/lib/arena.h"
#include "common/lib/err.h"
#include "common/lib/findings.h"
#include "common/plan.h"
#include "common/system.h"

struct tree;

/*
 * Checks the board's DTB, which may be anything, and notes where what is: `size` is how many bytes may be read at fdt (at boot: what is
 * mapped). NULL: it cannot be used, or there is no memory for it, which is a finding. Works with the MMU off.
 */
const struct tree *dt_open_host(const void *fdt, size_t size, struct arena *arena, struct findings *findings) MUST_CHECK;

/* Only what an early console needs: fills *console. No allocation, no findings; works with the MMU off. false: none found. */
bool dt_find_console(const struct tree *tree, struct host_console *console);

/* All of the board. Problems become findings; returns NULL when there is one without which no plan can be made. The tree must stay. */
struct host *dt_parse_host(const struct tree *tree, struct arena *arena, struct findings *findings) MUST_CHECK;

/*
 * Reads the system file. Hashes are verified here: progress(ctx, image name, size) is called before each (may be NULL).
 * Returns NULL only when nothing usable was read; findings tell the rest.
 */
typedef void dt_progress(void *ctx, const char *image, size_t size);
struct system *dt_parse_system(const void *fit, size_t size, struct arena *arena, struct findings *findings, dt_progress *progress, void *ctx) MUST_CHECK;

/* Writes vm->dtb_blob and dtb_size into memory from the arena. The plan must have no findings. ERR_NO_MEMORY, ERR_RANGE (larger than vm->dtb_room). */
enum err dt_write_guest(const struct plan *plan, struct plan_vm *vm, struct arena *arena, struct findings *findings) MUST_CHECK;

#endif
