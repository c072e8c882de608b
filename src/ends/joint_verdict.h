/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What both ends of a connection saw, put together to one verdict: which direction the
 * packets were lost in, and who lost them. docs/correlate.md has the rules in words. Pure.
 */
#ifndef ENDS_JOINT_VERDICT_H
#define ENDS_JOINT_VERDICT_H

#include "engine/event.h"

/* A packet arrives within so long, if it arrives. */
#define TRANSIT_NS ((int64_t)NS_PER_S)

/* Who or what is to blame. */
enum blame {
	BLAME_NONE = 0, /* no verdict on either end */
	BLAME_PATH, /* between the two: see the directions */
	BLAME_PATH_OR_PEER, /* from one end the two look alike */
	BLAME_HOST, /* a host dropped packets itself: culprit, or both */
	BLAME_BOX, /* something on the path sent a reset in the peer's name */
	BLAME_RESET, /* a reset in the peer's name, by the peer or by something on the path */
	BLAME_ROUTER, /* an ICMP error said so, or the next hop was gone */
	BLAME_PROGRAM, /* the culprit's program does not read its data */
	BLAME_UNCLEAR, /* the two ends contradict each other */
	BLAME_MAX,
};

/* What became of what one end sent to the other. */
enum fate {
	FATE_UNKNOWN = 0,
	FATE_ARRIVED,
	FATE_LOST_LIKELY,
	FATE_LOST,
	FATE_KEPT, /* dropped on the sender itself */
	FATE_MIXED, /* some of it arrived and some did not */
	FATE_MAX,
};

/* A moment by the first end's clock, as well as it is known. */
struct moment {
	int64_t lo_ns, hi_ns;
};

/* What one end has to say of the silence. */
struct side {
	bool known; /* it has lines about this connection at all */
	bool silent; /* it has lines about this silence: what follows counts */
	bool watched; /* its idlewatch ran after the other's first unanswered transmission */
	bool all_events; /* its lines would show each probe heard */
	enum verdict verdict;
	enum cause cause;
	enum confidence confidence;
	unsigned int left; /* transmissions that left it and were not answered */
	bool recovered, closed;
	bool forged, forged_known; /* the reset that it heard */
	bool rst_seen;
	bool peer_lives; /* its address was asked and answers, as far as that tells */
	unsigned int probes_heard; /* the other's, while the other waited for answers */
	struct moment heard; /* the other, for the last time before or in the silence */
	struct moment since; /* its first transmission that nothing answered */
	struct moment last; /* its account ends */
};

/* Indexes: what [0] sent to [1], and what [1] sent to [0]. */
struct joint_verdict {
	enum verdict verdict;
	enum blame blame;
	enum confidence confidence;
	enum fate fate[2];
	int culprit; /* HOST, PROGRAM: 0 or 1; 2 both */
	struct moment worked; /* the last packet that arrived of those that are lost now */
	struct moment failed; /* the first transmission known to be lost */
	bool recovered; /* it works again by an end's account */
};

struct joint_verdict joint_verdict_of(const struct side sides[2]);

const char *blame_name(enum blame blame);
const char *fate_name(enum fate fate);

#endif /* ENDS_JOINT_VERDICT_H */
