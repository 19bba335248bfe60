/* SPDX-License-Identifier: Apache-2.0 */
/* SGIs: ICC_SGI1R_EL1 and its like to vCPUs (IHI 0069, 12.2.19). The way to oneself is a list register, the way to others a bit and a kick. */
#include "gic/gic_hw.h"

#define SGIR_TARGETS(v) ((uint32_t)FIELD(v, 15, 0))
#define SGIR_INTID(v) ((unsigned)FIELD(v, 27, 24))
#define SGIR_AFF1(v) ((unsigned)FIELD(v, 23, 16))
#define SGIR_AFF32(v) ((v) & (GENMASK(55, 48) | GENMASK(39, 32)))
#define SGIR_ALL_BUT_SELF BIT(40)
#define SGIR_RANGE(v) ((unsigned)FIELD(v, 47, 44))

static void send_self(struct vcpu *vcpu, unsigned sgi)
{
	struct vgic_cpu *vc = vcpu->vgic;
	uint64_t lr = vc->direct[sgi];
	struct vgic_txn t;

	/* With all list registers free and nothing waiting in memory, nothing is known of this SGI that it would have to be merged with. */
	if (lr && !vc->summary && vcpu->vm->vgic->interface->put_first(vcpu, lr))
		return;
	vgic_begin(&t, vcpu->vm->vgic, vcpu);
	vc->priv.pend |= 1u << sgi;
	vgic_update(&t, vgic_ref(t.g, 0, vcpu->id), 1u << sgi);
	vgic_end(&t);
}

void vgic_send_other(struct vcpu *target, unsigned sgi)
{
	/* Who finds bits set leaves the kick to who set them: it comes after both. */
	if (__atomic_fetch_or(&target->vgic->incoming, 1u << sgi, __ATOMIC_RELEASE))
		return;
	__atomic_fetch_or(&target->requests, VCPU_REQ_VGIC, __ATOMIC_RELEASE);
	vcpu_kick(target);
}

static void send(struct vcpu *vcpu, struct vcpu *target, unsigned which, unsigned sgi)
{
	/* With one Security state SGI1R makes SGIs of either group, SGI0R and ASGI1R only of group 0 (IHI 0069, 12.2 "ICC_SGI0R_EL1"). */
	if (which != 0 && target->vgic->priv.group >> sgi & 1)
		return;
	if (target == vcpu)
		send_self(vcpu, sgi);
	else
		vgic_send_other(target, sgi);
}

struct vcpu *vgic_write_sgi1r(struct vcpu *vcpu, uint64_t value)
{
	vgic_write_sgir(vcpu, 0, value);
	return vcpu;
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
