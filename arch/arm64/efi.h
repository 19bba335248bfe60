/* SPDX-License-Identifier: Apache-2.0 */
/* The little of UEFI (specification 2.10; 4 "EFI System Table", 7 "Boot Services") that a program needs that only wants to leave it. */
#ifndef ARCH_ARM64_EFI_H
#define ARCH_ARM64_EFI_H

#include <stdint.h>

#define EFI_ERROR(n) (UINT64_C(1) << 63 | (n))
#define EFI_LOAD_ERROR EFI_ERROR(1)
#define EFI_UNSUPPORTED EFI_ERROR(3)
#define EFI_BUFFER_TOO_SMALL EFI_ERROR(5)
#define EFI_OUT_OF_RESOURCES EFI_ERROR(9)

#define EFI_PAGE UINT64_C(4096)

struct efi_guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};

/* Tables of functions: 24 bytes of header, then pointers. */
enum efi_boot_service { /* by position */
	EFI_ALLOCATE_PAGES = 2, EFI_GET_MEMORY_MAP = 4, EFI_HANDLE_PROTOCOL = 16, EFI_LOCATE_DEVICE_PATH = 20, EFI_EXIT_BOOT_SERVICES = 26,
};
struct efi_boot_services {
	uint8_t header[24];
	const void *fn[27];
};

struct efi_text_output {
	const void *reset, *output_string;
};

struct efi_config {
	struct efi_guid guid;
	const void *table;
};

struct efi_system_table {
	uint8_t header[24];
	const void *vendor;
	uint64_t revision;
	const void *in_handle, *in, *out_handle;
	const struct efi_text_output *out;
	const void *err_handle, *err, *runtime;
	const struct efi_boot_services *boot;
	uint64_t nr_config;
	const struct efi_config *config;
};

struct efi_loaded_image {
	uint64_t revision;
	const void *parent, *system_table, *device, *path, *reserved;
	uint32_t load_options_size;
	const uint16_t *load_options; /* UTF-16; the size counts bytes */
};

struct efi_load_file {
	const void *load_file;
};

struct efi_file_system {
	uint64_t revision;
	const void *open_volume;
};

struct efi_file {
	uint64_t revision;
	const void *open, *close, *delete, *read, *write, *get_position, *set_position;
};
#define EFI_FILE_READ 1
#define EFI_FILE_END UINT64_MAX /* as a position */

enum efi_memory_type {
	EFI_LOADER_CODE = 1, EFI_LOADER_DATA, EFI_BOOT_CODE, EFI_BOOT_DATA, EFI_CONVENTIONAL = 7,
};
#define EFI_MEMORY_WB (UINT64_C(1) << 3)

struct efi_memory {
	uint32_t type;
	uint64_t start, virtual_start, pages, attribute;
};

/* efi_start.S */
uint64_t efi_call(const void *fn, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4);
__attribute__((noreturn)) void efi_leave(const void *dtb);

/* Returns the status when nothing can be started. */
uint64_t efi_main(void *image, const struct efi_system_table *system);

#endif
