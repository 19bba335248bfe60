/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `bulkhead map`: the board by owner in one picture. Colours mean owners everywhere; names are written where there is room, and
 * everything tells more under the mouse. No scripts, nothing from elsewhere: the file can be mailed.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "passthrough/passthrough.h"
#include "tools/bulkhead_map.h"

static const char style[] =
	"svg{font:13px system-ui,sans-serif;background:#fff;color:#1d2330}"
	"text{fill:#1d2330}.h{font-size:15px;font-weight:600}.t{font-size:20px;font-weight:700}.s{font-size:11px}"
	".box{stroke:#fff;stroke-width:1.5}.box:hover{stroke:#000;stroke-width:2.5}"
	".hyp{fill:#aab2c0}.res{fill:#e0b7b0}.none{fill:#eef0f4;stroke:#c9ced8;stroke-width:1}"
	".v0{fill:#8fc1f0}.v1{fill:#f6c667}.v2{fill:#95d5a3}.v3{fill:#d9a6ea}.v4{fill:#f2a48f}.v5{fill:#7fd4d2}.v6{fill:#d3cf6b}.v7{fill:#f3a9c9}"
	"@media(prefers-color-scheme:dark){svg{background:#14171d;color:#e8ebf0}text{fill:#e8ebf0}"
	".box{stroke:#14171d}.box:hover{stroke:#fff}.hyp{fill:#555e6e}.res{fill:#6d4741}.none{fill:#1f242d;stroke:#3a4250}"
	".v0{fill:#2b5f93}.v1{fill:#8a6414}.v2{fill:#2e7040}.v3{fill:#71418a}.v4{fill:#97452f}.v5{fill:#1f7170}.v6{fill:#6c681a}.v7{fill:#8d3d63}}";

static const char *class_of(int owner)
{
	static const char *const vms[NR_HUES] = { "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7" };

	switch (owner) {
	case OWNER_NOBODY: return "none";
	case OWNER_HYPERVISOR: return "hyp";
	case OWNER_RESERVED: return "res";
	default: return vms[owner % NR_HUES];
	}
}

const char *map_owner_name(const struct map *m, int owner)
{
	switch (owner) {
	case OWNER_NOBODY: return "nobody";
	case OWNER_HYPERVISOR: return "hypervisor";
	case OWNER_RESERVED: return "reserved";
	default: return m->plan->vms[owner].config->name;
	}
}

void map_put_text(const struct map *m, unsigned x, unsigned y, const char *class, const char *text)
{
	fprintf(m->out, "<text x=\"%u\" y=\"%u\" class=\"%s\">", x, y, class);
	put_xml_text(m->out, text);
	fputs("</text>\n", m->out);
}

/* A label of at most that many pixels: what does not fit is cut, what has room for nothing is left out. */
void map_put_label(const struct map *m, unsigned x, unsigned y, unsigned width, const char *text)
{
	char cut[64];
	size_t room = width / 7; /* a character of the small font, generously */

	if (room < 4)
		return;
	if (strlen(text) <= room) {
		map_put_text(m, x, y, "s", text);
		return;
	}
	room = room < sizeof(cut) ? room : sizeof(cut) - 1;
	memcpy(cut, text, room - 2);
	memcpy(cut + room - 2, "..", 3);
	map_put_text(m, x, y, "s", cut);
}

void map_begin_box(const struct map *m, int owner, unsigned x, unsigned y, unsigned w, unsigned h)
{
	fprintf(m->out, "<g><rect class=\"box %s\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"4\"><title>", class_of(owner), x, y, w, h);
}

void map_end_title(const struct map *m)
{
	fputs("</title></rect>", m->out);
}

void map_end_box(const struct map *m)
{
	fputs("</g>\n", m->out);
}

void map_put_heading(struct map *m, const char *text)
{
	m->y += 34;
	map_put_text(m, MARGIN, m->y, "h", text);
	m->y += 12;
}

static void put_legend(struct map *m)
{
	unsigned x = MARGIN;

	for (int owner = OWNER_RESERVED; owner < (int)m->plan->nr_vms; owner++) {
		unsigned width = 30 + (unsigned)strlen(map_owner_name(m, owner)) * 8;

		if (x + width > WIDTH - MARGIN) {
			x = MARGIN;
			m->y += 24;
		}
		fprintf(m->out, "<rect class=\"box %s\" x=\"%u\" y=\"%u\" width=\"16\" height=\"16\" rx=\"4\"/>", class_of(owner), x, m->y);
		map_put_text(m, x + 22, m->y + 13, "s", map_owner_name(m, owner));
		x += width;
	}
	m->y += 16;
}

/* ---- Memory ---- */

struct piece {
	struct mem_range range;
	int owner;
	const char *what;
};

struct pieces {
	struct piece *piece;
	size_t nr, room;
};

static void add_piece(struct pieces *p, uint64_t base, uint64_t size, int owner, const char *what)
{
	if (!size)
		return;
	if (p->nr == p->room) {
		p->room = p->room ? p->room * 2 : 32;
		p->piece = realloc(p->piece, p->room * sizeof(*p->piece));
		if (!p->piece)
			abort();
	}
	p->piece[p->nr++] = (struct piece){ { base, size }, owner, what };
}

static int by_base(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->range.base < y->range.base ? -1 : x->range.base > y->range.base;
}

static void collect_memory(const struct plan *plan, struct pieces *p)
{
	const struct host *h = plan->host;

	add_piece(p, plan->hypervisor.base, plan->hypervisor.size, OWNER_HYPERVISOR, "image");
	add_piece(p, plan->pool.base, plan->pool.size, OWNER_HYPERVISOR, "pool");
	add_piece(p, plan->system_file.base, plan->system_file.size, OWNER_HYPERVISOR, "system file");
	add_piece(p, plan->host_dtb.base, plan->host_dtb.size, OWNER_HYPERVISOR, "board's DTB");
	for (uint32_t i = 0; i < h->nr_reserved; i++)
		add_piece(p, h->reserved[i].range.base, h->reserved[i].range.size, OWNER_RESERVED, h->reserved[i].path);
	for (uint32_t v = 0; v < plan->nr_vms; v++)
		for (uint32_t i = 0; i < plan->vms[v].nr_regions; i++)
			if (plan->vms[v].regions[i].kind == PLAN_REGION_RAM)
				add_piece(p, plan->vms[v].regions[i].pa.v, plan->vms[v].regions[i].size, (int)v, plan->vms[v].config->name);
	qsort(p->piece, p->nr, sizeof(*p->piece), by_base);
}

/* The pieces of one bank of RAM, with what is free between them. */
static struct pieces bank_pieces(const struct pieces *all, const struct mem_range *bank)
{
	struct pieces p = { 0 };
	uint64_t at = bank->base, end = bank->base + bank->size;

	for (size_t i = 0; i < all->nr; i++) {
		uint64_t base = u64_max(all->piece[i].range.base, at), stop = u64_min(all->piece[i].range.base + all->piece[i].range.size, end);

		if (base >= stop)
			continue;
		add_piece(&p, at, base - at, OWNER_NOBODY, "free");
		add_piece(&p, base, stop - base, all->piece[i].owner, all->piece[i].what);
		at = stop;
	}
	add_piece(&p, at, end - at, OWNER_NOBODY, "free");
	return p;
}

/* To scale, but that small pieces stay visible: each has a few pixels, and the rest is shared by size. */
static void put_bank(struct map *m, const struct pieces *p, const struct mem_range *bank)
{
	unsigned least = p->nr * 10 < INNER / 2 ? 10 : INNER / 2 / (unsigned)p->nr, shared = INNER - least * (unsigned)p->nr, x = MARGIN;
	char text[96];

	snprintf(text, sizeof(text), "0x%" PRIx64 ", %s", bank->base, size_of(bank->size));
	m->y += 12;
	map_put_text(m, MARGIN, m->y, "s", text);
	m->y += 6;
	for (size_t i = 0; i < p->nr; i++) {
		const struct piece *s = &p->piece[i];
		unsigned w = least + (unsigned)((double)s->range.size / (double)bank->size * shared);

		map_begin_box(m, s->owner, x, m->y, w, BAR);
		put_xml_text(m->out, map_owner_name(m, s->owner));
		fputs(": ", m->out);
		put_xml_text(m->out, s->what);
		fprintf(m->out, "\n0x%" PRIx64 " to 0x%" PRIx64 "\n%s", s->range.base, s->range.base + s->range.size - 1, size_of(s->range.size));
		map_end_title(m);
		map_put_label(m, x + 6, m->y + 20, w - 8, s->what);
		map_put_label(m, x + 6, m->y + 36, w - 8, size_of(s->range.size));
		map_end_box(m);
		x += w;
	}
	m->y += BAR + 6;
}

static void put_memory(struct map *m)
{
	struct pieces all = { 0 };

	map_put_heading(m, "Memory");
	collect_memory(m->plan, &all);
	for (uint32_t i = 0; i < m->plan->host->nr_ram; i++) {
		struct pieces p = bank_pieces(&all, &m->plan->host->ram[i]);

		put_bank(m, &p, &m->plan->host->ram[i]);
		free(p.piece);
	}
	free(all.piece);
}

/* ---- Devices and interrupts ---- */

static int device_owner(const struct plan *plan, uint32_t node, const char **reason)
{
	uint32_t vm;
	const struct plan_grant *g = find_owner(plan, node, &vm);
	const char *use = owned_by_hypervisor(plan->host, node);

	*reason = g ? g->reason : use;
	if (g)
		return (int)vm;
	return use ? OWNER_HYPERVISOR : OWNER_NOBODY;
}

/* The one device that every VM has a part of. */
static void put_vm_gics(const struct map *m)
{
	for (uint32_t v = 0; v < m->plan->nr_vms; v++) {
		const struct plan_vm *vm = &m->plan->vms[v];

		fputs("\nVM ", m->out);
		put_xml_text(m->out, vm->config->name);
		fprintf(m->out, ": %s: ", plan_gic_text(vm->gic));
		put_xml_text(m->out, vm->gic_reason);
	}
}

static void put_device(const struct map *m, uint32_t node, int owner, const char *reason, unsigned x, unsigned y)
{
	const struct host_node *n = &m->plan->host->nodes[node];

	map_begin_box(m, owner, x, y, CHIP_W, CHIP_H);
	put_xml_text(m->out, n->path);
	fputc('\n', m->out);
	put_xml_text(m->out, map_owner_name(m, owner));
	fputs(reason ? ": " : "", m->out);
	put_xml_text(m->out, reason ? reason : "");
	for (uint32_t i = 0; i < n->nr_regs; i++)
		fprintf(m->out, "\nregisters 0x%" PRIx64 ", %s", n->regs[i].base, size_of(n->regs[i].size));
	for (uint32_t i = 0; i < n->nr_irqs; i++)
		fprintf(m->out, "\ninterrupt %" PRIu32, n->irqs[i].intid);
	if (node == m->plan->host->gic.node)
		put_vm_gics(m);
	map_end_title(m);
	map_put_label(m, x + 8, y + 16, CHIP_W - 12, strrchr(n->path, '/') + 1);
	map_end_box(m);
}

static bool is_memory(const struct host *h, uint32_t node)
{
	return strncmp(h->nodes[node].path, "/memory", 7) == 0 || strncmp(h->nodes[node].path, "/reserved-memory", 16) == 0;
}

/* One owner after the other: what belongs together stands together. */
static void put_devices(struct map *m)
{
	const unsigned columns = INNER / (CHIP_W + 8);
	const struct host *h = m->plan->host;
	unsigned n = 0;

	map_put_heading(m, "Devices");
	for (int turn = 0; turn < (int)m->plan->nr_vms + 2; turn++) {
		/* VMs, the hypervisor, nobody */
		int wanted = turn < (int)m->plan->nr_vms ? turn : turn == (int)m->plan->nr_vms ? OWNER_HYPERVISOR : OWNER_NOBODY;

		for (uint32_t i = 1; i < h->nr_nodes; i++) {
			const char *reason;

			if (!h->nodes[i].enabled || !h->nodes[i].nr_regs || is_memory(h, i) || device_owner(m->plan, i, &reason) != wanted)
				continue;
			put_device(m, i, wanted, reason, MARGIN + n % columns * (CHIP_W + 8), m->y + n / columns * (CHIP_H + 6));
			n++;
		}
	}
	m->y += (n + columns - 1) / columns * (CHIP_H + 6);
}

/* The enabled node that has the interrupt, an owned one first; HOST_NO_NODE if none has it. */
static uint32_t irq_node(const struct plan *plan, uint32_t intid)
{
	const struct host *h = plan->host;
	uint32_t found = HOST_NO_NODE, vm;

	for (uint32_t i = 1; i < h->nr_nodes; i++)
		for (uint32_t k = 0; k < h->nodes[i].nr_irqs && h->nodes[i].enabled; k++) {
			if (h->nodes[i].irqs[k].intid != intid)
				continue;
			if (find_owner(plan, i, &vm))
				return i;
			found = found == HOST_NO_NODE ? i : found;
		}
	return found;
}

static void put_interrupts(struct map *m)
{
	const unsigned columns = INNER / (CELL + 10);
	unsigned n = 0;
	char text[16];

	map_put_heading(m, "Interrupts (INTIDs that a device has)");
	for (uint32_t intid = 32; intid < 1020; intid++) {
		uint32_t node = irq_node(m->plan, intid);
		unsigned x = MARGIN + n % columns * (CELL + 10), y = m->y + n / columns * CELL;
		const char *reason;
		int owner;

		if (node == HOST_NO_NODE)
			continue;
		owner = device_owner(m->plan, node, &reason);
		map_begin_box(m, owner, x, y, CELL + 6, CELL - 4);
		fprintf(m->out, "INTID %" PRIu32 " (SPI %" PRIu32 ")\n", intid, intid - 32);
		put_xml_text(m->out, m->plan->host->nodes[node].path);
		fputc('\n', m->out);
		put_xml_text(m->out, map_owner_name(m, owner));
		map_end_title(m);
		snprintf(text, sizeof(text), "%" PRIu32, intid);
		map_put_text(m, x + 6, y + 15, "s", text);
		map_end_box(m);
		n++;
	}
	m->y += (n + columns - 1) / columns * CELL;
}

/* ---- The whole ---- */

static void put_picture(struct map *m)
{
	const char *model = m->plan->host->model;

	m->y = 34;
	map_put_text(m, MARGIN, m->y, "t", model && *model ? model : "Board");
	m->y += 18;
	put_legend(m);
	map_put_cpus(m);
	map_put_shared_cpus(m);
	put_memory(m);
	put_devices(m);
	put_interrupts(m);
}

/* The height is known when everything is drawn, and has to be said first. */
void print_map_svg(FILE *out, const struct plan *plan)
{
	char *body = NULL;
	size_t size = 0;
	struct map m = { open_memstream(&body, &size), plan, 0 };

	if (!m.out)
		abort();
	put_picture(&m);
	if (fclose(m.out) || !body)
		abort();
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" width=\"%u\" height=\"%u\" role=\"img\"><style>%s</style>\n", WIDTH,
		m.y + MARGIN, WIDTH, m.y + MARGIN, style);
	fwrite(body, 1, size, out);
	fputs("</svg>\n", out);
	free(body);
}

void print_map_html(FILE *out, const struct plan *plan)
{
	const char *model = plan->host->model;

	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width\"/><title>", out);
	put_xml_text(out, model && *model ? model : "Board");
	fputs("</title><style>:root{color-scheme:light dark}body{margin:0;background:#fff}svg{display:block;margin:auto;max-width:100%;height:auto}"
	      "@media(prefers-color-scheme:dark){body{background:#14171d}}</style></head><body>\n", out);
	print_map_svg(out, plan);
	fputs("</body></html>\n", out);
}
