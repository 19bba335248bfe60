/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: one state machine in memory, register faces (vgic_mmio.c) over it, and list registers (vgic_lr.c) under it.
 *
 * Where the state of an interrupt is. In memory (struct vgic_word), or in one list register of one vCPU (its holder), never in both:
 * `listed` says that the list register has it. List registers stay in the machine while their vCPU is loaded, so only its own CPU can
 * look: others ask it to fold them (vgic_recall). A PPI or SGI for the loaded vCPU may go into a free list register without a word
 * here (`direct`); therefore `listed` is exact for SPIs only, and of private interrupts any might be listed while a list register is in use.
 *
 * A forwarded interrupt (`hw`) is active in the physical GIC as long as it is pending or active here; the guest's deactivation, through
 * the list register's HW bit, or ours ends both.
 *
 * Locks. vgic->lock guards all words, private ones included, and what is marked with it; vgic_begin takes it and vgic_end releases it.
 * Lock order: vm->lock, an emulated device's, vgic->lock, the physical distributor's, the console's (arch/arm64/lock_rank.h, which a build with
 * CONFIG_DEBUG_LOCKS checks). Nothing waits and no IPI is sent with any lock held: kicks are collected in
 * the transaction and sent by vgic_end after the release. The loaded vCPU's list registers are its CPU's own.
 */
#ifndef GIC_VGIC_H
#define GIC_VGIC_H

#include "common/vm.h"
#include "gic/gic_regs.h"

struct vgic_interface;
struct vgic_v2_cpu;

#define VGIC_MAX_LRS 16
#define VGIC_MAX_WORDS 32
#define VGIC_NO_VCPU 0xff

/* ICH_LR<n>_EL2 (IHI 0069, 12.4.9). */
#define LR_PENDING BIT(62)
#define LR_ACTIVE BIT(63)
#define LR_STATE (LR_PENDING | LR_ACTIVE)
#define LR_HW BIT(61)
#define LR_GROUP1 BIT(60)
#define LR_EOI BIT(41) /* maintenance interrupt when it is deactivated; only without HW */
#define LR_PRIORITY_SHIFT 48
#define LR_PINTID_SHIFT 32
#define LR_VINTID(lr) ((unsigned)FIELD(lr, 9, 0)) /* no guest has LPIs */
#define LR_SOURCE_SHIFT 10 /* GICv2 guests: which vCPU an SGI is from */
#define LR_SOURCE(lr) ((unsigned)FIELD(lr, 12, 10))

/* ICH_HCR_EL2 (IHI 0069, 12.4.8): the maintenance interrupts and traps that fill asks for. */
#define HCR_MAINT_LRENPIE BIT(2)
#define HCR_MAINT_NPIE BIT(3)
#define HCR_MAINT_GRP0_ENABLED BIT(4)
#define HCR_MAINT_GRP0_DISABLED BIT(5)
#define HCR_MAINT_GRP1_ENABLED BIT(6)
#define HCR_MAINT_GRP1_DISABLED BIT(7)
#define HCR_TRAP_DIR BIT(14)

/* 32 INTIDs, one bit each. */
struct vgic_word {
	uint32_t enabled, group, edge;
	uint32_t hw;      /* forwarded: constant once the VM is made */
	uint32_t pend;    /* latched: an edge, ISPENDR, or a forwarded interrupt that arrived */
	uint32_t line;    /* level of an emulated device's line */
	uint32_t active;
	uint32_t listed;  /* put into list register `slot` of vCPU `holder` and not folded since; it may be finished */
	uint32_t lr_pend, lr_active; /* listed: what the list register was when last written or seen */
	uint32_t lr_latch; /* listed: its pending state is a latched one, not (only) the line's */
	uint32_t drop_pend, drop_active; /* listed: what the holder's fold must not keep */
	uint8_t priority[32];
	uint8_t acked[32];  /* active, in memory: the priority it was acknowledged with, which its end drops */
	uint8_t target[32]; /* SPIs: vCPU, or VGIC_NO_VCPU; of several (vgic.targets) the one that is chosen now */
	uint8_t holder[32]; /* listed or active: vCPU */
	uint8_t slot[32];
};

/* What of a CPU interface is not in list registers, while it is not the machine's. */
struct vgic_saved {
	uint64_t vmcr, sre;
	uint64_t apr[8]; /* group 0, group 1 */
};

/* A vCPU's redistributor and list registers. */
struct vgic_cpu {
	uint64_t direct[GIC_PRIVATE]; /* what to write to a list register when it fires; 0: not without looking (disabled, off, ...) */
	uint32_t summary;  /* lock for writes: bit n: word n may hold something to list, or active ones that found no list register */
	uint32_t resync;   /* lock for writes: other CPUs changed something */
	uint32_t recalled; /* lock for writes: someone needs the list registers folded */
	bool on;           /* lock for writes: it takes interrupts: what becomes pending is told to it */
	bool loaded;       /* lock for writes: on, and its CPU interface is the one of its CPU; else all of its state is in memory */
	bool fresh;        /* lock: priv and waker are as after reset */
	uint8_t nr_lrs;
	uint32_t all_lrs;  /* a bit for each of nr_lrs */
	const struct vgic_interface *interface; /* vgic.interface, nearer to hand */
	uint32_t waker;    /* GICR_WAKER */
	uint64_t maint;    /* HCR_MAINT_*, HCR_TRAP_* now set; own CPU */
	uint16_t slots;    /* bit n: slot_intid[n] is the SPI last put into list register n; own CPU, lock */
	uint16_t slot_intid[VGIC_MAX_LRS];
	struct vgic_v2_cpu *v2; /* vgic_v2.h; NULL: a GICv3 guest */
	struct vgic_word priv;
	uint32_t latched;  /* forwarded PPIs that may be pending in the redistributor because EL2 said so; lock */
	struct vgic_saved saved; /* own CPU; valid while it is on and not loaded */
};

struct vgic {
	struct spinlock lock;
	struct vm *vm;
	const struct vgic_interface *interface; /* gic_hw.h; constant */
	uint32_t nr_words;    /* INTIDs / 32, word 0 (private) included */
	uint32_t whole_spis;  /* of spi[]: words all of whose INTIDs exist */
	uint32_t typer;       /* GICD_TYPER */
	uint32_t groups;      /* GICD_CTLR.EnableGrp0 and EnableGrp1 */
	uint32_t recalls;     /* vCPUs with `recalled` */
	uint32_t complained;  /* atomic: an unknown register access was logged */
	uint8_t priority_mask; /* implemented bits */
	bool software;         /* constant: interface is vgic_swif.c */
	uint8_t *targets;      /* GICv2 guests: GICD_ITARGETSR of each SPI; else NULL */
	struct vgic_word spi[]; /* word 1 and on */
};

/* A word and where it belongs. */
struct vgic_ref {
	struct vgic_word *w;
	unsigned word;  /* INTID / 32 */
	unsigned owner; /* word 0: whose */
};

/* One change of the state, from lock to unlock. */
struct vgic_txn {
	struct vgic *g;
	struct vcpu *self; /* the vCPU loaded on this CPU, when it is of this VM; else NULL */
	bool refill;       /* self's list registers need a fold and fill */
	uint64_t kick[2];  /* vCPUs whose CPUs need a look */
};

/* List registers as an array: what fold reads and fill writes. */
struct vgic_lrs {
	uint64_t lr[VGIC_MAX_LRS];
	uint32_t used;      /* bit n: lr[n] holds something, or had its EOI asked for */
	uint32_t dirty;     /* bit n: lr[n] must be written */
	uint32_t eoi_count; /* ends that found no list register, since the last fold */
	bool split;         /* EOImode is 1: these were priority drops, deactivations trap (HCR_TRAP_DIR) */
	uint32_t groups;    /* bit 0, 1: enabled in the guest's CPU interface */
	uint64_t maint;     /* fill: HCR_MAINT_*, HCR_TRAP_* */
};

#define for_each_bit(i, mask) for (uint32_t m_ = (mask), i; m_ && (i = (uint32_t)__builtin_ctz(m_), 1); m_ &= m_ - 1)

static inline struct vgic_cpu *vgic_cpu_of(const struct vgic *g, unsigned vcpu)
{
	return g->vm->vcpus[vcpu].vgic;
}

/* word < nr_words. */
static inline struct vgic_ref vgic_ref(struct vgic *g, unsigned word, unsigned owner)
{
	return (struct vgic_ref){word ? &g->spi[word - 1] : &vgic_cpu_of(g, owner)->priv, word, owner};
}

/*
 * vgic_cpu.maint when nothing waits. An SPI may be deactivated by another vCPU than the one that acknowledged it (IHI 0069, 12.2 "ICC_DIR_EL1"), whose
 * list registers know nothing of it. The guest can change EOImode at any time, so whatever it is now; with EOImode 0 nobody writes there, and the trap
 * costs nothing.
 */
static inline uint64_t vgic_least_maint(const struct vgic *g, const struct vgic_cpu *vc)
{
	return g->vm->nr_vcpus > 1 && !vc->v2 ? HCR_TRAP_DIR : 0;
}

static inline void vgic_set_slot(struct vgic_cpu *vc, unsigned n, unsigned intid)
{
	vc->slots |= (uint16_t)(1u << n);
	vc->slot_intid[n] = (uint16_t)intid;
}

static inline bool vgic_is_self(const struct vgic_txn *t, unsigned vcpu)
{
	return t->self && t->self->id == vcpu;
}

/* ---- vgic_state.c ---- */

/* self: the vCPU that runs this (it may be unloaded), or NULL when that is not known: then the CPU's own vCPU is looked up. */
void vgic_begin(struct vgic_txn *t, struct vgic *g, struct vcpu *self);
void vgic_end(struct vgic_txn *t);

/* Pending, enabled, and of an enabled group; whether it is listed or active is another question. */
uint32_t vgic_deliverable(const struct vgic *g, const struct vgic_word *w);
uint32_t vgic_pending(const struct vgic_word *w);

/* What may have become deliverable is told to the vCPU that must take it. */
void vgic_update(struct vgic_txn *t, struct vgic_ref r, uint32_t mask);
/* That vCPU has something to list in that word. */
void vgic_note(struct vgic_txn *t, unsigned vcpu, unsigned word);
/* That vCPU's list registers are folded before it goes on. */
void vgic_recall(struct vgic_txn *t, unsigned vcpu);
/* What of mask may be in a list register is recalled; *drop (or NULL): the state that is not kept. */
void vgic_withdraw(struct vgic_txn *t, struct vgic_ref r, uint32_t mask, uint32_t *drop);
/* direct[] of these private INTIDs anew. */
void vgic_update_direct(struct vgic *g, struct vgic_cpu *vc, uint32_t mask);
/* The guest deactivates an interrupt by name, wherever it is. */
void vgic_deactivate_intid(struct vcpu *vcpu, unsigned intid);
/* Ends the physical interrupts of these forwarded ones. */
void vgic_deactivate(struct vgic *g, struct vgic_ref r, uint32_t mask);
/* The list-register image of an interrupt; state: LR_PENDING, LR_ACTIVE or both. */
uint64_t vgic_make_lr(const struct vgic_word *w, unsigned word, unsigned bit, uint64_t state);

/* A physical interrupt that was acknowledged on the vCPU's CPU. false: not one that is forwarded to it; the caller deactivates it. */
bool vgic_forward(struct vcpu *vcpu, unsigned intid);

/* An SPI that was acknowledged while no vCPU of its VM is loaded here. false: not one that is forwarded to it. */
bool vgic_forward_spi(struct vm *vm, unsigned intid);

/* ---- vgic_sgi.c ---- */

/* An SGI for a vCPU of another CPU. Without the lock. */
void vgic_send_other(struct vcpu *target, unsigned sgi);

/* The list register image of an SGI, for that vCPU, which did not find the list registers empty: the SGI waits in memory. Without the lock. Returns vcpu. */
struct vcpu *vgic_list_later(struct vcpu *vcpu, uint64_t lr);

/* ---- vgic_lr.c ---- */

void vgic_fold(struct vgic_txn *t, struct vcpu *vcpu, struct vgic_lrs *l);
void vgic_fill(struct vgic_txn *t, struct vcpu *vcpu, struct vgic_lrs *l);
/* Folds and fills self's list registers, with what arrived from other CPUs. */
void vgic_sync_self(struct vgic_txn *t);
/* vgic.c. The loaded vCPU gets what came for it while it waited, or was not loaded. Without the lock. */
void vgic_take_in(struct vcpu *vcpu);
/* The vCPU's list registers were folded: what others asked of it is done. Lock. */
void vgic_answered(struct vgic *g, struct vgic_cpu *vc);

/* ---- vgic_regs.c: a register of one field per interrupt; r.word < nr_words, values are limited to interrupts that exist ---- */

typedef uint32_t vgic_bits_read(struct vgic_txn *t, struct vgic_ref r);
typedef void vgic_bits_write(struct vgic_txn *t, struct vgic_ref r, uint32_t v);

vgic_bits_read vgic_read_group, vgic_read_enabled, vgic_read_pending, vgic_read_active;
vgic_bits_write vgic_write_group, vgic_set_enabled, vgic_clear_enabled, vgic_set_pending, vgic_clear_pending, vgic_set_active, vgic_clear_active;
/* Of n interrupts (at most 4) from bit `first` on, a byte each. */
void vgic_write_priorities(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned n, uint32_t priorities);
void vgic_write_edge(struct vgic_txn *t, struct vgic_ref r, uint32_t mask, uint32_t edge);
void vgic_write_target(struct vgic_txn *t, struct vgic_ref r, unsigned bit, uint8_t vcpu);
void vgic_write_groups(struct vgic_txn *t, uint32_t groups);

/* ---- vgic_mmio_v3.c ---- */

bool vgic_access_gicd(struct vcpu *vcpu, void *device, struct mmio_access *access);
bool vgic_access_gicr(struct vcpu *vcpu, void *device, struct mmio_access *access);

/* ---- vgic_quick.c ---- */

/* GICD of either version, GICR. */
mmio_quick vgic_quick_gicd, vgic_quick_gicr;

#endif
