/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System file -> plan -> guest DTBs, in the one order in which EL2, the host command and the fuzzers do it. dt_parse_host comes before, as
 * only the board's DTB tells where the system file lies; prove follows when the tables that the plan asks for are built (stage2.h,
 * prove.h). Pure; boot only.
 */
#ifndef COMMON_INIT_PIPELINE_H
#define COMMON_INIT_PIPELINE_H

#include "common/plan.h"
#include "dt/dt.h"

#define PIPELINE_FIRST_CPU UINT64_MAX /* the board's first CPU boots */

struct pipeline_input {
	const struct host *host; /* NULL: unusable (a finding says so); the system file is read for its own findings all the same */
	const void *fit;         /* the system file, readable; NULL: there is none */
	size_t fit_size;
	struct mem_range hypervisor, system_file, host_dtb; /* where they lie on the board */
	uint64_t boot_mpidr;   /* affinity of the CPU that boots, or PIPELINE_FIRST_CPU */
	unsigned pa_bits;      /* plan_input's */
	bool granule64_ok;     /* plan_input's */
	sha256_block *sha256; /* dt_parse_system's; may be NULL */
	dt_progress *progress; /* dt_parse_system's; may be NULL */
	void *progress_ctx;
	struct arena *arena;
	struct findings *findings;
};

/*
 * The plan with every guest DTB written, or NULL when there are findings, earlier ones included. Whatever is wrong becomes a finding; each
 * stage runs as long as it has input, so that all are told at once.
 */
struct plan *pipeline_plan(const struct pipeline_input *in) MUST_CHECK;

#endif
