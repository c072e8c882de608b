/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This very kernel dropped a packet of a connection that is in trouble. In the
 * socket's own namespace that is this host's doing; in another one (a container's
 * bridge, a namespace used as a router) it is the path's, seen from here.
 */
#ifndef DROP_BPF_H
#define DROP_BPF_H

static __always_inline u32 packet_netns(const struct sk_buff *skb)
{
	const struct net_device *dev = BPF_CORE_READ(skb, dev);

	return dev ? BPF_CORE_READ(dev, nd_net.net, ns.inum) : 0;
}

/*
 * The packet still belongs to its socket: one of ours on its way out, or one from
 * the peer that early demultiplexing had already given to its socket. Only a
 * packet that came in through an interface has skb_iif.
 *
 * Before 6.17 a retransmission that fails here is not shown by any tracepoint, so
 * such a drop is news in itself.
 */
static __always_inline int drop_of_socket(const struct sk_buff *skb, const struct sock *sk,
					  u32 reason)
{
	const struct tcp_sock *tp = (const void *)sk;
	u64 cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	bool input = BPF_CORE_READ(skb, skb_iif) != 0;
	bool news = !input && BPF_CORE_READ(tp, inet_conn.icsk_retransmits) && filter__wants(sk);
	struct record rec = {};
	struct iw_fact *f;

	if (!cookie || (!news && !is_tracked(cookie)))
		return 0;
	record__by_cookie(cookie, &rec);
	f = fact__begin(IW_FACT_DROP, sk, cookie, &rec);
	if (!f)
		return 0;
	f->drop_reason = reason;
	f->drop_netns = f->netns;
	if (input)
		f->flags |= IW_F_DROP_INPUT;
	if (news) {
		f->flags |= IW_F_NEWS;
		track(f);
	}
	bpf_ringbuf_submit(f, 0);
	return 0;
}

static __always_inline int tell_flow_drop(const struct flow_owner *owner, u32 netns, u32 reason,
					  u8 flags)
{
	struct iw_fact *f = bpf_ringbuf_reserve(&facts, sizeof(*f), 0);

	if (!f) {
		count(IW_CNT_RING_FULL);
		return 0;
	}
	__builtin_memset(f, 0, sizeof(*f));
	f->type = IW_FACT_DROP;
	f->ts_ns = bpf_ktime_get_boot_ns();
	f->mono_ns = bpf_ktime_get_ns();
	f->cookie = owner->cookie;
	f->netns = owner->netns;
	f->drop_netns = netns ?: owner->netns;
	f->drop_reason = reason;
	f->flags = flags;
	bpf_ringbuf_submit(f, 0);
	return 0;
}

/* The packet belongs to no socket: is it one of a connection being followed? */
static __always_inline int drop_of_flow(const struct sk_buff *skb, u32 reason)
{
	struct iw_flow from_peer = {}, from_us = {};
	const struct flow_owner *owner;

	if (!flow__read(&from_peer, skb))
		return 0;
	owner = bpf_map_lookup_elem(&flows, &from_peer);
	if (owner)
		return tell_flow_drop(owner, packet_netns(skb), reason, IW_F_DROP_INPUT);
	flow__reverse(&from_us, &from_peer);
	owner = bpf_map_lookup_elem(&flows, &from_us);
	return owner ? tell_flow_drop(owner, packet_netns(skb), reason, 0) : 0;
}

static __always_inline int drop(struct sk_buff *skb, u32 reason)
{
	const struct sock *sk = BPF_CORE_READ(skb, sk);
	u8 state;

	if (!sk)
		return n_tracked ? drop_of_flow(skb, reason) : 0;
	attempt__note_drop(sk, reason);
	state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (state == IW_TCP_TIME_WAIT || state == IW_TCP_NEW_SYN_RECV || state == IW_TCP_LISTEN ||
	    BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	return drop_of_socket(skb, sk, reason);
}

#endif /* DROP_BPF_H */
