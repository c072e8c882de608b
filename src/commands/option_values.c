// SPDX-License-Identifier: BSD-2-Clause
#include "commands/option_values.h"

#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

void value_bad(const char *option, const char *value, const char *right)
{
	log_warn("%s: '%s' is not %s", option, value, right);
	exit(EXIT_USAGE);
}

uint64_t value_duration(const char *option, const char *value)
{
	uint64_t ns;

	if (parse_duration(value, &ns))
		value_bad(option, value, "a duration such as 90, 90s, 15m or 2h, above zero");
	return ns;
}

uint64_t value_number(const char *option, const char *value, uint64_t min, uint64_t max)
{
	char right[80];
	uint64_t n;

	snprintf(right, sizeof(right), "a whole number from %" PRIu64 " to %" PRIu64, min, max);
	if (parse_number(value, min, max, &n))
		value_bad(option, value, right);
	return n;
}

void value_group(const char *option, const char *value, unsigned int *ret4, unsigned int *ret6)
{
	const char *comma = strchrnul(value, ',');
	char *first = strndup(value, (size_t)(comma - value));
	uint64_t bits4 = 0, bits6 = 64;

	if (!first || parse_number(first, 1, 32, &bits4) ||
	    (*comma && parse_number(comma + 1, 1, 128, &bits6)))
		value_bad(option, value,
			  "a prefix length from 1 to 32, such as 24, or two, such as 24,64, the "
			  "second for IPv6 from 1 to 128");
	free(first);
	*ret4 = (unsigned int)bits4;
	*ret6 = (unsigned int)bits6;
}

void value_ports(const char *option, const char *value, uint64_t bits[PORT_WORDS])
{
	if (parse_ports(value, bits))
		value_bad(option, value, "a list of ports from 1 to 65535, such as 22,8000-8010");
}

bool value_is_help(int key, struct argp_state *state)
{
	if (key != 'h')
		return false;
	argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
	return true;
}
