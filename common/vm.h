/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run-time objects: struct cpu (a physical CPU), struct vm, struct vcpu. They are made from the plan at boot and never freed; the
 * plan itself is boot memory and gone at run time: whatever a part needs later, it copies into the pool when it is initialised.
 *
 * A vCPU belongs to one physical CPU for good. What only its own CPU touches needs no lock; what others may change is atomic or named
 * with its lock below. Lock order: arch/arm64/lock_rank.h.
 */
#ifndef COMMON_VM_H
#define COMMON_VM_H

#include "arch/arm64/cpu.h"
#include "arch/arm64/errata.h"
#include "arch/arm64/smccc.h"
#include "arch/arm64/spinlock.h"
#include "arch/arm64/traps.h"
#include "arch/arm64/vcpu.h"
#include "common/firmware_calls.h"
#include "common/lib/sha256.h"
#include "common/mmio.h"
#include "common/plan.h"
#include "common/port.h"
#include "common/vm_policy.h"

struct vgic;      /* gic/: a VM's distributor */
struct vgic_cpu;  /* gic/: a vCPU's redistributor and CPU interface */
struct vpl011;    /* common/vpl011.h */
struct vwatchdog; /* common/vwatchdog.h */
struct shared_cpu;  /* common/shared_cpu.h */
struct shared_vcpu;

enum exit_cause {
	EXIT_HVC, EXIT_SMC, EXIT_MMIO, EXIT_SYSREG, EXIT_WFX, EXIT_IRQ, EXIT_FAULT, EXIT_OTHER, EXIT_CAUSES
};

/* An exit that was not done in the fast way, as the machine told of it. far, hpfar: of aborts. */
#define EXIT_RECORDS 8
struct exit_record {
	uint64_t esr, pc, far, hpfar;
};

/* Power state as PSCI AFFINITY_INFO reports it (DEN 0022, 5.7). Changed by compare-and-swap from any CPU. */
enum vcpu_power { VCPU_ON = 0, VCPU_OFF = 1, VCPU_ON_PENDING = 2 };

/* Bits of vcpu->requests: set by any CPU (before vcpu_kick), cleared by its own. */
enum {
	VCPU_REQ_VGIC = 1u << 0,
	VCPU_REQ_STOP = 1u << 1,  /* go off */
	VCPU_REQ_START = 1u << 2, /* vCPU 0: its VM is down and is to be started */
	VCPU_REQ_DUMP = 1u << 3,  /* say its registers */
	VCPU_REQ_ALARM = 1u << 4, /* vCPU 0: the VM's watchdog changed (alarm.h) */
	VCPU_REQ_SCHED = 1u << 5, /* of a shared CPU: ask the scheduler */
	VCPU_REQ_PARK = 1u << 6,  /* EL2 failed: its CPU stops for good */
};

/* A physical CPU on its way up. */
enum cpu_state {
	CPU_ABSENT,  /* not started */
	CPU_ONLINE,  /* set up, waiting for the boot CPU to let VMs run */
	CPU_FAILED,  /* could not be set up */
};

struct cpu {
	struct arch_cpu arch; /* first: entry code finds it by TPIDR_EL2 */
	/* The vCPU that lives here, NULL: none. Of a shared CPU: the one that the machine's registers belong to, be it waiting; atomic. */
	struct vcpu *vcpu;
	struct shared_cpu *shared; /* NULL: at most one vCPU lives here. Constant once VMs run */
	uint64_t mpidr;       /* affinity only */
	uint32_t id;          /* index into host.cpus */
	uint32_t state;       /* atomic enum cpu_state */
	uint32_t faults;      /* EL2's own that are being handled (fault.c) */
	void *gic;            /* gic/: this CPU's frames */
	uint32_t pa_range;    /* ID_AA64MMFR0_EL1.PARange */
	bool granule64;       /* its stage 2 has the 64 KiB granule */
	uint32_t midr;        /* MIDR_EL1 */
	uint32_t ppis;        /* gic/, shared CPUs: forwarded PPIs that the last vCPU left enabled */
	uint32_t frequency;   /* CNTFRQ_EL0 */
	uint32_t errata;      /* ERRATA_*: what is to be done about them */
	enum branch_defence branches;
	int32_t workarounds[SMCCC_WORKAROUNDS]; /* what its guests' SMCCC_ARCH_FEATURES are told */
	uint64_t idregs[IDREGS_COUNT]; /* as guests see them; index as in traps.h */
};

struct vcpu {
	struct arch_vcpu arch; /* first: entry code finds it by this */
	uint32_t requests;     /* atomic VCPU_REQ_*; offsets.h has its place, and of the next one */
	uint32_t sgis;         /* atomic: bit n: another vCPU has sent SGI n (gic/); then its CPU was kicked */
	uint32_t power;        /* atomic enum vcpu_power */
	uint32_t id;           /* in its VM */
	struct vm *vm;
	struct cpu *cpu;
	struct shared_vcpu *shared; /* NULL: it has its CPU alone */
	struct vgic_cpu *vgic;
	struct vcpu *(*handle_irqs)(struct vcpu *vcpu); /* what gic_handle_irqs comes to on this board; constant */
	const uint64_t *idregs; /* as the fast way reads them: cpu->idregs; NULL for a guest whose GIC has no system registers */
	uint64_t kick;          /* gic/, GICv3 guests: what their siblings write to ICC_SGI1R_EL1 in place of vcpu_kick; 0: not yet, or it shares its CPU */
	uint32_t sgi1r_esr;     /* ESR_EL2 of its writes to ICC_SGI1R_EL1, less Rt; 0, which is none's: its GIC has no system registers */
	const struct mmio_region *mmio; /* the one that was accessed last */
	struct mmio_access access;      /* the one that is emulated now */
	uint64_t on_entry, on_context; /* CPU_ON's arguments, valid while VCPU_ON_PENDING */
	uint64_t exits[EXIT_CAUSES];
	struct exit_record recent[EXIT_RECORDS]; /* a ring */
	uint32_t nr_recent; /* all that ever were */
} __attribute__((aligned(64)));

/* A range of the VM's RAM. */
struct vm_ram {
	uint64_t ipa, size;
	pa_t pa;
};

/* Bytes put into the VM's RAM before it starts, and again when it restarts. */
struct vm_load {
	const void *from; /* in the system file or the pool */
	pa_t to;
	uint64_t size;
	bool mapped; /* EL2 maps `from` all the time; else ... */
	uint8_t sha256[SHA256_SIZE]; /* ... what the bytes are known by */
};

#define VM_MAX_RAM PLAN_MAX_RAM
#define VM_MAX_LOADS 3 /* kernel, ramdisk, DTB */

#define VM_MAX_MMIO 8

struct vm {
	char name[16];
	uint32_t id;
	uint32_t state; /* atomic enum vm_state */
	struct vcpu *vcpus;
	uint32_t nr_vcpus;
	uint32_t nr_on; /* atomic: vCPUs that are not VCPU_OFF */
	struct spinlock lock;
	struct vgic *vgic;
	bool gic_v2; /* its GIC is a GICv2: no system registers */
	uint64_t pv_time; /* guest address of its vCPUs' stolen-time structures, 0: none (shared_cpu.h) */
	struct vpl011 *console; /* NULL: none */
	struct vwatchdog *watchdog; /* NULL: none */
	struct mmio_region mmio[VM_MAX_MMIO];
	uint32_t nr_mmio;
	struct arch_vm arch;
	struct vm_ram ram[VM_MAX_RAM];
	uint32_t nr_ram;
	struct vm_load loads[VM_MAX_LOADS];
	uint32_t nr_loads;
	struct restart_config restart;
	struct vm_restarts restarts; /* the vCPU that goes off last */
	struct firmware_rights firmware; /* what it may ask firmware for */
	uint64_t *virtio;     /* board addresses of its virtio-mmio transports: reset before each life */
	uint32_t nr_virtio;
	const char *unstoppable; /* a bus master that nothing can stop: the VM is not started again. NULL: none */
	uint64_t entry, dtb;  /* guest addresses: where vCPU 0 starts, and its x0 */
	uint32_t nr_warned;   /* keys in warned, racy: at worst a warning comes twice */
	uint32_t warned[16];
	uint64_t log_since;   /* the counter, when the present second of vm_may_log began */
	uint32_t log_lines, log_dropped; /* in that second; racy likewise */
};

/* All VMs, in system-file order; constant once VMs run. */
extern struct vm *vms;
extern uint32_t nr_vms;

/* The physical CPUs in use: the boot CPU first, then those with a vCPU. Constant once VMs run. */
extern struct cpu *cpus;
extern uint32_t nr_cpus;

/* Boot only. Registers an emulated frame; regions may not overlap (the planner saw to it). At most VM_MAX_MMIO. */
void vm_add_mmio(struct vm *vm, uint64_t ipa, uint64_t size, mmio_handler *handler, void *device);
/* The same with a short way for some accesses. */
void vm_add_quick_mmio(struct vm *vm, uint64_t ipa, uint64_t size, mmio_quick *quick, mmio_handler *handler, void *device);


/* ---- vm.c ---- */

/* Whether [ipa, ipa+size) is RAM of the VM. */
bool vm_is_ram(const struct vm *vm, uint64_t ipa, uint64_t size);

/* True the first time it is called with that key for the VM (and false for good after 16 keys): for log lines a guest could otherwise repeat at will. */
bool vm_warn_once(struct vm *vm, uint32_t key);

/*
 * Whether a line about the VM may be logged now, which it could cause as often as it likes: so many a second, and the first one after that has been
 * too many says how many were not.
 */
#define VM_LOG_LINES 16
bool vm_may_log(struct vm *vm);

/* ---- vm_life.c ---- */

/*
 * The VM goes down, for that reason (VM_ENDS_*). Every vCPU of it is told to go off at its next exit, which is forced; one that calls this from
 * its own exit goes off by vcpu_off. When the last is off, vm_went_down does the rest. Any CPU. false: it was not running, nothing happens.
 */
bool vm_end(struct vm *vm, enum vm_state end);

/* The last vCPU went off, on this CPU: interrupts are quiesced, and the VM is restarted or not, as its policy says. */
void vm_went_down(struct vm *vm);

/*
 * Loads images and DTB into the VM's RAM and makes vCPU 0 ready to start. No vCPU of it is on. again: it ran before: its memory is scrubbed.
 * On a CPU of its own, or at boot. ERR_NO_MEMORY: the memory could not be mapped.
 */
enum err vm_load_and_start(struct vm *vm, bool again) MUST_CHECK;

/* In a build with CONFIG_DEBUG_LOCKS: EL2's windows to the VM's memory are closed, as they are whenever it runs; else a fault of EL2's own says so. */
#ifdef CONFIG_DEBUG_LOCKS
void vm_check_closed(const struct vm *vm);
#else
static inline void vm_check_closed(const struct vm *vm) { (void)vm; }
#endif

/* A VM that is down starts again, on its own CPU 0. Any CPU. false: it is not down. */
bool vm_start(struct vm *vm);
/* vm_start's other half, on vCPU 0's CPU. */
void vm_start_here(struct vm *vm);

/* ---- vcpu.c ---- */

/* shared_cpu.c: vcpu_kick for those that share their CPU. */
void shared_cpu_kick(struct vcpu *vcpu);

/* shared_cpu.c: how a vCPU that shares its CPU has fared so far, in milliseconds. Any CPU, without a lock: of a moment ago. */
struct shared_times {
	uint64_t run, stolen, wakes;
};
void shared_cpu_times(const struct vcpu *vcpu, struct shared_times *t);

/* This CPU begins to run its vCPU, or idles for ever if it has none. On its own, empty EL2 stack. */
NORETURN void vcpu_run(struct cpu *cpu);

/* The vCPU is VCPU_OFF: waits until it is turned on and begins its new life. */
NORETURN void vcpu_wait(struct vcpu *vcpu);

/* CPU_SUSPEND: waits until an interrupt is pending for it (or it must stop). */
struct vcpu *vcpu_suspend(struct vcpu *vcpu);

/* After an interrupt, or when requests is not 0: does what other CPUs asked for. What it returns may be entered. */
struct vcpu *vcpu_handle_requests(struct vcpu *vcpu);

/*
 * Makes the vCPU look at its requests: it leaves its guest, or CPU_SUSPEND's wait; where it shares its CPU, it becomes runnable. Any CPU, no lock held. No
 * payload: set state first; it has the barrier that orders the two.
 */
static inline void vcpu_kick(struct vcpu *vcpu)
{
	if (__builtin_expect(vcpu->shared != NULL, 0))
		shared_cpu_kick(vcpu);
	else
		gic_kick(vcpu->cpu);
}

/* dump.c. On its own CPU: its registers go to the log. */
void vcpu_dump(struct vcpu *vcpu);

/* Asks every vCPU of the VM for that. Any CPU. */
void vm_dump(struct vm *vm);

/* This vCPU goes off, and with it the VM when it is the last one. Its next life begins on an empty EL2 stack. */
NORETURN void vcpu_off(struct vcpu *vcpu);

/* What shared_cpu.c does as vcpu.c does it. vcpu_take_requests: true: it must go off. */
bool vcpu_take_requests(struct vcpu *vcpu);
void vcpu_start(struct vcpu *vcpu);
void vcpu_turn_off(struct vcpu *vcpu);

#endif
