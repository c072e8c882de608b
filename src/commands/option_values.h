/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of options, for argp's parsers. Each returns 0, or EINVAL with *ret untouched
 * after saying on stderr which option it is and what would be right.
 */
#ifndef COMMANDS_OPTION_VALUES_H
#define COMMANDS_OPTION_VALUES_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/parse.h"

/* Says that the option's value is not `right`. Returns EINVAL. */
error_t value_bad(const char *option, const char *value, const char *right);

/* A duration above zero, in ns. */
error_t value_duration(const char *option, const char *value, uint64_t *ret_ns);

/* A whole number from min to max. */
error_t value_number(const char *option, const char *value, unsigned int min, unsigned int max,
		     unsigned int *ret);

/* "24" or "24,64": bits of IPv4 and IPv6 prefixes; 64 where only the first is given. */
error_t value_group(const char *option, const char *value, unsigned int *ret4, unsigned int *ret6);

/* A list of ports; sets a bit for each, keeps those set. */
error_t value_ports(const char *option, const char *value, uint64_t bits[PORT_WORDS]);

/* Takes -h for --help in a command's parser; false for any other key. */
bool value_is_help(int key, struct argp_state *state);

#endif /* COMMANDS_OPTION_VALUES_H */
