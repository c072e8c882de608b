/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Known time-outs of boxes for established, idle TCP connections: hints, never an
 * identification. docs/timeouts.md shows the same table.
 */
#ifndef OUTPUT_KNOWN_TIMEOUTS_H
#define OUTPUT_KNOWN_TIMEOUTS_H

#include "engine/paths.h"

/* What a box does with a packet of a connection that it has forgotten; 0: not known. */
#define BOX_DROPS 0x1 /* in silence */
#define BOX_RESETS 0x2 /* answers with an RST */
#define BOX_CLOSES 0x4 /* sends a FIN to both ends in time: nobody finds the path dead */

struct timeout {
	uint32_t seconds;
	const char *who;
	unsigned int does; /* BOX_*, those that it may be set to */
	char mark; /* V: read in the vendor's text or source code; S: second-hand */
	const char *source;
};

extern const struct timeout timeouts[]; /* by rising seconds */
extern const size_t n_timeouts;

/*
 * Those that may explain the bracket's shortest gap of this kind (GAP_DIED, GAP_RESET):
 * longer than any survived and not longer than that. The nearest to it come first, of
 * three different lengths at most, then how many more there are:
 * "350 s (AWS Network Firewall; ...), 300 s (...), 240 s (...) and 1 shorter".
 * Returns false, with *buf empty, when there is none or the bracket contradicts itself.
 */
bool timeouts_hint(const struct bracket *b, enum gap_kind fatal, char *buf, size_t size);

/* "drops", "drops or resets", "not known" */
const char *timeout_does(const struct timeout *t);

#endif /* OUTPUT_KNOWN_TIMEOUTS_H */
