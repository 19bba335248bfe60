/* SPDX-License-Identifier: Apache-2.0 */
/* How a VM goes down and comes up again: who ends it, what becomes of it, and what it starts from. */
#include "arch/arm64/barrier.h"
#include "arch/arm64/io.h"
#include "arch/arm64/mmu.h"
#include "arch/arm64/sysreg.h"
#include "common/alarm.h"
#include "common/console.h"
#include "common/fault.h"
#include "common/lib/sha256.h"
#include "common/lib/string.h"
#include "common/log.h"
#include "common/port.h"
#include "common/vm.h"
#include "common/vpl011.h"
#include "common/vwatchdog.h"

/* EL2's map is one for all CPUs: one VM at a time is loaded. Taken with no other lock held. */
static struct spinlock load_lock = {.rank = LOCK_LOAD};

/* ---- Going down ---- */

bool vm_end(struct vm *vm, enum vm_state end)
{
	uint32_t running = VM_RUNNING;

	if (!__atomic_compare_exchange_n(&vm->state, &running, end, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return false;
	for (unsigned i = 0; i < vm->nr_vcpus; i++) {
		struct vcpu *v = &vm->vcpus[i];

		if (__atomic_load_n(&v->power, __ATOMIC_ACQUIRE) == VCPU_OFF)
			continue;
		__atomic_fetch_or(&v->requests, VCPU_REQ_STOP, __ATOMIC_RELEASE);
		vcpu_kick(v);
	}
	return true;
}

static void set_down(struct vm *vm, enum vm_state state)
{
	/* Release: whoever starts it sees all that its last life left. */
	__atomic_store_n(&vm->state, state, __ATOMIC_RELEASE);
}

static void say_down(const struct vm *vm, enum vm_state end, enum vm_state state)
{
	static const char *const ends[] = {
		[VM_ENDS_OFF] = "powered off", [VM_ENDS_RESET] = "asked for a restart", [VM_ENDS_CRASH] = "crashed",
		[VM_ENDS_STOP] = "stopped", [VM_ENDS_RESTART] = "stopped", [VM_ENDS_HOLD] = "stopped",
	};

	if (end == VM_ENDS_FAULT)
		log_error("%s: held until `start %s` in the monitor, for the hypervisor failed at its exit", vm->name, vm->name);
	else if (state == VM_RUNNING)
		log_info("%s: %s; restarts", vm->name, ends[end]);
	else if (state == VM_HELD && end != VM_ENDS_HOLD)
		log_warn("%s: %s; held until `start %s` in the monitor, for it restarted %u times within %u s", vm->name, ends[end], vm->name,
			 vm->restart.max, vm->restart.seconds);
	else if (end == VM_ENDS_RESET || end == VM_ENDS_CRASH)
		log_info("%s: %s; stays down (restart = \"never\")", vm->name, ends[end]);
	else
		log_info("%s: %s%s", vm->name, ends[end], state == VM_HELD ? "; held" : "");
}

/* For good, by no will of its own. */
static void fail(const struct vm *vm)
{
	if (!vm->restart.critical)
		return;
	log_error("%s is critical: the board is reset", vm->name);
	board_reset();
}

static void come_up(struct vm *vm)
{
	enum err e;

	if (vm->unstoppable) {
		log_error("%s: held, for %s reaches memory by DMA, and only a reset of the board is known to stop it", vm->name, vm->unstoppable);
		set_down(vm, VM_HELD);
		fail(vm);
		return;
	}
	e = vm_load_and_start(vm, true);
	if (!e)
		return;
	log_error("%s: held, for it cannot be started: %s", vm->name, e == ERR_CORRUPT ? "an image in memory has changed since boot (SHA-256)" : err_text(e));
	set_down(vm, VM_HELD);
	fail(vm);
}

void vm_went_down(struct vm *vm)
{
	enum vm_state end, next;

	if (vm->watchdog)
		vwatchdog_reset(vm->watchdog);
	vgic_stop_vm(vm);
	if (vm->console)
		console_vm_stopped(vm);
	/* All vCPUs may have turned themselves off, one by one: then nobody is left to turn one on. */
	(void)vm_end(vm, VM_ENDS_CRASH);
	end = __atomic_load_n(&vm->state, __ATOMIC_ACQUIRE);
	next = vm_policy_next(&vm->restart, &vm->restarts, end, alarm_now(), alarm_frequency);
	/* Only restarts come by themselves, again and again. */
	if (next != VM_RUNNING || vm_may_log(vm))
		say_down(vm, end, next);
	if (next == VM_RUNNING) {
		come_up(vm);
		return;
	}
	set_down(vm, next);
	if (end == VM_ENDS_CRASH || (next == VM_HELD && end != VM_ENDS_HOLD))
		fail(vm);
}

/* ---- Coming up ---- */

bool vm_start(struct vm *vm)
{
	struct vcpu *first = &vm->vcpus[0];

	if (!vm_state_is_down(__atomic_load_n(&vm->state, __ATOMIC_ACQUIRE)))
		return false;
	__atomic_fetch_or(&first->requests, VCPU_REQ_START, __ATOMIC_RELEASE);
	vcpu_kick(first);
	return true;
}

void vm_start_here(struct vm *vm)
{
	/* Asked twice, or on its way down again: once is enough. */
	if (vm_state_is_down(__atomic_load_n(&vm->state, __ATOMIC_ACQUIRE)))
		come_up(vm);
}

#define VIRTIO_STATUS 0x070 /* Virtual I/O Device specification 1.2, 4.2.2 */
#define VIRTIO_FRAME 0x200
#define VIRTIO_TRIES 1000000

/*
 * Devices that firmware can reset are as after reset, and its bus masters are still from here on: none reads or writes the memory that another life is to
 * begin in.
 */
static enum err stop_devices(const struct vm *vm, bool again)
{
	if (again && vm->firmware.nr && !firmware_reset(&vm->firmware))
		return ERR_DENIED;
	for (uint32_t i = 0; i < vm->nr_virtio; i++) {
		volatile void *status = pa_ptr(pa_make(vm->virtio[i] + VIRTIO_STATUS));
		unsigned tries = VIRTIO_TRIES;
		enum err e = el2_map(pa_make(vm->virtio[i]), VIRTIO_FRAME, PGTABLE_DEVICE_RW);

		if (e)
			return e;
		mmio_write32(status, 0);
		/* The device has let go of its queues when it reads so. */
		while (mmio_read32(status) && --tries)
			;
		el2_unmap(pa_make(vm->virtio[i]), VIRTIO_FRAME);
		if (!tries)
			return ERR_BUSY;
	}
	/* The resets, before memory is written. */
	dsb(sy);
	return OK;
}

/* EL2's windows to the VM's memory: open only here. The tables for them are there since the first time, at boot. */
static enum err open_memory(const struct vm *vm, unsigned *nr)
{
	enum err e = OK;

	for (*nr = 0; *nr < vm->nr_ram; ++*nr) {
		e = el2_map(vm->ram[*nr].pa, vm->ram[*nr].size, PGTABLE_NORMAL_RW);
		if (e)
			break;
	}
	return e;
}

static void close_memory(const struct vm *vm, unsigned nr)
{
	while (nr--)
		el2_unmap(vm->ram[nr].pa, vm->ram[nr].size);
}

#ifdef CONFIG_DEBUG_LOCKS
void vm_check_closed(const struct vm *vm)
{
	for (unsigned i = 0; i < vm->nr_ram; i++)
		if (el2_can_read(pa_ptr(vm->ram[i].pa)))
			__builtin_trap();
}
#endif

/* Nothing of the last life is left, in memory or in a cache: a dirty line that is written back later would hit what the guest wrote with its caches off. */
static void scrub(const struct vm *vm)
{
	for (unsigned i = 0; i < vm->nr_ram; i++) {
		char *base = pa_ptr(vm->ram[i].pa);

		/* In pieces that a first-level or second-level cache holds. */
		for (uint64_t at = 0, n; at < vm->ram[i].size; at += n) {
			n = u64_min(vm->ram[i].size - at, KIB(32));
			memset(base + at, 0, n);
			cache_clean_inval_poc(base + at, n);
		}
	}
}

static bool is_intact(const struct vm_load *l)
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 sha;

	sha256_init(&sha, NULL); /* others may be used only while no guest has begun */
	sha256_update(&sha, pa_ptr(l->to), l->size);
	sha256_finish(&sha, digest);
	return memcmp(digest, l->sha256, SHA256_SIZE) == 0;
}

static enum err load_one(const struct vm_load *l, bool again)
{
	enum err e = l->mapped ? OK : el2_map(pa_of(l->from), l->size, PGTABLE_NORMAL_RO);

	if (e)
		return e;
	memcpy(pa_ptr(l->to), l->from, l->size);
	if (!l->mapped)
		el2_unmap(pa_of(l->from), l->size);
	/* What lies in EL2's own memory needs no proof, nor what was verified a moment ago. */
	if (again && !l->mapped && !is_intact(l))
		e = ERR_CORRUPT;
	/* The guest starts with its caches off, and executes what was written here as data. */
	cache_sync_code(pa_ptr(l->to), l->size);
	return e;
}

static enum err load(struct vm *vm, bool again)
{
	unsigned nr;
	enum err e = stop_devices(vm, again);

	if (e)
		return e;
	e = open_memory(vm, &nr);
	if (!e && again)
		scrub(vm);
	for (unsigned i = 0; i < vm->nr_loads && !e; i++)
		e = load_one(&vm->loads[i], again);
	close_memory(vm, nr);
	return e;
}

enum err vm_load_and_start(struct vm *vm, bool again)
{
	struct vcpu *first = &vm->vcpus[0];
	enum err e;

	spin_lock(&load_lock);
	e = load(vm, again);
	spin_unlock(&load_lock);
	if (e)
		return e;
	if (vm->console)
		vpl011_reset(vm->console);
	first->on_entry = vm->entry;
	first->on_context = vm->dtb;
	__atomic_store_n(&vm->nr_on, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&vm->state, VM_RUNNING, __ATOMIC_RELAXED);
	/* Release: with all of the above, to the vCPU's own CPU. */
	__atomic_store_n(&first->power, VCPU_ON_PENDING, __ATOMIC_RELEASE);
	vcpu_kick(first);
	return OK;
}
