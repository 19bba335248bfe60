# SPDX-License-Identifier: Apache-2.0
# Kconfig: $(BUILD)/.config from the board's defconfig, and config.h from that.

kconfig := KCONFIG_CONFIG=$(BUILD)/.config $(PYTHON) -m
config_h := $(BUILD)/include/config.h

ifeq ($(wildcard boards/$(BOARD)/defconfig),)
$(error there is no board '$(BOARD)': BOARD is one of $(patsubst boards/%/defconfig,%,$(wildcard boards/*/defconfig)))
endif

# Another BOARD makes a new .config; otherwise the one that is there, perhaps from menuconfig, is kept.
$(BUILD)/.board: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(BOARD)' | cmp -s - $@ || echo '$(BOARD)' >$@

$(BUILD)/.config: $(BUILD)/.board | boards/$(BOARD)/defconfig
	@for tool in $(CC) $(LD) $(HOSTCC) dtc mkimage; do command -v $$tool >/dev/null || { echo "$$tool is not installed; 'make setup' installs what is missing" >&2; exit 1; }; done
	@$(PYTHON) -c 'import kconfiglib' 2>/dev/null || { echo "$(PYTHON) has no kconfiglib; 'make setup' installs what is missing" >&2; exit 1; }
	$(call say,CONFIG,boards/$(BOARD)/defconfig)
	$(Q)$(kconfig) defconfig --kconfig Kconfig boards/$(BOARD)/defconfig >/dev/null

$(config_h): $(BUILD)/.config Kconfig
	$(Q)mkdir -p $(@D)
	$(Q)$(kconfig) genconfig --header-path $@.new Kconfig
	$(Q)cmp -s $@.new $@ && rm $@.new && touch $@ || mv $@.new $@

.PHONY: setup
setup: ## install the distribution's packages that building, running and testing need
	$(Q)tools/setup/packages check

.PHONY: menuconfig savedefconfig
menuconfig: $(BUILD)/.config ## change the configuration of this build directory
	$(Q)$(kconfig) menuconfig Kconfig

savedefconfig: $(BUILD)/.config ## write this configuration's differences from the defaults to BUILD/defconfig
	$(Q)$(kconfig) savedefconfig --kconfig Kconfig --out $(BUILD)/defconfig >/dev/null
	@echo "$(BUILD)/defconfig"

.PHONY: FORCE
FORCE:
