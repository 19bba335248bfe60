/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/dts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	abort();
}

static void write_temporary(char *path, const char *head, const void *data, size_t size)
{
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");

	if (!f || fputs(head, f) < 0 || fwrite(data, 1, size, f) != size || fclose(f))
		die(path);
}

static FILE *run(char *command, size_t size, const char *format, const char *path)
{
	snprintf(command, size, format, path);
	FILE *p = popen(command, "r");

	if (!p)
		die(command);
	return p;
}

void *dts_compile(const char *source, size_t *size)
{
	static char buf[1 << 20];
	char path[] = "/tmp/dts-XXXXXX", command[200];

	write_temporary(path, "/dts-v1/;\n", source, strlen(source));
	FILE *p = run(command, sizeof(command), "dtc -q -q -f -@ -I dts -O dtb %s", path);
	*size = fread(buf, 1, sizeof(buf), p);
	pclose(p);
	unlink(path);
	if (*size < 40) {
		fprintf(stderr, "dtc made nothing of:\n%s\n", source);
		abort();
	}
	/* malloc's alignment is enough. */
	void *dtb = malloc(*size);

	if (!dtb)
		die("malloc");
	return memcpy(dtb, buf, *size);
}

int dts_complaints(const void *dtb, size_t size)
{
	char path[] = "/tmp/dtb-XXXXXX", command[200], line[300];
	int n = 0;

	write_temporary(path, "", dtb, size);
	FILE *p = run(command, sizeof(command), "dtc -I dtb -O dtb -o /dev/null %s 2>&1", path);
	while (fgets(line, sizeof(line), p)) {
		fputs(line, stderr);
		n++;
	}
	if (pclose(p) != 0)
		n++;
	unlink(path);
	return n;
}
