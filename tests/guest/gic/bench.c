/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guest/gic/bench.h"

#define PATIENCE_US 30000000
#define PATIENCE_LATER_US 300000

struct cpu_log logs[CPU_MAX];
bench_handler *volatile bench_handle;

static void (*work[CPU_MAX])(void);
static bool disappointed;

/* ---- interrupts ---- */

void bench_clear(void)
{
	bench_handle = NULL;
	for (unsigned i = 0; i < nr_cpus; i++) {
		logs[i].n = 0;
		logs[i].spurious = 0;
		for (unsigned k = 0; k < INTIDS; k++)
			logs[i].count[k] = 0;
	}
	dsb(ish);
}

void bench_take(bool fiq)
{
	struct cpu_log *log = &logs[cpu_index()];
	uint32_t acknowledged = gic_acknowledge();
	uint32_t intid = gic_intid(acknowledged);

	if (intid >= INTID_SPECIAL) {
		log->spurious++;
		return;
	}
	if (log->n < LOG_MAX)
		log->taken[log->n] = (struct taken){ intid, acknowledged >> 10, (uint8_t)gic_read(GIC_RPR), fiq };
	log->n++;
	if (intid < INTIDS)
		log->count[intid]++;
	if (bench_handle == NULL || bench_handle(intid, acknowledged))
		gic_end(acknowledged);
}

uint32_t bench_count(uint32_t intid)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < nr_cpus; i++)
		sum += logs[i].count[intid];
	return sum;
}

/* ---- waiting ---- */

bool bench_wait(bool (*done)(void))
{
	bool result = wait_for(done, disappointed ? PATIENCE_LATER_US : PATIENCE_US);

	disappointed |= !result;
	return result;
}

static struct {
	unsigned cpu;
	uint32_t intid, n;
} awaited;

static bool awaited_came(void)
{
	return logs[awaited.cpu].count[awaited.intid] >= awaited.n;
}

static bool awaited_came_anywhere(void)
{
	return bench_count(awaited.intid) >= awaited.n;
}

bool bench_came(unsigned cpu, uint32_t intid, uint32_t n)
{
	awaited.cpu = cpu;
	awaited.intid = intid;
	awaited.n = n;
	return bench_wait(awaited_came) && logs[cpu].count[intid] == n;
}

bool bench_came_anywhere(uint32_t intid, uint32_t n)
{
	awaited.intid = intid;
	awaited.n = n;
	return bench_wait(awaited_came_anywhere) && bench_count(intid) == n;
}

void bench_settle(void)
{
	delay_us(SETTLE_US);
}

/* ---- other CPUs ---- */

static void serve(unsigned index)
{
	irq_enable();
	for (;;) {
		void (*todo)(void) = __atomic_load_n(&work[index], __ATOMIC_ACQUIRE);

		if (todo != NULL) {
			todo();
			__atomic_store_n(&work[index], NULL, __ATOMIC_RELEASE);
		}
		yield();
	}
}

static void nothing(void)
{
}

void post_on(unsigned cpu, void (*todo)(void))
{
	__atomic_store_n(&work[cpu], todo, __ATOMIC_RELEASE);
}

static unsigned waited_for;

static bool has_worked(void)
{
	return __atomic_load_n(&work[waited_for], __ATOMIC_ACQUIRE) == NULL;
}

bool wait_on(unsigned cpu)
{
	waited_for = cpu;
	return bench_wait(has_worked);
}

bool run_on(unsigned cpu, void (*todo)(void))
{
	if (cpu == cpu_index()) {
		todo();
		return true;
	}
	post_on(cpu, todo);
	return wait_on(cpu);
}

bool run_on_all(void (*todo)(void))
{
	bool all = true;

	for (unsigned i = 0; i < nr_cpus; i++)
		all = run_on(i, todo) && all;
	return all;
}

bool start_cpu(unsigned cpu)
{
	post_on(cpu, nothing);
	return cpu_start(cpu, serve) == 0 && wait_on(cpu);
}

/* ---- the controller ---- */

unsigned spis_free(void)
{
	uint32_t lines = gic_lines();

	return lines <= SPI_FREE ? 0 : lines - SPI_FREE < 20 ? lines - SPI_FREE : 20;
}

void spi_ready(uint32_t intid, unsigned cpu, uint8_t priority)
{
	gic_set_edge(intid, true);
	gic_route(intid, cpu);
	gic_set_priority(intid, priority);
	gic_write_bit(GICD_ISENABLER, intid);
}

void spi_pend(uint32_t intid)
{
	/* As for an SGI: what the handler looks at comes first. */
	dsb(ishst);
	gic_write_bit(GICD_ISPENDR, intid);
}

static void tidy_word(uint32_t intid)
{
	uint64_t word = gic_frame(intid) + intid / 32 * 4;

	mmio_write32(word + GICD_ICENABLER, intid < 32 ? 0xffff0000 : UINT32_MAX);
	gic_sync();
	mmio_write32(word + GICD_ICPENDR, UINT32_MAX);
	mmio_write32(word + GICD_ICACTIVER, UINT32_MAX);
	for (uint32_t i = 0; i < 32; i += 4)
		mmio_write32(gic_frame(intid) + GICD_IPRIORITYR + intid + i, GIC_PRIORITY * 0x01010101u);
}

void gic_tidy(void)
{
	tidy_word(0);
	/* On boards with a secure side, it can have kept some of them; a VM and a machine without one have all. */
	mmio_write32(gic_frame(0) + GICD_ISENABLER, 0xffff);
	if (gic_version() == 2)
		for (unsigned i = 0; i < 16; i += 4)
			mmio_write32(gic_distributor() + GICD_CPENDSGIR + i, UINT32_MAX);
	for (uint32_t i = 32; i < gic_lines(); i += 32)
		tidy_word(i);
	gic_set_split(false);
	gic_write(GIC_BPR, 0);
	gic_write(GIC_PMR, 0xff);
}

static uint32_t leftover(uint32_t offset)
{
	for (uint32_t i = 0; i < gic_lines(); i += 32) {
		uint32_t word = mmio_read32(gic_frame(i) + offset + i / 8);

		if (word != 0)
			return i + (uint32_t)__builtin_ctz(word);
	}
	return UINT32_MAX;
}

void expect_quiet(const char *what)
{
	uint32_t pending = leftover(GICD_ISPENDR), active = leftover(GICD_ISACTIVER);
	uint32_t running = gic_read(GIC_RPR);

	if (pending != UINT32_MAX || active != UINT32_MAX || running != 0xff)
		print("# pending %d, active %d, running priority %02x\n", (int)pending, (int)active, running);
	tap_result(pending == UINT32_MAX && active == UINT32_MAX && running == 0xff, "%s: nothing is left pending or active", what);
}

/* The distributor can have more bits than the CPU interface. */
unsigned priority_step(void)
{
	uint8_t old = gic_priority(0), implemented;

	gic_set_priority(0, 0xff);
	gic_write(GIC_PMR, 0xff);
	implemented = gic_priority(0) & (uint8_t)gic_read(GIC_PMR);
	gic_set_priority(0, old);
	return implemented != 0 ? 1u << __builtin_ctz(implemented) : 16;
}

/* IHI 0048 3.3.3: group 0's binary point n leaves bits [7:n+1]; IHI 0069 4.8.2: group 1's leaves [7:n] (one security state). */
unsigned group_shift(uint32_t bpr)
{
	return gic_version() == 2 ? bpr + 1 : bpr;
}

/* ---- for the programs ---- */

/* Marsaglia's xorshift, 32 bits. */
uint32_t random_next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}
