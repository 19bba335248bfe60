/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guest/kit/exception.h"

#include "tests/guest/kit/gic.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/sysreg.h"

enum { KIND_SYNC, KIND_IRQ, KIND_FIQ, KIND_SERROR };

static const char *const kind_names[16] = {
	"synchronous", "IRQ", "FIQ", "SError", "synchronous (SP_EL0)", "IRQ (SP_EL0)", "FIQ (SP_EL0)", "SError (SP_EL0)",
	"synchronous (EL0)", "IRQ (EL0)", "FIQ (EL0)", "SError (EL0)",
	"synchronous (EL0, 32 bit)", "IRQ (EL0, 32 bit)", "FIQ (EL0, 32 bit)", "SError (EL0, 32 bit)",
};

static irq_handler *handlers[IRQ_MAX];
uint32_t irq_unexpected;
uint64_t irq_counter[CPU_MAX];

static interrupt_taker *taker;

void irq_take_over(interrupt_taker *take)
{
	taker = take;
}

static volatile bool fault_armed;
static volatile struct fault fault;

void irq_set_handler(uint32_t intid, irq_handler *handler)
{
	handlers[intid] = handler;
}

void fault_expect(void)
{
	fault.taken = false;
	fault_armed = true;
	/* An SError that is still on its way belongs to what came before. */
	dsb(sy);
	isb();
}

struct fault fault_taken(void)
{
	struct fault result;

	dsb(sy);
	isb();
	fault_armed = false;
	result.taken = fault.taken;
	result.serror = fault.serror;
	result.esr = fault.esr;
	result.far = fault.far;
	return result;
}

static void handle_irq(void)
{
	uint32_t acknowledged = gic_acknowledge();
	uint32_t intid = gic_intid(acknowledged);

	if (intid >= 1020)
		return;
	if (intid < IRQ_MAX && handlers[intid] != NULL)
		handlers[intid](intid);
	else
		__atomic_fetch_add(&irq_unexpected, 1, __ATOMIC_RELAXED);
	gic_end(acknowledged);
}

static void dump(unsigned kind, const struct frame *frame)
{
	print("\nexception: %s at %lx (image + %lx)\n", kind_names[kind], frame->elr, frame->elr - (uint64_t)image_start);
	print("esr %08lx far %016lx spsr %08lx sp %016lx mpidr %lx\n", sysreg_read(esr_el1), sysreg_read(far_el1), frame->spsr,
	      frame->sp, sysreg_read(mpidr_el1) & MPIDR_AFFINITY);
	for (unsigned i = 0; i < 31; i++)
		print("x%u %016lx%s", i, frame->x[i], i % 4 == 3 || i == 30 ? "\n" : "  ");
	print("halted\n");
}

void exception_handle(unsigned kind, struct frame *frame)
{
	if (taker != NULL && (kind == KIND_IRQ || kind == KIND_FIQ)) {
		taker(kind == KIND_FIQ);
		return;
	}
	if (kind == KIND_IRQ) {
		irq_counter[cpu_index()] = frame->counter;
		handle_irq();
		return;
	}
	if (fault_armed && (kind == KIND_SYNC || kind == KIND_SERROR)) {
		fault.serror = kind == KIND_SERROR;
		fault.esr = sysreg_read(esr_el1);
		fault.far = sysreg_read(far_el1);
		fault.taken = true;
		/* An instruction that cannot be fetched was called: the caller goes on. */
		if (kind == KIND_SYNC)
			frame->elr = ESR_EC(fault.esr) == EC_INSTRUCTION_ABORT_SAME_EL ? frame->x[30] : frame->elr + 4;
		return;
	}
	dump(kind, frame);
	for (;;)
		wfi();
}
