// SPDX-License-Identifier: BSD-2-Clause
#include "capture/packet_facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

/* Of Linux, where a capture does not tell a socket's settings. */
#define KEEPALIVE_TIME_MS 7200000
#define KEEPALIVE_INTVL_MS 75000
#define RETRIES2 15

/* Unknown, so that no time is reckoned by which the kernel would have given up. */
#define KEEPALIVE_PROBES 255

/* A tail loss probe is sent sooner; what comes later is a timer's (RFC 8985, RFC 6298). */
#define RTO_MIN_NS (200 * NS_PER_MS)

void packet_facts__init(struct packet_facts *t, uint64_t idle_ns)
{
	*t = (struct packet_facts){ .idle_ns = idle_ns };
}

static void drop_conn(struct packet_facts *t, struct packet_conn *c)
{
	HASH_DEL(t->conns, c);
	free(c);
}

void packet_facts__clear(struct packet_facts *t)
{
	struct packet_conn *c, *next;

	HASH_ITER(hh, t->conns, c, next)
		drop_conn(t, c);
}

/* --- connections --- */

static struct iw_flow flow_from_us(const struct packet *p, bool from_us)
{
	struct iw_flow key = p->flow;

	if (from_us)
		return key;
	memcpy(key.source, p->flow.dest, sizeof(key.source));
	memcpy(key.dest, p->flow.source, sizeof(key.dest));
	key.source_port = p->flow.dest_port;
	key.dest_port = p->flow.source_port;
	return key;
}

/* Makes room by forgetting a closed connection, the oldest first. */
static bool make_room(struct packet_facts *t)
{
	struct packet_conn *c, *next;

	if (HASH_COUNT(t->conns) < PACKET_CONNECTIONS_MAX)
		return true;
	HASH_ITER(hh, t->conns, c, next) {
		if (c->closed) {
			drop_conn(t, c);
			return true;
		}
	}
	return false;
}

static struct packet_conn *add_conn(struct packet_facts *t, const struct packet *p, bool from_us,
				    const struct iw_flow *key)
{
	struct packet_conn *c = make_room(t) ? calloc(1, sizeof(*c)) : NULL;

	if (!c) {
		t->refused++;
		return NULL;
	}
	c->key = *key;
	c->family = p->family;
	c->cookie = ++t->last_cookie;
	c->accepted = !from_us && (p->flags & SEGMENT_SYN) && !(p->flags & SEGMENT_ACK);
	HASH_ADD(hh, t->conns, key, sizeof(c->key), c);
	return c;
}

/* A SYN with another sequence number begins another connection of the same addresses. */
static bool begins_anew(const struct packet_conn *c, const struct packet *p, bool from_us)
{
	const struct half *sender = from_us ? &c->local : &c->peer;

	return (p->flags & (SEGMENT_SYN | SEGMENT_ACK)) == SEGMENT_SYN &&
	       (c->closed || (sender->seen && sender->isn != p->seq));
}

static struct packet_conn *find_conn(struct packet_facts *t, const struct packet *p, bool from_us)
{
	struct iw_flow key = flow_from_us(p, from_us);
	struct packet_conn *c;

	HASH_FIND(hh, t->conns, &key, sizeof(key), c);
	if (c && begins_anew(c, p, from_us)) {
		drop_conn(t, c);
		c = NULL;
	}
	return c ?: add_conn(t, p, from_us, &key);
}

/* --- what a segment is --- */

static bool is_control(const struct packet *p)
{
	return p->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST);
}

static uint32_t end_of(const struct packet *p)
{
	return p->seq + p->payload_bytes + !!(p->flags & SEGMENT_SYN) + !!(p->flags & SEGMENT_FIN);
}

/*
 * As in Wireshark's packet-tcp.c, so that both speak of the same packets: a keepalive repeats
 * the byte before the next one, empty or with one byte; its answer repeats the window and
 * the acknowledgement that its sender gave before.
 */
static enum segment_kind kind_of(const struct half *from, const struct half *to,
				 const struct packet *p)
{
	if (!from->nxt_known || is_control(p))
		return from->nxt_known && p->seq != from->nxt && end_of(p) != p->seq &&
				       (int32_t)(end_of(p) - from->nxt) <= 0
			       ? SEGMENT_RETRANSMISSION
			       : SEGMENT_PLAIN;
	if (p->payload_bytes == 1 && p->seq == from->nxt && to->seen && !to->window)
		return SEGMENT_ZERO_WINDOW_PROBE;
	if (p->payload_bytes <= 1 && p->seq == from->nxt - 1)
		return SEGMENT_KEEPALIVE;
	if (!p->payload_bytes && p->window && p->window == from->window && p->seq == from->nxt &&
	    from->ack_known && p->ack == from->ack && to->last == SEGMENT_KEEPALIVE)
		return SEGMENT_KEEPALIVE_ANSWER;
	if (p->payload_bytes && (int32_t)(end_of(p) - from->nxt) <= 0)
		return SEGMENT_RETRANSMISSION;
	return SEGMENT_PLAIN;
}

/* Takes the segment into what is known of its sender, and of what the other has sent. */
static void note_half(struct half *from, struct half *to, const struct packet *p,
		      enum segment_kind kind)
{
	uint32_t end = end_of(p);

	if (!from->seen)
		from->isn = p->seq;
	from->seen = true;
	from->ttl = p->ttl;
	from->last = kind;
	from->fin |= !!(p->flags & SEGMENT_FIN);
	if (p->flags & SEGMENT_RST)
		return;
	from->window = p->window;
	if (kind != SEGMENT_ZERO_WINDOW_PROBE &&
	    (!from->nxt_known || (int32_t)(end - from->nxt) > 0)) {
		from->nxt = end;
		from->nxt_known = true;
	}
	if (!(p->flags & SEGMENT_ACK))
		return;
	if (!from->ack_known || (int32_t)(p->ack - from->ack) > 0)
		from->ack = p->ack;
	from->ack_known = true;
	/* What is acknowledged was sent, though it may be from before the capture. */
	if (!to->nxt_known || (int32_t)(p->ack - to->nxt) > 0)
		to->nxt = p->ack;
	to->nxt_known = true;
}

/* --- facts --- */

static uint64_t ago(uint64_t now, uint64_t then)
{
	return then && now > then ? now - then : 0;
}

static uint32_t unacked(const struct packet_conn *c)
{
	return c->peer.ack_known && c->local.nxt_known ? c->local.nxt - c->peer.ack : 0;
}

/* The socket as it must be, by what was seen so far. */
static struct iw_fact fact_of(const struct packet_conn *c, enum iw_fact_type type, uint64_t now_ns)
{
	uint32_t una = c->peer.ack_known ? c->peer.ack : c->local.nxt;
	struct iw_fact f = {
		.type = (uint8_t)type,
		.ts_ns = now_ns,
		.mono_ns = now_ns,
		.cookie = c->cookie,
		.family = c->family,
		.lport = c->key.source_port,
		.pport = c->key.dest_port,
		.state = c->closed ? IW_TCP_CLOSE : IW_TCP_ESTABLISHED,
		.heard_ago_ns = ago(now_ns, c->heard_ns),
		.data_heard_ago_ns = ago(now_ns, c->data_heard_ns),
		.data_sent_ago_ns = ago(now_ns, c->data_sent_ns),
		.flight_ago_ns = unacked(c) ? ago(now_ns, c->flight_ns) : 0,
		.survived_ns = c->survived_ns,
		.snd_una = una,
		.snd_nxt = c->local.nxt_known ? c->local.nxt : una,
		.write_seq = c->local.nxt_known ? c->local.nxt : una,
		.rcv_nxt = c->local.ack_known ? c->local.ack : c->peer.nxt,
		/* One that was never seen is not taken for closed. */
		.snd_wnd = c->peer.seen ? c->peer.window : UINT16_MAX,
		.packets_out = unacked(c) > 0,
		.segs_in = c->segs_in,
		.data_segs_out = c->data_segs_out,
		.total_retrans = c->total_retrans,
		.srtt_us = c->srtt_us,
		.rttvar_us = c->srtt_us / 2,
		.ts_echo = c->ts_echo,
		.keepalive_time_ms = c->idle_before_ms ?: KEEPALIVE_TIME_MS,
		.keepalive_intvl_ms = c->interval_ms ?: KEEPALIVE_INTVL_MS,
		.keepalive_probes = KEEPALIVE_PROBES,
		.retries2 = RETRIES2,
		.probes_out = c->probes_out,
		.retransmits = c->retransmits,
		.backoff = c->backoff,
		.usual_ttl = c->usual_ttl,
		.repeats = c->repeats,
	};

	memcpy(f.laddr, c->key.source, sizeof(f.laddr));
	memcpy(f.paddr, c->key.dest, sizeof(f.paddr));
	f.flags = (uint8_t)((c->accepted ? IW_F_ACCEPTED : 0) | (c->peer.fin ? IW_F_FIN_HEARD : 0) |
			    (c->local.fin ? IW_F_CLOSED_HERE : 0) |
			    (c->probe_ns ? IW_F_KEEPALIVE_ON : 0));
	return f;
}

/* --- we sent it --- */

static void count_up(uint8_t *n)
{
	*n = (uint8_t)(*n + (*n < UINT8_MAX));
}

static size_t on_probe(struct packet_conn *c, const struct packet *p, struct iw_fact *ret)
{
	bool closed_window = c->peer.seen && !c->peer.window;

	if (c->probes_out)
		c->interval_ms = (uint32_t)(ago(p->ts_ns, c->probe_ns) / NS_PER_MS);
	else
		c->idle_before_ms =
			(uint32_t)MIN(ago(p->ts_ns, c->heard_ns) / NS_PER_MS, (uint64_t)UINT32_MAX);
	c->probe_ns = p->ts_ns;
	count_up(&c->probes_out);
	if (closed_window)
		count_up(&c->backoff);
	*ret = fact_of(c, IW_FACT_PROBE_SENT, p->ts_ns);
	ret->probe_kind = closed_window ? IW_PROBE_ZERO_WINDOW : IW_PROBE_KEEPALIVE;
	/* One that is answered is no news, as for the kernel side. */
	if (c->probes_out >= 2)
		ret->flags |= IW_F_NEWS;
	return 1;
}

/*
 * A timer's retransmission begins with the oldest byte that is unacknowledged, and not at
 * once; others answer duplicate acknowledgements or probe for a lost tail.
 */
static size_t on_retransmission(struct packet_conn *c, const struct packet *p, struct iw_fact *ret)
{
	c->total_retrans++;
	if (p->seq != (c->peer.ack_known ? c->peer.ack : p->seq) ||
	    ago(p->ts_ns, c->new_data_ns) < RTO_MIN_NS || ago(p->ts_ns, c->heard_ns) < RTO_MIN_NS)
		return 0;
	count_up(&c->retransmits);
	*ret = fact_of(c, IW_FACT_RETRANSMIT, p->ts_ns);
	ret->flags |= IW_F_NEWS;
	return 1;
}

static size_t on_sent(struct packet_conn *c, const struct packet *p, enum segment_kind kind,
		      struct iw_fact *ret)
{
	bool idle = !unacked(c);

	note_half(&c->local, &c->peer, p, kind);
	if (p->flags & SEGMENT_RST) {
		c->closed = true;
		*ret = fact_of(c, IW_FACT_STATE, p->ts_ns);
		return 1;
	}
	if (kind == SEGMENT_KEEPALIVE || kind == SEGMENT_ZERO_WINDOW_PROBE)
		return on_probe(c, p, ret);
	if (p->flags & SEGMENT_SYN) /* no connection yet, so none that can be lost */
		return 0;
	if (kind == SEGMENT_RETRANSMISSION)
		return on_retransmission(c, p, ret);
	if (end_of(p) == p->seq)
		return 0;
	if (idle)
		c->flight_ns = p->ts_ns;
	c->new_data_ns = c->data_sent_ns = p->ts_ns;
	c->data_segs_out++;
	return 0;
}

/* --- we received it --- */

static uint8_t heard_kind(const struct packet_conn *c, const struct packet *p,
			  enum segment_kind kind, uint64_t gap_ns, uint64_t idle_ns)
{
	bool old =
		p->payload_bytes && c->local.ack_known && (int32_t)(end_of(p) - c->local.ack) <= 0;
	unsigned int bits = 0;

	if (c->probes_out || c->retransmits)
		bits |= IW_HEARD_ANSWER;
	if (kind == SEGMENT_KEEPALIVE)
		bits |= IW_HEARD_PEER_PROBE | IW_HEARD_REPEAT;
	else if (old)
		bits |= IW_HEARD_REPEAT;
	if (gap_ns >= idle_ns)
		bits |= IW_HEARD_AFTER_GAP;
	if (p->flags & SEGMENT_ACK && c->peer.ack_known && (int32_t)(p->ack - c->peer.ack) > 0)
		bits |= IW_HEARD_PROGRESS;
	if (!p->window)
		bits |= IW_HEARD_ZERO_WINDOW;
	if (p->payload_bytes)
		bits |= IW_HEARD_DATA;
	if (p->has_ts)
		bits |= IW_HEARD_ECHO;
	return (uint8_t)bits;
}

/* The same counting as in bpf/receive.bpf.h. */
static void note_repeat(struct packet_conn *c, const struct packet *p, uint8_t kind)
{
	if (!(kind & IW_HEARD_REPEAT) || !p->has_ts) {
		c->repeats = 0;
		c->repeat_echo = 0;
		return;
	}
	if (c->repeat_echo == p->ts_echo)
		count_up(&c->repeats);
	else
		c->repeats = 0;
	c->repeat_echo = p->ts_echo;
}

static void note_round_trip(struct packet_conn *c, const struct packet *p, uint8_t kind)
{
	uint64_t rtt_us = ago(p->ts_ns, c->flight_ns) / NS_PER_US;

	if (!(kind & IW_HEARD_PROGRESS) || c->retransmits || !c->flight_ns || rtt_us > UINT32_MAX)
		return;
	c->srtt_us = c->srtt_us ? (uint32_t)((7ULL * c->srtt_us + rtt_us) / 8) : (uint32_t)rtt_us;
	c->srtt_us = MAX(c->srtt_us, 1U);
}

static void note_heard(struct packet_conn *c, const struct packet *p, uint8_t kind, uint64_t gap_ns)
{
	bool clean = !c->retransmits && c->probes_out <= 1;

	if (clean && (kind & IW_HEARD_AFTER_GAP) && gap_ns > c->survived_ns + c->survived_ns / 10)
		c->survived_ns = gap_ns;
	note_round_trip(c, p, kind);
	c->segs_in++;
	c->heard_ns = p->ts_ns;
	if (p->payload_bytes)
		c->data_heard_ns = p->ts_ns;
	c->usual_ttl = p->ttl;
	if (p->has_ts)
		c->ts_echo = p->ts_echo;
	if (!(kind & IW_HEARD_REPEAT)) /* acceptable: the kernel counts its probes anew */
		c->probes_out = 0;
	if (kind & IW_HEARD_PROGRESS) {
		c->retransmits = 0;
		c->flight_ns = p->ts_ns;
	}
	if (p->window)
		c->backoff = 0;
}

static size_t on_reset(struct packet_facts *t, struct packet_conn *c, const struct packet *p,
		       struct iw_fact *ret)
{
	ret[0] = fact_of(c, IW_FACT_RST_IN, p->ts_ns);
	ret[0].ttl = p->ttl;
	if (ret[0].heard_ago_ns >= t->idle_ns)
		ret[0].flags |= IW_F_NEWS;
	c->closed = true;
	ret[1] = fact_of(c, IW_FACT_STATE, p->ts_ns);
	ret[1].sk_err = ECONNRESET;
	return 2;
}

static size_t on_heard(struct packet_facts *t, struct packet_conn *c, const struct packet *p,
		       enum segment_kind kind, struct iw_fact *ret)
{
	uint64_t gap_ns = ago(p->ts_ns, c->heard_ns);
	uint8_t heard;

	if (p->flags & SEGMENT_RST) {
		note_half(&c->peer, &c->local, p, kind);
		return on_reset(t, c, p, ret);
	}
	heard = heard_kind(c, p, kind, gap_ns, t->idle_ns);
	*ret = fact_of(c, IW_FACT_HEARD, p->ts_ns);
	note_half(&c->peer, &c->local, p, kind);
	note_repeat(c, p, heard);
	note_heard(c, p, heard, gap_ns);
	ret->heard_kind = heard;
	ret->gap_ns = gap_ns;
	ret->ttl = p->ttl;
	ret->ts_echo = p->has_ts ? p->ts_echo : 0;
	ret->repeats = c->repeats;
	ret->segs_in = c->segs_in;
	if (c->repeats)
		ret->flags |= IW_F_NEWS;
	return 1;
}

/* Both have said that they are done: nothing that follows is a silence. */
static size_t add_close(struct packet_conn *c, const struct packet *p, struct iw_fact *ret)
{
	bool done = c->local.fin && c->peer.fin && !unacked(c);

	if (c->closed || !done)
		return 0;
	c->closed = true;
	*ret = fact_of(c, IW_FACT_STATE, p->ts_ns);
	return 1;
}

size_t packet_facts__feed(struct packet_facts *t, const struct packet *p, bool from_us,
			  struct iw_fact ret[PACKET_FACTS_MAX], enum segment_kind *ret_kind)
{
	struct packet_conn *c = find_conn(t, p, from_us);
	size_t n;

	*ret_kind = SEGMENT_PLAIN;
	if (!c)
		return 0;
	*ret_kind = from_us ? kind_of(&c->local, &c->peer, p) : kind_of(&c->peer, &c->local, p);
	/* Resets and the rest of a closing do not bring it back to life. */
	if (c->closed)
		return 0;
	n = from_us ? on_sent(c, p, *ret_kind, ret) : on_heard(t, c, p, *ret_kind, ret);
	return n + add_close(c, p, ret + n);
}

/* When another connection of the same peer was last heard. */
static uint64_t elsewhere(const struct packet_facts *t, const struct packet_conn *c)
{
	const struct packet_conn *other, *next;
	uint64_t latest = 0;

	HASH_ITER(hh, t->conns, other, next) {
		if (other != c && !memcmp(other->key.dest, c->key.dest, sizeof(c->key.dest)))
			latest = MAX(latest, other->heard_ns);
	}
	return latest;
}

struct iw_fact packet_facts__look(const struct packet_facts *t, uint64_t cookie, uint64_t now_ns)
{
	struct iw_fact f = {
		.type = IW_FACT_LOOK_MISSED, .cookie = cookie, .ts_ns = now_ns, .mono_ns = now_ns
	};
	const struct packet_conn *c, *next;

	HASH_ITER(hh, t->conns, c, next) {
		if (c->cookie != cookie || c->closed)
			continue;
		f = fact_of(c, IW_FACT_LOOK, now_ns);
		f.elsewhere_ago_ns = ago(now_ns, elsewhere(t, c));
		break;
	}
	return f;
}
