# SPDX-License-Identifier: Apache-2.0
# What runs on the machine that builds: the pure sources three times (plain for the `bulkhead` command, under ASan and UBSan for unit tests,
# instrumented for the fuzzers), and the programs linked with them.

HOSTCC ?= gcc
FUZZCC ?= clang

plain := $(BUILD)/host/plain
asan := $(BUILD)/host/asan
fuzz := $(BUILD)/host/fuzz
plain_cc = $(HOSTCC) -O2 -g -Itests/shim $(common_flags)
asan_cc = $(HOSTCC) -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -Itests/shim $(common_flags)
fuzz_cc = $(FUZZCC) -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -Itests/shim $(common_flags)

# $(call host_variant,name): objects of the pure sources and libfdt in $(BUILD)/host/name, as libpure.a and libfdt.a.
define host_variant
$(1)_pure := $$(patsubst %,$$($(1))/%.o,$$(pure))
$(1)_libfdt := $$(patsubst %,$$($(1))/libfdt/%.o,$$(libfdt_sources))
$(1)_libs := $$($(1))/libpure.a $$($(1))/libfdt.a
all_objects += $$($(1)_pure) $$($(1)_libfdt)

$$($(1))/.flags: FORCE
	$$(Q)mkdir -p $$(@D)
	$$(Q)echo '$$($(1)_cc)' | cmp -s - $$@ || echo '$$($(1)_cc)' >$$@

$$($(1))/%.c.o: %.c $$(config_h) $$($(1))/.flags $$(LINUX_SOURCE)/complete
	@mkdir -p $$(@D)
	$$(call say,HOSTCC,$$*.c ($(1)))
	$$(Q)$$($(1)_cc) -c -o $$@ $$<

$$($(1)_libfdt): $$($(1))/libfdt/%.o: $$(config_h) $$($(1))/.flags $$(LINUX_SOURCE)/complete dt/libfdt_env.h
	@mkdir -p $$(@D)
	$$(call say,HOSTCC,libfdt/$$* ($(1)))
	$$(Q)$$($(1)_cc) $$(libfdt_warnings) -c -o $$@ $$(LIBFDT)/$$*

$$($(1))/libpure.a: $$($(1)_pure)
	@mkdir -p $$(@D)
	$$(Q)rm -f $$@ && ar rcsD $$@ $$^

$$($(1))/libfdt.a: $$($(1)_libfdt)
	$$(Q)rm -f $$@ && ar rcsD $$@ $$^
endef
$(eval $(call host_variant,plain))
$(eval $(call host_variant,asan))
$(eval $(call host_variant,fuzz))

# ---- The `bulkhead` command ----

tool := $(or $(tool),$(wildcard tools/*.c))
tool_objects := $(patsubst %,$(plain)/%.o,$(tool))
all_objects += $(tool_objects)

$(BUILD)/bulkhead: $(tool_objects) $(plain_libs)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -o $@ $^

# The same with sanitizers, for tests/check-dtbs.
asan_tool_objects := $(patsubst %,$(asan)/%.o,$(tool))
all_objects += $(asan_tool_objects)

$(asan)/bulkhead: $(asan_tool_objects) $(asan_libs)
	$(call say,HOSTLD,$@)
	$(Q)$(asan_cc) -o $@ $^

ifneq ($(tool),)
all: $(BUILD)/bulkhead
endif

# ---- Unit tests: tests/unit/test_*.c is one program each; other files there are shared by all ----

unit_tests := $(patsubst %.c,$(asan)/%,$(wildcard tests/unit/test_*.c))
unit_shared := $(patsubst %,$(asan)/%.o,$(filter-out $(wildcard tests/unit/test_*.c),$(wildcard tests/unit/*.c)))
all_objects += $(unit_shared) $(patsubst %,%.c.o,$(unit_tests))

$(asan)/libunit.a: $(unit_shared)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(unit_tests): $(asan)/%: $(asan)/%.c.o $(asan)/libunit.a $(asan_libs)
	$(call say,HOSTLD,$*)
	$(Q)$(asan_cc) $(unit_ldflags) -o $@ $^ -lcmocka

# It puts itself before the arena's functions.
$(asan)/tests/unit/test_no_memory: unit_ldflags := -Wl,--wrap=arena_alloc,--wrap=arena_alloc_array,--wrap=arena_strndup

.PHONY: unit
unit: $(unit_tests) ## build the unit tests

# ---- Fuzzers: tests/fuzz/fuzz_*.c ----

fuzzers := $(patsubst %.c,$(fuzz)/%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz_shared := $(patsubst %,$(fuzz)/%.o,$(filter-out $(wildcard tests/fuzz/fuzz_*.c),$(wildcard tests/fuzz/*.c)))
all_objects += $(fuzz_shared) $(patsubst %,%.c.o,$(fuzzers))

$(fuzz)/libfuzzed.a: $(fuzz_shared)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(fuzzers): $(fuzz)/%: $(fuzz)/%.c.o $(fuzz)/libfuzzed.a $(fuzz_libs)
	$(call say,HOSTLD,$*)
	$(Q)$(FUZZCC) -fsanitize=fuzzer,address,undefined -o $@ $^

.PHONY: fuzzers
fuzzers: $(fuzzers) ## build the fuzzers
