/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: interrupt handlers, and faults that a test provokes. */
#ifndef KIT_EXCEPTION_H
#define KIT_EXCEPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/guest/kit/cpu.h"

/* As start.S saves it. */
struct frame {
	uint64_t x[31];
	uint64_t elr, spsr, sp;
	uint64_t counter; /* CNTVCT_EL0 when it was taken */
	uint64_t pad;
};

typedef void irq_handler(uint32_t intid);

/* For this INTID on all CPUs; the GIC is a thing of its own. Unknown interrupts are counted. */
#define IRQ_MAX 256
void irq_set_handler(uint32_t intid, irq_handler *handler);
extern uint32_t irq_unexpected;
/* CNTVCT_EL0 when the CPU at that index last took an interrupt. */
extern uint64_t irq_counter[CPU_MAX];

/*
 * From now on IRQs and FIQs of all CPUs go there and nothing is acknowledged or ended for it. It may let interrupts in while it runs
 * (as deep as CPU_STACK allows) and returns with those it was entered with masked.
 */
typedef void interrupt_taker(bool fiq);
void irq_take_over(interrupt_taker *take);

/*
 * Between expect and taken, a synchronous exception or SError is recorded, and the instruction of the former skipped; where
 * none could be fetched, the call of it returns. One CPU at a time.
 */
struct fault {
	bool taken, serror;
	uint64_t esr, far;
};
void fault_expect(void);
struct fault fault_taken(void);

/* ESR_EL1.EC and the data fault status code (Arm ARM DDI 0487, ESR_EL1). */
#define ESR_EC(esr) ((uint32_t)((esr) >> 26 & 0x3f))
#define ESR_DFSC(esr) ((uint32_t)((esr) & 0x3f))
enum { EC_UNKNOWN = 0x00, EC_DATA_ABORT_SAME_EL = 0x25, EC_INSTRUCTION_ABORT_SAME_EL = 0x21, DFSC_EXTERNAL = 0x10 };

#endif
