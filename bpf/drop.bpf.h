/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This very kernel dropped a packet of a connection that is in trouble. In the
 * socket's own namespace that is this host's doing; in another one (a container's
 * bridge, a namespace used as a router) it is the path's, seen from here.
 *
 * Where it happened is said by the packet's device. Its socket does not tell: a packet
 * keeps it across a veth, up to ip_rcv() on the other side (9c4c325252c5, 4.19).
 */
#ifndef DROP_BPF_H
#define DROP_BPF_H

#define PACKET_OTHERHOST 3 /* linux/if_packet.h: for another machine */
#define PACKET_OUTGOING 4 /* a copy of what was sent, for packet sockets */

/* A packet that is no more. */
struct dropped {
	const struct sock *sk; /* the TCP socket that it still belongs to; NULL: none */
	u64 cookie; /* of that socket; 0: none */
	u64 net; /* where it happened, as compat__net_id(), 0 unknown */
	struct iw_flow flow; /* from its sender to its receiver; all zero: could not be read */
	u32 netns; /* the namespace's inode, 0 unknown */
	u32 reason;
	bool is_clone; /* it belongs to no socket, and passes through a bridge's port */
	bool input; /* it came from its socket's peer */
	bool news;
	u8 pad; /* all of it is written before another function may read it (up to 6.2) */
};
_Static_assert(sizeof(struct dropped) == 72, "dropped has padding");

/* A bridge's or the like: frames that pass through it are addressed to other machines. */
static __always_inline bool is_on_port(const struct sk_buff *skb)
{
	const struct net_device *dev = BPF_CORE_READ(skb, dev);

	return dev && BPF_CORE_READ(dev, rx_handler);
}

/*
 * Copies that are thrown away say nothing of the packet itself: what a bridge has flooded
 * to machines that it is not for, and what packet sockets (tcpdump) had no room for.
 */
static __always_inline bool is_copy(const struct sk_buff *skb, u32 reason)
{
	u8 type = BPF_CORE_READ_BITFIELD_PROBED(skb, pkt_type);

	return type == PACKET_OUTGOING || (type == PACKET_OTHERHOST && !is_on_port(skb)) ||
	       compat__drop_reason_is(reason, SKB_DROP_REASON_OTHERHOST) ||
	       compat__is_packet_socket_drop(reason);
}

/*
 * Where it happened. A packet without a device is on its way from its socket to its route,
 * or TCP has it already, which takes the device away.
 */
static __always_inline void note_place(struct dropped *d, const struct sk_buff *skb,
				       const struct sock *sk)
{
	const struct net_device *dev = BPF_CORE_READ(skb, dev);
	const struct net *net = 0;

	if (dev)
		net = BPF_CORE_READ(dev, nd_net.net);
	else if (sk)
		net = BPF_CORE_READ(sk, __sk_common.skc_net.net);
	if (!net)
		return;
	d->net = compat__net_id(net);
	d->netns = BPF_CORE_READ(net, ns.inum);
}

/* Whether it is a TCP socket that has, or had, a connection. */
static __always_inline bool is_connection(const struct sock *sk)
{
	u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);

	return (family == AF_INET || family == AF_INET6) && state != IW_TCP_TIME_WAIT &&
	       state != IW_TCP_NEW_SYN_RECV && state != IW_TCP_LISTEN &&
	       BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP;
}

/*
 * The packet still belongs to this socket: it is one from the peer, by its header, that
 * early demultiplexing has already given to it; else, whatever NAT has made of the header,
 * one of ours on its way out.
 *
 * Before 6.17 a retransmission that fails here is not shown by any tracepoint, so
 * such a drop is news in itself.
 */
static __always_inline void note_socket(struct dropped *d, const struct sock *sk)
{
	const struct tcp_sock *tp = (const void *)sk;
	struct iw_flow from_peer;

	d->sk = sk;
	d->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	flow__from_peer(&from_peer, sk);
	d->input = flow__is(&from_peer, &d->flow);
	if (d->input || d->net != compat__net_id(BPF_CORE_READ(sk, __sk_common.skc_net.net)))
		return;
	attempt__note_drop(sk, d->reason);
	d->news = BPF_CORE_READ(tp, inet_conn.icsk_retransmits) && filter__wants(sk);
}

/* A global function: the verifier goes through it once, whatever came before. */
__noinline int drop_of_socket(const struct dropped *d)
{
	struct record rec = {};
	struct iw_fact *f;

	if (!d || !d->cookie || (!d->news && !is_tracked(d->cookie)))
		return 0;
	record__by_cookie(d->cookie, &rec);
	f = fact__begin(IW_FACT_DROP, d->sk, d->cookie, &rec);
	if (!f)
		return 0;
	f->drop_reason = d->reason;
	f->drop_netns = d->netns;
	if (d->input)
		f->flags |= IW_F_DROP_INPUT;
	if (d->news) {
		f->flags |= IW_F_NEWS;
		track(f);
	}
	bpf_ringbuf_submit(f, 0);
	return 0;
}

static __always_inline void tell_flow_drop(const struct iw_flow_owner *owner,
					   const struct dropped *d, u8 flags)
{
	struct iw_fact *f = bpf_ringbuf_reserve(&facts, sizeof(*f), 0);

	if (!f) {
		count(IW_CNT_RING_FULL);
		return;
	}
	__builtin_memset(f, 0, sizeof(*f));
	f->type = IW_FACT_DROP;
	f->ts_ns = bpf_ktime_get_boot_ns();
	f->mono_ns = bpf_ktime_get_ns();
	f->cookie = owner->cookie;
	f->netns = owner->netns;
	f->drop_netns = d->netns ?: owner->netns;
	f->drop_reason = d->reason;
	f->flags = flags;
	bpf_ringbuf_submit(f, 0);
}

/*
 * The connections being followed whose packet it is besides: both ends of one may be
 * sockets of this machine, and a packet may belong to neither any more. Whose packet it is
 * at the end where it belongs to a socket is known.
 */
__noinline int drop_of_flow(const struct dropped *d)
{
	struct iw_flow from_us = {};
	const struct iw_flow_owner *owner;

	if (!d)
		return 0;
	if (!d->sk || !d->input) {
		owner = flow__owner(&d->flow, d->net);
		if (owner)
			tell_flow_drop(owner, d, IW_F_DROP_INPUT);
	}
	/* Without a place, TCP of the receiver has it: far from where it was sent. */
	if (!d->net || (d->sk && !d->input))
		return 0;
	flow__reverse(&from_us, &d->flow);
	owner = flow__owner(&from_us, d->net);
	/* Where it was sent, a packet has its socket still; a copy that a bridge made has none. */
	if (owner && !(d->is_clone && owner->net == d->net))
		tell_flow_drop(owner, d, 0);
	return 0;
}

static __always_inline int drop(const struct sk_buff *skb, u32 reason)
{
	const struct sock *sk = BPF_CORE_READ(skb, sk);
	bool with_socket = sk && is_connection(sk);
	struct dropped d = { .reason = reason };

	if ((!with_socket && !n_tracked) || is_copy(skb, reason))
		return 0;
	note_place(&d, skb, sk);
	d.is_clone = !sk && is_on_port(skb);
	if (!flow__read(&d.flow, skb))
		__builtin_memset(&d.flow, 0, sizeof(d.flow));
	if (with_socket)
		note_socket(&d, sk);
	if (with_socket)
		drop_of_socket(&d);
	if (n_tracked)
		drop_of_flow(&d);
	return 0;
}

#endif /* DROP_BPF_H */
