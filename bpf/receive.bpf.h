/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The peer was heard. This runs for every segment of every established
 * connection, so the first function is a handful of loads and a return.
 */
#ifndef RECEIVE_BPF_H
#define RECEIVE_BPF_H

/* Whether a silence is worth remembering: longer than any before by a tenth. */
static __always_inline bool beats_survived(const struct record *rec, u64 gap_ns)
{
	return gap_ns > rec->survived_ns + rec->survived_ns / 10;
}

/* What this segment is, in IW_HEARD_* bits. */
static __always_inline u8 heard_kind(const struct tcp_sock *tp, const struct segment *seg,
				     u64 gap_ns)
{
	u64 idle_ns = cfg.idle_jiffies * (NSEC_PER_SEC / cfg.hz);
	u8 kind = 0;

	if (tp->inet_conn.icsk_probes_out || tp->inet_conn.icsk_retransmits)
		kind |= IW_HEARD_ANSWER;
	if (segment__is_peer_probe(seg, tp->rcv_nxt))
		kind |= IW_HEARD_PEER_PROBE;
	if (gap_ns >= idle_ns)
		kind |= IW_HEARD_AFTER_GAP;
	return kind;
}

/*
 * Keeps what the kernel will not: the time of a peer's keepalive (discarded
 * before tcp_ack(), it moves neither rcv_tstamp nor lrcvtime), the longest
 * silence survived, the peer's usual TTL.
 */
static __always_inline void remember(struct sock *sk, u64 cookie, struct record *rec,
				     const struct segment *seg, u8 kind, u64 gap_ns)
{
	const struct tcp_sock *tp = (const void *)sk;
	/* A gap that ended only after repeated asking was not survived by the first packet. */
	bool clean = !BPF_CORE_READ(tp, inet_conn.icsk_retransmits) &&
		     BPF_CORE_READ(tp, inet_conn.icsk_probes_out) <= 1;
	bool survived = clean && (kind & IW_HEARD_AFTER_GAP);

	if (!rec && !(kind & IW_HEARD_PEER_PROBE) && !survived)
		return;
	if (!rec)
		rec = bpf_sk_storage_get(&records, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!rec) {
		count(IW_CNT_RECORD_FAILED);
		return;
	}
	if (kind & IW_HEARD_PEER_PROBE)
		rec->heard_ns = bpf_ktime_get_ns();
	if (survived && beats_survived(rec, gap_ns))
		rec->survived_ns = gap_ns;
	rec->usual_ttl = seg->ttl;
	record__mirror(cookie, rec);
}

static __noinline int receive_slowly(struct sock *sk, struct sk_buff *skb, struct tcp_sock *tp)
{
	struct record none = {};
	struct record *rec = bpf_sk_storage_get(&records, sk, 0, 0);
	u64 cookie = bpf_get_socket_cookie(sk);
	u64 gap_ns = heard_ago_ns(sk, rec ?: &none);
	struct segment seg;
	struct iw_fact *f;
	u8 kind;

	if (!segment__read(&seg, skb) || (seg.flags & TCP_RST))
		return 0;
	kind = heard_kind(tp, &seg, gap_ns);
	if (kind && (cfg.all_events || is_tracked(cookie)) && filter__wants(sk)) {
		f = fact__begin(IW_FACT_HEARD, sk, cookie, rec ?: &none);
		if (f) {
			f->heard_kind = kind;
			f->gap_ns = gap_ns;
			f->ttl = seg.ttl;
			bpf_ringbuf_submit(f, 0);
		}
	}
	remember(sk, cookie, rec, &seg, kind, gap_ns);
	return 0;
}

static __always_inline int receive(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	u32 now;

	if (!tp)
		return 0;
	now = bpf_jiffies64();
	if ((now - tp->rcv_tstamp < cfg.idle_jiffies ||
	     now - tp->inet_conn.icsk_ack.lrcvtime < cfg.idle_jiffies) &&
	    !tp->inet_conn.icsk_probes_out && !tp->inet_conn.icsk_retransmits)
		return 0;
	return receive_slowly(sk, skb, tp);
}

#endif /* RECEIVE_BPF_H */
