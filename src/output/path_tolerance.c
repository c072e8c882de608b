// SPDX-License-Identifier: BSD-2-Clause
#include "output/path_tolerance.h"

#include "base/format.h"
#include "base/util.h"

#define DAY_NS (86400 * NS_PER_S)

/* Up to the next number that format_duration() can print. */
static uint64_t round_up(uint64_t ns)
{
	uint64_t step = ns < 60 * NS_PER_S ? NS_PER_S / 10 : ns < DAY_NS ? NS_PER_S : DAY_NS / 24;

	return (ns + step - 1) / step * step;
}

void tolerance_gap(const struct bracket *b, enum gap_kind kind, char *buf, size_t size)
{
	uint64_t ns = b->of[kind].gap_ns;

	buf[0] = '\0';
	if (b->of[kind].times)
		format_duration(buf, size, kind == GAP_SURVIVED ? ns : round_up(ns));
	else
		append_text(buf, size, "-");
}

int64_t tolerance_ms(const struct bracket *b, enum gap_kind kind)
{
	uint64_t ns = b->of[kind].gap_ns;

	return (int64_t)((kind == GAP_SURVIVED ? ns : ns + NS_PER_MS - 1) / NS_PER_MS);
}

static void add_gap(const struct bracket *b, enum gap_kind kind, int64_t now_ns, char *buf,
		    size_t size)
{
	static const char *const words[] = {
		[GAP_SURVIVED] = "survived",
		[GAP_DIED] = "died at",
		[GAP_RESET] = "reset after",
		[GAP_DISOWNED] = "unknown to the peer's kernel after",
		[GAP_CUT] = "reset unasked after",
		[GAP_CLOSED] = "closed by the peer after",
	};
	const struct gaps *g = &b->of[kind];
	char gap[DURATION_LEN], ago[DURATION_LEN];

	_Static_assert(ARRAY_SIZE(words) == GAP_KINDS, "every kind has its words");
	tolerance_gap(b, kind, gap, sizeof(gap));
	format_duration(ago, sizeof(ago),
			now_ns > g->last_ns ? (uint64_t)(now_ns - g->last_ns) : 0);
	append_text(buf, size, "%s%s %s (%llux, last %s ago)", buf[0] ? ", " : "", words[kind], gap,
		    (unsigned long long)g->times, ago);
}

void tolerance_gaps(const struct bracket *b, int64_t now_ns, char *buf, size_t size)
{
	buf[0] = '\0';
	for (enum gap_kind kind = 0; kind <= GAP_RESET; kind++) {
		if (gaps_hold(&b->of[kind]))
			add_gap(b, kind, now_ns, buf, size);
	}
}

void tolerance_hints(const struct bracket *b, int64_t now_ns, char *buf, size_t size)
{
	buf[0] = '\0';
	for (enum gap_kind kind = GAP_DISOWNED; kind < GAP_KINDS; kind++) {
		if (b->of[kind].times)
			add_gap(b, kind, now_ns, buf, size);
	}
	append_text(buf, size, "%s", buf[0] ? ": maybe the path's doing" : "");
}

void tolerance_outvoted(const struct bracket *b, int64_t now_ns, char *buf, size_t size)
{
	buf[0] = '\0';
	for (enum gap_kind kind = 0; kind < GAP_KINDS; kind++) {
		const struct gaps *g = &b->of[kind];

		if (!g->times || gaps_hold(g))
			continue;
		add_gap(b, kind, now_ns, buf, size);
		append_text(buf, size, ", outvoted %llux since", (unsigned long long)g->against);
	}
}

void tolerance_text(const struct bracket *b, int64_t now_ns, char *buf, size_t size)
{
	bool has_survived = gaps_hold(&b->of[GAP_SURVIVED]);
	char survived[DURATION_LEN], fatal[DURATION_LEN];
	enum gap_kind kind;

	buf[0] = '\0';
	if (bracket_contradicts(b)) {
		tolerance_gaps(b, now_ns, buf, size);
		append_text(buf, size,
			    ": these contradict: the time-out has changed, or more than one path "
			    "leads there");
		return;
	}
	kind = bracket_fatal_kind(b);
	tolerance_gap(b, GAP_SURVIVED, survived, sizeof(survived));
	tolerance_gap(b, kind, fatal, sizeof(fatal));
	if (!bracket_fatal_ns(b) && has_survived)
		append_text(buf, size, "path let gaps of %s pass", survived);
	else if (bracket_fatal_ns(b))
		append_text(buf, size, "path %s after %s%s%s",
			    kind == GAP_RESET ? "resets" : "forgets",
			    has_survived ? survived : "at most ", has_survived ? ".." : "", fatal);
}
