/* SPDX-License-Identifier: Apache-2.0 */
#include "common/vm.h"

#include "common/alarm.h"
#include "common/log.h"

struct vm *vms;
uint32_t nr_vms;
struct cpu *cpus;
uint32_t nr_cpus;

void vm_add_mmio(struct vm *vm, uint64_t ipa, uint64_t size, mmio_handler *handler, void *device)
{
	vm_add_quick_mmio(vm, ipa, size, mmio_emulate, handler, device);
}

void vm_add_quick_mmio(struct vm *vm, uint64_t ipa, uint64_t size, mmio_quick *quick, mmio_handler *handler, void *device)
{
	vm->mmio[vm->nr_mmio++] = (struct mmio_region){.base = ipa, .size = size, .quick = quick, .handler = handler, .device = device};
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

bool vm_may_log(struct vm *vm)
{
	uint64_t now = alarm_now();

	if (now - vm->log_since >= alarm_frequency) {
		if (vm->log_dropped)
			log_warn("%s: %u lines about it were dropped", vm->name, vm->log_dropped);
		vm->log_since = now;
		vm->log_lines = vm->log_dropped = 0;
	}
	if (vm->log_lines < VM_LOG_LINES)
		return ++vm->log_lines;
	vm->log_dropped++;
	return false;
}
