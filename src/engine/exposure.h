/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a silent drop would do to a connection that is well: how long it would go
 * unnoticed, and whether its keepalives come early enough to prevent it. Pure.
 */
#ifndef ENGINE_EXPOSURE_H
#define ENGINE_EXPOSURE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/pulse.h"
#include "idlewatch.h"

enum risk {
	RISK_NONE = 0, /* not connected, or closing: nothing to lose */
	RISK_OK,
	RISK_PINGED, /* as below, but for regular traffic that was observed and is in time */
	RISK_KEEPALIVE_TOO_LATE, /* the first one comes after the path has forgotten */
	RISK_NO_KEEPALIVE,
	RISK_MAX,
};

#define NOTICED_NEVER UINT64_MAX

struct exposure {
	enum risk risk;
	bool has_ages; /* those below and the fact's mean something */
	bool had_data_in, had_data_out; /* ever */
	uint64_t heard_ns; /* since the peer was heard, its keepalives included */
	uint64_t idle_ns; /* since a packet passed in either direction, as far as can be told */
	uint64_t noticed_ns; /* from the last packet to the error; NOTICED_NEVER; 0 unknown */
	uint64_t next_probe_ns; /* until the next keepalive; 0: none is to come */
	uint64_t assumed_ns; /* the time-out that the risk was judged by */
	struct rhythm rhythm; /* what several looks showed */
};

/*
 * Judges one row of a look. assumed_ns: the path forgets a connection that long idle. pulse:
 * what this look and those before show; NULL or with only one, nothing.
 */
struct exposure exposure_of(const struct iw_look_row *row, uint64_t assumed_ns,
			    const struct pulse *pulse);

/* NULL for RISK_NONE. */
const char *risk_name(enum risk risk);

/* The name of risk i + 1; NULL after the last. */
const char *risk_choice(unsigned int i);

#endif /* ENGINE_EXPOSURE_H */
