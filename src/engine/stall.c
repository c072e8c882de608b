// SPDX-License-Identifier: BSD-2-Clause
#include "engine/stall.h"

#include "base/util.h"
#include "engine/conn.h"

/* A receiver whose window stays closed for less is merely slow. */
#define STALLED_NS (10 * NS_PER_S)

bool stall__is(const struct conn *c, const struct iw_fact *f)
{
	if (f->probe_kind == IW_PROBE_ZERO_WINDOW)
		return f->probes_out <= 1 && !f->result;
	/* A silence that has begun would have ended. */
	if (!asks_for_window(f) || (c->stage != STAGE_WELL && c->verdict != VERDICT_PEER_STALLED))
		return false;
	return c->last_try_ns ? f->ts_ns - f->heard_ago_ns > c->last_try_ns : was_answered(f);
}

static void judge(struct conn *c, const struct iw_fact *f, enum trigger trigger, uint64_t ns)
{
	bool resent = f->type == IW_FACT_RETRANSMIT;

	conn__begin_silence(c, f, trigger);
	c->silence.since_ns = f->ts_ns - MIN(ns, f->ts_ns);
	c->silence.idle_ns = 0;
	c->cause = CAUSE_NONE;
	c->verdict = VERDICT_PEER_STALLED;
	c->confidence = CONFIDENCE_CERTAIN;
	c->tally.answered = resent ? tries_within(f, ns) : f->backoff;
	*(resent ? &c->tally.retransmits : &c->tally.sent) = c->tally.answered;
}

bool stall__begin(struct conn *c, const struct iw_fact *f, enum trigger trigger)
{
	uint64_t ns = f->type == IW_FACT_RETRANSMIT ? f->flight_ago_ns : stalled_ns(f);
	bool lasts = c->stage == STAGE_WELL && ns >= STALLED_NS;

	if (lasts)
		judge(c, f, trigger, ns);
	c->last_try_ns = f->ts_ns;
	return lasts;
}
