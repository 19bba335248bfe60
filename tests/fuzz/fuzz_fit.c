/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the system file: no crash, no read beyond them, and whatever has no finding is within what struct system promises. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dt/dt.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check_vm(const struct system *s, const struct vm_config *vm, bool clean)
{
	for (uint32_t i = 0; i < vm->nr_passthrough; i++)
		require(strlen(vm->passthrough[i]) > 0);
	for (uint32_t i = 0; i < vm->nr_memory; i++)
		require(vm->memory[i].size > 0 && vm->memory[i].size % 4096 == 0);
	require(vm->kernel == SYSTEM_NO_IMAGE || vm->kernel < s->nr_images);
	require(vm->ramdisk == SYSTEM_NO_IMAGE || vm->ramdisk < s->nr_images);
	require(vm->nr_vcpus <= CONFIG_MAX_VCPUS && vm->nr_cpus <= CONFIG_MAX_CPUS);
	(void)strlen(vm->bootargs);
	if (clean)
		require(vm->nr_cpus && vm->nr_memory && vm->kernel != SYSTEM_NO_IMAGE && strlen(vm->name) <= 15);
}

static void check_schedule(const struct system *s, const struct schedule_config *c, bool clean)
{
	require(c->nr_cpus <= CONFIG_MAX_CPUS && c->nr_windows <= SYSTEM_MAX_WINDOWS);
	for (uint32_t i = 0; i < c->nr_windows; i++)
		require(c->windows[i].vm < s->nr_vms || (c->windows[i].vm == SYSTEM_NO_VM && !clean));
	if (clean)
		require(c->nr_cpus && strlen(c->name) && (c->policy == SCHED_CYCLIC) == (c->nr_windows > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(64) uint8_t memory[128 << 10];
	struct findings findings;
	struct arena arena;
	uint8_t *fit = malloc(size ? size : 1);

	if (size)
		memcpy(fit, data, size);
	arena_init(&arena, memory, sizeof(memory));
	findings_init(&findings, &arena);

	const struct system *s = dt_parse_system(fit, size, NULL, &arena, &findings, NULL, NULL, NULL);

	require(s || findings.count);
	for (uint32_t i = 0; s && i < s->nr_images; i++)
		require(!s->images[i].data || range_within((uintptr_t)s->images[i].data, s->images[i].size, (uintptr_t)fit, size));
	for (uint32_t i = 0; s && i < s->nr_vms; i++)
		check_vm(s, &s->vms[i], findings.count == 0);
	for (uint32_t i = 0; s && i < s->nr_schedules; i++)
		check_schedule(s, &s->schedules[i], findings.count == 0);
	free(fit);
	return 0;
}
