/* SPDX-License-Identifier: Apache-2.0 */
/* What guests get from PSCI 1.1 (DEN 0022) and SMCCC 1.1 (DEN 0028). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/port.h"
#include "common/vm.h"
#include "common/vpsci.h"

#define SUCCESS UINT64_C(0)
#define NOT_SUPPORTED (~UINT64_C(0))
#define INVALID_PARAMETERS (~UINT64_C(0) - 1)
#define ALREADY_ON (~UINT64_C(0) - 3)
#define ON_PENDING (~UINT64_C(0) - 4)
#define INVALID_ADDRESS (~UINT64_C(0) - 8)

#define NR_VCPUS 40
#define RAM UINT64_C(0x140000000)
#define LOW_RAM UINT64_C(0x40000000)
#define HIGH UINT64_C(0xdead000000000000) /* what a 32-bit call leaves in the upper half of a register */

static struct vm vm;
static struct vcpu vcpus[NR_VCPUS];
static struct cpu host_cpus[NR_VCPUS];

static unsigned kicks;
static const struct cpu *kicked;
static uint32_t power_when_kicked;

/* No vCPU has this (struct vcpu.shared). */
void shared_cpu_kick(struct vcpu *vcpu)
{
	(void)vcpu;
	fail();
}

void gic_kick(const struct cpu *cpu)
{
	kicks++;
	kicked = cpu;
	power_when_kicked = vcpus[cpu - host_cpus].power;
	assert_int_equal(vm.lock.owner, vm.lock.next); /* not under the lock */
}

static void (*meanwhile)(void); /* what another CPU does while this one is in CPU_ON */

bool vm_is_ram(const struct vm *v, uint64_t ipa, uint64_t size)
{
	void (*other)(void) = meanwhile;

	assert_ptr_equal(v, &vm);
	meanwhile = NULL;
	if (other)
		other();
	return range_within(ipa, size, RAM, MIB(64)) || range_within(ipa, size, LOW_RAM, MIB(64));
}

/* test_firmware_calls.c's matter: the VM here has no rights. */
void smccc_forward(uint64_t x[4])
{
	(void)x;
	fail();
}

static int start(void **state)
{
	(void)state;
	memset(&vm, 0, sizeof(vm));
	memset(vcpus, 0, sizeof(vcpus));
	vm.vcpus = vcpus;
	vm.nr_vcpus = NR_VCPUS;
	vm.nr_on = 1;
	for (unsigned i = 0; i < NR_VCPUS; i++) {
		vcpus[i].vm = &vm;
		vcpus[i].id = i;
		vcpus[i].arch.vmpidr = UINT64_C(1) << 31 | i / 16 << 8 | i % 16;
		vcpus[i].cpu = &host_cpus[i];
		vcpus[i].power = i ? VCPU_OFF : VCPU_ON;
	}
	kicks = 0;
	meanwhile = NULL;
	memcpy(host_cpus[0].workarounds, (int32_t[]){ 0, SMCCC_NOT_REQUIRED, -1 }, sizeof(host_cpus[0].workarounds));
	memcpy(host_cpus[1].workarounds, (int32_t[]){ -1, -1, 1 }, sizeof(host_cpus[1].workarounds));
	return 0;
}

static enum vpsci_action action;

/* x0 after the call; nothing else may have changed. */
static uint64_t call_from(unsigned vcpu, uint64_t fn, uint64_t a1, uint64_t a2, uint64_t a3)
{
	uint64_t x[18], before[18];

	for (unsigned i = 0; i < 18; i++)
		x[i] = UINT64_C(0x1111111111111111) * i;
	x[0] = fn;
	x[1] = a1;
	x[2] = a2;
	x[3] = a3;
	memcpy(before, x, sizeof(x));
	action = vpsci_call(&vcpus[vcpu], x);
	assert_memory_equal(x + 1, before + 1, 17 * 8);
	assert_int_equal(vm.lock.owner, vm.lock.next);
	return x[0];
}

static uint64_t call(uint64_t fn, uint64_t a1, uint64_t a2, uint64_t a3)
{
	return call_from(0, fn, a1, a2, a3);
}

#define assert_resumes(call, result) \
	do { \
		assert_int_equal(call, result); \
		assert_int_equal(action, VPSCI_RESUME); \
	} while (0)

static void test_versions(void **state)
{
	(void)state;
	assert_resumes(call(0x84000000, 0, 0, 0), 0x10001);
	assert_resumes(call(HIGH | 0x84000000, 0, 0, 0), 0x10001);
	assert_resumes(call(0x80000000, 0, 0, 0), 0x10001);
	assert_resumes(call(0x84000006, 0, 0, 0), 2); /* MIGRATE_INFO_TYPE */
}

static void test_features(void **state)
{
	static const uint32_t there[] = {
		0x84000000, 0x84000001, 0xc4000001, 0x84000002, 0x84000003, 0xc4000003, 0x84000004, 0xc4000004, 0x84000006,
		0x84000008, 0x84000009, 0x8400000a, 0x84000012, 0xc4000012, 0x80000000,
	};
	static const uint32_t absent[] = {
		0xc4000000, 0xc4000002, 0x84000005, 0xc4000005, 0x84000007, 0xc4000008, 0x8400000b, 0x8400000e, 0xc400000e, 0x84000013,
		0x84000020, 0x84000022, 0x04000000, 0x80000001, 0x80008000, 0, 0xffffffff,
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(there); i++)
		assert_resumes(call(0x8400000a, HIGH | there[i], 0, 0), SUCCESS);
	for (unsigned i = 0; i < ARRAY_SIZE(absent); i++)
		assert_resumes(call(0x8400000a, absent[i], 0, 0), NOT_SUPPORTED);
}

/* What PSCI_FEATURES says and what there is agree, over the whole range of function IDs. */
static void test_features_tell_the_truth(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 0x40; n++)
		for (uint32_t wide = 0; wide < 2; wide++) {
			uint32_t fn = UINT32_C(0x84000000) | wide << 30 | n;
			bool there = call(0x8400000a, fn, 0, 0) == SUCCESS;

			start(NULL);
			(void)call(fn, UINT64_MAX, 0, 0);
			assert_int_equal(there, action != VPSCI_UNKNOWN);
		}
}

static void test_unknown_functions(void **state)
{
	static const uint32_t fns[] = { 0, 0x84000005, 0xc4000000, 0xc4000008, 0x8400001f, 0x84000020, 0x85000000, 0x94000000, 0x80000002, 0xc0000000, 0xffffffff };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(fns); i++) {
		/* The caller says which it was, and answers. */
		assert_int_equal(call(fns[i], 0, 0, 0), fns[i]);
		assert_int_equal(action, VPSCI_UNKNOWN);
	}
	/* Every Linux asks for these; that is not worth a message. */
	assert_resumes(call(0x84000050, 0, 0, 0), NOT_SUPPORTED);
	assert_resumes(call(0x8600ff01, 0, 0, 0), NOT_SUPPORTED);
}

static void test_cpu_on(void **state)
{
	(void)state;
	assert_resumes(call(0xc4000003, 0x101, RAM + 0x1000, UINT64_C(0x123456789abcdef0)), SUCCESS);
	assert_int_equal(vcpus[17].power, VCPU_ON_PENDING);
	assert_int_equal(vcpus[17].on_entry, RAM + 0x1000);
	assert_int_equal(vcpus[17].on_context, UINT64_C(0x123456789abcdef0));
	assert_int_equal(vm.nr_on, 2);
	assert_int_equal(kicks, 1);
	assert_ptr_equal(kicked, &host_cpus[17]);
	assert_int_equal(power_when_kicked, VCPU_ON_PENDING);

	assert_resumes(call(0xc4000003, 0x101, RAM, 0), ON_PENDING);
	vcpus[17].power = VCPU_ON;
	assert_resumes(call(0xc4000003, 0x101, RAM, 0), ALREADY_ON);
	assert_resumes(call(0xc4000003, 0, RAM, 0), ALREADY_ON); /* itself */
	assert_int_equal(vcpus[17].on_entry, RAM + 0x1000);
	assert_int_equal(vm.nr_on, 2);
	assert_int_equal(kicks, 1);
}

static void test_cpu_on_32(void **state)
{
	(void)state;
	assert_resumes(call(HIGH | 0x84000003, HIGH | 1, HIGH | LOW_RAM, HIGH | 0x12345678), SUCCESS);
	assert_int_equal(vcpus[1].on_entry, LOW_RAM);
	assert_int_equal(vcpus[1].on_context, 0x12345678);
	/* The low half alone is no RAM. */
	assert_resumes(call(0x84000003, 2, RAM + MIB(128), 0), INVALID_ADDRESS);
}

static void test_cpu_on_refuses(void **state)
{
	static const uint64_t no_cpu[] = { 40, 0x10, 0x208, 0x300, 0x10000, 0x80000001, UINT64_C(0x100000001), UINT64_MAX };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(no_cpu); i++)
		assert_resumes(call(0xc4000003, no_cpu[i], RAM, 0), INVALID_PARAMETERS);
	assert_resumes(call(0xc4000003, 0x207, 0, 0), INVALID_ADDRESS);
	assert_resumes(call(0xc4000003, 0x207, RAM - 4, 0), INVALID_ADDRESS);
	assert_resumes(call(0xc4000003, 0x207, RAM + MIB(64), 0), INVALID_ADDRESS);
	assert_resumes(call(0xc4000003, 0x207, RAM + 2, 0), INVALID_ADDRESS);
	assert_resumes(call(0xc4000003, 0x207, UINT64_MAX - 3, 0), INVALID_ADDRESS);
	assert_int_equal(vm.nr_on, 1);
	assert_int_equal(kicks, 0);
	assert_resumes(call(0xc4000003, 0x207, RAM + MIB(64) - 4, 0), SUCCESS); /* the last vCPU, the last instruction */
	assert_int_equal(vcpus[39].power, VCPU_ON_PENDING);
}

static void other_cpu_on(void)
{
	uint64_t x[18] = { 0xc4000003, 2, RAM + 0x2000, 2 };

	assert_int_equal(vpsci_call(&vcpus[1], x), VPSCI_RESUME);
	assert_int_equal(x[0], SUCCESS);
}

/* Two at the same time: one wins, and what it said holds. */
static void test_two_cpu_ons(void **state)
{
	(void)state;
	vcpus[1].power = VCPU_ON;
	vm.nr_on = 2;
	meanwhile = other_cpu_on;
	assert_resumes(call(0xc4000003, 2, RAM + 0x1000, 1), ON_PENDING);
	assert_int_equal(vcpus[2].on_entry, RAM + 0x2000);
	assert_int_equal(vcpus[2].on_context, 2);
	assert_int_equal(vm.nr_on, 3);
	assert_int_equal(kicks, 1);
}

static void test_cpu_off(void **state)
{
	(void)state;
	(void)call(0x84000002, 0, 0, 0);
	assert_int_equal(action, VPSCI_CPU_OFF);
	assert_int_equal(vcpus[0].power, VCPU_ON); /* that is for the CPU to say, when it is */
	assert_int_equal(vm.nr_on, 1);
}

static void test_cpu_suspend(void **state)
{
	(void)state;
	assert_int_equal(call(0x84000001, 0, 0, 0), SUCCESS);
	assert_int_equal(action, VPSCI_CPU_SUSPEND);
	assert_int_equal(call(0xc4000001, 0x0300ffff, 0, 0), SUCCESS); /* any level and ID; standby needs no entry */
	assert_int_equal(action, VPSCI_CPU_SUSPEND);
	assert_int_equal(call(0xc4000001, 0x00010000, RAM, 0), SUCCESS); /* power down */
	assert_int_equal(action, VPSCI_CPU_SUSPEND);
	assert_resumes(call(0xc4000001, 0x00010000, 0, 0), INVALID_ADDRESS);
	for (unsigned bit = 17; bit < 32; bit++)
		if (bit != 24 && bit != 25)
			assert_resumes(call(0xc4000001, UINT64_C(1) << bit, RAM, 0), INVALID_PARAMETERS);
}

static void test_affinity_info(void **state)
{
	(void)state;
	vcpus[17].power = VCPU_ON_PENDING;
	assert_resumes(call(0xc4000004, 0, 0, 0), VCPU_ON);
	assert_resumes(call(0x84000004, HIGH | 1, HIGH, 0), VCPU_OFF);
	assert_resumes(call(0xc4000004, 0x101, 0, 0), VCPU_ON_PENDING);
	assert_resumes(call(0xc4000004, 0x207, 0, 0), VCPU_OFF);
	assert_resumes(call(0xc4000004, 0x208, 0, 0), INVALID_PARAMETERS);
	/* Clusters: the fields below the level do not count. */
	assert_resumes(call(0xc4000004, 0x00f, 1, 0), VCPU_ON);
	assert_resumes(call(0xc4000004, 0x1ff, 1, 0), VCPU_ON_PENDING);
	assert_resumes(call(0xc4000004, 0x200, 1, 0), VCPU_OFF);
	assert_resumes(call(0xc4000004, 0x300, 1, 0), INVALID_PARAMETERS);
	vcpus[16].power = VCPU_ON;
	assert_resumes(call(0xc4000004, 0x100, 1, 0), VCPU_ON);
	assert_resumes(call(0xc4000004, 0xffff, 2, 0), VCPU_ON);
	assert_resumes(call(0xc4000004, 0x10000, 2, 0), INVALID_PARAMETERS);
	assert_resumes(call(0xc4000004, 0x10000, 3, 0), VCPU_ON);
	assert_resumes(call(0xc4000004, 0, 4, 0), INVALID_PARAMETERS);
	assert_resumes(call(0xc4000004, 0, UINT64_C(0x100000000), 0), INVALID_PARAMETERS);
	assert_resumes(call(0xc4000004, 0x80000000, 0, 0), INVALID_PARAMETERS);
	assert_resumes(call(0xc4000004, UINT64_C(0x100000000), 3, 0), INVALID_PARAMETERS); /* there is no such Aff3 */
}

/* DEN 0057: found by SMCCC_ARCH_FEATURES, then PV_TIME_FEATURES; each vCPU asks where its own structure is. */
static void test_stolen_time(void **state)
{
	(void)state;
	assert_resumes(call(0x80000001, 0xc5000020, 0, 0), NOT_SUPPORTED);
	assert_resumes(call(0xc5000020, 0xc5000021, 0, 0), NOT_SUPPORTED);
	assert_resumes(call(0xc5000021, 0, 0, 0), NOT_SUPPORTED);
	vm.pv_time = 0x90a0000;
	assert_resumes(call(0x80000001, 0xc5000020, 0, 0), SUCCESS);
	assert_resumes(call(0x80000001, 0xc5000021, 0, 0), NOT_SUPPORTED);
	assert_resumes(call(0xc5000020, HIGH | 0xc5000020, 0, 0), SUCCESS);
	assert_resumes(call(0xc5000020, 0xc5000021, 0, 0), SUCCESS);
	assert_resumes(call(0xc5000020, 0xc5000022, 0, 0), NOT_SUPPORTED);
	assert_resumes(call(0xc5000021, 0, 0, 0), 0x90a0000);
	assert_resumes(call_from(39, 0xc5000021, 0, 0, 0), 0x90a0000 + 39 * 64);
}

static void test_system(void **state)
{
	(void)state;
	(void)call(0x84000008, 0, 0, 0);
	assert_int_equal(action, VPSCI_SYSTEM_OFF);
	(void)call(0x84000009, 0, 0, 0);
	assert_int_equal(action, VPSCI_SYSTEM_RESET);
	(void)call(0x84000012, HIGH, 0x1234, 0);
	assert_int_equal(action, VPSCI_SYSTEM_RESET);
	(void)call(0xc4000012, 0, 0x1234, 0);
	assert_int_equal(action, VPSCI_SYSTEM_RESET);
	assert_resumes(call(0x84000012, 1, 0, 0), INVALID_PARAMETERS);
	assert_resumes(call(0xc4000012, 0x80000000, 0, 0), INVALID_PARAMETERS);
}

static void test_workarounds(void **state)
{
	(void)state; /* on vCPU 0's CPU, 1 is needed, 2 is done for good, 3 is unknown; on vCPU 1's, 3 is not needed */
	assert_resumes(call(0x80000001, 0x80000000, 0, 0), 0);
	assert_resumes(call(0x80000001, 0x80000001, 0, 0), 0);
	assert_resumes(call(0x80000001, HIGH | 0x80008000, 0, 0), 0);
	assert_resumes(call(0x80000001, 0x80007fff, 0, 0), (uint64_t)SMCCC_NOT_REQUIRED);
	assert_resumes(call(0x80000001, 0x80003fff, 0, 0), NOT_SUPPORTED);
	assert_resumes(call(0x80000001, 0x80000002, 0, 0), NOT_SUPPORTED);
	assert_resumes(call(0x80000001, 0x84000000, 0, 0), NOT_SUPPORTED); /* PSCI has its own */

	assert_resumes(call(0x80008000, 5, 5, 5), SUCCESS);
	assert_resumes(call(0x80007fff, 0, 0, 0), NOT_SUPPORTED);
	assert_resumes(call(0x80003fff, 0, 0, 0), NOT_SUPPORTED);

	assert_resumes(call_from(1, 0x80000001, 0x80008000, 0, 0), NOT_SUPPORTED);
	assert_resumes(call_from(1, 0x80000001, 0x80003fff, 0, 0), 1);
	assert_resumes(call_from(1, 0x80008000, 0, 0, 0), NOT_SUPPORTED);
	assert_resumes(call_from(1, 0x80003fff, 0, 0, 0), SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_versions, start),
		cmocka_unit_test_setup(test_features, start),
		cmocka_unit_test_setup(test_features_tell_the_truth, start),
		cmocka_unit_test_setup(test_unknown_functions, start),
		cmocka_unit_test_setup(test_cpu_on, start),
		cmocka_unit_test_setup(test_cpu_on_32, start),
		cmocka_unit_test_setup(test_cpu_on_refuses, start),
		cmocka_unit_test_setup(test_two_cpu_ons, start),
		cmocka_unit_test_setup(test_cpu_off, start),
		cmocka_unit_test_setup(test_cpu_suspend, start),
		cmocka_unit_test_setup(test_affinity_info, start),
		cmocka_unit_test_setup(test_stolen_time, start),
		cmocka_unit_test_setup(test_system, start),
		cmocka_unit_test_setup(test_workarounds, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
