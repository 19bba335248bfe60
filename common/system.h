/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct system: what the user wants, as read from the system file (a FIT; docs/system-file.md). dt/system_*.c fills it.
 * Strings and image data point into the FIT. Nothing here changes after parse.
 */
#ifndef COMMON_SYSTEM_H
#define COMMON_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/lib/util.h"

enum image_kind {
	IMAGE_ARM64,   /* type "kernel", os "linux": an arm64 boot-protocol Image with its 64-byte header */
	IMAGE_RAW,     /* type "standalone" or "firmware": bytes with a load and an entry address */
	IMAGE_RAMDISK, /* type "ramdisk" */
	IMAGE_FDT,     /* type "flat_dt" */
};

struct system_image {
	const char *name; /* node name under /images */
	enum image_kind kind;
	const void *data;
	size_t size; /* bytes */
	const uint8_t *sha256; /* SHA256_SIZE bytes: what they were verified against */
	bool has_load, has_entry;
	uint64_t load, entry;  /* guest addresses */
	uint64_t arm64_size;   /* IMAGE_ARM64: image_size of its header, 0 in very old ones */
	uint64_t arm64_offset; /* IMAGE_ARM64: text_offset of its header */
};

#define SYSTEM_NO_IMAGE UINT32_MAX

enum restart_when { RESTART_NEVER, RESTART_ON_CRASH, RESTART_ALWAYS };

#define SYSTEM_MAX_RESTARTS 16

/* Whether and how often a VM that went down comes back by itself. */
struct restart_config {
	enum restart_when when;
	uint32_t max;     /* so many restarts, at most SYSTEM_MAX_RESTARTS, within ... ; 0: any number */
	uint32_t seconds; /* ... this time; one more and the VM is held */
	bool critical;    /* when it stays crashed or is held, the board is reset */
};

/* One range of guest memory. */
struct memory_config {
	uint64_t size;    /* bytes, > 0, a multiple of 4 KiB */
	bool has_ipa;     /* memory-address: where the guest sees it */
	uint64_t ipa;
	bool has_pa;      /* memory-physical: where it lies on the board */
	uint64_t pa;
};

#define SYSTEM_NO_VM UINT32_MAX

/* How CPUs that several vCPUs use are divided among them (common/sched.h). */
enum sched_policy { SCHED_ROUND_ROBIN, SCHED_CYCLIC };

/* A window of a cyclic schedule. */
struct window_config {
	uint32_t vm;     /* index into system.vms; SYSTEM_NO_VM: a finding tells */
	uint32_t start;  /* microseconds since the beginning of the frame */
	uint32_t length; /* microseconds, > 0 */
	bool lend;       /* what the VM does not use of it others may */
};

/* A node of /schedules: it holds for the CPUs it names. CPUs that are shared and not named by any are round-robin with the default slice. */
struct schedule_config {
	const char *name;
	const char *path; /* "/schedules/<name>", for messages */
	uint32_t *cpus;   /* indexes into host.cpus */
	uint32_t nr_cpus;
	enum sched_policy policy;
	uint32_t slice;   /* microseconds: a turn of a VM of weight 1; SYSTEM_SLICE when absent */
	uint32_t frame;   /* SCHED_CYCLIC: microseconds */
	struct window_config *windows; /* in the file's order */
	uint32_t nr_windows;
};

#define SYSTEM_SLICE 10000 /* microseconds */

/* Limits of the above, microseconds. common/plan_schedules.c checks them and says why. */
#define SYSTEM_MIN_SLICE  100
#define SYSTEM_MAX_SLICE  1000000
#define SYSTEM_MIN_WINDOW 50
#define SYSTEM_MAX_FRAME  10000000
#define SYSTEM_MAX_WINDOWS 128 /* of one schedule */
#define SYSTEM_MAX_WEIGHT 100

struct vm_config {
	const char *name; /* node name under /vms: 1 to 15 of [a-z0-9_-], starting with a letter */
	const char *path; /* "/vms/<name>", for messages */

	uint32_t *cpus; /* indexes into host.cpus */
	uint32_t nr_cpus;
	uint32_t nr_vcpus; /* vcpus; defaults to nr_cpus */
	uint32_t weight;   /* of its turns on shared CPUs, 1 to 100; 1 when absent */

	struct memory_config *memory;
	uint32_t nr_memory;
	bool memory_identity; /* IPA = PA for every range without an address */

	uint32_t kernel;  /* index into system.images, or SYSTEM_NO_IMAGE */
	uint32_t ramdisk; /* likewise */
	uint32_t fdt_fragment; /* likewise: an overlay of the VM's device tree */
	const char *bootargs; /* "" when absent */
	bool has_fdt_address;
	uint64_t fdt_address;

	const char **passthrough; /* DT path, alias or label of host nodes */
	uint32_t nr_passthrough;
	/* What the user says of nodes that devices need, against the derivation: paths, aliases or labels. */
	const char **provider_own, **provider_copy, **provider_omit;
	uint32_t nr_provider_own, nr_provider_copy, nr_provider_omit;
	bool devices_rest; /* all that no other VM has and nothing keeps */
	bool dma_without_iommu;

	uint32_t gic_version;    /* 0: the host's */
	uint32_t stage2_granule; /* 0: auto, else 4096 or 65536 */
	struct restart_config restart;
	bool watchdog;           /* the emulated SBSA watchdog */
	bool console;            /* the emulated PL011; default true */
};

struct system {
	const void *fit;
	size_t fit_size;
	const char *description;
	struct system_image *images;
	uint32_t nr_images;
	struct vm_config *vms;
	uint32_t nr_vms;
	struct schedule_config *schedules;
	uint32_t nr_schedules;
};

#endif
