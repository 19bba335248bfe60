/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct host: everything the board's DTB says, as plain data. dt/host_*.c fills it; nothing after parse reads the host DTB, but the
 * guest DTB writer, which copies properties of granted nodes.
 *
 * Strings point into the DTB (or the arena): they live as long as it does. Nothing here changes after parse.
 */
#ifndef COMMON_HOST_H
#define COMMON_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/lib/util.h"

/* A physical range in bytes. A size of 0 is an empty range. */
struct mem_range {
	uint64_t base;
	uint64_t size;
};

enum cpu_start_method {
	CPU_START_NONE, /* no enable-method: can be used only if it is the boot CPU */
	CPU_START_PSCI,
	CPU_START_SPIN_TABLE,
};

struct host_cpu {
	uint64_t mpidr;         /* Aff3:Aff2:Aff1:Aff0 as in MPIDR_EL1, other bits zero */
	const char *path;       /* of its node */
	const char *compatible; /* first string of it, or "" */
	enum cpu_start_method start;
	uint64_t release_addr; /* spin table only */
	uint32_t node;         /* index into host.nodes */
};

/* A memory region EL2 and VMs must leave alone: /reserved-memory, /memreserve/. */
struct host_reserved {
	struct mem_range range;
	const char *path; /* node path, or "/memreserve/" */
	bool no_map;
};

#define HOST_MAX_REDIST_REGIONS 16

struct host_gic {
	unsigned version;       /* 2 or 3; 0 when the DTB has none we know */
	uint32_t node;          /* index into host.nodes */
	uint32_t maint_intid;   /* maintenance interrupt (a PPI) */
	struct mem_range dist;  /* GICD */
	struct mem_range redist[HOST_MAX_REDIST_REGIONS]; /* v3: GICR regions */
	unsigned nr_redist;
	uint64_t redist_stride; /* bytes between redistributors; 0: as GICR_TYPER.VLPIS says */
	struct mem_range cpu;   /* GICC; v3: legacy frame, size 0 if absent */
	struct mem_range hyp;   /* GICH; likewise */
	struct mem_range vcpu;  /* GICV; likewise */
};

/* The Arm generic timer's interrupts as INTIDs; 0 means not given. */
struct host_timer {
	uint32_t phys;      /* non-secure EL1 physical */
	uint32_t virt;      /* virtual */
	uint32_t hyp;       /* hypervisor physical */
	uint32_t frequency; /* clock-frequency in Hz, 0 when the DTB does not override CNTFRQ_EL0 */
	uint32_t node;      /* index into host.nodes */
};

/* The UART EL2 takes as its console. */
struct host_console {
	bool present;
	uint32_t node;             /* index into host.nodes */
	const char *compatible;    /* the compatible string that a driver knows (uart.h) */
	struct mem_range regs;
	uint32_t intid;            /* 0: none */
	bool edge;
	uint32_t reg_shift;        /* 8250 kind */
	uint32_t reg_io_width;     /* bytes; 8250 kind */
	uint32_t clock_frequency;  /* Hz, 0 unknown */
	uint32_t baud;             /* from stdout-path, 0 unknown: the loader's setting is kept */
};

enum host_psci { HOST_PSCI_NONE, HOST_PSCI_SMC, HOST_PSCI_HVC };

struct host_irq {
	uint32_t intid; /* GIC INTID: SPI n is n + 32, PPI n is n + 16 */
	bool edge;
};

/* What a node needs from another one. */
enum host_ref_kind {
	REF_CLOCK, REF_RESET, REF_POWER_DOMAIN, REF_PINCTRL, REF_GPIO, REF_SUPPLY, REF_PHY, REF_DMA, REF_NVMEM, REF_INTERCONNECT,
	REF_SYSCON, REF_OPP, REF_MEMORY, REF_OTHER
};

struct host_ref {
	uint32_t node;        /* provider: index into host.nodes */
	uint16_t kind;        /* enum host_ref_kind */
	uint16_t nr_args;     /* specifier cells */
	const uint32_t *args; /* in CPU byte order */
	const char *property; /* the property that holds the reference */
};

/* Stream IDs of a bus master: one from iommus, a run of them from iommu-map. */
struct host_stream {
	uint32_t iommu; /* index into host.nodes */
	uint32_t id;    /* the first */
	uint32_t count; /* 1, or the length of the iommu-map entry */
	uint32_t mask;  /* bits of id that do not matter (second cell of an SMMUv2 specifier); 0: all do */
};

#define HOST_NO_NODE UINT32_MAX

/* Every node of the DTB, parents before children; node 0 is the root. */
struct host_node {
	const char *path;       /* full path */
	int offset;             /* of its properties in the DTB: the next node's tells how much it has */
	uint32_t parent;        /* HOST_NO_NODE for the root */
	uint32_t phandle;       /* 0: none */
	const char *compatible; /* stringlist, compatible_len bytes with its NULs; NULL when absent */
	size_t compatible_len;
	bool enabled;           /* its status and its ancestors' are okay */
	bool regs_bad;          /* "reg" is malformed, or does not fit the ranges above it. An address that no ranges lead to the CPU
				   (I2C, MDIO, PCI configuration, parts of a syscon or flash) is not bad: nr_regs is 0 */
	bool irqs_bad;          /* an interrupt that does not end at the GIC, or is malformed */
	bool has_irqs_elsewhere;/* an interrupt that ends at another controller (GPIO, ...): not in irqs; the controller is in refs */
	bool refs_bad;          /* a reference to a provider that is malformed or leads nowhere: refs is not complete */
	bool dma;               /* may be a bus master: has iommus, dma-coherent, dma-ranges, or is of a class known to be one */
	bool iommu;             /* has #iommu-cells, whether or not anything refers to it */
	uint32_t smc_id;        /* arm,smc-id: the function ID by which SCMI rings; 0: none */
	struct mem_range *regs; /* CPU physical addresses, through all ranges */
	uint32_t nr_regs;
	struct host_irq *irqs;
	uint32_t nr_irqs;
	uint32_t nr_map_irqs;   /* the last ones of irqs: where its interrupt-map leads (PCI INTx, ...) */
	struct host_ref *refs;
	uint32_t nr_refs;
	struct host_stream *streams;
	uint32_t nr_streams;
};

/* A second name of a node: from /aliases, or a label from /__symbols__. */
struct host_alias {
	const char *name;
	const char *path;
};

struct tree;

struct host {
	const struct tree *tree; /* the DTB itself, checked (dt/tree.h); its nodes have the same numbers as these */
	size_t fdt_size;         /* the DTB's totalsize */
	const char *model;
	const char *compatible; /* root's stringlist */
	size_t compatible_len;

	struct host_cpu *cpus; /* in DT order: "CPU n" of the system file is cpus[n] */
	uint32_t nr_cpus;
	struct mem_range *ram; /* sorted, merged, without empty entries; reserved regions are still inside */
	uint32_t nr_ram;
	struct host_reserved *reserved;
	uint32_t nr_reserved;
	struct host_node *nodes;
	uint32_t nr_nodes;
	struct host_alias *aliases;
	uint32_t nr_aliases;

	struct host_gic gic;
	struct host_timer timer;
	struct host_console console;
	enum host_psci psci;
	uint32_t psci_version; /* from compatible: 0x00000002 (0.2) or 0x00010000; 0: PSCI 0.1 with function IDs of its own, which is not used */

	struct mem_range initrd; /* /chosen linux,initrd-start and -end; size 0 when absent */
	const char *bootargs;    /* /chosen bootargs, or "" */
};

/* Whether the node's compatible list has that string. */
bool host_node_is_compatible(const struct host_node *n, const char *compatible);

/* Whether the board's bootargs (host.bootargs) have that word, of the hypervisor's own: docs/porting.md. */
bool host_bootargs_have(const char *bootargs, const char *word);

/* The node with that full path, alias ("serial0") or label from /__symbols__; HOST_NO_NODE if there is none. */
uint32_t host_find_path(const struct host *h, const char *path);

#endif
