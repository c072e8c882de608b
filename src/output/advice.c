// SPDX-License-Identifier: BSD-2-Clause
#include "output/advice.h"

#include <string.h>

#include "base/format.h"
#include "base/util.h"
#include "output/path_tolerance.h"

#define KEEPIDLE_MAX_S 32767 /* MAX_TCP_KEEPIDLE */
#define LATE_SHARE 8
#define LATE_MIN_NS NS_PER_S

/* Where the fatal gap is so many times the one survived, much is still unknown. */
#define WIDE 4

/* Settings that programs are known to have for it. */
static const struct {
	const char *comm, *before, *after;
} programs[] = {
	{ "ssh", "ServerAliveInterval ", " in ssh_config" },
	{ "sshd", "ClientAliveInterval ", " in sshd_config" },
	{ "sshd-session", "ClientAliveInterval ", " in sshd_config" }, /* OpenSSH 9.8 */
	{ "postgres", "tcp_keepalives_idle = ", " in postgresql.conf" },
	{ "psql", "keepalives_idle=", " in its connection string" },
	{ "redis-server", "tcp-keepalive ", " in redis.conf" },
};

/* The longest gap that is known, or taken, to be safe. */
static uint64_t safe_gap_ns(const struct bracket *b)
{
	if (!b->of[GAP_SURVIVED].times || bracket_contradicts(b))
		return bracket_fatal_ns(b) / 2;
	return b->of[GAP_SURVIVED].gap_ns;
}

uint32_t advised_keepalive_s(const struct bracket *b)
{
	uint64_t safe_ns = safe_gap_ns(b), late_ns;

	if (!bracket_fatal_ns(b))
		return 0;
	late_ns = MAX(safe_ns - safe_ns / (LATE_SHARE + 1) * LATE_SHARE, LATE_MIN_NS);
	return (uint32_t)MIN((safe_ns - MIN(safe_ns, late_ns)) / NS_PER_S, KEEPIDLE_MAX_S);
}

static void add_program_setting(const struct event *ev, uint32_t s, char *buf, size_t size)
{
	for (size_t i = 0; i < ev->n_owners; i++) {
		for (size_t p = 0; p < ARRAY_SIZE(programs); p++) {
			if (strncmp(ev->owners[i].comm, programs[p].comm, IW_COMM_LEN))
				continue;
			append_text(buf, size, "%s%u%s, or ", programs[p].before, s,
				    programs[p].after);
			return;
		}
	}
}

static void add_setting(uint32_t s, char *buf, size_t size)
{
	append_text(buf, size,
		    "SO_KEEPALIVE with TCP_KEEPIDLE %u, or on this host "
		    "net.ipv4.tcp_keepalive_time=%u, which helps only sockets that have "
		    "SO_KEEPALIVE on",
		    s, s);
}

/* Where the number comes from, and how sure it is. */
static void add_basis(const struct bracket *b, char *buf, size_t size)
{
	char survived[DURATION_LEN], fatal[DURATION_LEN];

	tolerance_gap(b, GAP_SURVIVED, survived, sizeof(survived));
	format_duration(fatal, sizeof(fatal), bracket_fatal_ns(b));
	if (!b->of[GAP_SURVIVED].times)
		append_text(buf, size,
			    "; no gap is known yet that the path let pass: this is less than half "
			    "of the shortest fatal one, to be tried");
	else if (bracket_contradicts(b))
		append_text(buf, size,
			    "; this is less than half of the shortest fatal gap, as longer ones "
			    "were survived at other times");
	else if (bracket_fatal_ns(b) / WIDE > b->of[GAP_SURVIVED].gap_ns)
		append_text(buf, size,
			    "; gaps of %s are known to pass; a longer setting may do, below %s",
			    survived, fatal);
	else
		append_text(buf, size, "; gaps of %s are known to pass", survived);
}

static bool add_none_fits(const struct bracket *b, char *buf, size_t size)
{
	char fatal[DURATION_LEN];

	format_duration(fatal, sizeof(fatal), bracket_fatal_ns(b));
	append_text(buf, size,
		    "gaps of %s are fatal: no keepalive in whole seconds is safely shorter", fatal);
	return true;
}

bool advice_for_path(const struct bracket *b, char *buf, size_t size)
{
	uint32_t s = advised_keepalive_s(b);

	buf[0] = '\0';
	if (!bracket_fatal_ns(b))
		return false;
	if (!s)
		return add_none_fits(b, buf, size);
	append_text(buf, size, "set ");
	add_setting(s, buf, size);
	add_basis(b, buf, size);
	return true;
}

static void add_keepalive(const struct iw_fact *f, char *buf, size_t size)
{
	char after[DURATION_LEN];

	format_duration(after, sizeof(after), f->keepalive_time_ms * NS_PER_MS);
	append_text(buf, size, "keepalive was on, after %s", after);
}

/* The path let others wait longer. */
static void add_tolerated(const struct event *ev, char *buf, size_t size)
{
	char gap[DURATION_LEN], survived[DURATION_LEN];

	format_duration(gap, sizeof(gap), ev->idle_ns);
	tolerance_gap(ev->path, GAP_SURVIVED, survived, sizeof(survived));
	append_text(buf, size, "this path let gaps of %s pass, and this one was %s", survived, gap);
}

/* Others, idle for other times, fell silent at the same moment. */
static bool add_together(const struct event *ev, char *buf, size_t size)
{
	append_text(buf, size,
		    "taken for an outage, not for an idle time-out: %u other silence%s began with "
		    "this one, and not after the same gap",
		    ev->together, ev->together > 1 ? "s" : "");
	return true;
}

/* The silence did not begin with a gap that could be blamed. */
static bool add_not_idle(const struct event *ev, char *buf, size_t size)
{
	char gap[DURATION_LEN], longest[DURATION_LEN];

	append_text(buf, size, "not an idle time-out: ");
	if (ev->fact->flags & IW_F_KEEPALIVE_ON) {
		add_keepalive(ev->fact, buf, size);
		append_text(buf, size, ", and ");
	}
	format_duration(gap, sizeof(gap), ev->idle_ns);
	format_duration(longest, sizeof(longest), ev->fact->survived_ns);
	if (ev->fact->survived_ns >= ev->idle_ns - ev->idle_ns / 10 && ev->fact->survived_ns)
		append_text(buf, size,
			    "this connection had come back from gaps of %s before, and died at %s",
			    longest, gap);
	else if (ev->path_tolerates && ev->path)
		add_tolerated(ev, buf, size);
	else
		append_text(buf, size, "the path went silent %s after the last packet", gap);
	append_text(buf, size, "; no keepalive setting would have helped");
	return true;
}

/* It did, but the path is known to let longer gaps pass. */
static bool add_was_early_enough(const struct event *ev, char *buf, size_t size)
{
	if ((ev->fact->flags & IW_F_KEEPALIVE_ON) &&
	    ev->fact->keepalive_time_ms * NS_PER_MS <= ev->path->of[GAP_SURVIVED].gap_ns) {
		add_keepalive(ev->fact, buf, size);
		append_text(buf, size, ", early enough: ");
	}
	add_tolerated(ev, buf, size);
	append_text(buf, size,
		    ": not an idle time-out, unless it was changed or more than one path leads "
		    "there");
	return true;
}

static void add_what_was_missing(const struct event *ev, char *buf, size_t size)
{
	uint64_t time_ns = ev->fact->keepalive_time_ms * NS_PER_MS;

	if (!(ev->fact->flags & IW_F_KEEPALIVE_ON)) {
		append_text(buf, size, "keepalive was off");
	} else {
		add_keepalive(ev->fact, buf, size);
		/* Else it was turned on, or down, when this gap had begun. */
		if (time_ns + time_ns / LATE_SHARE + LATE_MIN_NS >= ev->idle_ns)
			append_text(buf, size, ", too late for this path");
	}
	append_text(buf, size, "; set ");
}

static bool add_mtu(char *buf, size_t size)
{
	append_text(
		buf, size,
		"let ICMP \"fragmentation needed\" (IPv6: \"packet too big\") through to this "
		"host, or have the path or this host clamp the MSS (nft: tcp option maxseg size "
		"set rt mtu), or set net.ipv4.tcp_mtu_probing=1 here; no keepalive setting would "
		"help");
	return true;
}

bool is_verdict_on_idleness(const struct event *ev)
{
	return ev->type == EVENT_VERDICT &&
	       (ev->verdict == VERDICT_PATH_DEAD || ev->verdict == VERDICT_RESET_AFTER_IDLE);
}

/* The peer's own kernel reset it, or may have: then it may be the path's doing, or not. */
static bool add_if_forgotten(const struct event *ev, char *buf, size_t size)
{
	char gap[DURATION_LEN];

	tolerance_gap(ev->path, GAP_DISOWNED, gap, sizeof(gap));
	append_text(buf, size,
		    "if the peer was not restarted, but the path forgot the flow, a keepalive "
		    "before %s would have kept it",
		    gap);
	return true;
}

bool advice_text(const struct event *ev, char *buf, size_t size)
{
	const struct bracket *b = ev->path;
	uint32_t s;

	buf[0] = '\0';
	if (ev->type == EVENT_VERDICT && ev->verdict == VERDICT_MTU_BLACK_HOLE)
		return add_mtu(buf, size);
	if (!is_verdict_on_idleness(ev))
		return false;
	if (ev->cause == CAUSE_OUTAGE && ev->together)
		return ev->verdict == VERDICT_PATH_DEAD && add_together(ev, buf, size);
	if (ev->cause == CAUSE_OUTAGE)
		return ev->verdict == VERDICT_PATH_DEAD && add_not_idle(ev, buf, size);
	if (b && ev->verdict == VERDICT_RESET_AFTER_IDLE && ev->origin != ORIGIN_BOX &&
	    !ev->is_unasked)
		return b->of[GAP_DISOWNED].times && add_if_forgotten(ev, buf, size);
	if (!b || !bracket_fatal_ns(b))
		return false;
	if (b->of[GAP_SURVIVED].times && b->of[GAP_SURVIVED].gap_ns >= ev->idle_ns)
		return add_was_early_enough(ev, buf, size);
	s = advised_keepalive_s(b);
	if (!s)
		return add_none_fits(b, buf, size);
	add_what_was_missing(ev, buf, size);
	add_program_setting(ev, s, buf, size);
	add_setting(s, buf, size);
	add_basis(b, buf, size);
	return true;
}
