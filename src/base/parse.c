// SPDX-License-Identifier: BSD-2-Clause
#include "base/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#define DURATION_MAX_NS (10ULL * 365 * 86400 * NS_PER_S)

/* Digits only: no sign, no blanks, no hexadecimal. */
static int parse_digits(const char *text, char **ret_end, uint64_t *ret)
{
	unsigned long long n;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	n = strtoull(text, ret_end, 10);
	if (errno)
		return -ERANGE;
	*ret = n;
	return 0;
}

int parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t n;
	char *end;
	int r = parse_digits(text, &end, &n);

	if (r)
		return r;
	if (*end)
		return -EINVAL;
	if (n < min || n > max)
		return -ERANGE;
	*ret = n;
	return 0;
}

int parse_duration(const char *text, uint64_t *ret_ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "", NS_PER_S },	{ "s", NS_PER_S },	  { "ms", NS_PER_MS },
		{ "m", 60 * NS_PER_S }, { "h", 3600 * NS_PER_S }, { "d", 86400 * NS_PER_S },
	};
	uint64_t n;
	char *end;
	int r = parse_digits(text, &end, &n);

	if (r)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].name))
			continue;
		if (!n || n > DURATION_MAX_NS / units[i].ns)
			return -ERANGE;
		*ret_ns = n * units[i].ns;
		return 0;
	}
	return -EINVAL;
}

static int parse_port_range(const char *text, uint64_t *ret_first, uint64_t *ret_last)
{
	char *end;
	int r = parse_digits(text, &end, ret_first);

	if (r)
		return r;
	*ret_last = *ret_first;
	if (*end == '-') {
		r = parse_digits(end + 1, &end, ret_last);
		if (r)
			return r;
	}
	if (*end)
		return -EINVAL;
	if (*ret_first < 1 || *ret_last > 65535 || *ret_first > *ret_last)
		return -ERANGE;
	return 0;
}

int parse_ports(const char *text, uint64_t ret_bits[PORT_WORDS])
{
	uint64_t bits[PORT_WORDS], first, last;
	char *copy = strdup(text), *rest = copy, *item;
	int r = copy ? 0 : -ENOMEM;

	memcpy(bits, ret_bits, sizeof(bits));
	while (!r && (item = strsep(&rest, ","))) {
		r = parse_port_range(item, &first, &last);
		for (uint64_t port = first; !r && port <= last; port++)
			bits[port / 64] |= 1ULL << (port % 64);
	}
	free(copy);
	if (!r)
		memcpy(ret_bits, bits, sizeof(bits));
	return r;
}
