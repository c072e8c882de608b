// SPDX-License-Identifier: BSD-2-Clause
/* Was the peer heard, and does it hear us? */
#include "base/util.h"
#include "engine/conn.h"
#include "engine/mtu.h"

/* What arrives after so many lost retransmissions passes where those do not. */
#define PASSING_AFTER 2

/* A peer that had no answer to its data for so long has sent it again. */
#define SENDS_AGAIN_NS (3 * NS_PER_S)
#define SENDS_AGAIN_RTOS 4

/* Our time stamps come back newer than before the silence: something of ours arrived. */
static bool echo_moved(const struct conn *c, const struct iw_fact *f)
{
	return f->ts_echo && f->ts_echo != c->ts_echo;
}

/* What arrived is not what is sent again: that may be too long for the path. */
static enum hearing hearing_of_other(const struct conn *c)
{
	return mtu__may_stop(c) ? HEARING_PASSED : HEARING_ANSWER;
}

static enum hearing hearing_of_segment(const struct conn *c, const struct iw_fact *f)
{
	uint8_t kind = f->heard_kind;

	if (c->verdict == VERDICT_PEER_STALLED)
		return kind & IW_HEARD_ZERO_WINDOW ? HEARING_NOTHING : HEARING_ANSWER;
	if (kind & IW_HEARD_PROGRESS)
		return HEARING_ANSWER;
	/* Data was in flight when the window closed; this is why it is not acknowledged. */
	if ((kind & IW_HEARD_ZERO_WINDOW) && !(kind & IW_HEARD_REPEAT) && !c->fact.snd_wnd)
		return HEARING_ANSWER;
	/* A probe's answer is an empty segment with nothing old in it. */
	if (c->trigger != TRIGGER_RETRANSMISSION && !(kind & (IW_HEARD_REPEAT | IW_HEARD_DATA)))
		return HEARING_ANSWER;
	if (kind & IW_HEARD_ECHO)
		return echo_moved(c, f) ? hearing_of_other(c) : HEARING_UNREACHED;
	return kind & IW_HEARD_REPEAT || mtu__may_stop(c) ? HEARING_UNREACHED : HEARING_ANSWER;
}

/* Unanswered probes before this fact: a probe just sent does not count yet. */
static unsigned int probes_before(const struct iw_fact *f)
{
	bool counted = f->type == IW_FACT_PROBE_SENT && f->probes_out && f->result <= 0;

	return f->probes_out - (counted ? 1U : 0U);
}

/* The same from the socket's counters, for states in which segments are not shown to us. */
static enum hearing hearing_of_state(const struct conn *c, const struct iw_fact *f)
{
	if (c->verdict == VERDICT_PEER_STALLED)
		return f->snd_wnd ? HEARING_ANSWER : HEARING_NOTHING;
	if (f->segs_in == c->segs_in)
		return HEARING_NOTHING;
	if (f->snd_una != c->snd_una)
		return HEARING_ANSWER;
	if (echo_moved(c, f))
		return hearing_of_other(c);
	if (c->trigger == TRIGGER_RETRANSMISSION)
		return c->ts_echo || mtu__may_stop(c) ? HEARING_UNREACHED : HEARING_ANSWER;
	/* The kernel starts its count of unanswered probes anew at every acceptable ACK. */
	return probes_before(f) < c->tally.sent + c->tally.failed ? HEARING_ANSWER
								  : HEARING_UNREACHED;
}

/* More is acknowledged behind the hole than before, while the hole stays. */
static bool sacked_grew(const struct conn *c, const struct iw_fact *f)
{
	return c->trigger == TRIGGER_RETRANSMISSION && conn__is_snapshot(f) &&
	       f->snd_una == c->snd_una && f->sacked_out > c->flight.sacked;
}

enum hearing conn__hearing(const struct conn *c, const struct iw_fact *f)
{
	if (c->stage == STAGE_WELL || c->tally.rst_heard)
		return HEARING_NOTHING;
	if (sacked_grew(c, f))
		return hearing_of_other(c);
	switch ((enum iw_fact_type)f->type) {
	case IW_FACT_HEARD:
		return hearing_of_segment(c, f);
	case IW_FACT_PROBE_SENT:
	case IW_FACT_RETRANSMIT:
	case IW_FACT_STATE:
	case IW_FACT_DESTROY:
	case IW_FACT_ERROR:
	case IW_FACT_LOOK:
		return hearing_of_state(c, f);
	default:
		return HEARING_NOTHING;
	}
}

/*
 * Data of the peer's that it does not send again has been acknowledged: our acknowledgement,
 * a short packet, has arrived. It takes a later segment to know that the peer was there to
 * send it again.
 */
static void note_peer_data(struct conn *c, const struct iw_fact *f)
{
	uint64_t patience = MAX(SENDS_AGAIN_NS, SENDS_AGAIN_RTOS * base_rto_ns(f));
	bool is_data = f->heard_kind & IW_HEARD_DATA, is_old = f->heard_kind & IW_HEARD_REPEAT;

	if (f->type != IW_FACT_HEARD || c->tally.retransmits < PASSING_AFTER)
		return;
	if (is_data && is_old) {
		c->peer_data_ns = 0;
		return;
	}
	if (c->peer_data_ns && f->ts_ns >= c->peer_data_ns + patience) {
		c->tally.passed++;
		c->peer_data_ns = 0;
	}
	if (is_data && !c->peer_data_ns)
		c->peer_data_ns = f->ts_ns;
}

static bool is_repeated_data(const struct iw_fact *f)
{
	return f->type == IW_FACT_HEARD && (f->heard_kind & IW_HEARD_DATA) &&
	       (f->heard_kind & IW_HEARD_REPEAT);
}

void conn__note_unreached(struct conn *c, const struct iw_fact *f)
{
	uint64_t waited = f->ts_ns - MIN(c->unreached_ns, f->ts_ns);

	note_peer_data(c, f);
	c->segs_in = f->segs_in;
	wire__note_heard(&c->wire);
	if (waited < MAX(base_rto_ns(f), c->peer_waits_ns / 2))
		return;
	/* Before the first of them, it is only known how long we have waited. */
	if (c->tally.unreached || c->trigger == TRIGGER_REPEAT)
		c->peer_waits_ns = MAX(c->peer_waits_ns, waited);
	c->tally.unreached++;
	c->tally.repeated_data += is_repeated_data(f);
	c->unreached_ns = f->ts_ns;
}

void conn__note_passed(struct conn *c, const struct iw_fact *f)
{
	c->segs_in = f->segs_in;
	c->flight.sacked = f->sacked_out;
	c->flight.sacked_bytes = f->sacked_bytes;
	if (f->ts_echo)
		c->ts_echo = f->ts_echo;
	c->tally.passed += c->tally.retransmits >= PASSING_AFTER;
	wire__note_heard(&c->wire);
}
