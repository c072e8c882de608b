/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What we remember of a socket between facts: the record, and the table of
 * connections being followed.
 *
 * The record lives in sk_storage and dies with its socket. It is made when there
 * is first something to remember that the kernel itself does not: a peer's
 * keepalive, a silence survived.
 *
 * kprobe and timer programs hold an unchecked socket pointer and may not touch
 * sk_storage. For them every change of a record is also written to `mirror`,
 * keyed by cookie, until the socket is destroyed; where fexit is used the mirror
 * stays empty.
 */
#ifndef RECORD_BPF_H
#define RECORD_BPF_H

#define MIRROR_MAX 65536
#define TRACKED_MAX 65536

struct record {
	u64 heard_ns; /* CLOCK_MONOTONIC; the peer's last keepalive, unknown to the kernel */
	u64 survived_ns; /* longest silence that ended with the peer heard */
	u64 told_ns; /* longest idle gap for certain, when it was last told of */
	u64 told_at_ns; /* CLOCK_MONOTONIC of that */
	u32 repeat_echo; /* time stamp echoed by the peer's last repeat, 0 none */
	u8 answered; /* what we asked and the peer answered at once */
	u8 repeats; /* in a row, with that echo standing still */
	u8 usual_ttl;
	bool unmirrored; /* `mirror` had no room, which was counted */
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct record);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MIRROR_MAX);
	__type(key, u64);
	__type(value, struct record);
} mirror SEC(".maps");

/*
 * Connections of which a fact has been sent: everything about them is news, until user
 * space finds that they are well again.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TRACKED_MAX);
	__type(key, u64);
	__type(value, struct iw_tracked);
} tracked SEC(".maps");

/*
 * Packets of one connection that are told of after each unanswered transmission: it
 * and its answer on a few interfaces. A connection that is well again soon falls silent.
 */
#define WIRE_BUDGET 16

/*
 * The same connections by the addresses of what the peer sends, for packets that belong to
 * no socket yet or any more. Whose packet one is, is for flow__owner() to say.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TRACKED_MAX);
	__type(key, struct iw_flow_key);
	__type(value, struct iw_flow_owner);
} flows SEC(".maps");

__u32 n_tracked; /* entries of `tracked`: 0 saves a look at every dropped packet */
__u32 n_shared; /* entries of `flows` in other slots than the first */

/* enum iw_counter, each summed over the CPUs in user space. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, IW_CNT_MAX);
	__type(key, u32);
	__type(value, u64);
} counters SEC(".maps");

static __always_inline void count(enum iw_counter which)
{
	u32 key = which;
	u64 *n = bpf_map_lookup_elem(&counters, &key);

	if (n)
		(*n)++;
}

/* Copies the record of a socket known only by its cookie; zeroes when there is none. */
static __always_inline void record__by_cookie(u64 cookie, struct record *ret)
{
	struct record *rec = bpf_map_lookup_elem(&mirror, &cookie);

	if (rec)
		*ret = *rec;
}

static __always_inline void record__mirror(u64 cookie, struct record *rec)
{
	if (cfg.probe_hook == IW_HOOK_FEXIT ||
	    !bpf_map_update_elem(&mirror, &cookie, rec, BPF_ANY) || rec->unmirrored)
		return;
	rec->unmirrored = true;
	count(IW_CNT_MIRROR_FAILED);
}

static __always_inline void record__forget(u64 cookie)
{
	if (cfg.probe_hook != IW_HOOK_FEXIT)
		bpf_map_delete_elem(&mirror, &cookie);
}

static __always_inline bool is_tracked(u64 cookie)
{
	return bpf_map_lookup_elem(&tracked, &cookie) != 0;
}

/*
 * Whose packets of this flow are, where they are seen: the connection's whose socket is in
 * that namespace, else the only one's that there is. NULL: nobody's who is followed, or one
 * of several, who knows which. net 0: in an unknown namespace.
 */
static __always_inline struct iw_flow_owner *flow__owner(const struct iw_flow *flow, u64 net)
{
	struct iw_flow_key key = { .flow = *flow };
	struct iw_flow_owner *only = 0;
	u32 n = 0;

	for (u32 slot = 0; slot < IW_FLOW_SLOTS; slot++) {
		struct iw_flow_owner *owner;

		key.slot = slot;
		owner = bpf_map_lookup_elem(&flows, &key);
		if (owner && owner->net == net)
			return owner;
		if (owner) {
			only = owner;
			n++;
		}
		if (!n_shared)
			break;
	}
	return n == 1 ? only : 0;
}

/* Sets the slot; false when there is none left, or no room. */
static __always_inline bool add_flow(struct iw_flow_key *key, const struct iw_flow_owner *owner)
{
	for (u32 slot = 0; slot < IW_FLOW_SLOTS; slot++) {
		key->slot = slot;
		if (bpf_map_update_elem(&flows, key, owner, BPF_NOEXIST))
			continue;
		if (slot)
			__sync_fetch_and_add(&n_shared, 1);
		return true;
	}
	key->slot = IW_FLOW_SLOTS;
	return false;
}

static __always_inline void remove_flow(const struct iw_flow_key *key, u64 cookie)
{
	const struct iw_flow_owner *owner = bpf_map_lookup_elem(&flows, key);

	if (owner && owner->cookie == cookie && !bpf_map_delete_elem(&flows, key) && key->slot)
		__sync_fetch_and_sub(&n_shared, 1);
}

/* What passes an interface next of a connection followed is of interest (again). */
static __always_inline void refill_wire(const struct iw_flow_key *key, u64 cookie)
{
	struct iw_flow_owner *owner = cfg.tap_netns ? bpf_map_lookup_elem(&flows, key) : 0;

	if (owner && owner->cookie == cookie)
		owner->wire_left = WIRE_BUDGET;
}

/*
 * From now on everything about this fact's connection is news. When it was so last lets
 * user space untrack a connection only if it has seen all its news (kernel__untrack()):
 * one that ends meanwhile begins anew.
 */
static __always_inline void track(const struct iw_fact *f)
{
	struct iw_flow_owner owner = {
		.cookie = f->cookie,
		.net = f->netns_cookie ?: f->netns,
		.netns = f->netns,
		.wire_left = WIRE_BUDGET,
	};
	struct iw_tracked now = { .news_ns = f->mono_ns };
	u64 cookie = f->cookie;
	const struct iw_tracked *known = bpf_map_lookup_elem(&tracked, &cookie);

	if (known) {
		now.key = known->key;
		refill_wire(&now.key, cookie);
		if (!bpf_map_update_elem(&tracked, &cookie, &now, BPF_EXIST))
			return;
	}
	now.key.flow.source_port = f->pport;
	now.key.flow.dest_port = f->lport;
	__builtin_memcpy(now.key.flow.source, f->paddr, sizeof(now.key.flow.source));
	__builtin_memcpy(now.key.flow.dest, f->laddr, sizeof(now.key.flow.dest));
	if (!add_flow(&now.key, &owner))
		count(IW_CNT_FLOW_FULL);
	if (!bpf_map_update_elem(&tracked, &cookie, &now, BPF_NOEXIST)) {
		__sync_fetch_and_add(&n_tracked, 1);
		return;
	}
	remove_flow(&now.key, cookie);
	if (!bpf_map_lookup_elem(&tracked, &cookie)) /* else another CPU was faster */
		count(IW_CNT_TRACK_FULL);
}

static __always_inline void untrack(u64 cookie)
{
	const struct iw_tracked *known = bpf_map_lookup_elem(&tracked, &cookie);
	struct iw_flow_key key;

	if (!known)
		return;
	key = known->key;
	if (!bpf_map_delete_elem(&tracked, &cookie))
		__sync_fetch_and_sub(&n_tracked, 1);
	remove_flow(&key, cookie);
}

#endif /* RECORD_BPF_H */
