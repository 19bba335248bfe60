/* SPDX-License-Identifier: Apache-2.0 */
#include "common/console_token.h"

#include "common/lib/util.h"

enum { BEL = 0x07, BS = 0x08, TAB = 0x09, LF = 0x0a, CR = 0x0d, ESC = 0x1b, DEL = 0x7f };

static const struct token none = { TOKEN_NONE, 0 };

static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < DEL;
}

static struct token piece(enum token_kind kind, uint32_t len)
{
	return (struct token){ kind, len };
}

/*
 * LF, CR LF or CR CR LF (a driver that adds a CR to a tty that added one) are line ends; any other CR stands for
 * itself.
 */
static struct token line_end(const struct token_view *v, bool final)
{
	uint32_t i = 0;

	while (i < v->len && i < TOKEN_MAX && token_byte(v, i) == CR)
		i++;
	if (i < v->len && i < TOKEN_MAX && token_byte(v, i) == LF)
		return piece(TOKEN_NEWLINE, i + 1);
	return i == v->len && i < TOKEN_MAX && !final ? none : piece(TOKEN_CR, 1);
}

/* How many bytes a UTF-8 character has by its first one; 0: it cannot start one (RFC 3629, section 4). */
static uint32_t utf8_length(uint8_t first)
{
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

static struct token high_byte(const struct token_view *v, bool final)
{
	uint8_t first = token_byte(v, 0);
	uint32_t need = utf8_length(first), i;

	if (!need) /* 0x80 to 0x9f alone are C1 controls to an 8-bit terminal */
		return piece(first < 0xa0 ? TOKEN_OTHER : TOKEN_TEXT, 1);
	for (i = 1; i < need && i < v->len; i++)
		if ((token_byte(v, i) & 0xc0) != 0x80)
			return piece(TOKEN_TEXT, i);
	if (i < need)
		return final ? piece(TOKEN_TEXT, i) : none;
	/* U+0080 to U+009F: the C1 controls again */
	return piece(first == 0xc2 && token_byte(v, 1) < 0xa0 ? TOKEN_OTHER : TOKEN_TEXT, need);
}

/* What a control sequence with this final byte and first parameter does (ECMA-48, 8.3). */
static enum token_kind csi_kind(uint8_t final_byte, uint8_t parameter)
{
	static const char in_line[] = "KCDGPX@";

	if (final_byte == 'm')
		return TOKEN_COLOUR;
	if (final_byte == 'J') /* without a parameter: erase from here on, as line editors do */
		return parameter == 'J' || parameter == '0' ? TOKEN_EDIT : TOKEN_OTHER;
	for (unsigned i = 0; in_line[i]; i++)
		if (final_byte == (uint8_t)in_line[i])
			return TOKEN_EDIT;
	return TOKEN_OTHER;
}

/* ESC [ parameters intermediates final (ECMA-48, 5.4). */
static struct token control_sequence(const struct token_view *v, bool final)
{
	uint32_t i;

	for (i = 2; i < v->len && i < TOKEN_MAX; i++) {
		uint8_t c = token_byte(v, i);
		if (c >= 0x40 && c < DEL)
			return piece(csi_kind(c, token_byte(v, 2)), i + 1);
		if (c < 0x20 || c >= DEL) /* malformed: ends before what does not belong to it */
			return piece(TOKEN_OTHER, i);
	}
	return i == TOKEN_MAX || final ? piece(TOKEN_OTHER, i) : none;
}

/* ESC ] text, ended by BEL or ESC \ (ECMA-48, 5.6; xterm takes BEL too). */
static struct token control_string(const struct token_view *v, bool final)
{
	uint32_t i;

	for (i = 2; i < v->len && i < TOKEN_MAX; i++) {
		uint8_t c = token_byte(v, i);
		if (c == BEL)
			return piece(TOKEN_OTHER, i + 1);
		if (c == ESC && i + 1 == v->len)
			break;
		if (c == ESC)
			return piece(TOKEN_OTHER, token_byte(v, i + 1) == '\\' && i + 1 < TOKEN_MAX ? i + 2 : i);
		if (c < 0x20)
			return piece(TOKEN_OTHER, i);
	}
	return i == TOKEN_MAX || final ? piece(TOKEN_OTHER, i) : none;
}

static struct token escape(const struct token_view *v, bool final)
{
	uint32_t i = 1;

	if (v->len == 1)
		return final ? piece(TOKEN_OTHER, 1) : none;
	switch (token_byte(v, 1)) {
	case '[':
		return control_sequence(v, final);
	case ']': case 'P': case 'X': case '^': case '_':
		return control_string(v, final);
	}
	while (i < v->len && i < TOKEN_MAX && token_byte(v, i) >= 0x20 && token_byte(v, i) < 0x30)
		i++; /* intermediates, as in ESC ( B */
	if (i == v->len && i < TOKEN_MAX)
		return final ? piece(TOKEN_OTHER, i) : none;
	if (i < TOKEN_MAX && token_byte(v, i) >= 0x30 && token_byte(v, i) < DEL)
		i++;
	return piece(TOKEN_OTHER, i);
}

struct token token_first(const struct token_view *v, bool final)
{
	uint8_t c;

	if (!v->len)
		return none;
	c = token_byte(v, 0);
	if (is_plain(c))
		return piece(TOKEN_TEXT, 1);
	if (c == LF || c == CR)
		return line_end(v, final);
	if (c == ESC)
		return escape(v, final);
	if (c > DEL)
		return high_byte(v, final);
	return piece(c == TAB ? TOKEN_TAB : c == BS ? TOKEN_BS : TOKEN_OTHER, 1);
}

struct token token_run(const struct token_view *v, bool final, uint32_t max)
{
	uint32_t n = 0, end = (uint32_t)u64_min(v->len, max);

	while (n < end && is_plain(token_byte(v, n)))
		n++;
	return n ? piece(TOKEN_TEXT, n) : token_first(v, final);
}
