# SPDX-License-Identifier: Apache-2.0
# bulkhead.elf and bulkhead.bin.

# ---- Toolchain: CROSS_COMPILE=<prefix> (GNU), LLVM=1 (clang, lld, llvm-*), or CC=clang with the GNU linker ----

ifeq ($(LLVM),1)
CC := clang
LD := ld.lld
OBJCOPY := llvm-objcopy
OBJDUMP := llvm-objdump
NM := llvm-nm
else
CC := $(if $(filter undefined default,$(origin CC)),$(CROSS_COMPILE)gcc,$(CC))
LD := $(CROSS_COMPILE)ld
OBJCOPY := $(CROSS_COMPILE)objcopy
OBJDUMP := $(CROSS_COMPILE)objdump
NM := $(CROSS_COMPILE)nm
endif

ifneq ($(findstring clang,$(CC)),)
# Only the compiler's own freestanding headers.
el2_cc := $(CC) --target=aarch64-linux-gnu -nostdlibinc
else
el2_cc := $(CC) -nostdinc -isystem $(shell $(CC) -print-file-name=include 2>/dev/null)
endif

# ---- Flags ----

# Paths in messages and debug information do not say where the tree, the build directory and the cache lie.
reproducible := -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(abspath $(BUILD))=build -ffile-prefix-map=$(LIBFDT)=libfdt

common_flags := -std=gnu11 -Wall -Wextra -Werror -I. $(libfdt_include) -include $(config_h) $(reproducible) -MMD -MP

# -mno-outline-atomics: no calls into libgcc. No unwind tables: nothing unwinds.
el2_machine := -march=armv8-a -mgeneral-regs-only -mstrict-align -mno-outline-atomics
# Cortex-A53 errata 835769 (compiler) and 843419 (linker): sequences of instructions that go wrong.
el2_machine += -mfix-cortex-a53-835769
# Few registers need saving when a guest exits: functions preserve x8 to x15, too, and leave x18 alone (arch/arm64/vectors.S).
el2_abi := $(addprefix -fcall-saved-x,8 9 10 11 12 13 14 15) -ffixed-x18
el2_flags := $(el2_machine) $(el2_abi) -Oz -g -ffreestanding -fPIE -fno-common -fno-strict-aliasing -fstack-protector-strong -fstack-usage \
	-ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables -include tools/build/hidden.h

# Speed where guests wait for it (hot, in files.mk, and boot), size elsewhere: what stays mapped is what an attacker finds.
$(addprefix $(BUILD)/el2/,$(addsuffix .o,$(hot) $(boot))): el2_flags += -O2 -falign-functions=4 -fomit-frame-pointer

el2 := $(BUILD)/el2
el2_lds := $(el2)/bulkhead.lds
# GNU ld: by ADR, which reaches all of the image but its last half MiB; veneers, its other way, would cost 4 KiB of text.
fix_843419 := --fix-cortex-a53-843419$(if $(filter 1,$(LLVM)),,=adr)
el2_ldflags := -pie --no-dynamic-linker --no-undefined -Bsymbolic -z text -z max-page-size=4096 --gc-sections --hash-style=sysv --build-id=none $(fix_843419) -T $(el2_lds)

resident_objects := $(patsubst %,$(el2)/%.o,$(resident))
boot_objects := $(patsubst %,$(el2)/%.o,$(boot))
libfdt_objects := $(patsubst %,$(el2)/libfdt/%.o,$(libfdt_sources))
el2_objects := $(resident_objects) $(boot_objects) $(libfdt_objects)
all_objects += $(el2_objects)

# ---- Rules ----

# Everything is rebuilt when the compiler, its flags, or what kind a file is, change.
el2_kinds = $(el2_cc) $(common_flags) $(el2_flags) $(el2_ldflags) boot: $(boot) hot: $(hot)
$(el2)/.flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(el2_kinds)' | cmp -s - $@ || echo '$(el2_kinds)' >$@

$(resident_objects): $(el2)/%.o: % $(config_h) $(el2)/.flags $(LINUX_SOURCE)/complete
	@mkdir -p $(@D)
	$(call say,CC,$*)
	$(Q)$(el2_cc) $(common_flags) $(el2_flags) -c -o $@ $<

# Boot-only objects are told apart by the names of their sections, which the linker script gathers: .boot.text.*, .boot.rodata.*, ...
boot_sections = $(OBJCOPY) --remove-section=.note.gnu.property --remove-section=.note.GNU-stack --remove-section=.comment --prefix-alloc-sections=.boot $@

$(boot_objects): $(el2)/%.o: % $(config_h) $(el2)/.flags $(LINUX_SOURCE)/complete
	@mkdir -p $(@D)
	$(call say,CC,$* (boot))
	$(Q)$(el2_cc) $(common_flags) $(el2_flags) -c -o $@ $<
	$(Q)$(boot_sections)

$(libfdt_objects): $(el2)/libfdt/%.o: $(config_h) $(el2)/.flags $(LINUX_SOURCE)/complete dt/libfdt_env.h
	@mkdir -p $(@D)
	$(call say,CC,libfdt/$* (boot))
	$(Q)$(el2_cc) $(common_flags) $(libfdt_warnings) $(el2_flags) -c -o $@ $(LIBFDT)/$*
	$(Q)$(boot_sections)

$(el2_lds): arch/arm64/bulkhead.lds.S $(config_h)
	@mkdir -p $(@D)
	$(Q)$(el2_cc) -E -P -x assembler-with-cpp -I. -include $(config_h) -D__ASSEMBLER__ -D__LINKER__ -MMD -MP -MT $@ -MF $(@:.lds=.lds.d) -o $@ $<
-include $(el2)/bulkhead.lds.d

$(BUILD)/bulkhead.elf: $(el2_objects) $(el2_lds)
	$(call say,LD,$@)
	$(Q)$(LD) $(el2_ldflags) -Map=$(BUILD)/bulkhead.map -o $@ $(el2_objects)

$(BUILD)/bulkhead.bin: $(BUILD)/bulkhead.elf
	$(call say,OBJCOPY,$@)
	$(Q)$(OBJCOPY) -O binary $< $@
