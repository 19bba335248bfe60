# SPDX-License-Identifier: Apache-2.0
# The board's device tree in Linux, and where U-Boot loads what: the hypervisor (a multiple of 2 MiB), the device tree, the system file.
board_dtb := hip07-d05.dtb
board_kernel_addr := 0x02000000
board_dtb_addr := 0x02800000
board_system_addr := 0x04000000
