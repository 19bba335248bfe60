/* SPDX-License-Identifier: Apache-2.0 */
#include "common/vpl011.h"

#include "common/console.h"
#include "common/port.h"
#include "common/uart/pl011_regs.h"
#include "common/vm.h"

#define FIFO_DEPTH 32

/*
 * The registers that only keep what is written, and those of them that mean something to the emulation: the rest of
 * the line's settings have no effect on a line that is none.
 */
enum plain { ILPR, IBRD, FBRD, LCR_H, CR, IFLS, IMSC, DMACR, PLAIN_REGS };
_Static_assert(PLAIN_REGS <= ARRAY_SIZE(((struct vpl011 *)0)->regs), "regs");

static const struct {
	uint16_t offset;
	uint16_t mask;  /* the other bits are reserved: written as zero, read as zero */
	uint16_t reset;
} plain_regs[PLAIN_REGS] = {
	[ILPR] = { PL011_ILPR, 0xff, 0 },
	[IBRD] = { PL011_IBRD, 0xffff, 0 },
	[FBRD] = { PL011_FBRD, 0x3f, 0 },
	[LCR_H] = { PL011_LCR_H, 0xff, 0 },
	[CR] = { PL011_CR, 0xff87, PL011_CR_RESET },
	[IFLS] = { PL011_IFLS, 0x3f, PL011_IFLS_RESET },
	[IMSC] = { PL011_IMSC, PL011_INT_ALL, 0 },
	[DMACR] = { PL011_DMACR, 0x7, 0 },
};

/* UARTPeriphID0 to 3, r1p5, and UARTPCellID0 to 3 (DDI 0183, 3.3.15 and on). */
static const uint8_t id_regs[] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

/* ---- Interrupts (lock held) ---- */

static void update_line(struct vpl011 *u)
{
	vline_set(&u->line, u->ris & u->regs[IMSC]);
}

/* The lock is released. */
static void leave(struct vpl011 *u)
{
	spin_unlock(&u->lock);
	vline_tell(&u->line, u->vm, u->intid);
}

static uint32_t fifo_depth(const struct vpl011 *u)
{
	return u->regs[LCR_H] & PL011_LCR_H_FEN ? FIFO_DEPTH : 1;
}

/*
 * Bytes in the receive FIFO that bring its interrupt (DDI 0183, 3.3.9); without FIFOs it is the one there is room
 * for.
 */
static uint32_t receive_trigger(const struct vpl011 *u)
{
	static const uint8_t level[8] = { 4, 8, 16, 24, 28, 28, 28, 28 }; /* 101 to 111 are reserved */

	return fifo_depth(u) == 1 ? 1 : level[PL011_IFLS_RX(u->regs[IFLS])];
}

static uint32_t queued(const struct vpl011 *u)
{
	return u->head - u->tail;
}

/*
 * A byte came or went. The receive interrupt tells that the trigger is reached; the timeout, that there is something
 * in the FIFO and the line is quiet: as nobody types faster than a guest reads, that is always so. Both go by
 * themselves when what they tell is over.
 */
static void update_receive(struct vpl011 *u)
{
	uint32_t n = queued(u);

	u->ris &= ~(uint32_t)(PL011_INT_RX | PL011_INT_RT);
	if (n >= receive_trigger(u))
		u->ris |= PL011_INT_RX;
	if (n && fifo_depth(u) > 1)
		u->ris |= PL011_INT_RT;
}

/* ---- Data (lock held) ---- */

/*
 * The transmitter is not checked for being enabled: early consoles write without, and real loaders leave it on for
 * them.
 */
static void send(struct vpl011 *u, uint8_t c)
{
	u->waiting = !console_vm_write(u->vm, c);
	/* The byte has left the FIFO, which thereby went through its trigger level; or it fills it. */
	if (u->waiting)
		u->ris &= ~(uint32_t)PL011_INT_TX;
	else
		u->ris |= PL011_INT_TX;
	update_line(u);
}

static uint32_t read_data(struct vpl011 *u)
{
	uint32_t v;

	if (!queued(u))
		return 0;
	v = u->queue[u->tail++ & (VPL011_QUEUE - 1)];
	if (u->overrun)
		v |= PL011_DR_OE;
	u->rsr = u->overrun ? PL011_RSR_OE : 0;
	u->overrun = false;
	update_receive(u);
	update_line(u);
	return v;
}

/* A line with somebody at the other end. */
static uint32_t read_flags(struct vpl011 *u)
{
	uint32_t v = PL011_FR_CTS | PL011_FR_DSR | PL011_FR_DCD;

	if (u->waiting && console_vm_can_write(u->vm)) { /* it polls, or the console has no interrupt */
		u->waiting = false;
		u->ris |= PL011_INT_TX;
		update_line(u);
	}
	v |= u->waiting ? PL011_FR_TXFF | PL011_FR_BUSY : PL011_FR_TXFE;
	if (!queued(u))
		v |= PL011_FR_RXFE;
	if (queued(u) >= fifo_depth(u))
		v |= PL011_FR_RXFF;
	return v;
}

/* ---- Registers (lock held) ---- */

/* PLAIN_REGS: it is none of the plain ones. */
static enum plain find_plain(uint64_t offset)
{
	unsigned i = 0;

	while (i < PLAIN_REGS && plain_regs[i].offset != offset)
		i++;
	return i;
}

static uint32_t read_register(struct vpl011 *u, uint64_t offset)
{
	enum plain i = find_plain(offset);

	if (i < PLAIN_REGS)
		return u->regs[i];
	if (offset >= PL011_ID)
		return id_regs[(offset - PL011_ID) / 4];
	switch (offset) {
	case PL011_RSR:
		return u->rsr;
	case PL011_RIS:
		return u->ris;
	case PL011_MIS:
		return u->ris & u->regs[IMSC];
	}
	return 0; /* reserved, or write-only */
}

static void write_register(struct vpl011 *u, uint64_t offset, uint32_t value)
{
	enum plain i = find_plain(offset);

	if (i < PLAIN_REGS) {
		u->regs[i] = value & plain_regs[i].mask;
		if (i == LCR_H || i == IFLS)
			update_receive(u);
	} else if (offset == PL011_RSR) {
		u->rsr = 0;
		u->overrun = false;
	} else if (offset == PL011_ICR) {
		/* Until the next byte comes or is read, even if there are more. */
		u->ris &= ~value;
	}
	update_line(u); /* the others are read-only or reserved */
}

/*
 * The bus the PL011 was made for has 32-bit registers of which 16 bits are used; any access up to a word goes to the
 * register it lies in. A narrow write beyond its first byte writes nothing.
 */
static bool access(struct vcpu *vcpu, void *device, struct mmio_access *a)
{
	struct vpl011 *u = device;
	uint64_t offset = a->offset & ~UINT64_C(3);
	unsigned shift = (unsigned)(a->offset & 3) * 8;

	(void)vcpu;
	if (a->size > 4)
		return false;
	spin_lock(&u->lock);
	if (offset == PL011_DR && a->write && !shift)
		send(u, (uint8_t)a->value);
	else if (a->write && !shift)
		write_register(u, offset, (uint32_t)a->value);
	else if (!a->write && offset == PL011_FR)
		a->value = read_flags(u) >> shift;
	else if (!a->write && offset == PL011_DR)
		a->value = read_data(u) >> shift;
	else if (!a->write)
		a->value = read_register(u, offset) >> shift;
	leave(u);
	return true;
}

/* ---- From the console ---- */

void vpl011_receive(struct vpl011 *u, uint8_t c)
{
	spin_lock(&u->lock);
	if (queued(u) < VPL011_QUEUE) {
		u->queue[u->head++ & (VPL011_QUEUE - 1)] = c;
		update_receive(u);
	} else {
		u->overrun = true;
		u->ris |= PL011_INT_OE;
	}
	update_line(u);
	leave(u);
}

void vpl011_resume(struct vpl011 *u)
{
	spin_lock(&u->lock);
	if (u->waiting) {
		u->waiting = false;
		u->ris |= PL011_INT_TX;
		update_line(u);
	}
	leave(u);
}

/* ---- Life ---- */

void vpl011_reset(struct vpl011 *u)
{
	spin_lock(&u->lock);
	for (unsigned i = 0; i < PLAIN_REGS; i++)
		u->regs[i] = plain_regs[i].reset;
	u->ris = 0;
	u->rsr = 0;
	u->overrun = false;
	u->tail = u->head;
	update_line(u);
	leave(u);
}

enum err vpl011_create(struct vm *vm, uint64_t ipa, uint32_t intid, struct arena *pool)
{
	struct vpl011 *u = ARENA_NEW(pool, struct vpl011);

	if (!u)
		return ERR_NO_MEMORY;
	u->lock.rank = LOCK_DEVICE;
	u->vm = vm;
	u->intid = intid;
	vpl011_reset(u);
	vm->console = u;
	vm_add_mmio(vm, ipa, VPL011_SIZE, access, u);
	return OK;
}
