/* SPDX-License-Identifier: Apache-2.0 */
/* The `bulkhead` host command: what EL2 does at boot up to the proof, on the user's machine, with the same sources. */
#ifndef TOOLS_BULKHEAD_H
#define TOOLS_BULKHEAD_H

#include <stdio.h>

#include "common/plan.h"

struct options {
	const char *command;
	const char *board, *system; /* files */
	const char *name;           /* the VM of guest-dtb, the node of explain */
	const char *output;         /* -o, NULL: standard output */
	bool json;
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

/* Reads the board's file. false after a message: it cannot be read. */
bool run_board(const struct options *o, struct run *r);

/* Reads both files, plans, builds the tables and proves. false after a message: a file cannot be read. */
bool run_system(const struct options *o, struct run *r);

/* Builds every VM's stage-2 tables in the host's memory and lets the prover look at them. */
void run_proof(struct run *r);

/* ---- Reports ---- */

/* What each VM gets, and what the hypervisor takes; the second as docs/plan-json.md has it. */
void print_plan(FILE *out, const struct plan *plan, bool colour);
void print_plan_json(FILE *out, const struct plan *plan);

/* What was understood of a board. */
void print_host(FILE *out, const struct host *host, bool colour);

/* Everything about one node: what it is, whose, and why. */
void print_explanation(FILE *out, const struct run *r, uint32_t node, bool colour);

/* What goes with one node, on a board without VMs. Adds findings. false: no memory. */
bool print_closure(FILE *out, struct run *r, const char *node);

/* The whole board by owner, as one SVG picture, alone or in an HTML page. */
void print_map_svg(FILE *out, const struct plan *plan);
void print_map_html(FILE *out, const struct plan *plan);

/* ---- CPUs that vCPUs share (bulkhead_cpus.c) ---- */

/* What a VM has of one. Times in microseconds. */
struct cpu_share {
	uint32_t vm, nr_vcpus;
	uint64_t turn;     /* its time in a round, or in a frame */
	unsigned permille; /* of the CPU's time, when all want it */
	uint64_t wait;     /* until the first of its vCPUs there that can run does: the longest, without the switch */
	uint64_t vcpu_wait; /* until each of them does, when all can */
};

/* Fills in one for each VM with a vCPU there, of which there is room for all; returns how many. */
uint32_t cpu_shares(const struct plan *plan, uint32_t cpu, struct cpu_share *shares);

uint32_t cpu_slice(const struct plan *plan, uint32_t cpu); /* microseconds */
bool cpu_is_cyclic(const struct plan *plan, uint32_t cpu);

/* In the order of time; to be freed. */
struct window_config *sorted_windows(const struct schedule_config *s);

/* "linux, rtos". Good until the next call. */
const char *sharer_names(const struct plan *plan, uint32_t cpu);

/* A section of `bulkhead plan`; nothing where no CPU is shared. */
void print_shared_cpus(FILE *out, const struct plan *plan, const char *bold, const char *plain);

/* ---- Text (bulkhead_text.c) ---- */

/* As format_size, in one of a few buffers: good for one printf. */
const char *size_of(uint64_t bytes);

/* "  label       text" with the label in its column. */
#define LINE(out, label, fmt, ...) fprintf(out, "  %-11s " fmt "\n", label, __VA_ARGS__)

/* A compatible list, its strings separated by blanks; "-" when there is none. */
void print_strings(FILE *out, const char *list, size_t len);

/* What device trees and file names hold may be any bytes: these write them as the inside of a JSON string, and as XML text or attribute. */
void put_json_text(FILE *out, const char *s);
void put_xml_text(FILE *out, const char *s);

/* "EEMI clock 31, which others need too". Good until the next call. */
const char *firmware_text(const struct plan_firmware *f);

/* Who has a node: a VM's name with the grant, or NULL with *vm PLAN_NO_VM. A copy belongs to nobody. */
const struct plan_grant *find_owner(const struct plan *plan, uint32_t node, uint32_t *vm);

#endif
