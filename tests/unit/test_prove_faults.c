/* SPDX-License-Identifier: Apache-2.0 */
/* Faults planted in a correct system, one at a time: the proof must find each and say what it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/prove_system.h"

#define RAM_IPA 0x40000000ull
#define PAGES   0x44220000ull /* linux: plain pages */
#define RTC     0x9010000ull
#define GICV    0x8010000ull
#define NIC     0x40000000000ull

struct fault {
	const char *name;
	void (*plant)(struct sys *s);
	const char *word, *other; /* both in one finding */
};

#define VTCR(s, vm) ((s)->built[vm].vtcr)
#define VTTBR(s, vm) ((s)->built[vm].vttbr)

static void set_field(uint64_t *reg, unsigned high, unsigned low, uint64_t v)
{
	*reg = (*reg & ~GENMASK(high, low)) | v << low;
}

static uint64_t *linux_page(struct sys *s) { return sys_entry(s, LINUX, 3, PAGES); }
static uint64_t *linux_rtc(struct sys *s) { return sys_entry(s, LINUX, 3, RTC); }
static uint64_t *linux_block(struct sys *s) { return sys_entry(s, LINUX, 2, 0x44000000); }

/* Points linux's first plain page elsewhere. */
static void page_to(struct sys *s, uint64_t pa) { *linux_page(s) = pa | S2_RAM | S2_AF | 3; }

/* Gives the plan and the tables of linux one more page of RAM there, so that only ownership is wrong. */
static void grant_page(struct sys *s, uint64_t pa)
{
	struct plan_vm *v = &s->vm[LINUX];

	v->regions[v->nr_regions++] = (struct plan_region){PLAN_REGION_RAM, ipa_make(0x50000000), pa_make(pa), 0x1000, 0};
	s->memory[LINUX][s->config[LINUX].nr_memory++].size = 0x1000;
	tree_map(&s->tree[LINUX], 3, 0x50000000, pa, 1, S2_RAM);
	v->stage2.table_pages = s->tree[LINUX].pages;
}

/* Likewise a device page, of the DMA engine unless the test says otherwise. */
static void grant_device(struct sys *s, uint64_t pa, uint32_t node)
{
	struct plan_vm *v = &s->vm[LINUX];

	v->regions[v->nr_regions++] = (struct plan_region){PLAN_REGION_DEVICE, ipa_make(0x50000000), pa_make(pa), 0x1000, node};
	v->grants[v->nr_grants++] = (struct plan_grant){node, PLAN_GRANT_OWN, "test"};
	tree_map(&s->tree[LINUX], 3, 0x50000000, pa, 1, S2_DEVICE);
	v->stage2.table_pages = s->tree[LINUX].pages;
}

static void grant_irq(struct sys *s, unsigned vm, uint32_t intid)
{
	s->vm[vm].irqs[s->vm[vm].nr_irqs++].intid = intid;
	s->intids[vm][s->built[vm].nr_intids++] = intid;
}

/* ---- what is mapped ---- */
static void pa_off_by_page(struct sys *s) { *linux_page(s) += 0x1000; }
static void pa_off_by_block(struct sys *s) { *linux_block(s) += 2 << 20; }
static void page_missing(struct sys *s) { *linux_page(s) = 0; }
static void last_page_missing(struct sys *s) { *sys_entry(s, LINUX, 3, PAGES + 0x2000) = 0; }
static void block_missing(struct sys *s) { *linux_block(s) = 0; }
static void subtree_missing(struct sys *s) { *sys_entry(s, LINUX, 1, RAM_IPA) = 0; }
static void device_missing(struct sys *s) { *linux_rtc(s) = 0; }
static void page_extra_after(struct sys *s) { tree_map(&s->tree[LINUX], 3, PAGES + 0x3000, 0x84223000, 1, S2_RAM); }
static void page_extra_before(struct sys *s) { tree_map(&s->tree[LINUX], 3, RTC - 0x1000, 0x900f000, 1, S2_DEVICE); }
static void block_extra(struct sys *s) { tree_map(&s->tree[RTOS], 2, 0x8000200000, 0x140200000, 1, S2_RAM); }
static void huge_block_extra(struct sys *s) { tree_map(&s->tree[RTOS], 1, 0x80000000, 0x300000000, 1, S2_RAM); }
static void block_extra_64k(struct sys *s) { tree_map(&s->tree[BIG], 2, 0, 0x220000000, 1, S2_RAM); }
static void page_extra_of_other_vm(struct sys *s) { tree_map(&s->tree[LINUX], 3, PAGES + 0x8000, 0x100000000, 1, S2_RAM); }
static void pages_swapped(struct sys *s)
{
	uint64_t *a = linux_page(s), *b = sys_entry(s, LINUX, 3, PAGES + 0x1000), was = *a;
	*a = *b;
	*b = was;
}
static void page_twice(struct sys *s) { page_to(s, 0x84221000); }
static void plan_lacks_region(struct sys *s) { s->vm[LINUX].nr_regions--; }
static void plan_larger(struct sys *s) { s->vm[BIG].regions[0].size += 0x10000; s->memory[BIG][0].size += 0x10000; }
static void plan_smaller(struct sys *s) { s->vm[BIG].regions[0].size -= 0x10000; s->memory[BIG][0].size -= 0x10000; }
static void plan_elsewhere(struct sys *s) { s->vm[RTOS].regions[2].ipa.v += 2 << 20; }

/* ---- as what ---- */
static void ram_as_device(struct sys *s) { set_field(linux_page(s), 5, 2, 1); }
static void ram_not_cached(struct sys *s) { set_field(linux_page(s), 5, 2, 5); }
static void ram_reserved_type(struct sys *s) { set_field(linux_page(s), 5, 2, 8); }
static void ram_read_only(struct sys *s) { set_field(linux_page(s), 7, 6, 1); }
static void ram_write_only(struct sys *s) { set_field(linux_block(s), 7, 6, 2); }
static void ram_no_access(struct sys *s) { set_field(linux_page(s), 7, 6, 0); }
static void ram_not_shared(struct sys *s) { set_field(linux_page(s), 9, 8, 0); }
static void ram_reserved_share(struct sys *s) { set_field(linux_page(s), 9, 8, 1); }
static void ram_never_executable(struct sys *s) { set_field(linux_page(s), 54, 53, 2); }
static void device_as_normal(struct sys *s) { set_field(linux_rtc(s), 5, 2, 0xf); }
static void device_gre(struct sys *s) { set_field(linux_rtc(s), 5, 2, 3); }
static void device_executable(struct sys *s) { set_field(linux_rtc(s), 54, 53, 0); }
static void device_el0_executable(struct sys *s) { set_field(sys_entry(s, BIG, 3, NIC), 54, 53, 1); }
static void device_el1_executable(struct sys *s) { set_field(linux_rtc(s), 54, 53, 3); }
static void device_read_only(struct sys *s) { set_field(linux_rtc(s), 7, 6, 1); }

/* ---- descriptors ---- */
static void af_clear(struct sys *s) { *linux_page(s) &= ~S2_AF; }
static void af_clear_block(struct sys *s) { *linux_block(s) &= ~S2_AF; }
static void page_reserved_encoding(struct sys *s) { *linux_page(s) &= ~2ull; }
static void block_at_level_0(struct sys *s)
{
	/* The same tables under a root of level 0, whose second entry is a block. */
	struct tree *t = &s->tree[RTOS];
	tree_init(t, &s->pool, 12, 42, 0);
	*tree_entry(t, 0, UINT64_C(1) << 39) = UINT64_C(1) << 39 | S2_RAM | S2_AF | 1;
	VTCR(s, RTOS) = tree_vtcr(t, 4);
	set_field(&VTTBR(s, RTOS), 47, 0, (uintptr_t)t->root);
}
static void block_at_level_1_64k(struct sys *s)
{
	struct tree *t = &s->tree[BIG];
	tree_init(t, &s->pool, 16, 44, 1);
	*tree_entry(t, 1, 0) = S2_RAM | S2_AF | 1;
	VTCR(s, BIG) = tree_vtcr(t, 4);
	set_field(&VTTBR(s, BIG), 47, 0, (uintptr_t)t->root);
}
static void block_misaligned(struct sys *s) { *linux_block(s) += 0x100000; }
static void page_64k_misaligned(struct sys *s) { *sys_entry(s, BIG, 3, 0x60200000) += 0x1000; }
static void software_bit(struct sys *s) { *linux_page(s) |= BIT(55); }
static void dbm_bit(struct sys *s) { *linux_page(s) |= BIT(51); }
static void table_attribute(struct sys *s) { *sys_entry(s, LINUX, 1, RAM_IPA) |= BIT(59); }
static void invalid_not_zero(struct sys *s) { *sys_entry(s, LINUX, 3, PAGES + 0x10000) = 0x1000; }
static void beyond_ps(struct sys *s) { *linux_page(s) |= BIT(44); }
static void beyond_ps_by_size(struct sys *s) { *sys_entry(s, RTOS, 1, RAM_IPA) |= BIT(45); }

/* ---- tables ---- */
static void table_outside(struct sys *s) { *sys_entry(s, LINUX, 1, RAM_IPA) = 0x1000 | 3; }
static void table_just_outside(struct sys *s) { *sys_entry(s, LINUX, 2, RTC) = ((uintptr_t)s->pool.memory + s->pool.size) | 3; }
static void table_loop(struct sys *s) { *sys_entry(s, RTOS, 1, 0x80000000) = (uintptr_t)s->tree[RTOS].root | 3; }
static void table_self(struct sys *s)
{
	uint64_t *root = sys_entry(s, RTOS, 1, 0x200000000);
	uint64_t *e = sys_entry(s, RTOS, 2, 0x200000000);
	s->vm[RTOS].stage2.table_pages += 3;
	*e = (*root & GENMASK(47, 12)) | 3;
}
static void table_shared(struct sys *s)
{
	uint64_t *e = sys_entry(s, RTOS, 2, 0x8000400000);
	*e = (*sys_entry(s, LINUX, 2, RTC) & GENMASK(47, 12)) | 3;
	s->vm[RTOS].stage2.table_pages++;
}
static void table_uncounted(struct sys *s) { s->vm[LINUX].stage2.table_pages--; }
static void root_outside(struct sys *s) { set_field(&VTTBR(s, BIG), 47, 0, 0x10000000); }
static void root_misaligned(struct sys *s) { VTTBR(s, RTOS) += 0x1000; }
static void small_root_misaligned(struct sys *s)
{
	/* Four entries, aligned to their own 32 bytes but not to 64. */
	uint64_t *root = s->tree[LINUX].root;
	root[5] = root[1];
	root[4] = root[0];
	VTTBR(s, LINUX) += 32;
}
static void root_of_other(struct sys *s) { set_field(&VTTBR(s, LINUX), 47, 0, FIELD(VTTBR(s, RTOS), 47, 0)); }
static void no_table_memory(struct sys *s)
{
	s->built[LINUX].tables.size = 0;
	s->plan.pool.size = 0;
}
static void tables_not_in_pool(struct sys *s) { s->built[LINUX].tables.size = 0; }
static void tables_beyond_ps(struct sys *s)
{
	/* The host's addresses as if they were the board's: far beyond 44 bits. */
	s->plan.pool = s->built[LINUX].tables;
	s->built[LINUX].tables.size = 0;
}

/* ---- registers ---- */
static void wrong_granule(struct sys *s) { set_field(&VTCR(s, LINUX), 15, 14, 1); }
static void wrong_granule_64k(struct sys *s) { set_field(&VTCR(s, BIG), 15, 14, 0); }
static void granule_16k(struct sys *s) { set_field(&VTCR(s, LINUX), 15, 14, 2); }
static void granule_reserved(struct sys *s) { set_field(&VTCR(s, LINUX), 15, 14, 3); }
static void t0sz_larger(struct sys *s) { VTCR(s, LINUX)--; }
static void t0sz_too_large(struct sys *s) { set_field(&VTCR(s, RTOS), 5, 0, 16); }
static void t0sz_too_small(struct sys *s) { set_field(&VTCR(s, RTOS), 5, 0, 39); }
static void t0sz_beyond_ps(struct sys *s) { for (int i = 0; i < NR_VMS; i++) set_field(&VTCR(s, i), 18, 16, 1); }
static void plan_more_roots(struct sys *s) { s->vm[RTOS].stage2.root_pages = 4; }
static void sl0_lower(struct sys *s) { set_field(&VTCR(s, RTOS), 7, 6, 0); }
static void sl0_higher(struct sys *s) { set_field(&VTCR(s, RTOS), 7, 6, 2); }
static void sl0_reserved(struct sys *s) { set_field(&VTCR(s, RTOS), 7, 6, 3); }
static void start_level_needs_44(struct sys *s)
{
	struct tree *t = &s->tree[RTOS];
	tree_init(t, &s->pool, 12, 40, 0);
	for (int i = 0; i < NR_VMS; i++)
		set_field(&VTCR(s, i), 18, 16, 3);
	VTCR(s, RTOS) = tree_vtcr(t, 3);
	set_field(&VTTBR(s, RTOS), 47, 0, (uintptr_t)t->root);
}
static void ps_reserved(struct sys *s) { set_field(&VTCR(s, LINUX), 18, 16, 7); }
static void ps_52_bits(struct sys *s) { set_field(&VTCR(s, LINUX), 18, 16, 6); }
static void ps_differs(struct sys *s) { set_field(&VTCR(s, RTOS), 18, 16, 5); }
static void walks_not_cached(struct sys *s) { set_field(&VTCR(s, LINUX), 11, 8, 0); }
static void walks_not_shared(struct sys *s) { set_field(&VTCR(s, LINUX), 13, 12, 0); }
static void res1_clear(struct sys *s) { VTCR(s, LINUX) &= ~BIT(31); }
static void hardware_af(struct sys *s) { VTCR(s, LINUX) |= BIT(21); }
static void cnp(struct sys *s) { VTTBR(s, LINUX) |= 1; }
static void vmid_same(struct sys *s) { set_field(&VTTBR(s, BIG), 63, 48, FIELD(VTTBR(s, RTOS), 63, 48)); }
static void vmid_too_wide(struct sys *s) { set_field(&VTTBR(s, BIG), 63, 48, 0x103); }

/* ---- contiguous bit ---- */
static void contiguous_single(struct sys *s) { *sys_entry(s, LINUX, 3, PAGES + 0x1000) |= S2_CONTIGUOUS; }
static void contiguous_single_block(struct sys *s) { *sys_entry(s, BIG, 2, RAM_IPA) |= S2_CONTIGUOUS; }
static void contiguous_hole(struct sys *s) { *sys_entry(s, LINUX, 3, 0x44205000) &= ~S2_CONTIGUOUS; }
static void contiguous_short(struct sys *s) { *sys_entry(s, LINUX, 2, 0x43e00000) &= ~S2_CONTIGUOUS; }
static void contiguous_unlike(struct sys *s) { set_field(sys_entry(s, LINUX, 3, 0x44207000), 7, 6, 1); }
static void contiguous_jump(struct sys *s) { *sys_entry(s, LINUX, 3, 0x44208000) += 0x1000; }
static void contiguous_16_of_64k(struct sys *s)
{
	for (unsigned i = 16; i < 32; i++)
		*sys_entry(s, BIG, 3, 0x60000000 + i * 0x10000) &= ~S2_CONTIGUOUS;
}
static void contiguous_output_misaligned(struct sys *s)
{
	/* Right in the plan, right entry by entry, but the group's output is not aligned to 64 KiB. */
	s->vm[LINUX].regions[1].pa.v += 0x1000;
	for (uint64_t a = 0; a < 0x20000; a += 0x1000)
		*sys_entry(s, LINUX, 3, 0x44200000 + a) += 0x1000;
}

static void contiguous_second_half(struct sys *s) { tree_map(&s->tree[LINUX], 3, 0x44228000, 0x84300000, 8, S2_RAM | S2_CONTIGUOUS); }

/* ---- whose it is ---- */
static void hypervisor_page(struct sys *s) { grant_page(s, 0x4107f000); }
static void pool_page(struct sys *s) { grant_page(s, 0x42000000); }
static void dtb_page(struct sys *s) { grant_page(s, 0x4a003000); }
static void system_file_page(struct sys *s) { grant_page(s, 0x49123000); }
static void reserved_page(struct sys *s) { grant_page(s, 0x5000f000); }
static void memreserve_page(struct sys *s) { grant_page(s, 0x48000000); }
static void reached_hypervisor(struct sys *s) { page_to(s, 0x41000000); }
static void reached_gic(struct sys *s) { page_to(s, 0x8000000); }
static void dist_page(struct sys *s) { grant_device(s, 0x800f000, NODE_GIC); }
static void redist_page(struct sys *s) { grant_device(s, 0x80c0000, NODE_GIC); }
static void gicc_page(struct sys *s) { grant_device(s, 0x8010000, NODE_GIC); }
static void gich_page(struct sys *s) { grant_device(s, 0x8030000, NODE_GIC); }
static void gicv_page(struct sys *s) { grant_device(s, 0x8040000, NODE_DMA); }
static void gicv_v3(struct sys *s) { s->vm[RTOS].gic_version = 3; }
static void gicv_by_another_node(struct sys *s)
{
	sys_give_gicv(s, LINUX, 0x50000000);
	grant_device(s, 0x8040000, NODE_DMA);
}
static void gicv_software(struct sys *s) { s->vm[RTOS].gic = PLAN_GIC_V2_SOFTWARE; }
static void gicc_frame_mapped(struct sys *s)
{
	s->vm[LINUX].gic_version = 2;
	s->vm[LINUX].gic = PLAN_GIC_V2_SOFTWARE;
	s->vm[LINUX].frames.gicc = (struct mem_range){RTC - 0x1000, 0x2000};
}
/* A second window, beside the CPU interface that the guest is told of. */
static void gicv_twice(struct sys *s)
{
	struct plan_vm *v = &s->vm[RTOS];

	v->regions[v->nr_regions++] = (struct plan_region){PLAN_REGION_DEVICE, ipa_make(0x8100000000), pa_make(0x8040000), 0x1000, NODE_GIC};
	tree_map(&s->tree[RTOS], 3, 0x8100000000, 0x8040000, 1, S2_DEVICE);
	v->stage2.table_pages = s->tree[RTOS].pages;
}
/* Something that is not the GIC's lies in the window's pages. */
static void gicv_shares_page(struct sys *s) { s->regs[NODE_DMA] = (struct mem_range){0x8040800, 0x100}; }
static void gic_node_elsewhere(struct sys *s)
{
	s->regions[RTOS][0].pa.v = 0xa020000;
	tree_map(&s->tree[RTOS], 3, GICV, 0xa020000, 1, S2_DEVICE);
}
/* The page that is emulated is mapped behind the first. */
static void gicv_dir_page(struct sys *s)
{
	s->regions[RTOS][0].size = 0x2000;
	tree_map(&s->tree[RTOS], 3, GICV + 0x1000, 0x8041000, 1, S2_DEVICE);
}
static void gicv_beyond(struct sys *s)
{
	/* The granted window runs on into what follows the frame. */
	gicv_dir_page(s);
	s->host.gic.vcpu.size = 0x1000;
	s->host.gic.redist[0] = (struct mem_range){0x8041000, 0x1000};
}
static void uart_page(struct sys *s) { grant_device(s, 0x9000000, NODE_UART); }
static void uart_in_page(struct sys *s) { s->host.console.regs = (struct mem_range){RTC + 0xff8, 8}; }
static void ram_of_other_vm(struct sys *s) { grant_page(s, 0x13ffff000); }
static void ram_of_other_vm_64k(struct sys *s) { grant_page(s, 0x220208000); }
static void device_of_other_vm(struct sys *s) { grant_device(s, 0xa003000, NODE_NIC); }
static void own_ram_twice(struct sys *s) { grant_page(s, 0x80000000); }
static void reached_other_vm(struct sys *s) { page_to(s, 0x100000000); }
static void gicv_as_ram_of_other(struct sys *s) { grant_device(s, 0x8040000, NODE_DMA); }
static void device_not_owned(struct sys *s) { s->vm[LINUX].nr_grants = 0; }
static void device_only_copied(struct sys *s) { s->grants[LINUX][0].kind = PLAN_GRANT_COPY; }
static void device_not_owned_but_another(struct sys *s) { s->grants[LINUX][0].node = NODE_DMA; }
static void device_has_no_regs_there(struct sys *s) { s->regs[NODE_RTC].base += 0x1000; }
static void device_shares_page(struct sys *s) { s->regs[NODE_DMA] = (struct mem_range){RTC + 0x800, 0x100}; }
static void device_shares_64k_page(struct sys *s) { s->regs[NODE_DMA] = (struct mem_range){0xa00f000, 0x1000}; }
static void device_no_node(struct sys *s) { s->regions[LINUX][0].node = NR_NODES; }
static void ram_not_there(struct sys *s) { grant_page(s, 0x300000000); }
static void ram_partly_there(struct sys *s) { s->ram[1].size = 514 << 20; }
static void ram_more_than_asked(struct sys *s) { s->memory[RTOS][1].size -= 0x1000; }
static void frame_mapped(struct sys *s) { s->vm[LINUX].frames.gicr = (struct mem_range){0x40010000, 0x20000}; }
static void gicd_frame_mapped(struct sys *s) { s->vm[BIG].frames.gicd = (struct mem_range){0x3fff0000, 0x10001}; }
static void uart_frame_mapped(struct sys *s) { s->vm[LINUX].frames.uart = (struct mem_range){RTC, 0x1000}; }
static void regions_out_of_order(struct sys *s)
{
	struct plan_region r = s->regions[LINUX][0];
	s->regions[LINUX][0] = s->regions[LINUX][1];
	s->regions[LINUX][1] = r;
}
static void region_empty(struct sys *s) { s->regions[RTOS][s->vm[RTOS].nr_regions++] = (struct plan_region){.ipa = ipa_make(0x9000000000)}; }
static void region_wraps(struct sys *s)
{
	s->regions[RTOS][s->vm[RTOS].nr_regions++] = (struct plan_region){PLAN_REGION_RAM, ipa_make(-0x1000ull), pa_make(0x160000000), 0x2000, 0};
}

/* ---- interrupts ---- */
static void irq_of_two(struct sys *s) { grant_irq(s, RTOS, 40); }
static void irq_twice(struct sys *s) { grant_irq(s, LINUX, 40); }
static void irq_of_console(struct sys *s) { grant_irq(s, RTOS, 33); }
static void irq_of_timer(struct sys *s) { grant_irq(s, RTOS, 58); }
static void irq_of_maintenance(struct sys *s) { s->host.gic.maint_intid = 50; }
static void irq_is_ppi(struct sys *s) { grant_irq(s, RTOS, 27); }
static void irq_too_large(struct sys *s) { s->vm[RTOS].nr_intids = 1024; grant_irq(s, RTOS, 1020); }
static void irq_beyond_vgic(struct sys *s) { grant_irq(s, RTOS, 128); }
static void irq_extra(struct sys *s) { s->intids[LINUX][s->built[LINUX].nr_intids++] = 99; }
static void irq_missing(struct sys *s) { s->built[LINUX].nr_intids--; }
static void irq_other(struct sys *s) { s->intids[LINUX][1] = 41; }
static void irq_doubled_for_other(struct sys *s) { s->intids[LINUX][1] = 36; }

/* ---- CPUs and VMs ---- */
static void cpu_shared_without_leave(struct sys *s) { s->vcpu_cpu[RTOS][0] = 1; }
static void cpu_shared_unknown(struct sys *s) { s->vcpu_cpu[RTOS][0] = s->config_cpus[RTOS][0] = 1; }
static void cpu_not_configured(struct sys *s) { s->vcpu_cpu[LINUX][1] = 5; }
static void cpu_of_another_vcpu(struct sys *s) { s->vcpu_cpu[LINUX][0] = 1; s->vcpu_cpu[LINUX][1] = 0; }
static void cpu_missing(struct sys *s) { s->vcpu_cpu[LINUX][1] = 6; }
static void cpu_of_nobody(struct sys *s) { s->plan_cpus[2].vm = PLAN_NO_VM; }
static void cpu_owner_wrong(struct sys *s) { s->plan_cpus[0].vm = BIG; }
static void cpu_owner_idle(struct sys *s) { s->plan_cpus[5].vm = BIG; }
static void cpu_owner_unknown(struct sys *s) { s->plan_cpus[5].vm = NR_VMS; }
/* ---- stolen time ---- */
static uint64_t *pv_entry(struct sys *s)
{
	sys_share_cpu(s);
	return sys_entry(s, LINUX, 3, SHARED_LINUX_IPA);
}
static struct plan_region *pv_region(struct sys *s)
{
	sys_share_cpu(s);
	return &s->regions[LINUX][2];
}
static void pv_point(struct sys *s, uint64_t pa)
{
	uint64_t *entry = pv_entry(s);

	s->regions[LINUX][2].pa.v = pa;
	*entry = pa | S2_PV_TIME | S2_AF | 3;
}
static void pv_writable(struct sys *s) { *pv_entry(s) |= BIT(7); }
static void pv_executable(struct sys *s) { set_field(pv_entry(s), 54, 53, 0); }
static void pv_device(struct sys *s) { set_field(pv_entry(s), 5, 2, 1); }
static void pv_wrong_page(struct sys *s) { *pv_entry(s) += 0x1000; }
static void pv_of_another(struct sys *s) { pv_point(s, SHARED_PA + 0x1000); }
static void pv_in_pool(struct sys *s) { pv_point(s, SHARED_PA - 0x1000); }
static void pv_in_pool_planned(struct sys *s) { pv_in_pool(s); s->plan.pv_time = (struct mem_range){SHARED_PA - 0x1000, 0x1000}; }
static void pv_in_image(struct sys *s)
{
	pv_point(s, 0x41000000);
	s->plan.pv_time = (struct mem_range){0x41000000, 0x1000};
}
static void pv_in_pool_and_private(struct sys *s) { pv_region(s); s->plan.pv_time.size = 0; }
static void pv_of_vm(struct sys *s) { pv_point(s, 0x80000000); }
static void pv_missing(struct sys *s) { pv_region(s); s->vm[LINUX].nr_regions--; *sys_entry(s, LINUX, 3, SHARED_LINUX_IPA) = 0; }
static void pv_without_sharing(struct sys *s)
{
	pv_region(s);
	s->vcpu_cpu[RTOS][0] = s->config_cpus[RTOS][0] = 2;
	s->plan_cpus[1].nr_vcpus = 1;
	s->plan_cpus[2] = (struct plan_cpu){.nr_vcpus = 1, .vm = RTOS};
}
static void pv_larger(struct sys *s)
{
	pv_region(s)->size = 0x2000;
	s->plan.pv_time = (struct mem_range){SHARED_PA - 0x1000, 0x3000};
	s->regions[LINUX][2].pa.v = SHARED_PA - 0x1000;
	tree_map(&s->tree[LINUX], 3, SHARED_LINUX_IPA, SHARED_PA - 0x1000, 2, S2_PV_TIME);
}
static void pv_elsewhere(struct sys *s) { pv_region(s); s->vm[LINUX].pv_time.base += 0x1000; }
static void pv_too_many_bytes(struct sys *s) { pv_region(s); s->vm[LINUX].pv_time.size += 64; }
static void pv_as_ram(struct sys *s) { pv_region(s)->kind = PLAN_REGION_RAM; s->memory[LINUX][s->config[LINUX].nr_memory++].size = 0x1000; }
static void pv_page_as_ram(struct sys *s) { sys_share_cpu(s); page_to(s, SHARED_PA); }
static void pv_unknown_kind(struct sys *s) { pv_region(s)->kind = (enum plan_region_kind)3; }
static void schedule_unknown(struct sys *s) { static const struct schedule_config c = {.name = "main"}; s->plan_cpus[1].schedule = &c; }

/* CPU 1, of linux and rtos, in windows: with one fault each. */
static struct window_config *in_windows(struct sys *s)
{
	static struct window_config windows[2];
	static uint32_t cpu = 1;
	static struct schedule_config main = {.name = "main", .cpus = &cpu, .nr_cpus = 1, .policy = SCHED_CYCLIC, .frame = 1000, .windows = windows, .nr_windows = 2};

	sys_share_cpu(s);
	windows[0] = (struct window_config){.vm = LINUX, .start = 0, .length = 600};
	windows[1] = (struct window_config){.vm = RTOS, .start = 600, .length = 400};
	s->system.schedules = &main;
	s->system.nr_schedules = 1;
	s->plan_cpus[1].schedule = &main;
	if (sys_prove(s) != OK)
		abort();
	return windows;
}
static void windows_overlap(struct sys *s) { in_windows(s)[1].start = 599; }
static void window_beyond(struct sys *s) { in_windows(s)[1].length = 401; }
static void window_empty(struct sys *s) { in_windows(s)[1].length = 0; }
static void window_of_stranger(struct sys *s) { in_windows(s)[1].vm = BIG; }
static void window_of_nobody(struct sys *s) { in_windows(s)[1].vm = NR_VMS; }
static void window_missing(struct sys *s) { in_windows(s)[1].vm = LINUX; }
static void schedule_forgotten(struct sys *s) { in_windows(s); s->plan_cpus[1].schedule = NULL; }

static void vcpus_fewer(struct sys *s) { s->vm[BIG].nr_vcpus--; }
static void vm_id_wrong(struct sys *s) { s->vm[BIG].id = RTOS; }

/* ---- nodes, stream IDs, firmware ---- */

static void node_of_two(struct sys *s) { s->grants[RTOS][s->vm[RTOS].nr_grants++] = (struct plan_grant){NODE_NIC, PLAN_GRANT_OWN, ""}; }
static void provider_of_two(struct sys *s)
{
	s->grants[RTOS][s->vm[RTOS].nr_grants++] = s->grants[BIG][s->vm[BIG].nr_grants++] = (struct plan_grant){NODE_CLOCKS, PLAN_GRANT_OWN, ""};
}
static void stream_swapped(struct sys *s) { s->streams[NODE_RTC].id = 0x2f; }
static void stream_run_longer(struct sys *s) { s->streams[NODE_RTC] = (struct host_stream){NODE_IOMMU, 0x1f, 2, 0}; }
static void stream_masked(struct sys *s)
{
	s->streams[NODE_RTC] = (struct host_stream){NODE_IOMMU, 0x420, 1, 0x400};
	s->streams[NODE_NIC] = (struct host_stream){NODE_IOMMU, 0x820, 1, 0x800};
}
static void stream_masked_in_run(struct sys *s) { s->streams[NODE_RTC] = (struct host_stream){NODE_IOMMU, 0x825, 1, 0x800}; }
static struct firmware_right *linux_right(struct sys *s, unsigned i) { return &s->rights[LINUX][i]; }
static void right_of_another(struct sys *s) { linux_right(s, 0)->id = 6; }
static void right_of_nobody(struct sys *s) { linux_right(s, 0)->id = 4; }
static void right_beyond(struct sys *s) { linux_right(s, 2)->id = 1008; }
static void right_as_in_dtb(struct sys *s) { linux_right(s, 2)->id = 7; }
static void right_other_object(struct sys *s) { linux_right(s, 2)->object = FIRMWARE_POWER; }
static void right_unknown_object(struct sys *s) { linux_right(s, 2)->object = 9; }
static void right_mask(struct sys *s) { linux_right(s, 1)->shared = 0; }
static void right_mask_planned(struct sys *s) { linux_right(s, 1)->shared = s->firmware[LINUX][1].shared = 0; }
static void right_mask_bits(struct sys *s) { linux_right(s, 1)->shared = 2; }
static void right_needed_by_nobody(struct sys *s) { s->refs[NODE_DMA][0] = s->refs[NODE_RTC][0]; s->nodes[NODE_DMA].nr_refs = 1; }
static void right_extra(struct sys *s) { s->rights[BIG][2] = (struct firmware_right){1007, FIRMWARE_RESET, 1}; s->built[BIG].firmware.nr = 3; }
static void right_extra_planned(struct sys *s) { sys_add_right(s, BIG, FIRMWARE_RESET, 1007, true); }
static void right_missing(struct sys *s) { s->built[LINUX].firmware.nr = 2; }
static void right_without_device(struct sys *s) { sys_add_right(s, RTOS, FIRMWARE_CLOCK, 31, true); }
static void rights_unordered(struct sys *s)
{
	struct firmware_right r = *linux_right(s, 0);

	*linux_right(s, 0) = *linux_right(s, 1);
	*linux_right(s, 1) = r;
}
static void right_twice(struct sys *s) { *linux_right(s, 1) = *linux_right(s, 0); }
static void channel_of_nobody(struct sys *s) { sys_add_right(s, RTOS, FIRMWARE_SCMI, 0x82000010, false); }

static const struct fault faults[] = {
	{"page one off", pa_off_by_page, "VM linux: guest 0x44220000 reaches physical 0x84221000", "grants 0x84220000"},
	{"block one off", pa_off_by_block, "VM linux: guest 0x44000000 reaches physical 0x84200000", "grants 0x84000000"},
	{"page missing", page_missing, "VM linux: guest 0x44220000, 4096 bytes", "do not reach"},
	{"last page missing", last_page_missing, "VM linux: guest 0x44222000, 4096 bytes", "do not reach"},
	{"block missing", block_missing, "VM linux: guest 0x44000000, 2097152 bytes", "do not reach"},
	{"subtree missing", subtree_missing, "VM linux: guest 0x40000000, 69349376 bytes", "do not reach"},
	{"device missing", device_missing, "VM linux: guest 0x9010000, 4096 bytes", "do not reach"},
	{"extra page after", page_extra_after, "VM linux: guest 0x44223000 reaches physical 0x84223000, 4096 bytes", "does not grant"},
	{"extra page before", page_extra_before, "VM linux: guest 0x900f000 reaches physical 0x900f000, 4096 bytes", "does not grant"},
	{"extra block", block_extra, "VM rtos: guest 0x8000200000 reaches physical 0x140200000, 2097152 bytes", "does not grant"},
	{"extra 1 GiB block", huge_block_extra, "VM rtos: guest 0x80000000 reaches physical 0x300000000, 1073741824 bytes", "does not grant"},
	{"extra 512 MiB block", block_extra_64k, "VM big: guest 0x0 reaches physical 0x220000000, 536870912 bytes", "does not grant"},
	{"extra page of another VM", page_extra_of_other_vm, "both reach physical 0x100000000", "guest 0x44228000"},
	{"pages swapped", pages_swapped, "VM linux: guest 0x44221000 reaches physical 0x84220000", "grants 0x84221000"},
	{"page twice", page_twice, "VM linux reaches physical 0x84221000 twice", "guest 0x4422"},
	{"region not in plan", plan_lacks_region, "VM linux: guest 0x40000000 reaches physical 0x80000000, 69349376 bytes", "does not grant"},
	{"plan larger", plan_larger, "VM big: guest 0x60210000, 65536 bytes", "do not reach"},
	{"plan smaller", plan_smaller, "VM big: guest 0x60200000 reaches physical 0x220200000, 65536 bytes", "does not grant"},
	{"plan elsewhere", plan_elsewhere, "VM rtos: guest 0x8000000000 reaches physical 0x140000000", "does not grant"},

	{"RAM as device", ram_as_device, "VM linux: guest 0x44220000, physical 0x84220000 is device nGnRE", "grants normal write-back"},
	{"RAM not cached", ram_not_cached, "is normal not write-back", "grants normal write-back"},
	{"RAM of reserved type", ram_reserved_type, "is reserved memory type", "grants normal write-back"},
	{"RAM read-only", ram_read_only, "VM linux: guest 0x44220000, physical 0x84220000 is normal write-back, read-only", "grants normal write-back, read-write"},
	{"RAM write-only", ram_write_only, "write-only", "grants normal write-back, read-write"},
	{"RAM without access", ram_no_access, "no access", "grants normal write-back, read-write"},
	{"RAM not shareable", ram_not_shared, "non-shareable", "inner shareable"},
	{"RAM reserved shareability", ram_reserved_share, "reserved shareability", "inner shareable"},
	{"RAM not executable", ram_never_executable, "is normal write-back, read-write, never executable", "grants normal write-back, read-write, executable"},
	{"device as normal", device_as_normal, "VM linux: guest 0x9010000, physical 0x9010000 is normal write-back", "grants device nGnRE"},
	{"device GRE", device_gre, "is device GRE", "grants device nGnRE"},
	{"device executable", device_executable, "is device nGnRE, read-write, executable,", "never executable"},
	{"device executable at EL0", device_el0_executable, "VM big: guest 0x40000000000", "executable at EL0 only"},
	{"device executable at EL1", device_el1_executable, "executable at EL1 only", "never executable"},
	{"device read-only", device_read_only, "is device nGnRE, read-only", "read-write"},

	{"access flag clear", af_clear, "VM linux: entry of level 3 for guest 0x44220000", "access flag"},
	{"access flag of a block clear", af_clear_block, "VM linux: entry of level 2 for guest 0x44000000", "access flag"},
	{"reserved page encoding", page_reserved_encoding, "entry of level 3 for guest 0x44220000", "reserved encoding"},
	{"block at level 0", block_at_level_0, "VM rtos: entry of level 0 for guest 0x8000000000", "a block at a level that has none"},
	{"64 KiB: block at level 1", block_at_level_1_64k, "VM big: entry of level 1 for guest 0x0", "a block at a level that has none"},
	{"block misaligned", block_misaligned, "entry of level 2 for guest 0x44000000", "must be clear"},
	{"64 KiB page misaligned", page_64k_misaligned, "VM big: entry of level 3 for guest 0x60200000", "must be clear"},
	{"software bit", software_bit, "entry of level 3 for guest 0x44220000", "must be clear"},
	{"DBM", dbm_bit, "entry of level 3 for guest 0x44220000", "must be clear"},
	{"table attribute", table_attribute, "table entry of level 1 for guest 0x40000000", "must be clear"},
	{"invalid entry not zero", invalid_not_zero, "entry of level 3 for guest 0x44230000", "must be zero"},
	{"output beyond PS", beyond_ps, "guest 0x44220000 is mapped to 0x100084220000", "beyond the 44 bits"},
	{"block output beyond PS", beyond_ps_by_size, "VM rtos: guest 0x40000000 is mapped to 0x200100000000", "beyond the 44 bits"},

	{"table outside", table_outside, "VM linux: table of level 2 for guest 0x40000000 is at 0x1000", "outside"},
	{"table just outside", table_just_outside, "VM linux: table of level 3 for guest 0x9000000", "outside"},
	{"loop to the root", table_loop, "VM rtos and VM rtos: the translation table at", "used twice"},
	{"loop to itself", table_self, "VM rtos and VM rtos: the translation table at", "used twice"},
	{"table of another VM", table_shared, "VM rtos and VM linux: the translation table at", "used twice"},
	{"more tables than planned", table_uncounted, "VM linux: table of level 3", "more tables than the plan counted"},
	{"root outside", root_outside, "VM big: table of level 2 for guest 0x0 is at 0x10000000", "outside"},
	{"root misaligned", root_misaligned, "VM rtos: VTTBR_EL2", "not aligned"},
	{"small root misaligned", small_root_misaligned, "VM linux: VTTBR_EL2", "not aligned"},
	{"root of another VM", root_of_other, "VM rtos and VM linux: the translation table at", "used twice"},
	{"nowhere for tables", no_table_memory, "VM linux: table of level 1", "outside"},
	{"tables not in the pool", tables_not_in_pool, "VM linux: table of level 1", "outside"},
	{"tables beyond PS", tables_beyond_ps, "VM linux: table of level 1", "beyond the 44 bits"},

	{"wrong granule", wrong_granule, "VM linux: VTCR_EL2.T", "linux"},
	{"wrong granule, 64 KiB tables", wrong_granule_64k, "VM big: VTCR_EL2.", "big"},
	{"16 KiB granule", granule_16k, "VM linux: VTCR_EL2.TG0 is 2", "granule"},
	{"reserved granule", granule_reserved, "VM linux: VTCR_EL2.TG0 is 3", "granule"},
	{"T0SZ one less", t0sz_larger, "VM linux: VTCR_EL2.T0SZ gives 33 bits", "the plan 32"},
	{"T0SZ too large for SL0", t0sz_too_large, "VM rtos: VTCR_EL2.T0SZ (48 bits) does not fit SL0 (start level 1)", ""},
	{"T0SZ too small for SL0", t0sz_too_small, "VM rtos: VTCR_EL2.T0SZ (25 bits) does not fit SL0 (start level 1)", ""},
	{"T0SZ beyond PS", t0sz_beyond_ps, "VM rtos: VTCR_EL2.T0SZ: 40 bits", "PS has (36)"},
	{"other number of root tables", plan_more_roots, "VM rtos: VTCR_EL2 makes the root 2 tables", "the plan 4"},
	{"SL0 too low", sl0_lower, "VM rtos: VTCR_EL2.T0SZ (40 bits) does not fit SL0 (start level 2)", ""},
	{"SL0 too high", sl0_higher, "VM rtos: VTCR_EL2.SL0 starts at level 0", "the plan at level 1"},
	{"SL0 reserved", sl0_reserved, "VM rtos: VTCR_EL2.SL0 is 3", ""},
	{"start level 0 with 42 bits", start_level_needs_44, "VM rtos: VTCR_EL2.SL0: start level 0 needs 44 bits", "PS has 42"},
	{"PS reserved", ps_reserved, "VM linux: VTCR_EL2.PS is 7", ""},
	{"PS of 52 bits", ps_52_bits, "VM linux: VTCR_EL2.PS is 6", ""},
	{"PS not the same", ps_differs, "VM linux and VM rtos: VTCR_EL2.PS", "differ"},
	{"walks not cached", walks_not_cached, "VM linux: VTCR_EL2 is 0x", "walk attributes"},
	{"walks not shareable", walks_not_shared, "VM linux: VTCR_EL2 is 0x", "walk attributes"},
	{"RES1 clear", res1_clear, "VM linux: VTCR_EL2 is 0x", "reserved bits"},
	{"hardware access flag", hardware_af, "VM linux: VTCR_EL2 is 0x", "reserved bits"},
	{"CnP", cnp, "VM linux: VTTBR_EL2", "CnP"},
	{"VMID of another VM", vmid_same, "VM big: VTTBR_EL2 is 0x2", "the VMID is not 3"},
	{"VMID too wide", vmid_too_wide, "VM big: VTTBR_EL2 is 0x103", "the VMID is not 3"},

	{"contiguous, one page", contiguous_single, "contiguous bit is set on 1 entries of level 3 for guest 0x44221000", "groups of 16"},
	{"contiguous, one 64 KiB block", contiguous_single_block, "VM big: the contiguous bit is set on 1 entries of level 2", "groups of 32"},
	{"contiguous with a hole", contiguous_hole, "contiguous bit is set on 5 entries of level 3 for guest 0x44200000", "groups of 16"},
	{"contiguous too short", contiguous_short, "contiguous bit is set on 31 entries of level 2 for guest 0x40000000", "groups of 16"},
	{"contiguous but unlike", contiguous_unlike, "contiguous bit is set on 1 entries of level 3 for guest 0x44207000", "groups of 16"},
	{"contiguous with a jump", contiguous_jump, "contiguous bit is set on 8 entries of level 3 for guest 0x44200000", "groups of 16"},
	{"contiguous, 16 at 64 KiB", contiguous_16_of_64k, "VM big: the contiguous bit is set on 16 entries of level 3", "groups of 32"},
	{"contiguous, half a group", contiguous_second_half, "contiguous bit is set on 8 entries of level 3 for guest 0x44228000", "groups of 16"},
	{"contiguous, output misaligned", contiguous_output_misaligned, "contiguous bit is set on 32 entries of level 3 for guest 0x44200000, physical 0x84201000", ""},

	{"the hypervisor's last page", hypervisor_page, "VM linux reaches physical 0x4107f000 (guest 0x50000000)", "belongs to the hypervisor"},
	{"the pool's first page", pool_page, "VM linux reaches physical 0x42000000", "belongs to the hypervisor's pool"},
	{"the DTB's last page", dtb_page, "VM linux reaches physical 0x4a003000", "belongs to the board's DTB"},
	{"the system file's last page", system_file_page, "VM linux reaches physical 0x49123000", "belongs to the system file"},
	{"reserved memory", reserved_page, "VM linux reaches physical 0x5000f000", "belongs to reserved memory /reserved-memory/tee"},
	{"memory reservation", memreserve_page, "VM linux reaches physical 0x48000000", "belongs to reserved memory /memreserve/"},
	{"hypervisor reached, not granted", reached_hypervisor, "VM linux reaches physical 0x41000000 (guest 0x44220000)", "belongs to the hypervisor"},
	{"GIC reached, not granted", reached_gic, "VM linux reaches physical 0x8000000", "belongs to the GIC's distributor"},
	{"distributor", dist_page, "VM linux reaches physical 0x800f000", "belongs to the GIC's distributor"},
	{"redistributor", redist_page, "VM linux reaches physical 0x80c0000", "belongs to the GIC's redistributors"},
	{"CPU interface", gicc_page, "VM linux reaches physical 0x8010000", "belongs to the GIC's CPU interface"},
	{"hypervisor interface", gich_page, "VM linux reaches physical 0x8030000", "belongs to the GIC's hypervisor interface"},
	{"GICV not granted", gicv_page, "VM linux reaches physical 0x8040000", "belongs to the GIC's virtual CPU interface"},
	{"GICV for a GICv3 guest", gicv_v3, "VM rtos reaches physical 0x8040000", "belongs to the GIC's virtual CPU interface"},
	{"GICV as another device", gicv_by_another_node, "VM linux reaches physical 0x8040000", "belongs to the GIC's virtual CPU interface"},
	{"GICV for a software CPU interface", gicv_software, "VM rtos reaches physical 0x8040000", "belongs to the GIC's virtual CPU interface"},
	{"GICV twice", gicv_twice, "VM rtos: the plan grants registers at 0x8040000", "does not own"},
	{"GICV's pages hold a device", gicv_shares_page, "VM rtos: the pages it is granted at 0x8040000 hold registers of /dma@a010000", "not own"},
	{"emulated CPU interface mapped", gicc_frame_mapped, "VM linux: guest 0x9010000 is mapped", "emulated"},
	{"GICV elsewhere", gic_node_elsewhere, "VM rtos: the plan grants registers at 0xa020000", "does not own: /intc@8000000"},
	{"GICV_DIR mapped", gicv_dir_page, "VM rtos reaches physical 0x8040000", "belongs to the GIC's virtual CPU interface"},
	{"GICV window too long", gicv_beyond, "VM rtos reaches physical 0x8041000 (guest 0x8011000)", "belongs to the GIC's redistributors"},
	{"GICV page of another VM as a device", gicv_as_ram_of_other, "VM rtos and VM linux both reach physical 0x8040000", ""},
	{"console UART", uart_page, "VM linux reaches physical 0x9000000", "belongs to the hypervisor's console UART"},
	{"console UART in a granted page", uart_in_page, "VM linux reaches physical 0x9010ff8 (guest 0x9010ff8)", "belongs to the hypervisor's console UART"},
	{"RAM of another VM", ram_of_other_vm, "VM rtos and VM linux both reach physical 0x13ffff000", "(guest 0x7ffff000 and 0x50000000)"},
	{"RAM in another VM's 64 KiB page", ram_of_other_vm_64k, "VM big and VM linux both reach physical 0x220208000", "(guest 0x60208000 and 0x50000000)"},
	{"device page of another VM", device_of_other_vm, "both reach physical 0xa003000", "VM linux"},
	{"own RAM twice", own_ram_twice, "VM linux reaches physical 0x80000000 twice", "0x50000000"},
	{"other VM reached, not granted", reached_other_vm, "both reach physical 0x100000000", "guest 0x44220000"},
	{"device not owned", device_not_owned, "VM linux: the plan grants registers at 0x9010000", "does not own: /rtc@9010000"},
	{"device only described", device_only_copied, "VM linux: the plan grants registers at 0x9010000", "does not own: /rtc@9010000"},
	{"another device owned", device_not_owned_but_another, "VM linux: the plan grants registers at 0x9010000", "does not own: /rtc@9010000"},
	{"device has no registers there", device_has_no_regs_there, "VM linux: the plan grants 0x9010000 as registers of /rtc@9010000", "none there"},
	{"device in a granted page", device_shares_page, "VM linux: the pages it is granted at 0x9010000", "hold registers of /dma@a010000"},
	{"device in a granted 64 KiB page", device_shares_64k_page, "VM big: the pages it is granted at 0xa000000", "hold registers of /dma@a010000"},
	{"device without a node", device_no_node, "VM linux: the plan grants registers at 0x9010000", "no node"},
	{"RAM that is not there", ram_not_there, "VM linux: the plan grants 0x300000000, 4096 bytes, as RAM", "has not got"},
	{"RAM that is partly there", ram_partly_there, "VM big: the plan grants 0x200000000", "has not got"},
	{"more RAM than asked for", ram_more_than_asked, "VM rtos: the plan grants 1075838976 bytes of RAM", "says 1075834880"},
	{"emulated GIC mapped", frame_mapped, "VM linux: guest 0x40010000 is mapped", "emulated"},
	{"emulated distributor mapped", gicd_frame_mapped, "VM big: guest 0x40000000 is mapped", "emulated"},
	{"emulated UART mapped", uart_frame_mapped, "VM linux: guest 0x9010000 is mapped", "emulated"},
	{"empty region", region_empty, "VM rtos: the plan's regions are out of order at guest 0x9000000000", ""},
	{"region that wraps", region_wraps, "VM rtos: the plan's regions are out of order at guest 0xfffffffffffff000", ""},
	{"regions out of order", regions_out_of_order, "VM linux: the plan's regions are out of order at guest 0x9010000", ""},

	{"interrupt of two VMs", irq_of_two, "VM linux", "both routed interrupt 40"},
	{"interrupt twice", irq_twice, "VM linux and VM linux", "both routed interrupt 40"},
	{"console's interrupt", irq_of_console, "VM rtos is routed interrupt 33", "console UART"},
	{"timer's interrupt", irq_of_timer, "VM rtos is routed interrupt 58", "hypervisor's timer"},
	{"maintenance interrupt", irq_of_maintenance, "VM big is routed interrupt 50", "maintenance"},
	{"private interrupt", irq_is_ppi, "VM rtos: is routed interrupt 27", "no SPI"},
	{"interrupt 1020", irq_too_large, "VM rtos: is routed interrupt 1020", "no SPI"},
	{"interrupt the virtual GIC has not", irq_beyond_vgic, "VM rtos: is routed interrupt 128", "no SPI"},
	{"interrupt not granted", irq_extra, "VM linux: is routed interrupt 99", "does not grant"},
	{"interrupt not routed", irq_missing, "VM linux: interrupt 40", "not routed"},
	{"another interrupt", irq_other, "VM linux: is routed interrupt 41", "does not grant"},
	{"one interrupt for another", irq_doubled_for_other, "VM linux: interrupt 40", "not routed"},

	{"CPU shared without leave", cpu_shared_without_leave, "VM rtos: vCPU 0 is on CPU 1", "cpus property"},
	{"CPU that is shared and taken for dedicated", cpu_shared_unknown, "CPU 1: the plan says that 1 vCPUs", "and 2 do"},
	{"vCPUs the other way round", cpu_of_another_vcpu, "VM linux: vCPU 0 is on CPU 1, and CPU 0 is its turn", ""},
	{"CPU that is not in cpus", cpu_not_configured, "VM linux: vCPU 1 is on CPU 5", "cpus property"},
	{"CPU that is not there", cpu_missing, "VM linux: vCPU 1 is on CPU 6", "board has not got"},
	{"CPU of nobody", cpu_of_nobody, "CPU 2: the plan says that its first VM is 4294967295, which is 1", ""},
	{"CPU given to another", cpu_owner_wrong, "CPU 0: the plan says that its first VM is 2, which is 0", ""},
	{"idle CPU given", cpu_owner_idle, "CPU 5: the plan says that its first VM is 2", ""},
	{"CPU of an unknown VM", cpu_owner_unknown, "CPU 5: the plan says that its first VM is 3", ""},
	{"schedule of nobody", schedule_unknown, "CPU 1: the plan has it under schedule main", "no schedule"},
	{"windows that overlap", windows_overlap, "CPU 1: the windows at 0 us and 599 us overlap", ""},
	{"window beyond the frame", window_beyond, "CPU 1: the window at 600 us is not one of the frame of 1000 us", ""},
	{"empty window", window_empty, "CPU 1: the window at 600 us is not one of the frame of 1000 us", ""},
	{"window of a VM that is elsewhere", window_of_stranger, "CPU 1: the window at 600 us is for a VM without a vCPU there", ""},
	{"window of no VM", window_of_nobody, "CPU 1: the window at 600 us is for a VM without a vCPU there", ""},
	{"VM without a window", window_missing, "CPU 1: VM rtos has a vCPU and no window there", ""},
	{"schedule forgotten", schedule_forgotten, "CPU 1: the plan has it under no schedule, the configuration under schedule main", ""},
	{"stolen time writable", pv_writable, "VM linux: guest 0x50000000, physical 0x4207e000 is normal write-back, read-write, never", "read-only"},
	{"stolen time executable", pv_executable, "VM linux: guest 0x50000000, physical 0x4207e000 is normal write-back, read-only, executable", "never"},
	{"stolen time as device", pv_device, "VM linux: guest 0x50000000, physical 0x4207e000 is device", "normal"},
	{"another page for stolen time", pv_wrong_page, "VM linux: guest 0x50000000 reaches physical 0x4207f000", "grants 0x4207e000"},
	{"stolen time of another VM", pv_of_another, "VM rtos and VM linux both reach physical 0x4207f000", ""},
	{"stolen time in the private pool", pv_in_pool, "VM linux: the plan grants 0x4207d000", "stolen-time pages, which they are not"},
	{"stolen time in the private pool, reached", pv_in_pool, "VM linux reaches physical 0x4207d000", "hypervisor's pool"},
	{"stolen time in the middle of the pool", pv_in_pool_planned, "VM linux reaches physical 0x4207d000", "hypervisor's pool"},
	{"stolen time in the hypervisor's image", pv_in_image, "VM linux reaches physical 0x41000000", "the hypervisor"},
	{"stolen-time pages not at the pool's end", pv_in_image, "0x41000000, 4096 bytes: the stolen-time pages are not the last", ""},
	{"stolen-time pages not set aside", pv_in_pool_and_private, "VM linux reaches physical 0x4207e000", "hypervisor's pool"},
	{"stolen time in a VM's memory", pv_of_vm, "VM linux reaches physical 0x80000000 twice", ""},
	{"no stolen time", pv_missing, "VM linux: 0 ranges of stolen-time pages", "one is due"},
	{"stolen time without sharing", pv_without_sharing, "VM linux: 1 ranges of stolen-time pages", "share no CPU"},
	{"too many pages of stolen time", pv_larger, "VM linux: the plan grants 0x4207d000, 8192 bytes", "which they are not"},
	{"stolen time at another address", pv_elsewhere, "VM linux: the plan grants 0x4207e000", "which they are not"},
	{"stolen time of more vCPUs", pv_too_many_bytes, "VM linux: the plan grants 0x4207e000", "which they are not"},
	{"stolen time as RAM", pv_as_ram, "VM linux reaches physical 0x4207e000", "hypervisor's stolen-time pages"},
	{"stolen time's page as RAM", pv_page_as_ram, "VM linux reaches physical 0x4207e000", "hypervisor's stolen-time pages"},
	{"region of no kind", pv_unknown_kind, "VM linux: the plan grants registers at 0x4207e000", "no node of the board"},
	{"fewer vCPUs", vcpus_fewer, "VM big: the plan has 1 vCPUs", "configuration 2"},
	{"VM of another number", vm_id_wrong, "VM big: is VM 2 of the plan", "says it is 1"},

	{"node of two VMs", node_of_two, "VM rtos and VM big both operate /nic@a000000", ""},
	{"provider of two VMs", provider_of_two, "VM rtos and VM big both operate /clocks", ""},
	{"stream of another VM", stream_swapped, "VM linux (/rtc@9010000) and VM big (/nic@a000000) both have stream ID 0x20", "/iommu@b000000"},
	{"stream run too long", stream_run_longer, "VM linux (/rtc@9010000) and VM big (/nic@a000000) both have stream ID 0x20", ""},
	{"streams that masks make one", stream_masked, "both have stream ID 0x820", "/iommu@b000000"},
	{"masked stream in a run", stream_masked_in_run, "both have stream ID 0x20", "/iommu@b000000"},
	{"clock of another VM", right_of_another, "VM linux may turn off firmware's clock 6, which /nic@a000000 needs too", ""},
	{"clock of nobody", right_of_nobody, "VM linux may ask firmware for clock 4", "no node of it needs"},
	{"another reset", right_beyond, "VM linux may ask firmware for reset 1008", "no node of it needs"},
	{"reset numbered as in the DTB", right_as_in_dtb, "VM linux may ask firmware for reset 7", "no node of it needs"},
	{"another object", right_other_object, "VM linux may ask firmware for node 1007", "no node of it needs"},
	{"unknown object", right_unknown_object, "VM linux: a right to firmware's object 9", "none that there is"},
	{"wrong call mask", right_mask, "VM linux may turn off firmware's clock 31, which /nic@a000000 needs too", ""},
	{"wrong call mask, planned so", right_mask_planned, "VM linux may turn off firmware's clock 31, which /nic@a000000 needs too", ""},
	{"call mask of no meaning", right_mask_bits, "VM linux: a right to firmware's object 0", "none that there is"},
	{"clock that an idle device needs", right_needed_by_nobody, "VM linux may turn off firmware's clock 5, which /dma@a010000 needs too", ""},
	{"right not planned", right_extra, "VM big may ask firmware for object 1, number 1007", "plan does not grant"},
	{"right not needed", right_extra_planned, "VM big may ask firmware for reset 1007", "no node of it needs"},
	{"right missing", right_missing, "VM linux: 2 rights to ask firmware, the plan grants 3", ""},
	{"right without a device", right_without_device, "VM rtos may ask firmware for clock 31", "no node of it needs"},
	{"rights out of order", rights_unordered, "VM linux: rights to ask firmware are out of order at 1", ""},
	{"right twice", right_twice, "VM linux: rights to ask firmware are out of order at 1", ""},
	{"channel of nobody", channel_of_nobody, "VM rtos may ask firmware for SCMI channel 2181038096", "no node of it needs"},
};

static void finds_every_planted_fault(void **state)
{
	(void)state;
	unsigned missed = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(faults); i++) {
		const struct fault *f = &faults[i];
		struct sys *s = sys_new();

		assert_int_equal(sys_prove(s), OK);
		f->plant(s);

		bool found = sys_prove(s) == ERR_DENIED && sys_found(s, f->word, f->other) && !s->findings.dropped;

		printf("# %s: %s\n", f->name, found ? "found" : "NOT FOUND");
		if (!found) {
			fprintf(stderr, "%s: not found as \"%s ... %s\"; found:\n", f->name, f->word, f->other);
			sys_print_findings(s);
			missed++;
		}
		sys_free(s);
	}
	printf("# %u faults planted, one at a time, %u found\n", (unsigned)ARRAY_SIZE(faults), (unsigned)ARRAY_SIZE(faults) - missed);
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(finds_every_planted_fault)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
