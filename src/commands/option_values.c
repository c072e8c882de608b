// SPDX-License-Identifier: BSD-2-Clause
#include "commands/option_values.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

error_t value_bad(const char *option, const char *value, const char *right)
{
	log_warn("%s: '%s' is not %s", option, value, right);
	return EINVAL;
}

error_t value_duration(const char *option, const char *value, uint64_t *ret_ns)
{
	if (parse_duration(value, ret_ns))
		return value_bad(option, value,
				 "a duration such as 90, 90s, 15m or 2h, above zero");
	return 0;
}

error_t value_number(const char *option, const char *value, unsigned int min, unsigned int max,
		     unsigned int *ret)
{
	char right[80];
	uint64_t n;

	snprintf(right, sizeof(right), "a whole number from %u to %u", min, max);
	if (parse_number(value, min, max, &n))
		return value_bad(option, value, right);
	*ret = (unsigned int)n;
	return 0;
}

error_t value_group(const char *option, const char *value, unsigned int *ret4, unsigned int *ret6)
{
	const char *comma = strchrnul(value, ',');
	char first[8] = "";
	uint64_t bits4 = 0, bits6 = 64;

	if ((size_t)(comma - value) < sizeof(first))
		memcpy(first, value, (size_t)(comma - value));
	if (parse_number(first, 1, 32, &bits4) ||
	    (*comma && parse_number(comma + 1, 1, 128, &bits6)))
		return value_bad(option, value,
				 "a prefix length from 1 to 32, such as 24, or two, such as "
				 "24,64, the second for IPv6 from 1 to 128");
	*ret4 = (unsigned int)bits4;
	*ret6 = (unsigned int)bits6;
	return 0;
}

error_t value_ports(const char *option, const char *value, uint64_t bits[PORT_WORDS])
{
	if (parse_ports(value, bits))
		return value_bad(option, value,
				 "a list of ports from 1 to 65535, such as 22,8000-8010");
	return 0;
}

bool value_is_help(int key, struct argp_state *state)
{
	if (key != 'h')
		return false;
	argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
	return true;
}
