/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/walker.h"

#define BITS(v, high, low) (((uint64_t)(v) >> (low)) & ((UINT64_C(2) << ((high) - (low))) - 1))

/* What both stages have in common once their registers are read. */
struct regime {
	int granule_bits;  /* log2 of a page */
	int input_bits;
	int output_bits;
	int start_level;
	uint64_t root;
	bool stage2;
};

/* ID_AA64MMFR0_EL1.PARange and the PS fields share these encodings; -1: reserved. */
static int output_size(unsigned ps)
{
	switch (ps) {
	case 0: return 32;
	case 1: return 36;
	case 2: return 40;
	case 3: return 42;
	case 4: return 44;
	case 5: return 48;
	case 6: return 52;
	default: return -1;
	}
}

static struct walk fault(enum walk_fault f, int level, uint64_t entry)
{
	return (struct walk){.fault = f, .level = level, .entry = entry};
}

/* The lowest input address bit that the table of that level translates. */
static int index_low(const struct regime *r, int level)
{
	return r->granule_bits + (3 - level) * (r->granule_bits - 3);
}

static bool read_entry(const struct walk_regs *regs, uint64_t at, uint64_t *value)
{
	if (at < regs->readable || at - regs->readable > regs->readable_size - 8 || regs->readable_size < 8)
		return false;
	*value = *(const uint64_t *)(uintptr_t)at;
	return true;
}

/* The output address of a descriptor, from bit `low` up. FEAT_LPA, with 52 bits of output: bits 51:48 are in bits 15:12. */
static uint64_t output_address(const struct regime *r, uint64_t desc, int low)
{
	return BITS(desc, 47, low) << low | (r->output_bits == 52 ? BITS(desc, 15, 12) << 48 : 0);
}

/* A block exists at levels 1 and 2 of the 4 KiB granule and at level 2 of 64 KiB, with 52 bits of output level 1, too. */
static bool block_exists(const struct regime *r, int level)
{
	return level == 2 || (level == 1 && (r->granule_bits == 12 || r->output_bits == 52));
}

/* Hierarchical attributes of stage-1 table descriptors, gathered on the way down. */
struct tables_say {
	bool read_only, execute_never;
};

static struct walk leaf(const struct regime *r, const struct walk_regs *regs, uint64_t desc, uint64_t ia, int level, struct tables_say t)
{
	int low = index_low(r, level);
	uint64_t size = UINT64_C(1) << low;
	struct walk w = {.level = level, .block_size = size, .contiguous = BITS(desc, 52, 52), .shareability = (uint8_t)BITS(desc, 9, 8)};

	w.pa = output_address(r, desc, low) | (ia & (size - 1));
	if (r->stage2) {
		unsigned xn = (unsigned)BITS(desc, 54, 53);

		w.memory = (uint8_t)BITS(desc, 5, 2);
		w.read = BITS(desc, 6, 6);
		w.write = BITS(desc, 7, 7);
		w.execute = xn == 0;
		w.execute_any = xn != 2;
	} else {
		w.memory = (uint8_t)BITS(regs->mair, 8 * BITS(desc, 4, 2) + 7, 8 * BITS(desc, 4, 2));
		w.read = true;
		w.write = !BITS(desc, 7, 7) && !t.read_only;
		w.execute = w.execute_any = !BITS(desc, 54, 54) && !t.execute_never;
	}
	return w;
}

static struct walk walk(const struct regime *r, const struct walk_regs *regs, uint64_t ia)
{
	uint64_t table = r->root;
	struct tables_say t = {false, false};

	for (int level = r->start_level;; level++) {
		int low = index_low(r, level), high = level == r->start_level ? r->input_bits - 1 : index_low(r, level - 1) - 1;
		uint64_t at = table + 8 * BITS(ia, high, low), desc;
		struct walk w;

		if (!read_entry(regs, at, &desc))
			return fault(WALK_EXTERNAL, level, at);
		if (!BITS(desc, 0, 0))
			return fault(WALK_TRANSLATION, level, at);
		if (level < 3 && BITS(desc, 1, 1)) {
			table = output_address(r, desc, r->granule_bits);
			if (r->output_bits < 48 && table >> r->output_bits)
				return fault(WALK_ADDRESS_SIZE, level, at);
			if (!r->stage2) {
				t.read_only = t.read_only || BITS(desc, 62, 62);
				t.execute_never = t.execute_never || BITS(desc, 60, 60);
			}
			continue;
		}
		if (level == 3 ? !BITS(desc, 1, 1) : !block_exists(r, level))
			return fault(WALK_TRANSLATION, level, at);
		w = leaf(r, regs, desc, ia, level, t);
		w.entry = at;
		if (r->output_bits < 48 && w.pa >> r->output_bits)
			return fault(WALK_ADDRESS_SIZE, level, at);
		if (!BITS(desc, 10, 10))
			return fault(WALK_ACCESS_FLAG, level, at);
		return w;
	}
}

/* The root's address: bits below its own size must be zero, and so must CnP here. */
static bool set_root(struct regime *r, uint64_t table, uint64_t address_bits)
{
	int low = index_low(r, r->start_level), entries_bits = r->input_bits - low;
	uint64_t size = UINT64_C(8) << entries_bits;

	r->root = table & address_bits;
	return (r->root & (size - 1)) == 0;
}

struct walk walk_stage1_el2(const struct walk_regs *regs, uint64_t va)
{
	struct regime r = {.stage2 = false};
	unsigned tg0 = (unsigned)BITS(regs->control, 15, 14);

	r.input_bits = 64 - (int)BITS(regs->control, 5, 0);
	r.output_bits = output_size((unsigned)BITS(regs->control, 18, 16));
	r.granule_bits = tg0 == 0 ? 12 : 16;
	/* TCR_EL2.TG0: 0b00 4 KiB, 0b01 64 KiB, 0b10 16 KiB. T0SZ 16 to 39 without FEAT_LVA and FEAT_TTST. */
	if (tg0 > 1 || r.output_bits < 0 || r.output_bits > 48 || r.input_bits > 48 || r.input_bits < 25)
		return fault(WALK_REGISTERS, 0, 0);
	/* RES1 with E2H = 0: bits 23 and 31 (D24.2 "TCR_EL2"). */
	if (!BITS(regs->control, 23, 23) || !BITS(regs->control, 31, 31))
		return fault(WALK_REGISTERS, 0, 0);
	/* The start level follows from the size: the highest one whose table is not empty. */
	for (r.start_level = 3; index_low(&r, r.start_level) + r.granule_bits - 3 < r.input_bits;)
		r.start_level--;
	if (!set_root(&r, regs->table, 0x0000ffffffffffff))
		return fault(WALK_REGISTERS, 0, 0);
	/* Bits above the input size must be zero, the top byte too while TBI is 0; there is no second range at EL2. */
	if (va >> r.input_bits && !(BITS(regs->control, 20, 20) && !(BITS(va, 55, 0) >> r.input_bits)))
		return fault(WALK_TRANSLATION, 0, 0);
	if (r.output_bits < 48 && r.root >> r.output_bits)
		return fault(WALK_ADDRESS_SIZE, 0, 0);
	return walk(&r, regs, va);
}

struct walk walk_stage2(const struct walk_regs *regs, uint64_t ipa)
{
	struct regime r = {.stage2 = true};
	unsigned tg0 = (unsigned)BITS(regs->control, 15, 14), sl0 = (unsigned)BITS(regs->control, 7, 6);

	r.input_bits = 64 - (int)BITS(regs->control, 5, 0);
	r.output_bits = output_size((unsigned)BITS(regs->control, 18, 16));
	r.granule_bits = tg0 == 0 ? 12 : 16;
	/* VTCR_EL2: bit 31 is RES1; SL0 = 3 exists with FEAT_TTST only; DS and SL2 are for 52 bits in 4 KiB pages, which this walker has not. */
	if (tg0 > 1 || sl0 > 2 || r.output_bits < 0 || (r.output_bits > 48 && tg0 == 0) || r.input_bits > 52 || !BITS(regs->control, 31, 31) || BITS(regs->control, 63, 32))
		return fault(WALK_REGISTERS, 0, 0);
	r.start_level = (tg0 == 0 ? 2 : 3) - (int)sl0;

	/* 64 KiB starts at 3, 2, 1; 4 KiB at 2, 1, 0. The root resolves at least one bit, at most four more than a table (16 tables). */
	int resolved = r.input_bits - index_low(&r, r.start_level);
	if (resolved < 1 || resolved > r.granule_bits - 3 + 4)
		return fault(WALK_TRANSLATION, 0, 0);
	/* The input size may not exceed the physical one; the levels that only large machines have need 44 bits. */
	if (r.input_bits > r.output_bits || (r.start_level == (tg0 == 0 ? 0 : 1) && r.output_bits < 44))
		return fault(WALK_TRANSLATION, 0, 0);
	/* VTTBR_EL2.BADDR with 52 bits of output: bits 51:48 are in bits 5:2, and the root is aligned to 64 bytes at least. */
	if (!set_root(&r, regs->table, r.output_bits == 52 ? 0x0000ffffffffffc0 : 0x0000ffffffffffff))
		return fault(WALK_REGISTERS, 0, 0);
	r.root |= r.output_bits == 52 ? BITS(regs->table, 5, 2) << 48 : 0;
	if (ipa >> r.input_bits)
		return fault(WALK_TRANSLATION, 0, 0);
	if (r.output_bits < 48 && r.root >> r.output_bits)
		return fault(WALK_ADDRESS_SIZE, 0, 0);
	return walk(&r, regs, ipa);
}
