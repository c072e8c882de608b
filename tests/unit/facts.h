/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small world for the engine's tests: one socket and its peer, facts about them
 * as the kernel side would tell them, an engine, and all that it said.
 *
 * The socket is sshd's, 10.2.2.2:22 with 10.1.1.1:46560 at the other end. It was
 * last heard at heard_ns; its first unanswered packet went out at first_ns, two
 * hours later. Builders return facts by value, to be changed at will before
 * feed(). Those by which the peer speaks or time is lost (heard(), peer_probe(),
 * rst_in(), slept()) move the world on; the others only read it:
 *
 *	WORLD_TEST(third_probe_is_enough)
 *	{
 *		feed(w, probe_sent(w, 2));
 *		feed(w, probe_sent(w, 3));
 *		look_when_due(w);
 *		assert_said(w, "suspect path-dead");
 *		feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
 *	}
 *
 * w->sock is what each fact copies: change it to change the socket.
 */
#ifndef FACTS_H
#define FACTS_H

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "check.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/paths.h"

#define COOKIE 0x1f2e3d
#define HOST_NETNS 4026531840U
#define OTHER_NETNS 4026532001U

/* The kernel's numbers for TCP states. */
enum { STATE_ESTABLISHED = 1, STATE_CLOSE = 7, STATE_CLOSE_WAIT = 8 };

/* An event outlives its callback here, with all it points to. */
struct seen {
	struct event ev;
	struct attempt tries[EVENT_TRIES_MAX];
	char drop_seen_name[IW_REASON_LEN];
	struct iw_fact fact;
	struct iw_owner owners[ENGINE_OWNERS_MAX];
	char drop_name[IW_REASON_LEN];
	struct wire wire;
	struct flight flight;
};

struct world {
	struct engine_config config;
	struct engine *engine;
	struct iw_fact sock;
	uint64_t heard_ns; /* the peer's last segment, CLOCK_BOOTTIME */
	uint64_t first_ns; /* the first transmission after that */
	uint64_t slept_ns; /* CLOCK_BOOTTIME less CLOCK_MONOTONIC */
	uint64_t slept_since_heard_ns;
	struct seen **seen;
	size_t n_seen, n_told; /* all events; those that said() has given out */
	char text[4096];
};

/* --- the world --- */

static inline void remember_event(const struct event *ev, void *ctx)
{
	struct world *w = ctx;
	struct seen *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	w->seen = realloc(w->seen, (w->n_seen + 1) * sizeof(struct seen *));
	assert_non_null(w->seen);
	s->ev = *ev;
	if (ev->fact) {
		s->fact = *ev->fact;
		s->ev.fact = &s->fact;
	}
	assert_true(ev->n_owners <= ENGINE_OWNERS_MAX);
	for (size_t i = 0; i < ev->n_owners; i++)
		s->owners[i] = ev->owners[i];
	s->ev.owners = s->owners;
	assert_true(ev->n_tries <= EVENT_TRIES_MAX);
	for (size_t i = 0; i < ev->n_tries; i++)
		s->tries[i] = ev->tries[i];
	s->ev.tries = s->tries;
	if (ev->drop_seen_name) {
		snprintf(s->drop_seen_name, sizeof(s->drop_seen_name), "%s", ev->drop_seen_name);
		s->ev.drop_seen_name = s->drop_seen_name;
	}
	if (ev->drop_name) {
		snprintf(s->drop_name, sizeof(s->drop_name), "%s", ev->drop_name);
		s->ev.drop_name = s->drop_name;
	}
	if (ev->wire) {
		s->wire = *ev->wire;
		s->ev.wire = &s->wire;
	}
	if (ev->flight) {
		s->flight = *ev->flight;
		s->ev.flight = &s->flight;
	}
	w->seen[w->n_seen++] = s;
}

static inline struct iw_fact usual_socket(void)
{
	return (struct iw_fact){
		.cookie = COOKIE,
		.netns = HOST_NETNS,
		.family = AF_INET,
		.laddr = { 10, 2, 2, 2 },
		.lport = 22,
		.paddr = { 10, 1, 1, 1 },
		.pport = 46560,
		.state = STATE_ESTABLISHED,
		.flags = IW_F_KEEPALIVE_ON | IW_F_ACCEPTED,
		.keepalive_time_ms = 7200000,
		.keepalive_intvl_ms = 75000,
		.keepalive_probes = 9,
		.retries2 = 15,
		.srtt_us = 20000,
		.rttvar_us = 200000,
		.snd_una = 1000,
		.snd_nxt = 1000,
		.write_seq = 1000,
		.snd_wnd = 64000,
		.segs_in = 500,
		.data_segs_out = 400,
		.ts_echo = 7000,
		.bytes_acked = 40000,
		.delivered = 400,
		.mss = 1448,
		.pmtu = 1500,
	};
}

/* A new engine with this configuration; what was said is forgotten. */
static inline void restart(struct world *w, const struct engine_config *config)
{
	engine__free(w->engine);
	w->engine = NULL;
	w->config = *config;
	assert_int_equal(engine__new(config, remember_event, w, &w->engine), 0);
	w->n_told = w->n_seen;
}

static inline void restart_with_room_for(struct world *w, size_t n)
{
	struct engine_config config = w->config;

	config.max_connections = n;
	restart(w, &config);
}

static inline int set_world_up(void **state)
{
	static const struct engine_config usual = {
		.probes = 3, .retransmits = 5, .idle_ns = MINUTE_NS, .max_connections = 64
	};
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->sock = usual_socket();
	w->first_ns = 10 * HOUR_NS;
	w->heard_ns = w->first_ns - 2 * HOUR_NS;
	restart(w, &usual);
	*state = w;
	return 0;
}

static inline int tear_world_down(void **state)
{
	struct world *w = *state;

	engine__free(w->engine);
	for (size_t i = 0; i < w->n_seen; i++)
		free(w->seen[i]);
	free(w->seen);
	free(w);
	return 0;
}

/* Seconds after the first unanswered transmission. */
static inline uint64_t at_s(const struct world *w, unsigned int s)
{
	return w->first_ns + s * NS_PER_S;
}

/* The next silence begins then; the peer was heard last where it was. */
static inline void silence_from(struct world *w, uint64_t first_ns)
{
	w->first_ns = first_ns;
}

/* --- facts --- */

static inline struct iw_fact fact_at(const struct world *w, enum iw_fact_type type, uint64_t ts_ns)
{
	struct iw_fact f = w->sock;

	f.type = (uint8_t)type;
	f.ts_ns = ts_ns;
	f.mono_ns = ts_ns - w->slept_ns;
	f.heard_ago_ns = ts_ns - w->heard_ns - w->slept_since_heard_ns;
	f.data_heard_ago_ns = f.heard_ago_ns;
	f.data_sent_ago_ns = f.heard_ago_ns;
	return f;
}

/* The k-th keepalive in a row. As in the kernel side, the first is no news unless the last. */
static inline struct iw_fact probe_sent(const struct world *w, unsigned int k)
{
	uint64_t ts_ns = w->first_ns + (k - 1) * w->sock.keepalive_intvl_ms * NS_PER_MS;
	struct iw_fact f = fact_at(w, IW_FACT_PROBE_SENT, ts_ns);
	bool last = k >= f.keepalive_probes;

	if (f.user_timeout_ms)
		last = f.heard_ago_ns / NS_PER_MS + f.keepalive_intvl_ms >= f.user_timeout_ms;
	f.probe_kind = IW_PROBE_KEEPALIVE;
	f.probes_out = (uint8_t)k;
	if (k >= 2 || last)
		f.flags |= IW_F_NEWS;
	return f;
}

/* The same, but this host refused to send it: err < 0 a negative errno, > 0 the queue was full. */
static inline struct iw_fact probe_refused(const struct world *w, unsigned int k, int err)
{
	struct iw_fact f = probe_sent(w, k);

	f.result = err;
	f.flags |= IW_F_NEWS;
	if (err > 0)
		f.probes_out--; /* the kernel does not count those */
	return f;
}

/* The socket's round trip and its variation: the time-out before any backoff. */
static inline uint64_t rto_ns(const struct world *w)
{
	return (w->sock.srtt_us + w->sock.rttvar_us) * NS_PER_US;
}

/*
 * The k-th zero-window probe in a row. tcp_send_probe0() raises the backoff after each
 * and the kernel side has counted that: the wait that follows is the time-out
 * doubled k times.
 */
static inline struct iw_fact window_probe(const struct world *w, unsigned int k)
{
	uint64_t waited = rto_ns(w) * ((1ULL << k) - 2);
	struct iw_fact f = fact_at(w, IW_FACT_PROBE_SENT, w->first_ns + waited);

	f.probe_kind = IW_PROBE_ZERO_WINDOW;
	f.probes_out = (uint8_t)k;
	f.backoff = (uint8_t)k;
	f.write_seq += 1000;
	f.snd_wnd = 0;
	if (k >= 2)
		f.flags |= IW_F_NEWS;
	return f;
}

/* The k-th retransmission in a row of what was first sent at first_ns. */
static inline struct iw_fact retransmit(const struct world *w, unsigned int k)
{
	uint64_t waited = rto_ns(w) * ((1ULL << k) - 1);
	struct iw_fact f = fact_at(w, IW_FACT_RETRANSMIT, w->first_ns + waited);

	f.flight_ago_ns = waited;
	f.data_sent_ago_ns = waited;
	f.retransmits = (uint8_t)k;
	f.backoff = (uint8_t)k;
	f.total_retrans = w->sock.total_retrans + k;
	f.data_segs_out = w->sock.data_segs_out + 1 + k;
	f.packets_out = 1;
	f.snd_nxt += 36;
	f.write_seq += 36;
	f.segment_len = 36;
	f.flags |= IW_F_NEWS;
	return f;
}

/* The same of one segment, this long. */
static inline struct iw_fact retransmit_of(const struct world *w, unsigned int k, uint16_t len)
{
	struct iw_fact f = retransmit(w, k);

	f.snd_nxt += len - 36U;
	f.write_seq += len - 36U;
	f.segment_len = len;
	return f;
}

/*
 * A probe with window 0 that the peer answered all along, the k-th since the window
 * closed: the kernel counts its backoff on, but not as unanswered.
 */
static inline struct iw_fact stalled_probe(const struct world *w, unsigned int k, uint64_t ts_ns)
{
	struct iw_fact f = fact_at(w, IW_FACT_PROBE_SENT, ts_ns);

	f.probe_kind = IW_PROBE_ZERO_WINDOW;
	f.probes_out = 1;
	f.backoff = (uint8_t)k;
	f.write_seq += 1000;
	f.snd_wnd = 0;
	if (k >= 4)
		f.flags |= IW_F_NEWS;
	return f;
}

/*
 * The peer is heard, though no fact may tell of it: the socket's counts move. What
 * it sends is new, so it echoes a newer time stamp of ours.
 */
static inline void hear_untold(struct world *w, uint64_t ts_ns)
{
	w->heard_ns = ts_ns;
	w->slept_since_heard_ns = 0;
	w->sock.segs_in++;
	if (w->sock.ts_echo)
		w->sock.ts_echo++;
}

/* The same told; kind as in heard_kind. What repeats something old echoes what it did before. */
static inline struct iw_fact heard(struct world *w, unsigned int kind, uint64_t ts_ns)
{
	struct iw_fact f = fact_at(w, IW_FACT_HEARD, ts_ns);
	uint32_t echo = w->sock.ts_echo;

	hear_untold(w, ts_ns);
	if (kind & IW_HEARD_REPEAT)
		w->sock.ts_echo = echo;
	f.heard_kind = (uint8_t)(kind | (echo ? IW_HEARD_ECHO : 0));
	f.gap_ns = f.heard_ago_ns;
	f.heard_ago_ns = 0;
	f.segs_in = w->sock.segs_in;
	f.ts_echo = w->sock.ts_echo;
	return f;
}

/* The peer's keepalive, which it repeats for the n-th time; 0: asked for the first time. */
static inline struct iw_fact peer_probe(struct world *w, unsigned int n, uint64_t ts_ns)
{
	struct iw_fact f = heard(w, IW_HEARD_PEER_PROBE | IW_HEARD_REPEAT, ts_ns);

	f.repeats = (uint8_t)n;
	if (n)
		f.flags |= IW_F_NEWS;
	return f;
}

static inline struct iw_fact look(const struct world *w, uint64_t ts_ns)
{
	return fact_at(w, IW_FACT_LOOK, ts_ns);
}

/* Nothing is known but the cookie, as the app makes it. */
static inline struct iw_fact look_missed(const struct world *w, uint64_t ts_ns)
{
	return (struct iw_fact){ .type = IW_FACT_LOOK_MISSED,
				 .ts_ns = ts_ns,
				 .mono_ns = ts_ns - w->slept_ns,
				 .cookie = w->sock.cookie };
}

/* The walk over the sockets failed: nothing was seen. */
static inline struct iw_fact look_failed(const struct world *w, uint64_t ts_ns)
{
	struct iw_fact f = look_missed(w, ts_ns);

	f.type = IW_FACT_LOOK_FAILED;
	return f;
}

/* The end, with the errno that the application gets. */
static inline struct iw_fact closed(const struct world *w, int err, uint64_t ts_ns)
{
	struct iw_fact f = fact_at(w, IW_FACT_STATE, ts_ns);

	f.old_state = f.state;
	f.state = STATE_CLOSE;
	f.sk_err = err;
	return f;
}

/* The same, but a program had taken the error before it could be seen. */
static inline struct iw_fact closed_unseen(const struct world *w, uint64_t ts_ns)
{
	struct iw_fact f = closed(w, 0, ts_ns);

	f.error_taken = 1;
	return f;
}

static inline struct iw_fact destroyed(const struct world *w, uint64_t ts_ns)
{
	struct iw_fact f = fact_at(w, IW_FACT_DESTROY, ts_ns);

	f.state = STATE_CLOSE;
	f.lport = 0;
	return f;
}

/* A segment too, and counted as one; the facts that follow count it as well. */
static inline struct iw_fact rst_in(struct world *w, uint64_t ts_ns)
{
	struct iw_fact f = fact_at(w, IW_FACT_RST_IN, ts_ns);

	f.segs_in = ++w->sock.segs_in;
	return f;
}

static inline struct iw_fact reported(const struct world *w, int err, uint64_t ts_ns)
{
	struct iw_fact f = fact_at(w, IW_FACT_ERROR, ts_ns);

	f.sk_err = err;
	return f;
}

/* One of ours was dropped by this kernel, in that namespace. */
static inline struct iw_fact dropped(const struct world *w, uint32_t netns, const char *name,
				     uint64_t ts_ns)
{
	struct iw_fact f = fact_at(w, IW_FACT_DROP, ts_ns);

	f.drop_netns = netns;
	snprintf(f.drop_name, sizeof(f.drop_name), "%s", name);
	return f;
}

/* The same of a k-th retransmission, which older kernels show in no other way. */
static inline struct iw_fact retransmission_dropped(const struct world *w, unsigned int k,
						    const char *name)
{
	struct iw_fact f = retransmit(w, k);

	f.type = IW_FACT_DROP;
	f.drop_netns = f.netns;
	snprintf(f.drop_name, sizeof(f.drop_name), "%s", name);
	return f;
}

/* The peer resets at once, in answer to the first packet after the gap. */
static inline struct iw_fact reset_at_once(struct world *w, unsigned int ttl, uint64_t ts_ns)
{
	struct iw_fact f = rst_in(w, ts_ns);

	f.probes_out = 1;
	f.ttl = (uint8_t)ttl;
	f.usual_ttl = 60;
	f.flags |= IW_F_NEWS;
	return f;
}

/* Facts from user space: they know the cookie and the time, and what they are about. */
static inline struct iw_fact told(const struct world *w, enum iw_fact_type type, int result,
				  uint64_t ts_ns)
{
	return (struct iw_fact){ .type = (uint8_t)type,
				 .ts_ns = ts_ns,
				 .mono_ns = ts_ns - w->slept_ns,
				 .cookie = w->sock.cookie,
				 .result = result };
}

/* An ICMP error quoted one of its packets. */
static inline struct iw_fact icmp(const struct world *w, uint64_t ts_ns)
{
	return told(w, IW_FACT_ICMP, 0, ts_ns);
}

/* A fresh connect ended: 0 connected, else a negative errno. */
static inline struct iw_fact verified(const struct world *w, int result, uint64_t ts_ns)
{
	return told(w, IW_FACT_VERIFY, result, ts_ns);
}

/* The host slept; from then on the two clocks differ by so much more. */
static inline struct iw_fact slept(struct world *w, uint64_t slept_ns, uint64_t ts_ns)
{
	struct iw_fact f;

	w->slept_ns += slept_ns;
	w->slept_since_heard_ns += slept_ns;
	f = told(w, IW_FACT_CLOCK, 0, ts_ns);
	f.cookie = 0;
	return f;
}

/* What an ICMP message left behind. */
static inline struct iw_fact with_icmp(struct iw_fact f, int err)
{
	f.sk_err_soft = err;
	return f;
}

static inline struct iw_fact of_cookie(struct iw_fact f, uint64_t cookie)
{
	f.cookie = cookie;
	return f;
}

static inline struct iw_owner owner(uint32_t pid, const char *comm)
{
	struct iw_owner o = { .cookie = COOKIE, .pid = pid };

	snprintf(o.comm, sizeof(o.comm), "%s", comm);
	return o;
}

/* --- feeding --- */

static inline void feed(struct world *w, struct iw_fact f)
{
	engine__feed(w->engine, &f, NULL, 0);
}

static inline void feed_owned(struct world *w, struct iw_fact f, const struct iw_owner *owners,
			      size_t n)
{
	engine__feed(w->engine, &f, owners, n);
}

/* Those that are news, up to the k-th. */
static inline void feed_probes(struct world *w, unsigned int k)
{
	for (unsigned int i = 2; i <= k; i++)
		feed(w, probe_sent(w, i));
}

static inline void feed_retransmits(struct world *w, unsigned int k)
{
	for (unsigned int i = 1; i <= k; i++)
		feed(w, retransmit(w, i));
}

/* Lets time pass until something is due: true if it is this connection, and looks at it. */
static inline bool look_when_due(struct world *w)
{
	uint64_t when = engine__deadline(w->engine), cookie = 0;

	if (when == UINT64_MAX || engine__due(w->engine, when, &cookie, 1) != 1)
		return false;
	if (cookie != w->sock.cookie)
		return false;
	feed(w, look(w, when));
	return true;
}

/* Longer than any grace, shorter than any wait for the kernel to give up. */
#define SOON_NS (4 * NS_PER_S)

static inline bool due_soon_after(const struct world *w, struct iw_fact f)
{
	uint64_t when = engine__deadline(w->engine);

	return when >= f.ts_ns && when - f.ts_ns <= SOON_NS;
}

/* --- what was said --- */

/* Names of the events since the last call, with a blank between. */
static inline const char *said(struct world *w)
{
	size_t at = 0;

	w->text[0] = '\0';
	for (; w->n_told < w->n_seen && at < sizeof(w->text); w->n_told++) {
		const struct event *ev = &w->seen[w->n_told]->ev;

		at += (size_t)snprintf(w->text + at, sizeof(w->text) - at, "%s%s", at ? " " : "",
				       event_name(ev->type, ev->verdict));
	}
	return w->text;
}

#define assert_said(w, names) assert_string_equal(said(w), (names))

/* The last event. */
static inline const struct event *last(const struct world *w)
{
	assert_true(w->n_seen > 0);
	return &w->seen[w->n_seen - 1]->ev;
}

/* The last but n. */
static inline const struct event *last_but(const struct world *w, size_t n)
{
	assert_true(w->n_seen > n);
	return &w->seen[w->n_seen - 1 - n]->ev;
}

/* A test that has a world w. */
#define WORLD_TEST(test) TEST_WITH(test, struct world *w, set_world_up, tear_world_down)

#endif /* FACTS_H */
