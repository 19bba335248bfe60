/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console multiplexer: several sources of text, one terminal. Pure; the caller holds the console lock around
 * every call.
 *
 * Each source has a ring of its own, so that no one's output holds up or displaces another's. What goes to the
 * terminal is composed only when the UART can take it (pull): whole lines, `name | text`, the sources in turn. The
 * one source that has the focus also shows the line it is in the middle of, with its control sequences untouched;
 * when another source's line comes, that unfinished line is taken off the screen, and put back below. Sources without
 * the focus keep colours, but nothing that would move the cursor out of their line or make the terminal answer.
 */
#ifndef COMMON_CONSOLE_MUX_H
#define COMMON_CONSOLE_MUX_H

#include "common/lib/util.h"

#define CONSOLE_RING 2048    /* bytes a source can have waiting; a power of two */
#define CONSOLE_RING_HIGH (CONSOLE_RING - 64) /* from here on a source is asked to wait ... */
#define CONSOLE_RING_LOW (CONSOLE_RING / 2)   /* ... until no more than this is left */
#define CONSOLE_PARTIAL 512  /* bytes of an unfinished line that can be redrawn; a power of two */
#define CONSOLE_LINE 256     /* a line without the focus that is longer continues in the next one */
#define CONSOLE_LOG_LINE 512 /* the same for the hypervisor's own */
#define CONSOLE_MAX_SOURCES (CONFIG_MAX_VMS + 2)
#define CONSOLE_NONE UINT32_MAX

struct console_source {
	const char *name;
	char prefix[40]; /* what each of its lines begins with */
	uint32_t prefix_len;
	uint32_t line_max;
	uint32_t head, tail; /* of ring, free-running: put at head, taken at tail */
	uint32_t lines;      /* LFs in the ring */
	uint32_t dropped;    /* bytes that found no room since the last notice; while there are any, none is taken */
	bool waiting;        /* was told to wait at the high mark, and not yet to go on */
	uint32_t partial_len;
	uint8_t partial[CONSOLE_PARTIAL]; /* the unfinished line as far as it was shown with the focus */
	uint8_t ring[CONSOLE_RING];
};

struct console_mux {
	struct console_source *source[CONSOLE_MAX_SOURCES]; /* 0 is the hypervisor's log */
	uint32_t nr;
	bool colour;        /* may use control sequences of its own */
	uint32_t focus;     /* index of a source */
	uint32_t turn;      /* who had the last turn */
	uint32_t on_screen; /* in whose unfinished line the cursor is, or CONSOLE_NONE */
	uint32_t redrawn;   /* how much of its partial[] is on the screen */
	bool coloured;      /* the line at the cursor changed colours */
	uint32_t out_pos, out_len;
	uint8_t out[1280]; /* composed, not yet sent */
};

void console_mux_init(struct console_mux *m, bool colour);

/*
 * Adds a zeroed source, and returns its index; CONSOLE_NONE when there are CONSOLE_MAX_SOURCES. name must live on.
 * separator: what stands between the name and its text.
 */
uint32_t console_mux_add(struct console_mux *m, struct console_source *s, const char *name, const char *separator);

/* Takes effect with the next composed piece. The new source's unfinished line appears at once. */
void console_mux_focus(struct console_mux *m, uint32_t index);

/*
 * One byte of a source's text. false: it is at its high mark, and should wait until console_mux_may_go_on. What is
 * put nevertheless is kept while there is room, else counted as dropped.
 */
bool console_mux_put(struct console_source *s, uint8_t c);

/* Text of one's own, which may well be unfinished: what of it finds no room is dropped. */
void console_mux_put_text(struct console_source *s, const char *text);

/* A whole line without its LF; control characters become spaces. Or, where it does not fit, nothing of it. */
void console_mux_put_line(struct console_source *s, const char *text, uint32_t len);

/* Its text ends here, maybe in the middle of a line: the source stopped. */
void console_mux_end(struct console_source *s);

/* Room for text in bytes, an LF included. */
uint32_t console_mux_room(const struct console_source *s);

/* Whether a source that was told to wait is at its low mark: true once. */
bool console_mux_may_go_on(struct console_source *s);

/* The next byte for the terminal, or -1 when there is nothing to say. It stays the next one until skipped. */
int console_mux_next(struct console_mux *m);
static inline int console_mux_peek(struct console_mux *m) { return m->out_pos < m->out_len ? m->out[m->out_pos] : console_mux_next(m); }
static inline void console_mux_skip(struct console_mux *m) { m->out_pos++; }

#endif
