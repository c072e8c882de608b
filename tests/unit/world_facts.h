/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts of the world in facts.h, which includes this: each as the kernel side would tell it. */
#ifndef WORLD_FACTS_H
#define WORLD_FACTS_H

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

/* The same where the peer has shrunk its window to nothing; the kernel does not count those. */
static inline struct iw_fact shrunk_retransmit(const struct world *w, unsigned int k)
{
	struct iw_fact f = retransmit(w, k);

	f.snd_wnd = 0;
	f.retransmits = 0;
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
	f.usual_ttl = f.ttl_low = f.ttl_high = 60;
	f.flags |= IW_F_NEWS;
	return f;
}

/* The same out of the blue: nothing of ours was unanswered. */
static inline struct iw_fact reset_unasked(struct world *w, unsigned int ttl, uint64_t ts_ns)
{
	struct iw_fact f = reset_at_once(w, ttl, ts_ns);

	f.probes_out = 0;
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

#endif /* WORLD_FACTS_H */
