# SPDX-License-Identifier: Apache-2.0
# libfdt's sources are the distribution's, in the cache; EL2, the host command, tests and fuzzers compile the same ones.

LINUX_SOURCE := $(CACHE)/linux-source
LIBFDT := $(LINUX_SOURCE)/libfdt
libfdt_sources := fdt.c fdt_addresses.c fdt_empty_tree.c fdt_overlay.c fdt_ro.c fdt_rw.c fdt_strerror.c fdt_sw.c fdt_wip.c
libfdt_include := -Idt -isystem $(LIBFDT)
# Not our code, and it does not aim at -Wextra.
libfdt_warnings := -Wno-error -Wno-sign-compare -Wno-unused-parameter

$(LINUX_SOURCE)/complete:
	$(Q)tools/setup/linux-source $(LINUX_SOURCE)
