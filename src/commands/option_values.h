/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of options. On bad input each says on stderr which option it is and what
 * would be right, and exits with EXIT_USAGE.
 */
#ifndef COMMANDS_OPTION_VALUES_H
#define COMMANDS_OPTION_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/parse.h"

/* Exit codes, the same in every command. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_PERMITTED = 3,
	EXIT_KERNEL_LACKS = 4,
	EXIT_EVENTS_LOST = 5,
};

/* Says that the option's value is not `right`, and exits. */
__attribute__((noreturn)) void value_bad(const char *option, const char *value, const char *right);

/* A duration above zero, in ns. */
uint64_t value_duration(const char *option, const char *value);

/* A whole number from min to max. */
uint64_t value_number(const char *option, const char *value, uint64_t min, uint64_t max);

/* "24" or "24,64": bits of IPv4 and IPv6 prefixes; 64 where only the first is given. */
void value_group(const char *option, const char *value, unsigned int *ret4, unsigned int *ret6);

/* A list of ports; sets a bit for each, keeps those set. */
void value_ports(const char *option, const char *value, uint64_t bits[PORT_WORDS]);

/* Takes -h for --help in a command's argp parser; false for any other key. */
struct argp_state;
bool value_is_help(int key, struct argp_state *state);

#endif /* COMMANDS_OPTION_VALUES_H */
