# SPDX-License-Identifier: Apache-2.0
guest_kit += tests/guest/kit/start.S
guest_kit += tests/guest/kit/cpu.c
guest_kit += tests/guest/kit/exception.c
guest_kit += tests/guest/kit/fdt.c
guest_kit += tests/guest/kit/gic.c
guest_kit += tests/guest/kit/gicv3.c
guest_kit += tests/guest/kit/main.c
guest_kit += tests/guest/kit/mmu.c
guest_kit += tests/guest/kit/pl011.c
guest_kit += tests/guest/kit/print.c
guest_kit += tests/guest/kit/psci.c
guest_kit += tests/guest/kit/timer.c

guests += hello
guests += rtos
guests += smoke
