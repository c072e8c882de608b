/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line as one struct. */
#ifndef COMMANDS_OPTIONS_H
#define COMMANDS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "commands/filter_options.h"
#include "kernel/tap.h"
#include "commands/option_values.h"

struct options {
	bool json; /* -j */
	bool no_seq; /* --no-seq */
	const char *file; /* -o, NULL none; points into argv */
	struct filter filter;
	unsigned int probes; /* --probes */
	unsigned int retransmits; /* --retrans */
	uint64_t idle_ns; /* --idle */
	uint64_t duration_ns; /* -d, 0 for ever */
	bool all_events;
	bool verbose;
	bool strict; /* --strict */
	bool verify; /* --verify */
	bool report; /* --report */
	const char *record; /* --record, NULL none; points into argv */
	const char *replay; /* --replay, likewise */
	const char *state; /* --state, or where the service keeps it; NULL none */
	unsigned int prefix4, prefix6; /* --group; 0: not given */
	int hook; /* --hook: enum iw_probe_hook, -1 choose */
	bool print_schema; /* --schema: print and exit */
	bool light; /* --light: no hook on every segment received */
	struct tap_config tap; /* -i, --tc */
};

/*
 * Fills ret from the command line. On bad input says what is wrong on stderr and
 * exits with EXIT_USAGE; --help and --version print and exit with EXIT_OK.
 */
void options__parse(struct options *ret, int argc, char **argv);

#endif /* COMMANDS_OPTIONS_H */
