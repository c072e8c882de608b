/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which connections were found healthy just now, so that the rest of a burst
 * costs one load. The socket's own fields would do, but the other end of the
 * socket, the process, writes their cache lines on its CPU: fetching them took
 * 150 ns of 170 where the two run on different CPUs (tests/bench).
 *
 * A mark is a cookie and a span of 64 jiffies (64 ms at 1000 Hz, 640 ms at 100),
 * in one word so that it is written whole. Connections that share a place push
 * each other out, which costs time and nothing else.
 */
#ifndef RECENT_BPF_H
#define RECENT_BPF_H

/*
 * 16 KB in one map value, not a global variable: array maps of up to 32 KB are not
 * in vmalloc memory, whose small pages cost a TLB miss for nearly every segment.
 */
#define RECENT_MAX 2048
#define SPAN_BITS 24

struct marks {
	u64 of[RECENT_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct marks);
} recent SEC(".maps");

static __always_inline u64 recent__mark(u64 cookie)
{
	u64 span = bpf_jiffies64() / IW_RECENT_JIFFIES;

	return cookie << SPAN_BITS | (span & ((1 << SPAN_BITS) - 1));
}

/* Where this mark has its place; NULL never, but the verifier wants it asked. */
static __always_inline u64 *recent__place(u64 mark)
{
	u32 zero = 0;
	struct marks *marks = bpf_map_lookup_elem(&recent, &zero);

	return marks ? &marks->of[(mark >> SPAN_BITS) % RECENT_MAX] : 0;
}

/* False for a socket without a cookie: its mark would be another's. */
static __always_inline bool recent__has(u64 mark)
{
	const u64 *place = recent__place(mark);

	return place && *place == mark && mark >> SPAN_BITS;
}

static __always_inline void recent__set(u64 mark)
{
	u64 *place = recent__place(mark);

	if (place)
		*place = mark;
}

/* Something of ours is unanswered: the very next segment matters. */
static __always_inline void recent__forget(u64 cookie)
{
	u64 *place = recent__place(cookie << SPAN_BITS);

	if (place)
		*place = 0;
}

#endif /* RECENT_BPF_H */
