/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the engine says: one event is one line of output. Outputs never see the
 * engine's own state, only this.
 */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/exposure.h"
#include "engine/flight.h"
#include "engine/paths.h"
#include "engine/wire.h"
#include "idlewatch.h"

enum event_type {
	EVENT_START = 0,
	EVENT_SUSPECT,
	EVENT_VERDICT, /* a verdict is given: which one, verdict tells */
	/* how it ended */
	EVENT_RECOVERED,
	EVENT_CLOSED,
	/* with --all-events */
	EVENT_PROBE_SENT,
	EVENT_PROBE_ANSWERED,
	EVENT_PEER_PROBE,
	EVENT_IDLE_END,
	EVENT_RETRANSMIT,
	/* about idlewatch itself */
	EVENT_LOST,
	EVENT_SUMMARY,
	EVENT_CONNECTION, /* one line of `idlewatch list` */
	EVENT_MAX,
};

enum verdict {
	VERDICT_NONE = 0,
	VERDICT_PATH_DEAD,
	VERDICT_ONE_WAY,
	VERDICT_RESET_AFTER_IDLE,
	VERDICT_LOCAL_DROP,
	VERDICT_UNREACHABLE,
	VERDICT_PEER_STALLED,
	VERDICT_MTU_BLACK_HOLE, /* small packets pass, long ones vanish */
	VERDICT_MAX,
};

/* What began the silence. */
enum cause {
	CAUSE_NONE = 0,
	CAUSE_IDLE, /* the first packet after a gap longer than any survived */
	CAUSE_OUTAGE, /* traffic was flowing, or gaps as long had been survived */
	CAUSE_MAX,
};

/* Rules in docs/verdicts.md. */
enum confidence {
	CONFIDENCE_NONE = 0,
	CONFIDENCE_SUSPECT,
	CONFIDENCE_LIKELY,
	CONFIDENCE_CERTAIN,
	CONFIDENCE_MAX,
};

/* The kind of transmission that went unanswered. */
enum trigger {
	TRIGGER_NONE = 0,
	TRIGGER_KEEPALIVE,
	TRIGGER_ZERO_WINDOW_PROBE,
	TRIGGER_RETRANSMISSION,
	TRIGGER_DATA, /* the first packet of data, before any retransmission */
	TRIGGER_REPEAT, /* none of ours: the peer repeats itself, not hearing our answers */
	TRIGGER_MAX,
};

/* What a fresh connect to the same peer and port showed (--verify). */
enum verify {
	VERIFY_NONE = 0, /* not tried, or not ended yet */
	VERIFY_ANSWERS, /* connected: to whatever has this address now */
	VERIFY_REFUSED, /* something with this address answers, the port is closed */
	VERIFY_SILENT, /* no answer either */
	VERIFY_FAILED, /* this host could not try */
	VERIFY_MAX,
};

/* Who sent a reset, by its TTL. */
enum origin {
	ORIGIN_UNKNOWN = 0,
	ORIGIN_PEER, /* it came from as far as the peer's other packets */
	ORIGIN_BOX, /* it did not: `forged` */
	ORIGIN_MAX,
};

/* One transmission that went unanswered. */
struct attempt {
	uint64_t ts_ns; /* CLOCK_BOOTTIME */
	int result; /* 0: left this host */
};

#define EVENT_TRIES_MAX 16

/* Counts for the `lost` and `summary` lines. */
struct totals {
	uint64_t connections; /* seen at the start and established since */
	uint64_t suspects;
	uint64_t verdicts[VERDICT_MAX];
	uint64_t recovered;
	uint64_t closed;
	uint64_t lost_kernel; /* facts the kernel side could not deliver */
	uint64_t lost_refused; /* connections the engine had no room for */
	uint64_t lost_lines; /* lines an output could not write */
	uint64_t undecided; /* in trouble, and no process is known that a filter could choose */
};

/*
 * One event. Pointers belong to the engine and are good until the callback
 * returns. Where fact is NULL the event is about idlewatch, and totals is set.
 */
struct event {
	enum event_type type;
	enum verdict verdict;
	enum cause cause;
	enum confidence confidence;
	enum trigger trigger;
	uint64_t ts_ns; /* CLOCK_BOOTTIME */

	const struct iw_fact *fact; /* the socket as last seen */
	const struct iw_owner *owners; /* by rising pid, those that exited last */
	size_t n_owners;

	uint64_t idle_ns; /* gap before the first unanswered transmission */
	uint64_t last_heard_ns; /* since the peer was last heard */
	uint64_t silence_ns; /* since the first unanswered transmission; recovered: the outage */
	uint64_t gives_up_in_ns; /* when the kernel will tell the application; 0 unknown */
	unsigned int probes_sent; /* in this silence */
	unsigned int probes_answered;
	unsigned int probes_failed; /* refused on this host */
	unsigned int crowded; /* not sent, as a queue on this host was full */
	unsigned int retransmits;
	int send_errno; /* of the last refused probe, positive; 0 none */
	const struct attempt *tries; /* the transmissions, as far as kept */
	size_t n_tries;
	uint64_t waited_ns; /* since the last of them */
	enum verify verify;
	uint64_t elsewhere_ago_ns; /* the peer's address was heard elsewhere; 0 never */
	enum iw_elsewhere elsewhere;
	unsigned int together; /* so many other silences, after other gaps, began with this one */
	bool path_tolerates; /* an outage, as the path was seen to let longer gaps pass */
	unsigned int unreached; /* segments heard that show ours did not arrive */
	const struct flight *flight; /* where something is sent again; NULL unknown */
	unsigned int passed; /* signs that shorter packets of ours arrived since */
	enum verdict also; /* another verdict that fits as well */
	uint8_t rst_ttl, usual_ttl; /* TTL of the reset and of the peer's packets, 0 unknown */
	enum origin origin; /* of the reset */
	bool is_unasked; /* the reset answered nothing of ours */
	const char *drop_seen_name; /* reason of a drop in another namespace, NULL none */
	uint32_t drop_seen_netns;
	const char *xdp_name; /* an interface whose XDP program may drop unseen, NULL none */
	int error; /* errno the application gets at the end, 0 none */
	int taken_error; /* the same where it had taken it before we saw it: by the kernel's rule */
	bool in_silence; /* the counts above mean something */
	bool rst_heard;
	bool fin_heard;
	bool icmp_heard;
	bool neighbour_lost; /* the next hop did not answer for itself */
	unsigned int dropped_out; /* our packets that this host was seen dropping */
	unsigned int dropped_in; /* the peer's, likewise */
	const char *drop_name; /* kernel's reason for that, NULL unknown */
	const struct wire *wire; /* what tapped interfaces showed, NULL nothing */

	const struct exposure *exposure; /* of a connection listed, else NULL */
	const struct bracket *path; /* what is known of the connection's path; NULL nothing */

	const struct totals *totals;
	const struct paths *paths; /* summary: all that is known of paths */
	const char *detail; /* start, lost: a sentence; else NULL */
};

/* What a line is called: after its event, and where a verdict is given after that. */
const char *event_name(enum event_type type, enum verdict verdict);

/* The reverse, verdict being VERDICT_NONE but for EVENT_VERDICT; false: no line is called so. */
bool event_of_name(const char *name, enum event_type *ret_type, enum verdict *ret_verdict);

const char *verdict_name(enum verdict verdict);

/* What stands for a verdict in files, whatever its place in the enum; 0: VERDICT_NONE. */
unsigned int verdict_number(enum verdict verdict);

const char *cause_name(enum cause cause);
const char *confidence_name(enum confidence confidence);
const char *trigger_name(enum trigger trigger);
const char *verify_name(enum verify verify);
const char *elsewhere_name(enum iw_elsewhere elsewhere);

/*
 * All the words that a line may have for each of these, from the same tables: the i-th from
 * 0, NULL after the last. But for the events, the i-th is the name of the enum's value i + 1.
 */
const char *event_choice(unsigned int i);
const char *verdict_choice(unsigned int i);
const char *cause_choice(unsigned int i);
const char *confidence_choice(unsigned int i);
const char *trigger_choice(unsigned int i);
const char *elsewhere_choice(unsigned int i);

/* TCP state as ss prints it; never NULL. */
const char *tcp_state_name(unsigned int state);

#endif /* ENGINE_EVENT_H */
