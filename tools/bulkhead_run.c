/* SPDX-License-Identifier: Apache-2.0 */
/* From two files to a proven plan, as EL2 gets there at boot. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/init/pipeline.h"
#include "common/prove.h"
#include "common/stage2.h"
#include "tools/bulkhead.h"

#define PA_RANGE_48 5 /* ID_AA64MMFR0_EL1.PARange: the tables lie in this process, wherever that is */

static void *read_file(const char *path, size_t *size)
{
	FILE *in = fopen(path, "rb");
	size_t room = 64 << 10;
	char *data = in ? malloc(room) : NULL;
	size_t n = 0, got;

	while (data && (got = fread(data + n, 1, room - n, in)) > 0) {
		char *larger;

		n += got;
		if (n < room)
			continue;
		larger = realloc(data, room *= 2);
		if (!larger)
			free(data);
		data = larger;
	}
	if (!data || ferror(in)) {
		fprintf(stderr, "bulkhead: %s: %s\n", path, strerror(errno));
		free(data);
		data = NULL;
	}
	if (in)
		fclose(in);
	*size = n;
	return data;
}

/* The defaults are QEMU's (hw/arm/boot.c): kernel 2 MiB after the beginning of RAM, initrd behind, DTB on the next 2 MiB. */
static void default_places(const struct options *o, const struct host *host, struct pipeline_input *in)
{
	struct mem_range ram = host->nr_ram ? host->ram[0] : (struct mem_range){ 0, 0 };

	in->hypervisor = o->hypervisor.size ? o->hypervisor : (struct mem_range){ ram.base + MIB(2), MIB(2) };
	in->system_file.base = ram.base + u64_min(ram.size / 2, MIB(128));
	if (o->has_system_file)
		in->system_file.base = o->system_file;
	in->system_file.size = in->fit_size;
	in->host_dtb.base = align_up(in->system_file.base + in->system_file.size, MIB(2));
	in->host_dtb.size = host->fdt_size;
}

static void out_of_memory(struct run *r, const char *what)
{
	findings_add(&r->findings, FINDING_NO_MEMORY, "this machine has no memory for %s", what);
}

/* One VM's tables, in memory that is kept: the prover follows them. */
static bool build_tables(struct run *r, const struct plan_vm *vm, struct prove_vm *proof)
{
	const struct plan_stage2 *s2 = &vm->stage2;
	size_t granule = (size_t)1 << s2->granule_shift, size = s2->table_pages * granule;
	uint8_t *memory = aligned_alloc(s2->root_pages * granule, align_up(size, s2->root_pages * granule));
	uint32_t *intids = calloc(vm->nr_irqs + 1, sizeof(*intids));
	struct firmware_right *rights = calloc(vm->nr_firmware + 1, sizeof(*rights));
	struct pgtable tables;
	struct arena pool;
	enum err e;

	if (!memory || !intids || !rights) {
		out_of_memory(r, "the stage-2 tables");
		return false;
	}
	arena_init(&pool, memory, size);
	e = stage2_build(vm, &pool, &tables);
	if (e) {
		findings_add(&r->findings, FINDING_PROOF_FAILED, "%s: the planned stage-2 tables cannot be built: %s", vm->config->path, err_text(e));
		return false;
	}
	for (uint32_t i = 0; i < vm->nr_irqs; i++)
		intids[i] = vm->irqs[i].intid;
	firmware_rights_fill(vm, rights);
	*proof = (struct prove_vm){ .vttbr = (uint64_t)(vm->id + 1) << 48 | pa_of(tables.root).v, .vtcr = pgtable_vtcr(&tables, PA_RANGE_48),
				    .tables = { pa_of(memory).v, size }, .intids = intids, .nr_intids = vm->nr_irqs,
				    .firmware = { rights, vm->nr_firmware } };
	return true;
}

void run_proof(struct run *r)
{
	struct prove_vm *proofs = calloc(r->plan->nr_vms, sizeof(*proofs));
	bool ok = proofs != NULL;
	enum err e;

	if (!proofs)
		out_of_memory(r, "the proof");
	for (uint32_t i = 0; i < r->plan->nr_vms && ok; i++)
		ok = build_tables(r, &r->plan->vms[i], &proofs[i]);
	if (!ok)
		return;
	e = prove_separation(r->plan, proofs, &r->arena, &r->findings);
	if (e && !r->findings.count)
		findings_add(&r->findings, FINDING_NO_MEMORY, "the proof does not fit the boot arena: raise CONFIG_BOOT_ARENA_KIB (now %d)",
			     CONFIG_BOOT_ARENA_KIB);
}

bool run_board(const struct options *o, struct run *r)
{
	/* As much as EL2 has, so that what does not fit there is found here. */
	size_t arena_size = (size_t)CONFIG_BOOT_ARENA_KIB << 10, dtb_size;
	void *memory = malloc(arena_size), *dtb = read_file(o->board, &dtb_size);

	if (!memory || !dtb)
		return false;
	arena_init(&r->arena, memory, arena_size);
	findings_init(&r->findings, &r->arena);

	const struct tree *tree = dt_open_host(dtb, dtb_size, &r->arena, &r->findings);

	r->host = tree ? dt_parse_host(tree, &r->arena, &r->findings) : NULL;
	return true;
}

bool run_system(const struct options *o, struct run *r)
{
	struct pipeline_input in = { .boot_mpidr = PIPELINE_FIRST_CPU, .granule64_ok = true, .arena = &r->arena, .findings = &r->findings };

	in.fit = read_file(o->system, &in.fit_size);
	if (!run_board(o, r) || !in.fit)
		return false;
	in.host = r->host;
	if (r->host) {
		default_places(o, r->host, &in);
		if (ranges_overlap(in.hypervisor.base, in.hypervisor.size, in.system_file.base, in.system_file.size)) {
			fputs("bulkhead: the system file cannot lie over the hypervisor: see --hypervisor and --system-file\n", stderr);
			return false;
		}
	}
	r->plan = pipeline_plan(&in);
	if (r->plan)
		run_proof(r);
	if (r->findings.count)
		r->plan = NULL;
	return true;
}
