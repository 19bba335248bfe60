/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the register faces of the virtual GIC share (vgic_mmio_v3.c, vgic_mmio_v2.c): how an access finds its register in a frame's tables, and the
 * registers with a field per interrupt that both versions have.
 *
 * What is reserved, or not there, reads as zero and ignores writes; an access of a size or to an offset that is not in a table does too, and is
 * logged once for a VM.
 */
#include "gic/vgic_mmio.h"

#include "common/log.h"

/* ---- Registers with a field per interrupt ---- */

uint64_t vgic_range_read_bits(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range)
{
	(void)first, (void)size;
	return range->read_bits(t, r);
}

void vgic_range_write_bits(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range)
{
	(void)first, (void)size;
	range->write_bits(t, r, (uint32_t)v & vgic_existing(r.word));
}

uint64_t vgic_range_read_priority(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range)
{
	uint64_t v = 0;

	(void)t, (void)range;
	for (unsigned i = 0; i < size; i++)
		v |= (uint64_t)r.w->priority[first + i] << 8 * i;
	return v;
}

void vgic_range_write_priority(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range)
{
	(void)range;
	/* Four fields that begin at a multiple of four all exist, or none of them does. */
	if (vgic_existing(r.word) >> first & 1)
		vgic_write_priorities(t, r, first, size, (uint32_t)v);
}

/* Two bits each, of which the upper one says edge (IHI 0069, 12.9.9). */
uint64_t vgic_range_read_config(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, const struct vgic_range *range)
{
	uint64_t v = 0;

	(void)t, (void)size, (void)range;
	for (unsigned i = 0; i < 16; i++)
		v |= (uint64_t)(r.w->edge >> (first + i) & 1) << (2 * i + 1);
	return v;
}

void vgic_range_write_config(struct vgic_txn *t, struct vgic_ref r, unsigned first, unsigned size, uint64_t v, const struct vgic_range *range)
{
	uint32_t edge = 0, mask = 0xffffu << first & vgic_existing(r.word);

	(void)size, (void)range;
	/* SGIs are edge-triggered for good. */
	if (r.word == 0)
		mask &= ~0xffffu;
	for (unsigned i = 0; i < 16; i++)
		edge |= (uint32_t)(v >> (2 * i + 1) & 1) << (first + i);
	vgic_write_edge(t, r, mask, edge);
}

/* ---- Dispatch ---- */

uint64_t vgic_read_typer(const struct vgic *g, unsigned vcpu)
{
	(void)vcpu;
	return g->typer;
}

bool vgic_complain(struct vcpu *vcpu, const char *frame, const struct mmio_access *a)
{
	if (!__atomic_exchange_n(&vcpu->vm->vgic->complained, 1, __ATOMIC_RELAXED))
		log_warn("%s: vCPU %u: %u-byte %s of %s+0x%x is ignored, as are others that do not exist", vcpu->vm->name, vcpu->id,
			 (unsigned)a->size, a->write ? "write" : "read", frame, (unsigned)a->offset);
	return true;
}

bool vgic_access_single(struct vcpu *vcpu, const char *frame, const struct vgic_single *table, size_t n, unsigned offset, unsigned target,
			struct mmio_access *a)
{
	for (const struct vgic_single *s = table; s < table + n; s++) {
		struct vgic_txn t;

		if (s->offset != offset)
			continue;
		if (!(s->widths & a->size))
			return vgic_complain(vcpu, frame, a);
		if (!a->write && s->read) {
			a->value = s->read(vcpu->vm->vgic, target);
		} else if (a->write && s->write) {
			vgic_begin(&t, vcpu->vm->vgic, vcpu);
			vgic_cpu_of(t.g, target)->fresh = false;
			s->write(&t, target, a->value);
			vgic_end(&t);
		}
		return true;
	}
	return false;
}

bool vgic_access_range(struct vcpu *vcpu, const char *frame, const struct vgic_range *range, unsigned offset, unsigned first, unsigned end,
		       unsigned owner, struct mmio_access *a)
{
	struct vgic_txn t;
	struct vgic_ref r;
	unsigned intid, word;

	if (!range->bits || !(range->widths & a->size))
		return vgic_complain(vcpu, frame, a);
	if (a->write ? !range->write : !range->read)
		return true;
	intid = (offset - range->base) * 8 / range->bits;
	word = intid / 32;
	if (word < first || word >= end)
		return true;
	vgic_begin(&t, vcpu->vm->vgic, vcpu);
	r = vgic_ref(t.g, word, owner);
	if (a->write) {
		if (word == 0)
			vgic_cpu_of(t.g, owner)->fresh = false;
		range->write(&t, r, intid % 32, a->size, a->value, range);
	} else {
		a->value = range->read(&t, r, intid % 32, a->size, range);
	}
	vgic_end(&t);
	return true;
}
