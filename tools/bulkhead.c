/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bulkhead.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/lib/version.h"

enum { EXIT_OK = 0, EXIT_FINDINGS = 1, EXIT_USAGE = 2 };

static const char help[] =
	"Usage: bulkhead host BOARD.dtb                      say what was understood of a board\n"
	"       bulkhead closure BOARD.dtb NODE              say what would go with a node into a VM\n"
	"       bulkhead check BOARD.dtb SYSTEM.itb          say what is wrong with a system, or that nothing is\n"
	"       bulkhead plan BOARD.dtb SYSTEM.itb           say what each VM gets\n"
	"       bulkhead explain BOARD.dtb SYSTEM.itb NODE   say whose a node of the board's device tree is, and why\n"
	"       bulkhead map BOARD.dtb SYSTEM.itb            draw the board by owner\n"
	"       bulkhead guest-dtb BOARD.dtb SYSTEM.itb VM   write the device tree that a VM gets\n"
	"\n"
	"The hypervisor makes the same checks when it boots, from the same sources. NODE is a path, an alias or a label.\n"
	"\n"
	"Options:\n"
	"  -o, --output FILE           write to FILE instead of standard output; map: FILE.html is a page, anything else SVG\n"
	"      --json                  plan: as JSON\n"
	"      --hypervisor ADDR:SIZE  where the hypervisor's image will lie on the board;\n"
	"                              default: 2 MiB after the beginning of RAM, 2 MiB long\n"
	"      --system-file ADDR      where the system file will lie;\n"
	"                              default: at half of RAM, but at most 128 MiB after its beginning\n"
	"      --help, --version\n"
	"\n"
	"The defaults are where QEMU puts -kernel and -initrd. The board's DTB is taken to follow the system file on the next multiple of\n"
	"2 MiB. With U-Boot, give the addresses of your booti command. ADDR and SIZE may be hexadecimal (0x...).\n"
	"\n"
	"Exit status: 0 all is well, 1 there are findings, 2 wrong usage or a file that cannot be read or written.\n";

static int usage(const char *what, const char *which)
{
	fprintf(stderr, "bulkhead: %s%s%s\nTry 'bulkhead --help'.\n", what, which ? ": " : "", which ? which : "");
	return EXIT_USAGE;
}

static bool parse_number(const char *s, char end, const char **rest, uint64_t *value)
{
	char *after;

	errno = 0;
	*value = strtoull(s, &after, 0);
	*rest = after + 1;
	return after != s && *s != '-' && !errno && *after == end;
}

static bool parse_range(const char *s, struct mem_range *r)
{
	return parse_number(s, ':', &s, &r->base) && parse_number(s, '\0', &s, &r->size) && r->size && r->size <= UINT64_MAX - r->base;
}

/* Returns -1 to go on, or an exit status. */
static int parse_options(int argc, char **argv, struct options *o)
{
	enum { OPT_HELP = 256, OPT_VERSION, OPT_HYPERVISOR, OPT_SYSTEM_FILE, OPT_JSON };
	static const struct option longs[] = {
		{ "help", no_argument, NULL, OPT_HELP },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ "output", required_argument, NULL, 'o' },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "hypervisor", required_argument, NULL, OPT_HYPERVISOR },
		{ "system-file", required_argument, NULL, OPT_SYSTEM_FILE },
		{ NULL, 0, NULL, 0 },
	};
	const char *rest;
	int opt;

	while ((opt = getopt_long(argc, argv, "ho:", longs, NULL)) != -1) {
		switch (opt) {
		case 'h':
		case OPT_HELP:
			fputs(help, stdout);
			return EXIT_OK;
		case OPT_VERSION:
			puts("bulkhead " BULKHEAD_VERSION);
			return EXIT_OK;
		case 'o':
			o->output = optarg;
			break;
		case OPT_JSON:
			o->json = true;
			break;
		case OPT_HYPERVISOR:
			if (!parse_range(optarg, &o->hypervisor))
				return usage("--hypervisor needs ADDR:SIZE, not", optarg);
			break;
		case OPT_SYSTEM_FILE:
			o->has_system_file = parse_number(optarg, '\0', &rest, &o->system_file);
			if (!o->has_system_file)
				return usage("--system-file needs an address, not", optarg);
			break;
		default:
			fputs("Try 'bulkhead --help'.\n", stderr);
			return EXIT_USAGE;
		}
	}
	return -1;
}

static bool want_colour(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && !getenv("NO_COLOR") && term && strcmp(term, "dumb");
}

static int print_findings(const struct options *o, const struct findings *f)
{
	bool colour = want_colour(STDERR_FILENO);

	for (const struct finding *i = f->first; i; i = i->next)
		fprintf(stderr, "%s%s%s: %s\n", colour ? "\033[1;31m" : "", findings_code_name(i->code), colour ? "\033[0m" : "", i->text);
	if (f->dropped)
		fprintf(stderr, "(%u more found no room)\n", f->dropped);
	fprintf(stderr, "%u finding%s%s.\n", f->count, f->count == 1 ? "" : "s", o->system ? ": this system would not start" : "");
	return EXIT_FINDINGS;
}

/* ---- Output ---- */

static int write_error(const struct options *o)
{
	fprintf(stderr, "bulkhead: %s: %s\n", o->output ? o->output : "standard output", strerror(errno));
	return EXIT_USAGE;
}

/* Standard output, or the file of -o; NULL after a message. */
static FILE *open_output(const struct options *o)
{
	FILE *out = o->output ? fopen(o->output, "wb") : stdout;

	if (!out)
		(void)write_error(o);
	return out;
}

/* What was not written (a full disk) shows at the latest here. */
static int close_output(const struct options *o, FILE *out)
{
	bool bad = ferror(out);

	return fclose(out) || bad ? write_error(o) : EXIT_OK;
}

static bool colour_for(const struct options *o)
{
	return !o->output && want_colour(STDOUT_FILENO);
}

/* ---- Commands ---- */

static int do_host(const struct options *o, struct run *r)
{
	FILE *out = open_output(o);

	if (!out)
		return EXIT_USAGE;
	print_host(out, r->host, colour_for(o));
	return close_output(o, out);
}

static int do_closure(const struct options *o, struct run *r)
{
	FILE *out = open_output(o);

	if (!out)
		return EXIT_USAGE;
	if (!print_closure(out, r, o->name) && !r->findings.count)
		findings_add(&r->findings, FINDING_NO_MEMORY, "the closure does not fit the boot arena: raise CONFIG_BOOT_ARENA_KIB (now %d)",
			     CONFIG_BOOT_ARENA_KIB);
	return close_output(o, out);
}

static int do_check(const struct options *o, struct run *r)
{
	printf("%s: %u VM%s, no findings, proven apart.\n", o->system, r->plan->nr_vms, r->plan->nr_vms == 1 ? "" : "s");
	return EXIT_OK;
}

static int do_plan(const struct options *o, struct run *r)
{
	FILE *out = open_output(o);

	if (!out)
		return EXIT_USAGE;
	if (o->json)
		print_plan_json(out, r->plan);
	else
		print_plan(out, r->plan, colour_for(o));
	return close_output(o, out);
}

static int do_map(const struct options *o, struct run *r)
{
	const char *dot = o->output ? strrchr(o->output, '.') : NULL;
	FILE *out = open_output(o);

	if (!out)
		return EXIT_USAGE;
	if (dot && (strcmp(dot, ".html") == 0 || strcmp(dot, ".htm") == 0))
		print_map_html(out, r->plan);
	else
		print_map_svg(out, r->plan);
	return close_output(o, out);
}

/* It explains refusals too, so it goes on with findings where the board is known. */
static int do_explain(const struct options *o, struct run *r)
{
	uint32_t node = host_find_path(r->host, o->name);
	FILE *out;
	int status;

	if (node == HOST_NO_NODE)
		return usage("the board's DTB has no node, alias or label of that name", o->name);
	out = open_output(o);
	if (!out)
		return EXIT_USAGE;
	print_explanation(out, r, node, colour_for(o));
	status = close_output(o, out);
	return status == EXIT_OK && r->findings.count ? EXIT_FINDINGS : status;
}

static int do_guest_dtb(const struct options *o, struct run *r)
{
	const struct plan_vm *vm = NULL;
	FILE *out;

	for (uint32_t i = 0; i < r->plan->nr_vms; i++)
		if (strcmp(r->plan->vms[i].config->name, o->name) == 0)
			vm = &r->plan->vms[i];
	if (!vm)
		return usage("the system file has no VM of that name", o->name);
	if (!o->output && isatty(STDOUT_FILENO))
		return usage("a device tree is no text: use -o FILE, or a pipe into 'dtc -I dtb'", NULL);
	out = open_output(o);
	if (!out)
		return EXIT_USAGE;
	fwrite(vm->dtb_blob, 1, vm->dtb_size, out);
	return close_output(o, out);
}

static const struct command {
	const char *name, *arguments;
	bool has_system, has_name; /* the arguments, behind BOARD.dtb */
	bool needs_plan; /* with findings it has nothing to say but those */
	int (*run)(const struct options *o, struct run *r);
} commands[] = {
	{ "host", "BOARD.dtb", false, false, false, do_host },
	{ "closure", "BOARD.dtb and a node", false, true, false, do_closure },
	{ "check", "BOARD.dtb and SYSTEM.itb", true, false, true, do_check },
	{ "plan", "BOARD.dtb and SYSTEM.itb", true, false, true, do_plan },
	{ "map", "BOARD.dtb and SYSTEM.itb", true, false, true, do_map },
	{ "explain", "BOARD.dtb, SYSTEM.itb and a node", true, true, false, do_explain },
	{ "guest-dtb", "BOARD.dtb, SYSTEM.itb and the name of a VM", true, true, true, do_guest_dtb },
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int run_command(const struct command *command, const struct options *o)
{
	struct run r = { 0 };

	if (!(o->system ? run_system(o, &r) : run_board(o, &r)))
		return EXIT_USAGE;
	if (!r.host || (command->needs_plan && !r.plan))
		return print_findings(o, &r.findings);

	int status = command->run(o, &r);

	/* A board that is understood in part is worth showing, and so is what was not understood. */
	return status == EXIT_OK && r.findings.count ? print_findings(o, &r.findings) : status;
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	const struct command *command;
	int status = parse_options(argc, argv, &o);

	if (status >= 0)
		return status;
	if (optind == argc)
		return usage("a command is missing: host, closure, check, plan, map, explain or guest-dtb", NULL);
	o.command = argv[optind];
	command = find_command(o.command);
	if (!command)
		return usage("there is no such command", o.command);
	if (argc - optind - 1 != 1 + command->has_system + command->has_name) {
		fprintf(stderr, "bulkhead: %s needs %s\nTry 'bulkhead --help'.\n", o.command, command->arguments);
		return EXIT_USAGE;
	}
	o.board = argv[optind + 1];
	o.system = command->has_system ? argv[optind + 2] : NULL;
	o.name = command->has_name ? argv[argc - 1] : NULL;
	return run_command(command, &o);
}
