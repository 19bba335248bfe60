/* SPDX-License-Identifier: Apache-2.0 */
/* The `bulkhead` host command: what EL2 does at boot up to the proof, on the user's machine, with the same sources. */
#ifndef TOOLS_BULKHEAD_H
#define TOOLS_BULKHEAD_H

#include <stdio.h>

#include "common/plan.h"

struct options {
	const char *command;
	const char *board, *system; /* files */
	const char *vm;             /* guest-dtb */
	const char *output;         /* -o, NULL: standard output */
	struct mem_range hypervisor; /* size 0: the default */
	bool has_system_file;
	uint64_t system_file;
};

/* What was made of the two files. Lives until the command ends. */
struct run {
	struct arena arena;
	struct findings findings;
	const struct host *host; /* NULL: unusable */
	struct plan *plan;       /* NULL: there are findings */
};

/* Reads both files, plans, builds the tables and proves. false after a message: a file cannot be read. */
bool run_system(const struct options *o, struct run *r);

/* Builds every VM's stage-2 tables in the host's memory and lets the prover look at them. */
void run_proof(struct run *r);

/* What each VM gets, and what the hypervisor takes. */
void print_plan(FILE *out, const struct plan *plan, bool colour);

#endif
