# SPDX-License-Identifier: Apache-2.0
# Bare-metal guests: tests/guest/files.mk names programs (guests += rtos, from tests/guest/rtos.c or tests/rtos/rtos.c) and the kit's sources that all of them
# are linked with (guest_kit += tests/guest/kit/start.S); a program of several files names the others (guest_gic += tests/guest/gic/sgi.c). They become $(BUILD)/guest/<name>.bin, which start at their first byte.

guest := $(BUILD)/guest
guest_cc = $(el2_cc) -std=gnu11 -Wall -Wextra -Werror -I. $(el2_machine) -O2 -g -ffreestanding -fPIE -fno-common -fno-stack-protector \
	-ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables -include tools/build/hidden.h \
	$(reproducible) -MMD -MP
guest_ldflags := -pie --no-dynamic-linker --no-undefined -Bsymbolic -z text -z max-page-size=4096 --gc-sections --hash-style=sysv --build-id=none -T tests/guest/guest.lds

guest_kit_objects := $(patsubst %,$(guest)/%.o,$(guest_kit))
guest_own_objects = $(patsubst %,$(guest)/%.o,$(or $(wildcard tests/guest/$(1).c),tests/$(1)/$(1).c) $(guest_$(1)))
guest_objects := $(guest_kit_objects) $(foreach name,$(guests),$(call guest_own_objects,$(name)))
guest_binaries := $(patsubst %,$(guest)/%.bin,$(guests))
all_objects += $(guest_objects)

$(guest)/.flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(guest_cc) $(guest_ldflags)' | cmp -s - $@ || echo '$(guest_cc) $(guest_ldflags)' >$@

$(guest_objects): $(guest)/%.o: % $(guest)/.flags
	@mkdir -p $(@D)
	$(call say,CC,$* (guest))
	$(Q)$(guest_cc) -c -o $@ $<

$(patsubst %,$(guest)/%.elf,$(guests)): $(guest)/%.elf: $$(call guest_own_objects,$$*) $(guest_kit_objects) tests/guest/guest.lds
	$(call say,LD,guest/$*.elf)
	$(Q)$(LD) $(guest_ldflags) -o $@ $(filter %.o,$^)

$(guest_binaries): $(guest)/%.bin: $(guest)/%.elf
	$(Q)$(OBJCOPY) -O binary $< $@

.PHONY: guests
guests: $(guest_binaries) ## build the bare-metal guests
all: $(guest_binaries)

# ---- Firmware for tests, which runs from address 0 ----

test_firmware := $(BUILD)/firmware
test_firmware_objects := $(test_firmware)/start.S.o $(test_firmware)/firmware.c.o $(test_firmware)/scmi.c.o
all_objects += $(test_firmware_objects)

$(test_firmware_objects): $(test_firmware)/%.o: tests/firmware/% $(guest)/.flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(guest_cc) -fno-pie -c -o $@ $<

$(test_firmware)/firmware.bin: $(test_firmware_objects) tests/firmware/firmware.lds
	$(call say,LD,$@)
	$(Q)$(LD) -static --no-undefined -z max-page-size=4096 --build-id=none -T tests/firmware/firmware.lds -o $(@:.bin=.elf) $(test_firmware_objects)
	$(Q)$(OBJCOPY) -O binary -j .text $(@:.bin=.elf) $@

all: $(test_firmware)/firmware.bin
