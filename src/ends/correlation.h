/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the lines of several hosts to connections with both their ends, the clocks between
 * them, and one verdict for each: all that `correlate` and `flow` tell. No output of its
 * own. Owns all it points to.
 */
#ifndef ENDS_CORRELATION_H
#define ENDS_CORRELATION_H

#include "ends/joint_verdict.h"
#include "ends/match.h"

/* The clocks of two hosts, as numbers of sources: second less first. */
struct clocks {
	unsigned int first, second;
	struct clock_offset offset;
};

/* One connection. */
struct connection {
	struct pair pair;
	struct clock_offset offset; /* b's clock less a's, at the silence */
	struct side sides[2];
	struct joint_verdict both;
};

struct correlation {
	struct ends *ends;
	struct connection *connections; /* those with a verdict first, the latest first */
	size_t n_connections;
	struct clocks *clocks; /* of sources that share a connection */
	size_t n_clocks;
	size_t ambiguous; /* ends that fit several others as well */
};

/* Takes ends as the lines filled them, and frees them with the rest. 0 or -ENOMEM. */
int correlation__new(struct ends *ends, struct correlation **ret);
void correlation__free(struct correlation *c);

/* When the verdict was given, by a's clock; 0 without a verdict. */
int64_t connection__verdict_ns(const struct connection *c);

/* The wall clock that an end's lines are by, as a number of a source. */
unsigned int end__clock(const struct end *end, const struct episode *ep);

#endif /* ENDS_CORRELATION_H */
