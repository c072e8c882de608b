/* SPDX-License-Identifier: BSD-2-Clause */
/* All connections of the host at one moment, each as an event that outputs can show. */
#ifndef WATCH_CENSUS_H
#define WATCH_CENSUS_H

#include "kernel/look.h"

struct event;
struct exposure;
struct filter;
struct kernel;
struct pulses;

struct census {
	struct event *events;
	size_t n;
	/* What the events point to. */
	struct look look;
	struct iw_owner *owners;
	struct exposure *exposures;
};

/* What earlier looks showed of the connections that are still there; NULL: no memory. */
struct pulses *pulses__new(void);
void pulses__free(struct pulses *p);

/*
 * Walks the sockets of all network namespaces and then all open files, so that each socket
 * has a cookie and each owner is found. The caller frees with look__free(). Logs and returns
 * a negative errno on failure, with *ret untouched; namespaces that may not be entered are
 * told once and left out.
 */
int census__look(struct kernel *k, struct look *ret);

/*
 * The same as connections, of the filter's processes if it names any. Needs a
 * kernel__open_to_look() with the same filter. pulses: what this look adds to, or NULL.
 */
int census__take(struct kernel *k, const struct filter *filter, uint64_t assumed_ns,
		 struct pulses *pulses, struct census *ret);
void census__free(struct census *c);

#endif /* WATCH_CENSUS_H */
