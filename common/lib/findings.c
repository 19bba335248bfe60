/* SPDX-License-Identifier: Apache-2.0 */
#include "common/lib/findings.h"

#include "common/lib/format.h"

static const char *const names[] = {
	[FINDING_NO_MEMORY] = "no-memory",
	[FINDING_DTB_BAD] = "dtb-bad",
	[FINDING_DTB_UNSUPPORTED] = "dtb-unsupported",
	[FINDING_FIT_MISSING] = "fit-missing",
	[FINDING_FIT_BAD] = "fit-bad",
	[FINDING_IMAGE_BAD] = "image-bad",
	[FINDING_HASH_MISSING] = "hash-missing",
	[FINDING_HASH_WRONG] = "hash-wrong",
	[FINDING_NO_VMS] = "no-vms",
	[FINDING_VM_NAME_DUPLICATE] = "vm-name-duplicate",
	[FINDING_VM_NAME_BAD] = "vm-name-bad",
	[FINDING_PROPERTY_UNKNOWN] = "property-unknown",
	[FINDING_PROPERTY_BAD] = "property-bad",
	[FINDING_PROPERTY_MISSING] = "property-missing",
	[FINDING_KERNEL_MISSING] = "kernel-missing",
	[FINDING_KERNEL_NOT_IMAGE] = "kernel-not-image",
	[FINDING_IMAGE_TOO_LARGE] = "image-too-large",
	[FINDING_IMAGE_PLACE] = "image-place",
	[FINDING_MEMORY_MISSING] = "memory-missing",
	[FINDING_MEMORY_OVERLAP] = "memory-overlap",
	[FINDING_MEMORY_EXHAUSTED] = "memory-exhausted",
	[FINDING_MEMORY_GUEST_OVERLAP] = "memory-guest-overlap",
	[FINDING_CPU_MISSING] = "cpu-missing",
	[FINDING_CPU_TAKEN] = "cpu-taken",
	[FINDING_SCHEDULE_BAD] = "schedule-bad",
	[FINDING_DEVICE_MISSING] = "device-missing",
	[FINDING_DEVICE_TAKEN] = "device-taken",
	[FINDING_DEVICE_OWNED] = "device-owned",
	[FINDING_DEVICE_PAGE_SHARED] = "device-page-shared",
	[FINDING_DEVICE_PROVIDER] = "device-provider",
	[FINDING_DEVICE_DMA] = "device-dma",
	[FINDING_IRQ_TAKEN] = "irq-taken",
	[FINDING_IRQ_RANGE] = "irq-range",
	[FINDING_UNSUPPORTED] = "unsupported",
	[FINDING_PROOF_FAILED] = "proof-failed",
};
_Static_assert(ARRAY_SIZE(names) == FINDING_CODES_COUNT, "each finding code has a name");

void findings_init(struct findings *f, struct arena *arena)
{
	*f = (struct findings){ .arena = arena };
}

/*
 * Names in a text come from files that may be corrupt or hostile: they may neither break the line nor drive the
 * terminal.
 */
static void make_printable(char *s)
{
	for (; *s; s++)
		if (*s < ' ' || *s > '~')
			*s = '?';
}

static struct finding *finding_new(struct arena *arena, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	size_t size = format_vtext(NULL, 0, fmt, again) + 1;
	va_end(again);

	struct finding *n = ARENA_NEW(arena, struct finding);
	char *text = n ? arena_alloc(arena, size, 1) : NULL;

	if (!text)
		return NULL;
	format_vtext(text, size, fmt, ap);
	make_printable(text);
	n->text = text;
	return n;
}

void findings_add(struct findings *f, enum finding_code code, const char *fmt, ...)
{
	size_t used = f->arena->used;
	va_list ap;

	f->count++;
	va_start(ap, fmt);
	struct finding *n = finding_new(f->arena, fmt, ap);
	va_end(ap);

	if (!n) {
		f->dropped++;
		f->arena->used = used; /* a shorter one may still fit */
		return;
	}
	n->code = code;
	if (f->last)
		f->last->next = n;
	else
		f->first = n;
	f->last = n;
}

const char *findings_code_name(enum finding_code code)
{
	return (unsigned)code < ARRAY_SIZE(names) ? names[code] : "unknown";
}

bool findings_has(const struct findings *f, enum finding_code code)
{
	for (const struct finding *n = f->first; n; n = n->next)
		if (n->code == code)
			return true;
	return false;
}
