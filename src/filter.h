/* SPDX-License-Identifier: BSD-2-Clause */
/* Which connections: the options that every command about sockets shares. */
#ifndef FILTER_H
#define FILTER_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "parse.h"

#define FILTER_PIDS_MAX 64

struct filter {
	pid_t pids[FILTER_PIDS_MAX]; /* -p */
	size_t n_pids;
	int only_family; /* 0, 4 or 6 */
	bool some_local_ports; /* -L */
	uint64_t local_ports[PORT_WORDS];
	bool some_peer_ports; /* -D */
	uint64_t peer_ports[PORT_WORDS];
};

/* For a command's argp, as a child; its input is a struct filter, zeroed. */
extern const struct argp filter_argp;

#endif /* FILTER_H */
