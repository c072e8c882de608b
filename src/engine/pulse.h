/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a connection's program speaks by itself in regular intervals (SSH's ServerAlive,
 * gRPC's pings, PostgreSQL's walsender): what several looks at its socket show. Pure.
 *
 * The kernel's stamps of the last data tell when a gap began and ended. A gap counts when
 * it was at least twice as long as the looks are apart: then none between hides in it.
 */
#ifndef ENGINE_PULSE_H
#define ENGINE_PULSE_H

#include <stdbool.h>
#include <stdint.h>

struct iw_look_row;

/* So often its longest gap must have ended alike. */
#define PULSE_TIMES 3

/* All zero before the first look. Members are pulse.c's own. */
struct pulse {
	uint64_t first_ns, last_ns; /* looks, CLOCK_BOOTTIME */
	uint64_t active_ns; /* the last data, in either direction */
	uint64_t sent_ns, heard_ns;
	uint64_t gap_ns; /* the longest, but for the one that goes on */
	unsigned int times; /* gaps alike */
	unsigned int ours; /* of these, ended by data that this host sent */
};

/* What can be said of it. */
struct rhythm {
	uint64_t gap_ns; /* the gap that ends again and again, none is longer; 0: none is known */
	unsigned int times;
	bool is_ours; /* this host's program ends it each time, and so learns of a drop */
	uint64_t observed_ns; /* from the first look to the last */
};

void pulse__note(struct pulse *p, const struct iw_look_row *row);

struct rhythm pulse__rhythm(const struct pulse *p);

#endif /* ENGINE_PULSE_H */
