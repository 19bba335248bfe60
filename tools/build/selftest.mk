# SPDX-License-Identifier: Apache-2.0
# bulkhead-selftest.bin, for the boot matrix: bulkhead.bin's own objects, and tests that run after the proof, as boot code, and when guests ask for
# them (tests/selftest).

selftest := $(BUILD)/selftest
selftest_resident := $(selftest)/tests/selftest/fault.c.o
selftest_boot := $(patsubst %,$(selftest)/%.o,tests/selftest/stage2.c tests/unit/walker.c)
selftest_objects := $(selftest_resident) $(selftest_boot)
all_objects += $(selftest_objects)

$(selftest_resident): $(selftest)/%.o: % $(config_h) $(el2)/.flags $(LINUX_SOURCE)/complete
	@mkdir -p $(@D)
	$(call say,CC,$* (selftest))
	$(Q)$(el2_cc) $(common_flags) $(el2_flags) -Wno-infinite-recursion -c -o $@ $<

$(selftest_boot): $(selftest)/%.o: % $(config_h) $(el2)/.flags $(LINUX_SOURCE)/complete
	@mkdir -p $(@D)
	$(call say,CC,$* (selftest))
	$(Q)$(el2_cc) $(common_flags) $(el2_flags) -c -o $@ $<
	$(Q)$(boot_sections)

$(BUILD)/bulkhead-selftest.elf: $(el2_objects) $(selftest_objects) $(el2_lds)
	$(call say,LD,$@)
	$(Q)$(LD) $(el2_ldflags) --wrap=prove_separation --wrap=exit_call -o $@ $(el2_objects) $(selftest_objects)

$(BUILD)/bulkhead-selftest.bin: $(BUILD)/bulkhead-selftest.elf
	$(Q)$(OBJCOPY) -O binary $< $@
