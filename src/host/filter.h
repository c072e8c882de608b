/* SPDX-License-Identifier: BSD-2-Clause */
/* Which connections, and whether a process is one of those that a filter names. */
#ifndef HOST_FILTER_H
#define HOST_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/parse.h"

struct iw_owner;

#define FILTER_MAX 64 /* of each kind */

struct filter {
	/* A connection is chosen when one of its owners is any of these. */
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

/* Whether connections are chosen by who holds them. */
bool filter_any_process(const struct filter *f);

/*
 * A filter asked about one process after another, with what /proc told of the last one:
 * rows come in runs of one. Zeroed but for the filter to begin with; pid 0 makes it ask anew.
 */
struct filter_query {
	const struct filter *filter; /* the caller's, and stays */
	uint64_t start_ns;
	uint32_t pid; /* 0: none yet */
	bool in_cgroup;
	bool descends;
};

/* By --comm or --cgroup. */
bool filter_query__by_name(struct filter_query *q, const struct iw_owner *owner);

/* By -p, and with -f by descent as /proc tells it now. */
bool filter_query__by_pid(struct filter_query *q, const struct iw_owner *owner);

#endif /* HOST_FILTER_H */
