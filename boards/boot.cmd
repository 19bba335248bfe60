# SPDX-License-Identifier: Apache-2.0
# U-Boot runs this from the disk it finds it on. make puts lines before it that set kernel_addr, dtb_addr and system_addr to what the board has in its
# board.mk, and has_dtb to 1 if Linux has a device tree of the board, to 0 if it is the boot loader's own.
setenv disk ${devtype} ${devnum}:${distro_bootpart}

if test ${has_dtb} = 0; then
	fdt addr ${fdtcontroladdr}
	fdt move ${fdtcontroladdr} ${dtb_addr}
fi
if test -e ${disk} bulkhead.fit; then
	load ${disk} ${system_addr} bulkhead.fit
	if test ${has_dtb} = 0; then
		bootm ${system_addr}#bulkhead ${system_addr}#bulkhead ${dtb_addr}
	else
		bootm ${system_addr}#bulkhead
	fi
fi

# booti's own ramdisk argument cannot name system.itb: U-Boot sees that it is a FIT and looks for a ramdisk inside. So the script puts its
# address into the DTB (/chosen linux,initrd-start and -end, and a memory reservation), which is all that booti would do.
echo "Loading bulkhead.bin and system.itb"
test ${has_dtb} = 0 || load ${disk} ${dtb_addr} board.dtb
load ${disk} ${kernel_addr} bulkhead.bin
load ${disk} ${system_addr} system.itb
# `fdt chosen` takes a start and a size, and makes the last byte's address the end, which is the first byte after it to all others.
setexpr system_size ${filesize} + 1
fdt addr ${dtb_addr}
fdt resize 8192
fdt chosen ${system_addr} ${system_size}
booti ${kernel_addr} - ${dtb_addr}
