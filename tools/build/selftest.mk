# SPDX-License-Identifier: Apache-2.0
# For the boot matrix, bulkhead.bin's own objects and: bulkhead-selftest.bin, tests that run after the proof, as boot code (tests/selftest/stage2.c);
# bulkhead-faults.bin, what guests may ask for to have the hypervisor fail (tests/selftest/fault.c).

selftest := $(BUILD)/selftest
faults_objects := $(selftest)/tests/selftest/fault.c.o
selftest_objects := $(patsubst %,$(selftest)/%.o,tests/selftest/stage2.c tests/unit/walker.c)
all_objects += $(faults_objects) $(selftest_objects)

$(faults_objects): $(selftest)/%.o: % $(config_h) $(el2)/.flags $(LINUX_SOURCE)/complete
	@mkdir -p $(@D)
	$(call say,CC,$* (selftest))
	$(Q)$(el2_cc) $(common_flags) $(el2_flags) -c -o $@ $<

$(selftest_objects): $(selftest)/%.o: % $(config_h) $(el2)/.flags $(LINUX_SOURCE)/complete
	@mkdir -p $(@D)
	$(call say,CC,$* (selftest))
	$(Q)$(el2_cc) $(common_flags) $(el2_flags) -c -o $@ $<
	$(Q)$(boot_sections)

$(BUILD)/bulkhead-selftest.elf: $(el2_objects) $(selftest_objects) $(el2_lds)
	$(call say,LD,$@)
	$(Q)$(LD) $(el2_ldflags) --wrap=prove_separation -o $@ $(el2_objects) $(selftest_objects)

$(BUILD)/bulkhead-faults.elf: $(el2_objects) $(faults_objects) $(el2_lds)
	$(call say,LD,$@)
	$(Q)$(LD) $(el2_ldflags) --wrap=exit_call -o $@ $(el2_objects) $(faults_objects)

$(BUILD)/bulkhead-selftest.bin $(BUILD)/bulkhead-faults.bin: %.bin: %.elf
	$(Q)$(OBJCOPY) -O binary $< $@
