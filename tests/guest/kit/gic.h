/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupt controller, whichever the DTB describes. As the kit leaves it, all interrupts are signalled as IRQs at one priority, with
 * EOImode 0: group 1 on a GICv3, group 0 (as the reset leaves it) on a GICv2.
 */
#ifndef KIT_GIC_H
#define KIT_GIC_H

#include <stdbool.h>
#include <stdint.h>

#define GIC_PRIORITY 0xa0u /* what the kit gives to every interrupt */
#define GIC_MAX_CPUS_V2 8

struct fdt_node;

/* The CPU interface's registers of the group that the kit uses. */
enum gic_register { GIC_PMR, GIC_BPR, GIC_IAR, GIC_EOIR, GIC_DIR, GIC_RPR, GIC_HPPIR };

/* One GIC version. */
struct gic_driver {
	const char *compatible[2];
	unsigned version;
	bool (*init)(const struct fdt_node *node);
	bool (*init_cpu)(void);
	uint64_t (*frame)(uint32_t intid);
	void (*route)(uint32_t intid, unsigned cpu);
	void (*sync)(void);
	void (*send_sgi)(uint64_t mpidr, uint32_t intid);
	uint32_t (*read)(enum gic_register which);
	void (*write)(enum gic_register which, uint32_t value);
	void (*set_split)(bool split);
};

extern const struct gic_driver gicv2_driver, gicv3_driver;

/* Boot CPU, once; includes its gic_init_cpu. false: no GIC that the kit knows, or its frames make no sense. */
bool gic_init(void);
/* Every other CPU, itself. */
bool gic_init_cpu(void);
unsigned gic_version(void);

/* A private interrupt is enabled on the calling CPU, an SPI routed to it. */
void gic_enable(uint32_t intid, bool edge);
void gic_disable(uint32_t intid);
void gic_send_sgi(uint64_t mpidr, uint32_t intid);
/* What the acknowledge register gives, which is what gic_end wants. */
uint32_t gic_acknowledge(void);
void gic_end(uint32_t acknowledged);
/* The INTID in it; 1020 to 1023 are special. */
uint32_t gic_intid(uint32_t acknowledged);

/* ---- for programs that look closer; offsets are those of gic_registers.h ---- */

uint64_t gic_distributor(void);
/* v2: the CPU interface; v3: the calling CPU's redistributor, or that of the CPU with an index, once it has set itself up. */
uint64_t gic_cpu_interface(void);
uint64_t gic_redistributor(unsigned cpu);
/* v2: the calling CPU's bit in ITARGETSR, and that of another. */
uint8_t gic_cpu_mask(unsigned cpu);
/* How many INTIDs the distributor has: 32 to 1020. */
uint32_t gic_lines(void);
/* Base of the registers of an INTID: private ones' are the calling CPU's. */
uint64_t gic_frame(uint32_t intid);
/* One bit of a register with a bit an INTID, such as GICD_ISPENDR. */
bool gic_read_bit(uint32_t offset, uint32_t intid);
void gic_write_bit(uint32_t offset, uint32_t intid);
void gic_set_priority(uint32_t intid, uint8_t priority);
uint8_t gic_priority(uint32_t intid);
void gic_set_edge(uint32_t intid, bool edge);
/* An SPI, to one CPU. */
void gic_route(uint32_t intid, unsigned cpu);
/* Waits until what was written to the distributor (and this CPU's redistributor) holds everywhere. */
void gic_sync(void);

uint32_t gic_read(enum gic_register which);
void gic_write(enum gic_register which, uint32_t value);
/* EOImode 1: EOIR drops the priority, DIR deactivates. */
void gic_set_split(bool split);

#endif
