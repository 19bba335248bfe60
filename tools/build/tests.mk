# SPDX-License-Identifier: Apache-2.0
# make check: every test there is, one line with the sum.

FUZZ_SECONDS ?= 3

# What tests/check-layers must know of the build, to compile headers and look into objects as the build does.
$(BUILD)/layers.env: FORCE
	$(Q)mkdir -p $(@D)
	$(Q){ \
	  echo 'el2_cc=$(el2_cc) $(common_flags) $(el2_flags)'; \
	  echo 'build=$(BUILD)'; \
	  echo 'nm=$(NM)'; \
	  echo 'objdump=$(OBJDUMP)'; \
	  echo 'resident=$(resident)'; \
	  echo 'boot=$(boot)'; \
	  echo 'pure=$(pure)'; \
	} >$@

# The same hypervisor with what Kconfig has for developers, for a few cases of the boot matrix.
debug_config = { cat $<; echo CONFIG_DEBUG_LOCKS=y; echo CONFIG_FAULT_PARK=y; }
.PHONY: debug
debug: $(BUILD)/.config ## BUILD/debug/bulkhead.bin, which checks its locks, and stops all CPUs where it fails
	$(Q)mkdir -p $(BUILD)/debug
	$(Q)$(debug_config) | cmp -s - $(BUILD)/debug/.config || $(debug_config) >$(BUILD)/debug/.config
	$(Q)cp -p $(BUILD)/.board $(BUILD)/debug/
	$(Q)$(MAKE) --no-print-directory O=$(BUILD)/debug $(BUILD)/debug/bulkhead.bin $(BUILD)/debug/bulkhead-faults.bin

# Boards that an older QEMU has no model of.
newer_qemu = tools/setup/qemu-backport $(CACHE)/qemu-backport || echo '  SETUP   without a newer QEMU the cases that need one are skipped'

.PHONY: check check-large check-now check-source
check: ## install what is missing, build, and run every test
	$(Q)tools/setup/packages check
	$(Q)$(newer_qemu)
	$(Q)$(MAKE) --no-print-directory check-now

check-large: ## make check, and before it fetch or build guest kernels with 16 and 64 KiB pages (some ten minutes, once); reads every board of the kernel package, and counts beside ten million hostile operations
	$(Q)tools/setup/packages check
	$(Q)$(newer_qemu)
	$(Q)tools/setup/packages large
	$(Q)tools/setup/linux-16k $(CACHE)/linux-16k
	$(Q)tools/setup/linux-64k $(CACHE)/linux-64k
	$(Q)BOARDS_EVERY=1 LARGE=1 $(MAKE) --no-print-directory check-now

check-now: all debug $(BUILD)/bulkhead-selftest.bin $(BUILD)/bulkhead-faults.bin systems $(BUILD)/dtbs/complete $(large_images) $(boot_scr) sdcard-now fit-now unit $(asan)/bulkhead fuzzers $(BUILD)/layers.env
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) tests/check $(BUILD)

# Everything that tests/bench/run measures or looks at.
bench_needs := $(BUILD)/bulkhead.bin $(BUILD)/bulkhead $(addprefix $(images)/,bench.bin hello.bin) $(BUILD)/layers.env

.PHONY: bench bench-update profile
bench: $(bench_needs) ## count what operations cost in instructions, against budgets and peers
	$(Q)tests/bench/run $(BUILD)

bench-update: $(bench_needs) ## make today's figures the budgets, and bring docs/performance.* up to date
	$(Q)tests/bench/run $(BUILD) --update --docs

profile: $(bench_needs) ## where the instructions of one operation go: OP=hvc
	$(Q)tests/bench/run $(BUILD) --profile $(or $(OP),hvc)

check-source: $(BUILD)/layers.env $(el2_objects) ## the layering and style checks alone
	$(Q)tests/check-layers $(BUILD)/layers.env
	$(Q)tests/check-style
