# SPDX-License-Identifier: Apache-2.0
# The board's device tree in Linux, and where U-Boot loads what: the hypervisor (a multiple of 2 MiB), the device tree, the system file.
board_dtb := r8a77951-salvator-xs.dtb
board_kernel_addr := 0x58000000
board_dtb_addr := 0x57000000
board_system_addr := 0x5a000000
