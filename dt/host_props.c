/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each property name means, and the compatible strings that the parser itself looks for. Sources: Devicetree Specification v0.4
 * chapter 2 and the bindings of the respective provider kinds (clock, reset, power-domain, gpio, phy, dma, nvmem, interconnect, iommu, mailbox, iio, pwm,
 * thermal, hwlock, mux, sound, ...). Vendors' own references are known by name only: those are here that boards' device trees in Linux have.
 */
#include "common/lib/string.h"
#include "dt/host_build.h"

#define PLAIN(n, i) KNOWN(n, PROP_##i, 0, 0)
#define CELLS(n, c) KNOWN(n, PROP_CELLS, CELLS_##c, 0)
#define REFS(n, c, k) KNOWN(n, PROP_REF, CELLS_##c, REF_##k)
#define SYSCON(n) KNOWN(n, PROP_SYSCON, CELLS_REST, REF_SYSCON)

static const struct known by_name[] = {
	REFS("cpu", NONE, OTHER),
	REFS("phy", NONE, PHY),
	PLAIN("reg", REG),
	REFS("sfp", NONE, OTHER),
	REFS("cpus", NONE, OTHER),
	REFS("dmas", DMA, DMA),
	REFS("gpio", GPIO, GPIO),
	REFS("phys", PHY, PHY),
	REFS("pwms", PWM, OTHER),
	REFS("trip", NONE, OTHER),
	REFS("gpios", GPIO, GPIO),
	REFS("nvmem", NONE, NVMEM),
	REFS("panel", NONE, OTHER),
	REFS("shmem", NONE, MEMORY),
	REFS("clocks", CLOCK, CLOCK),
	REFS("extcon", NONE, OTHER),
	PLAIN("iommus", IOMMUS),
	REFS("mboxes", MBOX, OTHER),
	REFS("pm_qos", NONE, OTHER),
	PLAIN("ranges", RANGES),
	SYSCON("regmap"),
	REFS("resets", RESET, RESET),
	PLAIN("status", STATUS),
	REFS("ti,sci", NONE, OTHER),
	REFS("hwlocks", HWLOCK, OTHER),
	REFS("i2c-bus", NONE, OTHER),
	PLAIN("phandle", PHANDLE),
	REFS("usb-phy", NONE, PHY),
	REFS("fpga-mgr", NONE, OTHER),
	PLAIN("gpio-hog", GPIO_HOG),
	REFS("qcom,gmu", NONE, OTHER),
	SYSCON("qcom,ipc"),
	REFS("qcom,qmp", NONE, OTHER),
	REFS("ae-handle", NONE, OTHER),
	REFS("backlight", NONE, OTHER),
	SYSCON("intf_mode"),
	PLAIN("iommu-map", IOMMU_MAP),
	REFS("ptp-timer", NONE, OTHER),
	REFS("sound-dai", SOUND_DAI, OTHER),
	CELLS("#dma-cells", DMA),
	CELLS("#phy-cells", PHY),
	CELLS("#pwm-cells", PWM),
	PLAIN("arm,smc-id", SMC_ID),
	PLAIN("compatible", COMPATIBLE),
	PLAIN("dma-ranges", DMA_RANGES),
	REFS("eth-handle", NONE, OTHER),
	REFS("i2c-parent", NONE, OTHER),
	PLAIN("interrupts", INTERRUPTS),
	REFS("mmc-pwrseq", NONE, OTHER),
	REFS("pcs-handle", NONE, PHY),
	REFS("phy-device", NONE, PHY),
	REFS("phy-handle", NONE, PHY),
	CELLS("#gpio-cells", GPIO),
	CELLS("#mbox-cells", MBOX),
	PLAIN("#size-cells", SIZE_CELLS),
	REFS("ddc-i2c-bus", NONE, OTHER),
	PLAIN("device_type", DEVICE_TYPE),
	REFS("dsaf-handle", NONE, OTHER),
	REFS("fsl,usbmisc", REST, OTHER),
	REFS("gpio-ranges", THREE, PINCTRL),
	REFS("io-channels", IO_CHANNEL, OTHER),
	REFS("nvmem-cells", NVMEM, NVMEM),
	REFS("renesas,fcp", NONE, OTHER),
	CELLS("#clock-cells", CLOCK),
	CELLS("#iommu-cells", IOMMU),
	CELLS("#reset-cells", RESET),
	PLAIN("dma-coherent", DMA_COHERENT),
	REFS("mux-controls", MUX, OTHER),
	REFS("renesas,cmms", NONE, OTHER),
	REFS("renesas,vsps", ONE, OTHER),
	SYSCON("rockchip,pmu"),
	CELLS("#hwlock-cells", HWLOCK),
	SYSCON("fsl,stop-mode"),
	REFS("interconnects", INTERCONNECT, INTERCONNECT),
	PLAIN("interrupt-map", INTERRUPT_MAP),
	PLAIN("linux,phandle", PHANDLE),
	REFS("memory-region", NONE, MEMORY),
	REFS("pcsphy-handle", NONE, PHY),
	REFS("power-domains", POWER_DOMAIN, POWER_DOMAIN),
	REFS("required-opps", NONE, OPP),
	PLAIN("#address-cells", ADDRESS_CELLS),
	CELLS("#cooling-cells", COOLING),
	REFS("allwinner,sram", REST, OTHER),
	REFS("amlogic,canvas", NONE, OTHER),
	REFS("cooling-device", COOLING, OTHER),
	REFS("devfreq-events", NONE, OTHER),
	REFS("fsl,fman-ports", NONE, OTHER),
	SYSCON("qcom,halt-regs"),
	REFS("secure-monitor", NONE, OTHER),
	REFS("assigned-clocks", CLOCK, CLOCK),
	REFS("fsl,rcpm-wakeup", REST, OTHER),
	REFS("mdio-parent-bus", NONE, OTHER),
	REFS("qcom,bcm-voters", NONE, OTHER),
	REFS("remote-endpoint", NONE, OTHER),
	REFS("thermal-sensors", THERMAL, OTHER),
	PLAIN("#interrupt-cells", INTERRUPT_CELLS),
	CELLS("#sound-dai-cells", SOUND_DAI),
	PLAIN("interrupt-parent", INTERRUPT_PARENT),
	REFS("next-level-cache", NONE, OTHER),
	CELLS("#io-channel-cells", IO_CHANNEL),
	CELLS("#nvmem-cell-cells", NVMEM),
	SYSCON("amlogic,ao-secure"),
	CELLS("#mux-control-cells", MUX),
	REFS("access-controllers", ACCESS, OTHER),
	PLAIN("interrupt-map-mask", INTERRUPT_MAP_MASK),
	CELLS("#interconnect-cells", INTERCONNECT),
	CELLS("#power-domain-cells", POWER_DOMAIN),
	PLAIN("interrupts-extended", INTERRUPTS_EXTENDED),
	REFS("operating-points-v2", NONE, OPP),
	PLAIN("interrupt-controller", INTERRUPT_CONTROLLER),
	CELLS("#thermal-sensor-cells", THERMAL),
	REFS("assigned-clock-parents", CLOCK, CLOCK),
	CELLS("#access-controller-cells", ACCESS),
	SYSCON("marvell,system-controller"),
};

static const struct known nr_gpios = PLAIN(",nr-gpios", OTHER); /* a count, though it ends in "-gpios" */
static const struct known by_end[] = {
	REFS("-supply", NONE, SUPPLY),
	REFS("-gpios", GPIO, GPIO),
	REFS("-gpio", GPIO, GPIO),
};

/* Vendors have no rule for references to a system controller. These words are in most of the names; by_name has others. */
static const struct known by_word[] = {
	SYSCON("syscon"),
	SYSCON("grf"),
	SYSCON("sysreg"),
	SYSCON("sysctrl"),
	SYSCON("sysmgr"),
	SYSCON("anatop"),
	SYSCON("scfg"),
	SYSCON("gpr"),
};

static const struct known pinctrl = REFS("pinctrl-", NONE, PINCTRL);
static const struct known other = { .id = PROP_OTHER };

static bool ends_in(const char *name, size_t len, const struct known *end)
{
	return len > end->len && name[len - 1] == end->name[end->len - 1] && memcmp(name + len - end->len, end->name, end->len) == 0;
}

/* The first of the words that is anywhere in the name. */
static const struct known *find_word(const char *name)
{
	for (const char *p = name; *p; p++) {
		/* None begins with other letters. */
		if (*p == 's' ? p[1] != 'y' && p[1] != 'c' : *p == 'g' ? p[1] != 'r' && p[1] != 'p' : *p != 'a' || p[1] != 'n')
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(by_word); i++)
			if (*p == by_word[i].name[0] && strncmp(p, by_word[i].name, by_word[i].len) == 0)
				return &by_word[i];
	}
	return NULL;
}

const struct known *prop_classify(const char *name)
{
	size_t len = strlen(name);
	const struct known *found = known_find(by_name, ARRAY_SIZE(by_name), name, len);

	if (found)
		return found;
	/* "pinctrl-0", not "pinctrl-names" */
	if (name[0] == 'p' && strncmp(name, "pinctrl-", 8) == 0 && name[8] >= '0' && name[8] <= '9')
		return &pinctrl;
	if (ends_in(name, len, &nr_gpios))
		return &nr_gpios;
	for (size_t i = 0; i < ARRAY_SIZE(by_end); i++)
		if (ends_in(name, len, &by_end[i]))
			return &by_end[i];
	found = find_word(name);
	return found ? found : &other;
}

/* ---- Compatible strings ---- */

#define COMPAT(n, i) KNOWN(n, COMPAT_##i, 0, 0)

static const struct known compatibles[] = {
	COMPAT("syscon", SYSCON),
	COMPAT("arm,psci", PSCI_0_1),
	COMPAT("arm,pl390", GIC_V2),
	COMPAT("arm,gic-v3", GIC_V3),
	COMPAT("arm,gic-400", GIC_V2),
	COMPAT("fixed-clock", FIXED_CLOCK),
	COMPAT("virtio,mmio", VIRTIO),
	COMPAT("arm,psci-0.2", PSCI_0_2),
	COMPAT("arm,psci-1.0", PSCI_1_0),
	COMPAT("fsl,imx7d-gpc", IRQ_RELAY),
	COMPAT("fsl,imx8mm-gpc", IRQ_RELAY),
	COMPAT("fsl,imx8mn-gpc", IRQ_RELAY),
	COMPAT("fsl,imx8mp-gpc", IRQ_RELAY),
	COMPAT("fsl,imx8mq-gpc", IRQ_RELAY),
	COMPAT("qcom,msm-qgic2", GIC_V2),
	COMPAT("arm,armv8-timer", TIMER),
	COMPAT("arm,cortex-a7-gic", GIC_V2),
	COMPAT("arm,cortex-a9-gic", GIC_V2),
	COMPAT("arm,cortex-a15-gic", GIC_V2),
	COMPAT("brcm,brahma-b15-gic", GIC_V2),
	COMPAT("nvidia,tegra210-ictlr", IRQ_RELAY),
	COMPAT("mediatek,mt6577-sysirq", IRQ_RELAY),
};

uint32_t compat_mask(const char *list, size_t len)
{
	uint32_t mask = 0;

	for (size_t n; len; list += n + 1, len -= n + 1) {
		n = strlen(list);

		const struct known *k = known_find(compatibles, ARRAY_SIZE(compatibles), list, n);

		mask |= k ? UINT32_C(1) << k->id : 0;
	}
	return mask;
}
