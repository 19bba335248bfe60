/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PSCI 1.1 (DEN 0022) and SMCCC 1.1 (DEN 0028) as guests see them.
 *
 * Power states: three parties change a vCPU's, and no two of them the same way, so that none needs to look twice:
 *   OFF -> ON_PENDING   another vCPU's CPU_ON, under vm->lock: of two at a time, one sees OFF, the other ON_PENDING.
 *   ON_PENDING -> ON    the vCPU's own CPU, when it starts it (vcpu.c).
 *   ON -> OFF           the vCPU's own CPU, when it has stopped it (vcpu.c).
 * on_entry and on_context are written before ON_PENDING is stored with release, and read after ON_PENDING was loaded
 * with acquire; the next CPU_ON, the only one that writes them again, has seen OFF, which is stored after they were
 * read.
 *
 * nr_on counts what is not OFF. CPU_ON adds to it before ON_PENDING can be seen, and its caller is on itself,
 * so that it never reads 0 while one is on or about to be.
 */
#include "common/vpsci.h"

#include "arch/arm64/smccc.h"
#include "common/lib/util.h"
#include "common/port.h"
#include "common/vm.h"

enum psci_return {
	PSCI_SUCCESS = 0,
	PSCI_NOT_SUPPORTED = -1,
	PSCI_INVALID_PARAMETERS = -2,
	PSCI_ALREADY_ON = -4,
	PSCI_ON_PENDING = -5,
	PSCI_INVALID_ADDRESS = -9,
};

#define PV_TIME_FEATURES UINT32_C(0xc5000020)
#define PV_TIME_ST UINT32_C(0xc5000021)

#define CALL_64 UINT32_C(0x40000000) /* in a function ID: the arguments are 64-bit (DEN 0028) */

/* x as vpsci_call has it; sets x[0]. */
typedef enum vpsci_action call_handler(struct vcpu *vcpu, uint64_t *x);

/* Argument n, from 1: 32-bit calls look at wn only (DEN 0028). */
static uint64_t argument(const uint64_t *x, unsigned n)
{
	return x[0] & CALL_64 ? x[n] : (uint32_t)x[n];
}

static enum vpsci_action answer(uint64_t *x, int64_t result)
{
	x[0] = (uint64_t)result;
	return VPSCI_RESUME;
}

/* ---- Power ---- */

/* MPIDR bits in an argument: everything but the affinity fields must be zero (DEN 0022, CPU_ON). */
static struct vcpu *find_vcpu(struct vm *vm, uint64_t mpidr)
{
	unsigned n = vcpu_from_affinity(mpidr);

	return n < vm->nr_vcpus && mpidr == (vm->vcpus[n].arch.vmpidr & MPIDR_AFFINITY) ? &vm->vcpus[n] : NULL;
}

/* Where a vCPU can begin to execute. */
static bool is_entry(const struct vm *vm, uint64_t address)
{
	const struct vm_ram *first = &vm->ram[0]; /* where most kernels are */

	/* Ranges are of whole pages: an address in one is the beginning of four bytes in it. */
	return is_aligned(address, 4) && (address - first->ipa < first->size || vm_is_ram(vm, address, 4));
}

static enum vpsci_action cpu_on(struct vcpu *vcpu, uint64_t *x)
{
	struct vm *vm = vcpu->vm;
	uint64_t entry = argument(x, 2), context = argument(x, 3);
	struct vcpu *target = find_vcpu(vm, argument(x, 1));
	uint32_t power;

	if (!target)
		return answer(x, PSCI_INVALID_PARAMETERS);
	if (!is_entry(vm, entry))
		return answer(x, PSCI_INVALID_ADDRESS);
	spin_lock(&vm->lock);
	/* Acquire: what the target's CPU read of its last start comes before what is written now. */
	power = __atomic_load_n(&target->power, __ATOMIC_ACQUIRE);
	if (power == VCPU_OFF) {
		target->on_entry = entry;
		target->on_context = context;
		__atomic_add_fetch(&vm->nr_on, 1, __ATOMIC_RELAXED);
		__atomic_store_n(&target->power, VCPU_ON_PENDING, __ATOMIC_RELEASE);
	}
	spin_unlock(&vm->lock);
	if (power != VCPU_OFF)
		return answer(x, power == VCPU_ON_PENDING ? PSCI_ON_PENDING : PSCI_ALREADY_ON);
	vcpu_kick(target);
	return answer(x, PSCI_SUCCESS);
}

static enum vpsci_action cpu_off(struct vcpu *vcpu, uint64_t *x)
{
	(void)vcpu;
	(void)x;
	return VPSCI_CPU_OFF;
}

/*
 * Power states in the original format (DEN 0022, 5.4.2), of which a VM has two: running and waiting. A power-down
 * state is entered as standby, from which the call returns; software must expect that of any at any time.
 */
#define POWER_STATE_RESERVED (GENMASK(31, 26) | GENMASK(23, 17))
#define POWER_STATE_DOWN BIT(16)

static enum vpsci_action cpu_suspend(struct vcpu *vcpu, uint64_t *x)
{
	uint32_t state = (uint32_t)x[1];

	if (state & POWER_STATE_RESERVED)
		return answer(x, PSCI_INVALID_PARAMETERS);
	if ((state & POWER_STATE_DOWN) && !is_entry(vcpu->vm, argument(x, 2)))
		return answer(x, PSCI_INVALID_ADDRESS);
	x[0] = PSCI_SUCCESS;
	return VPSCI_CPU_SUSPEND;
}

/*
 * The state of all vCPUs whose affinity agrees in the fields from `level` up: on if one is, else about to be on if
 * one is (DEN 0022, 5.7).
 */
static enum vpsci_action affinity_info(struct vcpu *vcpu, uint64_t *x)
{
	struct vm *vm = vcpu->vm;
	uint64_t affinity = argument(x, 1), level = argument(x, 2), ignored;
	struct vcpu *target;
	uint32_t state = VCPU_OFF;
	bool found = false;

	if (level > 3)
		return answer(x, PSCI_INVALID_PARAMETERS);
	if (level == 0) {
		target = find_vcpu(vm, affinity);
		return answer(x, target ? (int64_t)__atomic_load_n(&target->power, __ATOMIC_ACQUIRE) : PSCI_INVALID_PARAMETERS);
	}
	ignored = BIT(8 * level) - 1;
	for (unsigned i = 0; i < vm->nr_vcpus && state != VCPU_ON; i++) {
		uint32_t power;

		if ((vcpu_affinity(i) ^ affinity) & ~ignored)
			continue;
		found = true;
		power = __atomic_load_n(&vm->vcpus[i].power, __ATOMIC_ACQUIRE);
		if (power != VCPU_OFF)
			state = power;
	}
	return answer(x, found ? (int64_t)state : PSCI_INVALID_PARAMETERS);
}

/* ---- The VM ---- */

static enum vpsci_action system_off(struct vcpu *vcpu, uint64_t *x)
{
	(void)vcpu;
	(void)x;
	return VPSCI_SYSTEM_OFF;
}

static enum vpsci_action system_reset(struct vcpu *vcpu, uint64_t *x)
{
	(void)vcpu;
	(void)x;
	return VPSCI_SYSTEM_RESET;
}

/* The architectural warm reset is the only type there is; bit 31 would mean one of ours (DEN 0022, SYSTEM_RESET2). */
static enum vpsci_action system_reset2(struct vcpu *vcpu, uint64_t *x)
{
	(void)vcpu;
	return (uint32_t)x[1] ? answer(x, PSCI_INVALID_PARAMETERS) : VPSCI_SYSTEM_RESET;
}

/* ---- What there is ---- */

/* PSCI 1.1 and SMCCC 1.1. */
static enum vpsci_action version(struct vcpu *vcpu, uint64_t *x)
{
	(void)vcpu;
	return answer(x, 0x10001);
}

/* No trusted OS here that would need migration. */
static enum vpsci_action migrate_info_type(struct vcpu *vcpu, uint64_t *x)
{
	(void)vcpu;
	return answer(x, 2);
}

/* One that firmware has for this CPU and that is needed has been done when a call gets here, for EL2's own sake (vectors.S). */
static enum vpsci_action workaround(struct vcpu *vcpu, uint64_t *x, enum smccc_workaround which)
{
	return answer(x, vcpu->cpu->workarounds[which] < 0 ? PSCI_NOT_SUPPORTED : PSCI_SUCCESS);
}

static enum vpsci_action branch_targets(struct vcpu *vcpu, uint64_t *x)
{
	return workaround(vcpu, x, SMCCC_BRANCH_TARGETS);
}

static enum vpsci_action store_bypass(struct vcpu *vcpu, uint64_t *x)
{
	return workaround(vcpu, x, SMCCC_STORE_BYPASS);
}

static enum vpsci_action branch_history(struct vcpu *vcpu, uint64_t *x)
{
	return workaround(vcpu, x, SMCCC_BRANCH_HISTORY);
}

/* ---- Stolen time (DEN 0057) ---- */

static bool has_pv_time(const struct vcpu *vcpu)
{
	return vcpu->vm->pv_time != 0;
}

static enum vpsci_action pv_time_features(struct vcpu *vcpu, uint64_t *x)
{
	bool known = (uint32_t)x[1] == PV_TIME_FEATURES || (uint32_t)x[1] == PV_TIME_ST;

	return answer(x, has_pv_time(vcpu) && known ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED);
}

/* Where the structure of the vCPU that asks lies. */
static enum vpsci_action pv_time_st(struct vcpu *vcpu, uint64_t *x)
{
	return answer(x, has_pv_time(vcpu) ? (int64_t)(vcpu->vm->pv_time + (uint64_t)vcpu->id * PLAN_PV_TIME_SIZE) : PSCI_NOT_SUPPORTED);
}

/* ---- The tables ---- */

static call_handler psci_features, arch_features;

/*
 * By the low 5 bits of the function ID, 0x84000000 to 0x8400001f; both: also at 0xc4000000 and on, with 64-bit
 * arguments.
 */
static const struct {
	call_handler *handler;
	bool both;
} psci[32] = {
	[0x00] = { version, false },
	[0x01] = { cpu_suspend, true },
	[0x02] = { cpu_off, false },
	[0x03] = { cpu_on, true },
	[0x04] = { affinity_info, true },
	[0x06] = { migrate_info_type, false },
	[0x08] = { system_off, false },
	[0x09] = { system_reset, false },
	[0x0a] = { psci_features, false },
	[0x12] = { system_reset2, true },
};

/* SMCCC's own calls, all of them 32-bit fast calls; and those of DEN 0057, which are 64-bit. */
static const struct {
	uint32_t fn;
	call_handler *handler;
	enum smccc_workaround workaround; /* whose presence ARCH_FEATURES tells of; SMCCC_WORKAROUNDS: it is always there */
} arch[] = {
	{ SMCCC_VERSION, version, SMCCC_WORKAROUNDS },
	{ SMCCC_ARCH_FEATURES, arch_features, SMCCC_WORKAROUNDS },
	{ SMCCC_ARCH_WORKAROUND_1, branch_targets, SMCCC_BRANCH_TARGETS },
	{ SMCCC_ARCH_WORKAROUND_2, store_bypass, SMCCC_STORE_BYPASS },
	{ SMCCC_ARCH_WORKAROUND_3, branch_history, SMCCC_BRANCH_HISTORY },
	{ PV_TIME_FEATURES, pv_time_features, SMCCC_WORKAROUNDS },
	{ PV_TIME_ST, pv_time_st, SMCCC_WORKAROUNDS },
};

static call_handler *find_psci(uint32_t fn)
{
	unsigned n = fn & 0x1f;

	if ((fn & ~(CALL_64 | 0x1f)) != PSCI_VERSION || ((fn & CALL_64) && !psci[n].both))
		return NULL;
	return psci[n].handler;
}

static call_handler *find_arch(uint32_t fn)
{
	for (unsigned i = 0; i < ARRAY_SIZE(arch); i++)
		if (arch[i].fn == fn)
			return arch[i].handler;
	return NULL;
}

/* No flags are set: CPU_SUSPEND takes the original format of power states, and there is no OS-initiated mode. */
static enum vpsci_action psci_features(struct vcpu *vcpu, uint64_t *x)
{
	uint32_t fn = (uint32_t)x[1];

	(void)vcpu;
	return answer(x, find_psci(fn) || fn == SMCCC_VERSION ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED);
}

static enum vpsci_action arch_features(struct vcpu *vcpu, uint64_t *x)
{
	/* PV_TIME_FEATURES is found by this call, and nothing else of that service (DEN 0057, 3.2). */
	if ((uint32_t)x[1] == PV_TIME_ST || ((uint32_t)x[1] == PV_TIME_FEATURES && !has_pv_time(vcpu)))
		return answer(x, PSCI_NOT_SUPPORTED);
	for (unsigned i = 0; i < ARRAY_SIZE(arch); i++)
		if (arch[i].fn == (uint32_t)x[1])
			return answer(x, arch[i].workaround < SMCCC_WORKAROUNDS ? vcpu->cpu->workarounds[arch[i].workaround] : 0);
	return answer(x, PSCI_NOT_SUPPORTED);
}

/* Standard calls by which any guest finds out what else there is; nothing, and that is no news. */
static const uint32_t probes[] = {
	UINT32_C(0x84000050), /* TRNG_VERSION (DEN 0098) */
	UINT32_C(0x8600ff01), /* UID of the vendor-specific hypervisor services (DEN 0028) */
};

COLD enum vpsci_action vpsci_not_supported(uint64_t *x)
{
	for (unsigned i = 0; i < ARRAY_SIZE(probes); i++)
		if (probes[i] == (uint32_t)x[0])
			return answer(x, PSCI_NOT_SUPPORTED);
	return VPSCI_UNKNOWN;
}

static COLD enum vpsci_action rare_call(struct vcpu *vcpu, uint64_t *x)
{
	call_handler *handler = find_arch((uint32_t)x[0]);

	if (handler)
		return handler(vcpu, x);
	/* Without rights that code is not even mapped. */
	return vcpu->vm->firmware.nr ? firmware_call(&vcpu->vm->firmware, x) : vpsci_not_supported(x);
}

enum vpsci_action vpsci_call(struct vcpu *vcpu, uint64_t *x)
{
	call_handler *handler = find_psci((uint32_t)x[0]);

	return __builtin_expect(handler != NULL, 1) ? handler(vcpu, x) : rare_call(vcpu, x);
}
