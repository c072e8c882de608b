// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel side: which hooks there are and what each one tells. Facts only;
 * what they mean is decided in src/engine/engine.c.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "idlewatch.h"

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define IPPROTO_MPTCP 262

#define EPERM 1
#define EIO 5
#define ENETUNREACH 101
#define ETIMEDOUT 110
#define EHOSTUNREACH 113

const volatile struct iw_config cfg = {};

#include "compat.bpf.h"
#include "record.bpf.h"
#include "filter.bpf.h"
#include "emit.bpf.h"
#include "segment.bpf.h"
#include "recent.bpf.h"
#include "survive.bpf.h"
#include "receive.bpf.h"
#include "send.bpf.h"
#include "drop.bpf.h"
#include "owner.bpf.h"
#include "close.bpf.h"
#include "look.bpf.h"
#include "follow.bpf.h"
#include "tap.bpf.h"

/* --- heard from the peer --- */

SEC("tp_btf/tcp_probe")
int BPF_PROG(segment_received, struct sock *sk, struct sk_buff *skb)
{
	return receive(sk, skb);
}

/* --- sent a probe: one of three flavours is loaded --- */

SEC("fexit/tcp_write_wakeup")
int BPF_PROG(probe_fexit, struct sock *sk, int mib, int result)
{
	return probe_done_checked(sk, result);
}

SEC("kprobe/tcp_write_wakeup")
int BPF_KPROBE(probe_kprobe, struct sock *sk)
{
	return attempt__begin_kprobe(sk);
}

SEC("kretprobe/tcp_write_wakeup")
int BPF_KRETPROBE(probe_kretprobe, int result)
{
	return attempt__end_kretprobe(result);
}

SEC("tp_btf/timer_expire_entry")
int BPF_PROG(probe_timer_entry, struct timer_list *timer)
{
	return attempt__begin_timer(timer);
}

SEC("tp_btf/timer_expire_exit")
int BPF_PROG(probe_timer_exit, struct timer_list *timer)
{
	return attempt__end_timer(timer);
}

/* --- sent again, or could not send --- */

/* Up to 6.16: only those that could be sent. */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(retransmitted, struct sock *sk, struct sk_buff *skb)
{
	return retransmit(sk, skb, 0);
}

/* From 6.17: with the result of sending. */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(retransmitted_result, struct sock *sk, struct sk_buff *skb, int result)
{
	return retransmit(sk, skb, result);
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(packet_dropped, struct sk_buff *skb, void *location, u32 reason)
{
	return drop(skb, reason);
}

/* --- closed, and how --- */

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(state_changed, struct sock *sk, int old_state, int new_state)
{
	return set_state(sk, old_state, new_state);
}

SEC("tp_btf/inet_sk_error_report")
int BPF_PROG(error_reported, struct sock *sk)
{
	return tell_if_tracked(IW_FACT_ERROR, sk);
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(reset_received, struct sock *sk)
{
	return reset_in(sk);
}

SEC("tp_btf/tcp_send_reset")
int BPF_PROG(reset_sent, struct sock *sk)
{
	return sk ? tell_if_tracked(IW_FACT_RST_OUT, sk) : 0;
}

SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(socket_destroyed, struct sock *sk)
{
	return destroy(sk);
}

/* --- children of processes that are watched --- */

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_forked, struct task_struct *parent, struct task_struct *child)
{
	return follow_child(parent, child);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exited, struct task_struct *task)
{
	return forget_process(task);
}

/* --- seen on the wire, with -i; the names tell our filters from others' --- */

SEC("tc")
int iw_tap_ingress(struct __sk_buff *skb)
{
	return tap(skb, true);
}

SEC("tc")
int iw_tap_egress(struct __sk_buff *skb)
{
	return tap(skb, false);
}

/* --- asked from user space --- */

SEC("iter/task_file")
int look_files(struct bpf_iter__task_file *ctx)
{
	return look_at_file(ctx);
}

SEC("iter/tcp")
int look_sockets(struct bpf_iter__tcp *ctx)
{
	return look_at_sock(ctx);
}

char LICENSE[] SEC("license") = "GPL";
