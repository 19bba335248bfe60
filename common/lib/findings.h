/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings: everything that is wrong with what the user gave us, collected rather than stopping at the first, in the user's words:
 * each names the VM, the property or the device-tree path, says what is wrong and what to do.
 */
#ifndef COMMON_LIB_FINDINGS_H
#define COMMON_LIB_FINDINGS_H

#include <stdarg.h>

#include "common/lib/arena.h"

/* What kind of finding it is: tests and scripts go by this, people by the text. findings_code_name() gives the name without the prefix, in lower case with dashes. */
#define FINDING_CODES(X)                                                                                                       \
	X(NO_MEMORY)            /* a Kconfig maximum or the boot arena is too small for this input */                            \
	X(DTB_BAD)              /* the board's DTB is missing, truncated or corrupt */                                           \
	X(DTB_UNSUPPORTED)      /* the board's DTB describes something this hypervisor cannot drive */                           \
	X(FIT_MISSING)          /* no system file (initrd) */                                                                    \
	X(FIT_BAD)              /* the system file is truncated or corrupt */                                                    \
	X(IMAGE_BAD)            /* an image node is malformed */                                                                 \
	X(HASH_MISSING)         /* an image has no sha256 */                                                                     \
	X(HASH_WRONG)           /* an image does not have the sha256 it is said to have */                                       \
	X(NO_VMS)               /* nothing to run */                                                                             \
	X(VM_NAME_DUPLICATE)                                                                                                     \
	X(VM_NAME_BAD)                                                                                                           \
	X(PROPERTY_UNKNOWN)     /* with the nearest known one */                                                                 \
	X(PROPERTY_BAD)         /* known, but its value is malformed or out of range */                                          \
	X(PROPERTY_MISSING)                                                                                                      \
	X(KERNEL_MISSING)       /* no kernel, or its phandle names no image */                                                   \
	X(KERNEL_NOT_IMAGE)     /* said to be an arm64 Image but is not */                                                       \
	X(IMAGE_TOO_LARGE)      /* does not fit the VM's memory */                                                               \
	X(IMAGE_PLACE)          /* load or entry address outside the VM's memory, or images overlap */                           \
	X(MEMORY_MISSING)       /* memory that the board does not have */                                                        \
	X(MEMORY_OVERLAP)       /* memory of two VMs, the hypervisor, the system file or a reserved region */                    \
	X(MEMORY_EXHAUSTED)     /* more than the board has left */                                                               \
	X(MEMORY_GUEST_OVERLAP) /* two things at one guest address */                                                            \
	X(CPU_MISSING)          /* a CPU that the board does not have */                                                         \
	X(CPU_TAKEN)            /* a CPU named twice */                                                                          \
	X(SCHEDULE_BAD)         /* a schedule that cannot be kept, or that starves a VM */                                      \
	X(DEVICE_MISSING)       /* passthrough path that does not exist */                                                       \
	X(DEVICE_TAKEN)         /* a device given twice */                                                                       \
	X(DEVICE_OWNED)         /* a device that the hypervisor keeps (GIC, console UART, timer, CPUs, memory) */                \
	X(DEVICE_PAGE_SHARED)   /* its registers share a page with something that is not granted */                              \
	X(DEVICE_PROVIDER)      /* needs a clock, reset, ... that cannot be given */                                             \
	X(DEVICE_DMA)           /* a bus master without an IOMMU, and the file does not accept that */                           \
	X(IRQ_TAKEN)            /* an interrupt given twice */                                                                   \
	X(IRQ_RANGE)            /* an interrupt that cannot be forwarded */                                                      \
	X(UNSUPPORTED)          /* a legal wish that this version does not fulfil; says which does, or what to do instead */     \
	X(PROOF_FAILED)         /* prove found what plan did not: a defect of the hypervisor, never of the user */

enum finding_code {
#define X(name) FINDING_##name,
	FINDING_CODES(X)
#undef X
	FINDING_CODES_COUNT
};

struct finding {
	enum finding_code code;
	const char *text; /* one line, no trailing newline or full stop needed */
	struct finding *next;
};

struct findings {
	struct arena *arena; /* where texts go */
	struct finding *first, *last;
	unsigned count;   /* all that were added */
	unsigned dropped; /* those of them that found no room: the report says how many */
};

void findings_init(struct findings *f, struct arena *arena);

/* Adds one finding. When there is no room it is only counted: a caller need not check. */
void findings_add(struct findings *f, enum finding_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* "hash-wrong" for FINDING_HASH_WRONG; never NULL. */
const char *findings_code_name(enum finding_code code);

/* Whether one with that code is there. */
bool findings_has(const struct findings *f, enum finding_code code);

#endif
