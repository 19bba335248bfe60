/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that reads or writes device trees, and the FIT. All of it pure, over libfdt. */
#ifndef DT_DT_H
#define DT_DT_H

#include "common/host.h"
#include "common/lib/arena.h"
#include "common/lib/err.h"
#include "common/lib/findings.h"
#include "common/lib/sha256.h"
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

#define DT_NO_CLUSTER UINT32_MAX

/*
 * The number of each CPU's cluster (host.nr_cpus of them), from 0 in the DTB's order; returns how many there are. They are the innermost
 * clusters of /cpus/cpu-map (a CPU that it does not have: DT_NO_CLUSTER), or else CPUs that differ in MPIDR_EL1.Aff0 only, or, where that is 0
 * for all, as it is for cores that could have threads, in Aff1 and Aff0.
 */
uint32_t dt_number_clusters(const struct host *host, uint32_t *cluster);

/* Calls take for each CPU of the cores below a node of /cpus/cpu-map, in the DTB's order; returns how many there are. */
uint32_t dt_cpus_below(const struct host *host, uint32_t node, void (*take)(void *ctx, uint32_t cpu), void *ctx);

/*
 * Reads the system file. host: the board whose CPUs it may name; NULL: CPUs have numbers only. Hashes are verified here, by sha256 (as for sha256_init):
 * progress(ctx, image name, size) is called before each (may be NULL). Returns NULL only when nothing usable was read; findings tell the rest.
 */
typedef void dt_progress(void *ctx, const char *image, size_t size);
struct system *dt_parse_system(const void *fit, size_t size, const struct host *host, struct arena *arena, struct findings *findings, sha256_block *sha256,
			       dt_progress *progress, void *ctx) MUST_CHECK;

/* Writes vm->dtb_blob and dtb_size into memory from the arena. The plan must have no findings. ERR_NO_MEMORY, ERR_RANGE (larger than vm->dtb_room). */
enum err dt_write_guest(const struct plan *plan, struct plan_vm *vm, struct arena *arena, struct findings *findings) MUST_CHECK;

#endif
