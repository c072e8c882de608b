/* SPDX-License-Identifier: BSD-2-Clause */
/* Which connections: the options that every command about sockets shares. */
#ifndef COMMANDS_FILTER_OPTIONS_H
#define COMMANDS_FILTER_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/parse.h"

#define FILTER_MAX 64 /* of each kind */

struct filter {
	/* A connection is wanted when one of its owners is any of these. */
	pid_t pids[FILTER_MAX]; /* -p */
	size_t n_pids;
	const char *comms[FILTER_MAX]; /* --comm; point into argv */
	size_t n_comms;
	const char *cgroups[FILTER_MAX]; /* --cgroup, likewise; begin with a slash */
	size_t n_cgroups;
	bool children; /* -f: those of pids too */
	int only_family; /* 0, 4 or 6 */
	bool some_local_ports; /* -L */
	uint64_t local_ports[PORT_WORDS];
	bool some_peer_ports; /* -D */
	uint64_t peer_ports[PORT_WORDS];
};

/* For a command's argp, as a child; its input is a struct filter, zeroed. */
extern const struct argp filter_argp;

/* Whether connections are chosen by who holds them. */
bool filter_any_process(const struct filter *f);

#endif /* COMMANDS_FILTER_OPTIONS_H */
