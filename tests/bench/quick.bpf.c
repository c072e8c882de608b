// SPDX-License-Identifier: GPL-2.0-only
/* What the receive hook is measured against, see quick.c. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* As many connections as the plain program could follow before it needs an answer to "full". */
#define CONNECTIONS 65536

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CONNECTIONS);
	__type(key, u64);
	__type(value, u64);
} last_active SEC(".maps");

/* Attached before all others; its figures are not used. */
SEC("tp_btf/tcp_probe")
int BPF_PROG(first, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

/* What the tracepoint and the statistics themselves cost. */
SEC("tp_btf/tcp_probe")
int BPF_PROG(empty, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

/* The obvious way: remember when each connection was last active, at every segment. */
SEC("tp_btf/tcp_probe")
int BPF_PROG(plain, struct sock *sk, struct sk_buff *skb)
{
	u64 cookie = bpf_get_socket_cookie(sk);
	u64 now = bpf_ktime_get_ns();
	u64 *last = bpf_map_lookup_elem(&last_active, &cookie);

	if (last)
		*last = now;
	else
		bpf_map_update_elem(&last_active, &cookie, &now, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
