/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image as an EFI application, for boards whose firmware is UEFI: what a boot loader does for others is done here. The firmware's device tree, completed by
 * the initrd, the command line and the memory that UEFI says there is; then its services end, and all goes on as if booti had been typed.
 */
#include "arch/arm64/efi.h"

#include "arch/arm64/image.h"
#include "arch/arm64/mmu.h"
#include "arch/arm64/port.h"
#include "common/lib/string.h"

#define MAX_MEMORY 256       /* ranges that are told */
#define MAX_BOOTARGS 512
#define MAP_SIZE (64 * 1024) /* of the memory map: some hundred descriptors */
#define DTB_SLACK (32 * 1024)

static const struct efi_guid dtb_guid = { 0xb1b621d5, 0xf19c, 0x41a5, { 0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0 } };
static const struct efi_guid loaded_image_guid = { 0x5b1b31a1, 0x9562, 0x11d2, { 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } };
static const struct efi_guid file_system_guid = { 0x964e5b22, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } };
static const struct efi_guid load_file2_guid = { 0x4006c0c1, 0xfcb3, 0x403e, { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d } };

/* A device path of a vendor's own medium, LINUX_EFI_INITRD_MEDIA_GUID: under it boot loaders offer the initrd. */
static const struct {
	uint8_t type, subtype;
	uint16_t length;
	struct efi_guid guid;
	uint8_t end_type, end_subtype;
	uint16_t end_length;
} initrd_path = { 4, 3, 20, { 0x5568e427, 0x68fc, 0x4f3d, { 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } }, 0x7f, 0xff, 4 };

struct efi {
	void *image;
	const struct efi_system_table *system;
	const struct efi_loaded_image *loaded; /* the program itself */
	uint8_t *map;      /* MAP_SIZE */
	uint64_t *memory;  /* MAX_MEMORY pairs */
	char *bootargs;    /* MAX_BOOTARGS */
	uint8_t *dtb;
	size_t dtb_room;
	const void *board_dtb;
	struct boot_facts facts;
};

static uint64_t boot_service(const struct efi *efi, enum efi_boot_service n, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4)
{
	return efi_call(efi->system->boot->fn[n], a0, a1, a2, a3, a4);
}

#define ADDRESS(p) ((uint64_t)(uintptr_t)(p))

static uint64_t give_up(const struct efi *efi, uint64_t status, const char *why)
{
	uint16_t text[100];
	unsigned n = 0;

	for (; *why && n < 97; why++)
		text[n++] = (uint16_t)*why;
	text[n++] = '\r';
	text[n++] = '\n';
	text[n] = 0;
	(void)efi_call(efi->system->out->output_string, ADDRESS(efi->system->out), ADDRESS(text), 0, 0, 0);
	return status;
}

static void *allocate(const struct efi *efi, uint64_t size)
{
	uint64_t at = 0;

	if (boot_service(efi, EFI_ALLOCATE_PAGES, 0, EFI_LOADER_DATA, align_up(size, EFI_PAGE) / EFI_PAGE, ADDRESS(&at), 0))
		return NULL;
	return (void *)(uintptr_t)at;
}

static const void *protocol(const struct efi *efi, const void *handle, const struct efi_guid *guid)
{
	const void *interface;

	return boot_service(efi, EFI_HANDLE_PROTOCOL, ADDRESS(handle), ADDRESS(guid), ADDRESS(&interface), 0, 0) ? NULL : interface;
}

static void *read_file(const struct efi *efi, const struct efi_file *file, uint64_t *size)
{
	uint8_t *to;

	if (efi_call(file->set_position, ADDRESS(file), EFI_FILE_END, 0, 0, 0) || efi_call(file->get_position, ADDRESS(file), ADDRESS(size), 0, 0, 0) || !*size ||
	    efi_call(file->set_position, ADDRESS(file), 0, 0, 0, 0))
		return NULL;
	to = allocate(efi, *size);
	for (uint64_t at = 0, n; to && at < *size; at += n) {
		n = *size - at;
		if (efi_call(file->read, ADDRESS(file), ADDRESS(&n), ADDRESS(to + at), 0, 0) || !n)
			return NULL;
	}
	return to;
}

/* A file of the volume that the program came from. NULL: there is none that can be read. */
static void *load_file(const struct efi *efi, const uint16_t *name, uint64_t *size)
{
	const struct efi_file_system *volume = efi->loaded ? protocol(efi, efi->loaded->device, &file_system_guid) : NULL;
	const struct efi_file *root, *file;
	void *data;

	if (!volume || efi_call(volume->open_volume, ADDRESS(volume), ADDRESS(&root), 0, 0, 0))
		return NULL;
	if (efi_call(root->open, ADDRESS(root), ADDRESS(&file), ADDRESS(name), EFI_FILE_READ, 0))
		return NULL;
	data = read_file(efi, file, size);
	(void)efi_call(file->close, ADDRESS(file), 0, 0, 0, 0);
	return data;
}

/* fdt_header.totalsize */
static size_t dtb_size(const void *dtb)
{
	return __builtin_bswap32(((const uint32_t *)dtb)[1]);
}

/* A file beside the program goes before what firmware has. */
static const void *find_board_dtb(const struct efi *efi)
{
	const struct efi_system_table *s = efi->system;
	uint64_t size;
	const void *file = load_file(efi, u"\\board.dtb", &size);

	if (file)
		return size >= 8 && dtb_size(file) <= size ? file : NULL;
	for (uint64_t i = 0; i < s->nr_config; i++)
		if (memcmp(&s->config[i].guid, &dtb_guid, sizeof(dtb_guid)) == 0)
			return s->config[i].table;
	return NULL;
}

/* Without a boot loader that offers one it is the file beside. None is no error: then the hypervisor says so. */
static uint64_t load_initrd(struct efi *efi)
{
	const void *path = &initrd_path, *handle;
	const struct efi_load_file *loader = NULL;
	uint64_t size = 0, status;
	void *to;

	if (!boot_service(efi, EFI_LOCATE_DEVICE_PATH, ADDRESS(&load_file2_guid), ADDRESS(&path), ADDRESS(&handle), 0, 0))
		loader = protocol(efi, handle, &load_file2_guid);
	if (!loader) {
		to = load_file(efi, u"\\system.itb", &size);
		efi->facts.initrd = ADDRESS(to);
		efi->facts.initrd_size = to ? size : 0;
		return 0;
	}
	status = efi_call(loader->load_file, ADDRESS(loader), ADDRESS(path), 0, ADDRESS(&size), 0);
	if (status != EFI_BUFFER_TOO_SMALL || !size)
		return 0;
	to = allocate(efi, size);
	if (!to)
		return EFI_OUT_OF_RESOURCES;
	status = efi_call(loader->load_file, ADDRESS(loader), ADDRESS(path), 0, ADDRESS(&size), ADDRESS(to));
	efi->facts.initrd = ADDRESS(to);
	efi->facts.initrd_size = size;
	return status;
}

/* What is not ASCII is no word of ours. */
static void take_bootargs(struct efi *efi)
{
	const struct efi_loaded_image *image = efi->loaded;
	uint32_t n = 0;

	if (!image)
		return;
	for (; n < image->load_options_size / 2 && n < MAX_BOOTARGS - 1 && image->load_options[n]; n++)
		efi->bootargs[n] = image->load_options[n] < 0x80 ? (char)image->load_options[n] : '?';
	efi->bootargs[n] = '\0';
	if (n)
		efi->facts.bootargs = efi->bootargs;
}

/* Memory that is nobody's once the services have ended. Neighbours are joined. */
static void take_memory(struct efi *efi, uint64_t map_size, uint64_t descriptor_size)
{
	uint32_t n = 0;

	for (uint64_t at = 0; at + descriptor_size <= map_size; at += descriptor_size) {
		const struct efi_memory *m = (const struct efi_memory *)(efi->map + at);
		uint64_t *last = n ? &efi->memory[2 * n - 2] : NULL;

		if (!((m->type >= EFI_LOADER_CODE && m->type <= EFI_BOOT_DATA) || m->type == EFI_CONVENTIONAL) || !(m->attribute & EFI_MEMORY_WB))
			continue;
		if (last && last[0] + last[1] == m->start) {
			last[1] += m->pages * EFI_PAGE;
		} else if (n < MAX_MEMORY) {
			efi->memory[2 * n] = m->start;
			efi->memory[2 * n + 1] = m->pages * EFI_PAGE;
			n++;
		}
	}
	efi->facts.memory = efi->memory;
	efi->facts.nr_memory = n;
}

static uint64_t prepare(struct efi *efi)
{
	efi->loaded = protocol(efi, efi->image, &loaded_image_guid);
	efi->board_dtb = find_board_dtb(efi);
	if (!efi->board_dtb)
		return give_up(efi, EFI_UNSUPPORTED, "Bulkhead: no device tree. Turn UEFI's ACPI off, or put a whole \\board.dtb on this volume.");
	efi->dtb_room = dtb_size(efi->board_dtb) + DTB_SLACK;
	efi->dtb = allocate(efi, efi->dtb_room);
	efi->map = allocate(efi, MAP_SIZE);
	efi->memory = allocate(efi, 2 * MAX_MEMORY * sizeof(uint64_t));
	efi->bootargs = allocate(efi, MAX_BOOTARGS);
	if (!efi->dtb || !efi->map || !efi->memory || !efi->bootargs)
		return give_up(efi, EFI_OUT_OF_RESOURCES, "Bulkhead: no memory for the device tree.");
	take_bootargs(efi);
	if (load_initrd(efi))
		return give_up(efi, EFI_LOAD_ERROR, "Bulkhead: the system file (initrd) cannot be loaded.");
	return 0;
}

/* Asking for the map may change it: it holds when the services end with its key. */
static uint64_t end_services(struct efi *efi)
{
	for (unsigned i = 0; i < 4; i++) {
		uint64_t size = MAP_SIZE, key, descriptor_size;
		uint32_t version;

		if (boot_service(efi, EFI_GET_MEMORY_MAP, ADDRESS(&size), ADDRESS(efi->map), ADDRESS(&key), ADDRESS(&descriptor_size), ADDRESS(&version)))
			return give_up(efi, EFI_OUT_OF_RESOURCES, "Bulkhead: UEFI's memory map is too large.");
		take_memory(efi, size, descriptor_size);
		if (dt_make_boot(efi->dtb, efi->dtb_room, efi->board_dtb, &efi->facts))
			return give_up(efi, EFI_LOAD_ERROR, "Bulkhead: UEFI's device tree is damaged or too large.");
		if (!boot_service(efi, EFI_EXIT_BOOT_SERVICES, ADDRESS(efi->image), key, 0, 0, 0))
			return 0;
	}
	return EFI_LOAD_ERROR;
}

uint64_t efi_main(void *image, const struct efi_system_table *system)
{
	struct efi efi = { .image = image, .system = system };
	uint64_t status = prepare(&efi);

	if (!status)
		status = end_services(&efi);
	if (status)
		return status;
	/* What is read with the MMU off. */
	cache_clean_inval_poc(_start, (uint64_t)(_end - _start));
	cache_clean_inval_poc(efi.dtb, efi.dtb_room);
	efi_leave(efi.dtb);
}
