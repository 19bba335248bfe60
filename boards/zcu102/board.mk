# SPDX-License-Identifier: Apache-2.0
# The board's device tree in Linux, and where U-Boot loads what: the hypervisor (a multiple of 2 MiB), the device tree, the system file.
board_dtb := zynqmp-zcu102-rev1.0.dtb
board_kernel_addr := 0x18000000
board_dtb_addr := 0x1f000000
board_system_addr := 0x20000000
