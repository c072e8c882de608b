// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds up the end of connections to some ports where the kernel tells of it: long enough for a
 * program that asks for the error all the time to take it before the next hook reads it.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define FIRST_PORT 7000
#define LAST_PORT 7003
#define TCP_CLOSE 7
#define HOLD_NS 5000000
#define LOOKS_MAX 1000000 /* at the clock */

static long is_over(u32 i, void *until)
{
	return bpf_ktime_get_ns() >= *(u64 *)until;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(iwt_slow_close, struct sock *sk, int old_state, int new_state)
{
	u16 port = bpf_ntohs(sk->__sk_common.skc_dport);
	u64 until = bpf_ktime_get_ns() + HOLD_NS;

	if (new_state == TCP_CLOSE && port >= FIRST_PORT && port <= LAST_PORT)
		bpf_loop(LOOKS_MAX, is_over, &until, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
