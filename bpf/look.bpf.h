/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asked from user space: who holds which socket, and how does it stand now? One
 * walk over all open files of all processes sees the sockets of every network
 * namespace, and gives each the identity that the other hooks know it by. Sockets
 * that no file leads to any more are found by a walk over one namespace's sockets.
 */
#ifndef LOOK_BPF_H
#define LOOK_BPF_H

#define WANTED_MAX 4096
#define SUBFLOWS_MAX 9 /* MPTCP_SUBFLOWS_MAX of net/mptcp, 8 besides the first (5.12 to 7.x) */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, WANTED_MAX);
	__type(key, u64);
	__type(value, u8);
} wanted SEC(".maps");

/* Peers' addresses, keyed as in `peers`: all their connections are wanted too. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, WANTED_MAX);
	__type(key, struct in6_addr);
	__type(value, u8);
} wanted_peers SEC(".maps");

/* A row is too large for the stack. Its socket comes back from here as a mere address. */
struct looked_at {
	struct iw_look_row row;
	const struct sock *sk;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct looked_at);
} looks SEC(".maps");

bool look_at_all; /* all sockets, not just the wanted ones */
__u64 teacher; /* cookie of the socket whose timers are to be learnt from, 0 none */

static __always_inline bool look__wants(const struct sock *sk, u64 cookie)
{
	struct in6_addr peer;

	/* A closed socket is not connected yet, or no more. */
	if (look_at_all)
		return BPF_CORE_READ(sk, __sk_common.skc_state) != IW_TCP_CLOSE &&
		       filter__wants(sk);
	peer_key(&peer, sk);
	return bpf_map_lookup_elem(&wanted, &cookie) || bpf_map_lookup_elem(&wanted_peers, &peer);
}

/* How long until the keepalive timer runs, at least 1; 0: it is not set. */
static __always_inline u64 timer_in_ns(const struct sock *sk)
{
	const struct timer_list *timer = compat__keepalive_timer(sk);
	s64 left;

	if (!BPF_CORE_READ(timer, entry.pprev))
		return 0;
	left = (s64)(BPF_CORE_READ(timer, expires) - bpf_jiffies64());
	return left > 0 ? left * (NSEC_PER_SEC / cfg.hz) : 1;
}

/*
 * When the last packet of any kind left (__tcp_transmit_skb, 4.20 to 7.x). Pacing may
 * have set it a little ahead of now.
 */
static __always_inline u64 sent_ago_ns(const struct tcp_sock *tp, u64 now_ns)
{
	return now_ns - min_u64(BPF_CORE_READ(tp, tcp_wstamp_ns), now_ns);
}

/*
 * The kernel notes when it answered a segment outside the window, to limit how often
 * (tcp_oow_rate_limited, 3.18 to 7.x): that is where a peer's keepalive ends up, which
 * moves no other stamp.
 */
static __always_inline u64 peer_probe_ago_ns(const struct tcp_sock *tp)
{
	u32 stamp = BPF_CORE_READ(tp, last_oow_ack_time);

	return stamp ? jiffies_ago_ns(stamp) + 1 : 0;
}

static __always_inline struct looked_at *looked_at(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&looks, &zero);
}

/*
 * Fills this CPU's row, but for the owner, from its socket, if that is wanted; rec is what is
 * remembered of it. A function of its own for the verifier, which goes through it once, not
 * once for each subflow.
 */
__noinline int look__fill(u64 cookie, const struct record *rec)
{
	struct looked_at *at = looked_at();
	const struct sock *sk = at ? at->sk : 0;
	const struct tcp_sock *tp = (const void *)sk;

	if (!at || !rec || BPF_CORE_READ(sk, __sk_common.skc_state) == IW_TCP_LISTEN ||
	    !look__wants(sk, cookie))
		return false;
	fact__fill(&at->row.fact, IW_FACT_LOOK, sk, cookie, rec);
	at->row.sent_ago_ns = sent_ago_ns(tp, at->row.fact.mono_ns);
	at->row.timer_in_ns = timer_in_ns(sk);
	at->row.peer_probe_ago_ns = peer_probe_ago_ns(tp);
	at->row.data_segs_in = BPF_CORE_READ(tp, data_segs_in);
	return true;
}

static __always_inline int look_at_tcp(struct seq_file *seq, struct tcp_sock *tp,
				       const struct task_struct *task)
{
	struct record none = {};
	struct record *rec = bpf_sk_storage_get(&records, tp, 0, 0);
	u64 cookie = bpf_get_socket_cookie(tp);
	struct looked_at *at = looked_at();

	if (!at)
		return 0;
	at->sk = (const struct sock *)tp;
	if (!look__fill(cookie, rec ?: &none))
		return 0;
	fill_owner(&at->row.owner, cookie, task);
	bpf_seq_write(seq, &at->row, sizeof(at->row));
	return 0;
}

/*
 * An MPTCP connection's subflows are TCP sockets that no file leads to, and their addresses
 * are unchecked. One without a cookie is nobody's until it is asked for as a TCP socket.
 */
static __always_inline int look_at_subflows(struct seq_file *seq, const struct sock *msk,
					    const struct task_struct *task)
{
	const struct list_head *head, *node = compat__first_subflow(msk, &head);
	struct looked_at *at = looked_at();

	if (!at)
		return 0;
	fill_owner(&at->row.owner, 0, task);
	for (u32 i = 0; i < SUBFLOWS_MAX && node && node != head; i++) {
		const struct sock *sk = compat__subflow_sk(node);
		u64 cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
		struct record rec = {};

		at->sk = sk;
		record__by_cookie(cookie, &rec);
		at->row.owner.cookie = cookie;
		if (cookie && look__fill(cookie, &rec))
			bpf_seq_write(seq, &at->row, sizeof(at->row));
		node = BPF_CORE_READ(node, next);
	}
	return 0;
}

static __always_inline int look_at_file(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket *sock;
	struct tcp_sock *tp;
	struct sock *sk;

	if (!task || !file)
		return 0;
	sock = bpf_sock_from_file(file);
	if (!sock)
		return 0;
	sk = sock->sk;
	if (!sk)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (teacher) {
		if (tp && bpf_get_socket_cookie(tp) == teacher)
			learn_timers((struct sock *)tp);
		return 0;
	}
	if (sk->sk_protocol == IPPROTO_MPTCP)
		return look_at_subflows(ctx->meta->seq, sk, task);
	return tp ? look_at_tcp(ctx->meta->seq, tp, task) : 0;
}

/* NULL at the end, and not a full socket in TIME_WAIT or half open: nothing to lose there. */
static __always_inline int look_at_sock(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct tcp_sock *tp = skc ? bpf_skc_to_tcp_sock(skc) : 0;

	return tp ? look_at_tcp(ctx->meta->seq, tp, 0) : 0;
}

#endif /* LOOK_BPF_H */
