# SPDX-License-Identifier: Apache-2.0
#
# Bulkhead's build. One Makefile reads every folder's files.mk; nothing is written outside $(BUILD) and the cache.
#
# `make help` lists the targets and variables.

MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.SECONDEXPANSION:

# ---- What the user may set: NAME=value after `make`, or in the environment ----

BOARD ?= qemu-virt#             a folder of boards/
SYSTEM ?= demo#                 an example of that board, or the path of an .its file
CPU ?= cortex-a57#              which CPU QEMU has
O ?= build#                     where everything is made
CROSS_COMPILE ?= aarch64-linux-gnu-# the GNU toolchain's prefix
LLVM ?= 0#                      1: clang, lld and LLVM's binutils
V ?= 0#                         1: show commands
BULKHEAD_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/bulkhead# where downloads are kept

BUILD := $(O)
CACHE := $(abspath $(BULKHEAD_CACHE))
PYTHON ?= /usr/bin/python3

Q := $(if $(filter 1,$(V)),,@)
say = @printf '  %-7s %s\n' '$(1)' '$(2)'

.PHONY: all
all: $(BUILD)/bulkhead.bin ## hypervisor, bulkhead command, example guests and system file (the default)

# ---- Configuration ----

include tools/build/config.mk

# ---- Sources: every folder's own list ----

# resident: EL2 code that stays mapped; boot: EL2 code used only before VMs run; pure: those of the two that the host compiles too.
# hot: those compiled for speed, the rest is compiled for size.
resident :=
boot :=
pure :=
hot :=
tool :=
guests :=
guest_kit :=
include $(wildcard arch/arm64/files.mk gic/files.mk dt/files.mk passthrough/files.mk)
include $(wildcard common/files.mk common/*/files.mk boards/files.mk boards/*/files.mk tools/files.mk tests/guest/files.mk tests/bench/files.mk)

# ---- Products ----

MAKEFILE_SOURCES := Makefile $(wildcard tools/build/*.mk)

include tools/build/libfdt.mk
include tools/build/el2.mk
include tools/build/selftest.mk
include tools/build/host.mk
include tools/build/guest.mk
include tools/build/images.mk
include tools/build/boards.mk
include tools/build/tests.mk

.PHONY: help
help: ## this list
	@echo 'Targets:'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1@\2/p' $(MAKEFILE_SOURCES) | sort | awk -F@ '{ printf "%-16s %s\n", $$1, $$2 }'
	@echo 'Variables:'
	@sed -n 's/^\([A-Z_]*\) ?= *\([^#]*\)# *\(.*\)/  \1@\2@\3/p' Makefile | awk -F@ '{ printf "%-16s %s [%s]\n", $$1, $$3, $$2 }'
	@echo 'Systems of $(BOARD): $(systems)'

.PHONY: clean
clean: ## remove the build directory
	$(Q)rm -rf -- $(BUILD)

# Header dependencies, written by the compilers.
-include $(patsubst %.o,%.d,$(all_objects))
