/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * -4, -6, -L and -D. Asked only when there is something to report, never for
 * every packet.
 */
#ifndef FILTER_BPF_H
#define FILTER_BPF_H

#define PORT_WORDS (65536 / 64)

struct port_set {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PORT_WORDS);
	__type(key, u32);
	__type(value, u64);
};

struct port_set local_ports SEC(".maps");
struct port_set peer_ports SEC(".maps");

static __always_inline bool filter__port(void *set, u16 port)
{
	u32 word = port / 64;
	u64 *bits = bpf_map_lookup_elem(set, &word);

	return bits && (*bits >> (port % 64)) & 1;
}

/* True when both ends of an IPv6 socket are really IPv4 (::ffff:a.b.c.d). */
static __always_inline bool is_v4mapped(const struct sock *sk)
{
	struct in6_addr a = BPF_CORE_READ(sk, __sk_common.skc_v6_daddr);

	return !a.in6_u.u6_addr32[0] && !a.in6_u.u6_addr32[1] &&
	       a.in6_u.u6_addr32[2] == bpf_htonl(0xffff);
}

/*
 * The local port. On the way to CLOSE the kernel gives the port back, and skc_num is 0
 * before that is traced; what is put on the wire stays (inet_put_port, 4.4 to 7.x).
 */
static __always_inline u16 local_port(const struct sock *sk)
{
	const struct inet_sock *inet = (const void *)sk;
	u16 port = BPF_CORE_READ(sk, __sk_common.skc_num);

	return port ?: bpf_ntohs(BPF_CORE_READ(inet, inet_sport));
}

static __always_inline bool filter__wants(const struct sock *sk)
{
	u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

	if (family != AF_INET && family != AF_INET6)
		return false;
	if (cfg.only_family) {
		bool v4 = family == AF_INET || is_v4mapped(sk);

		if (v4 != (cfg.only_family == 4))
			return false;
	}
	if (cfg.some_local_ports && !filter__port(&local_ports, local_port(sk)))
		return false;
	if (cfg.some_peer_ports &&
	    !filter__port(&peer_ports, bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport))))
		return false;
	return true;
}

#endif /* FILTER_BPF_H */
