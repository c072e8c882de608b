/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line as one struct. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "parse.h"

#define OPTIONS_PIDS_MAX 64

/* Exit codes, the same in every command. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_PERMITTED = 3,
	EXIT_KERNEL_LACKS = 4,
	EXIT_EVENTS_LOST = 5,
};

struct options {
	bool json; /* -j */
	const char *file; /* -o, NULL none; points into argv */
	pid_t pids[OPTIONS_PIDS_MAX]; /* -p */
	size_t n_pids;
	int only_family; /* 0, 4 or 6 */
	bool some_local_ports; /* -L */
	uint64_t local_ports[PORT_WORDS];
	bool some_peer_ports; /* -D */
	uint64_t peer_ports[PORT_WORDS];
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
	int hook; /* --hook: enum iw_probe_hook, -1 choose */
	bool print_schema; /* --schema: print and exit */
};

/*
 * Fills ret from the command line. On bad input says what is wrong on stderr and
 * exits with EXIT_USAGE; --help and --version print and exit with EXIT_OK.
 */
void options__parse(struct options *ret, int argc, char **argv);

#endif /* OPTIONS_H */
