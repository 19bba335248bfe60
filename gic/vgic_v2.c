/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SGIs with sources and SPIs with several targets, as GICv2 has them.
 *
 * An SGI is pending for each source on its own and is acknowledged once for each (IHI 0048, 4.4.4 "GICC_IAR"). It is in one list register at a
 * time, with one source; while others wait, the list register asks for its EOI, and the next one is listed after the end. It is
 * active once, whoever it came from.
 */
#include "gic/vgic_v2.h"

#include "common/lib/string.h"
#include "gic/gic_hw.h"

/* ---- SGIs ---- */

uint32_t vgic_v2_take_sgis(struct vgic_cpu *vc, uint32_t sgis)
{
	uint32_t taken = 0;

	for_each_bit(sgi, sgis) {
		/*
		 * The acquire by which vcpu->sgis was read pairs with each sender's release: its source is there. A source that is seen early,
		 * before its sender set the bit, is taken now, and then the bit finds none.
		 */
		uint8_t sources = __atomic_exchange_n(&vc->v2->incoming[sgi], 0, __ATOMIC_RELAXED);

		vc->v2->pend[sgi] |= sources;
		taken |= sources ? 1u << sgi : 0;
	}
	return taken;
}

/* The image goes straight into a list register, if all are free and nothing waits: then nothing is known of this SGI that it would have to be merged with. */
static bool list_at_once(struct vcpu *vcpu, unsigned sgi, unsigned source)
{
	struct vgic_cpu *vc = vcpu->vgic;
	uint64_t lr = vc->v2->direct[sgi];

	if (!lr || vc->summary || !vc->interface->put_first(vcpu, lr | (uint64_t)source << LR_SOURCE_SHIFT))
		return false;
	/* It is this CPU's own as long as only its list registers know of it. */
	vc->v2->source[sgi] = (uint8_t)source;
	return true;
}

/*
 * The bits in vcpu->sgis went first: a sender that comes later than our look at the sources found them clear, and kicks.
 */
struct vcpu *vgic_v2_take(struct vcpu *vcpu, uint32_t sgis)
{
	struct vgic_v2_cpu *v2 = vcpu->vgic->v2;
	struct vgic_txn t;

	if (sgis && !(sgis & (sgis - 1))) {
		unsigned sgi = (unsigned)__builtin_ctz(sgis);
		uint8_t sources = __atomic_load_n(&v2->incoming[sgi], __ATOMIC_RELAXED);

		if (sources && !(sources & (sources - 1)) && list_at_once(vcpu, sgi, (unsigned)__builtin_ctz(sources))) {
			__atomic_fetch_and(&v2->incoming[sgi], (uint8_t)~sources, __ATOMIC_RELAXED);
			return vcpu;
		}
	}
	vgic_begin(&t, vcpu->vm->vgic, vcpu);
	for_each_bit(sgi, sgis)
		vgic_v2_set_sgi(&t, vcpu->id, sgi, __atomic_exchange_n(&v2->incoming[sgi], 0, __ATOMIC_RELAXED));
	t.refill = t.self != NULL;
	vgic_end(&t);
	return vcpu;
}

void vgic_v2_forget_incoming(struct vgic_cpu *vc)
{
	for (unsigned sgi = 0; sgi < GIC_SGIS; sgi++)
		__atomic_store_n(&vc->v2->incoming[sgi], 0, __ATOMIC_RELAXED);
}

bool vgic_v2_fold_sgi(struct vgic_cpu *vc, uint64_t lr)
{
	unsigned sgi = LR_VINTID(lr), source = LR_SOURCE(lr);

	if (!(lr & LR_PENDING) || (vc->priv.drop_pend >> sgi & 1 && vc->v2->drop[sgi] >> source & 1))
		return false;
	vc->v2->pend[sgi] |= (uint8_t)(1u << source);
	return true;
}

uint64_t vgic_v2_list_sgi(struct vgic_cpu *vc, uint64_t lr)
{
	struct vgic_v2_cpu *v2 = vc->v2;
	unsigned sgi = LR_VINTID(lr);

	if (lr & LR_PENDING) {
		v2->source[sgi] = (uint8_t)__builtin_ctz(v2->pend[sgi]);
		v2->pend[sgi] &= (uint8_t)(v2->pend[sgi] - 1);
		if (v2->pend[sgi]) {
			vc->priv.pend |= 1u << sgi;
			lr |= LR_EOI;
		}
	}
	return lr | (uint64_t)v2->source[sgi] << LR_SOURCE_SHIFT;
}

bool vgic_v2_is_source(const struct vgic_cpu *vc, uint32_t id)
{
	return GICC_IAR_INTID(id) >= GIC_SGIS || vc->v2->source[GICC_IAR_INTID(id)] == GICC_IAR_CPU(id);
}

void vgic_v2_reset_sgis(struct vgic_cpu *vc)
{
	memset(vc->v2->pend, 0, sizeof(vc->v2->pend));
	memset(vc->v2->source, 0, sizeof(vc->v2->source));
}

void vgic_v2_set_sgi(struct vgic_txn *t, unsigned vcpu, unsigned sgi, uint8_t sources)
{
	struct vgic_cpu *vc = vgic_cpu_of(t->g, vcpu);

	if (!sources)
		return;
	vc->v2->pend[sgi] |= sources;
	vc->priv.pend |= 1u << sgi;
	vgic_update(t, vgic_ref(t->g, 0, vcpu), 1u << sgi);
}

void vgic_v2_clear_sgi(struct vgic_txn *t, unsigned vcpu, unsigned sgi, uint8_t sources)
{
	struct vgic_cpu *vc = vgic_cpu_of(t->g, vcpu);
	uint32_t bit = 1u << sgi;

	if (!sources)
		return;
	__atomic_fetch_and(&vc->v2->incoming[sgi], (uint8_t)~sources, __ATOMIC_RELAXED);
	vc->v2->pend[sgi] &= (uint8_t)~sources;
	if (!vc->v2->pend[sgi])
		vc->priv.pend &= ~bit;
	if (!(vc->priv.drop_pend & bit))
		vc->v2->drop[sgi] = 0;
	vgic_withdraw(t, vgic_ref(t->g, 0, vcpu), bit, &vc->priv.drop_pend);
	vc->v2->drop[sgi] |= sources;
}

static void send_self(struct vcpu *vcpu, unsigned sgi)
{
	struct vgic_txn t;

	if (list_at_once(vcpu, sgi, vcpu->id))
		return;
	vgic_begin(&t, vcpu->vm->vgic, vcpu);
	vgic_v2_set_sgi(&t, vcpu->id, sgi, (uint8_t)(1u << vcpu->id));
	vgic_end(&t);
}

#define SGIR_FILTER(v) FIELD(v, 25, 24) /* 0: to the list, 1: to all others, 2: to oneself; 3 is reserved */
#define SGIR_LIST(v) ((uint32_t)FIELD(v, 23, 16))
#define SGIR_INTID(v) ((unsigned)FIELD(v, 3, 0))

/* NSATT (bit 15) is for implementations with the Security Extensions (IHI 0048, 4.3.15); a VM's has none: the group is what GICD_IGROUPR0 says. */
void vgic_v2_write_sgir(struct vcpu *vcpu, uint32_t value)
{
	struct vm *vm = vcpu->vm;
	uint32_t all = (1u << vm->nr_vcpus) - 1, self = 1u << vcpu->id;
	const uint32_t targets[] = {SGIR_LIST(value) & all, all & ~self, self, 0};
	unsigned sgi = SGIR_INTID(value);

	for_each_bit(i, targets[SGIR_FILTER(value)]) {
		struct vcpu *target = &vm->vcpus[i];

		if (target == vcpu) {
			send_self(vcpu, sgi);
		} else {
			/* Ordered before the bit in the target's vcpu->sgis by the release there. */
			__atomic_fetch_or(&target->vgic->v2->incoming[sgi], (uint8_t)self, __ATOMIC_RELAXED);
			vgic_send_other(target, sgi);
		}
	}
}

/* ---- Targets ---- */

/*
 * Of several targets one takes the interrupt, and the implementation chooses which (1-N model, IHI 0048, 1.4.3): one that is on, and the
 * same as long as that goes. With none on, the first finds it when it comes.
 */
static uint8_t choose(const struct vgic *g, uint32_t vcpus, uint8_t now)
{
	if (now != VGIC_NO_VCPU && vcpus >> now & 1 && vgic_cpu_of(g, now)->on)
		return now;
	for_each_bit(i, vcpus)
		if (vgic_cpu_of(g, i)->on)
			return (uint8_t)i;
	return vcpus ? (uint8_t)__builtin_ctz(vcpus) : VGIC_NO_VCPU;
}

void vgic_v2_write_targets(struct vgic_txn *t, struct vgic_ref r, unsigned bit, uint8_t vcpus)
{
	struct vgic *g = t->g;

	vcpus &= (uint8_t)((1u << g->vm->nr_vcpus) - 1);
	g->targets[(r.word - 1) * 32 + bit] = vcpus;
	vgic_write_target(t, r, bit, choose(g, vcpus, r.w->target[bit]));
}

void vgic_v2_retarget(struct vgic_txn *t, unsigned vcpu)
{
	struct vgic *g = t->g;

	for (unsigned i = 0; i < (g->nr_words - 1) * 32; i++) {
		struct vgic_ref r = vgic_ref(g, 1 + i / 32, 0);

		if (g->targets[i] >> vcpu & 1)
			vgic_write_target(t, r, i % 32, choose(g, g->targets[i], r.w->target[i % 32]));
	}
}

/* On a uniprocessor everything goes to its one CPU (IHI 0048, 4.3.12). */
void vgic_v2_reset_targets(struct vgic *g)
{
	uint8_t target = g->vm->nr_vcpus == 1 ? 0 : VGIC_NO_VCPU;

	memset(g->targets, 0, (size_t)(g->nr_words - 1) * 32);
	for (unsigned word = 1; word < g->nr_words; word++)
		memset(g->spi[word - 1].target, target, sizeof(g->spi[0].target));
}
