/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of watching as one struct. */
#ifndef COMMANDS_OPTIONS_H
#define COMMANDS_OPTIONS_H

#include <stdbool.h>

#include "host/filter.h"
#include "watch/watch.h"

struct options {
	struct filter filter;
	struct watch_config watch; /* points to the filter and into argv */
	bool verbose;
	bool strict; /* --strict */
	const char *replay; /* --replay, NULL none; points into argv */
	bool print_schema; /* --schema: print and exit */
};

/*
 * Fills *ret, which must stay where it is. 0, or -EINVAL after saying on stderr what is
 * wrong; --help and --version print and end the program, as argp does.
 */
int options__parse(struct options *ret, int argc, char **argv);

#endif /* COMMANDS_OPTIONS_H */
