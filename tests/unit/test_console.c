/* SPDX-License-Identifier: Apache-2.0 */
/* The console multiplexer, seen by a small terminal: what matters is what stands on the screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/console_input.h"
#include "common/console_mux.h"
#include "common/console_token.h"

enum { LOG, MONITOR, LINUX, RTOS };

/* ---- A terminal of 600 columns: LF, CR, BS, and CSI K, m, C, D, n ---- */

#define ROWS 4096
#define COLUMNS 600

static char screen[ROWS][COLUMNS + 1];
static unsigned row, column, answers;
static bool stray; /* something came that it does not know */

static void clear_screen(void)
{
	memset(screen, 0, sizeof(screen));
	row = column = answers = 0;
	stray = false;
}

static void control(char final, unsigned n)
{
	if (final == 'K')
		memset(screen[row] + column, 0, COLUMNS - column);
	else if (final == 'C')
		column += n ? n : 1;
	else if (final == 'D')
		column -= n ? n : 1;
	else if (final == 'n')
		answers++;
	else if (final != 'm')
		stray = true;
}

static void show(uint8_t c)
{
	static char sequence[32];
	static unsigned len;

	if (len || c == 0x1b) {
		sequence[len++] = (char)c;
		assert_true(len < sizeof(sequence));
		if (len > 2 && c >= 0x40) {
			sequence[len] = '\0';
			control((char)c, (unsigned)strtoul(sequence + 2, NULL, 10));
			len = 0;
		} else if (len == 2 && c != '[') {
			stray = true;
			len = 0;
		}
	} else if (c == '\n') {
		row++;
	} else if (c == '\r') {
		column = 0;
	} else if (c == '\b') {
		column -= column > 0;
	} else if (c < ' ') {
		stray = true;
	} else {
		for (unsigned i = 0; i < column; i++)
			if (!screen[row][i])
				screen[row][i] = ' ';
		screen[row][column++] = (char)c;
	}
	assert_true(row < ROWS && column < COLUMNS);
}

/* ---- The multiplexer with two VMs, linux having the focus ---- */

static struct console_mux mux;
static struct console_source source[4];
static char raw[1 << 20];
static size_t raw_len;

static void start(bool colour)
{
	memset(source, 0, sizeof(source));
	console_mux_init(&mux, colour);
	assert_int_equal(console_mux_add(&mux, &source[LOG], "bulkhead", "| "), LOG);
	assert_int_equal(console_mux_add(&mux, &source[MONITOR], "bulkhead", "| "), MONITOR);
	assert_int_equal(console_mux_add(&mux, &source[LINUX], "linux", " | "), LINUX);
	assert_int_equal(console_mux_add(&mux, &source[RTOS], "rtos", " | "), RTOS);
	console_mux_focus(&mux, LINUX);
	clear_screen();
	raw_len = 0;
}

/* The UART takes all there is. */
static void drain(void)
{
	int c;

	while ((c = console_mux_peek(&mux)) >= 0) {
		assert_int_equal(console_mux_peek(&mux), c);
		console_mux_skip(&mux);
		show((uint8_t)c);
		assert_true(raw_len + 1 < sizeof(raw));
		raw[raw_len++] = (char)c;
	}
	raw[raw_len] = '\0';
}

static void put(unsigned s, const char *text)
{
	for (; *text; text++)
		(void)console_mux_put(&source[s], (uint8_t)*text);
}

static void print(unsigned s, const char *text)
{
	put(s, text);
	drain();
}

/* The same, the UART taking each byte at once. */
static void type(unsigned s, const char *text)
{
	for (; *text; text++) {
		(void)console_mux_put(&source[s], (uint8_t)*text);
		drain();
	}
}

static void log_text(const char *text)
{
	console_mux_put_line(&source[LOG], text, (uint32_t)strlen(text));
	drain();
}

#define assert_row(n, text) assert_string_equal(screen[n], text)

/* ---- Tests ---- */

static void test_lines_have_names(void **state)
{
	(void)state;
	start(false);
	log_text("two VMs");
	print(RTOS, "tick 1\r\n");
	print(LINUX, "Linux\n");
	assert_string_equal(raw, "bulkhead| two VMs\r\nrtos | tick 1\r\nlinux | Linux\r\n");
}

static void test_each_has_its_colour(void **state)
{
	(void)state;
	start(true);
	print(RTOS, "a\n");
	print(LINUX, "b\n");
	log_text("c");
	assert_string_equal(raw, "\x1b[32mrtos | \x1b[0ma\r\n\x1b[36mlinux | \x1b[0mb\r\n\x1b[1mbulkhead| \x1b[0mc\r\n");
}

static void test_prompt_shows_at_once(void **state)
{
	(void)state;
	start(true);
	print(LINUX, "~ # ");
	assert_row(0, "linux | ~ # ");
	type(LINUX, "ls");
	assert_row(0, "linux | ~ # ls");
	assert_int_equal(row, 0);
}

static void test_without_focus_only_lines(void **state)
{
	(void)state;
	start(true);
	print(RTOS, "half");
	assert_int_equal(raw_len, 0);
	print(RTOS, " done\n");
	assert_row(0, "rtos | half done");
}

static void test_partial_is_redrawn(void **state)
{
	(void)state;
	start(true);
	type(LINUX, "~ # ec");
	print(RTOS, "tick 1\n");
	assert_row(0, "rtos | tick 1");
	assert_row(1, "linux | ~ # ec");
	type(LINUX, "ho hi\r\nhi\r\n~ # ");
	log_text("rtos: stopped");
	assert_row(1, "linux | ~ # echo hi");
	assert_row(2, "linux | hi");
	assert_row(3, "bulkhead| rtos: stopped");
	assert_row(4, "linux | ~ # ");
	assert_int_equal(row, 4);
	assert_int_equal(column, strlen("linux | ~ # "));
	assert_false(stray);
}

static void test_partial_is_redrawn_plain(void **state)
{
	(void)state;
	start(false);
	print(LINUX, "~ # ec");
	print(RTOS, "tick 1\n");
	assert_string_equal(raw, "linux | ~ # ec\r\nrtos | tick 1\r\nlinux | ~ # ec");
	assert_null(strchr(raw, 0x1b));
}

/* Several lines that are there at once cost one redraw, not one each. */
static void test_redrawn_once(void **state)
{
	(void)state;
	start(false);
	print(LINUX, "~ # ");
	print(RTOS, "a\nb\nc\n");
	assert_string_equal(raw, "linux | ~ # \r\nrtos | a\r\nrtos | b\r\nrtos | c\r\nlinux | ~ # ");
}

static void test_line_editing_survives_redraw(void **state)
{
	(void)state;
	start(true);
	type(LINUX, "~ # abcX\b \b"); /* backspace */
	type(LINUX, "\b\b\x1b[1CZ"); /* cursor left, right, and over the c */
	print(RTOS, "tick\n");
	assert_row(0, "rtos | tick");
	assert_row(1, "linux | ~ # abZ ");
	assert_int_equal(column, strlen("linux | ~ # abZ"));
	type(LINUX, "\r~ # longer\x1b[K"); /* as a line editor redraws */
	assert_row(1, "linux | ~ # longer");
	print(RTOS, "tick\n");
	assert_row(2, "linux | ~ # longer");
}

static void test_progress_bar(void **state)
{
	(void)state;
	start(true);
	type(LINUX, " 10%\r 20%");
	assert_row(0, "linux |  20%");
	print(RTOS, "tick\n");
	assert_row(1, "linux |  20%");
	for (int i = 0; i < 1000; i++) { /* longer than what can be kept */
		char text[16];
		snprintf(text, sizeof(text), "\r%3d%%", i % 100);
		type(LINUX, text);
	}
	print(RTOS, "tick\n");
	assert_row(1, "rtos | tick");
	assert_row(2, "linux |  99%");
	type(LINUX, "\r\n");
	assert_int_equal(row, 3);
	assert_false(stray);
	/* Without the focus only the last state is of interest. */
	print(RTOS, " 10%\r 20%\r100%\r\n");
	assert_row(3, "rtos | 100%");
}

static void test_long_partial_keeps_its_end(void **state)
{
	char text[500];

	(void)state;
	start(true);
	memset(text, 'a', 499);
	text[499] = '\0';
	type(LINUX, text);
	type(LINUX, "0123456789bcdefg");
	print(RTOS, "tick\n");
	assert_row(0, "rtos | tick");
	assert_int_equal(strncmp(screen[1], "linux | aaa", 11), 0);
	assert_non_null(strstr(screen[1], "aaa0123456789bcdefg"));
	/* What was overwritten goes first. */
	start(true);
	type(LINUX, "what was overwritten\r");
	type(LINUX, text);
	type(LINUX, "z");
	print(RTOS, "tick\n");
	assert_int_equal(strlen(screen[1]), strlen("linux | ") + 500);
}

static void test_query_is_not_repeated(void **state)
{
	(void)state;
	start(true);
	print(LINUX, "~ # \x1b[6n");
	assert_int_equal(answers, 1);
	print(RTOS, "tick\n");
	assert_row(1, "linux | ~ # ");
	assert_int_equal(answers, 1);
	print(RTOS, "\x1b[6n\x1b[5n here\n"); /* without the focus it would get linux an answer */
	assert_int_equal(answers, 1);
	assert_row(1, "rtos |  here");
}

static void test_sequences_are_not_split(void **state)
{
	(void)state;
	start(true);
	print(LINUX, "a\x1b[3");
	print(RTOS, "tick\n");
	print(LINUX, "1mred\xe2");
	print(RTOS, "tick\n");
	print(LINUX, "\x82\xac\n");
	assert_non_null(strstr(raw, "a\x1b[31mred\x1b[0m\r\x1b[K"));
	assert_non_null(strstr(raw, "red\xe2\x82\xac\x1b[0m\r\n"));
	assert_false(stray);
}

static void test_colours_end_with_the_line(void **state)
{
	(void)state;
	start(true);
	print(LINUX, "\x1b[31mred\n");
	print(RTOS, "\x1b[31mred\n");
	assert_non_null(strstr(raw, "linux | \x1b[0m\x1b[31mred\x1b[0m\r\n"));
	assert_non_null(strstr(raw, "rtos | \x1b[0m\x1b[31mred\x1b[0m\r\n"));
	start(false); /* the others' escapes do not come through, and there are none of our own */
	print(RTOS, "\x1b[31mred\n");
	assert_string_equal(raw, "rtos | red\r\n");
}

static void test_without_focus_nothing_gets_out_of_line(void **state)
{
	(void)state;
	start(true);
	print(RTOS, "a\x1b[2J\x1b[1;1H\x1b]0;title\x07\x07\x1b[Ab\x1b" "c\x1b(0\xc2\x9b" "1A\x9b\x0b\x0c\x0e\x7f.\n");
	assert_string_equal(raw, "\x1b[32mrtos | \x1b[0mab1A.\r\n");
	print(RTOS, "abc\b\bXY\xc3\xa4\b.\x1b[1m\b\b\n");
	assert_non_null(strstr(raw, "aXY.\x1b[1m\x1b[0m\r\n"));
}

static void test_utf8_passes(void **state)
{
	(void)state;
	start(false);
	print(LINUX, "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa7\n");
	print(RTOS, "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa7 \xff\xc3(\n");
	assert_string_equal(raw, "linux | gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa7\r\nrtos | gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa7 \xff\xc3(\r\n");
}

static void test_long_line_continues(void **state)
{
	char text[700];

	(void)state;
	start(true);
	memset(text, 'x', sizeof(text));
	text[600] = '\n';
	text[601] = '\0';
	print(RTOS, text);
	assert_int_equal(strlen(screen[0]), 7 + CONSOLE_LINE);
	assert_int_equal(strlen(screen[1]), 7 + CONSOLE_LINE);
	assert_int_equal(strlen(screen[2]), 7 + 600 - 2 * CONSOLE_LINE);
	assert_int_equal(row, 3);
	/* Without a newline it comes as soon as it is that long. */
	text[CONSOLE_LINE] = '\0';
	print(RTOS, text);
	assert_int_equal(row, 4);
}

static void test_focus_moves(void **state)
{
	(void)state;
	start(true);
	print(LINUX, "~ # ls");
	print(RTOS, "rtos> ");
	console_mux_focus(&mux, RTOS);
	drain();
	assert_row(0, "linux | ~ # ls");
	assert_row(1, "rtos | rtos> ");
	assert_int_equal(row, 1);
	print(LINUX, " -l"); /* not shown for now */
	assert_int_equal(row, 1);
	console_mux_focus(&mux, LINUX);
	drain();
	assert_row(1, "rtos | rtos> ");
	assert_row(2, "linux | ~ # ls -l");
	console_mux_focus(&mux, RTOS);
	print(LINUX, "\nfile\n"); /* what stood there when it had the focus is part of its line */
	assert_row(3, "linux | ~ # ls -l");
	assert_row(4, "linux | file");
	assert_row(5, "rtos | rtos> ");
}

static void test_end_shows_the_rest(void **state)
{
	(void)state;
	start(true);
	print(RTOS, "bye");
	console_mux_end(&source[RTOS]);
	drain();
	assert_row(0, "rtos | bye");
	console_mux_end(&source[RTOS]);
	console_mux_end(&source[LINUX]); /* never said anything */
	drain();
	assert_int_equal(row, 1);
}

static void test_back_pressure(void **state)
{
	unsigned n = 0;

	(void)state;
	start(true);
	while (console_mux_put(&source[RTOS], n % 50 == 49 ? '\n' : 'x'))
		n++;
	assert_int_equal(n + 1, CONSOLE_RING_HIGH);
	assert_true(CONSOLE_RING - CONSOLE_RING_HIGH >= 32); /* what a driver writes without looking again: a FIFO */
	assert_true(console_mux_put(&source[LINUX], 'a'));   /* nobody else is held up */
	assert_false(console_mux_may_go_on(&source[RTOS]));
	drain();
	assert_true(console_mux_may_go_on(&source[RTOS]));
	assert_false(console_mux_may_go_on(&source[RTOS])); /* told once */
	assert_true(console_mux_put(&source[RTOS], 'x'));
	assert_int_equal(source[RTOS].dropped, 0);
}

static void test_dropped_bytes_are_counted(void **state)
{
	(void)state;
	start(false);
	for (unsigned i = 0; i < CONSOLE_RING + 312; i++)
		(void)console_mux_put(&source[RTOS], i % 64 == 63 ? '\n' : 'x');
	drain();
	assert_int_equal(row, CONSOLE_RING / 64 + 1);
	assert_row(CONSOLE_RING / 64, "bulkhead| [rtos: 312 bytes dropped]");
	print(RTOS, "again\n");
	assert_row(CONSOLE_RING / 64 + 1, "rtos | again");
}

/* Once something was lost nothing is taken until that is said, so that the notice stands where the gap is. */
static void test_notice_stands_at_the_gap(void **state)
{
	(void)state;
	start(false);
	for (unsigned i = 0; i < CONSOLE_RING + 1; i++)
		(void)console_mux_put(&source[LINUX], i % 64 == 63 ? '\n' : 'x');
	while (row < 4) { /* there would be room again */
		show((uint8_t)console_mux_peek(&mux));
		console_mux_skip(&mux);
	}
	assert_false(console_mux_put(&source[LINUX], 'y'));
	while (row < 20) {
		show((uint8_t)console_mux_peek(&mux));
		console_mux_skip(&mux);
	}
	assert_false(console_mux_may_go_on(&source[LINUX]));
	drain();
	assert_row(CONSOLE_RING / 64, "bulkhead| [linux: 2 bytes dropped]");
	assert_true(console_mux_may_go_on(&source[LINUX]));
}

static void test_log_line_fits_or_is_dropped(void **state)
{
	char text[CONSOLE_LOG_LINE];

	(void)state;
	start(false);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_text(text);
	assert_int_equal(row, 1);
	assert_int_equal(strlen(screen[0]), 10 + sizeof(text) - 1); /* in one piece */
	for (int i = 0; i < 5; i++)
		console_mux_put_line(&source[LOG], text, sizeof(text) - 1);
	drain();
	assert_int_equal(row, 1 + 4 + 1);
	assert_row(5, "bulkhead| [bulkhead: 512 bytes dropped]");
	log_text("a\x1b[2Jb\nc");
	assert_row(6, "bulkhead| a [2Jb c");
	/* The LF needs room too. */
	start(false);
	console_mux_put_line(&source[LOG], text, 400);
	for (int i = 0; i < 3; i++)
		console_mux_put_line(&source[LOG], text, 500);
	console_mux_put_line(&source[LOG], text, console_mux_room(&source[LOG]));
	assert_int_not_equal(source[LOG].dropped, 0);
	drain();
	console_mux_put_line(&source[LOG], text, 400);
	for (int i = 0; i < 3; i++)
		console_mux_put_line(&source[LOG], text, 500);
	console_mux_put_line(&source[LOG], text, console_mux_room(&source[LOG]) - 1);
	assert_int_equal(source[LOG].dropped, 0);
	assert_int_equal(console_mux_room(&source[LOG]), 0);
}

static void test_sources_take_turns(void **state)
{
	unsigned last_linux = 0, last_rtos = 0;

	(void)state;
	start(true);
	for (int i = 0; i < 150; i++)
		put(LINUX, "flood\nflood\n");
	for (int i = 0; i < 10; i++)
		put(RTOS, "tick\n");
	drain();
	for (unsigned i = 0; i < row; i++)
		*(screen[i][0] == 'r' ? &last_rtos : &last_linux) = i;
	assert_in_range(last_rtos, 15, 25);
	assert_int_equal(last_linux, 309);
}

static void test_too_many_sources(void **state)
{
	static struct console_source more[CONSOLE_MAX_SOURCES];

	(void)state;
	start(true);
	for (unsigned i = 4; i < CONSOLE_MAX_SOURCES; i++)
		assert_int_equal(console_mux_add(&mux, &more[i], "a-very-long-name", " | "), i);
	assert_int_equal(console_mux_add(&mux, &more[0], "x", " | "), CONSOLE_NONE);
}

/*
 * Random text and sequences, a UART of random speed: every line of a source without the focus comes out once, whole
 * and in order.
 */
static void test_random_interleaving(void **state)
{
	static const char *const noise[] = { "a", "\xc3\xa4", "\x1b[31m", "\x1b[0m", "\r", "\n", "\r\n", "\b", "\x1b[6n", "\x1b", "\x1b]0;", "\xe2\x82", "\x1b[", "word " };
	unsigned next = 0, seen = 0;

	(void)state;
	srand(1);
	start(true);
	for (int step = 0; step < 60000 && next < 2000; step++) {
		char text[32];
		int r = rand() % 16;

		if (r < 9) {
			put(LINUX, noise[rand() % (int)(sizeof(noise) / sizeof(noise[0]))]);
		} else if (r < 12) {
			snprintf(text, sizeof(text), "line %u\n", next++);
			put(RTOS, text);
		}
		for (int n = rand() % 40, c; n && (c = console_mux_peek(&mux)) >= 0; n--) {
			console_mux_skip(&mux);
			raw[raw_len++] = (char)c;
			raw[raw_len] = '\0';
		}
		while (console_mux_room(&source[RTOS]) < 64 && console_mux_peek(&mux) >= 0) {
			raw[raw_len++] = (char)console_mux_peek(&mux);
			raw[raw_len] = '\0';
			console_mux_skip(&mux);
		}
	}
	drain();
	for (char *p = raw; (p = strstr(p, "rtos | \x1b[0m")); p++) {
		char expected[48];

		snprintf(expected, sizeof(expected), "rtos | \x1b[0mline %u\r\n", seen++);
		assert_int_equal(strncmp(p, expected, strlen(expected)), 0);
	}
	assert_int_equal(seen, next);
	assert_true(next > 1000);
}

/* ---- Tokens ---- */

static struct token token_of(const char *text, bool final)
{
	static uint8_t ring[128];
	struct token_view v = { ring, 127, 120, (uint32_t)strlen(text) }; /* across the ring's end */

	for (uint32_t i = 0; i < v.len; i++)
		ring[(120 + i) & 127] = (uint8_t)text[i];
	return token_first(&v, final);
}

static void test_tokens(void **state)
{
	static const struct {
		const char *text;
		enum token_kind kind;
		uint32_t len;
	} cases[] = {
		{ "", TOKEN_NONE, 0 }, { "ab", TOKEN_TEXT, 1 }, { "\t", TOKEN_TAB, 1 }, { "\b", TOKEN_BS, 1 }, { "\x07", TOKEN_OTHER, 1 },
		{ "\n\n", TOKEN_NEWLINE, 1 }, { "\r\nx", TOKEN_NEWLINE, 2 }, { "\r\r\n", TOKEN_NEWLINE, 3 }, { "\rx", TOKEN_CR, 1 },
		{ "\r", TOKEN_NONE, 0 }, { "\x1b", TOKEN_NONE, 0 }, { "\x1b[", TOKEN_NONE, 0 }, { "\x1b[1;2", TOKEN_NONE, 0 },
		{ "\x1b[1;2mx", TOKEN_COLOUR, 6 }, { "\x1b[K", TOKEN_EDIT, 3 }, { "\x1b[J", TOKEN_EDIT, 3 }, { "\x1b[2J", TOKEN_OTHER, 4 },
		{ "\x1b[6n", TOKEN_OTHER, 4 }, { "\x1b[1\nm", TOKEN_OTHER, 3 }, { "\x1b[\x1b[m", TOKEN_OTHER, 2 }, { "\x1b\x1b[m", TOKEN_OTHER, 1 },
		{ "\x1b" "7x", TOKEN_OTHER, 2 }, { "\x1b(Bx", TOKEN_OTHER, 3 }, { "\x1b(", TOKEN_NONE, 0 }, { "\x1b\n", TOKEN_OTHER, 1 },
		{ "\x1b]0;t\x07x", TOKEN_OTHER, 6 }, { "\x1b]0;t\x1b\\x", TOKEN_OTHER, 7 }, { "\x1b]0;t\x1b", TOKEN_NONE, 0 },
		{ "\x1b]0;t\x1b[m", TOKEN_OTHER, 5 }, { "\x1b]0;t\nx", TOKEN_OTHER, 5 }, { "\x1b]0;t", TOKEN_NONE, 0 },
		{ "\xc3\xa4x", TOKEN_TEXT, 2 }, { "\xc3", TOKEN_NONE, 0 }, { "\xc3x", TOKEN_TEXT, 1 }, { "\xf0\x9f\x90\xa7", TOKEN_TEXT, 4 },
		{ "\xf0\x9f\n", TOKEN_TEXT, 2 }, { "\xc2\x9b", TOKEN_OTHER, 2 }, { "\xc2\xa0", TOKEN_TEXT, 2 }, { "\x9b", TOKEN_OTHER, 1 },
		{ "\xc0\x80", TOKEN_TEXT, 1 }, { "\xff", TOKEN_TEXT, 1 }, { "\x7f", TOKEN_OTHER, 1 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct token t = token_of(cases[i].text, false), f = token_of(cases[i].text, true);

		assert_int_equal(t.kind, cases[i].kind);
		assert_int_equal(t.len, cases[i].len);
		/* What is final is never incomplete, and nothing else changes by it. */
		if (t.len || !cases[i].text[0])
			assert_memory_equal(&t, &f, sizeof(t));
		else
			assert_true(f.len > 0 && f.len <= strlen(cases[i].text));
	}
}

static void test_tokens_are_bounded(void **state)
{
	char text[121] = "\x1b[";

	(void)state;
	memset(text + 2, '1', 118);
	assert_int_equal(token_of(text, false).len, TOKEN_MAX);
	text[1] = ']';
	assert_int_equal(token_of(text, false).len, TOKEN_MAX);
	text[TOKEN_MAX - 1] = 0x1b;
	text[TOKEN_MAX] = '\\';
	assert_true(token_of(text, false).len <= TOKEN_MAX);
	memset(text + 1, '(', 119);
	assert_int_equal(token_of(text, false).len, TOKEN_MAX);
	memset(text, '\r', 120);
	assert_int_equal(token_of(text, false).len, 1);
}

/* ---- Keys ---- */

static void test_escape_key(void **state)
{
	struct console_input in = { 0 };
	uint8_t data;

	(void)state;
	assert_int_equal(console_input_key(&in, 'n', &data), CONSOLE_KEY_DATA);
	assert_int_equal(data, 'n');
	assert_int_equal(console_input_key(&in, 0x03, &data), CONSOLE_KEY_DATA); /* Ctrl-C is the guest's */
	assert_int_equal(console_input_key(&in, CONFIG_CONSOLE_ESCAPE, &data), CONSOLE_KEY_NONE);
	assert_int_equal(console_input_key(&in, 'n', &data), CONSOLE_KEY_NEXT);
	assert_int_equal(console_input_key(&in, '7', &data), CONSOLE_KEY_DATA);
	assert_int_equal(console_input_key(&in, CONFIG_CONSOLE_ESCAPE, &data), CONSOLE_KEY_NONE);
	assert_int_equal(console_input_key(&in, '7', &data), CONSOLE_KEY_VM);
	assert_int_equal(data, 7);
	assert_int_equal(console_input_key(&in, CONFIG_CONSOLE_ESCAPE, &data), CONSOLE_KEY_NONE);
	assert_int_equal(console_input_key(&in, 'm', &data), CONSOLE_KEY_MONITOR);
	assert_int_equal(console_input_key(&in, CONFIG_CONSOLE_ESCAPE, &data), CONSOLE_KEY_NONE);
	assert_int_equal(console_input_key(&in, '?', &data), CONSOLE_KEY_HELP);
	assert_int_equal(console_input_key(&in, CONFIG_CONSOLE_ESCAPE, &data), CONSOLE_KEY_NONE);
	assert_int_equal(console_input_key(&in, CONFIG_CONSOLE_ESCAPE, &data), CONSOLE_KEY_DATA);
	assert_int_equal(data, CONFIG_CONSOLE_ESCAPE);
	assert_int_equal(console_input_key(&in, 'n', &data), CONSOLE_KEY_DATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_have_names),
		cmocka_unit_test(test_each_has_its_colour),
		cmocka_unit_test(test_prompt_shows_at_once),
		cmocka_unit_test(test_without_focus_only_lines),
		cmocka_unit_test(test_partial_is_redrawn),
		cmocka_unit_test(test_partial_is_redrawn_plain),
		cmocka_unit_test(test_redrawn_once),
		cmocka_unit_test(test_line_editing_survives_redraw),
		cmocka_unit_test(test_progress_bar),
		cmocka_unit_test(test_long_partial_keeps_its_end),
		cmocka_unit_test(test_query_is_not_repeated),
		cmocka_unit_test(test_sequences_are_not_split),
		cmocka_unit_test(test_colours_end_with_the_line),
		cmocka_unit_test(test_without_focus_nothing_gets_out_of_line),
		cmocka_unit_test(test_utf8_passes),
		cmocka_unit_test(test_long_line_continues),
		cmocka_unit_test(test_focus_moves),
		cmocka_unit_test(test_end_shows_the_rest),
		cmocka_unit_test(test_back_pressure),
		cmocka_unit_test(test_dropped_bytes_are_counted),
		cmocka_unit_test(test_notice_stands_at_the_gap),
		cmocka_unit_test(test_log_line_fits_or_is_dropped),
		cmocka_unit_test(test_sources_take_turns),
		cmocka_unit_test(test_too_many_sources),
		cmocka_unit_test(test_random_interleaving),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_tokens_are_bounded),
		cmocka_unit_test(test_escape_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
