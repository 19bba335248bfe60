/* SPDX-License-Identifier: Apache-2.0 */
#include "common/lib/format.h"

#include "common/lib/string.h"

static const char lower_digits[] = "0123456789abcdef";
static const char upper_digits[] = "0123456789ABCDEF";

struct out {
	char *buf;
	size_t size; /* of buf */
	size_t len;  /* of the whole text so far, written or not */
};

/* One conversion specification, after the '%'. */
struct spec {
	bool left;       /* '-' */
	bool zero;       /* '0' */
	bool alternate;  /* '#' */
	size_t width;
	size_t precision; /* SIZE_MAX: none given */
	unsigned bytes;  /* of an integer argument */
};

static void put(struct out *o, char c)
{
	if (o->len < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void put_text(struct out *o, const char *text, size_t len)
{
	if (o->len < o->size)
		memcpy(o->buf + o->len, text, u64_min(len, o->size - o->len));
	o->len += len;
}

static void put_padding(struct out *o, char c, size_t width, size_t len)
{
	for (; len < width; len++)
		put(o, c);
}

/* `prefix` (a sign or "0x") stays in front of zeros, but behind blanks. */
static void put_field(struct out *o, const struct spec *s, const char *prefix, const char *text, size_t len)
{
	bool zero = s->zero && !s->left;
	size_t total = strlen(prefix) + len;

	if (!s->left && !zero)
		put_padding(o, ' ', s->width, total);
	while (*prefix)
		put(o, *prefix++);
	if (zero)
		put_padding(o, '0', s->width, total);
	put_text(o, text, len);
	if (s->left)
		put_padding(o, ' ', s->width, total);
}

/* What a conversion writes between its padding. */
struct piece {
	const char *prefix, *text;
	size_t len; /* of text */
	char digits[20]; /* 2^64 has 20 decimal digits */
};

static void piece_number(struct piece *p, uint64_t v, unsigned base, const char *digits)
{
	size_t at = sizeof(p->digits);

	do {
		p->digits[--at] = digits[v % base];
		v /= base;
	} while (v);
	p->text = p->digits + at;
	p->len = sizeof(p->digits) - at;
}

static const char *parse_count(const char *f, size_t *count)
{
	for (*count = 0; *f >= '0' && *f <= '9'; f++)
		*count = *count * 10 + (size_t)(*f - '0');
	return f;
}

static const char *parse_length(const char *f, struct spec *s)
{
	s->bytes = sizeof(int);
	if (f[0] == 'h') {
		s->bytes = f[1] == 'h' ? sizeof(char) : sizeof(short);
		return f[1] == 'h' ? f + 2 : f + 1;
	}
	if (*f == 'l' || *f == 'z' || *f == 'j') { /* all 64 bits wide on AArch64 and on the hosts */
		s->bytes = sizeof(uint64_t);
		return f[0] == 'l' && f[1] == 'l' ? f + 2 : f + 1;
	}
	return f;
}

_Static_assert(sizeof(long) == 8 && sizeof(size_t) == 8, "parse_length() takes l and z for 64 bits");

/*
 * A va_list is passed on by a pointer to a struct: the parameter of array type that it is on some ABIs has no portable
 * address.
 */
struct args {
	va_list ap;
};

static const char *parse_spec(const char *f, struct spec *s, struct args *args)
{
	*s = (struct spec){ .precision = SIZE_MAX };
	for (; *f == '-' || *f == '0' || *f == '#'; f++) {
		s->left |= *f == '-';
		s->zero |= *f == '0';
		s->alternate |= *f == '#';
	}
	if (*f == '*') {
		int width = va_arg(args->ap, int);

		s->left |= width < 0;
		s->width = width < 0 ? -(size_t)width : (size_t)width;
		f++;
	} else {
		f = parse_count(f, &s->width);
	}
	if (*f == '.' && f[1] == '*') {
		int precision = va_arg(args->ap, int);

		s->precision = precision < 0 ? SIZE_MAX : (size_t)precision;
		f += 2;
	} else if (*f == '.') {
		f = parse_count(f + 1, &s->precision);
	}
	return parse_length(f, s);
}

static uint64_t take_unsigned(const struct spec *s, struct args *args)
{
	uint64_t v = s->bytes == 8 ? va_arg(args->ap, uint64_t) : va_arg(args->ap, unsigned);

	return s->bytes == 8 ? v : v & GENMASK(8 * s->bytes - 1, 0);
}

static int64_t take_signed(const struct spec *s, struct args *args)
{
	unsigned unused_bits = 64 - 8 * s->bytes;

	return (int64_t)(take_unsigned(s, args) << unused_bits) >> unused_bits;
}

static void piece_string(struct piece *p, const char *text, size_t precision)
{
	p->text = text ? text : "(null)";
	p->len = strnlen(p->text, precision);
}

static void piece_signed(struct piece *p, int64_t v)
{
	if (v < 0)
		p->prefix = "-";
	piece_number(p, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, lower_digits);
}

/* One conversion; false if there is none of that letter. */
static bool convert(struct out *o, char conversion, const struct spec *s, struct args *args)
{
	struct piece p = { .prefix = "" };

	switch (conversion) {
	case 'd':
	case 'i':
		piece_signed(&p, take_signed(s, args));
		break;
	case 'u':
		piece_number(&p, take_unsigned(s, args), 10, lower_digits);
		break;
	case 'x':
	case 'X':
		piece_number(&p, take_unsigned(s, args), 16, conversion == 'x' ? lower_digits : upper_digits);
		if (s->alternate && p.text[0] != '0')
			p.prefix = conversion == 'x' ? "0x" : "0X";
		break;
	case 'p':
		p.prefix = "0x";
		piece_number(&p, (uintptr_t)va_arg(args->ap, void *), 16, lower_digits);
		break;
	case 's':
		piece_string(&p, va_arg(args->ap, const char *), s->precision);
		break;
	case 'c':
		p.digits[0] = (char)va_arg(args->ap, int);
		p.text = p.digits;
		p.len = 1;
		break;
	case '%':
		piece_string(&p, "%", 1);
		break;
	default:
		return false;
	}
	put_field(o, s, p.prefix, p.text, p.len);
	return true;
}

size_t format_vtext(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = { .buf = buf, .size = size };
	struct args args;
	struct spec s;

	va_copy(args.ap, ap);
	while (*fmt) {
		size_t plain = 0;

		while (fmt[plain] && fmt[plain] != '%')
			plain++;
		put_text(&o, fmt, plain);
		fmt += plain;
		if (!*fmt)
			break;

		const char *end = parse_spec(fmt + 1, &s, &args);

		if (convert(&o, *end, &s, &args)) {
			fmt = end + 1;
			continue;
		}
		/* Not ours (the compiler knows more): the rest is shown as it stands, for its arguments cannot be told apart any more. */
		put_text(&o, fmt, strlen(fmt));
		break;
	}
	va_end(args.ap);
	if (size)
		buf[o.len < size ? o.len : size - 1] = '\0';
	return o.len;
}

size_t format_text(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	size_t len = format_vtext(buf, size, fmt, ap);
	va_end(ap);
	return len;
}

const char *format_size(char *buf, uint64_t bytes)
{
	static const char units[][4] = { "B", "KiB", "MiB", "GiB", "TiB" };
	unsigned unit = 0;

	for (; bytes && bytes % 1024 == 0 && unit + 1 < ARRAY_SIZE(units); unit++)
		bytes /= 1024;
	format_text(buf, SIZE_TEXT_LEN, "%ju %s", (uintmax_t)bytes, units[unit]);
	return buf;
}
