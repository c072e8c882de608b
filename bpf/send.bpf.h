/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What we sent to a peer that may not be there: keepalives, zero-window probes,
 * retransmissions, and packets that this kernel itself threw away.
 *
 * All keepalives and zero-window probes go through tcp_write_wakeup() (4.4 to
 * 7.x). fexit sees it with its socket and result. kprobe and timer programs get
 * an unchecked address at the start and must remember it until the end; between
 * the two, on one CPU, nothing else can send a probe, since both run with bottom
 * halves off.
 */
#ifndef SEND_BPF_H
#define SEND_BPF_H

/* A probe under way on this CPU. */
struct attempt {
	const struct sock *sk;
	u32 drop_reason; /* of a packet of this socket that was dropped meanwhile */
	u8 probes_before;
	bool dropped;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct attempt);
} attempts SEC(".maps");

/*
 * True when the kernel will give up at its next look, so that this probe is the
 * last chance to speak before the application learns of it (tcp_keepalive_timer,
 * same rule 4.4 to 7.x).
 */
static __always_inline bool is_last_keepalive(const struct iw_fact *f)
{
	if (f->user_timeout_ms)
		return f->heard_ago_ns / 1000000 + f->keepalive_intvl_ms >= f->user_timeout_ms;
	return f->probes_out >= f->keepalive_probes;
}

/* A peer that has answered so many probes with a closed window is not just busy. */
#define STALLED_BACKOFF 4

/*
 * A healthy idle connection's keepalive is no news: nothing is said before a
 * second one, or before the last. The same for a receiver that is only slow.
 */
static __always_inline bool probe_is_news(const struct iw_fact *f)
{
	if (f->result || f->probes_out >= 2)
		return true;
	return f->probe_kind == IW_PROBE_KEEPALIVE ? is_last_keepalive(f)
						   : f->backoff >= STALLED_BACKOFF;
}

/*
 * One probe went out or was refused. counted: the kernel has added it to its own
 * counts already, which it does after tcp_write_wakeup() returned.
 */
static __always_inline int probe_done(const struct sock *sk, u64 cookie, const struct record *rec,
				      int result, bool counted)
{
	u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);
	struct iw_fact *f;
	bool news;

	if (state == IW_TCP_CLOSE || !filter__wants(sk))
		return 0;
	recent__forget(cookie);
	f = fact__begin(IW_FACT_PROBE_SENT, sk, cookie, rec);
	if (!f)
		return 0;
	f->result = result;
	/* No data in flight and none waiting: then it cannot be a zero-window probe. */
	f->probe_kind = f->snd_una == f->write_seq ? IW_PROBE_KEEPALIVE : IW_PROBE_ZERO_WINDOW;
	if (!counted && result <= 0) {
		f->probes_out++;
		f->backoff += f->probe_kind == IW_PROBE_ZERO_WINDOW;
	}
	news = probe_is_news(f);
	if (!news && !cfg.all_events && !is_tracked(cookie)) {
		bpf_ringbuf_discard(f, 0);
		return 0;
	}
	if (news) {
		f->flags |= IW_F_NEWS;
		track(f);
	}
	bpf_ringbuf_submit(f, 0);
	return 0;
}

static __always_inline int probe_done_checked(struct sock *sk, int result)
{
	struct record none = {};
	struct record *rec = bpf_sk_storage_get(&records, sk, 0, 0);

	return probe_done(sk, bpf_get_socket_cookie(sk), rec ?: &none, result, false);
}

static __always_inline int probe_done_unchecked(const struct sock *sk, int result, bool counted)
{
	u64 cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	struct record rec = {};

	record__by_cookie(cookie, &rec);
	return probe_done(sk, cookie, &rec, result, counted);
}

static __always_inline struct attempt *attempt__get(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&attempts, &zero);
}

static __always_inline int attempt__begin(const struct sock *sk)
{
	const struct tcp_sock *tp = (const void *)sk;
	struct attempt *a = attempt__get();

	if (a) {
		a->sk = sk;
		a->dropped = false;
		a->probes_before = BPF_CORE_READ(tp, inet_conn.icsk_probes_out);
	}
	return 0;
}

/*
 * The same where a kprobe begins and a kretprobe ends it, of which the kernel runs out when
 * too many functions wait for theirs: then nobody saw the end of the last one.
 */
static __always_inline int attempt__begin_kprobe(const struct sock *sk)
{
	const struct attempt *a = attempt__get();

	if (a && a->sk)
		count(IW_CNT_KRETPROBE_MISSED);
	return attempt__begin(sk);
}

/* A packet of the socket that is just probing was dropped on its way out. */
static __always_inline void attempt__note_drop(const struct sock *sk, u32 reason)
{
	struct attempt *a = attempt__get();

	if (a && a->sk == sk) {
		a->dropped = true;
		a->drop_reason = reason;
	}
}

static __always_inline int attempt__end_kretprobe(int result)
{
	struct attempt *a = attempt__get();
	const struct sock *sk;

	if (!a || !a->sk)
		return 0;
	sk = a->sk;
	a->sk = 0;
	return probe_done_unchecked(sk, result, false);
}

/*
 * Addresses of the kernel's tcp_keepalive_timer() and tcp_write_timer(). The symbol table
 * shows them to the mighty only, so they are learnt from a socket of idlewatch's own:
 * every TCP socket has them in its timers from the beginning (tcp_init_sock).
 */
__u64 keepalive_function, write_function;

static __always_inline void learn_timers(const struct sock *sk)
{
	keepalive_function = (u64)BPF_CORE_READ(compat__keepalive_timer(sk), function);
	write_function = (u64)BPF_CORE_READ(compat__write_timer(sk), function);
}

static __always_inline int attempt__begin_timer(const struct timer_list *timer)
{
	u64 function = (u64)timer->function;

	if (function == keepalive_function)
		return attempt__begin(compat__keepalive_timer_sk(timer));
	if (function == write_function)
		return attempt__begin(compat__write_timer_sk(timer));
	return 0;
}

/*
 * What tcp_write_wakeup() returned is not to be seen from a timer's end, but it
 * refuses for two reasons only, and both drop the packet on the way.
 */
static __always_inline int refusal(const struct attempt *a)
{
	if (!a->dropped)
		return 0;
	if (compat__drop_reason_is(a->drop_reason, SKB_DROP_REASON_NETFILTER_DROP))
		return -EPERM;
	if (compat__drop_reason_is(a->drop_reason, SKB_DROP_REASON_IP_OUTNOROUTES))
		return -EHOSTUNREACH;
	return -EIO;
}

/* The timer is one of ours when a probe is under way; it sent one if the count grew. */
static __always_inline int attempt__end_timer(const struct timer_list *timer)
{
	struct attempt *a = attempt__get();
	const struct tcp_sock *tp;

	if (!a || !a->sk)
		return 0;
	tp = (const void *)a->sk;
	a->sk = 0;
	if (BPF_CORE_READ(tp, inet_conn.icsk_probes_out) <= a->probes_before)
		return 0;
	return probe_done_unchecked((const void *)tp, refusal(a), true);
}

/*
 * So many time-outs in a row of the same segment are news although the peer is heard: a
 * path may take small packets and swallow long ones.
 */
#define STUBBORN_RETRANSMITS 4

/*
 * Sent again because a timer ran out (icsk_retransmits counts those in a row;
 * tail-loss probes and fast retransmissions leave it at 0) and nothing at all was
 * heard for a round trip: a lossy but living connection hears duplicates.
 *
 * With data in flight and the peer's window shrunk to nothing, retransmissions stand in for
 * zero-window probes and are not counted (tcp_retransmit_timer(), 4.4 to 7.x).
 */
static __always_inline int retransmit(struct sock *sk, const struct sk_buff *skb, int result)
{
	const struct tcp_sock *tp = (const void *)sk;
	u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);
	struct iw_fact *f;

	if ((!BPF_CORE_READ(tp, inet_conn.icsk_retransmits) && BPF_CORE_READ(tp, snd_wnd)) ||
	    state == IW_TCP_SYN_SENT || state == IW_TCP_SYN_RECV || !filter__wants(sk))
		return 0;
	recent__forget(bpf_get_socket_cookie(sk));
	f = fact__begin_checked(IW_FACT_RETRANSMIT, sk);
	if (!f)
		return 0;
	if ((f->heard_ago_ns < (f->srtt_us + f->rttvar_us) * NSEC_PER_USEC &&
	     f->retransmits < STUBBORN_RETRANSMITS) ||
	    (!f->retransmits && f->flags & IW_F_ORPHAN)) {
		bpf_ringbuf_discard(f, 0);
		return 0;
	}
	f->result = result;
	f->segment_len = BPF_CORE_READ(skb, len);
	f->flags |= IW_F_NEWS;
	track(f);
	bpf_ringbuf_submit(f, 0);
	return 0;
}

#endif /* SEND_BPF_H */
