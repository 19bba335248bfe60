/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bulkhead-selftest.bin: the hypervisor as it is, but that its proof (prove_separation, which the linker wraps) is followed by two more. The CPU's
 * own translation (AT S12E1R and S12E1W) is compared with the tables, as tests/unit/walker.c reads them, and with the plan, for thousands of
 * addresses of every VM. Then every single bit of some descriptors is inverted, one at a time, and must be found.
 */
#include "arch/arm64/barrier.h"
#include "arch/arm64/sysreg.h"
#include "common/lib/format.h"
#include "common/log.h"
#include "common/prove.h"
#include "tests/unit/walker.h"

#define RANDOM_INSIDE 2000 /* addresses of each VM, in what it has and anywhere */
#define RANDOM_ANYWHERE 2000
#define ARENA_SIZE KIB(128)

/* PAR_EL1 (Arm ARM DDI 0487, D24.2). */
#define PAR_F BIT(0)
#define PAR_S BIT(9)
#define FST_TRANSLATION 4 /* plus the level */
#define ATTR_WRITE_BACK 0xff
#define ATTR_nGnRE 0x04

enum err __real_prove_separation(const struct plan *plan, const struct prove_vm *vms, struct arena *arena, struct findings *findings);
enum err __wrap_prove_separation(const struct plan *plan, const struct prove_vm *vms, struct arena *arena, struct findings *findings);

static uint8_t arena_memory[ARENA_SIZE] __attribute__((aligned(16)));

/* One VM under test. */
struct subject {
	const struct plan *plan;
	const struct plan_vm *vm;
	const struct prove_vm *built;
	struct walk_regs regs;
	struct findings *findings; /* NULL: only counted */
	unsigned checked, wrong;
	uint64_t random;
};

static uint64_t next_random(struct subject *s)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random;
}

/* ---- the CPU's view ---- */

static void flush(void)
{
	dsb(ish);
	__asm__ volatile("tlbi vmalls12e1is" ::: "memory");
	dsb(ish);
	isb();
}

/* DC: stage 1 is off and says write-back, so that PAR_EL1 shows stage 2's attributes. */
static uint64_t enter(const struct prove_vm *built)
{
	uint64_t hcr = read_sysreg(hcr_el2);

	write_sysreg(built->vtcr, vtcr_el2);
	write_sysreg(built->vttbr, vttbr_el2);
	write_sysreg(HCR_VM | HCR_RW | HCR_DC, hcr_el2);
	isb();
	flush();
	return hcr;
}

static void leave(uint64_t hcr)
{
	flush();
	write_sysreg(hcr, hcr_el2);
	isb();
}

static uint64_t translate(uint64_t ipa, bool write)
{
	if (write)
		__asm__ volatile("at s12e1w, %0" ::"r"(ipa) : "memory");
	else
		__asm__ volatile("at s12e1r, %0" ::"r"(ipa) : "memory");
	isb();
	return read_sysreg(par_el1);
}

/* ---- what must agree ---- */

static void report(struct subject *s, uint64_t ipa, uint64_t par, const char *what)
{
	s->wrong++;
	if (s->findings)
		findings_add(s->findings, FINDING_PROOF_FAILED, "VM %s: guest 0x%llx: %s (PAR_EL1 0x%llx)", s->vm->config->name, (unsigned long long)ipa, what,
			     (unsigned long long)par);
}

static const struct plan_region *find_region(const struct plan_vm *vm, uint64_t ipa)
{
	for (uint32_t i = 0; i < vm->nr_regions; i++)
		if (ipa - vm->regions[i].ipa.v < vm->regions[i].size)
			return &vm->regions[i];
	return NULL;
}

static void compare_with_plan(struct subject *s, uint64_t ipa, uint64_t par)
{
	const struct plan_region *r = find_region(s->vm, ipa);
	const uint64_t page = GENMASK(47, 12);

	if ((r == NULL) != !!(par & PAR_F))
		report(s, ipa, par, r ? "the CPU does not reach what the plan grants" : "the CPU reaches what the plan does not grant");
	if (!r || (par & PAR_F))
		return;
	if ((par & page) != ((r->pa.v + (ipa - r->ipa.v)) & page))
		report(s, ipa, par, "the CPU reaches another address than the plan's");
	if (FIELD(par, 63, 56) != (r->kind == PLAN_REGION_RAM ? ATTR_WRITE_BACK : ATTR_nGnRE))
		report(s, ipa, par, "the CPU sees another memory type than the plan's");
	par = translate(ipa, true);
	if (par & PAR_F)
		report(s, ipa, par, "the CPU may not write what the plan grants");
}

static void compare_with_tables(struct subject *s, uint64_t ipa, uint64_t par)
{
	struct walk w = walk_stage2(&s->regs, ipa);

	if ((w.fault != WALK_OK) != (par & PAR_F))
		report(s, ipa, par, "the tables and the CPU differ");
	else if (w.fault == WALK_OK && (w.pa ^ par) & GENMASK(47, 12))
		report(s, ipa, par, "the tables give another address than the CPU");
	else if (w.fault == WALK_TRANSLATION && ipa < BIT(s->vm->stage2.ipa_bits) && (!(par & PAR_S) || FIELD(par, 6, 1) != FST_TRANSLATION + (unsigned)w.level))
		report(s, ipa, par, "the CPU faults at another level than the tables");
}

static void check(struct subject *s, uint64_t ipa)
{
	uint64_t par = translate(ipa, false);

	s->checked++;
	compare_with_tables(s, ipa, par);
	compare_with_plan(s, ipa, par);
}

/* Both sides of every border that a region's leaves can have, near its ends. */
static void check_region(struct subject *s, const struct plan_region *r)
{
	static const uint64_t steps[] = { KIB(4), KIB(64), MIB(2), MIB(32), MIB(512), GIB(1) };
	uint64_t end = r->ipa.v + r->size;

	for (unsigned i = 0; i < ARRAY_SIZE(steps); i++) {
		uint64_t first = align_up(r->ipa.v, steps[i]), last = align_down(end, steps[i]);

		check(s, first);
		check(s, first - 1); /* beyond all addresses if it is 0: a fault, too */
		check(s, last);
		check(s, last - 1);
	}
	for (unsigned i = 0; i < RANDOM_INSIDE / s->vm->nr_regions; i++)
		check(s, r->ipa.v + next_random(s) % r->size);
}

static void check_all(struct subject *s)
{
	for (uint32_t i = 0; i < s->vm->nr_regions; i++)
		check_region(s, &s->vm->regions[i]);
	for (unsigned i = 0; i < RANDOM_ANYWHERE; i++)
		check(s, next_random(s) & (BIT(s->vm->stage2.ipa_bits + i % 2) - 1));
}

/* ---- seeded faults ---- */

struct seeding {
	unsigned planted, by_proof, by_cpu;
};

static bool proof_finds(const struct subject *s)
{
	struct findings findings;
	struct arena arena;

	arena_init(&arena, arena_memory, sizeof(arena_memory));
	findings_init(&findings, &arena);
	return __real_prove_separation(s->plan, s->built - s->vm->id, &arena, &findings) != OK || findings.count;
}

/*
 * leaf: the CPU is asked, too; a damaged table would lead its walk anywhere. Nor is it asked about S2AP (bits 7:6): QEMU 10 ends itself (an assertion in
 * do_ats_write) when AT meets a permission fault of stage 2. The proof is asked about all.
 */
static void plant_in(const struct subject *s, uint64_t ipa, uint64_t *entry, bool leaf, struct seeding *n)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		struct subject quiet = *s;

		quiet.findings = NULL;
		quiet.wrong = 0;
		__atomic_store_n(entry, *entry ^ BIT(bit), __ATOMIC_RELAXED);
		flush();
		n->by_proof += proof_finds(s);
		if (leaf && bit != 6 && bit != 7)
			check(&quiet, ipa);
		__atomic_store_n(entry, *entry ^ BIT(bit), __ATOMIC_RELAXED);
		flush();
		n->planted++;
		n->by_cpu += quiet.wrong != 0;
	}
}

/* In a leaf of every region, and in the root's descriptor above the first one if that is a table. */
static void plant(const struct subject *s, struct seeding *n)
{
	const struct plan_stage2 *s2 = &s->vm->stage2;
	unsigned root_shift = s2->granule_shift + (3 - s2->start_level) * (s2->granule_shift - 3);

	for (uint32_t i = 0; i < s->vm->nr_regions; i++) {
		uint64_t ipa = s->vm->regions[i].ipa.v;
		struct walk w = walk_stage2(&s->regs, ipa);
		uint64_t root = s->regs.table + 8 * (ipa >> root_shift);

		plant_in(s, ipa, pa_ptr(pa_make(w.entry)), true, n);
		if (root != w.entry)
			plant_in(s, ipa, pa_ptr(pa_make(root)), false, n);
	}
}

static void test_vm(const struct plan *plan, const struct prove_vm *vms, uint32_t i, struct findings *findings)
{
	struct subject s = { .plan = plan, .vm = &plan->vms[i], .built = &vms[i], .findings = findings, .random = 0x9e3779b97f4a7c15 + i };
	struct seeding n = { 0 };
	uint64_t hcr;

	s.regs = (struct walk_regs){ .table = s.built->vttbr & GENMASK(47, 1), .control = s.built->vtcr, .readable = s.built->tables.base,
				     .readable_size = s.built->tables.size };
	hcr = enter(s.built);
	check_all(&s);
	log_info("selftest: %s: the CPU, the tables and the plan agree on %u of %u addresses", s.vm->config->name, s.checked - s.wrong, s.checked);
	plant(&s, &n);
	leave(hcr);
	log_info("selftest: %s: of %u inverted bits the proof found %u, the CPU %u", s.vm->config->name, n.planted, n.by_proof, n.by_cpu);
	if (n.by_proof != n.planted || !n.by_cpu)
		findings_add(findings, FINDING_PROOF_FAILED, "VM %s: inverted bits of its tables were not found", s.vm->config->name);
}

enum err __wrap_prove_separation(const struct plan *plan, const struct prove_vm *vms, struct arena *arena, struct findings *findings)
{
	enum err e = __real_prove_separation(plan, vms, arena, findings);

	for (uint32_t i = 0; i < plan->nr_vms && !e && !findings->count; i++)
		test_vm(plan, vms, i, findings);
	return findings->count ? ERR_DENIED : e;
}
