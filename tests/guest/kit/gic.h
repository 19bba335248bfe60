/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupt controller, whichever the DTB describes. All interrupts are group 1, one priority, EOImode 0. */
#ifndef KIT_GIC_H
#define KIT_GIC_H

#include <stdbool.h>
#include <stdint.h>

struct fdt_node;

/* One GIC version. */
struct gic_driver {
	const char *compatible;
	unsigned version;
	bool (*init)(const struct fdt_node *node);
	bool (*init_cpu)(void);
	void (*enable)(uint32_t intid, bool edge);
	void (*disable)(uint32_t intid);
	uint32_t (*acknowledge)(void);
	void (*end)(uint32_t intid);
	void (*send_sgi)(uint64_t mpidr, uint32_t intid);
};

extern const struct gic_driver gicv3_driver;

/* Boot CPU, once; includes its gic_init_cpu. false: no GIC that the kit knows, or its frames make no sense. */
bool gic_init(void);
/* Every other CPU, itself. */
bool gic_init_cpu(void);
unsigned gic_version(void);
/* A private interrupt is enabled on the calling CPU, an SPI routed to it. */
void gic_enable(uint32_t intid, bool edge);
void gic_disable(uint32_t intid);
/* 1023: spurious. */
uint32_t gic_acknowledge(void);
void gic_end(uint32_t intid);
void gic_send_sgi(uint64_t mpidr, uint32_t intid);

#endif
