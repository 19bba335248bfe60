/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where kernel, ramdisk and DTB go in a VM's memory. What the system file places is looked at first, the rest fills in around it.
 * Rules for an Image: Linux, Documentation/arch/arm64/booting.rst, sections 2 to 4.
 */
#include "common/lib/format.h"
#include "common/plan_parts.h"

#define IMAGE_ALIGN      MIB(2)
#define DTB_ALIGN        MIB(2)
#define DTB_ALIGN_SMALL  KIB(64)
#define DTB_ROOM_MIN     KIB(64) /* for what a boot loader in the guest adds to it */
#define DTB_ROOM_MAX     MIB(2)
/* An image_size of 0 marks kernels before 3.17, whose text_offset has no fixed byte order and is to be taken as this. */
#define OLD_TEXT_OFFSET  UINT64_C(0x80000)

struct object {
	const char *property;
	uint64_t ipa, size;
};

struct placing {
	struct plan_work *w;
	const struct vm_config *config;
	const struct plan_vm_work *vw;
	struct range_set free; /* the VM's memory that no object has; ranges are those of the file */
	struct object objects[3];
	unsigned nr_objects;
};

static const struct plan_memory *memory_at(const struct placing *p, uint64_t ipa)
{
	for (uint32_t i = 0; i < p->vw->nr_memory; i++)
		if (range_within(ipa, 1, p->vw->memory[i].ipa, p->vw->memory[i].size))
			return &p->vw->memory[i];
	return NULL;
}

static uint64_t largest_memory(const struct placing *p)
{
	uint64_t most = 0;

	for (uint32_t i = 0; i < p->vw->nr_memory; i++)
		most = u64_max(most, p->vw->memory[i].size);
	return most;
}

static enum err take(struct placing *p, const char *property, uint64_t ipa, uint64_t size)
{
	p->objects[p->nr_objects++] = (struct object){ property, ipa, size };
	return range_set_remove(&p->free, ipa, size) ? plan_no_memory(p->w) : OK;
}

/* An object at the address that the file gives. ERR_RANGE after a finding. */
static enum err take_fixed(struct placing *p, const char *property, uint64_t ipa, uint64_t size)
{
	struct findings *f = p->w->in->findings;
	const struct plan_memory *m = memory_at(p, ipa);
	char wanted[SIZE_TEXT_LEN], room[SIZE_TEXT_LEN];

	if (!m) {
		findings_add(f, FINDING_IMAGE_PLACE, "%s: %s: its address 0x%lx lies outside the VM's memory (%s at 0x%lx): choose another",
			     p->config->path, property, ipa, format_size(room, p->vw->memory[0].size), p->vw->memory[0].ipa);
		return ERR_RANGE;
	}
	if (size > m->ipa + m->size - ipa) {
		findings_add(f, FINDING_IMAGE_TOO_LARGE, "%s: %s: it needs %s from 0x%lx on, but the VM's memory ends after %s: give the VM more memory",
			     p->config->path, property, format_size(wanted, size), ipa, format_size(room, m->ipa + m->size - ipa));
		return ERR_RANGE;
	}
	for (unsigned i = 0; i < p->nr_objects; i++) {
		if (!ranges_overlap(ipa, size, p->objects[i].ipa, p->objects[i].size))
			continue;
		findings_add(f, FINDING_IMAGE_PLACE, "%s: %s: %s at 0x%lx overlap its %s at 0x%lx: choose another address", p->config->path,
			     property, format_size(wanted, size), ipa, p->objects[i].property, p->objects[i].ipa);
		return ERR_RANGE;
	}
	return take(p, property, ipa, size);
}

static bool find_place(const struct placing *p, uint64_t from, uint64_t size, uint64_t align, uint64_t *ipa)
{
	struct range_search what = { .from = from, .to = RANGE_LIMIT, .size = size, .align = align };

	if (range_set_find(&p->free, &what, ipa))
		return true;
	what.from = 0;
	return range_set_find(&p->free, &what, ipa);
}

static void report_no_room(struct placing *p, const char *property, uint64_t size)
{
	char wanted[SIZE_TEXT_LEN], most[SIZE_TEXT_LEN], memory[SIZE_TEXT_LEN];

	findings_add(p->w->in->findings, FINDING_IMAGE_TOO_LARGE,
		     "%s: %s: it needs %s, but at most %s of the VM's memory (%s) are free in one piece: give the VM more memory", p->config->path, property,
		     format_size(wanted, size), format_size(most, range_set_largest(&p->free)), format_size(memory, largest_memory(p)));
}

/* ---- Kernel ---- */

static uint64_t text_offset(const struct system_image *image)
{
	return image->arm64_size ? image->arm64_offset : OLD_TEXT_OFFSET;
}

/* In the first range that has room for it, as low as it can: the kernel uses nothing below itself as well as what lies above. */
static enum err float_kernel(struct placing *p, const struct system_image *image, struct plan_load *load)
{
	uint64_t offset = text_offset(image);

	for (uint32_t i = 0; i < p->vw->nr_memory; i++) {
		const struct plan_memory *m = &p->vw->memory[i];
		struct range_search what = { .from = m->ipa + u64_min(offset, m->size), .to = m->ipa + m->size, .size = load->mem_size,
					     .align = IMAGE_ALIGN, .offset = offset & (IMAGE_ALIGN - 1) };

		if (range_set_find(&p->free, &what, &load->ipa.v))
			return take(p, "kernel", load->ipa.v, load->mem_size);
	}
	report_no_room(p, "kernel", u64_min(load->mem_size, RANGE_LIMIT) + u64_min(offset, RANGE_LIMIT));
	return ERR_RANGE;
}

static enum err check_kernel(struct placing *p, const struct system_image *image)
{
	struct findings *f = p->w->in->findings;
	const char *path = p->config->path;

	switch (image->kind) {
	case IMAGE_ARM64:
		if (image->has_load && !is_aligned(image->load - text_offset(image), IMAGE_ALIGN)) {
			findings_add(f, FINDING_IMAGE_PLACE,
				     "%s: kernel: image '%s' has load = <0x%lx>, but an Image must lie 0x%lx bytes above a multiple of 2 MiB: remove load", path,
				     image->name, image->load, text_offset(image));
			return ERR_RANGE;
		}
		if (image->has_load && image->has_entry && image->entry != image->load) {
			findings_add(f, FINDING_IMAGE_PLACE, "%s: kernel: image '%s' is an arm64 Image, which is entered at its load address: remove entry",
				     path, image->name);
			return ERR_RANGE;
		}
		return OK;
	case IMAGE_RAW:
		if (image->has_load)
			return OK;
		findings_add(f, FINDING_IMAGE_PLACE, "%s: kernel: image '%s' is not an arm64 Image and has no load address: add load = <address>", path,
			     image->name);
		return ERR_RANGE;
	default:
		findings_add(f, FINDING_KERNEL_NOT_IMAGE, "%s: kernel: image '%s' is no kernel: its type must be \"kernel\" or \"standalone\"", path,
			     image->name);
		return ERR_RANGE;
	}
}

static void set_entry(struct placing *p, const struct system_image *image, struct plan_vm *vm)
{
	const struct plan_memory *m;

	vm->entry = vm->kernel.ipa;
	if (image->kind != IMAGE_RAW || !image->has_entry)
		return;
	vm->entry = ipa_make(image->entry);
	m = memory_at(p, image->entry);
	if (!m || !is_aligned(image->entry, 4) || m->ipa + m->size - image->entry < 4)
		findings_add(p->w->in->findings, FINDING_IMAGE_PLACE,
			     "%s: kernel: image '%s' has entry = <0x%lx>, which is no multiple of 4 inside the VM's memory: correct it", p->config->path,
			     image->name, image->entry);
}

/* ---- All of them ---- */

static uint64_t dtb_need(const struct plan_vm *vm)
{
	return u64_max(DTB_ROOM_MIN, vm->dtb_max);
}

/* What the file places: false after a finding, which leaves nothing sensible to do for the rest. */
static enum err place_fixed(struct placing *p, const struct system_image *kernel, const struct system_image *ramdisk, struct plan_vm *vm)
{
	enum err e = OK, worst = OK;

	if (kernel->has_load) {
		vm->kernel.ipa = ipa_make(kernel->load);
		worst = take_fixed(p, "kernel", kernel->load, vm->kernel.mem_size);
	}
	if (ramdisk && ramdisk->has_load) {
		vm->ramdisk.ipa = ipa_make(ramdisk->load);
		e = take_fixed(p, "ramdisk", ramdisk->load, ramdisk->size);
		worst = e ? e : worst;
	}
	if (p->config->has_fdt_address) {
		vm->dtb = ipa_make(p->config->fdt_address);
		if (is_aligned(vm->dtb.v, 8)) {
			e = take_fixed(p, "fdt-address", vm->dtb.v, dtb_need(vm));
		} else {
			findings_add(p->w->in->findings, FINDING_IMAGE_PLACE, "%s: fdt-address: 0x%lx is not a multiple of 8", p->config->path, vm->dtb.v);
			e = ERR_RANGE;
		}
		worst = e ? e : worst;
	}
	return worst;
}

static enum err float_ramdisk(struct placing *p, const struct system_image *ramdisk, struct plan_vm *vm)
{
	if (find_place(p, vm->kernel.ipa.v + vm->kernel.mem_size, ramdisk->size, PLAN_PAGE, &vm->ramdisk.ipa.v))
		return take(p, "ramdisk", vm->ramdisk.ipa.v, ramdisk->size);
	report_no_room(p, "ramdisk", ramdisk->size);
	return ERR_RANGE;
}

/* A raw image's zero-initialised data lies behind it and the file does not say how much: the DTB keeps a 2 MiB boundary away where it can. */
static enum err float_dtb(struct placing *p, struct plan_vm *vm)
{
	uint64_t from = vm->kernel.ipa.v + vm->kernel.mem_size, size = dtb_need(vm);

	if (find_place(p, from, size, DTB_ALIGN, &vm->dtb.v) || find_place(p, from, size, DTB_ALIGN_SMALL, &vm->dtb.v))
		return take(p, "device tree", vm->dtb.v, size);
	report_no_room(p, "device tree", size);
	return ERR_RANGE;
}

static void widen_dtb_room(const struct placing *p, struct plan_vm *vm)
{
	uint64_t end = vm->dtb.v + dtb_need(vm);

	vm->dtb_room = (uint32_t)dtb_need(vm);
	for (uint32_t i = 0; i < p->free.nr; i++)
		if (p->free.r[i].base == end && memory_at(p, end) == memory_at(p, vm->dtb.v))
			vm->dtb_room = (uint32_t)u64_min(DTB_ROOM_MAX, vm->dtb_room + p->free.r[i].size);
}

static pa_t pa_behind(const struct placing *p, ipa_t ipa)
{
	const struct plan_memory *m = memory_at(p, ipa.v);

	return pa_make(m->pa + (ipa.v - m->ipa));
}

static enum err place_objects(struct placing *p, const struct system_image *kernel, const struct system_image *ramdisk, struct plan_vm *vm)
{
	enum err e = place_fixed(p, kernel, ramdisk, vm);

	if (!e && !kernel->has_load)
		e = float_kernel(p, kernel, &vm->kernel);
	if (!e && ramdisk && !ramdisk->has_load)
		e = float_ramdisk(p, ramdisk, vm);
	if (!e && !p->config->has_fdt_address)
		e = float_dtb(p, vm);
	if (e)
		return e;
	widen_dtb_room(p, vm);
	set_entry(p, kernel, vm);
	vm->kernel.pa = pa_behind(p, vm->kernel.ipa);
	if (ramdisk)
		vm->ramdisk.pa = pa_behind(p, vm->ramdisk.ipa);
	vm->dtb_pa = pa_behind(p, vm->dtb);
	return OK;
}

/* The VM's memory by guest address; false when some of it has none (a finding said so), and nothing can be said about its images. */
static bool placing_init(struct placing *p, enum err *e)
{
	const struct plan_vm_work *vw = p->vw;

	*e = range_set_init(&p->free, p->w->in->arena, vw->nr_memory + ARRAY_SIZE(p->objects));
	for (uint32_t i = 0; i < vw->nr_memory && !*e; i++) {
		if (!vw->memory[i].has_ipa || vw->memory[i].ipa >= RANGE_LIMIT)
			return false;
		if (range_set_add(&p->free, vw->memory[i].ipa, vw->memory[i].size))
			return false;
	}
	return !*e && vw->nr_memory;
}

enum err plan_images_place(struct plan_work *w, uint32_t n)
{
	struct plan_vm *vm = &w->plan->vms[n];
	const struct vm_config *config = vm->config;
	const struct system *system = w->in->system;
	struct placing p = { .w = w, .config = config, .vw = &w->vms[n] };
	const struct system_image *kernel, *ramdisk = NULL;
	enum err e;

	vm->kernel.image = config->kernel;
	vm->ramdisk.image = config->ramdisk;
	if (config->kernel >= system->nr_images) { /* parse tells of it */
		if (!findings_has(w->in->findings, FINDING_KERNEL_MISSING))
			findings_add(w->in->findings, FINDING_KERNEL_MISSING, "%s: kernel: the VM has none: add kernel = <&image>", config->path);
		return OK;
	}
	kernel = &system->images[config->kernel];
	vm->kernel.size = kernel->size;
	vm->kernel.mem_size = kernel->kind == IMAGE_ARM64 ? u64_max(kernel->size, kernel->arm64_size) : kernel->size;
	if (config->ramdisk < system->nr_images) {
		ramdisk = &system->images[config->ramdisk];
		vm->ramdisk.size = vm->ramdisk.mem_size = ramdisk->size;
	}
	if (check_kernel(&p, kernel))
		return OK;
	if (placing_init(&p, &e))
		e = place_objects(&p, kernel, ramdisk, vm);
	return e == ERR_NO_MEMORY ? plan_no_memory(w) : OK;
}
