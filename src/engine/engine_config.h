/* SPDX-License-Identifier: BSD-2-Clause */
/* What the engine is told once, when it is made, and what it is told unless asked otherwise. */
#ifndef ENGINE_ENGINE_CONFIG_H
#define ENGINE_ENGINE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

#define ENGINE_OWNERS_MAX 64 /* of one connection */
#define ENGINE_THRESHOLD_MAX 255 /* of probes and retransmissions */

struct engine_config {
	unsigned int probes; /* unanswered probes that make a verdict */
	unsigned int retransmits; /* the same for retransmissions */
	uint64_t idle_ns; /* a gap shorter than this is not called idle */
	bool all_events;
	uint64_t verify_ns; /* how long a verification may take; 0: there is none */
	size_t max_connections; /* more are refused, and counted */
	unsigned int prefix4, prefix6; /* bits of a peer's address that make a path; 0: all */
	bool light; /* no facts come of what the peer sends: look instead */
};

/* The thresholds that --help names, live and for captures alike. */
#define ENGINE_CONFIG_DEFAULT                             \
	((struct engine_config){ .probes = 3,             \
				 .retransmits = 5,        \
				 .idle_ns = 3 * NS_PER_S, \
				 .max_connections = 65536 })

#endif /* ENGINE_ENGINE_CONFIG_H */
