/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel types that idlewatch relies on, and nothing else: this page is our
 * whole kernel surface. libbpf relocates every access at load time, so only
 * names matter here, neither order nor offsets. `make check-btf` compares this
 * page with a kernel's BTF.
 *
 * A name ending in ___something is an alternative shape (libbpf ignores the
 * suffix) that not every kernel has; check-btf lists those as optional.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __s32 s32;
typedef __u64 u64;
typedef __s64 s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u16 __sum16;
typedef _Bool bool;

enum { false = 0, true = 1 };

/* The kernel's and the BPF interface's constants, fixed by the ABI. */
enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_EXIST = 2,
};
enum {
	BPF_F_NO_PREALLOC = 1,
};
enum {
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
};
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_SK_STORAGE = 24,
	BPF_MAP_TYPE_RINGBUF = 27,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Registers of the first argument and of the result. */
#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long di;
	unsigned long ax;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	u64 regs[31];
};
struct pt_regs {
	struct user_pt_regs user_regs;
};
#endif

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be32 u6_addr32[4];
	} in6_u;
};

typedef struct {
	s64 counter;
} atomic64_t;

typedef struct {
	u32 val;
} kuid_t;

struct ns_common {
	unsigned int inum;
};

struct netns_ipv4 {
	int sysctl_tcp_keepalive_time;
	int sysctl_tcp_keepalive_intvl;
	u8 sysctl_tcp_keepalive_probes;
	u8 sysctl_tcp_retries2;
	u8 sysctl_tcp_orphan_retries;
};

struct net {
	struct ns_common ns;
	struct netns_ipv4 ipv4;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	unsigned long skc_flags;
	atomic64_t skc_cookie;
};

struct hlist_node {
	struct hlist_node **pprev;
};

struct timer_list {
	struct hlist_node entry;
	unsigned long expires;
	void (*function)(struct timer_list *);
};

struct socket;

typedef struct {
	int owned;
} socket_lock_t;

struct sock {
	struct sock_common __sk_common;
	struct timer_list sk_timer;
	struct socket *sk_socket;
	socket_lock_t sk_lock;
	int sk_err;
	int sk_err_soft;
	u32 sk_max_ack_backlog;
	kuid_t sk_uid;
	u16 sk_protocol;
	u8 sk_kern_sock : 1;
	u8 sk_shutdown;
};

struct socket {
	struct sock *sk;
};

enum sock_flags {
	SOCK_DEAD,
	SOCK_DONE,
	SOCK_KEEPOPEN = 3,
};

/* Values differ between kernels and are relocated; these are 6.1's. */
enum skb_drop_reason {
	SKB_DROP_REASON_NETFILTER_DROP = 8,
	SKB_DROP_REASON_OTHERHOST = 9,
	SKB_DROP_REASON_IP_OUTNOROUTES = 33,
};

/* Not in all kernels that have reasons; see compat.bpf.h. */
enum skb_drop_reason___packet_sock {
	SKB_DROP_REASON_PACKET_SOCK_ERROR = 74,
};

struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	__u8 icsk_retransmits;
	__u8 icsk_backoff;
	__u8 icsk_probes_out;
	u32 icsk_user_timeout;
	__u32 icsk_pmtu_cookie;
	struct {
		__u32 lrcvtime;
	} icsk_ack;
};

struct tcp_options_received {
	u32 rcv_tsecr;
};

struct tcp_sack_block {
	u32 start_seq;
	u32 end_seq;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	struct tcp_options_received rx_opt;
	u32 tsoffset;
	u32 segs_in;
	u32 data_segs_in;
	u32 data_segs_out;
	u32 last_oow_ack_time;
	u32 rcv_nxt;
	u32 snd_nxt;
	u32 snd_una;
	u32 rcv_tstamp;
	u32 lsndtime;
	u32 snd_wnd;
	u32 srtt_us;
	u32 rttvar_us;
	u32 packets_out;
	u32 write_seq;
	u32 total_retrans;
	u32 mss_cache;
	u32 delivered;
	u32 sacked_out;
	struct tcp_sack_block recv_sack_cache[4];
	u64 bytes_acked;
	u64 first_tx_mstamp;
	u64 tcp_wstamp_ns;
	u8 keepalive_probes;
	unsigned int keepalive_time;
	unsigned int keepalive_intvl;
};

struct net_device {
	possible_net_t nd_net;
	void *rx_handler;
};

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned int len;
	__u8 pkt_type : 3;
	__be16 protocol;
	__u16 network_header;
	__u16 transport_header;
	unsigned char *head;
};

struct file;

struct cred {
	kuid_t euid;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live;
};

struct task_struct {
	unsigned int flags;
	struct signal_struct *signal;
	int tgid;
	struct pid *thread_pid;
	char comm[16];
	u64 start_boottime;
	struct task_struct *group_leader;
	const struct cred *cred;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	u32 fd;
	struct file *file;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
};

struct list_head {
	struct list_head *next;
};

/* Where the kernel has MPTCP (CONFIG_MPTCP). */
struct mptcp_sock___mptcp {
	struct list_head conn_list;
};

struct mptcp_subflow_context___mptcp {
	struct list_head node;
	struct sock *tcp_sock;
};

/* The keepalive timer's later place; see compat.bpf.h. */
struct inet_connection_sock___keepalive_timer {
	struct timer_list icsk_keepalive_timer;
};

/* From 6.15; see compat.bpf.h. */
struct inet_connection_sock___rto_max {
	u32 icsk_rto_max;
};

/* The retransmission timer's earlier place; see compat.bpf.h. */
struct inet_connection_sock___retransmit_timer {
	struct timer_list icsk_retransmit_timer;
};

/* From 5.12; see compat.bpf.h. */
struct net___cookie {
	u64 net_cookie;
};

/* The retransmission timer's later place. */
struct sock___retransmit_timer {
	struct timer_list tcp_retransmit_timer;
};

#pragma clang attribute pop

/* What tc programs are given: part of the BPF interface, whose offsets do not move. */
struct __sk_buff {
	__u32 len;
	__u32 pkt_type;
	__u32 mark;
	__u32 queue_mapping;
	__u32 protocol;
	__u32 vlan_present;
	__u32 vlan_tci;
	__u32 vlan_proto;
	__u32 priority;
	__u32 ingress_ifindex;
	__u32 ifindex;
};

#endif /* __VMLINUX_H__ */
