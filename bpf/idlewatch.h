/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one header both sides include: what the kernel side tells the user side.
 *
 * Layout rules: fixed-width types, largest first, no implicit padding (asserted
 * below), so that nothing undefined passes from one side to the other. What a fact or an
 * owner is given anew gets a tag in src/store/recording_tags.c.
 */
#ifndef IDLEWATCH_H
#define IDLEWATCH_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* A connection found healthy is not looked at again in the same span of so many jiffies. */
#define IW_RECENT_JIFFIES 64

/* The clock tick in which /proc gives the start of a process. */
#define IW_TICK_NS 10000000

#define IW_COMM_LEN 16
#define IW_ADDR_LEN 16
#define IW_REASON_LEN 32

/* What happened. The kernel side reports facts; only the engine draws conclusions. */
enum iw_fact_type {
	IW_FACT_PROBE_SENT = 0, /* a keepalive or zero-window probe; see probe_kind, result */
	IW_FACT_HEARD, /* any segment from the peer; see heard_kind, gap_ns */
	IW_FACT_RETRANSMIT, /* a time-out made us send again, and nothing was heard meanwhile */
	IW_FACT_RST_IN,
	IW_FACT_RST_OUT,
	IW_FACT_ERROR, /* the kernel reported sk_err to the application */
	IW_FACT_STATE, /* TCP state changed; state is the new one */
	IW_FACT_DESTROY, /* the socket is gone */
	IW_FACT_DROP, /* this kernel dropped one of the connection's packets */
	IW_FACT_LOOK, /* the engine asked for the socket's present state, and here it is */
	IW_FACT_LOOK_MISSED, /* the engine asked, and the socket was not to be found */
	IW_FACT_ICMP, /* an ICMP error quoted one of its packets; from user space */
	IW_FACT_VERIFY, /* a fresh connect to the same peer and port ended; from user space */
	IW_FACT_CLOCK, /* no socket: only the clocks, when the host has slept; from user space */
	IW_FACT_SURVIVED, /* all is well: gap_ns of idleness ended with the peer heard */
	IW_FACT_WIRE_OUT, /* one of the connection's packets passed an interface, from us */
	IW_FACT_WIRE_IN, /* the same, from the peer */
	IW_FACT_LOOK_FAILED, /* the engine asked, and the walk over the sockets failed */
	IW_FACT_IDLE_END, /* the peer's FIN came after gap_ns of idleness, as often before */
	IW_FACT_MAX,
};

/* States of a connection, numbered as in the kernel's include/net/tcp_states.h, part of its ABI. */
enum iw_tcp_state {
	IW_TCP_ESTABLISHED = 1,
	IW_TCP_SYN_SENT,
	IW_TCP_SYN_RECV,
	IW_TCP_FIN_WAIT1,
	IW_TCP_FIN_WAIT2,
	IW_TCP_TIME_WAIT,
	IW_TCP_CLOSE,
	IW_TCP_CLOSE_WAIT,
	IW_TCP_LAST_ACK,
	IW_TCP_LISTEN,
	IW_TCP_CLOSING,
	IW_TCP_NEW_SYN_RECV,
	IW_TCP_MAX,
};

/* Who holds a socket, besides the processes that open files tell of. Recordings hold these. */
enum iw_holder {
	IW_HOLDER_PROGRAM = 0, /* some program, in whatever way */
	IW_HOLDER_KERNEL, /* the kernel itself: NFS, iSCSI */
	IW_HOLDER_LISTENER, /* nobody has accepted it yet */
	IW_HOLDER_NOBODY, /* it was closed, and lives on until its data is delivered */
	IW_HOLDER_MPTCP, /* an MPTCP connection, whose programs are this one's */
	IW_HOLDER_MAX,
};

enum iw_probe_kind {
	IW_PROBE_NONE = 0,
	IW_PROBE_KEEPALIVE,
	IW_PROBE_ZERO_WINDOW,
	IW_PROBE_MAX,
};

/* Where else the peer's address was heard; the later ones tell more. */
enum iw_elsewhere {
	IW_ELSEWHERE_NOWHERE = 0,
	IW_ELSEWHERE_FROM, /* on a connection that came from there, or nobody knows */
	IW_ELSEWHERE_TO, /* on one that this host has opened */
	IW_ELSEWHERE_SAME_PORT, /* the same, to the port that the silent connection has there */
	IW_ELSEWHERE_MAX,
};

/* Bits of iw_fact.heard_kind. Recordings hold these and the flags below: never renumber them. */
#define IW_HEARD_ANSWER 0x1 /* one of our probes or retransmissions was outstanding */
#define IW_HEARD_PEER_PROBE 0x2 /* the peer's own keepalive: it moves none of the kernel's stamps */
#define IW_HEARD_AFTER_GAP 0x4 /* the first segment after at least --idle of silence */
#define IW_HEARD_PROGRESS 0x8 /* it acknowledges something for the first time */
#define IW_HEARD_REPEAT 0x10 /* nothing new: a keepalive, or data that we have already */
#define IW_HEARD_ZERO_WINDOW 0x20 /* the peer takes no more data for now */
#define IW_HEARD_DATA 0x40 /* it carries payload */
#define IW_HEARD_ECHO 0x80 /* it has a time stamp option: ts_echo counts */
/* Bits of iw_fact.flags. */
#define IW_F_KEEPALIVE_ON 0x1 /* SO_KEEPALIVE */
#define IW_F_V4MAPPED 0x2 /* an IPv6 socket speaking IPv4; addresses are given as IPv4 */
#define IW_F_ACCEPTED 0x4 /* born of a listening socket */
#define IW_F_FIN_HEARD 0x8 /* the peer has closed its side */
#define IW_F_CLOSED_HERE 0x10 /* SEND_SHUTDOWN */
#define IW_F_ORPHAN 0x20 /* no process holds it any more */
#define IW_F_DROP_INPUT 0x40 /* IW_FACT_DROP: a packet from the peer, not one of ours */
#define IW_F_NEWS 0x80 /* more than a healthy connection's life; the connection is followed now */

/*
 * One fact, with the socket as it was at that moment. Ages (`_ago_ns`) are measured by clocks
 * that stop in suspend; ts_ns - mono_ns tells how long the host has slept since boot.
 */
struct iw_fact {
	__u64 ts_ns; /* CLOCK_BOOTTIME */
	__u64 mono_ns; /* CLOCK_MONOTONIC */
	__u64 cookie; /* the socket's cookie: unique on this host until reboot */
	__u64 heard_ago_ns; /* any segment from the peer, its keepalives included */
	__u64 data_heard_ago_ns; /* last payload received (lrcvtime) */
	__u64 data_sent_ago_ns; /* last payload sent, retransmissions included (lsndtime) */
	__u64 flight_ago_ns; /* first packet sent after everything was acknowledged */
	__u64 survived_ns; /* longest silence this socket has come back from */
	__u64 gap_ns; /* HEARD: the silence that ended */
	__u64 elsewhere_ago_ns; /* LOOK: the peer's address was heard elsewhere; 0 never */
	__u64 bytes_acked; /* all of them, data that is sent again counted once */
	__u64 netns_cookie; /* what no other namespace has until reboot; 0: before Linux 5.12 */
	__u32 netns; /* inode of the socket's network namespace, which may be used again */
	__u32 drop_netns; /* DROP, WIRE_*: inode of the namespace where it happened */
	__u32 drop_reason; /* DROP: enum skb_drop_reason of the running kernel */
	__u32 uid;
	__u32 snd_una; /* oldest unacknowledged sequence number */
	__u32 snd_nxt; /* WIRE_*: the packet's own sequence number */
	__u32 write_seq; /* end of what the application has written */
	__u32 rcv_nxt;
	__u32 snd_wnd; /* the peer's receive window in bytes */
	__u32 packets_out;
	__u32 segs_in; /* every segment that reached the socket; wraps */
	__u32 data_segs_out; /* segments with payload, retransmissions included */
	__u32 total_retrans;
	__u32 srtt_us;
	__u32 rttvar_us;
	__u32 keepalive_time_ms; /* effective: the socket's own or the namespace's */
	__u32 keepalive_intvl_ms;
	__u32 user_timeout_ms; /* TCP_USER_TIMEOUT, 0 when not set */
	__u32 ts_echo; /* newest time stamp of ours that the peer has sent back; 0 none */
	__u32 delivered; /* segments acknowledged, be it behind a hole (SACK) */
	__u32 sacked_out; /* of those in flight, acknowledged behind a hole */
	__u32 sacked_bytes; /* of their payload; 0: not known */
	__u32 pmtu; /* what the kernel takes for the path's MTU */
	__u32 ifindex; /* WIRE_*: the interface in drop_netns that it passed */
	__u32 times; /* IDLE_END: so many of this path ended after a like gap */
	/*
	 * PROBE_SENT, RETRANSMIT: 0 sent, < 0 refused on this host, > 0 queue full here.
	 * VERIFY: 0 connected, else the errno, negative.
	 */
	__s32 result;
	__s32 sk_err;
	__s32 sk_err_soft; /* what an ICMP message left behind */
	__u16 family; /* AF_INET or AF_INET6 */
	__u16 lport; /* host byte order */
	__u16 pport;
	__u16 mss; /* payload of the longest segment that is sent; 0 unknown */
	__u16 segment_len; /* RETRANSMIT: payload of the one sent again */
	__u8 type; /* enum iw_fact_type */
	__u8 state; /* enum iw_tcp_state */
	__u8 probe_kind; /* enum iw_probe_kind */
	__u8 heard_kind; /* IW_HEARD_* */
	__u8 flags; /* IW_F_* */
	__u8 probes_out; /* unanswered probes, this one included */
	__u8 retransmits; /* time-outs in a row */
	__u8 backoff;
	__u8 keepalive_probes;
	__u8 retries2; /* net.ipv4.tcp_retries2 of the namespace */
	__u8 ttl; /* HEARD, RST_IN, WIRE_*: TTL or hop limit of the segment, 0 unknown */
	__u8 usual_ttl; /* the same of this peer's earlier segments, 0 unknown */
	__u8 old_state; /* STATE: the state before */
	__u8 repeats; /* HEARD: repeats in a row with the peer's ts_echo standing still */
	__u8 tcp_flags; /* WIRE_*: of the TCP header */
	__u8 rto_max_s; /* longest wait between retransmissions; 0: 120, as always before 6.15 */
	__u8 error_taken; /* STATE: the kernel gave up, and sk_err was taken before we saw it */
	__u8 elsewhere; /* LOOK: enum iw_elsewhere; from user space */
	__u8 answered; /* probes and retransmissions that had an answer at once; 255: or more */
	__u8 ttl_low; /* RST_IN: the peer's lowest within the hour, 0 unknown */
	__u8 ttl_high; /* the same, the highest */
	__u8 orphan_retries; /* net.ipv4.tcp_orphan_retries of the namespace; 0: the kernel's own */
	__u8 holder; /* enum iw_holder */
	__u8 pad[7];
	__u8 laddr[IW_ADDR_LEN]; /* network byte order; IPv4 in the first four bytes */
	__u8 paddr[IW_ADDR_LEN];
	/*
	 * DROP: the reason; WIRE_*: the interface; LOOK, STATE: one of the namespace's interfaces
	 * with an XDP program, empty for none; filled in user space, NUL-terminated
	 */
	char drop_name[IW_REASON_LEN];
};

/* Who sends to whom. */
struct iw_flow {
	__u8 source[IW_ADDR_LEN]; /* network byte order; IPv4 in the first four bytes */
	__u8 dest[IW_ADDR_LEN];
	__u16 source_port; /* host byte order */
	__u16 dest_port;
} __attribute__((aligned(4)));

/*
 * A flow of a connection that is followed. Containers may use the same addresses and ports:
 * each of up to IW_FLOW_SLOTS equal flows has a slot of its own.
 */
#define IW_FLOW_SLOTS 4
struct iw_flow_key {
	struct iw_flow flow;
	__u32 slot; /* IW_FLOW_SLOTS: there was none left */
};

/* A connection that is followed. */
struct iw_tracked {
	__u64 news_ns; /* mono_ns of the last fact with IW_F_NEWS */
	struct iw_flow_key key;
};

/* Whose flow that is. */
struct iw_flow_owner {
	__u64 cookie; /* of the socket */
	__u64 net; /* its namespace, as compat__net_id() */
	__u32 netns; /* that namespace's inode */
	__u32 wire_left; /* so many of its packets may still be told of; see tap.bpf.h */
};

#define IW_OWNER_EXITED 0x1 /* it held the socket, and has ended; from user space */

/* A process that holds the socket open. */
struct iw_owner {
	__u64 cookie;
	__u32 pid; /* of the process, as idlewatch's own PID namespace numbers it */
	__u32 uid; /* effective uid of the process */
	__u64 start_ns; /* start of the process, CLOCK_BOOTTIME; tells reused PIDs apart */
	char comm[IW_COMM_LEN]; /* hostile bytes, NUL-terminated */
	__u32 flags; /* IW_OWNER_* */
	__u32 pad;
};

/* One row of the socket iterators: the socket and one owner (pid 0: none known). */
struct iw_look_row {
	struct iw_fact fact;
	struct iw_owner owner;
	__u64 sent_ago_ns; /* any packet: data, ACK or probe */
	__u64 timer_in_ns; /* the keepalive timer runs; 0 it is not set */
	__u64 peer_probe_ago_ns; /* the peer's last keepalive, to half a second; 0 none seen */
	__u32 data_segs_in;
	__u32 pad;
};

/* Things that went wrong in the kernel side; each is shown in the summary. */
enum iw_counter {
	IW_CNT_RING_FULL = 0, /* a fact was lost: the ring buffer was full */
	IW_CNT_TRACK_FULL, /* a connection could not be followed: table full */
	IW_CNT_RECORD_FAILED, /* no memory for a socket's record */
	IW_CNT_MIRROR_FAILED, /* the same for its copy by cookie: table full */
	IW_CNT_NO_COOKIE, /* a fact without an identity, lost */
	IW_CNT_READ_FAILED, /* a packet's header could not be read */
	IW_CNT_PEER_FAILED, /* no room to remember a peer's TTL */
	IW_CNT_CLOSER_FAILED, /* no room to remember who closed a connection */
	IW_CNT_FOLLOW_FULL, /* -f: a child could not be followed: table full */
	IW_CNT_SURVIVED_SKIPPED, /* a gap survived was not told: the ring was half full */
	IW_CNT_FLOW_FULL, /* packets of a connection are not told of: no slot for its flow */
	IW_CNT_KRETPROBE_MISSED, /* a probe's outcome was not seen */
	IW_CNT_ERRORS, /* those above are losses; these are none: */
	IW_CNT_ESTABLISHED = IW_CNT_ERRORS, /* connections established while watching */
	IW_CNT_PEER_ADDED, /* to `peers`, which forgets the one not used for longest */
	IW_CNT_BEST_ADDED, /* to `bests`, likewise */
	IW_CNT_CLOSER_ADDED, /* to `closers`, likewise */
	IW_CNT_MAX,
};

/* How probes that we send are seen; decided once, by trying. */
enum iw_probe_hook {
	IW_HOOK_FEXIT = 0,
	IW_HOOK_KPROBE,
	IW_HOOK_TIMER,
	IW_HOOK_MAX,
};

/* Set before loading, constant afterwards: the verifier removes what is switched off. */
struct iw_config {
	__u64 tap_net; /* the namespace whose interfaces are tapped, as compat__net_id() */
	__u32 pidns; /* inode of idlewatch's own PID namespace */
	__u32 pid; /* idlewatch's own, in that namespace */
	__u32 hz; /* jiffies per second, measured */
	__u32 idle_jiffies; /* --idle, at least IW_RECENT_JIFFIES */
	__u32 tap_netns; /* inode of the namespace whose interfaces are tapped, 0 none are */
	__u8 all_events;
	__u8 probe_hook; /* enum iw_probe_hook */
	__u8 only_family; /* 0 both, 4, 6 */
	__u8 some_local_ports; /* -L was given: consult local_ports */
	__u8 some_peer_ports; /* -D was given */
	__u8 pad[3];
};

_Static_assert(sizeof(struct iw_fact) == 312, "iw_fact has padding or changed its size");
_Static_assert(sizeof(struct iw_owner) == 48, "iw_owner has padding or changed its size");

#endif /* IDLEWATCH_H */
