// SPDX-License-Identifier: BSD-2-Clause
#include "output/event_detail.h"

#include <string.h>

#include "base/format.h"
#include "base/util.h"
#include "output/path_tolerance.h"

/* On every other line below. */
#define add append_text

/* What was kept here did not leave; the counts of that are of retransmissions too. */
static unsigned int resent_and_left(const struct event *ev)
{
	return ev->retransmits - MIN(ev->retransmits, ev->probes_failed + ev->crowded);
}

/* "3 keepalives" */
static void add_tries(const struct event *ev, bool left_only, char *buf, size_t size)
{
	unsigned int refused = left_only ? 0 : ev->probes_failed;

	switch (ev->trigger) {
	case TRIGGER_KEEPALIVE:
		add(buf, size, "%u keepalives", ev->probes_sent + refused);
		break;
	case TRIGGER_ZERO_WINDOW_PROBE:
		add(buf, size, "%u zero-window probes", ev->probes_sent + refused);
		break;
	case TRIGGER_DATA:
		add(buf, size, "data");
		break;
	default:
		add(buf, size, "%u retransmissions",
		    left_only ? resent_and_left(ev) : ev->retransmits);
	}
}

/* "; no RST/FIN/ICMP heard" or what was heard */
static void add_heard(const struct event *ev, char *buf, size_t size)
{
	if (!ev->rst_heard && !ev->fin_heard && !ev->icmp_heard)
		add(buf, size, "; no RST/FIN/ICMP heard");
	if (ev->rst_heard)
		add(buf, size, "; RST heard");
	if (ev->fin_heard)
		add(buf, size, "; FIN heard before");
	if (ev->icmp_heard)
		add(buf, size, "; ICMP error heard");
}

static void add_local(const struct event *ev, char *buf, size_t size)
{
	bool any = ev->dropped_out || ev->dropped_in || ev->probes_failed || ev->crowded;

	if (!any && ev->xdp_name)
		add(buf, size, "; what XDP on %s drops cannot be seen", ev->xdp_name);
	else if (!any)
		add(buf, size, "; no drop seen on this host");
	if (ev->probes_failed && ev->send_errno)
		add(buf, size, "; %u refused on this host (%s)", ev->probes_failed,
		    strerror(ev->send_errno));
	if (ev->crowded)
		add(buf, size, "; %u not sent, as a queue on this host was full", ev->crowded);
	if (ev->dropped_out || ev->dropped_in)
		add(buf, size, "; dropped on this host: %u of ours, %u of the peer's (%s)",
		    ev->dropped_out, ev->dropped_in, ev->drop_name ?: "reason unknown");
	if (ev->drop_seen_name)
		add(buf, size, "; seen dropped in another namespace (%u: %s)", ev->drop_seen_netns,
		    ev->drop_seen_name);
}

/* "; 3 seen leaving on eth0", "; 2 answers seen arriving on eth0 (TTL 61), none reached it" */
static void add_wire(const struct event *ev, char *buf, size_t size)
{
	const struct wire *w = ev->wire;

	if (w && w->out)
		add(buf, size, "; %u seen leaving on %s", w->out, w->out_name);
	if (w && w->missed)
		add(buf, size, ", the last %u not", w->missed);
	if (w && w->in)
		add(buf, size, "; %u %s seen arriving on %s (TTL %u), not at the socket", w->in,
		    w->in_rst ? "packets with RST" : "of the peer's packets", w->in_name,
		    w->in_ttl);
}

/*
 * "; the peer's address heard 4.0s ago on another connection to the same port"
 * "; fresh connect to the peer's address and port: refused"
 */
static void add_peer(const struct event *ev, char *buf, size_t size)
{
	static const char *const where[IW_ELSEWHERE_MAX] = {
		[IW_ELSEWHERE_NOWHERE] = "",
		[IW_ELSEWHERE_FROM] = " from it, maybe another host's",
		[IW_ELSEWHERE_TO] = " to it",
		[IW_ELSEWHERE_SAME_PORT] = " to the same port",
	};
	char ago[DURATION_LEN];

	if (ev->elsewhere_ago_ns) {
		format_duration(ago, sizeof(ago), ev->elsewhere_ago_ns);
		add(buf, size, "; the peer's address heard %s ago on another connection%s", ago,
		    where[ev->elsewhere]);
	}
	if (ev->together)
		add(buf, size, "; %u other silence%s began with it", ev->together,
		    ev->together > 1 ? "s" : "");
	if (verify_name(ev->verify))
		add(buf, size, "; fresh connect to the peer's address and port: %s",
		    verify_name(ev->verify));
}

static void add_outlook(const struct event *ev, char *buf, size_t size)
{
	char when[DURATION_LEN];

	if (!ev->gives_up_in_ns)
		return;
	format_duration(when, sizeof(when), ev->gives_up_in_ns);
	add(buf, size, "; application learns in %s", when);
}

/*
 * "; 1 segment behind it acknowledged (300 bytes); MSS 1448, path MTU 1500; the longest
 * acknowledged before had 100 to 180 bytes"
 */
static void add_lengths(const struct event *ev, char *buf, size_t size)
{
	const struct flight *fl = ev->flight;
	uint32_t least = fl ? largest_acked_min(fl) : 0, most = fl ? largest_acked_max(fl) : 0;

	if (!fl || (ev->verdict != VERDICT_MTU_BLACK_HOLE && ev->also != VERDICT_MTU_BLACK_HOLE))
		return;
	if (ev->verdict != VERDICT_MTU_BLACK_HOLE)
		add(buf, size, "; what is sent again has %u bytes", fl->len);
	if (fl->sacked)
		add(buf, size, "; %u segment%s behind it acknowledged", fl->sacked,
		    fl->sacked > 1 ? "s" : "");
	if (fl->sacked_bytes)
		add(buf, size, " (%u bytes)", fl->sacked_bytes);
	if (ev->passed)
		add(buf, size, "; %u sign%s since that short packets of ours arrive", ev->passed,
		    ev->passed > 1 ? "s" : "");
	if (fl->mss)
		add(buf, size, "; MSS %u, path MTU %u", fl->mss, fl->pmtu);
	if (fl->mss && most && most <= fl->mss)
		add(buf, size, "; the longest acknowledged before had %u to %u bytes", least, most);
	else if (fl->mss && least)
		add(buf, size, "; the longest acknowledged before had %u bytes at least", least);
}

/* "; one-way fits as well", and why that cannot be told */
static void add_also(const struct event *ev, char *buf, size_t size)
{
	bool heard = ev->verdict == VERDICT_ONE_WAY || ev->also == VERDICT_ONE_WAY;

	if (!ev->also)
		return;
	add(buf, size, "; %s fits as well", verdict_name(ev->also));
	if (heard)
		add(buf, size,
		    ": while data is missing, what the peer sends does not tell whether our "
		    "answers arrive");
}

/* Who sent the reset, as far as its TTL tells. */
static void add_origin(const struct event *ev, char *buf, size_t size)
{
	if (!ev->rst_ttl || !ev->usual_ttl)
		return;
	add(buf, size, "; its TTL %u, peer's packets %u: ", ev->rst_ttl, ev->usual_ttl);
	if (ev->origin == ORIGIN_UNKNOWN)
		add(buf, size, "too alike, or too unlike, to tell whose it is");
	else
		add(buf, size, ev->origin == ORIGIN_BOX ? "not the peer's" : "the peer's own");
}

static void add_reset(const struct event *ev, char *buf, size_t size)
{
	if (ev->is_unasked)
		add(buf, size, "RST came unasked after the gap");
	else if (ev->n_tries)
		add(buf, size,
		    "RST answered what was sent again after the gap, as the first was lost");
	else
		add(buf, size, "RST answered the first packet after the gap");
	add_origin(ev, buf, size);
	if (ev->origin == ORIGIN_BOX)
		return;
	add(buf, size,
	    ev->is_unasked ? "; a box at its time-out, or the peer's program aborted it"
			   : "; the peer was restarted or had given up, or a NAT or "
			     "firewall on the path forgot the flow");
}

/* What was found, in a few words; the rest of the evidence follows. */
static void add_finding(const struct event *ev, char *buf, size_t size)
{
	switch (ev->verdict) {
	case VERDICT_ONE_WAY:
		add(buf, size, "peer heard %u times, but nothing of ours reaches it",
		    ev->unreached);
		break;
	case VERDICT_RESET_AFTER_IDLE:
		add_reset(ev, buf, size);
		break;
	case VERDICT_PEER_STALLED:
		add(buf, size, "peer answers %u %s, but its window stays closed: it lives",
		    ev->probes_answered,
		    ev->trigger == TRIGGER_RETRANSMISSION ? "retransmissions" : "probes");
		break;
	case VERDICT_MTU_BLACK_HOLE:
		add(buf, size, "long segments do not arrive: %u retransmissions of %u bytes left ",
		    resent_and_left(ev), ev->flight ? ev->flight->len : 0);
		add(buf, size, "this host, none acknowledged");
		if (ev->unreached)
			add(buf, size, "; peer heard %u times meanwhile", ev->unreached);
		break;
	case VERDICT_LOCAL_DROP:
		add_tries(ev, false, buf, size);
		add(buf, size, " unanswered, and this host is why");
		break;
	case VERDICT_UNREACHABLE:
		add_tries(ev, false, buf, size);
		add(buf, size,
		    ev->neighbour_lost ? " unanswered: the next hop does not answer"
				       : " unanswered, and not in silence");
		break;
	default:
		if (cause_name(ev->cause))
			add(buf, size, "%s: ", cause_name(ev->cause));
		add_tries(ev, true, buf, size);
		add(buf, size,
		    ev->n_tries ? " left this host, none answered"
				: " unanswered by the kernel's count");
	}
}

/* "; path forgets after 58m02s..2h00m00s" */
static void add_path(const struct event *ev, char *buf, size_t size)
{
	char words[TOLERANCE_LEN];

	if (!ev->path ||
	    (ev->verdict != VERDICT_PATH_DEAD && ev->verdict != VERDICT_RESET_AFTER_IDLE))
		return;
	tolerance_text(ev->path, (int64_t)ev->ts_ns, words, sizeof(words));
	if (words[0])
		add(buf, size, "; %s", words);
}

static void add_evidence(const struct event *ev, char *buf, size_t size)
{
	add_finding(ev, buf, size);
	if (ev->verdict == VERDICT_RESET_AFTER_IDLE)
		add_path(ev, buf, size);
	if (ev->verdict == VERDICT_PEER_STALLED || ev->verdict == VERDICT_RESET_AFTER_IDLE)
		return;
	add_lengths(ev, buf, size);
	add_also(ev, buf, size);
	if (ev->verdict != VERDICT_ONE_WAY && ev->verdict != VERDICT_MTU_BLACK_HOLE)
		add_heard(ev, buf, size);
	add_local(ev, buf, size);
	add_wire(ev, buf, size);
	add_peer(ev, buf, size);
	add_outlook(ev, buf, size);
	add_path(ev, buf, size);
}

static void add_end(const struct event *ev, char *buf, size_t size)
{
	char silence[DURATION_LEN];

	format_duration(silence, sizeof(silence), ev->silence_ns);
	add(buf, size, "%s ", verdict_name(ev->verdict) ?: "suspicion");
	if (ev->type == EVENT_RECOVERED)
		add(buf, size, "ended: peer heard again after %s", silence);
	else if (ev->error)
		add(buf, size, "ended after %s of silence: %s", silence, strerror(ev->error));
	else if (ev->taken_error)
		add(buf, size, "ended after %s of silence: %s, it seems", silence,
		    strerror(ev->taken_error));
	else
		add(buf, size, "ended after %s of silence: closed", silence);
}

void event_detail(const struct event *ev, char *buf, size_t size)
{
	buf[0] = '\0';
	if (ev->detail)
		add(buf, size, "%s", ev->detail);
	else if (ev->type == EVENT_RECOVERED || ev->type == EVENT_CLOSED)
		add_end(ev, buf, size);
	else if (ev->in_silence)
		add_evidence(ev, buf, size);
}
