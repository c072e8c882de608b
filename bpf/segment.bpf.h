/* SPDX-License-Identifier: GPL-2.0-only */
/* What we read from packets: formats fixed by RFC 791, 7323, 8200 and 9293, not by the kernel. */
#ifndef SEGMENT_BPF_H
#define SEGMENT_BPF_H

#define ETH_P_IPV6 0x86dd

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04

/* NOP NOP timestamp 10: how everybody's stack begins its options once connected. */
#define ALIGNED_TIMESTAMP 0x0101080a
#define WORDS_WITH_TIMESTAMP 8

struct wire_tcp {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack;
	u8 offset; /* header length in words, upper four bits */
	u8 flags;
	__be16 window;
	__be16 check;
	__be16 urgent;
	__be32 option; /* the three only where the offset says so */
	__be32 ts_value;
	__be32 ts_echo;
};

struct wire_ipv4 {
	u8 version_and_length;
	u8 rest[7];
	u8 ttl;
	u8 protocol;
	__be16 check;
	u8 source[4];
	u8 dest[4];
};

struct wire_ipv6 {
	u8 rest[6];
	u8 next_header;
	u8 hop_limit;
	u8 source[16];
	u8 dest[16];
};

struct segment {
	u32 seq;
	u32 ack;
	u32 ts_echo;
	u32 payload_len;
	u16 window; /* not scaled: of interest is only whether it is zero */
	u8 flags;
	u8 ttl;
	bool has_echo;
};

static __always_inline const unsigned char *network_header(const struct sk_buff *skb)
{
	return BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);
}

/*
 * Reads a received segment's headers; the socket layer has them in place.
 * False when memory could not be read, which is counted.
 */
static __always_inline bool segment__read(struct segment *ret, const struct sk_buff *skb)
{
	const unsigned char *tcp = BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, transport_header);
	bool v6 = BPF_CORE_READ(skb, protocol) == bpf_htons(ETH_P_IPV6);
	u32 len = BPF_CORE_READ(skb, len);
	struct wire_tcp th;

	if (bpf_probe_read_kernel(&th, sizeof(th), tcp) ||
	    bpf_probe_read_kernel(&ret->ttl, 1, network_header(skb) + (v6 ? 7 : 8))) {
		count(IW_CNT_READ_FAILED);
		return false;
	}
	ret->seq = bpf_ntohl(th.seq);
	ret->ack = bpf_ntohl(th.ack);
	ret->flags = th.flags;
	ret->window = th.window;
	ret->payload_len = len - (th.offset >> 4) * 4;
	ret->has_echo =
		th.offset >> 4 >= WORDS_WITH_TIMESTAMP && th.option == bpf_htonl(ALIGNED_TIMESTAMP);
	ret->ts_echo = ret->has_echo ? bpf_ntohl(th.ts_echo) : 0;
	return true;
}

static __always_inline bool read_ports(struct iw_flow *ret, const unsigned char *tcp)
{
	__be16 ports[2];

	if (bpf_probe_read_kernel(ports, sizeof(ports), tcp))
		return false;
	ret->source_port = bpf_ntohs(ports[0]);
	ret->dest_port = bpf_ntohs(ports[1]);
	return true;
}

/* Reads who sends a TCP packet to whom; ret must be zeroed. False for any other packet. */
static __always_inline bool flow__read(struct iw_flow *ret, const struct sk_buff *skb)
{
	const unsigned char *ip = network_header(skb);
	struct wire_ipv4 v4;
	struct wire_ipv6 v6;

	if (bpf_probe_read_kernel(&v4, sizeof(v4), ip))
		return false;
	if (v4.version_and_length >> 4 == 4) {
		if (v4.protocol != IPPROTO_TCP)
			return false;
		__builtin_memcpy(ret->source, v4.source, sizeof(v4.source));
		__builtin_memcpy(ret->dest, v4.dest, sizeof(v4.dest));
		return read_ports(ret, ip + (v4.version_and_length & 15) * 4);
	}
	if (v4.version_and_length >> 4 != 6 || bpf_probe_read_kernel(&v6, sizeof(v6), ip) ||
	    v6.next_header != IPPROTO_TCP)
		return false;
	__builtin_memcpy(ret->source, v6.source, sizeof(v6.source));
	__builtin_memcpy(ret->dest, v6.dest, sizeof(v6.dest));
	return read_ports(ret, ip + sizeof(v6));
}

/* What the packets of this socket's peer say. */
static __always_inline void flow__from_peer(struct iw_flow *ret, const struct sock *sk)
{
	__builtin_memset(ret, 0, sizeof(*ret));
	ret->source_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	ret->dest_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6 && !is_v4mapped(sk)) {
		BPF_CORE_READ_INTO((struct in6_addr *)ret->source, sk, __sk_common.skc_v6_daddr);
		BPF_CORE_READ_INTO((struct in6_addr *)ret->dest, sk, __sk_common.skc_v6_rcv_saddr);
	} else {
		BPF_CORE_READ_INTO((__be32 *)ret->source, sk, __sk_common.skc_daddr);
		BPF_CORE_READ_INTO((__be32 *)ret->dest, sk, __sk_common.skc_rcv_saddr);
	}
}

static __always_inline bool flow__is(const struct iw_flow *a, const struct iw_flow *b)
{
	const u32 *x = (const void *)a, *y = (const void *)b;
	u32 differ = 0;

	for (u32 i = 0; i < sizeof(*a) / sizeof(*x); i++)
		differ |= x[i] ^ y[i];
	return !differ;
}

/* The same connection's other direction; ret must be zeroed. */
static __always_inline void flow__reverse(struct iw_flow *ret, const struct iw_flow *flow)
{
	__builtin_memcpy(ret->source, flow->dest, sizeof(ret->source));
	__builtin_memcpy(ret->dest, flow->source, sizeof(ret->dest));
	ret->source_port = flow->dest_port;
	ret->dest_port = flow->source_port;
}

#endif /* SEGMENT_BPF_H */
