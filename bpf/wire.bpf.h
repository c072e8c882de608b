/* SPDX-License-Identifier: GPL-2.0-only */
/* What we read from packets: formats fixed by RFC 791, 8200 and 9293, not by the kernel. */
#ifndef WIRE_BPF_H
#define WIRE_BPF_H

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04

struct wire_tcp {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack;
	u8 offset; /* header length in words, upper four bits */
	u8 flags;
};

struct segment {
	u32 seq;
	u32 payload_len;
	u8 flags;
	u8 ttl;
};

/*
 * Reads a received segment's headers; the socket layer has them in place.
 * False when memory could not be read, which is counted.
 */
static __always_inline bool segment__read(struct segment *ret, const struct sk_buff *skb)
{
	const unsigned char *head = BPF_CORE_READ(skb, head);
	const unsigned char *ip = head + BPF_CORE_READ(skb, network_header);
	const unsigned char *tcp = head + BPF_CORE_READ(skb, transport_header);
	bool v6 = BPF_CORE_READ(skb, protocol) == bpf_htons(0x86dd);
	struct wire_tcp th;
	u32 len = BPF_CORE_READ(skb, len);

	if (bpf_probe_read_kernel(&th, sizeof(th), tcp) ||
	    bpf_probe_read_kernel(&ret->ttl, 1, ip + (v6 ? 7 : 8))) {
		count(IW_CNT_READ_FAILED);
		return false;
	}
	ret->seq = bpf_ntohl(th.seq);
	ret->flags = th.flags;
	ret->payload_len = len - (th.offset >> 4) * 4;
	return true;
}

/*
 * A keepalive repeats the byte before the window (RFC 9293, 3.8.4), empty or
 * with one byte of garbage.
 */
static __always_inline bool segment__is_peer_probe(const struct segment *seg, u32 rcv_nxt)
{
	return seg->seq == rcv_nxt - 1 && seg->payload_len <= 1 &&
	       !(seg->flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

#endif /* WIRE_BPF_H */
