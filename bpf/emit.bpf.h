/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a socket to a fact. Everything is read with bpf_probe_read_kernel, so that
 * the same code serves checked pointers (tp_btf, fexit, iterators) and bare
 * addresses (kprobe, timer).
 */
#ifndef EMIT_BPF_H
#define EMIT_BPF_H

#define NSEC_PER_SEC 1000000000ULL
#define NSEC_PER_USEC 1000ULL
#define SEND_SHUTDOWN 2
#define RING_BYTES (4 << 20)
#define SACK_BLOCKS 4
#define SACK_BLOCKS_SURE 3 /* so many have room beside time stamps */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} facts SEC(".maps");

/* Age of a kernel time stamp, which is the low half of jiffies: right up to 49 days. */
static __always_inline u64 jiffies_ago_ns(u32 stamp)
{
	return (u64)((u32)bpf_jiffies64() - stamp) * (NSEC_PER_SEC / cfg.hz);
}

static __always_inline u32 jiffies_to_ms(u32 jiffies)
{
	return (u64)jiffies * 1000 / cfg.hz;
}

/* --idle */
static __always_inline u64 idle_ns(void)
{
	return cfg.idle_jiffies * (NSEC_PER_SEC / cfg.hz);
}

static __always_inline u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

/* How long ago any segment of the peer arrived, its keepalives included. */
static __always_inline u64 heard_ago_ns(const struct sock *sk, const struct record *rec)
{
	const struct tcp_sock *tp = (const void *)sk;
	u64 ago = jiffies_ago_ns(BPF_CORE_READ(tp, rcv_tstamp));

	ago = min_u64(ago, jiffies_ago_ns(BPF_CORE_READ(tp, inet_conn.icsk_ack.lrcvtime)));
	if (rec->heard_ns)
		ago = min_u64(ago, bpf_ktime_get_ns() - rec->heard_ns);
	return ago;
}

static __always_inline void fill_addresses(struct iw_fact *f, const struct sock *sk)
{
	f->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	f->lport = local_port(sk);
	f->pport = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (f->family == AF_INET6 && is_v4mapped(sk)) {
		f->family = AF_INET;
		f->flags |= IW_F_V4MAPPED;
	}
	if (f->family == AF_INET6) {
		BPF_CORE_READ_INTO((struct in6_addr *)f->laddr, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO((struct in6_addr *)f->paddr, sk, __sk_common.skc_v6_daddr);
	} else {
		BPF_CORE_READ_INTO((__be32 *)f->laddr, sk, __sk_common.skc_rcv_saddr);
		BPF_CORE_READ_INTO((__be32 *)f->paddr, sk, __sk_common.skc_daddr);
	}
}

/* A peer's address as the key of a map: IPv6, or IPv4 as ::ffff:a.b.c.d. */
static __always_inline void peer_key(struct in6_addr *ret, const struct sock *sk)
{
	__builtin_memset(ret, 0, sizeof(*ret));
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6) {
		BPF_CORE_READ_INTO(ret, sk, __sk_common.skc_v6_daddr);
		return;
	}
	ret->in6_u.u6_addr32[2] = bpf_htonl(0xffff);
	ret->in6_u.u6_addr32[3] = BPF_CORE_READ(sk, __sk_common.skc_daddr);
}

/* The socket's own setting where it has one, else its namespace's. */
static __always_inline void fill_timeouts(struct iw_fact *f, const struct sock *sk)
{
	const struct tcp_sock *tp = (const void *)sk;
	const struct net *net = BPF_CORE_READ(sk, __sk_common.skc_net.net);
	u32 time = BPF_CORE_READ(tp, keepalive_time);
	u32 intvl = BPF_CORE_READ(tp, keepalive_intvl);
	u8 probes = BPF_CORE_READ(tp, keepalive_probes);

	f->keepalive_time_ms =
		jiffies_to_ms(time ?: BPF_CORE_READ(net, ipv4.sysctl_tcp_keepalive_time));
	f->keepalive_intvl_ms =
		jiffies_to_ms(intvl ?: BPF_CORE_READ(net, ipv4.sysctl_tcp_keepalive_intvl));
	f->keepalive_probes = probes ?: BPF_CORE_READ(net, ipv4.sysctl_tcp_keepalive_probes);
	f->retries2 = BPF_CORE_READ(net, ipv4.sysctl_tcp_retries2);
	f->orphan_retries = BPF_CORE_READ(net, ipv4.sysctl_tcp_orphan_retries);
	f->user_timeout_ms = BPF_CORE_READ(tp, inet_conn.icsk_user_timeout);
	f->rto_max_s = (jiffies_to_ms(compat__rto_max(sk)) + 999) / 1000;
}

static __always_inline void fill_flags(struct iw_fact *f, const struct sock *sk)
{
	unsigned long flags = BPF_CORE_READ(sk, __sk_common.skc_flags);
	u8 shutdown = BPF_CORE_READ(sk, sk_shutdown);

	if (flags & 1UL << bpf_core_enum_value(enum sock_flags, SOCK_KEEPOPEN))
		f->flags |= IW_F_KEEPALIVE_ON;
	if (flags & 1UL << bpf_core_enum_value(enum sock_flags, SOCK_DEAD))
		f->flags |= IW_F_ORPHAN;
	/* Set by tcp_fin() alone; RCV_SHUTDOWN is set by close() and shutdown() here as well. */
	if (flags & 1UL << bpf_core_enum_value(enum sock_flags, SOCK_DONE))
		f->flags |= IW_F_FIN_HEARD;
	if (shutdown & SEND_SHUTDOWN)
		f->flags |= IW_F_CLOSED_HERE;
	/* A child inherits its listener's backlog; a connecting socket has none. */
	if (BPF_CORE_READ(sk, sk_max_ack_backlog))
		f->flags |= IW_F_ACCEPTED;
}

/*
 * The payload that the peer has acknowledged behind a hole, by the blocks that it sent last
 * (tcp_sacktag_write_queue, 4.4 to 7.x). 0 with more blocks than it may have had room for.
 */
static __always_inline u32 sacked_bytes(const struct tcp_sock *tp, const struct iw_fact *f)
{
	struct tcp_sack_block blocks[SACK_BLOCKS];
	u32 n = 0, sum = 0;

	if (!f->sacked_out || BPF_CORE_READ_INTO(&blocks, tp, recv_sack_cache))
		return 0;
	for (u32 i = 0; i < SACK_BLOCKS; i++) {
		u32 start = blocks[i].start_seq - f->snd_una, end = blocks[i].end_seq - f->snd_una;

		if (start >= end || end > f->snd_nxt - f->snd_una)
			continue;
		sum += end - start;
		n++;
	}
	return n < SACK_BLOCKS_SURE ? sum : 0;
}

static __always_inline void fill_sizes(struct iw_fact *f, const struct sock *sk)
{
	const struct tcp_sock *tp = (const void *)sk;

	f->mss = BPF_CORE_READ(tp, mss_cache);
	f->pmtu = BPF_CORE_READ(tp, inet_conn.icsk_pmtu_cookie);
	f->bytes_acked = BPF_CORE_READ(tp, bytes_acked);
	f->delivered = BPF_CORE_READ(tp, delivered);
	f->sacked_out = BPF_CORE_READ(tp, sacked_out);
	f->sacked_bytes = sacked_bytes(tp, f);
}

static __always_inline void fill_counts(struct iw_fact *f, const struct sock *sk)
{
	const struct tcp_sock *tp = (const void *)sk;
	u64 flight_us = BPF_CORE_READ(tp, first_tx_mstamp);

	f->data_heard_ago_ns = jiffies_ago_ns(BPF_CORE_READ(tp, inet_conn.icsk_ack.lrcvtime));
	f->data_sent_ago_ns = jiffies_ago_ns(BPF_CORE_READ(tp, lsndtime));
	f->flight_ago_ns = flight_us ? f->mono_ns - flight_us * NSEC_PER_USEC : 0;
	f->snd_una = BPF_CORE_READ(tp, snd_una);
	f->snd_nxt = BPF_CORE_READ(tp, snd_nxt);
	f->write_seq = BPF_CORE_READ(tp, write_seq);
	f->rcv_nxt = BPF_CORE_READ(tp, rcv_nxt);
	f->snd_wnd = BPF_CORE_READ(tp, snd_wnd);
	f->packets_out = BPF_CORE_READ(tp, packets_out);
	f->segs_in = BPF_CORE_READ(tp, segs_in);
	f->data_segs_out = BPF_CORE_READ(tp, data_segs_out);
	f->total_retrans = BPF_CORE_READ(tp, total_retrans);
	/* The kernel keeps it without its random offset. */
	if (BPF_CORE_READ(tp, rx_opt.rcv_tsecr))
		f->ts_echo = BPF_CORE_READ(tp, rx_opt.rcv_tsecr) + BPF_CORE_READ(tp, tsoffset);
	f->srtt_us = BPF_CORE_READ(tp, srtt_us) >> 3; /* kept times eight */
	f->rttvar_us = BPF_CORE_READ(tp, rttvar_us);
	f->probes_out = BPF_CORE_READ(tp, inet_conn.icsk_probes_out);
	f->retransmits = BPF_CORE_READ(tp, inet_conn.icsk_retransmits);
	f->backoff = BPF_CORE_READ(tp, inet_conn.icsk_backoff);
}

/*
 * Files lead to a subflow's MPTCP socket only, which it shares its struct socket with
 * (mptcp_sock_graft, 5.12 to 7.x). Subflows are the kernel's own, too.
 */
static __always_inline enum iw_holder holder_of(const struct sock *sk, const struct iw_fact *f)
{
	const struct socket *sock = BPF_CORE_READ(sk, sk_socket);

	if (f->flags & IW_F_ORPHAN)
		return IW_HOLDER_NOBODY;
	if (!sock)
		return IW_HOLDER_LISTENER;
	if (BPF_CORE_READ(sock, sk) != sk)
		return IW_HOLDER_MPTCP;
	return BPF_CORE_READ_BITFIELD_PROBED(sk, sk_kern_sock) ? IW_HOLDER_KERNEL
							       : IW_HOLDER_PROGRAM;
}

/* The socket that a fact is about: in memory, its address is a number to the verifier. */
struct fact_source {
	const struct sock *sk;
};

/*
 * What the socket itself tells. A function of its own, which the verifier goes through once
 * for a program and not once for each way that leads to a fact. Not static: only such ones
 * are verified by themselves (5.6).
 */
__noinline int fact__fill_socket(struct iw_fact *f, const struct fact_source *from)
{
	const struct sock *sk;
	const struct net *net;

	if (!f || !from)
		return 0;
	sk = from->sk;
	net = BPF_CORE_READ(sk, __sk_common.skc_net.net);
	f->netns = BPF_CORE_READ(net, ns.inum);
	f->netns_cookie = compat__net_cookie(net);
	f->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	f->uid = BPF_CORE_READ(sk, sk_uid.val);
	f->sk_err = BPF_CORE_READ(sk, sk_err);
	f->sk_err_soft = BPF_CORE_READ(sk, sk_err_soft);
	fill_addresses(f, sk);
	fill_timeouts(f, sk);
	fill_flags(f, sk);
	f->holder = holder_of(sk, f);
	fill_counts(f, sk);
	fill_sizes(f, sk);
	return 0;
}

/* Fills a fact from nothing. The cookie and record are the caller's to find. */
static __always_inline void fact__fill(struct iw_fact *f, enum iw_fact_type type,
				       const struct sock *sk, u64 cookie, const struct record *rec)
{
	const struct fact_source from = { .sk = sk };

	__builtin_memset(f, 0, sizeof(*f));
	f->type = type;
	f->ts_ns = bpf_ktime_get_boot_ns();
	f->mono_ns = bpf_ktime_get_ns();
	f->cookie = cookie;
	f->heard_ago_ns = heard_ago_ns(sk, rec);
	f->survived_ns = rec->survived_ns;
	f->usual_ttl = rec->usual_ttl;
	f->answered = rec->answered;
	fact__fill_socket(f, &from);
}

/*
 * Starts a fact in the ring. NULL when the connection has no identity or the ring
 * is full, which is counted. What is returned must be given to bpf_ringbuf_submit().
 */
static __always_inline struct iw_fact *fact__begin(enum iw_fact_type type, const struct sock *sk,
						   u64 cookie, const struct record *rec)
{
	struct iw_fact *f;

	if (!cookie) {
		count(IW_CNT_NO_COOKIE);
		return 0;
	}
	f = bpf_ringbuf_reserve(&facts, sizeof(*f), 0);
	if (!f) {
		count(IW_CNT_RING_FULL);
		return 0;
	}
	fact__fill(f, type, sk, cookie, rec);
	return f;
}

/* For sockets given as checked pointers. */
static __always_inline struct iw_fact *fact__begin_checked(enum iw_fact_type type, struct sock *sk)
{
	struct record none = {};
	struct record *rec = bpf_sk_storage_get(&records, sk, 0, 0);

	return fact__begin(type, sk, bpf_get_socket_cookie(sk), rec ?: &none);
}

#endif /* EMIT_BPF_H */
