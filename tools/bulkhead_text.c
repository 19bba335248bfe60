/* SPDX-License-Identifier: Apache-2.0 */
/* What the reports share. */
#include <inttypes.h>
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

const char *firmware_text(const struct plan_firmware *f)
{
	static const char *const names[] = { [FIRMWARE_CLOCK] = "EEMI clock", [FIRMWARE_RESET] = "EEMI reset", [FIRMWARE_POWER] = "EEMI power domain",
					     [FIRMWARE_SCMI] = "SCMI channel" };
	static char text[64];

	snprintf(text, sizeof(text), f->object == FIRMWARE_SCMI ? "%s 0x%" PRIx32 : "%s %" PRIu32, names[f->object], f->id);
	return strncat(text, f->shared ? ", which others need too" : "", sizeof(text) - strlen(text) - 1);
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
