# SPDX-License-Identifier: Apache-2.0
# U-Boot runs this from the disk it finds it on: the same two files that QEMU's -kernel and -initrd take.
#
# booti's own ramdisk argument cannot name system.itb: U-Boot sees that it is a FIT and looks for a ramdisk inside. So the script puts its
# address into the DTB (/chosen linux,initrd-start and -end, and a memory reservation), which is all that booti would do.
echo "Loading bulkhead.bin and system.itb"
load ${devtype} ${devnum}:${distro_bootpart} ${kernel_addr_r} bulkhead.bin
load ${devtype} ${devnum}:${distro_bootpart} ${ramdisk_addr_r} system.itb
# `fdt chosen` takes a start and a size, and makes the last byte's address the end, which is the first byte after it to all others.
setexpr system_size ${filesize} + 1

# QEMU's DTB at the start of RAM; it has room for more.
fdt addr ${fdt_addr}
fdt chosen ${ramdisk_addr_r} ${system_size}
booti ${kernel_addr_r} - ${fdt_addr}
