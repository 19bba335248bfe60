/* SPDX-License-Identifier: Apache-2.0 */
#include "common/vwatchdog.h"

#include "common/alarm.h"
#include "common/log.h"
#include "common/port.h"
#include "common/vm.h"

/* Control frame. */
#define WCS 0x000
#define WOR 0x008
#define WOR_HIGH 0x00c
#define WCV 0x010
#define WCV_HIGH 0x014
/* Refresh frame. */
#define WRR 0x000
/* Both. */
#define W_IIDR 0xfcc

#define WCS_EN BIT(0)
#define WCS_WS0 BIT(1) /* the first timeout has passed: the interrupt's level */
#define WCS_WS1 BIT(2) /* the second one too */

/* Product 'B', architecture revision 1 (WOR has 48 bits), implementer 0x43b. */
#define IIDR (0x42u << 24 | 1u << 16 | 0x43b)
#define OFFSET_MASK GENMASK(47, 0)

static void set_status(struct vwatchdog *w, uint32_t status)
{
	w->status = status;
	vline_set(&w->line, status & WCS_WS0);
}

/* The lock is released. */
static void leave(struct vwatchdog *w)
{
	spin_unlock(&w->lock);
	vline_tell(&w->line, w->vm, w->intid);
}

/* An explicit refresh: the first timeout is a whole period away. */
static void refresh(struct vwatchdog *w, uint32_t enabled)
{
	w->compare = alarm_now() + w->offset;
	set_status(w, enabled);
}

static uint64_t read_control(const struct vwatchdog *w, uint64_t offset)
{
	switch (offset) {
	case WCS:
		return w->status;
	case WOR:
		return w->offset;
	case WOR_HIGH:
		return w->offset >> 32;
	case WCV:
		return w->compare;
	case WCV_HIGH:
		return w->compare >> 32;
	case W_IIDR:
		return IIDR;
	default:
		return 0;
	}
}

/* What of a 64-bit register a write of this size to this half leaves. */
static uint64_t merge(uint64_t old, const struct mmio_access *a, bool high)
{
	if (a->size == 8)
		return a->value;
	return high ? (old & UINT32_MAX) | a->value << 32 : (old & ~(uint64_t)UINT32_MAX) | a->value;
}

static void write_control(struct vwatchdog *w, const struct mmio_access *a)
{
	switch (a->offset) {
	case WCS:
		refresh(w, (uint32_t)a->value & WCS_EN);
		break;
	case WOR:
	case WOR_HIGH:
		w->offset = merge(w->offset, a, a->offset == WOR_HIGH) & OFFSET_MASK;
		refresh(w, w->status & WCS_EN);
		break;
	case WCV:
	case WCV_HIGH:
		w->compare = merge(w->compare, a, a->offset == WCV_HIGH);
		break;
	default:
		break;
	}
}

/* 32-bit accesses, and 64-bit ones of the registers that have so many; all else reads as zero and ignores writes. */
static bool is_supported(const struct mmio_access *a)
{
	return a->size == 4 || (a->size == 8 && (a->offset == WOR || a->offset == WCV));
}

static bool access_control(struct vcpu *vcpu, void *device, struct mmio_access *a)
{
	struct vwatchdog *w = device;

	if (!a->write)
		a->value = 0;
	if (!is_supported(a))
		return true;
	spin_lock(&w->lock);
	if (a->write)
		write_control(w, a);
	else
		a->value = read_control(w, a->offset);
	leave(w);
	if (a->write)
		alarm_changed(vcpu->vm);
	return true;
}

static bool access_refresh(struct vcpu *vcpu, void *device, struct mmio_access *a)
{
	struct vwatchdog *w = device;

	(void)vcpu;
	if (!a->write) {
		a->value = a->offset == W_IIDR && a->size == 4 ? IIDR : 0;
	} else if (a->offset == WRR && a->size == 4) {
		spin_lock(&w->lock);
		refresh(w, w->status & WCS_EN);
		leave(w);
	}
	return true;
}

enum err vwatchdog_create(struct vm *vm, uint64_t control, uint64_t refresh_frame, uint32_t intid, struct arena *pool)
{
	struct vwatchdog *w = ARENA_NEW(pool, struct vwatchdog);

	if (!w)
		return ERR_NO_MEMORY;
	w->lock.rank = LOCK_DEVICE;
	w->vm = vm;
	w->intid = intid;
	vm->watchdog = w;
	vm_add_mmio(vm, control, VWATCHDOG_FRAME_SIZE, access_control, w);
	vm_add_mmio(vm, refresh_frame, VWATCHDOG_FRAME_SIZE, access_refresh, w);
	return OK;
}

void vwatchdog_reset(struct vwatchdog *w)
{
	spin_lock(&w->lock);
	set_status(w, 0);
	w->offset = w->compare = 0;
	leave(w);
}

uint64_t vwatchdog_run(struct vwatchdog *w, uint64_t now)
{
	uint64_t next = VWATCHDOG_NEVER;
	bool bites = false;

	spin_lock(&w->lock);
	if (w->status & WCS_EN && now >= w->compare) {
		bites = w->status & WCS_WS0 && !(w->status & WCS_WS1);
		set_status(w, w->status | (w->status & WCS_WS0 ? WCS_WS1 : WCS_WS0));
		w->compare = now + w->offset;
	}
	if (w->status & WCS_EN && !(w->status & WCS_WS1))
		next = w->compare;
	leave(w);
	if (bites) {
		if (vm_may_log(w->vm))
			log_warn("%s: its watchdog was not refreshed in time", w->vm->name);
		(void)vm_end(w->vm, VM_ENDS_CRASH);
	}
	return next;
}
