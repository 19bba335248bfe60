# SPDX-License-Identifier: Apache-2.0
# bulkhead-selftest.bin, for the boot matrix: bulkhead.bin's own objects, and tests that run after the proof, as boot code (tests/selftest).

selftest := $(BUILD)/selftest
selftest_objects := $(patsubst %,$(selftest)/%.o,$(wildcard tests/selftest/*.c) tests/unit/walker.c)
all_objects += $(selftest_objects)

$(selftest_objects): $(selftest)/%.o: % $(config_h) $(el2)/.flags $(LINUX_SOURCE)/complete
	@mkdir -p $(@D)
	$(call say,CC,$* (selftest))
	$(Q)$(el2_cc) $(common_flags) $(el2_flags) -c -o $@ $<
	$(Q)$(boot_sections)

$(BUILD)/bulkhead-selftest.elf: $(el2_objects) $(selftest_objects) $(el2_lds)
	$(call say,LD,$@)
	$(Q)$(LD) $(el2_ldflags) --wrap=prove_separation -o $@ $(el2_objects) $(selftest_objects)

$(BUILD)/bulkhead-selftest.bin: $(BUILD)/bulkhead-selftest.elf
	$(Q)$(OBJCOPY) -O binary $< $@
