/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets of connections in trouble, seen where they pass an interface (-i). A
 * packet is only looked at: what comes after us, and the packet, are as if we were
 * not there.
 *
 * Headers are read relative to the network header, which the stack has set at both
 * hooks. So it is all the same whether an Ethernet header, one with a VLAN tag, or
 * none at all (tun, wireguard) comes before.
 */
#ifndef TAP_BPF_H
#define TAP_BPF_H

#define TC_ACT_UNSPEC (-1) /* TCX_NEXT too: go on with what comes next */
#define BPF_HDR_START_NET 1

struct tapped {
	struct iw_flow flow; /* from its sender to its receiver */
	u32 seq;
	u8 ttl;
	u8 tcp_flags;
};

static __always_inline bool tap__load(struct __sk_buff *skb, u32 at, void *to, u32 len)
{
	return !bpf_skb_load_bytes_relative(skb, at, to, len, BPF_HDR_START_NET);
}

static __always_inline bool tap__read_tcp(struct tapped *ret, struct __sk_buff *skb, u32 at)
{
	struct {
		__be16 source, dest;
		__be32 seq, ack;
		u8 offset, flags;
	} th;

	if (!tap__load(skb, at, &th, sizeof(th)))
		return false;
	ret->flow.source_port = bpf_ntohs(th.source);
	ret->flow.dest_port = bpf_ntohs(th.dest);
	ret->seq = bpf_ntohl(th.seq);
	ret->tcp_flags = th.flags;
	return true;
}

/*
 * ret must be zeroed. False for what is not TCP, and for all but the first of fragments.
 * The version in the first byte is asked, not skb->protocol, which may be that of a VLAN
 * tag. What only looks like IP belongs to no connection that we know.
 */
static __always_inline bool tap__read(struct tapped *ret, struct __sk_buff *skb)
{
	struct wire_ipv4 v4;
	struct wire_ipv6 v6;

	if (!tap__load(skb, 0, &v4, sizeof(v4)))
		return false;
	if (v4.version_and_length >> 4 == 4) {
		if (v4.protocol != IPPROTO_TCP || v4.rest[5] & 0x1f || v4.rest[6])
			return false;
		__builtin_memcpy(ret->flow.source, v4.source, sizeof(v4.source));
		__builtin_memcpy(ret->flow.dest, v4.dest, sizeof(v4.dest));
		ret->ttl = v4.ttl;
		return tap__read_tcp(ret, skb, (v4.version_and_length & 15) * 4);
	}
	if (v4.version_and_length >> 4 != 6 || !tap__load(skb, 0, &v6, sizeof(v6)) ||
	    v6.next_header != IPPROTO_TCP)
		return false;
	__builtin_memcpy(ret->flow.source, v6.source, sizeof(v6.source));
	__builtin_memcpy(ret->flow.dest, v6.dest, sizeof(v6.dest));
	ret->ttl = v6.hop_limit;
	return tap__read_tcp(ret, skb, sizeof(v6));
}

static __always_inline void tap__tell(struct iw_flow_owner *owner, const struct tapped *seen,
				      u32 ifindex, enum iw_fact_type type)
{
	struct iw_fact *f;

	if (!owner->wire_left)
		return;
	owner->wire_left--;
	f = bpf_ringbuf_reserve(&facts, sizeof(*f), 0);
	if (!f) {
		count(IW_CNT_RING_FULL);
		return;
	}
	__builtin_memset(f, 0, sizeof(*f));
	f->type = type;
	f->ts_ns = bpf_ktime_get_boot_ns();
	f->mono_ns = bpf_ktime_get_ns();
	f->cookie = owner->cookie;
	f->netns = owner->netns;
	f->drop_netns = cfg.tap_netns;
	f->ifindex = ifindex;
	f->snd_nxt = seen->seq;
	f->ttl = seen->ttl;
	f->tcp_flags = seen->tcp_flags;
	bpf_ringbuf_submit(f, 0);
}

/*
 * Both ends of a connection may be sockets of this machine. Where a packet passes the
 * socket's own namespace it counts on the side that faces the network: ours as they
 * leave, the peer's as they arrive. In another one, such as the host's for a
 * container, either side will do.
 */
static __noinline int tap_slowly(struct __sk_buff *skb, bool ingress)
{
	struct iw_flow_owner *owner;
	struct tapped seen = {};
	struct iw_flow reverse = {};

	if (ingress && skb->pkt_type == PACKET_OTHERHOST)
		return 0;
	if (!tap__read(&seen, skb))
		return 0;
	owner = flow__owner(&seen.flow, cfg.tap_net);
	if (owner && (ingress || owner->net != cfg.tap_net))
		tap__tell(owner, &seen, skb->ifindex, IW_FACT_WIRE_IN);
	flow__reverse(&reverse, &seen.flow);
	owner = flow__owner(&reverse, cfg.tap_net);
	if (owner && (!ingress || owner->net != cfg.tap_net))
		tap__tell(owner, &seen, skb->ifindex, IW_FACT_WIRE_OUT);
	return 0;
}

/* One load and a compare when no connection is in trouble. */
static __always_inline int tap(struct __sk_buff *skb, bool ingress)
{
	if (n_tracked)
		tap_slowly(skb, ingress);
	return TC_ACT_UNSPEC;
}

#endif /* TAP_BPF_H */
