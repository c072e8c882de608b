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
 * keyed by cookie; where fexit is used the mirror stays empty.
 */
#ifndef RECORD_BPF_H
#define RECORD_BPF_H

#define MIRROR_MAX 65536
#define TRACKED_MAX 65536

struct record {
	u64 heard_ns; /* CLOCK_MONOTONIC; the peer's last keepalive, unknown to the kernel */
	u64 survived_ns; /* longest silence that ended with the peer heard */
	u64 told_ns; /* longest idle gap for certain, when it was last longer by a tenth */
	u32 repeat_echo; /* time stamp echoed by the peer's last repeat, 0 none */
	u8 repeats; /* in a row, with that echo standing still */
	u8 usual_ttl;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct record);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MIRROR_MAX);
	__type(key, u64);
	__type(value, struct record);
} mirror SEC(".maps");

/*
 * Connections of which a fact has been sent: everything about them is news. The
 * value is the flow from the peer to us, the key of `flows`.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TRACKED_MAX);
	__type(key, u64);
	__type(value, struct iw_flow);
} tracked SEC(".maps");

/* The same connections by address, for packets that belong to no socket yet or any more. */
struct flow_owner {
	u64 cookie;
	u32 netns;
	u32 wire_left; /* so many of its packets may still be told of; see tap.bpf.h */
};

/*
 * Packets of one connection that are told of after each unanswered transmission: it
 * and its answer on a few interfaces. A connection that is well again soon falls silent.
 */
#define WIRE_BUDGET 16

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TRACKED_MAX);
	__type(key, struct iw_flow);
	__type(value, struct flow_owner);
} flows SEC(".maps");

__u32 n_tracked; /* entries of `tracked`: 0 saves a look at every dropped packet */
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

static __always_inline void record__mirror(u64 cookie, const struct record *rec)
{
	if (cfg.probe_hook == IW_HOOK_FEXIT)
		return;
	if (bpf_map_update_elem(&mirror, &cookie, rec, BPF_ANY))
		count(IW_CNT_MIRROR_FAILED);
}

static __always_inline bool is_tracked(u64 cookie)
{
	return bpf_map_lookup_elem(&tracked, &cookie) != 0;
}

/* What passes an interface next of a connection followed is of interest (again). */
static __always_inline void refill_wire(const struct iw_flow *flow)
{
	struct flow_owner *owner = cfg.tap_netns ? bpf_map_lookup_elem(&flows, flow) : 0;

	if (owner)
		owner->wire_left = WIRE_BUDGET;
}

/* From now on everything about this fact's connection is news. */
static __always_inline void track(const struct iw_fact *f)
{
	struct flow_owner owner = { .cookie = f->cookie,
				    .netns = f->netns,
				    .wire_left = WIRE_BUDGET };
	struct iw_flow flow = { .source_port = f->pport, .dest_port = f->lport };
	u64 cookie = f->cookie;
	struct iw_flow *known = bpf_map_lookup_elem(&tracked, &cookie);

	if (known) {
		refill_wire(known);
		return;
	}
	__builtin_memcpy(flow.source, f->paddr, sizeof(flow.source));
	__builtin_memcpy(flow.dest, f->laddr, sizeof(flow.dest));
	if (bpf_map_update_elem(&tracked, &cookie, &flow, BPF_NOEXIST) ||
	    bpf_map_update_elem(&flows, &flow, &owner, BPF_ANY)) {
		count(IW_CNT_TRACK_FULL);
		return;
	}
	__sync_fetch_and_add(&n_tracked, 1);
}

static __always_inline void untrack(u64 cookie)
{
	struct iw_flow *known = bpf_map_lookup_elem(&tracked, &cookie);
	struct iw_flow flow;

	if (!known)
		return;
	flow = *known;
	if (!bpf_map_delete_elem(&tracked, &cookie))
		__sync_fetch_and_sub(&n_tracked, 1);
	bpf_map_delete_elem(&flows, &flow);
}

#endif /* RECORD_BPF_H */
