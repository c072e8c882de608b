/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the segments of a capture to the facts that the kernel side would have told at that
 * end: the engine cannot tell the difference. One end of each connection is ours (local).
 * Pure: segments in, facts out.
 */
#ifndef CAPTURE_PACKET_FACTS_H
#define CAPTURE_PACKET_FACTS_H

#include <uthash.h>

#include "capture/packets.h"

#define PACKET_CONNECTIONS_MAX 65536

/* What one segment is, by the rules of Wireshark's TCP analysis; docs/correlate.md. */
enum segment_kind {
	SEGMENT_PLAIN = 0,
	SEGMENT_KEEPALIVE,
	SEGMENT_KEEPALIVE_ANSWER,
	SEGMENT_ZERO_WINDOW_PROBE,
	SEGMENT_RETRANSMISSION,
};

/* One sender of a connection, as its segments show it. */
struct half {
	bool seen; /* it sent something */
	bool nxt_known, ack_known;
	uint32_t nxt; /* one past the highest that it sent */
	uint32_t ack; /* what it has acknowledged */
	uint32_t isn;
	uint16_t window;
	uint8_t ttl; /* of its latest segment */
	bool fin;
	enum segment_kind last; /* what its latest segment was */
};

struct packet_conn {
	struct iw_flow key; /* from our end to the peer */
	uint64_t cookie;
	uint16_t family;
	struct half local, peer;
	bool accepted; /* the peer's SYN was seen first */
	bool closed;
	uint64_t heard_ns; /* the peer's latest segment, 0 none */
	uint64_t data_heard_ns, data_sent_ns;
	uint64_t flight_ns; /* the first unacknowledged data was sent */
	uint64_t new_data_ns; /* the latest that was no retransmission */
	uint64_t probe_ns; /* our latest probe */
	uint64_t survived_ns;
	uint32_t interval_ms; /* between our keepalives, as seen */
	uint32_t idle_before_ms; /* before the first of them */
	uint32_t segs_in, data_segs_out, total_retrans;
	uint32_t srtt_us;
	uint32_t ts_echo, repeat_echo;
	uint8_t probes_out, retransmits, repeats, backoff, usual_ttl;
	UT_hash_handle hh;
};

struct packet_facts {
	struct packet_conn *conns; /* by key */
	uint64_t last_cookie;
	uint64_t refused; /* connections for which there was no room */
	uint64_t idle_ns; /* a gap shorter than this is not called idle */
};

void packet_facts__init(struct packet_facts *t, uint64_t idle_ns);
void packet_facts__clear(struct packet_facts *t);

/*
 * Takes a segment; from_us tells whether our end sent it. Writes the facts it makes, at most
 * PACKET_FACTS_MAX, and returns their number. ret_kind: what the segment is.
 */
#define PACKET_FACTS_MAX 3
size_t packet_facts__feed(struct packet_facts *t, const struct packet *p, bool from_us,
			  struct iw_fact ret[PACKET_FACTS_MAX], enum segment_kind *ret_kind);

/* The answer to the engine's wish for a look at this socket, by what was seen until then. */
struct iw_fact packet_facts__look(const struct packet_facts *t, uint64_t cookie, uint64_t now_ns);

#endif /* CAPTURE_PACKET_FACTS_H */
