/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 1 in every granule the CPU has: translation by pages, blocks and contiguous runs, permissions, access and dirty flags, attributes, and
 * accesses that cross pages. Passes with and without a hypervisor, whose stage 2 lies below all of it.
 */
#include "tests/guest/kit/exception.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/sysreg.h"
#include "tests/guest/kit/tables.h"

#define FRAMES 4
#define FRAME_MAX 0x10000ul

#define TCR_HA (1ul << 39)
#define TCR_HD (1ul << 40)

#define PAGE_RW (DESC_NORMAL | DESC_AF | DESC_PAGE | DESC_PXN | DESC_UXN)

/* Fault status codes (Arm ARM DDI 0487, ESR_EL1), without the level in bits 1:0. */
enum { FAULT_TRANSLATION = 0x04, FAULT_ACCESS_FLAG = 0x08, FAULT_PERMISSION = 0x0c, FAULT_WALK_EXTERNAL = 0x14 };

static uint8_t frames[FRAMES * FRAME_MAX] __attribute__((section(".bss.pages"), aligned(0x10000)));
static struct tables tables;
static const char *granule;

static uint64_t page_size(void)
{
	return 1ul << tables.shift;
}

/* Frame n by the kit's own map, where every address is its own translation. */
static uint64_t frame(unsigned n)
{
	return (uint64_t)frames + n * page_size();
}

/* Page n of the upper half. */
static uint64_t page(unsigned n)
{
	return TABLES_BASE + n * page_size();
}

static void map_page(unsigned n, uint64_t desc)
{
	tables_set(tables_entry(&tables, page(n), TABLES_LAST_LEVEL), desc, page(n));
}

static volatile uint64_t *word(uint64_t address)
{
	return (volatile uint64_t *)address;
}

/* A plain load or store that may fault. */
static struct fault try_load(uint64_t address)
{
	fault_expect();
	(void)mmio_read64(address);
	return fault_taken();
}

static struct fault try_store(uint64_t address, uint64_t value)
{
	fault_expect();
	mmio_write64(address, value);
	return fault_taken();
}

static bool is_data_fault(const struct fault *f, unsigned kind, unsigned level)
{
	return f->taken && !f->serror && ESR_EC(f->esr) == EC_DATA_ABORT_SAME_EL && ESR_DFSC(f->esr) == kind + level;
}

/* ---- translation ---- */

/* Pages backwards to frames: none is its own neighbour. */
static void test_pages(void)
{
	bool right = true;

	for (unsigned n = 0; n < FRAMES; n++) {
		map_page(n, frame(FRAMES - 1 - n) | PAGE_RW);
		*word(page(n)) = 0x1000 + n;
		*word(page(n) + page_size() - 8) = 0x2000 + n;
	}
	for (unsigned n = 0; n < FRAMES; n++)
		right = right && *word(frame(FRAMES - 1 - n)) == 0x1000 + n && *word(frame(FRAMES - 1 - n) + page_size() - 8) == 0x2000 + n;
	tap_result(right, "%s: pages translate", granule);
}

/* From the page behind the last one to the farthest that another table of each level would map. */
static void test_holes(void)
{
	for (unsigned level = TABLES_LAST_LEVEL; level + 1 > tables.start_level; level--) {
		uint64_t hole = level == TABLES_LAST_LEVEL ? page(FRAMES) : TABLES_BASE + tables_span(&tables, level);
		struct fault f = try_load(hole);

		tap_result(is_data_fault(&f, FAULT_TRANSLATION, level) && f.far == hole, "%s: a hole of level %u (esr %08lx far %lx)", granule, level,
			   f.esr, f.far);
		if (level == 0)
			break;
	}
}

static bool is_memory(uint64_t start, uint64_t size)
{
	for (unsigned i = 0; i < nr_memory; i++)
		if (start >= memory[i].start && start - memory[i].start < memory[i].size && memory[i].size - (start - memory[i].start) >= size)
			return true;
	return false;
}

/* Maps `count` leaves around the frames, far from the pages, and looks at the frames through them. */
static void check_leaves(unsigned level, unsigned count, uint64_t extra, const char *what)
{
	uint64_t span = tables_span(&tables, level) * count, start = (uint64_t)frames & ~(span - 1);
	/* Entries of its own: other entries of a table stay for other tests. */
	uint64_t base = TABLES_BASE + tables_span(&tables, level - 1) * 2 + (start & (tables_span(&tables, level - 1) - 1));
	uint64_t at = base + ((uint64_t)frames - start);
	bool right;

	if (!is_memory(start, span)) {
		tap_skip(what, "not all that it maps is memory");
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		uint64_t step = i * tables_span(&tables, level);
		uint64_t desc = (start + step) | DESC_NORMAL | DESC_AF | DESC_PXN | DESC_UXN | extra;

		tables_set(tables_entry(&tables, base + step, level), desc | (level == TABLES_LAST_LEVEL ? DESC_PAGE : DESC_BLOCK), base + step);
	}
	for (unsigned n = 0; n < FRAMES; n++)
		*word(at + n * page_size()) = 0x3000 + n;
	right = *word(start) == *word(base) && *word(start + span - 8) == *word(base + span - 8);
	for (unsigned n = 0; n < FRAMES; n++)
		right = right && *word(frame(n)) == 0x3000 + n;
	tap_result(right, "%s: %s translates", granule, what);
}

static void test_large(void)
{
	static const unsigned run_length[] = { [12] = 16, [14] = 128, [16] = 32 };

	for (unsigned level = 1; level < TABLES_LAST_LEVEL; level++)
		if (tables_has_leaves(&tables, level) && level > tables.start_level)
			check_leaves(level, 1, 0, level == 1 ? "a block of level 1" : "a block of level 2");
	check_leaves(TABLES_LAST_LEVEL, run_length[tables.shift], DESC_CONTIGUOUS, "a contiguous run of pages");
}

/* A table that lies where nothing is: its walk ends in an external abort. */
static void test_walk_into_nothing(void)
{
	uint64_t address = TABLES_BASE + 4 * tables_span(&tables, 2);
	struct fault f;

	tables_set(tables_entry(&tables, address, 2), (ADDRESS_NOWHERE & ~(page_size() - 1)) | DESC_TABLE, address);
	f = try_load(address);
	tap_result(f.taken && (f.serror || (ESR_EC(f.esr) == EC_DATA_ABORT_SAME_EL && (ESR_DFSC(f.esr) & ~3u) == FAULT_WALK_EXTERNAL)),
		   "%s: a walk into nothing is an external abort (esr %08lx)", granule, f.esr);
	tables_set(tables_entry(&tables, address, 2), 0, address);
}

/* ---- permissions ---- */

static uint64_t load_as_el0(uint64_t address)
{
	uint64_t value;

	__asm__ volatile("ldtr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static void test_data_permissions(void)
{
	struct fault f;

	map_page(0, frame(0) | PAGE_RW | DESC_READ_ONLY);
	*word(frame(0)) = 0x4000;
	f = try_store(page(0), 1);
	tap_result(is_data_fault(&f, FAULT_PERMISSION, 3) && f.far == page(0) && *word(frame(0)) == 0x4000 && *word(page(0)) == 0x4000,
		   "%s: a read-only page is read and not written (esr %08lx)", granule, f.esr);
	map_page(0, frame(0) | PAGE_RW);
	fault_expect();
	(void)load_as_el0(page(0));
	f = fault_taken();
	tap_result(is_data_fault(&f, FAULT_PERMISSION, 3), "%s: EL1's page is not EL0's (esr %08lx)", granule, f.esr);
	map_page(0, frame(0) | PAGE_RW | DESC_EL0);
	tap_result(load_as_el0(page(0)) == 0x4000, "%s: and EL0's is", granule);
}

/* mov w0, #42; ret. The frame is written as data: cleaned to where instructions are fetched from (Arm ARM B2.7.4). */
static void write_code(uint64_t at)
{
	*(volatile uint32_t *)at = 0x52800540;
	*(volatile uint32_t *)(at + 4) = 0xd65f03c0;
	__asm__ volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb" : : "r"(at) : "memory");
}

static void test_execution(void)
{
	uint32_t (*code)(void) = (uint32_t (*)(void))page(1);
	struct fault f;

	write_code(frame(1));
	map_page(1, frame(1) | DESC_NORMAL | DESC_AF | DESC_PAGE | DESC_UXN | DESC_READ_ONLY);
	tap_result(code() == 42, "%s: an executable page is executed", granule);
	map_page(1, frame(1) | PAGE_RW);
	fault_expect();
	(void)code();
	f = fault_taken();
	tap_result(f.taken && ESR_EC(f.esr) == EC_INSTRUCTION_ABORT_SAME_EL && ESR_DFSC(f.esr) == FAULT_PERMISSION + 3 && f.far == (uint64_t)code,
		   "%s: and one that is execute-never is not (esr %08lx)", granule, f.esr);
}

/* ---- access and dirty flags ---- */

static void test_access_flag(void)
{
	struct fault f;

	map_page(2, frame(2) | (PAGE_RW & ~DESC_AF));
	f = try_load(page(2));
	tap_result(is_data_fault(&f, FAULT_ACCESS_FLAG, 3), "%s: a page without access flag faults (esr %08lx)", granule, f.esr);
}

/* ID_AA64MMFR1_EL1.HAFDBS: 1 the access flag, 2 dirty state too. */
static void test_hardware_flags(void)
{
	unsigned hafdbs = (unsigned)(sysreg_read(id_aa64mmfr1_el1) & 0xf);
	volatile uint64_t *entry = tables_entry(&tables, page(2), TABLES_LAST_LEVEL);
	struct fault f;

	if (hafdbs < 1) {
		tap_skip("hardware sets the access flag", "the CPU does not");
	} else {
		tables_enable(&tables, TCR_HA);
		map_page(2, frame(2) | (PAGE_RW & ~DESC_AF));
		f = try_load(page(2));
		tap_result(!f.taken && (*entry & DESC_AF), "%s: hardware sets the access flag", granule);
	}
	if (hafdbs < 2) {
		tap_skip("hardware marks a page dirty", "the CPU does not");
	} else {
		tables_enable(&tables, TCR_HA | TCR_HD);
		map_page(2, frame(2) | PAGE_RW | DESC_READ_ONLY | DESC_DBM);
		f = try_load(page(2));
		tap_result(!f.taken && (*entry & DESC_READ_ONLY), "%s: a page that was read stays clean", granule);
		f = try_store(page(2), 0x5000);
		tap_result(!f.taken && !(*entry & DESC_READ_ONLY) && *word(frame(2)) == 0x5000, "%s: hardware marks a page dirty", granule);
	}
	tables_enable(&tables, 0);
}

/* ---- accesses across pages ---- */

static void test_crossing(void)
{
	uint64_t value, border = page(1);
	struct fault f;

	map_page(0, frame(3) | PAGE_RW);
	map_page(1, frame(0) | PAGE_RW);
	for (unsigned before = 1; before < 8; before++) {
		uint64_t at = border - before, wanted = 0x0807060504030201ul + before;
		uint8_t bytes[8];

		mmio_write64(at, wanted);
		value = mmio_read64(at);
		for (unsigned i = 0; i < 8; i++)
			bytes[i] = *(volatile uint8_t *)(i < before ? frame(3) + page_size() - before + i : frame(0) + i - before);
		for (unsigned i = 0; i < 8; i++)
			value ^= (uint64_t)bytes[i] << 8 * i;
		if (value != 0 || mmio_read64(at) != wanted) {
			tap_result(false, "%s: an access of which %u bytes are before the border", granule, before);
			return;
		}
	}
	tap_result(true, "%s: accesses across pages", granule);

	map_page(1, 0);
	f = try_load(border - 3);
	tap_result(is_data_fault(&f, FAULT_TRANSLATION, 3) && f.far - (border - 3) < 8, "%s: one into a hole faults (far %lx)", granule, f.far);
}

/* ---- attributes and caches ---- */

static void clean_and_invalidate(uint64_t address)
{
	__asm__ volatile("dc civac, %0" : : "r"(address) : "memory");
	dsb(sy);
}

/* What is written through one kind of memory is read through the others, when the caches are told (Arm ARM B2.8). */
static void test_attributes(void)
{
	static const struct {
		uint64_t attributes;
		const char *name;
	} kinds[] = { { DESC_UNCACHED, "uncached" }, { DESC_DEVICE, "device" } };

	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		bool right;

		map_page(0, frame(0) | kinds[i].attributes | DESC_AF | DESC_PAGE | DESC_PXN | DESC_UXN);
		*word(frame(0)) = 0x6000 + i;
		clean_and_invalidate(frame(0));
		right = *word(page(0)) == 0x6000 + i;
		*word(page(0)) = 0x7000 + i;
		dsb(sy);
		clean_and_invalidate(frame(0)); /* a clean line that was fetched meanwhile */
		right = right && *word(frame(0)) == 0x7000 + i;
		tap_result(right, "%s: %s memory sees what the cached one has, and the other way round", granule, kinds[i].name);
	}
}

static void test_zero_block(void)
{
	uint64_t dczid = sysreg_read(dczid_el0), size = 4ul << (dczid & 0xf);
	bool zero = true;

	if (dczid & 1 << 4) {
		tap_skip("DC ZVA zeroes its block", "it is prohibited");
		return;
	}
	map_page(0, frame(0) | PAGE_RW);
	memset((void *)frame(0), 0xff, 3 * size);
	__asm__ volatile("dc zva, %0" : : "r"(page(0) + size) : "memory");
	for (uint64_t i = 0; i < 3 * size; i++)
		zero = zero && *(volatile uint8_t *)(frame(0) + i) == (i / size == 1 ? 0 : 0xff);
	tap_result(zero, "%s: DC ZVA zeroes its block of %lu", granule, size);
}

static void enable_granule(unsigned shift, const char *name)
{
	granule = name;
	tables_init(&tables, shift);
	tables_enable(&tables, 0);
}

static void test_granule(unsigned shift, const char *name)
{
	if (!tables_supported(shift)) {
		tap_skip(name, "the CPU has not got it");
		return;
	}
	enable_granule(shift, name);
	test_pages();
	test_holes();
	test_large();
	test_walk_into_nothing();
	test_data_permissions();
	test_execution();
	test_access_flag();
	test_hardware_flags();
	test_crossing();
	test_attributes();
	test_zero_block();
}

/* ---- without translation ---- */

/* Stage 1 off: data accesses are Device-nGnRnE (Arm ARM D8.2.12), past the caches. In registers only, as the stack is in the cache. */
static uint64_t swap_with_mmu_off(uint64_t address, uint64_t value)
{
	uint64_t old, sctlr, off;

	__asm__ volatile("mrs %1, sctlr_el1\n\t"
			 "bic %2, %1, #1\n\t" /* M */
			 "bic %2, %2, #4\n\t" /* C */
			 "dsb sy\n\t"
			 "msr sctlr_el1, %2\n\t"
			 "isb\n\t"
			 "ldr %0, [%3]\n\t"
			 "str %4, [%3]\n\t"
			 "dsb sy\n\t"
			 "msr sctlr_el1, %1\n\t"
			 "isb"
			 : "=&r"(old), "=&r"(sctlr), "=&r"(off)
			 : "r"(address), "r"(value)
			 : "memory");
	return old;
}

static void test_stage1_off(void)
{
	uint64_t address = (uint64_t)frames, old;

	*word(address) = 0x8000;
	clean_and_invalidate(address);
	old = swap_with_mmu_off(address, 0x9000);
	clean_and_invalidate(address);
	tap_result(old == 0x8000 && *word(address) == 0x9000, "stage 1 off: memory is what it was, and keeps what is written");
}

/* Cleans and invalidates a whole level, as old boot loaders do (Arm ARM D7.5.8; CCSIDR_EL1 without FEAT_CCIDX). */
static void flush_level(unsigned level)
{
	uint64_t ccsidr, set_shift, way_shift, ways, sets;

	sysreg_write(csselr_el1, level << 1);
	isb();
	ccsidr = sysreg_read(ccsidr_el1);
	set_shift = (ccsidr & 7) + 4;
	ways = (ccsidr >> 3 & 0x3ff) + 1;
	sets = (ccsidr >> 13 & 0x7fff) + 1;
	way_shift = ways > 1 ? (uint64_t)__builtin_clz((uint32_t)(ways - 1)) : 32;
	for (uint64_t way = 0; way < ways; way++)
		for (uint64_t set = 0; set < sets; set++)
			__asm__ volatile("dc cisw, %0" : : "r"(way << way_shift | set << set_shift | (uint64_t)level << 1) : "memory");
	dsb(sy);
}

static void test_set_way(void)
{
	uint64_t clidr = sysreg_read(clidr_el1);
	unsigned levels = 0;

	if (sysreg_read(id_aa64mmfr2_el1) >> 20 & 0xf) {
		tap_skip("caches are cleaned by set and way", "FEAT_CCIDX");
		return;
	}
	for (uint64_t i = 0; i < sizeof(frames); i += 64)
		*word((uint64_t)frames + i) = i;
	for (unsigned level = 0; level < 7 && (clidr >> 3 * level & 7); level++) {
		if ((clidr >> 3 * level & 7) >= 2) {
			flush_level(level);
			levels++;
		}
	}
	for (uint64_t i = 0; i < sizeof(frames); i += 64)
		if (*word((uint64_t)frames + i) != i)
			levels = 0;
	tap_result(levels > 0, "%u levels of caches are cleaned by set and way, and nothing is lost", levels);
}

/* ---- addresses of 52 bits ---- */

#define TCR_IPS_52 (6ul << 32)
#define FAR (1ul << 48)

/* Bits 51:48 of an output address are bits 15:12 of a descriptor in 64 KiB pages (FEAT_LPA; Arm ARM D8.3). */
static uint64_t far_address(uint64_t address)
{
	return (address & (FAR - 1)) | address >> 48 << 12;
}

static void test_far(void)
{
	uint64_t at = 0, old;

	for (unsigned i = 0; i < nr_memory; i++)
		if (memory[i].start >= FAR)
			at = memory[i].start + memory[i].size - FRAME_MAX;
	if (at == 0 || (sysreg_read(id_aa64mmfr0_el1) & 0xf) != 6) {
		tap_skip("memory beyond 48 bits", "there is none, or the CPU has not got FEAT_LPA");
		return;
	}
	enable_granule(16, "64 KiB");
	tables_enable(&tables, TCR_IPS_52);
	map_page(0, far_address(at) | PAGE_RW);
	*word(page(0)) = 0xa000;
	clean_and_invalidate(page(0));
	old = swap_with_mmu_off(at, 0xb000);
	clean_and_invalidate(page(0));
	tap_result(old == 0xa000 && *word(page(0)) == 0xb000, "memory at %lx, beyond 48 bits, is there, through tables and without", at);
}

void guest_main(void)
{
	irq_disable();
	test_stage1_off();
	test_set_way();
	test_granule(12, "4 KiB");
	test_granule(14, "16 KiB");
	test_granule(16, "64 KiB");
	test_far();
	tap_done();
}
