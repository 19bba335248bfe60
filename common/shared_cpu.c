/* SPDX-License-Identifier: Apache-2.0 */
#include "common/vm.h"

void shared_cpu_kick(struct vcpu *vcpu)
{
	gic_kick(vcpu->cpu);
}
