/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a process is one of those that a filter names. */
#ifndef HOST_WANTED_H
#define HOST_WANTED_H

#include "commands/filter_options.h"
#include "idlewatch.h"

/* With what /proc told of the last process that was asked about: rows come in runs of one. */
struct wanted {
	const struct filter *filter; /* the caller's, and stays */
	uint64_t start_ns;
	uint32_t pid; /* 0: none yet */
	bool in_cgroup;
	bool descends;
};

/* By --comm or --cgroup. */
bool wanted__by_name(struct wanted *w, const struct iw_owner *owner);

/* By -p, and with -f by descent as /proc tells it now. */
bool wanted__by_pid(struct wanted *w, const struct iw_owner *owner);

#endif /* HOST_WANTED_H */
