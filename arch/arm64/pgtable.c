/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/arm64/pgtable.h"

#include "arch/arm64/pgtable_layout.h"

/*
 * Descriptors (Arm ARM DDI 0487, D8.3). Bit 1 tells tables and pages from blocks: levels above the last hold tables and
 * blocks, the last one pages.
 */
#define DESC_VALID         BIT(0)
#define DESC_TABLE_OR_PAGE BIT(1)
#define DESC_SH_OUTER      (UINT64_C(2) << 8)
#define DESC_SH_INNER      (UINT64_C(3) << 8)
#define DESC_AF            BIT(10)
#define DESC_CONTIGUOUS    BIT(52)
#define DESC_XN            BIT(54) /* stage 2 with FEAT_XNX: XN[1:0] = 0b10, executable at neither EL1 nor EL0 */

#define S1_ATTR_NORMAL (UINT64_C(0) << 2) /* AttrIndx into pgtable_mair() */
#define S1_ATTR_DEVICE (UINT64_C(1) << 2)
#define S1_AP1_RES1    BIT(6) /* in a regime with one privilege level */
#define S1_AP_RO       BIT(7)

#define S2_MEMATTR_NORMAL  (UINT64_C(0xf) << 2) /* outer and inner write-back */
#define S2_MEMATTR_nGnRE   (UINT64_C(1) << 2)
#define S2_AP_R            BIT(6)
#define S2_AP_W            BIT(7)

#define S1_NORMAL (S1_ATTR_NORMAL | S1_AP1_RES1 | DESC_SH_INNER | DESC_AF)
#define S1_DEVICE (S1_ATTR_DEVICE | S1_AP1_RES1 | DESC_SH_OUTER | DESC_AF)
#define S2_NORMAL (S2_MEMATTR_NORMAL | S2_AP_R | DESC_SH_INNER | DESC_AF)
#define S2_DEVICE (S2_MEMATTR_nGnRE | S2_AP_R | DESC_SH_OUTER | DESC_AF)

/*
 * Write-back at stage 2 is only an upper bound: FEAT_S2FWB is not used (HCR_EL2.FWB = 0), so the two stages combine to
 * the weaker caching, and to Device if either says so (D8.6). A guest can weaken what its stage 2 says, never
 * strengthen it. 0: there is no such leaf in that stage.
 */
static const uint64_t leaf_attributes[2][PGTABLE_DEVICE_RW + 1] = {
	[PGTABLE_STAGE1_EL2] = {
		[PGTABLE_NORMAL_RWX] = 0, /* EL2 keeps W^X */
		[PGTABLE_NORMAL_RO] = S1_NORMAL | S1_AP_RO | DESC_XN,
		[PGTABLE_NORMAL_RW] = S1_NORMAL | DESC_XN,
		[PGTABLE_NORMAL_RX] = S1_NORMAL | S1_AP_RO,
		[PGTABLE_DEVICE_RW] = S1_DEVICE | DESC_XN,
	},
	[PGTABLE_STAGE2] = {
		[PGTABLE_NORMAL_RWX] = S2_NORMAL | S2_AP_W,
		[PGTABLE_NORMAL_RO] = S2_NORMAL | DESC_XN,
		[PGTABLE_NORMAL_RW] = S2_NORMAL | S2_AP_W | DESC_XN,
		[PGTABLE_NORMAL_RX] = S2_NORMAL,
		[PGTABLE_DEVICE_RW] = S2_DEVICE | S2_AP_W | DESC_XN,
	},
};

/*
 * How many neighbours one TLB entry may cover when all have the contiguous bit: the same at every level that has leaves
 * (D8.7).
 */
static unsigned run_length(unsigned granule_shift)
{
	return granule_shift == 12 ? 16 : 32;
}

static bool is_table(uint64_t desc, unsigned level)
{
	return level < PGTABLE_LAST_LEVEL && (desc & (DESC_VALID | DESC_TABLE_OR_PAGE)) == (DESC_VALID | DESC_TABLE_OR_PAGE);
}

/* Where a walk stands: the descriptor of that level which translates the address. */
struct spot {
	uint64_t *entry;
	unsigned level;
	unsigned shift; /* log2 of the bytes that the descriptor stands for */
};

static uint64_t spot_size(struct spot s)
{
	return BIT(s.shift);
}

/* The whole index, unmasked: concatenated tables are one array (D8.2). */
static struct spot spot_root(const struct pgtable *t, uint64_t ia)
{
	unsigned shift = pgtable_level_shift(t->granule_shift, t->start_level);

	return (struct spot){ t->root + (ia >> shift), t->start_level, shift };
}

/* One level down, through the table descriptor at s. */
static struct spot spot_next(const struct pgtable *t, struct spot s, uint64_t ia)
{
	uint64_t *table = pa_ptr(pa_make(*s.entry & GENMASK(PGTABLE_OA_BITS - 1, t->granule_shift)));
	unsigned shift = pgtable_level_shift(t->granule_shift, s.level + 1);

	return (struct spot){ table + (ia >> shift & (BIT(t->granule_shift - 3) - 1)), s.level + 1, shift };
}

/* The end of the walk: a leaf, or an invalid descriptor. */
static struct spot spot_end(const struct pgtable *t, struct spot s, uint64_t ia)
{
	while (is_table(*s.entry, s.level))
		s = spot_next(t, s, ia);
	return s;
}

static struct spot spot_find(const struct pgtable *t, uint64_t ia)
{
	return spot_end(t, spot_root(t, ia), ia);
}

/* How many entries lie from s on, which translates ia, to the end of its table or to that of [ia, end). */
static unsigned spot_entries(const struct pgtable *t, struct spot s, uint64_t ia, uint64_t end)
{
	uint64_t in_table = (BIT(t->granule_shift) - ((uint64_t)s.entry & (BIT(t->granule_shift) - 1))) / sizeof(*s.entry);

	return (unsigned)u64_min(in_table, ((end - 1) >> s.shift) - (ia >> s.shift) + 1);
}

/* 64-bit single-copy atomic, so that a walker sees the old or the new descriptor, never half of one. */
static void write_descriptor(uint64_t *entry, uint64_t desc)
{
	__atomic_store_n(entry, desc, __ATOMIC_RELAXED);
}

/* n of them, each `step` more than the one before. */
static void write_descriptors(uint64_t *entry, unsigned n, uint64_t desc, uint64_t step)
{
	for (; n >= 4; n -= 4, entry += 4, desc += 4 * step) {
		write_descriptor(entry, desc);
		write_descriptor(entry + 1, desc + step);
		write_descriptor(entry + 2, desc + 2 * step);
		write_descriptor(entry + 3, desc + 3 * step);
	}
	for (; n; n--, entry++, desc += step)
		write_descriptor(entry, desc);
}

/* How many entries from that one on are free, up to n. */
static unsigned count_free(const uint64_t *entry, unsigned n)
{
	unsigned i = 0;

	while (n - i >= 4 && !(entry[i] | entry[i + 1] | entry[i + 2] | entry[i + 3]))
		i += 4;
	while (i < n && !entry[i])
		i++;
	return i;
}

static enum err add_table(struct pgtable *t, uint64_t *entry)
{
	size_t size = BIT(t->granule_shift);
	void *table = arena_alloc(t->arena, size, size);

	if (!table)
		return ERR_NO_MEMORY;
	t->table_pages++;
	/*
	 * DMB ISH: a walker that follows the descriptor below must find the zeros that arena_alloc() wrote, not what
	 * was there before.
	 */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	write_descriptor(entry, pa_of(table).v | DESC_VALID | DESC_TABLE_OR_PAGE);
	return OK;
}

static bool is_free(const struct pgtable *t, uint64_t ia, uint64_t end)
{
	while (ia < end) {
		struct spot s = spot_find(t, ia);
		unsigned free = count_free(s.entry, spot_entries(t, s, ia, end));

		if (!free)
			return false;
		ia = align_down(ia, spot_size(s)) + free * spot_size(s);
	}
	return true;
}

/* What remains to be mapped. */
struct request {
	uint64_t ia, pa, size, attributes;
};

static bool fits(const struct request *r, uint64_t size)
{
	return is_aligned(r->ia | r->pa, size) && r->size >= size;
}

static bool leaf_fits(const struct pgtable *t, const struct request *r, struct spot s)
{
	return pgtable_level_has_leaves(t->granule_shift, s.level) && fits(r, spot_size(s));
}

/*
 * Whether the contiguous bit may be set on the run that begins at s. What the request covers is free, so that an entry
 * that is in use holds a table (an unmap left it, above the last level): such a run is not uniform.
 */
static bool run_fits(const struct pgtable *t, const struct request *r, struct spot s)
{
	unsigned length = run_length(t->granule_shift);

	return fits(r, length * spot_size(s)) && (s.level == PGTABLE_LAST_LEVEL || count_free(s.entry, length) == length);
}

/* Where the largest leaf goes that the beginning of r allows. An existing table is kept: replacing it would need break-before-make. */
static enum err find_place(struct pgtable *t, const struct request *r, struct spot *s)
{
	*s = spot_root(t, r->ia);
	while (is_table(*s->entry, s->level) || !leaf_fits(t, r, *s)) {
		enum err e = *s->entry ? OK : add_table(t, s->entry);

		if (e)
			return e;
		*s = spot_next(t, *s, r->ia);
	}
	return OK;
}

/* How many leaves from s on are none of a run, out of `left`: up to where one can begin, or all where none can. */
static unsigned count_single(const struct pgtable *t, const struct request *r, struct spot s, unsigned left)
{
	uint64_t length = run_length(t->granule_shift), span = length * spot_size(s);
	unsigned n = (unsigned)((span - (r->ia & (span - 1))) >> s.shift);

	if (!is_aligned(r->ia ^ r->pa, span))
		n = left;
	return count_free(s.entry, n < left ? n : left);
}

/* Leaves from s on, as long as its table has room and r goes on with whole ones: larger ones begin where a table ends. */
static void write_leaves(const struct pgtable *t, struct request *r, struct spot s)
{
	uint64_t type = DESC_VALID | (s.level == PGTABLE_LAST_LEVEL ? DESC_TABLE_OR_PAGE : 0);
	uint64_t *stop = s.entry + spot_entries(t, s, r->ia, r->ia + align_down(r->size, spot_size(s)));

	do {
		bool run = run_fits(t, r, s);
		unsigned n = run ? run_length(t->granule_shift) : count_single(t, r, s, (unsigned)(stop - s.entry));
		uint64_t size = (uint64_t)n << s.shift;

		write_descriptors(s.entry, n, r->pa | r->attributes | type | (run ? DESC_CONTIGUOUS : 0), spot_size(s));
		s.entry += n;
		r->ia += size;
		r->pa += size;
		r->size -= size;
	} while (s.entry < stop && !*s.entry);
}

enum err pgtable_map(struct pgtable *t, uint64_t ia, uint64_t pa, uint64_t size, enum pgtable_attr attr)
{
	struct request r = { ia, pa, size, leaf_attributes[t->stage][attr] };

	if (!r.attributes)
		return ERR_UNSUPPORTED;
	if (!pgtable_request_valid(t->granule_shift, t->ia_bits, ia, pa, size))
		return ERR_RANGE;
	if (!is_free(t, ia, ia + size))
		return ERR_EXISTS;

	while (r.size) {
		struct spot s;
		enum err e = find_place(t, &r, &s);

		if (e)
			return e;
		write_leaves(t, &r, s);
	}
	return OK;
}

/* How many entries go together with the leaf: a run is one leaf of that many, since the TLB may hold it as one. */
static unsigned leaf_entries(const struct pgtable *t, uint64_t desc)
{
	return desc & DESC_CONTIGUOUS ? run_length(t->granule_shift) : 1;
}

/* One walk over [ia, end), which must consist of whole leaves: to look at them, or to clear them. */
static enum err walk_leaves(const struct pgtable *t, uint64_t ia, uint64_t end, bool clear)
{
	while (ia < end) {
		struct spot s = spot_find(t, ia);
		uint64_t *stop = s.entry + spot_entries(t, s, ia, end);

		do {
			unsigned count = leaf_entries(t, *s.entry);
			uint64_t size = count * spot_size(s);

			if (!(*s.entry & DESC_VALID))
				return ERR_NOT_FOUND;
			if (!is_aligned(ia, size) || end - ia < size)
				return ERR_RANGE;
			if (clear)
				write_descriptors(s.entry, count, 0, 0);
			s.entry += count;
			ia += size;
		} while (s.entry < stop && !is_table(*s.entry, s.level));
	}
	return OK;
}

enum err pgtable_unmap(struct pgtable *t, uint64_t ia, uint64_t size)
{
	if (!pgtable_request_valid(t->granule_shift, t->ia_bits, ia, 0, size))
		return ERR_RANGE;

	enum err e = walk_leaves(t, ia, ia + size, false);

	return e ? e : walk_leaves(t, ia, ia + size, true);
}
