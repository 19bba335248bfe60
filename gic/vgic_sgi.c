/* SPDX-License-Identifier: Apache-2.0 */
/* SGIs: ICC_SGI1R_EL1 and its like to vCPUs (IHI 0069, 12.2.19). The way to oneself is a list register, the way to others a bit and a kick. */
#include "arch/arm64/port.h"
#include "gic/gic_hw.h"
#include "gic/vgic_v2.h"

#define SGIR_TARGETS(v) ((uint32_t)FIELD(v, 15, 0))
#define SGIR_INTID(v) ((unsigned)FIELD(v, 27, 24))
#define SGIR_AFF1(v) ((unsigned)FIELD(v, 23, 16))
#define SGIR_AFF32(v) ((v) & (GENMASK(55, 48) | GENMASK(39, 32)))
#define SGIR_ALL_BUT_SELF BIT(40)
#define SGIR_RANGE(v) ((unsigned)FIELD(v, 47, 44))

struct vcpu *vgic_list_later(struct vcpu *vcpu, uint64_t lr)
{
	uint32_t bit = 1u << LR_VINTID(lr);
	struct vgic_txn t;

	vgic_begin(&t, vcpu->vm->vgic, vcpu);
	vcpu->vgic->priv.pend |= bit;
	vgic_update(&t, vgic_ref(t.g, 0, vcpu->id), bit);
	vgic_end(&t);
	return vcpu;
}

/*
 * With all list registers free and nothing waiting in memory, nothing is known of this SGI that it would have to be merged with. Of a vCPU that
 * does not take it at once, or is not loaded, `direct` is 0.
 */
static inline struct vcpu *list(struct vcpu *vcpu, unsigned sgi)
{
	const struct vgic_cpu *vc = vcpu->vgic;
	uint64_t lr = vc->direct[sgi];

	return lr && !vc->summary ? gicv3_put_sgi(vcpu, lr, vc->all_lrs) : vgic_list_later(vcpu, sgi);
}

void vgic_send_other(struct vcpu *target, unsigned sgi)
{
	/* Who finds bits set leaves the kick to who set them: it comes after both. */
	if (!__atomic_fetch_or(&target->sgis, 1u << sgi, __ATOMIC_RELEASE))
		vcpu_kick(target);
}

static void send(struct vcpu *vcpu, struct vcpu *target, unsigned which, unsigned sgi)
{
	/* With one Security state SGI1R makes SGIs of either group, SGI0R and ASGI1R only of group 0 (IHI 0069, 12.2 "ICC_SGI0R_EL1"). */
	if (which != 0 && target->vgic->priv.group >> sgi & 1)
		return;
	if (target == vcpu)
		(void)list(vcpu, sgi);
	else
		vgic_send_other(target, sgi);
}

void vgic_write_sgir(struct vcpu *vcpu, unsigned which, uint64_t value)
{
	struct vm *vm = vcpu->vm;
	unsigned sgi = SGIR_INTID(value), first = SGIR_AFF1(value) * 16;

	if (value & SGIR_ALL_BUT_SELF) {
		for (unsigned i = 0; i < vm->nr_vcpus; i++)
			if (&vm->vcpus[i] != vcpu)
				send(vcpu, &vm->vcpus[i], which, sgi);
		return;
	}
	/* Aff0 of a vCPU is below 16: other ranges, and Aff2 or Aff3, name none. */
	if (SGIR_RANGE(value) || SGIR_AFF32(value))
		return;
	for_each_bit(i, SGIR_TARGETS(value))
		if (first + i < vm->nr_vcpus)
			send(vcpu, &vm->vcpus[first + i], which, sgi);
}

static NOINLINE struct vcpu *send_many(struct vcpu *vcpu, uint64_t value)
{
	vgic_write_sgir(vcpu, 0, value);
	return vcpu;
}

/* To one vCPU, most often. */
struct vcpu *vgic_write_sgi1r(struct vcpu *vcpu, uint64_t value)
{
	uint32_t targets = SGIR_TARGETS(value);
	unsigned sgi = SGIR_INTID(value), id;
	struct vcpu *target;

	if (value >> 28 || !targets || targets & (targets - 1))
		return send_many(vcpu, value);
	id = SGIR_AFF1(value) * 16 + (unsigned)__builtin_ctz(targets);
	if (id >= vcpu->vm->nr_vcpus)
		return vcpu;
	target = &vcpu->vm->vcpus[id];
	if (target == vcpu)
		return list(vcpu, sgi);
	/* As vgic_send_other. */
	return __atomic_fetch_or(&target->sgis, 1u << sgi, __ATOMIC_RELEASE) ? vcpu : gicv3_kick_other(vcpu, target);
}

static NOINLINE struct vcpu *take_many(struct vcpu *vcpu, uint32_t sgis)
{
	struct vgic_txn t;

	if (vcpu->vgic->v2)
		return vgic_v2_take(vcpu, sgis);
	vgic_begin(&t, vcpu->vm->vgic, vcpu);
	vcpu->vgic->priv.pend |= sgis;
	vgic_update(&t, vgic_ref(t.g, 0, vcpu->id), sgis);
	t.refill = t.self != NULL;
	vgic_end(&t);
	return vcpu;
}

struct vcpu *exit_sgis(struct vcpu *vcpu)
{
	const struct vgic_cpu *vc = vcpu->vgic;
	/* Acquire: pairs with the release by which they were sent, after what the sender wrote. */
	uint32_t sgis = __atomic_exchange_n(&vcpu->sgis, 0, __ATOMIC_ACQUIRE);
	uint64_t lr;

	if (!sgis || sgis & (sgis - 1) || vc->summary)
		return take_many(vcpu, sgis);
	lr = vc->direct[__builtin_ctz(sgis)];
	return lr ? gicv3_put_sgi(vcpu, lr, vc->all_lrs) : take_many(vcpu, sgis);
}
