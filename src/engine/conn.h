/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connection with something wrong, as the engine keeps it, and what can be
 * concluded from it. Internal to the engine; pure.
 */
#ifndef ENGINE_CONN_H
#define ENGINE_CONN_H

#include <uthash.h>

#include "engine/engine_config.h"
#include "engine/event.h"
#include "engine/flight.h"
#include "engine/silence.h"
#include "engine/wire.h"

enum stage {
	STAGE_WELL = 0, /* was silent, was heard again; kept to know its losses */
	STAGE_WAITING, /* a transmission is out, its answer not yet overdue */
	STAGE_SUSPECT, /* something went unanswered */
	STAGE_JUDGED, /* a verdict was given */
};

/* The peer heard so often without hearing us: that direction is lost, not a packet. */
#define ONE_WAY_HEARD 2

/* What was seen since the silence began. */
struct tally {
	unsigned int sent; /* probes that left this host */
	unsigned int answered; /* of these */
	unsigned int
		failed; /* transmissions refused on this host, for want of a route or by a rule */
	unsigned int crowded; /* those that found a queue of this host full */
	unsigned int retransmits; /* whether they left or not */
	unsigned int dropped_out; /* our packets, seen dropped in our own namespace */
	unsigned int dropped_in; /* the peer's packets, likewise */
	unsigned int crowded_out; /* our packets, seen dropped from a full queue there */
	unsigned int unreached; /* segments heard that show ours, given the time, did not arrive */
	unsigned int repeated_data; /* of these, data that we have and had acknowledged */
	unsigned int passed; /* signs that, later, something shorter of ours did arrive */
	unsigned int forgiven; /* unanswered transmissions from before the host slept */
	int send_errno;
	bool rst_heard;
	bool icmp_heard;
	bool said_unreachable; /* by the kernel at the end; by ICMP or its own routes, unknown */
	bool neighbour_lost; /* the next hop did not answer for itself */
};

struct conn {
	uint64_t cookie;
	struct iw_fact fact; /* as last seen */
	struct iw_owner *owners; /* its own: from malloc() */
	size_t n_owners;
	enum stage stage;
	bool said; /* that it is suspected */
	enum verdict verdict;
	enum cause cause;
	enum verdict also; /* another verdict that fits as well */
	enum confidence confidence;
	enum trigger trigger;
	struct silence silence;
	struct tally tally;
	struct wire wire;
	struct flight flight; /* when it was last sent again, or looked at */
	uint64_t peer_data_ns; /* the peer sent something new then, and not again since; 0: none */
	struct attempt tries[EVENT_TRIES_MAX]; /* the first ones of this silence, and the last */
	size_t n_tries;
	uint32_t segs_in; /* at the last fact that showed nothing new from the peer */
	uint32_t snd_una; /* when the silence began */
	uint32_t ts_echo; /* the same; 0: no time stamps */
	uint64_t last_try_ns;
	uint64_t gives_up_ns;
	uint64_t deadline_ns; /* when to look, UINT64_MAX never */
	uint64_t verify_until_ns; /* a verification is under way until then; 0: none */
	uint64_t elsewhere_ns; /* when the peer's address was heard elsewhere, 0 never */
	enum iw_elsewhere elsewhere;
	enum verify verify;
	uint64_t
		unreached_ns; /* the last segment counted as unreached; before, the first of ours */
	uint64_t peer_waits_ns; /* the longest time between two of those */
	uint8_t rst_ttl, usual_ttl;
	enum origin origin; /* of the reset */
	bool is_unasked; /* the reset answered nothing */
	int error; /* what the application will get, 0 nothing yet */
	int taken_error; /* what it took before we saw it, by the kernel's rule; 0 nothing */
	bool fin_heard;
	uint64_t fatal_ns; /* the gap that killed it, as told to the paths; 0 none */
	int64_t fatal_at_ns;
	uint64_t verified_ns; /* when --verify proved that the path carries others, 0 never */
	unsigned int together; /* so many silences began with this one, after other gaps */
	bool path_tolerates; /* it would be idle, had the path not let longer gaps pass */
	bool is_noted; /* others are compared with this silence */
	bool is_lesson; /* the verdict is one that may teach of the path */
	bool is_proven; /* it stayed unanswered while the path carried others */
	uint32_t answered_una; /* of what was sent again when the last silence ended, and */
	uint8_t answered_retransmits; /* how often it had been by then */
	uint32_t resent_before; /* segments sent again before this silence */
	unsigned int silences_ended; /* with the peer heard again */
	unsigned int lost_in_them; /* transmissions that nothing answered */
	unsigned int answered_at_once; /* as far as we were told; the kernel side counts, too */
	char drop_name[IW_REASON_LEN]; /* of the last drop in our own namespace */
	char xdp_name[IW_REASON_LEN]; /* an interface whose XDP program may drop unseen */
	char seen_name[IW_REASON_LEN]; /* of the last drop in another namespace */
	uint32_t seen_netns;
	uint64_t news_ns; /* CLOCK_MONOTONIC of the last fact with news */
	bool is_listed_well; /* in conn_table.well */
	UT_hash_handle hh, well_hh;
};

void conn__begin_silence(struct conn *c, const struct iw_fact *f, enum trigger trigger);

/* Takes the socket's new state; addresses and ports stay as first seen. */
void conn__see(struct conn *c, const struct iw_fact *f);

/*
 * Replaces the owners by copies, those that live first; without any, or without memory,
 * the last ones stay.
 */
void conn__set_owners(struct conn *c, const struct iw_owner *owners, size_t n);

/* Notes one probe or retransmission. */
void conn__note_try(struct conn *c, const struct iw_fact *f);

/* Takes the kernel's own count of unanswered keepalives where a fact of one was missed. */
void conn__count_untold(struct conn *c, const struct iw_fact *f);

/* Notes a packet that was seen passing an interface. */
void conn__note_wire(struct conn *c, const struct iw_fact *f);

/* Notes a packet that this kernel was seen dropping. */
void conn__note_drop(struct conn *c, const struct iw_fact *f);

/* Whether it may have sent this packet: what is unacknowledged, or a keepalive. */
bool conn__sent(const struct conn *c, const struct iw_flow *flow, uint32_t seq);

/* Whether the fact shows the socket as it was; the others know only which one it is. */
bool conn__is_snapshot(const struct iw_fact *f);

/*
 * The error that the kernel ends the connection with, 0 none; where a program had taken it
 * before it was seen, what tcp_write_err() gives.
 */
int conn__final_error(const struct iw_fact *f);

/* What a fact tells of the peer. */
enum hearing {
	HEARING_NOTHING = 0,
	HEARING_UNREACHED, /* it was heard, but what we sent has not arrived there */
	HEARING_PASSED, /* something of ours has arrived there, but not what is sent again */
	HEARING_ANSWER, /* it was heard, and nothing speaks against its hearing us */
};

enum hearing conn__hearing(const struct conn *c, const struct iw_fact *f);

/*
 * Notes that the peer was heard, but shows that nothing of ours reached it. It counts if
 * something of ours had the time to: what a path has held back and lets go in one burst
 * was sent before any of our answers, and counts as one.
 */
void conn__note_unreached(struct conn *c, const struct iw_fact *f);

/* Notes that something of ours reached the peer, while what is sent again still does not. */
void conn__note_passed(struct conn *c, const struct iw_fact *f);

/*
 * Whether answers are only seen by looking: no hook shows them in other states than
 * ESTABLISHED, and none at all with --light.
 */
bool conn__is_deaf(const struct conn *c, const struct engine_config *config);

/* Transmissions in this silence whose answer never came; none that a full queue kept. */
unsigned int conn__unanswered(const struct conn *c);

/* Remembers how many transmissions were lost in a silence that now ends well. */
void conn__note_recovery(struct conn *c);

/*
 * Whether a suspicion is worth a line: more is unanswered than a living path's losses
 * explain, on a host with thousands of connections. With all events, any suspicion is.
 */
bool conn__is_notable(const struct conn *c, const struct engine_config *config);

/* Whether the answer to the last transmission should have come by now. */
bool conn__is_overdue(const struct conn *c, uint64_t now_ns);

/* Whether so many went unanswered that chance and patience are no explanation any more. */
bool conn__is_enough(const struct conn *c, const struct engine_config *config);

/* tolerated_ns: the longest gap that the path let any connection survive, 0 none. */
enum cause conn__cause(const struct conn *c, const struct engine_config *config,
		       uint64_t tolerated_ns);

/* Sets verdict and confidence from the evidence; docs/verdicts.md has the rules in words. */
void conn__judge(struct conn *c, const struct engine_config *config);

/* Whether it is time for a verdict. */
bool conn__is_ripe(const struct conn *c, const struct engine_config *config, uint64_t now_ns);

/* When to look at the socket next, CLOCK_BOOTTIME; UINT64_MAX never. */
uint64_t conn__deadline(const struct conn *c, const struct engine_config *config, uint64_t now_ns);

/* What is to be said of it. The pointers are the connection's own. */
struct event conn__event(const struct conn *c, enum event_type type, uint64_t ts_ns);

/* What a fact that needs no suspicion is called, with --all-events. */
enum event_type conn__plain_event(const struct iw_fact *f);

#endif /* ENGINE_CONN_H */
