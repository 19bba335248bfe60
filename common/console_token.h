/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What VMs print, cut into pieces that must stay together: a character (UTF-8), a line end, or a control sequence
 * (ECMA-48). Pure. Text of different VMs is interleaved on one terminal only between such pieces.
 */
#ifndef COMMON_CONSOLE_TOKEN_H
#define COMMON_CONSOLE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest control sequence that is kept together; a longer one is passed on in parts. */
#define TOKEN_MAX 64

/* Bytes in a ring: byte i is buf[(start + i) & mask]. */
struct token_view {
	const uint8_t *buf;
	uint32_t mask;
	uint32_t start;
	uint32_t len;
};

static inline uint8_t token_byte(const struct token_view *v, uint32_t i)
{
	return v->buf[(v->start + i) & v->mask];
}

enum token_kind {
	TOKEN_NONE,    /* the beginning of something that is not all there yet; final was false */
	TOKEN_TEXT,    /* a printable character, or a byte that is no valid UTF-8 */
	TOKEN_TAB,
	TOKEN_NEWLINE, /* LF, with the CRs before it */
	TOKEN_CR,      /* a CR that ends no line: the cursor goes back to the line's start */
	TOKEN_BS,
	TOKEN_COLOUR,  /* SGR */
	TOKEN_EDIT,    /* changes this line only: erasing, inserting, moving the cursor in it */
	TOKEN_OTHER,   /* everything else: bell, queries, cursor addressing, window titles, C1 controls, ... */
};

struct token {
	enum token_kind kind;
	uint32_t len; /* bytes, 1 .. TOKEN_MAX (token_run: .. max, of text); 0 for TOKEN_NONE */
};

/* The piece at the view's start. `final`: nothing will follow, so that what is there must do. */
struct token token_first(const struct token_view *v, bool final);

/* The same, but for printable ASCII, of which most text consists: as much of it as there is, up to `max` bytes (1 at least), in one piece. */
struct token token_run(const struct token_view *v, bool final, uint32_t max);

#endif
