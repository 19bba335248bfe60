/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each property name means. Sources: Devicetree Specification v0.4 chapter 2 and the bindings of the respective provider kinds
 * (clock, reset, power-domain, gpio, phy, dma, nvmem, interconnect, iommu, mailbox, iio, pwm, thermal, hwlock, sound, ...).
 */
#include "common/lib/string.h"
#include "dt/host_build.h"

#define PLAIN(n, i) { n, PROP_##i, 0, 0 }
#define CELLS(n, c) { n, PROP_CELLS, CELLS_##c, 0 }
#define REFS(n, c, k) { n, PROP_REF, CELLS_##c, REF_##k }

/* In strcmp order: it is searched by halves. */
static const struct prop_class by_name[] = {
	CELLS("#access-controller-cells", ACCESS),
	PLAIN("#address-cells", ADDRESS_CELLS),
	CELLS("#clock-cells", CLOCK),
	CELLS("#cooling-cells", COOLING),
	CELLS("#dma-cells", DMA),
	CELLS("#gpio-cells", GPIO),
	CELLS("#hwlock-cells", HWLOCK),
	CELLS("#interconnect-cells", INTERCONNECT),
	PLAIN("#interrupt-cells", INTERRUPT_CELLS),
	CELLS("#io-channel-cells", IO_CHANNEL),
	CELLS("#iommu-cells", IOMMU),
	CELLS("#mbox-cells", MBOX),
	CELLS("#nvmem-cell-cells", NVMEM),
	CELLS("#phy-cells", PHY),
	CELLS("#power-domain-cells", POWER_DOMAIN),
	CELLS("#pwm-cells", PWM),
	CELLS("#reset-cells", RESET),
	PLAIN("#size-cells", SIZE_CELLS),
	CELLS("#sound-dai-cells", SOUND_DAI),
	CELLS("#thermal-sensor-cells", THERMAL),
	REFS("access-controllers", ACCESS, OTHER),
	REFS("assigned-clock-parents", CLOCK, CLOCK),
	REFS("assigned-clocks", CLOCK, CLOCK),
	REFS("backlight", NONE, OTHER),
	REFS("clocks", CLOCK, CLOCK),
	PLAIN("compatible", COMPATIBLE),
	REFS("cooling-device", COOLING, OTHER),
	REFS("cpu", NONE, OTHER),
	REFS("cpus", NONE, OTHER),
	REFS("ddc-i2c-bus", NONE, OTHER),
	PLAIN("device_type", DEVICE_TYPE),
	PLAIN("dma-coherent", DMA_COHERENT),
	PLAIN("dma-ranges", DMA_RANGES),
	REFS("dmas", DMA, DMA),
	REFS("extcon", NONE, OTHER),
	PLAIN("gpio-hog", GPIO_HOG),
	REFS("gpio-ranges", THREE, PINCTRL),
	REFS("gpios", GPIO, GPIO),
	REFS("hwlocks", HWLOCK, OTHER),
	REFS("i2c-bus", NONE, OTHER),
	REFS("i2c-parent", NONE, OTHER),
	REFS("interconnects", INTERCONNECT, INTERCONNECT),
	PLAIN("interrupt-controller", INTERRUPT_CONTROLLER),
	PLAIN("interrupt-map", INTERRUPT_MAP),
	PLAIN("interrupt-map-mask", INTERRUPT_MAP_MASK),
	PLAIN("interrupt-parent", INTERRUPT_PARENT),
	PLAIN("interrupts", INTERRUPTS),
	PLAIN("interrupts-extended", INTERRUPTS_EXTENDED),
	REFS("io-channels", IO_CHANNEL, OTHER),
	PLAIN("iommu-map", IOMMU_MAP),
	PLAIN("iommus", IOMMUS),
	PLAIN("linux,phandle", PHANDLE),
	REFS("mboxes", MBOX, OTHER),
	REFS("mdio-parent-bus", NONE, OTHER),
	REFS("memory-region", NONE, MEMORY),
	REFS("mmc-pwrseq", NONE, OTHER),
	REFS("next-level-cache", NONE, OTHER),
	REFS("nvmem", NONE, NVMEM),
	REFS("nvmem-cells", NVMEM, NVMEM),
	REFS("operating-points-v2", NONE, OPP),
	REFS("panel", NONE, OTHER),
	REFS("pcs-handle", NONE, PHY),
	PLAIN("phandle", PHANDLE),
	REFS("phy", NONE, PHY),
	REFS("phy-device", NONE, PHY),
	REFS("phy-handle", NONE, PHY),
	REFS("phys", PHY, PHY),
	REFS("power-domains", POWER_DOMAIN, POWER_DOMAIN),
	REFS("pwms", PWM, OTHER),
	PLAIN("ranges", RANGES),
	PLAIN("reg", REG),
	REFS("remote-endpoint", NONE, OTHER),
	REFS("required-opps", NONE, OPP),
	REFS("resets", RESET, RESET),
	REFS("sfp", NONE, OTHER),
	REFS("shmem", NONE, MEMORY),
	REFS("sound-dai", SOUND_DAI, OTHER),
	PLAIN("status", STATUS),
	REFS("thermal-sensors", THERMAL, OTHER),
	REFS("trip", NONE, OTHER),
	REFS("usb-phy", NONE, PHY),
};

static const struct prop_class nr_gpios = PLAIN(",nr-gpios", OTHER); /* a count, though it ends in "-gpios" */
static const struct prop_class by_end[] = {
	REFS("-supply", NONE, SUPPLY),
	REFS("-gpios", GPIO, GPIO),
	REFS("-gpio", GPIO, GPIO),
};

/* Vendors have no rule for references to a system controller. These words are in nearly all of the names. */
static const struct prop_class by_word[] = {
	{ "syscon", PROP_SYSCON, CELLS_REST, REF_SYSCON },
	{ "grf", PROP_SYSCON, CELLS_REST, REF_SYSCON },
	{ "sysreg", PROP_SYSCON, CELLS_REST, REF_SYSCON },
	{ "sysctrl", PROP_SYSCON, CELLS_REST, REF_SYSCON },
	{ "sysmgr", PROP_SYSCON, CELLS_REST, REF_SYSCON },
	{ "anatop", PROP_SYSCON, CELLS_REST, REF_SYSCON },
	{ "scfg", PROP_SYSCON, CELLS_REST, REF_SYSCON },
	{ "gpr", PROP_SYSCON, CELLS_REST, REF_SYSCON },
};

static const struct prop_class pinctrl = REFS("pinctrl-", NONE, PINCTRL);
static const struct prop_class other = PLAIN("", OTHER);

static bool ends_in(const char *name, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && memcmp(name + len - n, end, n) == 0;
}

static bool has_word(const char *name, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++)
		if (memcmp(name + i, word, n) == 0)
			return true;
	return false;
}

static const struct prop_class *find_name(const char *name)
{
	size_t low = 0, high = ARRAY_SIZE(by_name);

	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = strcmp(name, by_name[mid].name);

		if (c == 0)
			return &by_name[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct prop_class *prop_classify(const char *name)
{
	const struct prop_class *found = find_name(name);
	size_t len = strlen(name);

	if (found)
		return found;
	/* "pinctrl-0", not "pinctrl-names" */
	if (strncmp(name, "pinctrl-", 8) == 0 && name[8] >= '0' && name[8] <= '9')
		return &pinctrl;
	if (ends_in(name, len, nr_gpios.name))
		return &nr_gpios;
	for (size_t i = 0; i < ARRAY_SIZE(by_end); i++)
		if (ends_in(name, len, by_end[i].name))
			return &by_end[i];
	for (size_t i = 0; i < ARRAY_SIZE(by_word); i++)
		if (has_word(name, len, by_word[i].name))
			return &by_word[i];
	return &other;
}
