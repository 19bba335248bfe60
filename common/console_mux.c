/* SPDX-License-Identifier: Apache-2.0 */
#include "common/console_mux.h"

#include "common/console_token.h"
#include "common/lib/format.h"
#include "common/lib/string.h"

/* SGR foreground colours that can be read on light and dark, neighbours well apart. */
static const uint8_t palette[] = { 36, 32, 33, 35, 34, 96, 92, 93, 95, 94 };

void console_mux_init(struct console_mux *m, bool colour)
{
	memset(m, 0, sizeof(*m));
	m->colour = colour;
	m->on_screen = CONSOLE_NONE;
}

uint32_t console_mux_add(struct console_mux *m, struct console_source *s, const char *name, const char *separator)
{
	uint32_t index = m->nr;
	size_t len;

	if (index == CONSOLE_MAX_SOURCES)
		return CONSOLE_NONE;
	s->name = name;
	s->line_max = index ? CONSOLE_LINE : CONSOLE_LOG_LINE;
	if (!m->colour)
		len = format_text(s->prefix, sizeof(s->prefix), "%.15s%s", name, separator);
	else if (index < 2) /* the hypervisor's own */
		len = format_text(s->prefix, sizeof(s->prefix), "\x1b[1m%.15s%s\x1b[0m", name, separator);
	else
		len = format_text(s->prefix, sizeof(s->prefix), "\x1b[%um%.15s%s\x1b[0m",
				  palette[(index - 2) % ARRAY_SIZE(palette)], name, separator);
	s->prefix_len = (uint32_t)u64_min(len, sizeof(s->prefix) - 1);
	m->source[m->nr++] = s;
	return index;
}

void console_mux_focus(struct console_mux *m, uint32_t index)
{
	m->focus = index;
}

/* ---- Sources ---- */

static uint32_t used(const struct console_source *s)
{
	return s->head - s->tail;
}

bool console_mux_put(struct console_source *s, uint8_t c)
{
	if (s->dropped || used(s) == CONSOLE_RING) {
		s->dropped += s->dropped < UINT32_MAX;
		s->waiting = true;
		return false;
	}
	s->ring[s->head++ & (CONSOLE_RING - 1)] = c;
	s->lines += c == '\n';
	if (used(s) >= CONSOLE_RING_HIGH)
		s->waiting = true;
	return !s->waiting;
}

void console_mux_put_text(struct console_source *s, const char *text)
{
	for (; *text; text++)
		(void)console_mux_put(s, (uint8_t)*text);
}

uint32_t console_mux_room(const struct console_source *s)
{
	return s->dropped ? 0 : CONSOLE_RING - used(s);
}

void console_mux_put_line(struct console_source *s, const char *text, uint32_t len)
{
	if (len >= console_mux_room(s)) {
		s->dropped = (uint32_t)u64_min((uint64_t)s->dropped + len + 1, UINT32_MAX);
		return;
	}
	for (uint32_t i = 0; i < len; i++)
		s->ring[s->head++ & (CONSOLE_RING - 1)] = (uint8_t)text[i] < ' ' ? ' ' : (uint8_t)text[i];
	s->ring[s->head++ & (CONSOLE_RING - 1)] = '\n';
	s->lines++;
}

void console_mux_end(struct console_source *s)
{
	if (s->head && s->ring[(s->head - 1) & (CONSOLE_RING - 1)] != '\n')
		console_mux_put(s, '\n');
}

bool console_mux_may_go_on(struct console_source *s)
{
	if (!s->waiting || s->dropped || used(s) > CONSOLE_RING_LOW)
		return false;
	s->waiting = false;
	return true;
}

static struct token_view ring_view(const struct console_source *s)
{
	return (struct token_view){ s->ring, CONSOLE_RING - 1, s->tail, used(s) };
}

/* From byte `from` of the unfinished line on. */
static struct token_view partial_view(const struct console_source *s, uint32_t from)
{
	return (struct token_view){ s->partial, CONSOLE_PARTIAL - 1, from, s->partial_len - from };
}

/* Nothing more will come for the time being: an incomplete control sequence is passed on as it is. */
static bool is_final(const struct console_source *s)
{
	return s->dropped || used(s) >= CONSOLE_RING_HIGH;
}

static void take(struct console_source *s, struct token t)
{
	s->tail += t.len;
	s->lines -= t.kind == TOKEN_NEWLINE;
}

/* ---- What is composed ---- */

static void emit(struct console_mux *m, const void *text, uint32_t len)
{
	memcpy(m->out + m->out_len, text, len);
	m->out_len += len;
}

static void emit_token(struct console_mux *m, const struct token_view *v, struct token t)
{
	for (uint32_t i = 0; i < t.len; i++)
		m->out[m->out_len++] = token_byte(v, i);
	m->coloured |= t.kind == TOKEN_COLOUR;
}

static void emit_prefix(struct console_mux *m, const struct console_source *s)
{
	emit(m, s->prefix, s->prefix_len);
}

static void emit_line_end(struct console_mux *m)
{
	if (m->coloured && m->colour)
		emit(m, "\x1b[0m", 4);
	m->coloured = false;
	emit(m, "\r\n", 2);
}

/* The cursor is in the focused source's unfinished line, and is wanted at the start of an empty one. */
static void leave_partial(struct console_mux *m)
{
	if (m->on_screen == CONSOLE_NONE)
		return;
	if (m->colour && m->on_screen == m->focus) {
		emit(m, m->coloured ? "\x1b[0m\r\x1b[K" : "\r\x1b[K", m->coloured ? 8 : 4);
		m->coloured = false;
	} else {
		emit_line_end(m);
	}
	m->on_screen = CONSOLE_NONE;
}

static void enter_partial(struct console_mux *m)
{
	emit_prefix(m, m->source[m->focus]);
	m->on_screen = m->focus;
	m->redrawn = 0;
}

/*
 * A piece of the focused source's line as it goes to the screen: after a CR the guest writes from its line's start,
 * which is right of the prefix.
 */
static void emit_focused(struct console_mux *m, const struct token_view *v, struct token t)
{
	emit_token(m, v, t);
	if (t.kind == TOKEN_CR)
		emit_prefix(m, m->source[m->focus]);
}

/* ---- The focused source ---- */

/* Makes room in partial[]: what a CR overwrites goes first, else the older half. */
static void forget_some(struct console_source *s)
{
	uint32_t cut = 0;

	for (uint32_t i = 1; i < s->partial_len; i++)
		if (s->partial[i] == '\r')
			cut = i;
	while (!cut || (cut < CONSOLE_PARTIAL / 2 && s->partial[cut] != '\r')) {
		struct token_view v = partial_view(s, cut);
		cut += token_first(&v, true).len;
	}
	s->partial_len -= cut;
	memmove(s->partial, s->partial + cut, s->partial_len);
}

/*
 * Only what changes the line itself can be repeated: not a query (the guest would get a second answer), a bell or an
 * absolute cursor position.
 */
static void remember(struct console_source *s, const struct token_view *v, struct token t)
{
	if (t.kind == TOKEN_OTHER)
		return;
	while (s->partial_len + t.len > CONSOLE_PARTIAL)
		forget_some(s);
	for (uint32_t i = 0; i < t.len; i++)
		s->partial[s->partial_len++] = token_byte(v, i);
}

static bool redraw(struct console_mux *m)
{
	struct console_source *s = m->source[m->focus];
	struct token_view v = partial_view(s, m->redrawn);
	struct token t = token_first(&v, true);

	emit_focused(m, &v, t);
	m->redrawn += t.len;
	return true;
}

/* Its turn: what is there, up to the end of the line. */
static bool compose_focused(struct console_mux *m)
{
	struct console_source *s = m->source[m->focus];

	if (m->on_screen == CONSOLE_NONE) {
		enter_partial(m); /* redraw() comes before anything new, and its turn after that */
		return true;
	}
	m->turn = m->focus;
	while (m->out_len < CONSOLE_LINE) {
		struct token_view v = ring_view(s);
		struct token t = token_run(&v, is_final(s), CONSOLE_LINE - m->out_len);

		if (t.kind == TOKEN_NEWLINE) {
			emit_line_end(m);
			m->on_screen = CONSOLE_NONE;
			s->partial_len = 0;
		} else if (t.kind != TOKEN_NONE) {
			emit_focused(m, &v, t);
			remember(s, &v, t);
			m->redrawn = s->partial_len;
		}
		take(s, t);
		if (t.kind == TOKEN_NONE || t.kind == TOKEN_NEWLINE)
			break;
	}
	return m->out_len > 0;
}

/* ---- The others ---- */

/*
 * A line of a source without the focus is put together as a terminal would show it in the end; `start` and `keep` are
 * places in out[].
 */
struct line {
	uint32_t start; /* its text begins here */
	uint32_t keep;  /* a backspace takes nothing away that lies before */
};

static void backspace(struct console_mux *m, const struct line *l)
{
	while (m->out_len > l->keep && (m->out[m->out_len - 1] & 0xc0) == 0x80)
		m->out_len--;
	if (m->out_len > l->keep)
		m->out_len--;
}

static void add_to_line(struct console_mux *m, struct line *l, const struct token_view *v, struct token t)
{
	switch (t.kind) {
	case TOKEN_TEXT:
	case TOKEN_TAB:
		emit_token(m, v, t);
		break;
	case TOKEN_COLOUR:
		if (m->colour)
			emit_token(m, v, t);
		l->keep = m->out_len;
		break;
	case TOKEN_CR: /* what comes is written over it */
		m->out_len = l->keep = l->start;
		break;
	case TOKEN_BS:
		backspace(m, l);
		break;
	default: /* would act outside the line, or in whoever's line the cursor is by then */
		break;
	}
}

static void compose_line(struct console_mux *m, struct console_source *s)
{
	struct line l;
	struct token t;
	uint32_t from = 0, before;

	leave_partial(m);
	emit_prefix(m, s);
	l.start = l.keep = m->out_len;
	for (; from < s->partial_len; from += t.len) { /* what it showed while it had the focus */
		struct token_view v = partial_view(s, from);
		t = token_first(&v, true);
		add_to_line(m, &l, &v, t);
	}
	s->partial_len = 0;
	before = s->tail;
	do {
		struct token_view v = ring_view(s);
		t = token_run(&v, is_final(s), s->line_max - (s->tail - before));
		if (t.kind != TOKEN_NEWLINE)
			add_to_line(m, &l, &v, t);
		take(s, t);
	} while (t.kind != TOKEN_NONE && t.kind != TOKEN_NEWLINE && s->tail - before < s->line_max);
	emit_line_end(m);
}

static void compose_notice(struct console_mux *m, struct console_source *s)
{
	char text[64];
	size_t len = format_text(text, sizeof(text), "[%s: %u bytes dropped]", s->name, s->dropped);

	leave_partial(m);
	emit_prefix(m, m->source[0]);
	emit(m, text, (uint32_t)u64_min(len, sizeof(text) - 1));
	emit_line_end(m);
	s->dropped = 0;
}

/* ---- Whose turn it is ---- */

static bool is_ready(const struct console_mux *m, uint32_t i)
{
	const struct console_source *s = m->source[i];

	if (s->dropped)
		return true; /* the rest, and then the notice */
	if (i == m->focus) {
		struct token_view v = ring_view(s);
		return token_first(&v, is_final(s)).kind != TOKEN_NONE;
	}
	return s->lines || used(s) >= s->line_max;
}

static bool compose_for(struct console_mux *m, uint32_t i)
{
	struct console_source *s = m->source[i];

	if (used(s) && i == m->focus)
		return compose_focused(m);
	m->turn = i;
	if (used(s))
		compose_line(m, s);
	else
		compose_notice(m, s);
	return true;
}

/* Puts the next piece into out[]; it may be empty. false: there is nothing to say. */
static bool compose(struct console_mux *m)
{
	m->out_pos = m->out_len = 0;
	if (m->on_screen != CONSOLE_NONE && m->on_screen != m->focus) {
		leave_partial(m); /* the focus went elsewhere: what it left stays on the screen */
		return true;
	}
	if (m->on_screen != CONSOLE_NONE && m->redrawn < m->source[m->focus]->partial_len)
		return redraw(m);
	/* Its line is all there: it is finished first, rather than taken away and redrawn. */
	if (m->on_screen != CONSOLE_NONE && m->source[m->focus]->lines)
		return compose_focused(m);
	for (uint32_t n = 1; n <= m->nr; n++) {
		uint32_t i = (m->turn + n) % m->nr;
		if (is_ready(m, i))
			return compose_for(m, i);
	}
	if (m->nr && m->on_screen == CONSOLE_NONE && m->source[m->focus]->partial_len) {
		enter_partial(m);
		return true;
	}
	return false;
}

int console_mux_next(struct console_mux *m)
{
	while (m->out_pos >= m->out_len)
		if (!compose(m))
			return -1;
	return m->out[m->out_pos];
}
