# SPDX-License-Identifier: Apache-2.0
# What the boards' `run` scripts share, for those boards that QEMU has a model of. `make run BOARD=...` and the boot matrix call them:
#
#   run BUILD SYSTEM.itb    QEMU loads the hypervisor and the system file
#   run --native BUILD      Linux without a hypervisor, on all CPUs: what fails there, fails not because of the hypervisor
#
# Environment: QEMU, QEMU_ARGS for whatever else QEMU shall have, APPEND for the hypervisor's command line.

native=
[ "$1" != --native ] || { native=1; shift; }
build=$1
itb=${2:-}
dtb=

# take_dtb NAME FUNCTION: $dtb becomes a copy of the board's device tree as Linux has it, which FUNCTION has made fit what QEMU models.
take_dtb() {
	dtb=$build/qemu/$1
	mkdir -p "$build/qemu"
	cp -f "$build/dtbs/$1" "$dtb.$$"
	"$2" "$dtb.$$"
	mv "$dtb.$$" "$dtb"
}

# run_qemu CONSOLE ARGUMENT...: CONSOLE is what native Linux calls the board's UART. Ctrl-C is a character for the guest, and QEMU's own
# keys begin with Ctrl-A, where a -serial mon:stdio is among the arguments.
run_qemu() {
	console=$1
	shift
	if [ "$native" ]; then
		set -- "$@" -kernel "$build/images/Image" -initrd "$build/images/initramfs.cpio" -append "console=$console hostname=native"
	else
		append=${APPEND:-}
		[ -t 1 ] || append="color=off $append"
		set -- "$@" -kernel "$build/bulkhead.bin" -initrd "$itb" -append "$append"
	fi
	[ ! -t 1 ] || echo "Ctrl-A x leaves QEMU; Ctrl-^ (on many keyboards Ctrl-6) then m opens the monitor, then n switches to the next VM; all other keys go to a VM."
	# shellcheck disable=SC2086
	exec "${QEMU:-qemu-system-aarch64}" "$@" ${dtb:+-dtb "$dtb"} -display none -net none -no-reboot ${QEMU_ARGS:-}
}
