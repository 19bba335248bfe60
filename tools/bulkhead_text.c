/* SPDX-License-Identifier: Apache-2.0 */
/* What the reports share. */
#include <string.h>

#include "common/lib/format.h"
#include "tools/bulkhead.h"

const char *size_of(uint64_t bytes)
{
	static char text[4][SIZE_TEXT_LEN];
	static unsigned next;

	return format_size(text[next++ % ARRAY_SIZE(text)], bytes);
}

void print_strings(FILE *out, const char *list, size_t len)
{
	const char *s = list;

	if (!list || !len)
		fputs("-", out);
	for (; s && s < list + len; s += strlen(s) + 1)
		fprintf(out, "%s%s", s == list ? "" : " ", s);
}

void put_json_text(FILE *out, const char *s)
{
	for (const unsigned char *p = (const unsigned char *)s; *p; p++) {
		if (*p == '"' || *p == '\\')
			fprintf(out, "\\%c", *p);
		else if (*p < ' ' || *p >= 0x7f) /* of no known encoding: taken for Latin-1 */
			fprintf(out, "\\u%04x", *p);
		else
			putc(*p, out);
	}
}

void put_xml_text(FILE *out, const char *s)
{
	for (const unsigned char *p = (const unsigned char *)s; *p; p++) {
		if (*p == '<' || *p == '>' || *p == '&' || *p == '"' || *p >= 0x7f)
			fprintf(out, "&#%u;", *p);
		else
			putc(*p < ' ' && *p != '\n' ? '?' : *p, out); /* XML 1.0 has no other control characters */
	}
}

const char *ref_kind_name(unsigned kind)
{
	static const char *const names[] = {
		[REF_CLOCK] = "clock", [REF_RESET] = "reset", [REF_POWER_DOMAIN] = "power domain", [REF_PINCTRL] = "pins", [REF_GPIO] = "GPIO",
		[REF_SUPPLY] = "supply", [REF_PHY] = "PHY", [REF_DMA] = "DMA channel", [REF_NVMEM] = "NVMEM cell", [REF_INTERCONNECT] = "interconnect",
		[REF_SYSCON] = "system controller", [REF_OPP] = "operating points", [REF_MEMORY] = "memory", [REF_OTHER] = "other",
	};

	return kind < ARRAY_SIZE(names) ? names[kind] : "other";
}

const struct plan_grant *find_owner(const struct plan *plan, uint32_t node, uint32_t *vm)
{
	for (*vm = 0; *vm < plan->nr_vms; (*vm)++)
		for (uint32_t i = 0; i < plan->vms[*vm].nr_grants; i++)
			if (plan->vms[*vm].grants[i].node == node && plan->vms[*vm].grants[i].kind == PLAN_GRANT_OWN)
				return &plan->vms[*vm].grants[i];
	*vm = PLAN_NO_VM;
	return NULL;
}
