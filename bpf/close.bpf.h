/* SPDX-License-Identifier: GPL-2.0-only */
/* How a connection ended. Of interest only where something was wrong before. */
#ifndef CLOSE_BPF_H
#define CLOSE_BPF_H

#define CLOSERS_MAX 16384
#define PF_KTHREAD 0x00200000 /* include/linux/sched.h, the same 2.6.27 to 7.x */

static __always_inline int tell_if_tracked(enum iw_fact_type type, struct sock *sk)
{
	struct iw_fact *f;

	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP || !is_tracked(bpf_get_socket_cookie(sk)))
		return 0;
	f = fact__begin_checked(type, sk);
	if (f)
		bpf_ringbuf_submit(f, 0);
	return 0;
}

/*
 * A reset after a gap is news, be it the answer to the first packet or out of the blue,
 * unless either end has closed its side: then it is how connections end. Its TTL was read
 * when the segment arrived, just now on this CPU.
 */
static __always_inline int reset_in(struct sock *sk)
{
	struct record *rec = bpf_sk_storage_get(&records, sk, 0, 0);
	u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);
	struct scratch *seen = scratch__get();
	struct iw_fact *f;

	if (state == IW_TCP_SYN_SENT || state == IW_TCP_SYN_RECV) /* refused, never connected */
		return 0;
	if (seen)
		seen->reset_ends_sk = sk;
	f = fact__begin_checked(IW_FACT_RST_IN, sk);
	if (!f)
		return 0;
	if (state == IW_TCP_ESTABLISHED && f->heard_ago_ns >= idle_ns() && filter__wants(sk)) {
		f->flags |= IW_F_NEWS;
		track(f);
	}
	if (!is_tracked(f->cookie)) {
		bpf_ringbuf_discard(f, 0);
		return 0;
	}
	fill_usual_ttl(f, sk, rec);
	if (seen && seen->reset_sk == sk)
		f->ttl = seen->reset_ttl;
	bpf_ringbuf_submit(f, 0);
	return 0;
}

/* The errors that tell of a path or peer lost, not of a peer that said no. */
static __always_inline bool is_lost_error(int err, int soft)
{
	return err == ETIMEDOUT || err == EHOSTUNREACH || err == ENETUNREACH ||
	       (err && err == soft); /* tcp_write_err() hands on what ICMP left behind */
}

/* Whether a reset that came just now, on this CPU, is why the connection ends; asked once. */
static __always_inline bool ended_by_reset(const struct sock *sk)
{
	struct scratch *seen = scratch__get();

	if (!seen || seen->reset_ends_sk != sk)
		return false;
	seen->reset_ends_sk = 0;
	return true;
}

/*
 * Whether the kernel ends a connection because nothing was answered, though there is no
 * error to be seen: sk_err is set before the state changes, and a program that asks for it
 * (SO_ERROR) takes it without the lock. Closing, aborting, destroying and disconnecting all
 * own the socket; an orphan has nobody to take its error; a FIN's acknowledgement leaves
 * nothing unanswered. A retransmission timer that found the socket owned, and was put off,
 * is not told from those where the owner runs it (from 6.7).
 */
static __always_inline bool gave_up_unseen(const struct sock *sk)
{
	const struct tcp_sock *tp = (const void *)sk;
	unsigned long flags = BPF_CORE_READ(sk, __sk_common.skc_flags);

	return !BPF_CORE_READ(sk, sk_lock.owned) &&
	       !(flags & 1UL << bpf_core_enum_value(enum sock_flags, SOCK_DEAD)) &&
	       (BPF_CORE_READ(tp, inet_conn.icsk_probes_out) ||
		BPF_CORE_READ(tp, inet_conn.icsk_retransmits));
}

/*
 * A program that closes a connection, or ends, while the path is dead leaves a socket
 * that no open file leads to; one that is told of a reset may have closed before anybody
 * asks. Close and shutdown run in the process that does them, so here, and only here, the
 * current task is the owner. An entry without a PID is of a connection that ended while it
 * was held: the socket then goes away in the close() of its owner, and in no other way
 * (tcp_done() leaves a socket that is not SOCK_DEAD alone, 4.4 to 7.x).
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CLOSERS_MAX);
	__type(key, u64);
	__type(value, struct iw_owner);
} closers SEC(".maps");

static __always_inline bool is_closed_here(int old_state, int new_state)
{
	return ((old_state == IW_TCP_ESTABLISHED || old_state == IW_TCP_SYN_RECV) &&
		new_state == IW_TCP_FIN_WAIT1) ||
	       (old_state == IW_TCP_CLOSE_WAIT && new_state == IW_TCP_LAST_ACK);
}

static __always_inline void add_closer(u64 cookie, const struct iw_owner *owner)
{
	bool is_new = !bpf_map_lookup_elem(&closers, &cookie);

	if (bpf_map_update_elem(&closers, &cookie, owner, BPF_ANY))
		count(IW_CNT_CLOSER_FAILED);
	else if (is_new)
		count(IW_CNT_CLOSER_ADDED);
}

static __always_inline void note_closer(struct sock *sk)
{
	const struct task_struct *task = bpf_get_current_task_btf();
	u64 cookie = bpf_get_socket_cookie(sk);
	struct iw_owner owner;

	if (BPF_CORE_READ(task, flags) & PF_KTHREAD || !filter__wants(sk))
		return;
	fill_owner(&owner, cookie, task);
	/* Our own walk held the file when its owner closed it: who that was is not seen. */
	if (owner.pid == cfg.pid)
		return;
	add_closer(cookie, &owner);
}

/* It has ended, and a process holds it still. */
static __always_inline void await_closer(struct sock *sk, u64 cookie)
{
	unsigned long flags = BPF_CORE_READ(sk, __sk_common.skc_flags);
	struct iw_owner nobody = { .cookie = cookie };

	if (!(flags & 1UL << bpf_core_enum_value(enum sock_flags, SOCK_DEAD)))
		add_closer(cookie, &nobody);
}

static __always_inline bool is_awaited(u64 cookie)
{
	const struct iw_owner *owner = bpf_map_lookup_elem(&closers, &cookie);

	return owner && !owner->pid;
}

/* The same segment was seen arriving, just now on this CPU, if it came after a gap. */
#define SAME_SEGMENT_NS (NSEC_PER_SEC / 1000)

static __always_inline void note_peers_fin(struct sock *sk)
{
	const struct scratch *seen = scratch__get();

	if (seen && seen->gap_sk == sk && bpf_ktime_get_ns() - seen->gap_at_ns < SAME_SEGMENT_NS)
		note_idle_end(sk, seen->gap_ns);
}

/*
 * A cookie is made when it is first asked for. Asking at the start of every
 * connection gives those an identity that are later seen only by their address
 * (kprobe, timer).
 */
static __always_inline int set_state(struct sock *sk, int old_state, int new_state)
{
	/* Read once: it may be gone the next moment. */
	int err = BPF_CORE_READ(sk, sk_err);
	bool ends, taken, news;
	struct iw_fact *f;

	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	if (new_state == IW_TCP_ESTABLISHED) {
		bpf_get_socket_cookie(sk);
		if (filter__wants(sk))
			count(IW_CNT_ESTABLISHED);
		return 0;
	}
	if (is_closed_here(old_state, new_state))
		note_closer(sk);
	if (old_state == IW_TCP_ESTABLISHED && new_state == IW_TCP_CLOSE_WAIT)
		note_peers_fin(sk);
	ends = new_state == IW_TCP_CLOSE && old_state != IW_TCP_SYN_SENT &&
	       old_state != IW_TCP_SYN_RECV;
	taken = ends && !ended_by_reset(sk) && !err && gave_up_unseen(sk);
	news = ends && (taken || is_lost_error(err, BPF_CORE_READ(sk, sk_err_soft))) &&
	       filter__wants(sk);
	if (!news && !is_tracked(bpf_get_socket_cookie(sk)))
		return 0;
	if (new_state == IW_TCP_CLOSE)
		await_closer(sk, bpf_get_socket_cookie(sk));
	f = fact__begin_checked(IW_FACT_STATE, sk);
	if (!f)
		return 0;
	if (news)
		f->flags |= IW_F_NEWS;
	f->old_state = old_state;
	f->state = new_state;
	f->sk_err = err;
	f->error_taken = taken;
	bpf_ringbuf_submit(f, 0);
	return 0;
}

static __always_inline int destroy(struct sock *sk)
{
	u64 cookie = bpf_get_socket_cookie(sk);

	record__forget(cookie);
	/* Also where the end was the first news. */
	if (is_awaited(cookie))
		note_closer(sk);
	if (!is_tracked(cookie))
		return 0;
	tell_if_tracked(IW_FACT_DESTROY, sk);
	untrack(cookie);
	return 0;
}

#endif /* CLOSE_BPF_H */
