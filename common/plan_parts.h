/* SPDX-License-Identifier: Apache-2.0 */
/* The parts plan_make() is made of, and what they share while it runs. For common/plan*.c only. */
#ifndef COMMON_PLAN_PARTS_H
#define COMMON_PLAN_PARTS_H

#include "common/plan.h"
#include "common/ranges.h"

#define PLAN_PAGE KIB(4)

/* One range of a VM's memory while its place is sought. */
struct plan_memory {
	uint64_t size;
	uint64_t ipa, pa;
	bool fixed_ipa, fixed_pa; /* by the system file */
	bool has_ipa, has_pa;     /* known by now */
	bool bad;                 /* a finding says why; it takes no further part */
};

#define PLAN_MAX_FRAMES 7 /* in struct plan_frames, and the stolen-time structures */

struct plan_vm_work {
	struct plan_memory *memory; /* as in vm_config.memory */
	uint32_t nr_memory;
	uint32_t nr_devices;      /* the first regions of plan_vm.regions while nothing is sorted */
	struct plan_region *devices;
	struct range_set space;   /* guest addresses below RANGE_LIMIT that nothing has */
};

struct plan_work {
	const struct plan_input *in;
	struct plan *plan;
	struct plan_vm_work *vms;
	uint32_t *owner;        /* for each host node: the VM that has it alone, or PLAN_NO_VM */
	struct range_set ram;   /* the board's RAM without what is taken for good */
	struct range_set trial; /* the same during one attempt to place the rest */
};

/* Smallest alignment of everything in the VM's stage 2, as far as the system file says. */
static inline uint64_t plan_min_align(const struct plan_vm *vm)
{
	return vm->config->stage2_granule == KIB(64) ? KIB(64) : PLAN_PAGE;
}

static inline bool plan_found(const struct plan_work *w)
{
	return w->in->findings->count != 0;
}

/* The arena is too small: a finding. Returns ERR_NO_MEMORY. */
enum err plan_no_memory(struct plan_work *w);

/* ---- plan_cpus.c ---- */

/* Sets vcpu_cpu and counts its vCPUs in plan.cpus; nr_vcpus stays 0 if the file's list cannot be used. ERR_NO_MEMORY. */
enum err plan_cpus(struct plan_work *w, struct plan_vm *vm) MUST_CHECK;

/* Whether one of its vCPUs lives on a shared CPU: after plan_schedules. */
bool plan_shares_cpu(const struct plan *plan, const struct plan_vm *vm);

/* ---- plan_schedules.c ---- */

/* Checks the schedules, and sets plan.cpus[].schedule: after plan_cpus of all VMs. */
void plan_schedules(struct plan_work *w);

/* ---- plan_gic.c ---- */

#define PLAN_BOARD_LIMIT BIT(48) /* board addresses that are used are below it; guest addresses, below RANGE_LIMIT */
#define PLAN_GICC_SIZE KIB(8) /* of a GICv2's CPU interface: two pages (Arm IHI 0048, 4.4) */

/* Sets gic, gic_version and gic_reason. */
void plan_gic(struct plan_work *w, struct plan_vm *vm);

/* The page that a GICv2 guest can use as the first of its CPU interface; false: none. */
bool plan_gicv_window(const struct host_gic *gic, pa_t *pa);

/* ---- plan_memory.c: the board's RAM ---- */

/* What the VMs want, what the board has, and everything whose place the file gives. After passthrough_resolve of all VMs. ERR_NO_MEMORY. */
enum err plan_memory_prepare(struct plan_work *w) MUST_CHECK;

/* Finds a place for the rest, with the pool; fills in regions and stage 2 of every VM. ERR_NO_MEMORY. */
enum err plan_memory_place(struct plan_work *w) MUST_CHECK;

/* ---- plan_guest.c: guest addresses ---- */

/* Whether two things that the file or the hardware put at guest addresses collide. */
void plan_guest_check(struct plan_work *w, uint32_t vm);

/* Gives every range and emulated frame that has none its guest address; ranges of known pa in memory-identity VMs are there. ERR_NO_MEMORY. */
enum err plan_guest_layout(struct plan_work *w, uint32_t vm) MUST_CHECK;

/* ---- plan_stage2.c ---- */

/* Chooses granule and geometry for vm->regions. ERR_NO_MEMORY; what the machine cannot do is a finding. */
enum err plan_stage2_choose(struct plan_work *w, struct plan_vm *vm) MUST_CHECK;

/* ---- plan_pool.c ---- */

/* Sets dtb_max. */
void plan_pool_count_dtb(struct plan_work *w, struct plan_vm *vm);

/* Bytes of the pool for the plan as it stands. */
uint64_t plan_pool_size(const struct plan *plan);

/* Gives the stolen-time structures their pages at the end of the pool, whose place is known now. */
void plan_pool_place_pv_time(struct plan *plan);

/* The place in `free` nearest to the hypervisor. */
bool plan_pool_find(const struct plan *plan, const struct range_set *free, uint64_t size, uint64_t *base);

/* ---- plan_images.c ---- */

/* Where kernel, ramdisk and DTB go; entry. ERR_NO_MEMORY. */
enum err plan_images_place(struct plan_work *w, uint32_t vm) MUST_CHECK;

#endif
