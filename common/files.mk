# SPDX-License-Identifier: Apache-2.0
boot += common/prove.c common/prove_decode.c common/prove_grant.c common/prove_owners.c
pure += common/prove.c common/prove_decode.c common/prove_grant.c common/prove_owners.c
resident += common/exit.c
resident += common/fault.c
resident += common/vcpu.c
resident += common/vm.c
boot += common/ranges.c common/plan.c common/plan_gic.c common/plan_memory.c common/plan_guest.c common/plan_stage2.c common/plan_pool.c common/plan_images.c common/stage2.c
pure += common/ranges.c common/plan.c common/plan_gic.c common/plan_memory.c common/plan_guest.c common/plan_stage2.c common/plan_pool.c common/plan_images.c common/stage2.c
resident += common/console.c common/console_mux.c common/console_token.c common/console_input.c common/log.c common/monitor.c
resident += common/vpl011.c common/vpsci.c
boot += common/console_boot.c common/uart/uart.c common/uart/uart_kind.c
resident += common/uart/pl011.c common/uart/cadence.c
pure += common/console_mux.c common/console_token.c common/console_input.c common/monitor.c common/vpl011.c common/vpsci.c
pure += common/uart/uart_kind.c common/uart/pl011.c common/uart/cadence.c
boot += common/host.c
pure += common/host.c
hot += common/exit.c common/vpsci.c common/vcpu.c
