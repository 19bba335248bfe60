/* SPDX-License-Identifier: Apache-2.0 */
/* Between the fast exits and all others. Those that vectors.S calls are in arch/arm64/port.h. */
#ifndef COMMON_EXIT_H
#define COMMON_EXIT_H

#include "arch/arm64/esr.h"
#include "arch/arm64/port.h"
#include "common/vm.h"

/* exit_fast.c. The emulated device at that guest address, which is remembered for the next access; NULL: none. */
const struct mmio_region *exit_find_mmio(struct vcpu *vcpu, uint64_t ipa);

/* exit_fast.c. The fast ways for any exception, with all registers saved. false: nothing was done. */
bool exit_retry(struct vcpu *vcpu, uint64_t esr);

/* exit.c. The guest's access goes where nothing of it is: it takes the external abort that an empty bus would give. Returns vcpu. */
struct vcpu *exit_abort_guest(struct vcpu *vcpu, uint64_t esr, uint64_t ipa, const char *why);

#endif
