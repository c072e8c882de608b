/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Idle gaps that a path let pass: what its boxes tolerate.
 *
 * A box's timer starts anew at each packet, in either direction, that passes it. So a
 * gap is counted from the last packet before it, heard or sent, to the first after it,
 * heard or sent; and where we cannot know exactly, we count less: what is told was
 * survived for certain.
 *
 * Few are told. A connection's gap is a fact only when it beats the connection's
 * former best by a tenth, or is as long and an hour has passed, so that what holds no more
 * is found out; and only if it is, within a tenth, as long as the longest of its path; of
 * those that are just as long the first few, and then one a second.
 */
#ifndef SURVIVE_BPF_H
#define SURVIVE_BPF_H

#define BESTS_MAX 16384
#define TOLD_AT_ONCE 8
#define TELL_AGAIN_NS (3600 * NSEC_PER_SEC)
#define BPF_RB_AVAIL_DATA 0 /* linux/bpf.h, 5.8 */
/* TCP_DELACK_MAX: so much later than what it acknowledges an ACK may leave (4.4 to 7.x). */
#define ACK_DELAY_MAX_NS (NSEC_PER_SEC / 5)

struct best_key {
	struct in6_addr peer;
	struct in6_addr local;
	u64 net; /* as compat__net_id() */
};

struct best {
	u64 gap_ns; /* the longest told */
	u64 told_ns; /* CLOCK_MONOTONIC */
	u32 told; /* since it became the longest */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, BESTS_MAX);
	__type(key, struct best_key);
	__type(value, struct best);
} bests SEC(".maps");

/* a - b, and not below zero. */
static __always_inline u64 less(u64 a, u64 b)
{
	return a > b ? a - b : 0;
}

/*
 * The idle gap that this segment shows was survived, at the least. heard_ago_ns is
 * since the segment before it, and may be wrong by a jiffy where the kernel keeps it in
 * those; so one is taken off.
 *
 * tcp_wstamp_ns is when the last packet of any kind left, an ACK or probe too
 * (__tcp_transmit_skb, 4.20 to 7.x).
 */
static __always_inline u64 survived_gap_ns(const struct tcp_sock *tp, u64 heard_ago)
{
	u64 now_ns = bpf_ktime_get_ns();
	u64 heard_ns = less(now_ns, heard_ago);
	u64 sent_ns = min_u64(BPF_CORE_READ(tp, tcp_wstamp_ns), now_ns);
	u64 jiffy_ns = NSEC_PER_SEC / cfg.hz;
	u64 rtt_ns = (BPF_CORE_READ(tp, srtt_us) >> 3) * NSEC_PER_USEC;
	bool data_last = jiffies_ago_ns(BPF_CORE_READ(tp, inet_conn.icsk_ack.lrcvtime)) <=
			 heard_ago + jiffy_ns;
	bool probing = BPF_CORE_READ(tp, inet_conn.icsk_probes_out);

	/* The peer spoke first. What we sent last passed the box later than it left here. */
	if (!probing && !BPF_CORE_READ(tp, packets_out)) {
		if (sent_ns > heard_ns)
			return less(less(now_ns, sent_ns), rtt_ns);
		return less(heard_ago, jiffy_ns);
	}
	/* We did: a probe, or data that began this flight. An ACK may have left before. */
	if (!probing)
		sent_ns = BPF_CORE_READ(tp, first_tx_mstamp) * NSEC_PER_USEC;
	return less(less(sent_ns, heard_ns), jiffy_ns + (data_last ? ACK_DELAY_MAX_NS : 0));
}

static __always_inline void best_key(struct best_key *ret, const struct sock *sk)
{
	__builtin_memset(ret, 0, sizeof(*ret));
	peer_key(&ret->peer, sk);
	ret->net = compat__net_id(BPF_CORE_READ(sk, __sk_common.skc_net.net));
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6)
		BPF_CORE_READ_INTO(&ret->local, sk, __sk_common.skc_v6_rcv_saddr);
	else
		ret->local.in6_u.u6_addr32[3] = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
}

/* Whether this gap tells more of its path than was told before; notes it if so. */
static __always_inline bool is_news_of_path(const struct sock *sk, u64 gap_ns)
{
	struct best fresh = { .gap_ns = gap_ns, .told_ns = bpf_ktime_get_ns(), .told = 1 };
	struct best_key key;
	struct best *best;

	best_key(&key, sk);
	best = bpf_map_lookup_elem(&bests, &key);
	if (!best || gap_ns > best->gap_ns + best->gap_ns / 10) {
		/* Told even if that fails: it may be told again, which does no harm. */
		if (!bpf_map_update_elem(&bests, &key, &fresh, BPF_ANY) && !best)
			count(IW_CNT_BEST_ADDED);
		return true;
	}
	if (gap_ns < best->gap_ns - best->gap_ns / 10 ||
	    (best->told >= TOLD_AT_ONCE && fresh.told_ns - best->told_ns < NSEC_PER_SEC))
		return false;
	best->told++;
	best->told_ns = fresh.told_ns;
	if (gap_ns > best->gap_ns)
		best->gap_ns = gap_ns;
	return true;
}

/* Whether it tells more of this connection than was told before. */
static __always_inline bool is_news_of_connection(const struct record *rec, u64 gap_ns, u64 now_ns)
{
	if (gap_ns > rec->told_ns + rec->told_ns / 10)
		return true;
	return gap_ns >= rec->told_ns - rec->told_ns / 10 &&
	       now_ns - rec->told_at_ns >= TELL_AGAIN_NS;
}

/*
 * Tells of a gap if it is news of its connection and of its path. Trouble needs the
 * ring more than this does: where it fills up, these facts are the first to go, and are
 * counted.
 */
static __always_inline void tell_survived(struct sock *sk, u64 cookie, struct record *rec,
					  u64 gap_ns)
{
	u64 now_ns = bpf_ktime_get_ns();
	struct iw_fact *f;

	if (gap_ns < idle_ns() || !is_news_of_connection(rec, gap_ns, now_ns))
		return;
	rec->told_ns = gap_ns;
	rec->told_at_ns = now_ns;
	if (!filter__wants(sk) || !is_news_of_path(sk, gap_ns))
		return;
	if (bpf_ringbuf_query(&facts, BPF_RB_AVAIL_DATA) > RING_BYTES / 2) {
		count(IW_CNT_SURVIVED_SKIPPED);
		return;
	}
	f = fact__begin(IW_FACT_SURVIVED, sk, cookie, rec);
	if (!f)
		return;
	f->gap_ns = gap_ns;
	bpf_ringbuf_submit(f, 0);
}

/*
 * The peer's FIN after a gap, with nothing asked: many connections of a path that end so
 * after the same gap tell of a time-out, of the peer's program or of a box in its name.
 * Counted here, and told when there are 4, 16, 64...: such ends are as common as idle
 * connections. An end counts against those that were after another gap, and not twice
 * where connections that fell idle together end together.
 */
struct idle_end {
	u64 gap_ns;
	u64 last_ns; /* CLOCK_MONOTONIC of the last that counted */
	u32 n;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, BESTS_MAX);
	__type(key, struct best_key);
	__type(value, struct idle_end);
} idle_ends SEC(".maps");

static __always_inline bool is_power_of_four(u32 n)
{
	return n > 1 && !(n & (n - 1)) && (n & 0x55555555);
}

/* How many are alike by now, if that is to be told; else 0. */
static __always_inline u32 count_idle_end(const struct sock *sk, u64 gap_ns)
{
	struct idle_end fresh = { .gap_ns = gap_ns, .last_ns = bpf_ktime_get_ns(), .n = 1 };
	struct idle_end *known;
	struct best_key key;

	best_key(&key, sk);
	known = bpf_map_lookup_elem(&idle_ends, &key);
	if (known && gap_ns >= known->gap_ns - known->gap_ns / 10 &&
	    gap_ns <= known->gap_ns + known->gap_ns / 10) {
		if (fresh.last_ns - known->last_ns <= gap_ns / 10)
			return 0;
		known->last_ns = fresh.last_ns;
		known->n++;
		return is_power_of_four(known->n) ? known->n : 0;
	}
	if (known && known->n > 1)
		known->n--;
	else
		bpf_map_update_elem(&idle_ends, &key, &fresh, BPF_ANY);
	return 0;
}

static __always_inline void note_idle_end(struct sock *sk, u64 heard_ago)
{
	const struct tcp_sock *tp = (const void *)sk;
	u64 gap_ns = survived_gap_ns(tp, heard_ago);
	struct iw_fact *f;
	u32 n;

	if (gap_ns < idle_ns() || BPF_CORE_READ(tp, packets_out) ||
	    BPF_CORE_READ(tp, inet_conn.icsk_probes_out) || !filter__wants(sk))
		return;
	n = count_idle_end(sk, gap_ns);
	f = n ? fact__begin_checked(IW_FACT_IDLE_END, sk) : 0;
	if (!f)
		return;
	f->gap_ns = gap_ns;
	f->times = n;
	bpf_ringbuf_submit(f, 0);
}

#endif /* SURVIVE_BPF_H */
