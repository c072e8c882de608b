// SPDX-License-Identifier: BSD-2-Clause
/* What is said of a connection. */
#include "base/util.h"
#include "engine/conn.h"

#include <errno.h>

static uint64_t since(uint64_t now, uint64_t then)
{
	return now > then ? now - then : 0;
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static void fill_silence(struct event *ev, const struct conn *c)
{
	const struct tally *t = &c->tally;

	ev->in_silence = true;
	ev->idle_ns = c->silence.idle_ns;
	ev->silence_ns = since(ev->ts_ns, c->silence.since_ns);
	ev->gives_up_in_ns = since(c->gives_up_ns, ev->ts_ns);
	ev->waited_ns = c->n_tries ? since(ev->ts_ns, c->last_try_ns) : 0;
	ev->tries = c->tries;
	ev->n_tries = c->n_tries;
	ev->probes_sent = t->sent;
	ev->probes_answered = t->answered;
	ev->probes_failed = t->failed;
	ev->crowded = MAX(t->crowded, t->crowded_out);
	ev->retransmits = t->retransmits;
	ev->send_errno = t->send_errno;
	ev->rst_heard = t->rst_heard;
	ev->icmp_heard = t->icmp_heard;
	ev->neighbour_lost = t->neighbour_lost;
	ev->dropped_out = t->dropped_out;
	ev->dropped_in = t->dropped_in;
	ev->unreached = t->unreached;
	ev->wire = c->wire.out || c->wire.in ? &c->wire : NULL;
	ev->drop_name = or_null(c->drop_name);
	ev->drop_seen_name = or_null(c->seen_name);
	ev->drop_seen_netns = c->seen_netns;
	ev->xdp_name = or_null(c->xdp_name);
	ev->flight = c->flight.len ? &c->flight : NULL;
	ev->passed = t->passed;
	ev->also = c->also;
	ev->verify = c->verify;
	ev->elsewhere_ago_ns = c->elsewhere_ns ? MAX(since(ev->ts_ns, c->elsewhere_ns), 1U) : 0;
	ev->together = c->together;
	ev->path_tolerates = c->path_tolerates;
	ev->elsewhere = c->elsewhere;
	ev->rst_ttl = c->rst_ttl;
	ev->usual_ttl = c->usual_ttl;
	ev->origin = c->origin;
	ev->is_unasked = c->is_unasked;
}

struct event conn__event(const struct conn *c, enum event_type type, uint64_t ts_ns)
{
	struct event ev = {
		.type = type,
		.ts_ns = ts_ns,
		.fact = &c->fact,
		.owners = c->owners,
		.n_owners = c->n_owners,
		.verdict = c->verdict,
		.cause = c->cause,
		.confidence = c->confidence,
		.trigger = c->trigger,
		.last_heard_ns = c->fact.heard_ago_ns + since(ts_ns, c->fact.ts_ns),
		.fin_heard = c->fin_heard,
		.error = c->error,
		.taken_error = c->taken_error,
	};

	if (c->fact.type == IW_FACT_HEARD) {
		ev.last_heard_ns = 0;
		ev.idle_ns = c->fact.gap_ns;
	}
	if (c->stage != STAGE_WELL)
		fill_silence(&ev, c);
	return ev;
}

enum event_type conn__plain_event(const struct iw_fact *f)
{
	if (f->type == IW_FACT_PROBE_SENT)
		return EVENT_PROBE_SENT;
	if (f->type == IW_FACT_RETRANSMIT)
		return EVENT_RETRANSMIT;
	if (f->heard_kind & IW_HEARD_PEER_PROBE)
		return EVENT_PEER_PROBE;
	return f->heard_kind & IW_HEARD_ANSWER ? EVENT_PROBE_ANSWERED : EVENT_IDLE_END;
}

int conn__final_error(const struct iw_fact *f)
{
	if (f->sk_err || !f->error_taken)
		return f->sk_err;
	/* What an ICMP message left behind, if anything. */
	return f->sk_err_soft ? f->sk_err_soft : ETIMEDOUT;
}
