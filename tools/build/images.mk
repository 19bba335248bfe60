# SPDX-License-Identifier: Apache-2.0
# What goes into example systems, the system files themselves, and running them.

GUEST_LINUX := $(CACHE)/guest-arm64-modules
board := boards/$(BOARD)
images := $(BUILD)/images
systems := $(patsubst $(board)/%.its,%,$(wildcard $(board)/*.its))

-include $(board)/board.mk

# Another one's system: SYSTEM=path/to/my.its. Its /incbin/s are looked for beside it, then among our images.
its := $(if $(filter %.its,$(SYSTEM)),$(SYSTEM),$(board)/$(SYSTEM).its)
ifeq ($(wildcard $(its)),)
$(error there is no system '$(SYSTEM)': SYSTEM is one of $(systems), or the path of an .its file)
endif
itb := $(BUILD)/$(basename $(notdir $(its))).itb
mkimage = SOURCE_DATE_EPOCH=0 mkimage -D '-I dts -O dtb -i $(images)'

# ---- Images ----

$(GUEST_LINUX)/complete:
	$(Q)tools/setup/guest-linux $(GUEST_LINUX)

# A link that an older tree made leads elsewhere.
$(images)/Image: $(if $(filter $(realpath $(GUEST_LINUX)/Image),$(realpath $(images)/Image)),,FORCE) | $(GUEST_LINUX)/complete
	$(Q)mkdir -p $(@D)
	$(Q)ln -sf $(GUEST_LINUX)/Image $@

# All boards' examples have the same user space.
rootfs := boards/qemu-virt/rootfs

$(images)/initramfs.cpio: tools/image/initramfs $(GUEST_LINUX)/complete $(shell find $(rootfs) -type f)
	$(call say,CPIO,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(PYTHON) $< $(GUEST_LINUX)/busybox $(GUEST_LINUX)/modules $(rootfs) $@

$(images)/u-boot.bin: /usr/lib/u-boot/qemu_arm64/u-boot.bin
	$(Q)mkdir -p $(@D)
	$(Q)ln -sf $< $@

$(patsubst %,$(images)/%.bin,$(guests)): $(images)/%.bin: $(guest)/%.bin
	$(Q)mkdir -p $(@D)
	$(Q)ln -sf ../guest/$*.bin $@

# Kernels with other page sizes: those that tools/setup/linux-16k and linux-64k have put into the cache (`make check-large`).
large_images := $(foreach pages,16k 64k,$(if $(wildcard $(CACHE)/linux-$(pages)/complete),$(images)/Image-$(pages)))

$(large_images): $(images)/Image-%: | $(CACHE)/linux-%/complete
	$(Q)mkdir -p $(@D)
	$(Q)ln -sf $(CACHE)/linux-$*/Image $@

# Boards' device trees, of both sources, by their names in Linux.
$(BUILD)/dtbs/complete: $(GUEST_LINUX)/complete $(LINUX_SOURCE)/complete
	$(Q)mkdir -p $(@D)
	$(Q)ln -sf $(GUEST_LINUX)/all-boards/*.dtb $(LINUX_SOURCE)/dtbs/*.dtb $(@D)/
	$(Q)touch $@

example_images := $(addprefix $(images)/,Image initramfs.cpio u-boot.bin $(addsuffix .bin,$(guests)))

.PHONY: images
images: $(example_images) ## make or fetch the images that example systems are made of, in BUILD/images

# ---- System files ----

$(sort $(itb) $(patsubst %,$(BUILD)/%.itb,$(systems))): $(BUILD)/%.itb: $(example_images)
$(patsubst %,$(BUILD)/%.itb,$(systems)): $(BUILD)/%.itb: $(board)/%.its
	$(make_itb)
ifeq ($(filter $(board)/%,$(its)),)
$(itb): $(its)
	$(make_itb)
endif

define make_itb
$(call say,MKIMAGE,$@)
$(Q)$(mkimage) -f $< $@.new >$@.log 2>&1 || { cat $@.log >&2; exit 1; }
$(Q)mv $@.new $@
endef

.PHONY: itb
itb: $(itb) ## make the system file of SYSTEM
all: $(itb)

# ---- Running ----

boot_scr := $(BUILD)/boot.scr
disk := $(BUILD)/disk-$(basename $(notdir $(its))).img

$(disk): tools/image/fat-disk $(boot_scr) $(BUILD)/bulkhead.bin $(itb)
	$(call say,DISK,$@)
	$(Q)tools/image/fat-disk $@ $(boot_scr) $(BUILD)/bulkhead.bin system.itb=$(itb)

.PHONY: run run-uboot run-now run-uboot-now
run: ## install what is missing, build, and boot SYSTEM in QEMU
	$(Q)tools/setup/packages run
	$(Q)$(MAKE) --no-print-directory run-now

run-uboot: ## the same, with U-Boot loading hypervisor and system from a disk
	$(Q)tools/setup/packages run-uboot
	$(Q)$(MAKE) --no-print-directory run-uboot-now

run-now: all $(BUILD)/dtbs/complete
	@[ -x $(board)/run ] || { echo "QEMU has no model of $(BOARD)" >&2; exit 1; }
	$(Q)CPU=$(CPU) $(board)/run $(BUILD) $(itb)

run-uboot-now: $(disk)
	$(Q)CPU=$(CPU) $(board)/run --uboot $(BUILD) $(disk)

.PHONY: systems
systems: $(patsubst %,$(BUILD)/%.itb,$(systems)) ## make the system files of all examples of BOARD
