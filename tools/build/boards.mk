# SPDX-License-Identifier: Apache-2.0
# What is put on a board: an SD card's files, or one FIT. boards/<name>/board.mk says where U-Boot loads what.

FIT_KEYS ?=# a directory with bulkhead.key and bulkhead.crt: `make fit` signs with them

sdcard := $(BUILD)/sdcard-$(BOARD)
has_dtb := $(if $(board_dtb),1,0)

# The script's first lines are the board's addresses.
$(BUILD)/boot.cmd: boards/boot.cmd $(wildcard $(board)/board.mk) $(BUILD)/.board
	$(Q)mkdir -p $(@D)
	$(Q)printf 'setenv kernel_addr %s\nsetenv dtb_addr %s\nsetenv system_addr %s\nsetenv has_dtb %s\n' \
		$(board_kernel_addr) $(board_dtb_addr) $(board_system_addr) $(has_dtb) | cat - $< >$@

$(boot_scr): $(BUILD)/boot.cmd
	$(Q)SOURCE_DATE_EPOCH=0 mkimage -A arm64 -T script -C none -d $< $@ >/dev/null

.PHONY: sdcard sdcard-now fit fit-now
sdcard: ## files and image of an SD card that boots SYSTEM on BOARD
	$(Q)tools/setup/packages run-uboot
	$(Q)$(MAKE) --no-print-directory sdcard-now

sdcard-now: $(boot_scr) $(BUILD)/bulkhead.bin $(itb) $(BUILD)/dtbs/complete
	$(Q)rm -rf $(sdcard) && mkdir -p $(sdcard)
	$(Q)cp $(boot_scr) $(BUILD)/bulkhead.bin $(sdcard)/
	$(Q)cp $(itb) $(sdcard)/system.itb
	$(Q)$(if $(board_dtb),cp -L $(BUILD)/dtbs/$(board_dtb) $(sdcard)/board.dtb)
	$(Q)sed '1,2d; s/@BOARD@/$(BOARD)/g; s/@KERNEL@/$(board_kernel_addr)/g; s/@SYSTEM@/$(board_system_addr)/g; s/@DTB@/$(board_dtb_addr)/g' boards/sdcard.txt >$(sdcard)/README.txt
	$(Q)tools/image/fat-disk $(sdcard).img $(sdcard)/*
	@echo "$(sdcard).img"

# One FIT, verified and placed by U-Boot's bootm; the system file is its ramdisk.
fit: ## the same as one FIT for U-Boot's bootm, signed if FIT_KEYS is given
	$(Q)tools/setup/packages run-uboot
	$(Q)$(MAKE) --no-print-directory fit-now

fit-now: $(BUILD)/bulkhead.bin $(itb) $(BUILD)/dtbs/complete
	$(Q)tools/image/board-fit $(board_kernel_addr) $(BUILD)/bulkhead.bin $(itb) '$(if $(board_dtb),$(BUILD)/dtbs/$(board_dtb))' '$(FIT_KEYS)' $(BUILD)/bulkhead-$(BOARD).fit
	@echo "$(BUILD)/bulkhead-$(BOARD).fit"
