/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /images: where each image's bytes are, what kind it is, and whether it has the SHA-256 it is said to have. The node format is U-Boot's
 * (Flattened Image Tree Specification, "images node"), external data included.
 */
#include "common/lib/sha256.h"
#include "common/lib/string.h"
#include "dt/system_build.h"

struct image_type {
	const char *type;
	enum image_kind kind;
	bool is_code; /* arch must be given */
};

static const struct image_type types[] = {
	{ "kernel", IMAGE_ARM64, true },
	{ "standalone", IMAGE_RAW, true },
	{ "firmware", IMAGE_RAW, true },
	{ "ramdisk", IMAGE_RAMDISK, false },
	{ "flat_dt", IMAGE_FDT, false },
};

static void image_bad(const struct system_build *b, const struct system_image *image, const char *text)
{
	findings_add(b->findings, FINDING_IMAGE_BAD, "/images/%s: %s", image->name, text);
}

static const struct image_type *find_type(const struct system_build *b, uint32_t node, const struct system_image *image)
{
	const char *type = fit_get_string(b, node, "type");

	for (size_t i = 0; type && i < ARRAY_SIZE(types); i++)
		if (strcmp(type, types[i].type) == 0)
			return &types[i];
	findings_add(b->findings, FINDING_IMAGE_BAD, "/images/%s: type \"%s\" is none of kernel, standalone, firmware, ramdisk, flat_dt",
		     image->name, type ? type : "");
	return NULL;
}

static void check_labels(const struct system_build *b, uint32_t node, const struct image_type *type, const struct system_image *image)
{
	const char *os = fit_get_string(b, node, "os"), *arch = fit_get_string(b, node, "arch");
	const char *compression = fit_get_string(b, node, "compression");

	if (type->kind == IMAGE_ARM64 && os && strcmp(os, "linux") != 0)
		findings_add(b->findings, FINDING_IMAGE_BAD,
			     "/images/%s: type \"kernel\" with os \"%s\" is not handled: say os = \"linux\" for an arm64 Image, or type = \"standalone\" "
			     "with load and entry for a raw binary",
			     image->name, os);
	if (arch ? strcmp(arch, "arm64") != 0 : type->is_code)
		findings_add(b->findings, FINDING_IMAGE_BAD, "/images/%s: arch \"%s\" must be \"arm64\"", image->name, arch ? arch : "");
	if (!compression || strcmp(compression, "none") == 0)
		return;
	if (type->kind == IMAGE_RAMDISK)
		findings_add(b->findings, FINDING_IMAGE_BAD,
			     "/images/%s: compression \"%s\": say compression = \"none\"; a compressed ramdisk is unpacked by the guest's kernel",
			     image->name, compression);
	else
		findings_add(b->findings, FINDING_IMAGE_BAD,
			     "/images/%s: compression \"%s\": images are not decompressed; put the unpacked file in and say compression = \"none\"",
			     image->name, compression);
}

/* mkimage -E puts the bytes behind the tree: data-offset counts from its end rounded up to 4, data-position from its beginning. */
static bool find_external_data(const struct system_build *b, uint32_t node, struct system_image *image)
{
	uint64_t at, size, base = align_up(fdt_totalsize(b->tree.fdt), 4);

	if (!fit_number(fit_get(b, node, "data-size"), &size))
		return false;
	if (fit_number(fit_get(b, node, "data-position"), &at))
		base = 0;
	else if (!fit_number(fit_get(b, node, "data-offset"), &at))
		return false;
	if (base > b->size || !range_within(at, size, 0, b->size - base)) {
		findings_add(b->findings, FINDING_FIT_BAD,
			     "/images/%s: its data lies behind the end of the system file: all of it must be loaded (in U-Boot, give booti the file's whole size)",
			     image->name);
		return true;
	}
	image->data = (const uint8_t *)b->tree.fdt + base + at;
	image->size = size;
	return true;
}

static void find_data(const struct system_build *b, uint32_t node, struct system_image *image)
{
	struct tree_value v = fit_get(b, node, "data");

	if (v.data && v.len) {
		image->data = v.data;
		image->size = v.len;
	} else if (!find_external_data(b, node, image) || (image->data && !image->size)) {
		image->data = NULL;
		image_bad(b, image, "it has no data: say data = /incbin/(\"file\"), and see that the file is not empty");
	}
}

static bool digest_matches(const struct system_build *b, const struct system_image *image, const uint8_t *value)
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 sha;

	sha256_init(&sha, b->sha256);
	sha256_update(&sha, image->data, image->size);
	sha256_finish(&sha, digest);
	return memcmp(digest, value, SHA256_SIZE) == 0;
}

/* Every "hash" child with sha256 is checked; other algorithms are left to the boot loader. */
static void check_hashes(const struct system_build *b, uint32_t node, struct system_image *image)
{
	bool found = false;

	FIT_FOR_CHILDREN(b, node, child) {
		const char *algo = fit_get_string(b, child, "algo");
		struct tree_value value = fit_get(b, child, "value");

		if (strncmp(fit_name(b, child), "hash", 4) != 0 || !algo || strcmp(algo, "sha256") != 0)
			continue;
		if (!value.data || value.len != SHA256_SIZE) {
			image_bad(b, image, "its sha256 has no proper value: mkimage writes it");
			found = true;
			continue;
		}
		if (!found && b->progress)
			b->progress(b->progress_ctx, image->name, image->size);
		found = true;
		image->sha256 = value.data;
		if (!digest_matches(b, image, value.data))
			findings_add(b->findings, FINDING_HASH_WRONG,
				     "/images/%s: its bytes do not have the sha256 that the system file says: it was damaged or changed; make and load it again",
				     image->name);
	}
	if (!found)
		findings_add(b->findings, FINDING_HASH_MISSING, "/images/%s: it has no sha256: add hash-1 { algo = \"sha256\"; };", image->name);
}

/* Linux' Documentation/arch/arm64/booting.rst, "4. Call the kernel image": all fields are little-endian. */
enum { ARM64_TEXT_OFFSET = 8, ARM64_IMAGE_SIZE = 16, ARM64_FLAGS = 24, ARM64_MAGIC = 56, ARM64_HEADER_SIZE = 64 };
enum { ARM64_FLAG_BIG_ENDIAN = 1 };

static uint64_t little_endian(const uint8_t *p, unsigned bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

/* What the bytes look like, where they are no Image: the usual mistakes. */
static const char *guess_content(const uint8_t *p, size_t size)
{
	if (size >= 2 && memcmp(p, "\x1f\x8b", 2) == 0)
		return "it is gzip-compressed (Image.gz): unpack it";
	if (size >= 8 && memcmp(p, "MZ\0\0zimg", 8) == 0)
		return "it is a compressed EFI kernel (vmlinuz.efi): use the Image it was made from";
	if (size >= 4 && memcmp(p, "\x7f" "ELF", 4) == 0)
		return "it is an ELF file (vmlinux): use arch/arm64/boot/Image";
	if (size >= 4 && memcmp(p, "\x27\x05\x19\x56", 4) == 0)
		return "it is a legacy uImage: use the Image it was made from";
	return "for a raw binary, say type = \"standalone\" with load and entry";
}

static void read_arm64_header(const struct system_build *b, struct system_image *image)
{
	const uint8_t *p = image->data;

	if (image->size < ARM64_HEADER_SIZE || memcmp(p + ARM64_MAGIC, "ARM\x64", 4) != 0) {
		findings_add(b->findings, FINDING_KERNEL_NOT_IMAGE, "/images/%s: it is no arm64 Image: %s", image->name,
			     guess_content(p, image->size));
		return;
	}
	image->arm64_offset = little_endian(p + ARM64_TEXT_OFFSET, 8);
	image->arm64_size = little_endian(p + ARM64_IMAGE_SIZE, 8);
	if (little_endian(p + ARM64_FLAGS, 8) & ARM64_FLAG_BIG_ENDIAN)
		findings_add(b->findings, FINDING_UNSUPPORTED, "/images/%s: it is a big-endian kernel: build it little-endian", image->name);
}

/* An address that is there but no number is reported. */
static bool read_address(const struct system_build *b, uint32_t node, const char *name, const struct system_image *image, uint64_t *v)
{
	struct tree_value value = fit_get(b, node, name);

	if (value.data && !fit_number(value, v))
		findings_add(b->findings, FINDING_IMAGE_BAD, "/images/%s: %s must be a number of one or two cells, as <0x0 0x40000000>", image->name, name);
	return fit_number(value, v);
}

static void read_addresses(const struct system_build *b, uint32_t node, struct system_image *image)
{
	image->has_load = read_address(b, node, "load", image, &image->load);
	image->has_entry = read_address(b, node, "entry", image, &image->entry);
	if (image->kind != IMAGE_RAW)
		return;
	if (!image->has_load) {
		image_bad(b, image, "a raw binary needs load: the guest address it is linked for");
		return;
	}
	if (!image->has_entry) {
		image->has_entry = true;
		image->entry = image->load;
	}
	if (image->data && !range_within(image->entry, 1, image->load, image->size))
		findings_add(b->findings, FINDING_IMAGE_BAD, "/images/%s: entry 0x%llx is not within the image, which is loaded at 0x%llx", image->name,
			     (unsigned long long)image->entry, (unsigned long long)image->load);
}

static void parse_image(const struct system_build *b, uint32_t node, struct system_image *image)
{
	image->name = fit_name(b, node);
	image->kind = IMAGE_FDT;

	const struct image_type *type = find_type(b, node, image);

	find_data(b, node, image);
	if (image->data)
		check_hashes(b, node, image);
	if (!type)
		return;
	image->kind = type->kind;
	check_labels(b, node, type, image);
	read_addresses(b, node, image);
	if (image->data && image->kind == IMAGE_ARM64)
		read_arm64_header(b, image);
}

bool system_parse_images(struct system_build *b, uint32_t images)
{
	struct system *s = b->system;
	uint32_t n = fit_count_children(b, images);

	s->images = ARENA_ARRAY(b->arena, struct system_image, n);
	b->phandles = ARENA_ARRAY(b->arena, uint32_t, n);
	if (!s->images || !b->phandles)
		return false;
	FIT_FOR_CHILDREN(b, images, node) {
		struct tree_value phandle = fit_get(b, node, "phandle");

		b->phandles[s->nr_images] = phandle.len == 4 ? tree_cell(phandle.data, 0) : 0;
		parse_image(b, node, &s->images[s->nr_images++]);
	}
	return true;
}
