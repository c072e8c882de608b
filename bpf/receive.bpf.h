/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The peer was heard. This runs for every segment of every established
 * connection, so a busy connection is looked at once in a while only.
 */
#ifndef RECEIVE_BPF_H
#define RECEIVE_BPF_H

/* A connection's first segments teach us the peer's TTL. */
#define LEARNING_SEGMENTS 4
#define PEERS_MAX 16384

/* So long one spread of TTLs is added to; then it begins anew, as routes do change. */
#define TTL_AGE_NS (3600 * NSEC_PER_SEC)

/* The same address may be another host in another namespace, and is further away there. */
struct peer_key {
	struct in6_addr addr; /* IPv4 as ::ffff:a.b.c.d */
	u32 netns;
};

/* What TTL (hop limit) a peer's packets arrive with. */
struct peer_ttl {
	u64 since_ns; /* CLOCK_MONOTONIC */
	u8 newest;
	u8 low, high; /* since then */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PEERS_MAX);
	__type(key, struct peer_key);
	__type(value, struct peer_ttl);
} peers SEC(".maps");

/* Of this CPU. */
struct scratch {
	/* A reset whose TTL was just read, for tcp_receive_reset, which follows at once. */
	const struct sock *reset_sk;
	/* The same says that a reset is accepted: the end of the connection follows at once. */
	const struct sock *reset_ends_sk;
	u8 reset_ttl;
	u8 heard_kind;
	/* A segment after a gap, for what the same segment changes in its socket. */
	const struct sock *gap_sk;
	u64 gap_ns;
	u64 gap_at_ns; /* CLOCK_MONOTONIC */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline void find_peer(struct peer_key *ret, const struct sock *sk)
{
	__builtin_memset(ret, 0, sizeof(*ret));
	peer_key(&ret->addr, sk);
	ret->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

static __always_inline void learn_ttl(const struct sock *sk, u8 ttl)
{
	struct peer_ttl fresh = {
		.since_ns = bpf_ktime_get_ns(), .newest = ttl, .low = ttl, .high = ttl
	};
	struct peer_ttl *known;
	struct peer_key key;

	find_peer(&key, sk);
	known = bpf_map_lookup_elem(&peers, &key);
	if (known && fresh.since_ns - known->since_ns < TTL_AGE_NS) {
		known->newest = ttl;
		if (ttl < known->low)
			known->low = ttl;
		if (ttl > known->high)
			known->high = ttl;
		return;
	}
	if (bpf_map_update_elem(&peers, &key, &fresh, BPF_ANY))
		count(IW_CNT_PEER_FAILED);
	else if (!known)
		count(IW_CNT_PEER_ADDED);
}

/* What this peer's packets usually have: this connection's own, else the address's; 0 unknown. */
static __always_inline void fill_usual_ttl(struct iw_fact *f, const struct sock *sk,
					   const struct record *rec)
{
	struct peer_ttl *known;
	struct peer_key key;

	find_peer(&key, sk);
	known = bpf_map_lookup_elem(&peers, &key);
	if (known) {
		f->usual_ttl = known->newest;
		f->ttl_low = known->low;
		f->ttl_high = known->high;
	}
	if (rec && rec->usual_ttl)
		f->usual_ttl = rec->usual_ttl;
}

/*
 * A keepalive repeats the byte before the window (RFC 9293, 3.8.4), empty or with
 * one byte of garbage.
 */
static __always_inline bool is_peer_probe(const struct segment *seg, u32 rcv_nxt)
{
	return seg->seq == rcv_nxt - 1 && seg->payload_len <= 1 &&
	       !(seg->flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

/* Payload that ends before what we expect next: we have it all. */
static __always_inline bool is_old_data(const struct segment *seg, u32 rcv_nxt)
{
	return seg->payload_len && (s32)(seg->seq + seg->payload_len - rcv_nxt) <= 0;
}

static __always_inline struct scratch *scratch__get(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

/*
 * What this segment is, in IW_HEARD_* bits. They go through memory, as what is read
 * back from a map may be anything to the verifier; otherwise it follows each of the
 * 256 combinations through all that comes after.
 */
static __always_inline u8 heard_kind(struct scratch *scratch, const struct tcp_sock *tp,
				     const struct segment *seg, u64 gap_ns)
{
	u8 kind = 0;

	if (tp->inet_conn.icsk_probes_out || tp->inet_conn.icsk_retransmits)
		kind |= IW_HEARD_ANSWER;
	if (is_peer_probe(seg, tp->rcv_nxt))
		kind |= IW_HEARD_PEER_PROBE | IW_HEARD_REPEAT;
	else if (is_old_data(seg, tp->rcv_nxt))
		kind |= IW_HEARD_REPEAT;
	if (gap_ns >= idle_ns())
		kind |= IW_HEARD_AFTER_GAP;
	if ((s32)(seg->ack - tp->snd_una) > 0)
		kind |= IW_HEARD_PROGRESS;
	if (!seg->window)
		kind |= IW_HEARD_ZERO_WINDOW;
	if (seg->payload_len)
		kind |= IW_HEARD_DATA;
	if (seg->has_echo)
		kind |= IW_HEARD_ECHO;
	scratch->heard_kind = kind;
	barrier();
	return *(volatile u8 *)&scratch->heard_kind;
}

/*
 * The peer asks the same again and what it echoes stands still: our answers do not
 * reach it. (An answer is acceptable, so it moves the echo; RFC 7323, 4.3.)
 */
static __always_inline void note_repeat(struct record *rec, const struct segment *seg, u8 kind)
{
	if (!(kind & IW_HEARD_REPEAT) || !seg->has_echo) {
		rec->repeats = 0;
		rec->repeat_echo = 0;
		return;
	}
	if (rec->repeat_echo == seg->ts_echo)
		rec->repeats += rec->repeats < 255;
	else
		rec->repeats = 0;
	rec->repeat_echo = seg->ts_echo;
}

/*
 * Keeps what the kernel will not: the time of a peer's keepalive (discarded
 * before tcp_ack(), it moves neither rcv_tstamp nor lrcvtime), the longest
 * silence survived, how often an answer came at once, the peer's usual TTL. NULL when
 * there is no record and no need.
 */
static __always_inline struct record *remember(struct sock *sk, u64 cookie,
					       const struct segment *seg, u8 kind, u64 gap_ns)
{
	const struct tcp_sock *tp = (const void *)sk;
	struct record *rec = bpf_sk_storage_get(&records, sk, 0, 0);
	/* A gap that ended only after repeated asking was not survived by the first packet. */
	bool clean = !BPF_CORE_READ(tp, inet_conn.icsk_retransmits) &&
		     BPF_CORE_READ(tp, inet_conn.icsk_probes_out) <= 1;
	bool survived = clean && (kind & IW_HEARD_AFTER_GAP);

	if (!rec && !(kind & IW_HEARD_REPEAT) && !survived)
		return 0;
	if (!rec)
		rec = bpf_sk_storage_get(&records, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!rec) {
		count(IW_CNT_RECORD_FAILED);
		return 0;
	}
	if (kind & IW_HEARD_REPEAT)
		rec->heard_ns = bpf_ktime_get_ns();
	if (clean && (kind & IW_HEARD_ANSWER))
		rec->answered += rec->answered < 255;
	if (survived) {
		if (gap_ns > rec->survived_ns)
			rec->survived_ns = gap_ns;
		tell_survived(sk, cookie, rec, survived_gap_ns(tp, gap_ns));
	}
	rec->usual_ttl = seg->ttl;
	learn_ttl(sk, seg->ttl);
	note_repeat(rec, seg, kind);
	record__mirror(cookie, rec);
	return rec;
}

/* A reset ends the connection: nothing of it is remembered but its TTL. */
static __always_inline void note_reset(struct scratch *scratch, const struct sock *sk,
				       const struct segment *seg)
{
	scratch->reset_sk = sk;
	scratch->reset_ttl = seg->ttl;
}

static __noinline int receive_slowly(struct sock *sk, struct sk_buff *skb, struct tcp_sock *tp)
{
	struct record before = {};
	struct record *rec = bpf_sk_storage_get(&records, sk, 0, 0);
	u64 cookie = bpf_get_socket_cookie(sk);
	struct scratch *scratch = scratch__get();
	struct segment seg;
	struct iw_fact *f;
	u64 gap_ns;
	bool news;
	u8 kind;

	if (!scratch || !segment__read(&seg, skb))
		return 0;
	if (seg.flags & TCP_RST) {
		note_reset(scratch, sk, &seg);
		return 0;
	}
	if (tp->segs_in < LEARNING_SEGMENTS)
		learn_ttl(sk, seg.ttl);
	if (rec)
		before = *rec;
	gap_ns = heard_ago_ns(sk, &before);
	scratch->gap_sk = sk;
	scratch->gap_ns = gap_ns;
	scratch->gap_at_ns = bpf_ktime_get_ns();
	kind = heard_kind(scratch, tp, &seg, gap_ns);
	rec = remember(sk, cookie, &seg, kind, gap_ns);
	news = rec && rec->repeats && filter__wants(sk);
	if (!news && !is_tracked(cookie) &&
	    !(cfg.all_events &&
	      kind & (IW_HEARD_ANSWER | IW_HEARD_PEER_PROBE | IW_HEARD_AFTER_GAP) &&
	      filter__wants(sk)))
		return 0;
	f = fact__begin(IW_FACT_HEARD, sk, cookie, &before);
	if (!f)
		return 0;
	f->heard_kind = kind;
	f->gap_ns = gap_ns;
	f->ttl = seg.ttl;
	f->ts_echo = seg.ts_echo;
	f->repeats = rec ? rec->repeats : 0;
	if (news) {
		f->flags |= IW_F_NEWS;
		track(f);
	}
	bpf_ringbuf_submit(f, 0);
	return 0;
}

/* Nothing to tell: heard lately, and nothing of ours unanswered. */
static __always_inline bool is_healthy(const struct tcp_sock *tp)
{
	u32 now = bpf_jiffies64();

	return (now - tp->rcv_tstamp < cfg.idle_jiffies ||
		now - tp->inet_conn.icsk_ack.lrcvtime < cfg.idle_jiffies) &&
	       !tp->inet_conn.icsk_probes_out && !tp->inet_conn.icsk_retransmits &&
	       (tp->snd_wnd || !tp->packets_out) && /* else it is asked for a window */
	       tp->segs_in >= LEARNING_SEGMENTS;
}

static __noinline int receive_checked(struct sock *sk, struct sk_buff *skb, u64 mark)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	if (!tp)
		return 0;
	if (!is_healthy(tp))
		return receive_slowly(sk, skb, tp);
	recent__set(mark);
	return 0;
}

static __always_inline int receive(struct sock *sk, struct sk_buff *skb)
{
	u64 mark = recent__mark(sk->__sk_common.skc_cookie.counter);

	return recent__has(mark) ? 0 : receive_checked(sk, skb, mark);
}

#endif /* RECEIVE_BPF_H */
