/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A correct system for the proof's tests: a host, a plan of three VMs and the stage-2 tables to it, made by a table builder of its own
 * that does what it is told, also wrong things. It is written from the Arm ARM and shares nothing with arch/arm64/pgtable.c.
 */
#ifndef TESTS_UNIT_PROVE_SYSTEM_H
#define TESTS_UNIT_PROVE_SYSTEM_H

#include "common/prove.h"

/* ---- tables ---- */

struct tree {
	unsigned granule_shift, ia_bits, start_level;
	uint64_t *root;
	struct table_pool *pool;
	unsigned pages; /* table pages, as a plan counts them */
};

struct table_pool {
	uint8_t *memory;
	size_t size, used;
};

#define S2_PV_TIME (UINT64_C(0xf) << 2 | UINT64_C(1) << 6 | UINT64_C(3) << 8 | UINT64_C(2) << 53)
#define S2_RAM        ((UINT64_C(0xf) << 2) | (UINT64_C(3) << 6) | (UINT64_C(3) << 8)) /* write-back, read-write, inner shareable */
#define S2_DEVICE     ((UINT64_C(1) << 2) | (UINT64_C(3) << 6) | (UINT64_C(2) << 8) | (UINT64_C(2) << 53)) /* nGnRE, read-write, outer shareable, never executable */
#define S2_AF         (UINT64_C(1) << 10)
#define S2_CONTIGUOUS (UINT64_C(1) << 52)

unsigned tree_shift(const struct tree *t, unsigned level);
unsigned tree_root_entries(const struct tree *t);
void tree_init(struct tree *t, struct table_pool *pool, unsigned granule_shift, unsigned ia_bits, unsigned start_level);

/* Where the entry for `ia` at that level is; tables down to it are made. */
uint64_t *tree_entry(struct tree *t, unsigned level, uint64_t ia);

/* `count` leaves of that level from `ia` on; `bits`: attributes, S2_CONTIGUOUS. Valid, AF and the type bit are added. */
void tree_map(struct tree *t, unsigned level, uint64_t ia, uint64_t pa, unsigned count, uint64_t bits);

uint64_t tree_vtcr(const struct tree *t, unsigned ps);

/* ---- the system ---- */

enum { LINUX, RTOS, BIG, NR_VMS };
enum { NODE_ROOT, NODE_GIC, NODE_UART, NODE_RTC, NODE_NIC, NODE_DMA, NODE_CLOCKS, NODE_RESETS, NODE_IOMMU, NR_NODES };

struct sys {
	struct table_pool pool;
	struct arena arena;
	struct findings findings;

	struct host host;
	struct host_cpu cpus[6];
	struct mem_range ram[2];
	struct host_reserved reserved[2];
	struct host_node nodes[NR_NODES];
	struct mem_range regs[NR_NODES];
	struct host_ref refs[NR_NODES][3];
	uint32_t ref_args[NR_NODES][3];
	struct host_stream streams[NR_NODES];

	struct system system;
	struct vm_config config[NR_VMS];
	uint32_t config_cpus[NR_VMS][2];
	struct memory_config memory[NR_VMS][2];

	struct plan plan;
	struct plan_vm vm[NR_VMS];
	struct plan_region regions[NR_VMS][4];
	struct plan_irq irqs[NR_VMS][3];
	struct plan_grant grants[NR_VMS][3];
	struct plan_firmware firmware[NR_VMS][4];
	uint32_t vcpu_cpu[NR_VMS][2];
	struct plan_cpu plan_cpus[6];

	struct prove_vm built[NR_VMS];
	uint32_t intids[NR_VMS][4];
	struct firmware_right rights[NR_VMS][4];
	struct tree tree[NR_VMS];
};

/*
 * linux: 4 KiB, 32 bits, start level 1 with four entries. RAM 0x40000000 -> 0x80000000: 64 MiB in contiguous 2 MiB blocks, 2 MiB in blocks,
 * 128 KiB in contiguous pages, 12 KiB in pages. RTC page 0x9010000.
 * rtos: 4 KiB, 40 bits, start level 1 with two concatenated tables. RAM 0x40000000 -> 0x100000000, a 1 GiB block; 2 MiB at 0x8000000000, in
 * the second root table. GICV at 0x8010000 -> 0x8040000 (GICv2 guest).
 * big: 64 KiB, 43 bits, start level 2 with two concatenated tables. RAM 0x40000000 -> 0x200000000, a 512 MiB block and 2 MiB in contiguous
 * pages and 64 KiB in a page; the NIC's page at 0x40000000000 -> 0xa000000, in the second root table.
 * Firmware operates clocks and resets: linux has clock 5 and reset 1007 (the RTC's), big clock 6 (the NIC's), and both need clock 31. Behind
 * the IOMMU the RTC has stream 0x10, the NIC streams 0x20 to 0x2f.
 */
struct sys *sys_new(void);

/* Its plan says it is a GICv2 guest with its CPU interface there; the region is the caller's. */
void sys_give_gicv(struct sys *s, unsigned vm, uint64_t ipa);

/* rtos's vCPU moves to CPU 1, which is linux's: both have stolen-time pages from then on, SHARED_* the last regions of each. */
#define SHARED_LINUX_IPA 0x50000000ull
#define SHARED_RTOS_IPA  0x8000400000ull
#define SHARED_PA        0x4207e000ull /* linux's page; then rtos's, the last one of the pool */
void sys_share_cpu(struct sys *s);

void sys_free(struct sys *s);

/* The proof of it as it stands. */
enum err sys_prove(struct sys *s);

/* Whether a finding of the last proof has both words in it. */
bool sys_found(const struct sys *s, const char *word, const char *other);
void sys_print_findings(const struct sys *s);

/* The entry the VM's tables have for that guest address, at that level. */
uint64_t *sys_entry(struct sys *s, unsigned vm, unsigned level, uint64_t ipa);

/* A reference of a node to what firmware operates; a right of a VM, in the plan and in its table. */
void sys_add_ref(struct sys *s, uint32_t node, uint32_t provider, uint32_t id);
void sys_add_right(struct sys *s, unsigned vm, enum firmware_object object, uint32_t id, bool shared);

#endif
