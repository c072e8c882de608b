/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asked from user space: who holds which socket, and how does it stand now? One
 * walk over all open files of all processes sees the sockets of every network
 * namespace, and gives each the identity that the other hooks know it by.
 */
#ifndef LOOK_BPF_H
#define LOOK_BPF_H

#define WANTED_MAX 4096

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, WANTED_MAX);
	__type(key, u64);
	__type(value, u8);
} wanted SEC(".maps");

/* Peers' addresses, keyed as in `peers`: all their connections are wanted too. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, WANTED_MAX);
	__type(key, struct in6_addr);
	__type(value, u8);
} wanted_peers SEC(".maps");

/* A row is too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct iw_look_row);
} look_rows SEC(".maps");

bool look_at_all; /* all sockets, not just the wanted ones */

static __always_inline void fill_owner(struct iw_owner *o, u64 cookie,
				       const struct task_struct *task)
{
	__builtin_memset(o, 0, sizeof(*o));
	o->cookie = cookie;
	o->pid = BPF_CORE_READ(task, tgid);
	o->uid = BPF_CORE_READ(task, cred, euid.val);
	o->start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	BPF_CORE_READ_INTO(&o->comm, task, group_leader, comm);
}

static __always_inline bool look__wants(const struct sock *sk, u64 cookie)
{
	struct in6_addr peer;

	if (look_at_all)
		return filter__wants(sk);
	peer_key(&peer, sk);
	return bpf_map_lookup_elem(&wanted, &cookie) || bpf_map_lookup_elem(&wanted_peers, &peer);
}

static __always_inline int look(struct bpf_iter__task_file *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct record none = {};
	struct record *rec;
	struct iw_look_row *row;
	struct socket *sock;
	struct tcp_sock *tp;
	struct sock *sk;
	u32 zero = 0;
	u64 cookie;

	if (!task || !file)
		return 0;
	sock = bpf_sock_from_file(file);
	if (!sock)
		return 0;
	sk = sock->sk;
	if (!sk)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp || sk->__sk_common.skc_state == TCP_LISTEN)
		return 0;
	cookie = bpf_get_socket_cookie(tp);
	if (!look__wants(sk, cookie))
		return 0;
	row = bpf_map_lookup_elem(&look_rows, &zero);
	if (!row)
		return 0;
	rec = bpf_sk_storage_get(&records, sk, 0, 0);
	fact__fill(&row->fact, IW_FACT_LOOK, sk, cookie, rec ?: &none);
	fill_owner(&row->owner, cookie, task);
	bpf_seq_write(seq, row, sizeof(*row));
	return 0;
}

#endif /* LOOK_BPF_H */
