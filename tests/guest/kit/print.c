/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>

#include "tests/guest/kit/cpu.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/pl011.h"
#include "tests/guest/kit/psci.h"

static struct spinlock print_lock;
static unsigned tap_count, tap_failed, tap_skipped;

size_t string_length(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

bool string_equal(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* The compiler may call these for assignments of structures. */
void *memset(void *to, int value, size_t size)
{
	for (volatile uint8_t *p = to; size > 0; size--)
		*p++ = (uint8_t)value;
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	const uint8_t *q = from;

	for (volatile uint8_t *p = to; size > 0; size--)
		*p++ = *q++;
	return to;
}

static void put(char c)
{
	if (c == '\n')
		pl011_put('\r');
	pl011_put(c);
}

static void put_string(const char *s)
{
	while (*s != '\0')
		put(*s++);
}

static void put_number(uint64_t value, unsigned base, unsigned width)
{
	char digits[20];
	unsigned n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	for (; width > n; width--)
		put('0');
	while (n > 0)
		put(digits[--n]);
}

static void put_integer(char conversion, uint64_t value, unsigned width)
{
	if (conversion == 'd' && (int64_t)value < 0) {
		put('-');
		value = -value;
	}
	put_number(value, conversion == 'x' ? 16 : 10, width);
}

static void print_list(const char *format, va_list args)
{
	for (; *format != '\0'; format++) {
		unsigned width = 0;
		bool is_long = false;

		if (*format != '%') {
			put(*format);
			continue;
		}
		for (format++; *format >= '0' && *format <= '9'; format++)
			width = width * 10 + (unsigned)(*format - '0');
		for (; *format == 'l'; format++)
			is_long = true;
		if (*format == 's')
			put_string(va_arg(args, const char *));
		else if (*format == 'c')
			put((char)va_arg(args, int));
		else if (*format == '%')
			put('%');
		else if (is_long)
			put_integer(*format, va_arg(args, uint64_t), width);
		else if (*format == 'd')
			put_integer('d', (uint64_t)va_arg(args, int), width);
		else
			put_integer(*format, va_arg(args, unsigned), width);
	}
}

/* Interrupt handlers print as well: they must not find the lock held by the code they interrupted. */
static uint64_t begin(void)
{
	uint64_t daif = sysreg_read(daif);

	irq_disable();
	fiq_disable();
	spin_lock(&print_lock);
	return daif;
}

static void end(uint64_t daif)
{
	spin_unlock(&print_lock);
	sysreg_write(daif, daif);
}

void print(const char *format, ...)
{
	uint64_t daif = begin();
	va_list args;

	va_start(args, format);
	print_list(format, args);
	va_end(args);
	end(daif);
}

bool tap_result(bool pass, const char *format, ...)
{
	uint64_t daif = begin();
	va_list args;

	va_start(args, format);
	put_string(pass ? "ok " : "not ok ");
	put_number(++tap_count, 10, 0);
	put_string(" - ");
	print_list(format, args);
	put('\n');
	va_end(args);
	tap_failed += !pass;
	end(daif);
	return pass;
}

void tap_skip(const char *name, const char *reason)
{
	tap_skipped++;
	print("ok %u - %s # SKIP %s\n", ++tap_count, name, reason);
}

void tap_done(void)
{
	print("1..%u\n", tap_count);
	print("# %u passed, %u failed, %u skipped\n", tap_count - tap_failed - tap_skipped, tap_failed, tap_skipped);
	psci_system_off();
}
