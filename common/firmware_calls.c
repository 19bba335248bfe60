/* SPDX-License-Identifier: Apache-2.0 */
#include "common/firmware_calls.h"

#include "arch/arm64/smccc.h"

/* ---- Rights ---- */

static const struct firmware_right *find(const struct firmware_rights *rights, enum firmware_object object, uint32_t id)
{
	struct firmware_right wanted = { .id = id, .object = (uint16_t)object };
	uint32_t low = 0, high = rights->nr;

	while (low < high) {
		uint32_t mid = (low + high) / 2;
		const struct firmware_right *r = &rights->right[mid];

		if (firmware_right_key(r) == firmware_right_key(&wanted))
			return r;
		if (firmware_right_key(r) < firmware_right_key(&wanted))
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* ---- EEMI ---- */

#define EEMI_BASE      UINT32_C(0xc2000000) /* fast, 64-bit, of the SoC's vendor */

/* Beyond the API's own numbers: asked by every driver of the service. */
#define EEMI_TRUSTZONE_VERSION (EEMI_BASE + 0xa03)
#define SIP_CALL_COUNT         (EEMI_BASE + 0xff00)
#define SIP_UID                (EEMI_BASE + 0xff01)
#define SIP_VERSION            (EEMI_BASE + 0xff03)

enum eemi_rule {
	EEMI_DENIED,
	EEMI_ASK,    /* changes nothing: anybody may */
	EEMI_USE,    /* turns on what the first argument names: who has a right to it, shared or not */
	EEMI_CHANGE, /* who has it alone */
	EEMI_IOCTL,  /* likewise, for some of its functions */
};

/* By number. The rest reaches memory by an address, loads the FPGA, or stops others. */
static const struct { const char *name; uint8_t rule, object; } eemi[] = {
	[1]  = { "GET_API_VERSION", EEMI_ASK, 0 },
	[2]  = { "SET_CONFIGURATION", EEMI_DENIED, 0 },
	[3]  = { "GET_NODE_STATUS", EEMI_ASK, 0 },
	[4]  = { "GET_OP_CHARACTERISTIC", EEMI_ASK, 0 },
	[5]  = { "REGISTER_NOTIFIER", EEMI_DENIED, 0 },
	[6]  = { "REQUEST_SUSPEND", EEMI_DENIED, 0 },
	[7]  = { "SELF_SUSPEND", EEMI_DENIED, 0 },
	[8]  = { "FORCE_POWERDOWN", EEMI_DENIED, 0 },
	[9]  = { "ABORT_SUSPEND", EEMI_DENIED, 0 },
	[10] = { "REQUEST_WAKEUP", EEMI_DENIED, 0 },
	[11] = { "SET_WAKEUP_SOURCE", EEMI_DENIED, 0 },
	[12] = { "SYSTEM_SHUTDOWN", EEMI_DENIED, 0 },
	[13] = { "REQUEST_NODE", EEMI_USE, FIRMWARE_POWER },
	[14] = { "RELEASE_NODE", EEMI_CHANGE, FIRMWARE_POWER },
	[15] = { "SET_REQUIREMENT", EEMI_CHANGE, FIRMWARE_POWER },
	[16] = { "SET_MAX_LATENCY", EEMI_CHANGE, FIRMWARE_POWER },
	[17] = { "RESET_ASSERT", EEMI_CHANGE, FIRMWARE_RESET },
	[18] = { "RESET_GET_STATUS", EEMI_ASK, 0 },
	[19] = { "MMIO_WRITE", EEMI_DENIED, 0 },
	[20] = { "MMIO_READ", EEMI_DENIED, 0 },
	[21] = { "INIT_FINALIZE", EEMI_DENIED, 0 },
	[22] = { "FPGA_LOAD", EEMI_DENIED, 0 },
	[23] = { "FPGA_GET_STATUS", EEMI_DENIED, 0 },
	[24] = { "GET_CHIPID", EEMI_ASK, 0 },
	[25] = { "SECURE_RSA_AES", EEMI_DENIED, 0 },
	[26] = { "SECURE_SHA", EEMI_DENIED, 0 },
	[27] = { "SECURE_RSA", EEMI_DENIED, 0 },
	[28] = { "PINCTRL_REQUEST", EEMI_DENIED, 0 },
	[29] = { "PINCTRL_RELEASE", EEMI_DENIED, 0 },
	[30] = { "PINCTRL_GET_FUNCTION", EEMI_ASK, 0 },
	[31] = { "PINCTRL_SET_FUNCTION", EEMI_DENIED, 0 },
	[32] = { "PINCTRL_CONFIG_PARAM_GET", EEMI_ASK, 0 },
	[33] = { "PINCTRL_CONFIG_PARAM_SET", EEMI_DENIED, 0 },
	[34] = { "IOCTL", EEMI_IOCTL, FIRMWARE_POWER },
	[35] = { "QUERY_DATA", EEMI_ASK, 0 },
	[36] = { "CLOCK_ENABLE", EEMI_USE, FIRMWARE_CLOCK },
	[37] = { "CLOCK_DISABLE", EEMI_CHANGE, FIRMWARE_CLOCK },
	[38] = { "CLOCK_GETSTATE", EEMI_ASK, 0 },
	[39] = { "CLOCK_SETDIVIDER", EEMI_CHANGE, FIRMWARE_CLOCK },
	[40] = { "CLOCK_GETDIVIDER", EEMI_ASK, 0 },
	[41] = { "CLOCK_SETRATE", EEMI_CHANGE, FIRMWARE_CLOCK },
	[42] = { "CLOCK_GETRATE", EEMI_ASK, 0 },
	[43] = { "CLOCK_SETPARENT", EEMI_CHANGE, FIRMWARE_CLOCK },
	[44] = { "CLOCK_GETPARENT", EEMI_ASK, 0 },
	[47] = { "SECURE_AES", EEMI_DENIED, 0 },
	[48] = { "PLL_SET_PARAMETER", EEMI_DENIED, 0 },
	[49] = { "PLL_GET_PARAMETER", EEMI_ASK, 0 },
	[50] = { "PLL_SET_MODE", EEMI_DENIED, 0 },
	[51] = { "PLL_GET_MODE", EEMI_ASK, 0 },
	[53] = { "EFUSE_ACCESS", EEMI_DENIED, 0 },
	[63] = { "FEATURE_CHECK", EEMI_ASK, 0 },
};

/* What an SD host sets for itself. */
enum { IOCTL_SD_DLL_RESET = 6, IOCTL_SET_SD_TAPDELAY = 7 };

static bool is_general(uint32_t fn)
{
	return fn == EEMI_TRUSTZONE_VERSION || fn == SIP_CALL_COUNT || fn == SIP_UID || fn == SIP_VERSION;
}

/* Arguments are 32-bit, two to a register (UG1200, "SMC arguments"). */
static bool eemi_allows(const struct firmware_rights *rights, const uint64_t *x)
{
	uint32_t n = (uint32_t)x[0] - EEMI_BASE, function = (uint32_t)(x[1] >> 32);
	const struct firmware_right *r;

	if (is_general((uint32_t)x[0]))
		return true;
	if (n >= ARRAY_SIZE(eemi) || eemi[n].rule == EEMI_DENIED)
		return false;
	if (eemi[n].rule == EEMI_ASK)
		return true;
	if (eemi[n].rule == EEMI_IOCTL && function != IOCTL_SD_DLL_RESET && function != IOCTL_SET_SD_TAPDELAY)
		return false;
	r = find(rights, eemi[n].object, (uint32_t)x[1]);
	return r && (eemi[n].rule == EEMI_USE || !r->shared);
}

/* ---- Calls ---- */

static bool is_eemi(uint32_t fn)
{
	return (fn & UINT32_C(0xffff0000)) == EEMI_BASE;
}

enum vpsci_action firmware_call(const struct firmware_rights *rights, uint64_t *x)
{
	uint32_t fn = (uint32_t)x[0];
	bool channel = find(rights, FIRMWARE_SCMI, fn) != NULL;

	/* EEMI's objects come before SCMI's channels. */
	if (!channel && !(is_eemi(fn) && rights->right[0].object < FIRMWARE_SCMI))
		return vpsci_not_supported(x);
	if (!channel && !eemi_allows(rights, x))
		return VPSCI_DENIED;
	x[0] = fn;
	if (channel)
		x[1] = x[2] = 0;
	smccc_forward(x);
	return VPSCI_RESUME;
}

#define EEMI_RESET_ASSERT (EEMI_BASE + 17)
enum { RESET_RELEASE, RESET_HOLD }; /* its second argument */

static bool set_resets(const struct firmware_rights *rights, uint64_t action)
{
	bool done = true;

	for (uint32_t i = 0; i < rights->nr; i++) {
		const struct firmware_right *r = &rights->right[i];
		uint64_t x[4] = { EEMI_RESET_ASSERT, action << 32 | r->id };

		if (r->object != FIRMWARE_RESET || r->shared)
			continue;
		smccc_forward(x);
		done = (uint32_t)x[0] == 0 && done;
	}
	return done;
}

bool firmware_reset(const struct firmware_rights *rights)
{
	return set_resets(rights, RESET_HOLD) && set_resets(rights, RESET_RELEASE);
}

const char *firmware_call_name(uint32_t fn)
{
	uint32_t n = fn - EEMI_BASE;

	return n < ARRAY_SIZE(eemi) && eemi[n].name ? eemi[n].name : "EEMI";
}
