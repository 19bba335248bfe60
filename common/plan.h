/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct plan: which physical page, CPU, interrupt and image belongs to which VM, and what each VM sees. plan_make() is a pure
 * function of struct host and struct system; apply only carries it out. Its counterpart is prove.h.
 */
#ifndef COMMON_PLAN_H
#define COMMON_PLAN_H

#include "common/host.h"
#include "common/lib/addr.h"
#include "common/lib/arena.h"
#include "common/lib/err.h"
#include "common/lib/findings.h"
#include "common/system.h"

enum plan_region_kind {
	PLAN_REGION_RAM,    /* normal memory, read-write-execute for the guest */
	PLAN_REGION_PV_TIME, /* stolen-time structures (Arm DEN 0057), in the pool: EL2 writes, the guest reads: read-only, execute-never; node: HOST_NO_NODE */
	PLAN_REGION_DEVICE, /* registers of a passed-through device, Device-nGnRE at stage 2, execute-never */
};

/* One range of a VM's stage-2 map. ipa, pa and size are multiples of the VM's granule. */
struct plan_region {
	enum plan_region_kind kind;
	ipa_t ipa;
	pa_t pa;
	uint64_t size;
	uint32_t node; /* PLAN_REGION_DEVICE: index into host.nodes */
};

/* A physical interrupt forwarded to a VM; the guest sees the same INTID. */
struct plan_irq {
	uint32_t intid; /* an SPI */
	bool edge;
	uint32_t node; /* whose it is */
};

enum plan_grant_kind {
	PLAN_GRANT_OWN,  /* the VM has it alone */
	PLAN_GRANT_COPY, /* described in the guest DTB only: fixed clocks and other inert nodes */
	PLAN_GRANT_MEDIATE, /* operated by firmware that the VM calls: plan_vm.firmware says for what */
	PLAN_GRANT_OMIT, /* something needs it and the guest's DTB does not have it: for reports only */
};

/* What a host node is to a VM. */
struct plan_grant {
	uint32_t node; /* index into host.nodes */
	enum plan_grant_kind kind;
	const char *reason; /* why, in the user's words */
};

/* What firmware operates for a VM that calls it by SMC: the first three by EEMI (Xilinx UG1200), the last is a channel of Arm's DEN 0056. */
enum firmware_object { FIRMWARE_CLOCK, FIRMWARE_RESET, FIRMWARE_POWER, FIRMWARE_SCMI };

/* Something that firmware operates and a device of the VM needs. */
struct plan_firmware {
	enum firmware_object object;
	bool shared;    /* what is not this VM's needs it as well: the VM may turn it on, and no more */
	uint32_t id;    /* as calls name it; FIRMWARE_SCMI: the function ID of the channel */
	uint32_t node;  /* the device, index into host.nodes */
};

/* Bytes to be in guest memory before the VM starts. pa is where that guest address lies; image data is in system.images. */
struct plan_load {
	uint32_t image; /* SYSTEM_NO_IMAGE: nothing to load */
	ipa_t ipa;
	pa_t pa;
	uint64_t size;    /* bytes to copy */
	uint64_t mem_size;/* bytes it occupies (an Image's header says more than the file has) */
};

/* The geometry of a VM's stage 2 (Arm ARM DDI 0487, D8.2 "Translation process"). */
struct plan_stage2 {
	unsigned granule_shift; /* 12 or 16 */
	unsigned ipa_bits;      /* 32 .. 48, in 64 KiB pages 52 */
	unsigned start_level;   /* 0 .. 2 */
	unsigned root_pages;    /* concatenated start-level tables, 1 .. 16 */
	unsigned table_pages;   /* of granule size, the root included */
	const char *granule_reason; /* why this granule */
};

/* What a VM's interrupt controller is made of. */
enum plan_gic {
	PLAN_GIC_V3,          /* a GICv3's virtual CPU interface: system registers */
	PLAN_GIC_V2_GICV,     /* the GIC's virtual CPU interface (GICV), mapped where the guest looks for its own */
	PLAN_GIC_V2_SOFTWARE, /* no GICV: the CPU interface is emulated too */
};

/* "GICv3", "GICv2 in software", ... */
const char *plan_gic_text(enum plan_gic gic);

/* Register frames of the virtual GIC and UART, in the guest's addresses. EL2 emulates them, but for GICV. size 0: the VM has none. */
struct plan_frames {
	struct mem_range gicd;
	struct mem_range gicr;       /* GICv3: nr_vcpus x 128 KiB */
	struct mem_range gicc;       /* GICv2: emulated; with PLAN_GIC_V2_GICV its first page is a region */
	struct mem_range uart;       /* PL011 */
	uint32_t uart_intid;
	struct mem_range watchdog[2]; /* control and refresh frame */
	uint32_t watchdog_intid;
};

struct plan_vm {
	const struct vm_config *config;
	uint32_t id;        /* index into plan.vms */
	uint32_t *vcpu_cpu; /* for each vCPU: index into host.cpus; several vCPUs, of this VM or others, may have the same one (plan.cpus) */
	uint32_t nr_vcpus;
	unsigned gic_version; /* what the guest sees: 2 or 3 */
	enum plan_gic gic;
	const char *gic_reason; /* why that */
	uint32_t nr_intids; /* of the virtual distributor: 32 + SPIs, a multiple of 32, at most 1020 rounded to 1024 */

	struct plan_region *regions; /* sorted by ipa, disjoint */
	uint32_t nr_regions;
	struct plan_irq *irqs; /* sorted by intid */
	uint32_t nr_irqs;
	struct plan_grant *grants;
	uint32_t nr_grants;
	/* Its bus masters must be still before its memory is used anew. */
	uint64_t *virtio; /* board addresses of its virtio-mmio transports, which EL2 resets */
	uint32_t nr_virtio;
	uint32_t unstoppable; /* one that nothing can stop, index into host.nodes, or HOST_NO_NODE: the VM cannot start again */
	struct plan_firmware *firmware; /* without doublets */
	uint32_t nr_firmware;
	struct plan_frames frames;
	struct mem_range pv_time; /* guest addresses of the stolen-time structures, PLAN_PV_TIME_SIZE a vCPU; a region of its own. size 0: no vCPU shares a CPU */
	struct plan_stage2 stage2;
	struct plan_stage2 stage2_other; /* in the other granule, for comparison, registers widened to it; table_pages 0: impossible */

	struct plan_load kernel, ramdisk;
	ipa_t entry;
	ipa_t dtb; /* where the guest DTB goes: 2 MiB-aligned if there is room for that, else 64 KiB-aligned; 8-byte-aligned with fdt-address */
	pa_t dtb_pa;
	uint32_t dtb_room; /* bytes there that nothing else uses, at least dtb_max */
	uint32_t dtb_max;  /* an upper bound of dtb_size: what the pool has for EL2's own copy */
	void *dtb_blob;    /* the finished guest DTB (written by dt/guest_dtb.c), NULL before */
	uint32_t dtb_size; /* bytes of dtb_blob */
};

/* Two inputs, and what the DTB does not tell: where we are on the board. */
struct plan_input {
	const struct host *host;
	const struct system *system;
	uint32_t boot_cpu;  /* index into host.cpus of the CPU that runs EL2's boot: it needs no start method */
	unsigned pa_bits;   /* of the boot CPU's physical addresses (ID_AA64MMFR0_EL1.PARange), 32 .. 52; 0: not known */
	bool granule64_ok;  /* every CPU's stage 2 has the 64 KiB granule (ID_AA64MMFR0_EL1.TGran64_2, TGran64) */
	struct mem_range hypervisor; /* image with its bss */
	struct mem_range system_file;
	struct mem_range host_dtb;
	struct arena *arena;
	struct findings *findings;
};

/* What a host CPU is used for. */
struct plan_cpu {
	uint32_t nr_vcpus; /* that live there: 0: unused, 1: dedicated, more: shared */
	uint32_t vm;       /* the first VM that has a vCPU there, or PLAN_NO_VM */
	const struct schedule_config *schedule; /* shared: NULL: round-robin with SYSTEM_SLICE */
};

static inline bool plan_cpu_is_shared(const struct plan_cpu *c)
{
	return c->nr_vcpus > 1 || c->schedule;
}

struct plan {
	const struct host *host;
	const struct system *system;
	struct mem_range hypervisor, system_file, host_dtb;
	struct mem_range pool; /* EL2's run-time memory: stacks, vCPUs, stage-2 tables, virtual GICs; see PLAN_*_BYTES */
	struct mem_range pv_time; /* the last part of it: pages that guests read (PLAN_REGION_PV_TIME). What EL2 has for itself ends here. size 0: none */
	struct plan_vm *vms;
	uint32_t nr_vms;
	struct plan_cpu *cpus; /* for each host CPU */
};

#define PLAN_NO_VM UINT32_MAX
#define PLAN_MAX_RAM 64 /* ranges of memory that a VM can have */

/*
 * What the pool is counted from, per object in bytes: upper bounds, the same on EL2 and on the host, so that both see the same plan.
 * The run-time code has a static assertion for each.
 */
#define PLAN_BYTES_PER_CPU   (CONFIG_CPU_STACK_SIZE + 8192) /* stack, its guard page, struct cpu */
#define PLAN_BYTES_PER_VCPU  4096                           /* struct vcpu, struct vgic_cpu */
#define PLAN_BYTES_PER_SHARED_CPU 8192                      /* struct shared_cpu */
#define PLAN_BYTES_PER_WINDOW 64                            /* of each CPU that has it: struct sched_window, and one more for a gap */
#define PLAN_BYTES_PER_SHARER 128                           /* of each shared CPU a VM has: struct sched_vm */
#define PLAN_BYTES_PER_SHARED_VCPU 2048                     /* struct sched_vcpu, its timers and their places in the CPU's queue */
#define PLAN_BYTES_PER_VM    8192                           /* struct vm, console line and receive buffers */
#define PLAN_BYTES_PER_INTID 16                             /* virtual distributor state */
#define PLAN_BYTES_PER_FIRMWARE 8                           /* struct firmware_right */

#define PLAN_PV_TIME_SIZE 64 /* of one vCPU's stolen-time structure, and its alignment (Arm DEN 0057, 3.2.1) */

/* Bytes at the pool's beginning for the stage-2 tables of all VMs, in their order. */
uint64_t plan_table_bytes(const struct plan *plan);

/* What of the pool EL2 has for itself. */
static inline struct mem_range plan_private_pool(const struct plan *plan)
{
	return (struct mem_range){ plan->pool.base, plan->pv_time.size ? plan->pv_time.base - plan->pool.base : plan->pool.size };
}

/* Every problem becomes a finding in in->findings. Returns the plan, or NULL when there was one. */
struct plan *plan_make(const struct plan_input *in) MUST_CHECK;

/* The physical address behind a guest address of the VM's RAM, when [ipa, ipa+size) lies in one region. */
enum err plan_ram_pa(const struct plan_vm *vm, uint64_t ipa, uint64_t size, pa_t *pa) MUST_CHECK;

#endif
