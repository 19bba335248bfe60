/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guest/kit/fdt.h"
#include "tests/guest/kit/kit.h"

/* Behind the first word that begins so, or NULL. */
static const char *find(const char *beginning)
{
	size_t length = string_length(beginning);
	struct fdt_node node;
	const char *at;

	if (!fdt_find_path(&node, "/chosen"))
		return NULL;
	for (at = fdt_string(&node, "bootargs"); *at != '\0';) {
		size_t i = 0;

		while (i < length && at[i] == beginning[i])
			i++;
		if (i == length)
			return at + i;
		while (*at != '\0' && *at != ' ')
			at++;
		while (*at == ' ')
			at++;
	}
	return NULL;
}

bool bootargs_have(const char *word)
{
	const char *behind = find(word);

	return behind != NULL && (*behind == '\0' || *behind == ' ');
}

uint32_t bootargs_number(const char *name, uint32_t otherwise)
{
	const char *at = find(name);
	uint32_t value = 0;

	if (at == NULL || *at != '=')
		return otherwise;
	while (*++at >= '0' && *at <= '9')
		value = value * 10 + (uint32_t)(*at - '0');
	return value;
}
