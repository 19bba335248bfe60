/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the files of the proof only (prove.h): the decoder of stage 2, the comparison with the plan, and the search for what two have.
 */
#ifndef COMMON_PROVE_INTERNAL_H
#define COMMON_PROVE_INTERNAL_H

#include "common/lib/arena.h"
#include "common/lib/findings.h"
#include "common/plan.h"
#include "common/prove.h"

typedef unsigned long long ull; /* what %llx prints */

/* ---- what belongs to whom (prove_owners.c) ---- */

enum extent_class {
	EXTENT_VM,          /* a VM's alone */
	EXTENT_GICV_WINDOW, /* GICv2's virtual CPU interface as a VM reaches it: banked by CPU, so several VMs may */
	EXTENT_EL2,         /* nothing a VM may reach */
	EXTENT_GICV_FRAME,  /* where that interface lies: open to its windows only */
	EXTENT_PV_TIME,     /* a VM's stolen-time pages as it reaches them: EL2's memory, for reading */
	EXTENT_PV_FRAME,    /* that part of the pool: open to those only */
	EXTENT_CLASSES
};

/* One piece of physical memory, of table memory or of the INTID space. */
struct extent {
	uint64_t base, size;
	uint64_t ipa;      /* EXTENT_VM, EXTENT_GICV_WINDOW, EXTENT_PV_TIME in memory: where the guest sees it */
	const char *owner; /* VM name, or what it is */
	uint32_t class;    /* enum extent_class */
};

struct extent_list {
	struct extent *e;
	uint64_t nr, max;
};

/* ERR_NO_MEMORY. */
enum err extent_list_init(struct extent_list *l, uint64_t max, struct arena *arena) MUST_CHECK;

/* Empty extents are left out; false when the list is full. */
bool extent_add(struct extent_list *l, enum extent_class class, const char *owner, uint64_t base, uint64_t size, uint64_t ipa);

/* Told of two extents that share something though their classes forbid it; a begins first, or with b. */
typedef void extent_conflict(struct findings *findings, const struct extent *a, const struct extent *b);

/* Sorts the list, then finds for each extent whether an earlier one reaches into it, in O(n log n). Silent exactly if no two are in conflict. */
void extent_find_conflicts(struct extent_list *l, struct findings *findings, extent_conflict *report);

/* ---- one VM's stage 2 ---- */

/* Contiguous in both spaces, and alike. attrs holds the descriptor's bits DESC_ATTRS in place. */
struct prove_run {
	uint64_t ipa, pa, size, attrs;
};

#define DESC_MEMATTR GENMASK(5, 2)   /* memory type while HCR_EL2.FWB = 0 */
#define DESC_S2AP    GENMASK(7, 6)   /* bit 6 read, bit 7 write */
#define DESC_SH      GENMASK(9, 8)
#define DESC_XN      GENMASK(54, 53)
#define DESC_ATTRS   (DESC_MEMATTR | DESC_S2AP | DESC_SH | DESC_XN)

/* What VTCR_EL2 says. */
struct prove_geometry {
	unsigned granule_shift; /* 12 or 16 */
	unsigned ipa_bits;
	unsigned pa_bits;       /* of PS */
	unsigned start_level;
	unsigned root_entries;  /* concatenated tables counted as one */
};

struct prove_walk {
	const struct plan *plan;
	const struct plan_vm *vm;
	const char *name; /* of the VM */
	struct findings *findings;
	unsigned faults; /* reported or not */
	bool shares_cpu; /* one of its vCPUs lives where another one does, or in windows */

	/* prove_decode.c */
	struct prove_geometry geometry;
	struct mem_range table_memory;   /* no table is read outside */
	bool tables_are_physical;        /* it is the board's memory, not a host program's */
	uint32_t table_pages_left;       /* of those the plan counted */
	struct extent_list *tables;      /* every table found, all VMs */
	struct prove_run pending;        /* size 0: none */

	/* prove_grant.c */
	uint32_t region;            /* the next one that the tables must reach, and how much of it they do already */
	uint64_t region_done;
	struct extent_list *memory; /* every piece a VM reaches, all VMs */
};

/* A VM's damaged tables can hold thousands of faults; the first ones tell the story. */
#define PROVE_MAX_FAULTS 16
#define PROVE_FAULT(w, fmt, ...)                                                                                               \
	((w)->faults++ < PROVE_MAX_FAULTS                                                                                      \
		 ? findings_add((w)->findings, FINDING_PROOF_FAILED, "VM %s: " fmt, (w)->name, __VA_ARGS__)                    \
		 : (void)0)

/* Fills w->geometry. False: the registers describe nothing that can be walked, and findings say why. */
bool prove_decode_registers(struct prove_walk *w, uint64_t vttbr, uint64_t vtcr);

/* Walks the whole tree in order of IPA and hands every run, as long as it can be, to prove_take_run. */
void prove_walk_tables(struct prove_walk *w, uint64_t vttbr);

/* Compares with the plan's regions: runs come in ascending order of IPA, then one call of prove_end_runs. */
void prove_take_run(struct prove_walk *w, const struct prove_run *run);
void prove_end_runs(struct prove_walk *w);

/* Whether the plan's own regions are what the plan, the host and the configuration allow. */
void prove_check_regions(struct prove_walk *w);

/* Whether this region is the GICv2 virtual CPU interface, granted as such. */
bool prove_is_gicv_window(const struct prove_walk *w, const struct plan_region *r);

/* Likewise its stolen-time pages. */
bool prove_is_pv_time(const struct prove_walk *w, const struct plan_region *r);

/* ---- CPUs (prove_cpus.c) ---- */

/* What the vCPUs and the configuration make of each CPU. NULL: the arena is too small. */
struct plan_cpu *prove_count_cpus(const struct plan *plan, struct arena *arena);

/* Whether one of the VM's vCPUs shares a CPU, with those of another VM or its own. */
bool prove_shares_cpu(const struct plan *plan, const struct plan_vm *vm, const struct plan_cpu *real);

/* Whether the VM's vCPUs live where its configuration says. */
void prove_vm_cpus(struct prove_walk *w);

/* Whether the plan knows each CPU for what it is, and the schedules keep those who share one apart. */
void prove_cpus(const struct plan *plan, const struct plan_cpu *real, struct findings *findings);

/* ---- nodes, stream IDs and calls to firmware (prove_devices.c) ---- */

/* vms[i] belongs to plan->vms[i]. */
void prove_devices(const struct plan *plan, const struct prove_vm *vms, struct findings *findings);

#endif
