/* SPDX-License-Identifier: Apache-2.0 */
#include "common/vm.h"

#include "arch/arm64/mmu.h"
#include "common/console.h"
#include "common/lib/string.h"
#include "common/log.h"
#include "common/port.h"
#include "common/vpl011.h"

struct vm *vms;
uint32_t nr_vms;
struct cpu *cpus;
uint32_t nr_cpus;

/* EL2's map is one for all CPUs: one VM at a time is loaded. Taken with no other lock held. */
static struct spinlock load_lock;

void vm_add_mmio(struct vm *vm, uint64_t ipa, uint64_t size, mmio_handler *handler, void *device)
{
	vm->mmio[vm->nr_mmio++] = (struct mmio_region){.base = ipa, .size = size, .handler = handler, .device = device};
}

bool vm_is_ram(const struct vm *vm, uint64_t ipa, uint64_t size)
{
	for (unsigned i = 0; i < vm->nr_ram; i++)
		if (range_within(ipa, size, vm->ram[i].ipa, vm->ram[i].size))
			return true;
	return false;
}

bool vm_warn_once(struct vm *vm, uint32_t key)
{
	uint32_t known = __atomic_load_n(&vm->nr_warned, __ATOMIC_RELAXED);
	uint32_t mine;

	for (unsigned i = 0; i < u64_min(known, ARRAY_SIZE(vm->warned)); i++)
		if (vm->warned[i] == key)
			return false;
	if (known >= ARRAY_SIZE(vm->warned))
		return false;
	mine = __atomic_fetch_add(&vm->nr_warned, 1, __ATOMIC_RELAXED);
	if (mine >= ARRAY_SIZE(vm->warned))
		return false;
	vm->warned[mine] = key;
	return true;
}

void vm_stop(struct vm *vm, enum vm_state state)
{
	uint32_t running = VM_RUNNING;

	if (!__atomic_compare_exchange_n(&vm->state, &running, state, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return;
	for (unsigned i = 0; i < vm->nr_vcpus; i++) {
		struct vcpu *v = &vm->vcpus[i];

		if (__atomic_load_n(&v->power, __ATOMIC_ACQUIRE) == VCPU_OFF)
			continue;
		__atomic_fetch_or(&v->requests, VCPU_REQ_STOP, __ATOMIC_RELEASE);
		gic_kick(v->cpu);
	}
}

void vm_went_down(struct vm *vm)
{
	vgic_stop_vm(vm);
	if (vm->console)
		console_vm_stopped(vm);
	/* All vCPUs turned themselves off one by one: nobody is left to turn one on. */
	vm_stop(vm, VM_STOPPED);
	if (vm->state == VM_RESTARTING) {
		enum err e = vm_load_and_start(vm);

		if (e) {
			log_error("%s: cannot be restarted: %s", vm->name, err_text(e));
			__atomic_store_n(&vm->state, VM_CRASHED, __ATOMIC_RELEASE);
		}
	}
}

/* Copies with EL2's own maps of both sides, which last no longer than the copy. */
static enum err load_one(const struct vm_load *l)
{
	enum err e = el2_map(l->to, l->size, PGTABLE_NORMAL_RW);

	if (e)
		return e;
	if (!l->mapped)
		e = el2_map(pa_of(l->from), l->size, PGTABLE_NORMAL_RO);
	if (!e) {
		memcpy(pa_ptr(l->to), l->from, l->size);
		/* The guest starts with its caches off, and executes what was written here as data. */
		cache_sync_code(pa_ptr(l->to), l->size);
		if (!l->mapped)
			el2_unmap(pa_of(l->from), l->size);
	}
	el2_unmap(l->to, l->size);
	return e;
}

enum err vm_load_and_start(struct vm *vm)
{
	struct vcpu *first = &vm->vcpus[0];
	enum err e = OK;

	spin_lock(&load_lock);
	for (unsigned i = 0; i < vm->nr_loads && !e; i++)
		e = load_one(&vm->loads[i]);
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
	gic_kick(first->cpu);
	return OK;
}
