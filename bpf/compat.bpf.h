/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between kernels that the kernel side knows of, each with
 * where it came from. Nothing outside this file asks which kernel it runs on.
 *
 * Two more differences need no code: tracepoint arguments that were added at the
 * end (tcp_retransmit_skb's err in 6.17, kfree_skb's rx_sk in 6.11) are simply
 * not named, and arguments that became const are read the same way.
 */
#ifndef COMPAT_BPF_H
#define COMPAT_BPF_H

/*
 * The keepalive timer was sk->sk_timer up to 6.18. Later kernels, and stable
 * updates of 6.1 and 6.12, give TCP a timer of its own, icsk_keepalive_timer.
 * Returns the socket whose keepalive timer this is; the pointer is unchecked.
 */
static __always_inline struct sock *compat__keepalive_timer_sk(const struct timer_list *timer)
{
	u64 addr = (u64)timer;

	if (bpf_core_field_exists(struct inet_connection_sock___keepalive_timer,
				  icsk_keepalive_timer))
		return (struct sock *)(addr - bpf_core_field_offset(
						      struct inet_connection_sock___keepalive_timer,
						      icsk_keepalive_timer));
	return (struct sock *)(addr - bpf_core_field_offset(struct sock, sk_timer));
}

/* The other way round: the keepalive timer of this socket, unchecked. */
static __always_inline const struct timer_list *compat__keepalive_timer(const struct sock *sk)
{
	u64 addr = (u64)sk;

	if (bpf_core_field_exists(struct inet_connection_sock___keepalive_timer,
				  icsk_keepalive_timer))
		return (const struct timer_list
				*)(addr + bpf_core_field_offset(
						  struct inet_connection_sock___keepalive_timer,
						  icsk_keepalive_timer));
	return (const struct timer_list *)(addr + bpf_core_field_offset(struct sock, sk_timer));
}

/*
 * The timer of retransmissions and zero-window probes: icsk_retransmit_timer up
 * to 6.18, sk->tcp_retransmit_timer later.
 */
static __always_inline struct sock *compat__write_timer_sk(const struct timer_list *timer)
{
	u64 addr = (u64)timer;

	if (bpf_core_field_exists(struct sock___retransmit_timer, tcp_retransmit_timer))
		return (struct sock *)(addr - bpf_core_field_offset(struct sock___retransmit_timer,
								    tcp_retransmit_timer));
	return (struct sock *)(addr -
			       bpf_core_field_offset(struct inet_connection_sock___retransmit_timer,
						     icsk_retransmit_timer));
}

static __always_inline const struct timer_list *compat__write_timer(const struct sock *sk)
{
	u64 addr = (u64)sk;

	if (bpf_core_field_exists(struct sock___retransmit_timer, tcp_retransmit_timer))
		return (const struct timer_list *)(addr + bpf_core_field_offset(
								  struct sock___retransmit_timer,
								  tcp_retransmit_timer));
	return (const struct timer_list *)(addr +
					   bpf_core_field_offset(
						   struct inet_connection_sock___retransmit_timer,
						   icsk_retransmit_timer));
}

/* The first node of an MPTCP connection's subflows; *ret_head: what the last one leads to. */
static __always_inline const struct list_head *
compat__first_subflow(const struct sock *msk, const struct list_head **ret_head)
{
	const struct mptcp_sock___mptcp *mptcp = (const void *)msk;

	if (!bpf_core_type_exists(struct mptcp_sock___mptcp)) {
		*ret_head = 0;
		return 0;
	}
	*ret_head = (const void *)((u64)msk +
				   bpf_core_field_offset(struct mptcp_sock___mptcp, conn_list));
	return BPF_CORE_READ(mptcp, conn_list.next);
}

/* The socket of a subflow, unchecked. */
static __always_inline const struct sock *compat__subflow_sk(const struct list_head *node)
{
	u64 addr = (u64)node - bpf_core_field_offset(struct mptcp_subflow_context___mptcp, node);
	const struct mptcp_subflow_context___mptcp *subflow = (const void *)addr;

	return BPF_CORE_READ(subflow, tcp_sock);
}

/* TCP_RTO_MAX_MS or the sysctl, in jiffies; 0: this kernel has neither (before 6.15). */
static __always_inline u32 compat__rto_max(const struct sock *sk)
{
	u64 addr = (u64)sk;
	u32 max = 0;

	if (bpf_core_field_exists(struct inet_connection_sock___rto_max, icsk_rto_max))
		bpf_probe_read_kernel(
			&max, sizeof(max),
			(const void *)(addr +
				       bpf_core_field_offset(struct inet_connection_sock___rto_max,
							     icsk_rto_max)));
	return max;
}

/* A namespace's number for as long as the host is up, from 5.12 (3d368ab87cf6); 0: none. */
static __always_inline u64 compat__net_cookie(const struct net *net)
{
	const struct net___cookie *with_cookie = (const void *)net;

	if (bpf_core_field_exists(struct net___cookie, net_cookie))
		return BPF_CORE_READ(with_cookie, net_cookie);
	return 0;
}

/* What tells it from other namespaces: where there is no cookie the inode must do. */
static __always_inline u64 compat__net_id(const struct net *net)
{
	return compat__net_cookie(net) ?: BPF_CORE_READ(net, ns.inum);
}

/* Drops have reasons from 5.17 (c504e5c2f964); before, no reason is any of these. */
#define compat__reason_is(type, reason, name) \
	(bpf_core_enum_value_exists(type, name) && (reason) == bpf_core_enum_value(type, name))
#define compat__drop_reason_is(reason, name) compat__reason_is(enum skb_drop_reason, reason, name)

/* From 6.12; before, such drops name no reason. */
static __always_inline bool compat__is_packet_socket_drop(u32 reason)
{
	return compat__reason_is(enum skb_drop_reason___packet_sock, reason,
				 SKB_DROP_REASON_PACKET_SOCK_ERROR);
}

#endif /* COMPAT_BPF_H */
