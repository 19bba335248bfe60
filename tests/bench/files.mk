# SPDX-License-Identifier: Apache-2.0
guests += bench
guest_bench += tests/bench/bench_irq.c
